"""Rows of ruled tables that a page break cuts in two, told without a label."""

from collections.abc import Sequence

from pipeline.ingest.pdf.blocks import continues
from pipeline.ingest.pdf.passage import Passage
from pipeline.ingest.pdf.tables import Area

_SNAP = 4.0  # points that the edges of a column may differ by from page to page
_LOW = 0.6  # of a page's height, above which no table ends because its page does

Pairs = list[tuple[Passage, Passage]]


def cut_cells(flow: Sequence[Passage], following: Sequence[Passage], height: float) -> Pairs:
    """The cells of the last row of a page, each with its rest in the first row of the next.

    A row is cut where the next page begins with one whose key is empty, though all the others of
    both pages have theirs; or each of whose cells goes on what the page before left open. Heads
    that come again stand above it. `height` is that of the page.
    """
    above, below = _row(flow, last=True), _row(following, last=False)
    if above and _heads(below) and _heads(below) == _heads(flow, above[0].table):
        following = [cell for cell in following if cell not in below]
        below = _row(following, last=False)
    if not above or not below or any(_area(cell).head for cell in below):
        return []
    pairs = _pairs(above, below, 0.0) or _pairs(above, below, _right(following) - _right(flow))
    if not pairs:
        return []
    if all(continues(one, cell) for one, cell in pairs):
        return pairs
    keyed = _has_key(flow, above) and _has_key(following, below, but=below)
    low = max(_area(cell).box[3] for cell in above) > _LOW * height
    key = min(_area(cell).column for cell in above)
    if keyed and low and key == 0 and all(_area(cell).column for cell in below):
        return pairs
    return []


def _area(cell: Passage) -> Area:
    assert cell.area
    return cell.area


def _row(flow: Sequence[Passage], *, last: bool) -> list[Passage]:
    """The cells of the last row that ends a flow, or of the first that begins one."""
    if not flow or not flow[-1 if last else 0].area:
        return []
    end = flow[-1 if last else 0]
    cells = [cell for cell in flow if cell.area and cell.table == end.table]
    if last:
        row = max(_area(cell).row for cell in cells)
        return [cell for cell in cells if _area(cell).row + _area(cell).rows > row]
    row = min(_area(cell).row for cell in cells)
    return [cell for cell in cells if _area(cell).row == row]


def _heads(cells: Sequence[Passage], table: int = -1) -> list[str]:
    """The words of the heads among cells, or among those of one table."""
    areas = [(cell, cell.area) for cell in cells if table in (-1, cell.table)]
    return [cell.text for cell, area in areas if area and area.head]


def _pairs(above: Sequence[Passage], below: Sequence[Passage], moved: float) -> Pairs:
    """Each cell below with the one above it in its column; none where one has no such."""
    pairs = []
    for cell in below:
        x0, x1 = (x - moved for x in _area(cell).box[::2])
        for one in above:
            left, right = _area(one).box[::2]
            if abs(left - x0) < _SNAP and abs(right - x1) < _SNAP:
                pairs.append((one, cell))
    return pairs if len(pairs) == len(below) else []


def _right(flow: Sequence[Passage]) -> float:
    return max(cell.area.box[2] for cell in flow if cell.area)


def _has_key(flow: Sequence[Passage], row: Sequence[Passage], but: Sequence[Passage] = ()) -> bool:
    """Whether every row of the table of a row has a word in its first column, but for one."""
    cells = [cell for cell in flow if cell.area and cell.table == row[0].table and cell not in but]
    rows = {_area(cell).row for cell in cells}
    return rows == {_area(cell).row for cell in cells if _area(cell).column == 0}
