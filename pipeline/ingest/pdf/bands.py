"""Grounds that are painted as lines: one as thick as the band, or strips one against the other."""

from collections.abc import Iterable, Sequence

from pipeline.ingest.pdf.ruling import Rectangle

BROAD = 3.0  # points; what is narrower is a strip: it hides no word, and is no ground by itself
MOST_STRIPS = 1_000  # of a page; a stepped shade has 256, a map 100,000
_COVERED = 0.7  # share of the height of words that a band is behind: it may end at their base line
_ALONG = 0.9  # of the width of words, that a strip behind them runs along


def is_broad(box: Rectangle) -> bool:
    """Whether an area is wide and high enough to be a ground, or to hide a word."""
    return box[2] - box[0] > BROAD and box[3] - box[1] > BROAD


def widened(box: Rectangle, width: float) -> Rectangle:
    """The area that a line of a width is painted over."""
    half = width / 2
    return box[0] - half, box[1] - half, box[2] + half, box[3] + half


def are_behind(strips: Iterable[Rectangle], box: Rectangle) -> bool:
    """Whether strips together, level or upright, are a ground of what is in a box."""
    x0, top, x1, bottom = box
    level: list[tuple[float, float]] = []
    upright: list[tuple[float, float]] = []
    for left, high, right, low in strips:
        if min(right, x1) - max(left, x0) >= _ALONG * (x1 - x0):
            level.append((max(high, top), min(low, bottom)))
        if min(low, bottom) - max(high, top) >= _COVERED * (bottom - top):
            upright.append((max(left, x0), min(right, x1)))
    return (
        _union(level) >= _COVERED * (bottom - top) > 0 or _union(upright) >= _ALONG * (x1 - x0) > 0
    )


def _union(extents: Sequence[tuple[float, float]]) -> float:
    """How much extents cover together."""
    covered, end = 0.0, float("-inf")
    for start, stop in sorted(extents):
        covered += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return covered
