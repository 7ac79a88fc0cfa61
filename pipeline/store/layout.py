"""What is where under `raw/` and `extracted/`, and which documents a path means."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from pipeline.store.files import DRAFTS, read_bytes, stamp, stamp_all

SIDECAR = ".toml"
CITATIONS = (".csl.json", ".ris", ".bib")  # a work as others cite it
BESIDE = (SIDECAR, *CITATIONS)
MADE = ".json"
LONGEST_NAME = 255 - len(MADE)  # bytes that file systems allow, less our own ending
PAGES = (".html", ".htm", ".xhtml")
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


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a document cannot be read: a short stable code, and a message in the user's words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Original:
    """A raw file. `name` is the relative name of its outputs, `path` what its document says it is.

    `origin` is its absolute path where that is outside `raw/documents`, else empty. `trouble` says
    why it cannot even be opened.
    """

    name: str
    path: str
    file: Path
    origin: str = ""
    trouble: Trouble | None = None

    @property
    def sidecar(self) -> Path:
        """Where its bibliography would be."""
        return self.file.with_name(self.file.name + SIDECAR)

    @property
    def beside(self) -> tuple[Path, ...]:
        """Where all that tells of its bibliography would be: its sidecar, then citations."""
        return tuple(self.file.with_name(self.file.name + ending) for ending in BESIDE)

    def read_beside(self) -> dict[str, bytes]:
        """What of these is there, by name of file. Raises OSError."""
        return {file.name: read_bytes(file) for file in self.beside if file.is_file()}


def taken(original: Original, other: Path | str) -> Original:
    """The original, refused because the file `other` has the same name."""
    message = (
        f"{original.file} would be called {original.name}, as {other} is. "
        "Rename one of the two, or the folder that it is in."
    )
    return _refused(original, "name-taken", message)


class Store:
    """`raw/` and `extracted/`, wherever they are."""

    def __init__(self, raw: Path, extracted: Path) -> None:
        # Absolute, but through no symbolic link: names are those that the user sees.
        self.raw = Path(os.path.abspath(raw))  # noqa: PTH100
        self.extracted = Path(os.path.abspath(extracted))  # noqa: PTH100
        self.documents = self.raw / "documents"
        self.runs = self.extracted / "runs"

    def output(self, stage: Stage, name: str, under: Path | None = None) -> Path:
        """The file that a stage leaves for the document of that name; or its like elsewhere."""
        return (under or self.extracted) / stage.folder / (name + MADE)

    def reviewed(self, name: str) -> Path:
        """The file of a document's records as curators decided; only where they did."""
        return self.extracted / REVIEWED / (name + MADE)

    def has_records(self, name: str) -> bool:
        """Whether the document of that name went through all stages."""
        return self.output(Stage.ASSEMBLE, name).is_file()

    @property
    def decided(self) -> bool:
        """Whether there is a database of decisions (asked without opening it)."""
        return bool(os.environ.get(DECISIONS_URL)) or (self.raw / DECISIONS).exists()

    def original(self, name: str) -> Original:
        """The document of that name in `raw/documents`, whether it is there or not."""
        return Original(name, f"documents/{name}", self.documents / name)

    def stamps(self, original: Original) -> tuple[str, ...]:
        """The stamps of a raw file, of what is beside it, and of its outputs in order."""
        # Names glued by hand: a Path for each of 500,000 files would take 3 s.
        raw, made = str(original.file), f"{original.name}{MADE}"
        outputs = [stamp(f"{self.extracted}/{folder}/{made}") for folder in _FOLDERS.values()]
        return stamp(raw), stamp_all(raw + ending for ending in BESIDE), *outputs

    def originals(self, paths: Iterable[Path] = ()) -> Iterator[list[Original]]:
        """The originals at `paths` (default: all in `raw/documents`), folder by folder, sorted.

        A path may also be an output, a folder of outputs, or a name as in `raw/documents`. Of
        different files that would have the same name all but the first carry a trouble. Raises
        UnknownPath.
        """
        given = [path if os.path.lexists(path) else self._named(path) for path in paths]
        if not given:
            yield from _walk(self.documents, "", self._inside)
        seen: dict[str, Path] = {}
        for path in given:
            for group in self._at(Path(os.path.abspath(path))):  # noqa: PTH100
                yield list(self._unlike(group, seen))

    def inside(self, folder: str) -> list[Original]:
        """The originals in just that folder of `raw/documents` (empty: the top), sorted."""
        return _listed(self.documents / folder, folder, self._inside)[0]

    def made_reviewed(self) -> Iterator[str]:
        """The names of the documents that have a file in `4-reviewed`."""
        for group in _walk(self.extracted / REVIEWED, "", self._of_output):
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
            yield from _walk(self.extracted / stage.folder, "", self._of_output, known)

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
        """Remove the drafts that a process left behind when it was killed."""
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
        yield [_openable(make(name, path), path, path.is_file())]


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
        return [_refused(Original(prefix or ".", prefix, folder), "unreadable-folder", message)], []
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
            files.append(_openable(make(name, file), file, is_file))
    return files, folders


def belongs(name: str, names: set[str]) -> bool:
    """Whether it is part of a document beside it: its sidecar, or what its saved page shows."""
    page = name.removesuffix("_files")
    return any(name.endswith(one) and name.removesuffix(one) in names for one in BESIDE) or (
        page != name and any(page + ending in names for ending in PAGES)
    )


def _openable(original: Original, file: Path, is_file: bool) -> Original:
    """The original, refused when it is no file or when its outputs could not be named."""
    if is_file and len(original.name) <= LONGEST_NAME and original.name.isascii():
        return original
    in_bytes = os.fsencode(original.name)
    if in_bytes != original.name.encode("utf-8", "replace"):
        return _refused(original, "bad-name", "Its name is not in UTF-8. Rename it.")
    if len(in_bytes.rpartition(b"/")[2]) > LONGEST_NAME:
        message = f"Its name has more than {LONGEST_NAME} bytes. Rename it."
        return _refused(original, "name-too-long", message)
    if is_file:
        return original
    if file.is_symlink() and not os.path.exists(file):  # noqa: PTH110
        message = f"It is a link to {file.readlink()}, which is not there."
        return _refused(original, "broken-link", message)
    return _refused(original, "not-a-file", "It is neither a file nor a folder.")


def _refused(original: Original, code: str, message: str) -> Original:
    printable = os.fsencode(original.name).decode("utf-8", "backslashreplace")
    trouble = Trouble(code, message.encode("utf-8", "backslashreplace").decode())
    return Original(printable, original.path, original.file, original.origin, trouble)


def _not_there(path: Path) -> str:
    import difflib

    missing = Path(os.path.abspath(path))  # noqa: PTH100
    while not missing.parent.is_dir():
        missing = missing.parent
    beside = sorted(entry.name for entry in missing.parent.iterdir())
    near = difflib.get_close_matches(missing.name, beside, n=1, cutoff=0.5)
    hint = f" Did you mean {missing.with_name(near[0])}?" if near else ""
    return f"There is no {path}.{hint}"
