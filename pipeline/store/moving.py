"""Decisions from one database into another, SQLite or PostgreSQL: the same, in the same order."""

import hashlib
from collections.abc import Iterator, Mapping

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError

from pipeline.store import database
from pipeline.store.database import DECISIONS, EDITION, SAW
from pipeline.store.decisions import Decisions
from pipeline.store.layout import UnusableDecisions

PIECE = 500  # rows at a time
_COLUMNS = [column for column in DECISIONS.c if column.name != "number"]


def copy(source: Decisions, target: Decisions) -> int:
    """Add what `source` holds and `target` lacks to it; how many decisions. All or nothing.

    The copy in an empty database is the same database (see `Decisions.id`), so that what was made
    of its decisions stays fresh. Raises UnusableDecisions when `target` holds what `source` lacks,
    and OSError.
    """
    if source.engine is None or target.engine is None:
        return 0
    try:
        with _still(source.engine) as reader, database.writing(target.engine) as writer:
            return _copied(reader, writer, source.id)
    except DBAPIError as error:
        engine = target.engine if error.statement and "INSERT" in error.statement else source.engine
        raise database.told(error, engine.url) from error


def _copied(reader: sql.Connection, writer: sql.Connection, edition: str) -> int:
    before = _held(writer)
    _check(reader, before)
    have = set(writer.scalars(sql.select(SAW.c.digest)))
    for rows in _pieces(reader, sql.select(SAW).order_by(SAW.c.digest)):
        if new := [row for row in rows if row["digest"] not in have]:
            writer.execute(SAW.insert(), new)
    added = 0
    for rows in _pieces(reader, sql.select(*_COLUMNS).order_by(DECISIONS.c.number)):
        if new := [row for row in rows if row["key"] not in before]:
            writer.execute(DECISIONS.insert(), new)
            added += len(new)
    if not before:
        writer.execute(EDITION.update().values(id=edition))
    if _sum(reader) != _sum(writer):
        raise UnusableDecisions("The copy is not what was copied: nothing of it is kept.")
    return added


def _still(engine: sql.Engine) -> sql.Connection:
    """A connection that sees one moment, however long it reads."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def _held(connection: sql.Connection) -> dict[str, str]:
    """The decisions of a database: the digest of each, by key."""
    query = sql.select(DECISIONS.c.key, DECISIONS.c.body)
    return {row["key"]: _digest(row["body"]) for rows in _pieces(connection, query) for row in rows}


def _check(reader: sql.Connection, before: Mapping[str, str]) -> None:
    """Raise UnusableDecisions where a database holds what the one to be copied does not."""
    if not before:
        return
    found = _held(reader)
    if strange := sorted(before.keys() - found.keys()):
        raise UnusableDecisions(
            f"The target holds decisions that the source lacks ({len(strange):,}; {strange[0]} is "
            "one): it is another database. Copy into an empty one, or bring both together with "
            "`gleaner decisions dump` and `load`."
        )
    if changed := sorted(key for key in before if before[key] != found[key]):
        raise UnusableDecisions(f"The two databases differ in the decision {changed[0]}.")


def _sum(connection: sql.Connection) -> str:
    """What stands for all decisions and snapshots of a database, in the order of their names."""
    whole = hashlib.sha256()
    for query in (
        sql.select(DECISIONS.c.key, DECISIONS.c.body).order_by(DECISIONS.c.key),
        sql.select(SAW.c.digest, SAW.c.body).order_by(SAW.c.digest),
    ):
        for rows in _pieces(connection, query):
            for row in rows:
                whole.update("\0".join(row.values()).encode())
    return whole.hexdigest()


def _pieces(
    connection: sql.Connection, query: sql.Select[*tuple[object, ...]]
) -> Iterator[list[dict[str, str]]]:
    """The rows of a query, by name of column, some at a time."""
    found = connection.execute(query.execution_options(yield_per=PIECE))
    for rows in found.mappings().partitions(PIECE):
        yield [dict(row) for row in rows]


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
