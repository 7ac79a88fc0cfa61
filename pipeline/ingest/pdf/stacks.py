"""Level lines of one extent, one under the other: rules, and the edges of shades."""

from collections.abc import Iterator, Sequence

from pipeline.ingest.pdf.leaf import WHITE, Leaf
from pipeline.ingest.pdf.ruling import Rectangle

SNAP = 4.0  # points that the ends of the lines of one table may differ by
RULE = 2.5  # points; what is thicker is a shade
_NARROWEST = 60.0  # points that a table is wide, at least
_WIDE = 150.0  # ... where its heads alone are ruled off: links are underlined
_GAP = 10.0  # points between two rules of one line: of two columns of a page it is more
_DOUBLE = 5.0  # points between the two rules of a double one
_MOST = 600  # rules and shades of a page; a map has thousands


def stacks_of(leaf: Leaf) -> Iterator[list[Rectangle]]:
    """Lines of one extent, from the top: two or more, or a rule alone."""
    shades = [
        fill.box
        for fill in leaf.fills
        if fill.colour not in (None, WHITE) and fill.box[3] - fill.box[1] > RULE
    ]
    if not 1 <= len(leaf.rules) + 2 * len(shades) <= _MOST:
        return
    edges = [(x0, y, x1, y) for x0, top, x1, bottom in shades for y in (top, bottom)]
    stacks: list[list[Rectangle]] = []
    for line in _whole([*leaf.rules, *edges]):
        if line[2] - line[0] < _NARROWEST:
            continue
        stack = next((some for some in stacks if _is_alike(some[0], line)), None)
        if stack is None:
            stacks.append([line])
        elif line[1] - stack[-1][1] > _DOUBLE:
            stack.append(line)
    for stack in stacks:
        wide = stack[0][2] - stack[0][0] >= _WIDE
        if len(stack) > 1 or (wide and are_ruled(stack, leaf.rules)):
            yield stack


def _is_alike(one: Rectangle, other: Rectangle) -> bool:
    return abs(one[0] - other[0]) < SNAP and abs(one[2] - other[2]) < SNAP


def are_ruled(lines: Sequence[Rectangle], rules: Sequence[Rectangle]) -> bool:
    """Whether any of the lines of a stack is a rule, not the edge of a shade."""
    tops = [line[1] for line in lines]
    return any(abs(rule[1] - top) < 1 for rule in rules for top in tops)


def _whole(rules: Sequence[Rectangle]) -> Iterator[Rectangle]:
    """Lines, of which rules at one height are the parts, from the top."""
    heights: list[list[Rectangle]] = []
    for rule in sorted(rules, key=lambda rule: rule[1]):
        if heights and rule[1] - heights[-1][0][1] < 1:
            heights[-1].append(rule)
        else:
            heights.append([rule])
    for parts in heights:
        x0, y, x1, bottom = min(parts)
        for part in sorted(parts):
            if part[0] > x1 + _GAP:
                yield x0, y, x1, bottom
                x0, x1 = part[0], part[2]
            x1 = max(x1, part[2])
        yield x0, y, x1, bottom
