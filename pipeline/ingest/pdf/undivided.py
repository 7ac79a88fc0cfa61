"""Ruled cells that hold several rows of a table, or the words of several of its columns.

Columns may be ruled, and rows only spaced; or the columns only of the heads, or of every other row.
What is painted row by row, each from its first column on, is no row by itself: a cell is painted
whole before the next one. Where words are painted line by line over the columns, gaps tell.
"""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.ingest.pdf.grouped import Part, by_levels, by_painting
from pipeline.ingest.pdf.grown import cells_of, edges_of, rows_of_cells
from pipeline.ingest.pdf.levelled import row_on
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.spaced import tightest
from pipeline.ingest.pdf.strips import Words

_SNAP = 3.0  # points that the edges of the cells of one row may differ by
_APART = 1.25  # times the tightest step of lines
_COLUMNS = 2  # that have words in each row, at least

Grid = list[Rectangle]


def divided(grids: Sequence[Grid], words: Words) -> list[Grid]:
    """The grids, with a row of cells for each row of words in them."""
    found = []
    for grid in grids:
        edges = edges_of(grid)
        rows = (
            [c for cell in row for c in _parted(cell, edges, words)] for row in rows_of_cells(grid)
        )
        found.append([cell for row in rows for cell in _divided(row, words)])
    return found


def _parted(cell: Rectangle, edges: Sequence[float], words: Words) -> Grid:
    """A cell, or one for each of the columns of its table that its words keep to."""
    x0, top, x1, foot = cell
    inner = [x for x in edges if x0 + _SNAP < x < x1 - _SNAP]
    if not inner:
        return [cell]
    parts = [part for level in words.between(top, foot, x0, x1) for part in level.parts]
    columns = {sum(left > x - _SNAP for x in inner) for left, _ in parts}
    across = any(left < x - _SNAP and x + _SNAP < right for left, right in parts for x in inner)
    if across or len(columns) < _COLUMNS:
        return [cell]
    return [(left, top, right, foot) for left, right in pairwise([x0, *inner, x1])]


def _divided(row: Grid, words: Words) -> Grid:
    feet = [cell[3] for cell in row]
    if len(row) < _COLUMNS or max(feet) - min(feet) > _SNAP:
        return row
    top, foot = row[0][1], row[0][3]
    if len(words.between(top, foot, row[0][0], row[0][2])) == 1:
        return row  # its key is one line, as most are
    edges = [*(cell[0] for cell in row), row[-1][2]]
    levels = [row_on(one, edges) for one in words.between(top, foot, edges[0], edges[-1])]
    parts = [part for level in levels for part in level]
    painted = sorted(parts, key=lambda part: part.flow)
    rows = by_levels(levels) if painted == parts else by_painting(painted)
    if len(rows) < 2 or not all(_is_whole(some) for some in rows):
        return row
    if painted == parts and not _are_apart(rows, tightest([levels])):
        return row
    return cells_of(rows, top, foot, edges)


def _are_apart(rows: Sequence[Sequence[Part]], step: float) -> bool:
    """Whether rows are further apart than the lines of one."""
    gaps = (
        min(part.base for part in below) - max(part.base for part in above)
        for above, below in pairwise(rows)
    )
    return all(gap > _APART * step for gap in gaps)


def _is_whole(row: Sequence[Part]) -> bool:
    """Whether a row has words in its first column, and in others."""
    columns = {part.column for part in row}
    return 0 in columns and len(columns) >= _COLUMNS
