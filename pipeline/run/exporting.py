"""Exports on the disk: which records leave, and files that are whole or as they were."""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.export import Corpus, Wanted, formats
from pipeline.model import (
    Decision,
    Document,
    FieldStatus,
    RecordStatus,
    ReviewedFile,
    ReviewedRecord,
    Saw,
)
from pipeline.run.concepts import known_taxonomies
from pipeline.run.placing import placed
from pipeline.run.reviewing import decisions_of
from pipeline.run.show import counted, printable
from pipeline.run.standing import Standing
from pipeline.store import Stage, Store, read_noun

EXPORTS = "5-exports"
GONE = (RecordStatus.REJECTED, RecordStatus.DUPLICATE, RecordStatus.MERGED)
SHOWN = 10  # documents with open reviews that are named


class Choice(StrEnum):
    """Which records leave: those that stand, only what is decided, or those given up as well."""

    STANDING = "standing"
    REVIEWED = "reviewed"
    ALL = "all"


class NotExported(Exception):
    """An export that cannot be made; the message says why, and what to do."""


@dataclass
class Told:
    """What an export did. `left_out` counts by their status the records that did not leave, and as
    lost those that lost their footing."""

    format: str
    out: Path
    choice: Choice
    documents: int = 0
    records: int = 0
    decided: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """Forget what was counted: a format may begin again."""
        self.documents = self.records = self.decided = 0
        self.left_out.clear()

    def add(self, whole: ReviewedFile, file: ReviewedFile) -> None:
        """Count a document, of which the records of `file` leave."""
        kept = {one.id for one in file.records}
        self.documents += bool(kept)
        self.records += len(kept)
        self.decided += sum(map(_decided, file.records))
        self.left_out.update(r.review.status.value for r in whole.records if r.id not in kept)
        self.left_out.update("lost" for record in whole.lost if record.id not in kept)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return vars(self) | {"out": str(self.out)}

    def lines(self) -> Iterator[str]:
        """The same for people."""
        documents, records = counted(self.documents, "document"), counted(self.records, "record")
        told = f"{records} of {documents}, {self.decided:,} of them decided"
        if self.left_out:
            each = ", ".join(f"{count:,} {status}" for status, count in self.left_out.items())
            option = "; --all takes them along" if self.choice is Choice.STANDING else ""
            told += f", {self.left_out.total():,} left out ({each}{option})"
        yield f"{told}: {self.out}" if self.documents or self.left_out else str(self.out)


def export(
    store: Store,
    format: str,
    out: Path | None,
    wanted: Wanted,
    choice: Choice = Choice.STANDING,
    paths: tuple[Path, ...] = (),
) -> Told:
    """Write the records at `paths` (none: all) in a format, whole or not at all.

    Raises UnknownPath, NotExported, OSError and concepts.Unusable.
    """
    module = formats()[format]
    told = Told(format, out or store.extracted / EXPORTS / module.FILE, choice)
    corpus = corpus_of(store, paths, choice, wanted.taxonomies, told)
    try:
        with placed(told.out, folder=not Path(module.FILE).suffix) as draft:
            module.write(corpus, draft, wanted)
    except ValueError as error:
        raise NotExported(f"Nothing was exported: {str(error).rstrip('.')}.") from error
    return told


def corpus_of(
    store: Store,
    paths: tuple[Path, ...] = (),
    choice: Choice = Choice.STANDING,
    taxonomies: tuple[str, ...] = (),
    told: Told | None = None,
) -> Corpus:
    """What formats are given of the documents at `paths` (none: all), counted in `told`.

    Raises UnknownPath, and Unusable for a taxonomy that there is not.
    """
    stands, count = Standing(store, paths), told or Told("", Path(), choice)

    def files() -> Iterator[ReviewedFile]:
        count.begin()
        for name in _shown(stands.names):
            whole = stands.file(name)
            file = chosen(whole, choice)
            count.add(whole, file)
            yield file

    def document(path: str) -> Document:
        return read_noun(Document, store.output(Stage.INGEST, _name(path)))

    def decisions(path: str) -> Iterator[Decision | Saw]:
        with decisions_of(store) as found:
            if found:
                yield from found.of_document(_name(path))
                yield from found.seen(_name(path)).values()

    def licence(path: str) -> str:
        sidecar = store.original(_name(path)).sidecar
        if not sidecar.is_file():
            return ""
        table = tomllib.loads(sidecar.read_text(encoding="utf-8-sig"))
        return str(table.get("licence", ""))

    return Corpus(files, document, known_taxonomies(taxonomies), decisions, licence)


def _name(path: str) -> str:
    return path.removeprefix("documents/")


# --- which records --------------------------------------------------------------------------------


def chosen(file: ReviewedFile, choice: Choice) -> ReviewedFile:
    """The file with the records that leave. Those that lost their footing leave only with ALL."""
    if choice is Choice.ALL:
        kept = (*file.records, *file.lost)
    elif choice is Choice.REVIEWED:
        kept = tuple(one for one in file.records if _decided(one))
    else:
        kept = tuple(one for one in file.records if one.review.status not in GONE)
    return file.model_copy(update={"records": kept, "lost": ()})


def _decided(record: ReviewedRecord) -> bool:
    return record.review.status is RecordStatus.REVIEWED and not record.review.waits


def open_reviews(store: Store, paths: tuple[Path, ...] = ()) -> dict[str, Counter[str]]:
    """What a release waits for: by document, how many records for which reason.

    These are the records that wait in documents that must be reviewed, and conflicts anywhere.
    """
    found: dict[str, Counter[str]] = {}
    stands = Standing(store, paths)
    for name in stands.names:
        file = stands.file(name)
        reasons: Counter[str] = Counter()
        for record in (*file.records, *file.lost):
            if file.coding.required:
                reasons.update(record.review.waits)
            elif any(one.status is FieldStatus.CONFLICT for one in record.review.fields):
                reasons["conflict"] += 1
        if reasons:
            found[name] = reasons
    return found


def open_lines(found: dict[str, Counter[str]]) -> Iterator[str]:
    """What a release waits for, for people."""
    for name, reasons in list(found.items())[:SHOWN]:
        said = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
        yield printable(f"{name}: {said}")
    if len(found) > SHOWN:
        yield f"... and {counted(len(found) - SHOWN, 'more document')}."


def _shown(names: list[str]) -> Iterator[str]:
    """The names, with a bar on a terminal while they are gone through."""
    if not sys.stderr.isatty():
        yield from names
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(names, "Exporting", console=Console(stderr=True), transient=True)
