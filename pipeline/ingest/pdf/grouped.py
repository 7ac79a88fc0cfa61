"""The rows of words in columns: by the order of painting, or by the gaps between them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_LEVEL = 0.35  # em that the base lines of one level may differ by
_GAP = 1.25  # times the tightest step of lines: a wider one may part two rows
_SPARSE = 0.6  # share of the levels at which a column of labels has words, at most
_NARROW = 0.3  # of the width of a table: what is narrower is no column of prose
_FULL = 0.7  # of the widest line of a column of prose, that its usual line has
_TALL = 4  # lines of a section, where a page begins its columns anew under each heading
_MATCHED = 0.8  # share of the rows that begin at one height in both columns
_FEWEST, _CHANCES = 3, 6  # rows of which that holds; of columns that are as full as prose
_FEWEST_LINES, _FEWEST_WORDS = 5, 3  # of a text, and of each of its lines
_FLUSH, _JUSTIFIED = 2.0, 0.5  # points that ends of lines differ by, and of how many lines
_GOES_ON = 0.4  # of its lines, that go on with a small letter and no full stop before
_LINE = 1.8  # em between the lines of one cell, at most
_CUT = re.compile(r"[^\s-][^\s]*-")
_OPEN = re.compile(r"(?:[,–—-]|\b(?:and|or|of|the|to|in|for|a|an|with|by|that|on|as))$")

Extent = tuple[float, float]


@dataclass(slots=True, eq=False)
class Part:
    """Words of one line in one column; `flow` is their place in the page's order of painting."""

    left: float
    right: float
    top: float
    bottom: float
    base: float
    size: float
    text: str
    flow: float
    bold: bool
    column: int = 0


def columns_of(parts: Iterable[Part]) -> list[Extent]:
    """The extents of columns: what overlaps from line to line."""
    columns: list[Extent] = []
    for left, right in sorted((part.left, part.right) for part in parts):
        if columns and left <= columns[-1][1]:
            columns[-1] = (columns[-1][0], max(right, columns[-1][1]))
        else:
            columns.append((left, right))
    return columns


def rows_of(levels: Sequence[Sequence[Part]], *, strict: bool) -> list[list[Part]]:
    """The parts of each row, from the top; `column` of each part must be set.

    `strict` gives no rows where the words may as well be columns of prose.
    """
    parts = [part for level in levels for part in level]
    painted = sorted(parts, key=lambda part: part.flow)
    if painted == parts:
        prose = strict and _is_filled(levels)
        return [] if prose else by_levels(levels)
    if rows := by_painting(painted):
        prose = strict and _is_filled(levels) and _are_tall(rows)
        return [] if prose else rows
    if strict and not _is_matched(levels):
        return []
    return by_levels(levels)


def by_painting(painted: Sequence[Part]) -> list[list[Part]]:
    """The rows of a table that was painted cell by cell; none when it was not."""
    rows: list[list[Part]] = []
    last: Part | None = None
    for part in painted:
        same = last is not None and part.column == last.column
        far = same and last is not None and part.base - last.base > 1.6 * _GAP * part.size
        begins = last is None or part.column < last.column or (far and part.column == 0)
        if begins and not (rows and _is_cut(rows[-1], part)):
            rows.append([])
        elif same and last and part.base < last.base - _LEVEL * part.size:
            return []
        rows[-1].append(part)
        last = part
    for above, below in pairwise(rows):
        if min(p.base for p in below) <= max(p.base for p in above) + _LEVEL * below[0].size:
            return []
    return rows if len(rows) > 1 else []


def by_levels(levels: Sequence[Sequence[Part]]) -> list[list[Part]]:
    """Each level that begins in the first column is a row, unless it goes on the cell above."""
    step = _tightest(levels)
    rows: list[list[Part]] = []
    above: Sequence[Part] = ()
    for level in levels:
        begins = level[0].column == 0
        if begins and above and above[0].column == 0 and rows:
            tight = level[0].base - above[0].base <= _GAP * step
            begins = not (tight and _continues(above, level))
        begins = begins and not (rows and _is_cut(rows[-1], level[0]))
        if begins or not rows:
            rows.append([])
        rows[-1] += level
        above = level
    return [sorted(row, key=lambda part: (part.column, part.base)) for row in rows]


def _is_cut(row: Sequence[Part], part: Part) -> bool:
    """Whether words in the first column go on a key that breaks at its hyphens: "GV-1.3-"."""
    above = max((p for p in row if p.column == 0), key=lambda p: p.base, default=None)
    if above is None or part.column:
        return False
    return _CUT.fullmatch(above.text) is not None and part.base - above.base < _LINE * part.size


def _continues(above: Sequence[Part], level: Sequence[Part]) -> bool:
    """Whether the words of a level go on those above in every column."""
    before = {part.column: part for part in above}
    return all(
        part.text[:1].islower()
        or bool(part.column in before and _OPEN.search(before[part.column].text))
        for part in level
    )


def _tightest(levels: Sequence[Sequence[Part]]) -> float:
    return min((b[0].base - a[0].base for a, b in pairwise(levels)), default=0.0)


def _are_tall(rows: Sequence[Sequence[Part]]) -> bool:
    """Whether the cells of each column usually have many lines, as sections in columns do."""
    columns = sorted({part.column for row in rows for part in row})
    heights = [[sum(part.column == column for part in row) for row in rows] for column in columns]
    return all(median(some) >= _TALL for some in heights)


def _is_filled(levels: Sequence[Sequence[Part]]) -> bool:
    """Whether lines fill their columns as prose does, though they were painted across."""
    columns = sorted({part.column for level in levels for part in level})
    lefts = [min(p.left for level in levels for p in level if p.column == c) for c in columns]
    widths = [
        [p.right - p.left for level in levels for p in level if p.column == c] for c in columns
    ]
    if sum(level[0].column == columns[0] for level in levels) < _SPARSE * len(levels):
        return False
    whole = max(p.right for level in levels for p in level) - lefts[0]
    if max(widths[0]) < _NARROW * whole:
        return False
    words = [
        median(p.text.count(" ") + 1 for level in levels for p in level if p.column == c)
        for c in columns
    ]
    return min(words) > 2 and all(median(some) > _FULL * max(some) for some in widths)


def _is_matched(levels: Sequence[Sequence[Part]]) -> bool:
    """Whether what begins after a gap in one column begins at the same height in the other."""
    bases: dict[int, list[float]] = {}
    for part in (part for level in levels for part in level):
        bases.setdefault(part.column, []).append(part.base)
    size = levels[0][0].size
    pitches = {
        column: min((b - a for a, b in pairwise(some) if b - a > 0.5 * size), default=size)
        for column, some in bases.items()
    }
    last: dict[int, float] = {}
    starts: list[set[int]] = []
    for level in levels:
        begun = set()
        for part in level:
            if part.base - last.get(part.column, -1e9) > _GAP * pitches[part.column]:
                begun.add(part.column)
            last[part.column] = part.base
        if 0 in begun:
            starts.append(begun)
    matched = sum(len(begun) > 1 for begun in starts)
    # A heading in each column at one height begins three rows: the page, itself and its section.
    least = _CHANCES if _is_filled(levels) else _FEWEST
    return len(starts) >= least and matched >= _MATCHED * len(starts)


def is_prose(rows: Sequence[Sequence[Part]], column: int) -> bool:
    """Whether the cells of a column are the lines of one text, which goes on from each to the next.

    Columns of prose side by side have their lines at one height where a page is set on a grid.
    """
    found = [[part for part in row if part.column == column] for row in rows]
    cells = [cell for cell in found if cell]
    if len(cells) < max(_FEWEST_LINES, _MATCHED * len(found)):
        return False
    lines = [part for cell in cells for part in cell]
    if sum(len(part.text.split()) for part in lines) < _FEWEST_WORDS * len(lines):
        return False
    right = max(part.right for part in lines)
    set_full = sum(right - part.right < _FLUSH for part in lines) > _JUSTIFIED * len(lines)
    over = pairwise((cell[0].text, cell[-1].text) for cell in cells)
    on = sum(b[:1].islower() and a[-1:] not in ".:;!?" for (_, a), (b, _) in over)
    return set_full and on > _GOES_ON * len(cells)
