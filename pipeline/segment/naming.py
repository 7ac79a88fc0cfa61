"""Names for measures that stand under none: a term the authors define, else a phrase of ours.

A phrase is verbatim; its role `phrase` says that the choice is ours.
"""

import re
from collections.abc import Sequence

from pipeline.model import Document, Part, Span
from pipeline.rule import Rules
from pipeline.segment.passage import body_of, flat, marker
from pipeline.segment.phrase import opening_of, phrase_of
from pipeline.segment.sentences import sentences

_TERM = 7  # words of a term that is defined
_HEADED = (2, 5)  # words of a heading that names one thing
_CALLED = re.compile(
    r"\b(?:called|known as|termed|named|dubbed)\s+(?:an?\s+|the\s+)?[“\"‘'](?P<term>[^”\"’']{3,60})"
)
# "... establish an Oversight Board": what is brought into being and has a name of its own.
_COINED = re.compile(
    r"\b(?:develop|establish|create|introduce|launch|publish|set up|convene|form|found)(?:s|ing)?\s"
    r"(?:an?|its|our|their)\s(?:[a-z-]+\s)?(?P<term>[A-Z][\w’-]*(?:\s[A-Z][\w’-]*){1,5})"
)
_BACK = re.compile(
    r"(?:this|these|it|they|such|that|there|one|what|we|by|if|when|while|in|to|for|as)\b",
    re.IGNORECASE,
)


def name_of(document: Document, passage: Sequence[Span], rules: Rules) -> Part | None:
    """A name for the measure that a passage states: a defined term, else a phrase, else None."""
    told = sentences(document, passage[0])[:1]
    for find in (_term, _phrase, _opening):
        for sentence in told:
            start = sentence.start + marker(document.quote(sentence))
            if start < sentence.end and (part := find(document, Span(start, sentence.end), rules)):
                return part
    return None


def heading_name(
    document: Document, heading: Span, passage: Sequence[Span], rules: Rules
) -> Part | None:
    """The heading of the only measure below it as its name, if its words speak of that measure."""
    span = body_of(document, heading)
    words = flat(document, span).split()
    told = " ".join(flat(document, one) for one in passage).lower()
    here = sum(word.lower() in told for word in words)
    topic = words[0] == "The" or any(mark in document.quote(span) for mark in "?:,")
    if topic or not _HEADED[0] <= len(words) <= _HEADED[1] or here * 2 < len(words):
        return None
    if rules.each(" ".join(words), "prose.heading", "prose.heading-not"):
        return None
    return Part(field="name", provenance=(document.cite(span, "rule:name.heading"),))


def _term(document: Document, sentence: Span, rules: Rules) -> Part | None:
    text = _line(document, sentence)
    if called := _CALLED.search(text) or _COINED.search(text):
        start, end = called.span("term")
    else:
        found = [m for m in rules.each(text, "prose.method") if m.rule.id == "prose.method"]
        start, end = 0, min((match.start for match in found), default=0)
        start += len(re.match(r"(?:An?\s|The\s)?", text)[0])  # type: ignore[index]
        few = 0 < len(text[start:end].split()) <= _TERM
        if not few or _BACK.match(text) or any(mark in text[start:end] for mark in ",;:"):
            return None
    span = Span(sentence.start + start, sentence.start + end)
    return Part(field="name", provenance=(document.cite(span, "rule:name.term"),))


def _phrase(document: Document, sentence: Span, rules: Rules) -> Part | None:
    return _ours(document, sentence, phrase_of(_line(document, sentence), rules), "phrase")


def _opening(document: Document, sentence: Span, _: Rules) -> Part | None:
    return _ours(document, sentence, opening_of(_line(document, sentence)), "opening")


def _line(document: Document, sentence: Span) -> str:
    return document.quote(sentence).replace("\n", " ")


def _ours(
    document: Document, sentence: Span, place: tuple[int, int] | None, how: str
) -> Part | None:
    """A name that we chose from the words of a sentence."""
    if place is None:
        return None
    span = Span(sentence.start + place[0], sentence.start + place[1])
    return Part(field="name", role="phrase", provenance=(document.cite(span, f"rule:name.{how}"),))
