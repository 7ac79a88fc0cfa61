"""Grounds that are painted as lines: one as thick as the band, or strips one against the other."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.ingest.pdf.leaf import are_alike
from pipeline.ingest.pdf.ruling import Rectangle

BROAD = 3.0  # points; what is narrower is a strip: it hides no word, and is no ground by itself
_COVERED = 0.7  # share of the height of words that a band is behind: it may end at their base line
_ALONG = 0.9  # of the width of words, that a strip behind them runs along
_SHELF = 16.0  # points
_HIGHEST = 200  # shelves; what is higher is no strip of a page, and no word
_MOST, _MOST_NEAR = 20_000, 1_000  # strips of a page, and behind one word; a stepped shade has 256


class Strips:
    """The strips of a page, each with its colour (None: not known) and place in the painting."""

    def __init__(self) -> None:
        self._shelves: dict[int, list[tuple[float, Rectangle, str | None]]] = defaultdict(list)
        self._count = 0

    def take(
        self,
        z: float,
        box: Rectangle,
        *,
        width: float,
        ink: str | None,
        fill: bool,
        colour: str | None,
    ) -> None:
        """Take up a line or rectangle, if what is painted of it is a strip.

        `width` and `ink` are those of its line, 0 where that is not painted.
        """
        thin = min(box[2] - box[0], box[3] - box[1])
        if thin <= width > 0:
            half = width / 2
            self._add(z, (box[0] - half, box[1] - half, box[2] + half, box[3] + half), ink)
        elif fill and thin <= BROAD:
            self._add(z, box, colour)

    def _add(self, z: float, box: Rectangle, colour: str | None) -> None:
        low, high = box[1] // _SHELF, box[3] // _SHELF
        if self._count < _MOST and 0 <= high - low <= _HIGHEST:
            self._count += 1
            for shelf in range(int(low), int(high) + 1):
                self._shelves[shelf].append((z, box, colour))

    def are_behind(self, box: Rectangle, colour: str, after: float, before: float) -> bool:
        """Whether those of another colour, painted between two things, are the ground of a box."""
        x0, top, x1, bottom = box
        if not bottom - top < _SHELF * _HIGHEST:
            return False
        level: list[tuple[float, float]] = []
        upright: list[tuple[float, float]] = []
        near = [
            strip
            for shelf in range(int(top // _SHELF), int(bottom // _SHELF) + 1)
            for strip in self._shelves.get(shelf, ())
        ]
        for z, (left, high, right, low), own in near if len(near) <= _MOST_NEAR else ():
            if not after < z < before or (own and are_alike(own, colour)):
                continue
            if min(right, x1) - max(left, x0) >= _ALONG * (x1 - x0):
                level.append((max(high, top), min(low, bottom)))
            if min(low, bottom) - max(high, top) >= _COVERED * (bottom - top):
                upright.append((max(left, x0), min(right, x1)))
        return (
            _union(level) >= _COVERED * (bottom - top) > 0
            or _union(upright) >= _ALONG * (x1 - x0) > 0
        )


def is_broad(box: Rectangle) -> bool:
    """Whether an area is wide and high enough to be a ground, or to hide a word."""
    return box[2] - box[0] > BROAD and box[3] - box[1] > BROAD


def _union(extents: Sequence[tuple[float, float]]) -> float:
    """How much extents cover together."""
    covered, end = 0.0, float("-inf")
    for start, stop in sorted(extents):
        covered += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return covered
