"""Which documents there are under `raw/` and `extracted/`, on disks and in object stores alike."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.store import far, near
from pipeline.store.layout import REVIEWED, Folders, Layout, Stage
from pipeline.store.look import Look, looks
from pipeline.store.near import NONE
from pipeline.store.objects import Remote
from pipeline.store.original import Original


class Store(Layout):
    """`raw/` and `extracted/`, and what is in them."""

    def originals(
        self, paths: Iterable[Path] = (), outputs: bool = True
    ) -> Iterator[list[Original]]:
        """The originals at `paths` (default: all in `raw/documents`), folder by folder, sorted.

        A path may also be an output, a folder of outputs, or a name as in `raw/documents`. Of
        different files that would have the same name all but the first carry a trouble. Without
        `outputs` those in an object store are not listed. Raises UnknownPath.
        """
        given = list(paths)
        if isinstance(self.raw, Remote) or (self.far and not given):
            return far.named(self, given, outputs) if given else far.walk(self, "", outputs)
        return near.originals(self, given)

    def inside(self, folder: str) -> Iterator[list[Original]]:
        """The originals in just that folder of `raw/documents` (empty: the top), sorted."""
        if self.far:
            yield from far.inside(self, folder)
        else:
            yield near.listed(self, folder)[0]

    def looks(self) -> Iterator[Look]:
        """Every folder of `raw/documents`, each before those in it, sorted."""
        return far.looks(self) if self.far else looks(self)

    def made(
        self, stage: Stage, paths: Iterable[Path] = (), known: Folders = NONE
    ) -> Iterator[list[Original]]:
        """The originals at `paths` (default: of all outputs of that stage), there or not.

        Folders that are `known`, with the folders in them, are not opened.
        """
        given = list(paths)
        return self.originals(given) if given else self._made(stage.folder, known)

    def made_reviewed(self) -> Iterator[str]:
        """The names of the documents that have a file in `4-reviewed`."""
        for group in self._made(REVIEWED):
            yield from (original.name for original in group)

    def _made(self, folder: str, known: Folders = NONE) -> Iterator[list[Original]]:
        made = far.made if isinstance(self.extracted, Remote) else near.made
        return made(self, self.extracted / folder, known)
