"""The tour: a sample that everybody may decide on, opened with the tour beside it."""

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pipeline.desk.index import Index
from pipeline.desk.render import page
from pipeline.desk.search import progress

SAMPLES = "samples/"  # where they are under raw/documents
MISSING = "The tour needs one of the sample documents. Put one into raw/documents/samples."


def tour(request: Request) -> Response:
    """Open the first sample with the most left to do; 404 where there is none."""
    index: Index = request.app.state.index
    with index.reading() as database:
        samples = [
            one
            for one in progress(database, request.state.curator)
            if one.name.startswith(SAMPLES) and one.coding["mode"] == "open" and one.records > 1
        ]
    if not samples:
        return page(request, "error.html", 404, message=MISSING)
    name = max(samples, key=lambda one: one.records - one.done).name
    query = urlencode({"document": name, "sort": "place", "tour": "yes"})
    return RedirectResponse(f"/review/{quote(name)}?{query}", 303)


ROUTES = [Route("/tour", tour)]
