"""The words of a line of runs, run by run: what they are one by one, at a fifth of the time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.ingest.pdf.leaf import Glyph
from pipeline.ingest.pdf.wording import BULLETS, frozen, shown_bullet

_MOST_PARTED = 4  # places where two runs meet without a space; more may be letters set apart
_MOST_LETTERS = 4  # words of one letter or two; more may be a word whose letters stand apart


class Said(NamedTuple):
    """What a line says: `starts` has the left edge of each word, `places` both, to a tenth.

    `strong` and `notes` are ranges of the text in bold type and of raised marks; `last_gap` is the
    space before the last word (points).
    """

    text: str
    starts: list[float]
    places: list[float]
    strong: list[tuple[int, int]]
    notes: list[tuple[int, int]]
    last_gap: float


@dataclass
class _Row:
    texts: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    places: list[float] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)

    def add(self, glyph: Glyph) -> None:
        """Take the words of a glyph."""
        if glyph.words:
            texts, lefts, rights, places = glyph.words
            self.texts += texts
            self.starts += lefts
            self.ends += rights
            self.places += places
        else:
            self.texts.append(glyph.text)
            self.starts.append(glyph.left)
            self.ends.append(glyph.right)
            self.places += round(glyph.box[0], 1), round(glyph.box[2], 1)
        self.bold += [glyph.bold] * glyph.count

    def join(self, at: int) -> None:
        """Make one of a word and the one before it."""
        self.texts[at - 1] += self.texts.pop(at)
        self.ends[at - 1] = self.ends.pop(at)
        del self.starts[at], self.bold[at]
        self.places[2 * at - 1] = max(self.places[2 * at - 1], self.places[2 * at + 1])
        del self.places[2 * at : 2 * at + 2]

    def strong(self) -> Iterator[tuple[int, int]]:
        """The ranges of the words in bold type."""
        start = 0
        for text, bold in zip(self.texts, self.bold, strict=True):
            if bold:
                yield start, start + len(text)
            start += len(text) + 1


def said_by(glyphs: Sequence[Glyph], space: float) -> Said | None:
    """The words of a line by its glyphs from the left; None where they must be read one by one.

    `space` (em) is the least gap between two words. Plain is a line of one size on one base line,
    whose runs do not overlap, without symbols and letters that stand apart.
    """
    row = _row(glyphs, space)
    if row is None or not _freeze(row):
        return None
    gap = row.starts[-1] - row.ends[-2] if len(row.texts) > 1 else 0.0
    strong = list(row.strong()) if True in row.bold else []
    return Said(" ".join(row.texts), row.starts, row.places, strong, [], gap)


def _row(glyphs: Sequence[Glyph], space: float) -> _Row | None:
    first, row = glyphs[0], _Row()
    last: Glyph | None = None
    spaced, touching = True, 0
    for glyph in glyphs:
        if last and glyph.left <= (last.words.lefts[-1] if last.words else last.left):
            return None
        if glyph.text == " ":
            if last and glyph.left < last.right:
                return None
            spaced = True
            continue
        if glyph.size != first.size or glyph.base != first.base or glyph.dingbat:
            return None
        at = len(row.texts)
        row.add(glyph)
        if last and not spaced:
            touching += 1
            if glyph.left - last.right <= space * last.size:
                if last.bold != glyph.bold or not (row.texts[at - 1] + row.texts[at]).isascii():
                    return None
                row.join(at)
        last, spaced = glyph, False
    letters = sum(len(text) < 3 and text[0].isupper() for text in row.texts)
    return row if touching <= _MOST_PARTED and letters <= _MOST_LETTERS else None


def _freeze(row: _Row) -> bool:
    """Make frozen text of its words; whether all of them are plain."""
    text = " ".join(row.texts)
    if "(cid:" in text:
        return False
    if not (text.isascii() and text.isprintable()):
        bullet = len(row.texts) > 1 and row.texts[0] in BULLETS
        row.texts = [frozen([text]) for text in row.texts]
        if bullet:
            row.texts[0] = shown_bullet(row.texts[0])
    return all(row.texts)
