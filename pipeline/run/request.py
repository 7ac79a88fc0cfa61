"""A run as asked for, and who watches it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.run.engine import LOCAL
from pipeline.run.fresh import Wanted
from pipeline.run.outcome import Row
from pipeline.store import Original, Stage, Store


class NothingToRead(Exception):
    """A run over no documents; the message says where to put some."""


class Progress(Protocol):
    """Whoever watches a run."""

    def begin(self, total: int, fresh: int) -> None:
        """The run will read `total` documents; `fresh` need not be."""

    def document(self, row: Row) -> None:
        """A document is finished."""

    def end(self) -> None:
        """There are no more."""


@dataclass(frozen=True, slots=True)
class Request:
    """A run as asked for: `paths` (none: everything), and how many processes at a time.

    `wait`: seconds to wait for another run to end. `engine` is as in `engine.check_engine`.
    """

    store: Store
    wanted: Wanted
    paths: tuple[Path, ...] = ()
    jobs: int | None = None
    wait: float = 0
    engine: str = LOCAL

    def groups(self) -> Iterator[list[Original]]:
        """The documents asked for. Raises UnknownPath."""
        first = self.wanted.stages[0]
        if first == Stage.INGEST:
            return self.store.originals(self.paths)
        return self.store.made(list(Stage)[list(Stage).index(first) - 1], self.paths)

    @property
    def plain(self) -> bool:
        """Whether it is about all that there is, and nothing fresh is to be read again."""
        wanted = self.wanted
        return self.whole and wanted.stages == tuple(Stage) and not (wanted.force or wanted.retry)

    @property
    def whole(self) -> bool:
        """Whether it is about all that there is, so that what is elsewhere is no more."""
        return not self.paths and self.wanted.stages[0] == Stage.INGEST

    def nothing(self) -> str:
        """Why there is nothing to read."""
        if self.paths:
            return f"There is nothing to read in {', '.join(map(str, self.paths))}."
        if self.wanted.stages[0] != Stage.INGEST:
            return (
                f"There is nothing to go on from in {self.store.extracted}: run `gleaner ingest`."
            )
        return f"There is nothing to read in {self.store.documents}: put documents there."
