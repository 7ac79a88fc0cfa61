"""Points of a path, and what they make."""

from collections.abc import Callable, Sequence

from pipeline.ingest.pdf.ruling import Rectangle

Point = tuple[float, float]

_SNAP = 0.02  # points; single precision moves the corners of a rectangle by less


def apart(one: Point, other: Point) -> bool:
    """Whether two points are more than a rounding apart."""
    return abs(one[0] - other[0]) > _SNAP or abs(one[1] - other[1]) > _SNAP


def levelled(points: Sequence[Point]) -> list[Point]:
    """A line that is all but level or upright, made so."""
    (x0, y0), (x1, y1) = points
    return [(x0, y0), (x0 if abs(x1 - x0) < _SNAP else x1, y0 if abs(y1 - y0) < _SNAP else y1)]


def is_rectangle(points: Sequence[Point]) -> bool:
    """Whether points are the corners of a rectangle that is not askew, the first one again."""
    if len(points) != 5 or apart(points[0], points[4]):
        return False
    (x0, y0), (x1, y1), (x2, y2), (x3, y3), _ = points
    pairs = (x0 - x1, y1 - y2, x2 - x3, y3 - y0), (y0 - y1, x1 - x2, y2 - y3, x3 - x0)
    return any(all(abs(step) < _SNAP for step in steps) for steps in pairs)


def around(points: Sequence[Point]) -> Rectangle:
    """The smallest rectangle that holds all the points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def middle(box: Rectangle) -> Point:
    """The point in the middle of a rectangle."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def holds(box: Rectangle, x: float, y: float, slack: float = 0.0) -> bool:
    """Whether a point lies in a rectangle, or no further than `slack` from it."""
    return box[0] - slack <= x <= box[2] + slack and box[1] - slack <= y <= box[3] + slack


def shared(one: Rectangle, other: Rectangle) -> Rectangle:
    """What two rectangles share; its sides are the wrong way about where that is nothing."""
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def frame_of(x0: float, y0: float, x1: float, y1: float, rotation: int) -> Callable[..., Point]:
    """The way from a point of the file to its place on the page as it is seen."""
    match rotation:
        case 1:
            return lambda x, y: (y - y0, x - x0)
        case 2:
            return lambda x, y: (x1 - x, y - y0)
        case 3:
            return lambda x, y: (y1 - y, x1 - x)
    return lambda x, y: (x - x0, y1 - y)
