"""The languages of a document: what is not in English is set aside, not read as English.

Passages with the little words of English need no detector; the others are asked of lingua, which
is loaded only then.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from pipeline.model import BlockKind, Document, Issue, Level, Span, Verdict

if TYPE_CHECKING:
    from lingua import LanguageDetector

_ENGLISH = frozenset((
    "the", "and", "of", "to", "or", "that", "with", "this", "which", "from", "should", "must",
    "their", "by", "are", "be", "it",
))  # fmt: skip
_ENOUGH = 0.08  # share of those words; Danish, the nearest of five tried, had 0.05
_WORDS = 40  # words of a passage: the detector is unsure of fewer
_PASSAGES = 40  # passages looked at, evenly spread: ample for a share, and milliseconds
_FOREIGN = 0.5  # share of passages from which a document is not an English one
_MIXED = 0.1  # ... from which it is noted
_TEXT = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CELL, BlockKind.QUOTATION)
_LANGUAGES = (
    "ENGLISH", "GERMAN", "FRENCH", "SPANISH", "PORTUGUESE", "ITALIAN", "DUTCH", "CATALAN",
    "SWEDISH", "DANISH", "BOKMAL", "NYNORSK", "FINNISH", "ICELANDIC", "ESTONIAN", "LATVIAN",
    "LITHUANIAN", "POLISH", "CZECH", "SLOVAK", "SLOVENE", "CROATIAN", "SERBIAN", "HUNGARIAN",
    "ROMANIAN", "BULGARIAN", "GREEK", "RUSSIAN", "UKRAINIAN", "TURKISH", "ARABIC", "HEBREW",
    "PERSIAN", "HINDI", "BENGALI", "URDU", "INDONESIAN", "VIETNAMESE", "THAI", "CHINESE",
    "JAPANESE", "KOREAN",
)  # fmt: skip


def languages(document: Document) -> Issue | None:
    """An ERROR `not-english` for a document in another language; a WARNING where a part of it is.

    None when it is in English, or too short or too garbled to tell.
    """
    if document.verdict is Verdict.GARBLED:
        return None
    passages = list(_passages(document))
    if not passages:
        return None
    step = max(1, -(-len(passages) // _PASSAGES))
    sample = passages[::step]
    doubtful = [span for span in sample if not _looks_english(document.quote(span))]
    if len(doubtful) < _MIXED * len(sample):
        return None
    found = [(span, _language(document.quote(span))) for span in doubtful]
    foreign = [(span, name) for span, name in found if name != "English"]
    share = len(foreign) / len(sample)
    if share < _MIXED:
        return None
    counts = Counter(name for _, name in foreign)
    named = " and ".join(name for name, _ in counts.most_common(2))
    if share >= _FOREIGN:
        code, level = "not-english", Level.ERROR
        message = (
            f"It is written in {named}. Gleaner reads English only: give it an English version."
        )
    else:
        code, level = "mixed-languages", Level.WARNING
        message = (
            f"About {share:.0%} of it is written in {named}. Gleaner reads English only: measures "
            "stated there are not found."
        )
    return Issue(code=code, level=level, message=message, span=foreign[0][0], stage="segment")


def _passages(document: Document) -> Iterator[Span]:
    """Neighbouring texts gathered until they have words enough for a judgement."""
    start, words = 0, 0
    for block in document.blocks:
        if block.kind not in _TEXT:
            continue
        start = start if words else block.span.start
        words += _length(document.quote(block.span))
        if words > _WORDS:
            yield Span(start, block.span.end)
            words = 0


def _length(text: str) -> int:
    """How many words a text has; two characters count for one where no spaces part words."""
    if text.isascii():
        return len(_words(text))
    dense = len(re.findall(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]", text))
    return len(_words(text)) + dense // 2


def _words(text: str) -> list[str]:
    """The words of a text in lower case: numbers, marks and addresses are none."""
    text = text.lower()
    if "://" in text:
        text = re.sub(r"\S+://\S+", " ", text)
    return re.findall(r"[^\W\d_]+", text)


def _looks_english(text: str) -> bool:
    words = _words(text)
    return sum(word in _ENGLISH for word in words) >= _ENOUGH * len(words)


def _language(text: str) -> str:
    found = _detector().detect_language_of(text)
    return found.name.title() if found else "English"


@cache
def _detector() -> "LanguageDetector":
    from lingua import Language, LanguageDetectorBuilder

    known = [getattr(Language, name) for name in _LANGUAGES]
    return LanguageDetectorBuilder.from_languages(*known).with_low_accuracy_mode().build()
