"""How two runs differ: record by record and field by field, and because of what."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.model import Claim, Codes, Place, Record, RecordFile, Value, Words
from pipeline.model.reviewed import FieldReview, Footing, ReviewedFile, ReviewedRecord
from pipeline.model.text import slug
from pipeline.review.fields import fields_of
from pipeline.review.squeeze import squeeze
from pipeline.run.archive import Archive, Kept
from pipeline.run.causes import CAUSES, HUMAN, Causes, causes, of_field
from pipeline.run.pairing import pairs

SCHEMA = "gleaner.difference/1"
COSMETIC = "cosmetic"
BETWEEN = "; "
SOURCE_FIELDS = ("title", "authors", "year", "abstract", "doi", "url")

File = RecordFile | ReviewedFile


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs. `kind`: added, removed, changed, cosmetic (white space, hyphens, a
    move to another page), `footing` (what became of the words that a decision saw), or `proposal`
    (the decision stands, and the extractor now says `after`)."""

    field: str
    kind: str
    before: str
    after: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that differs. `kind`: added, removed, changed, cosmetic, or lost (it was decided
    on, and the extractor does not find it any more). `was` is the id that it had, if another;
    `waits` says why it waits for a curator again."""

    id: str
    was: str
    title: str
    kind: str
    causes: tuple[str, ...]
    fields: tuple[FieldChange, ...] = ()
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that differs. `kind`: new, gone, changed, cosmetic; `set aside` and `read` where
    it could not be read any more, or could be now. `why` is what exactly changed, by cause;
    `fields` are those of its source; `unchanged` counts the records that are the same."""

    name: str
    kind: str
    why: Causes
    trouble: str = ""
    fields: tuple[FieldChange, ...] = ()
    records: tuple[RecordChange, ...] = ()
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """How the run `after` differs from the run `before`."""

    before: str
    after: str
    documents: tuple[DocumentChange, ...] = ()

    @property
    def records(self) -> Counter[str]:
        """Records by kind of change."""
        return Counter(record.kind for one in self.documents for record in one.records)

    @property
    def causes(self) -> Counter[str]:
        """Records and fields of sources that differ in content, by cause, in the usual order."""
        found: Counter[str] = Counter()
        for one in self.documents:
            changes: tuple[FieldChange | RecordChange, ...] = (*one.fields, *one.records)
            found.update(cause for c in changes if c.kind != COSMETIC for cause in c.causes)
        return Counter({cause: found[cause] for cause in CAUSES if found[cause]})

    @property
    def waiting(self) -> int:
        """Records that wait for a curator again."""
        return sum(bool(record.waits) for one in self.documents for record in one.records)

    def as_dict(self) -> dict[str, Any]:
        """The difference as JSON has it."""
        return {
            "schema": SCHEMA,
            "before": self.before,
            "after": self.after,
            "records": dict(self.records),
            "causes": dict(self.causes),
            "waiting_again": self.waiting,
            "documents": [asdict(one) for one in self.documents],
        }


def difference(archive: Archive, before: str, after: str) -> Difference:
    """Compare two runs. Raises KeyError when a file of records was lost."""
    found = (
        _document(archive, name, was, now) for name, was, now in archive.changed(before, after)
    )
    return Difference(before, after, tuple(one for one in found if one))


def _document(
    archive: Archive, name: str, was: Kept | None, now: Kept | None
) -> DocumentChange | None:
    why = causes(was, now, archive.parts)
    old, new = _file(archive, was), _file(archive, now)
    changes = _Changes(why)
    fields = tuple(changes.of_sources(old, new))
    records = tuple(changes.of_records(old, new))
    trouble = now.trouble if now else ""
    kind = _kind(was, now, (*fields, *records))
    if not kind:
        return None
    found = 0 if new is None else len(new.records)
    same = found - sum(record.kind in ("added", "changed", COSMETIC) for record in records)
    return DocumentChange(name, kind, why, trouble, fields, records, same)


def _kind(
    was: Kept | None, now: Kept | None, changes: tuple[FieldChange | RecordChange, ...]
) -> str:
    if was is None or now is None:
        return "new" if was is None else "gone"
    if (now.trouble, now.verdict) != (was.trouble, was.verdict):
        return "set aside" if now.trouble else "read" if was.trouble else "changed"
    if not changes:
        return ""
    return COSMETIC if all(change.kind == COSMETIC for change in changes) else "changed"


def _file(archive: Archive, kept: Kept | None) -> File | None:
    if kept and kept.reviewed:
        return ReviewedFile.model_validate_json(archive.file(kept.reviewed))
    if kept and kept.records:
        return RecordFile.model_validate_json(archive.file(kept.records))
    return None


@dataclass(frozen=True)
class _Changes:
    """The changes of one document, whose causes are known."""

    why: Causes
    machine: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = tuple(cause for cause in self.why if cause != HUMAN)
        object.__setattr__(self, "machine", found or tuple(self.why))

    # --- sources ----------------------------------------------------------------------------------

    def of_sources(self, old: File | None, new: File | None) -> Iterator[FieldChange]:
        for name in SOURCE_FIELDS:
            before = _source_field(old, name)
            after = _source_field(new, name)
            if old and new and before != after:
                yield FieldChange(name, _how(before, after), before, after, self.machine)

    # --- records ----------------------------------------------------------------------------------

    def of_records(self, old: File | None, new: File | None) -> Iterator[RecordChange]:
        was = _records(old)
        now = _records(new)
        lost = {one.id for one in new.lost} if isinstance(new, ReviewedFile) else set()
        for before, after in pairs(was, now):
            if after is None and before is not None and before.id not in lost:
                kind = "removed"
                yield RecordChange(before.id, "", _title(before), kind, self._whole(before))
            elif before is None and after is not None:
                yield RecordChange(after.id, "", _title(after), "added", self._whole(after))
            elif before is not None and after is not None:
                yield from self._of_record(before, after)
        if isinstance(new, ReviewedFile):
            known = {one.id for one in old.lost} if isinstance(old, ReviewedFile) else set()
            for record in new.lost:
                if record.id not in known:
                    waits = record.review.waits
                    yield RecordChange(
                        record.id, "", _title(record), "lost", self.machine, waits=waits
                    )

    def _whole(self, record: Record) -> tuple[str, ...]:
        by_hand = isinstance(record, ReviewedRecord) and record.review.origin == "curator"
        return (HUMAN,) if by_hand else of_field("record", self.why) or self.machine

    def _of_record(self, before: Record, after: Record) -> Iterator[RecordChange]:
        fields = tuple(self._of_fields(before, after))
        was = before.id if before.id != after.id else ""
        waited, waits = _waits(before), _waits(after)
        again = tuple(reason for reason in waits if reason not in waited)
        status = _status(before), _status(after)
        if status[0] != status[1]:
            fields = (*fields, FieldChange("record", "changed", *status, (HUMAN,)))
        if not fields and not was and not again:
            return
        kinds = {change.kind for change in fields}
        kind = COSMETIC if kinds == {COSMETIC} and not again else "changed"
        found = {cause for change in fields for cause in change.causes}
        told = tuple(cause for cause in CAUSES if cause in found) or self.machine
        yield RecordChange(after.id, was, _title(after), kind, told, fields, again)

    def _of_fields(self, before: Record, after: Record) -> Iterator[FieldChange]:
        old, new = _shown(before), _shown(after)
        was, now, values = _reviews(before), _reviews(after), fields_of(before)
        for name in dict.fromkeys((*old, *new)):
            text, pages = old.get(name, ("", ""))
            text_now, pages_now = new.get(name, ("", ""))
            decided = _decided(was.get(name)) != _decided(now.get(name))
            because = (HUMAN,) if decided else of_field(name, self.why)
            if text != text_now:
                yield FieldChange(name, _how(text, text_now), text, text_now, because)
            elif pages and pages_now and pages != pages_now:
                yield FieldChange(name, COSMETIC, pages, pages_now, because)
        for name, review in now.items():
            shown = new.get(name, ("", ""))[0]
            yield from self._of_review(name, was.get(name), review, values.get(name), shown)

    def _of_review(
        self, name: str, was: FieldReview | None, now: FieldReview, before: Value | None, after: str
    ) -> Iterator[FieldChange]:
        footing = was.footing if was else Footing.STANDS
        because = of_field(name, self.why)
        if footing != now.footing:
            yield FieldChange(name, "footing", footing.value, now.footing.value, because)
        said = was.proposal if was and was.proposal else before
        if now.proposal and _said(now.proposal) != _said(said):
            yield FieldChange(name, "proposal", after, _text(now.proposal, {}), because)


def _how(before: str, after: str) -> str:
    if not before or not after:
        return "added" if after else "removed"
    return COSMETIC if squeeze(before).text == squeeze(after).text else "changed"


def _records(file: File | None) -> list[Record]:
    return [*file.records] if file else []


def _title(record: Record) -> str:
    """What a curator would call it."""
    named = record.name or record.description
    words = str(named.value) if named else record.id
    short = words if len(words) <= 90 else f"{words[:89].rstrip()}…"
    return f"{record.label} {short}" if record.label and record.label != words else short


def _waits(record: Record) -> tuple[str, ...]:
    return record.review.waits if isinstance(record, ReviewedRecord) else ("undecided",)


def _status(record: Record) -> str:
    return record.review.status.value if isinstance(record, ReviewedRecord) else "undecided"


def _reviews(record: Record) -> dict[str, FieldReview]:
    fields = record.review.fields if isinstance(record, ReviewedRecord) else ()
    return {one.field: one for one in fields}


def _decided(review: FieldReview | None) -> tuple[object, ...]:
    return (review.status, review.curator, review.when) if review else ()


def _source_field(file: File | None, name: str) -> str:
    found = getattr(file.source, name) if file else None
    if name == "authors":
        return BETWEEN.join(f"{one.given} {one.family}".strip() for one in found or ())
    return _plain(found.value) if isinstance(found, Claim) else ""


def _shown(record: Record) -> dict[str, tuple[str, str]]:
    """Each field as text, and the pages that its words are on."""
    labels = {(tag.taxonomy, tag.code): tag.label for tag in record.tags}
    found = {"label": (record.label, "")} if record.label else {}
    for name, value in fields_of(record).items():
        taxonomy = name.removeprefix("tags.")
        own = {code: label for (of, code), label in labels.items() if of == taxonomy}
        found[name] = _text(value, own), _pages(value)
    return found


def _text(value: Value, labels: dict[str, str]) -> str:
    if isinstance(value, Words):
        return _plain(value.value)
    if isinstance(value, Codes):
        codes = [value.primary] if value.primary else []
        return BETWEEN.join(_tag(code, labels.get(code, "")) for code in [*codes, *value.other])
    if isinstance(value, Place):
        return " > ".join(value.path)
    return value.model_dump_json()


def _tag(code: str, label: str) -> str:
    """A tag as people read it: a code that says no more than its label is left out."""
    return label if slug(label, longest=len(code)) == code else f"{code} {label}".strip()


def _said(value: Value | None) -> object:
    """What a value says, whatever words are behind it."""
    if isinstance(value, Words):
        return value.value
    return value.path if isinstance(value, Place) else value


def _plain(value: str | int | tuple[str, ...]) -> str:
    return BETWEEN.join(value) if isinstance(value, tuple) else str(value)


def _pages(value: Value) -> str:
    if not isinstance(value, Words):
        return ""
    pages = sorted({page for place in value.provenance for page in place.pages})
    return f"page {', '.join(map(str, pages))}" if pages else ""
