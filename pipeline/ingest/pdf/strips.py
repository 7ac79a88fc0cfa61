"""The strips that no words run over, where lines of words stand in columns close to each other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.ingest.pdf.grouped import Extent
from pipeline.ingest.pdf.leaf import Glyph

_STRIP = 0.5  # em between two columns; justified words stand as far apart, but not row by row
_CROSSING = 0.1  # share of the levels that may run over a strip: cells over several columns
_SMALL = 0.85  # of the usual size; what is smaller is raised or lowered, on no line of its own
_LEVEL = 0.35  # em
_BULLET = re.compile(r"[^\w\s]|[o§]")
_MARK = re.compile(r"[^\w\s]|[o§]|\(?(?:\d{1,2}|[A-Za-z]|[ivx]{1,4})[.)]")


@dataclass(eq=False)
class Level:
    """Words on one base line."""

    glyphs: list[Glyph]
    base: float

    @property
    def text(self) -> str:
        """Its letters, without the spaces."""
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def parts(self) -> list[Extent]:
        """The extents of its words that no strip can part."""
        return [(part[0].left, max(glyph.right for glyph in part)) for part in split(self.glyphs)]


def levels_of(glyphs: Sequence[Glyph]) -> list[Level]:
    """The lines that glyphs stand on, from the top, with what is raised above them."""
    if not glyphs:
        return []
    size = median(glyph.size for glyph in glyphs)
    levels: list[Level] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.base):
        if glyph.size < _SMALL * size:
            continue
        if not levels or glyph.base - levels[-1].base > _LEVEL * glyph.size:
            levels.append(Level([], glyph.base))
        levels[-1].glyphs.append(glyph)
    for glyph in glyphs:
        if glyph.size < _SMALL * size:
            min(levels, key=lambda level: abs(level.base - glyph.base)).glyphs.append(glyph)
    for level in levels:
        level.glyphs.sort(key=lambda glyph: glyph.left)
    return levels


def strips_of(levels: Sequence[Level]) -> list[Extent]:
    """What lies between the words of lines, and is as wide as columns are apart."""
    if not levels:
        return []
    most = int(_CROSSING * len(levels))
    least = _STRIP * median(level.glyphs[0].size for level in levels)
    parts = [part for level in levels for part in level.parts]
    edges = sorted(edge for x0, x1 in parts for edge in ((x0, 1), (x1, -1)))
    found: list[Extent] = []
    over = 0
    for (x, step), (following, _) in pairwise(edges):
        over += step
        if over <= most and found and x - found[-1][1] < 0.01:
            found[-1] = (found[-1][0], following)
        elif over <= most:
            found.append((x, following))
    # Where a cell alone in its column is long, nothing begins behind the words that it runs over.
    lefts = [x0 for x0, _ in parts]
    ends = [x0 for x0, _ in found[1:]] + [edges[-1][0]]
    return [
        (x0, x1)
        for (x0, x1), end in zip(found, ends, strict=False)
        if x1 - x0 >= least and any(x0 < left < end for left in lefts)
    ]


def split(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Glyphs from the left, parted where a strip may be."""
    parts: list[list[Glyph]] = []
    right = 0.0
    for glyph in glyphs:
        if not parts or glyph.left - right >= 0.9 * _STRIP * glyph.size:
            parts.append([])
            right = glyph.right
        parts[-1].append(glyph)
        right = max(right, glyph.right)
    return parts


def without_marks(strips: Sequence[Extent], levels: Sequence[Level]) -> list[Extent]:
    """The strips, but for those between the marks of lists in a column and their items."""
    found: list[Extent] = []
    for x0, x1 in strips:
        start = found[-1][0] if found else 0.0
        words = [
            "".join(glyph.text for glyph in level.glyphs if start < glyph.left < x0)
            for level in levels
        ]
        marks = [word for word in words if word]
        listed = all(_MARK.fullmatch(mark) for mark in marks)
        if not (listed and (found or all(_BULLET.fullmatch(mark) for mark in marks))):
            found.append((x0, x1))
    return found
