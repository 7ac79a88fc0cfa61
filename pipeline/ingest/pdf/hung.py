"""Numbers that hang in the margin: paragraphs that others cite by them, often painted apart."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from pipeline.ingest.pdf.lines import Printed

_NUMBER = re.compile(r"\(?\d{1,3}[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?")
_FEWEST = 3  # numbers one under the other
_EDGE = 3.0  # points that their edges may differ by
_LEVEL = 0.35  # em that a number may stand higher or lower than its words
_FARTHEST = 6.0  # em between a number and its words

Item = TypeVar("Item")


def with_hung(items: Sequence[Item]) -> list[Item]:
    """Lines in reading order, each number that hangs beside words right before them."""
    lines = [item for item in items if isinstance(item, Printed) and not item.turn]
    marks = [line for line in lines if _NUMBER.fullmatch(line.text)]
    if len(marks) < _FEWEST:
        return list(items)
    before = {id(item): items[n - 1] if n else None for n, item in enumerate(items)}
    moved: dict[int, Printed] = {}
    for group in _groups(marks):
        homes = [(mark, _beside(mark, lines)) for mark in group]
        apart = [(mark, home) for mark, home in homes if home and before[id(home)] is not mark]
        if len(apart) >= _FEWEST and all(home for _, home in homes):
            moved |= {id(home): mark for mark, home in apart}
    gone = {id(mark) for mark in moved.values()}
    found: list[Item] = []
    for item in items:
        if id(item) in moved:
            found.append(moved[id(item)])  # type: ignore[arg-type]
        if id(item) not in gone:
            found.append(item)
    return found


def _groups(marks: Sequence[Printed]) -> list[list[Printed]]:
    """Numbers under one another that begin or end at one place, from the top."""
    groups: list[list[Printed]] = []
    for mark in sorted(marks, key=lambda mark: mark.base):
        home = next((group for group in groups if _is_aligned(group[-1], mark)), None)
        if home:
            home.append(mark)
        else:
            groups.append([mark])
    return [group for group in groups if all(a.base < b.base for a, b in pairwise(group))]


def _is_aligned(one: Printed, other: Printed) -> bool:
    return abs(one.left - other.left) < _EDGE or abs(one.right - other.right) < _EDGE


def _beside(mark: Printed, lines: Sequence[Printed]) -> Printed | None:
    """The words right of a number, on its line."""
    level = [
        line
        for line in lines
        if line.left > mark.right
        and line.left - mark.right < _FARTHEST * mark.size
        and abs(line.base - mark.base) < _LEVEL * mark.size
    ]
    return min(level, key=lambda line: line.left, default=None)
