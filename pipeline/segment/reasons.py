"""What spoke for a measure and against it, in words that a curator knows."""

import re
from collections.abc import Iterator

from pipeline.model.stem import words
from pipeline.segment.judge import BIAS, Verdict

_MOST = 4  # on each side: as many as someone will read
# Each of these weighs little, says nothing by itself, and there are many of them.
_EMPTY = re.compile(
    "a|about|after|all|also|an|and|any|are|as|at|be|been|before|between|both|but|by|each|for|from"
    "|has|have|in|into|is|it|its|no|not|of|on|or|other|our|over|own|per|so|some|such|than|that|the"
    "|their|them|then|these|they|this|those|through|to|under|up|us|was|we|were|what|when|where"
    "|which|who|with|within|you|your",
    re.IGNORECASE,
)
_PLAIN = {
    "alone": "the only sentence of its paragraph",
    "asks": "a question",
    "cites": "cites works",
    "closing tenth": "stands near the end of the document",
    "colon": "ends with a colon",
    "first": "the first sentence of its paragraph",
    "kind cell": "stands in a table",
    "kind footnote": "a footnote",
    "kind list item": "an item of a list",
    "kind paragraph": "running text",
    "last": "the last sentence of its paragraph",
    "no auxiliary": "no auxiliary verb",
    "opening tenth": "stands near the beginning of the document",
    "passive": "the passive",
    "past": "the past tense",
    "percent": "a percentage",
    "quotes": "quotes",
    "we act": "says what its authors do",
    "we are": "says what its authors are or have",
    "we did": "says what its authors did",
    "we will": "says what its authors will do",
    "year": "a year",
}
_HEADINGS = {
    "measure": "reads like a measure",
    "prose.heading": "announces measures",
    "prose.heading-not": "announces something else",
    "section.heard": "announces what others say",
    "section.measures": "announces measures",
    "section.other": "announces something else",
    "section.summary": "announces a summary",
}
_OF_RULES = ("rule ", "rules", "no rule", BIAS)


def said(verdict: Verdict, text: str) -> str:
    """What spoke for a sentence and what against it, the weightiest first, with log-odds."""
    told = sorted(_told(verdict, text), key=lambda one: -abs(one[1]))
    sides = []
    for side, sign in (("for it", 1), ("against it", -1)):
        some = [f"{words} {value:+.1f}" for words, value in told if value * sign > 0.05][:_MOST]
        if some:
            sides.append(f"{side} {', '.join(some)}")
    return "; ".join(sides)


def _told(verdict: Verdict, text: str) -> Iterator[tuple[str, float]]:
    """Each thing that counted, in plain words."""
    for match, said_in in verdict.rules.reasons:
        if match.rule.id != "prose.ground":
            quote = said_in[match.start : match.end]
            yield f"“{quote}” ({match.rule.id})", match.rule.weight
    if not verdict.rules.reasons:
        known = ("rules", "no rule", "rules once more")
        yield "no rule", sum(value for name, value in verdict.adds if name in known)
    printed = {word.stem: text[word.start : word.end] for word in reversed(words(text))}
    for name, value in verdict.adds:
        if not name.startswith(_OF_RULES) and (plain := _plain(name, printed)):
            yield plain, value


def _plain(name: str, printed: dict[str, str]) -> str:
    """What a feature is called; "" for a word that says nothing by itself."""
    if name in _PLAIN:
        return _PLAIN[name]
    kind, _, rest = name.rpartition(" ")
    match kind:
        case "word":
            word = printed.get(rest, rest)
            return "" if _EMPTY.fullmatch(word) else f"“{word}”"
        case "opens with":
            return f"“{printed.get(rest, rest)}” among its first words"
        case "above":
            return f"the heading above {_HEADINGS[rest]}"
        case "far above":
            return f"a heading farther above {_HEADINGS[rest]}"
        case "says":
            return f"“{rest}”"
    if name.startswith("before "):
        return f"the sentence before: {_plain(name.removeprefix('before '), printed)}"
    return name
