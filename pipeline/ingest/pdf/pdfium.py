"""The fast reader: a page through pdfium's characters and objects, a word at a time.

Why this one, as measured on 360 pages of five reports (CPU on a busy machine; B is the bare text of
every page by pypdfium2, in the same run):

- pdfplumber's page and pdfminer's glyphs: 37-74 B for the whole of ingest; the reference.
- pdf_oxide 0.3: its characters cost 0.4-1 B, but of 137,210 on NIST AI 600-1 it lacks 870 and has
  446 that are not there; it does not say in which order and mode things are painted.
- pdfium, two calls for every character: 1-2 B for those calls alone.
- pdfium, six calls for every word and ten for every text object: 3-6 B for this module, and 5-7 B
  with the lines of the page, when those calls are made for all words at once. Word by word the
  text of the 360 pages is the reference's, but for ligatures (pdfium writes `fi` for the ligature
  of f and i), leaders that stand against their title, and one note mark that the reference glued
  to its word.

A text object is set in one font, size and colour on one base line, so that these are asked for
once. The boxes of the first and last letter of a word tell its place. Letters one by one: where a
word is too wide or long to be one, where codes are odd, or stand for nothing that the file says.
"""

import re
from collections.abc import Sequence
from ctypes import addressof, byref, c_char, c_double, c_float, c_void_p
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as raw

from pipeline.ingest.pdf import leaf as limits
from pipeline.ingest.pdf import native
from pipeline.ingest.pdf.drawn import Drawing, Reader
from pipeline.ingest.pdf.latin import Letters
from pipeline.ingest.pdf.leaf import SPACE, Glyph, Leaf, TooMuch, Words, laid, levels_of, upright
from pipeline.ingest.pdf.points import around, frame_of
from pipeline.ingest.pdf.ruling import Rectangle, grids_of
from pipeline.ingest.pdf.sight import Sight
from pipeline.ingest.pdf.spelling import Spelling, is_kept, spelt
from pipeline.ingest.pdf.structure import Tree
from pipeline.ingest.pdf.style import Style, Styles
from pipeline.ingest.pdf.wording import is_second, whole
from pipeline.ingest.pdf.words import HIGHEST, INK, LONGEST, LOWEST, SPACES, WIDEST, PageWords

# Each of these is looked at by itself: what it stands for is unknown, or takes two of its kind.
_ODD = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\ud800-\udfff]")
_CODES = "\x0b\x0c\x1c\x1d\x1e\x1f"  # that Python takes for spaces: they are bare codes of glyphs
_HIGH = "-\u2010\u2011\u2012–—“”‘’'\"*"  # what has no ink on the base line
_HYPHEN = "\ufffe"  # pdfium's own mark of a hyphen at a line end
_LEAST = 0.15  # em; the least gap that is a space
_LIGATURE = 4  # letters; in type without width, thousands of letters have one box
_TRACKED = 0.08  # em; letters further apart are set apart on purpose
_TELLING = 6  # letters of a word
_MOST_PAIRS = 5_000_000  # of type painted twice and type, to be held against each other


class Unreadable(Exception):
    """A page that pdfium cannot load."""


def leaf_of(file: Any, number: int, tree: Tree, spelling: Spelling) -> Leaf:
    """Read one page (number from 1) of a pypdfium2 document. Raises `Unreadable`, `TooMuch`.

    `tree` and `spelling` are what its pages share.
    """
    handle = file.raw
    page = native.load_page(_address(handle), number - 1)
    if not page:
        raise Unreadable
    text = 0
    try:
        text = native.load_text(page)
        if not text:
            raise Unreadable
        return _Page(_address(handle), page, text, number, tree).read(spelling)
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
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._box, self._at = byref(self._rect), byref(self._matrix)
        self._float, self._x, self._y = c_float(), c_double(), c_double()

    def read(self, spelling: Spelling) -> Leaf:
        leaf = self.leaf
        count = native.count_chars(self.text)
        if count > limits.MOST_GLYPHS:
            raise TooMuch
        self.drawing = self.reader.read()
        self.chars = spelling.kept(self._chars(count), self._place_of)
        self.letters = Letters(self.text, self.chars)
        self.odd = _ODD.search(self.chars) is not None
        self.sight = Sight(self.drawing, self.reader)
        self.styles = Styles(self.text, self.reader, self.sight, self.place, self.rotation)
        self.between, self.apart, self.flow = (0, 0), 0.0, 0
        self._take_words()
        self._embolden()
        if len(self.drawing.shapes) > 1:
            leaf.grids += grids_of(self.drawing.shapes, levels_of(leaf.glyphs))
        return leaf

    def _chars(self, count: int) -> str:
        """One character for each of pdfium's, so that places in the text are theirs."""
        room = bytearray(2 * count + 2)
        size = native.text_of(self.text, 0, count, byref(c_char.from_buffer(room))) - 1
        if size == count:
            chars = room[: 2 * size].decode("utf-16-le", "surrogatepass")
            if len(chars) == count:
                return chars
        codes = (native.char_unicode(self.text, n) for n in range(count))
        return "".join(
            _HYPHEN if code == 2 and native.char_is_hyphen(self.text, n) == 1 else chr(code)
            for n, code in enumerate(codes)
        )

    def _take_words(self) -> None:
        """Put the words on the leaf: those that are plain in runs, the others one by one."""
        words = PageWords(self.text, self.chars, self.styles, self.leaf, self.place)
        # A code that is printed for a glyph of unknown meaning is counted by the word.
        coded = "(cid:" in self.chars
        for first, last in pairwise([*words.heads, len(words.starts)]):
            if words.plain[first] and not coded:
                self._take_run(words, first, last)
                continue
            for n in range(first, last):
                self._place_between(words, n)
                self._take_word(words.starts[n], words.ends[n], words.begins[n])

    def _place_between(self, words: PageWords, n: int) -> None:
        self.between = words.ends[n - 1] if n else 0, words.starts[n]

    def _take_run(self, words: PageWords, first: int, last: int) -> None:
        """Put a run of words on the leaf."""
        style = self.styles[words.begins[first]]
        self._place_between(words, first)
        if self._goes_on(words.starts[first], words.lefts[first], style):
            self._merge(_run(self.chars, words, first, first + 1, style))
            if last > first + 1:
                self._take_run(words, first + 1, last)
            return
        self._add(_run(self.chars, words, first, last, style))
        if last > first + 1:
            self.apart = 0.0

    def _take_word(self, start: int, end: int, first: int) -> None:
        """A word whole, or parted where its text object changes; odd characters one by one."""
        handle_at = native.char_object
        odd = self.odd and _ODD.search(self.chars, start, end) is not None
        if not odd and (end == start + 1 or handle_at(self.text, end - 1) == first):
            self._take(start, end, first)
            return
        begin, here = start, first
        for n in range(start + 1, end):
            if odd and is_second(self.chars, n):
                continue
            handle = handle_at(self.text, n)
            if odd or handle != here:
                self._take(begin, n, here)
                begin, here = n, handle
        self._take(begin, end, here)

    def _is_unmapped(self, start: int, end: int) -> bool:
        """Whether a word may have characters that stand for nothing known."""
        return any(native.char_is_unmapped(self.text, n) == 1 for n in {start, end - 1})

    def _take(self, start: int, end: int, handle: int) -> None:
        """Put a word, or a part of one, on the leaf, unless no reader sees it."""
        if not handle:
            return
        if handle not in self.styles:
            self.styles.learn([handle], [start])
        style = self.styles[handle]
        length = end - start
        style.unmapped = style.unmapped or self._is_unmapped(start, end)
        box = self._place_of(start, end)
        wide = max(box[2] - box[0], box[3] - box[1]) if style.turn else box[2] - box[0]
        glued = length > LONGEST or wide > WIDEST * style.size * length
        one = length == 1 or (length == 2 and is_second(self.chars, start + 1))
        if not one and (glued or style.unmapped):
            for n in range(start, end):
                if not is_second(self.chars, n):
                    self._take(n, n + 1 + is_second(self.chars, n + 1), handle)
            return
        text = whole(self.chars[start:end])
        if is_kept(text):
            text = spelt(text)
            if not text:
                return
        elif style.unmapped and native.char_is_unmapped(self.text, start) == 1:
            known = text.isprintable() and self.letters.are_in(native.text_font(handle))
            text = text if known else "\ufffd"
        elif one and text.isspace():
            if text not in _CODES:
                return
            text = "\ufffd"
        size, base = style.size, style.base
        if style.turn == 0:
            top, bottom = box[3] - size, box[3]
            ink = bottom < base - INK * size and not text.strip(_HIGH)
            if ink or not base - HIGHEST * size < top < bottom < base + LOWEST * size:
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
        glyph = Glyph(
            *(0, text, style.turn, *frame, base, size),
            *(style.bold, style.dingbat, box, style.tag),
        )
        if self._goes_on(start, frame[0], style):
            self._merge(glyph)
        else:
            self._add(glyph)

    def _add(self, glyph: Glyph) -> None:
        glyph.flow = self.flow
        self.flow += 2 * glyph.count - 1
        self.leaf.glyphs.append(glyph)

    def _merge(self, glyph: Glyph) -> None:
        """Put letters on the leaf as part of the last word."""
        last = self.leaf.glyphs[-1]
        last.text += glyph.text
        last.right = glyph.right
        last.box = around([last.box[:2], last.box[2:], glyph.box[:2], glyph.box[2:]])

    def _goes_on(self, start: int, left: float, style: Style) -> bool:
        """Whether a word goes on one whose letters stand apart; if not, put a space between."""
        begin, end = self.between
        glyphs = self.leaf.glyphs
        if not glyphs or start != end or begin == end or "\n" in self.chars[begin:end]:
            self.apart = 0.0
            return False
        last = glyphs[-1]
        gap = left - last.right
        lone = end == begin + 1 and last.turn == style.turn
        tight = begin > 1 and gap < SPACE * style.size
        lettered = self.chars[begin - 1].isalnum() and self.chars[start].isalnum()
        if lone and tight and lettered and native.char_is_made_up(self.text, begin) == 1:
            glyphs[-1:] = last.parts()
            last = glyphs[-1]
            apart = self.apart or self._letters_apart(begin)
            if apart > _TRACKED * style.size and gap < apart + _LEAST * style.size:
                self.apart = gap
                return True
            if len(last.text) == 1 and self.chars[start + 1 : start + 2] in ("", *SPACES):
                return False
        self.apart = 0.0
        width = SPACE * last.size * (end - begin)
        leans = not last.turn and last.left < left < last.right and self._is_leant_over(begin)
        edge = left if leans else last.right
        frame = edge, last.top, edge + width, last.bottom
        look = last.base, last.size, last.bold, last.dingbat
        self._add(Glyph(0, " ", last.turn, *frame, *look, laid(last.turn, frame)))
        return False

    def _is_leant_over(self, space: int) -> bool:
        """Whether letters that lean, and so overlap, have a space between them all the same.

        One that pdfium made up may be none, nor is one that a file sets within a letter, or behind
        half a ligature.
        """
        letter = self._place_of(space - 1, space)
        whole = space < 2 or self._place_of(space - 2, space - 1) != letter
        behind = self._place_of(space, space + 1)[0] > (letter[0] + letter[2]) / 2
        return whole and behind and native.char_is_made_up(self.text, space) == 0

    def _letters_apart(self, end: int) -> float:
        """How far the last letters of the word that ends here stand apart; the boxes of some fonts
        are as narrow as their ink, so that two letters tell little."""
        start = end - 1
        while start > max(0, end - _TELLING) and self.chars[start - 1] not in SPACES:
            start -= 1
        boxes = [self._place_of(n, n + 1) for n in range(start, end)]
        return max(0.0, median(b[0] - a[2] for a, b in pairwise(boxes))) if boxes[1:] else 0.0

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
        if n == 0 or self.chars[n - 1] in SPACES or self.chars[n : n + 1] in SPACES:
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
        if not again or len(again) * self.flow > _MOST_PAIRS:
            return
        edges = [c_float() for _ in range(4)]
        twice: list[Rectangle] = []
        for handle in again:
            native.bounds_of(handle, *map(byref, edges))
            x0, y0, x1, y1 = (edge.value for edge in edges)
            if handle not in self.drawing.matrices and x0 < x1:
                (x0, y0), (x1, y1) = self.place(x0, y0), self.place(x1, y1)
                twice.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        if not twice:
            return
        glyphs: list[Glyph] = []
        for glyph in self.leaf.glyphs:
            x0, top, x1, bottom = glyph.box
            y = (top + bottom) / 2
            over = [box for box in twice if box[1] <= y <= box[3] and box[0] <= x1 and x0 <= box[2]]
            glyphs += _emboldened(glyph, over) if over else [glyph]
        self.leaf.glyphs = glyphs


def _emboldened(glyph: Glyph, boxes: Sequence[Rectangle]) -> list[Glyph]:
    """Type, bold where its middle is in one of the boxes."""
    parts = list(glyph.parts())
    for part in parts:
        x = (part.box[0] + part.box[2]) / 2
        part.bold = part.bold or any(box[0] <= x <= box[2] for box in boxes)
    return parts if any(part.bold for part in parts) else [glyph]


def _run(chars: str, words: PageWords, first: int, last: int, style: Style) -> Glyph:
    """Some of the words of a page as one glyph; its place in their order is not yet set."""
    start, end = words.starts[first], words.ends[last - 1]
    box = words.lefts[first], words.tops[first], words.rights[last - 1], words.bottoms[first]
    glyph = Glyph(
        *(0, chars[start:end], 0, *box, style.base, style.size),
        *(style.bold, style.dingbat, box, style.tag),
    )
    if last > first + 1:
        bounds = zip(words.starts[first:last], words.ends[first:last], strict=True)
        texts = [chars[start:end] for start, end in bounds]
        lefts, rights = words.lefts[first:last], words.rights[first:last]
        glyph.words = Words(texts, lefts, rights, words.places[2 * first : 2 * last])
    return glyph
