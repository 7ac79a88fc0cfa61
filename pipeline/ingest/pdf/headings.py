"""Which passages are headings, and how deep: by outline, number, believed tag, size and weight."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.ingest.pdf.passage import Passage, Type
from pipeline.model import BlockKind
from pipeline.model.text import fold

_BIGGER, _LIGHT_BIGGER = 1.08, 1.15  # times the body's size, in bold and in light type
_MUCH_BIGGER = 1.25
_DEEPEST = 6
_SAME_SIZE = 0.6  # points
_AGAIN, _MOSTLY = 3, 0.5  # times that a label comes, and of the others of its look that have it
_FEWEST = 3  # headings that an outline must name to be believed
_COVER, _COVER_SHARE = 3, 4  # pages whose own looks are the title's and the imprint's: at most so
# many, and one in so many
_LONGEST, _MOST_WORDS, _MOST_LINES = 220, 28, 4
_TEXT = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
_NUMBERED = re.compile(
    r"(?P<part>(?:Section|Chapter|Part|Annex|Appendix|Article)\s+)?"
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z](?:\.\d{1,2}){1,3}|[IVX]{1,5}(?=\.)|(?(part)[A-Z]))"
    r"[.:)]?\s+(?=\S)"
)
_LETTERED = re.compile(r"\(?[a-zA-Z][.)]\s|[ivx]{1,5}[.)]\s")
_LEADS_AWAY = {"See", "Part", "Read", "Visit", "Link", "Download", "Back", "More"}
_SAID = re.compile(r"[“\"‘«].{30,}[.!?…][”\"’»](?:\s*[–—-].*)?", re.DOTALL)  # somebody's sentence
_STOPS = (".", ";", ",")


@dataclass(frozen=True)
class _Look:
    """What makes headings of one rank look alike."""

    size: float
    bold: bool


class Bookmark(NamedTuple):
    """An entry of the file's own outline: its words, its depth from 1, and its page from 1."""

    title: str
    level: int
    page: int


def mark_headings(
    passages: Sequence[Passage], type_: Type, outline: Sequence[Bookmark] = ()
) -> None:
    """Make passages that look like headings HEADING, with levels 1 to 6 over the document.

    Where the file has an outline, what it names is a heading, and its levels are those.
    """
    named = _named(passages, outline)
    found = [passage for passage in passages if passage in named or _is_heading(passage, type_)]
    listed = _listed(found, passages, type_) - named.keys()
    headings = [passage for passage in found if passage not in listed]
    for heading in headings:
        heading.kind, heading.marker = BlockKind.HEADING, ""
    pages = max((passage.last.page for passage in passages), default=0)
    front = min(_COVER, pages // _COVER_SHARE)
    inner = {_look(heading) for heading in headings if heading.first.page > front}
    cover = {heading for heading in headings if inner and _look(heading) not in inner}
    looks = sorted(
        {_look(heading) for heading in cover}, key=lambda look: (-look.size, not look.bold)
    )
    for heading in cover:
        heading.level = min(_DEEPEST, 1 + looks.index(_look(heading)))
    _nest([heading for heading in headings if heading not in cover])
    _follow(headings, named)


def _named(passages: Sequence[Passage], outline: Sequence[Bookmark]) -> dict[Passage, int]:
    """The passages that an outline names, by its words and page, with their levels in it.

    An outline that names only a few of its own entries so is of another version: it says nothing.
    """
    places: dict[tuple[str, int], int] = {}
    for bookmark in outline:
        title = _letters(bookmark.title)
        if re.search(r"[^\W\d_]{2}", title):
            places.setdefault((title, bookmark.page), bookmark.level)
    found: dict[Passage, int] = {}
    for passage in passages:
        listed = passage.kind is BlockKind.LIST_ITEM and not re.search(r"\w", passage.marker)
        if passage.kind in _TEXT and not (listed or passage.first.turn):
            words = passage.text if len(passage.lines) <= _MOST_LINES else ""
            level = places.get((_letters(words), passage.first.page))
            if words and level:
                found[passage] = level
    if len(found) < max(_FEWEST, 0.5 * len(places)):
        return {}
    if sum(bookmark.level == 1 for bookmark in outline) == 1:
        # One entry over all the others is the title of the whole, not a section that holds them.
        return {passage: max(1, level - 1) for passage, level in found.items()}
    return found


def _letters(title: str) -> str:
    """A title without spaces: a line break may stand between words, or within one."""
    return fold(title).replace(" ", "")


def _follow(headings: Sequence[Passage], named: dict[Passage, int]) -> None:
    """Levels from the outline; a heading that it does not name keeps its distance from the last."""
    moved = 0
    for heading in headings:
        if heading in named:
            moved = named[heading] - heading.level
        heading.level = min(_DEEPEST, max(1, heading.level + moved))


def _listed(found: Sequence[Passage], passages: Sequence[Passage], type_: Type) -> set[Passage]:
    """Three numbered passages of the body's size on end, with nothing between, are a list."""
    places = {passage: index for index, passage in enumerate(passages)}
    listed: set[Passage] = set()
    run: list[Passage] = []
    for passage in found:
        small = passage.first.size < _BIGGER * type_.body and _depth(passage) == 1
        if not (small and run and places[passage] == places[run[-1]] + 1):
            run = []
        if small:
            run.append(passage)
        if len(run) >= 3:
            listed.update(run)
    return listed


def _is_heading(passage: Passage, type_: Type) -> bool:
    if passage.kind not in _TEXT or passage.first.turn:
        return False
    text = passage.text
    if (
        len(passage.lines) > _MOST_LINES
        or len(text) > _LONGEST
        or len(text.split()) > _MOST_WORDS
        or not re.search(r"[^\W\d_]{2}", text)
    ):
        return False
    if all(line.is_tagged("H") for line in passage.lines):
        return True
    if _SAID.fullmatch(text):
        return False
    size = passage.first.size
    number, lettered = _NUMBERED.match(text), _LETTERED.match(text)
    opening = number or lettered
    rest = text[opening.end() :] if opening else text
    much_bigger = size >= _MUCH_BIGGER * type_.body
    named = opening or re.match(r"[A-Z][a-z]+ \d", text)
    if not much_bigger and (rest.endswith(_STOPS) or (passage.marker and not named)):
        return False
    if "://" in text:
        return False
    if size >= (_BIGGER if passage.bold else _LIGHT_BIGGER) * type_.body:
        return True
    if text.endswith(":") or not re.match(r"[\"“‘'(\[#]*[A-Z\d]", rest):
        return False
    if type_.is_small(passage.first) and not (passage.bold and opening):
        return False
    if passage.bold:
        return True
    underlined = all(line.underlined for line in passage.lines)
    if underlined and (opening or _is_title(passage)):
        return True
    deep = number is not None and "." in number["number"]
    capitals = number is not None and rest.isupper()
    return capitals or (deep and len(rest.split()) <= 10 and len(passage.lines) == 1)


def _is_title(passage: Passage) -> bool:
    """Whether underlined words are a title, not a link that stands by itself."""
    words = passage.text.split()
    return (
        len(passage.lines) == 1
        and 2 <= len(words) <= 10
        and words[0] not in _LEADS_AWAY
        and not re.search(r"[#_()@/]", passage.text)
    )


def _look(passage: Passage) -> _Look:
    return _Look(round(passage.first.size * 2) / 2, passage.bold)


def _depth(passage: Passage) -> int:
    number = _NUMBERED.match(passage.text)
    return number["number"].count(".") + 1 if number else 0


def _nest(headings: Sequence[Passage]) -> None:
    """The level of a heading is how many headings are open above it."""
    shallowest: dict[_Look, int] = {}
    for heading in headings:
        if depth := _depth(heading):
            look = _look(heading)
            shallowest[look] = min(depth, shallowest.get(look, depth))
    labels = _labels(headings)
    above: list[Passage] = []
    for heading in headings:
        while above and not _is_under(heading, above[-1], shallowest, labels):
            above.pop()
        above.append(heading)
        heading.level = min(_DEEPEST, len(above))


def _labels(headings: Sequence[Passage]) -> set[Passage]:
    """The headings that come again below most others of their look: "Activities", "Outcome"."""
    found: set[Passage] = set()
    for look in {_look(heading) for heading in headings}:
        alike = [heading for heading in headings if _look(heading) == look]
        times = Counter(heading.text for heading in alike)
        often = [heading for heading in alike if times[heading.text] >= _AGAIN]
        others = len(alike) - len(often)
        found.update(one for one in often if times[one.text] >= _MOSTLY * others > 0)
    return found


def _is_under(
    heading: Passage, other: Passage, shallowest: dict[_Look, int], labels: set[Passage]
) -> bool:
    """Whether a heading is part of an earlier one: by its number, else by its look."""
    number, number_above = _number(heading), _number(other)
    if number and number_above:
        if number[: len(number_above)] == number_above and len(number) > len(number_above):
            return True
        siblings = number[:-1] == number_above[:-1] and len(number) > 1
        if siblings or 1 < len(number) < len(number_above):
            return False
    look, look_above = _look(heading), _look(other)
    if _is_next(number, number_above) and abs(look.size - look_above.size) <= _SAME_SIZE:
        return False  # though a word of it is set otherwise
    levels = _tagged(heading), _tagged(other)
    if abs(look.size - look_above.size) > _SAME_SIZE:
        smaller = look.size < look_above.size
        return smaller and not (all(levels) and levels[0] < levels[1])
    if all(levels):
        return levels[0] > levels[1]
    if look.bold != look_above.bold:
        return look_above.bold
    if (heading in labels) != (other in labels):
        return heading in labels
    depths = [_depth(h) or shallowest.get(_look(h), 0) for h in (heading, other)]
    return depths[0] > depths[1] > 0


def _is_next(number: Sequence[str], above: Sequence[str]) -> bool:
    """Whether a section of one number follows another, as 3 does 2."""
    plain = len(number) == len(above) == 1 and number[0].isdecimal() and above[0].isdecimal()
    return plain and int(number[0]) == int(above[0]) + 1


def _tagged(heading: Passage) -> int:
    """The level that a believed tag gives a heading; 0 for none."""
    tag = heading.first.tag
    return tag.level if tag and tag.role == "H" else 0


def _number(heading: Passage) -> tuple[str, ...]:
    number = _NUMBERED.match(heading.text)
    return tuple(number["number"].split(".")) if number else ()
