"""What arrives from elsewhere: taxonomies, crosswalks, sources, and measures coded earlier."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline.export import Said, Unreadable, formats, sssom
from pipeline.export.csl import dumps
from pipeline.export.earlier import CODED, column_map, read_rows
from pipeline.export.taxonomies import as_toml
from pipeline.export.works import Work as Cited
from pipeline.model import Document
from pipeline.model.text import fold
from pipeline.run.concepts import Unusable, known_taxonomies
from pipeline.run.earlier import Tied, Work, locate, said, tie
from pipeline.run.importing import Imported, take
from pipeline.run.retag import plan
from pipeline.run.show import counted, printable
from pipeline.run.standing import Standing
from pipeline.store import Stage, Store, read_bytes, read_noun, write
from pipeline.store.original import CITATIONS
from pipeline.taxonomy import FOLDER, Taxonomy


@dataclass(frozen=True)
class Asked:
    """What an import is asked for; each kind of file takes what it understands."""

    curator: str = ""
    dry: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    taxonomy: str = ""
    allowed: tuple[str, ...] = ()

    @staticmethod
    def of(
        curator: str,
        dry: bool,
        columns: str = "",
        source: tuple[str, ...] = (),
        coded: str = CODED,
        allow_reuse: tuple[str, ...] = (),
    ) -> "Asked":
        """What the options of the command say. Raises Unusable."""
        try:
            fields = column_map(columns)
        except ValueError as error:
            raise Unusable(f"--columns: {error}.") from error
        meant = [one.rpartition("=") for one in source]
        if wrong := next((one for one in meant if not all(one)), None):
            raise Unusable(f"--source {''.join(wrong)!r} is not SOURCE=DOCUMENT.")
        sources = {said: name for said, _, name in meant}
        return Asked(curator, dry, fields, sources, coded, allow_reuse)


def is_arriving(module: ModuleType | None) -> bool:
    """Whether a format holds what `import_any` takes, rather than records of ours."""
    readers = ("read_taxonomies", "read_crosswalk", "read_works", "read_rows")
    return any(hasattr(module, name) for name in readers)


def import_any(store: Store, format: str, path: Path, asked: Asked) -> "Arrived | Earlier":
    """Take a file of such a format. Raises Unreadable, Unusable, NotStanding and OSError."""
    module = formats()[format]
    if hasattr(module, "read_taxonomies"):
        return take_taxonomies(store, format, path, asked.dry, asked.allowed)
    if hasattr(module, "read_crosswalk"):
        return take_crosswalk(path, asked.dry)
    if hasattr(module, "read_works"):
        return take_sources(store, format, path, asked.dry)
    if not asked.curator:
        raise Unusable("Who decides? Name them with --curator.")
    return take_earlier(store, path, asked)


@dataclass
class Arrived:
    """What came of a file that is no export of ours: `told` are lines for people."""

    told: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 when all is taken, 1 when a curator must look."""
        return int(bool(self.refused))

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {"told": self.told, "refused": self.refused} | self.more

    def lines(self) -> Iterator[str]:
        """What was taken, for people."""
        yield from map(printable, self.told)

    def complaints(self) -> Iterator[str]:
        """What was not taken, for people."""
        yield from (printable(f"refused: {line}") for line in self.refused)


# --- taxonomies and crosswalks --------------------------------------------------------------------


def take_taxonomies(
    store: Store,
    format: str,
    path: Path,
    dry: bool,
    allowed: tuple[str, ...] = (),
    folder: Path = FOLDER,
) -> Arrived:
    """Have the taxonomies of a file in use. One with a code of another meaning is refused.

    Raises Unreadable, Unusable, NotStanding and OSError.
    """
    arrived = Arrived()
    known = known_taxonomies(())
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    for file in files:
        for new in formats()[format].read_taxonomies(read_bytes(file), file.name):
            _take_taxonomy(store, new, known.get(new.id), dry, allowed, folder, arrived)
    return arrived


def _take_taxonomy(
    store: Store,
    new: Taxonomy,
    old: Taxonomy | None,
    dry: bool,
    allowed: tuple[str, ...],
    folder: Path,
    arrived: Arrived,
) -> None:
    place = folder / f"{new.id}.toml"
    if place.parent != folder:
        raise Unreadable(f"{new.id!r} cannot be the name of a file.")
    if old:
        found = plan(store, old, new)
        arrived.told += found.lines()
        arrived.more.setdefault("plans", []).append(found.as_dict())
        if reused := found.reused(allowed):
            codes = ", ".join(reused)
            arrived.refused.append(f"{new.id}: codes with another meaning: {codes}")
            return
    if not dry:
        write(place, as_toml(new))
    said = "would be" if dry else "is"
    arrived.told.append(f"{new.id} ({counted(len(new.concepts), 'concept')}) {said} {place}")


def take_crosswalk(path: Path, dry: bool, folder: Path = sssom.FOLDER) -> Arrived:
    """Have a crosswalk in use. Raises Unreadable, Unusable and OSError."""
    crosswalk = sssom.read_crosswalk(read_bytes(path), path.name)
    name = path.name.removesuffix(".tsv").removesuffix(".sssom")
    place = folder / f"{name}{sssom.ENDING}"
    unknown = list(sssom.unknown_codes(crosswalk, known_taxonomies(())))
    if not dry and not unknown:
        write(place, sssom.as_tsv(crosswalk))
    said = "would be" if dry else "is"
    told = [] if unknown else [f"{counted(len(crosswalk.matches), 'match')}: it {said} {place}"]
    return Arrived(told, unknown)


# --- sources --------------------------------------------------------------------------------------


def take_sources(store: Store, format: str, path: Path, dry: bool) -> Arrived:
    """Put each work of a file beside the document that it is, as CSL-JSON, if it has none yet.

    A work is known by the path that we exported, its DOI, or its title. Raises Unreadable, OSError.
    """
    arrived = Arrived()
    stands = Standing(store)
    documents = {name: stands.file(name).source for name in stands.names}
    by_face: dict[str, list[str]] = {}
    for name, source in documents.items():
        for claim in (source.doi, source.title):
            if claim:
                by_face.setdefault(fold(str(claim.value)), []).append(name)
    for work in formats()[format].read_works(read_bytes(path)):
        title = work.title or work.doi or work.key
        name = work.document.removeprefix("documents/")
        if name not in documents:
            fits = by_face.get(fold(work.doi)) or by_face.get(fold(work.title)) or []
            if len(fits) != 1:
                why = f"fits {len(fits)} documents" if fits else "is none of the documents"
                arrived.refused.append(f"{title!r} {why}")
                continue
            name = fits[0]
        arrived.told += _put_beside(store, name, work, dry)
    return arrived


def _put_beside(store: Store, name: str, work: Cited, dry: bool) -> Iterator[str]:
    original = store.original(name)
    beside = [file for file in original.beside if file.name.endswith(CITATIONS) and file.is_file()]
    place = original.file.with_name(original.file.name + CITATIONS[0])
    if beside and beside != [place]:
        yield f"{name} has {beside[0].name} already; nothing was changed"
        return
    if not dry:
        write(place, dumps([work]))
    yield f"{place}: {work.title or work.key}"


# --- earlier work ---------------------------------------------------------------------------------


@dataclass
class Earlier:
    """What came of earlier work: how its rows stand in the documents, and what was decided."""

    rows: int
    tied: dict[str, Tied]
    grades: dict[str, dict[str, int]]
    waiting: dict[str, int]
    imported: Imported
    dry: bool

    @property
    def exit_code(self) -> int:
        """0 when all rows that have a document are taken."""
        return self.imported.exit_code

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "rows": self.rows,
            "sources": {source: vars(one) for source, one in self.tied.items()},
            "located": self.grades,
            "without_document": self.waiting,
            "imported": self.imported.as_dict(),
        }

    def lines(self) -> Iterator[str]:
        """The same for people."""
        for source, grades in self.grades.items():
            said = ", ".join(f"{count:,} {grade}" for grade, count in grades.items())
            tied = self.tied[source]
            yield printable(f"{source or '(no source)'} is {tied.name} (by {tied.how}): {said}")
        if self.waiting:
            many = counted(sum(self.waiting.values()), "row")
            yield f"{many} without their documents; import again when these are read:"
            for source, count in self.waiting.items():
                yield printable(f"  {source or '(no source)'}: {count:,}")
        if self.dry:
            yield from map(str, self.imported.decided)
        yield from self.imported.lines()

    def complaints(self) -> Iterator[str]:
        """What was not taken, for people."""
        yield from self.imported.complaints()


def take_earlier(store: Store, path: Path, asked: Asked) -> Earlier:
    """Make the rows of a table records of their documents, decided by the curator.

    A row that is a record already decides on that one; the others become records by hand.
    Raises Unreadable, Unusable and OSError.
    """
    rows = read_rows(read_bytes(path), asked.columns)
    known = known_taxonomies((asked.taxonomy,))[asked.taxonomy]
    stands = Standing(store)
    if missing := [name for name in asked.sources.values() if name not in stands.names]:
        raise Unusable(f"There are no records of a document {missing[0]}.")
    works = [_work(store, name, stands) for name in stands.names]
    tied = tie(rows, works, asked.sources)
    grades: dict[str, dict[str, int]] = {}
    waiting = Counter(row.source for row in rows if row.source not in tied)
    every: list[Said] = []
    refused: list[str] = []
    for source, one in tied.items():
        own = [row for row in rows if row.source == source]
        work = next(work for work in works if work.name == one.name)
        located = locate(own, work, f"curator:{asked.curator}")
        grades[source] = dict(Counter(str(found.grounding) for found in located))
        grades[source]["known"] = sum(bool(found.record) for found in located)
        for found in located:
            try:
                every.append(said(found, known))
            except ValueError as error:
                refused.append(str(error))
    done = take(store, every, asked.curator, add=True, dry=asked.dry)
    done.refused += refused
    return Earlier(len(rows), tied, grades, dict(waiting), done, asked.dry)


def _work(store: Store, name: str, stands: Standing) -> Work:
    """A document with its records as they stand, those by hand too."""
    file = stands.file(name)
    document = read_noun(Document, store.output(Stage.INGEST, name))
    return Work(name, file.source, document, tuple(file.records))
