"""Tables that nothing rules, told by their heads: a few bold words over each of three columns."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.ingest.pdf.between import MOST_HEADS, Band, under_heads
from pipeline.ingest.pdf.leaf import Glyph, Leaf
from pipeline.ingest.pdf.levelled import Levelled, table_of
from pipeline.ingest.pdf.strips import Level, Words

_COLUMNS = 3  # at least: two bold words on one line are a title and its page
_MOST = 40  # heads of a page; each is held against all that stands below it
_EDGE = 2.5  # points that words may stand out from the edge of their column
_STEP = 1.6  # em between the lines of one head


def headed_of(glyphs: Sequence[Glyph], leaf: Leaf) -> Iterator[Levelled]:
    """The tables of a page below bold heads, of glyphs that are in no other table."""
    if not _may_head(glyphs):
        return
    words = Words(glyphs, 0)
    levels = words.between(0, leaf.height, 0, leaf.width)
    end, tried = 0.0, 0
    for n, level in enumerate(levels):
        if level.base < end or len(level.parts) < _COLUMNS or not level.bold:
            continue
        tried += 1
        if tried > _MOST:
            return
        heads = [level, *_more(levels[n + 1 : n + MOST_HEADS], level)]
        top = min(glyph.top for one in heads for glyph in one.glyphs) - 1
        bottom = max(glyph.bottom for one in heads for glyph in one.glyphs) + 1
        head, left = Band(top, bottom, heads), level.parts[0][0]
        bands = under_heads(head, words, leaf.height, (left - 1, leaf.width))
        if bands and _is_under(bands[1].levels[0], level):
            right = max(x1 for band in bands for one in band.levels for _, x1 in one.parts)
            if table := table_of(bands, left, right, beside=False):
                yield table
                end = bands[1].bottom


def _may_head(glyphs: Sequence[Glyph]) -> bool:
    """Whether anywhere on a page so much bold type stands on one base line, and no other."""
    bold: Counter[int] = Counter()
    light: set[int] = set()
    for glyph in glyphs:
        if glyph.text != " ":
            bold[round(glyph.base)] += glyph.bold
            light.update(() if glyph.bold else (round(glyph.base),))
    return any(count >= _COLUMNS and base not in light for base, count in bold.items())


def _more(levels: Sequence[Level], head: Level) -> Iterator[Level]:
    """The further lines of a head."""
    base = head.base
    for level in levels:
        if not level.bold or level.base - base > _STEP * level.glyphs[0].size:
            return
        yield level
        base = level.base


def _is_under(row: Level, head: Level) -> bool:
    """Whether the first line of the rows begins where heads do; a row may have no key there."""
    lefts = [x0 for x0, _ in head.parts]
    begins = (any(abs(x0 - left) < _EDGE for left in lefts) for x0, _ in row.parts)
    return all(begins) and len(row.parts) >= len(head.parts) - 1
