"""Tables of which only some rows are shaded, cell by cell: the heads, or every other row.

Their cells tell the columns. What stands below and above them in the same columns are rows, too:
one between two shaded rows, and beyond these as many as their gaps tell.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile
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
_TIGHT = 1.5  # em between two lines of one text, at most
_HIGHEST = 300  # points of rows above the first shade
_ALIKE = 0.08  # of its size, that the type of rows may differ by

Grid = list[Rectangle]


def grown(leaf: Leaf) -> list[Grid]:
    """The grids of a leaf: shades with the rows that are none, and ruled cells with bold heads."""
    shades = [fill.box for fill in leaf.fills if fill.colour not in (None, WHITE)]
    waiting = [grid for grid in leaf.grids if all(_is_among(cell, shades) for cell in grid)]
    if not leaf.grids:
        return []
    words = Words(leaf.glyphs, 0)
    ruled = [grid for grid in leaf.grids if grid not in waiting]
    found = [[*_rows_above(grid, words, bold=True), *grid] for grid in ruled]
    waiting.sort(key=_top)
    while waiting:
        grid = waiting.pop(0)
        below = _rows_below(grid, waiting, words, leaf.height)
        found.append([*_rows_above(grid, words, bold=False), *grid, *below])
    return found


def _rows_above(grid: Grid, words: Words, *, bold: bool) -> Grid:
    """The cells of the rows above a grid: heads, and the first row where the second is shaded.

    Where the grid is ruled, only heads in bold.
    """
    edges, top = edges_of(grid), _top(grid)
    tops = range(floor(top) - _HIGHEST, floor(top), _NEARER)
    held = (words.between(y, top, edges[0], edges[-1]) for y in tops)
    levels = next((levels for levels in held if levels), [])
    upward = levels[::-1] if len(edges) > 2 else []
    kept = _kept(upward, top, edges)
    while kept and _ends(kept[-1], upward[len(kept) : len(kept) + 1]):
        kept.pop()
    if bold:
        kept = list(takewhile(_is_bold, kept))
    rows = _rows(kept[::-1], edges)
    while rows and _is_lone(rows[0]):
        rows.pop(0)
    return _cells(rows, min(cell.top for cell in rows[0]) - 1, top, edges) if rows else []


def _rows_below(grid: Grid, waiting: list[Grid], words: Words, height: float) -> Grid:
    """The cells of the rows below a grid; shaded ones among them wait no more."""
    edges, bottom, found = edges_of(grid), _bottom(grid), Grid()
    while len(edges) > 2:
        following = next((one for one in waiting if _are_alike(edges_of(one), edges)), None)
        foot = _top(following) if following else height
        feet = (foot, *range(floor(foot), floor(bottom), -_NEARER))
        held = (words.between(bottom, y, edges[0], edges[-1]) for y in feet)
        levels = next((levels for levels in held if levels), [])
        kept = _kept(levels, bottom, edges)
        whole = len(kept) == len(words.between(bottom, foot, edges[0], edges[-1]))
        if following is None or not whole or foot - bottom > height / 2:
            rows = _rows(kept, edges)
            while rows and _is_lone(rows[-1]):
                rows.pop()
            end = max(cell.bottom for cell in rows[-1]) + 1 if rows else bottom
            return [*found, *_cells(rows, bottom, end, edges)]
        if kept:
            found += [(x0, bottom, x1, foot) for x0, x1 in pairwise(edges)]
        found += following
        waiting.remove(following)
        bottom = _bottom(following)
    return found


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
    bold = len(list(takewhile(_is_bold, levels)))
    heads, body = (levels[:bold], levels[bold:]) if bold < len(levels) else ([], levels)
    rows = [[cell for level in heads for cell in row_on(level, edges)]] if heads else []
    if body:
        rows += rows_between([row_on(level, edges) for level in body], strict=False)
    return rows


def _is_bold(level: Level) -> bool:
    return all(glyph.bold for glyph in level.glyphs)


def _is_lone(row: Row) -> bool:
    """Whether a row has words in one column alone: a caption, or the heading of what follows."""
    return len({cell.column for cell in row}) < 2


def _cells(rows: Sequence[Row], top: float, bottom: float, edges: Sequence[float]) -> Grid:
    """The cells of rows between two heights, which meet in the middle of their gaps."""
    ys = [top]
    for above, below in pairwise(rows):
        ys.append((max(cell.bottom for cell in above) + min(cell.top for cell in below)) / 2)
    ys = [*ys, bottom] if rows else []
    return [(x0, y0, x1, y1) for y0, y1 in pairwise(ys) for x0, x1 in pairwise(edges)]


def edges_of(grid: Grid) -> list[float]:
    """The edges of the columns of a grid, by the row that has most of them."""
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
