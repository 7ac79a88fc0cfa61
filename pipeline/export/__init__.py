"""Exports: what curators made of the records, in the formats of others; and what comes back.

A format is a module of this folder with

    FILE = "records.csv"            what it is called by default; without an ending, it is a folder
    def write(corpus: Corpus, out: Path, wanted: Wanted) -> None

and, where it can come back, `def read(path: Path) -> Iterator[Said]`, or for what is no record
`read_taxonomies`, `read_crosswalk`, `read_works`, `read_rows` of its bytes. Its name is the
module's, without a final underscore (`csv_` would else hide Python's own); the first line of its
docstring is its help. A module without `FILE` is what formats share.

`out` is a draft that no one else sees, put in its place when all is written: `write` may fail or
be killed at any point. What belongs beside the file (a schema, say) is written beside `out`.
`write` goes through `corpus.files()` as often as it needs, and keeps no more than a document. It
raises ValueError for what the format cannot hold, with a message that names the record.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Literal

from pipeline.model import Decision, Document, ReviewedFile, Saw, Span, Value
from pipeline.taxonomy import Taxonomy

Profile = Literal["flat", "tags", "nested"]


@dataclass(frozen=True)
class Corpus:
    """What is exported: files of reviewed records, a document at a time, in order of name.

    `files` reads them anew at each call, with the records that were asked for and no others.
    `document` gives the frozen text behind a header's `path` (raises OSError or ValueError),
    `decisions` what was decided on it and what that saw, `licence` what may be done with it.
    """

    files: Callable[[], Iterator[ReviewedFile]]
    document: Callable[[str], Document]
    taxonomies: Mapping[str, Taxonomy]
    decisions: Callable[[str], Iterable[Decision | Saw]] = lambda path: ()
    licence: Callable[[str], str] = lambda path: ""


@dataclass(frozen=True)
class Wanted:
    """What can be asked of a format; each takes what it understands.

    `profile`: a row for each record, a row for each of its tags, or a row with lists in its cells
    (`nested`). `bom`: begin a text with the mark by which Excel knows UTF-8. `taxonomies`: ids,
    none for all. `licence`: under which a release goes out (an address, or words).
    """

    profile: Profile = "flat"
    bom: bool = False
    taxonomies: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True)
class Said:
    """What a file that comes back says of one record.

    `where` is the place in the file, for messages ("row 12"). `document` is the header's `path`,
    and `record` the id. `fields` holds what was said of each field as curators decide on it: the
    value (provenance is looked up later), or None for an empty one; a field that is missing was
    not spoken of. `saw` holds the marks of the values that the file was written with, where it
    kept them: what changed since on both sides is a conflict. `status` is what it says of the
    record as a whole, if anything. `spans` are the places in the frozen text where the words of a
    field were marked, for formats in which they are.
    """

    where: str
    document: str
    record: str
    fields: Mapping[str, Value | None] = field(default_factory=dict)
    saw: Mapping[str, str] = field(default_factory=dict)
    status: str | None = None
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)


class Unreadable(ValueError):
    """A file that cannot be read back; the message says where and why, in the user's words."""


def comes_back(module: ModuleType) -> bool:
    """Whether a format has a reader: of records, or of what else it holds (`read_works`, ...)."""
    return any(name == "read" or name.startswith("read_") for name in vars(module))


@cache
def formats() -> dict[str, ModuleType]:
    """Every format by its name."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return {
        module.__name__.rpartition(".")[2].rstrip("_"): module
        for module in modules
        if hasattr(module, "FILE")
    }
