"""Acts as a page sends them (JSON), made into decisions that know what they saw."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.desk.by_hand import LONGEST, Drafted, Refused, Wording, drafted, worded
from pipeline.desk.library import Folio, Library
from pipeline.desk.record_view import (
    TEXTS,
    changed_since,
    decided_value,
    label_of,
    machine_record,
    reviewed_record,
    said,
    sight_of,
    title_of,
)
from pipeline.desk.review_view import record_answer
from pipeline.desk.undoing import undone
from pipeline.model import (
    Act,
    Codes,
    Decision,
    FieldStatus,
    Frozen,
    Pieces,
    Place,
    ReviewedRecord,
    Target,
    Value,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS, WHOLE
from pipeline.review import fields_of
from pipeline.store.decisions import Stale
from pipeline.taxonomy import Taxonomy

DONE = {
    Act.ACCEPT: "Accepted", Act.EDIT: "Changed", Act.REJECT: "Rejected", Act.NOTE: "Noted",
    Act.RESET: "Given back", Act.ADD: "Made", Act.SPLIT: "Split", Act.MERGE: "Merged",
    Act.DUPLICATE: "Marked as a duplicate", Act.UNDO: "Undone", Act.ASSIGN: "Assigned",
}  # fmt: skip


ACTION = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class Changed(Exception):
    """The extractor says something else of this record since it was shown."""


class Sent(Frozen):
    """One act. `base` gives for each field the key of the last decision that was shown.

    `action` is a UUID made by the browser; `saw` the digest of what the extractor said; `fields`
    those that a whole record is accepted with: each was seen. `take` accepts what the extractor
    says now, whatever was decided.
    """

    action: str = ACTION
    act: Act
    record: str = ""
    field: str = WHOLE
    fields: tuple[str, ...] = ()
    take: bool = False
    saw: str = ""
    base: dict[str, str] = Field(default_factory=dict)
    note: str = Field(default="", max_length=LONGEST)
    words: Wording | None = None
    codes: Codes | None = None
    place: Place | None = None
    target: Target | None = None
    drafts: tuple[Drafted, ...] = Field(default=(), max_length=20)


class Undoing(Frozen):
    """Take the curator's last act on a document back, or (`redo`) their last undo."""

    action: str = ACTION
    redo: bool = False


def decide(
    folio: Folio, sent: Sent, curator: str, taxonomies: Mapping[str, Taxonomy]
) -> tuple[list[Decision], ReviewedRecord | None]:
    """The decisions that an act comes to, and the record they are on. Raises Refused, Changed."""
    if sent.act is Act.ADD:
        return list(_added(folio, sent, curator)), None
    record = reviewed_record(folio, sent.record)
    if record is None:
        raise Refused("There is no such record any more.")
    if sent.saw and machine_record(folio, record.id) and sent.saw != sight_of(folio, record).digest:
        raise Changed
    whole = sent.field == WHOLE and sent.act is not Act.EDIT
    if not whole and not _is_field(sent.field, taxonomies):
        raise Refused(f"A record has no field {sent.field!r}.")
    values = _values(folio, sent, record, curator, taxonomies)
    return [
        _decision(folio, sent, record.id, field, act, value) for field, act, value in values
    ], record


def _is_field(name: str, taxonomies: Mapping[str, Taxonomy]) -> bool:
    known = (*TEXTS, "place", *(TAGS + one for one in taxonomies))
    return name in known or (name.startswith(DETAILS) and len(name) > len(DETAILS))


def _values(
    folio: Folio,
    sent: Sent,
    record: ReviewedRecord,
    curator: str,
    taxonomies: Mapping[str, Taxonomy],
) -> Iterator[tuple[str, Act, Value | None]]:
    """What is said of each field that an act concerns."""
    shown = fields_of(record)
    machine = machine_record(folio, record.id)
    seen = fields_of(machine) if machine else {}
    reviews = {review.field: review for review in record.review.fields}
    match sent.act:
        case Act.ACCEPT:
            for field in _accepted(sent, record):
                value = shown.get(field)
                if sent.take:
                    value = seen.get(field)
                elif sent.field in reviews:  # kept
                    value = decided_value(value, reviews[field])
                # Who confirms what another typed says the same; it never was the extractor's.
                own = machine is None or value == seen.get(field)
                yield field, Act.ACCEPT if own else Act.EDIT, value
        case Act.EDIT:
            yield sent.field, Act.EDIT, _edited(folio, sent, record, curator, taxonomies)
        case Act.SPLIT:
            yield WHOLE, Act.SPLIT, _pieces(folio, sent, record, curator)
        case Act.MERGE | Act.DUPLICATE:
            yield WHOLE, sent.act, _target(folio, sent, record)
        case Act.NOTE:
            if not sent.note.strip():
                raise Refused("A note needs words.")
            yield sent.field, Act.NOTE, None
        case Act.REJECT | Act.RESET:
            yield sent.field, sent.act, None
        case _:
            raise Refused("That is not done to a record.")


def _accepted(sent: Sent, record: ReviewedRecord) -> list[str]:
    if sent.field != WHOLE:
        return [sent.field]
    decided = {
        review.field
        for review in record.review.fields
        if review.status not in (FieldStatus.UNDECIDED, FieldStatus.CONFLICT)
        and not changed_since(review)
    }
    fields = [f for f in fields_of(record) if f in sent.fields and f not in decided]
    if not fields:
        raise Refused("Every field that you saw is decided already.")
    return fields


def _edited(
    folio: Folio,
    sent: Sent,
    record: ReviewedRecord,
    curator: str,
    taxonomies: Mapping[str, Taxonomy],
) -> Value:
    if sent.field.startswith(TAGS):
        return _codes(sent, taxonomies)
    if sent.field == "place":
        return _place(folio, sent, record)
    if sent.words is None or not sent.words.text.strip():
        raise Refused("There are no words. To leave the field empty, reject it.")
    near = None
    shown = fields_of(record).get(sent.field)
    if isinstance(shown, Words) and shown.provenance:
        near = shown.provenance[0].span
    return worded(folio, sent.words, curator, near)


def _codes(sent: Sent, taxonomies: Mapping[str, Taxonomy]) -> Codes:
    taxonomy = taxonomies.get(sent.field.removeprefix(TAGS))
    if taxonomy is None or sent.codes is None:
        raise Refused("There is no such taxonomy.")
    known = {concept.code for concept in taxonomy.concepts}
    given = [code for code in (sent.codes.primary, *sent.codes.other) if code]
    if wrong := [code for code in given if code not in known]:
        raise Refused(f"{taxonomy.title} has no code {wrong[0]}.")
    if not given:
        raise Refused("There is no code. To leave the field empty, reject it.")
    other = dict.fromkeys(code for code in sent.codes.other if code != sent.codes.primary)
    return Codes(primary=sent.codes.primary, other=tuple(other))


def _place(folio: Folio, sent: Sent, record: ReviewedRecord) -> Place:
    if sent.place is None:
        raise Refused("There is no place.")
    parents = {one.id: one.parent for one in folio.reviewed.records}
    above = sent.place.parent
    if above is not None and above not in parents:
        raise Refused("The record above is not in this document.")
    seen = {record.id}
    while above is not None:
        if above in seen:
            raise Refused("A record cannot be below itself.")
        seen.add(above)
        above = parents.get(above)
    path = tuple(" ".join(step.split()) for step in sent.place.path if step.strip())
    return Place(parent=sent.place.parent, path=path)


def _target(folio: Folio, sent: Sent, record: ReviewedRecord) -> Target:
    if sent.target is None or sent.target.record == record.id:
        raise Refused("Choose another record.")
    if sent.target.document in (None, folio.name):
        other = reviewed_record(folio, sent.target.record)
        if other is None:
            raise Refused("The other record is not there any more.")
        if other.review.of == record.id:
            raise Refused("That record is merged into this one already.")
    return sent.target


def _pieces(folio: Folio, sent: Sent, record: ReviewedRecord, curator: str) -> Pieces:
    if len(sent.drafts) < 2:
        raise Refused("A split needs two pieces.")
    if len(set(sent.drafts)) < len(sent.drafts):
        raise Refused("Two of the pieces are the same.")
    place = Place(parent=record.parent, path=record.path)
    first, *others = sent.drafts
    pieces = [drafted(folio, first, place, curator, record.id, record.label)]
    for other in others:
        taken = [piece.id for piece in pieces]
        pieces.append(drafted(folio, other, place, curator, taken=taken))
    return Pieces(pieces=tuple(pieces))


def _added(folio: Folio, sent: Sent, curator: str) -> Iterator[Decision]:
    if len(sent.drafts) != 1:
        raise Refused("There is nothing to make a record of.")
    draft = drafted(folio, sent.drafts[0], sent.place or Place(), curator)
    yield _decision(folio, sent, draft.id, WHOLE, Act.ADD, draft)


def _decision(
    folio: Folio, sent: Sent, record: str, field: str, act: Act, value: Value | None
) -> Decision:
    return Decision(
        action=sent.action,
        document=folio.name,
        record=record,
        field=field,
        act=act,
        value=value,
        curator="nobody",  # the library puts the session's in
        when=datetime.now(UTC),
        note=sent.note,
    )


# --- what is sent and answered --------------------------------------------------------------------


async def acted(request: Request) -> Response:
    """Take one act: 200 when it is stored, 409 when it is stale, 422 when it cannot be."""
    return await _taken(request, await request.body(), _act)


async def took_back(request: Request) -> Response:
    """Undo or redo the curator's last act on a document."""
    return await _taken(request, await request.body(), _undo)


async def grounded(request: Request) -> Response:
    """How far words stand in the document, and where; for words given by place, what they say."""
    return await _taken(request, await request.body(), _ground)


Take = Callable[[Request, Folio, bytes], Response]


async def _taken(request: Request, body: bytes, take: Take) -> Response:
    def answer() -> Response:
        library: Library = request.app.state.library
        folio = library.folio(request.path_params["name"], request.state.curator)
        try:
            return take(request, folio, body)
        except ValidationError:
            return JSONResponse({"error": "This act is not one that the desk knows."}, 422)
        except ValueError as error:  # what is refused here, or by the decisions
            return JSONResponse({"error": str(error)}, 422)

    return await run_in_threadpool(answer)


def _act(request: Request, folio: Folio, body: bytes) -> Response:
    library: Library = request.app.state.library
    sent, curator = Sent.model_validate_json(body), request.state.curator
    own = [d for d in folio.decisions if d.action == sent.action and d.curator == curator]
    if own:  # sent again, since the answer was lost
        return _done(request, own)
    try:
        decisions, record = decide(folio, sent, curator, library.taxonomies)
    except Changed:
        return record_answer(request, folio, sent.record, 409, changed=True)
    saw = []
    if record is not None:
        saw = [sight_of(folio, record)]
        decisions = [one.model_copy(update={"saw": saw[0].digest}) for one in decisions]
    base = {(one.record, one.field): sent.base.get(one.field, "") for one in decisions}
    try:
        return _done(request, library.append(curator, decisions, saw, base))
    except Stale as stale:
        fresh = library.folio(folio.name, curator)
        return record_answer(request, fresh, sent.record, 409, stale=_told(fresh, stale.last))


def _undo(request: Request, folio: Folio, body: bytes) -> Response:
    library: Library = request.app.state.library
    asked, curator = Undoing.model_validate_json(body), request.state.curator
    if own := [d for d in folio.decisions if d.action == asked.action and d.curator == curator]:
        return _done(request, own)
    decisions = undone(folio.decisions, curator, asked.action, redo=asked.redo)
    if not decisions:
        what = "redo" if asked.redo else "undo"
        return JSONResponse({"error": f"There is nothing to {what} in this document."}, 422)
    return _done(request, library.append(curator, decisions))


def _ground(request: Request, folio: Folio, body: bytes) -> Response:
    wording = Wording.model_validate_json(body)
    document, maker = folio.document, f"curator:{request.state.curator}"
    text = wording.text
    if wording.span and not text:
        try:
            text = document.value([document.cite(wording.span, maker)])
        except ValueError as error:
            raise Refused("There are no words at that place.") from error
    words = worded(folio, Wording(text=text, span=wording.span), request.state.curator)
    return JSONResponse(
        {
            "text": text,
            "grounding": words.grounding,
            "spans": [place.span for place in words.provenance],
            "boxes": [box for place in words.provenance for box in place.boxes],
        }
    )


def _done(request: Request, stored: Sequence[Decision]) -> Response:
    """What is told of decisions that are on the disk, with the record as it is now."""
    library: Library = request.app.state.library
    first = stored[0]
    folio = library.folio(first.document, request.state.curator)
    said = DONE[first.act]
    if first.act is Act.UNDO:
        by_action = {one.action: one for one in folio.decisions}
        back = by_action[first.of or ""]
        redone = back.act is Act.UNDO
        done = by_action[back.of or ""] if redone else back
        said = f"{'Redone' if redone else 'Undone'}: {DONE[done.act].lower()}"
    what = label_of(first.field) if len(stored) == 1 else f"{len(stored)} fields"
    return record_answer(
        request, folio, first.record,
        said=f"{said} {what if what.isupper() else what.lower()}",
        when=max(one.when for one in stored).isoformat(),
        field=first.field,
    )  # fmt: skip


def _told(folio: Folio, last: Sequence[Decision]) -> list[dict[str, str]]:
    """Decisions that were not seen, in words."""
    titles = {one.id: title_of(one) for one in folio.reviewed.records}
    return [
        {
            "field": one.field,
            "label": label_of(one.field),
            "curator": one.curator,
            "act": DONE[one.act].lower(),
            "value": said(one.value, titles),
            "when": one.when.isoformat(),
        }
        for one in last
    ]


ROUTES = [
    Route("/act/{name:path}", acted, methods=["POST"]),
    Route("/undo/{name:path}", took_back, methods=["POST"]),
    Route("/ground/{name:path}", grounded, methods=["POST"]),
]
