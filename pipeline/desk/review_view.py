"""The review: a document's source beside one of its records, and what the page asks for."""

import re
from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline.desk.library import Folio, Library
from pipeline.desk.pages import SAVED
from pipeline.desk.record_view import (
    history,
    label_of,
    lights_of,
    places_of,
    reviewed_record,
    view_of,
)
from pipeline.desk.render import PAGES, page
from pipeline.model import Line, ReviewedRecord, Span

MOST_FOUND = 500  # places that one search shows
Word = tuple[int, int, float, float, float, float]


def review(request: Request) -> Response:
    """The page of a record; where the address names none of ours, the first that is open."""
    folio = _folio(request)
    asked = _record(request, folio)
    record = asked or _first(folio)
    geometry = any(one.width for one in folio.document.pages)
    views = [
        *(["pages"] if geometry and folio.document.media_type == "application/pdf" else []),
        "text",
        *(["saved"] if folio.document.media_type in SAVED else []),
    ]
    return page(
        request,
        "review.html",
        name=folio.name,
        title=folio.title,
        views=views,
        coding=folio.coding,
        role=folio.role,
        pages=len(folio.document.pages),
        part=record_part(request, folio, record) if record else "",
        missing=asked is None and bool(request.query_params.get("record")),
        waits=record is not None and _open(record),
        asked=request.query_params.get("field", ""),
    )


def record_part(request: Request, folio: Folio, record: ReviewedRecord) -> str:
    """The right half of the page: one record, field by field."""
    library: Library = request.app.state.library
    view = view_of(folio, record, library.taxonomies, request.state.curator)
    return PAGES.get_template("parts/record.html").render(
        view=view, done=sum(not _open(one) for one in folio.reviewed.records)
    )


def record_answer(
    request: Request, folio: Folio, identifier: str, status: int = 200, **said: Any
) -> Response:
    """A record as it is now, for a page that shows it already; `said` goes with it."""
    record = reviewed_record(folio, identifier)
    found = {"html": "", "lights": None, "record": identifier} | said
    if record is not None:
        found |= {"html": record_part(request, folio, record), "lights": lights_of(folio, record)}
    return JSONResponse(found, status)


def part(request: Request) -> Response:
    """One record of a document, by its id."""
    folio = _folio(request)
    record = _record(request, folio)
    if record is None:
        return JSONResponse({"error": "There is no such record."}, 404)
    return record_answer(request, folio, record.id)


def lights(request: Request) -> Response:
    """Where the words of every record stand, and how large each page is, in points."""
    folio = _folio(request)
    records = (*folio.reviewed.records, *folio.reviewed.lost)
    pages = [(one.number, one.width, one.height) for one in folio.document.pages if one.width]
    return JSONResponse(
        {"pages": pages, "records": [lights_of(folio, record) for record in records]}
    )


def words(request: Request) -> Response:
    """The words of a page in reading order: start, end, and x0, top, x1, bottom in points."""
    folio, number = _folio(request), request.path_params["number"]
    document = folio.document
    found: list[Word] = []
    for one in document.pages:
        if one.number == number:
            for block in document.blocks_at(one.span):
                for line in block.lines:
                    if line.box.page == number:
                        found += _words(document.quote(line.span), line)
    return JSONResponse(sorted(found))


def _words(text: str, line: Line) -> list[Word]:
    start, (_, x0, top, x1, bottom) = line.span.start, line.box
    runs = [match.span() for match in re.finditer(r"\S+", text)]
    if len(runs) * 2 != len(line.words):  # a line of which only the whole has a place
        return [(start, line.span.end, x0, top, x1, bottom)]
    return [
        (start + a, start + b, line.words[2 * at], top, line.words[2 * at + 1], bottom)
        for at, (a, b) in enumerate(runs)
    ]


def find(request: Request) -> Response:
    """Where words stand in the text, whatever their case and the white space between them."""
    folio, sought = _folio(request), request.query_params.get("q", "").split()
    document = folio.document
    if not sought or sum(map(len, sought)) > 500:
        return JSONResponse([])
    pattern = re.compile(r"\s+".join(map(re.escape, sought)), re.IGNORECASE)
    found = []
    for match in pattern.finditer(document.text):
        cited = document.cite(Span(*match.span()), made_by="reader:find")
        found.append({"span": cited.span, "boxes": cited.boxes})
        if len(found) == MOST_FOUND:
            break
    return JSONResponse(found)


def concepts(request: Request) -> Response:
    """The taxonomies, each concept with how many records of this document have it."""
    folio = _folio(request)
    library: Library = request.app.state.library
    counts = Counter((t.taxonomy, t.code) for r in folio.reviewed.records for t in r.tags)
    return JSONResponse(
        [
            {
                "id": taxonomy.id,
                "label": label_of(f"tags.{taxonomy.id}"),
                "title": taxonomy.title,
                "concepts": [
                    {
                        "code": concept.code,
                        "label": concept.label,
                        "definition": concept.definition,
                        "also": concept.also,
                        "depth": len(taxonomy.ancestors(concept.code)),
                        "count": counts[taxonomy.id, concept.code],
                    }
                    for concept in taxonomy.concepts
                ],
            }
            for taxonomy in library.taxonomies.values()
        ]
    )


def past(request: Request) -> Response:
    """Who decided what on a field, or on a whole record, having seen which words."""
    folio = _folio(request)
    record = _record(request, folio)
    if record is None:
        return PlainTextResponse("There is no such record.", 404)
    field = request.query_params.get("field") or None
    made = PAGES.get_template("parts/history.html").render(
        entries=history(folio, record, field), label=label_of(field or "record"), whole=not field
    )
    return HTMLResponse(made)


def before(request: Request) -> Response:
    """What a decision saw of a field: the words, and the page as it was, where it was kept."""
    folio = _folio(request)
    saw = folio.seen.get(request.query_params.get("saw", ""))
    if saw is None:
        return PlainTextResponse("Nobody has seen that.", 404)
    lit = places_of(saw.record).get(request.query_params.get("field", ""), ())
    boxes = [box for place in lit for box in place.boxes]
    number = boxes[0].page if boxes else 0
    size = next(((p.width, p.height) for p in folio.document.pages if p.number == number), None)
    made = PAGES.get_template("parts/before.html").render(
        name=folio.name,
        saw=saw,
        quotes=[place.quote for place in lit],
        boxes=[box for box in boxes if box.page == number],
        number=number,
        size=size,
    )
    return HTMLResponse(made)


def _folio(request: Request) -> Folio:
    library: Library = request.app.state.library
    return library.folio(request.path_params["name"], request.state.curator)


def _record(request: Request, folio: Folio) -> ReviewedRecord | None:
    """The record of the address, if there is one; the first that is open where it names none."""
    asked = request.query_params.get("record", "")
    return reviewed_record(folio, asked) if asked else _first(folio)


def _first(folio: Folio) -> ReviewedRecord | None:
    """The first record that is open, else the first."""
    records = folio.reviewed.records
    return next((r for r in records if _open(r)), records[0] if records else None)


def _open(record: ReviewedRecord) -> bool:
    return bool(record.review.waits) or record.review.status in ("undecided", "in part")


ROUTES = [
    Route("/review/{name:path}", review),
    Route("/record/{name:path}", part),
    Route("/lights/{name:path}", lights),
    Route("/words/{number:int}/{name:path}", words),
    Route("/find/{name:path}", find),
    Route("/concepts/{name:path}", concepts),
    Route("/history/{name:path}", past),
    Route("/before/{name:path}", before),
]
