"""The app: routes put together behind the guard."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from pipeline.desk import entry
from pipeline.desk.drawing import Drawing
from pipeline.desk.entry import Door
from pipeline.desk.index import Found, Index
from pipeline.desk.library import Library, NotYours, Unknown
from pipeline.desk.operation import Timed, metered
from pipeline.desk.originals import Originals
from pipeline.desk.render import page, wants_json
from pipeline.desk.search import progress
from pipeline.desk.security import Guard
from pipeline.desk.settings import Settings
from pipeline.desk.sight import EVERYBODY
from pipeline.store import Store
from pipeline.store.decisions import Decisions
from pipeline.taxonomy import load_taxonomies

HERE = Path(__file__).parent
ROOMS = (  # modules with a list ROUTES
    "queue", "pages", "review_view", "acts", "coding", "adjudication", "agreement_view",
    "tour", "operation",
)  # fmt: skip


def create_app(
    settings: Settings,
    said: Callable[[str], None] = lambda code: None,
    told: Callable[[Found], None] = lambda found: None,
) -> Starlette:
    """The desk as an ASGI app, its index up to date; to be closed by `close_app`.

    `said` is called with the next one-time code when one is used, `told` while records are
    indexed. The app's `state` holds `library`, `index`, `door`, `drawing` and `originals`; that of
    a request `curator` and `csrf`. Raises OSError.
    """
    library = _library(settings.store, settings.decisions, read_only=False)
    index = Index(library, settings.index)
    index.refresh(told)
    index.start()
    library.changed = index.follow
    engine = library.decisions.engine
    shared = engine if engine and engine.dialect.name == "postgresql" else None
    door = Door(settings, said, shared)
    meter = metered(library, index)
    routes: list[BaseRoute] = [*entry.ROUTES]
    for room in ROOMS:
        routes += import_module(f"pipeline.desk.{room}").ROUTES
    routes.append(Mount("/static", StaticFiles(directory=HERE / "static")))
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Timed, meter=meter),
            Middleware(Guard, settings=settings, sessions=door.sessions),
        ],
        exception_handlers={Unknown: _unknown, NotYours: _not_yours, HTTPException: _refused},
    )
    app.state.library, app.state.index, app.state.door = library, index, door
    app.state.meter = meter
    app.state.drawing, app.state.originals = Drawing(), Originals(settings.original)
    return app


def close_app(app: Starlette) -> None:
    """Let go of what a desk holds: processes, databases."""
    app.state.index.close()
    app.state.drawing.close()
    with suppress(OSError):  # the database may be away
        app.state.door.code.close()
    app.state.library.decisions.close()


def waiting(store: Store, decisions: str | None = None) -> dict[str, int]:
    """How many records wait, in how many documents, and how many are done. Raises OSError."""
    library = _library(store, decisions, read_only=True)
    index = Index(library)
    try:
        index.refresh()
        with index.reading() as database:
            found = list(progress(database, EVERYBODY))
    finally:
        index.close()
        library.decisions.close()
    return {
        "records": sum(one.records - one.done for one in found),
        "documents": sum(one.records > one.done for one in found),
        "done": sum(one.done for one in found),
    }


def _library(store: Store, url: str | None, read_only: bool) -> Library:
    decisions = (
        Decisions(url, read_only=read_only) if url else Decisions.at(store.raw, read_only=read_only)
    )
    return Library(store, decisions, load_taxonomies())


def _unknown(request: Request, error: Exception) -> Response:
    return _error(request, 404, "There is no such document here.")


def _not_yours(request: Request, error: Exception) -> Response:
    return _error(request, 403, str(error))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "There is nothing here." if error.status_code == 404 else error.detail
    return _error(request, error.status_code, message)


def _error(request: Request, status: int, message: str) -> Response:
    if wants_json(request):
        return JSONResponse({"error": message}, status)
    return page(request, "error.html", status, message=message)
