"""What is where under `raw/` and `extracted/`, and which documents a path means."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.store.files import DRAFTS, stamp

SIDECAR = ".toml"
MADE = ".json"
LONGEST_NAME = 255 - len(MADE)  # bytes that file systems allow, less our own ending
PAGES = (".html", ".htm", ".xhtml")


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


class UnknownPath(Exception):
    """A path that is not there; the message names it, and what is nearby."""


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

    def original(self, name: str) -> Original:
        """The document of that name in `raw/documents`, whether it is there or not."""
        return Original(name, f"documents/{name}", self.documents / name)

    def stamps(self, original: Original) -> tuple[str, ...]:
        """The stamps of a document's raw file, of its sidecar, and of its outputs in order."""
        # Names glued by hand: a Path for each of 500,000 files would take 3 s.
        raw, made = str(original.file), f"{original.name}{MADE}"
        outputs = [stamp(f"{self.extracted}/{folder}/{made}") for folder in _FOLDERS.values()]
        return stamp(raw), stamp(raw + SIDECAR), *outputs

    def originals(self, paths: Iterable[Path] = ()) -> Iterator[list[Original]]:
        """The originals at `paths` (default: all in `raw/documents`), folder by folder, sorted.

        A path may also be an output or a folder of outputs. Of different files that would have the
        same name all but the first carry a trouble. Raises UnknownPath.
        """
        given = list(paths)
        if not given:
            yield from _walk(self.documents, "", self._inside)
        for path in given:
            if not path.exists() and not path.is_symlink():
                raise UnknownPath(_not_there(path))
        seen: dict[str, Path] = {}
        for path in given:
            for group in self._at(Path(os.path.abspath(path))):  # noqa: PTH100
                yield list(self._unlike(group, seen))

    def made(self, stage: Stage, paths: Iterable[Path] = ()) -> Iterator[list[Original]]:
        """The originals at `paths` (default: of all outputs of that stage), there or not."""
        given = list(paths)
        if given:
            yield from self.originals(given)
        else:
            yield from _walk(self.extracted / stage.folder, "", self._of_output)

    def remove(self, name: str, stages: Iterable[Stage] = Stage) -> bool:
        """Remove what stages left for a document, and folders left empty. Whether there was any."""
        found = False
        for stage in stages:
            file = self.output(stage, name)
            with suppress(FileNotFoundError, NotADirectoryError):
                file.unlink()
                found = True
            with suppress(OSError):
                for folder in file.relative_to(self.extracted).parents[:-2]:
                    (self.extracted / folder).rmdir()
        return found

    def sweep(self) -> None:
        """Remove the drafts that a process left behind when it was killed."""
        for stage in Stage:
            for draft in (self.extracted / stage.folder).rglob(DRAFTS):
                draft.unlink(missing_ok=True)

    def _at(self, path: Path) -> Iterator[list[Original]]:
        for stage in Stage:
            folder = self.extracted / stage.folder
            if path.is_relative_to(folder):
                yield from _found(path, _name(path, folder), self._of_output)
                return
        if path.suffix == SIDECAR and path.with_suffix("").is_file():
            path = path.with_suffix("")
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


def _walk(folder: Path, prefix: str, make: Make) -> Iterator[list[Original]]:
    """The files of a folder, then those of its folders; what begins with a dot is not ours."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        message = f"The folder cannot be opened: {error.strerror}."
        yield [_refused(Original(prefix or ".", prefix, folder), "unreadable-folder", message)]
        return
    names = {entry.name for entry in found}
    folders, files = [], []
    for entry in found:
        name = f"{prefix}/{entry.name}" if prefix else entry.name
        if entry.name.startswith(".") or _belongs(entry.name, names):
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append((folder / entry.name, name))
        else:
            file = folder / entry.name
            files.append(_openable(make(name, file), file, entry.is_file()))
    if files:
        yield files
    for path, name in folders:
        yield from _walk(path, name, make)


def _belongs(name: str, names: set[str]) -> bool:
    """Whether it is part of a document beside it: its sidecar, or what its saved page shows."""
    page = name.removesuffix("_files")
    return (name.endswith(SIDECAR) and name.removesuffix(SIDECAR) in names) or (
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
    if file.is_symlink() and not file.exists():
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
