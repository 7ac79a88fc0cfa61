"""Where words are in a document now: unchanged, changed in print alone, changed a little, or gone.

The text is squeezed and indexed once; then a search costs the length of what is sought.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from pipeline.model import Document, Grounding, Provenance, Span
from pipeline.review.squeeze import letters, squeeze

# Words changed a little are alike from here on (rapidfuzz ratio of squeezed letters). Of 273 quotes
# in eleven documents it finds 227 with a word replaced, 262 with one put in, of the 166 long ones
# 156 with a fifth left out; for 33 that were taken out it finds others like them.
NEAR = 0.75
GRAM = 8  # squeezed characters of one entry of the index
_COMMON = 64  # what stands in more places than these tells no place
_MARKS = 4  # characters of a bullet or dash before the first letter of a quote
# Aligning takes the cube of the length (2,000: 60 ms), common runs the square (20,000: 0.3 s)
_ALIGNED, _LONGEST = 1000, 20_000
_LONG_WORD = 12
_WORD_BEFORE = re.compile(r"\S+[^\S\n]*\n?[^\S\n]*\Z")
_WORD_AFTER = re.compile(r"[^\S\n]*\n?[^\S\n]*\S+")
_RUN = 5  # squeezed letters that two texts do not share by chance where one is changed
_WINDOWS = 3  # places that are looked at closely for words changed a little

Hashes = npt.NDArray[np.uint64]


class Found(NamedTuple):
    """Where words stand. `how`: EXACT, NORMALISED (the same but for print), PARTIAL (alike)."""

    span: Span
    how: Grounding


class Finder:
    """Finds words in one document."""

    def __init__(self, document: Document, text: str | None = None) -> None:
        """`text`: the document's, with spaces instead of what is not to be searched."""
        self.document = document
        self._index = _index(document.text if text is None else text)
        self._known: dict[tuple[int, str, str, str], Found | None] = {}

    def find(self, sought: Provenance) -> Found | None:
        """Where the words of a provenance, perhaps of an older text, are now.

        Of several places the one whose context is most like the old one, then the nearest.
        """
        key = (sought.span.start, sought.quote, sought.prefix, sought.suffix)
        if key not in self._known:
            self._known[key] = self._find(sought)
        return self._known[key]

    def now(self, sought: Provenance, made_by: str) -> Provenance | None:
        """The provenance of the same words in this document; None when they are gone."""
        found = self.find(sought)
        return self.document.cite(found.span, made_by) if found else None

    def places(self, words: str) -> list[Found]:
        """All places where words stand, whole, in order."""
        sought = letters(words)
        spans = (self._span(i, i + len(sought)) for i in self._occurrences(sought))
        return [self._as_printed(span, words) for span in spans]

    # --- the same words --------------------------------------------------------------------------

    def _find(self, sought: Provenance) -> Found | None:
        text = self.document.text
        start, end = sought.span
        if (
            text[start:end] == sought.quote
            and text[max(0, start - len(sought.prefix)) : start] == sought.prefix
            and text.startswith(sought.suffix, end)
        ):
            return Found(Span(start, end), Grounding.EXACT)
        words, prefix, suffix = map(letters, (sought.quote, sought.prefix, sought.suffix))
        if not words:
            at = _nearest_of(text, sought.quote, start)
            return None if at < 0 else Found(Span(at, at + len(sought.quote)), Grounding.EXACT)
        # Words that were cut out of a longer word may be found so again.
        whole = not (_glued(sought.prefix, sought.quote) or _glued(sought.quote, sought.suffix))
        squeezed = self._index.squeezed
        found = list(self._occurrences(words, whole))
        if len(found) > _COMMON:
            found.sort(key=lambda i: abs(int(squeezed.places[i]) - start))
            found = found[:_COMMON]
        if not found:
            return self._near(words, prefix, suffix, start)

        def fits(i: int) -> tuple[int, int]:
            before = squeezed.text[max(0, i - len(prefix)) : i]
            after = squeezed.text[i + len(words) : i + len(words) + len(suffix)]
            shared = _shared(before[::-1], prefix[::-1]) + _shared(after, suffix)
            return -shared, abs(int(squeezed.places[i]) - start)

        best = min(found, key=fits)
        span = self._span(best, best + len(words))
        return self._as_printed(span, sought.quote)

    def _as_printed(self, span: Span, quote: str) -> Found:
        """The place; with the bullets and dashes at its ends, if the quote is there exactly."""
        earliest = max(0, span.start - _MARKS)
        at = self.document.text.rfind(quote, earliest, span.start + len(quote))
        if at >= 0 and at + len(quote) >= span.end:
            return Found(Span(at, at + len(quote)), Grounding.EXACT)
        return Found(span, Grounding.NORMALISED)

    def _occurrences(self, words: str, whole: bool = True) -> Iterator[int]:
        text = self._index.squeezed.text
        at = text.find(words) if words else -1
        while at >= 0:
            if not whole or self._is_whole(at, at + len(words)):
                yield at
            at = text.find(words, at + 1)

    def _is_whole(self, start: int, end: int) -> bool:
        first, last = self._index.squeezed.span(start, end)
        text = self.document.text
        return not (
            _glued(text[first - 1 : first], text[first])
            or _glued(text[last - 1], text[last : last + 1])
        )

    def _span(self, start: int, end: int) -> Span:
        return Span(*self._index.squeezed.span(start, end))

    # --- words changed a little -------------------------------------------------------------------

    def _near(self, words: str, prefix: str, suffix: str, near: int) -> Found | None:
        around = prefix + words + suffix
        squeezed = self._index.squeezed
        best: tuple[float, int, Span] | None = None
        for shift in self._shifts(around, near):
            slack = max(16, len(words) // 4)
            start = max(0, shift + len(prefix) - slack)
            window = squeezed.text[start : shift + len(prefix) + len(words) + slack]
            for part in _parts(words, window):
                span = self._in_text(part, start)
                alike = fuzz.ratio(words, letters(self.document.quote(span))) / 100
                rank = (-alike, abs(span.start - near), span)
                best = min(best, rank) if best else rank
        if best is None or -best[0] < NEAR:
            return None
        return Found(best[2], Grounding.PARTIAL)

    def _in_text(self, part: "_Part", start: int) -> Span:
        """Whole words of the text, with one more where the first or last was replaced."""
        text = self.document.text
        span = self._whole_words(self._span(start + part.start, start + part.end))
        if part.before and (word := _WORD_BEFORE.search(text, max(0, span.start - 64), span.start)):
            span = Span(word.start(), span.end)
        if part.after and (word := _WORD_AFTER.match(text, span.end)):
            span = Span(span.start, word.end())
        return span

    def _shifts(self, words: str, near: int) -> list[int]:
        """Where the words would begin, as their runs of letters tell; the likeliest first."""
        wanted = _grams(words)
        hashes, order = self._index.grams
        first, last = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, "right")
        counts = np.where(last - first <= _COMMON, last - first, 0)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        places = order[np.repeat(first, counts) + within]
        shifts = places - np.repeat(np.arange(len(wanted)), counts)
        if not len(shifts):
            return []
        _, bucket, votes = np.unique(
            shifts // max(16, len(words) // 4), return_inverse=True, return_counts=True
        )
        likely = (np.bincount(bucket, shifts) / votes).astype(np.int64)
        spread = self._index.squeezed.places
        far = np.abs(spread[np.clip(likely, 0, len(spread) - 1)] - near)
        return [int(shift) for shift in likely[np.lexsort((likely, far, -votes))[:_WINDOWS]]]

    def _whole_words(self, span: Span) -> Span:
        text = self.document.text
        start, end = span
        while start > 0 and _glued(text[start - 1], text[start]):
            start -= 1
        while end < len(text) and _glued(text[end - 1], text[end]):
            end += 1
        return Span(start, end)


class _Part(NamedTuple):
    """A part of a window that is like some words; `before` and `after`: a word of these is not."""

    start: int
    end: int
    before: bool
    after: bool


def _parts(words: str, window: str) -> Iterator[_Part]:
    """Where in a window the words may be: as long as they are, and as their common runs go."""
    if len(words) > _LONGEST:
        yield _Part(0, len(window), False, False)
        return
    ranges = [(0, len(window))]
    if len(words) <= _ALIGNED:
        same = fuzz.partial_ratio_alignment(words, window, score_cutoff=50)
        if same and same.dest_start < same.dest_end:
            ranges.append((same.dest_start, same.dest_end))
    for start, end in ranges:
        least = min(_RUN, len(words) // 2)
        runs = [
            run
            for run in LCSseq.opcodes(words, window[start:end])
            if run.tag == "equal" and run.src_end - run.src_start >= least
        ]
        if runs:
            first, last = runs[0], runs[-1]
            yield _Part(
                start + first.dest_start,
                start + last.dest_end,
                0 < first.src_start <= _LONG_WORD,
                0 < len(words) - last.src_end <= _LONG_WORD,
            )


class _Index:
    """A text squeezed, and where each run of its letters stands."""

    def __init__(self, text: str) -> None:
        self.squeezed = squeeze(text)
        self._grams: tuple[Hashes, npt.NDArray[np.intp]] | None = None

    @property
    def grams(self) -> tuple[Hashes, npt.NDArray[np.intp]]:
        """The hashes of all runs in order, and the place of each."""
        if self._grams is None:
            hashes = _grams(self.squeezed.text)
            order = np.argsort(hashes, kind="stable")
            self._grams = hashes[order], order
        return self._grams


@lru_cache(maxsize=4)
def _index(text: str) -> _Index:
    return _Index(text)


def _grams(text: str) -> Hashes:
    """A hash of each run of `GRAM` characters (a power of two), by doubling."""
    row: Hashes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(
        np.uint64
    )
    base = np.uint64(0x9E3779B97F4A7C15)
    width = 1
    while width < GRAM:
        if len(row) <= width:
            return row[:0]
        row = row[:-width] * base + row[width:]
        base = np.uint64((int(base) * 0xD1342543DE82EF95 + width) & 0xFFFFFFFFFFFFFFFF)
        width *= 2
    return row


def _glued(left: str, right: str) -> bool:
    """Whether two texts meet inside a word."""
    return left[-1:].isalnum() and right[:1].isalnum()


def _shared(one: str, other: str) -> int:
    """How many characters two texts share from their starts."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _nearest_of(text: str, quote: str, near: int) -> int:
    before, after = text.rfind(quote, 0, near + len(quote)), text.find(quote, near)
    return min((at for at in (before, after) if at >= 0), key=lambda at: abs(at - near), default=-1)
