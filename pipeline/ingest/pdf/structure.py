"""What the structure tree of a tagged PDF says of the words of one page.

It is hearsay: `trust` tells what of it is believed. Types are those of ISO 32000-1, 14.8.4, after
the file's own role map. Of alternative texts nothing is read: nobody sees them on the page.
Reading it takes 2 to 4 % of all of ingest, 9 % where each word is an element (150 on a page).
"""

from collections.abc import Iterator, Mapping
from ctypes import byref, c_ulong, create_string_buffer
from itertools import chain
from typing import NamedTuple

from pipeline.ingest.pdf import native

_MOST = 100_000  # elements and kids looked at on a page; the fullest of 330 at hand has 3,400
_MANY, _BROADEST = 200, 4_000  # kids of one element
_NEAR = 30  # kids
_MOST_MARKS = 16  # around one object
_HEADINGS = {"H": 1, **{f"H{level}": level for level in range(1, 10)}}
_OUTER = {"P", "LI", "TOCI", "Caption", "Figure", "Formula", "Note", "Artifact"}
_CELLS = {"TD", "TH"}
_NAME, _SIZE = create_string_buffer(64), c_ulong()  # one for all: each makes a type anew
_TOLD = {"L", "Table", "TR", *_CELLS, *_HEADINGS, *_OUTER}  # a P in one of these is part of it


class Place(NamedTuple):
    """A cell by its tags: the table of the page, the row of it, the cell of that, from 0."""

    table: int
    row: int
    column: int
    head: bool


class Tag(NamedTuple):
    """What an element says of its words.

    `role` is `H`, a type such as `P` or `LI`, or empty; `level` the depth of a heading, or of an
    item in its lists; `element` tells the elements of a page apart; `cell` is where it stands;
    `opens` says of a line that its item begins with it.
    """

    role: str
    level: int
    element: int
    cell: Place | None = None
    opens: bool = False


_ARTIFACT = Tag("Artifact", 0, 0)


class _Way(NamedTuple):
    """The way down to an element: its tag, and the tables and lists that it stands in."""

    tag: Tag
    lists: int = 0
    table: int = -1
    row: int = -1


class Tree:
    """The structure tree of a file, looked into page after page.

    pdfium goes through all kids of an element for each page that it is on, so that a book without
    sections takes a time by the square of its length: it is read as one without tags.
    """

    def __init__(self) -> None:
        self.broad = False
        self._begun: dict[int, int] = {}  # where a page began, by how many kids its element has

    def tags_of(self, page: int) -> dict[int, Tag]:
        """The tag of each mark (by its MCID) of a loaded page; {} for one without a tree."""
        tree = 0 if self.broad else native.struct_tree(page)
        if not tree:
            return {}
        try:
            return _Walk(self).through(tree)
        finally:
            native.close_tree(tree)

    def places(self, element: int, count: int) -> range:
        """Which of its many kids an element has on the page: those near the last page's."""
        if count > _BROADEST:
            self.broad = True
            return range(0)
        start = max(0, self._begun.get(count, 0) - _NEAR)
        order = chain(range(start, count), range(start))
        begin = next((n for n in order if _is_here(element, n)), 0)
        end = self._begun[count] = begin
        for n in range(begin, count):
            if _is_here(element, n):
                end = n + 1
            elif n - end > _NEAR:
                break
        return range(begin, end)


def _is_here(element: int, n: int) -> bool:
    """Whether a kid of an element is on the page."""
    return bool(native.kid_at(element, n)) or native.kid_mark(element, n) >= 0


def tag_of(handle: int, tags: Mapping[int, Tag]) -> Tag | None:
    """The tag of an object of a page, by its marks; None where nothing says what it is."""
    tag = tags.get(native.mark_of(handle))
    if tag is None and any(name == "Artifact" for name in _marks(handle)):
        return _ARTIFACT
    return tag


def _marks(handle: int) -> Iterator[str]:
    """The names of the marks of an object."""
    for n in range(min(native.count_marks(handle), _MOST_MARKS)):
        if native.mark_name(native.mark_at(handle, n), _NAME, 64, byref(_SIZE)):
            yield _text(_NAME.raw, _SIZE.value)


def _text(raw: bytes, size: int) -> str:
    """A name as pdfium gives it; empty where it is longer than any that is looked for."""
    return raw[: size - 2].decode("utf-16-le", "replace") if 2 < size <= len(raw) else ""


class _Walk:
    """Down the tree in the order of the document; an element that comes again is passed by."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.tags: dict[int, Tag] = {}
        self.kinds: dict[bytes, str] = {}
        self.rows: list[int] = []  # of each table, so far
        self.cells: dict[tuple[int, int], int] = {}

    def through(self, tree: int) -> dict[int, Tag]:
        """The tags of all marks; the first element that holds a mark has it."""
        roots = [native.root_at(tree, n) for n in range(min(native.count_roots(tree), _MOST))]
        waiting = [(root, _Way(Tag("", 0, 0))) for root in reversed(roots)]
        left, seen = _MOST, {0}
        tags, kinds, buffer = self.tags, self.kinds, create_string_buffer(64)
        # Not by functions of their own: a page may have a thousand elements of one word each.
        while waiting and left > 0:
            element, way = waiting.pop()
            if element in seen:
                continue
            seen.add(element)
            size = native.element_type(element, buffer, 64)
            name = buffer.raw[:size]
            kind = kinds.get(name)
            if kind is None:
                kind = kinds[name] = _text(name, size)
            if kind in _TOLD:
                way = self._entered(way, kind, len(seen))
            count = native.count_kids(element)
            left -= count
            within = []
            for n in range(count) if count <= _MANY else self.tree.places(element, count):
                if kid := native.kid_at(element, n):
                    within.append((kid, way))
                else:
                    tags.setdefault(native.kid_mark(element, n), way.tag)
            waiting += reversed(within)
        tags.pop(-1, None)
        return tags

    def _entered(self, way: _Way, kind: str, number: int) -> _Way:
        """An element with its own tag, by its type and what it stands in."""
        tag, lists, table, row = way
        if kind == "L":
            lists += 1
        elif kind == "Table":
            table, row = len(self.rows), -1
            self.rows.append(0)
        elif kind == "TR" and table >= 0:
            row = self.rows[table]
            self.rows[table] += 1
        elif kind in _CELLS and row >= 0:
            column = self.cells.get((table, row), 0)
            self.cells[table, row] = column + 1
            tag = Tag("", 0, number, Place(table, row, column, kind == "TH"))
        elif kind in _HEADINGS:
            tag = Tag("H", _HEADINGS[kind], number, tag.cell)
        elif kind in _OUTER and not (kind == "P" and tag.role in _OUTER):
            tag = Tag(kind, lists if kind == "LI" else 0, number, tag.cell)
        return _Way(tag, lists, table, row)
