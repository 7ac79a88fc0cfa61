"""What is where under `raw/` and `extracted/`, and which documents a path means.

Either may be a tree in an object store, by its URL (see `place`, `objects` and `far`). There, and
only there, the outputs of a folder with very many documents are in shards: those of
`crawl/a.pdf` are `<stage>/crawl/.5/a.pdf.json`, where 5 is the first hexadecimal digit of the
SHA-256 of `crawl/a.pdf`, and `extracted/shards.json` lists such folders. No folder of documents
begins with a dot, so a name is what is left without that part.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from pipeline.store.files import DRAFTS, digest, read_as_it_is, stamp, stamp_all, write
from pipeline.store.original import BESIDE, MADE, Original, belongs, openable, refused, taken
from pipeline.store.place import Remote, absolute, place

REVIEWED = "4-reviewed"
DECISIONS = "decisions.sqlite3"
DECISIONS_URL = "GLEANER_DECISIONS"  # the environment variable that names another database


class Stage(StrEnum):
    """The stages that leave a file for each document, in order."""

    INGEST = "ingest"
    SEGMENT = "segment"
    ASSEMBLE = "assemble"

    @property
    def folder(self) -> str:
        """The folder under `extracted/` that the stage fills."""
        return _FOLDERS[self]


_FOLDERS = {
    Stage.INGEST: "1-documents",
    Stage.SEGMENT: "2-segments",
    Stage.ASSEMBLE: "3-records",
}


Folders = Mapping[str, Sequence[str]]  # the names of folders, each with those in it


class UnknownPath(Exception):
    """A path that is not there; the message names it, and what is nearby."""


class UnusableDecisions(Exception):
    """Decisions that cannot be read; the message names the file and what is wrong."""


class Store:
    """`raw/` and `extracted/`, wherever they are."""

    def __init__(self, raw: Path | str, extracted: Path | str) -> None:
        self.raw = absolute(place(raw))
        self.extracted = absolute(place(extracted))
        self.documents = self.raw / "documents"
        self.runs = self.extracted / "runs"

    @property
    def far(self) -> bool:
        """Whether a part of it is in an object store."""
        return isinstance(self.raw, Remote) or isinstance(self.extracted, Remote)

    @cached_property
    def sharded(self) -> frozenset[str]:
        """The folders whose outputs are in shards. Raises OSError."""
        if not isinstance(self.extracted, Remote):
            return frozenset()
        from pipeline.store.far import sharded

        return sharded(self.extracted)

    def check(self) -> None:
        """Have it said at once that an object store cannot be used. Raises OSError."""
        if self.far:
            from pipeline.store.objects import check

            check(*(one for one in (self.raw, self.extracted) if isinstance(one, Remote)))

    def output(self, stage: Stage, name: str, under: Path | None = None) -> Path:
        """The file that a stage leaves for the document of that name; or its like elsewhere."""
        folder, slash, file = name.rpartition("/")
        if self.sharded and folder in self.sharded:
            from pipeline.store.far import shard

            name = f"{folder}{slash}{shard(name)}/{file}"
        return (under or self.extracted) / stage.folder / (name + MADE)

    def name_of(self, output: str) -> str:
        """The document that an output is of, by the name of that file within its stage."""
        folder, _, file = output.rpartition("/")
        above, slash, last = folder.rpartition("/")
        if last.startswith(".") and above in self.sharded:
            output = f"{above}{slash}{file}"
        return output.removesuffix(MADE)

    def kept(self, sha256: str) -> Path:
        """Where an object store keeps a file of records that another took the place of."""
        return self.runs / "records" / (sha256 + MADE)

    def keep_version(self, name: str) -> None:
        """Keep the records of a document in an object store for `gleaner diff`. Raises OSError."""
        file = self.output(Stage.ASSEMBLE, name)
        if isinstance(file, Remote):
            with suppress(FileNotFoundError):
                data = read_as_it_is(file)
                write(self.kept(digest(data)), data)

    def reviewed(self, name: str) -> Path:
        """The file of a document's records as curators decided; only where they did."""
        return self.extracted / REVIEWED / (name + MADE)

    def has_records(self, name: str) -> bool:
        """Whether the document of that name went through all stages."""
        return self.output(Stage.ASSEMBLE, name).is_file()

    @property
    def decided(self) -> bool:
        """Whether there is a database of decisions (asked without opening it)."""
        if os.environ.get(DECISIONS_URL):
            return True
        return not isinstance(self.raw, Remote) and (self.raw / DECISIONS).exists()

    def original(self, name: str) -> Original:
        """The document of that name in `raw/documents`, whether it is there or not."""
        return Original(name, f"documents/{name}", self.documents / name)

    def stamps(self, original: Original) -> tuple[str, ...]:
        """The stamps of a raw file, of what is beside it, and of its outputs in order.

        Of outputs in an object store only as far as a listing told them, or nobody listed.
        """
        if self.far:
            found = (stamp(self.output(stage, original.name)) for stage in Stage)
            return original.stamps or (*self.raw_stamps(original), *found)
        # Names glued by hand: a Path for each of 500,000 files would take 3 s.
        raw, made = str(original.file), f"{original.name}{MADE}"
        outputs = [stamp(f"{self.extracted}/{folder}/{made}") for folder in _FOLDERS.values()]
        return stamp(raw), stamp_all(raw + ending for ending in BESIDE), *outputs

    def raw_stamps(self, original: Original) -> tuple[str, str]:
        """The stamps of a raw file and of what is beside it."""
        if original.stamps:
            return original.stamps[0], original.stamps[1]
        return stamp(original.file), stamp_all(original.beside)

    def originals(
        self, paths: Iterable[Path] = (), outputs: bool = True
    ) -> Iterator[list[Original]]:
        """The originals at `paths` (default: all in `raw/documents`), folder by folder, sorted.

        A path may also be an output, a folder of outputs, or a name as in `raw/documents`. Of
        different files that would have the same name all but the first carry a trouble. Without
        `outputs` those in an object store are not listed. Raises UnknownPath.
        """
        if self.far and (isinstance(self.raw, Remote) or not paths):
            from pipeline.store import far

            given = list(paths)
            yield from far.named(self, given, outputs) if given else far.walk(self, "", outputs)
            return
        given = [path if os.path.lexists(path) else self._named(path) for path in paths]
        if not given:
            yield from _walk(self.documents, "", self._inside)
        seen: dict[str, Path] = {}
        for path in given:
            for group in self._at(Path(os.path.abspath(path))):  # noqa: PTH100
                yield list(self._unlike(group, seen))

    def inside(self, folder: str) -> Iterator[list[Original]]:
        """The originals in just that folder of `raw/documents` (empty: the top), sorted."""
        if self.far:
            from pipeline.store import far

            yield from far.inside(self, folder)
        else:
            yield self.listed(folder)[0]

    def listed(self, folder: str) -> tuple[list[Original], Sequence[str]]:
        """The same on a disk at once, and the names of the folders in it."""
        return _listed(self.documents / folder, folder, self._inside)

    def made_reviewed(self) -> Iterator[str]:
        """The names of the documents that have a file in `4-reviewed`."""
        for group in self._made(REVIEWED):
            yield from (original.name for original in group)

    def made(
        self, stage: Stage, paths: Iterable[Path] = (), known: Folders = MappingProxyType({})
    ) -> Iterator[list[Original]]:
        """The originals at `paths` (default: of all outputs of that stage), there or not.

        Folders that are `known`, with the folders in them, are not opened.
        """
        given = list(paths)
        if given:
            yield from self.originals(given)
        else:
            yield from self._made(stage.folder, known)

    def _made(self, folder: str, known: Folders = MappingProxyType({})) -> Iterator[list[Original]]:
        top = self.extracted / folder
        if isinstance(top, Remote):
            from pipeline.store import far

            return far.made(self, top, known)
        return _walk(top, "", self._of_output, known)

    def remove(self, name: str, stages: Iterable[Stage] = Stage) -> bool:
        """Remove what stages left for a document, and folders left empty. Whether there was any."""
        found = [self.discard(self.output(stage, name)) for stage in stages]
        return any(found)

    def discard(self, file: Path) -> bool:
        """Remove a file under `extracted/`, and folders left empty. Whether it was there."""
        found = False
        with suppress(FileNotFoundError, NotADirectoryError):
            file.unlink()
            found = True
        with suppress(OSError):
            for folder in file.relative_to(self.extracted).parents[:-2]:
                (self.extracted / folder).rmdir()
        return found

    def sweep(self) -> None:
        """Remove the drafts that a process left behind when it was killed; objects have none."""
        if isinstance(self.extracted, Remote):
            return
        for folder in self._folders():
            for draft in folder.rglob(DRAFTS):
                draft.unlink(missing_ok=True)

    def _folders(self) -> Iterator[Path]:
        """The folders with a file for each document."""
        for folder in (*_FOLDERS.values(), REVIEWED):
            yield self.extracted / folder

    def _named(self, name: Path) -> Path:
        """The file or folder in `raw/documents` of that name. Raises UnknownPath."""
        path = self.documents / name
        if name.is_absolute() or ".." in name.parts or not os.path.lexists(path):
            raise UnknownPath(_not_there(name))
        return path

    def _at(self, path: Path) -> Iterator[list[Original]]:
        for folder in self._folders():
            if path.is_relative_to(folder):
                yield from _found(path, _name(path, folder), self._of_output)
                return
        for ending in BESIDE:
            whose = path.with_name(path.name.removesuffix(ending))
            if whose != path and whose.is_file():
                path = whose
        if path == self.raw:
            path = self.documents
        if path.is_relative_to(self.documents):
            yield from _found(path, _name(path, self.documents), self._inside)
        else:
            top = path if path.is_dir() else path.parent
            yield from _found(path, _name(path, top.parent), _outside)

    def _inside(self, name: str, file: Path) -> Original:
        return Original(name, f"documents/{name}", file)

    def _of_output(self, name: str, file: Path) -> Original:
        return self.original(name.removesuffix(MADE))

    def _unlike(self, group: list[Original], seen: dict[str, Path]) -> Iterator[Original]:
        for original in group:
            inside = self.documents / original.name
            other = seen.get(original.name)
            if original.origin and other is None and inside.exists():
                yield taken(original, inside)
            elif other is None:
                seen[original.name] = original.file
                yield original
            elif original.origin and original.file != other:
                yield taken(original, other)


def _name(path: Path, top: Path) -> str:
    return "" if path == top else path.relative_to(top).as_posix()


def _outside(name: str, file: Path) -> Original:
    return Original(name, name, file, origin=str(file))


Make = Callable[[str, Path], Original]


def _found(path: Path, name: str, make: Make) -> Iterator[list[Original]]:
    if path.is_dir():
        yield from _walk(path, name, make)
    else:
        yield [openable(make(name, path), path, path.is_file())]


def _walk(
    folder: Path, prefix: str, make: Make, known: Folders = MappingProxyType({})
) -> Iterator[list[Original]]:
    """The files of a folder, then those of its folders."""
    files: list[Original] = []
    if (inside := known.get(prefix)) is None:
        files, inside = _listed(folder, prefix, make)
    if files:
        yield files
    for name in inside:
        yield from _walk(folder / name.rpartition("/")[2], name, make, known)


def _listed(folder: Path, prefix: str, make: Make) -> tuple[list[Original], Sequence[str]]:
    """The files of a folder and the names of its folders; what begins with a dot is not ours."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        message = f"The folder cannot be opened: {error.strerror}."
        return [refused(Original(prefix or ".", prefix, folder), "unreadable-folder", message)], []
    names = {entry.name for entry in found}
    folders, files = [], []
    for entry in found:
        name = f"{prefix}/{entry.name}" if prefix else entry.name
        if entry.name.startswith(".") or belongs(entry.name, names):
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append(name)
        else:
            file = folder / entry.name
            # Where a link goes in circles, or where it may not be followed, the others raise.
            is_file = entry.is_file(follow_symlinks=False) or os.path.isfile(file)  # noqa: PTH113
            files.append(openable(make(name, file), file, is_file))
    return files, folders


def _not_there(path: Path) -> str:
    import difflib

    missing = Path(os.path.abspath(path))  # noqa: PTH100
    while not missing.parent.is_dir():
        missing = missing.parent
    beside = sorted(entry.name for entry in missing.parent.iterdir())
    near = difflib.get_close_matches(missing.name, beside, n=1, cutoff=0.5)
    hint = f" Did you mean {missing.with_name(near[0])}?" if near else ""
    return f"There is no {path}.{hint}"
