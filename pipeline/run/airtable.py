"""Airtable: our rows out, what humans changed there back, and what changed in both to neither.

Of every row that Airtable acknowledged a line is kept in `raw/airtable/`: what differs from it
there was changed there, and what differs from it here was changed here.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.export import Corpus, Said
from pipeline.export.airtable import (
    BACK,
    ID,
    SOURCE_ID,
    Row,
    record_rows,
    source_row,
    value_of,
)
from pipeline.export.rows import mark
from pipeline.model import ReviewedFile, ReviewedRecord, Words
from pipeline.model.decision import TAGS
from pipeline.run.airtable_api import PAUSE, TOKEN, NoAirtable, Patient
from pipeline.run.airtable_side import Side, fate, text
from pipeline.run.show import counted, printable

ROWS = 10  # of one write
API = "https://api.airtable.com"
SHOWN = 60  # characters of a value
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Where:
    """A base, and two of its tables."""

    base: str
    mitigations: str = "Mitigations"
    sources: str = "Sources"
    url: str = API


@dataclass(frozen=True)
class Cell:
    """A cell that differs: as it is there, and as it is here."""

    row: str
    column: str
    there: str
    here: str

    def __str__(self) -> str:
        return printable(f"{self.row}, {self.column}: {_short(self.there)} -> {_short(self.here)}")


@dataclass
class Pushed:
    """What went out.

    `created` and `updated` are ids of rows, `changed` the cells. `kept` are cells that someone
    changed there alone, `conflicts` those that changed here as well: both stay as they are there.
    """

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    same: int = 0
    changed: list[Cell] = field(default_factory=list)
    kept: list[Cell] = field(default_factory=list)
    conflicts: list[Cell] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The same for people."""
        rows = counted(len(self.created), "row")
        yield f"{rows} new, {len(self.updated):,} changed, {self.same:,} the same"
        if self.kept:
            cells = counted(len(self.kept), "cell")
            yield f"{cells} changed there; take them with: gleaner import airtable"


class Airtable:
    """The two tables of a base.

    Raises NoAirtable when there is no token, or when the address would carry it in the open.
    """

    def __init__(self, raw: Path, where: Where, pause: float = PAUSE) -> None:
        token, address = os.environ.get(TOKEN, ""), urlsplit(where.url)
        if not token:
            raise NoAirtable(f"There is no token. Put it into the environment variable {TOKEN}.")
        if address.scheme != "https" and address.hostname not in HERE:
            raise NoAirtable(f"{where.url} is not https: everyone on the way could read the token.")
        api, folder = Patient(token, where.url, pause), raw / "airtable"
        self._sources = Side(api.table(where.base, where.sources), SOURCE_ID, folder)
        self._rows = Side(api.table(where.base, where.mitigations), ID, folder)

    def push(self, corpus: Corpus, dry: bool, every: Corpus | None = None) -> Pushed:
        """Bring the tables up to date; with `dry` only say how. Raises NoAirtable and OSError.

        The links between rows go out when all rows are there. Of the records that are in `every`
        alone (rejected ones, say) the rows that are there are brought up to date. No row is ever
        deleted.
        """
        done = Pushed()
        self._load()
        _push(self._sources, (source_row(file) for file in corpus.files()), done, dry)
        self._rows.link(self._sources.ids())
        new = (row for row in _rows(corpus) if str(row[ID]) not in self._rows.there)
        _push(self._rows, new, done, dry)
        _push(self._rows, _rows(corpus), done, dry)
        if every:
            sent = {str(row[ID]) for row in _rows(corpus)}
            rest = (row for row in _rows(every) if str(row[ID]) not in sent)
            _push(self._rows, (one for one in rest if str(one[ID]) in self._rows.there), done, dry)
        return done

    def pull(self, corpus: Corpus, conflicts: list[Cell]) -> Iterator[Said]:
        """What humans changed there, record by record; adds to `conflicts`. Raises NoAirtable."""
        self._load()
        for file in corpus.files():
            for record, row in zip(file.records, record_rows(corpus, file), strict=True):
                here = self._rows.reachable(row)
                key = str(here[ID])
                there = self._rows.there.get(key)
                if there is None:
                    continue
                changed = list(
                    _changed_there(key, here, there, self._rows.last.get(key), conflicts)
                )
                if changed:
                    yield _said(corpus, file, record, changed, here, there)

    def _load(self) -> None:
        self._sources.load({})
        self._rows.load(self._sources.ids())


def _push(side: Side, rows: Iterable[Row], done: Pushed, dry: bool) -> None:
    """Send what changed here, ten rows at a time; a row that is not there is created."""
    waiting: list[Row] = []
    for whole in rows:
        row = side.reachable(whole)
        key = str(row[side.key])
        new = key in done.created
        if key in side.there:
            cells = _cells(side, key, row, done, dry)
            if not new:
                done.same += not cells
                done.updated += [key] if cells else []
            waiting += [{side.key: key, **cells}] if cells else []
        elif not new:
            done.created.append(key)
            waiting.append(row)
        if len(waiting) == ROWS or dry:
            _send(side, waiting, dry)
    _send(side, waiting, dry)


def _send(side: Side, waiting: list[Row], dry: bool) -> None:
    if waiting and not dry:
        side.send(waiting)
    waiting.clear()


def _cells(side: Side, key: str, row: Row, done: Pushed, dry: bool) -> Row:
    """The cells of a row that changed here alone; the others are told of."""
    there, last = side.there[key], side.last.get(key)
    agreed, found = dict(last or {}), {}
    for column, here in row.items():
        cell = Cell(key, column, text(there.get(column)), text(here))
        match fate(here, there.get(column), last, column):
            case "here":
                found[column] = here
                if key not in done.created:
                    done.changed.append(cell)
            case "there":
                done.kept.append(cell)
            case "both":
                done.conflicts.append(cell)
            case _:
                agreed[column] = there.get(column, "")
    if agreed != last and not dry:
        side.agree(key, agreed)
    return found


def _rows(corpus: Corpus) -> Iterator[Row]:
    for file in corpus.files():
        yield from record_rows(corpus, file)


def _changed_there(
    key: str, here: Row, there: Row, last: Row | None, conflicts: list[Cell]
) -> Iterator[str]:
    """The fields that changed there alone since both sides agreed."""
    for name, columns in BACK.items():
        fates = {one: fate(here.get(one), there.get(one), last, one) for one in columns}
        if "both" in fates.values() or {"here", "there"} <= {*fates.values()}:
            conflicts += [
                Cell(key, one, text(there.get(one)), text(here.get(one)))
                for one, how in fates.items()
                if how
            ]
        elif "there" in fates.values():
            yield name


def _said(
    corpus: Corpus,
    file: ReviewedFile,
    record: ReviewedRecord,
    changed: Iterable[str],
    here: Row,
    there: Row,
) -> Said:
    fields = {
        name: value_of(name, there, here, record, corpus.taxonomies.get(name.removeprefix(TAGS)))
        for name in changed
    }
    status = fields.pop("status", None)
    return Said(
        where=str(here[ID]),
        document=file.document.path,
        record=record.id,
        fields=fields,
        saw={"status": mark(Words(value=str(record.review.status)))},
        status=str(status.value) if isinstance(status, Words) else None,
    )


def _short(value: str) -> str:
    line = " ".join(value.split())
    return repr(line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…")
