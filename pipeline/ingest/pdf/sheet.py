"""A page as lines and tables in reading order: what is left of a leaf once its glyphs are read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from pipeline.ingest.pdf.aligned import aligned_of
from pipeline.ingest.pdf.celled import celled_of
from pipeline.ingest.pdf.figures import find_figures
from pipeline.ingest.pdf.frames import frames_of, gathered, sorted_into
from pipeline.ingest.pdf.grown import grown
from pipeline.ingest.pdf.headed import headed_of
from pipeline.ingest.pdf.hung import with_hung
from pipeline.ingest.pdf.leaf import ASKEW, Glyph, Leaf
from pipeline.ingest.pdf.levelled import Levelled, levelled_of
from pipeline.ingest.pdf.lines import Printed, lines_of, pieces_of, underline
from pipeline.ingest.pdf.order import gutters_of, in_reading_order
from pipeline.ingest.pdf.pips import with_bullets
from pipeline.ingest.pdf.proof import without_line_numbers
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.sided import are_sided, edge_of, parted_at, with_sides
from pipeline.ingest.pdf.strips import Words
from pipeline.ingest.pdf.tables import Grid, grids_of, mark_heads, stripes_of
from pipeline.ingest.pdf.undivided import divided
from pipeline.ingest.pdf.vertical import upended
from pipeline.ingest.pdf.wording import is_garbled
from pipeline.model import Verdict

_SAME = 3.0  # points that the tops of the cells of one row may differ by
_ASKEW, _STAMP = 0.3, 60  # share of letters that run askew; letters that a stamp may have
_GARBLED = 0.3  # share of unknown characters above which the known ones are not to be trusted


@dataclass
class Sheet:
    """A page as read. `items` is empty unless the verdict is COMPLETE; `why` says what failed.

    `confidence` (0 to 1) is that of text recognition, None for a page that was read. `boxed` are
    the rows of ruled cells that are no tables by themselves; one may be the end of a table.
    `askew` says that much of its text runs at an odd angle; `letters` counts those seen
    whose meaning is known.
    """

    number: int
    width: float
    height: float
    verdict: Verdict
    items: list[Printed | Grid] = field(default_factory=list)
    hidden: int = 0
    garbled: int = 0
    letters: int = 0
    pictures: int = 0
    crowded: int = 0
    askew: bool = False
    why: str = ""
    boxed: list[list[Rectangle]] = field(default_factory=list)
    confidence: float | None = None


def sheet_of(leaf: Leaf) -> Sheet:
    """Read the lines and tables of a leaf, and judge how well it could be read."""
    solid = [glyph for glyph in leaf.glyphs if glyph.text != " "]
    sheet = Sheet(leaf.number, leaf.width, leaf.height, Verdict.COMPLETE, hidden=leaf.hidden)
    sheet.garbled = sum(map(is_garbled, solid))
    sheet.letters = sum(len(glyph.text) for glyph in solid) - sheet.garbled
    sheet.pictures = leaf.pictures
    sheet.crowded = leaf.crowded
    sheet.askew = _is_askew(solid)
    if not solid:
        sheet.verdict = Verdict.NEEDS_OCR if leaf.pictures else Verdict.BLANK
    elif sheet.garbled > _GARBLED * sum(glyph.count for glyph in solid):
        sheet.verdict = Verdict.GARBLED
    else:
        leaf.glyphs, numbers = without_line_numbers(leaf.glyphs, leaf.grids)
        leaf.glyphs = upended(with_bullets(leaf))
        grids, lines, gutters, side = _laid_out(leaf)
        underline(lines, leaf.rules)
        sheet.boxed = [
            cells
            for cells in leaf.grids
            if _is_row(cells) and not any(_holds(grid, cells) for grid in grids)
        ]
        items: list[Printed | Grid] = in_reading_order([*lines, *grids], gutters)
        sheet.items = with_hung(gathered(items if side is None else with_sides(items, side)))
        beside = [line for number in numbers for line in lines_of([number], leaf.number)]
        for line in beside:
            line.beside = True
        sheet.items += beside
    return sheet


def _is_askew(glyphs: Sequence[Glyph]) -> bool:
    """Whether much of the text of a page runs at an odd angle: more than a watermark has."""
    askew = sum(len(glyph.text) for glyph in glyphs if glyph.turn == ASKEW)
    return askew > _STAMP and askew > _ASKEW * sum(len(glyph.text) for glyph in glyphs)


def _is_row(cells: Sequence[Rectangle]) -> bool:
    tops = [cell[1] for cell in cells]
    return len(cells) > 1 and max(tops) - min(tops) < _SAME


class _Laid(NamedTuple):
    """The tables of a page, its other lines, the gutters of its columns (x, points), and where its
    text begins beside headings."""

    grids: list[Grid]
    lines: list[Printed]
    gutters: list[float]
    side: float | None


def _laid_out(leaf: Leaf) -> _Laid:
    if leaf.grids:
        words = Words(leaf.glyphs, 0)
        leaf = replace(leaf, grids=divided(grown(leaf, words), words))
    stripes = stripes_of(leaf.grids)
    if stripes:
        ruled = [cells for cells in leaf.grids if cells not in stripes]
        whole = _read(replace(leaf, grids=ruled))
        if all(any(_holds(grid, cells) for grid in whole.grids) for cells in stripes):
            return whole
    return _read(leaf)


def _read(leaf: Leaf) -> _Laid:
    grids, glyphs = grids_of(leaf)
    if told := celled_of(glyphs):
        more, glyphs = grids_of(replace(leaf, glyphs=glyphs, grids=told))
        grids += more
    lines, gutters = _lines(leaf, glyphs)
    for tables_of in (_levelled, _headed):
        if tables := tables_of(lines, glyphs, leaf, gutters):
            for table in tables:
                more, glyphs = grids_of(replace(leaf, glyphs=glyphs, grids=[table.cells]))
                grids += [mark_heads(grid, table.head) for grid in more]
            lines, gutters = _lines(leaf, glyphs)
    edge, side = edge_of(lines), None
    parted = [] if edge is None else _lines(leaf, glyphs, edge)[0]
    if edge is not None and are_sided(parted, edge, leaf.height, several=True):
        side, lines, gutters = edge, parted, []
    find_figures(lines, leaf, grids)
    plain = [line for line in lines if not line.figure and (side is None or line.right > side)]
    if found := _aligned(plain, leaf, gutters):
        more, glyphs = grids_of(replace(leaf, glyphs=glyphs, grids=found))
        grids += more
        lines, gutters = _lines(leaf, glyphs, side)
        find_figures(lines, leaf, grids)
    elif edge is not None and are_sided(parted, edge, leaf.height, several=False):
        side, lines, gutters = edge, parted, []
        find_figures(lines, leaf, grids)
    return _Laid(grids, lines, gutters, side)


def _lines(
    leaf: Leaf, glyphs: Sequence[Glyph], side: float | None = None
) -> tuple[list[Printed], list[float]]:
    """The lines of a page, of which none has words of a box and of the text beside it; gutters."""
    pieces = pieces_of(glyphs)
    if side is None:
        gutters = gutters_of(pieces, leaf.width)
    else:
        pieces, gutters = parted_at(side, pieces), [side]
    lines = []
    for frame, group in enumerate(sorted_into(frames_of(leaf, pieces), pieces)):
        for line in lines_of(group, leaf.number, gutters):
            line.frame = frame
            lines.append(line)
    return lines, gutters


def _holds(grid: Grid, cells: Sequence[Rectangle]) -> bool:
    """Whether the middles of all cells lie in a table."""
    return all(
        grid.left < (x0 + x1) / 2 < grid.right and grid.top < (top + bottom) / 2 < grid.bottom
        for x0, top, x1, bottom in cells
    )


def _levelled(
    lines: Sequence[Printed], glyphs: Sequence[Glyph], leaf: Leaf, gutters: Sequence[float]
) -> list[Levelled]:
    """The tables between level lines, but for shades in those whose words stand well apart."""
    tables = list(levelled_of(glyphs, leaf, gutters))
    if not any(table.shaded for table in tables):
        return tables
    apart = _aligned(lines, leaf, gutters)
    return [
        table
        for table in tables
        if not (table.shaded and any(_is_as_fine(cells, table.cells) for cells in apart))
    ]


def _headed(
    _: Sequence[Printed], glyphs: Sequence[Glyph], leaf: Leaf, gutters: Sequence[float]
) -> list[Levelled]:
    """The tables below bold heads; columns of prose have their bold words side by side, too."""
    return [] if gutters else list(headed_of(glyphs, leaf))


def _is_as_fine(cells: Sequence[Rectangle], others: Sequence[Rectangle]) -> bool:
    """Whether some cells have as many columns as others, and as many rows or more."""
    middles = [(top + bottom) / 2 for _, top, _, bottom in others]
    top, bottom = min(cell[1] for cell in cells), max(cell[3] for cell in cells)
    lefts = ({cell[0] for cell in some} for some in (cells, others))
    fine, coarse = map(len, lefts)
    return fine >= coarse and top < min(middles) and max(middles) < bottom


def _aligned(
    lines: Sequence[Printed], leaf: Leaf, gutters: Sequence[float]
) -> list[list[Rectangle]]:
    """The cells of tables without rules: across the page, else in a column of it.

    Those of two columns whose rows stand side by side are one table, which a gutter runs through.
    """
    found = aligned_of(lines, leaf.fills, beside=bool(gutters))
    if found or not gutters:
        return found
    edges = [0.0, *gutters, leaf.width]
    for left, right in pairwise(edges):
        column = [line for line in lines if left < line.left and line.right < right]
        for cells in aligned_of(column, leaf.fills):
            half = next((table for table in found if _are_beside(table, cells)), None)
            if half:
                half += cells
            else:
                found.append(cells)
    return found


def _are_beside(left: Sequence[Rectangle], right: Sequence[Rectangle]) -> bool:
    """Whether two tables have the same rows."""
    tops, others = (sorted({cell[1] for cell in cells}) for cells in (left, right))
    return len(tops) == len(others) and all(
        abs(a - b) < _SAME for a, b in zip(tops, others, strict=True)
    )
