"""Tables that only level lines part: rules, or the edges of shades, as wide as the table.

So nearly every paper sets its tables, with no more than the width of a letter between two columns.
What stands between two lines is a row or several; what no word of them runs over parts columns.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from statistics import median
from typing import NamedTuple

from pipeline.ingest.pdf.between import (
    MOST_HEADS,
    Band,
    is_caption,
    is_title,
    open_end,
    open_start,
    under_heads,
)
from pipeline.ingest.pdf.grouped import Extent
from pipeline.ingest.pdf.leaf import ASKEW, Fill, Glyph, Leaf, laid, upright
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.spaced import (
    Cell,
    Row,
    head_rows,
    parted_anew,
    rows_between,
    tightest,
    widen,
)
from pipeline.ingest.pdf.stacks import RULE, are_ruled, stacks_of
from pipeline.ingest.pdf.strips import (
    Level,
    Words,
    split,
    strips_of,
    without_marks,
)

_EDGE = 2.5  # points that the edges of one column may differ by
_ALIGNED = 0.7  # share of the cells of a column that share an edge
_FEWEST_ALONE = 4  # lines between only two rules that are a table: names of authors have three
_NOTES = 0.25  # share of the lines of a table that may be notes on all of it
_BROKEN = 0.4  # share of cells that begin small: the words of broken lines of prose do
_LONGEST = 1_500  # letters in a cell
_LIST = re.compile(r"[^\w\s]|[o§]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,6})[.):]|\d{1,3}")


class Levelled(NamedTuple):
    """The cells of a table, and how far down its head reaches: 0 where nothing rules it off.

    `shaded` says that only the edges of shades part its rows.
    """

    cells: list[Rectangle]
    head: float
    shaded: bool


def levelled_of(
    glyphs: Sequence[Glyph], leaf: Leaf, gutters: Sequence[float]
) -> Iterator[Levelled]:
    """The tables of a page by its level lines, of glyphs that are in no other table.

    `gutters` are those of columns of prose, which are no columns of a table.
    """
    for turn in sorted({glyph.turn for glyph in glyphs} - {ASKEW}):
        view = leaf if turn == 0 else _turned(leaf, turn)
        stacks = list(stacks_of(view))
        words = Words(glyphs if stacks else (), turn)
        for lines in stacks:
            beside = any(lines[0][0] < gutter < lines[0][2] for gutter in gutters if turn == 0)
            for table in _between(lines, words, view.height, beside=beside):
                cells = [laid(turn, cell) for cell in table.cells]
                yield table._replace(cells=cells, shaded=not are_ruled(lines, view.rules))


def _turned(leaf: Leaf, turn: int) -> Leaf:
    """The rules and shades of a leaf in the frame of text that runs at an angle."""
    rules = [upright(turn, box) for box in leaf.drawn]
    fills = [Fill(upright(turn, fill.box), fill.colour) for fill in leaf.fills]
    return Leaf(
        leaf.number,
        leaf.height,
        inf,
        rules=[box for box in rules if box[3] - box[1] < RULE < box[2] - box[0]],
        fills=fills,
    )


def _between(
    lines: Sequence[Rectangle], words: Words, height: float, *, beside: bool
) -> Iterator[Levelled]:
    """The tables between lines of one extent."""
    left, right = lines[0][0], lines[0][2]
    edges = [line[1] for line in lines]
    bands = open_start(words, -inf, edges[0], left, right)
    for top, bottom in pairwise(edges):
        band = Band(top, bottom, words.between(top, bottom, left, right))
        bands.append(band)
        if not (band.strips or is_title(band)):  # what stands between two tables
            bands += open_start(words, top, bottom, left, right)
    if len(lines) == 1 and bands and not beside:
        table = table_of(
            under_heads(bands[0], words, height, (left, right)), left, right, beside=False
        )
        if table:
            yield table
    if all(band.open or not band.strips for band in bands):
        return
    end = words.between(edges[-1], height, left, right)
    for run in _runs([*bands, *open_end(end, edges[-1], height)]):
        if table := table_of(run, left, right, beside=beside):
            yield table


def _runs(bands: Sequence[Band]) -> Iterator[list[Band]]:
    """Bands one under the other that may be a table: each in columns, or a title over them."""
    run: list[Band] = []
    for band in bands:
        if (band.strips and not is_caption(band)) or (not band.open and is_title(band)):
            run.append(band)
        else:
            yield run
            run = []
    yield run


def table_of(bands: Sequence[Band], left: float, right: float, *, beside: bool) -> Levelled | None:
    """The table that bands are; none where their words do not stand in columns."""
    bands = _fitting(bands)
    while bands and not bands[0].strips:
        bands = bands[1:]
    while bands and not bands[-1].strips:
        bands = bands[:-1]
    if not bands:
        return None
    head, body = bands[0], bands[1:]
    if not body or _is_body(head):
        head, body = Band(head.top, head.top, []), bands
    lines_ = [level for band in body if band.strips for level in band.levels]
    lines_ = _without_notes(lines_, head.strips)
    strips, whole = strips_of(lines_), strips_of([*head.levels, *lines_])
    # The words of a head may be wider than its column, and run over some of the strip beside it.
    strips = [next((one for one in whole if _meet(one, strip)), strip) for strip in strips]
    strips = without_marks(strips, lines_)
    if not strips:
        return None
    # Columns begin where their words do, on the next page as here; how wide strips are, differs.
    xs = [left - 1, *(max(x1 - 2, (x0 + x1) / 2) for x0, x1 in strips), right + 1]
    found = [[row_on(level, xs) for level in band.levels] for band in body]
    for levels in found:
        widen(levels, len(xs) - 2)
    groups = [rows_between(levels, strict=beside) for levels in found]
    single = [len(rows) == 1 for rows in groups]
    ruled = len(body) > 1 and sum(single) >= _ALIGNED * len(single)
    if ruled:
        groups = [[[cell for level in levels for cell in level]] for levels in found]
    step = tightest(found)
    groups = [
        parted_anew(levels, step) if len(rows) == 1 else rows
        for levels, rows in zip(found, groups, strict=True)
    ]
    heads = head_rows([row_on(level, xs) for level in head.levels])
    rows = [*heads, *(row for rows in groups for row in rows)]
    if not (all(groups) and _is_table(rows, len(xs) - 1)):
        return None
    if len(bands) == 1 and max(len(rows), len(lines_)) < _FEWEST_ALONE:
        return None
    lines = [band.top for band in bands] + [bands[-1].bottom]
    return Levelled(
        list(_boxes(rows, len(heads), lines, xs)),
        0 if ruled or not heads else head.bottom,
        shaded=False,
    )


def _without_notes(lines: Sequence[Level], strips: Sequence[Extent]) -> list[Level]:
    """The lines of a table, but for a few that run over all that its heads leave clear: notes."""
    across = [
        line
        for line in lines
        if len(line.parts) == 1
        and any(line.parts[0][0] < x0 and x1 < line.parts[0][1] for x0, x1 in strips)
    ]
    few = len(across) <= _NOTES * len(lines)
    return [line for line in lines if not (few and line in across)]


def _fitting(bands: Sequence[Band]) -> list[Band]:
    """Bands, but for open ones that do not have the columns of the others."""
    columned = [band for band in bands if not band.open and band.strips]
    known = strips_of([level for band in columned[1:] or columned for level in band.levels])
    return [
        band
        for band in bands
        if not band.open
        or (known and all(any(_meet(one, s) for s in band.strips) for one in known))
    ]


def _meet(one: Extent, other: Extent) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _is_body(head: Band) -> bool:
    """Whether the first lines of a table are rows of it: too many, or all of them full."""
    parts = [len(level.parts) for level in head.levels]
    full = len(parts) > 2 and min(parts) == max(parts)
    return len(parts) > MOST_HEADS or (full and not head.levels[0].bold)


def row_on(level: Level, xs: Sequence[float]) -> Row:
    """The words of a line by their columns; some reach over others that have no words in it."""
    groups: list[list[Glyph]] = []
    for part in split(level.glyphs):
        if groups and _at(xs, groups[-1]) == _at(xs, part):
            groups[-1] += part
        else:
            groups.append(part)
    homes = {_at(xs, group) for group in groups}
    row = []
    for group in groups:
        first = last = _at(xs, group)
        while first > 0 and group[0].left < xs[first] and first - 1 not in homes:
            first -= 1
        while last < len(xs) - 2 and group[-1].right > xs[last + 1] and last + 1 not in homes:
            last += 1
        row.append(_cell(group, level.base, first, last))
    return row


def _at(xs: Sequence[float], group: Sequence[Glyph]) -> int:
    """The column that the middle of words is in."""
    middle = (group[0].left + group[-1].right) / 2
    return sum(x <= middle for x in xs[1:-1])


def _cell(group: Sequence[Glyph], base: float, first: int, last: int) -> Cell:
    text = ""
    for before, glyph in pairwise([None, *group]):
        assert glyph
        spaced = before is not None and glyph.left - before.right > 0.15 * glyph.size
        text += " " * spaced + glyph.text
    return Cell(
        left=group[0].left,
        right=group[-1].right,
        top=min(glyph.top for glyph in group),
        bottom=max(glyph.bottom for glyph in group),
        base=base,
        size=group[0].size,
        text=text,
        flow=min(glyph.flow for glyph in group),
        bold=all(glyph.bold for glyph in group),
        column=first,
        last=last,
    )


def _is_table(rows: Sequence[Row], columns: int) -> bool:
    """Whether most rows have words in several columns, each of which has an edge of its own."""
    several = [row for row in rows if len({cell.column for cell in row}) > 1]
    if len(several) < 2 or 2 * len(several) < len(rows):
        return False
    if any(sum(len(cell.text) for cell in row) > columns * _LONGEST for row in rows):
        return False
    texts = [cell.text for row in rows for cell in _firsts(row)]
    if sum(text[0].islower() for text in texts) > _BROKEN * len(texts):
        return False
    marks = [row[0].text for row in several if row[0].column == 0]
    if columns == 2 and 2 * sum(bool(_LIST.fullmatch(mark)) for mark in marks) > len(marks):
        return False
    return all(_is_aligned(rows, column) for column in range(columns))


def _firsts(row: Row) -> list[Cell]:
    """The first line of each cell of a row."""
    firsts: dict[int, Cell] = {}
    for cell in row:
        firsts.setdefault(cell.column, cell)
    return list(firsts.values())


def _is_aligned(rows: Sequence[Row], column: int) -> bool:
    firsts = [cell for row in rows for cell in _firsts(row)]
    found = [cell for cell in firsts if cell.column == cell.last == column]
    if not found:
        return False
    for edge in (
        [cell.left for cell in found],
        [cell.right for cell in found],
        [(cell.left + cell.right) / 2 for cell in found],
    ):
        usual = median(edge)
        if sum(abs(value - usual) < _EDGE for value in edge) >= _ALIGNED * len(found):
            return True
    return False


def _boxes(
    rows: Sequence[Row], heads: int, lines: Sequence[float], xs: Sequence[float]
) -> Iterator[Rectangle]:
    """The cells of rows, which reach to the line between them or to the middle of their gap.

    The first rows are so many heads.
    """
    ys = [lines[0]]
    for above, below in pairwise(rows):
        bottom, top = max(cell.bottom for cell in above), min(cell.top for cell in below)
        middle = (bottom + top) / 2
        base = max(cell.base for cell in above), min(cell.base for cell in below)
        ys.append(next((y for y in lines if base[0] - 1 < y < base[1]), middle))
    ys.append(lines[-1])
    # The words of a first column hold for the rows below them, up to the next line.
    under = [
        n
        for n, (above, row) in enumerate(pairwise(rows), 1)
        if n != heads
        and ys[n] not in lines
        and all(cell.column for cell in row)
        and not any(cell.last > cell.column == 0 for cell in above)
    ]
    ends = ys[1:]
    for n in reversed(under):
        ends[n - 1] = ends[n]
    for n, row in enumerate(rows):
        over = {cell.column: cell.last for cell in row if cell.last > cell.column}
        column = int(n in under)
        while column < len(xs) - 1:
            end = over.get(column, column) + 1
            yield xs[column], ys[n], xs[end], ys[n + 1] if column else ends[n]
            column = end
