"""The weights by which sentences are judged, learnt from documents in which measures are marked.

A sentence is one to learn from where most of it is in a marked measure, or next to none of it is in
any; what is borderline, and the half of a document that is set apart, teaches nothing. Logistic
regression with a ridge, by Newton's method: the same documents give the same weights.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluate.gold import Gold, located, read_gold
from pipeline.evaluate.resolve import half_of
from pipeline.ingest import ingest
from pipeline.ingest.raw import Raw
from pipeline.model import Document, Span
from pipeline.rule import Rules
from pipeline.segment.judge import BIAS, featured
from pipeline.segment.reading import Reading

_INSIDE, _OUTSIDE = 0.6, 0.2  # share of a sentence in a marked measure: one from, none up to
_RIDGE = 4.0
_STEPS = 12
_TIMES, _DOCUMENTS = 6, 4  # a feature must be met so often, in so many documents
_ENDS, _MARKS = 40, 60  # letters: of the ends of a text, and of what may stand within it
_MOST = 150  # sentences: a longer document counts no more than one as long as this
Floats = NDArray[np.float64]


class Example(NamedTuple):
    """A sentence to learn from: its document, its features, and whether it states a measure."""

    document: str
    features: Mapping[str, float]
    states: bool


def examples(file: Path, gold: Path, rules: Rules) -> Iterator[Example]:
    """The sentences of a document to learn from, by its gold."""
    data = file.read_bytes()
    document = ingest(Raw(f"documents/{file.name}", data, hashlib.sha256(data).hexdigest()))
    marked = located(read_gold(gold), document)
    yield from taught(document, marked, rules)


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
    """Where `wanted` stands, from `start` on if it does; by its ends where marks of lists part it."""
    begin, end = wanted[:_ENDS], wanted[-_ENDS:]
    for first in (text.find(wanted, start), text.find(wanted)):
        if wanted and first >= 0:
            return Span(first, first + len(wanted))
    first = text.find(begin, start) if wanted else -1
    last = text.find(end, first) + len(end) if first >= 0 else -1
    near = len(wanted) <= last - first <= len(wanted) + _MARKS
    return Span(first, last) if near else None


def vocabulary(found: Sequence[Example]) -> list[str]:
    """The features that are met often enough, in enough documents."""
    times = Counter(name for one in found for name in one.features)
    documents: defaultdict[str, set[str]] = defaultdict(set)
    for one in found:
        for name in one.features:
            documents[name].add(one.document)
    return sorted(
        name
        for name, count in times.items()
        if count >= _TIMES and len(documents[name]) >= _DOCUMENTS
    )


def fit(found: Sequence[Example]) -> dict[str, float]:
    """The weight of each feature: its part of the log-odds that a sentence states a measure."""
    names = vocabulary(found)
    column = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(found), len(names)))
    for row, one in zip(rows, found, strict=True):
        for name, value in one.features.items():
            if name in column:
                row[column[name]] = value
    truth = np.array([one.states for one in found], float)
    lengths = Counter(one.document for one in found)
    counts = np.array([min(1.0, _MOST / lengths[one.document]) for one in found])
    ridge = np.array([1e-3 if name == BIAS else _RIDGE for name in names])
    weights = _newton(rows, truth, counts, ridge)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def _newton(rows: Floats, truth: Floats, counts: Floats, ridge: Floats) -> Floats:
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (counts * (chance - truth)) + ridge * weights
        bend = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    return weights


def to_json(weights: Mapping[str, float], documents: Iterable[str]) -> str:
    """The file of weights: the same weights give the same bytes."""
    head = {"learnt_from": sorted(documents), "weights": dict(sorted(weights.items()))}
    return json.dumps(head, indent=1, ensure_ascii=False) + "\n"
