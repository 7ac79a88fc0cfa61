"""What stands between two level lines of a table, or close above the first and below the last."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile

from pipeline.ingest.pdf.grouped import Extent
from pipeline.ingest.pdf.strips import Level, Words, strips_of

MOST_HEADS, _MOST_BANDS = 5, 2  # lines
_PADDING = 1.4  # em between a rule and the words of a title in the table, at most
_STEP, _TIGHT = 2.6, 1.5  # em between the base lines of an open table, and of one row of it
_HIGHEST = 80.0  # points that a head may stand high above the first line
_FOOT = 0.88  # of the page's height, below which there is no text
_LOW = 0.7  # of the page's height, above which no table goes on overleaf
_LONGEST = 300  # lines of a table on one page
_EDGE = 2.5  # points that words may stand out from the edge of their column
_ALIKE = 0.08  # of its size, that the type of rows may differ by
_CAPTION = re.compile(r"(?:Table|Figure|Fig\.|Box|Algorithm|Listing)\s*[A-Z]?\d")


@dataclass(eq=False)
class Band:
    """What stands between two lines; `open` says that one of them is missing."""

    top: float
    bottom: float
    levels: Sequence[Level]
    open: bool = False

    @property
    def size(self) -> float:
        """The size of its type."""
        return self.levels[0].glyphs[0].size

    @cached_property
    def strips(self) -> list[Extent]:
        """What parts its words into columns."""
        return strips_of(self.levels)


def open_start(
    words: Words, ceiling: float, bottom: float, left: float, right: float
) -> list[Band]:
    """What stands close above a line: heads, where only the feet of rows are ruled.

    What is wider than the table stands above its heads.
    """
    lines = words.above(bottom, max(ceiling, bottom - _HIGHEST), left, right)
    near = _until(lines[::-1], _TIGHT)
    levels = list(takewhile(lambda one: _is_alike(one, near[0]), near))[::-1]
    if not levels or bottom - levels[-1].base > _PADDING * levels[-1].glyphs[0].size:
        return []
    top = min(glyph.top for glyph in levels[0].glyphs) - 1
    return [Band(top, bottom, levels, open=True)] if len(levels) <= MOST_HEADS else []


def _is_alike(one: Level, other: Level) -> bool:
    """Whether two lines are set in type of one size."""
    size = one.glyphs[0].size
    return abs(size - other.glyphs[0].size) < _ALIKE * size


def open_end(lines: Sequence[Level], top: float, height: float) -> list[Band]:
    """What stands below the last line: a row, or rows that go on to the foot of the page."""
    levels = _until(lines, _STEP)
    foot = lines[len(levels) :]
    if not levels or levels[-1].base < _LOW * height or (foot and foot[0].base < _FOOT * height):
        levels = _until(lines, _TIGHT)[: MOST_HEADS + 1]
    if not levels or levels[0].base - top > 2 * _PADDING * levels[0].glyphs[0].size:
        return []
    bottom = max(glyph.bottom for glyph in levels[-1].glyphs) + 1
    return [Band(top, bottom, levels, open=True)]


def _until(levels: Sequence[Level], step: float) -> Sequence[Level]:
    """The first levels, up to one that is more than a step (em) away."""
    gaps = (abs(b.base - a.base) > step * a.glyphs[0].size for a, b in pairwise(levels))
    end = next((n for n, far in enumerate(gaps, 1) if far), len(levels))
    return levels[:end]


def is_caption(band: Band) -> bool:
    """Whether its first words are a caption."""
    return bool(_CAPTION.match(band.levels[0].text))


def is_title(band: Band) -> bool:
    """Whether the only words of a band are a line or two close to both rules."""
    if not 0 < len(band.levels) <= _MOST_BANDS or is_caption(band):
        return False
    first = min(glyph.top for glyph in band.levels[0].glyphs)
    last = max(glyph.bottom for glyph in band.levels[-1].glyphs)
    return max(first - band.top, band.bottom - last) < _PADDING * band.size


def under_heads(head: Band, words: Words, height: float, extent: Extent) -> list[Band]:
    """The rows below a line, and the heads above it, of a table that no other line rules.

    They go on as long as no words run over what parts the heads; what is wider than the table
    stands below it. Two columns begin where both heads do: the parts of a page's head do not.
    """
    columns = len(head.strips)
    if not columns:
        return []
    below = words.below(head.bottom, height, *extent)
    if not below or below[0].base - head.bottom > 2 * _PADDING * head.size:
        return []
    rows: list[Level] = []
    for level in _until(below, _STEP)[:_LONGEST]:
        over = any(x0 < y0 and y1 < x1 for x0, x1 in level.parts for y0, y1 in head.strips)
        if (
            over
            or not _is_alike(level, below[0])
            or len(strips_of([*head.levels, *rows, level])) < columns
        ):
            break
        rows.append(level)
    while rows and rows[-1].parts[-1][1] < head.strips[0][1]:
        rows.pop()  # the heading of what follows
    if not rows or (columns == 1 and not _begin_alike(head.levels[0], rows)):
        return []
    bottom = max(glyph.bottom for glyph in rows[-1].glyphs) + 1
    return [Band(head.top, head.bottom, head.levels), Band(head.bottom, bottom, rows)]


def _begin_alike(head: Level, rows: Sequence[Level]) -> bool:
    """Whether the words of rows begin where the words of their heads do."""
    lefts = [x0 for x0, _ in head.parts]
    found = [x0 for row in rows for x0, _ in row.parts]
    return len(rows) > 1 and all(any(abs(x0 - left) < _EDGE for left in lefts) for x0 in found)
