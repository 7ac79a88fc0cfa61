"""What a run would do, what is stale, set aside or waiting: looked at, never touched."""

from collections import Counter
from collections.abc import Container, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.run.fresh import Judged, Wanted, judge, judged
from pipeline.run.heartbeat import overdue
from pipeline.run.report import LATEST
from pipeline.run.reviewing import decisions_of, reviews_by_now
from pipeline.run.reviews import Reviews
from pipeline.run.show import counted, printable, review_lines
from pipeline.run.state import State
from pipeline.store import Original, Store


@dataclass(frozen=True, slots=True)
class Planned:
    """Every document as a run would find it, and where the page of the last run is.

    `decided` counts the decisions that stand on each document to be read, which may be touched.
    `overdue` says why the last refresh on a timer is too long ago.
    """

    documents: list[Judged] = field(default_factory=list)
    page: Path | None = None
    decided: dict[str, int] = field(default_factory=dict)
    reviews: Reviews = field(default_factory=Reviews)
    overdue: str = ""

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
        """Records that the extractor found."""
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
            "records_waiting": self.reviews.counts(self.records)["waiting"],
            "review": self.reviews.as_dict(self.records),
            "overdue": self.overdue or None,
            "report": str(self.page) if self.page else None,
        }

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON has it."""
        documents = [
            {
                "name": item.original.name,
                "read": bool(item.why and not item.original.trouble),
                "why": item.why,
                "decisions": self.decided.get(item.original.name, 0),
            }
            for item in self.documents
        ]
        return {"documents": documents, "to_read": len(self.stale)}


def planned(store: Store, paths: tuple[Path, ...]) -> Planned:
    """What a run over `paths` (none: all) would do. Raises UnknownPath, UnusableDecisions."""
    _catch_up(store)
    with closing(State(store.extracted, read_only=True)) as state:
        found = list(judged(store, state, store.originals(paths, outputs=False), Wanted()))
    plan = Planned(found, _page(store))
    with decisions_of(store) as decisions:
        if not decisions:
            return plan
        from pipeline.review import standing

        with_decisions = decisions.documents()
        for item in plan.stale:
            if (name := item.original.name) in with_decisions:
                plan.decided[name] = len(standing(decisions.of_document(name)))
    return plan


def looked_at(store: Store) -> Planned:
    """How all documents stand, those read from elsewhere too, and what curators decided by now.

    Raises UnusableDecisions.
    """
    _catch_up(store)
    with closing(State(store.extracted, read_only=True)) as state:
        found = list(judged(store, state, store.originals(outputs=False), Wanted()))
        inside = {item.original.name for item in found}
        found += (judge(store, state, one, Wanted()) for one in _elsewhere(store, state, inside))
        late = overdue(store, datetime.now(UTC))
        return Planned(found, _page(store), reviews=reviews_by_now(store, state), overdue=late)


def _elsewhere(store: Store, state: State, inside: Container[str]) -> Iterator[Original]:
    """The originals outside `raw/documents` that were read and are still there."""
    for name, origin in state.origins():
        if origin and name not in inside and Path(origin).is_file():
            yield store.original(name, origin)


def _catch_up(store: Store) -> None:
    """Have what others made in an object store: the manifest says it, so that nobody lists it."""
    if store.far:
        from pipeline.run.manifest import caught_up

        caught_up(store)


def _page(store: Store) -> Path | None:
    latest = store.runs / LATEST
    return latest if latest.is_file() else None


def plan_lines(found: Planned) -> Iterator[str]:
    """What would be read and why, then how much is fresh."""
    for item in found.documents:
        name = printable(item.original.name)
        if item.original.trouble:
            yield f"{name}: would be set aside: {printable(item.original.trouble.message)}"
        elif item.why:
            count = found.decided.get(item.original.name)
            touched = f" ({counted(count, 'decision')} on it)" if count else ""
            yield f"{name}: would be read: {printable('; '.join(item.why))}{touched}"
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
    yield from review_lines(found.reviews, found.records)
    for name, code, message in found.not_done:
        yield f"not done   {printable(f'{name}: {code}: {message}')}"
    yield f"report     {found.page or 'there was no run yet'}"


def waiting(store: Store) -> dict[str, Any]:
    """How many records wait in how many documents, and the page of the last run, from the state."""
    with closing(State(store.extracted, read_only=True)) as state:
        records = {known.name: known.row.records for known in state.all()}
        reviews = reviews_by_now(store, state)
    records |= {name: tally.waiting for name, tally in reviews.documents.items()}
    page = _page(store)
    return {
        "records": sum(records.values()),
        "documents": sum(map(bool, records.values())),
        "page": str(page) if page else None,
    }
