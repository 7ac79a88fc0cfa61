"""What glyphs say: their words as frozen text, and whether they stand for known characters."""

import re
from collections.abc import Sequence

from pipeline.ingest.pdf.leaf import Glyph
from pipeline.model.text import freeze

_CODE = re.compile(r"\(cid:\d+\)")
_GARBLED = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe]")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")  # two of pdfium's characters that are one
# Codes of symbol fonts, and the unused codes of WinAnsi, for which fonts show a bullet
# (ISO 32000-1, annex D.2, note 3).
BULLETS = {
    *"\uf0b7\uf0a7\uf0d8\uf0fc\uf0a8\uf076\uf06e\uf071\uf0e0\u2022\u00b7\u25cf",
    *(f"(cid:{code})" for code in (127, 129, 141, 143, 144, 157)),
}


def is_garbled(glyph: Glyph) -> bool:
    """Whether a glyph stands for no known character. Bullets of symbol fonts are known."""
    if glyph.words or glyph.text.isalnum():
        return False
    return not (glyph.dingbat or glyph.text in BULLETS) and bool(_GARBLED.match(glyph.text))


def is_second(chars: str, n: int) -> bool:
    """Whether pdfium's character `n` is but the second half of one."""
    return _PAIR.fullmatch(chars, n - 1, n + 1) is not None


def whole(text: str) -> str:
    """A text of pdfium's: an emoji, or a letter of formulas, is one character, not its halves."""
    if not _PAIR.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shown(word: Sequence[Glyph], first: bool) -> str:
    """The word as frozen text; a glyph of a symbol font that opens a line is its bullet."""
    glyph = word[0]
    if first and len(word) == 1 and (glyph.dingbat or glyph.text in BULLETS):
        return shown_bullet(glyph.text)
    return frozen([glyph.text for glyph in word])


def shown_bullet(text: str) -> str:
    """A bullet as it is read, whatever code of a symbol font it has."""
    return text if text in "·•●" else "•"


def frozen(texts: Sequence[str]) -> str:
    """The texts of the glyphs of a word as frozen text."""
    text = "".join(texts)
    if text.isascii() and text.isprintable() and "(cid:" not in text:
        return text
    text = ""
    for part in texts:
        text += "\ufffd" if _CODE.match(part) else "".join(part.split())
    text = freeze(re.sub("[\u200b\ufeff]", "", text))
    # Painted in the middle of a line it is a hyphen that everybody sees.
    return re.sub("\u00ad(?=.)", "-", text)
