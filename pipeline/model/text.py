"""Text as frozen, as a value, and as compared. Every normal form of a quote is made here."""

import re
import unicodedata

from pipeline.model.hyphen import Hyphens

# Unicode's own limit for text that can be normalised as a stream (UAX 15-D3): a flood of
# combining marks beyond it makes normalisation quadratic (160,000 Hebrew points: 22 s). No mark
# is a word character, so that this finds all floods and few other runs.
_FLOOD = re.compile(r"[^\w\s\x00-\u02ff]{31,}")
_LONGEST_RUN = 30
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)
_NO_TEXT = Hyphens()


def freeze(text: str) -> str:
    """The text as kept for ever: NFC, `\\n` line ends, no control characters or surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    text = text.replace("\f", "\n").replace("\v", "\n")
    text = _CONTROL.sub("\ufffd", _FLOOD.sub(_without_flood, text))
    return unicodedata.normalize("NFC", text)


def _without_flood(match: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _LONGEST_RUN:
            kept.append(character)
    return "".join(kept)


def normal_form(quote: str, hyphens: Hyphens = _NO_TEXT) -> str:
    """A quote as a value: white space folded, ligatures expanded, line-break hyphens mended.

    `hyphens` are those of the text that the quote is from (`Document.hyphens`).
    """
    text = _INVISIBLE.sub("", hyphens.mended(quote)).translate(_LIGATURES)
    return " ".join(text.split())


def fold(text: str) -> str:
    """Words only, lower case, one space between: what two printings of one text share."""
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower()))


def snake_case(heading: str) -> str:
    """A heading as a field name: `GAI Risks` gives `gai_risks`."""
    return fold(heading).replace(" ", "_")


def slug(text: str, longest: int = 40) -> str:
    """A readable piece of an id: folded words joined by hyphens, cut between words."""
    words = fold(text).split()
    while len("-".join(words)) > longest and len(words) > 1:
        words.pop()
    return "-".join(words)[:longest]
