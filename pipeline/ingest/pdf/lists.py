"""Lists: how deep their items stand, and marks that stand on a line of their own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pipeline.ingest.pdf.passage import Passage, marker_of
from pipeline.model import BlockKind

_FARTHEST = 3.5  # em between a mark and its words, across
_BELOW = 1.8  # em, down


def nest(passages: Sequence[Passage]) -> None:
    """Give each list item its level: its believed tag's, or how many less indented are above.

    How far an item is indented counts from the left edge of its column.
    """
    moved = _moved(passages)
    indents: list[float] = []
    for passage in passages:
        left = passage.first.left - moved.get(_column(passage), 0.0)
        em = passage.first.size
        if passage.kind is BlockKind.LIST_ITEM:
            while indents and indents[-1] > left + 0.4 * em:
                indents.pop()
            if not indents or left > indents[-1] + 0.4 * em:
                indents.append(left)
            tag = passage.first.tag
            passage.level = (tag.level if tag and tag.opens else 0) or len(indents)
        elif passage.kind is BlockKind.HEADING or (
            passage.kind is BlockKind.PARAGRAPH and indents and left < indents[0] + 0.4 * em
        ):
            indents = []


def _column(passage: Passage) -> tuple[int, int]:
    return passage.first.page, max(0, passage.first.column)


def _moved(passages: Iterable[Passage]) -> dict[tuple[int, int], float]:
    """How far the left edge of each later column of a page stands from that of its first.

    The edges are those of all pages with as many columns: one column may be of nested items only.
    """
    lefts: dict[tuple[int, int], float] = {}
    for passage in passages:
        if passage.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.HEADING):
            key = _column(passage)
            left = min(line.left for line in passage.lines if line.page == key[0])
            if not (passage.first.turn or passage.first.frame):
                lefts[key] = min(left, lefts.get(key, left))
    counts: dict[int, int] = defaultdict(int)
    for page, column in lefts:
        counts[page] = max(counts[page], column + 1)
    edges: dict[tuple[int, int], float] = {}
    for (page, column), left in lefts.items():
        same = counts[page], column
        edges[same] = min(left, edges.get(same, left))
    return {
        (page, column): edges[counts[page], column] - edges.get((counts[page], 0), 0.0)
        for page, column in lefts
        if column and (counts[page], 0) in edges
    }


def with_marks(passages: Iterable[Passage]) -> list[Passage]:
    """Passages; a mark on a line of its own and the words right of it are one item."""
    found: list[Passage] = []
    for passage in passages:
        mark = found[-1] if found else None
        if mark and _is_mark(mark) and _is_beside(mark, passage):
            opens = marker_of(mark.text)
            passage.lines = mark.lines + passage.lines
            passage.kind, passage.marker = BlockKind.LIST_ITEM, opens[0].strip() if opens else ""
            found[-1] = passage
        else:
            found.append(passage)
    return found


def _is_mark(passage: Passage) -> bool:
    opens = marker_of(passage.text)
    return passage.kind is BlockKind.PARAGRAPH and opens is not None and opens[0] == passage.text


def _is_beside(mark: Passage, words: Passage) -> bool:
    """Whether words stand right of a mark, on its line or the next."""
    one, other = mark.first, words.first
    if words.kind is not BlockKind.PARAGRAPH or one.page != other.page or one.turn or other.turn:
        return False
    across = other.left - one.right
    return 0 < across < _FARTHEST * one.size and abs(other.base - one.base) < _BELOW * one.size
