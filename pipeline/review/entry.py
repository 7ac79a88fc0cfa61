"""A record on its way to being a reviewed one."""

from dataclasses import dataclass, field
from typing import Literal

from pipeline.model import (
    Decision,
    FieldReview,
    FieldStatus,
    Issue,
    Level,
    Record,
    RecordStatus,
    Review,
    ReviewedRecord,
    Span,
    Target,
)
from pipeline.model.decision import WHOLE

STAGE = "review"
_DECIDED = (FieldStatus.ACCEPTED, FieldStatus.EDITED, FieldStatus.REJECTED)


@dataclass
class Entry:
    """A record with its decided values, and what is said of them.

    `extracted` is what the extractor says, if anything. `whole` is the decision on the record as a
    whole, `place` the one on its place, where they stand; `aside` what the former makes of it.
    """

    record: Record
    extracted: Record | None
    fields: dict[str, FieldReview] = field(default_factory=dict)
    whole: FieldReview | None = None
    aside: RecordStatus | None = None
    target: Target | None = None
    place: Decision | None = None
    origin: Literal["machine", "curator"] = "machine"
    of: str | None = None
    moved_from: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    waits: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def doubt(
        self, code: str, message: str, span: Span | None = None, *, waits: bool = True
    ) -> None:
        """Say what is doubtful; it waits for a curator, or is only told."""
        level = Level.WARNING if waits else Level.INFO
        self.issues.append(Issue(code=code, level=level, message=message, span=span, stage=STAGE))
        if waits:
            self.waits.add(code)

    @property
    def status(self) -> RecordStatus:
        """What curators say of it: set aside, or as far decided as its fields are."""
        if self.aside:
            return self.aside
        decided = [one.status in _DECIDED for one in self.fields.values()]
        if all(decided) and not self.whole:
            return RecordStatus.REVIEWED
        return RecordStatus.IN_PART if any(decided) else RecordStatus.UNDECIDED

    def reviewed(self, children: tuple[str, ...]) -> ReviewedRecord:
        """The reviewed record."""
        status, waits = self.status, set(self.waits)
        if status in (RecordStatus.UNDECIDED, RecordStatus.IN_PART):
            waits.add("undecided")
        fields = (*self.fields.values(), *([self.whole] if self.whole else []))
        record = self.record
        return ReviewedRecord(
            **{name: getattr(record, name) for name in Record.model_fields}
            | {"children": children, "issues": (*record.issues, *self.issues)},
            review=Review(
                status=status,
                origin=self.origin,
                fields=fields,
                waits=tuple(sorted(waits)),
                of=self.of,
                moved_from=self.moved_from,
                notes=self.notes,
            ),
        )


def whole_field(**said: object) -> FieldReview:
    """What is said of a record as a whole."""
    return FieldReview.model_validate({"field": WHOLE} | said)
