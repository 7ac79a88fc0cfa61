"""Asking the index: pages of a list, what comes next, and how far each document is."""

import base64
import heapq
import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.desk.filters import Filters
from pipeline.desk.rows import DONE
from pipeline.desk.sight import EVERYBODY

PAGE = 50
MOST_OFFERED = 100  # documents in a list to choose from
MANY = 10_000  # more than so many matches are not counted
COMMON = 30_000  # tags that so many records have are looked up record by record
COLUMNS = "document, ordinal, record, label, name, trail, status, urgency, reason, confidence"
NOTHING = "''"  # what records are sorted by that are as in the documents
# The views of a curator: their own where they have one, else everybody's.
_OWN = "view = ?"
_COMMON = f"view = '{EVERYBODY}'"
# Each code that occurs, found by leaps over the index.
_CODES = (
    "WITH RECURSIVE found (code) AS (SELECT min(code) FROM issues UNION ALL "
    "SELECT (SELECT min(code) FROM issues WHERE issues.code > found.code) FROM found "
    "WHERE found.code IS NOT NULL) SELECT code FROM found WHERE code IS NOT NULL"
)
_BARRED = "document NOT IN (SELECT document FROM views WHERE view = ?)"


class Place(NamedTuple):
    """Where a row stands in an order: what it is sorted by, its document, its place there."""

    by: str | float
    document: str
    ordinal: int

    def token(self) -> str:
        """The place for a URL."""
        return base64.urlsafe_b64encode(json.dumps(self).encode()).decode().rstrip("=")

    @staticmethod
    def of(token: str) -> "Place | None":
        """The place of a token, None when it is none."""
        with suppress(ValueError, TypeError):
            by, document, ordinal = json.loads(
                base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            )
            if (
                isinstance(by, str | int | float)
                and isinstance(document, str)
                and isinstance(ordinal, int)
            ):
                return Place(by, document, ordinal)
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """A record as lists show it."""

    place: Place
    document: str
    record: str
    label: str
    name: str
    trail: str
    status: str
    reason: str
    done: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document is, as one curator may see it."""

    name: str
    title: str
    verdict: str
    pages: int
    media_type: str
    coding: dict[str, Any]
    records: int
    done: int
    begun: int
    urgent: int
    by: tuple[tuple[str, int], ...]


def listed(
    database: sqlite3.Connection,
    filters: Filters,
    curator: str,
    after: Place | None = None,
    most: int = PAGE,
) -> list[Listed]:
    """The first rows after a place, at most so many."""
    where, values = _where(database, filters, curator)
    columns = [*([filters.order] if filters.order else []), "document", "ordinal"]
    keys = ", ".join(columns)
    if after is not None:
        where += f" AND ({keys}) > ({', '.join('?' * len(columns))})"
        values += after[-len(columns) :]
    ways = []
    for view, names in _views(database, curator):
        sql = (
            f"SELECT {filters.order or NOTHING}, {COLUMNS} FROM records WHERE {view} AND {where} "
            f"ORDER BY {keys} LIMIT ?"
        )
        ways.append(database.execute(sql, [*names, *values, most]).fetchall())
    return [_listed(row) for row in list(heapq.merge(*ways))[:most]]


def counted(database: sqlite3.Connection, filters: Filters, curator: str) -> int:
    """How many records the filters let through; of very many at least MANY."""
    where, values = _where(database, filters, curator)
    most = MANY if filters.costly else -1
    return sum(
        database.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM records WHERE {view} AND {where} LIMIT {most})",
            [*names, *values],
        ).fetchone()[0]
        for view, names in _views(database, curator)
    )


def place_of(
    database: sqlite3.Connection, filters: Filters, curator: str, document: str, record: str
) -> Place | None:
    """Where a record stands now in that order."""
    for view, names in _views(database, curator):
        found = database.execute(
            f"SELECT {filters.order or NOTHING}, document, ordinal FROM records "
            f"WHERE {view} AND document = ? AND record = ?",
            [*names, document, record],
        ).fetchone()
        if found:
            return Place(*found)
    return None


def choices(database: sqlite3.Connection, curator: str) -> dict[str, list[str]]:
    """What lists can be filtered by: the documents, issues and curators that occur."""
    views = _views(database, curator)
    issues = [
        code
        for (code,) in database.execute(_CODES)
        if any(
            database.execute(
                "SELECT 1 FROM issues CROSS JOIN records ON id = issues.record "
                f"WHERE code = ? AND {view}",
                [code, *names],
            ).fetchone()
            for view, names in views
        )
    ]
    return {
        "documents": [
            name
            for (name,) in database.execute(
                "SELECT name FROM documents ORDER BY name LIMIT ?", [MOST_OFFERED + 1]
            )
        ],
        "issues": issues,
        "curators": [
            name for (name,) in database.execute("SELECT DISTINCT curator FROM assigned ORDER BY 1")
        ],
    }


def progress(database: sqlite3.Connection, curator: str) -> Iterator[Progress]:
    """Every document, by name."""
    figures: dict[str, tuple[int, int, int, int]] = {}
    by: dict[str, list[tuple[str, int]]] = {}
    for view, names in _views(database, curator):
        for name, *counts in database.execute(
            f"SELECT document, count(*), sum(urgency >= {DONE}), sum(status = 'in part'), "
            f"sum(urgency < 3) FROM records WHERE {view} GROUP BY document",
            names,
        ):
            figures[name] = tuple(counts)
        for name, who, count in database.execute(
            "SELECT document, curator, count(*) FROM mine JOIN records ON id = mine.record "
            f"WHERE {view} GROUP BY document, curator ORDER BY document, curator",
            names,
        ):
            by.setdefault(name, []).append((who, count))
    for name, title, verdict, pages, media_type, coding in database.execute(
        "SELECT name, title, verdict, pages, media_type, coding FROM documents ORDER BY name"
    ):
        records, done, begun, urgent = figures.get(name, (0, 0, 0, 0))
        yield Progress(
            name, title, verdict, pages, media_type, json.loads(coding),
            records, done, begun, urgent, tuple(by.get(name, ())),
        )  # fmt: skip


def _where(database: sqlite3.Connection, filters: Filters, curator: str) -> tuple[str, list[Any]]:
    common = False
    if found := filters.tags():
        tags, values = found
        sql = f"SELECT count(*) FROM (SELECT 1 FROM tags WHERE {tags} LIMIT {COMMON})"
        common = database.execute(sql, values).fetchone()[0] == COMMON
    return filters.where(curator, common)


def _views(database: sqlite3.Connection, curator: str) -> list[tuple[str, list[str]]]:
    """The conditions on `view` that together give each record once, as this curator may see it."""
    own = database.execute("SELECT 1 FROM views WHERE view = ? LIMIT 1", [curator]).fetchone()
    if curator == EVERYBODY or not own:
        return [(_COMMON, [])]
    return [(f"{_COMMON} AND {_BARRED}", [curator]), (_OWN, [curator])]


def _listed(row: tuple[Any, ...]) -> Listed:
    by, document, ordinal, record, label, name, trail, status, urgency, reason, _ = row
    return Listed(
        Place(by, document, ordinal), document, record, label, name, trail, status, reason,
        urgency >= DONE,
    )  # fmt: skip
