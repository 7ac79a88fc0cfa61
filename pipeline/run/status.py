"""What a run would do, what is stale, set aside or waiting: looked at, never touched."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.run.fresh import Judged, Wanted, judged
from pipeline.run.report import LATEST
from pipeline.run.show import counted, printable
from pipeline.run.state import State
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class Planned:
    """Every document as a run would find it, and where the page of the last run is."""

    documents: list[Judged] = field(default_factory=list)
    page: Path | None = None

    @property
    def stale(self) -> list[Judged]:
        """Those that a run would read."""
        return [item for item in self.documents if item.why and not item.original.trouble]

    @property
    def not_done(self) -> list[tuple[str, str, str]]:
        """Name, code and message of those that are set aside or incomplete, as last read."""
        found = []
        for item in self.documents:
            if trouble := item.original.trouble:
                found.append((item.original.name, trouble.code, trouble.message))
            elif item.known and item.known.row.code and not item.why:
                found.append((item.original.name, item.known.row.code, item.known.row.message))
        return found

    @property
    def records(self) -> int:
        """Records that stand, which all wait for a curator."""
        return sum(item.known.row.records for item in self.documents if item.known)

    def counts(self) -> dict[str, Any]:
        """The figures of `status` as JSON has them."""
        return {
            "documents": len(self.documents),
            "fresh": len(self.documents) - len(self.stale) - len(self.not_done),
            "stale": len(self.stale),
            "not_done": [
                {"name": name, "code": code, "message": message}
                for name, code, message in self.not_done
            ],
            "records_waiting": self.records,
            "report": str(self.page) if self.page else None,
        }

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON has it."""
        documents = [
            {"name": item.original.name, "read": item in self.stale, "why": item.why}
            for item in self.documents
        ]
        return {"documents": documents, "to_read": len(self.stale)}


def planned(store: Store, paths: tuple[Path, ...]) -> Planned:
    """Judge the documents at `paths` (none: all). Raises UnknownPath."""
    with closing(State(store.extracted, read_only=True)) as state:
        found = list(judged(store, state, store.originals(paths), Wanted()))
    latest = store.runs / LATEST
    return Planned(found, latest if latest.is_file() else None)


def plan_lines(found: Planned) -> Iterator[str]:
    """What would be read and why, then how much is fresh."""
    for item in found.documents:
        name = printable(item.original.name)
        if item.original.trouble:
            yield f"{name}: would be set aside: {printable(item.original.trouble.message)}"
        elif item.why:
            yield f"{name}: would be read: {printable('; '.join(item.why))}"
    fresh = len(found.documents) - len(found.stale)
    known = f", {len(found.not_done):,} of them not done" if found.not_done else ""
    yield f"{counted(len(found.stale), 'document')} to read, {fresh:,} as they are{known}."


def status_lines(found: Planned) -> Iterator[str]:
    """The state in a few lines."""
    counts = found.counts()
    fresh, stale = f"{counts['fresh']:,} fresh", f"{counts['stale']:,} stale"
    not_done = f"{len(found.not_done):,} not done"
    yield f"documents  {counts['documents']:,} ({fresh}, {stale}, {not_done})"
    for reason, count in Counter(why for item in found.stale for why in item.why).most_common(5):
        yield f"           {count:,} stale: {printable(reason)}"
    yield f"records    {found.records:,} wait for a curator"
    for name, code, message in found.not_done:
        yield f"not done   {printable(f'{name}: {code}: {message}')}"
    yield f"report     {found.page or 'there was no run yet'}"


def waiting(store: Store) -> dict[str, Any]:
    """How many records wait in how many documents, and the page of the last run, from the state."""
    with closing(State(store.extracted, read_only=True)) as state:
        records = [known.row.records for known in state.all()]
    latest = store.runs / LATEST
    return {
        "records": sum(records),
        "documents": sum(map(bool, records)),
        "page": str(latest) if latest.is_file() else None,
    }
