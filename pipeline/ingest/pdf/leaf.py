"""A page as marks on paper: its visible glyphs, fills, rules and ruled cells, whoever read it.

Coordinates are PDF points from the top left of the visible page (CropBox within MediaBox, turned
as a reader sees it).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from pipeline.ingest.pdf.ruling import Level, Rectangle
from pipeline.ingest.pdf.structure import Tag

MOST_GLYPHS = 500_000  # on one page; a dense broadsheet has some 40,000
SMALLEST = 2.0  # points; smaller type is not meant for a reader's eye
LARGEST_BULLET = 18.0  # points; that of type of 30 points on a slide
UNPAINTED = (3, 7)  # text render modes of the PDF reference, table 5.3
STROKED = (2, 6)
ASKEW = -1
SPACE = 0.25  # em
WHITE = "#ffffff"
_UNSEEN = 0.03 * 255  # of a part of a colour
# Those of TeX say it in two letters: CMBX, CMSSBX, SFBX, SFSX, SFBI, ECBX.
_BOLD = re.compile(
    r"bold|black|heavy|demi|cmbx|ssbx|(?:sf|ec)(?:bx|sx|bi|bl)\d|-medi\b|\bbd\b", re.IGNORECASE
)
_DINGBATS = re.compile(r"wingding|webding|dingbat", re.IGNORECASE)


class TooMuch(Exception):
    """A page with more glyphs than anyone prints."""


class Words(NamedTuple):
    """The words of a run, where each begins and ends (points), and both in turn to a tenth."""

    texts: list[str]
    lefts: list[float]
    rights: list[float]
    places: list[float]


@dataclass(slots=True, eq=False)
class Glyph:
    """Type painted at one go: one glyph, a word of them, or a run of words with single spaces
    between, set in one font on one base line.

    `turn` is the angle its text runs at, -1 when askew; `box` is on the page. `left`, `top`,
    `right`, `bottom` are in the frame of its own text: turned until it is upright. `flow` counts
    the words and spaces before it in the page's own order; `tag` is what a tagged file says that it
    is. `words` is for runs alone; they are upright.
    """

    flow: int
    text: str
    turn: int
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    bold: bool
    dingbat: bool
    box: Rectangle
    tag: Tag | None = None
    words: Words | None = None

    @property
    def count(self) -> int:
        """How many words it is, or 1."""
        return len(self.words.texts) if self.words else 1

    def parts(self) -> Iterator["Glyph"]:
        """Its words and the spaces between them, each as a glyph of its own."""
        if self.words is None:
            yield self
            return
        flow, end, look = self.flow, self.left, (self.base, self.size, self.bold, self.dingbat)
        for text, left, right in zip(*self.words[:3], strict=True):
            if flow > self.flow:
                space = end, self.top, end + SPACE * self.size, self.bottom
                yield Glyph(flow - 1, " ", self.turn, *space, *look, space)
            box = left, self.top, right, self.bottom
            yield Glyph(flow, text, self.turn, *box, *look, box, self.tag)
            flow, end = flow + 2, right

    def is_in(self, cell: Rectangle) -> bool:
        """Whether its middle lies in a cell."""
        x, y = (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2
        return cell[0] <= x < cell[2] and cell[1] <= y < cell[3]


class Fill(NamedTuple):
    """A painted area; `colour` is `#rrggbb`, or None when it is a pattern, picture or curve."""

    box: Rectangle
    colour: str | None


@dataclass
class Leaf:
    """What is printed on a page. `cells` holds the cells of each ruled grid; `hidden` counts the
    characters that no reader sees, `garbled` those that stand for no known character; `crowded`
    is the number of shapes where there are too many to look for tables among them; `small` holds
    the shapes and pictures that are no larger than a bullet may be, `drawn` all of them, `frames`
    those that are drawn around something; `tags` is what a tagged file says of its words, by the
    number of their mark."""

    number: int
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    rules: list[Rectangle] = field(default_factory=list)
    grids: list[list[Rectangle]] = field(default_factory=list)
    small: list[Rectangle] = field(default_factory=list)
    drawn: list[Rectangle] = field(default_factory=list)
    frames: list[Rectangle] = field(default_factory=list)
    pictures: int = 0
    hidden: int = 0
    crowded: int = 0
    tags: dict[int, Tag] = field(default_factory=dict)

    def note(self, box: Rectangle) -> None:
        """Keep the place of a shape or picture that may be a bullet."""
        if box[2] - box[0] <= LARGEST_BULLET and box[3] - box[1] <= LARGEST_BULLET:
            self.small.append(box)

    def has(self, box: Rectangle) -> bool:
        """Whether the middle of a box is on the page."""
        x0, top, x1, bottom = box
        return 0 <= (x0 + x1) / 2 <= self.width and 0 <= (top + bottom) / 2 <= self.height


def levels_of(glyphs: Iterable[Glyph]) -> Iterator[Level]:
    """The upright words of each glyph."""
    for glyph in glyphs:
        if glyph.turn == 0 and glyph.text != " ":
            x0, top, x1, bottom = glyph.box
            lefts, rights = glyph.words[1:3] if glyph.words else ((x0,), (x1,))
            yield top, bottom, lefts, rights


def parted(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """Glyphs of which none is a run of words."""
    return [part for glyph in glyphs for part in glyph.parts()]


def is_bold(font: str) -> bool:
    """Whether a font is bold, by its name: weights in files are seldom true."""
    return bool(_BOLD.search(font))


def is_dingbat(font: str) -> bool:
    """Whether the letters of a font are pictures."""
    return bool(_DINGBATS.search(font))


def turn_of(a: float, b: float) -> int:
    """The angle that text runs at, whose matrix begins with a and b; `ASKEW` for odd ones."""
    if min(abs(a), abs(b)) > 0.1 * max(abs(a), abs(b)):
        return ASKEW
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 180
    return 90 if b > 0 else 270


def upright(turn: int, box: Rectangle) -> Rectangle:
    """A box on the page in the frame of text that runs at an angle."""
    x0, top, x1, bottom = box
    match turn:
        case 90:
            return -bottom, x0, -top, x1
        case 180:
            return -x1, -bottom, -x0, -top
        case 270:
            return top, -x1, bottom, -x0
    return box


def laid(turn: int, frame: Rectangle) -> Rectangle:
    """The box on the page of a box in the frame of text that runs at an angle."""
    left, top, right, bottom = frame
    match turn:
        case 90:
            return top, -right, bottom, -left
        case 180:
            return -right, -bottom, -left, -top
        case 270:
            return -bottom, left, -top, right
    return frame


def hexadecimal(red: float, green: float, blue: float) -> str:
    """`#rrggbb` of parts from 0 to 1. Near white counts as white: 2 % is not seen."""
    if min(red, green, blue) >= 0.98:
        return WHITE
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


@lru_cache(4096)
def are_alike(one: str, other: str) -> bool:
    """Whether nobody tells two colours (`#rrggbb`) apart: 3 % of each part is not seen."""
    if one == other:
        return True
    pairs = ((int(one[n : n + 2], 16), int(other[n : n + 2], 16)) for n in (1, 3, 5))
    return all(abs(a - b) <= _UNSEEN for a, b in pairs)
