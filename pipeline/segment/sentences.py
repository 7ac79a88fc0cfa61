"""Blocks to sentences: where each begins and ends in the text of the document."""

import re
from collections.abc import Iterator
from itertools import pairwise

from pipeline.model import Document, Span

# A sentence may end in quotes and brackets, and in the number of a footnote.
_END = re.compile(
    r"(?:[.!?]+[\"”’')\]]*(?:(?<=[a-z)”’]\.)\d{1,3}|\s\d{1,3})?(?=\s+[\"“‘'(\[]*[A-Z])"
    r"|[.!?]+[\"”’')\]]*(?=\s+[\"“‘'(\[]*\d+(?:\s+|\.\s?)[A-Z])"
    r"|\n\s*\n|\n[ \t]*(?=(?:[•●▪◦‣–]|o)[ \t]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)][ \t]))"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.?g|i\.?e|al|cf|vs|viz|ca|approx|nos?|secs?|sect|figs?|eqs?|tabs?|arts?|chs?|pp?"
    r"|vols?|eds?|appx|para|paras|dr|mrs?|ms|prof|sen|rep|gov|st|jr|sr|inc|ltd|corp|dept|est"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)|\b[A-Z]|\b(?:[A-Z]\.)+[A-Z])\.$",
    re.IGNORECASE,
)
# "... of the U.S. The agency": an initialism ends a sentence only before such a word.
_OPENER = re.compile(r"\s+(?:The|This|These|It|In|We|They|However|To|For|An?|If|As|Such|Each)\b")


def sentences(document: Document, span: Span) -> list[Span]:
    """The sentences in `span`, trimmed, in order; together they hold all of its words."""
    found = [
        document.trim(Span(span.start + start, span.start + end))
        for start, end in parts(document.quote(span))
    ]
    return [one for one in found if one.end > one.start]


def parts(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of `text` stand, with the space between them: all of it, in order."""
    return pairwise([0, *ends(text), len(text)])


def ends(text: str) -> list[int]:
    """Where sentences end inside `text`: positions just behind their last character."""
    found: list[int] = []
    for match in _END.finditer(text):
        before = text[max(0, match.start() - 12) : match.start() + 1]
        if (
            match[0].strip() == "."
            and _ABBREVIATION.search(before)
            and not _opens(before, text[match.end() :])
        ):
            continue
        if not _inside_brackets(text[found[-1] if found else 0 : match.start()]):
            found.append(match.end())
    return found


def _opens(before: str, after: str) -> bool:
    """Whether "U.S." is followed by what can only begin a sentence."""
    return before[-3:-2] == "." and _OPENER.match(after) is not None


def _inside_brackets(text: str) -> bool:
    return text.count("(") > text.count(")") and len(text) - text.rindex("(") < 200
