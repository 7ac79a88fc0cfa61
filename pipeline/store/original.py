"""A raw file: its name, where it is, what is beside it, and why it may be refused."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.store.entry import GONE
from pipeline.store.files import read_bytes

SIDECAR = ".toml"
CITATIONS = (".csl.json", ".ris", ".bib")  # a work as others cite it
BESIDE = (SIDECAR, *CITATIONS)
MADE = ".json"
LONGEST_NAME = 255 - len(MADE)  # bytes that file systems allow, less our own ending
PAGES = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a document cannot be read: a short stable code, and a message in the user's words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Original:
    """A raw file. `name` is the relative name of its outputs, `path` what its document says it is.

    `origin` is its absolute path where that is outside `raw/documents`, else empty. `trouble` says
    why it cannot even be opened. `stamps` are those of `Store.stamps` as a listing of an object
    store told them, of `raw/` alone where nobody asked for those of outputs; empty on a disk.
    """

    name: str
    path: str
    file: Path
    origin: str = ""
    trouble: Trouble | None = None
    stamps: tuple[str, ...] = ()

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
        if self.stamps and self.stamps[1] == GONE:
            return {}
        return {file.name: read_bytes(file) for file in self.beside if file.is_file()}


def taken(original: Original, other: Path | str) -> Original:
    """The original, refused because the file `other` has the same name."""
    message = (
        f"{original.file} would be called {original.name}, as {other} is. "
        "Rename one of the two, or the folder that it is in."
    )
    return refused(original, "name-taken", message)


def belongs(name: str, names: set[str]) -> bool:
    """Whether it is part of a document beside it: its sidecar, or what its saved page shows."""
    page = name.removesuffix("_files")
    return any(name.endswith(one) and name.removesuffix(one) in names for one in BESIDE) or (
        page != name and any(page + ending in names for ending in PAGES)
    )


def openable(original: Original, file: Path, is_file: bool) -> Original:
    """The original, refused when it is no file or when its outputs could not be named."""
    if is_file and len(original.name) <= LONGEST_NAME and original.name.isascii():
        return original
    in_bytes = os.fsencode(original.name)
    if in_bytes != original.name.encode("utf-8", "replace"):
        return refused(original, "bad-name", "Its name is not in UTF-8. Rename it.")
    if len(in_bytes.rpartition(b"/")[2]) > LONGEST_NAME:
        message = f"Its name has more than {LONGEST_NAME} bytes. Rename it."
        return refused(original, "name-too-long", message)
    if is_file:
        return original
    if file.is_symlink() and not os.path.exists(file):  # noqa: PTH110 (does not raise)
        message = f"It is a link to {file.readlink()}, which is not there."
        return refused(original, "broken-link", message)
    return refused(original, "not-a-file", "It is neither a file nor a folder.")


def refused(original: Original, code: str, message: str) -> Original:
    """The original with its trouble, under a name that can be printed."""
    printable = os.fsencode(original.name).decode("utf-8", "backslashreplace")
    trouble = Trouble(code, message.encode("utf-8", "backslashreplace").decode())
    return Original(printable, original.path, original.file, original.origin, trouble)
