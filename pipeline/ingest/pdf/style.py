"""How text objects are set: font, size, colour and place, asked for once for all their letters."""

from collections.abc import Callable, Sequence
from ctypes import c_void_p, create_string_buffer
from dataclasses import dataclass
from itertools import repeat
from math import hypot

from pipeline.ingest.pdf import native
from pipeline.ingest.pdf.drawn import Cover, Reader
from pipeline.ingest.pdf.leaf import (
    ASKEW,
    SMALLEST,
    STROKED,
    UNPAINTED,
    is_bold,
    is_dingbat,
    turn_of,
)
from pipeline.ingest.pdf.points import Point
from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.ingest.pdf.sight import Sight
from pipeline.ingest.pdf.structure import Tag, tag_of

_MATRICES, _SIZES = native.Rows(6), native.Rows(1)


@dataclass(slots=True)
class Style:
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

    @property
    def plain(self) -> bool:
        """Whether its words stand upright, and nothing but the page's edge may hide them."""
        hidden = self.unseen or self.lost or bool(self.covers)
        return not (self.turn or self.dingbat or self.unmapped or hidden)


class Styles(dict[int, Style]):
    """The styles of the text objects of a page, by their handles.

    `place` takes a point of the page to its place on the leaf; `rotation` is that of the page.
    """

    def __init__(
        self, text: c_void_p, reader: Reader, sight: Sight, place: Callable[..., Point], turn: int
    ) -> None:
        super().__init__()
        self.text, self.reader, self.sight = text, reader, sight
        self.place, self.rotation = place, turn
        self._fonts: dict[int, tuple[bool, bool]] = {}

    def learn(self, handles: Sequence[int], letters: Sequence[int]) -> None:
        """Take up text objects, of each of which one letter is given (its place in the text)."""
        count = len(handles)
        matrices = _MATRICES.filled(native.char_matrix, count, repeat(self.text), letters).tolist()
        sizes = _SIZES.filled(native.text_size, count, handles).tolist()
        modes = map(native.text_mode, handles)
        for handle, matrix, (size,), mode in zip(handles, matrices, sizes, modes, strict=True):
            self[handle] = self._style(handle, matrix, size, mode)

    def _style(self, handle: int, matrix: Sequence[float], size: float, mode: int) -> Style:
        a, b, c, d, e, f = matrix
        turn = turn_of(a, b) if size >= 0 else turn_of(-a, -b)
        if turn != ASKEW:
            turn = (turn - self.rotation) % 360
        size = abs(size) * (hypot(c, d) or hypot(a, b))
        bold, dingbat = self._font(handle)
        colour, alpha = self.reader.colour(handle)
        colour = "" if mode in STROKED or mode == 1 else colour
        base = self.place(e, f)[1]
        z = self.reader.drawing.heights.get(handle, 0)
        return Style(
            turn=turn,
            base=base,
            size=size,
            bold=bold or mode in STROKED,
            dingbat=dingbat,
            colour=colour,
            z=z,
            unseen=mode in UNPAINTED or (alpha == 0 and mode == 0) or size < SMALLEST,
            clip=self.reader.clip(handle, self.reader.drawing.matrices.get(handle)),
            covers=self.sight.over(z, None if turn else base),
            lost=self.sight.may_lose(colour),
            tag=self._tag(handle),
        )

    def _tag(self, handle: int) -> Tag | None:
        """What the file says that an object is. Forms count their marks for themselves."""
        tags = self.reader.leaf.tags
        outside = tags and handle not in self.reader.drawing.matrices
        return tag_of(handle, tags) if outside else None

    def _font(self, handle: int) -> tuple[bool, bool]:
        """Whether the font of an object is bold, and whether its letters are pictures."""
        font = native.text_font(handle)
        known = self._fonts.get(font)
        if known is None:
            buffer = create_string_buffer(256)
            size = native.font_name(font, buffer, 256) if font else 0
            name = buffer.value.decode("utf-8", "replace") if 0 < size <= 256 else ""
            known = self._fonts[font] = is_bold(name), is_dingbat(name)
        return known
