"""What a reader sees of type: not what has the colour of its ground, is cut off or painted over."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

from pipeline.ingest.pdf.bands import Strips, is_broad
from pipeline.ingest.pdf.drawn import Cover, Drawing, Reader
from pipeline.ingest.pdf.leaf import WHITE, are_alike
from pipeline.ingest.pdf.points import holds, middle
from pipeline.ingest.pdf.ruling import Rectangle

CLIP_SLACK = 2.0  # points that type may stand out of its clip


class Sight:
    """The grounds and covers of one page."""

    def __init__(self, drawing: Drawing, reader: Reader) -> None:
        self.reader, self.shapes = reader, drawing.shapes
        self.fills: dict[str, list[tuple[int, Rectangle]]] = {}
        # A map has 100,000 shapes, and each white word would be held against all of them.
        self.grounds = [(z, fill) for z, fill in drawing.grounds if is_broad(fill.box)]
        for z, fill in self.grounds:
            if fill.colour:
                self.fills.setdefault(fill.colour, []).append((z, fill.box))
        self.alike: dict[str, list[tuple[int, Rectangle]]] = {}
        self.covers = [cover for cover in drawing.covers if is_broad(cover.box)]
        self.heights = [cover.z for cover in self.covers]
        self.solid: dict[int, bool] = {}

    def over(self, z: int, level: float | None) -> list[Cover]:
        """What was painted after `z`, over a base line if one is given."""
        if not (z and self.heights and self.heights[-1] > z):
            return []
        above = self.covers[bisect_left(self.heights, z) :]
        if level is None:
            return above
        return [cover for cover in above if cover.box[1] < level < cover.box[3] + CLIP_SLACK]

    def is_covered(self, covers: Iterable[Cover], box: Rectangle) -> bool:
        """Whether one of the covers hides what is in a box."""
        x, y = middle(box)
        return any(holds(cover.box, x, y) and self._covers(cover, box) for cover in covers)

    def is_cut(self, clip: Rectangle, box: Rectangle) -> bool:
        """Whether the middle of a box lies outside a clip."""
        return not holds(clip, *middle(box), CLIP_SLACK)

    def may_lose(self, colour: str) -> bool:
        """Whether any type of a colour may have the colour of its ground."""
        return bool(colour) and (are_alike(colour, WHITE) or bool(self._alike(colour)))

    def is_lost(self, colour: str, z: int, box: Rectangle) -> bool:
        """Whether type of a colour, painted at `z`, has the colour of its ground."""
        if not self.may_lose(colour):
            return False
        x, y = middle(box)
        pale = are_alike(colour, WHITE)
        if not pale and not any(at < z and holds(area, x, y) for at, area in self._alike(colour)):
            return False
        for at, fill in reversed(self.grounds):
            if at < z and holds(fill.box, x, y):
                lost = fill.colour is not None and are_alike(fill.colour, colour)
                return lost and not self._strips.are_behind(box, colour, at, z)
        return pale and not self._strips.are_behind(box, colour, 0, z)

    @cached_property
    def _strips(self) -> Strips:
        strips = Strips()
        for shape in (*self.shapes.lines, *self.shapes.rects):
            box = shape["x0"], shape["top"], shape["x1"], shape["bottom"]
            width = shape["linewidth"] if shape["stroke"] else 0.0
            ink = shape["stroking_color"]
            known = ink if len(ink) == len(WHITE) else None
            fill = shape["fill"] and len(shape["pts"]) > 2
            strips.take(shape["z"], box, width=width, ink=known, fill=fill, colour=shape["known"])
        return strips

    def _alike(self, colour: str) -> Sequence[tuple[int, Rectangle]]:
        """The fills of a colour, and of those that nobody tells from it."""
        if colour not in self.alike:
            near = (fills for one, fills in self.fills.items() if are_alike(one, colour))
            self.alike[colour] = [fill for fills in near for fill in fills]
        return self.alike[colour]

    def _covers(self, cover: Cover, box: Rectangle) -> bool:
        """Whether it lies over all of a box, and nothing is seen through it."""
        x0, top, x1, bottom = box
        near = 0.25 * (bottom - top)
        if not (cover.box[0] <= x0 + near and cover.box[2] >= x1 - near):
            return False
        if not (cover.box[1] <= top + near and cover.box[3] >= bottom - near):
            return False
        if cover.picture and cover.z not in self.solid:
            self.solid[cover.z] = self.reader.is_solid(cover.picture)
        return self.solid.get(cover.z, True)
