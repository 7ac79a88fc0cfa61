"""Cross-checks of what was read against what the document says of itself.

A number left out, or a title that the table of contents names and no heading bears, is a sign that
something was misread, or that the document itself is at fault.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz import fuzz, process

from pipeline.model import Block, BlockKind, Document, Issue, Level, Span
from pipeline.model.text import fold
from pipeline.segment.nesting import Item, lists
from pipeline.segment.numbering import Number, first_reading

_CONTENTS = re.compile(r"(?:table of )?contents", re.IGNORECASE)
_ENTRY = re.compile(
    r"(?P<title>.*?[^\W\d_].*?)(?:[\s.…·_]+(?P<page>\d{1,4}|[ivxl]{1,6}))\s*$", re.DOTALL
)
_ALIKE = 90  # of 100: a title of the contents and a heading that differ in a dash or a note mark
_RUNNING = 3  # pages that bear a running head
_SERIES = 3  # headings that make a series whose gaps mean something


def cross_checks(document: Document) -> Iterator[Issue]:
    """Yield an issue for each gap or repeat in a numbering, and each heading that is missing."""
    yield from _missing(document)
    headings = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    yield from _heading_gaps(document, headings)
    for below in lists(document):
        yield from _item_gaps(document, below.top)


def _missing(document: Document) -> Iterator[Issue]:
    headings = [
        fold(document.quote(block.span))
        for block in document.blocks
        if block.kind in (BlockKind.HEADING, BlockKind.CAPTION)
    ]
    for span in _entries(document):
        entry = _ENTRY.match(document.quote(span))
        title = fold(entry["title"] if entry else document.quote(span))
        if title and not _has_heading(title, headings):
            printed = " ".join((entry["title"] if entry else document.quote(span)).split())
            yield _issue(
                "heading-missing",
                f"the table of contents names {printed!r}, but no such heading was found",
                span,
            )


def _has_heading(title: str, headings: Sequence[str]) -> bool:
    alike = process.extractOne(title, headings, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return alike is not None or any(title in heading for heading in headings)


def _entries(document: Document) -> Iterator[Span]:
    """The entries of the table of contents; one printed on two lines is one.

    What other pages bear as well is a running head or foot among them.
    """
    seen = Counter(
        _unpaged(document, block.span)
        for block in document.blocks
        if block.kind is BlockKind.FURNITURE
    )
    within = False
    start: int | None = None
    for block in document.blocks:
        text = document.quote(block.span).strip()
        if block.kind is BlockKind.HEADING:
            within, start = _CONTENTS.fullmatch(text) is not None, None
        elif (
            within
            and block.kind is BlockKind.FURNITURE
            and seen[_unpaged(document, block.span)] < _RUNNING
        ):
            start = block.span.start if start is None else start
            if _ENTRY.fullmatch(document.quote(Span(start, block.span.end))):
                yield Span(start, block.span.end)
                start = None


def _unpaged(document: Document, span: Span) -> str:
    return fold(document.quote(span)).strip("0123456789 ")


def _heading_gaps(document: Document, headings: Sequence[Block]) -> Iterator[Issue]:
    series: dict[tuple[str, tuple[int, ...]], list[tuple[Number, Block]]] = {}
    for block in headings:
        number = first_reading(document.quote(block.span))
        if number and number.kind != "name":
            series.setdefault((number.style, number.value[:-1]), []).append((number, block))
    for found in series.values():
        in_step = sum(b.follows(a) for (a, _), (b, _) in pairwise(found))
        if len(found) >= _SERIES and in_step >= len(found) - 2:
            yield from _gaps([(number, block.span) for number, block in found])


def _item_gaps(document: Document, items: Sequence[Item]) -> Iterator[Issue]:
    styles: dict[tuple[str, tuple[int, ...]], list[tuple[Number, Span]]] = {}
    for item in items:
        if item.numbers and item.numbers[0].kind != "name":
            number = item.numbers[0]
            styles.setdefault((number.style, number.value[:-1]), []).append((number, item.place))
        yield from _item_gaps(document, item.children)
    for found in styles.values():
        yield from _gaps(found)


def _gaps(found: Sequence[tuple[Number, Span]]) -> Iterator[Issue]:
    for (before, _), (number, span) in pairwise(found):
        step = number.value[-1] - before.value[-1]
        if step == 1 or number.is_first():
            continue
        what = "repeats" if step == 0 else "does not go on"
        yield _issue("numbering-gap", f"{number.label!r} {what} after {before.label!r}", span)


def _issue(code: str, message: str, span: Span) -> Issue:
    return Issue(code=code, level=Level.INFO, message=message, span=span, stage="segment")
