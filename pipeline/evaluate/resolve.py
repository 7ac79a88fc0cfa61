"""Gold that holds no text: each passage is known by hashes, and found again in a document.

Offsets move whenever the reader gets better, hashes of folded words do not. A passage is first
looked for where it was, then by its edges (its first and last words), at last by the overlap of
its word 3-grams; below half of them it is lost, and says so: what cannot be located is no guess.

A gold file: `{"document": "<file name>", "sha256": "<of the original>", "measures": [...]}` with
measures as `SpanMeasure`. Offsets count characters of `Document.text`; pages count from 1.
"""

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from pipeline.evaluate.matching import Wanted
from pipeline.model import Document, Frozen, Span
from pipeline.model.text import fold, normal_form

GRAM = 3  # words: long enough to be rare in one document, short enough to outlive a mended hyphen
EDGE = 8  # words by which a passage's start and end are known
KEPT = 12  # 3-grams kept per passage
# Share of the kept 3-grams. Of 116 passages whose words were taken out of their document, those
# that another one does not nearly repeat reached 0.41 at most elsewhere; of 596 passages read anew
# by another reader 593 stayed above.
FOUND = 0.5
BLOCK = 2  # pages that stay in one half, so that a list is rarely cut

Half = Literal["tuned", "apart"]
Way = Literal["list", "outline", "prose", "table"]


class Passage(Frozen):
    """A passage without its words: where it was, and the hashes by which it is found again.

    `first` and `last` are the SHA-256 of the first and last 8 folded words, `hash` that of all of
    them, `minhash` the 12 smallest SHA-256 of its 3-grams (8 hexadecimal digits, sorted). `rest`
    is what follows after a footnote or a page's end.
    """

    page: int | None
    start: int
    end: int
    words: int
    first: str
    last: str
    hash: str
    minhash: tuple[str, ...]
    rest: "Passage | None" = None


class SpanMeasure(Passage):
    """One measure as a person marked it; the passage itself is its description.

    A `borderline` one is neither missed nor spurious, for the reason that `doubt` names.
    """

    rationale: Passage | None = None
    name: Passage | None = None
    way: Way
    borderline: bool = False
    doubt: str | None = None
    half: Half


class SpanGold(Frozen):
    """The measures marked in one document, named by the original's file name and SHA-256."""

    document: str
    sha256: str
    measures: tuple[SpanMeasure, ...]


class Sought(Wanted):
    """A measure of the gold with its words taken from the document at hand.

    `likeness` is 1 where all passages are word for word as marked, less where the words around
    changed, and 0 where the description is lost: it is then empty, and so counts as missed.
    """

    way: Way
    borderline: bool
    half: Half
    place: Span | None
    likeness: float


def resolve(gold: SpanGold, document: Document) -> list[Sought]:
    """The measures of `gold` as this reading of the document words them, in the gold's order."""
    index = _Index(document)
    return [_sought(measure, document, index) for measure in gold.measures]


def mark(document: Document, span: Span, rest: Passage | None = None) -> Passage:
    """The words at `span` as a passage. Raises ValueError where there are none."""
    words = fold(document.quote(span)).split()
    if not words:
        raise ValueError(f"no words at {tuple(span)} of {document.path}")
    page = bisect_right([page.span.start for page in document.pages], span.start)
    return Passage(
        page=document.pages[page - 1].number if page else None,
        start=span.start,
        end=span.end,
        words=len(words),
        first=_sha(words[:EDGE]),
        last=_sha(words[-EDGE:]),
        hash=_sha(words),
        minhash=tuple(sorted(_grams(words))[:KEPT]),
        rest=rest,
    )


def half_of(document: str, page: int) -> Half:
    """The half to which a page of the document of that file name belongs, for ever.

    Of every two neighbouring blocks of pages, the hash puts one into each half: left to chance
    alone, one half of a long document got 2.5 times the measures of the other.
    """
    pair, second = divmod((page - 1) // BLOCK, 2)
    digest = hashlib.sha256(f"{document}:{pair}".encode()).digest()
    return "tuned" if digest[0] % 2 == second else "apart"


class _Index:
    """The folded words of a document with their places, and where each run of them stands."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        places = [
            (word, match.start(), match.end())
            for match in re.finditer(r"[^\W_]+", document.text)
            for word in fold(match[0]).split()
        ]
        self.words = [word for word, _, _ in places]
        self.starts = [start for _, start, _ in places]
        self.ends = [end for _, _, end in places]
        self.runs = cache(self._runs)

    def _runs(self, length: int) -> Mapping[str, Sequence[int]]:
        found = defaultdict(list)
        for i in range(len(self.words) - length + 1):
            found[_short(self.words[i : i + length])].append(i)
        return found

    def is_at(self, passage: Passage, start: int) -> bool:
        end = start + passage.end - passage.start
        return start >= 0 and _sha(fold(self.text[start:end]).split()) == passage.hash

    def find(self, passage: Passage, near: int) -> tuple[Span, float] | None:
        """The best place of a passage and its likeness; of equal ones that nearest to `near`."""
        if self.is_at(passage, near):
            return Span(near, near + passage.end - passage.start), 1.0
        scored = [
            (
                self._likeness(passage, first, last),
                -abs(last - first - passage.words),
                -abs(self.starts[first] - near),
                (first, last),
            )
            for first, last in self._windows(passage)
        ]
        likeness, _, _, (first, last) = max(scored, default=(0.0, 0, 0, (0, 0)))
        if likeness < FOUND:
            return None
        return Span(self.starts[first], self.ends[last - 1]), likeness

    def _windows(self, passage: Passage) -> set[tuple[int, int]]:
        edge, gram = min(EDGE, passage.words), min(GRAM, passage.words)
        # The index keys are shorter than the hashes of the gold: a prefix finds, likeness decides.
        starts = self.runs(edge).get(passage.first[:8], ())
        ends = [i + edge for i in self.runs(edge).get(passage.last[:8], ())]
        hits = [i for key in passage.minhash for i in self.runs(gram).get(key, ())]
        both = {(s, e) for s in starts for e in ends if 0 < e - s <= 2 * passage.words}
        one = {(s, s + passage.words) for s in starts} | {(e - passage.words, e) for e in ends}
        found = both | one or {(hit, hit + passage.words) for hit in hits}
        return {(max(0, s), min(e, len(self.words))) for s, e in found}

    def _likeness(self, passage: Passage, first: int, last: int) -> float:
        words = self.words[first:last]
        if _sha(words) == passage.hash:
            return 1.0
        # Never quite 1: the same 3-grams are not yet the same words.
        return 0.99 * len(_grams(words).intersection(passage.minhash)) / len(passage.minhash)


def _sought(measure: SpanMeasure, document: Document, index: _Index) -> Sought:
    text, place, likeness = _text(measure, document, index, 0)
    moved = place.start - measure.start if place else 0
    fields = {
        field: _text(passage, document, index, moved)
        for field, passage in (("name", measure.name), ("rationale", measure.rationale))
        if passage
    }
    return Sought(
        description=text,
        name=fields["name"][0] if "name" in fields else None,
        rationale=fields["rationale"][0] if "rationale" in fields else None,
        way=measure.way,
        borderline=measure.borderline,
        half=measure.half,
        place=place,
        likeness=min([likeness, *(field[2] for field in fields.values())]) if place else 0.0,
    )


def _text(
    passage: Passage, document: Document, index: _Index, moved: int
) -> tuple[str, Span | None, float]:
    """The words of a passage and its rest, the place of the former, the lower likeness."""
    found = index.find(passage, passage.start + moved)
    if not found:
        return "", None, 0.0
    place, likeness = found
    text = normal_form(document.quote(place), document.hyphens)
    if passage.rest:
        more, _, other = _text(passage.rest, document, index, place.start - passage.start)
        text, likeness = f"{text} {more}".strip(), min(likeness, other)
    return text, place, likeness


def _grams(words: Sequence[str]) -> set[str]:
    size = min(GRAM, len(words))
    return {_short(words[i : i + size]) for i in range(len(words) - size + 1)} if words else set()


def _sha(words: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _short(words: Sequence[str]) -> str:
    return _sha(words)[:8]
