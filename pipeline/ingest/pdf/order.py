"""Reading order: the page's own order of painting, unless it jumps about; then columns."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol, TypeVar

from pipeline.ingest.pdf.leaf import Glyph

_BIN = 2.0  # points
_NARROWEST = 6.0  # points; a gutter is wider than the spaces of justified text above each other
_CROSSING = 0.2  # share of the lines that may run over a gutter: titles, wide figures
_CROSSING_APART = 0.45  # where they are the heads and figures of a page with columns
_MOST_CHANGES = 4  # from such lines to columns and back, down a page
_WRONG = 0.15  # share of upward steps in one column above which painting order is not reading order


class Placed(Protocol):
    """Anything with a place in the frame of its text."""

    turn: int
    left: float
    top: float
    right: float
    bottom: float
    flow: int
    column: int


P = TypeVar("P", bound=Placed)


def gutters_of(pieces: Sequence[Sequence[Glyph]], width: float) -> list[float]:
    """The x of the empty strips that part columns of prose, from left to right."""
    extents = [
        (min(g.left for g in piece), max(g.right for g in piece), piece[0].top)
        for piece in pieces
        if piece[0].turn == 0
    ]
    bins = int(width / _BIN) + 1
    if len(extents) < 8 or bins > 20_000:
        return []
    cover = [0] * (bins + 1)
    for left, right, _ in extents:
        cover[min(bins, max(0, int(left / _BIN)))] += 1
        cover[min(bins, max(0, int(right / _BIN) + 1))] -= 1
    for index in range(1, bins):
        cover[index] += cover[index - 1]
    found = [x for x in _strips(cover[:bins], _CROSSING) if _parts_prose(extents, x, width)]
    if not found:
        found = [
            x
            for x in _strips(cover[:bins], _CROSSING_APART)
            if _parts_prose(extents, x, width) and _cross_apart(extents, x)
        ]
    return [x for x in found if 0.15 * width < x < 0.85 * width]


def _strips(cover: Sequence[int], crossing: float) -> list[float]:
    """The middles of the strips that at most a share of the lines runs over."""
    most = crossing * max(cover)
    free = [count <= most for count in cover]
    bins = len(cover)
    found: list[float] = []
    start = None
    for index in range(bins):
        if free[index] and start is None:
            start = index
        elif not free[index] and start is not None:
            if index - start >= _NARROWEST / _BIN and start > 0:
                found.append((start + index) / 2 * _BIN)
            start = None
    return found


def _cross_apart(extents: Sequence[tuple[float, float, float]], x: float) -> bool:
    """Whether what runs over a gutter stands above, below or between columns, not among them."""
    over = [left < x - _BIN and right > x + _BIN for left, right, _ in sorted(extents, key=_top)]
    return sum(a != b for a, b in pairwise(over)) <= _MOST_CHANGES


def _top(extent: tuple[float, float, float]) -> float:
    return extent[2]


def _parts_prose(extents: Sequence[tuple[float, float, float]], x: float, width: float) -> bool:
    """Whether both sides are columns of text side by side: no numbers, no margin notes."""
    left = [extent for extent in extents if extent[1] <= x + _BIN]
    right = [extent for extent in extents if extent[0] >= x - _BIN]
    if min(len(left), len(right)) < 4:
        return False
    if any(median(b - a for a, b, _ in side) < 0.15 * width for side in (left, right)):
        return False
    tops = [(min(top for *_, top in side), max(top for *_, top in side)) for side in (left, right)]
    shared = min(tops[0][1], tops[1][1]) - max(tops[0][0], tops[1][0])
    return shared > 0.3 * min(high - low for low, high in tops)


def in_reading_order(items: Sequence[P], gutters: Sequence[float]) -> list[P]:
    """The lines and tables of a page as one reads them; sets the `column` of each.

    A column is counted from 0; what runs over a gutter is -1.
    """
    for item in items:
        over = any(item.left < x - _BIN and item.right > x + _BIN for x in gutters)
        middle = (item.left + item.right) / 2
        item.column = -1 if over and item.turn == 0 else sum(middle > x for x in gutters)
    flow = sorted(items, key=lambda item: item.flow)
    steps = [(a, b) for a, b in pairwise(flow) if a.turn == b.turn == 0]
    upward = sum(b.bottom < a.top and b.left < a.right and a.left < b.right for a, b in steps)
    if upward > max(3, _WRONG * len(steps)) or (gutters and _across(flow)):
        return _by_columns(flow)
    return flow


def _across(flow: Sequence[Placed]) -> bool:
    """Whether columns of prose were painted line by line over the whole page.

    Rows of a table without rules are painted so too, but their lines do not fill their column.
    """
    back = sum(a.column > b.column >= 0 for a, b in pairwise(flow))
    columns = {item.column for item in flow} - {-1}
    widths = [[i.right - i.left for i in flow if i.column == column] for column in columns]
    if back < 4 or back < 0.8 * min(map(len, widths)):
        return False
    return all(median(some) > 0.7 * max(some) for some in widths)


def _by_columns(items: Sequence[P]) -> list[P]:
    """Down the first column, then the next; what runs over all of them parts upper from lower."""
    ordered: list[P] = []
    band: list[P] = []
    for item in sorted(items, key=lambda item: (item.top, item.left)):
        if item.column == -1:
            ordered += sorted(band, key=lambda item: item.column)
            band = []
            ordered.append(item)
        else:
            band.append(item)
    return ordered + sorted(band, key=lambda item: item.column)
