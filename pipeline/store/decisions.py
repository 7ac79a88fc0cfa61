"""What curators decided: appended to one database, never changed, and on the disk on return.

It is SQLite in `raw/decisions.sqlite3`, or PostgreSQL where the environment variable
GLEANER_DECISIONS names its URL.
"""

import errno
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVarTuple

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, DBAPIError

from pipeline.model import Decision, Saw
from pipeline.store import database, jsonl, layout
from pipeline.store.database import DECISIONS, EDITION, SAW
from pipeline.store.layout import UnusableDecisions

Field = tuple[str, str]  # the id of a record, and the name of one of its fields

Columns = TypeVarTuple("Columns")

TICK = timedelta(microseconds=1)
LAST_YEAR = 9000  # nothing could come after the end of time
_IN_ORDER = (DECISIONS.c.when, DECISIONS.c.key)


class Stale(Exception):
    """Someone decided meanwhile: `last` are the decisions that were not seen, on `fields`."""

    def __init__(self, last: Sequence[Decision]) -> None:
        self.last = tuple(last)
        self.fields: tuple[Field, ...] = tuple((d.record, d.field) for d in last)
        said = ", ".join(f"{d.field} of {d.record} by {d.curator}" for d in last)
        super().__init__(f"Decided meanwhile: {said}.")


class Decisions:
    """The decisions and what they saw. Threads and processes may share them.

    Whatever the database refuses is an OSError that says why, and nothing is half stored.
    """

    @classmethod
    def at(cls, raw: Path, *, read_only: bool = False) -> "Decisions":
        """The decisions that belong to `raw/`; none, where it has no file and none may be made.

        Raises UnusableDecisions when the file holds something else, and OSError.
        """
        if url := os.environ.get(layout.DECISIONS_URL):
            return cls(url, read_only=read_only)
        return cls(in_folder(raw), read_only=read_only)

    def __init__(self, url: str | sql.URL, *, read_only: bool = False) -> None:
        """Open the database at an URL, or make it; to read one that is not there is to find none.

        Raises UnusableDecisions when it is of something else or of a newer Gleaner, or when the
        URL names no database that one can speak to here; and OSError.
        """
        try:
            self._url = sql.make_url(url)
            self.engine = database.opened(self._url, read_only)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise UnusableDecisions(f"The database of decisions: {error}.") from error
        found = self._read(sql.select(EDITION.c.id))
        self.id: str = found[0][0] if found else ""  # of this database, wherever it is copied to

    def close(self) -> None:
        """Let go of the database."""
        if self.engine:
            self.engine.dispose()

    def __enter__(self) -> "Decisions":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # --- writing ----------------------------------------------------------------------------------

    def append(
        self,
        decisions: Sequence[Decision],
        saw: Sequence[Saw] = (),
        base: Mapping[Field, str] | None = None,
    ) -> tuple[Decision, ...]:
        """Append one action whole or not at all; give its decisions as stored, with their `when`.

        `base` gives for a record and field the key of the last decision that the curator saw
        (empty for none). A later one raises Stale; a coder sees only their own. An UNDO counts on
        the fields that it is on, so there is one for each field that it takes back. An action that
        is there already is given as it was stored, whatever `base` says. Raises ValueError for
        what is not one action, or names a snapshot that is not there.
        """
        if not decisions:
            return ()
        _check_action(decisions)
        action = decisions[0].action
        with self._writing() as connection:
            query = sql.select(DECISIONS.c.body).where(DECISIONS.c.action == action)
            if stored := _parsed(connection.scalars(query.order_by(*_IN_ORDER))):
                if _about(stored) != _about(decisions):
                    raise ValueError(f"There is another action {action} already.")
                return tuple(stored)
            if unseen := list(_unseen(connection, decisions[0], base or {})):
                raise Stale(unseen)
            first = _next(connection)
            dated = [
                decision.model_copy(update={"when": first + number * TICK})
                for number, decision in enumerate(decisions)
            ]
            _add(connection, dated, {sight.digest: _json(sight) for sight in saw})
        return tuple(dated)

    def load(self, folder: Path) -> int:
        """Add what the files that `dump` wrote hold and the database lacks; how many decisions.

        All or nothing. Raises UnusableDecisions for a file that is broken, or says something else
        of a decision than the database does.
        """
        found = jsonl.read(folder)
        with self._writing() as connection:
            have = _pairs(connection.execute(sql.select(DECISIONS.c.key, DECISIONS.c.body)))
            new = _lacking(found, have)
            try:
                _add(connection, new, found.saw)
            except ValueError as error:
                raise UnusableDecisions(f"{folder}: {error}") from error
        return len(new)

    # --- reading ----------------------------------------------------------------------------------

    def of_document(self, document: str) -> list[Decision]:
        """The decisions on a document, in order."""
        query = sql.select(DECISIONS.c.body).where(DECISIONS.c.document == document)
        return _parsed(body for (body,) in self._read(query.order_by(*_IN_ORDER)))

    def saw(self, digest: str) -> Saw:
        """The snapshot of that digest. Raises KeyError."""
        for (body,) in self._read(sql.select(SAW.c.body).where(SAW.c.digest == digest)):
            return Saw.model_validate_json(body)
        raise KeyError(digest)

    def seen(self, document: str) -> dict[str, Saw]:
        """The snapshots that the decisions on a document name, by digest."""
        named = sql.select(DECISIONS.c.saw).where(DECISIONS.c.document == document)
        query = sql.select(SAW.c.digest, SAW.c.body).where(SAW.c.digest.in_(named))
        found = _pairs(self._read(query.order_by(SAW.c.digest)))
        return {digest: Saw.model_validate_json(body) for digest, body in found.items()}

    def documents(self) -> dict[str, str]:
        """The documents with decisions, each with the key of the one that was added last.

        In one database (see `id`) that key changes with every decision, loaded older ones too.
        """
        newest = sql.select(sql.func.max(DECISIONS.c.number)).group_by(DECISIONS.c.document)
        query = sql.select(DECISIONS.c.document, DECISIONS.c.key)
        found = self._read(query.where(DECISIONS.c.number.in_(newest)))
        return dict(sorted(_pairs(found).items()))

    def last(self, document: str) -> str:
        """The key of the decision on a document that was added last; empty for none."""
        query = sql.select(DECISIONS.c.key).where(DECISIONS.c.document == document)
        found = self._read(query.order_by(DECISIONS.c.number.desc()).limit(1))
        return found[0][0] if found else ""

    def count(self) -> int:
        """How many decisions there are."""
        found = self._read(sql.select(sql.func.count()).select_from(DECISIONS))
        return found[0][0] if found else 0

    def all(self) -> Iterator[Decision]:
        """Every decision, in order."""
        for (body,) in self._read(sql.select(DECISIONS.c.body).order_by(*_IN_ORDER)):
            yield Decision.model_validate_json(body)

    def dump(self, folder: Path) -> list[Path]:
        """Write all to `folder`, a file for each curator and one of snapshots; give the files.

        The same decisions give the same bytes. Raises UnusableDecisions when the files there hold
        what the database lacks, and would lose it.
        """
        found = jsonl.read(folder)
        columns = DECISIONS.c.curator, DECISIONS.c.key, DECISIONS.c.body
        rows = self._read(sql.select(*columns).order_by(*_IN_ORDER))
        sights = _pairs(self._read(sql.select(SAW.c.digest, SAW.c.body).order_by(SAW.c.digest)))
        if _lacking(found, {key: body for _, key, body in rows}) or found.saw.keys() - sights:
            raise UnusableDecisions(
                f"{folder} holds decisions that the database lacks: "
                "run `gleaner decisions load` first."
            )
        by_curator: dict[str, list[str]] = {}
        for curator, _, body in rows:
            by_curator.setdefault(curator, []).append(body)
        return jsonl.write_all(folder, by_curator, sights.values())

    # --- the database -----------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[sql.Connection]:
        """One writer at a time, of all programs; all or nothing."""
        if self.engine is None:
            raise OSError(errno.EROFS, "decisions are only looked at here")
        try:
            with database.writing(self.engine) as connection:
                yield connection
        except DBAPIError as error:
            raise database.told(error, self._url) from error

    def _read(self, query: sql.Select[*Columns]) -> Sequence[sql.Row[*Columns]]:
        if self.engine is None:
            return ()
        try:
            with database.asking(self.engine).begin() as connection:
                return connection.execute(query).all()
        except DBAPIError as error:
            raise database.told(error, self._url) from error


def in_folder(raw: Path) -> sql.URL:
    """The URL of the database in a `raw/`."""
    return sql.URL.create("sqlite", database=str(raw.absolute() / layout.DECISIONS))


# --- what is appended -----------------------------------------------------------------------------


def _check_action(decisions: Sequence[Decision]) -> None:
    """Raise ValueError unless it is one act of one curator on one document."""
    if len({(d.action, d.curator, d.document) for d in decisions}) > 1:
        raise ValueError("An action is of one curator, on one document.")
    if len({d.key for d in decisions}) < len(decisions):
        raise ValueError("An action decides a field once.")


def _about(decisions: Sequence[Decision]) -> set[tuple[str, str, str]]:
    return {(d.curator, d.document, d.record) for d in decisions}


def _unseen(
    connection: sql.Connection, acting: Decision, base: Mapping[Field, str]
) -> Iterator[Decision]:
    """The last decision on each field of `base`, where it is not the one that was seen."""
    for (record, field), key in base.items():
        query = sql.select(DECISIONS.c.key, DECISIONS.c.body).where(
            DECISIONS.c.document == acting.document,
            DECISIONS.c.record == record,
            DECISIONS.c.field == field,
        )
        if acting.role == "coder":  # coders see only their own
            query = query.where(DECISIONS.c.curator == acting.curator)
        last = connection.execute(query.order_by(*(c.desc() for c in _IN_ORDER)).limit(1)).first()
        if last and last.key != key:
            yield Decision.model_validate_json(last.body)


def _next(connection: sql.Connection) -> datetime:
    """Now, or later: after all that is there, even when the clock was set back."""
    last = connection.scalar(sql.select(sql.func.max(DECISIONS.c.when)))
    now = datetime.now(UTC)
    return max(now, datetime.fromisoformat(last) + TICK) if last else now


def _lacking(found: jsonl.Found, have: Mapping[str, str]) -> list[Decision]:
    """The decisions of files that are not among those of the database (JSON by key).

    Raises UnusableDecisions where both have one and it is not the same.
    """
    for key in found.decisions.keys() & have.keys():
        if Decision.model_validate_json(have[key]) != found.decisions[key]:
            raise UnusableDecisions(f"The files and the database differ in the decision {key}.")
    return [decision for key, decision in found.decisions.items() if key not in have]


def _add(connection: sql.Connection, decisions: Sequence[Decision], saw: Mapping[str, str]) -> None:
    """Insert decisions in order, and the snapshots that are new. Raises ValueError."""
    rows = [_row(decision) for decision in decisions]
    named = {row["saw"] for row in rows} - {None} | saw.keys()
    # In pieces: databases take only so many values at a time.
    present = {
        digest
        for piece in _pieces(sorted(named))
        for digest in connection.scalars(sql.select(SAW.c.digest).where(SAW.c.digest.in_(piece)))
    }
    if missing := named - present - saw.keys():
        raise ValueError(f"A decision saw {min(missing)}, which nobody has.")
    sights = [{"digest": key, "body": body} for key, body in saw.items() if key not in present]
    if sights:
        connection.execute(SAW.insert(), sights)
    if rows:
        connection.execute(DECISIONS.insert(), sorted(rows, key=lambda r: (r["when"], r["key"])))


def _row(decision: Decision) -> dict[str, Any]:
    if decision.when.tzinfo is None:
        raise ValueError(f"The decision {decision.key} does not say its time zone.")
    if decision.when.year > LAST_YEAR:
        raise ValueError(f"The decision {decision.key} is of {decision.when:%Y}.")
    when = decision.when.astimezone(UTC)
    body = _json(decision.model_copy(update={"when": when}))
    for name, value in decision.model_dump(mode="json").items():
        if any("\0" in text for text in _strings(value)):
            raise ValueError(f"The {name} of a decision holds the character NUL.")
    return {
        "key": decision.key,
        "when": when.isoformat(timespec="microseconds"),
        "action": decision.action,
        "document": decision.document,
        "record": decision.record,
        "field": decision.field,
        "curator": decision.curator,
        "role": decision.role,
        "saw": decision.saw or None,
        "body": body,
    }


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _strings([*value, *value.values()])
        case list():
            for item in value:
                yield from _strings(item)


def _pieces(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), 500):
        yield names[start : start + 500]


def _pairs(rows: Iterable[sql.Row[str, str]]) -> dict[str, str]:
    return {row[0]: row[1] for row in rows}


def _json(noun: Decision | Saw) -> str:
    return noun.model_dump_json(by_alias=True)


def _parsed(bodies: Iterable[str]) -> list[Decision]:
    return [Decision.model_validate_json(body) for body in bodies]
