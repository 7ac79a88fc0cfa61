"""A document as read: one frozen text, its pages and blocks, and the only maker of provenance."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from pipeline.model.base import Frozen
from pipeline.model.hyphen import Hyphens
from pipeline.model.issue import Issue
from pipeline.model.place import Box, Line, Span
from pipeline.model.text import normal_form

_CLOSING = re.compile(r"\s[)\].,;:!?]")
CONTEXT = 32  # characters of prefix and suffix, as the W3C text-quote selector advises


class Verdict(StrEnum):
    """What could be read of a page or a document."""

    COMPLETE = "complete"
    CUT_SHORT = "cut short"
    PARTIAL = "partial"
    BLANK = "blank"
    NEEDS_OCR = "needs OCR"
    GARBLED = "garbled"
    FAILED = "failed"


class BlockKind(StrEnum):
    """What a block is on the page; FIGURE is for the words of a drawing and for formulas."""

    METADATA = "metadata"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    CELL = "cell"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    QUOTATION = "quotation"
    CODE = "code"
    FIGURE = "figure"
    FURNITURE = "furniture"


# What is no part of what the authors say: no measure is looked for in it.
UNREAD = (BlockKind.FURNITURE, BlockKind.FIGURE, BlockKind.METADATA)


class Inline(Frozen):
    """Words set apart in a block: `strong`, `emphasis`, `code`, `note` or `link` (with href).

    The href of a note mark, where its footnote is known, is the footnote's span: `#start-end`.
    """

    kind: str
    span: Span
    href: str | None = None


class Cell(Frozen):
    """The place of a table cell: table number in the document, row and column from 0.

    `ground` is the fill colour behind the cell where it differs from the page (`#rrggbb`).
    """

    table: int
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    head: bool = False
    ground: str | None = None


class Block(Frozen):
    """A run of text that belongs together; blocks are in reading order and never overlap.

    `level` is the depth of a heading (1 is the highest) or the nesting of a list item, else 0.
    List markers and numbers are part of the text, as printed. `lines` is empty where the format
    has no geometry.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    cell: Cell | None = None
    lines: tuple[Line, ...] = ()
    inlines: tuple[Inline, ...] = ()


class Page(Frozen):
    """A page: number from 1, its span of the text, its size in points, and how well it was read."""

    number: int
    span: Span
    width: float = 0.0
    height: float = 0.0
    verdict: Verdict = Verdict.COMPLETE
    hidden: int = 0
    garbled: int = 0


class Provenance(Frozen):
    """The words behind a value. Only `Document.cite` makes one, so quote and place agree."""

    span: Span
    pages: tuple[int, ...]
    boxes: tuple[Box, ...]
    quote: str
    prefix: str
    suffix: str
    made_by: str

    def by(self, made_by: str) -> "Provenance":
        """The same words, as another found them too: a tenth of the time to cite them again."""
        return self.model_copy(update={"made_by": made_by}) if made_by != self.made_by else self


@dataclass(frozen=True)
class Table:
    """A table as a grid of blocks; a merged cell stands at its first place, `None` elsewhere."""

    number: int
    rows: tuple[tuple[Block | None, ...], ...]

    @cached_property
    def heads(self) -> tuple[tuple[Block, ...], ...]:
        """The head cells over each column, from the top: the widest first."""
        found: list[list[Block]] = [[] for _ in range(max(map(len, self.rows), default=0))]
        for block in (block for row in self.rows for block in row if block):
            if block.cell and block.cell.head:
                for column in range(block.cell.column, block.cell.column + block.cell.columns):
                    found[column].append(block)
        return tuple(map(tuple, found))


class Document(Frozen):
    """A document frozen as text. `path` is relative to `raw/`, `sha256` is of the original bytes.

    `made_by` names the versions of all that shaped the text.
    """

    path: str
    sha256: str
    media_type: str
    verdict: Verdict
    made_by: dict[str, str]
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    issues: tuple[Issue, ...] = ()

    @cached_property
    def id(self) -> str:
        """A name for the text itself: the same words have the same id, wherever they came from."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @cached_property
    def hyphens(self) -> Hyphens:
        """Which hyphens at the line ends of the text belong to their words."""
        return Hyphens(self.text)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables in reading order."""
        cells = [block for block in self.blocks if block.cell]
        return tuple(
            _grid(number, list(group))
            for number, group in groupby(cells, key=lambda block: block.cell.table)  # type: ignore[union-attr]
        )

    def quote(self, span: Span) -> str:
        """The words at a span."""
        return self.text[span.start : span.end]

    def trim(self, span: Span) -> Span:
        """The span without white space at its ends (empty at its start when there is only that)."""
        quote = self.quote(span)
        start = span.start + len(quote) - len(quote.lstrip())
        return Span(start, start + len(quote.strip())) if quote.strip() else Span(start, start)

    def cite(self, span: Span, made_by: str) -> Provenance:
        """The provenance of the words at `span`, without white space at their ends.

        `made_by` names the maker: `reader:...`, `rule:...`, `model:...` or `curator:...`.
        Raises ValueError when the span is empty or leaves the text: nothing is quoted from nowhere.
        """
        start, end = self.trim(span)
        if not (span.start >= 0 and span.end <= len(self.text) and start < end):
            raise ValueError(
                f"no words at {tuple(span)} of {self.path} ({len(self.text)} characters)"
            )
        boxes = tuple(self._boxes_at(start, end))
        # The cells of a row that a page break cuts stand each with its rest: the lines tell.
        pages = sorted({box.page for box in boxes}) or self._pages_at(start, end)
        return Provenance(
            span=Span(start, end),
            pages=tuple(pages),
            boxes=boxes,
            quote=self.text[start:end],
            prefix=self.text[max(0, start - CONTEXT) : start],
            suffix=self.text[end : end + CONTEXT],
            made_by=made_by,
        )

    def value(self, places: Sequence[Provenance]) -> str:
        """What words say, read in one run: their normal form, without the marks of notes."""
        words = "\n".join(self._unmarked(place.span) for place in places)
        return normal_form(words, self.hyphens)

    def _unmarked(self, span: Span) -> str:
        """The words at a span without the marks of notes, and the space that each mark took."""
        words, start = "", span.start
        for block in self.blocks_at(span):
            for note in (inline.span for inline in block.inlines if inline.kind == "note"):
                if start <= note.start and note.end <= span.end:
                    words += self.text[start : note.start].rstrip()
                    start = note.end
                    if _CLOSING.match(self.text, start):
                        start += 1
        return words + self.text[start : span.end]

    def blocks_at(self, span: Span) -> tuple[Block, ...]:
        """The blocks that share a character with `span`, in reading order."""
        first = max(0, bisect_right(self._block_starts, span.start) - 1)
        last = bisect_right(self._block_starts, span.end - 1)
        return tuple(b for b in self.blocks[first:last] if b.span.touches(span))

    @cached_property
    def _block_starts(self) -> list[int]:
        return [block.span.start for block in self.blocks]

    @cached_property
    def _page_starts(self) -> list[int]:
        return [page.span.start for page in self.pages]

    def _pages_at(self, start: int, end: int) -> list[int]:
        # An empty page starts where the next one does, so bisect from the right finds the real one.
        first = max(0, bisect_right(self._page_starts, start) - 1)
        last = max(first + 1, bisect_right(self._page_starts, end - 1))
        return [
            page.number
            for page in self.pages[first:last]
            if page.span.start < end and start < page.span.end
        ]

    def _boxes_at(self, start: int, end: int) -> Iterator[Box]:
        for block in self.blocks_at(Span(start, end)):
            for line in block.lines:
                first, last = line.span
                if start <= first and last <= end:
                    yield line.box
                elif first < end and start < last:
                    yield self._box_within(line, start, end)

    def _box_within(self, line: Line, start: int, end: int) -> Box:
        if not line.words:
            return line.box
        before = self.text[line.span.start : max(start, line.span.start)]
        inside = self.text[max(start, line.span.start) : min(end, line.span.end)]
        # A cut inside a word takes the whole word: boxes are exact to the word.
        first = len(before.split()) - (bool(before) and not before[-1].isspace())
        last = first + max(1, len(inside.split())) - 1
        count = len(line.words) // 2
        first, last = min(first, count - 1), min(last, count - 1)
        return line.box._replace(x0=line.words[2 * first], x1=line.words[2 * last + 1])


def _grid(number: int, cells: list[Block]) -> Table:
    places = [(block, block.cell) for block in cells if block.cell]
    height = max(cell.row + cell.rows for _, cell in places)
    width = max(cell.column + cell.columns for _, cell in places)
    grid: list[list[Block | None]] = [[None] * width for _ in range(height)]
    for block, cell in places:
        grid[cell.row][cell.column] = block
    return Table(number, tuple(tuple(row) for row in grid))
