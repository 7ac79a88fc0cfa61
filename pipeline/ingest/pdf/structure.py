"""What the structure tree of a tagged PDF says of the words of one page.

It is hearsay: `trust` tells what of it is believed. Types are those of ISO 32000-1, 14.8.4, after
the file's own role map. Of alternative texts nothing is read: nobody sees them on the page.
"""

from collections.abc import Iterator, Mapping
from ctypes import byref, c_ulong, create_string_buffer
from typing import NamedTuple

from pipeline.ingest.pdf import native

_MOST = 100_000  # elements and kids looked at on a page; the fullest of 330 at hand has 3,400
_MOST_MARKS = 16  # around one object
_HEADINGS = {"H": 1, **{f"H{level}": level for level in range(1, 10)}}
_INNER = {"P"}  # is what it stands in, where that says more
_OUTER = {"P", "LI", "TOCI", "Caption", "Figure", "Formula", "Note", "Artifact"}
_CELLS = {"TD", "TH"}


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


class _Open(NamedTuple):
    """An element on the way down the tree, with the tables and lists that it stands in."""

    handle: int
    tag: Tag
    lists: int = 0
    table: int = -1
    row: int = -1


def tags_of(page: int) -> dict[int, Tag]:
    """The tag of each marked content (by its MCID) of a loaded page; {} for one without a tree."""
    tree = native.struct_tree(page)
    if not tree:
        return {}
    try:
        return _Walk().through(tree)
    finally:
        native.close_tree(tree)


def tag_of(handle: int, tags: Mapping[int, Tag]) -> Tag | None:
    """The tag of an object of a page, by its marks; None where nothing says what it is."""
    tag = tags.get(native.mark_of(handle))
    if tag is None and any(name == "Artifact" for name in _marks(handle)):
        return _ARTIFACT
    return tag


def _marks(handle: int) -> Iterator[str]:
    """The names of the marks of an object."""
    buffer, size = create_string_buffer(64), c_ulong()
    for n in range(min(native.count_marks(handle), _MOST_MARKS)):
        if native.mark_name(native.mark_at(handle, n), buffer, 64, byref(size)):
            yield _text(buffer.raw, size.value)


def _text(raw: bytes, size: int) -> str:
    """A name as pdfium gives it; empty where it is longer than any that is looked for."""
    return raw[: size - 2].decode("utf-16-le", "replace") if 2 < size <= len(raw) else ""


class _Walk:
    def __init__(self) -> None:
        self.tags: dict[int, Tag] = {}
        self.rows: list[int] = []  # of each table, so far
        self.cells: dict[tuple[int, int], int] = {}
        self.buffer = create_string_buffer(64)
        self.left = _MOST

    def through(self, tree: int) -> dict[int, Tag]:
        """Down the tree in the order of the document; an element that comes again is passed by."""
        nothing = Tag("", 0, 0)
        count = min(native.count_roots(tree), self.left)
        waiting = [_Open(native.root_at(tree, n), nothing) for n in reversed(range(count))]
        seen = {0}
        while waiting:
            above = waiting.pop()
            if above.handle in seen:
                continue
            seen.add(above.handle)
            here = self._entered(above, len(seen))
            waiting += [here._replace(handle=kid) for kid in reversed([*self._kids(here)])]
        return self.tags

    def _kids(self, element: _Open) -> Iterator[int]:
        """The elements within one; what it marks itself is noted, once."""
        count = min(native.count_kids(element.handle), self.left)
        self.left -= count
        for n in range(count):
            kid = native.kid_at(element.handle, n)
            if kid:
                yield kid
            elif (mark := native.kid_mark(element.handle, n)) >= 0:
                self.tags.setdefault(mark, element.tag)

    def _entered(self, above: _Open, number: int) -> _Open:
        """An element with its own tag, by its type and what it stands in."""
        size = native.element_type(above.handle, self.buffer, 64)
        kind = _text(self.buffer.raw, size)
        tag, lists, table, row = above.tag, above.lists, above.table, above.row
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
        elif kind in _OUTER and not (kind in _INNER and tag.role in _OUTER):
            tag = Tag(kind, lists if kind == "LI" else 0, number, tag.cell)
        return _Open(above.handle, tag, lists, table, row)
