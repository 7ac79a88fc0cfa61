"""Folders in which nothing changed since a run found all of it fresh: each known by one mark."""

from pipeline.run.fresh import Wanted
from pipeline.run.report import Report
from pipeline.run.state import State
from pipeline.run.sums import Sums
from pipeline.store import Look, Stage, digest


class Unchanged:
    """The unchanged folders of a run over everything; `folders` are those met, with those in them.

    What is wanted is a part of each mark: other code or limits may find other documents fresh.
    """

    def __init__(self, state: State, wanted: Wanted) -> None:
        self._state = state
        said = [wanted.code(stage) for stage in Stage], wanted.limits, bool(wanted.manner.password)
        self._wanted = digest(repr(said))
        self._noted: list[tuple[str, str, str]] = []
        self.folders: dict[str, tuple[str, ...]] = {}

    def count(self, look: Look, report: Report) -> bool:
        """Whether nothing changed in a folder. If so, its documents are counted."""
        sums = self._state.sums(look.name, look.mark + self._wanted) if look.mark else None
        if sums is None:
            return False
        self.folders[look.name] = look.folders
        known = self._state.inside(look.name)
        report.add_unchanged(sums, (one.row.again() for one in known if one.row.verdict))
        return True

    def note(self, look: Look, sums: Sums) -> None:
        """Have a folder known from now on: its documents, all as they were, come to `sums`."""
        if look.mark and not self._state.from_outside(look.name):
            self._noted.append((look.name, look.mark + self._wanted, sums.to_json()))

    def keep(self) -> None:
        """Have it in the state; not before what is gone was cleared away."""
        for noted in self._noted:
            self._state.put_sums(*noted)
