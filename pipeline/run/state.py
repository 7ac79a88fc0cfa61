"""What was made from what: a database that may be deleted at any time, and all is made again.

It is `state.sqlite3` in `extracted/`, or a schema in PostgreSQL (see `shared`).
"""

import json
import os
import sqlite3
import time
from collections.abc import Container, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.run import shared
from pipeline.run.outcome import Row
from pipeline.run.shared import Database, Shared
from pipeline.run.sums import Sums
from pipeline.store import Original, Store, beside_us

FILE = "state.sqlite3"
VERSION = 4
AHEAD = 1000  # they are asked for in the order of their names
LAST = "\U0010ffff"  # after every name
SECONDS = 0.5  # between commits: what a killed run has to do again

_TABLES = """
CREATE TABLE documents (
  folder TEXT, name TEXT, origin TEXT, stamps TEXT, codes TEXT, facts TEXT,
  PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE TABLE folders (folder TEXT PRIMARY KEY, mark TEXT, sums TEXT) WITHOUT ROWID;
CREATE TABLE reviews (name TEXT PRIMARY KEY, facts TEXT) WITHOUT ROWID;
CREATE TABLE changed (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE codes (digest TEXT PRIMARY KEY, parts TEXT) WITHOUT ROWID;
"""
_PUT = """INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (folder, name) DO UPDATE
SET origin = excluded.origin, stamps = excluded.stamps, codes = excluded.codes,
facts = excluded.facts"""
_PUT_SUMS = """INSERT INTO folders VALUES (?, ?, ?) ON CONFLICT (folder) DO UPDATE
SET mark = excluded.mark, sums = excluded.sums"""
_PUT_REVIEW = """INSERT INTO reviews VALUES (?, ?) ON CONFLICT (name) DO UPDATE
SET facts = excluded.facts"""
_NAMES = ("documents", "folders", "reviews", "changed", "codes")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a document from the runs before.

    `stamps` of its raw file, sidecar and outputs; `codes` that its stages had, `-` for a stage that
    must run again; `hashes` (sha256) of the same files by name; `keys`: what determined each
    output; `limits` in force when it was set aside.
    """

    name: str
    origin: str
    stamps: tuple[str, ...]
    codes: tuple[str, ...]
    row: Row
    hashes: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    limits: tuple[float, float] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Near:
    """What is known of a folder's documents from `first` to `last`, by name."""

    folder: str
    first: str
    last: str
    known: dict[str, Known]

    def has(self, folder: str, name: str) -> bool:
        return folder == self.folder and self.first <= name <= self.last


class State:
    """The state of an `extracted/`, AHEAD documents of one folder in memory at a time."""

    def __init__(self, extracted: Path, read_only: bool = False) -> None:
        self._database = _found(extracted, read_only)
        self._near = _Near("", "", "", {})
        self._committed = time.monotonic()

    def get(self, name: str) -> Known | None:
        """What is known of the document of that name."""
        folder = os.path.dirname(name)  # noqa: PTH120 (names are not paths)
        if not self._near.has(folder, name):
            sql = "SELECT * FROM documents WHERE folder = ? AND name >= ? ORDER BY name LIMIT ?"
            found = self._database.execute(sql, [folder, name, AHEAD])
            known = {one.name: one for one in map(_known, found)}
            last = next(reversed(known)) if len(known) == AHEAD else LAST
            self._near = _Near(folder, name, last, known)
        return self._near.known.get(name)

    def all(self) -> Iterator[Known]:
        """All documents, sorted by folder and name."""
        for folder in self._folders():
            yield from self.inside(folder)

    def inside(self, folder: str) -> Iterator[Known]:
        """The documents in just that folder, sorted."""
        yield from map(_known, self._in(folder, "*"))

    def origins(self, besides: Container[str] = ()) -> Iterator[tuple[str, str]]:
        """Name and origin of every document, but for those in the folders `besides`."""
        for folder in self._folders():
            if folder not in besides:
                yield from ((name, origin) for name, origin in self._in(folder, "name, origin"))

    def _folders(self) -> Iterator[str]:
        folder = self._first("folder >= ''")
        while folder is not None:
            yield folder
            folder = self._first("folder > ?", folder)

    def _first(self, which: str, *values: str) -> str | None:
        """The first folder: one step in the index, where DISTINCT would read all documents."""
        sql = f"SELECT folder FROM documents WHERE {which} ORDER BY folder LIMIT 1"
        found = self._database.execute(sql, values).fetchone()
        return found[0] if found else None

    def _in(self, folder: str, columns: str) -> Iterable[tuple[Any, ...]]:
        sql = f"SELECT {columns} FROM documents WHERE folder = ? ORDER BY name"
        found: Iterable[tuple[Any, ...]] = self._database.execute(sql, [folder])
        return found

    def from_outside(self, folder: str) -> bool:
        """Whether a document in that folder lies outside `raw/documents`."""
        return any(origin for (origin,) in self._in(folder, "origin"))

    def sums(self, folder: str, mark: str) -> Sums | None:
        """What the documents of a folder came to when it had that mark and none was stale."""
        sql = "SELECT sums FROM folders WHERE folder = ? AND mark = ?"
        found = self._database.execute(sql, [folder, mark]).fetchone()
        return Sums.from_json(found[0]) if found else None

    def put_sums(self, folder: str, mark: str, sums: str) -> None:
        """Note what the documents of a folder come to; a change of any of them forgets it."""
        self._database.execute(_PUT_SUMS, [folder, mark, sums])

    def put(self, known: Known) -> None:
        """Remember a document."""
        folder, _, _ = known.name.rpartition("/")
        row = replace(known.row, why=())
        facts = {
            "hashes": known.hashes,
            "keys": known.keys,
            "limits": known.limits,
            "row": row.as_dict(),
        }
        self._database.execute(
            _PUT,
            [
                folder,
                known.name,
                known.origin,
                " ".join(known.stamps),
                " ".join(known.codes),
                json.dumps(facts),
            ],
        )
        self._mark(known.name)
        if self._near.has(folder, known.name):
            self._near.known[known.name] = replace(known, row=row)
            if len(self._near.known) > 2 * AHEAD:  # a folder that is read for the first time
                self._near = _Near("", "", "", {})
        if time.monotonic() - self._committed > SECONDS:
            self.commit()

    def forget(self, name: str) -> None:
        """Forget a document."""
        folder, _, _ = name.rpartition("/")
        self._database.execute(
            "DELETE FROM documents WHERE folder = ? AND name = ?", [folder, name]
        )
        self._mark(name)
        if self._near.has(folder, name):
            self._near.known.pop(name, None)

    def _mark(self, name: str) -> None:
        folder, _, _ = name.rpartition("/")
        self._database.execute("DELETE FROM folders WHERE folder = ?", [folder])
        self._database.execute("INSERT INTO changed VALUES (?) ON CONFLICT DO NOTHING", [name])

    def changed(self) -> Iterator[str]:
        """The documents that changed since the last `settle`, by any run, killed ones too."""
        found = self._database.execute("SELECT name FROM changed ORDER BY 1")
        return (name for (name,) in found)

    def settle(self) -> None:
        """Have nothing changed: somebody took note."""
        self._database.execute("DELETE FROM changed")
        self.commit()

    def reviews(self) -> dict[str, dict[str, Any]]:
        """What was noted of each document with decisions, by name."""
        found = self._database.execute("SELECT name, facts FROM reviews ORDER BY name")
        return {name: json.loads(facts) for name, facts in found}

    def put_review(self, name: str, facts: dict[str, Any] | None) -> None:
        """Note what came of the decisions on a document; None forgets it."""
        self._mark(name)
        if facts is None:
            self._database.execute("DELETE FROM reviews WHERE name = ?", [name])
        else:
            self._database.execute(_PUT_REVIEW, [name, json.dumps(facts)])

    def parts(self, code: str) -> dict[str, str]:
        """What made up a code (see `fresh.ingredients`); empty when nobody knows."""
        found = self._database.execute("SELECT parts FROM codes WHERE digest = ?", [code])
        row = found.fetchone()
        parts: dict[str, str] = json.loads(row[0]) if row else {}
        return parts

    def remember_code(self, code: str, parts: dict[str, str]) -> None:
        """Keep what makes up a code, to say later what changed."""
        self._database.execute(
            "INSERT INTO codes VALUES (?, ?) ON CONFLICT DO NOTHING", [code, json.dumps(parts)]
        )

    def commit(self) -> None:
        """Have everything on the disk."""
        self._database.commit()
        self._committed = time.monotonic()

    def close(self) -> None:
        """Commit and close."""
        self.commit()
        self._database.close()


def lies_at(store: Store, name: str) -> Path:
    """Where the original of a document lies: in `raw/documents`, or wherever it was read from."""
    file = store.original(name).file
    if not file.exists():
        with closing(State(store.extracted, read_only=True)) as state:
            known = state.get(name)
        if known and known.origin:
            return Path(known.origin)
    return file


def as_read(store: Store, state: State, originals: list[Original]) -> list[Original]:
    """The originals, those from elsewhere by the names under which they were read.

    These begin with the folder that the run was given, which may be above the one asked about.
    """

    def unknown(original: Original) -> bool:
        found = state.get(original.name) if original.origin else None
        return original.origin != (found.origin if found else "")

    if not any(map(unknown, originals)):
        return originals
    names = {origin: name for name, origin in state.origins() if origin}
    return [
        store.original(names[one.origin], one.origin)
        if unknown(one) and one.origin in names
        else one
        for one in originals
    ]


def _found(extracted: Path, read_only: bool) -> Database:
    if url := shared.url():
        database = Shared(url, extracted, read_only)
        return _in_step(database, read_only) or _made(":memory:")
    file = beside_us(extracted) / FILE
    return _looked_at(file) if read_only else _kept(file)


def _in_step(database: Shared, read_only: bool) -> Shared | None:
    """The schema with tables of this version; None where it has not, and may not be changed."""
    if database.has("version"):
        found = database.execute("SELECT number FROM version").fetchone()
        if found and found[0] == VERSION:
            database.commit()
            return database
    if read_only:
        database.close()
        return None
    database.execute(f"CREATE SCHEMA IF NOT EXISTS {database.schema}")
    database.execute(f"DROP TABLE IF EXISTS {', '.join((*_NAMES, 'version'))}")
    tables = _TABLES.replace(" WITHOUT ROWID", "").replace(" TEXT", ' TEXT COLLATE "C"')
    database.execute(f"{tables} CREATE TABLE version AS SELECT {VERSION} AS number")
    database.commit()
    return database


def _looked_at(file: Path) -> sqlite3.Connection:
    return (_opened(file) if file.exists() else None) or _made(":memory:")


def _kept(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    database = _opened(file) if file.exists() else None
    if database is None:
        for leftover in (file, file.with_name(f"{FILE}-journal")):
            leftover.unlink(missing_ok=True)
        database = _made(file)
    return database


def _opened(file: Path) -> sqlite3.Connection | None:
    """The database in the file, if it is one, whole, and of this version."""
    database = sqlite3.connect(file)
    with suppress(sqlite3.DatabaseError):
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION and database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
            return database
    database.close()
    return None


def _made(file: Path | str) -> sqlite3.Connection:
    database = sqlite3.connect(file)
    database.executescript(f"{_TABLES} PRAGMA user_version = {VERSION};")
    return database


def _known(found: tuple[Any, ...]) -> Known:
    _, name, origin, stamps, codes, facts = found
    data = json.loads(facts)
    return Known(
        name=name,
        origin=origin,
        stamps=tuple(stamps.split(" ")),
        codes=tuple(codes.split(" ")),
        row=Row.from_dict(data["row"]),
        hashes=data["hashes"],
        keys=data["keys"],
        limits=tuple(data["limits"]),
    )
