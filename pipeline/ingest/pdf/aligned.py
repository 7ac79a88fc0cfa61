"""Tables without rules: words that stand in columns with clear strips between, row under row."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.ruling import Rectangle

_GAP = 1.2  # em between two cells of a line; justified prose has less between words
_STRIP = 0.8  # em that stay clear between two columns over all rows
_FEWEST_COLUMNS, _FEWEST_ROWS = 3, 3  # two columns are as often a list, or contents
_STEP = 2.6  # em between the base lines of two rows
_LONGEST = 300  # lines of a table on one page
_EDGE = 2.5  # points that the edges of one column may differ by
_ALIGNED = 0.7  # share of the cells of a column that share an edge
_LEADERS = re.compile(r"(?:\.\s?){4,}|…\s?…")

Extent = tuple[float, float]


def aligned_of(lines: Sequence[Printed]) -> list[list[Rectangle]]:
    """The cells of each table of a page whose words are aligned, by its upright lines."""
    return [cells for run in _runs(lines) if (cells := _cells(run))]


def _parts(line: Printed) -> list[Extent]:
    """The extents of the words of a line that only spaces part."""
    words = list(zip(line.words[::2], line.words[1::2], strict=True))
    parts = [words[0]]
    for word in words[1:]:
        if word[0] - parts[-1][1] > _GAP * line.size:
            parts.append(word)
        else:
            parts[-1] = (parts[-1][0], word[1])
    return parts


def _runs(lines: Sequence[Printed]) -> Iterator[list[Printed]]:
    """Lines one under the other, from the first to the last of those in several parts."""
    run: list[Printed] = []
    upright = sorted((line for line in lines if line.turn == 0), key=lambda line: line.base)
    for line in upright:
        near = bool(run) and line.base - run[-1].base <= _STEP * max(line.size, run[-1].size)
        many = len(_parts(line)) >= _FEWEST_COLUMNS
        fits = near and (many or (len(run) < _LONGEST and _within(run, line)))
        if run and not fits:
            yield _trimmed(run)
            run = []
        if (many or run) and not _LEADERS.search(line.text):
            run.append(line)
    if run:
        yield _trimmed(run)


def _within(run: Sequence[Printed], line: Printed) -> bool:
    """Whether each part of a line stands in one column of the lines above it."""
    columns = _columns(run)
    return all(
        sum(part[0] < right and left < part[1] for left, right in columns) == 1
        for part in _parts(line)
    )


def _trimmed(run: list[Printed]) -> list[Printed]:
    """A run with at most the lines below its last full row that go on its cells."""
    full = [n for n, line in enumerate(run) if len(_parts(line)) >= _FEWEST_COLUMNS]
    if not full:
        return []
    end = full[-1] + 1
    first = _columns(run[:end])[0]
    while end < len(run) and all(part[0] > first[1] for part in _parts(run[end])):
        end += 1
    return run[full[0] : end]


def _columns(run: Sequence[Printed]) -> list[Extent]:
    """The extents of columns: what overlaps from line to line."""
    columns: list[Extent] = []
    for left, right in sorted(part for line in run for part in _parts(line)):
        if columns and left <= columns[-1][1]:
            columns[-1] = (columns[-1][0], max(right, columns[-1][1]))
        else:
            columns.append((left, right))
    return columns


def _cells(run: Sequence[Printed]) -> list[Rectangle]:
    """The cells of a run of lines; none when it is no table."""
    full = [line for line in run if len(_parts(line)) >= _FEWEST_COLUMNS]
    if len(full) < _FEWEST_ROWS:
        return []
    columns = _columns(run)
    size = full[0].size
    clear = all(b[0] - a[1] > _STRIP * size for a, b in pairwise(columns))
    if len(columns) < _FEWEST_COLUMNS or not clear:
        return []
    if not all(_is_aligned(column, run) for column in columns):
        return []
    rows = _rows(run, columns[0])
    if len(rows) < _FEWEST_ROWS:
        return []
    xs = [columns[0][0] - 1, *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), columns[-1][1] + 1]
    extents = [(min(ln.top for ln in row), max(ln.bottom for ln in row)) for row in rows]
    ys = [extents[0][0] - 1, *((a[1] + b[0]) / 2 for a, b in pairwise(extents)), extents[-1][1] + 1]
    return [(x0, top, x1, bottom) for top, bottom in pairwise(ys) for x0, x1 in pairwise(xs)]


def _is_aligned(column: Extent, run: Sequence[Printed]) -> bool:
    parts = [
        part
        for line in run
        for part in _parts(line)
        if part[0] >= column[0] - 0.1 and part[1] <= column[1] + 0.1
    ]
    if len(parts) < 2:
        return False
    for edge in ([p[0] for p in parts], [p[1] for p in parts], [(p[0] + p[1]) / 2 for p in parts]):
        usual = sorted(edge)[len(edge) // 2]
        if sum(abs(value - usual) < _EDGE for value in edge) >= _ALIGNED * len(edge):
            return True
    return False


def _rows(run: Sequence[Printed], first: Extent) -> list[list[Printed]]:
    """The lines of each row: one that does not begin in the first column goes on the row above."""
    rows: list[list[Printed]] = []
    for line in run:
        same = bool(rows) and abs(line.base - rows[-1][-1].base) < 0.3 * line.size
        if rows and (same or _parts(line)[0][0] > first[1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows
