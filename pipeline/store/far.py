"""Trees of which a part is in an object store: listed by pages, and what belongs together joined.

An original comes with the stamps of itself, of what is beside it and of its outputs, all read off
the listings: a request for each would be the most of a run with nothing to do. The listings are
sorted and gone through side by side, so a folder of a million names needs the memory of a few
pages.
"""

import heapq
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from pipeline.store import near
from pipeline.store.entry import GONE, Entry
from pipeline.store.files import settled, stamp, write
from pipeline.store.layout import SHARDED, Folders, Layout, Stage, UnknownPath, sharded
from pipeline.store.look import Look
from pipeline.store.objects import Overtaken, Remote, entries
from pipeline.store.original import BESIDE, MADE, PAGES, Original, belongs, openable

BATCH = 1000  # originals that are handed on at a time
RECENT = 20_000  # pages whose `_files` folder is known without asking
MANY = 100_000  # names in a folder beyond which its outputs are kept in shards
SHARDS = tuple(f".{digit:x}" for digit in range(16))  # as no document's folder is called


# --- shards ---------------------------------------------------------------------------------------


def begin_shards(store: Layout, look: Look) -> None:
    """Have the outputs of a folder in shards if it has MANY originals, and none was read yet.

    A folder that grows later stays as it is, for to move it would be to make all of it again.
    """
    if look.made or look.count <= MANY or not isinstance(store.extracted, Remote):
        return
    file = store.extracted / SHARDED
    for _ in range(5):  # others may be beginning a run, too
        before = stamp(file)
        known = sharded(store.extracted) | {look.name}
        try:
            write(file, json.dumps(sorted(known)), over=before)
        except Overtaken:
            continue
        break
    store.sharded = known


# --- listings -------------------------------------------------------------------------------------


def _entries(folder: Path) -> Iterator[Entry]:
    """What is in a folder, sorted by key, but for what begins with a dot. Raises OSError."""
    found: Iterator[Entry] | list[Entry]
    if isinstance(folder, Remote):
        found = entries(folder)
    else:
        found = []
        if folder.is_dir():
            with os.scandir(folder) as inside:
                for one in inside:
                    is_folder = one.is_dir(follow_symlinks=False)
                    found.append(Entry(one.name, "" if is_folder else stamp(one.path)))
        found.sort(key=lambda entry: entry.key)
    return (entry for entry in found if not entry.name.startswith("."))


def _outputs(store: Layout, top: Path, folder: str) -> Iterator[Entry]:
    """The same of a folder of outputs, wherever its shards are."""
    place = top / folder
    if folder not in store.sharded:
        return _entries(place)
    parts = [_entries(place / one) for one in SHARDS]
    return heapq.merge(_entries(place), *parts, key=lambda entry: entry.key)


class _Folders:
    """The folders met in a listing that are no part of a saved page beside them."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._pages: dict[str, None] = {}
        self.names: list[str] = []

    def meet(self, entry: Entry) -> None:
        if entry.stamp:
            if entry.name.endswith(PAGES):
                self._pages[entry.name] = None
                if len(self._pages) > RECENT:
                    del self._pages[next(iter(self._pages))]
            return
        page = entry.name.removesuffix("_files")
        beside = {name for name in map(page.__add__, PAGES) if page != entry.name}
        known = beside & self._pages.keys() or {
            name for name in beside if (self._place / name).is_file()
        }
        if not belongs(entry.name, known):
            self.names.append(entry.name)


def _originals(store: Layout, folder: str, folders: _Folders) -> Iterator[Original]:
    """The originals of a folder in the order of their outputs, with stamps of what is in `raw/`."""
    place, within = store.documents / folder, f"{folder}/" if folder else ""
    if not isinstance(place, Remote):
        found, inside = near.listed(store, folder)
        folders.names += [name.rpartition("/")[2] for name in inside]
        for original in sorted(found, key=lambda one: one.name + MADE):
            yield replace(original, stamps=store.raw_stamps(original))
        return
    # A name waits until nothing can follow that is beside it, or whose output comes before its own.
    waiting: list[tuple[str, str, list[str]]] = []

    def done(before: str | None) -> Iterator[Original]:
        while waiting and (before is None or waiting[0][1] + max(BESIDE) < before):
            _, name, stamps = heapq.heappop(waiting)
            beside = "+".join(stamps[1:]) or GONE
            original = replace(store.original(within + name), stamps=(stamps[0], beside))
            yield openable(original, original.file, is_file=True)

    by_name: dict[str, list[str]] = {}
    for entry in _entries(place):
        for original in done(entry.key):
            del by_name[original.name.removeprefix(within)]
            yield original
        folders.meet(entry)
        if not entry.stamp:
            continue
        owner = next(
            (entry.name.removesuffix(end) for end in BESIDE if entry.name.endswith(end)), ""
        )
        if owner in by_name:
            by_name[owner].append(entry.stamp)
        else:
            by_name[entry.name] = [entry.stamp]
            heapq.heappush(waiting, (entry.name + MADE, entry.name, by_name[entry.name]))
    yield from done(None)


def _joined(store: Layout, folder: str, found: Iterator[Original]) -> Iterator[Original]:
    """The originals with the stamps of their outputs as well."""
    tops = [store.extracted / stage.folder for stage in Stage]
    columns = [_outputs(store, top, folder) for top in tops]
    heads = [next(column, None) for column in columns]
    for original in found:
        wanted = original.name.rpartition("/")[2] + MADE
        stamps = list(original.stamps)
        for at, column in enumerate(columns):
            head = heads[at]
            while head and head.key < wanted:
                head = next(column, None)
            heads[at] = head
            stamps.append(head.stamp if head and head.key == wanted else GONE)
        yield replace(original, stamps=tuple(stamps))


def inside(
    store: Layout, folder: str, outputs: bool = True, folders: _Folders | None = None
) -> Iterator[list[Original]]:
    """The originals of a folder by BATCH, with all stamps; without `outputs` with those of raw."""
    folders = folders or _Folders(store.documents / folder)
    found = _originals(store, folder, folders)
    batch: list[Original] = []
    for original in _joined(store, folder, found) if outputs else found:
        batch.append(original)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def walk(store: Layout, folder: str = "", outputs: bool = True) -> Iterator[list[Original]]:
    """The same of a folder and of those in it."""
    folders = _Folders(store.documents / folder)
    yield from inside(store, folder, outputs, folders)
    for name in folders.names:
        yield from walk(store, f"{folder}/{name}" if folder else name, outputs)


def named(store: Layout, paths: Sequence[Path], outputs: bool) -> Iterator[list[Original]]:
    """The same of paths under `raw/` and outputs, or names as in `raw/documents`.

    Raises UnknownPath, and OSError.
    """
    for path in paths:
        name = _name(store, path)
        original = store.original(name)
        if name and original.file.is_file():
            yield [original]
            continue
        found = walk(store, name, outputs)
        if (first := next(found, None)) is None:
            raise UnknownPath(f"There is no {path} in {store.documents}.")
        yield first
        yield from found


def _name(store: Layout, path: Path) -> str:
    if not isinstance(path, Remote):
        return path.as_posix()
    if path == store.raw:
        return ""
    for stage in Stage:
        if path.is_relative_to(store.extracted / stage.folder):
            return store.name_of("/".join(path.relative_to(store.extracted).parts[1:]))
    if not path.is_relative_to(store.documents):
        raise UnknownPath(f"{path} is not in {store.documents}, where originals at a URL must be.")
    return "/".join(path.relative_to(store.documents).parts)


def made(store: Layout, top: Path, known: Folders, folder: str = "") -> Iterator[list[Original]]:
    """The originals of what is under a folder of outputs, but for folders that are `known`."""
    within = f"{folder}/" if folder else ""
    folders = known.get(folder)
    if folders is None:
        folders, batch = [], list[Original]()
        for entry in _outputs(store, top, folder):
            if not entry.stamp:
                folders.append(within + entry.name)
                continue
            batch.append(store.original(within + entry.name.removesuffix(MADE)))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch
    for name in folders:
        yield from made(store, top, known, name)


# --- looks ----------------------------------------------------------------------------------------


def looks(store: Layout) -> Iterator[Look]:
    """Every folder of `raw/documents`, each before those in it, sorted."""
    todo = [""]
    while todo:
        found = _look(store, todo.pop())
        yield found
        todo.extend(reversed(found.folders))


def _look(store: Layout, folder: str) -> Look:
    place, said, whole, count = store.documents / folder, sha256(), True, 0
    folders = _Folders(place)

    def take(entry: Entry) -> None:
        nonlocal whole
        whole = whole and bool(not entry.stamp or settled(entry.stamp))
        said.update(f"{entry.key}\0{entry.stamp}\0".encode("utf-8", "surrogateescape"))

    try:
        for entry in _entries(place):
            take(entry)
            folders.meet(entry)
            count += bool(entry.stamp)
    except OSError:
        if isinstance(place, Remote):
            raise
        whole = False  # a folder that cannot be opened is told of when it is looked at closely
    some = False
    for stage in Stage:
        said.update(b"/")
        for entry in _outputs(store, store.extracted / stage.folder, folder):
            take(entry)
            some = some or bool(entry.stamp)
    within = f"{folder}/" if folder else ""
    names = tuple(within + name for name in sorted(folders.names))
    return Look(folder, said.hexdigest() if whole else "", names, count, some)
