"""The cells of an HTML table in their places, or none when it only lays out a page."""

from collections.abc import Iterator

from lxml.etree import _Element as Element

from pipeline.model import Cell

# Whoever looks at a table builds its grid in memory.
LARGEST_GRID = 2_000_000
_WIDEST_SPAN = 1_000  # columns, as in the HTML standard
_GROUPS = ("thead", "tbody", "tfoot")
_STRUCTURE = ("h1", "h2", "h3", "h4", "h5", "h6", "main", "article", "section", "nav")


def cells_of(table: Element, number: int) -> dict[Element, Cell] | None:
    """The place of each cell; None for a table that only arranges its content on the page."""
    rows = list(_rows(table))
    if (
        table.get("role") in ("presentation", "none")
        or max((len(cells) for cells, _ in rows), default=0) < 2
        or next(table.iterdescendants("table", *_STRUCTURE), None) is not None
    ):
        return None
    placed = _placed(rows, number, spans=True)
    if placed is None:
        placed = _placed(rows, number, spans=False)
    return placed


def _rows(table: Element) -> Iterator[tuple[list[Element], bool]]:
    """The cells of each row, and whether it is a head row."""
    for child in table:
        if child.tag == "tr":
            yield _row(child, False)
        elif child.tag in _GROUPS:
            for row in child:
                if row.tag == "tr":
                    yield _row(row, child.tag == "thead")


def _row(row: Element, head: bool) -> tuple[list[Element], bool]:
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    heads = [cell for cell in cells if cell.tag == "th"]
    # The corner over a column of row heads is often an empty `td`.
    corner = (
        len(heads) == len(cells) - 1 >= 2 and not "".join(map(str, cells[0].itertext())).strip()
    )
    return cells, head or (bool(cells) and len(heads) == len(cells)) or corner


def _placed(
    rows: list[tuple[list[Element], bool]], number: int, spans: bool
) -> dict[Element, Cell] | None:
    places: dict[Element, Cell] = {}
    taken: list[int] = []  # for each column, the first row that is free in it
    for row, (cells, head) in enumerate(rows):
        column = 0
        for cell in cells:
            while column < len(taken) and taken[column] > row:
                column += 1
            columns = _span(cell.get("colspan"), _WIDEST_SPAN) if spans else 1
            left = len(rows) - row
            height = _span(cell.get("rowspan"), left, zero=left) if spans else 1
            if (column + columns) * len(rows) > LARGEST_GRID:
                return None
            taken.extend([0] * (column + columns - len(taken)))
            taken[column : column + columns] = [row + height] * columns
            places[cell] = Cell(
                table=number, row=row, column=column, rows=height, columns=columns, head=head
            )
            column += columns
    return places


def _span(said: str | None, most: int, zero: int = 1) -> int:
    digits = (said or "").strip()[:6]
    count = int(digits) if digits.isascii() and digits.isdigit() else 1
    return min(count or zero, most)
