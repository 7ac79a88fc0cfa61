"""The ruled grids of a page, without the lines and shades that adorn words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pdfplumber.container import Container
from pdfplumber.table import cells_to_tables, merge_edges
from pdfplumber.utils.geometry import filter_edges

MOST_SHAPES = 4_000  # on one page; to look for a grid takes time by their square: maps have more
_THICKEST = 2.5  # points; what is thicker both ways is a shade, not a rule
_HUGS = 1.2  # points that a frame or underline of words may leave at their ends
_FRAME = 0.4  # of the type's height, that the frame of words may stand off above and below
_FRAME_PARTS = 16  # the parts of a path that may be a frame: hatchings have hundreds
_ADORNS = 0.7  # share of the rules of one look that hug words, above which all of them do

_SNAP = 3.0  # points within which pdfplumber takes two edges for one, and the least that it keeps
_OPEN = 8.0  # points; the least height of a row that a page break cuts

Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]
# The upright and the level edges that meet in a point.
Edges = tuple[set[Rectangle], set[Rectangle]]
_NONE: Edges = set(), set()
# Top and bottom of words on one level, and the left and right edge of each.
Level = tuple[float, float, Sequence[float], Sequence[float]]


class Shapes(Container):
    """The shapes of a page as pdfplumber knows them, whoever read them."""

    def __init__(self, rects: list[Any], lines: list[Any], curves: list[Any]) -> None:
        self._shapes = {"rect": rects, "line": lines, "curve": curves}

    @property
    def objects(self) -> dict[str, list[Any]]:
        """The shapes by their kind."""
        return self._shapes

    @property
    def edges(self) -> list[dict[str, Any]]:
        """Their edges, with no more than the search for tables asks for: pdfplumber's know all of
        their shape, and are copied whole at each step."""
        found = [
            _edge("h" if line["top"] == line["bottom"] else "v", *_place(line), *_extent(line))
            for line in self.lines
        ]
        for rect in self.rects:
            (x0, top, x1, bottom), (width, height) = _place(rect), _extent(rect)
            found += (
                _edge("h", x0, top, x1, top, width, 0),
                _edge("h", x0, top + height, x1, bottom, width, 0),
                _edge("v", x0, top, x0, bottom, 0, height),
                _edge("v", x1, top, x1, bottom, 0, height),
            )
        for curve in self.curves:
            for (x0, y0), (x1, y1) in pairwise(curve["pts"]):
                place = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
                if x0 == x1 or y0 == y1:
                    way = "v" if x0 == x1 else "h"
                    found.append(_edge(way, *place, abs(x0 - x1), abs(y0 - y1)))
        return found

    def __len__(self) -> int:
        return sum(map(len, self._shapes.values()))

    def may_cross(self) -> bool:
        """Whether any edge is upright and any level, of 1 point at least: pdfplumber's least."""
        shapes = [shape for kind in self._shapes.values() for shape in kind]
        tall = any(shape["height"] >= 1 for shape in shapes)
        return tall and any(shape["width"] >= 1 for shape in shapes)

    def without(self, left_out: set[int]) -> "Shapes":
        """The shapes but those of these ids."""
        kept = (
            [shape for shape in shapes if id(shape) not in left_out]
            for shapes in self._shapes.values()
        )
        return Shapes(*kept)


def _edge(
    way: str, x0: float, top: float, x1: float, bottom: float, width: float, height: float
) -> dict[str, Any]:
    return {
        "orientation": way, "x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": width,
        "height": height,
    }  # fmt: skip


def holding_each_other(boxes: Sequence[Rectangle]) -> set[int]:
    """The numbers of those parts of one path of which one holds another, as a frame its hole.

    What is painted between them is no ground of what stands in the middle.
    """
    if not 1 < len(boxes) <= _FRAME_PARTS:
        return set()
    found: set[int] = set()
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        for other, (u0, v0, u1, v1) in enumerate(boxes):
            if number != other and x0 <= u0 and y0 <= v0 and u1 <= x1 and v1 <= y1:
                found |= {number, other}
    return found


def grids_of(shapes: Shapes, words: Iterable[Level]) -> list[list[Rectangle]]:
    """The cells of each grid on a page; `words` are those of its glyphs, in its coordinates.

    Links are often underlined or framed: such rules would cut cells of a table into pieces. Word
    shades a cell and once more, inside, each line of its text: only the outer shade is a cell's.
    """
    if not 0 < len(shapes) <= MOST_SHAPES or not shapes.may_cross():
        return []
    every = [*shapes.rects, *shapes.lines, *shapes.curves]
    rules = [shape for shape in every if _is_rule(shape)]
    shades = [shape for shape in shapes.rects if shape["fill"] and not _is_rule(shape)]
    clean = shapes.without(_adornments(rules, words) | _inner(shades))
    if not clean.may_cross():
        return []
    edges = [edge for way in "vh" for edge in filter_edges(clean.edges, way)]
    edges = filter_edges(merge_edges(edges, *[_SNAP] * 4), min_length=_SNAP)
    tables = cells_to_tables(list(_cells(_crossings([*edges, *_closing(edges)]))))
    return [[_rectangle(cell) for cell in table] for table in tables]


def _closing(edges: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The level edges that lack where a page break cuts a row: browsers leave it open there.

    The uprights of a table, three at least, all go on over its last level edge, or its first; two
    of these at least, for without them no row is ruled off, and the gaps tell.
    """
    levels = [_place(edge) for edge in edges if edge["orientation"] == "h"]
    uprights = [_place(edge) for edge in edges if edge["orientation"] == "v"]
    for end in (1, 3):
        ends = sorted(upright[end] for upright in uprights)
        for y in {y for before, y in pairwise((-_OPEN, *ends)) if y - before > _SNAP}:
            xs = [one[0] for one in uprights if abs(one[end] - y) <= _SNAP]
            x0, x1 = min(xs), max(xs)
            across = [
                abs(level[1] - y)
                for level in levels
                if abs(level[0] - x0) <= _SNAP and abs(level[2] - x1) <= _SNAP
                and (level[1] < y) == (end == 3)
            ]  # fmt: skip
            if len(xs) > 2 and len(across) > 1 and min(across) >= _OPEN:
                yield _edge("h", x0, y, x1, y, x1 - x0, 0)


def _crossings(edges: Iterable[dict[str, Any]]) -> dict[Point, Edges]:
    """Where edges cross, and which."""
    level: list[Rectangle] = []
    upright: list[Rectangle] = []
    for edge in edges:
        (level if edge["orientation"] == "h" else upright).append(_place(edge))
    found: dict[Point, Edges] = {}
    for one in upright:
        x, top, _, bottom = one
        for other in level:
            x0, y, x1, _ = other
            if top <= y + _SNAP and bottom >= y - _SNAP and x0 - _SNAP <= x <= x1 + _SNAP:
                edges_here = found.setdefault((x, y), (set(), set()))
                edges_here[0].add(one)
                edges_here[1].add(other)
    return found


def _cells(crossings: Mapping[Point, Edges]) -> Iterator[Rectangle]:
    """The least rectangle below and right of each crossing that has edges on all sides.

    They are those that pdfplumber finds; it compares the edges of all crossings anew for each.
    """
    points = sorted(crossings)
    down: dict[float, list[Point]] = defaultdict(list)
    across: dict[float, list[Point]] = defaultdict(list)
    for point in points:
        down[point[0]].append(point)
        across[point[1]].append(point)
    for point in points:
        upright, level = crossings[point]
        below = [p for p in down[point[0]] if p > point and upright & crossings[p][0]]
        right = [p for p in across[point[1]] if p > point and level & crossings[p][1]]
        corners = ((x, y) for _, y in below for x, _ in right)
        for x, y in corners:
            upright, level = crossings.get((x, y), _NONE)
            if upright & crossings[x, point[1]][0] and level & crossings[point[0], y][1]:
                yield *point, x, y
                break


def _rectangle(box: Any) -> Rectangle:
    x0, top, x1, bottom = (float(value) for value in box)
    return x0, top, x1, bottom


def _place(shape: dict[str, Any]) -> Rectangle:
    return shape["x0"], shape["top"], shape["x1"], shape["bottom"]


def _extent(shape: dict[str, Any]) -> tuple[float, float]:
    return shape["width"], shape["height"]


def _is_rule(shape: dict[str, Any]) -> bool:
    return bool(shape["width"] <= _THICKEST or shape["height"] <= _THICKEST)


def _thickness(shape: dict[str, Any]) -> float:
    return float(min(shape["width"], shape["height"]))


def _adornments(rules: Sequence[dict[str, Any]], words: Iterable[Level]) -> set[int]:
    """The ids of underlines, and of all rules of a look that mostly hugs words."""
    looks: dict[object, list[dict[str, Any]]] = defaultdict(list)
    for rule in rules:
        colour = rule["non_stroking_color"] if rule["fill"] else rule["stroking_color"]
        looks[str(colour), round(max(_thickness(rule), rule["linewidth"] or 0), 1)].append(rule)
    rows = _rows(words) if rules else []
    found: set[int] = set()
    for alike in looks.values():
        level = [rule for rule in alike if rule["width"] > max(_THICKEST, rule["height"])]
        hugging = {id(rule): _hugged(rule, rows) for rule in level}
        under = [id(rule) for rule in level if hugging[id(rule)] == "under"]
        if level and sum(bool(hug) for hug in hugging.values()) >= _ADORNS * len(level):
            found.update(id(rule) for rule in alike)
        else:
            found.update(under)
    return found


def _rows(words: Iterable[Level]) -> list[Level]:
    """All words that stand on one level, together."""
    rows: dict[tuple[int, int], tuple[list[float], ...]] = {}
    for top, bottom, lefts, rights in words:
        key = round(top), round(bottom)
        row = rows.get(key)
        if row is None:
            row = rows[key] = [], [], [], []
        row[0].append(top)
        row[1].append(bottom)
        row[2].extend(lefts)
        row[3].extend(rights)
    return [(min(row[0]), max(row[1]), row[2], row[3]) for row in rows.values()]


def _hugged(rule: dict[str, Any], rows: Sequence[Level]) -> str:
    """`under` for the underline of words, `around` for a side of their frame, else empty."""
    x0, y, x1, _ = _place(rule)
    found = ""
    for top, bottom, lefts, rights in rows:
        near = _FRAME * (bottom - top)
        if not top - near <= y <= bottom + near:
            continue
        if any(abs(left - x0) <= _HUGS for left in lefts) and any(
            abs(right - x1) <= _HUGS for right in rights
        ):
            if (top + bottom) / 2 < y < bottom:
                return "under"
            found = "around"
    return found


def _inner(shades: Sequence[dict[str, Any]]) -> set[int]:
    """The ids of the shades that lie within another one; of two nearly equal ones, of the lesser.

    Of two that are as large, it is the later one.
    """
    ranked = sorted(shades, key=lambda shade: -float(shade["width"] * shade["height"]))
    areas = [_place(shade) for shade in ranked]
    return {
        id(shade)
        for rank, shade in enumerate(ranked)
        if any(_within(areas[rank], around) for around in areas[: min(rank, 500)])
    }


def _within(inner: Rectangle, outer: Rectangle, slack: float = 1.5) -> bool:
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )
