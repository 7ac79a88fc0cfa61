"""Tables without rules by their tags, where what is tagged as a table also stands like one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.ingest.pdf.leaf import Glyph, parted
from pipeline.ingest.pdf.lines import around
from pipeline.ingest.pdf.ruling import Rectangle

_FEWEST_ROWS = 3  # with two cells or more; boxes and columns of a layout have one or two
_SLACK = 1.0  # points that neighbours may overlap by
_LONGEST = 1_500  # letters in a cell; a layout has pages in them
_BROKEN = 0.4  # share of cells that begin small: lines of prose do, where each is tagged as a row
_MOST = 2_000  # cells
_MOST_TABLES = 100  # on a page

Extent = tuple[float, float]


def celled_of(glyphs: Sequence[Glyph]) -> list[list[Rectangle]]:
    """The cells of each table that the tags of upright glyphs and their places agree on.

    Rows stand one below the other, cells side by side, in columns with clear strips between; no
    heading is in a cell. What is tagged as a table to lay out a page is none, nor is one around
    other words, as of tables in its cells.
    """
    tables: defaultdict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        if glyph.tag and glyph.tag.cell and glyph.text != " ":
            tables[glyph.tag.cell.table].append(glyph)
    found = {number: cells for number, held in tables.items() if (cells := list(_cells(held)))}
    if len(found) > _MOST_TABLES:
        return []
    places = {number: around(cells) for number, cells in found.items()}
    crossed = {
        number
        for glyph in (glyphs if places else ())
        if glyph.text != " "
        for number, place in places.items()
        if glyph.is_in(place)
        and not (glyph.tag and glyph.tag.cell and glyph.tag.cell.table == number)
    }
    return [cells for number, cells in found.items() if number not in crossed]


def _cells(glyphs: Sequence[Glyph]) -> Iterator[Rectangle]:
    rows: defaultdict[int, defaultdict[int, list[Glyph]]] = defaultdict(lambda: defaultdict(list))
    for glyph in glyphs:
        if glyph.turn or glyph.tag is None or glyph.tag.cell is None or glyph.tag.role == "H":
            return
        rows[glyph.tag.cell.row][glyph.tag.cell.column].append(glyph)
    if sum(map(len, rows.values())) > _MOST or not _is_read(rows):
        return
    boxes = [
        [around(g.box for g in cell) for _, cell in sorted(rows[row].items())]
        for row in sorted(rows)
    ]
    columns = _columns(boxes)
    if not columns:
        return
    xs = [columns[0][0] - 1, *_between(columns), columns[-1][1] + 1]
    heights = [(min(box[1] for box in row), max(box[3] for box in row)) for row in boxes]
    ys = [heights[0][0] - 1, *_between(heights), heights[-1][1] + 1]
    for row, (top, bottom) in zip(boxes, pairwise(ys), strict=True):
        free = 0
        for box in row:
            over = [n for n, column in enumerate(columns) if _meets(box, column)]
            for n in range(free, over[0]):
                yield xs[n], top, xs[n + 1], bottom
            free = over[-1] + 1
            yield xs[over[0]], top, xs[free], bottom
        for n in range(free, len(columns)):
            yield xs[n], top, xs[n + 1], bottom


def _is_read(rows: Mapping[int, Mapping[int, Sequence[Glyph]]]) -> bool:
    """Whether cells are read row by row: several side by side, and none of them a broken line."""
    several = [row for row in rows.values() if len(row) > 1]
    texts = [
        "".join(part.text for part in parted(cell) if part.text != " ")
        for row in several
        for cell in row.values()
    ]
    broken = sum(text[0].islower() for text in texts)
    return (
        len(several) >= _FEWEST_ROWS
        and len(several) > 0.5 * len(rows)
        and max(map(len, texts)) <= _LONGEST
        and broken <= _BROKEN * len(texts)
    )


def _columns(rows: Sequence[Sequence[Rectangle]]) -> list[Extent]:
    """The columns of rows from the top; none where the cells do not stand in any."""
    heights = [(min(box[1] for box in row), max(box[3] for box in row)) for row in rows]
    most = max(map(len, rows))
    full = [row for row in rows if len(row) == most]
    columns = [
        (min(b[0] for b in same), max(b[2] for b in same)) for same in zip(*full, strict=True)
    ]
    if not (_in_order(heights) and _in_order(columns) and len(full) > 1):
        return []
    for row in rows:
        over = [[n for n, column in enumerate(columns) if _meets(box, column)] for box in row]
        if not all(over) or any(a[-1] >= b[0] for a, b in pairwise(over)):
            return []
    return columns


def _in_order(extents: Sequence[Extent]) -> bool:
    return all(a[1] <= b[0] + _SLACK for a, b in pairwise(extents))


def _meets(box: Rectangle, column: Extent) -> bool:
    return min(box[2], column[1]) - max(box[0], column[0]) > _SLACK


def _between(extents: Sequence[Extent]) -> list[float]:
    return [(a[1] + b[0]) / 2 for a, b in pairwise(extents)]
