"""The decisions on a record, told: who, when, from what to what, having seen which words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.model import (
    Act,
    Codes,
    Coding,
    Decision,
    Draft,
    Pieces,
    Place,
    ReviewedRecord,
    Saw,
    Target,
    Value,
    Words,
)
from pipeline.review import fields_of, standing
from pipeline.run.reviewing import decisions_of, reviewed_if_whole
from pipeline.run.show import printable
from pipeline.store import Store

LONGEST = 300  # characters of a value or a quote that are shown


@dataclass(frozen=True, slots=True)
class Told:
    """The decisions on one record: `lines` for people, `data` for machines."""

    lines: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def decided_on(store: Store, start: str) -> Iterator[tuple[str, str]]:
    """Document and id of the records with decisions whose id begins so."""
    with decisions_of(store) as decisions:
        every = decisions.all() if decisions else ()
        yield from dict.fromkeys(
            (one.document, one.record)
            for one in every
            if one.record and one.record.casefold().startswith(start)
        )


def record_by_now(store: Store, name: str, identifier: str) -> ReviewedRecord | None:
    """A record as decided, also one by hand or one that the extractor no longer finds."""
    merged = reviewed_if_whole(store, name)
    every = (*merged.file.records, *merged.file.lost) if merged else ()
    return next((record for record in every if record.id == identifier), None)


def history(store: Store, name: str, identifier: str) -> Told:
    """What was decided on a record, in order, and what stands. Empty when nothing was."""
    with decisions_of(store) as decisions:
        every = decisions.of_document(name) if decisions else []
        if not every or not decisions:
            return Told()
        seen = decisions.seen(name)
    record = record_by_now(store, name, identifier)
    ids = {identifier, *(record.ids if record else ())}
    own = {one.action for one in every if one.record in ids}
    own |= {one.action for one in every if one.act is Act.UNDO and one.of in own}
    stand = {one.key for one in standing(every)}
    found = [one for one in every if one.action in own and (one.record in ids or one.of)]
    if not found:
        return Told()
    told = Told(
        data={
            "decisions": [
                _data(one, seen.get(one.saw), one.key in stand or one.act is Act.UNDO)
                for one in found
            ],
            "review": record.review.model_dump(mode="json") if record else None,
        }
    )
    told.lines.append("decided:")
    for one in found:
        told.lines.extend(_lines(one, seen.get(one.saw), one.key in stand))
    if record:
        told.lines.extend(_stands(record))
    return told


def _data(decision: Decision, saw: Saw | None, stands: bool) -> dict[str, Any]:
    was = _was(decision, saw)
    return {
        **decision.model_dump(mode="json"),
        "from": was.model_dump(mode="json") if was else None,
        "stands": stands,
    }


def _was(decision: Decision, saw: Saw | None) -> Value | None:
    """What the extractor said, where the decision was made."""
    return fields_of(saw.record).get(decision.field) if saw else None


def _lines(decision: Decision, saw: Saw | None, stands: bool) -> Iterator[str]:
    when = f"{decision.when:%Y-%m-%d %H:%M:%S} UTC"
    role = "" if decision.role == "curator" else f" ({decision.role})"
    what = "an action" if decision.act is Act.UNDO else decision.field
    undone = "" if stands or decision.act is Act.UNDO else ", taken back later"
    yield f"    {when} {decision.curator}{role}: {decision.act} {printable(what)}{undone}"
    was = _was(decision, saw)
    if decision.value is not None and decision.value != was:
        yield f"        from {_said(was)} to {_said(decision.value)}"
    elif was:
        yield f"        {_said(was)}"
    if isinstance(was, Words):
        for source in was.provenance:
            pages = "–".join(map(str, dict.fromkeys((source.pages[0], source.pages[-1]))))
            yield f"        having seen “{_short(source.quote)}” (page {pages}) [{source.made_by}]"
    if decision.note:
        yield f"        note: {_short(decision.note)}"


def _stands(record: ReviewedRecord) -> Iterator[str]:
    review = record.review
    yield f"stands: {review.status}{f' of {review.of}' if review.of else ''}"
    values = fields_of(record)
    for one in review.fields:
        if one.curator:
            yield f"    {one.field}: {one.status} by {one.curator}: {_said(values.get(one.field))}"
            yield from _doubts(one.footing, one.proposal)
        for coded in one.codings:
            yield f"    {one.field}: {one.status}, {coded.curator} says {_said(coded.value)}"
    if review.waits:
        yield f"waits: {', '.join(review.waits)}"


def _doubts(footing: str, proposal: Value | None) -> Iterator[str]:
    if footing != "stands":
        yield f"        {footing}"
    if proposal is not None:
        yield f"        the extractor now says {_said(proposal)}"


def _said(value: Value | None) -> str:
    """A value in one line."""
    match value:
        case None:
            return "nothing"
        case Words():
            items = value.value if isinstance(value.value, tuple) else (str(value.value),)
            return f"“{_short('; '.join(items))}”"
        case Codes():
            primary = [f"{value.primary} (primary)"] if value.primary else []
            return printable(", ".join([*primary, *value.other])) or "no code"
        case Place():
            path = " > ".join(value.path) or "no heading"
            return printable(f"{path}{f', under {value.parent}' if value.parent else ''}")
        case Draft():
            return _said(value.name or value.description)
        case Pieces():
            return "; ".join(map(_said, value.pieces))
        case Target():
            return f"{value.record}{f' of {value.document}' if value.document else ''}"
        case Coding():
            return value.mode


def _short(text: str) -> str:
    line = " ".join(text.split())
    return printable(line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…")
