"""The reference reader: a page through pdfminer's glyphs and pdfplumber's page.

Slower by an order of magnitude than `pdfium`, and better where a file is broken in its own ways.
It does not know what is transparent, so it cannot tell what was painted over; nor does it read the
tags of a tagged file, which pdfplumber ties to letters at the price of another walk over the page.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import floor, hypot
from typing import Any

from pdfminer import pdffont
from pdfminer.cmapdb import FileUnicodeMap
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTItem, LTLine, LTPage, LTRect
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSEOF
from pdfplumber.page import Page as PlumberPage
from pdfplumber.pdf import PDF

from pipeline.ingest.pdf import leaf as limits
from pipeline.ingest.pdf.bands import Strips
from pipeline.ingest.pdf.leaf import (
    ASKEW,
    SMALLEST,
    STROKED,
    UNPAINTED,
    WHITE,
    Fill,
    Glyph,
    Leaf,
    TooMuch,
    are_alike,
    hexadecimal,
    is_bold,
    is_dingbat,
    levels_of,
    turn_of,
    upright,
)
from pipeline.ingest.pdf.points import holds, middle
from pipeline.ingest.pdf.ruling import MOST_SHAPES, Rectangle, Shapes, grids_of, holding_each_other

_DOUBLE = 0.2  # em; the same glyph printed twice this near is one bold glyph
_MOST_CODES = 100_000  # of one font; no script of the world has more characters
_SQUARE = (0, 90, 180, 270)


class _Device(PDFPageAggregator):
    """Leaves out text that is not painted, and remembers what pdfminer forgets of the rest."""

    def __init__(self, pdf: PDF, number: int) -> None:
        super().__init__(pdf.rsrcmgr, pageno=number)
        self.unpainted = 0
        self.shaded = False
        self.hollow: set[int] = set()
        self.stroked: set[int] = set()
        self.spaces: dict[int, tuple[str, str]] = {}
        self.colours = {WHITE}
        self.strips = Strips()
        self._mode = 0
        self._glyphs = 0

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        self._mode = textstate.render
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(self, *args: Any, **kwargs: Any) -> float:
        self._glyphs += 1
        if self._glyphs > limits.MOST_GLYPHS:
            raise TooMuch
        advance = super().render_char(*args, **kwargs)
        glyph = self.cur_item._objs[-1]
        if self._mode in UNPAINTED:
            self.cur_item._objs.pop()
            self.unpainted += bool(isinstance(glyph, LTChar) and glyph.get_text().strip())
        elif self._mode in STROKED:
            self.stroked.add(id(glyph))
        return advance

    def paint_path(self, *args: Any, **kwargs: Any) -> None:
        known = len(self.cur_item._objs)
        super().paint_path(*args, **kwargs)
        state = args[0] if args else kwargs["graphicstate"]
        shapes = self.cur_item._objs[known:]
        for shape in shapes:
            self.spaces[id(shape)] = state.ncs.name, state.scs.name
        hollow = holding_each_other([shape.bbox for shape in shapes])
        self.hollow.update(id(shapes[number]) for number in hollow)


class _Meanings(FileUnicodeMap):
    """What the codes of a font stand for; a few bytes may name ranges of billions of codes, and
    the same ones over and over."""

    told = 0

    def add_cid2unichr(self, cid: int, code: Any) -> None:
        self.told += 1
        if self.told > _MOST_CODES:
            raise PSEOF  # as though the map ended here
        super().add_cid2unichr(cid, code)


vars(pdffont)[FileUnicodeMap.__name__] = _Meanings  # it lets no one say which to take


class _Interpreter(PDFPageInterpreter):
    def do_sh(self, name: object) -> None:
        self.device.shaded = True  # type: ignore[attr-defined]
        super().do_sh(name)


class _Page(PlumberPage):
    """pdfplumber's page, which finds the grids, without its dictionary for every character."""

    def __init__(self, pdf: PDF, page: PDFPage, number: int) -> None:
        # pdfminer has sound values where the file has none or broken ones; pdfplumber reads anew.
        page.attrs["MediaBox"] = list(page.mediabox)
        page.attrs["Rotate"] = page.rotate if page.rotate in _SQUARE else 0
        page.attrs.pop("CropBox", None)
        super().__init__(pdf, page, number)
        self.device = _Device(pdf, number)
        _Interpreter(pdf.rsrcmgr, self.device).process_page(page)
        self._layout: LTPage = self.device.get_result()

    def iter_layout_objects(self, layout_objects: Any) -> Any:
        shapes = (item for item in layout_objects if not isinstance(item, LTChar))
        return super().iter_layout_objects(list(shapes))


def leaf_of(pdf: PDF, page: PDFPage, number: int) -> Leaf:
    """Read one page. Raises whatever pdfminer raises on a broken one, and `TooMuch`."""
    left, top, width, height = _visible(page)
    plumbed = _Page(pdf, page, number)
    try:
        full = plumbed.height
        leaf = Leaf(number, float(width), float(height), hidden=plumbed.device.unpainted)

        def place(item: Any) -> Rectangle:
            return (item.x0 - left, full - item.y1 - top, item.x1 - left, full - item.y0 - top)

        for item in _items(plumbed._layout):
            if isinstance(item, LTChar):
                _take_glyph(leaf, plumbed.device, item, place(item), full - top)
            elif isinstance(item, LTImage):
                box = place(item)
                leaf.pictures += leaf.has(box)
                leaf.note(box)
                leaf.drawn.append(box)
                leaf.fills.append(Fill(box, None))
            elif isinstance(item, LTCurve):
                _take_shape(leaf, plumbed.device, item, place(item))
        x, y = plumbed.mediabox[0] + left, plumbed.mediabox[1] + top
        levels = levels_of(replace(g, box=_moved(g.box, x, y)) for g in leaf.glyphs)
        shapes = Shapes(plumbed.rects, plumbed.lines, plumbed.curves)
        leaf.crowded = len(shapes) if len(shapes) > MOST_SHAPES else 0
        for cells in grids_of(shapes, levels):
            leaf.grids.append([_moved(cell, -x, -y) for cell in cells])
    finally:
        plumbed.close()
    leaf.glyphs = list(_once(leaf.glyphs))
    return leaf


def _once(glyphs: list[Glyph]) -> Iterator[Glyph]:
    """Each glyph once: type printed twice, a hair apart, is a poor man's bold."""
    seen: dict[tuple[str, int, int], Glyph] = {}
    for glyph in glyphs:
        if glyph.text != " ":
            near = min(_DOUBLE * glyph.size, (glyph.right - glyph.left) / 2)
            cells = {
                (glyph.text, floor((glyph.left + dx) / 4), floor((glyph.top + dy) / 4))
                for dx in (-near, near)
                for dy in (-near, near)
            }
            twins = (seen[cell] for cell in cells if cell in seen)
            twin = next((t for t in twins if _apart(t, glyph) < near), None)
            if twin is not None:
                twin.bold = True
                continue
            seen[glyph.text, floor(glyph.left / 4), floor(glyph.top / 4)] = glyph
        yield glyph


def _apart(one: Glyph, other: Glyph) -> float:
    return max(abs(one.left - other.left), abs(one.top - other.top))


def _moved(box: Rectangle, x: float, y: float) -> Rectangle:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _items(container: LTContainer[Any]) -> Iterator[LTItem]:
    # A stack, not recursion: forms may be nested as deep as an attacker likes.
    stack = [iter(container)]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
        elif isinstance(item, LTContainer):
            stack.append(iter(item))
        else:
            yield item


def _visible(page: PDFPage) -> tuple[float, float, float, float]:
    """Left, top, width and height of the visible part of the turned page."""
    x0, x1 = sorted(page.mediabox[::2])
    y0, y1 = sorted(page.mediabox[1::2])
    c0, c1 = sorted(page.cropbox[::2])
    d0, d1 = sorted(page.cropbox[1::2])
    c0, c1, d0, d1 = max(c0, x0), min(c1, x1), max(d0, y0), min(d1, y1)
    if c0 >= c1 or d0 >= d1:
        c0, c1, d0, d1 = x0, x1, y0, y1
    match page.rotate:
        case 90:
            return d0 - y0, c0 - x0, d1 - d0, c1 - c0
        case 180:
            return x1 - c1, d0 - y0, c1 - c0, d1 - d0
        case 270:
            return y1 - d1, x1 - c1, d1 - d0, c1 - c0
    return c0 - x0, y1 - d1, c1 - c0, d1 - d0


def _take_glyph(leaf: Leaf, device: _Device, item: LTChar, box: Rectangle, floor: float) -> None:
    font = _font_name(item)
    a, b, c, d, _, f = item.matrix
    # A type size below nothing turns the type round: its advance says so.
    turn = turn_of(a, b) if item.adv >= 0 else turn_of(-a, -b)
    size = item.width if turn in (90, 270) else item.height
    size = hypot(c, d) * item.height / (abs(d) or 1) if turn == ASKEW else size
    low = floor - f  # the base line; glyphs far from it come from a font with a broken descent
    if turn == 0 and not low - 1.6 * size < box[1] < box[3] < low + 1.2 * size:
        box = (box[0], low - 0.78 * size, box[2], low + 0.22 * size)
    # pdfminer has no word for a code whose map gives half a character.
    text = item.get_text() or "\ufffd"
    if not text.strip():
        text = " "
    elif not leaf.has(box) or size < SMALLEST or _same_as_ground(leaf, device, item, box):
        leaf.hidden += 1
        return
    frame = upright(turn, box)
    base = low if turn == 0 else frame[3]
    bold = is_bold(font) or id(item) in device.stroked
    dingbat = is_dingbat(font)
    flow = len(leaf.glyphs)
    leaf.glyphs.append(Glyph(flow, text, turn, *frame, base, size, bold, dingbat, box))


def _take_shape(leaf: Leaf, device: _Device, item: LTCurve, box: Rectangle) -> None:
    x0, top, x1, bottom = box
    if item.stroke or item.fill:
        leaf.note(box)
        leaf.drawn.append(box)
        if item.stroke if isinstance(item, LTRect) else item.pts[0] == item.pts[-1]:
            leaf.frames.append(box)
    spaces = device.spaces.get(id(item), ("", ""))
    colour = colour_of(item.non_stroking_color, spaces[0])
    if isinstance(item, LTLine | LTRect):
        width = float(item.linewidth) if item.stroke else 0.0
        ink = colour_of(item.stroking_color, spaces[1])
        fill = bool(item.fill) and isinstance(item, LTRect)
        device.strips.take(len(leaf.fills), box, width=width, ink=ink, fill=fill, colour=colour)
    if bottom - top < 2.5 and x1 - x0 > 2.5 and (item.stroke or item.fill):
        leaf.rules.append(box)
    elif item.fill and not isinstance(item, LTLine):
        known = isinstance(item, LTRect) and id(item) not in device.hollow
        leaf.fills.append(Fill(box, colour if known else None))
        device.colours |= {colour} if known and colour else set()


def _font_name(item: LTChar) -> str:
    name = item.fontname
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def _same_as_ground(leaf: Leaf, device: _Device, item: LTChar, box: Rectangle) -> bool:
    state = item.graphicstate
    colour = colour_of(state.ncolor, item.ncs.name)
    if colour is None:
        return False
    alike = any(are_alike(colour, one) for one in device.colours)
    if not alike or id(item) in device.stroked:
        return False
    x, y = middle(box)
    topmost = range(len(leaf.fills) - 1, -1, -1)
    place = next((n for n in topmost if holds(leaf.fills[n].box, x, y)), -1)
    ground = leaf.fills[place].colour if place >= 0 else None if device.shaded else WHITE
    if ground is None or not are_alike(ground, colour):
        return False
    return not device.strips.are_behind(box, colour, place, len(leaf.fills) + 1)


def colour_of(value: object, space: str) -> str | None:
    """`#rrggbb` of a colour in the gray, RGB or CMYK spaces; None for inks and patterns.

    Near white counts as white: 2 % is not seen.
    """
    parts = value if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(part, int | float) for part in parts):
        return None
    known = space in ("", "DeviceGray", "CalGray", "G", "DeviceRGB", "CalRGB", "RGB", "ICCBased")
    match [min(1.0, max(0.0, float(part))) for part in parts]:
        case [gray] if known:
            rgb = [gray] * 3
        case [_, _, _] as rgb if known:
            pass
        case [c, m, y, k] if space in ("", "DeviceCMYK", "CMYK", "ICCBased"):
            rgb = [(1 - c) * (1 - k), (1 - m) * (1 - k), (1 - y) * (1 - k)]
        case _:
            return None
    return hexadecimal(*rgb)
