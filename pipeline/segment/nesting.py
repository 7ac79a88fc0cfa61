"""Lists as trees: which item stands below which, told by number, indentation and level together.

Numbers decide first: "B." goes on "A." over any depth and any paragraph between. Where there are
none, the left edge does, or the level that the reader gave. `sure` says how well they agree.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.model import Block, BlockKind, Document, Inline, Span
from pipeline.segment.numbering import Number, chains, readings
from pipeline.segment.passage import Placed, body, is_boxed, is_clause, placed

_PROPOSAL = re.compile(r"[A-Z][a-z]{4,} (?:\d+(?:\.\d+)*|[IVX]+)[:.]\s")
_NEAR = 7.0  # points: right-aligned numbers of one list differ by as much
_INDENT = 18.0  # points: what a level of a reader without geometry counts for
_RUNNING = 8  # numbered paragraphs in a row that make a report of numbered paragraphs
_SECTIONS = 3  # ... under at least so many headings
_TITLE = 8  # words of a title between items
_LONG = 30  # ... of so many words on average


@dataclass(eq=False)
class Item:
    """A list item with all that belongs to it. `text` is without its marker.

    `intro` is the paragraph that leads into the item and its siblings, up to the next one;
    `name` is its name where that stands apart from the text;
    `more` are its words behind a page's end, `paragraphs` go on the item itself.
    """

    place: Span
    text: Span
    inlines: tuple[Inline, ...] = ()
    numbers: tuple[Number, ...] = ()
    level: int = 1
    left: float = 0.0
    name: Span | None = None
    intro: Span | None = None
    sure: float = 1.0
    more: list[Span] = field(default_factory=list)
    paragraphs: list[Block] = field(default_factory=list)
    children: list["Item"] = field(default_factory=list)

    def glyph(self, document: Document) -> str:
        """Its bullet, or "" for a numbered item."""
        return "" if self.numbers else document.quote(self.place).lstrip()[:1]


@dataclass
class Lists:
    """The lists under one heading, and the paragraphs that are in none."""

    trail: tuple[Block, ...]
    top: list[Item]
    loose: list[Block]


def lists(document: Document) -> Iterator[Lists]:
    """The lists of a document, heading by heading, in reading order."""
    running = numbered_paragraphs(document)
    below = (here for here in placed(document) if here.block.kind is not BlockKind.FOOTNOTE)
    for is_heading, group in groupby(below, key=lambda h: h.block.kind is BlockKind.HEADING):
        if is_heading:
            continue
        for trail, same in groupby(group, key=lambda here: here.trail):
            yield _Tree(document, running, trail).grown(same)


def numbered_paragraphs(document: Document) -> frozenset[Span]:
    """The numbered paragraphs of a report: one long series of long items through many sections."""
    items = [here for here in placed(document) if here.block.kind is BlockKind.LIST_ITEM]
    numbers = [
        tuple(n for n in readings(document.quote(here.block.span)) if n.kind == "decimal")
        for here in items
    ]
    found: set[Span] = set()
    for chain in chains(numbers):
        blocks = [items[position] for position in chain]
        words = sum(len(document.quote(here.block.span).split()) for here in blocks)
        sections = {here.trail for here in blocks}
        if (
            len(chain) >= _RUNNING
            and len(sections) >= _SECTIONS
            and words >= _LONG * len(chain)
            and all(len(numbers[position][0].value) == 1 for position in chain)
        ):
            found |= {here.block.span for here in blocks}
    return frozenset(found)


class _Tree:
    """Grows the lists of one heading block by block."""

    def __init__(
        self, document: Document, running: frozenset[Span], trail: tuple[Block, ...]
    ) -> None:
        self._document = document
        self._running = running
        self._root = Item(Span(0, 0), Span(0, 0), level=0, left=-1.0)
        self._open = [self._root]
        self._intro: Span | None = None
        self._lists = Lists(trail, self._root.children, [])

    def grown(self, blocks: Iterator[Placed]) -> Lists:
        for here in blocks:
            block = here.block
            listed = block.kind is BlockKind.LIST_ITEM or self._stands_as_item(block)
            if listed and block.span not in self._running and not self._proposes(block):
                self._add(block)
            elif block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
                self._paragraph(block)
            else:
                self._open, self._intro = [self._root], None
        return self._lists

    def _proposes(self, block: Block) -> bool:
        """Whether it is all in bold and opens "Recommendation 7:": more than an item of a list."""
        span = self._document.trim(block.span)
        bold = [inline.span for inline in block.inlines if inline.kind == "strong"]
        whole = any(one.start <= span.start and one.end >= span.end for one in bold)
        return whole and _PROPOSAL.match(self._document.quote(span)) is not None

    def _stands_as_item(self, block: Block) -> bool:
        """Whether a paragraph is an item: a box stands before it, or it is a numbered clause."""
        paragraph = block.kind is BlockKind.PARAGRAPH
        return paragraph and (
            is_boxed(self._document, block.span) or is_clause(self._document, block)
        )

    def _add(self, block: Block) -> None:
        text = self._document.quote(block.span)
        numbers = readings(text)
        item = Item(
            block.span,
            body(self._document, block),
            block.inlines,
            numbers,
            block.level,
            _left(block),
        )
        parent, brother = self._place(item)
        item.intro = self._intro
        if brother:
            item.intro = item.intro or brother.intro
        elif parent is not self._root:
            item.intro = item.intro or parent.text
        item.sure = self._sureness(item, parent, brother)
        self._intro = None
        parent.children.append(item)
        self._open = [*self._open[: self._open.index(parent) + 1], item]

    def _place(self, item: Item) -> tuple[Item, Item | None]:
        """The item that it stands below, and the sibling before it in its own series, if any."""
        path = self._path()
        for parent in reversed(path):
            last = parent.children[-1] if parent.children else None
            if last and self._goes_on(item, last):
                self._open = path[: path.index(parent) + 1]
                return parent, last
        parent = self._root
        for other in self._open[1:]:
            if self._deeper(item, other):
                parent = other
        return parent, None

    def _path(self) -> list[Item]:
        """The open items, and below the innermost its last descendants: series may go on there."""
        path = list(self._open)
        while path[-1].children:
            path.append(path[-1].children[-1])
        return path

    def _goes_on(self, item: Item, last: Item) -> bool:
        for number in item.numbers:
            for before in last.numbers:
                if number.follows(before):
                    item.numbers, last.numbers = (number,), (before,)
                    return True
        if item.numbers or last.numbers or self._intro:
            return False
        same = item.glyph(self._document) == last.glyph(self._document)
        return same and (abs(item.left - last.left) <= _NEAR or item.level == last.level)

    def _deeper(self, item: Item, other: Item) -> bool:
        if item.left - other.left > _NEAR:
            return True
        aligned = abs(item.left - other.left) <= _NEAR
        return aligned and item.level > other.level

    def _sureness(self, item: Item, parent: Item, brother: Item | None) -> float:
        """1 when number, indentation and level say the same, less for each that differs."""
        if brother is None:
            return 1.0 if not item.numbers or item.numbers[0].is_first() else 0.6
        aligned = abs(item.left - brother.left) <= _NEAR
        return 1.0 - 0.2 * (not aligned) - 0.2 * (item.level != brother.level)

    def _paragraph(self, block: Block) -> None:
        if self._open[1:] and self._entitles(block):
            return
        self._intro = block.span
        owner = self._root
        if block.lines:
            left = min(line.box.x0 for line in block.lines)
            for other in self._open[1:]:
                if left - other.left > _NEAR:
                    owner = other
        self._open = self._open[: self._open.index(owner) + 1]
        if owner is self._root:
            self._lists.loose.append(block)
            return
        # Behind its children a paragraph speaks of what follows, not of the item.
        if not owner.children:
            owner.paragraphs.append(block)

    def _entitles(self, block: Block) -> bool:
        """Whether a paragraph is a title between items, and leads into nothing itself.

        "Recommendation 2: Independent audits" is more than a title: it begins the next measure.
        """
        words = self._document.quote(block.span).split()
        if len(words) > 1 and words[1].rstrip(".:)").isdigit():
            return False
        title = words[-1][-1].isalnum() and words[0][:1].isupper()
        return len(words) <= _TITLE and title


def _left(block: Block) -> float:
    if block.lines:
        return block.lines[0].box.x0
    return _INDENT * block.level


def groups(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Siblings that one intro leads into."""
    for _, group in groupby(items, key=lambda item: item.intro):
        yield list(group)
