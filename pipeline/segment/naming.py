"""Names for measures that stand under none: a term the authors define, else a phrase of ours.

A phrase is verbatim, the verb and its object; its role `phrase` says that the choice is ours.
"""

import re
from collections.abc import Sequence

from pipeline.model import Document, Part, Span
from pipeline.rule import Rules
from pipeline.segment.passage import body_of, flat, marker
from pipeline.segment.sentences import sentences

_FEWEST, _MOST = 3, 10  # words of a phrase
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
_WORD = re.compile(r"[^\s,;:()–—“”\"]+")
# A phrase ends before these, once it has its object; punctuation ends it at any rate.
_ENDS = re.compile(
    r"that|which|who|whom|whose|where|when|if|unless|so|because|while|whether|until|before|after"
    r"|including|such|through|by|via|as|to|with|using|without|upon|during|based",
    re.IGNORECASE,
)
_LINKS = re.compile(r"and|or|of|for|in|on|from|against|at|within|among|across|into|about")
_SMALL = re.compile(
    r"the|an?|those|there|whether|that|how|what|its|their|our|this|these|any|all|each|be|have|not|been|no|they|it|we"
)
_QUALIFIES = re.compile(r"(?:ed|al|ive|ful|ent|ant|ble|ic)$")  # what it goes with is to come
# What says little by itself, so that a phrase goes on behind it.
_HOLLOW = re.compile(
    r"extent|capacity|capability|ability|flexibility|steps?|measures|actions?|efforts?|options"
    r"|process(?:es)?|procedures|mechanisms?|opportunit(?:y|ies)|ways?|practices|policies|plans?"
    r"|failure|degree|industry|partners|regulators|stakeholders|individuals|subjects|tools",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?:that|which|who)\s*$")
_GERUND = re.compile(r"[A-Za-z-]{3,}ing\s+(?!is\b|are\b|will\b|can\b|of\b)[a-z]")
_SERIES = re.compile(r",\s+(?:and\s+|or\s+)?[\w-]+(?:,|\s+(?:and|or)\b)|,\s+(?:and|or)\s+[\w-]+")
_BACK = re.compile(
    r"(?:this|these|it|they|such|that|there|one|what|we|by|if|when|while|in|to|for|as)\b",
    re.IGNORECASE,
)


def name_of(document: Document, passage: Sequence[Span], rules: Rules) -> Part | None:
    """A name for the measure that a passage states: a defined term, else a phrase, else None."""
    told = sentences(document, passage[0])[:1]
    for find in (_term, _phrase):
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
    text = document.quote(sentence).replace("\n", " ")
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
    text = document.quote(sentence).replace("\n", " ")
    leads = [
        match.end
        for match in rules.each(text, "name.lead")
        if not _RELATIVE.search(text[: match.start])
    ]
    opens = (not leads and _GERUND.match(text)) or any(
        match.rule.at == "start" for match in rules.each(text, "prose.instruction", "measure")
    )
    start = 0 if opens else _longest(text, leads)
    if start is None:
        return None
    words = _words(text, start)
    # "not" stays: without it a name would say the opposite of its measure.
    if (
        not words
        or (_is_bare(words[0][0]) and words[0][0] != "not")
        or _SERIES.match(text, words[-1][2])
    ):
        return None
    span = Span(sentence.start + words[0][1], sentence.start + words[-1][2])
    if not _FEWEST <= len(words) <= _MOST:
        return None
    cited = document.cite(span, "rule:name.phrase")
    return Part(field="name", role="phrase", provenance=(cited,))


def _longest(text: str, leads: Sequence[int]) -> int | None:
    """The end of the first lead, with the words that still belong to it."""
    if not leads:
        return None
    first = min(leads)
    return max(end for end in leads if not text[first:end].strip() or end - first < 24)


def _words(text: str, start: int) -> list[tuple[str, int, int]]:
    """The words of the phrase that begins at `start`, each with its place; may be too few."""
    words: list[tuple[str, int, int]] = []
    last = start
    for match in _WORD.finditer(text, start):
        if words and text[last : match.start()].strip() and not _SERIES.match(text, last):
            break
        word = match[0].rstrip(".")
        hollow = words and _HOLLOW.fullmatch(words[-1][0])
        full = len(words) >= _FEWEST and not hollow and not _is_bare(words[-1][0])
        joined = word in ("and", "or") and not _QUALIFIES.search(words[-1][0] if words else "")
        if full and (_ENDS.fullmatch(word) or (len(words) > _FEWEST + 1 and joined)):
            break
        words.append((word, match.start(), match.start() + len(word)))
        last = match.end()
        if match[0] != word:
            break
    if len(words) > _MOST:
        words = words[: _MOST + 1]
        while len(words) > _FEWEST and not _joins(words[-1][0]):
            words.pop()
    while words and _is_bare(words[-1][0]):
        words.pop()
    return words


def _joins(word: str) -> bool:
    """Whether a phrase may be cut in front of a word."""
    return (_LINKS.fullmatch(word) or _ENDS.fullmatch(word)) is not None


def _is_bare(word: str) -> bool:
    """Whether a phrase can neither begin nor end with a word."""
    return _joins(word) or _SMALL.fullmatch(word) is not None
