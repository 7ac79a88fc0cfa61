"""Lines that are formulas, set apart from the text around them."""

import re

_RELATION = re.compile(r"[=≈≠≤≥≡≜≔∈∉⊂⊆→←⇒⇔∼∝]")
# A letter with its index, a number, a sign, or several of them without a space.
_SIGN = re.compile(
    r"(?:[^\w\s]|\d|_|[\u0370-\u03ff\U0001d400-\U0001d7ff]"
    r"|(?<![A-Za-z])[A-Za-z](?![A-Za-z]{2})|(?:log|exp|min|max|arg|sin|cos|lim|Pr)(?![A-Za-z]))+"
)
_NUMBER = re.compile(r"\((?:[A-Z]\.?)?\d{1,3}(?:\.\d{1,3})?[a-z]?\)")
_LEAST = 0.6  # share of the words that are signs
_SHORTEST = 3  # characters


def is_formula(text: str) -> bool:
    """Whether a line states a relation in signs, with hardly a word among them."""
    words = _NUMBER.sub("", text).split()
    if len("".join(words)) < _SHORTEST or not _RELATION.search(text) or "://" in text:
        return False
    return sum(_SIGN.fullmatch(word) is not None for word in words) > _LEAST * len(words)


def is_number(text: str) -> bool:
    """Whether a line is nothing but the number of a formula: `(3)`."""
    return _NUMBER.fullmatch(text) is not None
