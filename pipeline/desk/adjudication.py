"""Where coders differ: what each said beside the very words, and one answer for all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.desk.acts import ACTION
from pipeline.desk.coding import outcome_of
from pipeline.desk.library import Folio, Library, NotYours
from pipeline.desk.pages import SAVED
from pipeline.desk.record_view import (
    difference,
    label_of,
    last_on,
    lights_of,
    machine_record,
    said,
    sight_of,
    title_of,
)
from pipeline.desk.render import PAGES, page
from pipeline.model import (
    Act,
    Coded,
    Codes,
    Decision,
    FieldReview,
    FieldStatus,
    Frozen,
    ReviewedRecord,
    Words,
)
from pipeline.model.decision import TAGS, WHOLE
from pipeline.review import fields_of, standing
from pipeline.store.decisions import Stale
from pipeline.taxonomy import Taxonomy

Conflict = tuple[ReviewedRecord, FieldReview]


@dataclass(frozen=True, slots=True)
class Side:
    """What one coder says. `parts` is it beside what the first said, as (kind, words)."""

    coder: str
    act: str
    text: str
    parts: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, str, bool], ...]
    note: str
    spans: tuple[Any, ...]
    boxes: tuple[Any, ...]


class Taken(Frozen):
    """Take what a coder says. `base` is the key of the last decision that was shown."""

    action: str = ACTION
    record: str
    field: str
    coder: str
    base: str = ""


def adjudicate(request: Request) -> Response:
    """The first conflict, or the one asked for; as a part of the page when a script asks."""
    folio = _folio(request)
    asked = (request.query_params.get("record", ""), request.query_params.get("field", ""))
    if request.query_params.get("format") == "json":
        return _answer(request, folio, asked)
    views = [
        *(["pages"] if folio.document.media_type == "application/pdf" else []),
        "text",
        *(["saved"] if folio.document.media_type in SAVED else []),
    ]
    told = _told(request, folio, asked)
    return page(
        request,
        "adjudicate.html",
        name=folio.name,
        title=folio.title,
        views=views,
        pages=len(folio.document.pages),
        part=told["html"],
    )


async def take(request: Request) -> Response:
    """Decide a conflict as a coder did: 200 with the next, 409 when they decided meanwhile."""
    body = await request.body()

    def taken() -> Response:
        folio = _folio(request)
        try:
            asked = Taken.model_validate_json(body)
        except ValidationError:
            return JSONResponse({"error": "This act is not one that the desk knows."}, 422)
        return _take(request, folio, asked)

    return await run_in_threadpool(taken)


def _take(request: Request, folio: Folio, asked: Taken) -> Response:
    library: Library = request.app.state.library
    curator, here = request.state.curator, (asked.record, asked.field)
    own = [d for d in folio.decisions if d.action == asked.action and d.curator == curator]
    if not own:
        chosen = [
            (record, one)
            for record, review in conflicts(folio)
            for one in review.codings
            if (record.id, review.field) == here and one.curator == asked.coder
        ]
        if not chosen:
            return _answer(request, folio, here, 409, error="That is no conflict any more.")
        record, coded = chosen[0]
        saw = sight_of(folio, record)
        decision = Decision(
            action=asked.action, document=folio.name, record=record.id, field=asked.field,
            act=_act(coded, asked.field), value=coded.value, saw=saw.digest, curator=curator,
            when=datetime.now(UTC),
        )  # fmt: skip
        try:
            own = list(library.append(curator, [decision], [saw], {here: asked.base}))
        except Stale as stale:
            fresh = library.folio(folio.name, curator)
            message = f"Not saved: {stale.last[-1].curator} decided since this was shown."
            return _answer(request, fresh, here, 409, error=message)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
    fresh = library.folio(folio.name, curator)
    return _answer(
        request, fresh, here, said=f"Taken from {asked.coder}: {label_of(asked.field).lower()}",
        when=own[0].when.isoformat(),
    )  # fmt: skip


def _act(coded: Coded, field: str) -> Act:
    """A part of a split is, for its field, an edit."""
    known = coded.act in (Act.ACCEPT, Act.REJECT, Act.EDIT)
    return coded.act if known or field == WHOLE else Act.EDIT


def conflicts(folio: Folio) -> list[Conflict]:
    """The fields on which coders differ and nobody decided yet, as they stand in the document."""
    return [
        (record, review)
        for record in (*folio.reviewed.records, *folio.reviewed.lost)
        for review in record.review.fields
        if review.status is FieldStatus.CONFLICT
    ]


def _answer(
    request: Request, folio: Folio, asked: tuple[str, str], status: int = 200, **told: Any
) -> Response:
    return JSONResponse(_told(request, folio, asked) | told, status)


def _told(request: Request, folio: Folio, asked: tuple[str, str]) -> dict[str, Any]:
    """The conflict asked for, or the next one after that place, as the page shows it."""
    library: Library = request.app.state.library
    every = conflicts(folio)
    at = _at(folio, every, asked)
    settled = sum(d.role == "adjudicator" and bool(d.record) for d in standing(folio.decisions))
    if at is None:
        part = PAGES.get_template("parts/conflict.html").render(
            conflict=None, left=0, settled=settled, document=folio.name
        )
        return {"html": part, "left": 0, "record": "", "field": "", "lights": None}
    record, review = every[at]
    machine = machine_record(folio, record.id)
    part = PAGES.get_template("parts/conflict.html").render(
        conflict=review,
        record=record,
        title=title_of(record),
        label="The record as a whole" if review.field == WHOLE else label_of(review.field),
        sides=_sides(folio, record, review, library),
        machine=said(fields_of(machine).get(review.field)) if machine else "",
        base=last_on(folio, request.state.curator, record.id, review.field),
        left=len(every),
        settled=settled,
        at=at + 1,
        document=folio.name,
        path=quote(folio.name),
        before=every[at - 1] if at else None,
        after=every[at + 1] if at + 1 < len(every) else None,
    )
    return {
        "html": part,
        "left": len(every),
        "record": record.id,
        "field": review.field,
        "lights": lights_of(folio, record),
    }


def _at(folio: Folio, every: Sequence[Conflict], asked: tuple[str, str]) -> int | None:
    """Which conflict is asked for: that one, else the next after its place, else the first."""
    places = [
        (record.id, review.field)
        for record in (*folio.reviewed.records, *folio.reviewed.lost)
        for review in record.review.fields
    ]
    open_ = [(record.id, review.field) for record, review in every]
    if not open_:
        return None
    if asked in places:
        waiting = set(open_)
        further = (one for one in places[places.index(asked) :] if one in waiting)
        return open_.index(next(further, open_[0]))
    return 0


def _sides(
    folio: Folio, record: ReviewedRecord, review: FieldReview, library: Library
) -> Iterator[Side]:
    ids = set(record.ids)
    titles = {one.id: title_of(one) for one in folio.reviewed.records}
    notes = {
        d.curator: d.note
        for d in standing(folio.decisions)
        if d.record in ids and d.field == review.field and d.note
    }
    first = ""
    taxonomy = library.taxonomies.get(review.field.removeprefix(TAGS))
    for coded in review.codings:
        text = outcome_of(
            Decision(
                action="", document=folio.name, record=record.id, field=review.field,
                act=coded.act, value=coded.value, curator=coded.curator, when=datetime.now(UTC),
            ),
            titles,
        )  # fmt: skip
        parts = [(k, w) for k, w in difference(first, text) if k != "gone"] if first else []
        first = first or text
        places = coded.value.provenance if isinstance(coded.value, Words) else ()
        yield Side(
            coder=coded.curator,
            act=coded.act.value,
            text=text,
            parts=tuple(parts) or (("same", text),),
            codes=tuple(_codes(coded, taxonomy)),
            note=notes.get(coded.curator, ""),
            spans=tuple(tuple(place.span) for place in places),
            boxes=tuple(tuple(box) for place in places for box in place.boxes),
        )


def _codes(coded: Coded, taxonomy: Taxonomy | None) -> Iterator[tuple[str, str, bool]]:
    """The codes of a coding: code, label, whether it is the primary one."""
    if not isinstance(coded.value, Codes) or coded.act is Act.REJECT:
        return
    labels = {one.code: one.label for one in taxonomy.concepts} if taxonomy else {}
    for code in filter(None, (coded.value.primary, *coded.value.other)):
        yield code, labels.get(code, ""), code == coded.value.primary


def _folio(request: Request) -> Folio:
    """The document, for its adjudicator alone. Raises Unknown, NotYours."""
    library: Library = request.app.state.library
    folio = library.folio(request.path_params["name"], request.state.curator)
    if folio.role != "adjudicator":
        raise NotYours("Only the adjudicator of a document decides between its coders.")
    return folio


ROUTES = [
    Route("/adjudicate/{name:path}", adjudicate),
    Route("/adjudicate/{name:path}", take, methods=["POST"]),
]
