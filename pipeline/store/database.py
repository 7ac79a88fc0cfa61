"""The database of decisions: its tables, how it is opened, and what it says when it refuses."""

import errno
import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from pipeline.store.layout import UnusableDecisions

VERSION = 1
LOCK = 0x61EA4E12  # a number that only we lock, in PostgreSQL
PATIENCE = 30  # seconds that a writer waits for another one

_TABLES = sql.MetaData()
_TEXT = sql.Text().with_variant(TEXT(collation="C"), "postgresql")  # sorted alike everywhere
_NUMBER = sql.BigInteger().with_variant(sql.Integer, "sqlite")

EDITION = sql.Table(
    "gleaner",
    _TABLES,
    sql.Column("version", sql.Integer, nullable=False),
    sql.Column("id", _TEXT, nullable=False),
)
SAW = sql.Table(
    "saw",
    _TABLES,
    sql.Column("digest", _TEXT, primary_key=True),
    sql.Column("body", _TEXT, nullable=False),
)
# `body` is the decision whole, as JSON; the other columns repeat of it what queries ask for.
DECISIONS = sql.Table(
    "decisions",
    _TABLES,
    sql.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sql.Column("key", _TEXT, nullable=False, unique=True),
    sql.Column("when", _TEXT, nullable=False, index=True),
    sql.Column("action", _TEXT, nullable=False, index=True),
    sql.Column("document", _TEXT, nullable=False),
    sql.Column("record", _TEXT, nullable=False),
    sql.Column("field", _TEXT, nullable=False),
    sql.Column("curator", _TEXT, nullable=False),
    sql.Column("role", _TEXT, nullable=False),
    sql.Column("saw", _TEXT, sql.ForeignKey(SAW.c.digest)),
    sql.Column("body", _TEXT, nullable=False),
    sql.Index("decisions_by_field", "document", "record", "field", "when"),
    sqlite_autoincrement=True,
)

NEVER = "decisions are appended, never changed"


def opened(url: sql.URL, read_only: bool) -> sql.Engine | None:
    """The database at a URL, made where there is none; None where it may not be and is not.

    Raises UnusableDecisions, and OSError.
    """
    engine = _engine(url, read_only)
    try:
        with engine.begin() as connection:
            made = _checked(connection)
        if not made and read_only:
            engine.dispose()
            return None
        if not made:
            _make(engine)
    except DBAPIError as error:
        engine.dispose()
        raise told(error, url) from error
    except UnusableDecisions:
        engine.dispose()
        raise
    return engine


def _make(engine: sql.Engine) -> None:
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:  # outside of any transaction
            connection.cursor().execute("PRAGMA journal_mode = WAL")  # readers block no writer
    with writing(engine) as transaction:
        if not _checked(transaction):  # nobody else made it meanwhile
            _TABLES.create_all(transaction)
            _forbid_changes(transaction)
            values = {"version": VERSION, "id": str(uuid.uuid4())}
            transaction.execute(EDITION.insert().values(values))


@contextmanager
def writing(engine: sql.Engine) -> Iterator[sql.Connection]:
    """A transaction of the only writer there is."""
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(LOCK)))
            yield connection


def told(error: DBAPIError, url: sql.URL) -> Exception:
    """What the database refuses, in the words of whoever reads it."""
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    cause = error.orig
    if not isinstance(cause, sqlite3.Error):
        broken = isinstance(error, OperationalError | InternalError)
        return OSError(errno.EIO, str(cause).strip(), where) if broken else error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return UnusableDecisions(f"{where} is no database, or a broken one ({cause}).")
    if code in _SYSTEM:
        number, message = _SYSTEM[code]
        return OSError(number, f"{message} ({cause})", where)
    return error


_SYSTEM = {
    sqlite3.SQLITE_FULL: (errno.ENOSPC, "no room for decisions"),
    sqlite3.SQLITE_READONLY: (errno.EROFS, "decisions may not be written"),
    sqlite3.SQLITE_PERM: (errno.EACCES, "decisions may not be opened"),
    sqlite3.SQLITE_CANTOPEN: (errno.EACCES, "decisions cannot be opened"),
    sqlite3.SQLITE_IOERR: (errno.EIO, "the disk fails"),
    sqlite3.SQLITE_BUSY: (errno.EBUSY, f"another program has been writing for {PATIENCE} s"),
}


def _checked(connection: sql.Connection) -> bool:
    """Whether the database has our tables, in our version."""
    present = set(sql.inspect(connection).get_table_names())
    where = connection.engine.url.database
    if EDITION.name not in present:
        # A file is of one program; elsewhere only tables of the same name are in the way.
        if present if connection.dialect.name == "sqlite" else present & _TABLES.tables.keys():
            raise UnusableDecisions(f"{where} is a database of something else than decisions.")
        return False
    version = connection.scalar(sql.select(EDITION.c.version))
    if version != VERSION:
        raise UnusableDecisions(
            f"The decisions in {where} are of version {version}, and this Gleaner knows version "
            f"{VERSION}: use the one that wrote them, or a newer one."
        )
    return True


def _forbid_changes(connection: sql.Connection) -> None:
    """Have the database itself refuse to change or remove what is there."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{NEVER}'; END $$"
        )
    for table in (SAW.name, DECISIONS.name):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
                f"ON {table} EXECUTE FUNCTION append_only()"
            )
        elif connection.dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
                )


def _engine(url: sql.URL, read_only: bool) -> sql.Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        only = {"options": "-c default_transaction_read_only=on"} if read_only else {}
        return sql.create_engine(url, connect_args=only, max_overflow=-1)
    make = partial(_file, Path(str(url.database)), read_only)
    engine = sql.create_engine(url, creator=make, max_overflow=-1)  # a connection for each thread
    sql.event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: sql.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _file(file: Path, read_only: bool) -> sqlite3.Connection:
    mode = _mode(file) if read_only else "rwc"
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,  # we begin ourselves, see _begin
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _mode(file: Path) -> str:
    """How to read a file of decisions and leave nothing beside it."""
    if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return "rw"  # else SQLite could not clear away its own log
    log = file.with_name(f"{file.name}-wal")
    return "ro" if log.exists() else "ro&immutable=1"
