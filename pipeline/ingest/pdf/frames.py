"""Boxes on a page: frames or tinted grounds with words of their own, apart from the text."""

from collections.abc import Iterable, Sequence

from pipeline.ingest.pdf.leaf import Glyph, Leaf
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.tables import Grid

_NARROWEST, _LOWEST = 60.0, 24.0  # points; what is smaller shades a line or a word
_FEWEST = 2  # lines of a box: one line by itself is a heading on a band, or marked with a pen
_MOST = 0.8  # share of a page's words in a box, above which it is the ground of the page
_MOST_FRAMES = 200  # of a page; a map has thousands
_EDGE = 2.0  # points that two frames of one box may differ by


def frames_of(leaf: Leaf, pieces: Sequence[Sequence[Glyph]]) -> list[Rectangle]:
    """The outermost boxes of a page, by the runs of its type that stand in no table.

    A box holds several lines, yet not most of the page, and no line runs over its sides.
    """
    places = [_around(piece) for piece in pieces if piece[0].turn == 0]
    found: list[Rectangle] = []
    for frame in sorted({*_drawn(leaf)}, key=_size, reverse=True)[:_MOST_FRAMES]:
        if any(_holds(one, frame) for one in found):
            continue
        held = [place for place in places if _holds(frame, place)]
        rows = {round(place[3] / 4) for place in held}
        apart = len(rows) >= _FEWEST and len(held) <= _MOST * len(places)
        if apart and not any(_crosses(frame, place) for place in places):
            found.append(frame)
    return found


def sorted_into(
    frames: Sequence[Rectangle], pieces: Iterable[list[Glyph]]
) -> list[list[list[Glyph]]]:
    """The runs of type that stand in no box, then those in each."""
    groups: list[list[list[Glyph]]] = [[] for _ in range(len(frames) + 1)]
    for piece in pieces:
        place = _around(piece)
        home = (n for n, frame in enumerate(frames, 1) if _holds(frame, place))
        groups[next(home, 0)].append(piece)
    return groups


def gathered(items: Sequence[Printed | Grid]) -> list[Printed | Grid]:
    """Lines and tables in reading order, those of each box together, where its first line stood."""
    firsts: dict[int, int] = {}
    places = [firsts.setdefault(item.frame or -1 - n, n) for n, item in enumerate(items)]
    return [items[n] for n in sorted(range(len(items)), key=places.__getitem__)]


def _drawn(leaf: Leaf) -> Iterable[Rectangle]:
    tinted = [fill.box for fill in leaf.fills if fill.colour not in (None, "#ffffff")]
    single = [cells[0] for cells in leaf.grids if len(cells) == 1]
    for box in (*tinted, *leaf.frames, *single):
        if box[2] - box[0] >= _NARROWEST and box[3] - box[1] >= _LOWEST:
            yield box


def _size(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _around(piece: Sequence[Glyph]) -> Rectangle:
    first, last = piece[0].box, piece[-1].box
    x0, x1 = min(first[0], last[0]), max(first[2], last[2])
    return x0, min(first[1], last[1]), x1, max(first[3], last[3])


def _holds(frame: Rectangle, box: Rectangle) -> bool:
    y = (box[1] + box[3]) / 2
    wide = frame[0] - _EDGE <= box[0] and box[2] <= frame[2] + _EDGE
    return wide and frame[1] - _EDGE <= y <= frame[3] + _EDGE


def _crosses(frame: Rectangle, box: Rectangle) -> bool:
    """Whether words begin in a frame and end outside, or the other way about."""
    if not frame[1] < (box[1] + box[3]) / 2 < frame[3] or _holds(frame, box):
        return False
    return box[0] < frame[2] - _EDGE and frame[0] + _EDGE < box[2]
