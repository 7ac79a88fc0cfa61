"""Tables of which only some rows are shaded, cell by cell: the heads, or every other row.

Their cells tell the columns. What stands below and above them in the same columns are rows, too:
one between two shaded rows, and beyond these as many as their gaps tell.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from math import floor

from pipeline.ingest.pdf.grouped import Part
from pipeline.ingest.pdf.leaf import WHITE, Leaf
from pipeline.ingest.pdf.levelled import row_on
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.spaced import Row, rows_between
from pipeline.ingest.pdf.strips import Level, Words

_SNAP = 3.0  # points that edges of one column may differ by
_INTO = 1.0  # points that words may reach into the next column
_NEAR = 2.6  # em between a shade, or a line of words, and the next line of the table
_COLUMNS = 2  # edges of what has no columns
_TIGHT = 1.5  # em between two lines of one text, at most
_FIRST = 32  # points within which the first of these stand
_HIGHEST = 300  # points of rows above the first shade
_ALIKE = 0.08  # of its size, that the type of rows may differ by

Grid = list[Rectangle]


def grown(leaf: Leaf, words: Words) -> list[Grid]:
    """The grids of a leaf: shades with the rows that are none, and ruled cells with bold heads."""
    return _Growth(leaf, words).grids() if leaf.grids else []


class _Growth:
    """The grids of a leaf, by and by with all of their rows."""

    def __init__(self, leaf: Leaf, words: Words) -> None:
        self._words, self._height = words, leaf.height
        self._shades: dict[tuple[int, int], list[Rectangle]] = {}
        for fill in leaf.fills:
            if fill.colour not in (None, WHITE):
                self._shades.setdefault(_shelf(fill.box), []).append(fill.box)
        self._extents = [(_top(grid), _bottom(grid)) for grid in leaf.grids]
        self._others: list[Grid] = []
        self._waiting: list[tuple[Grid, list[float]]] = []
        for grid in sorted(leaf.grids, key=_top):
            edges = edges_of(grid)
            if len(edges) <= _COLUMNS:
                self._others.append(grid)
            else:
                self._waiting.append((grid, edges))

    def grids(self) -> list[Grid]:
        """All of them."""
        found = self._others
        while self._waiting:
            grid, edges = self._waiting.pop(0)
            above, below = self._above(grid, edges), self._below(grid, edges)
            found.append([*above, *grid, *below])
        return found

    def _above(self, grid: Grid, edges: Sequence[float]) -> Grid:
        """The cells of the rows above a grid: heads, and the first row where the second is shaded.

        Above ruled cells only heads in bold.
        """
        top = _top(grid)
        ceiling = max((foot for _, foot in self._extents if foot < top + _SNAP), default=0.0)
        extent = edges[0], edges[-1]
        near = self._words.above(top, max(ceiling, top - _FIRST), *extent)
        if not _kept(near[::-1], top, edges):
            return Grid()  # as above most: to look further up takes ten times as long
        upward = self._words.above(top, max(ceiling, top - _HIGHEST), *extent)[::-1]
        kept = _kept(upward, top, edges)
        while kept and _ends(kept[-1], upward[len(kept) : len(kept) + 1]):
            kept.pop()
        if not self._is_shaded(rows_of_cells(grid)[0]):
            kept = list(takewhile(lambda level: level.bold, kept))
        rows = _rows(kept[::-1], edges)
        while rows and _is_lone(rows[0]):
            rows.pop(0)
        return cells_of(rows, min(cell.top for cell in rows[0]) - 1, top, edges) if rows else []

    def _below(self, grid: Grid, edges: Sequence[float]) -> Grid:
        """The cells of the rows below a grid that ends in a shade; shaded ones wait no more."""
        bottom, last, found = _bottom(grid), grid, Grid()
        while self._is_shaded(rows_of_cells(last)[-1]):
            at = next((n for n, (_, x) in enumerate(self._waiting) if _are_alike(x, edges)), None)
            feet = (top for top, _ in self._extents if top > bottom - _SNAP)
            foot = min(feet, default=self._height)
            if at is not None and _top(self._waiting[at][0]) > foot + _SNAP:
                at = None
            kept = _kept(self._words.below(bottom, foot, edges[0], edges[-1]), bottom, edges)
            whole = len(kept) == len(self._words.between(bottom, foot, edges[0], edges[-1]))
            far = foot - bottom > (self._height / 2 if kept else _SNAP)  # another table
            if at is None or far or not whole:
                rows = _rows(kept, edges)
                while rows and _is_lone(rows[-1]):
                    rows.pop()
                end = max(cell.bottom for cell in rows[-1]) + 1 if rows else bottom
                return [*found, *cells_of(rows, bottom, end, edges)]
            if kept:
                found += [(x0, bottom, x1, foot) for x0, x1 in pairwise(edges)]
            last, _ = self._waiting.pop(at)
            found += last
            bottom = _bottom(last)
        return found

    def _is_shaded(self, row: Grid) -> bool:
        """Whether each cell of a row is a shade of its own."""
        for cell in row:
            x, y = _shelf(cell)
            near = ((x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
            shades = (box for shelf in near for box in self._shades.get(shelf, ()))
            if not any(_are_alike(cell, box) for box in shades):
                return False
        return True


def _kept(levels: Sequence[Level], base: float, edges: Sequence[float]) -> list[Level]:
    """Lines, one after the other from a height on, as long as they keep to the columns."""
    kept: list[Level] = []
    for level in levels:
        size = level.glyphs[0].size
        far = abs(level.base - base) > _NEAR * size
        if far or (kept and abs(kept[0].glyphs[0].size - size) > _ALIKE * size):
            break
        if any(x0 < x - _INTO and x + _INTO < x1 for x0, x1 in level.parts for x in edges[1:-1]):
            break
        kept.append(level)
        base = level.base
    return kept


def _ends(level: Level, above: Sequence[Level]) -> bool:
    """Whether the only words on a line are the last of the text close above it."""
    near = above and level.base - above[0].base < _TIGHT * level.glyphs[0].size
    return bool(near) and len(level.parts) == 1


def _rows(levels: Sequence[Level], edges: Sequence[float]) -> list[Row]:
    """The rows that lines in columns are, by their gaps; bold lines above the others are heads."""
    bold = len(list(takewhile(lambda level: level.bold, levels)))
    heads, body = (levels[:bold], levels[bold:]) if bold < len(levels) else ([], levels)
    rows = [[cell for level in heads for cell in row_on(level, edges)]] if heads else []
    if body:
        rows += rows_between([row_on(level, edges) for level in body], strict=False)
    return rows


def _is_lone(row: Row) -> bool:
    """Whether a row has words in one column alone: a caption, or the heading of what follows."""
    return len({cell.column for cell in row}) < 2


def cells_of(
    rows: Sequence[Sequence[Part]], top: float, bottom: float, edges: Sequence[float]
) -> Grid:
    """The cells of rows between two heights, which meet in the middle of their gaps."""
    ys = [top]
    for above, below in pairwise(rows):
        ys.append((max(cell.bottom for cell in above) + min(cell.top for cell in below)) / 2)
    ys = [*ys, bottom] if rows else []
    return [(x0, y0, x1, y1) for y0, y1 in pairwise(ys) for x0, x1 in pairwise(edges)]


def rows_of_cells(grid: Grid) -> list[Grid]:
    """The cells of a grid by their tops, each row from the left."""
    rows: list[Grid] = []
    for cell in sorted(grid, key=lambda cell: cell[1]):
        if not rows or cell[1] - rows[-1][0][1] > _SNAP:
            rows.append([])
        rows[-1].append(cell)
    return [sorted(row) for row in rows]


def edges_of(grid: Grid) -> list[float]:
    """The edges of the columns of a grid, by the row that has most of them."""
    widest = max(rows_of_cells(grid), key=lambda row: len(row))
    return [*(cell[0] for cell in widest), widest[-1][2]]


def _shelf(box: Rectangle) -> tuple[int, int]:
    """Where a box is looked for: there are thousands of them on a map."""
    return floor(box[0] / _SNAP), floor(box[1] / _SNAP)


def _are_alike(some: Sequence[float], others: Sequence[float]) -> bool:
    near = (abs(a - b) < _SNAP for a, b in zip(some, others, strict=False))
    return len(some) == len(others) and all(near)


def _top(grid: Grid) -> float:
    return min(cell[1] for cell in grid)


def _bottom(grid: Grid) -> float:
    return max(cell[3] for cell in grid)
