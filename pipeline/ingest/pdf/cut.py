"""Rows of ruled tables that a page break cuts in two, told without a label."""

from collections.abc import Sequence

from pipeline.ingest.pdf.blocks import continues
from pipeline.ingest.pdf.passage import Passage
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.tables import Area

_SNAP = 4.0  # points that the edges of a column may differ by from page to page
_LOW = 0.6  # of a page's height, above which no table ends because its page does

Pairs = list[tuple[Passage, Passage]]


def cut_cells(
    flow: Sequence[Passage],
    following: Sequence[Passage],
    page: int,
    height: float,
    boxed: Sequence[Sequence[Rectangle]] = (),
) -> Pairs:
    """The cells of the last row of a page, each with its rest in the first row of the next.

    A row is cut where the next page begins with one whose key is empty, though all the others of
    both pages have theirs; or each of whose cells goes on what the page before left open. Heads
    that come again stand above it. `page` is the one that ends, `height` its height; a row may
    have come over a page break before, with all of its cells but those that ended there. `boxed`
    are the rows of cells on the next page that are no tables by themselves.
    """
    above = _row(flow, last=True)
    if above:
        following = _without_title(flow, above[0].table, following)
    below = _row(following, last=False)
    again: Sequence[Passage] = ()
    if above and below and (again := _again(flow, above[0].table, following, below[0].table)):
        following = [cell for cell in following if cell not in again]
        below = _row(following, last=False)
    if not above or any(_area(cell).head for cell in (*above, *below)):
        return []
    if below:
        pairs = _pairs(above, below, 0.0) or _pairs(above, below, _right(following) - _right(flow))
        pairs = pairs or (_by_column(above, below) if again else [])
    else:
        pairs = next((found for row in boxed if (found := _boxed(above, following, row))), [])
    if not pairs or any(one.last.page != page for one, _ in pairs):
        return []
    if below and all(continues(one, cell) for one, cell in pairs):
        return pairs
    if any(one.text.endswith("-") for one, _ in pairs if below and _area(one).column == 0):
        return pairs  # its very key is cut: "GV-1.3-" and "002"
    keyed = _has_key(flow, above) and (not below or _has_key(following, below, but=below))
    low = max(map(_bottom, above)) > _LOW * height
    key = next((cell for cell in above if _area(cell).column == 0), None)
    if keyed and low and key and all(one is not key for one, _ in pairs):
        return pairs
    return []


def _boxed(
    above: Sequence[Passage], following: Sequence[Passage], row: Sequence[Rectangle]
) -> Pairs:
    """The passages that a page begins with in a row of cells, each after the cell above its own.

    The row is of the same table: all of the cells above have one of their width in it.
    """
    homes = {
        cell: one
        for one in above
        for cell in row
        if all(abs(a - b) < _SNAP for a, b in zip(_area(one).box[::2], cell[::2], strict=True))
    }
    if len(homes) < len(above) or any(line.turn for one in above for line in one.lines):
        return []
    pairs = []
    for passage in following:
        held = {cell for cell in row for line in passage.lines if _holds(cell, line.box)}
        if passage.area or not held:
            break
        cell = held.pop()
        if held or cell not in homes or not all(_holds(cell, line.box) for line in passage.lines):
            return []
        pairs.append((homes[cell], passage))
    return pairs


def _holds(cell: Rectangle, box: Rectangle) -> bool:
    """Whether the middle of a box lies in a cell."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return cell[0] < x < cell[2] and cell[1] < y < cell[3]


def _area(cell: Passage) -> Area:
    assert cell.area
    return cell.area


def _bottom(cell: Passage) -> float:
    """Where a cell ends on its last page."""
    return _area(cell).box[3] if cell.first.page == cell.last.page else cell.last.bottom


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


def _without_title(
    flow: Sequence[Passage], table: int, following: Sequence[Passage]
) -> Sequence[Passage]:
    """What follows, without the title above a table that comes again above its rest."""
    at = next(n for n, one in enumerate(flow) if one.area and one.table == table)
    title = flow[at - 1].text if at and not flow[at - 1].area else ""
    again = len(following) > 1 and following[0].text == title and following[1].area is not None
    return following[1:] if again else following


def _again(
    flow: Sequence[Passage], table: int, following: Sequence[Passage], next_: int
) -> list[Passage]:
    """The cells of the rows that begin a table and begin the next one again: its heads.

    A title over all columns may come again above them.
    """
    found: list[Passage] = []
    headed = False
    for above, row in zip(_rows(flow, table), _rows(following, next_), strict=False):
        if [cell.text for cell in row] != [cell.text for cell in above]:
            break
        found += row
        if len(row) > 1:
            headed = True
            for cell in (*above, *row):
                _area(cell).head = True  # nothing else may tell it
    return found if headed else []


def _rows(flow: Sequence[Passage], table: int) -> list[list[Passage]]:
    """The cells of a table by the rows that they begin in."""
    rows: dict[int, list[Passage]] = {}
    for cell in flow:
        if cell.area and cell.table == table:
            rows.setdefault(cell.area.row, []).append(cell)
    return [rows[number] for number in sorted(rows)]


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


def _by_column(above: Sequence[Passage], below: Sequence[Passage]) -> Pairs:
    """Each cell below with the one above it: heads that come again tell that columns are the same,
    though they may be told otherwise on either page."""
    homes = {_area(one).column: one for one in above}
    pairs = [(homes[_area(c).column], c) for c in below if _area(c).column in homes]
    return pairs if len(pairs) == len(below) else []


def _right(flow: Sequence[Passage]) -> float:
    return max(cell.area.box[2] for cell in flow if cell.area)


def _has_key(flow: Sequence[Passage], row: Sequence[Passage], but: Sequence[Passage] = ()) -> bool:
    """Whether every row of the table of a row has a word in its first column, but for one."""
    cells = [cell for cell in flow if cell.area and cell.table == row[0].table and cell not in but]
    rows = {_area(cell).row for cell in cells}
    keys = [_area(cell) for cell in cells if _area(cell).column == 0]
    return rows <= {area.row + n for area in keys for n in range(area.rows)}
