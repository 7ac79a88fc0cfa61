"""A record page in saved markup, divided by its headings.

The wording of a heading varies; it is one when it is marked as such and what stands below it is
not what makes it a name (a card's, a work's) or a value.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.segment.record_page.glue import ALSO_IN, AUTHORS, REASONING, Words
from pipeline.segment.record_page.rows import TERM, Row, is_text
from pipeline.taxonomy import fold

_CHIP = 200  # characters of a line, not a link, that may end in a category
_ROLES = ("Primary", "Other")

# Only what no content can tell is told by wording. The first that fits counts.
_SAYS = tuple(
    (name, re.compile(wording))
    for name, wording in (
        ("parent", r"\bpart of\b|\bparent\b|\bbelongs to\b"),
        ("also_in", r"^also in$"),
        ("definition", r"\bdefinition\b"),
        ("rationale", r"\breason(?:s|ing)?\b|\brationale\b|^why .*(?:\bhere$|\bcategor|\bclass)"),
        ("category", r"\bcategor|\btaxonomy\b"),
        ("lifecycle", r"\blife ?cycle\b|\bstages?\b"),
        ("actor", r"\bactors?\b|\bstakeholders?\b"),
        ("rmf", r"\brmf\b|\bnist\b|\bfunctions?\b"),
        ("risk", r"\brisks?\b|^primary$"),
        ("child", r"\bparts\b|\bincludes?\b|\bcontains?\b|\bchild|\bsub|\bcomponents?\b"),
        ("authors", r"^(?:written )?by$|^authors?\b"),
        ("year", r"^year\b|^published$|^(?:publication )?date$"),
        ("title", r"^title\b"),
        ("abstract", r"\babstract\b"),
        (
            "other",
            r"\bmore (?:measures|entries|from|in|of)\b|^more$|\bothers?\b|\brelated\b|\bsimilar\b"
            r"|\bsame\b|^see also\b",
        ),
        ("source", r"\bsource\b|\breference\b|\bpublication\b"),
        ("description", r"\bdescription\b|\bsummary\b|\boverview\b|\bdetails\b|^about\b"),
    )
)
# What is a title even where nothing marks it as one.
_PLAIN = re.compile(
    r"(?:also )?part of|parent(?: measure)?|reasoning|rationale|includes|definition|description"
    r"|source|title|authors?|year|abstract|(?:ai )?lifecycle(?: stage)?|actor|(?:nist )?(?:ai )?rmf"
    r"(?: function)?|risks?(?: addressed)?|classification|(?:primary|other)(?: risks?)?|also in"
    r"|more from this source|(?:mitigation )?category"
)
_PAIR = re.compile(r"(?P<title>[^:]{2,30}):\s+(?P<value>\S.*)")


@dataclass
class Section:
    """A title, and the rows below it. `above` is the section whose title encloses this one's."""

    title: Row | None = None
    above: "Section | None" = None
    rows: list[Row] = field(default_factory=list)

    @property
    def says(self) -> str:
        """The field that the title's wording tells of, or nothing."""
        return says(self.title.text) if self.title else ""

    @property
    def told(self) -> tuple[str, ...]:
        """The same, and what the titles above it tell of, innermost first."""
        return (self.says, *(self.above.told if self.above else ()))

    @property
    def kind(self) -> str:
        """The innermost of these, or nothing."""
        return next(filter(None, self.told), "")


def says(title: str) -> str:
    """The field that the wording of a title tells of, or nothing."""
    folded = _folded(title)
    return next((name for name, wording in _SAYS if wording.search(folded)), "")


def _folded(title: str) -> str:
    return fold(title).rstrip(": ")


def apart(rows: Sequence[Row], words: Words) -> Iterator[Row]:
    """The rows with each category in a row of its own, and `Title: value` in two."""
    for row, following in pairwise([*rows, None]):
        if row is None:
            continue
        pair = None if row.heading or row.linked else _PAIR.fullmatch(row.text)
        if pair and _is_pair(pair["title"], pair["value"], words):
            yield replace(row.part(0, pair.end("title")), heading=TERM)
            row = row.part(pair.start("value"))
        at = words.label_at_end(row.text) if row.linked or len(row.text) < _CHIP else None
        if at is None and row.linked and not (following and words.is_label(following.text)):
            at = words.unknown_label_at_end(row.text)
        if at:
            yield row.part(0, at)
            row = replace(row.part(at), heading=0)
        yield row


def _is_pair(title: str, value: str, words: Words) -> bool:
    if not _PLAIN.fullmatch(_folded(title)):
        return False
    if words.known(value) or words.risk.fullmatch(value) or words.is_label(value):
        return True
    return says(title) in {"parent", "also_in", "authors", "year", "abstract"}


def divide(rows: Sequence[Row], words: Words) -> tuple[Section, ...]:
    """The sections of a page; one without a title holds what stands before the first of them.

    The first heading of level 1 is the page's name: it is a row of the section without a title.
    """
    rows = [replace(row, label="known") if words.is_label(row.text) else row for row in rows]
    name = next((i for i, row in enumerate(rows) if row.heading == 1), -1)
    cards = {row.heading for i, row in enumerate(rows) if i != name and _is_card(rows, i)}
    sections = [Section()]
    for i, row in enumerate(rows):
        if i == name:
            if sections[-1].title:
                sections.append(Section())
            sections[-1].rows.append(row)
        elif _is_title(rows, i, words, cards):
            sections.append(Section(row, _above(sections, row.heading or TERM)))
        else:
            sections[-1].rows.append(row)
    return tuple(sections)


def _above(sections: Sequence[Section], level: int) -> Section | None:
    """The last of the sections whose title is of a higher level."""
    above: Section | None = sections[-1]
    while above and above.title and (above.title.heading or TERM) >= level:
        above = above.above
    return above if above and above.title else None


def _is_card(rows: Sequence[Row], i: int) -> bool:
    """Whether a row is the name of a card, for sure: by its category, or text and category."""
    after = rows[i + 1 : i + 3]
    if not after or rows[i].label:
        return False
    if after[0].label or len(after) == 1 or not after[1].label:
        named = bool(after[0].label)
    else:
        named = rows[i].heading > 0 and not after[0].linked and is_text(after[0])
    return named and says(rows[i].text) != "category"


def _is_title(rows: Sequence[Row], i: int, words: Words, cards: set[int]) -> bool:
    row, after = rows[i], rows[i + 1 : i + 3]
    if row.linked or row.label or words.known(row.text) or words.risk.match(row.text):
        return False
    if _is_card(rows, i):
        return False
    if _PLAIN.fullmatch(_folded(row.text)):
        return True
    if not row.heading:
        return False
    if not after or after[0].heading:
        return True
    if AUTHORS.fullmatch(after[0].text):  # below a work's title; or that title ends in a year
        return len(after) > 1 and AUTHORS.fullmatch(after[1].text) is not None
    if row.heading in cards:  # other headings of its kind are names
        named = len(after) > 1 and after[1].label and not after[0].linked
        return not (named or words.unknown_label_at_end(after[0].text) == 0)
    return True


def as_dump(sections: Sequence[Section]) -> tuple[list[Row], list[Row]]:
    """The rows that a text dump of the page has too, and the titles that it has not."""
    rows: list[Row] = []
    titles: list[Row] = []
    for section in sections:
        if title := section.title:
            printed = REASONING.fullmatch(title.text) or title.text in (*_ROLES, ALSO_IN)
            (rows if printed else titles).append(title)
        rows.extend(section.rows)
    return rows, titles


def are_told(sections: Sequence[Section]) -> bool:
    """Whether the headings part what a dump runs together; a page may have hardly any."""
    if not any(s.title and s.says not in {"rationale", "risk"} for s in sections):
        return False
    undivided = [row for s in sections if not s.title or s.says == "rationale" for row in s.rows]
    return sum(bool(row.label) for row in undivided) < 2
