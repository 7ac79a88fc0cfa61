"""The strips that no words run over, where lines of words stand in columns close to each other."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf
from statistics import median

from pipeline.ingest.pdf.grouped import Extent
from pipeline.ingest.pdf.leaf import Glyph, parted
from pipeline.ingest.pdf.stacks import SNAP

_STRIP = 0.5  # em between two columns; justified words stand as far apart, but not row by row
_CROSSING = 0.1  # share of the levels that may run over a strip: cells over several columns
_SMALL = 0.85  # of the usual size; what is smaller is raised or lowered, on no line of its own
_LEVEL = 0.35  # em
_NEARER = 8  # points; the steps in which less and less of what stands above or below is looked at
_RAISED = 0.7  # em from the line that raised or lowered type belongs to, at most
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
    def bold(self) -> bool:
        """Whether all of it is in bold."""
        return all(glyph.bold for glyph in self.glyphs)

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
    lone: list[Level] = []
    for glyph in glyphs:
        if glyph.size < _SMALL * size:
            near = min(levels, key=lambda level: abs(level.base - glyph.base))
            if abs(near.base - glyph.base) > _RAISED * size:  # the number of the page
                near = next((one for one in lone if one.base == glyph.base), Level([], glyph.base))
                lone += [near] if not near.glyphs else []
            near.glyphs.append(glyph)
    levels = sorted([*levels, *lone], key=lambda level: level.base)
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
        start = found[-1][0] if found else -inf
        words = [
            "".join(glyph.text for glyph in level.glyphs if start < glyph.left < x0)
            for level in levels
        ]
        marks = [word for word in words if word]
        listed = all(_MARK.fullmatch(mark) for mark in marks)
        if not (listed and (found or all(_BULLET.fullmatch(mark) for mark in marks))):
            found.append((x0, x1))
    return found


class Words:
    """The words of a page that run at an angle, by their height in the frame of their text."""

    def __init__(self, glyphs: Iterable[Glyph], turn: int) -> None:
        alike = [glyph for glyph in glyphs if glyph.turn == turn and glyph.text != " "]
        self._glyphs = sorted(alike, key=_middle)
        self._middles = [_middle(glyph) for glyph in self._glyphs]

    def between(self, top: float, bottom: float, left: float, right: float) -> list[Level]:
        """The lines of words in a box; none where one runs over a side of it."""
        first, last = bisect_right(self._middles, top), bisect_left(self._middles, bottom)
        sides = left - SNAP, right + SNAP
        held = [g for g in self._glyphs[first:last] if g.right > sides[0] and g.left < sides[1]]
        if any(g.left < x < g.right for g in held for x in sides):
            return []
        near = [g for g in self._glyphs[first:last] if _is_near(g, *sides)]
        levels = levels_of([part for part in parted(near) if part.text != " "])
        if any(x0 < x < x1 for level in levels for x0, x1 in level.parts for x in sides):
            return []
        if len(near) > len(held):
            levels = levels_of([part for part in parted(held) if part.text != " "])
        return levels

    def above(self, bottom: float, ceiling: float, left: float, right: float) -> list[Level]:
        """The lines above a height, from as far up to a ceiling as none runs over a side."""
        tops = range(floor(ceiling), floor(bottom), _NEARER)
        return next((found for y in tops if (found := self.between(y, bottom, left, right))), [])

    def below(self, top: float, foot: float, left: float, right: float) -> list[Level]:
        """The lines below a height, as far down to a foot as none runs over a side.

        A page that is seen turned has no foot: it is endless.
        """
        foot = min(foot, self._middles[-1] + 1) if self._middles else top
        feet = (foot, *range(floor(foot), floor(top), -_NEARER))
        return next((found for y in feet if (found := self.between(top, y, left, right))), [])


def _middle(glyph: Glyph) -> float:
    return (glyph.top + glyph.bottom) / 2


def _is_near(glyph: Glyph, left: float, right: float) -> bool:
    return glyph.right > left - glyph.size and glyph.left < right + glyph.size
