"""What each run left, kept small: enough to say later how two runs differ, and why.

A document that a run left as it was costs nothing: only what changed has a row, and the same file
of records is kept once. Runs beyond the newest `KEPT` are forgotten.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.run.state import Known, State
from pipeline.store import Remote, Stage, Store, beside_us, digest, read_bytes

FILE = "archive.sqlite3"
VERSION = 1
KEPT = 100

_TABLES = f"""
CREATE TABLE runs (number INTEGER PRIMARY KEY, id TEXT UNIQUE);
CREATE TABLE states (
  name TEXT, run INTEGER, facts TEXT, records TEXT, reviewed TEXT, PRIMARY KEY (name, run)
) WITHOUT ROWID;
CREATE INDEX states_of_run ON states (run);
CREATE TABLE files (digest TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID;
CREATE TABLE codes (digest TEXT PRIMARY KEY, parts TEXT) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""


class UnknownRun(Exception):
    """A run that nobody remembers, or not whole; the message says what is known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as a run left it.

    `hashes` (sha256) of its raw file, sidecar and outputs, `codes` of its stages, `trouble` is why
    it was not done; `records` and `reviewed` name its files of records, empty where there is none.
    """

    hashes: dict[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    verdict: str = ""
    trouble: str = ""
    records: str = ""
    reviewed: str = ""


class Archive:
    """The runs of an `extracted/`.

    Files of records in an object store stay there: `store` finds them again.
    """

    def __init__(self, runs: Path, read_only: bool = False, store: Store | None = None) -> None:
        self._runs, self._store = runs, store
        self._at = beside_us(runs.parent) / runs.name / FILE
        found = _opened(self._at) if self._at.exists() else None
        self._database = found or (_made(":memory:") if read_only else _anew(self._at))

    def close(self) -> None:
        """Let go of it."""
        self._database.close()

    # --- writing ----------------------------------------------------------------------------------

    def record(self, run: str, store: Store, state: State) -> None:
        """Keep what changed since the last run that was recorded. Raises OSError.

        An archive that turns out to be broken is begun anew.
        """
        try:
            self._record(run, store, state)
        except sqlite3.OperationalError:  # the disk, not the file
            raise
        except sqlite3.DatabaseError:
            self.close()
            self._database = _anew(self._at)
            self._record(run, store, state)

    def _record(self, run: str, store: Store, state: State) -> None:
        first = not self.runs()
        names = (name for name, _ in state.origins()) if first else state.changed()
        codes: set[str] = set()
        with self._database as database:
            database.execute("INSERT OR IGNORE INTO runs (id) VALUES (?)", [run])
            number = self._number(run)
            decided = state.reviews()
            for name in names:
                known = state.get(name)
                self._keep(number, name, known, store, name in decided)
                codes.update(known.codes if known else ())
            for code in codes:
                parts = json.dumps(state.parts(code))
                database.execute("INSERT OR IGNORE INTO codes VALUES (?, ?)", [code, parts])
        state.settle()
        self._forget_old()

    def _keep(
        self, number: int, name: str, known: Known | None, store: Store, decided: bool
    ) -> None:
        far = isinstance(store.extracted, Remote)
        if far:  # the state says what is there
            read = known is not None and bool(known.row.verdict)
            records = known.hashes.get(Stage.ASSEMBLE, "") if known and read else ""
        else:
            records = self._file(store.output(Stage.ASSEMBLE, name))
        reviewed = ""
        if known is None:
            facts = "null"
        else:
            reviewed = self._file(store.reviewed(name)) if decided or not far else ""
            row = known.row
            told = {"hashes": known.hashes, "codes": known.codes, "verdict": row.verdict}
            facts = json.dumps(told | {"trouble": row.code}, sort_keys=True)
        new = (facts, records if known else "", reviewed)
        last = self._database.execute(
            "SELECT facts, records, reviewed FROM states WHERE name = ? ORDER BY run DESC LIMIT 1",
            [name],
        ).fetchone()
        if new != last:
            self._database.execute(
                "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?)", [name, number, *new]
            )

    def _file(self, file: Path) -> str:
        if not file.is_file():
            return ""
        data = read_bytes(file)
        name = digest(data)
        self._database.execute(
            "INSERT OR IGNORE INTO files VALUES (?, ?)", [name, zlib.compress(data)]
        )
        return name

    def _forget_old(self) -> None:
        """Forget runs beyond the newest KEPT, but not what the oldest one kept stands on."""
        old = self.runs()[:-KEPT]
        if not old:
            return
        with self._database as database:
            floor = self._number(old[-1])
            database.execute(
                "DELETE FROM states WHERE run <= ? AND EXISTS (SELECT 1 FROM states AS later"
                " WHERE later.name = states.name AND later.run > states.run AND later.run <= ?)",
                [floor, floor],
            )
            database.execute("DELETE FROM states WHERE run <= ? AND facts = 'null'", [floor])
            database.execute("DELETE FROM runs WHERE number <= ?", [floor])
            database.execute(
                "DELETE FROM files WHERE digest NOT IN"
                " (SELECT records FROM states UNION SELECT reviewed FROM states)"
            )
        for run in old:
            for ending in (".json", ".html", ".changes.json", ".changes.html"):
                (self._runs / f"{run}{ending}").unlink(missing_ok=True)

    # --- reading ----------------------------------------------------------------------------------

    def runs(self) -> list[str]:
        """The ids of the runs, oldest first."""
        return [run for (run,) in self._database.execute("SELECT id FROM runs ORDER BY number")]

    def named(self, what: str) -> str:
        """The one run whose id begins so; `latest` is the last. Raises UnknownRun."""
        runs = self.runs()
        found = runs[-1:] if what == "latest" else [run for run in runs if run.startswith(what)]
        if len(found) != 1:
            known = f"The last ones are {', '.join(runs[-5:])}." if runs else "There was none yet."
            many = f"{len(found)} runs begin with" if found else "There is no run"
            raise UnknownRun(f"{many} {what}. {known}")
        return found[0]

    def changed(self, before: str, after: str) -> Iterator[tuple[str, Kept | None, Kept | None]]:
        """The documents that differ between two runs, as each of these left them."""
        first, last = self._number(before), self._number(after)
        low, high = min(first, last), max(first, last)
        names = self._database.execute(
            "SELECT DISTINCT name FROM states WHERE run > ? AND run <= ? ORDER BY name",
            [low, high],
        ).fetchall()
        for (name,) in names:
            was, now = self._kept(name, first), self._kept(name, last)
            if was != now:
                yield name, was, now

    def file(self, name: str) -> bytes:
        """The bytes of a file of records. Raises KeyError."""
        found = self._database.execute("SELECT data FROM files WHERE digest = ?", [name])
        row = found.fetchone()
        if row is None:
            return self._in_store(name)
        return zlib.decompress(row[0])

    def _in_store(self, name: str) -> bytes:
        """The same from an object store: as it is now, or as it was before others took its place.

        Raises UnknownRun when it is not kept any more, and KeyError where it never was.
        """
        if self._store and isinstance(self._store.extracted, Remote):
            sql = "SELECT DISTINCT name FROM states WHERE records = ?"
            documents = self._database.execute(sql, [name]).fetchall()
            now = [self._store.output(Stage.ASSEMBLE, document) for (document,) in documents]
            for file in (self._store.kept(name), *now):
                with suppress(FileNotFoundError):
                    if digest(data := read_bytes(file)) == name:
                        return data
            message = f"Records of that run are no longer kept in {self._store.kept(name).parent}."
            raise UnknownRun(message)
        raise KeyError(name)

    def parts(self, code: str) -> dict[str, str]:
        """What made up a code (see `fresh.ingredients`); empty when nobody knows."""
        found = self._database.execute("SELECT parts FROM codes WHERE digest = ?", [code])
        row = found.fetchone()
        parts: dict[str, str] = json.loads(row[0]) if row else {}
        return parts

    def _number(self, run: str) -> int:
        if not run:  # before the first
            return 0
        found = self._database.execute("SELECT number FROM runs WHERE id = ?", [run])
        return int(found.fetchone()[0])

    def _kept(self, name: str, number: int) -> Kept | None:
        row = self._database.execute(
            "SELECT facts, records, reviewed FROM states WHERE name = ? AND run <= ?"
            " ORDER BY run DESC LIMIT 1",
            [name, number],
        ).fetchone()
        facts: dict[str, Any] | None = json.loads(row[0]) if row else None
        if facts is None:
            return None
        facts["codes"] = tuple(facts["codes"])
        return Kept(**facts, records=row[1], reviewed=row[2])


def _opened(file: Path) -> sqlite3.Connection | None:
    """The database in the file, if it is one of this version; to read all of it would take long."""
    database = sqlite3.connect(file)
    with suppress(sqlite3.DatabaseError):
        if database.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return database
    database.close()
    return None


def _anew(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (file, file.with_name(f"{FILE}-journal")):
        leftover.unlink(missing_ok=True)
    return _made(file)


def _made(file: Path | str) -> sqlite3.Connection:
    database = sqlite3.connect(file)
    database.executescript(_TABLES)
    return database
