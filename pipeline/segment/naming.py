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
_NEAR = 24  # letters between the ends of what is still one lead
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
    r"|including|such|through|by|via|as|to|with|using|without|upon|during|based|e\.g|i\.e",
    re.IGNORECASE,
)
_LINKS = re.compile(
    r"and|or|of|for|in|on|from|against|at|within|among|across|into|about", re.IGNORECASE
)
_SMALL = re.compile(
    r"the|an?|ones?|those|there|whether|that|how|what|its|their|our|this|these|any|all|each|be|being"
    r"|been|have|having|not|no|they|it|we",
    re.IGNORECASE,
)
# What stands between a lead and its verb: "will accordingly gather".
_ADVERB = re.compile(
    r"(?!only|early|rely|\w*ply)\w+ly|also|then|now|instead|therefore|thus|still|first|further",
    re.IGNORECASE,
)
_QUALIFIES = re.compile(r"(?:ed|al|ive|ful|ent|ant|ble|ic)$")  # what it goes with is to come
# What says little by itself, so that a phrase goes on behind it.
_HOLLOW = re.compile(
    r"extent|capacity|capability|ability|flexibility|steps?|measures|actions?|efforts?|options"
    r"|process(?:es)?|procedures|mechanisms?|opportunit(?:y|ies)|ways?|practices|policies|plans?"
    r"|failure|degree|industry|partners|regulators|stakeholders|individuals|subjects|tools"
    r"|access|response|form|terms|manner|proportion|likely|responsible|able|adequate|designed"
    r"|intended|aimed|related|relevant|tailored|associated|compliance|accordance|line|order|\w+ly",
    re.IGNORECASE,
)
# A lead of a clause that says why or which, not what is to be done.
_RELATIVE = re.compile(
    r"\b(?:that|which|who)\s*$|\b(?:so that|such that|since|because|whether|in case)\b[^,;]*$"
)
_NOT = re.compile(r"n[’']t\b")  # a lead that is cut from its "not"
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
    for start in _starts(text, rules):
        words = _words(text, start)
        if _FEWEST <= len(words) <= _MOST and not _SERIES.match(text, words[-1][2]):
            span = Span(sentence.start + words[0][1], sentence.start + words[-1][2])
            cited = document.cite(span, "rule:name.phrase")
            return Part(field="name", role="phrase", provenance=(cited,))
    return None


def _starts(text: str, rules: Rules) -> list[int]:
    """Where a phrase may begin: with the sentence, else behind each lead of its main clauses."""
    leads = [
        match.end
        for match in rules.each(text, "name.lead")
        if not (_RELATIVE.search(text[: match.start]) or _NOT.match(text, match.end))
    ]
    opens = any(
        match.rule.at == "start" for match in rules.each(text, "prose.instruction", "measure")
    )
    if opens or (not leads and _GERUND.match(text)):
        return [0]
    starts: list[int] = []
    first = 0
    for end in sorted(leads):
        if starts and (end - first < _NEAR or not text[starts[-1] : end].strip()):
            starts[-1] = end  # "will need to": the words of one lead
        else:
            starts.append(end)
            first = end
    return starts


def _words(text: str, start: int) -> list[tuple[str, int, int]]:
    """The words of the phrase that begins at `start`, each with its place; may be too few."""
    words: list[tuple[str, int, int]] = []
    last = start
    for match in _WORD.finditer(text, start):
        if words and text[last : match.start()].strip() and not _SERIES.match(text, last):
            break
        word = match[0].rstrip(".")
        last = match.end()
        if not words and start and _ADVERB.fullmatch(word):
            continue
        hollow = words and _HOLLOW.fullmatch(words[-1][0])
        full = len(words) >= _FEWEST and not hollow and not _is_bare(words[-1][0])
        joined = word in ("and", "or") and not _QUALIFIES.search(words[-1][0] if words else "")
        if full and (_ENDS.fullmatch(word) or (len(words) > _FEWEST + 1 and joined)):
            break
        words.append((word, match.start(), match.start() + len(word)))
        if match[0] != word:
            break
    if len(words) > _MOST:
        words = words[: _MOST + 1]
        while len(words) > _FEWEST and not _joins(words[-1][0]):
            words.pop()
    while words and _is_bare(words[-1][0]):
        words.pop()
    # "not" stays: without it a name would say the opposite of its measure.
    deed = words[1:] if words and words[0][0] == "not" else words
    return words if deed and not _is_bare(deed[0][0]) else []


def _joins(word: str) -> bool:
    """Whether a phrase may be cut in front of a word."""
    return (_LINKS.fullmatch(word) or _ENDS.fullmatch(word)) is not None


def _is_bare(word: str) -> bool:
    """Whether a phrase can neither begin nor end with a word."""
    return _joins(word) or _SMALL.fullmatch(word) is not None
