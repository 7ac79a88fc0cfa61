"""Logistic regression with a ridge, by Newton's method: a log-odds for each feature of a sentence.

The same examples give the same weights.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

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
    column = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(found), len(names)))
    for row, one in zip(rows, found, strict=True):
        for name, value in one.features.items():
            if name in column:
                row[column[name]] = value
    truth = np.array([one.states for one in found], float)
    ridge = np.array([1e-3 if name == BIAS else _RIDGE for name in names])
    count = np.array([one.weight for one in found])
    weights = _newton(rows, truth, count, ridge)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def _newton(rows: Floats, truth: Floats, count: Floats, ridge: Floats) -> Floats:
    """Newton's steps, each by conjugate gradients: the matrix of second derivatives of thousands of
    features is never made, which takes a tenth of the time.
    """
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        bend = count * chance * (1 - chance)
        slope = rows.T @ (count * (chance - truth)) + ridge * weights
        step = _solved(rows, bend, ridge, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    return weights


def _solved(rows: Floats, bend: Floats, ridge: Floats, slope: Floats) -> Floats:
    """x of (rows' diag(bend) rows + diag(ridge)) x = slope, by conjugate gradients."""
    scale = np.einsum("ij,ij,i->j", rows, rows, bend) + ridge
    found = np.zeros_like(slope)
    left = slope.copy()
    ahead = way = left / scale
    worth = left @ ahead
    for _ in range(_TURNS):
        turned = rows.T @ (bend * (rows @ way)) + ridge * way
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
