"""Lists inside table cells, told by the markers at the starts of their lines."""

import re
from collections.abc import Iterator

from pipeline.model import Block, BlockKind, Document, Span
from pipeline.segment.nesting import Item
from pipeline.segment.numbering import Number, readings
from pipeline.segment.passage import body_of

_BULLET = re.compile(
    r"[ \t]*(?P<mark>[•·●○◦▪▫■□‣⁃∙–—*o\uf0b7\uf0a7]|\(?(?:\d{1,3}|[a-z])[.)])\s+(?=\S)"
)
_FEWEST = 2  # items that make a list


def cell_lists(document: Document) -> Iterator[tuple[tuple[Block, ...], list[Item]]]:
    """The lists in cells, with the headings above the table and the head of their row.

    A cell cut by the end of a page goes on in the first row of the next table.
    """
    for trail, row_head, cells in _cells(document):
        items = _items(document, cells)
        if len(items) >= _FEWEST:
            yield (*trail, *row_head), items


def is_list(document: Document, cell: Block) -> bool:
    """Whether a cell holds a list."""
    return len(_items(document, [cell])) >= _FEWEST


def _cells(
    document: Document,
) -> Iterator[tuple[tuple[Block, ...], tuple[Block, ...], list[Block]]]:
    """Each cell with what goes on it, the headings above, and the first cell of its row."""
    open_: dict[int, tuple[tuple[Block, ...], tuple[Block, ...], list[Block]]] = {}
    trail: tuple[Block, ...] = ()
    tables = {table.number: table for table in document.tables}
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            trail = (*(above for above in trail if above.level < block.level), block)
            yield from open_.values()
            open_ = {}
        elif block.cell and block.cell.table in tables:
            for number, row in enumerate(tables.pop(block.cell.table).rows):
                if number == 0 and row[0] is None and open_:
                    for column, cell in enumerate(row):
                        if cell and column in open_:
                            open_[column][2].append(cell)
                    continue
                yield from open_.values()
                first = tuple(cell for cell in row[:1] if cell)
                open_ = {
                    column: (trail, first if column else (), [cell])
                    for column, cell in enumerate(row)
                    if cell
                }
    yield from open_.values()


def _items(document: Document, cells: list[Block]) -> list[Item]:
    """The outer items of a cell, each with the inner ones; [] when it does not hold a list."""
    intro: Span | None = None
    top: list[Item] = []
    outer = ""
    for cell in cells:
        lines = [
            (Span(cell.span.start + line.start(), cell.span.start + line.end()), mark)
            for line in re.finditer(r"[^\n]+", document.quote(cell.span))
            for mark in [_mark(line.group())]
        ]
        runs = _runs(lines)
        for span, mark in runs:
            if not mark:
                if top:
                    (top[-1].children[-1] if top[-1].children else top[-1]).more.append(span)
                else:
                    intro = span
                continue
            outer = outer or mark
            item = _item(document, span, intro)
            if mark == outer or not top:
                top.append(item)
            else:
                item.intro = top[-1].text
                top[-1].children.append(item)
    return top


def _item(document: Document, span: Span, intro: Span | None) -> Item:
    numbers: tuple[Number, ...] = readings(document.quote(span))
    return Item(span, body_of(document, span), (), numbers, intro=intro)


def _mark(line: str) -> str:
    """What kind of marker begins the line: the bullet itself, "1" for numbers; "" for none."""
    found = _BULLET.match(line)
    if not found:
        return ""
    mark = found["mark"]
    return mark if not any(map(str.isdigit, mark)) else "1"


def _runs(lines: list[tuple[Span, str]]) -> list[tuple[Span, str]]:
    """Lines gathered so that each run begins with a marker or is what stands before the first."""
    runs: list[tuple[Span, str]] = []
    for span, mark in lines:
        if runs and not mark:
            runs[-1] = (Span(runs[-1][0].start, span.end), runs[-1][1])
        else:
            runs.append((span, mark))
    return runs
