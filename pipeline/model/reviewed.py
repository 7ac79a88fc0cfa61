"""A record as decided: the extractor's, with what curators made of it (gleaner.reviewed/1)."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from pipeline.model.base import Frozen
from pipeline.model.decision import Act, Coding, Grounding, Value
from pipeline.model.issue import Issue
from pipeline.model.record import DocumentHeader, Record, Source

SCHEMA: Final = "gleaner.reviewed/1"


class Footing(StrEnum):
    """What became of the words that a decision saw."""

    STANDS = "stands"
    CHANGED = "source changed"
    LOST = "lost its footing"


class FieldStatus(StrEnum):
    """What curators say of a field."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    CONFLICT = "conflict"


class RecordStatus(StrEnum):
    """What curators say of a record. `REVIEWED`: each of its fields is decided."""

    UNDECIDED = "undecided"
    IN_PART = "in part"
    REVIEWED = "reviewed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    MERGED = "merged"


class Coded(Frozen):
    """What one coder says of a field, where the coders have not all said the same.

    Or what was decided, kept aside: the words that it saw are gone, and the field is open again.
    """

    curator: str
    act: Act
    value: Value | None


class FieldReview(Frozen):
    """What was decided on a field, by whom, and whether the words still bear it.

    `proposal` is what the extractor says now, where that is not what was decided on. `cosmetic`
    says that the words the curator saw changed in white space, hyphens or place alone.
    """

    field: str
    status: FieldStatus
    footing: Footing = Footing.STANDS
    grounding: Grounding | None = None
    curator: str | None = None
    when: datetime | None = None
    note: str = ""
    saw: str = ""
    proposal: Value | None = None
    cosmetic: bool = False
    codings: tuple[Coded, ...] = ()


class Review(Frozen):
    """What curators made of a record, and why it waits for one (short codes; empty: it does not).

    `origin`: who found it. `of`: the record that it duplicates or was merged into. `moved_from`:
    other ids that it had when it was decided on.
    """

    status: RecordStatus
    origin: Literal["machine", "curator"] = "machine"
    fields: tuple[FieldReview, ...] = ()
    waits: tuple[str, ...] = ()
    of: str | None = None
    moved_from: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class ReviewedRecord(Record):
    """A record whose decided fields say what curators decided."""

    review: Review

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that it was decided on under; its own comes first."""
        return (self.id, *self.review.moved_from)


class ReviewedFile(Frozen):
    """The file of one document under `4-reviewed`.

    `lost` are records that were decided on and that the extractor no longer finds: kept whole.
    """

    schema_: Literal["gleaner.reviewed/1"] = Field(default=SCHEMA, alias="schema")
    document: DocumentHeader
    source: Source
    coding: Coding = Coding()
    records: tuple[ReviewedRecord, ...]
    lost: tuple[ReviewedRecord, ...] = ()
    issues: tuple[Issue, ...] = ()
