"""What someone changed in a copy of a file of records, field by field, as values to decide on.

Nothing says what the copy looked like before it was edited. What no one edits tells instead: the
words behind a value, how sure a tag is, the header. Where these are not those of the file as it
is now, the extractor changed the field since, or somebody decided on it, and the copy is refused.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.model import (
    Claim,
    FieldReview,
    FieldStatus,
    Frozen,
    Place,
    Provenance,
    Rationale,
    Record,
    RecordFile,
    RecordStatus,
    ReviewedFile,
    ReviewedRecord,
    Tag,
    Value,
    Words,
)
from pipeline.model.decision import TAGS, WHOLE
from pipeline.review.edited import Edited
from pipeline.review.fields import BY_HAND, PLACE, WORDED, fields_of, tags_of
from pipeline.review.footing import of_field

_DECIDED = (FieldStatus.ACCEPTED, FieldStatus.EDITED, FieldStatus.REJECTED)
_ASIDE = (RecordStatus.REJECTED, RecordStatus.DUPLICATE, RecordStatus.MERGED)


class Change(Frozen):
    """A field that the copy says otherwise; `value` is None for one that it empties.

    For a record that the copy leaves out `field` is `record`. `line` is where in the copy.
    """

    line: int
    record: str
    field: str
    was: Value | None
    value: Value | None


class Added(Frozen):
    """A record that only the copy has, by its fields; its id may be empty."""

    line: int
    record: str
    label: str | None
    fields: dict[str, Value]


class Refused(Frozen):
    """What of the copy is not taken, and why."""

    line: int
    record: str
    field: str
    why: str


class Difference(NamedTuple):
    """What a copy says otherwise. `already` counts what was decided so before."""

    changes: tuple[Change, ...]
    added: tuple[Added, ...]
    refused: tuple[Refused, ...]
    already: int


def difference(
    edited: Edited, extracted: RecordFile, now: ReviewedFile, curator: str
) -> Difference:
    """What an edited copy of one of the two files says otherwise than that file.

    A copy of `3-records` is compared with `extracted`, one of `4-reviewed` with `now`. What stands
    decided as the copy has it is not said again.
    """
    return _Comparison(edited, extracted, now, curator).whole()


class _Comparison:
    def __init__(
        self, edited: Edited, extracted: RecordFile, now: ReviewedFile, curator: str
    ) -> None:
        self._edited, self._curator = edited, curator
        self._now = {one.id: one for one in (*now.records, *now.lost)}
        self._moved = {old: one for one in now.records for old in one.review.moved_from}
        self._of_review = any(edited.reviews)
        base: Iterable[Record] = self._now.values() if self._of_review else extracted.records
        self._base = {one.id: one for one in base}
        self._made = {_signature(tag) for one in self._base.values() for tag in one.tags}
        self._cited = {place.quote for one in self._base.values() for place in _places(one)}
        header = extracted.document
        # Made of another text or by other versions: what the copy lacks may be new since.
        self._remade = (edited.header.id, edited.header.made_by) != (header.id, header.made_by)
        self._parents = self._moves()
        self.changes: list[Change] = []
        self.added: list[Added] = []
        self.refused: list[Refused] = []
        self.already = 0

    def whole(self) -> Difference:
        """Compare record by record."""
        ids = Counter(one.id for one in self._edited.records if one.id)
        left_out = [own for own in self._base if own not in ids]
        for at, record in enumerate(self._edited.records):
            if ids[record.id] > 1:
                self._refuse(at, record.id, WHOLE, "this id is there twice; give one another id")
            else:
                self._record(at, record)
        for own in left_out:
            self._left_out(own)
        return Difference(tuple(self.changes), tuple(self.added), tuple(self.refused), self.already)

    def _refuse(self, at: int, record: str, field: str, why: str) -> None:
        line = self._edited.line(at, field) if at >= 0 else 1
        self.refused.append(Refused(line=line, record=record, field=field, why=why))

    def _stands(self, own: str) -> ReviewedRecord | None:
        return self._now.get(own) or self._moved.get(own)

    # --- records ----------------------------------------------------------------------------------

    def _record(self, at: int, record: Record) -> None:
        base = self._base.get(record.id)
        stands = self._stands(record.id)
        if base is None and stands is None:
            self._new(at, record)
            return
        fields, had = fields_of(record), fields_of(base or stands or record)
        if record.id in self._parents:
            fields[PLACE] = Place(parent=self._parents[record.id], path=record.path)
        names = dict.fromkeys((*had, *fields))
        if base is None:  # added by an earlier copy: it says what it adds, and nothing else
            names = dict.fromkeys(fields)
        elif (record.label, record.way) != (base.label, base.way):
            self._refuse(at, record.id, "label", "labels and ways are read, not decided")
        review = self._edited.reviews[at]
        for name in names:
            if _plain(fields.get(name)) != _plain(had.get(name)):
                seen = _field(review.fields, name) if review else None
                self._field(at, record, base or stands or record, name, fields.get(name), seen)

    def _new(self, at: int, record: Record) -> None:
        quotes = [place.quote for place in _places(record)]
        if record.way != BY_HAND and any(quote not in self._cited for quote in quotes):
            self._refuse(at, record.id, WHOLE, "the extractor no longer finds this record")
            return
        fields = fields_of(record)
        if fields[PLACE] == Place():
            del fields[PLACE]
        if not record.id and any(_has(one, fields) for one in self._now.values()):
            self.already += 1
            return
        line = self._edited.line(at)
        self.added.append(Added(line=line, record=record.id, label=record.label, fields=fields))

    def _left_out(self, own: str) -> None:
        stands = self._stands(own)
        if stands and stands.review.status in _ASIDE:
            self.already += 1
        elif self._remade:
            self._refuse(-1, own, WHOLE, "the copy lacks it: it may be new since")
        else:
            self.changes.append(Change(line=1, record=own, field=WHOLE, was=None, value=None))

    # --- fields -----------------------------------------------------------------------------------

    def _field(
        self,
        at: int,
        record: Record,
        base: Record,
        name: str,
        value: Value | None,
        seen: FieldReview | None,
    ) -> None:
        stands = self._stands(record.id)
        decided = _field(stands.review.fields, name) if stands else None
        if stands and decided and decided.status in _DECIDED:
            if _plain(fields_of(stands).get(name)) == _plain(value):
                self.already += 1
                return
            if (not self._of_review and decided.curator != self._curator) or (
                self._of_review and (not seen or seen.when != decided.when)
            ):
                why = f"{decided.curator} decided on it; make a new copy of the file in 4-reviewed"
                self._refuse(at, record.id, name, why)
                return
        if why := self._changed_since(record, base, name, value):
            self._refuse(at, record.id, name, why)
            return
        was = fields_of(base).get(name)
        self.changes.append(
            Change(
                line=self._edited.line(at, name),
                record=record.id,
                field=name,
                was=was,
                value=value,
            )
        )

    def _changed_since(self, record: Record, base: Record, name: str, value: Value | None) -> str:
        """Why the field cannot be what the copy was made of; empty when it can."""
        if name.startswith(TAGS):
            given = tags_of(record, name.removeprefix(TAGS))
            strange = any(tag.made_by and _signature(tag) not in self._made for tag in given)
            fewer = {t.code for t in given} < {
                t.code for t in tags_of(base, name.removeprefix(TAGS))
            }
        else:
            behind, present = _behind(record, name), _behind(base, name)
            strange = bool(behind) and behind != present
            fewer = value is None
        if strange:
            return "it changed since the copy was made; make a new copy"
        if fewer and self._remade:
            return "it is emptied in the copy, or was there less when that was made"
        return ""

    def _moves(self) -> dict[str, str | None]:
        """The records that were put below others, or taken away there, by the lists of children."""
        found: dict[str, str | None] = {}
        parents = {one.id: one.parent for one in self._edited.records}
        for record in self._edited.records:
            base = self._base.get(record.id)
            if base is None or record.children == base.children:
                continue
            for child in {*base.children} - {*record.children}:
                if parents.get(child) == record.id:
                    found.setdefault(child, None)
            for child in {*record.children} - {*base.children}:
                was = self._base.get(child)
                if was and parents.get(child) == was.parent:
                    found[child] = record.id
        return found


def _field(fields: Sequence[FieldReview], name: str) -> FieldReview | None:
    return next((one for one in fields if one.field == name), None)


def _has(record: ReviewedRecord, fields: Mapping[str, Value]) -> bool:
    """Whether a record says all that these fields say."""
    had = fields_of(record)
    return all(_plain(had.get(name)) == _plain(value) for name, value in fields.items())


def _plain(value: Value | None) -> object:
    """A value without what is behind it, letter by letter."""
    match value:
        case Words():
            return value.value
        case Place():
            return value
        case None:
            return None
        case _:
            return value.model_dump_json()


def _behind(record: Record, name: str) -> list[tuple[object, str]]:
    """The words behind a field, where and what they are."""
    places = record.path_provenance if name == PLACE else of_field(record, name)
    return [(place.span, place.quote) for place in places]


def _signature(tag: Tag) -> tuple[object, ...]:
    """What is peculiar to a tag besides its code, and edited by nobody."""
    return tag.made_by, tag.why, tag.confidence


def _places(record: Record) -> Iterator[Provenance]:
    claims: list[Claim | Rationale | None] = [getattr(record, name) for name in WORDED]
    for claim in (*claims, *record.details.values()):
        yield from claim.provenance if claim else ()
