"""The voters and how their scores are added: the model, the cues, the concepts' own words.

A fourth row says how common each code is.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.lexicon import Lexicon
from pipeline.tag.cues import Ears, Heard
from pipeline.tag.own_words import OwnWords, leaves
from pipeline.tag.reading import Floats, Read, Vector, printed_forms
from pipeline.tag.weights import Trust, Weights
from pipeline.taxonomy import Taxonomy


class Votes(NamedTuple):
    """What the voters say of one text, for the leaves of all taxonomies in order.

    `scores` has a row for each voter (model, cues, own words, prior), `trusted` the same as
    log-odds, `log_odds` their sums; `heard` are the cues by taxonomy.
    """

    text: Read
    scores: Floats
    trusted: Floats
    log_odds: Floats
    heard: Mapping[str, Sequence[Heard]]
    vector: Vector


class Voters:
    """The voters for several taxonomies. `codes` and `columns` say which column is which leaf."""

    def __init__(
        self, taxonomies: Sequence[Taxonomy], lexicons: Mapping[str, Lexicon], weights: Weights
    ) -> None:
        self.weights = weights
        self.ears = Ears(taxonomies, lexicons)
        self.own_words = OwnWords(taxonomies)
        self.codes: dict[str, tuple[str, ...]] = {}
        self.columns: dict[str, slice] = {}
        self.trust: dict[str, Trust] = {}
        # A code that the taxonomy has got since the training has no weights: its column stays 0.
        ours, theirs = [], []
        prior: list[float] = []
        width = 0
        for taxonomy in taxonomies:
            codes = tuple(concept.code for concept in leaves(taxonomy))
            learnt = weights.learnt.get(taxonomy.id)
            if learnt:
                first = weights.columns[taxonomy.id].start
                for at, code in enumerate(codes):
                    if code in learnt.codes:
                        ours.append(width + at)
                        theirs.append(first + learnt.codes.index(code))
            self.trust[taxonomy.id] = learnt.trust if learnt else Trust()
            prior += [learnt.log_share(code) if learnt else 0.0 for code in codes]
            self.codes[taxonomy.id] = codes
            self.columns[taxonomy.id] = slice(width, width + len(codes))
            width += len(codes)
        self._ours, self._theirs = ours, theirs
        self._weighed = dict(zip(ours, theirs, strict=True))
        self._prior = np.array(prior)
        trusts = [shares_of(self.trust[taxonomy.id]) for taxonomy in taxonomies]
        self._trusts = np.repeat(
            np.array(trusts).T, [len(codes) for codes in self.codes.values()], axis=1
        )

    def votes(self, text: Read) -> Votes:
        """Ask all voters about a text."""
        vector = self.weights.features.vector(text)
        scores = np.zeros((4, len(self._prior)))
        if self._ours:
            scores[0, self._ours] = self.weights.scores(vector)[self._theirs]
        scores[1], heard = self.ears.hear(text)
        scores[2] = self.own_words.scores(text)
        scores[3] = self._prior
        trusted = self._trusts * scores
        return Votes(text, scores, trusted, trusted.sum(axis=0), heard, vector)

    def spoken(self, votes: Votes, columns: Sequence[int]) -> tuple[list[str], Floats]:
        """The telling words of a text as first printed, and the log-odds each adds to some leaves.

        Only what the model and the concepts' own words say of single words.
        """
        forms = printed_forms(votes.text)
        stems = list(forms)
        found = np.zeros((len(stems), len(columns)))
        weighed = [at for at, column in enumerate(columns) if column in self._weighed]
        if weighed:
            theirs = [self._weighed[columns[at]] for at in weighed]
            found[:, weighed] = self.weights.scores_of(stems, votes.vector, theirs)
        found *= self._trusts[0, columns]
        found += self._trusts[2, columns] * self.own_words.scores_of(stems, votes.text, columns)
        return list(forms.values()), found


def probabilities(log_odds: Floats) -> Floats:
    """The shares (they sum to 1) that log-odds stand for, along the last axis."""
    risen = np.exp(log_odds - log_odds.max(axis=-1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=-1, keepdims=True))


def added(scores: Floats, trust: Trust) -> Floats:
    """The log-odds that scores (... x voters x codes) add up to."""
    return np.asarray(shares_of(trust) @ scores)


def shares_of(trust: Trust) -> Floats:
    """What each voter's score counts, in order."""
    return np.array([trust.model, trust.cues, trust.own_words, trust.prior])


def confidences(log_odds: Sequence[float], trust: Trust) -> list[float]:
    """The confidence in each code: shares that sum to 1, the best one as right as it says.

    Shares of added scores are too sure at the top (coders disagree on what is plain) and too
    unsure at the bottom, by a straight line in log-odds.
    """
    top = max(log_odds)
    risen = [math.exp(one - top) for one in log_odds]
    best = risen.index(1.0)
    # What the others have, so that a share next to 1 is not rounded to it.
    others = max(sum(risen[:best]) + sum(risen[best + 1 :]), 1e-12)
    odds = math.exp(trust.offset) * others**-trust.slope
    sure = odds / (1 + odds)
    result = [one * (1 - sure) / others for one in risen]
    result[best] = sure
    return result
