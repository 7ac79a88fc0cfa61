"""The source: pictures of its pages, its text in passages, the saved page, the coverage map."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline.desk.drawing import Drawing, Undrawable
from pipeline.desk.inert import POLICY
from pipeline.desk.library import Folio, Library
from pipeline.desk.originals import Originals
from pipeline.desk.places import KINDS, passages
from pipeline.desk.render import page, wants_json
from pipeline.model import Record, Segments, Span
from pipeline.store import Stage, read_noun

SCALES = (1.0, 1.5, 2.0, 3.0, 4.0)  # pixels a point: few, so that most are drawn once
AT_A_TIME = 400  # blocks of a text in one answer
SAVED = ("text/html", "application/xhtml+xml", "multipart/related")
TROUBLES = {
    "changed": (409, "The original changed since it was read: run gleaner extract again."),
    "gone": (404, "The original does not lie where it was read any more."),
    "no-page": (404, "The document has no such page."),
    "broken": (422, "This page cannot be drawn."),
    "too-slow": (422, "Drawing this page took too long, and was stopped."),
}


def picture(request: Request) -> Response:
    """A page of a PDF as PNG."""
    folio, number = _folio(request), int(request.path_params["number"])
    sha256 = _version(request, folio)
    scale = _scale(request.query_params.get("scale", ""))
    etag = f'"{sha256[:32]}-{number}-{scale:g}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    originals: Originals = request.app.state.originals
    drawing: Drawing = request.app.state.drawing
    try:
        if folio.document.media_type != "application/pdf":
            raise Undrawable("no-page")
        drawn = drawing.page(originals.find(folio.name, sha256), sha256, number, scale)
    except Undrawable as error:
        return _undrawable(error)
    return Response(drawn, media_type="image/png", headers=headers)


def text(request: Request) -> Response:
    """Blocks of the frozen text, AT_A_TIME from `first` on."""
    folio, first = _folio(request), _number(request, "first")
    found = [asdict(p) for p in passages(folio.document, first, first + AT_A_TIME)]
    return JSONResponse({"passages": found, "next": _next(folio, first)})


def saved(request: Request) -> Response:
    """A saved web page, inert, for a frame without rights."""
    folio = _folio(request)
    sha256 = _version(request, folio)
    originals: Originals = request.app.state.originals
    drawing: Drawing = request.app.state.drawing
    try:
        if folio.document.media_type not in SAVED:
            raise Undrawable("no-page")
        shown = drawing.saved(originals.find(folio.name, sha256), sha256)
    except Undrawable as error:
        return _undrawable(error)
    headers = {"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(shown, headers=headers)


def coverage(request: Request) -> Response:
    """Every block as record, context, boilerplate, or not looked at."""
    folio, first = _folio(request), _number(request, "first")
    library: Library = request.app.state.library
    document = folio.document
    try:
        segments = read_noun(Segments, library.store.output(Stage.SEGMENT, folio.name))
    except (OSError, ValueError):
        message = "Its segments are gone: run gleaner extract again."
        return PlainTextResponse(message, 404)
    kinds = segments.kinds(document)
    for record in folio.reviewed.records:
        for start, end in _spans(record):
            kinds[start:end] = bytes([KINDS.index("record")]) * (end - start)
    read = b"".join(kinds[b.span.start : b.span.end] for b in document.blocks)
    counts = {name: read.count(number) for number, name in enumerate(KINDS)}
    if wants_json(request):
        blocks = [
            {"start": b.span.start, "end": b.span.end, "kind": _kind(kinds, b.span)}
            for b in document.blocks
        ]
        return JSONResponse({"characters": counts, "blocks": blocks})
    whole = max(1, len(read))
    return page(
        request,
        "coverage.html",
        folio=folio,
        shares={name: count / whole for name, count in counts.items()},
        passages=passages(document, first, first + AT_A_TIME, kinds),
        first=first,
        next=_next(folio, first),
    )


def _folio(request: Request) -> Folio:
    library: Library = request.app.state.library
    return library.folio(request.path_params["name"], request.state.curator)


def _version(request: Request, folio: Folio) -> str:
    """The digest of the original that is asked for: as it is read now, or as a decision saw it."""
    asked = request.query_params.get("sha256", "")
    known = {saw.sha256 for saw in folio.seen.values() if saw.document == folio.name}
    return asked if asked in known else folio.records.document.sha256


def _undrawable(error: Undrawable) -> Response:
    status, message = TROUBLES[error.code]
    return PlainTextResponse(message, status)


def _scale(asked: str) -> float:
    """The first of SCALES that is enough."""
    try:
        wanted = float(asked or 1.5)
    except ValueError:
        wanted = 1.5
    return next((scale for scale in SCALES if scale >= wanted), SCALES[-1])


def _number(request: Request, name: str) -> int:
    asked = request.query_params.get(name, "0")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else 0


def _next(folio: Folio, first: int) -> int | None:
    return first + AT_A_TIME if first + AT_A_TIME < len(folio.document.blocks) else None


def _kind(kinds: bytearray, span: Span) -> str:
    """What most of a block's characters are; the higher where two share it."""
    counts = [kinds.count(number, span.start, span.end) for number in range(len(KINDS))]
    return KINDS[max(range(len(KINDS)), key=lambda number: (counts[number], number))]


def _spans(record: Record) -> Iterator[Span]:
    fields: list[Any] = [record.name, record.description, record.rationale]
    for claim in (*fields, *record.details.values()):
        if claim is not None:
            yield from (source.span for source in claim.provenance)


ROUTES = [
    Route("/page/{name:path}/{number:int}.png", picture),
    Route("/text/{name:path}", text),
    Route("/saved/{name:path}", saved),
    Route("/coverage/{name:path}", coverage),
]
