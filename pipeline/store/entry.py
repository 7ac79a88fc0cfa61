"""What is asked of every object store, in its own words: one module for each kind of them."""

from datetime import datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

GONE = "-"  # the stamp of what is not there


class Entry(NamedTuple):
    """What is in a folder: `stamp` is empty for a folder."""

    name: str
    stamp: str

    @property
    def key(self) -> str:
        """What stores sort by: a folder's name ends in a slash."""
        return self.name if self.stamp else f"{self.name}/"


class NoBucket(Exception):
    """What was asked for is missing because its bucket or container is."""


class Kind(Protocol):
    """How one kind of store is asked; `store` is its file system of fsspec.

    Raises what its library raises: for a missing object FileNotFoundError, or what says so.
    """

    def stamp(self, store: Any, bucket: str, key: str) -> str | None:
        """The stamp of an object; None for a folder."""

    def get(self, store: Any, bucket: str, key: str) -> tuple[bytes, bool]:
        """Its bytes, and whether they are those that were put, as far as that is known."""

    def put(self, store: Any, bucket: str, key: str, data: bytes, over: str) -> str:
        """Put it, on the condition of `objects.put`, and give its stamp."""

    def page(
        self, store: Any, bucket: str, prefix: str, most: int, after: str
    ) -> tuple[list[Entry], str]:
        """What follows `after` below a prefix, in no order, and what to go on from, if any."""


def stamped(size: int, version: object) -> str:
    """A stamp, of a size and what the store calls a version."""
    if isinstance(version, datetime):  # some give a time in one way here and in another there
        version = version.timestamp()
    return f"{size}@{quote(str(version).strip(chr(34)), safe='')}"


def seen(over: str) -> str:
    """The version that an object must have to be written over; empty if any may, or none."""
    return "" if over in ("", GONE) else over.partition("@")[2]


def below(prefix: str, files: dict[str, str], folders: list[str]) -> list[Entry]:
    """Entries for the stamps of full keys, and for the full prefixes of folders."""
    # Some tools leave a key that ends in a slash for an empty folder.
    found = [Entry(key[len(prefix) :], files[key]) for key in files if not key.endswith("/")]
    found += [Entry(one[len(prefix) :].rstrip("/"), "") for one in folders]
    return [one for one in found if one.name]
