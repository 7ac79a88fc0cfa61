"""The line numbers that proofs and bills print beside their text."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from pipeline.ingest.pdf.leaf import Glyph, parted
from pipeline.ingest.pdf.ruling import Rectangle

_FEWEST = 8  # numbers in a row, or a list would be taken for them
_MOST = 400  # a page of figures has more
_MANY, _EVEN = 20, 1.0  # numbers; points by which their steps may differ
_ALIGNED = 3.0  # points
_GAP = 0.8  # em between a number and its line
_LONGEST = 4  # digits


def without_line_numbers(
    glyphs: list[Glyph], grids: Sequence[Sequence[Rectangle]] = ()
) -> tuple[list[Glyph], list[list[Glyph]]]:
    """The glyphs of a page but for its line numbers, and those, each as its glyphs."""
    # One that is near other words of its run is none.
    if sum(glyph.text.isdigit() for glyph in glyphs) < _FEWEST or not _may_count(glyphs):
        return glyphs, []
    each = parted(glyphs)
    numbers = line_numbers(each, grids)
    counted = {id(glyph) for number in numbers for glyph in number}
    return [g for g in each if id(g) not in counted] if counted else glyphs, numbers


def _may_count(glyphs: Sequence[Glyph]) -> bool:
    """Whether so many numbers may share an edge: most pages of figures are done with here."""
    numbers = [
        (left, right)
        for glyph in glyphs
        if glyph.turn == 0
        for text, left, right in zip(*_words(glyph), strict=True)
        if text.isdigit()
    ]
    return any(
        last - first < 2 * _ALIGNED
        for edges in map(sorted, zip(*numbers, strict=True))
        for first, last in zip(edges, edges[_FEWEST - 1 :], strict=False)
    )


def _words(glyph: Glyph) -> tuple[Sequence[str], Sequence[float], Sequence[float]]:
    return glyph.words[:3] if glyph.words else ((glyph.text,), (glyph.left,), (glyph.right,))


def line_numbers(
    glyphs: Sequence[Glyph], grids: Sequence[Sequence[Rectangle]] = ()
) -> list[list[Glyph]]:
    """The numbers in a margin that count the lines of a page, each as its glyphs.

    They stand alone at the outer edge of the text, under one another, and count by one (or, as in
    editions, by five); a numbered list has fewer, or its numbers end in a stop, or each is tagged
    as in an item of its own. None stands in a cell of a ruled table.
    """
    numbers = [run for run in _runs(glyphs) if _is_number(run)]
    if len(numbers) < _FEWEST:
        return []
    cells = [cell for grid in grids if len(grid) > 1 for cell in grid]
    numbers = [run for run in numbers if not any(run[0].is_in(cell) for cell in cells)]
    if not _FEWEST <= len(numbers) <= _MOST:
        return []
    for edge in (_left, _right):
        column = _column(numbers, edge)
        if len(column) >= _FEWEST and _counts(column) and _is_margin(column, glyphs):
            return [] if _open_items(column) else column
    return []


def _runs(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Upright glyphs that follow each other without a space."""
    runs: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if glyph.turn or glyph.text == " ":
            last = None
            continue
        near = last is not None and abs(glyph.base - last.base) < 1
        if near and last is not None and -1 < glyph.left - last.right < _GAP * glyph.size:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
        last = glyph
    return runs


def _is_number(run: Sequence[Glyph]) -> bool:
    text = "".join(glyph.text for glyph in run)
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST


def _open_items(column: Sequence[Sequence[Glyph]]) -> bool:
    """Whether a tagged file has each number in an item of its own."""
    items = {run[0].tag.element for run in column if run[0].tag and run[0].tag.role == "LI"}
    return len(items) == len(column)


def _value(run: Sequence[Glyph]) -> int:
    return int("".join(glyph.text for glyph in run))


def _left(run: list[Glyph]) -> float:
    return run[0].left


def _right(run: list[Glyph]) -> float:
    return run[-1].right


def _column(numbers: list[list[Glyph]], edge: Callable[[list[Glyph]], float]) -> list[list[Glyph]]:
    """The most numbers that share an edge, from the top."""
    best: list[list[Glyph]] = []
    for number in numbers:
        if number in best:
            continue
        alike = [other for other in numbers if abs(edge(other) - edge(number)) < _ALIGNED]
        if len(alike) > len(best):
            best = alike
    return sorted(best, key=lambda run: run[0].base)


def _counts(column: Sequence[Sequence[Glyph]]) -> bool:
    values = [_value(run) for run in column]
    steps = [b - a for a, b in pairwise(values)]
    usual = max(set(steps), key=steps.count)
    return usual in (1, 5) and steps.count(usual) >= 0.9 * len(steps)


def _is_margin(column: Sequence[list[Glyph]], glyphs: Sequence[Glyph]) -> bool:
    """Whether they stand outside the text, all on one side of it, and lines stand beside most."""
    own = {id(glyph) for run in column for glyph in run}
    left, right = min(map(_left, column)), max(map(_right, column))
    rest = [g for g in glyphs if id(g) not in own and not g.turn and g.text != " "]
    if not rest:
        return False
    after = [g for g in rest if g.left > right]
    before = [g for g in rest if g.right < left]
    if min(len(after), len(before)) > 0.02 * len(rest) or len(after) + len(before) < 0.9 * len(
        rest
    ):
        return False
    near = [g.left - right for g in after] if after else [left - g.right for g in before]
    if min(near) < _GAP * column[0][0].size:
        return False
    bases = [g.base for g in rest]
    beside = sum(any(abs(run[0].base - base) < 2 for base in bases) for run in column)
    return beside >= 0.6 * len(column) or _is_ladder(column)


def _is_ladder(column: Sequence[Sequence[Glyph]]) -> bool:
    """Whether many numbers stand at even steps: they count the lines of a page, not of its text."""
    steps = [below[0].base - above[0].base for above, below in pairwise(column)]
    return len(column) >= _MANY and max(steps) - min(steps) < _EVEN
