"""A record as its page shows it: each field with its words, who decided, and what it waits for."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from pipeline.desk.library import Folio
from pipeline.desk.rows import reviewed_rows
from pipeline.model import (
    Act,
    Codes,
    Decision,
    Draft,
    FieldReview,
    FieldStatus,
    Footing,
    Grounding,
    Pieces,
    Place,
    Provenance,
    Record,
    ReviewedRecord,
    Saw,
    Tag,
    Target,
    Value,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS, WHOLE
from pipeline.review import fields_of, standing
from pipeline.taxonomy import Taxonomy

TEXTS = ("name", "description", "rationale")
GROUNDED = {
    Grounding.EXACT: "letter by letter as in the document",
    Grounding.NORMALISED: "as in the document, but for its print",
    Grounding.PARTIAL: "only partly in the document",
    Grounding.ABSENT: "not in the document",
}
UNDECIDED = FieldReview(field="", status=FieldStatus.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Chip:
    """A concept of a taxonomy: its code as shown (if worth it), and how sure the tagger is."""

    value: str
    code: str
    label: str
    role: str
    basis: str = "decided"
    confidence: float = 1.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the extractor says now beside what was decided: two texts, and the words they differ in.

    `difference` is of (kind, words), the kind one of same, gone, new.
    """

    decided: str
    now: str
    difference: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One row of a record's page. `base` is the key of the last decision on it, or empty."""

    field: str
    label: str
    kind: str
    review: FieldReview
    base: str
    text: str
    steps: tuple[str, ...] = ()
    parent: str | None = None
    parent_title: str = ""
    chips: tuple[Chip, ...] = ()
    machine: str = ""
    confidence: float | None = None
    proposal: Proposal | None = None
    about: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to accept."""
        return not (self.text or self.chips or self.kind == "place")


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record's page. `saw` is the digest of what the extractor made of it, `number` from 1."""

    record: ReviewedRecord
    title: str
    reason: str
    saw: str
    number: int
    count: int
    base: str
    fields: tuple[FieldView, ...]
    before: str
    after: str


def machine_record(folio: Folio, identifier: str) -> Record | None:
    """What the extractor says of a record now; None for one made by hand or no longer found."""
    return next((one for one in folio.records.records if one.id == identifier), None)


def reviewed_record(folio: Folio, identifier: str) -> ReviewedRecord | None:
    """The record as decided; None where there is none of that id, nor ever was."""
    every = chain(folio.reviewed.records, folio.reviewed.lost)
    return next((one for one in every if one.id == identifier), None)


def sight_of(folio: Folio, record: ReviewedRecord) -> Saw:
    """What a curator has before them with this record: the extractor's, or one by hand as it is."""
    shown = machine_record(folio, record.id)
    if shown is None:
        shown = Record.model_validate(record.model_dump(exclude={"review"}))
    document = folio.document
    return Saw(document=folio.name, sha256=document.sha256, text=document.id, record=shown)


def last_on(folio: Folio, curator: str, record: str, field: str) -> str:
    """The key of the last decision on a field that this curator may know of; empty for none."""
    alone = folio.role == "coder"
    keys = [
        decision.key
        for decision in folio.decisions
        if (decision.record, decision.field) == (record, field)
        and not (alone and (decision.curator, decision.role) != (curator, "coder"))
    ]
    return keys[-1] if keys else ""


def decided_value(shown: Value | None, review: FieldReview) -> Value | None:
    """What was decided on a field: what is shown, unless its words are gone from the source.

    A field that lost its footing shows what the extractor says; the words of what was decided are
    nowhere then, and its value says so.
    """
    if review.footing is not Footing.LOST or not review.codings:
        return shown
    kept = review.codings[0].value
    if isinstance(kept, Words):
        return kept.model_copy(update={"provenance": (), "grounding": Grounding.ABSENT})
    return kept


def view_of(
    folio: Folio, record: ReviewedRecord, taxonomies: Mapping[str, Taxonomy], curator: str
) -> RecordView:
    """The page of a record: its texts, its place, its details, and a row for every taxonomy."""
    records = [*folio.reviewed.records, *folio.reviewed.lost]
    number = next(at for at, one in enumerate(records, start=1) if one.id == record.id)
    saw = sight_of(folio, record)
    shown, seen = fields_of(record), fields_of(saw.record)
    reviews = {review.field: review for review in record.review.fields}
    details = sorted({f for f in (*shown, *seen, *reviews) if f.startswith(DETAILS)})
    names = (*TEXTS, "place", *details, *(TAGS + one for one in taxonomies))
    titles = {one.id: title_of(one) for one in records}
    rows = tuple(
        _row(
            name,
            shown.get(name),
            seen.get(name),
            reviews.get(name, UNDECIDED),
            last_on(folio, curator, record.id, name),
            record,
            taxonomies,
            titles,
        )
        for name in names
    )
    return RecordView(
        record=record,
        title=title_of(record),
        reason=_reason(folio, record),
        saw=saw.digest,
        number=number,
        count=len(records),
        base=last_on(folio, curator, record.id, WHOLE),
        fields=rows,
        before=records[number - 2].id if number > 1 else "",
        after=records[number].id if number < len(records) else "",
    )


def _reason(folio: Folio, record: ReviewedRecord) -> str:
    """Why it waits, as the queue says it."""
    alone = folio.reviewed.model_copy(update={"records": (record,), "lost": ()})
    return next(reviewed_rows(alone, folio.decisions)).reason


def _row(
    name: str,
    shown: Value | None,
    seen: Value | None,
    review: FieldReview,
    base: str,
    record: ReviewedRecord,
    taxonomies: Mapping[str, Taxonomy],
    titles: Mapping[str, str],
) -> FieldView:
    tags = [tag for tag in record.tags if TAGS + tag.taxonomy == name]
    place = shown if isinstance(shown, Place) else Place()
    return FieldView(
        field=name,
        label=label_of(name),
        kind="codes" if name.startswith(TAGS) else "place" if name == "place" else "words",
        review=review,
        base=base,
        text=said(shown, titles) if isinstance(shown, Words) else "",
        steps=place.path,
        parent=place.parent,
        parent_title=titles.get(place.parent or "", place.parent or ""),
        chips=tuple(map(chip, sorted(tags, key=lambda tag: tag.role != "primary"))),
        machine=said(seen, titles),
        confidence=min((tag.confidence for tag in tags), default=None),
        proposal=_proposal(shown, review, titles),
        about=_about(shown, tags, record, name),
    )


def _proposal(
    shown: Value | None, review: FieldReview, titles: Mapping[str, str]
) -> Proposal | None:
    """What was decided beside what the extractor says now, where that is something else."""
    lost = review.footing is Footing.LOST
    value = review.proposal if not lost else shown
    if value is None:
        return None
    decided, now = said(decided_value(shown, review), titles), said(value, titles)
    return Proposal(decided, now, tuple(difference(decided, now)))


def _about(shown: Value | None, tags: Sequence[Tag], record: Record, name: str) -> str:
    """One line on where a value comes from."""
    if tags:
        return "; ".join(f"{tag.basis} {tag.confidence:.2f}: {tag.why}" for tag in tags)
    if name == "rationale" and record.rationale:
        classified = record.rationale.basis == "classification"
        return "Why it got its category" if classified else "Stated by the authors"
    if isinstance(shown, Words) and shown.provenance:
        pages = sorted({page for place in shown.provenance for page in place.pages})
        where = f"page {', '.join(map(str, pages))}; " if pages else ""
        return f"{where}{GROUNDED[shown.grounding]}; read by {shown.provenance[0].made_by}"
    return GROUNDED[Grounding.ABSENT] if isinstance(shown, Words) else ""


def chip(tag: Tag) -> Chip:
    """A tag as a chip; only codes that begin with a digit are worth showing."""
    code = tag.code if tag.code[:1].isdigit() else ""
    return Chip(tag.code, code, tag.label, tag.role, tag.basis, tag.confidence, tag.why)


def label_of(field: str) -> str:
    """The name of a field, as people say it."""
    if field == WHOLE:
        return "Record"
    words = field.removeprefix(DETAILS).removeprefix(TAGS).replace("_", " ").replace("-", " ")
    return words.upper() if len(words) <= 3 else words[:1].upper() + words[1:]


def title_of(record: Record) -> str:
    """What a record is called: its name, else the beginning of its words."""
    if record.name:
        return str(record.name.value)
    words = str(record.description.value).split() if record.description else []
    start = " ".join(words[:12]) + ("…" if len(words) > 12 else "")
    return start or record.label or record.id


def said(value: Value | None, titles: Mapping[str, str] | None = None) -> str:
    """A value in one line of text; `titles` names records by id."""
    match value:
        case None:
            return ""
        case Words():
            items = value.value if isinstance(value.value, tuple) else (str(value.value),)
            return "; ".join(items)
        case Codes():
            return ", ".join(chain([value.primary] if value.primary else [], value.other))
        case Place():
            parent = (titles or {}).get(value.parent or "", value.parent or "")
            return " › ".join((*value.path, *([f"below {parent}"] if parent else [])))
        case Draft():
            return said(value.name) or said(value.description)
        case Pieces():
            return " | ".join(said(piece) for piece in value.pieces)
        case Target():
            return (titles or {}).get(value.record, value.record)
        case _:
            return ""


def difference(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Two texts word by word: (same, words), (gone, words of the old), (new, words of the new)."""
    before, after = old.split(), new.split()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, i, j, m, n in matcher.get_opcodes():
        if kind == "equal":
            yield "same", " ".join(before[i:j])
        else:
            if j > i:
                yield "gone", " ".join(before[i:j])
            if n > m:
                yield "new", " ".join(after[m:n])


# --- lights ---------------------------------------------------------------------------------------


def lights_of(folio: Folio, record: ReviewedRecord) -> dict[str, object]:
    """Where the words of a record stand, by field: spans of the text, and boxes on the pages.

    A field without words of its own has those that the extractor read.
    """
    found = places_of(machine_record(folio, record.id)) | places_of(record)
    return {
        "id": record.id,
        "title": title_of(record),
        "parent": record.parent,
        "fields": {
            field: {
                "spans": [place.span for place in places],
                "boxes": [box for place in places for box in place.boxes],
            }
            for field, places in found.items()
        },
    }


def places_of(record: Record | None) -> dict[str, tuple[Provenance, ...]]:
    """The words behind each field of a record that has some; those of tags are their evidence."""
    if record is None:
        return {}
    words: Iterable[tuple[str, tuple[Provenance, ...]]] = (
        ("label", record.label_provenance),
        *((name, claim.provenance) for name in TEXTS if (claim := getattr(record, name))),
        ("place", record.path_provenance),
        *((DETAILS + key, claim.provenance) for key, claim in record.details.items()),
    )
    evidence: dict[str, tuple[Provenance, ...]] = {}
    for tag in record.tags:
        evidence[TAGS + tag.taxonomy] = (*evidence.get(TAGS + tag.taxonomy, ()), *tag.evidence)
    return {name: places for name, places in (*words, *evidence.items()) if places}


# --- history --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a field's history: what it was before, what it became, and the words then seen."""

    decision: Decision
    label: str
    before: str
    after: str
    saw: tuple[str, ...]
    stands: bool


def history(folio: Folio, record: ReviewedRecord, field: str | None) -> list[Entry]:
    """What was decided on a field (None: on the record and all its fields), newest first."""
    ids = set(record.ids)
    titles = {one.id: title_of(one) for one in folio.reviewed.records}
    stand = {decision.key for decision in standing(folio.decisions)}
    before: dict[str, str] = {}
    entries = []
    for decision in folio.decisions:
        if decision.record not in ids or (field and decision.field != field):
            continue
        seen = folio.seen[decision.saw].record if decision.saw in folio.seen else None
        value = fields_of(seen).get(decision.field) if seen else None
        was = before.get(decision.field, said(value, titles))
        after = was if decision.act in (Act.NOTE, Act.UNDO) else said(decision.value, titles)
        if decision.key in stand:
            before[decision.field] = after
        quotes = tuple(place.quote for place in places_of(seen).get(decision.field, ()))
        label = label_of(decision.field)
        entries.append(Entry(decision, label, was, after, quotes, decision.key in stand))
    return entries[::-1]


def changed_since(review: FieldReview) -> bool:
    """Whether what a decision saw is not what is there: it waits to be kept or taken."""
    return review.proposal is not None or review.footing is not Footing.STANDS
