"""Fonts without a map to Unicode, whose codes may be letters all the same."""

from collections.abc import Sequence
from ctypes import c_void_p
from functools import cached_property
from itertools import pairwise

from pipeline.ingest.pdf import native

_MOST, _MOSTLY = 0.8, 0.5  # of the codes of a font
_IN_WORDS = 0.4  # of the letters, that follow another: an icon stands alone


class Letters:
    """The fonts of a page that have letters under the codes of Latin-1, as pdfium reads them."""

    def __init__(self, text: c_void_p, chars: str) -> None:
        self.text, self.chars = text, chars

    def are_in(self, font: int) -> bool:
        """Whether the unmapped codes of a font are letters."""
        return self._latin.get(font, False)

    @cached_property
    def _latin(self) -> dict[int, bool]:
        places: dict[int, list[int]] = {}
        for n in range(len(self.chars)):
            if native.char_is_unmapped(self.text, n) == 1:
                font = native.text_font(native.char_object(self.text, n))
                places.setdefault(font, []).append(n)
        return {font: self._are_latin(where) for font, where in places.items()}

    def _are_latin(self, where: Sequence[int]) -> bool:
        """Codes of a subset that only counts its glyphs are as often signs as letters; those of
        program text are letters that make words, with many signs."""
        codes = {self.chars[n] for n in where}
        letters = {code for code in codes if code.isalnum() and code < "\u0100"}
        points = sum(code in ".,:;-()'/" for code in codes)
        if len(letters) + points > _MOST * len(codes):
            return True
        lettered = [n for n in where if self.chars[n] in letters]
        after = sum(b == a + 1 for a, b in pairwise(lettered))
        return len(letters) > _MOSTLY * len(codes) and after > _IN_WORDS * len(lettered)
