"""Side headings: a narrow column of headings or keywords beside the text that they head.

A table of names and what they mean looks much the same. Side headings are set apart by their type
and stand beside sections of several paragraphs, and the text keeps to its column all down the page.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.ingest.pdf.leaf import Glyph
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.tables import Grid

_FEWEST = 8  # lines of text
_SHARE = 0.5  # of the lines of a page, that begin where its text does
_EDGE = 1.5  # points that the lines of a column may begin apart
_STRIP = 0.8  # em between a heading and the text
_NARROW = 0.4  # of the width of both columns
_MARGIN = 0.08  # of the page's height, at its head and foot, where anything may stand
_MOST_OVER = 3  # lines over both columns: head and foot; with more, the text is as wide as the page
_MOST_WIDE = 8  # lines over both columns of any size: titles and notes, too
_LOOSE = 1.2  # times the usual distance of lines: a wider one parts paragraphs
_LEVEL = 0.4  # em that a heading may stand higher or lower than the text beside it
_TALL, _MOST_LINES = 4, 6  # lines of a usual section at least, of a heading at most
_APART = 0.08  # of the text's size, that a light heading is larger or smaller
_WORD = re.compile(r"[^\W\d_]{3}")


def edge_of(lines: Sequence[Printed]) -> float | None:
    """Where the text begins that may have headings beside it; None where nothing is beside it."""
    upright = [line for line in lines if line.turn == 0]
    if len(upright) < _FEWEST:
        return None
    # A title may begin a little further left than the text below it.
    left, count = Counter(round(line.left) for line in upright).most_common(1)[0]
    if count < max(_FEWEST, _SHARE * len(upright)):
        return None
    edge = min(line.left for line in upright if round(line.left) == left)
    beside = [line for line in upright if line.left < edge - 3 * line.size]
    if not any(_WORD.search(_before(line, edge)) for line in beside):
        return None
    over = (line for line in beside if line.right > edge and not line.bold)
    wide = sum(all(abs(start - edge) > _EDGE for start in line.starts) for line in over)
    return edge if wide <= _MOST_WIDE else None


def _before(line: Printed, edge: float) -> str:
    """The words of a line that stand clear of an edge on its left; none where any runs over it."""
    clear, words = edge - _STRIP * line.size, line.text.split()
    count = sum(right < clear for right in line.words[1::2])
    over = count < len(words) and line.words[2 * count] < edge - _EDGE
    return "" if over else " ".join(words[:count])


def are_sided(lines: Sequence[Printed], edge: float, height: float, *, several: bool) -> bool:
    """Whether what stands left of an edge is headings of the text right of it.

    No line may have words on both sides but those that run over it. `several` asks for sections of
    several paragraphs, without which they may as well be the rows of a table.
    """
    upright = [line for line in lines if line.turn == 0 and not line.frame]
    low, high = _MARGIN * height, (1 - _MARGIN) * height
    inner = [line for line in upright if low < line.top and line.bottom < high]
    text = [line for line in inner if line.left >= edge - _EDGE]
    labels = [line for line in inner if _is_beside(line, edge)]
    if len(text) < _FEWEST or not labels or _have_heads(upright, edge):
        return False
    size = median(line.size for line in text)
    over = [line for line in upright if line.left < edge - _EDGE and not _is_beside(line, edge)]
    plain = [line for line in over if not line.bold and abs(line.size - size) < _APART * size]
    left = min(line.left for line in labels)
    narrow = edge - left <= _NARROW * (max(line.right for line in text) - left)
    if len(plain) > _MOST_OVER or not narrow or not _are_apart(labels, text, size):
        return False
    text.sort(key=_base)
    steps = [(below.base - above.base, below) for above, below in pairwise(text)]
    pitch = Counter(round(step) for step, _ in steps if step > 0.5 * size).most_common(1)
    starts = [line for step, line in steps if not pitch or step > _LOOSE * pitch[0][0]]
    return _head_sections(_groups(labels), text, [text[0], *starts], several=several)


def parted_at(edge: float, pieces: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """Runs of type, none of which goes on from a heading to the text that begins at an edge."""
    parted: list[list[Glyph]] = []
    for piece in pieces:
        cut = next((n for n, glyph in enumerate(piece) if abs(glyph.left - edge) < _EDGE), 0)
        before = [glyph.right for glyph in piece[:cut] if glyph.text != " "]
        if piece[0].turn or not before or max(before) > edge - _STRIP * piece[0].size:
            parted.append(piece)
        else:
            parted += [piece[:cut], piece[cut:]]
    return parted


def with_sides(items: Sequence[Printed | Grid], edge: float) -> list[Printed | Grid]:
    """Lines in reading order, each heading right before the text that it stands level with."""
    labels = [item for item in items if isinstance(item, Printed) and _is_beside(item, edge)]
    apart = set(map(id, labels))
    text = [
        item
        for item in items
        if isinstance(item, Printed) and not item.turn and item.left >= edge - _EDGE
    ]
    text.sort(key=_base)
    moved: dict[int, list[Printed]] = {}
    for group in _groups(labels):
        place = bisect_left(text, group[0].base - _LEVEL * group[0].size, key=_base)
        moved.setdefault(id(text[place]) if place < len(text) else 0, []).extend(group)
    found: list[Printed | Grid] = []
    for item in items:
        if id(item) not in apart:
            found += [*moved.get(id(item), ()), item]
    return [*found, *moved.get(0, ())]


def _base(line: Printed) -> float:
    return line.base


def _is_beside(line: Printed, edge: float) -> bool:
    return line.turn == 0 and not line.frame and line.right < edge - _STRIP * line.size


def _have_heads(lines: Sequence[Printed], edge: float) -> bool:
    """Whether bold words stand on both sides of an edge, as the heads of two columns do."""
    bold = [line for line in lines if line.bold]
    text = sorted((line for line in bold if line.left >= edge - _EDGE), key=_base)
    return any(_is_level(line, text) for line in bold if _is_beside(line, edge))


def _is_level(line: Printed, others: Sequence[Printed]) -> bool:
    """Whether one of other lines, from the top, stands at the height of a line."""
    place = bisect_left(others, line.base - _LEVEL * line.size, key=_base)
    return place < len(others) and others[place].base < line.base + _LEVEL * line.size


def _are_apart(labels: Sequence[Printed], text: Sequence[Printed], size: float) -> bool:
    """Whether labels have words, and their type sets all of them apart from the text."""
    if not all(_WORD.search("".join(line.text for line in group)) for group in _groups(labels)):
        return False
    bold = sum(line.bold for line in text) > 0.3 * len(text)
    return all(
        (line.bold and not bold) or abs(line.size - size) >= _APART * size for line in labels
    )


def _groups(labels: Sequence[Printed]) -> list[list[Printed]]:
    """The lines of each heading."""
    groups: list[list[Printed]] = []
    for line in sorted(labels, key=_base):
        if groups and line.base - groups[-1][-1].base <= 1.6 * line.size:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _head_sections(
    groups: Sequence[Sequence[Printed]],
    text: Sequence[Printed],
    starts: Sequence[Printed],
    *,
    several: bool,
) -> bool:
    """Whether headings begin level with a paragraph each, and their sections are long.

    `text` are the lines of the text from the top, `starts` the first ones of its paragraphs.
    """
    if not all(_is_level(group[0], starts) and len(group) <= _MOST_LINES for group in groups):
        return False
    tops = [group[0].base - _LEVEL * group[0].size for group in groups]
    ends = [*tops, text[-1].base + 1]
    lines, paragraphs = (
        [b - a for a, b in pairwise(bisect_left(some, end, key=_base) for end in ends)]
        for some in (text, starts)
    )
    long = not several or 2 * sum(n > 1 for n in paragraphs) >= len(paragraphs)
    return long and median(lines) >= _TALL
