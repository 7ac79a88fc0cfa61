"""Bullets that are drawn, not typed: discs, squares, rings and dashes left of the first word.

Browsers print the marks of their lists as shapes, and slides as pictures. Each is given to the
page as a glyph, so that all that knows of bullets knows of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.ingest.pdf.leaf import Glyph, Leaf
from pipeline.ingest.pdf.ruling import Rectangle

_MOST = 2_000  # small shapes on a page; a map has more
_SMALLEST, _LARGEST = 0.13, 0.62  # em, of a disc or a square
_LONGEST, _FLATTEST = 0.8, 0.13  # em, of a dash
_SQUARE = 1.3  # times as wide as high, or as high as wide, at most
_NEAREST, _FARTHEST = 0.15, 2.5  # em between a bullet and its words
_CLEAR = 1.2  # em before a bullet; columns of prose are as near
_HIGHEST = 0.8  # em over the base line, of its middle
_ALIGNED = 1.5  # points
_SHELF = 4.0  # points


def with_bullets(leaf: Leaf) -> list[Glyph]:
    """The glyphs of a leaf, with one for each drawn bullet before the first of its line.

    One bullet by itself must be round about as wide as high; a dash comes at least twice.
    """
    if not leaf.small or len(leaf.small) > _MOST:
        return leaf.glyphs
    found = _pairs(_whole(leaf.small), leaf.glyphs)
    lefts = [mark[0] for mark, _ in found.values()]
    kept = {
        key: _bullet(mark, glyph)
        for key, (mark, glyph) in found.items()
        if _is_blunt(mark) or sum(abs(mark[0] - left) < _ALIGNED for left in lefts) > 1
    }
    if not kept:
        return leaf.glyphs
    glyphs = []
    for glyph in leaf.glyphs:
        if id(glyph) in kept:
            glyphs.append(kept[id(glyph)])
        glyphs.append(glyph)
    return glyphs


def _whole(shapes: Sequence[Rectangle]) -> list[Rectangle]:
    """Shapes that touch made one: a disc and its edge, the parts of an arrow."""
    whole: list[Rectangle] = []
    shelves: dict[int, list[int]] = defaultdict(list)
    for box in sorted(set(shapes), key=_size, reverse=True):
        levels = range(int(box[1] // _SHELF), int(box[3] // _SHELF) + 1)
        near = {n for level in levels for n in shelves[level]}
        home = next((n for n in near if _touch(whole[n], box)), None)
        if home is None:
            for level in levels:
                shelves[level].append(len(whole))
            whole.append(box)
        else:
            one = whole[home]
            ends = max(one[2], box[2]), max(one[3], box[3])
            whole[home] = min(one[0], box[0]), min(one[1], box[1]), *ends
    return whole


def _size(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _touch(one: Rectangle, other: Rectangle) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _pairs(
    shapes: Iterable[Rectangle], glyphs: Sequence[Glyph]
) -> dict[int, tuple[Rectangle, Glyph]]:
    """Each shape that may be a bullet, by the id of the glyph that it stands before."""
    shelves: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        if glyph.turn == 0 and glyph.text != " ":
            for level in range(int(glyph.top // _SHELF), int(glyph.bottom // _SHELF) + 1):
                shelves[level].append(glyph)
    found: dict[int, tuple[Rectangle, Glyph]] = {}
    times: Counter[int] = Counter()
    for box in shapes:
        middle = (box[1] + box[3]) / 2
        beside = [g for g in shelves[int(middle // _SHELF)] if g.top <= middle <= g.bottom]
        after = [glyph for glyph in beside if glyph.left > box[0]]
        first = min(after, key=lambda glyph: glyph.left, default=None)
        if first is None or not _is_bullet(box, first):
            continue
        # What stands right before it makes it a sign between words, or a part of a drawing.
        near = box[0] - _CLEAR * first.size
        alone = not any(g.left <= box[0] and near < g.right for g in beside)
        row = [g for g in after if abs(g.base - first.base) < 0.2 * first.size]
        worded = any(char.isalpha() for glyph in row for char in glyph.text)
        word = first.words.texts[0] if first.words else first.text
        if alone and worded and (word[0].isalnum() or len(word) > 1):
            found[id(first)] = box, first
            times[id(first)] += 1
    return {key: pair for key, pair in found.items() if times[key] == 1}


def _is_bullet(box: Rectangle, first: Glyph) -> bool:
    """Whether a shape is of the size and at the place of a bullet before a glyph."""
    em = first.size
    width, height = (box[2] - box[0]) / em, (box[3] - box[1]) / em
    blunt = min(width, height) >= _SMALLEST and max(width, height) <= _LARGEST and _is_blunt(box)
    dash = 2 * _FLATTEST <= width <= _LONGEST and height <= _FLATTEST
    over = (first.base - (box[1] + box[3]) / 2) / em
    gap = (first.left - box[2]) / em
    return (blunt or dash) and 0 <= over <= _HIGHEST and _NEAREST <= gap <= _FARTHEST


def _is_blunt(box: Rectangle) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return max(width, height) <= _SQUARE * min(width, height)


def _bullet(box: Rectangle, first: Glyph) -> Glyph:
    place = box[0], first.top, box[2], first.bottom
    left, top, right, bottom = place
    return replace(
        first, text="•", left=left, top=top, right=right, bottom=bottom, dingbat=False, box=place,
        words=None,
    )  # fmt: skip
