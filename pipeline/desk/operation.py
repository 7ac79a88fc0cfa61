"""What whoever runs a desk asks it: is it alive, is it ready, how much is there to do, how fast."""

import hmac
import logging
import sqlite3
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.desk.index import Index
from pipeline.desk.library import Library
from pipeline.desk.search import progress
from pipeline.desk.security import METRICS, PROBES
from pipeline.desk.settings import LOOPBACK, Settings
from pipeline.desk.sight import EVERYBODY
from pipeline.store import Stage

if TYPE_CHECKING:
    from prometheus_client.core import Metric

LOG = logging.getLogger(__name__)
ABSENT = "Figures need prometheus-client: pip install 'gleaner[cluster]'"
NOT_HERE = (
    "Figures are told at this machine while nothing is coded apart, or to who knows the token: "
    "set GLEANER_METRICS_TOKEN."
)
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds


class Meter:
    """The figures of a desk: of its requests since it began, and of all records as they stand.

    No name of a document, a record or a curator is among them.
    """

    def __init__(self, library: Library, index: Index) -> None:
        from prometheus_client import CollectorRegistry, Histogram

        self.library, self.index = library, index
        self.registry = CollectorRegistry()
        self.registry.register(self)
        self._requests = Histogram(
            "gleaner_request_seconds",
            "How long requests took.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )

    def took(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, f"{status}").observe(seconds)

    def describe(self) -> "list[Metric]":
        """Nothing is counted before it is asked for."""
        return []

    def collect(self) -> "Iterator[Metric]":
        """The figures of documents and records now. Raises OSError, sqlite3.Error."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        with self.index.reading() as database:
            found = list(progress(database, EVERYBODY))
            issues = database.execute(
                "SELECT code, count(*) FROM issues JOIN records ON id = issues.record "
                "WHERE view = ? GROUP BY code ORDER BY code",
                [EVERYBODY],
            ).fetchall()
        documents = GaugeMetricFamily("gleaner_documents", "Documents.", labels=["verdict"])
        for verdict in sorted({one.verdict for one in found}):
            documents.add_metric([verdict], sum(one.verdict == verdict for one in found))
        yield documents
        yield GaugeMetricFamily("gleaner_pages", "Pages.", sum(one.pages for one in found))
        yield GaugeMetricFamily("gleaner_records", "Records.", sum(one.records for one in found))
        waiting = sum(one.records - one.done for one in found)
        yield GaugeMetricFamily("gleaner_queue", "Records that wait for a curator.", waiting)
        noted = GaugeMetricFamily("gleaner_issues", "Records by issue.", labels=["reason"])
        for code, count in issues:
            noted.add_metric([code], count)
        yield noted
        decisions = self.library.decisions.count()
        yield CounterMetricFamily("gleaner_decisions", "Decisions ever taken.", decisions)

    def text(self) -> bytes:
        """All figures, as Prometheus reads them. Raises OSError, sqlite3.Error."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


def metered(library: Library, index: Index) -> Meter | None:
    """The figures of a desk; None where prometheus-client is not installed."""
    return Meter(library, index) if find_spec("prometheus_client") else None


class Timed:
    """Measures every request, refused ones too."""

    def __init__(self, app: ASGIApp, meter: Meter | None) -> None:
        self.app, self.meter = app, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, and look at the clock."""
        if self.meter is None or scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        finally:
            # Paths name documents; where they lead does not. Methods are anybody's invention.
            route = getattr(scope.get("endpoint"), "__name__", "none")
            module = getattr(scope.get("endpoint"), "__module__", "").rpartition(".")[2]
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"
            place = f"{module}.{route}" if module else route
            self.meter.took(method, place, status, time.perf_counter() - started)


def alive(request: Request) -> Response:
    """Whether the desk answers at all."""
    return PlainTextResponse("alive\n")


def ready(request: Request) -> Response:
    """Whether decisions can be reached and records can be read: if not, send curators elsewhere."""
    library: Library = request.app.state.library
    try:
        library.decisions.last("")
        first = next(iter(library.store.made(Stage.ASSEMBLE)), [])
        with request.app.state.index.reading() as database:
            database.execute("SELECT 1 FROM documents LIMIT 1").fetchone()
        if trouble := next((one.trouble for one in first if one.trouble), None):
            raise OSError(trouble.message)
    except (OSError, sqlite3.Error) as error:
        LOG.error("not ready: %s", error)
        return PlainTextResponse("The decisions or the records cannot be reached.\n", 503)
    return PlainTextResponse("ready\n")


async def metrics(request: Request) -> Response:
    """The figures, for whoever may know them."""
    app = request.app
    if not await run_in_threadpool(_may_know, request):
        return PlainTextResponse(NOT_HERE, 403)
    meter: Meter | None = app.state.meter
    if meter is None:
        return PlainTextResponse(ABSENT, 404)
    text = await run_in_threadpool(meter.text)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_know(request: Request) -> bool:
    """Whoever has the token; without one whoever sits at this machine, where no proxy stands
    before it, and where no coder could learn how far another one is.
    """
    settings: Settings = request.app.state.door.settings
    if settings.metrics_token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.metrics_token}".encode())
    peer = request.client.host if request.client else ""
    behind = bool(settings.address or settings.trust or "x-forwarded-for" in request.headers)
    if peer not in LOOPBACK or settings.host not in LOOPBACK or behind:
        return False
    with request.app.state.index.reading() as database:
        query = "SELECT 1 FROM documents WHERE json_extract(coding, '$.mode') <> 'open' LIMIT 1"
        return database.execute(query).fetchone() is None


ROUTES = [
    *(Route(path, endpoint) for path, endpoint in zip(PROBES, (alive, ready), strict=True)),
    Route(METRICS, metrics),
]
