"""The words of drawings: labels of axes, legends, what stands in the boxes of a diagram.

They are sought where a caption names a figure, and shapes or a picture stand beside it. Without a
caption a drawing must look like nothing else: on a page of prose, with a word in each of several
shapes, or with more numbers than words.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.ingest.pdf.leaf import Leaf
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.points import holds, middle
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.tables import Grid

_CAPTION = re.compile(
    r"(?:Figure|Fig\.?|Chart|Graph|Diagram|Exhibit)\s+[A-Z]?\d{1,3}(?:[.\-–]\d{1,2})*[a-z]?"
    r"\s*(?:[.:|–—-](?:\s|$)|$)"
)
_APART = 14.0  # points between shapes of one drawing, at most
_NEAR = 40.0  # points between a drawing and its caption, at most
_NARROWEST, _LOWEST = 60.0, 40.0  # points; what is smaller is no figure
_GROUND = 0.6  # of the page; what is larger is its ground
_AROUND = 40.0  # points that labels may stand outside the shapes
_MOST = 3_000  # shapes of a page, the largest first; they lie within each other
_WORDY = 8  # words of a line of prose
_RULE = 2.5  # points
_FEWEST_SHAPES, _FEWEST_NUMBERS = 3, 4  # of a figure that no caption names
_FEWEST_PROSE = 3  # lines on its page beside it: slides and covers are drawn all over
_BESIDE = 36.0  # points that its labels may stand outside its shapes
_LARGEST = 1.3  # of the body's size, that they may be
_SAID = re.compile(r"[.!?;:]$|^(?:[•‣▪●○■□–-]|\(?\d{1,2}[.)])\s")
_NUMBER = re.compile(r"[^\w\s]?\d[\d.,]*[^\w\s]?")


@dataclass
class _Drawing:
    """Shapes that stand together."""

    box: Rectangle
    shapes: int = 1


def find_figures(lines: Sequence[Printed], leaf: Leaf, grids: Sequence[Grid]) -> None:
    """Mark the lines of each drawing that a caption names as its words: `figure` counts from 1."""
    captions = [line for line in lines if line.turn == 0 and _CAPTION.match(line.text)]
    if not captions and not _has_shapes(leaf.drawn, grids):
        return
    drawings = [drawing for drawing in _drawings(leaf, lines, grids) if _is_large(drawing)]
    for number, caption in enumerate(captions, 1):
        near = [(_gap(drawing.box, caption), drawing) for drawing in drawings]
        found = [pair for pair in near if pair[0] < _NEAR]
        if found:
            drawing = min(found, key=lambda pair: pair[0])[1]
            _mark(lines, caption, drawing.box, number)
            drawings.remove(drawing)
    for number, drawing in enumerate(drawings, len(captions) + 1):
        _mark_bare(lines, drawing, leaf.drawn, number)


def _has_shapes(drawn: Sequence[Rectangle], grids: Sequence[Grid]) -> bool:
    """Whether a page has shapes enough for a figure, that are neither rules nor in a table."""
    tables = [(grid.left, grid.top, grid.right, grid.bottom) for grid in grids]
    thick = (box for box in drawn if min(box[2] - box[0], box[3] - box[1]) > _RULE)
    free = (box for box in thick if not any(holds(table, *middle(box)) for table in tables))
    return sum(1 for _ in islice(free, _FEWEST_SHAPES)) == _FEWEST_SHAPES


def _mark_bare(
    lines: Sequence[Printed], drawing: _Drawing, shapes: Sequence[Rectangle], number: int
) -> None:
    """Mark the lines of a drawing without a caption, where it cannot be but a figure."""
    x0, top, x1, bottom = drawing.box
    wide = (x0 - _BESIDE, top - _BESIDE, x1 + _BESIDE, bottom + _BESIDE)
    rest = [line for line in lines if not holds(drawing.box, *middle(line.box))]
    prose = [line for line in rest if len(line.text.split()) >= _WORDY and not line.turn]
    if drawing.shapes < _FEWEST_SHAPES or len(prose) < _FEWEST_PROSE:
        return
    body = _usual(prose)
    labels = [line for line in lines if holds(drawing.box, *middle(line.box))]
    labels += [line for line in rest if holds(wide, *middle(line.box)) and _is_label(line, body)]
    said = any(len(line.text.split()) >= _WORDY or _SAID.search(line.text) for line in labels)
    if said or any(line.figure or line.size > _LARGEST * body for line in labels):
        return
    words = " ".join(line.text for line in labels).split()
    numbers = sum(bool(_NUMBER.fullmatch(word)) for word in words)
    chart = numbers >= max(_FEWEST_NUMBERS, len(words) / 2)
    if chart or len(_labelled(labels, drawing, shapes)) >= _FEWEST_SHAPES:
        for line in labels:
            line.figure = number


def _is_label(line: Printed, body: float) -> bool:
    """Whether a line is small or turned, and short."""
    return (line.size < 0.95 * body or line.turn != 0) and len(line.text.split()) < _WORDY


def _labelled(
    labels: Sequence[Printed], drawing: _Drawing, shapes: Sequence[Rectangle]
) -> set[Rectangle]:
    """The shapes of a drawing that are the smallest around one of its words."""
    parts = [box for box in shapes if holds(drawing.box, *middle(box)) and box != drawing.box]
    parts = sorted(parts, key=_size)[:_MOST]
    found = set()
    for line in labels:
        y = (line.box[1] + line.box[3]) / 2
        for left, right in zip(line.words[::2], line.words[1::2], strict=True):
            inner = (box for box in parts if box[0] <= left and right <= box[2])
            found.update([next((b for b in inner if b[1] <= y <= b[3]), drawing.box)])
    return found - {drawing.box}


def _drawings(leaf: Leaf, lines: Sequence[Printed], grids: Sequence[Grid]) -> Iterator[_Drawing]:
    """The shapes and pictures of a page, those near each other as one."""
    shapes = [
        box
        for box in leaf.drawn
        if _size(box) < _GROUND * leaf.width * leaf.height
        and not any(holds((g.left, g.top, g.right, g.bottom), *middle(box)) for g in grids)
        and not _underlines(box, lines)
    ]
    shapes = sorted(shapes, key=_size, reverse=True)[:_MOST]
    open_: list[_Drawing] = []
    for box in sorted(shapes, key=lambda box: box[1]):
        yield from (one for one in open_ if one.box[3] < box[1] - _APART)
        open_ = [one for one in open_ if one.box[3] >= box[1] - _APART]
        whole = _Drawing(box)
        for one in [one for one in open_ if _touch(one.box, box)]:
            open_.remove(one)
            whole = _Drawing(_around(whole.box, one.box), whole.shapes + one.shapes)
        open_.append(whole)
    yield from open_


def _is_large(drawing: _Drawing) -> bool:
    x0, top, x1, bottom = drawing.box
    return x1 - x0 >= _NARROWEST and bottom - top >= _LOWEST


def _underlines(box: Rectangle, lines: Sequence[Printed]) -> bool:
    if box[3] - box[1] > _RULE:
        return False
    return any(
        line.base - 1 <= box[1] <= line.base + 4
        and line.left - 2 <= box[0]
        and box[2] <= line.right + 2
        for line in lines
    )


def _gap(box: Rectangle, caption: Printed) -> float:
    """How far a drawing stands above or below its caption; far where it stands aside."""
    x0, top, x1, bottom = caption.box
    if box[2] < x0 or x1 < box[0]:
        return 2 * _NEAR
    return max(top - box[3], box[1] - bottom, 0.0)


def _mark(lines: Sequence[Printed], caption: Printed, box: Rectangle, number: int) -> None:
    """Mark the lines in a drawing, and the small ones around it, unless it holds prose."""
    below = caption.box[1] > (box[1] + box[3]) / 2
    inside = [line for line in lines if holds(box, *middle(line.box)) and line is not caption]
    if below:
        inside = [line for line in inside if line.box[1] < caption.box[1]]
        around = (box[0] - _AROUND, box[1] - _AROUND, box[2] + _AROUND, caption.box[1])
    else:
        inside = [line for line in inside if line.box[1] > caption.box[1]]
        around = (box[0] - _AROUND, caption.box[3], box[2] + _AROUND, box[3] + _AROUND)
    rest = [line for line in lines if line not in inside and line.turn == 0]
    body = _usual(rest)
    wordy = sum(len(line.text.split()) >= _WORDY and line.size > 0.85 * body for line in inside)
    if 2 * wordy > len(inside):
        return
    for line in lines:
        if line in inside or (_is_label(line, body) and holds(around, *middle(line.box))):
            line.figure = line.figure or (number if line is not caption else 0)


def _usual(lines: Sequence[Printed]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 0.0


def _size(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _touch(one: Rectangle, other: Rectangle) -> bool:
    return (
        one[0] - _APART <= other[2]
        and other[0] - _APART <= one[2]
        and one[1] - _APART <= other[3]
        and other[1] - _APART <= one[3]
    )


def _around(one: Rectangle, other: Rectangle) -> Rectangle:
    (a, b, c, d), (e, f, g, h) = one, other
    return min(a, e), min(b, f), max(c, g), max(d, h)
