"""Tables of which only some rows are shaded, cell by cell: the heads, or every other row.

Their cells tell the columns. What stands below them in the same columns are rows, too: one between
two shaded rows, and below the last as many as their gaps tell.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor

from pipeline.ingest.pdf.leaf import WHITE, Leaf
from pipeline.ingest.pdf.levelled import row_on
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.spaced import Row, rows_between
from pipeline.ingest.pdf.strips import Level, Words

_SNAP = 3.0  # points that edges of one column may differ by
_INTO = 1.0  # points that words may reach into the next column
_NEARER = 8  # points; the steps in which less and less of what stands below is looked at
_NEAR = 2.6  # em between a shade, or a line of words, and the next line of the table
_ALIKE = 0.08  # of its size, that the type of rows may differ by

Grid = list[Rectangle]


def grown(leaf: Leaf) -> list[Grid]:
    """The grids of a leaf, those of shades with the rows that are not shaded."""
    shades = [fill.box for fill in leaf.fills if fill.colour not in (None, WHITE)]
    waiting = [grid for grid in leaf.grids if all(_is_among(cell, shades) for cell in grid)]
    if not waiting:
        return leaf.grids
    found = [grid for grid in leaf.grids if grid not in waiting]
    waiting.sort(key=_top)
    words = Words(leaf.glyphs, 0)
    while waiting:
        grid = waiting.pop(0)
        found.append([*grid, *_rows_below(grid, waiting, words, leaf.height)])
    return found


def _rows_below(grid: Grid, waiting: list[Grid], words: Words, height: float) -> Grid:
    """The cells of the rows below a grid; shaded ones among them wait no more."""
    edges, bottom, found = _edges(grid), _bottom(grid), Grid()
    while len(edges) > 2:
        following = next((one for one in waiting if _are_alike(_edges(one), edges)), None)
        foot = _top(following) if following else height
        levels = _levels(words, bottom, foot, edges)
        between = words.between(bottom, foot, edges[0], edges[-1])
        if following is None or len(levels) < len(between) or foot - bottom > height / 2:
            return [*found, *_cells(levels, bottom, edges)]
        if levels:
            found += [(x0, bottom, x1, foot) for x0, x1 in pairwise(edges)]
        found += following
        waiting.remove(following)
        bottom = _bottom(following)
    return found


def _levels(words: Words, top: float, foot: float, edges: Sequence[float]) -> list[Level]:
    """The lines of words below a height, as long as they keep to the columns."""
    feet = range(floor(foot), floor(top), -_NEARER)
    held = (words.between(top, y, edges[0], edges[-1]) for y in (foot, *feet))
    found: list[Level] = []
    base = top
    for level in next((levels for levels in held if levels), []):
        size = level.glyphs[0].size
        if level.base - base > _NEAR * size:
            break
        if found and abs(found[0].glyphs[0].size - size) > _ALIKE * size:
            break
        if any(x0 < x - _INTO and x + _INTO < x1 for x0, x1 in level.parts for x in edges[1:-1]):
            break
        found.append(level)
        base = level.base
    return found


def _cells(levels: Sequence[Level], top: float, edges: Sequence[float]) -> Iterator[Rectangle]:
    """The cells of rows that only gaps part; what stands in one column alone ends them."""
    rows: list[Row] = []
    if levels:
        rows = rows_between([row_on(level, edges) for level in levels], strict=False)
    while rows and len({cell.column for cell in rows[-1]}) < 2:
        rows.pop()
    for n, row in enumerate(rows):
        foot = max(cell.bottom for cell in row)
        below = min((cell.top for cell in rows[n + 1]), default=foot) if n + 1 < len(rows) else foot
        end = (foot + below) / 2 if n + 1 < len(rows) else foot + 1
        yield from ((x0, top, x1, end) for x0, x1 in pairwise(edges))
        top = end


def _edges(grid: Grid) -> list[float]:
    """The edges of its columns, by the row that has most of them."""
    rows: dict[int, Grid] = {}
    for cell in grid:
        rows.setdefault(round(cell[1] / _SNAP), []).append(cell)
    most = max(len(row) for row in rows.values())
    widest = sorted(next(row for row in rows.values() if len(row) == most))
    return [*(cell[0] for cell in widest), widest[-1][2]]


def _are_alike(some: Sequence[float], others: Sequence[float]) -> bool:
    near = (abs(a - b) < _SNAP for a, b in zip(some, others, strict=False))
    return len(some) == len(others) and all(near)


def _is_among(cell: Rectangle, boxes: Sequence[Rectangle]) -> bool:
    return any(_are_alike(cell, box) for box in boxes)


def _top(grid: Grid) -> float:
    return min(cell[1] for cell in grid)


def _bottom(grid: Grid) -> float:
    return max(cell[3] for cell in grid)
