"""What is on every page and belongs to none: running heads, page numbers, contents, footnotes."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise, takewhile
from math import floor

from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.passage import Type
from pipeline.ingest.pdf.sheet import Sheet

_MARGIN = 0.12  # of the page's height, at its top and bottom
_EDGE = 0.09  # within which a lone number is the page's own
_COUNT = re.compile(r"\d{1,4}")
_FOOT = 0.2  # within which the last line of a page may be its number, if it counts the pages
_NEAR = 6.0  # points that a running head may move by from page to page
_TIMES = 3  # pages that make a running head
_LEADERS = re.compile(r"(?:\.\s?|…\s?|_|·\s?){4,}\s*\d{0,4}$")
_ENDS_IN_PAGE = re.compile(r"(?:^|\s)(?:\d{1,4}|[ivxlc]{1,6})$")
_WORD = re.compile(r"[^\W\d_]{3}")
_PAGE = re.compile(
    r"(?:page|p\.?|seite)?\s*[-–—|\[(]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-–—|\])]?"
    r"(?:\s*(?:of|/|von|de)\s*\d{1,4})?",
    re.IGNORECASE,
)
_APART = 2.0  # em between the base lines of what stands apart
_SAME = 0.6  # points by which the type of one note may differ
_GAP = 2.5  # em between a title and its page number where contents have no leaders
_ENTRIES, _MOSTLY, _RISING = 8, 0.6, 0.9  # lines, of those of a page; their share that counts up
_NOTE = re.compile(r"(?:\d{1,3}|[*†‡§¶])(?=\s|$)")

_ENDS = re.compile(r"[.!?:;][\"'”’)\]]*$")
_LABELLED = re.compile(r"(?:Figure|Fig\.|Table|Box|Listing|Algorithm|Source|Note)\b")


def furniture_of(sheets: Sequence[Sheet], type_: Type) -> set[Printed]:
    """The lines that repeat over pages at one height, and page numbers."""
    found = _counting_pages(sheets)
    # By text and height, in steps as wide as heads may move: a head is in one step or the next.
    rows: dict[tuple[str, int], list[Printed]] = defaultdict(list)
    for sheet in sheets:
        lines = [item for item in sheet.items if isinstance(item, Printed)]
        for line in lines:
            if line.turn == -1 or line.beside:
                found.add(line)
                continue
            _, top, _, bottom = line.box
            high, low = _MARGIN * sheet.height, (1 - _MARGIN) * sheet.height
            if bottom <= high or top >= low:
                # `Step 1`, `Step 2` in bold or large type atop their pages are headings.
                titled = bottom <= high and (line.bold or line.size > 1.08 * type_.body)
                words = line.text if titled else _folded(line.text)
                rows[words, floor(top / _NEAR)].append(line)
            edge = _EDGE * sheet.height
            if (bottom <= edge or top >= sheet.height - edge) and _PAGE.fullmatch(line.text):
                found.add(line)
    enough = _TIMES if len(sheets) >= _TIMES else 2
    pages = {key: {line.page for line in same} for key, same in rows.items()}
    for (words, step), same in rows.items():
        around = set().union(*(pages.get((words, step + by), set()) for by in (-1, 0, 1)))
        found.update(line for line in same if _in_a_row(around, line.page, enough))
    return found


def _counting_pages(sheets: Sequence[Sheet]) -> set[Printed]:
    """The numbers that end pages and count them; LaTeX has them an eighth of the page high."""
    counting: dict[int, set[Printed]] = defaultdict(set)
    for sheet in sheets:
        lines = (item for item in sheet.items if isinstance(item, Printed) and item.turn == 0)
        last = max(lines, key=lambda line: line.bottom, default=None)
        low = last is not None and last.top > (1 - _FOOT) * sheet.height
        if last and low and _COUNT.fullmatch(last.text):
            counting[int(last.text) - sheet.number].add(last)
    enough = min(_TIMES, len(sheets))
    return {line for lines in counting.values() if len(lines) >= enough for line in lines}


def _in_a_row(pages: set[int], page: int, enough: int) -> bool:
    """Whether enough of the pages come one after the other around one, or on every other one.

    A note that is repeated here and there is no running head.
    """
    count = 1
    for step in (-1, 1):
        at = page
        while count < enough and (near := {at + step, at + 2 * step} & pages):
            at = at + step if at + step in near else at + 2 * step
            count += 1
    return count >= enough


def _folded(text: str) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", text.casefold())


def contents_of(lines: Sequence[Printed], goes_on: bool) -> set[Printed]:
    """The entries of a table of contents: all lines from the first that leads to a page number.

    `goes_on` says that the page before ended in such a table.
    """
    dotted = [index for index, line in enumerate(lines) if _LEADERS.search(line.text)]
    numbered = [index for index, line in enumerate(lines) if _leads(line)]
    leads = dotted
    if len(dotted) < 3 and len(numbered) >= max(5, 0.5 * len(lines)):
        leads = numbered
    if not leads:
        leads = _counting_up(lines)
    if goes_on and not leads:
        leads = [index for place, index in enumerate(numbered) if place == index]
    told = [n for n, ln in enumerate(lines) if ln.is_tagged("TOCI") and ends_in_page(ln)]
    leads = sorted({*leads, *told})
    leading = set(leads)
    if leads:  # chapters have no dots: the first stands before all that have, the last behind them
        for beyond in (range(leads[0] - 1, -1, -1), range(leads[-1] + 1, len(lines))):
            leading.update(takewhile(lambda n: _leads(lines[n]), beyond))
    # The first line of an entry that is too long leads nowhere, but stands between those that do.
    return {
        line
        for index, line in enumerate(lines)
        if index in leading or (leads and index < leads[-1] and _is_entry(line, index, leads))
    }


def _counting_up(lines: Sequence[Printed]) -> list[int]:
    """The lines that end in a page number, where most do, and the numbers count up; else none."""
    found = [n for n, ln in enumerate(lines) if _WORD.search(ln.text) and ends_in_page(ln)]
    pages = [int(last) for n in found if (last := lines[n].text.split()[-1]).isdecimal()]
    rising = sum(before <= after for before, after in pairwise(pages))
    enough = len(pages) >= max(_ENTRIES, _MOSTLY * len(lines))
    return found if enough and rising >= _RISING * (len(pages) - 1) else []


def _leads(line: Printed) -> bool:
    """Whether a line ends in a page number far from its words."""
    return line.last_gap > _GAP and len(line.text) > 4 and ends_in_page(line)


def ends_in_page(line: Printed) -> bool:
    """Whether the last word of a line may be the number of a page."""
    return bool(_ENDS_IN_PAGE.search(line.text))


def _is_entry(line: Printed, index: int, leads: Sequence[int]) -> bool:
    following = leads[bisect_right(leads, index)]
    return leads[0] < index and following - index <= 2 and not line.text.endswith((".", ":"))


def footnotes_of(lines: Sequence[Printed], type_: Type, height: float) -> list[Printed]:
    """The notes at the foot of a page, in order: all small type below the last line of the body.

    There are none unless one of them opens with a note mark, or the type above breaks off in one
    of several columns: the imprint of a paper, the address of its authors.
    """
    small = {line for line in lines if type_.is_small(line) or line.is_tagged("Note")}
    body = [line for line in lines if line not in small and line.turn == 0]
    found: list[Printed] = []
    for column in sorted({line.column for line in lines}):
        above = [line.bottom for line in body if column in (line.column, -1) or line.column == -1]
        floor = max(above, default=0.0) - 1
        foot = [
            line
            for line in lines
            if line.column == column
            and line.turn == 0
            and line in small
            and line.top >= floor
            and line.top > 0.3 * height
        ]
        foot.sort(key=lambda line: line.base)
        opening = [n for n, ln in enumerate(foot) if opens_note(ln) or ln.is_tagged("Note")]
        if opening:
            found += foot[_goes_up_to(foot, opening[0]) :]
        elif foot and _breaks_off(body, column, foot[0]):
            found += foot
    return found


def _goes_up_to(foot: Sequence[Printed], first: int) -> int:
    """Where the notes begin, of which one opens at `first`: above it may stand the rest of one
    that goes on from the page before, in its type. An abstract in small type stands apart."""
    start = first
    while start > 0:
        above, here = foot[start - 1], foot[start]
        if here.base - above.base > _APART * here.size or abs(above.size - here.size) > _SAME:
            break
        start -= 1
    return start


def _breaks_off(body: Sequence[Printed], column: int, foot: Printed) -> bool:
    """Whether a sentence is left open above the foot of one of several columns."""
    if column < 0 or len({line.column for line in body if line.column >= 0}) < 2:
        return False
    above = max((ln for ln in body if ln.column == column), key=lambda ln: ln.base, default=None)
    if above is None or foot.base - above.base < 1.5 * above.size or _LABELLED.match(foot.text):
        return False
    if above.bold:
        return False  # the heading of a list in small type
    return _ENDS.search(above.text) is None


def opens_note(line: Printed) -> bool:
    """Whether a line begins a footnote: a raised mark, or a number that stands by itself."""
    return bool(line.notes and line.notes[0][0] == 0) or bool(_NOTE.match(line.text))
