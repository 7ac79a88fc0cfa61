"""State and lock of an `extracted/` in PostgreSQL, where several machines work on it.

The environment variable GLEANER_STATE names the database. Each `extracted/` has a schema of its own
there, named after its path: machines that share one see it under the same path.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import EBUSY
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.store import UnusableDecisions, absolute

if TYPE_CHECKING:
    from sqlalchemy import CursorResult

URL = "GLEANER_STATE"
LOCK = 0x61EA4E13  # with a number of the schema: what only a run locks


class UnusableState(UnusableDecisions):
    """A database of state that one cannot speak to here; the message says why."""


class Database(Protocol):
    """What the state asks of a database: statements with `?`, as SQLite has them."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Any:
        """Do it, and give rows to be iterated or fetched."""

    def commit(self) -> None:
        """Have everything on the disk."""

    def close(self) -> None:
        """Let go of it."""


class Shared:
    """A connection to the schema of an `extracted/`. Raises UnusableState, and OSError."""

    def __init__(self, url: str, extracted: Path, read_only: bool = False) -> None:
        import sqlalchemy as sql
        from sqlalchemy.exc import ArgumentError

        from pipeline.store.database import engine_of

        path = str(absolute(extracted))
        self.schema = f"state_{hashlib.sha256(path.encode()).hexdigest()[:16]}"
        try:
            self._url = sql.make_url(url)
            self._engine = engine_of(self._url, read_only)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise UnusableState(f"{URL}: {error}.") from error
        if self._engine.dialect.name != "postgresql":
            raise UnusableState(f"{URL} must name a PostgreSQL database: postgresql://...")
        with self._telling():
            self._connection = self._engine.connect()
        self.execute(f"SET search_path TO {self.schema}")
        self.commit()

    def execute(self, statement: str, values: Sequence[Any] = ()) -> "CursorResult[Any]":
        """Do it, and give rows to be iterated or fetched."""
        with self._telling():
            return self._connection.exec_driver_sql(statement.replace("?", "%s"), tuple(values))

    def commit(self) -> None:
        """Have everything on the disk."""
        with self._telling():
            self._connection.commit()

    def rollback(self) -> None:
        """Forget what was not committed."""
        with self._telling():
            self._connection.rollback()

    def close(self) -> None:
        """Let go of it; what was not committed has not been."""
        self._connection.close()
        self._engine.dispose()

    def has(self, table: str) -> bool:
        """Whether the schema has that table."""
        found = self.execute("SELECT to_regclass(?)", [f"{self.schema}.{table}"]).fetchone()
        return found is not None and found[0] is not None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        from sqlalchemy.exc import DBAPIError

        from pipeline.store.database import told

        try:
            yield
        except DBAPIError as error:
            raise told(error, self._url) from error


def url() -> str | None:
    """The database that GLEANER_STATE names; None where state and lock lie in `extracted/`."""
    return os.environ.get(URL) or None


@contextmanager
def held(url: str, extracted: Path, who: str, wait: float) -> Iterator[tuple[bool, str]]:
    """Hold the lock of an `extracted/`: gives whether we have it, and who does or died with it.

    The server lets go of it when our connection ends, however that comes.
    """
    database = Shared(url, extracted)
    try:
        number = int(database.schema[-8:], 16) - 2**31
        if not _locked(database, number, wait):
            yield False, _holder(database)
            return
        died = _holder(database)
        database.execute(f"CREATE SCHEMA IF NOT EXISTS {database.schema}")
        database.execute("CREATE TABLE IF NOT EXISTS holder (who TEXT)")
        database.execute("DELETE FROM holder")
        database.execute("INSERT INTO holder VALUES (?)", [who])
        database.commit()
        try:
            yield True, died
        finally:
            database.execute("DELETE FROM holder")
            database.commit()
    finally:
        database.close()


def _locked(database: Shared, number: int, wait: float) -> bool:
    if wait:
        database.execute(f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}")
        try:
            database.execute("SELECT pg_advisory_lock(?, ?)", [LOCK, number])
        except OSError as error:
            if error.errno != EBUSY:
                raise
            database.rollback()
            return False
        database.commit()
        return True
    [(locked,)] = database.execute("SELECT pg_try_advisory_lock(?, ?)", [LOCK, number])
    database.commit()
    return bool(locked)


def _holder(database: Shared) -> str:
    if not database.has("holder"):
        return ""
    found = database.execute("SELECT who FROM holder").fetchone()
    return str(found[0]) if found else ""
