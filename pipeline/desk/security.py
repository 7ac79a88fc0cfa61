"""What stands before every route: the right host, the right origin, a session, strict headers."""

import hmac
import logging
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.desk.sessions import Sessions
from pipeline.desk.settings import Settings

LOG = logging.getLogger(__name__)
COOKIE = "gleaner"
FAULT = "This is a fault of Gleaner. Nothing that was saved is lost; load the page again."
AWAY = "The database cannot be reached. Nothing that was saved is lost; try again in a minute."
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"
LONGEST_BODY = 4 * 1024 * 1024
PROBES = ("/healthz", "/readyz")  # they tell nothing, and come by any address
METRICS = "/metrics"  # guards itself
OPEN = ("/enter", "/static/", *PROBES, METRICS)  # what is shown before anybody is in

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets a request through to the app, or answers it."""

    def __init__(self, app: ASGIApp, settings: Settings, sessions: Sessions) -> None:
        self.app, self.settings, self.sessions = app, settings, sessions
        self.origins = frozenset(settings.origins)
        self.hosts = frozenset(urlsplit(origin).netloc.lower() for origin in self.origins)
        self.secure = settings.address.startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no websocket is served here
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        try:
            token, curator, fresh = await run_in_threadpool(self._who, scope, headers)
        except OSError as error:  # of the database in which desks share who is in
            LOG.error("%s", error)
            await _said(headers, 503, AWAY)(scope, receive, self._with_headers(send, ""))
            return
        strict = self._with_headers(send, token if fresh else "")
        refused = self._refused(scope, headers, curator)
        if refused is None and scope["method"] == "POST":
            body = await _body(receive, headers)
            if body is None:
                refused = PlainTextResponse("This is too long to be taken.", 413)
            elif not hmac.compare_digest(_sent(headers, body), self.sessions.csrf(token).encode()):
                refused = _said(headers, 403, "This page is out of date: load it again.")
            else:
                receive = _again(body, receive)
        if refused is not None:
            await refused(scope, receive, strict)
            return
        scope.setdefault("state", {}).update(
            curator=curator or "", csrf=self.sessions.csrf(token), token=token
        )
        try:
            await self.app(scope, receive, strict)
        except Exception:  # the answer to a fault wears the same headers
            LOG.exception("%s", scope["path"])
            await _said(headers, 500, FAULT)(scope, receive, strict)

    def _who(self, scope: Scope, headers: Headers) -> tuple[str, str | None, bool]:
        """The token of the session, whose it is, and whether the browser must be given it."""
        token = _cookie(headers)
        trust = self.settings.trust
        if trust is None:
            curator = self.sessions.curator(token) if token else None
            # A nonce, so that the form by which one comes in has a token to send back too.
            return (token, curator, False) if token else (self.sessions.nonce(), None, True)
        peer = (scope.get("client") or ("", 0))[0]
        named = headers.getlist(trust.header)
        name = named[0] if trust.believes(peer) and len(named) == 1 else ""
        if not name:
            return token or self.sessions.nonce(), None, False
        if token and self.sessions.curator(token) == name:
            return token, name, False
        return self.sessions.begin(name), name, True

    def _refused(self, scope: Scope, headers: Headers, curator: str | None) -> Response | None:
        """Why this request goes no further; None when it does."""
        path = scope["path"]
        anywhere = path in PROBES or (path == METRICS and self.settings.metrics_token)
        if not anywhere and headers.get("host", "").lower() not in self.hosts:
            return PlainTextResponse("This desk has another address.", 421)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("That is not done here.", 405)
        if scope["method"] == "POST" and not self._ours(headers):
            return _said(headers, 403, "This was sent from a page that is not the desk's.")
        if curator is None and not path.startswith(OPEN):
            return self._way_in(scope, headers)
        return None

    def _ours(self, headers: Headers) -> bool:
        """Whether a page of this desk sent it. Under no-referrer some browsers hide the origin."""
        origin = headers.get("origin", "null")
        return origin in self.origins or (
            origin == "null" and headers.get("sec-fetch-site") == "same-origin"
        )

    def _way_in(self, scope: Scope, headers: Headers) -> Response:
        if self.settings.trust is not None:
            return _said(headers, 403, "The proxy before this desk does not say who you are.")
        page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
        if not page or "hx-request" in headers:
            return _said(headers, 401, "Log in first.")
        then = scope["path"] + ("?" if scope["query_string"] else "")
        then = quote(then + scope["query_string"].decode("latin-1"), safe="")
        return RedirectResponse(f"/enter?then={then}", 303)

    def _with_headers(self, send: Send, token: str) -> Send:
        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if token and "set-cookie" not in headers:
                    headers.append("set-cookie", cookie(token, self.secure))
            await send(message)

        return strict


def cookie(token: str, secure: bool) -> str:
    """The header that gives a browser its session; an empty token takes it away."""
    age = "" if token else "; Max-Age=0"
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{'; Secure' * secure}{age}"


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found and len(found.value) < 100 else ""


async def _body(receive: Receive, headers: Headers) -> bytes | None:
    """All that was sent; None when it is too long."""
    parts: list[bytes] = []
    length = 0
    said = headers.get("content-length", "0")
    if not said.isdigit() or int(said) > LONGEST_BODY:
        return None
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        parts.append(part)
        length += len(part)
        if length > LONGEST_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _sent(headers: Headers, body: bytes) -> bytes:
    """The CSRF token of a request: in a header, or in a field of its form."""
    if token := headers.get(CSRF_HEADER):
        return token.encode("latin-1")
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        try:
            fields = parse_qs(body.decode("latin-1"), max_num_fields=50)
        except ValueError:
            return b""
        return fields.get(CSRF_FIELD, [""])[0].encode()
    return b""


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _said(headers: Headers, status: int, message: str) -> Response:
    if "application/json" in headers.get("accept", ""):
        return JSONResponse({"error": message}, status)
    return PlainTextResponse(message, status)
