"""What is where under `raw/` and `extracted/`.

Either may be a tree in an object store, by its URL (see `place`, `objects` and `far`). There, and
only there, the outputs of a folder with very many documents are in shards: those of
`crawl/a.pdf` are `<stage>/crawl/.5/a.pdf.json`, where 5 is the first hexadecimal digit of the
SHA-256 of `crawl/a.pdf`, and `extracted/shards.json` lists such folders. No folder of documents
begins with a dot, so a name is what is left without that part.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pipeline.store.files import DRAFTS, digest, read_as_it_is, read_bytes, stamp, stamp_all, write
from pipeline.store.objects import Remote, check
from pipeline.store.original import BESIDE, MADE, Original
from pipeline.store.place import absolute, place

REVIEWED = "4-reviewed"
DECISIONS = "decisions.sqlite3"
SHARDED = "shards.json"
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
    """A path that is not there; the message names it, and ends in what may be meant (`hint`)."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".rstrip())
        self.hint = hint


class UnusableDecisions(Exception):
    """Decisions that cannot be read; the message names the file and what is wrong."""


class Layout:
    """The names of everything under `raw/` and `extracted/`, wherever they are."""

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
        return sharded(self.extracted)

    def check(self) -> None:
        """Have it said at once that an object store cannot be used. Raises OSError."""
        if self.far:
            check(*(one for one in (self.raw, self.extracted) if isinstance(one, Remote)))

    def output(self, stage: Stage, name: str, under: Path | None = None) -> Path:
        """The file that a stage leaves for the document of that name; or its like elsewhere."""
        folder, slash, file = name.rpartition("/")
        if self.sharded and folder in self.sharded:
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

    def original(self, name: str, origin: str = "") -> Original:
        """The document of that name in `raw/documents`, or at `origin` outside; there or not."""
        if origin:
            return Original(name, name, Path(origin), origin)
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
        for folder in self.filled():
            for draft in folder.rglob(DRAFTS):
                draft.unlink(missing_ok=True)

    def filled(self) -> Iterator[Path]:
        """The folders with a file for each document."""
        for folder in (*_FOLDERS.values(), REVIEWED):
            yield self.extracted / folder


def shard(name: str) -> str:
    """The shard of a document: the first digit of the SHA-256 of its name."""
    return f".{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[0]}"


def sharded(extracted: Path) -> frozenset[str]:
    """The folders whose outputs are in shards: on a disk none. Raises OSError."""
    if not isinstance(extracted, Remote):
        return frozenset()
    try:
        return frozenset(json.loads(read_bytes(extracted / SHARDED)))
    except FileNotFoundError:
        return frozenset()
