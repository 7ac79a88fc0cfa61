"""Words as they are compared by meaning: no case, no inflection, British spelling as American.

The suffix rules are few and of our own choosing: they join what a curator would look up as one word
(`evaluate`, `evaluates`, `evaluation`) and keep apart who does a thing from what is done
(`developer`, `development`), since taxonomies tell those apart.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:['\u2019](?=[^\W_])[^\W_]+)*")
_VOWEL = re.compile(r"[aeiouy]")
_NUMERAL = re.compile(r"x?(?:ix|iv|vi{0,3}|i{2,3})")  # list marks in Roman numerals
# Words that the rules would join with others of another meaning in this field.
_AS_IT_IS = frozenset(
    {"always", "bias", "does", "during", "embed", "focus", "government", "governance", "lens"}
    | {"news", "perhaps", "private", "series", "sometimes", "species", "statement", "states"}
    | {"thus", "various"}
)
_IRREGULAR = {
    "uses": "use",
    "used": "use",
    "using": "use",
    "biases": "bias",
    "governments": "government",
    "statements": "statement",
    "licence": "licens",
    "licences": "licens",
    "defence": "defens",
    "defences": "defens",
    "anonymity": "anonymous",
    "criteria": "criterion",
}
# (suffix, what stands in its place, letters that must be left), the first that fits.
_DERIVED = (
    ("ability", "abl", 3),
    ("ibility", "ibl", 4),
    ("fulness", "ful", 3),
    ("ization", "iz", 3),
    ("isation", "iz", 3),
    ("ation", "", 4),
    ("ate", "", 4),
    ("ment", "", 4),
    ("ness", "", 4),
    ("tion", "t", 3),
    ("sion", "s", 3),
    ("ical", "ic", 3),
    ("ity", "", 4),
    ("ably", "abl", 3),
    ("ibly", "ibl", 4),
    ("ly", "", 5),
    ("our", "or", 3),
)


class Word(NamedTuple):
    """A word of a text: its stem and its half-open range of characters."""

    stem: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of `text` in order; marks of lists (`1`, `b`, `iv`) are no words."""
    return [
        Word(known, *match.span()) for match in _WORD.finditer(text) if (known := stem(match[0]))
    ]


def stems(text: str) -> list[str]:
    """The stems of the words of `text` in order: where they stand is not asked."""
    return [known for word in _WORD.findall(text) if (known := stem(word))]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of one word, in lower case; empty for a single letter or a number below 100."""
    word = word.lower().replace("\u2019", "'").removesuffix("'s")
    if len(word) < 2 or (word.isdigit() and len(word) < 3) or _NUMERAL.fullmatch(word):
        return ""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or word in _AS_IT_IS or not word.isalpha():
        return word
    return _bare(_derived(_uninflected(word)))


def _uninflected(word: str) -> str:
    if word.endswith("sis"):
        word = word[:-2]
    elif word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        left = word.removesuffix(suffix)
        if left != word and len(left) > 2 and _VOWEL.search(left) and not word.endswith("eed"):
            # "evaluating" has lost the e that "ate" is known by.
            return left + "e" if left.endswith("at") else left
    return word


def _derived(word: str) -> str:
    for suffix, other, least in _DERIVED:
        if word.endswith(suffix):
            left = word[: len(word) - len(suffix)]
            if len(left) >= least:
                return left + other
            return word
    return word


def _bare(word: str) -> str:
    if word.endswith("e"):
        word = word[:-1]
    if len(word) > 4 and word.endswith(("is", "ys")):
        word = word[:-1] + "z"  # minimise, analyse
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word
