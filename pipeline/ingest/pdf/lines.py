"""Glyphs to printed lines: what stands on one base line, with spaces where a reader sees them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from math import floor, inf
from statistics import median

from pipeline.ingest.pdf.leaf import Glyph, parted
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.runs import Said, said_by
from pipeline.ingest.pdf.structure import Tag
from pipeline.ingest.pdf.tracked import closed_up
from pipeline.ingest.pdf.wording import shown

_SPACE = 0.15  # em; a wider gap parts two words (pdfplumber's 3 points glue them in small type)
_TAB = 3.0  # em; a wider gap is not a space but a way to the next stop
_RAISED = 0.95  # of a line's size: marks of 8 points stand in notes of 9
_MOST_BESIDE = (
    300  # runs of type at one height; with 30,000 in one place, each would meet all others
)
_MARK = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*|(?:\[(?:\d{1,3}|[a-z])\])+|[*†‡§¶]{1,3}|[a-z](?=$)")
_YEAR = re.compile(r"(?:^|\D)(?:19|20)\d\d$")


@dataclass(eq=False)
class Printed:
    """A printed line in the frame of its own text (`left` ... `base`, points) and on its page.

    `strong` and `notes` are ranges of its text in bold type and of raised note marks; `words` is
    what a model `Line` holds. `flow` is its place in the page's own order of painting; `beside`
    says that it is the number of a line beside it; `frame` and `figure` count the boxes and the
    figures of the page from 1: 0 is the text itself. `tag` is that of its first letter.
    """

    page: int
    text: str
    turn: int
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    box: Rectangle
    words: tuple[float, ...]
    starts: tuple[float, ...]
    strong: tuple[tuple[int, int], ...]
    notes: tuple[tuple[int, int], ...]
    flow: int
    last_gap: float
    column: int = 0
    underlined: bool = False
    beside: bool = False
    frame: int = 0
    figure: int = 0
    tag: Tag | None = None

    @cached_property
    def bold(self) -> bool:
        """Whether all of it is bold (its bullet aside)."""
        marked = sum(end - start for start, end in self.strong)
        return bool(self.strong) and marked >= 0.9 * len(self.text)

    def is_tagged(self, role: str) -> bool:
        """Whether a tag that is believed gives it this role."""
        return self.tag is not None and self.tag.role == role

    @property
    def first_word_width(self) -> float:
        """How wide its first word is."""
        return self.starts[1] - self.left if len(self.starts) > 1 else self.right - self.left


def lines_of(
    pieces: Iterable[list[Glyph]], page: int, gutters: Sequence[float] = ()
) -> list[Printed]:
    """The lines that pieces in painting order make; no line leaps over a gutter (x, points)."""
    rows = _gather(pieces, gutters)
    return [line for row in rows if (line := _print(row, page))]


def pieces_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Runs of glyphs painted one after the other on one base line without a leap."""
    pieces: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if last is not None and _follows(last, glyph):
            pieces[-1].append(glyph)
        elif glyph.text != " ":
            pieces.append([glyph])
        else:
            continue
        last = glyph
    return pieces


def _follows(last: Glyph, glyph: Glyph) -> bool:
    if last.turn != glyph.turn:
        return False
    if glyph.turn == -1:
        return True
    gap = glyph.left - last.right
    size = last.size if last.size > glyph.size else glyph.size
    return -0.5 * size < gap < _TAB * size and _level(last, glyph)


def _level(one: Glyph, other: Glyph) -> bool:
    if one.bottom == other.bottom and one.top == other.top:
        return True
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared >= 0.5 * min(one.bottom - one.top, other.bottom - other.top)


@dataclass(eq=False)
class _Row:
    glyphs: list[Glyph]
    left: float
    right: float
    tallest: Glyph

    def add(self, other: "_Row") -> None:
        self.glyphs += other.glyphs
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        if other.tallest.size > self.tallest.size:
            self.tallest = other.tallest


def _row(piece: list[Glyph]) -> _Row:
    solid = [glyph for glyph in piece if glyph.text != " "]
    # A drop cap or a formula sign may be the tallest: half of the type is at least so tall.
    by_size = sorted(solid, key=lambda glyph: glyph.size) if len(solid) > 1 else solid
    half = sum(glyph.count for glyph in solid) // 2
    ends = accumulate(glyph.count for glyph in by_size)
    tallest = next(glyph for glyph, end in zip(by_size, ends, strict=True) if end > half)
    return _Row(piece, min(g.left for g in solid), max(g.right for g in solid), tallest)


def _gather(pieces: Iterable[list[Glyph]], gutters: Sequence[float]) -> list[list[Glyph]]:
    """Pieces of one line brought together: what tabs part, and what was painted later."""
    rows: list[_Row] = []
    shelves: dict[tuple[int, int], list[_Row]] = {}
    for piece in pieces:
        row = _row(piece)
        last = rows[-1] if rows else None
        if last and row.left > last.right - 0.3 and _joins(last, row, gutters, far=True):
            last.add(row)
            continue
        shelf = (row.tallest.turn, round(row.tallest.top / 8))
        near = [r for step in (-1, 0, 1) for r in shelves.get((shelf[0], shelf[1] + step), ())]
        home = next((r for r in near if _joins(r, row, gutters, far=False)), None)
        if home:
            home.add(row)
            continue
        rows.append(row)
        shelved = shelves.setdefault(shelf, [])
        if len(shelved) < _MOST_BESIDE:
            shelved.append(row)
    return [row.glyphs for row in rows]


def _joins(row: _Row, other: _Row, gutters: Sequence[float], *, far: bool) -> bool:
    one, two = row.tallest, other.tallest
    if one.turn != two.turn or one.turn == -1 or not _level(one, two):
        return False
    gap = max(row.left, other.left) - min(row.right, other.right)
    if one.turn == 0:
        middle = (min(row.right, other.right) + max(row.left, other.left)) / 2
        if gap > 0.5 * one.size and any(abs(middle - gutter) < gap for gutter in gutters):
            return False
    size = max(one.size, two.size)
    return far or -0.3 * size < gap < 1.2 * size or _fills(row, other)


def _fills(row: _Row, other: _Row) -> bool:
    """Whether words stand where others leave room for them: browsers paint raised marks last."""
    within = row.left < other.left < other.right < row.right
    if not within or len(row.glyphs) > _MOST_BESIDE:
        return False
    size = other.tallest.size
    solid = [glyph for glyph in row.glyphs if glyph.text != " "]
    before = max((glyph.right for glyph in solid if glyph.left <= other.left), default=-inf)
    after = min((glyph.left for glyph in solid if glyph.left > other.left), default=inf)
    near = other.left - before < 1.2 * size and after - other.right < 1.2 * size
    return near and before - other.left < 0.3 * size and other.right - after < 0.3 * size


def _print(glyphs: list[Glyph], page: int) -> Printed | None:
    flow, askew = glyphs[0].flow, glyphs[0].turn == -1
    ordered = glyphs if askew else sorted(glyphs, key=_left)
    said = None if glyphs[0].turn else said_by(ordered, _SPACE)
    if said is None and any(glyph.words for glyph in glyphs):
        ordered = sorted(parted(glyphs), key=_left)
    solid = [glyph for glyph in ordered if glyph.text != " "]
    size = _usual_size(solid)
    base = solid[0].base if said else median(g.base for g in solid if g.size >= 0.9 * size)
    said = said or _said(ordered, size, base)
    if not said.text:
        return None
    return Printed(
        page=page,
        text=said.text,
        turn=glyphs[0].turn,
        left=solid[0].left,
        top=min([g.top for g in solid]),
        right=max([g.right for g in solid]),
        bottom=max([g.bottom for g in solid]),
        base=base,
        size=size,
        box=around(g.box for g in solid),
        words=tuple(said.places),
        starts=tuple(said.starts),
        strong=_joined(said.strong),
        notes=tuple(said.notes),
        flow=flow,
        last_gap=said.last_gap / size if size else 0.0,
        tag=solid[0].tag,
    )


def _left(glyph: Glyph) -> float:
    return glyph.left


def _said(ordered: list[Glyph], size: float, base: float) -> Said:
    """The words of a line, glyph by glyph."""
    words = closed_up(_words(ordered, size, base))
    text, starts, places = "", [], []
    strong: list[tuple[int, int]] = []
    notes: list[tuple[int, int]] = []
    for word, raised in words:
        printed = shown(word, len(text) == 0 and len(words) > 1)
        if not printed:
            continue
        text += " " if text else ""
        start = len(text)
        text += printed
        if raised:
            notes.append((start, len(text)))
        strong += _strong(word, start, printed)
        starts.append(word[0].left)
        x0, _, x1, _ = word[0].box
        if len(word) > 1:
            x0, x1 = min([g.box[0] for g in word]), max([g.box[2] for g in word])
        places += [round(x0, 1), round(x1, 1)]
    last_gap = words[-1][0][0].left - words[-2][0][-1].right if len(words) > 1 else 0.0
    return Said(text, starts, places, strong, notes, last_gap)


def around(boxes: Iterable[Rectangle]) -> Rectangle:
    """The smallest rectangle that holds all the boxes, rounded to a tenth of a point."""
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return round(min(x0), 1), round(min(top), 1), round(max(x1), 1), round(max(bottom), 1)


def _usual_size(solid: Sequence[Glyph]) -> float:
    sizes = {glyph.size for glyph in solid}
    if len(sizes) == 1:
        return round(sizes.pop() * 2) / 2
    counts: dict[float, int] = {}
    for glyph in solid:
        size = round(glyph.size * 2) / 2
        counts[size] = counts.get(size, 0) + len(glyph.text)
    usual = max(counts, key=lambda size: (counts[size], size))
    larger = max(counts)
    small_caps = 0.6 * larger < usual < 0.9 * larger and _are_initials(solid, larger)
    return larger if small_caps else usual


def _are_initials(solid: Sequence[Glyph], larger: float) -> bool:
    """Whether the larger letters of a line are the initials of small capitals beside them."""
    tall = [glyph for glyph in solid if abs(glyph.size - larger) <= 0.5]
    letters = sum(len(glyph.text) for glyph in solid)
    level = {round(glyph.base) for glyph in solid}
    first = min(solid, key=lambda glyph: glyph.left)
    return (
        all(len(glyph.text) == 1 and glyph.text.isupper() for glyph in tall)
        and first in tall
        and max(level) - min(level) <= 1
        and letters <= 12 * len(tall)
    )


def _words(ordered: list[Glyph], size: float, base: float) -> list[tuple[list[Glyph], bool]]:
    """The words of a line, and whether each is a raised note mark."""
    # Letter-spaced type has a gap after every letter: only what is wider is a space. The dots of a
    # leader, and words without spaces between them, have gaps too, which tell nothing of it.
    pairs = [(a, b) for a, b in pairwise(ordered) if _is_letter(a) and _is_letter(b)]
    gaps = [b.left - a.right for a, b in pairs]
    tracked = max(0.0, median(gaps)) if len(gaps) > 4 else 0.0
    words: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in ordered:
        if glyph.text != " ":
            parts = (
                last is None
                or last.text == " "
                or _raised(last, size, base) != _raised(glyph, size, base)
            )
            # A note mark is no part of the word it hangs on, but the 2 of 10² is.
            if parts and last is not None and last.text != " ":
                parts = not _is_power(words[-1], glyph, ordered, size, base)
            wide = last is not None and glyph.left - last.right > tracked + _SPACE * last.size
            bullet = len(words) == 1 and last is not None and last.dingbat > glyph.dingbat
            if parts or bullet or (wide and glyph.turn != -1):
                words.append([])
            words[-1].append(glyph)
        last = glyph
    return [(word, _is_note(word, size, base)) for word in words]


def _is_letter(glyph: Glyph) -> bool:
    return len(glyph.text) == 1 and glyph.text.isalnum()


def _raised(glyph: Glyph, size: float, base: float) -> bool:
    if glyph.turn == -1 or glyph.size > _RAISED * size:
        return False
    # What is nearly as large as its line must stand well above it: other type is no higher.
    least = 0.3 if glyph.size <= 0.85 * size else 0.45
    return (glyph.top + glyph.bottom) / 2 < base - least * size


def _is_note(word: list[Glyph], size: float, base: float) -> bool:
    if not _raised(word[0], size, base) or not all(_raised(g, size, base) for g in word):
        return False
    return bool(_MARK.fullmatch("".join(glyph.text for glyph in word)))


def _is_power(
    word: list[Glyph], glyph: Glyph, ordered: list[Glyph], size: float, base: float
) -> bool:
    if _raised(word[-1], size, base):
        return not _MARK.fullmatch("".join(g.text for g in word))
    run = []
    for other in ordered[ordered.index(glyph) :]:
        if other.text == " " or not _raised(other, size, base):
            break
        run.append(other.text)
    before = "".join(g.text for g in word)
    if not _MARK.fullmatch("".join(run)):
        return True  # 1st, 2nd, a trade mark
    return before[-1].isdigit() and not _YEAR.search(before)


def _strong(word: list[Glyph], start: int, shown: str) -> Iterator[tuple[int, int]]:
    bold = [glyph.bold for glyph in word]
    if True not in bold:
        return
    lengths = [len(glyph.text) for glyph in word]
    if all(bold) or (sum(lengths) != len(shown) and sum(bold) * 2 > len(bold)):
        yield start, start + len(shown)
    elif any(bold) and sum(lengths) == len(shown):
        for glyph, length in zip(word, lengths, strict=True):
            if glyph.bold:
                yield start, start + length
            start += length


def _joined(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges with at most one character (the space) between them made one."""
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        if found and start <= found[-1][1] + 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def underline(lines: Iterable[Printed], rules: Iterable[Rectangle]) -> None:
    """Note which lines are underlined over their whole width."""
    shelves: dict[int, list[Rectangle]] = {}
    for rule in rules:
        shelves.setdefault(floor(rule[1]), []).append(rule)
    for line in lines:
        width = line.right - line.left
        levels = range(floor(line.base - 1), floor(line.bottom + 1.5) + 1) if not line.turn else ()
        under = sum(
            max(0.0, min(rule[2], line.right) - max(rule[0], line.left))
            for level in levels
            for rule in shelves.get(level, ())
        )
        line.underlined = width > 0 and under >= 0.85 * width
