"""What was made from what: a database that may be deleted at any time, and all is made again."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.run.outcome import Row

FILE = "state.sqlite3"
VERSION = 1
SECONDS = 0.5  # between commits: what a killed run has to do again

_TABLES = f"""
CREATE TABLE documents (
  folder TEXT, name TEXT, origin TEXT, stamps TEXT, codes TEXT, facts TEXT,
  PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE TABLE codes (digest TEXT PRIMARY KEY, parts TEXT) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""


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


class State:
    """The state of an `extracted/`, one folder in memory at a time."""

    def __init__(self, extracted: Path, read_only: bool = False) -> None:
        self._database = _looked_at(extracted / FILE) if read_only else _kept(extracted / FILE)
        self._folder: tuple[str, dict[str, Known]] | None = None
        self._committed = time.monotonic()

    def get(self, name: str) -> Known | None:
        """What is known of the document of that name."""
        folder = os.path.dirname(name)  # noqa: PTH120 (names are not paths)
        if self._folder is None or self._folder[0] != folder:
            found = self._database.execute("SELECT * FROM documents WHERE folder = ?", [folder])
            self._folder = folder, {known.name: known for known in map(_known, found)}
        return self._folder[1].get(name)

    def all(self) -> Iterator[Known]:
        """All documents, sorted by folder and name."""
        yield from map(_known, self._database.execute("SELECT * FROM documents ORDER BY 1, 2"))

    def origins(self) -> Iterator[tuple[str, str]]:
        """Name and origin of every document: much lighter than all of it."""
        yield from self._database.execute(
            "SELECT name, origin FROM documents ORDER BY folder, name"
        )

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
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?)",
            [
                folder,
                known.name,
                known.origin,
                " ".join(known.stamps),
                " ".join(known.codes),
                json.dumps(facts),
            ],
        )
        self._folder = None
        if time.monotonic() - self._committed > SECONDS:
            self.commit()

    def forget(self, name: str) -> None:
        """Forget a document."""
        folder, _, _ = name.rpartition("/")
        self._database.execute(
            "DELETE FROM documents WHERE folder = ? AND name = ?", [folder, name]
        )
        self._folder = None

    def parts(self, code: str) -> dict[str, str]:
        """What made up a code (see `fresh.ingredients`); empty when nobody knows."""
        found = self._database.execute("SELECT parts FROM codes WHERE digest = ?", [code])
        row = found.fetchone()
        parts: dict[str, str] = json.loads(row[0]) if row else {}
        return parts

    def remember_code(self, code: str, parts: dict[str, str]) -> None:
        """Keep what makes up a code, to say later what changed."""
        self._database.execute(
            "INSERT OR IGNORE INTO codes VALUES (?, ?)", [code, json.dumps(parts)]
        )

    def commit(self) -> None:
        """Have everything on the disk."""
        self._database.commit()
        self._committed = time.monotonic()

    def close(self) -> None:
        """Commit and close."""
        self.commit()
        self._database.close()


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
    database.executescript(_TABLES)
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
