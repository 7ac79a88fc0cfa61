"""The index of all records, for lists: a database that may be deleted at any time.

It is made from the files of `3-records` and from the decisions, and follows both. Each record has
a row in every different view of its document (see `sight`), so that no list, count or search can
tell a coder what they may not see.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy.exc import SQLAlchemyError

from pipeline.desk.library import Library, Unknown
from pipeline.desk.rows import Row, reviewed_rows, rows
from pipeline.desk.sight import EVERYBODY
from pipeline.model import Coding, Level, RecordFile, Verdict
from pipeline.store import GONE, Stage, read_noun, stamp

LOG = logging.getLogger(__name__)
FILE = "desk.sqlite3"
VERSION = 3
WHOLE = (Verdict.COMPLETE, Verdict.CUT_SHORT)
OFTEN = 2.0  # seconds between looks at the files, more where looking takes long

_TABLES = f"""
CREATE TABLE documents (
  name TEXT PRIMARY KEY, stamp TEXT, last TEXT, title TEXT, verdict TEXT, pages INTEGER,
  media_type TEXT, coding TEXT
) WITHOUT ROWID;
CREATE TABLE views (document TEXT, view TEXT, PRIMARY KEY (view, document)) WITHOUT ROWID;
CREATE TABLE assigned (curator TEXT, document TEXT, PRIMARY KEY (curator, document)) WITHOUT ROWID;
CREATE TABLE records (
  id INTEGER PRIMARY KEY, view TEXT, document TEXT, ordinal INTEGER, record TEXT, digest TEXT,
  label TEXT, name TEXT, trail TEXT, status TEXT, urgency REAL, reason TEXT, confidence REAL
);
CREATE INDEX by_urgency ON records (view, urgency, document, ordinal);
CREATE INDEX by_place ON records (view, document, ordinal);
CREATE INDEX by_name ON records (view, name, document, ordinal);
CREATE INDEX by_confidence ON records (view, confidence, document, ordinal);
CREATE INDEX by_document ON records (document, view, status, urgency);
CREATE TABLE tags (
  taxonomy TEXT, code TEXT, confidence REAL, record INTEGER, role TEXT,
  PRIMARY KEY (taxonomy, code, confidence, record, role)
) WITHOUT ROWID;
CREATE INDEX tags_of ON tags (record, taxonomy, code, confidence);
CREATE TABLE issues (code TEXT, record INTEGER, PRIMARY KEY (code, record)) WITHOUT ROWID;
CREATE INDEX issues_of ON issues (record);
CREATE TABLE mine (
  curator TEXT, record INTEGER, changed INTEGER, PRIMARY KEY (curator, record)
) WITHOUT ROWID;
CREATE INDEX mine_of ON mine (record);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class Found:
    """How far the index is: documents looked at, of all that must be."""

    done: int
    total: int


class Index:
    """The rows of all records, kept in step with files and decisions."""

    def __init__(self, library: Library, file: Path | None = None) -> None:
        self.library = library
        self.store = library.store
        self.file = file or self.store.extracted / FILE
        self._writing = threading.RLock()
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="index")
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Desks on one machine may share it: one of them makes it.
        with FileLock(self.file.with_name(f".{self.file.name}.lock")):
            if not _usable(self.file):
                for leftover in self.file.parent.glob(f"{self.file.name}*"):
                    leftover.unlink(missing_ok=True)
                with self._connected() as database:
                    database.executescript(_TABLES)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of this thread, to ask."""
        with self._connected() as database:
            yield database

    def refresh(self, told: Callable[[Found], None] = lambda found: None) -> int:
        """Look at all files and decisions, and take in what changed; how many documents did."""
        last = self.library.decisions.documents()
        with self.reading() as database:
            known = {
                n: (s, d) for n, s, d in database.execute("SELECT name, stamp, last FROM documents")
            }
        names = [one.name for group in self.store.made(Stage.ASSEMBLE) for one in group]
        marks = {name: self._stamp(name) for name in names}
        now = {n: (mark, last.get(n, "")) for n, mark in marks.items() if mark != GONE}
        stale = [name for name in now if known.get(name) != now[name]]
        gone = [name for name in known if name not in now]
        for name in gone:
            self._forget(name)
        for done, name in enumerate(stale):
            if self._closing.is_set():
                break
            told(Found(done, len(stale)))
            self.update(name, last.get(name, ""))
        return len(stale) + len(gone)

    def update(self, name: str, last: str | None = None) -> None:
        """Take in a document as it is now."""
        if last is None:
            last = self.library.decisions.last(name)
        mark = self._stamp(name)
        try:
            if last:
                folios = self.library.views(name)
                file, coding = folios[0].records, folios[0].coding
                views = {f.view: reviewed_rows(f.reviewed, f.decisions) for f in folios}
            else:
                file, coding = (
                    read_noun(RecordFile, self.store.output(Stage.ASSEMBLE, name)),
                    Coding(),
                )
                views = {EVERYBODY: rows(file.records)}
        except (Unknown, OSError, ValueError):
            self._forget(name)
            return
        with self._changing() as database:
            database.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    name,
                    mark,
                    last,
                    str(file.source.title.value) if file.source.title else "",
                    _verdict(file),
                    file.document.pages,
                    file.document.media_type,
                    coding.model_dump_json(),
                ],
            )
            database.execute("DELETE FROM views WHERE document = ?", [name])
            database.executemany(
                "INSERT INTO views VALUES (?, ?)", [(name, view) for view in views]
            )
            who = {*coding.coders, *([coding.adjudicator] if coding.adjudicator else [])}
            database.execute("DELETE FROM assigned WHERE document = ?", [name])
            database.executemany(
                "INSERT INTO assigned VALUES (?, ?)", [(one, name) for one in sorted(who)]
            )
            _put(database, name, views)

    def follow(self, name: str) -> None:
        """Take in a document on which someone decided: what is decided stands, listed or not."""
        try:
            self.update(name)
        except (OSError, sqlite3.Error) as error:
            LOG.warning("%s is not indexed yet: %s", name, error)

    def start(self) -> None:
        """Follow files and decisions from now on."""
        self._watcher.start()

    def close(self) -> None:
        """Stop following, and let go of the database."""
        self._closing.set()
        if self._watcher.is_alive():
            self._watcher.join()
        with self._writing:
            for database in self._open:
                database.close()

    def _watch(self) -> None:
        pause = OFTEN
        while not self._closing.wait(pause):
            begun = time.monotonic()
            # A run may replace a file while we read, the disk may fail, and the database may be
            # away or busy: the next look will do.
            with suppress(OSError, sqlite3.Error, SQLAlchemyError):
                self.refresh()
            pause = max(OFTEN, 20 * (time.monotonic() - begun))

    def _stamp(self, name: str) -> str:
        return stamp(self.store.output(Stage.ASSEMBLE, name))

    def _forget(self, name: str) -> None:
        with self._changing() as database:
            for table, column in (
                ("documents", "name"),
                ("views", "document"),
                ("assigned", "document"),
            ):
                database.execute(f"DELETE FROM {table} WHERE {column} = ?", [name])
            _put(database, name, {})

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        database: sqlite3.Connection | None = getattr(self._local, "database", None)
        if database is None:
            database = sqlite3.connect(
                self.file, timeout=30, isolation_level=None, check_same_thread=False
            )
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA cache_size = -32000")
            self._local.database = database
            self._open.append(database)
        yield database

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self._connected() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def _verdict(file: RecordFile) -> str:
    """The verdict on a document; where it is whole but set aside (for its language), that."""
    aside = any(issue.level is Level.ERROR for issue in file.issues)
    return "set aside" if aside and file.document.verdict in WHOLE else str(file.document.verdict)


def _put(database: sqlite3.Connection, name: str, views: Mapping[str, Iterable[Row]]) -> None:
    """Have exactly these rows for a document; those that are the same are not touched."""
    before = {
        (view, record, ordinal): (number, digest)
        for view, record, ordinal, number, digest in database.execute(
            "SELECT view, record, ordinal, id, digest FROM records WHERE document = ?", [name]
        )
    }
    new: list[tuple[str, Row, str]] = []
    for view, found in views.items():
        for row in found:
            digest = row.digest
            _, known = before.get((view, row.record, row.ordinal), (0, ""))
            if known == digest:
                del before[view, row.record, row.ordinal]
            else:
                new.append((view, row, digest))
    old = [[number] for number, _ in before.values()]
    for table in ("tags", "issues", "mine"):
        database.executemany(f"DELETE FROM {table} WHERE record = ?", old)
    database.executemany("DELETE FROM words WHERE rowid = ?", old)
    database.executemany("DELETE FROM records WHERE id = ?", old)
    (first,) = database.execute("SELECT coalesce(max(id), 0) + 1 FROM records").fetchone()
    numbered = list(enumerate(new, start=first))
    database.executemany(
        "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [number, view, name, row.ordinal, row.record, digest, row.label, row.name, row.trail,
             row.status, row.urgency, row.reason, row.confidence]
            for number, (view, row, digest) in numbered
        ],
    )  # fmt: skip
    database.executemany(
        "INSERT INTO words (rowid, text) VALUES (?, ?)",
        [(n, row.text) for n, (_, row, _) in numbered],
    )
    database.executemany(
        "INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?, ?)",
        [
            (t.taxonomy, t.code, t.confidence, n, t.role)
            for n, (_, row, _) in numbered
            for t in row.tags
        ],
    )
    database.executemany(
        "INSERT INTO issues VALUES (?, ?)",
        [(c, n) for n, (_, row, _) in numbered for c in row.issues],
    )
    database.executemany(
        "INSERT INTO mine VALUES (?, ?, ?)",
        [(who, n, changed) for n, (_, row, _) in numbered for who, changed in row.mine],
    )


def _usable(file: Path) -> bool:
    """Whether it is an index of this version."""
    if not file.exists():
        return False
    try:
        database = sqlite3.connect(file)
        try:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute("SELECT count(*) FROM documents")
        finally:
            database.close()
    except sqlite3.DatabaseError:
        return False
    return bool(version == VERSION)
