"""The words of a sentence that can name the measure it states: a verb with its object, else the
first words of the sentence, as far as they can stand alone.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.rule import Rules

_FEWEST, _MOST = 3, 10  # words of a phrase
_SOMEBODY = 4  # words behind an article that may be more than who does it
_NEAR = 24  # letters between the ends of what is still one lead
_WORD = re.compile(r"[^\s,;:()–—“”\"]+")
# The first words of a sentence stand alone before these.
_PARTS = re.compile(
    r"that|which|who|whom|whose|where|when|if|unless|so|because|while|until|before|after|including"
    r"|such|e\.g|i\.e",
    re.IGNORECASE,
)
# A phrase ends before these, too, once it has its object; punctuation ends it at any rate.
_ENDS = re.compile(
    rf"{_PARTS.pattern}|whether|through|by|via|as|to|with|using|without|upon|during|based",
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
_AUXILIARY = re.compile(
    r"is|are|was|were|has|do|does|did|can|could|may|might|will|would|shall|should|must|only|also"
    r"|than|your|both|either|more|most|at least",
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
# "should have an audit team": what is to be had is the measure.
_HAVING = re.compile(r"\s*ha(?:ve|s)\s+(?=[a-z])(?:an?\s|the\s|one or more\s|at least one\s)?")
# What stands in front of a main clause: "After release, ...".
_FRONTED = re.compile(
    r"(?:where|when(?:ever)?|wherever|if|once|until|unless|before|after|in|to|as|for|under|with"
    r"|while|because|since|through|by|at|on|during|within|given|prior|subject|consistent|rather)\b"
    r"(?![^,]*\bthere\b)[^,;:()?]{0,80},\s+",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:also|then|thus|therefore|further|finally|similarly|accordingly)?,?\s*"
    r"(?:an?|the|each|every|we)\s+",
    re.IGNORECASE,
)
# A sentence that begins so speaks of what was said before, or asks.
_LEANS = re.compile(
    r"(?:this|these|it|they|those|such|that|there|here|others?|another|one|some|many|what|how|why"
    r"|which|is|are|was|were|do|does|did|has|have|can|could|will|would|should|and|or|but|so|likewise"
    r"|for|if|in|to|as|of|not|he|she|i|you|their|its|\d+)\b",
    re.IGNORECASE,
)


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def phrase_of(text: str, rules: Rules) -> tuple[int, int] | None:
    """Where in a sentence (one line) its verb and object stand, or None."""
    for start in _starts(text, rules):
        words = _words(text, start)
        if words and _SERIES.match(text, words[-1].end):
            words = _bared(_cut(words))
        if _FEWEST <= len(words) <= _MOST and not _SERIES.match(text, words[-1].end):
            return words[0].start, words[-1].end
    return None


def opening_of(text: str) -> tuple[int, int] | None:
    """Where the first words of a sentence stand that can do without the others, or None."""
    start = fronted.end() if (fronted := _FRONTED.match(text)) else 0
    start = opens.end() if (opens := _OPENS.match(text, start)) else start
    words = list(_clause(text, start))
    whole = bool(words) and not text[words[-1].end :].strip(" .;")
    if not whole or len(words) > _MOST:
        words = _first(words)
    while words and not _may_end(words):
        words.pop()
    # "The system owner, ..." names somebody; "Staged release, ..." names something.
    few = len(words) < (_SOMEBODY if start else 2) and not (whole and start == 0)
    if few or not words or _LEANS.match(words[0].text) or "?" in text:
        return None
    return words[0].start, words[-1].end


def _starts(text: str, rules: Rules) -> list[int]:
    """Where a phrase may begin: with the sentence, else behind each lead of its main clauses."""
    leads = [
        match.end
        for match in rules.each(text, "name.lead")
        if not (_RELATIVE.search(text[: match.start]) or _NOT.match(text, match.end))
    ]
    if _instructs(text, rules) or (not leads and _GERUND.match(text)):
        return [0]
    fronted = _FRONTED.match(text)
    if fronted and not leads and _instructs(text[fronted.end() :], rules):
        return [fronted.end()]
    starts: list[int] = []
    first = 0
    for end in sorted(leads):
        if starts and (end - first < _NEAR or not text[starts[-1] : end].strip()):
            starts[-1] = end  # "will need to": the words of one lead
        else:
            starts.append(end)
            first = end
    return [had.end() if (had := _HAVING.match(text, start)) else start for start in starts]


def _instructs(text: str, rules: Rules) -> bool:
    """Whether a sentence opens with the verb of an instruction."""
    found = rules.each(text, "prose.instruction", "measure")
    return any(match.rule.at == "start" for match in found)


def _words(text: str, start: int) -> list[_Word]:
    """The words of the phrase that begins at `start`; may be too few."""
    words: list[_Word] = []
    for word in _clause(text, start):
        if not words and start and _ADVERB.fullmatch(word.text):
            continue
        last = words[-1].text if words else ""
        full = len(words) >= _FEWEST and not _HOLLOW.fullmatch(last) and not _is_bare(last)
        joined = word.text in ("and", "or") and not _QUALIFIES.search(last)
        if full and (_ENDS.fullmatch(word.text) or (len(words) > _FEWEST + 1 and joined)):
            break
        words.append(word)
    if len(words) > _MOST:
        words = _cut(words[: _MOST + 1])
    words = _bared(words)
    # "not" stays: without it a name would say the opposite of its measure.
    deed = words[1:] if words and words[0].text == "not" else words
    return words if deed and not _is_bare(deed[0].text) else []


def _clause(text: str, start: int) -> Iterator[_Word]:
    """The words from `start` on, up to a mark that parts them; a comma within a series does not."""
    last = start
    for match in _WORD.finditer(text, start):
        between = text[last : match.start()].strip()
        if last > start and between and not _SERIES.match(text, last):
            return
        word = match[0].rstrip(".")
        yield _Word(word, match.start(), match.start() + len(word))
        if match[0] != word:
            return
        last = match.end()


def _first(words: list[_Word]) -> list[_Word]:
    """Those of the words of a clause that can stand alone."""
    for n in range(2, len(words)):
        if _PARTS.fullmatch(words[n].text) and _may_end(words[:n]):
            words = words[:n]
            break
    return words if len(words) <= _MOST else _cut(words[: _MOST + 1])


def _cut(words: list[_Word]) -> list[_Word]:
    """Some words up to the last place where a phrase may end."""
    least = max((n for n in range(_FEWEST, len(words)) if _joins(words[n].text)), default=_FEWEST)
    return words[:least]


def _bared(words: list[_Word]) -> list[_Word]:
    """Some words without those at their end that call for more."""
    last = max((n for n, word in enumerate(words) if not _is_bare(word.text)), default=-1)
    return words[: last + 1]


def _may_end(words: list[_Word]) -> bool:
    last = words[-1].text
    return not _is_bare(last) and not _AUXILIARY.fullmatch(last)


def _joins(word: str) -> bool:
    """Whether a phrase may be cut in front of a word."""
    return (_LINKS.fullmatch(word) or _ENDS.fullmatch(word)) is not None


def _is_bare(word: str) -> bool:
    """Whether a phrase can neither begin nor end with a word."""
    return _joins(word) or _SMALL.fullmatch(word) is not None
