"""What came of decisions, in figures: as reports, terminals and the state show it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.store import Trouble

UNDECIDED = "undecided"
STATUSES = (UNDECIDED, "in part", "reviewed", "rejected", "duplicate", "merged")  # RecordStatus
LOOKS_SHOWN = 500  # in a report: who has more looks at the queue of the desk


@dataclass(frozen=True, slots=True)
class Look:
    """A decision that needs a look: what became of the words that it saw."""

    record: str
    field: str
    footing: str
    curator: str
    when: str


@dataclass(frozen=True, slots=True)
class Tally:
    """One document with decisions: its records by status, and those that wait for a curator.

    `found` are records of the extractor; the others may also be by hand. `changed` are records
    whose source changed since they were decided on, `lost` those that lost their footing.
    """

    found: int
    waiting: int
    statuses: dict[str, int]
    changed: int
    lost: int
    looks: tuple[Look, ...]

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Tally:
        """The tally that `asdict` made a dictionary of."""
        return Tally(**{**data, "looks": tuple(Look(**look) for look in data["looks"])})


@dataclass(frozen=True, slots=True)
class Absent:
    """Decisions on a document without records: where the same document is, as far as one knows."""

    name: str
    decisions: int
    same: str = ""
    why: str = ""

    def __str__(self) -> str:
        return self.name + (f" (it is {self.same} now)" if self.same else "")


@dataclass
class Reviews:
    """What came of all decisions."""

    documents: dict[str, Tally] = field(default_factory=dict)
    absent: list[Absent] = field(default_factory=list)
    failed: list[tuple[str, Trouble]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.documents or self.absent or self.failed)

    def counts(self, found: int) -> dict[str, int]:
        """Records by what curators say of them; `found` are all of the extractor's."""
        tallies = self.documents.values()
        # A state that was deleted counts none as found until the next run, decided ones too.
        untouched = max(0, found - sum(tally.found for tally in tallies))
        statuses = Counter({UNDECIDED: untouched})
        for tally in tallies:
            statuses.update(tally.statuses)
        return {
            "waiting": untouched + sum(tally.waiting for tally in tallies),
            **{status: statuses[status] for status in STATUSES},
            "changed": sum(tally.changed for tally in tallies),
            "lost": sum(tally.lost for tally in tallies),
        }

    def as_dict(self, found: int) -> dict[str, Any]:
        """The figures and what needs a look, as JSON has them."""
        return {
            "records": {name.replace(" ", "_"): n for name, n in self.counts(found).items()},
            "to_look_at": [
                {"document": name, **asdict(look)}
                for name, tally in sorted(self.documents.items())
                for look in tally.looks
            ][:LOOKS_SHOWN],
            "not_there": [asdict(absent) for absent in self.absent],
            "failed": [
                {"name": name, "code": trouble.code, "message": trouble.message}
                for name, trouble in self.failed
            ],
        }
