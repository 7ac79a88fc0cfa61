"""Sentences to learn from: those of documents in which measures are marked.

A sentence is one to learn from where most of it is in a marked measure, or next to none of it is in
any; what is borderline, and the half of a document that is set apart, teaches nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.evaluate.gold import Gold, located, read_gold
from pipeline.evaluate.resolve import half_of
from pipeline.ingest import ingest
from pipeline.ingest.raw import Raw
from pipeline.model import Document, Span
from pipeline.rule import Rules
from pipeline.segment.judge import featured
from pipeline.segment.reading import Reading

_INSIDE, _OUTSIDE = 0.6, 0.2  # share of a sentence in a marked measure: one from, none up to
_ENDS, _MARKS = 40, 60  # letters: of the ends of a text, and of what may stand within it


class Marked(NamedTuple):
    """A document and its gold."""

    document: Document
    gold: Gold


def marked(golds: Iterable[Path], folders: Sequence[Path]) -> Iterator[Marked]:
    """The documents of some gold, read from the folders that they lie in.

    Raises ValueError where a gold is none, and FileNotFoundError where its document is missing.
    """
    files = {file.name: file for folder in folders for file in sorted(folder.rglob("*"))}
    for gold in map(read_gold, golds):
        if gold.document not in files:
            raise FileNotFoundError(f"{gold.document}: is in none of the folders of documents")
        file = files[gold.document]
        data = file.read_bytes()
        raw = Raw(f"documents/{file.name}", data, hashlib.sha256(data).hexdigest())
        document = ingest(raw)
        yield Marked(document, located(gold, document))


class Example(NamedTuple):
    """A sentence to learn from: its document, its features, and whether it states a measure.

    `weight` is how much it counts, one of a document at hand being 1.
    """

    document: str
    features: Mapping[str, float]
    states: bool
    weight: float = 1.0


def taught(document: Document, gold: Gold, rules: Rules) -> Iterator[Example]:
    """The sentences of `document` to learn from."""
    places = list(_places(document, gold))
    halves = any(measure.half == "apart" for measure in gold.measures)
    for run in Reading(document, rules).runs:
        rows = featured([one.text for one in run.sentences], run.setting, rules)
        for sentence, (_, features) in zip(run.sentences, rows, strict=True):
            pages = document.cite(sentence.places[0], "reader:train").pages
            if halves and half_of(gold.document, pages[0] if pages else 1) == "apart":
                continue
            length = sum(span.end - span.start for span in sentence.places)
            shares = [
                (sum(_common(span, place) for span in sentence.places) / length, borderline)
                for place, borderline in places
            ]
            share, borderline = max(shares, default=(0.0, False))
            if share <= _OUTSIDE or (share >= _INSIDE and not borderline):
                yield Example(gold.document, features, share >= _INSIDE)


def _common(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _places(document: Document, gold: Gold) -> Iterator[tuple[Span, bool]]:
    """Where the measures of the gold stand, found by their letters, and which are borderline."""
    at = [place for place, letter in enumerate(document.text) if letter.isalnum()]
    text = "".join(document.text[place].lower()[0] for place in at)
    taken = 0
    for measure in gold.measures:
        wanted = "".join(letter.lower()[0] for letter in measure.words if letter.isalnum())
        if (place := _find(text, wanted, taken)) is not None:
            taken = place.end
            yield Span(at[place.start], at[place.end - 1] + 1), measure.borderline


def _find(text: str, wanted: str, start: int) -> Span | None:
    """Where `wanted` stands, from `start` on if it can; by its ends where list marks part it."""
    if not wanted:
        return None
    begin, end = wanted[:_ENDS], wanted[-_ENDS:]
    for first in (text.find(wanted, start), text.find(wanted)):
        if first >= 0:
            return Span(first, first + len(wanted))
    first = text.find(begin, start)
    last = text.find(end, first) + len(end) if first >= 0 else -1
    near = first >= 0 and len(wanted) <= last - first <= len(wanted) + _MARKS
    return Span(first, last) if near else None
