"""What stands aside from the text of a page: boxes, figures and captions; the text goes on."""

from collections.abc import Iterable, Sequence

from pipeline.ingest.pdf.blocks import continues, passages_of
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.lists import with_marks
from pipeline.ingest.pdf.passage import Passage, Type, beneath
from pipeline.model import BlockKind

_ALIGNED = 3.0  # points that the parts of one paragraph may begin apart
_ASIDE = frozenset({BlockKind.CAPTION, BlockKind.FIGURE, BlockKind.CELL, BlockKind.FURNITURE})


def flow_of(lines: Sequence[Printed], type_: Type) -> list[Passage]:
    """The passages of lines, those of each box and figure behind the passage that they follow."""
    plain = [line for line in lines if not (line.frame or line.figure)]
    passages = with_marks(passages_of(plain, type_))
    if len(plain) == len(lines):
        return passages
    groups: dict[tuple[int, int], list[Printed]] = {}
    before: dict[tuple[int, int], Printed | None] = {}
    last = None
    for line in lines:
        if not (line.frame or line.figure):
            last = line
            continue
        key = (0, line.figure) if line.figure else (line.frame, 0)
        before.setdefault(key, last)
        groups.setdefault(key, []).append(line)
    behind: dict[int, list[Passage]] = {}
    homes = {id(line): place for place, passage in enumerate(passages) for line in passage.lines}
    for key, group in groups.items():
        above = before[key]
        found = behind.setdefault(homes[id(above)] if above else -1, [])
        found += (
            [Passage(BlockKind.FIGURE, group)] if key[1] else with_marks(passages_of(group, type_))
        )
    flow = behind.get(-1, [])
    for place, passage in enumerate(passages):
        flow += [passage, *behind.get(place, [])]
    return flow


def is_aside(passage: Passage) -> bool:
    """Whether a passage is no part of the running text."""
    return passage.kind in _ASIDE or bool(passage.first.frame)


def joined(flow: Iterable[Passage]) -> list[Passage]:
    """Passages that go on in the next column of their page, or behind what stands aside, joined."""
    found: list[Passage] = []
    for passage in flow:
        # Nothing but a paragraph goes on where another passage ended, and a table has many cells.
        before = _open(found, passage) if passage.kind is BlockKind.PARAGRAPH else None
        if before and continues(before, passage):
            before.lines += passage.lines
        else:
            found.append(passage)
    return found


def _open(found: Sequence[Passage], passage: Passage) -> Passage | None:
    """The passage that another may go on: the one before it, what stands aside left out."""
    frame = passage.first.frame
    place = len(found) - 1
    while place >= 0 and is_aside(found[place]) and found[place].first.frame != (frame or -1):
        place -= 1
    if place < 0 or found[place].area or found[place].first.frame != frame:
        return None
    before = found[place]
    if before.last.base > passage.first.base:
        return before  # in the next column
    around = place < len(found) - 1 and beneath(before.last, passage.first)
    tables = any(one.area for one in found[place + 1 :])
    level = abs(before.lines[-1].left - passage.first.left) < _ALIGNED
    return before if around and level and not tables else None
