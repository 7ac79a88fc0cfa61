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

from pipeline.store.files import sync
from pipeline.store.layout import UnusableDecisions

VERSION = 2
OLDEST_READ = 1  # the first version whose tables our queries read as they are
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
    sql.Index("decisions_by_document", "document", "number"),
    sqlite_autoincrement=True,
)

_SHARED = sql.MetaData()  # where several desks work on one database
# `digest` of a token or a one-time code, `used` in seconds since 1970 by the database's clock.
VISITS = sql.Table(
    "visits",
    _SHARED,
    sql.Column("digest", _TEXT, primary_key=True),
    sql.Column("kind", _TEXT, nullable=False),
    sql.Column("curator", _TEXT, nullable=False),
    sql.Column("used", sql.Double, nullable=False, index=True),
)

NEVER = "decisions are appended, never changed"


def opened(url: sql.URL, read_only: bool) -> sql.Engine | None:
    """The database at a URL, made where there is none; None where it may not be and is not.

    One of an older version is brought to ours, when it may be written. Raises UnusableDecisions,
    and OSError.
    """
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        if read_only and not file.exists():
            return None
        if not read_only:
            file.parent.mkdir(parents=True, exist_ok=True)
    engine = engine_of(url, read_only)
    try:
        with engine.begin() as connection:
            version = _version(connection, OLDEST_READ if read_only else 1)
        if not version and read_only:
            engine.dispose()
            return None
        if version < VERSION and not read_only:
            _bring_up(engine)
    except DBAPIError as error:
        engine.dispose()
        raise told(error, url) from error
    except (UnusableDecisions, OSError):
        engine.dispose()
        raise
    return engine


def _bring_up(engine: sql.Engine) -> None:
    """Make the tables, or have them as this version does: whole or, when interrupted, not at all.

    A file is copied before it is changed.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:  # outside of any transaction
            connection.cursor().execute("PRAGMA journal_mode = WAL")  # readers block no writer
    with writing(engine) as transaction:
        version = _version(transaction, 1)  # somebody else may have been faster
        if version == 0:
            _TABLES.create_all(transaction)
            if engine.dialect.name == "postgresql":
                _SHARED.create_all(transaction)
            _forbid_changes(transaction)
            values = {"version": VERSION, "id": str(uuid.uuid4())}
            transaction.execute(EDITION.insert().values(values))
        elif version < VERSION:
            from pipeline.store.migrations import migrate

            if engine.dialect.name == "sqlite":
                _copy_aside(Path(str(engine.url.database)), version)
            migrate(transaction, version, VERSION)
            transaction.execute(EDITION.update().values(version=VERSION))


def _copy_aside(file: Path, version: int) -> None:
    """Copy a file of decisions as it is, for whoever goes back to the older Gleaner."""
    copy = file.with_name(f"{file.stem}.version-{version}{file.suffix}")
    draft = copy.with_name(f"{copy.name}.tmp")
    draft.unlink(missing_ok=True)  # of a migration that was interrupted
    with closing(_file(file, read_only=True)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    sync(draft)
    draft.replace(copy)
    sync(copy.parent)


@contextmanager
def writing(engine: sql.Engine) -> Iterator[sql.Connection]:
    """A transaction of the only writer there is."""
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(LOCK)))
            yield connection


def asking(engine: sql.Engine) -> sql.Engine:
    """The same, for single statements: PostgreSQL is not told of a transaction around each.

    That halves the round trips of a desk, which takes some ten looks for one act.
    """
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def told(error: DBAPIError, url: sql.URL) -> Exception:
    """What the database refuses, in the words of whoever reads it."""
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    cause = error.orig
    if not isinstance(cause, sqlite3.Error):
        if number := _STATES.get(getattr(cause, "sqlstate", None) or ""):
            return OSError(number, str(cause).strip(), where)
        broken = isinstance(error, OperationalError | InternalError)
        return OSError(errno.EIO, str(cause).strip(), where) if broken else error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return UnusableDecisions(f"{where} is no database, or a broken one ({cause}).")
    if code in _SYSTEM:
        number, message = _SYSTEM[code]
        return OSError(number, f"{message} ({cause})", where)
    return error


_STATES = {  # what PostgreSQL calls them
    "25006": errno.EROFS,
    "53100": errno.ENOSPC,
    "55P03": errno.EBUSY,
}
_SYSTEM = {
    sqlite3.SQLITE_FULL: (errno.ENOSPC, "no room for decisions"),
    sqlite3.SQLITE_READONLY: (errno.EROFS, "decisions may not be written"),
    sqlite3.SQLITE_PERM: (errno.EACCES, "decisions may not be opened"),
    sqlite3.SQLITE_CANTOPEN: (errno.EACCES, "decisions cannot be opened"),
    sqlite3.SQLITE_IOERR: (errno.EIO, "the disk fails"),
    sqlite3.SQLITE_BUSY: (errno.EBUSY, f"another program has been writing for {PATIENCE} s"),
}


def _version(connection: sql.Connection, oldest: int) -> int:
    """The version of our tables in the database, from `oldest` to ours; 0 where there are none."""
    present = set(sql.inspect(connection).get_table_names())
    where = connection.engine.url.database
    if EDITION.name not in present:
        # A file is of one program; elsewhere only tables of the same name are in the way.
        ours = _TABLES.tables.keys() | _SHARED.tables.keys()
        if present if connection.dialect.name == "sqlite" else present & ours:
            raise UnusableDecisions(f"{where} is a database of something else than decisions.")
        return 0
    version = connection.scalar(sql.select(EDITION.c.version)) or 0
    if version > VERSION:
        raise UnusableDecisions(
            f"The decisions in {where} are of version {version}, and this Gleaner knows version "
            f"{VERSION}: use the one that wrote them, or a newer one."
        )
    if version < oldest:
        raise UnusableDecisions(
            f"The decisions in {where} are of version {version}: open them once where they may be "
            f"written (`gleaner decisions load` will do), and they are brought to {VERSION}."
        )
    return version


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


def engine_of(url: sql.URL, read_only: bool) -> sql.Engine:
    """Whoever speaks to the database at a URL. Raises ModuleNotFoundError without its driver."""
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        options = f"-c lock_timeout={PATIENCE}s"
        if read_only:
            options += " -c default_transaction_read_only=on"
        # A desk has 40 threads; PostgreSQL allows 100 connections unless told otherwise.
        return sql.create_engine(
            url,
            connect_args={"options": options, "application_name": "gleaner", "connect_timeout": 10},
            pool_size=5,
            max_overflow=10,
            pool_pre_ping=True,  # a server that was started again costs nobody an act
        )
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
