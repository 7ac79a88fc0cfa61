"""Tables without rules: words that stand in columns with clear strips between, row under row.

Two columns of words are as often prose, a list or contents. A table is painted cell by cell, row
by row, or its rows begin at one height on both sides, again and again; a column of prose does not
wait for the other one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import sub

from pipeline.ingest.pdf.grouped import Extent, Part, columns_of, is_prose, rows_of
from pipeline.ingest.pdf.leaf import Fill
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.ruling import Rectangle

_GAP = 1.2  # em between two cells of a line; justified prose has less between words
_STRIP = 0.8  # em that stay clear between two columns over all rows
_FEWEST_COLUMNS, _FEWEST_ROWS = 2, 3
_STEP, _FAR_STEP = 2.6, 4.5  # em between the base lines of two lines of one row, of two rows
_LONGEST = 300  # lines of a table on one page
_EDGE = 2.5  # points that the edges of one column may differ by
_ALIGNED = 0.7  # share of the cells of a column that share an edge
_MOST_BANDS = 3  # lines of a title that runs over all columns
_LEADERS = re.compile(r"(?:\.\s?){4,}|…\s?…")
_LIST = re.compile(
    r"[^\w\s]|[o§]|\(?(?:\d{1,3}|[A-Za-z]|[ivxlcIVXLC]{1,6})[.):]|\(?\d{1,3}\)?|\d{1,2}(?:\.\d{1,2})+\.?"
    r"|\[[^\]]*\]"
)
_PAGE = re.compile(r"\d{1,4}|[ivxlc]{1,6}")
_LABEL = re.compile(r"[A-Z]{1,6}[-. ]?\d[\w.\-]*:?")
_WORD = re.compile(r"[^\W\d_]{2}")


def aligned_of(
    lines: Sequence[Printed], fills: Sequence[Fill] = (), *, beside: bool = False
) -> list[list[Rectangle]]:
    """The cells of each table of a page whose words are aligned, by its upright lines.

    `beside` says that the lines may be those of columns of prose side by side.
    """
    runs = _banded(list(_runs(_levels(lines))), fills)
    return [cells for run in runs if (cells := _cells(run, beside=beside))]


@dataclass(eq=False)
class _Level:
    """The parts on one base line; a band runs over all columns."""

    base: float
    size: float
    parts: list[Part]
    band: bool = False


def _levels(lines: Sequence[Printed]) -> list[_Level]:
    levels: list[_Level] = []
    upright = (line for line in lines if line.turn == 0)
    for line in sorted(upright, key=lambda line: (line.base, line.left)):
        if not levels or line.base - levels[-1].base > 0.3 * line.size:
            levels.append(_Level(line.base, line.size, []))
        levels[-1].parts += _parts(line)
        levels[-1].size = max(levels[-1].size, line.size)
    for level in levels:
        level.parts.sort(key=lambda part: part.left)
    return levels


def _parts(line: Printed) -> list[Part]:
    """What only spaces part in a line."""
    far = _GAP * line.size
    look = line.top, line.bottom, line.base, line.size
    if max(map(sub, line.words[2::2], line.words[1::2]), default=0.0) <= far:
        ends = line.words[0], line.words[-1]
        return [Part(*ends, *look, " ".join(line.text.split()), line.flow, line.bold)]
    words = list(zip(line.words[::2], line.words[1::2], strict=True))
    texts = line.text.split()
    starts = [0, *(n for n in range(1, len(words)) if words[n][0] - words[n - 1][1] > far)]
    return [
        Part(
            *(words[start][0], words[end - 1][1], *look),
            " ".join(texts[start:end]),
            line.flow + start / 1000,
            line.bold,
        )
        for start, end in pairwise([*starts, len(words)])
    ]


def _runs(levels: Sequence[_Level]) -> Iterator[list[_Level]]:
    """Levels one under the other, from the first to the last of those in several parts.

    What stands between two runs is given as a run of its own, in which nothing is in parts.
    """
    run: list[_Level] = []
    for level in levels:
        many = len(level.parts) >= _FEWEST_COLUMNS
        if not (many or run):
            yield [level]
            continue
        led = any(_LEADERS.search(part.text) for part in level.parts)
        if run and not (not led and len(run) < _LONGEST and _fits(run, level)):
            yield from _trimmed(run)
            run = []
        if (many or run) and not led:
            run.append(level)
        else:
            yield [level]
    yield from _trimmed(run)


def _fits(run: Sequence[_Level], level: _Level) -> bool:
    """Whether a level is near enough, and each of its parts stands in one column at most."""
    many = len(level.parts) >= _FEWEST_COLUMNS
    farthest = _FAR_STEP if many else _STEP
    if level.base - run[-1].base > farthest * max(level.size, run[-1].size):
        return False
    columns = columns_of(part for above in run for part in above.parts)
    over = [sum(p.left < right and left < p.right for left, right in columns) for p in level.parts]
    return all(count == 1 for count in over) or (many and max(over) <= 1)


def _trimmed(run: list[_Level]) -> Iterator[list[_Level]]:
    """A run with at most the levels below its last full one that go on its cells; then the rest."""
    full = [n for n, level in enumerate(run) if len(level.parts) >= _FEWEST_COLUMNS]
    if not full:
        return
    end = full[-1] + 1
    first = columns_of(part for level in run[:end] for part in level.parts)[0]
    while end < len(run) and all(part.left > first[1] for part in run[end].parts):
        end += 1
    yield run[:end]
    for level in run[end:]:
        yield [level]


def _banded(runs: Sequence[list[_Level]], fills: Sequence[Fill]) -> Iterator[list[_Level]]:
    """Runs of levels; those with the same columns are one where only titles stand between them.

    A title is set apart by type or ground, or by coming again and again between such runs.
    """
    tables: list[list[_Level]] = [[]]
    gaps: list[list[_Level]] = [[]]
    for run in runs:
        if any(len(level.parts) >= _FEWEST_COLUMNS for level in run):
            tables.append(run)
            gaps.append([])
        else:
            gaps[-1] += run
    places = [n for n in range(1, len(gaps) - 1) if _is_band(tables[n], gaps[n], tables[n + 1])]
    often = len(places) > 1
    joined = {n for n in places if often or _is_set_apart(gaps[n], fills)}
    table: list[_Level] = []
    for n in range(1, len(tables)):
        if n - 1 not in joined:
            yield table
            table = _leading(gaps[n - 1], tables[n], fills)
        table += tables[n]
        if n in joined:
            table += _as_band(gaps[n])
    yield table


def _as_band(levels: Sequence[_Level]) -> Sequence[_Level]:
    for level in levels:
        level.band = True
    return levels


def _leading(gap: Sequence[_Level], run: Sequence[_Level], fills: Sequence[Fill]) -> list[_Level]:
    """The shaded lines right above a run, which are its title."""
    found: list[_Level] = []
    below = run[0]
    for level in reversed(gap[-_MOST_BANDS:]):
        near = below.base - level.base <= _STEP * level.size
        if not near or len(level.parts) > 1 or not _is_shaded(level.parts[0], fills):
            break
        found.insert(0, level)
        below = level
    lefts = {abs(level.parts[0].left - run[0].parts[0].left) < _EDGE for level in found}
    return list(_as_band(found)) if lefts == {True} else []


def _is_band(above: Sequence[_Level], gap: Sequence[_Level], below: Sequence[_Level]) -> bool:
    """Whether lines between two runs with the same columns may be a title across one table."""
    if not 0 < len(gap) <= _MOST_BANDS or any(len(level.parts) > 1 for level in gap):
        return False
    around = [above[-1], *gap, below[0]]
    if any(b.base - a.base > _FAR_STEP * max(a.size, b.size) for a, b in pairwise(around)):
        return False
    columns = [columns_of(part for level in run for part in level.parts) for run in (above, below)]
    lefts = [[column[0] for column in some] for some in columns]
    if len(lefts[0]) != len(lefts[1]):
        return False
    if any(abs(a - b) > _EDGE for a, b in zip(*lefts, strict=True)):
        return False
    return all(abs(level.parts[0].left - lefts[0][0]) < _EDGE for level in gap)


def _is_set_apart(gap: Sequence[_Level], fills: Sequence[Fill]) -> bool:
    parts = [level.parts[0] for level in gap]
    return all(part.bold for part in parts) or all(_is_shaded(part, fills) for part in parts)


def _is_shaded(part: Part, fills: Sequence[Fill]) -> bool:
    x, y = (part.left + part.right) / 2, (part.top + part.bottom) / 2
    return any(
        box[0] <= x <= box[2] and box[1] <= y <= box[3] and box[3] - box[1] < 8 * part.size
        for box, colour in fills
        if colour not in (None, "#ffffff")
    )


def _cells(run: Sequence[_Level], *, beside: bool) -> list[Rectangle]:
    """The cells of a run of levels; none when it is no table."""
    levels = [level for level in run if not level.band]
    if not levels:
        return []
    full = [level for level in levels if len(level.parts) >= _FEWEST_COLUMNS]
    if len(full) < _FEWEST_ROWS - 1:
        return []
    columns = columns_of(part for level in levels for part in level.parts)
    clear = all(b[0] - a[1] > _STRIP * full[0].size for a, b in pairwise(columns))
    if len(columns) < _FEWEST_COLUMNS or not clear:
        return []
    for level in levels:
        for part in level.parts:
            part.column = next(n for n, column in enumerate(columns) if part.left < column[1])
    strict = beside or len(columns) == _FEWEST_COLUMNS
    rows = rows_of([level.parts for level in levels], strict=strict)
    enough = _FEWEST_ROWS
    if all(_LABEL.fullmatch(row[0].text) for row in rows if row[0].column == 0):
        enough -= 1
    several = len(columns) > _FEWEST_COLUMNS
    aligned = all(_is_aligned(n, rows, several=several) for n in range(len(columns)))
    if len(rows) < enough or not aligned or _is_contents(rows, len(columns)):
        return []
    if not several and not _are_pairs(rows):
        return []
    prose = [n for n in range(len(columns)) if is_prose(rows, n)]
    if not prose:
        return _boxes(rows, _bands(run), columns)
    if len(columns) - len(prose) < _FEWEST_COLUMNS:
        return []
    beside_it = [[part for part in level.parts if part.column not in prose] for level in levels]
    rest = [replace(at, parts=parts) for at, parts in zip(levels, beside_it, strict=True) if parts]
    return _cells(rest, beside=beside)


def _bands(run: Sequence[_Level]) -> list[list[Part]]:
    """The lines of each title across the columns."""
    bands: list[list[Part]] = []
    for before, level in pairwise([None, *run]):
        if level and level.band:
            if not (before and before.band):
                bands.append([])
            bands[-1] += level.parts
    return bands


def _boxes(
    rows: Sequence[Sequence[Part]], bands: Sequence[Sequence[Part]], columns: Sequence[Extent]
) -> list[Rectangle]:
    """The boxes of the cells of rows, and of titles across them."""
    left = columns[0][0] - 1
    right = max(part.right for row in (*rows, *bands) for part in row) + 1
    xs = [left, *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), right]
    placed = [(row, xs) for row in rows] + [(band, [left, right]) for band in bands]
    placed.sort(key=lambda pair: min(part.top for part in pair[0]))
    tops = [min(part.top for part in row) for row, _ in placed]
    bottoms = [max(part.bottom for part in row) for row, _ in placed]
    ys = [
        tops[0] - 1,
        *((a + b) / 2 for a, b in zip(bottoms, tops[1:], strict=False)),
        bottoms[-1] + 1,
    ]
    return [
        (x0, top, x1, bottom)
        for (_, edges), (top, bottom) in zip(placed, pairwise(ys), strict=True)
        for x0, x1 in pairwise(edges)
    ]


def _is_aligned(column: int, rows: Sequence[Sequence[Part]], *, several: bool) -> bool:
    """Whether the cells of a column begin, end or stand in the middle at one place."""
    firsts = [next((p for p in row if p.column == column), None) for row in rows]
    parts = [part for part in firsts if part]
    if len(parts) < 2:
        return False
    edges = [[p.left for p in parts]]
    if several or column == 0:
        edges += [[p.right for p in parts], [(p.left + p.right) / 2 for p in parts]]
    for edge in edges:
        usual = sorted(edge)[len(edge) // 2]
        if sum(abs(value - usual) < _EDGE for value in edge) >= _ALIGNED * len(edge):
            return True
    return False


def _is_contents(rows: Sequence[Sequence[Part]], columns: int) -> bool:
    """Whether the last column counts up as the page numbers of contents do."""
    lasts = [row[-1].text for row in rows if row[-1].column == columns - 1]
    pages = [int(text) for text in lasts if text.isdecimal()]
    if columns == 2 and sum(bool(_PAGE.fullmatch(text)) for text in lasts) > 0.7 * len(lasts):
        return True
    return len(pages) >= 5 and len(pages) > 0.7 * len(lasts) and pages == sorted(pages)


def _are_pairs(rows: Sequence[Sequence[Part]]) -> bool:
    """Whether two columns hold labels and words: no markers of a list, no figures."""
    pairs = [row for row in rows if row[0].column == 0 and row[-1].column == 1]
    if len(pairs) < 2:
        return False
    labels = [row[0].text for row in pairs]
    texts = [next(part.text for part in row if part.column == 1) for row in pairs]
    marked = sum(bool(_LIST.fullmatch(text)) for text in labels)
    worded = sum(bool(_WORD.search(text)) for text in texts)
    named = sum(bool(_WORD.search(text) or _LABEL.fullmatch(text)) for text in labels)
    enough = _ALIGNED * len(pairs)
    return marked < 0.5 * len(pairs) and worded >= enough and named >= enough
