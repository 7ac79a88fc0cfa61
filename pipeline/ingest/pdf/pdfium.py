"""The fast reader: a page through pdfium's characters and objects, a word at a time.

Why this one, as measured on 360 pages of five reports (CPU on a busy machine; B is the bare text of
every page by pypdfium2, in the same run):

- pdfplumber's page and pdfminer's glyphs: 37-74 B for the whole of ingest; the reference.
- pdf_oxide 0.3: its characters cost 0.4-1 B, but of 137,210 on NIST AI 600-1 it lacks 870 and has
  446 that are not there; it does not say in which order and mode things are painted.
- pdfium, two calls for every character: 1-2 B for those calls alone.
- pdfium, six calls for every word and ten for every text object: 4-7 B for this module, 6-11 B for
  the whole of ingest, at which the stages after it have half. Word by word the text of the 360
  pages is the reference's, but for ligatures (pdfium writes `fi` for the ligature of f and i),
  leaders that stand against their title, and one note mark that the reference glued to its word.

A text object is set in one font, size and colour on one base line, so that these are asked for
once. The boxes of the first and last letter of a word tell its place. Letters one by one: where a
word is too wide or long to be one, where codes are odd, or stand for nothing that the file says.
"""

import re
from ctypes import addressof, byref, c_double, c_float, c_void_p, create_string_buffer
from dataclasses import dataclass
from math import hypot
from typing import Any

import pypdfium2.raw as raw

from pipeline.ingest.pdf import leaf as limits
from pipeline.ingest.pdf import native
from pipeline.ingest.pdf.drawn import Cover, Drawing, Reader, around, frame_of
from pipeline.ingest.pdf.leaf import (
    ASKEW,
    SMALLEST,
    STROKED,
    UNPAINTED,
    Glyph,
    Leaf,
    TooMuch,
    is_bold,
    is_dingbat,
    laid,
    turn_of,
    upright,
)
from pipeline.ingest.pdf.ruling import Rectangle, grids_of
from pipeline.ingest.pdf.sight import Sight
from pipeline.ingest.pdf.structure import Tag, Tree, tag_of

_SPACES = " \r\n\u00a0\u2002\u2003\u2009\u200a\u202f\u3000"
_WORD = re.compile(f"[^{_SPACES}]+")
# Each of these is looked at by itself: what it stands for is unknown, or takes two of its kind.
_ODD = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\ud800-\udfff]")
_HYPHEN = "\ufffe"  # pdfium's own mark of a hyphen at a line end
_LONGEST = 25  # letters; a longer word may be glued from several
_WIDEST = 0.85  # em a letter; a wider word may be too
_SPACE, _LEAST = 0.25, 0.15  # em: a space, and the least gap that is one
_LIGATURE = 4  # letters; in type without width, thousands of letters have one box
_TRACKED = 0.08  # em; letters further apart are set apart on purpose
_MOST_PAIRS = 5_000_000  # of type painted twice and type, to be held against each other
_LATIN = 0.8


class Unreadable(Exception):
    """A page that pdfium cannot load."""


@dataclass(slots=True)
class _Style:
    """How one text object is set: what all its words share.

    `lost` says that there are grounds of its colour: each word is held against them.
    """

    turn: int
    base: float
    size: float
    bold: bool
    dingbat: bool
    colour: str
    z: int
    unseen: bool
    clip: Rectangle | None
    covers: list[Cover]
    lost: bool
    tag: Tag | None
    unmapped: bool = False


def leaf_of(file: Any, number: int, tree: Tree) -> Leaf:
    """Read one page (number from 1) of a pypdfium2 document. Raises `Unreadable`, `TooMuch`."""
    handle = file.raw
    page = native.load_page(_address(handle), number - 1)
    if not page:
        raise Unreadable
    text = 0
    try:
        text = native.load_text(page)
        if not text:
            raise Unreadable
        return _Page(_address(handle), page, text, number, tree).read()
    finally:
        if text:
            native.close_text(text)
        native.close_page(page)


def is_there(file: Any, number: int) -> bool:
    """Whether a page (number from 1) can be loaded."""
    page = native.load_page(_address(file.raw), number - 1)
    if page:
        native.close_page(page)
    return bool(page)


def _address(handle: Any) -> int:
    return addressof(handle.contents)


class _Page:
    def __init__(self, file: int, page: int, text: int, number: int, tree: Tree) -> None:
        self.text = c_void_p(text)
        box = raw.FS_RECTF()
        native.page_box(page, byref(box))
        rotation = native.page_rotation(page)
        self.place = frame_of(box.left, box.bottom, box.right, box.top, rotation)
        self.corner = box.left, box.top
        width, height = box.right - box.left, box.top - box.bottom
        self.rotation = 90 * rotation
        if rotation % 2:
            width, height = height, width
        self.leaf = Leaf(number, width, height, tags=tree.tags_of(page))
        self.reader = Reader(file, page, self.leaf, self.place)
        self.drawing = Drawing()
        self.styles: dict[int, _Style] = {}
        self.fonts: dict[int, tuple[bool, bool]] = {}
        self.codes: dict[int, list[str]] = {}
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._box, self._at = byref(self._rect), byref(self._matrix)
        self._float, self._x, self._y = c_float(), c_double(), c_double()

    def read(self) -> Leaf:
        leaf = self.leaf
        count = native.count_chars(self.text)
        if count > limits.MOST_GLYPHS:
            raise TooMuch
        self.drawing = self.reader.read()
        self.chars = self._chars(count)
        self.odd = _ODD.search(self.chars) is not None
        self.sight = Sight(self.drawing, self.reader)
        self.between, self.apart = (0, 0), 0.0
        for match in _WORD.finditer(self.chars):
            start, end = match.span()
            self.between = (self.between[1], start)
            self._take_word(start, end)
            self.between = (start, end)
        self._embolden()
        words = (g.box for g in leaf.glyphs if g.turn == 0 and g.text != " ")
        if len(self.drawing.shapes) > 1:
            leaf.grids += grids_of(self.drawing.shapes, words)
        return leaf

    def _chars(self, count: int) -> str:
        """One character for each of pdfium's, so that places in the text are theirs."""
        buffer = create_string_buffer(2 * count + 2)
        size = native.text_of(self.text, 0, count, buffer) - 1
        if size == count:
            chars = buffer.raw[: 2 * size].decode("utf-16-le", "surrogatepass")
            if len(chars) == count:
                return chars
        codes = (native.char_unicode(self.text, n) for n in range(count))
        return "".join(
            _HYPHEN if code == 2 and native.char_is_hyphen(self.text, n) == 1 else chr(code)
            for n, code in enumerate(codes)
        )

    def _take_word(self, start: int, end: int) -> None:
        """A word whole, or parted where its text object changes; odd characters one by one."""
        handle_at = native.char_object
        first = handle_at(self.text, start)
        odd = self.odd and _ODD.search(self.chars, start, end) is not None
        if not odd and (end == start + 1 or handle_at(self.text, end - 1) == first):
            self._take(start, end, first)
            return
        begin, here = start, first
        for n in range(start + 1, end):
            handle = handle_at(self.text, n)
            if odd or handle != here:
                self._take(begin, n, here)
                begin, here = n, handle
        self._take(begin, end, here)

    def _is_unmapped(self, start: int, end: int) -> bool:
        """Whether a word may have characters that stand for nothing known."""
        unmapped = native.char_is_unmapped
        if unmapped(self.text, start) == 1:
            return True
        return end > start + 1 and unmapped(self.text, end - 1) == 1

    def _is_latin(self, handle: int) -> bool:
        """Whether the unmapped codes of a font are Latin-1 letters: they are by far the most.

        Codes of a subset that only counts its glyphs are as often signs.
        """
        if not self.codes:
            for n, char in enumerate(self.chars):
                if native.char_is_unmapped(self.text, n) == 1:
                    font = native.text_font(native.char_object(self.text, n))
                    self.codes.setdefault(font, []).append(char)
        codes = self.codes[native.text_font(handle)]
        good = sum(char.isalnum() and char < "\u0100" for char in codes)
        return good > _LATIN * len(codes)

    def _style(self, handle: int, n: int) -> _Style:
        native.char_matrix(self.text, n, self._at)
        m = self._matrix
        a, b, c, d = m.a, m.b, m.c, m.d
        turn = turn_of(a, b)
        if turn != ASKEW:
            turn = (turn - self.rotation) % 360
        native.text_size(handle, byref(self._float))
        size = abs(self._float.value) * (hypot(c, d) or hypot(a, b))
        mode = native.text_mode(handle)
        bold, dingbat = self._font(handle)
        colour, alpha = self.reader.colour(handle)
        colour = "" if mode in STROKED or mode == 1 else colour
        base = self.place(m.e, m.f)[1]
        z = self.drawing.heights.get(handle, 0)
        return _Style(
            turn=turn,
            base=base,
            size=size,
            bold=bold or mode in STROKED,
            dingbat=dingbat,
            colour=colour,
            z=z,
            unseen=mode in UNPAINTED or (alpha == 0 and mode == 0) or size < SMALLEST,
            clip=self.reader.clip(handle),
            covers=self.sight.over(z, None if turn else base),
            lost=self.sight.may_lose(colour),
            tag=self._tag(handle),
        )

    def _tag(self, handle: int) -> Tag | None:
        """What the file says that an object is. Forms count their marks for themselves."""
        outside = self.leaf.tags and handle not in self.drawing.matrices
        return tag_of(handle, self.leaf.tags) if outside else None

    def _font(self, handle: int) -> tuple[bool, bool]:
        """Whether the font of an object is bold, and whether its letters are pictures."""
        font = native.text_font(handle)
        known = self.fonts.get(font)
        if known is None:
            buffer = create_string_buffer(256)
            size = native.font_name(font, buffer, 256) if font else 0
            name = buffer.value.decode("utf-8", "replace") if 0 < size <= 256 else ""
            known = self.fonts[font] = is_bold(name), is_dingbat(name)
        return known

    def _take(self, start: int, end: int, handle: int) -> None:
        """Put a word, or a part of one, on the leaf, unless no reader sees it."""
        if not handle:
            return
        style = self.styles.get(handle)
        if style is None:
            style = self.styles[handle] = self._style(handle, start)
        length = end - start
        style.unmapped = style.unmapped or self._is_unmapped(start, end)
        box = self._place_of(start, end)
        wide = max(box[2] - box[0], box[3] - box[1]) if style.turn else box[2] - box[0]
        glued = length > _LONGEST or wide > _WIDEST * style.size * length
        if length > 1 and (glued or style.unmapped):
            for n in range(start, end):
                self._take(n, n + 1, handle)
            return
        text = self.chars[start:end]
        if style.unmapped and native.char_is_unmapped(self.text, start) == 1:
            text = text if self._is_latin(handle) else "\ufffd"
        elif length == 1 and text.isspace():
            return
        size, base = style.size, style.base
        if style.turn == 0:
            top, bottom = box[3] - size, box[3]
            if not base - 1.6 * size < top < bottom < base + 1.2 * size:
                native.char_origin(self.text, start, byref(self._x), byref(self._y))
                base = self.place(self._x.value, self._y.value)[1]
                top, bottom = base - 0.78 * size, base + 0.22 * size
            box = (self._edge(start, box[0]), top, self._edge(end, box[2]), bottom)
        if (
            style.unseen
            or not self.leaf.has(box)
            or (style.clip is not None and self.sight.is_cut(style.clip, box))
            or (style.lost and self.sight.is_lost(style.colour, style.z, box))
            or (style.covers and self.sight.is_covered(style.covers, box))
        ):
            self.leaf.hidden += length
            return
        frame = box
        if style.turn:
            left, _, right, base = upright(style.turn, box)
            frame = (left, base - size, right, base)
            box = laid(style.turn, frame)
        if _HYPHEN in text:
            text = text.replace(_HYPHEN, "-")
        glyphs = self.leaf.glyphs
        if glyphs and start == self.between[1] and self._goes_on(glyphs[-1], start, frame, style):
            last = glyphs[-1]
            last.text += text
            last.right = frame[2]
            last.box = around([last.box[:2], last.box[2:], box[:2], box[2:]])
            return
        glyphs.append(
            Glyph(
                *(len(glyphs), text, style.turn, *frame, base, size),
                *(style.bold, style.dingbat, box, style.tag),
            )
        )

    def _goes_on(self, last: Glyph, start: int, frame: Rectangle, style: _Style) -> bool:
        """Whether a word goes on one whose letters stand apart; if not, put a space between."""
        begin, end = self.between
        if begin == end or "\n" in self.chars[begin:end]:
            return False
        gap = frame[0] - last.right
        lone = end == begin + 1 and last.turn == style.turn
        tight = begin > 1 and gap < _SPACE * style.size
        if lone and tight and native.char_is_made_up(self.text, begin) == 1:
            apart = self.apart or self._letters_apart(begin)
            if apart > _TRACKED * style.size and gap < apart + _LEAST * style.size:
                self.apart = gap
                return True
            if len(last.text) == 1 and self.chars[start + 1 : start + 2] in ("", *_SPACES):
                return False
        self.apart = 0.0
        width = _SPACE * last.size * (end - begin)
        x, box = last.right, last.box
        glyphs = self.leaf.glyphs
        glyphs.append(
            Glyph(
                *(len(glyphs), " ", last.turn, x, last.top, x + width, last.bottom, last.base),
                *(last.size, last.bold, last.dingbat, (box[2], box[1], box[2] + width, box[3])),
            )
        )
        return False

    def _letters_apart(self, end: int) -> float:
        """How far the last two letters of the word that ends here stand apart."""
        if end < 2 or self.chars[end - 2] in _SPACES:
            return 0.0
        right = self._place_of(end - 2, end - 1)[2]
        return max(0.0, self._place_of(end - 1, end)[0] - right)

    def _place_of(self, start: int, end: int) -> Rectangle:
        rect = self._rect
        native.char_box(self.text, start, self._box)
        x0, y0, x1, y1 = rect.left, rect.bottom, rect.right, rect.top
        if end > start + 1:
            native.char_box(self.text, end - 1, self._box)
            left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
            # Not by min and max: they took a tenth of all the time of this module.
            x0, y0 = left if left < x0 else x0, bottom if bottom < y0 else y0
            x1, y1 = right if right > x1 else x1, top if top > y1 else y1
        if self.rotation == 0 and x0 <= x1 and y0 <= y1:
            left, top = self.corner
            return x0 - left, top - y1, x1 - left, top - y0
        (x0, y0), (x1, y1) = self.place(x0, y0), self.place(x1, y1)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _edge(self, n: int, x: float) -> float:
        """Where letter `n` begins: `x`, but within a ligature, whose letters have one box."""
        if n == 0 or self.chars[n - 1] in _SPACES or self.chars[n : n + 1] in _SPACES:
            return x
        box = self._place_of(n, n + 1)
        first, last = n, n + 1
        least, most = max(0, n - _LIGATURE), min(n + _LIGATURE, len(self.chars))
        while least < first and self._place_of(first - 1, first) == box:
            first -= 1
        if first == n:
            return x
        while last < most and self._place_of(last, last + 1) == box:
            last += 1
        return box[0] + (box[2] - box[0]) * (n - first) / (last - first)

    def _embolden(self) -> None:
        """Type that is painted twice is bold: pdfium leaves the second time out."""
        again = self.drawing.heights.keys() - self.styles.keys()
        if not again or len(again) * len(self.leaf.glyphs) > _MOST_PAIRS:
            return
        edges = [c_float() for _ in range(4)]
        for handle in again:
            native.bounds_of(handle, *map(byref, edges))
            matrix = self.drawing.matrices.get(handle)
            x0, y0, x1, y1 = (edge.value for edge in edges)
            if matrix or x0 >= x1:
                continue
            (x0, y0), (x1, y1) = self.place(x0, y0), self.place(x1, y1)
            x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
            for glyph in self.leaf.glyphs:
                x, y = (glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2
                if x0 <= x <= x1 and y0 <= y <= y1:
                    glyph.bold = True
