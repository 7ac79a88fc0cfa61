"""Letters that fonts have in ways of their own: ligatures under any code, accents as signs.

Without a map to Unicode, pdfium gives the bare code of a ligature (TeX's bitmap fonts, fonts whose
glyphs are named `f_i`), and Word's Calibri maps some of its own to odd letters (`informaƟon`).
TeX's older fonts paint an accent and then the letter under it (`Poincar´e`). With this and
`latin.Letters`, the first 15 pages of 1,536 PDFs (of LaTeX, for the most part) have 9,900
characters of unknown meaning, signs of formulas nearly all, in place of 24,000.
"""

import re
import unicodedata
from collections.abc import Callable

from pipeline.ingest.pdf.ruling import Rectangle
from pipeline.model.hyphen import english

# Codes that stand for nothing, and letters that no English word has.
_CODE = r"\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\u0180-\u02af\u014c-\u014d"
_CODED = re.compile(rf"(?<![A-Za-z{_CODE}])[A-Za-z]*+[{_CODE}][A-Za-z{_CODE}]*+")
_ONE = re.compile(f"[{_CODE}]")
_LIGATURES = ("fi", "ff", "fl", "ffi", "ffl", "ti", "tt", "ft", "tti", "fft", "Th", "ct", "st")
_FIRST = 0xF0000  # of a private plane, so that each ligature is one character for a while
_NOTHING = chr(_FIRST + len(_LIGATURES))
_SPELT = {_FIRST + n: letters for n, letters in enumerate((*_LIGATURES, ""))}
_PLACES = {letters: chr(place) for place, letters in _SPELT.items()}
_KEPT = re.compile(f"[{chr(_FIRST)}-{_NOTHING}]")
_SHARE = 0.25  # of the words with a code; the others are names, or of another language
_ENOUGH = 200  # words that have not told what their code stands for
_LONGEST = 30  # letters of a word
_SURE = 5  # letters of a word that tells alone what its code stands for
_ABOVE = "`´¨ˆ˜¯˘˙˚˝ˇ"
_COMBINING = dict(
    zip(
        _ABOVE + "¸˛",
        "\u0300\u0301\u0308\u0302\u0303\u0304\u0306\u0307\u030a\u030b\u030c\u0327\u0328",
        strict=True,
    )
)
_ACCENTED = re.compile(f"[{_ABOVE}](?=[A-Za-zıȷ])|(?<=[A-Za-z])[¸˛]")
_DOTLESS = {"ı": "i", "ȷ": "j"}


class Spelling:
    """What the codes of a file stand for, as far as its pages so far tell."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._words: dict[str, set[str]] = {}

    def kept(self, chars: str, place_of: Callable[[int, int], Rectangle]) -> str:
        """The characters of a page, as many: each ligature and accent that is known is one that
        `spelt` understands. `place_of` gives the box of a range of them."""
        coded = dict.fromkeys(word for word in _CODED.findall(chars) if _is_lettered(word))
        fresh: set[str] = set()
        for word in coded:
            for code in set(_ONE.findall(word)) - self._known.keys():
                words = self._words.setdefault(code, set())
                if len(words) < _ENOUGH and word not in words:
                    words.add(word)
                    fresh.add(code)
        for code in sorted(fresh):
            if letters := self._told(code):
                self._known[code] = letters
                del self._words[code]
        if coded and self._known:
            known = {ord(code): _PLACES[letters] for code, letters in self._known.items()}
            chars = _CODED.sub(
                lambda match: match[0].translate(known) if match[0] in coded else match[0], chars
            )
        accents = [match.start() for match in _ACCENTED.finditer(chars)]
        return _composed(chars, accents, place_of) if accents else chars

    def _told(self, code: str) -> str:
        """The ligature that makes English words of the most words with a code; none for most."""
        words = self._words[code]
        known = {ord(one): letters for one, letters in self._known.items()}
        found = {}
        for letters in _LIGATURES:
            known[ord(code)] = letters
            usual = [english().get(word.translate(known).lower(), 0) for word in words]
            found[letters] = sum(map(bool, usual)), sum(usual)
        best = max(_LIGATURES, key=lambda letters: found[letters])
        most, _ = found[best]
        alone = len(words) == most == 1 and max(map(len, words)) >= _SURE
        return best if alone or (most > 1 and most >= _SHARE * len(words)) else ""


def is_kept(text: str) -> bool:
    """Whether a text has characters that only `spelt` understands."""
    return _KEPT.search(text) is not None


def spelt(text: str) -> str:
    """A text of characters that were kept, in letters."""
    return text.translate(_SPELT)


def _is_lettered(word: str) -> bool:
    """Whether there are letters enough in a word to tell what the others are."""
    letters = sum(letter.isascii() and letter.isalpha() for letter in word)
    return letters > 1 and len(word) <= _LONGEST


def _composed(chars: str, accents: list[int], place_of: Callable[[int, int], Rectangle]) -> str:
    """The characters, of which those with an accent painted over them have it."""
    found = list(chars)
    for n in accents:
        letter = n - 1 if chars[n] in "¸˛" else n + 1
        left, _, right, _ = place_of(letter, letter + 1)
        x0, _, x1, _ = place_of(n, n + 1)
        plain = _DOTLESS.get(chars[letter], chars[letter])
        whole = unicodedata.normalize("NFC", plain + _COMBINING[chars[n]])
        if len(whole) == 1 and left < (x0 + x1) / 2 < right and x0 < right:
            found[n], found[letter] = _NOTHING, whole
    return "".join(found)
