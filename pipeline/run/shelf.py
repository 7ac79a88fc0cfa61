"""A list that lies on the disk: what a run keeps of each document takes no memory there."""

import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_TABLE = """
PRAGMA journal_mode = OFF;
CREATE TABLE things (number INTEGER PRIMARY KEY, key TEXT, thing BLOB);
CREATE INDEX by_key ON things (key);
BEGIN;
"""


class Shelf(Generic[T]):
    """Things in the order in which they came, and in that of their keys.

    SQLite keeps 2 MB of it in memory and the rest in a temporary file, which nobody else sees and
    which is gone with the shelf.
    """

    def __init__(self, key: Callable[[T], str]) -> None:
        self._key = key
        # The collector ends it in any thread, such as those of a cluster's client.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.executescript(_TABLE)
        self._length = 0

    def __del__(self) -> None:
        self._database.close()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        return self._found("ORDER BY number")

    def __contains__(self, key: object) -> bool:
        """Whether there is something with that key."""
        sql = "SELECT 1 FROM things WHERE key = ?"
        return self._database.execute(sql, [key]).fetchone() is not None

    def append(self, thing: T) -> None:
        """Add one thing."""
        self.extend([thing])

    def extend(self, things: Iterable[T]) -> None:
        """Add several."""
        for thing in things:
            row = (self._key(thing), pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))
            self._database.execute("INSERT INTO things (key, thing) VALUES (?, ?)", row)
            self._length += 1

    def sorted(self, beginning: str = "") -> Iterator[T]:
        """Those whose keys begin so (ASCII), by key."""
        after = f"{beginning}\U0010ffff"
        return self._found("WHERE key >= ? AND key < ? ORDER BY key, number", beginning, after)

    def _found(self, which: str, *values: Any) -> Iterator[T]:
        sql = f"SELECT thing FROM things {which}"
        return (pickle.loads(data) for (data,) in self._database.execute(sql, values))
