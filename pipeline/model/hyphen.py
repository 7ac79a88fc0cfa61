"""Hyphens at line ends: which of them the printer put there, and which belong to their words."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

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
        whole = self._knows(left) and self._knows(right)
        return self._cuts if whole == (joined in _english()) else not whole

    def _knows(self, word: str) -> bool:
        return word.lower() in self.vocabulary or word.lower() in _english()

    @cached_property
    def _cuts(self) -> bool:
        """Whether the text breaks words at their syllables."""
        cut = set()
        for match in _BREAK.finditer(self.text):
            left, right = match["left"], match["right"]
            joined = f"{left}{right}".lower()
            whole = self._knows(left) and self._knows(right)
            if not whole and _are_parts(left, right) and self._knows(joined):
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
def _english() -> frozenset[str]:
    """Some 160,000 English words, as they are written in subtitles."""
    # Imported here: few texts have a word that they break and have nowhere else; it takes 0.15 s.
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.dictionary)
