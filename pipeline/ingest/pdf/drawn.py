"""What pdfium painted on a page besides type: rules, fills and pictures, in painting order."""

from collections.abc import Callable, Iterator
from ctypes import byref, c_float, c_int, c_uint, string_at
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from pipeline.ingest.pdf import native
from pipeline.ingest.pdf.bands import is_broad
from pipeline.ingest.pdf.leaf import WHITE, Fill, Leaf, hexadecimal
from pipeline.ingest.pdf.points import Point, apart, around, is_rectangle, levelled, shared
from pipeline.ingest.pdf.ruling import MOST_SHAPES, Rectangle, Shapes, holding_each_other

Matrix = tuple[float, float, float, float, float, float]

_MOST_SEGMENTS = 400  # of one path; no rule or shade has more
_MOST_OBJECTS = 200_000
_DEEPEST = 24  # forms within forms
_SOLID = 0.98  # of a picture's points
_WITH_ALPHA = (raw.FPDFBitmap_BGRA, raw.FPDFBitmap_BGRA_Premul)
_MATRIX = raw.FS_MATRIX()  # one for all: each path asks for its own
_RULE = 2.5  # points; what is thicker is a shade


class Thing(NamedTuple):
    """An object of a page; `z` is its place in the order of painting."""

    handle: int
    kind: int
    z: int
    matrix: Matrix | None
    sheer: bool


class Cover(NamedTuple):
    """An area painted over; `picture` is the picture that was, 0 for a fill that hides all."""

    z: int
    box: Rectangle
    picture: int = 0


@dataclass
class Drawing:
    """What was drawn: shapes for pdfplumber's tables; grounds and covers with their `z`."""

    shapes: Shapes = field(default_factory=lambda: Shapes([], [], []))
    grounds: list[tuple[int, Fill]] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    heights: dict[int, int] = field(default_factory=dict)
    matrices: dict[int, Matrix] = field(default_factory=dict)


def things_of(page: int) -> Iterator[Thing]:
    """All objects of a page in the order of painting, those within forms in their place."""
    z = 0
    objects = _handles(native.get_object, page, native.count_objects(page))
    levels: list[tuple[Iterator[int], Matrix | None, bool]] = [(objects, None, False)]
    while levels:
        handles, matrix, sheer = levels[-1]
        for handle in handles:
            if z > _MOST_OBJECTS:
                return
            z += 1
            kind = native.kind_of(handle)
            if kind != raw.FPDF_PAGEOBJ_FORM:
                yield Thing(handle, kind, z, matrix, sheer)
            elif len(levels) < _DEEPEST:
                within = _handles(native.form_object, handle, native.form_count(handle))
                inner = _times(_matrix(handle), matrix)
                levels.append((within, inner, sheer or bool(native.is_transparent(handle))))
                break
        else:
            levels.pop()


def _handles(get: Callable[..., int], holder: int, count: int) -> Iterator[int]:
    """The objects of a page or form, up to one that it does not give."""
    return takewhile(bool, map(partial(get, holder), range(count)))


def _matrix(handle: int) -> Matrix:
    found = _MATRIX
    native.matrix_of(handle, byref(found))
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(one: Matrix, other: Matrix | None) -> Matrix:
    if other is None:
        return one
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (
        *(a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s),
        *(e * p + f * r + t, e * q + f * s + u),
    )


class Reader:
    """Reads the objects of one page; `place` takes a point of the page to its place on the leaf."""

    def __init__(self, file: int, page: int, leaf: Leaf, place: Callable[..., Point]) -> None:
        self.file, self.page, self.leaf, self.place = file, page, leaf, place
        self.drawing = Drawing()
        self.paths = 0
        self._parts = [c_uint() for _ in range(4)]
        self._colour = [byref(part) for part in self._parts]
        self._edges = [c_float() for _ in range(4)]
        self._bounds = [byref(edge) for edge in self._edges]
        self._x, self._y, self._width = c_float(), c_float(), c_float()
        self._to_x, self._to_y = byref(self._x), byref(self._y)
        self._mode, self._stroke = c_int(), c_int()
        self._colours: dict[tuple[int, ...], str] = {}

    def read(self) -> Drawing:
        """Read them all; the rules, fills and pictures go on the leaf as well."""
        drawing = self.drawing
        for thing in things_of(self.page):
            if thing.kind == raw.FPDF_PAGEOBJ_TEXT:
                drawing.heights[thing.handle] = thing.z
                if thing.matrix:
                    drawing.matrices[thing.handle] = thing.matrix
            elif thing.kind == raw.FPDF_PAGEOBJ_PATH:
                self._take_path(thing)
            elif thing.kind == raw.FPDF_PAGEOBJ_IMAGE:
                self._take_image(thing)
            elif thing.kind == raw.FPDF_PAGEOBJ_SHADING:
                self._fill(thing, self._box(thing), None)
        self.leaf.crowded = self.paths if self.paths > MOST_SHAPES else 0
        return drawing

    def colour(self, handle: int) -> tuple[str, int]:
        """The fill colour of an object, and how opaque it is (0 to 255)."""
        if not native.fill_colour(handle, *self._colour):
            return "#000000", 255
        return self._painted()

    def _painted(self) -> tuple[str, int]:
        of_red, of_green, of_blue, of_alpha = self._parts
        parts = of_red.value, of_green.value, of_blue.value
        known = self._colours.get(parts)
        if known is None:
            known = self._colours[parts] = hexadecimal(*(part / 255 for part in parts))
        return known, of_alpha.value

    def clip(self, handle: int, matrix: Matrix | None) -> Rectangle | None:
        """What an object within a matrix is cut off at, when that is a rectangle."""
        clip = native.clip_of(handle)
        count = native.count_clips(clip) if clip else 0
        if not 0 < count < 50:
            return None
        x, y = self._x, self._y
        found: Rectangle | None = None
        for path in range(count):
            size = native.count_clip_segments(clip, path)
            if not 4 <= size <= 5:
                continue
            corners: list[Point] = []
            for n in (0, 2):
                native.segment_point(native.clip_segment(clip, path, n), self._to_x, self._to_y)
                corners.append(self._at((x.value, y.value), matrix))
            (x0, y0), (x1, y1) = corners
            here = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
            found = here if found is None else shared(found, here)
        return found

    def _box(self, thing: Thing) -> Rectangle:
        native.bounds_of(thing.handle, *self._bounds)
        x0, y0, x1, y1 = (edge.value for edge in self._edges)
        corners = [(x0, y0), (x0, y1), (x1, y0), (x1, y1)]
        return around([self._at(point, thing.matrix) for point in corners])

    def _at(self, point: Point, matrix: Matrix | None) -> Point:
        x, y = point
        if matrix:
            a, b, c, d, e, f = matrix
            x, y = a * x + c * y + e, b * x + d * y + f
        return self.place(x, y)

    def _take_image(self, thing: Thing) -> None:
        box = self._box(thing)
        self.leaf.pictures += self.leaf.has(box)
        self.leaf.note(box)
        self.leaf.drawn.append(box)
        seen = self._fill(thing, box, None)
        if not thing.sheer and not native.is_transparent(thing.handle):
            self.drawing.covers.append(Cover(thing.z, seen, thing.handle))

    def is_solid(self, handle: int) -> bool:
        """Whether a picture has no part that is seen through."""
        bitmap = native.rendered_image(self.file, self.page, handle)
        if not bitmap:
            return False
        try:
            if native.bitmap_format(bitmap) not in _WITH_ALPHA:
                return True
            size = native.bitmap_height(bitmap) * native.bitmap_stride(bitmap)
            parts = string_at(native.bitmap_bytes(bitmap), size)[3::4]
            return parts.count(255) > _SOLID * len(parts)
        finally:
            native.bitmap_free(bitmap)

    def _fill(self, thing: Thing, box: Rectangle, colour: str | None) -> Rectangle:
        """Keep a fill; what is seen of it."""
        self.leaf.fills.append(Fill(box, colour))
        seen = self._cut(thing, box)
        self.drawing.grounds.append((thing.z, Fill(seen, colour)))
        return seen

    def _cut(self, thing: Thing, box: Rectangle) -> Rectangle:
        """What is seen of the box of an object; a narrow one hides nothing, and is not cut."""
        clip = self.clip(thing.handle, thing.matrix) if is_broad(box) else None
        return shared(box, clip) if clip else box

    # --- paths ------------------------------------------------------------------------------------

    def _take_path(self, thing: Thing) -> None:
        self.paths += 1
        native.path_mode(thing.handle, byref(self._mode), byref(self._stroke))
        filled, stroked = bool(self._mode.value), bool(self._stroke.value)
        if not (filled or stroked):
            return
        colour, alpha = self.colour(thing.handle) if filled else ("", 0)
        filled = filled and alpha > 0
        segments = native.count_segments(thing.handle)
        if self.paths > MOST_SHAPES or segments > _MOST_SEGMENTS:
            if filled:
                self._fill(thing, self._box(thing), None)
            return
        matrix = _times(_matrix(thing.handle), thing.matrix)
        look = self._look(thing.handle, filled, stroked, colour, matrix)
        opaque = alpha == 255 and not thing.sheer
        if colour == WHITE and filled and native.rendered_pattern(self.file, thing.handle):
            colour, opaque = "", False
        if segments in (4, 5) and not stroked and (box := self._rectangle(thing.handle, matrix)):
            x0, top, x1, bottom = box
            corners = [(x0, top), (x0, bottom), (x1, bottom), (x1, top), (x0, top)]
            self._keep(thing, "rect", box, corners, look, colour if opaque else "")
            return
        parts = list(self._parts_of(thing.handle, segments, matrix))
        hollow = holding_each_other([around(points) for points, _ in parts])
        for number, (points, straight) in enumerate(parts):
            known = opaque and number not in hollow
            self._take_shape(thing, points, straight, look, colour if known else "")

    def _rectangle(self, path: int, matrix: Matrix) -> Rectangle | None:
        """The place of a filled path that is a rectangle, by the fewest calls."""
        a, b, c, d = matrix[:4]
        if (b or c) and (a or d):
            return None
        (x0, y0), (x1, y1) = self._corner(path, 0), self._corner(path, 1)
        if x0 != x1 and y0 != y1:
            return None
        (x2, y2), (x3, y3) = self._corner(path, 2), self._corner(path, 3)
        level = y0 == y1 and x1 == x2 and y2 == y3 and x3 == x0
        if not (level or (x0 == x1 and y1 == y2 and x2 == x3 and y3 == y0)):
            return None
        (x0, y0), (x2, y2) = self._at((x0, y0), matrix), self._at((x2, y2), matrix)
        return min(x0, x2), min(y0, y2), max(x0, x2), max(y0, y2)

    def _corner(self, path: int, number: int) -> Point:
        native.segment_point(native.path_segment(path, number), self._to_x, self._to_y)
        return self._x.value, self._y.value

    def _look(
        self, handle: int, filled: bool, stroked: bool, colour: str, matrix: Matrix
    ) -> dict[str, Any]:
        width, ink = 0.0, ""
        if stroked:
            native.stroke_width(handle, byref(self._width))
            a, b, c, d = matrix[:4]
            width = self._width.value * abs(a * d - b * c) ** 0.5
            native.stroke_colour(handle, *self._colour)
            ink, alpha = self._painted()
            ink = ink if alpha == 255 else f"{ink}/{alpha}"
        return {
            "fill": filled,
            "stroke": stroked,
            "linewidth": width,
            "non_stroking_color": colour,
            "stroking_color": ink,
        }

    def _parts_of(
        self, path: int, count: int, matrix: Matrix
    ) -> Iterator[tuple[list[Point], bool]]:
        """The points of each part of a path, and whether it is of straight lines only."""
        points: list[Point] = []
        straight = True
        controls = 0
        for n in range(count):
            segment = native.path_segment(path, n)
            kind = native.segment_kind(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                if len(points) > 1:
                    yield points, straight
                points, straight, controls = [], True, 0
            elif kind == raw.FPDF_SEGMENT_BEZIERTO:
                straight = False
                controls = (controls + 1) % 3
                if controls:
                    continue
            native.segment_point(segment, self._to_x, self._to_y)
            points.append(self._at((self._x.value, self._y.value), matrix))
            if native.segment_closes(segment) and apart(points[-1], points[0]):
                points.append(points[0])
        if len(points) > 1:
            yield points, straight

    def _take_shape(
        self, thing: Thing, points: list[Point], straight: bool, look: dict[str, Any], colour: str
    ) -> None:
        line = straight and (len(points) == 2 or (len(points) == 3 and points[0] == points[2]))
        rect = straight and not line and is_rectangle(points)
        if line:
            points = levelled(points[:2])
        kind = "line" if line else "rect" if rect else "curve"
        self._keep(thing, kind, around(points), points, look, colour)

    def _keep(
        self,
        thing: Thing,
        kind: str,
        box: Rectangle,
        points: list[Point],
        look: dict[str, Any],
        colour: str,
    ) -> None:
        x0, top, x1, bottom = box
        shape = {
            **look, "pts": points, "x0": x0, "x1": x1, "top": top, "bottom": bottom,
            "width": x1 - x0, "height": bottom - top, "z": thing.z, "known": colour or None,
        }  # fmt: skip
        self.drawing.shapes.objects[kind].append(shape)
        self.leaf.note(box)
        self.leaf.drawn.append(box)
        if points[0] == points[-1] and (look["stroke"] or kind == "curve"):
            self.leaf.frames.append(box)
        if bottom - top < _RULE < x1 - x0:
            self.leaf.rules.append(box)
        elif look["fill"] and kind != "line":
            known = colour if kind == "rect" and colour else None
            seen = self._fill(thing, box, known)
            if known and not native.is_transparent(thing.handle):
                self.drawing.covers.append(Cover(thing.z, seen))
