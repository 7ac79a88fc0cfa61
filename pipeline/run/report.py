"""The report of a run: figures for machines, and a page to look at."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from logging import INFO, WARNING, NullHandler, getLogger
from pathlib import Path
from typing import Any

import pipeline
from pipeline.run.outcome import KINDS, LEVELS, Row
from pipeline.run.page import page
from pipeline.run.reviews import Reviews
from pipeline.run.shelf import Shelf
from pipeline.run.sums import Sums
from pipeline.store import Stage, json_parts, write

LOG = getLogger(__name__)
LOG.addHandler(NullHandler())  # where nobody collects logs, `show` alone speaks to people
FRESH_SHOWN = 500  # rows of fresh documents in a report: a page of 100,000 helps nobody
SHOWN = 5000  # rows in each list of a page: with 100,000 it had 240 MB. The JSON has them all
LATEST = "latest.html"


def _place(row: Row) -> str:
    """Where a row stands: what is not done comes first, then by name."""
    return f"{row.done:d}{row.name}"


@dataclass(kw_only=True)
class Report(Sums):
    """What a run did. `rows` has every document but the fresh ones beyond FRESH_SHOWN."""

    rows: Shelf[Row] = field(default_factory=lambda: Shelf(_place))
    id: str
    folder: Path
    started: str
    seconds: float = 0.0
    interrupted: bool = False
    stage_seconds: dict[str, float] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    reviews: Reviews = field(default_factory=Reviews)

    @staticmethod
    def begin(folder: Path, now: datetime) -> "Report":
        """A report with a name that no other has: the time in UTC and a number."""
        time = now.strftime("%Y%m%dT%H%M%SZ")
        number = 1
        while (folder / f"{time}-{number}.json").exists():
            number += 1
        started = now.strftime("%Y-%m-%d %H:%M:%S UTC")
        report = Report(id=f"{time}-{number}", folder=folder, started=started)
        LOG.info("run begins", extra={"run": report.id})
        return report

    @property
    def page(self) -> Path:
        """The file of the page."""
        return self.folder / f"{self.id}.html"

    @property
    def not_done(self) -> Iterator[Row]:
        """What was set aside or is incomplete, by name."""
        return self.rows.sorted("0")

    @property
    def not_done_count(self) -> int:
        """How many these are."""
        return self.totals.set_aside + self.totals.incomplete

    @property
    def not_done_alike(self) -> list[list[Row]]:
        """The first SHOWN of them, together where reason and words are the same."""
        alike: dict[tuple[str, str, str], list[Row]] = {}
        for row in islice(self.not_done, SHOWN):
            alike.setdefault((row.standing, row.code, row.message), []).append(row)
        return list(alike.values())

    @property
    def documents(self) -> list[Row]:
        """The first SHOWN of all rows, also of what could not be read, by name."""
        return nsmallest(SHOWN, self.rows, key=lambda row: row.name)

    @property
    def reasons(self) -> list[tuple[str, str, int]]:
        """Level, code and count of all issues: the loudest first, then the most frequent."""
        found = [(level, code, count) for (level, code), count in self.issues.items()]
        return sorted(found, key=lambda f: (LEVELS.index(f[0]), -f[2], f[1]))

    @property
    def stages(self) -> list[tuple[str, float]]:
        """Seconds by stage, in their order, then those of documents set aside."""
        order = {stage.value: index for index, stage in enumerate(Stage)}
        return sorted(self.stage_seconds.items(), key=lambda item: order.get(item[0], len(order)))

    @property
    def fresh_not_shown(self) -> int:
        """How many fresh documents have no row here."""
        return self.totals.documents - len(self.rows)

    @property
    def exit_code(self) -> int:
        """As the contract says: 0 all done, 1 not all, 130 interrupted."""
        return 130 if self.interrupted else int(bool(self.not_done_count or self.reviews.failed))

    def add(self, row: Row) -> None:
        """Count a document, and keep its row."""
        super().add(row)
        if row.state != "fresh":
            LOG.log(INFO if row.done else WARNING, row.message or row.state, extra=self._noted(row))
            for stage, seconds in row.seconds.items():
                self.stage_seconds[stage] = self.stage_seconds.get(stage, 0) + seconds
        elif row.done and self.totals.fresh <= FRESH_SHOWN:
            self.rows.append(row)

    def _noted(self, row: Row) -> dict[str, Any]:
        """What the log has of a document."""
        noted = {"run": self.id, "document": row.name, "state": row.state, "reason": row.code}
        return noted | {"records": row.records, "seconds": round(sum(row.seconds.values()), 3)}

    def add_unchanged(self, sums: Sums, fresh: Iterable[Row]) -> None:
        """Count many documents that nothing was done to; of the `fresh` rows some are shown."""
        room = max(0, FRESH_SHOWN - self.totals.fresh)
        self.rows.extend(row for row in islice(fresh, room) if row.done)
        self.merge(sums)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "run": self.id,
            "gleaner": pipeline.__version__,
            "started": self.started,
            "seconds": self.seconds,
            "interrupted": self.interrupted,
            "exit_code": self.exit_code,
            "totals": asdict(self.totals),
            "issues": [
                {"level": level, "code": code, "count": count}
                for level, code, count in self.reasons
            ],
            "coverage": {kind: self.coverage[kind] for kind in KINDS},
            "stage_seconds": {k: round(v, 4) for k, v in self.stages},
            "removed": self.removed,
            "review": self.reviews.as_dict(self.totals.records),
            "documents": Dicts(self.rows),
            "page": str(self.page),
        }


class Dicts(list[dict[str, Any]]):
    """Rows as a list that JSON writes one by one: none of them is made before it is asked for."""

    def __init__(self, rows: Shelf[Row]) -> None:
        super().__init__()
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (row.as_dict() for row in self._rows.sorted())


def write_report(report: Report) -> None:
    """Write the report and its page, and the page again where it is always found."""
    ended = {"run": report.id, "seconds": report.seconds, "exit_code": report.exit_code}
    LOG.info("run ends", extra=ended | asdict(report.totals))
    shown = _page(report)
    write(report.folder / f"{report.id}.json", json_parts(report.as_dict()))
    write(report.page, shown)
    write(report.folder / LATEST, shown)


def _page(report: Report) -> str:
    return page(
        "report.html",
        report=report,
        kinds=KINDS,
        shown=SHOWN,
        read=sum(report.coverage.values()),
        levels={"error": "error", "warning": "warning", "info": "note"},
    )
