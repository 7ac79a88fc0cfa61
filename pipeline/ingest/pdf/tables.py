"""Ruled tables: the grids of a page with the lines of text in each cell."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.pdf.leaf import ASKEW, Fill, Glyph, Leaf, upright
from pipeline.ingest.pdf.lines import Printed, lines_of, pieces_of
from pipeline.ingest.pdf.ruling import Rectangle

_THIN = 5.0  # points; less is the space between double rules
_SHELF = 16.0  # points
_MOST_CELLS = 2_000
_HIGH = 0.6  # of a page's height
_FILLED = 0.6  # of a cell, by its ground
_SNAP = 4.0  # points that the edges of one row or column may differ by


@dataclass(eq=False)
class Area:
    """One cell: its place in the grid, its lines, and the colour behind it.

    `box` is in the frame of its text: turned until that is upright.
    """

    box: Rectangle
    row: int
    column: int
    rows: int
    columns: int
    lines: list[Printed]
    ground: str | None = None
    head: bool = False


@dataclass(eq=False)
class Grid:
    """A table on a page; `flow` is that of its first glyph."""

    page: int
    areas: list[Area]
    left: float
    top: float
    right: float
    bottom: float
    flow: int
    turn: int = 0
    column: int = 0
    frame: int = 0


def grids_of(leaf: Leaf) -> tuple[list[Grid], list[Glyph]]:
    """The tables of a page, and the glyphs that are in none of them, in painting order."""
    grids: list[Grid] = []
    rest = leaf.glyphs
    for cells in sorted(leaf.grids, key=_size):
        grid, left_over = _grid(leaf, cells, rest)
        if grid:
            grids.append(grid)
            rest = left_over
    return grids, rest


def stripes_of(grids: Sequence[list[Rectangle]]) -> list[list[Rectangle]]:
    """The grids that are every other row of one table: shaded cells of equal widths, apart."""
    alike: dict[tuple[int, ...], list[list[Rectangle]]] = {}
    for cells in grids:
        if max(cell[1] for cell in cells) - min(cell[1] for cell in cells) < _SNAP:
            edges = tuple(round(cell[0] / _SNAP) for cell in sorted(cells))
            alike.setdefault(edges, []).append(cells)
    return [cells for same in alike.values() if len(same) > 1 for cells in same]


def mark_heads(grid: Grid, bottom: float) -> Grid:
    """A table, all cells of which that end at this height or above it are heads."""
    for area in grid.areas:
        area.head = area.head or area.box[3] <= bottom + 1
    return grid


def _size(cells: Sequence[Rectangle]) -> float:
    return sum((x1 - x0) * (bottom - top) for x0, top, x1, bottom in cells)


def _grid(
    leaf: Leaf, cells: Sequence[Rectangle], glyphs: Sequence[Glyph]
) -> tuple[Grid | None, list[Glyph]]:
    cells = [c for c in cells if c[2] - c[0] > _THIN and c[3] - c[1] > _THIN]
    if len(cells) > _MOST_CELLS:
        return None, list(glyphs)
    held: dict[Rectangle, list[Glyph]] = {cell: [] for cell in cells}
    shelves: dict[int, list[Rectangle]] = {}
    for cell in sorted(cells, key=lambda c: (c[2] - c[0]) * (c[3] - c[1])):
        for level in range(int(cell[1] // _SHELF), int(cell[3] // _SHELF) + 1):
            shelves.setdefault(level, []).append(cell)
    rest: list[Glyph] = []
    first = None
    for glyph in _cut(glyphs, shelves):
        x0, top, x1, bottom = glyph.box
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        near = shelves.get(int(y // _SHELF), ())
        home = next((c for c in near if c[0] <= x < c[2] and c[1] <= y < c[3]), None)
        if home is None:
            rest.append(glyph)
            continue
        held[home].append(glyph)
        if first is None and glyph.text != " ":
            first = glyph.flow
    written = [cell for cell in cells if any(g.text != " " for g in held[cell])]
    turn = _turn_of(glyph for cell in written for glyph in held[cell])
    frames = {cell: upright(turn, cell) for cell in cells}
    told = _is_table(list(frames.values()), [frames[cell] for cell in written], leaf.height)
    if first is None or not told:
        return None, list(glyphs)
    rows = _edges([edge for frame in frames.values() for edge in (frame[1], frame[3])])
    columns = _edges([edge for frame in frames.values() for edge in (frame[0], frame[2])])
    least = min((x1 - x0) * (bottom - top) for x0, top, x1, bottom in cells)
    fills = [f for f in leaf.fills if _size([f.box]) > _FILLED * least]
    areas = []
    for cell, frame in frames.items():
        row, end_row = _at(rows, frame[1]), _at(rows, frame[3])
        column, end_column = _at(columns, frame[0]), _at(columns, frame[2])
        lines = lines_of(pieces_of(held[cell]), leaf.number)
        ground = _ground(fills, cell)
        lines.sort(key=lambda line: (line.turn, line.top, line.left))
        areas.append(
            Area(
                frame,
                row,
                column,
                max(1, end_row - row),
                max(1, end_column - column),
                lines,
                ground,
            )
        )
    areas = _only(areas)
    _find_heads(areas)
    left, top = min(c[0] for c in cells), min(c[1] for c in cells)
    right, bottom = max(c[2] for c in cells), max(c[3] for c in cells)
    return Grid(leaf.number, areas, left, top, right, bottom, first), rest


def _cut(glyphs: Iterable[Glyph], shelves: Mapping[int, Sequence[Rectangle]]) -> Iterator[Glyph]:
    """The glyphs, but for runs of words that the side of a cell cuts: of those the parts."""
    for glyph in glyphs:
        if glyph.words:
            x0, top, x1, bottom = glyph.box
            y = (top + bottom) / 2
            near = shelves.get(int(y // _SHELF), ())
            sides = (x for cell in near if cell[1] <= y < cell[3] for x in (cell[0], cell[2]))
            if any(x0 <= x <= x1 for x in sides):
                yield from glyph.parts()
                continue
        yield glyph


def _turn_of(glyphs: Iterable[Glyph]) -> int:
    """The angle that most words of a table run at: wide ones are set sideways."""
    turns: Counter[int] = Counter()
    for glyph in glyphs:
        turns[glyph.turn] += len(glyph.text)
    turn = max(turns, key=lambda turn: turns[turn]) if turns else 0
    return turn if turn != ASKEW else 0


def _is_table(cells: Sequence[Rectangle], written: Sequence[Rectangle], height: float) -> bool:
    """Whether cells are a table: two of them side by side, and not mostly empty decoration.

    Of a row that is as high as the page, one cell may have words: the rest of it is overleaf.
    """
    if len({cell[1] for cell in cells}) == 1 and cells[0][3] - cells[0][1] > _HIGH * height:
        return len(cells) > 1 and len(written) > 0
    beside = any(
        one is not other
        and abs(one[1] - other[1]) < _SNAP
        and (one[2] <= other[0] + 1 or other[2] <= one[0] + 1)
        for one in written[:200]
        for other in written[:200]
    )
    return beside and len(written) >= max(2, len(cells) / 4)


def _edges(values: Iterable[float]) -> list[float]:
    """The distinct edges; those nearer than the snap are one."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _SNAP:
            edges.append(value)
    return edges


def _at(edges: Sequence[float], value: float) -> int:
    """Which of the edges, which ascend, is the nearest."""
    index = bisect_left(edges, value)
    near = range(max(0, index - 1), min(index + 1, len(edges)))
    return min(near, key=lambda place: abs(edges[place] - value))


def _only(areas: list[Area]) -> list[Area]:
    """The cells that matter, in rows and columns without empty strips between them.

    A row or column in which no cell that is written begins (a band's padding, a margin) goes.
    """
    written = [area for area in areas if area.lines]
    rows = sorted({area.row for area in written})
    columns = sorted({area.column for area in written})
    # A column may hold no word on this page and still be a column: keep those that are as tall
    # as most rows.
    tall = Counter(area.column for area in areas if area.columns == 1)
    kept = {column for column, count in tall.items() if count > len(rows) / 2}
    columns = sorted(kept.union(columns))
    for area in written:
        row, column = bisect_left(rows, area.row), bisect_left(columns, area.column)
        area.rows = max(1, bisect_left(rows, area.row + area.rows) - row)
        area.columns = max(1, bisect_left(columns, area.column + area.columns) - column)
        area.row, area.column = row, column
    _widen(written, len(columns))
    return sorted(written, key=lambda area: (area.row, area.column))


def _widen(areas: list[Area], columns: int) -> None:
    """A cell alone in its row, over most of the width, is as wide as the table."""
    left, right = min(a.box[0] for a in areas), max(a.box[2] for a in areas)
    held = Counter(row for area in areas for row in _rows(area))
    for area in areas:
        alone = all(held[row] == 1 for row in _rows(area))
        if alone and area.box[2] - area.box[0] > 0.9 * (right - left):
            area.column, area.columns = 0, columns


def _rows(area: Area) -> range:
    return range(area.row, area.row + area.rows)


def _ground(fills: Sequence[Fill], cell: Rectangle) -> str | None:
    """The colour that fills most of a cell, unless it is white."""
    left, top, right, bottom = cell
    area = (right - left) * (bottom - top)
    for (x0, y0, x1, y1), colour in reversed(fills):
        if x0 >= right or x1 <= left or y0 >= bottom or y1 <= top:
            continue
        if (min(x1, right) - max(x0, left)) * (min(y1, bottom) - max(y0, top)) > _FILLED * area:
            return None if colour == "#ffffff" else colour
    return None


def _find_heads(areas: list[Area]) -> None:
    """Mark the cells of the first row with several cells, when type, ground or tags say so.

    Where a cell of it spans columns, the next row may name each of those: a head of two rows.
    """
    heights = sorted({area.row for area in areas})
    rows = [[area for area in areas if area.row == row] for row in heights]
    several = [row for row in rows if len(row) > 1]
    if len(several) < 2:
        return
    top, *below = several
    parted = any(area.columns > 1 for area in top) and len(below) > 1
    if parted and _is_under(below[0], top) and _set_apart([*top, *below[0]], below[1:]):
        top, below = [*top, *below[0]], below[1:]
    head = _set_apart(top, below)
    for area in top:
        area.head = head


def _is_under(row: Sequence[Area], top: Sequence[Area]) -> bool:
    """Whether a row names the columns that a cell above spans: beside what reaches down."""
    spans = [area for area in top if area.columns > 1]
    beside = [area for area in top if area.columns == 1]
    named = [
        any(over.column <= area.column < over.column + over.columns for over in spans)
        for area in row
    ]
    return all(named) or (sum(named) > 1 and not any(area.rows > 1 for area in beside))


def _set_apart(head: Sequence[Area], below: Sequence[Sequence[Area]]) -> bool:
    """Whether type, ground or tags set cells apart from the rows below."""
    body = [area for row in below for area in row]
    bold = all(line.bold for area in head for line in area.lines) and not all(
        line.bold for area in body for line in area.lines
    )
    named = all(map(_is_named_head, head)) and not any(map(_is_named_head, body))
    grounds = {area.ground for area in head}
    # Where every other row is shaded, the first may be too, and is no head.
    near = {area.ground for row in below[:2] for area in row}
    return bold or named or (None not in grounds and not grounds & near)


def _is_named_head(area: Area) -> bool:
    """Whether a tagged file has a cell as the head of its column."""
    tags = (line.tag for line in area.lines)
    return any(tag is not None and tag.cell is not None and tag.cell.head for tag in tags)
