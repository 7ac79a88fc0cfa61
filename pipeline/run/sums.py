"""What some documents come to: the figures of a report, and of a folder that nothing changed in."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, fields

from pipeline.run.outcome import INCOMPLETE, SET_ASIDE, Row
from pipeline.run.shelf import Shelf


@dataclass
class Totals:
    """Sums over all documents of a run, fresh ones too."""

    documents: int = 0
    read: int = 0
    fresh: int = 0
    set_aside: int = 0
    incomplete: int = 0
    pages: int = 0
    words: int = 0
    records: int = 0
    without_measures: int = 0


@dataclass
class Sums:
    """Figures, issues by level and code, characters by kind; `rows` of what is not fresh and done.

    A document's row belongs here as soon as it is neither.
    """

    totals: Totals = field(default_factory=Totals)
    issues: Counter[tuple[str, str]] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    rows: list[Row] | Shelf[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Count a document."""
        totals = self.totals
        totals.documents += 1
        totals.read += row.state == "read"
        totals.fresh += row.state == "fresh"
        totals.set_aside += row.standing == SET_ASIDE
        totals.incomplete += row.standing == INCOMPLETE
        totals.pages += row.pages
        totals.words += row.words
        totals.records += row.records
        for noted in row.issues:
            self.issues[noted.level, noted.code] += noted.count
            totals.without_measures += noted.code == "no-measures-found"
        self.coverage.update(row.coverage)
        if row.state != "fresh" or not row.done:
            self.rows.append(row)

    def merge(self, other: "Sums") -> None:
        """Count what others come to."""
        for one in fields(Totals):
            both = getattr(self.totals, one.name) + getattr(other.totals, one.name)
            setattr(self.totals, one.name, both)
        self.issues.update(other.issues)
        self.coverage.update(other.coverage)
        self.rows.extend(other.rows)

    def to_json(self) -> str:
        """As the state keeps it."""
        return json.dumps(
            {
                "totals": asdict(self.totals),
                "issues": [[*key, count] for key, count in self.issues.items()],
                "coverage": self.coverage,
                "rows": [row.as_dict() for row in self.rows],
            }
        )

    @staticmethod
    def from_json(text: str) -> "Sums":
        """What `to_json` wrote."""
        data = json.loads(text)
        return Sums(
            totals=Totals(**data["totals"]),
            issues=Counter({(level, code): count for level, code, count in data["issues"]}),
            coverage=Counter(data["coverage"]),
            rows=[Row.from_dict(row) for row in data["rows"]],
        )
