"""The versions of what is installed, by the folders that installers leave beside it.

`importlib.metadata` says the same, but to import it takes twice as long as to start Python, and it
parses all that a library says of itself as a letter: together a quarter of `gleaner status`.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

_ABOUT = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}
_FIELD = "Version:"


@cache
def version(library: str) -> str:
    """The version of a library; empty if it is not installed."""
    about = _installed(tuple(sys.path)).get(_folded(library))
    if about is None:
        return ""
    with Path(about).open(encoding="utf-8") as lines:
        found = next((line for line in lines if line.startswith(_FIELD)), "")
    return found.removeprefix(_FIELD).strip()


@cache
def _installed(places: tuple[str, ...]) -> dict[str, str]:
    """The file about each library; of two, the one that is imported."""
    found: dict[str, str] = {}
    for place in places:
        for name, about in _inside(place or os.curdir):
            found.setdefault(name, about)
    return found


def _inside(place: str) -> Iterator[tuple[str, str]]:
    with suppress(OSError), os.scandir(place) as entries:  # it may be an archive, or nothing
        for entry in entries:
            stem, dot, ending = entry.name.rpartition(".")
            if about := _ABOUT.get(dot + ending):
                yield _folded(stem.partition("-")[0]), f"{entry.path}/{about}"


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
