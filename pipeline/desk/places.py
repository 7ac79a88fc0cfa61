"""A document without pages to draw, as passages of its frozen text with their places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.model import Block, BlockKind, Document, Span

# As `Segments.kinds` numbers them, by the names that pages use.
KINDS = ("unseen", "boilerplate", "context", "record")
CLASSES = {kind: kind.value.replace(" ", "-") for kind in BlockKind}


@dataclass(frozen=True)
class Piece:
    """A run of characters that look alike: `kind` is empty, an inline's, or one of KINDS."""

    start: int
    end: int
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Passage:
    """A block of text. `kind` as a class name (`list-item`), `level` as in the block."""

    start: int
    end: int
    kind: str
    level: int
    pieces: tuple[Piece, ...]
    rows: int = 1
    columns: int = 1
    head: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: in each row the cells that begin there, in order."""

    start: int
    end: int
    rows: tuple[tuple[Passage, ...], ...]


def passages(
    document: Document, first: int = 0, last: int | None = None, kinds: Sequence[int] | None = None
) -> list[Passage | Grid]:
    """The blocks `first` to `last` (excluded) in reading order, tables as grids.

    With `kinds` (one number for each character of the text) their pieces are runs of one kind,
    else runs of one inline.
    """

    def passage(block: Block) -> Passage:
        cell = block.cell
        return Passage(
            start=block.span.start,
            end=block.span.end,
            kind=CLASSES[block.kind],
            level=block.level,
            pieces=tuple(_runs(document, block, kinds)),
            rows=cell.rows if cell else 1,
            columns=cell.columns if cell else 1,
            head=bool(cell and cell.head),
        )

    found: list[Passage | Grid] = []
    blocks = document.blocks[first:last]
    for table, group in groupby(blocks, key=lambda block: block.cell.table if block.cell else None):
        if table is None:
            found += map(passage, group)
            continue
        cells = list(group)
        rows = groupby(cells, key=lambda block: block.cell.row if block.cell else 0)
        grid = tuple(tuple(map(passage, row)) for _, row in rows)
        found.append(Grid(cells[0].span.start, cells[-1].span.end, grid))
    return found


def _runs(document: Document, block: Block, kinds: Sequence[int] | None) -> Iterator[Piece]:
    if kinds is None:
        yield from _inlines(document, block)
        return
    start, end = block.span
    for kind, run in groupby(range(start, end), key=kinds.__getitem__):
        places = list(run)
        yield _piece(document, Span(places[0], places[-1] + 1), KINDS[kind])


def _inlines(document: Document, block: Block) -> Iterator[Piece]:
    """The outermost inlines, and what lies between them."""
    at = block.span.start
    for inline in sorted(block.inlines, key=lambda inline: (inline.span.start, -inline.span.end)):
        if inline.span.start < at or inline.span.end > block.span.end:
            continue
        if at < inline.span.start:
            yield _piece(document, Span(at, inline.span.start))
        if inline.span.start < inline.span.end:
            yield _piece(document, inline.span, inline.kind)
        at = inline.span.end
    if at < block.span.end:
        yield _piece(document, Span(at, block.span.end))


def _piece(document: Document, span: Span, kind: str = "") -> Piece:
    return Piece(span.start, span.end, document.quote(span), kind)
