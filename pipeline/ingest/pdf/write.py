"""Passages to the frozen text: blocks, lines and the pages that tile it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.build import TextBuilder
from pipeline.ingest.pdf.aside import is_aside, joined
from pipeline.ingest.pdf.blocks import continues
from pipeline.ingest.pdf.cut import Pairs, cut_cells
from pipeline.ingest.pdf.notes import link_notes
from pipeline.ingest.pdf.passage import Passage
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.sheet import Sheet
from pipeline.model import Block, BlockKind, Box, Cell, Inline, Line, Page, Span

_ALIGNED = 3.0  # points
_CITED = re.compile(r"[A-Z]{1,6}[-. ]?\d[\w.\-]*")


@dataclass
class Content:
    """The passages of a page in reading order; heads, notes and feet are kept out of the flow.

    `boxed` are rows of ruled cells that are no tables by themselves.
    """

    page: int
    boxed: list[list[Rectangle]] = field(default_factory=list)
    heads: list[Passage] = field(default_factory=list)
    flow: list[Passage] = field(default_factory=list)
    notes: list[Passage] = field(default_factory=list)
    feet: list[Passage] = field(default_factory=list)


def in_order(contents: Sequence[Content], heights: Mapping[int, float]) -> list[Passage]:
    """All passages in the order of the text, those that go on over a break joined into one.

    The notes and feet of a page come before a passage that goes on over its end, so that blocks do
    not interleave and each page's words stay together; those of a page that such a passage fills
    come after it. `heights` are those of the pages, by number.
    """
    ordered: list[Passage] = []
    flows = [joined(content.flow) for content in contents]
    for index, content in enumerate(contents):
        flow = flows[index]
        whole = len(flow)
        for here in range(index, len(contents) - 1):
            page, following = contents[here].page, flows[here + 1]
            boxed = contents[here + 1].boxed
            over = _over(flow, following, page, heights.get(page, 0.0), boxed)
            if over and here == index:
                whole = flow.index(over[0][0])
            for passage, rest in over:
                following.remove(rest)
                passage.lines = passage.lines + rest.lines
            if not over or not all(one.area and one.area.head for one in following):
                break
        ordered += [*content.heads, *flow[:whole], *content.notes, *content.feet, *flow[whole:]]
    return ordered


def _over(
    flow: Sequence[Passage],
    following: Sequence[Passage],
    page: int,
    height: float,
    boxed: Sequence[Sequence[Rectangle]],
) -> Pairs:
    """The passages of a page that go on at the top of the next, each with its rest."""
    if not flow or not following:
        return []
    last = flow[-1]
    rest = following[0]
    if last.area:
        if pairs := cut_cells(flow, following, page, height, boxed):
            return pairs
        # A row that others cite by its label is one; what prose says in cells is read as it lies.
        beside = flow[-2].text if len(flow) > 1 and flow[-2].area else ""
        cited = last.last.page == page and _CITED.fullmatch(beside)
        cut = _cut_off(last, following) if cited else None
        return [(last, cut)] if cut and continues(last, cut) else []
    if last.last.page == page and continues(last, rest):
        return [(last, rest)]
    # What stands aside at the foot of one page or at the head of the next parts no paragraph.
    open_ = next((one for one in reversed(flow) if not is_aside(one)), None)
    rest_ = next((one for one in following if not is_aside(one)), None)
    if open_ and rest_ and open_.last.page == page and continues(open_, rest_):
        return [(open_, rest_)]
    return []


def _cut_off(cell: Passage, following: Sequence[Passage]) -> Passage | None:
    """Where the last cell of a page may go on: alone in its row, below the heads of its table."""
    first = following[0]
    if first.area is None:
        rest = first
    else:
        rows = [p for p in following if p.area and p.table == first.table and not p.area.head]
        top = min((p.area.row for p in rows if p.area), default=0)
        begun = [p for p in rows if p.area and p.area.row == top]
        if len(begun) != 1:
            return None
        rest = begun[0]
    assert cell.area
    beside = cell.area.column > 0 and cell.area.columns == (rest.area or cell.area).columns
    return rest if beside and abs(rest.first.left - cell.last.left) < _ALIGNED else None


def write(
    passages: Sequence[Passage], sheets: Sequence[Sheet], metadata: str = ""
) -> tuple[str, list[Block], list[Page]]:
    """The text, its blocks, and the pages, which tile the text without gaps."""
    builder = TextBuilder()
    builder.add(BlockKind.METADATA, metadata)
    starts: dict[int, int] = {}
    for passage in passages:
        lines = _lines(passage)
        block = builder.add(
            passage.kind,
            passage.text,
            level=passage.level,
            cell=_cell(passage),
            inlines=_inlines(passage),
            lines=lines,
        )
        for line in block.lines if block else ():
            starts.setdefault(line.box.page, line.span.start)
    text = builder.text
    pages: list[Page] = []
    end = len(text)
    for sheet in reversed(sheets):
        # The cells of a row may go on over one page, and others over that and the next.
        start = min(end, starts.get(sheet.number, end))
        if sheet is sheets[0]:
            start = 0
        pages.append(
            Page(
                number=sheet.number,
                span=Span(start, end),
                width=round(sheet.width, 1),
                height=round(sheet.height, 1),
                verdict=sheet.verdict,
                hidden=sheet.hidden,
                garbled=sheet.garbled,
            )
        )
        end = start
    return text, link_notes(text, builder.blocks), pages[::-1]


def _lines(passage: Passage) -> list[Line]:
    lines = []
    start = 0
    for line in passage.lines:
        span = Span(start, start + len(line.text))
        lines.append(Line(span, Box(line.page, *line.box), line.words))
        start = span.end + 1
    return lines


def _inlines(passage: Passage) -> list[Inline]:
    """Bold runs, joined over line ends, and note marks; bold says nothing in a heading."""
    strong: list[tuple[int, int]] = []
    notes: list[tuple[int, int]] = []
    start = 0
    for line in passage.lines:
        for first, last in line.strong:
            if strong and start + first <= strong[-1][1] + 1:
                strong[-1] = (strong[-1][0], start + last)
            else:
                strong.append((start + first, start + last))
        notes += [(start + first, start + last) for first, last in line.notes]
        start += len(line.text) + 1
    if passage.kind is BlockKind.HEADING:
        strong = []
    found = [Inline(kind="strong", span=Span(*place)) for place in strong]
    found += [Inline(kind="note", span=Span(*place)) for place in notes]
    return sorted(found, key=lambda inline: (inline.span, inline.kind))


def _cell(passage: Passage) -> Cell | None:
    area = passage.area
    if area is None:
        return None
    return Cell(
        table=passage.table,
        row=area.row,
        column=area.column,
        rows=area.rows,
        columns=area.columns,
        head=area.head,
        ground=area.ground,
    )
