"""A web server on loopback that plays what hosts do: real sockets, one thread a connection."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Headers = dict[str, str]


class Asked(BaseHTTPRequestHandler):
    """One request; `answer` sends a whole answer."""

    protocol_version = "HTTP/1.1"
    server: "Web"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.close_connection = True
        route = self.server.routes.get(self.path.partition("?")[0], status(404))
        route(self)

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if code != 304 and "Transfer-Encoding" not in given:
            given = {"Content-Length": str(len(body))} | given
        for name, value in (given | {"Connection": "close"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


Route = Callable[[Asked], None]


class Web(ThreadingHTTPServer):
    """Routes by path, and every request that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.routes: dict[str, Route] = {}
        self.asked: list[tuple[str, Headers]] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: those who ask may hang up."""


@contextmanager
def serving() -> Iterator[Web]:
    web = Web()
    thread = threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        web.server_close()


def status(code: int, body: bytes = b"", **headers: str) -> Route:
    return lambda asked: asked.answer(code, body, **headers)


def page(body: bytes | str, **headers: str) -> Route:
    """The document, or "the same" for whoever has it."""
    data = body.encode() if isinstance(body, str) else body

    def route(asked: Asked) -> None:
        tag, since = asked.headers["If-None-Match"], asked.headers["If-Modified-Since"]
        has = (tag and tag == headers.get("ETag")) or (
            since and since == headers.get("Last_Modified")
        )
        asked.answer(304) if has else asked.answer(200, data, **headers)

    return route


def leads_to(place: str, code: int = 302) -> Route:
    return status(code, Location=place)


def in_turn(*routes: Route) -> Route:
    """Each time the next one; the last one for ever."""
    left = [*routes]
    return lambda asked: (left.pop(0) if len(left) > 1 else left[0])(asked)


def drips(asked: Asked) -> None:
    """A byte now and then, for as long as anyone listens."""
    asked.send_response(200)
    asked.send_header("Content-Length", "100000")
    asked.end_headers()
    for _ in range(1000):
        asked.wfile.write(b".")
        asked.wfile.flush()
        time.sleep(0.02)


def drips_headers(asked: Asked) -> None:
    """A header line now and then."""
    asked.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        asked.wfile.write(b"X-%d: y\r\n" % number)
        asked.wfile.flush()
        time.sleep(0.02)


def endless(asked: Asked) -> None:
    asked.send_response(200)
    asked.send_header("Connection", "close")
    asked.end_headers()
    while True:
        asked.wfile.write(b"more " * 20_000)


def bomb(asked: Asked) -> None:
    """A megabyte for each kilobyte."""
    asked.answer(200, gzip.compress(b"\0" * 20_000_000), Content_Encoding="gzip")


def breaks_off(asked: Asked) -> None:
    asked.send_response(200)
    asked.send_header("Content-Length", "1000")
    asked.end_headers()
    asked.wfile.write(b"half")
