"""What waits for a curator: the queue, what comes next in it, and how far each document is."""

from dataclasses import asdict, fields
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.desk.filters import SORTS, STATUSES, Filters
from pipeline.desk.index import Index
from pipeline.desk.render import page, wants_json
from pipeline.desk.search import (
    MANY,
    MOST_OFFERED,
    PAGE,
    Listed,
    Place,
    choices,
    counted,
    listed,
    place_of,
    progress,
)


def queue(request: Request) -> Response:
    """Records by the filters of the URL, a page at a time."""
    filters, curator = Filters.of(request.query_params), request.state.curator
    after = Place.of(request.query_params.get("after", ""))
    index: Index = request.app.state.index
    with index.reading() as database:
        found = listed(database, filters, curator, after, PAGE + 1)
        total = counted(database, filters, curator)
        offered = {} if wants_json(request) else choices(database, curator)
    records, more = found[:PAGE], len(found) > PAGE
    following = _url("/", filters, after=records[-1].place.token()) if more else ""
    if wants_json(request):
        return JSONResponse(
            {"total": total, "records": [_as_json(r, filters) for r in records], "next": following}
        )
    return page(
        request,
        "queue.html",
        records=[(record, review_url(record, filters)) for record in records],
        total=total,
        filters=filters,
        set=_set(filters),
        statuses=STATUSES,
        sorts=SORTS,
        taxonomies=sorted(request.app.state.library.taxonomies),
        choices=offered,
        many=MANY,
        most_offered=MOST_OFFERED,
        following=following,
        paged=after is not None,
    )


def following(request: Request) -> Response:
    """The record that comes next in a queue: after `at` there, or after the record `after`."""
    filters, curator = Filters.of(request.query_params), request.state.curator
    document, _, record = request.query_params.get("after", "").rpartition("#")
    index: Index = request.app.state.index
    with index.reading() as database:
        after = Place.of(request.query_params.get("at", ""))
        if after is None and record:
            after = place_of(database, filters, curator, document, record)
        found = listed(database, filters, curator, after, 2)
    found = [one for one in found if (one.document, one.record) != (document, record)]
    url = review_url(found[0], filters) if found else _url("/", filters)
    if not wants_json(request):
        return RedirectResponse(url, 303)
    told: dict[str, Any] = _as_json(found[0], filters) if found else {"url": url}
    return JSONResponse(told)


def documents(request: Request) -> Response:
    """Every document: what was read of it, how far it is, and who decided."""
    index: Index = request.app.state.index
    with index.reading() as database:
        found = list(progress(database, request.state.curator))
    if wants_json(request):
        return JSONResponse({"documents": [asdict(one) for one in found]})
    everybody: dict[str, int] = {}
    for one in found:
        for name, count in one.by:
            everybody[name] = everybody.get(name, 0) + count
    return page(
        request,
        "documents.html",
        documents=found,
        records=sum(one.records for one in found),
        done=sum(one.done for one in found),
        urgent=sum(one.urgent for one in found),
        curators=sorted(everybody.items()),
        quote=quote,
    )


def review_url(record: Listed, filters: Filters) -> str:
    """Where a record is reviewed, and from which place of which queue one came."""
    path = f"/review/{quote(record.document)}?{urlencode({'record': record.record})}"
    return "&".join(filter(None, [path, filters.query, urlencode({"at": record.place.token()})]))


def _as_json(record: Listed, filters: Filters) -> dict[str, Any]:
    told = asdict(record)
    del told["place"]
    return {**told, "url": review_url(record, filters)}


def _url(path: str, filters: Filters, **more: str) -> str:
    query = "&".join(filter(None, [filters.query, urlencode(more)]))
    return f"{path}?{query}" if query else path


def _set(filters: Filters) -> list[tuple[str, str, str]]:
    """The filters that are set, each with its value and the URL without it."""
    found = []
    for field in fields(filters):
        value = getattr(filters, field.name)
        if value != field.default and field.name not in ("sort", "status"):
            without = Filters(**{**asdict(filters), field.name: field.default})
            found.append((NAMES[field.name], value, _url("/", without)))
    return found


NAMES = {
    "q": "words",
    "document": "document",
    "taxonomy": "taxonomy",
    "code": "code",
    "least": "at least",
    "most": "at most",
    "issue": "issue",
    "assigned": "assigned to",
    "changed": "changed since I decided",
}

ROUTES = [
    Route("/", queue),
    Route("/next", following),
    Route("/documents", documents),
]
