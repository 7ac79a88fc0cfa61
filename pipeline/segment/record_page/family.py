"""Whether a document is a record page: several features, scored together."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.segment.record_page.glue import ALSO_IN, REASONING, Words
from pipeline.segment.record_page.rows import Row
from pipeline.taxonomy import fold

ENOUGH = 3.0
LONGEST = 400  # rows; the longest of some 190 pages had fewer than a hundred
_OPENING = 8  # rows within which the banners, the definition and "Also in" stand

_OF_THE_PAGE = re.compile(r"\b(?:this|the) page\b", re.IGNORECASE)
_PROVISIONAL = re.compile(
    r"polish|feedback|preliminary|may change|draft|beta\b|unfinished|under construction|not final"
    r"|provisional|work in progress|do not (?:share|cite|quote)",
    re.IGNORECASE,
)


def is_banner(row: Row) -> bool:
    """Whether a row speaks about its own page."""
    return len(row.text) < 300 and _OF_THE_PAGE.search(row.text) is not None


def is_notice(row: Row) -> bool:
    """Whether a row says that its own page is not final."""
    return is_banner(row) and _PROVISIONAL.search(row.text) is not None


def score(rows: Sequence[Row], words: Words) -> float:
    """How much of a record page is in these rows; it is one from `ENOUGH` on.

    A banner and "Also in" at the head, "Reasoning", cards with glued labels, the three values in
    their places, and a primary risk: no single one is enough.
    """
    head = rows[:_OPENING]
    banners = sum(is_notice(row) for row in head)
    total = 1.5 * min(2, banners)
    for row in head:
        if row.text.startswith(f"{ALSO_IN} "):
            total += 2.0 if fold(row.text.removeprefix(ALSO_IN)) in words.parents else 0.4
            break
    total += any(REASONING.fullmatch(row.text) and row.closed for row in rows)
    ends = [(row, words.label_end(row.text, begun=False)) for row in rows]
    total += 0.7 * min(3, sum(end is not None and end < len(row.text) for row, end in ends))
    if any(words.known(row.text) for row in rows):
        starts = [_values(rows, i, step, words) for i in range(len(rows)) for step in (1, 2)]
        total += max(starts)
    for row, after in pairwise(rows):
        if row.text == "Primary" and words.risk.match(after.text):
            total += 1.0
            break
    return total


def _values(rows: Sequence[Row], start: int, step: int, words: Words) -> float:
    """What a stage, an actor and a function in their places are worth; the first may be glued."""
    places = [start + step * i for i in range(len(words.stated))]
    found = 0
    for place, labels in zip(places, words.stated, strict=True):
        if place < len(rows):
            text = rows[place].text
            glued = place == start and any(text.endswith(label) for label in labels)
            found += text in labels or glued
    return {3: 3.0, 2: 1.0 if step == 1 else 1.5}.get(found, 0.0)
