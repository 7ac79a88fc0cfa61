"""Fetching one url after another: politely, within limits, and never further than it was meant."""

import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import httpx
from protego import Protego
from tenacity import RetryCallState, Retrying, retry_if_exception

from pipeline.fetch.manners import Host, retry_after
from pipeline.fetch.nouns import Answer, Ask, NotFetched
from pipeline.fetch.redact import redacted
from pipeline.fetch.transport import CONNECT, READ, Transport

MEGABYTE = 1024 * 1024
REDIRECTS = 5
ATTEMPTS = 4
PATIENCE = 60.0  # seconds that a host may ask us to wait within a run
ROBOTS = 0.5  # megabytes: RFC 9309 asks for no more
FOR_GOOD = {301, 308}
ELSEWHERE = {301, 302, 303, 307, 308}
PASSING = {408, 425, 429}


class _Reply(NamedTuple):
    status: int
    headers: httpx.Headers
    data: bytes


class _Client(httpx.Client):
    """A client for one fetch, over connections that end with its time."""

    def __init__(self, private: bool, verify: ssl.SSLContext | bool, agent: str) -> None:
        self._within = Transport(private, verify)
        super().__init__(
            transport=self._within,
            headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(READ, connect=CONNECT),
            follow_redirects=False,
            trust_env=False,
        )

    def ask(self, url: httpx.URL, ask: Ask, headers: dict[str, str]) -> _Reply:
        """One request. Raises NotFetched for what is neither the bytes, "the same" nor a hop."""
        self._within.until(ask.seconds)
        try:
            with self.stream("GET", url, headers=headers) as response:
                if response.status_code not in {200, 304, *ELSEWHERE}:
                    raise _not_given(response)
                data = _body(response, ask) if response.status_code == 200 else b""
                return _Reply(response.status_code, response.headers, data)
        except httpx.TimeoutException as error:
            if self._within.late:
                message = f"It did not come within {ask.seconds:g} seconds."
                raise NotFetched("later", "too-slow", message) from error
            raise NotFetched("later", "silent", "The host is silent.", again=True) from error
        except httpx.InvalidURL as error:
            raise _leads_nowhere(error) from error
        except httpx.TransportError as error:
            if "location header" in str(error):  # httpx reads it before we do
                raise _leads_nowhere(error) from error
            said = str(error) or "it broke off"  # as many of its errors say nothing
            if _is_about_trust(error):
                message = f"The certificate of {url.host} cannot be trusted ({said})."
                raise NotFetched("refused", "certificate", message) from error
            message = f"The connection failed ({said})."
            raise NotFetched("later", "connection", message, again=True) from error


class Fetcher:
    """Fetches for one run; remembers what each host was asked and what its robots.txt says.

    `agent` is how it introduces itself, `budget` how many requests one host gets in a run.
    """

    def __init__(
        self,
        agent: str,
        budget: int = 500,
        sleep: Callable[[float], None] = time.sleep,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self.agent, self._budget, self._sleep = agent, budget, sleep
        # One context for all: to read the certificates of the authorities takes 20 ms.
        self._verify = httpx.create_ssl_context(trust_env=False) if verify is True else verify
        self._hosts: dict[str, Host] = {}
        self._robots: dict[str, Protego] = {}

    def fetch(self, ask: Ask) -> Answer:
        """The bytes at a url. Raises NotFetched."""
        with self._client(ask) as client:
            return _Fetch(self, client, ask).answer()

    def ping(self, url: str, seconds: float = 10.0) -> None:
        """Call a url only so that it knows. Raises NotFetched."""
        ask = Ask(url, private=True, seconds=seconds, megabytes=1)
        with self._client(ask) as client:
            client.ask(_url(url), ask, {})

    def _client(self, ask: Ask) -> "_Client":
        return _Client(ask.private, self._verify, self.agent)

    def host(self, url: httpx.URL) -> Host:
        """What is known of the host of a url."""
        return self._hosts.setdefault(url.netloc.decode(), Host(redacted(url.host)))

    def robots(self, url: httpx.URL, read: Callable[[httpx.URL], Protego]) -> Protego:
        """The rules of a url's host, read once in a run."""
        origin = f"{url.scheme}://{url.netloc.decode()}"
        if origin not in self._robots:
            self._robots[origin] = read(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        return self._robots[origin]

    def turn(self, url: httpx.URL, delay: float) -> None:
        """Wait until the host of a url may be asked. Raises NotFetched."""
        self.host(url).turn(delay, self._budget, self._sleep)

    def attempts(self) -> Retrying:
        """The tries that a request gets: only for what may pass, and when the host is ready."""
        return Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, NotFetched) and e.again),
            wait=_pause,
            stop=_enough,
            sleep=self._sleep,
            reraise=True,
        )


class _Fetch:
    """One url on its way: its redirects, its tries."""

    def __init__(self, fetcher: Fetcher, client: "_Client", ask: Ask) -> None:
        self.fetcher, self.client, self.ask = fetcher, client, ask

    def answer(self) -> Answer:
        ask = self.ask
        conditions = {"If-None-Match": ask.etag, "If-Modified-Since": ask.modified}
        headers = {name: value for name, value in conditions.items() if value}
        start = url = _url(ask.url)
        for_good, moved = True, ""
        for here, reply in self._hops(url, ask, headers, robots=True):
            url = here
            if reply.status in ELSEWHERE:
                for_good &= reply.status in FOR_GOOD
                moved = str(_target(here, reply)) if for_good else moved
        if reply.status == 304 and not headers:
            message = "The host says that nothing changed, though there is nothing here yet."
            raise NotFetched("refused", "odd-answer", message)
        return Answer(
            url=str(url),
            data=reply.data if reply.status == 200 else None,
            media_type=reply.headers.get("content-type", "").partition(";")[0].strip().lower(),
            etag=reply.headers.get("etag", ""),
            modified=reply.headers.get("last-modified", ""),
            moved=moved if url != start else "",
        )

    def _hops(
        self, url: httpx.URL, ask: Ask, headers: dict[str, str], robots: bool
    ) -> Iterator[tuple[httpx.URL, _Reply]]:
        """Each answer on the way to the last one, which is no redirect."""
        seen: set[httpx.URL] = set()
        while True:
            if url in seen or len(seen) > REDIRECTS:
                message = f"It leads round in circles, or on and on ({redacted(str(url))})."
                raise NotFetched("refused", "redirect-loop", message)
            seen.add(url)
            if robots:
                self._allowed(url)
            reply = self._asked(url, ask, headers)
            yield url, reply
            if reply.status not in ELSEWHERE:
                return
            target = _target(url, reply)
            if url.scheme == "https" and target.scheme == "http":
                message = f"It leads from https to http ({redacted(str(target))})."
                raise NotFetched("refused", "insecure-redirect", message)
            url = target

    def _asked(self, url: httpx.URL, ask: Ask, headers: dict[str, str]) -> _Reply:
        """The answer of a host after as many tries as are worth it."""
        host = self.fetcher.host(url)
        host.check()

        def attempt() -> _Reply:
            self.fetcher.turn(url, ask.delay)
            return self.client.ask(url, ask, headers)

        try:
            reply: _Reply = self.fetcher.attempts()(attempt)
        except NotFetched as error:
            if error.again:
                host.failures += 1
            if error.wait > PATIENCE:
                host.closed_until = time.monotonic() + error.wait
            raise
        host.failures = 0
        return reply

    def _allowed(self, url: httpx.URL) -> None:
        rules = self.fetcher.robots(url, self._read_robots)
        if not rules.can_fetch(str(url), self.fetcher.agent):
            message = f"The robots.txt of {url.host} asks programs not to fetch it."
            raise NotFetched("refused", "robots-forbid", message)
        wanted = float(rules.crawl_delay(self.fetcher.agent) or 0)
        self.fetcher.host(url).crawl_delay = min(wanted, PATIENCE)

    def _read_robots(self, url: httpx.URL) -> Protego:
        """What robots.txt says. Missing means all is allowed, an ailing host means not now."""
        ask = Ask(
            str(url),
            private=self.ask.private,
            delay=self.ask.delay,
            seconds=min(30.0, self.ask.seconds),
            megabytes=ROBOTS,
        )
        try:
            text = ""
            for _, reply in self._hops(url, ask, {}, robots=False):
                text = reply.data.decode("utf-8", "replace")
        except NotFetched as error:
            if error.code == "private-address":
                raise
            if error.kind == "later":
                message = f"Its robots.txt could not be read, so it is left for later: {error}"
                raise NotFetched("later", "robots-not-now", message, wait=error.wait) from error
            text = ""
        return Protego.parse(text)


def _url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        message = f"This is no address: {redacted(text)} ({error})."
        raise NotFetched("refused", "bad-url", message) from error
    if url.scheme not in ("http", "https") or not url.host:
        message = f"Only http and https are fetched, not {redacted(text)}."
        raise NotFetched("refused", "not-http", message)
    return url


def _target(url: httpx.URL, reply: _Reply) -> httpx.URL:
    try:
        target = url.join(reply.headers.get("location", ""))
    except httpx.InvalidURL as error:
        raise _leads_nowhere(error) from error
    return _url(str(target))


def _leads_nowhere(error: Exception) -> NotFetched:
    return NotFetched("refused", "bad-url", f"It leads to what is no address ({error}).")


def _body(response: httpx.Response, ask: Ask) -> bytes:
    """The bytes, unpacked as they come, and no more of them than is allowed."""
    most = int(ask.megabytes * MEGABYTE)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        message = f"It is packed in a way that was not asked for ({encoding[:40]})."
        raise NotFetched("refused", "odd-answer", message)
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding not in {"identity", ""} else None
    found = bytearray()
    try:
        for chunk in response.iter_raw():
            found += unpack.decompress(chunk, most - len(found) + 1) if unpack else chunk
            if len(found) > most:
                message = (
                    f"It is larger than {ask.megabytes:g} MB"
                    f"{' when unpacked' if unpack else ''}. Allow more with `megabytes`."
                )
                raise NotFetched("refused", "too-large", message)
    except zlib.error as error:
        raise NotFetched(
            "later", "connection", f"It is packed badly ({error}).", again=True
        ) from error
    if unpack and not unpack.eof:
        raise NotFetched("later", "connection", "It broke off before its end.", again=True)
    return bytes(found)


def _not_given(response: httpx.Response) -> NotFetched:
    status = response.status_code
    said = (
        f"The host answers {status}{f' {response.reason_phrase}' if response.reason_phrase else ''}"
    )
    if status == 404:
        return NotFetched("gone", "not-found", f"{said}: there is nothing at this address now.")
    if status == 410:
        return NotFetched("gone", "gone", f"{said}: it was taken away for good.")
    if status in (401, 407):
        return NotFetched("refused", "login-wanted", f"{said}: it wants a login.")
    if status == 403:
        return NotFetched("refused", "forbidden", f"{said}: it does not let us in.")
    if status in PASSING or status >= 500:
        wait = retry_after(response.headers)
        message = f"{said}{f', and asks to wait {wait:.0f} seconds' if wait else ''}."
        code = "too-many-requests" if status == 429 else "host-fails"
        return NotFetched("later", code, message, wait=wait, again=True)
    return NotFetched("refused", "odd-answer", f"{said}.")


def _is_about_trust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wait = error.wait if isinstance(error, NotFetched) else 0.0
    return wait or min(2.0**state.attempt_number, 30.0)


def _enough(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    too_long = isinstance(error, NotFetched) and error.wait > PATIENCE
    return too_long or state.attempt_number >= ATTEMPTS
