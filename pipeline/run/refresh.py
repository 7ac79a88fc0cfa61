"""A refresh: fetch what is due, read what is not fresh, merge decisions, say what changed."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.fetch import Fetcher, NotFetched
from pipeline.run.archive import Archive
from pipeline.run.difference import Difference, difference
from pipeline.run.difference_show import difference_lines, write_difference
from pipeline.run.extract import run
from pipeline.run.fetching import Asked, Fetching, fetch_sources
from pipeline.run.heartbeat import beat
from pipeline.run.lock import only_run
from pipeline.run.report import Report
from pipeline.run.request import NothingToRead, Progress, Request
from pipeline.run.show import counted, printable, summary
from pipeline.run.sources import load_sources
from pipeline.store import Store, write

CHANGES = "changes"
LATEST_CHANGES = "latest-changes.html"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did. `report` and `changed` are missing where there was nothing to read."""

    fetching: Fetching
    report: Report | None
    changed: Difference | None
    page: Path | None

    @property
    def exit_code(self) -> int:
        """The worst of fetching and reading: 0 all done, 1 not all, 130 interrupted."""
        return max(self.fetching.exit_code, self.report.exit_code if self.report else 0)

    def as_dict(self) -> dict[str, Any]:
        """The refresh as JSON has it."""
        return {
            "exit_code": self.exit_code,
            "fetching": self.fetching.as_dict(),
            "run": self.report.as_dict() if self.report else None,
            "changes": self.changed.as_dict() if self.changed else None,
            "page": str(self.page) if self.page else None,
        }


def fetch(
    store: Store,
    tell: Callable[[Asked], None],
    files: tuple[str, ...] = (),
    force: bool = False,
    wait: float = 0,
) -> Fetching:
    """Fetch alone, as the only run. Raises Locked, BadSources, OSError."""
    with only_run(store.extracted, wait) as last_died:
        if last_died:
            store.sweep()
        return fetch_sources(store, files, force, tell)


def refresh(
    request: Request, every: str, tell: Callable[[Asked], None], progress: Progress
) -> Refreshed:
    """Do all of it. Raises what `fetch` and `run` raise; NothingToRead only when nothing failed."""
    store, started = request.store, datetime.now(UTC)
    fetching = fetch(store, tell, wait=request.wait)
    if fetching.interrupted:
        return Refreshed(fetching, None, None, None)
    try:
        report = run(request, progress)
    except NothingToRead:
        if not fetching.exit_code:
            raise
        return Refreshed(fetching, None, None, None)
    changed = difference_of(store)
    page = _written(store, report, fetching, changed)
    done = Refreshed(fetching, report, changed, page)
    if not report.interrupted:
        beat(store, every, started, report.id, done.exit_code)
    return done


def difference_of(store: Store, before: str | None = None, after: str | None = None) -> Difference:
    """How two runs differ; by default the last and the one before. Raises UnknownRun."""
    if store.far:
        from pipeline.run.manifest import caught_up

        caught_up(store)
    with closing(Archive(store.runs, read_only=True, store=store)) as archive:
        last = archive.named(after or "latest")
        if before:
            return difference(archive, archive.named(before), last)
        earlier = archive.runs()
        at = earlier.index(last)
        return difference(archive, earlier[at - 1] if at else "", last)


def _written(store: Store, report: Report, fetching: Fetching, changed: Difference) -> Path:
    told = changed.as_dict() | {"fetching": fetching.as_dict()}
    data = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    write(store.runs / f"{report.id}.{CHANGES}.json", data)
    page = store.runs / f"{report.id}.{CHANGES}.html"
    write_difference(changed, page)
    write_difference(changed, store.runs / LATEST_CHANGES)
    return page


def refresh_lines(done: Refreshed) -> Iterator[str]:
    """What a refresh did, in lines."""
    yield f"sources    {fetching_in_words(done.fetching)}"
    if done.report:
        yield from summary(done.report)
    if done.changed:
        yield from (
            f"changes    {line}" if not at else f"           {line}"
            for at, line in enumerate(difference_lines(done.changed))
        )
    if done.page:
        yield f"changes    {done.page}"


def fetching_in_words(fetching: Fetching) -> str:
    """How many sources were asked, and what came."""
    counts: dict[str, int] = {}
    for asked in fetching.asked:
        counts[asked.outcome] = counts.get(asked.outcome, 0) + 1
    parts = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
    asked_for = f"{counted(len(fetching.asked), 'source')} asked{f' ({parts})' if parts else ''}"
    return f"{asked_for}, {fetching.not_due:,} not due"


def ping(store: Store, url: str) -> str:
    """Tell whoever watches the timer that a refresh ran to its end. Gives what went wrong."""
    try:
        Fetcher(load_sources(store).polite.agent).ping(url)
    except NotFetched as error:
        return printable(f"The ping did not arrive: {error}")
    return ""
