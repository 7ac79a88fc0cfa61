"""Logistic regression with a ridge, by Newton's method: a log-odds for each feature of a sentence.

The same examples give the same weights.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.segment.judge import BIAS
from pipeline.train.taught import Example

_RIDGE = 4.0
_STEPS, _TURNS = 30, 500
_NEAR = 1e-14  # of the squared slope: what is left is too small to be printed
_TIMES, _DOCUMENTS = 6, 4  # a feature must be met so often, in so many documents
Floats = NDArray[np.float64]


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
    table = _Table.of([one.features for one in found], names)
    truth = np.array([one.states for one in found], float)
    ridge = np.array([1e-3 if name == BIAS else _RIDGE for name in names])
    count = np.array([one.weight for one in found])
    weights = _newton(table, truth, count, ridge)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


class _Table(NamedTuple):
    """The features of examples: where a number stands that is not 0, and the number.

    One in a hundred is not: with whole rows it all takes a hundred times as long.
    """

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    number: Floats
    rows: int
    columns: int

    @staticmethod
    def of(found: Sequence[Mapping[str, float]], names: Sequence[str]) -> "_Table":
        column = {name: place for place, name in enumerate(names)}
        told = [
            (row, column[name], number)
            for row, features in enumerate(found)
            for name, number in features.items()
            if name in column
        ]
        rows, columns, numbers = (np.array(one) for one in zip(*told, strict=True))
        return _Table(rows, columns, numbers.astype(float), len(found), len(names))

    def times(self, weights: Floats) -> Floats:
        """For each row the sum of its numbers, each times the weight of its column."""
        return np.asarray(
            np.bincount(self.row, self.number * weights[self.column], self.rows), float
        )

    def turned_times(self, weights: Floats) -> Floats:
        """For each column the sum of its numbers, each times the weight of its row."""
        return np.asarray(
            np.bincount(self.column, self.number * weights[self.row], self.columns), float
        )

    def squared(self) -> "_Table":
        """With each number squared."""
        return self._replace(number=self.number**2)


def _newton(table: _Table, truth: Floats, count: Floats, ridge: Floats) -> Floats:
    """Newton's steps, each by conjugate gradients: the matrix of second derivatives of thousands of
    features is never made.
    """
    weights = np.zeros(table.columns)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(table.times(weights), -30, 30)))
        bend = count * chance * (1 - chance)
        slope = table.turned_times(count * (chance - truth)) + ridge * weights
        step = _solved(table, bend, ridge, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    return weights


def _solved(table: _Table, bend: Floats, ridge: Floats, slope: Floats) -> Floats:
    """x of (table' diag(bend) table + diag(ridge)) x = slope, by conjugate gradients."""
    scale = table.squared().turned_times(bend) + ridge
    found = np.zeros_like(slope)
    left = slope.copy()
    way = left / scale
    worth = left @ way
    for _ in range(_TURNS):
        turned = table.turned_times(bend * table.times(way)) + ridge * way
        far = worth / (way @ turned)
        found += far * way
        left -= far * turned
        ahead = left / scale
        worth, before = left @ ahead, worth
        if worth < _NEAR * (slope @ slope):
            break
        way = ahead + worth / before * way
    return found


def to_json(weights: Mapping[str, float], documents: Iterable[str]) -> str:
    """The file of weights: the same weights give the same bytes."""
    head = {"learnt_from": sorted(documents), "weights": dict(sorted(weights.items()))}
    return json.dumps(head, indent=1, ensure_ascii=False) + "\n"
