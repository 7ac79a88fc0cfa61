"""What a curator's decisions in a document say of its other texts.

Two parts, both in log-odds. The residual: where the tagger was wrong on a decided text, texts like
it are moved the same way (kernel ridge regression on what was left unexplained). The prior: codes
decided more often than expected in this document gain everywhere in it (Dirichlet smoothing).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.tag.reading import Floats, Vector
from pipeline.tag.voters import probabilities

# Found on left-out sources of the dev gold (`python -m pipeline.train --evaluate` prints the lift).
RESIDUAL = 10.0
NOISE = 0.5  # a decision is trusted for its own text as far as 1 / (1 + NOISE)
PRIOR = 0.3
SMOOTHING = 1.0
# Texts of one document are alike by their names more than those of two: of the lift 0.4 points.
DECIDED_NAMES = 1.0


class Decision(NamedTuple):
    """A decided text: its features, the tagger's log-odds before, and the column of its code."""

    vector: Vector
    log_odds: Floats
    column: int


class Decided:
    """The decisions of one document and taxonomy, ready to be asked about other texts."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        expected = probabilities(np.array([decision.log_odds for decision in decisions]))
        actual = np.zeros_like(expected)
        actual[np.arange(len(decisions)), [decision.column for decision in decisions]] = 1
        self._prior = PRIOR * np.log(
            (actual.sum(axis=0) + SMOOTHING) / (expected.sum(axis=0) + SMOOTHING)
        )
        self._ids = np.unique(np.concatenate([decision.vector.ids for decision in decisions]))
        self._table = np.zeros((len(self._ids), len(decisions)))
        for at, decision in enumerate(decisions):
            rows = np.searchsorted(self._ids, decision.vector.ids)
            self._table[rows, at] = decision.vector.values
        likeness = self._table.T @ self._table + NOISE * np.eye(len(decisions))
        self._pull = RESIDUAL * np.linalg.solve(likeness, actual - expected)

    def shift(self, vector: Vector) -> Floats:
        """What to add to the log-odds of a text with these features."""
        if not len(self._ids):
            return np.asarray(self._prior)
        rows = np.searchsorted(self._ids, vector.ids)
        rows[rows == len(self._ids)] = 0
        known = self._ids[rows] == vector.ids
        likeness = vector.values[known] @ self._table[rows[known]]
        return np.asarray(self._prior + likeness @ self._pull)
