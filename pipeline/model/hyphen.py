"""Hyphens at line ends: which of them the printer put there, and which belong to their words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf

_SOFT, _MARKED = "\u00ad", "\u2010"
_BREAK = re.compile(r"(?<!\w)(?P<left>\w++)(?P<hyphen>[-\u2010\u00ad])[ \t]*\n\s*(?P<right>\w+)")
_WORD = re.compile(r"\w+(?:[-\u2010'\u2019]\w+)*")
_WITHIN = re.compile(r"\w\u2010\w")
_SURE = 3  # words that only a printer cuts so, and lines are cut at syllables


@dataclass(frozen=True)
class Hyphens:
    """How a text breaks its lines. Without a text, only soft hyphens are known to go."""

    text: str = ""

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The folded words and compounds of the text, without those that a line break cut."""
        words = _WORD.findall(_BREAK.sub(" ", self.text))
        return frozenset(word.lower().replace(_MARKED, "-") for word in words)

    def mended(self, quote: str) -> str:
        """A quote without the line breaks within its words, nor the hyphens that they brought.

        A hyphen goes when the joined word occurs elsewhere in the text and the compound does not;
        where neither does, when the joined word is an English one, but for what reads as a compound
        ("well-being") in a text that breaks no other word; and when it is a sign that the text sets
        at line ends alone. It stays in all other cases, since real compounds break there too.
        """
        return _BREAK.sub(
            lambda match: f"{match['left']}{'' if self._joins(match) else '-'}{match['right']}",
            quote,
        )

    def _joins(self, match: re.Match[str]) -> bool:
        left, hyphen, right = match["left"], match["hyphen"], match["right"]
        joined, compound = f"{left}{right}".lower(), f"{left}-{right}".lower()
        if hyphen == _SOFT:
            return True
        if joined in self.vocabulary or compound in self.vocabulary:
            return joined in self.vocabulary and compound not in self.vocabulary
        if not self.text or not _are_parts(left, right):
            return False
        if hyphen == _MARKED and self._marks:
            return True
        whole = self._is_compound(left, right)
        return self._cuts if whole == (joined in english()) else not whole

    def _is_compound(self, left: str, right: str) -> bool:
        """Whether both parts are words, each more usual than what they would be as one."""
        usual = min(self._times(left), self._times(right))
        return usual > english().get(f"{left}{right}".lower(), 0)

    def _times(self, word: str) -> float:
        """How usual a word is; one that the text itself has is."""
        return inf if word.lower() in self.vocabulary else english().get(word.lower(), 0)

    @cached_property
    def _cuts(self) -> bool:
        """Whether the text breaks words at their syllables."""
        cut = set()
        for match in _BREAK.finditer(self.text):
            left, right = match["left"], match["right"]
            joined = f"{left}{right}".lower()
            whole = self._is_compound(left, right)
            if _are_parts(left, right) and self._times(joined) and not whole:
                cut.add(joined)
        return len(cut) >= _SURE

    @cached_property
    def _marks(self) -> bool:
        """Whether the text has U+2010 at line ends alone."""
        return not _WITHIN.search(self.text)


def _are_parts(left: str, right: str) -> bool:
    """Whether two pieces may be one word: no numbers, no acronyms."""
    return left.isalpha() and right.isalpha() and left[1:].islower() and right.islower()


@lru_cache(1)
def english() -> Mapping[str, int]:
    """Some 160,000 English words in lower case, and how often they come in subtitles."""
    # Imported here: few texts have a word that they break and have nowhere else; it takes 0.15 s.
    from spellchecker import SpellChecker

    return SpellChecker(language="en").word_frequency.dictionary
