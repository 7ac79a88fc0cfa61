"""The rows of words between two level lines of a table, by their columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.ingest.pdf.grouped import Part, rows_of

_APART = 1.25  # times the tightest step of lines: a wider one may part two rows between two lines


@dataclass(slots=True, eq=False)
class Cell(Part):
    """Words of one line in columns `column` to `last`."""

    last: int = 0


Row = list[Cell]


def widen(levels: Sequence[Row], last: int) -> None:
    """Make a title that is alone between two lines, and runs over a strip, as wide as the table."""
    if all(len(level) == 1 for level in levels) and any(level[0].last for level in levels):
        for level in levels:
            level[0].column, level[0].last = 0, last


def rows_between(levels: Sequence[Row], *, strict: bool) -> list[Row]:
    """The rows between two lines; no row where the words are columns of prose."""
    if len(levels) == 1 or sum(level[0].column == 0 for level in levels) == 1:
        return [[cell for level in levels for cell in level]]
    return rows_of(levels, strict=strict)  # type: ignore[return-value]


def tightest(bands: Sequence[Sequence[Row]]) -> float:
    """The least distance of two lines of a table."""
    steps = (b[0].base - a[0].base for levels in bands for a, b in pairwise(levels))
    return min(steps, default=0.0)


def parted_anew(levels: Sequence[Row], step: float) -> list[Row]:
    """What stands between two lines, parted wherever a gap is and all columns begin anew below it.

    Only the first column may have nothing there: its words hold for all that is between the lines.
    """
    rows = [list(levels[0])]
    columns = {cell.column for cell in levels[0]} - {0}
    for above, level in pairwise(levels):
        if level[0].base - above[0].base <= _APART * step:
            rows[-1] += level
            continue
        begun = {cell.column for cell in level} - {0}
        if len(columns) < 2 or begun != columns or any(cell.text[0].islower() for cell in level):
            return [[cell for level in levels for cell in level]]
        rows.append(list(level))
    return rows


def head_rows(levels: Sequence[Row]) -> list[Row]:
    """The rows of a head: one, but for lines with a title over several columns."""
    rows: list[Row] = []
    over = True
    for level in levels:
        wide = any(cell.last > cell.column for cell in level)
        if over or wide:
            rows.append([])
        rows[-1] += level
        over = wide
    return rows
