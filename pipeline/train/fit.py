"""The two things that are learnt: weights of features, and trust in the three voters.

Both have one best answer that is found in closed form or by Newton's method: the same coded texts
give the same bytes. On left-out sources the ridge regression is 1 to 3 points better than a linear
SVM on the same features (mitigation-2025 0.58-0.60 against 0.57, risk 0.67 against 0.65).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.lexicon import Lexicon
from pipeline.tag.own_words import leaves
from pipeline.tag.reading import Features, Floats, Read, Text, read
from pipeline.tag.voters import added, probabilities
from pipeline.tag.weights import Trust
from pipeline.taxonomy import Taxonomy

_RIDGE = 0.5
_OWN = 2.0  # what a concept's own phrase counts, a coded text being 1
_SPEAKS = 1.0  # the weight from which a cue's examples are its concept's
_PENALTY = 1e-3
_STEPS = 50


class Sample(NamedTuple):
    """A text to learn from, its code, and its source; none for a concept's own phrase."""

    text: Read
    code: str
    source: str | None


def own_samples(taxonomy: Taxonomy, lexicon: Lexicon | None = None) -> list[Sample]:
    """What is written of the leaves, as texts of their own: concepts' words, and cues' examples.

    The words are label and definition, each alias, each example; of a cue that speaks for a leaf,
    its phrases, and each text that it must match. Cues add 1.5 points for mitigation-2025.
    """
    samples = []
    codes = set()
    for concept in leaves(taxonomy):
        codes.add(concept.code)
        texts = [Text(name=concept.label, description=concept.definition)]
        texts += [Text(name=alias) for alias in concept.also]
        texts += [Text(description=example) for example in concept.examples]
        samples += [Sample(read(text), concept.code, None) for text in texts]
    for cue in lexicon.cues if lexicon else ():
        if cue.concept in codes and cue.weight >= _SPEAKS:
            plain = ". ".join(cue.phrases).replace("|", " ").replace("~", " ")
            texts = [Text(description=text) for text in (plain, *cue.yes)]
            samples += [Sample(read(text), cue.concept, None) for text in texts]
    return samples


def matrix(features: Features, texts: Sequence[Read]) -> Floats:
    """The features of texts, a row for each."""
    rows = np.zeros((len(texts), len(features)))
    for row, text in zip(rows, texts, strict=True):
        vector = features.vector(text)
        row[vector.ids] = vector.values
    return rows


def ridge(likeness: Floats, samples: Sequence[Sample], codes: Sequence[str]) -> Floats:
    """How much each sample counts for each code (samples x codes).

    `likeness` are the products of the samples' features. Their sum with these counts are the
    weights of the features.
    """
    targets = np.zeros((len(samples), len(codes)))
    targets[np.arange(len(samples)), [codes.index(sample.code) for sample in samples]] = 1
    count = np.array([_OWN if sample.source is None else 1.0 for sample in samples])
    targets -= count @ targets / count.sum()
    return np.asarray(np.linalg.solve(likeness + np.diag(_RIDGE / count), targets))


def fit_trust(scores: Floats, truth: Sequence[int]) -> Trust:
    """The trust under which the true codes are likeliest (conditional logit).

    `scores` is texts x voters x codes, `truth` the column of each text's code. How common a code
    is counts nothing (see `Trust.prior`). A voter that would
    be distrusted is left out: scores of cues and words are written to speak for, never against.
    """
    used = [0, 1, 2]
    while True:
        found = _newton(scores[:, used], np.asarray(truth))
        if (found >= 0).all():
            break
        used.pop(int(found.argmin()))
    trust = dict.fromkeys(range(3), 0.0)
    trust.update(zip(used, (round(float(value), 3) for value in found), strict=True))
    plain = Trust(model=trust[0], cues=trust[1], own_words=trust[2])
    slope, offset = _line(probabilities(added(scores, plain)), np.asarray(truth))
    return plain.model_copy(update={"slope": round(slope, 3), "offset": round(offset, 3)})


def _line(share: Floats, truth: NDArray[np.int64]) -> tuple[float, float]:
    """The line from the log-odds of the best code's share to those of its being right."""
    best = np.clip(share.max(axis=1), 1e-6, 1 - 1e-6)
    right = share.argmax(axis=1) == truth
    if right.all() or not right.any():
        return 1.0, 0.0  # nothing to draw a line through
    scores = np.zeros((len(truth), 2, 2))
    scores[:, 0, 1], scores[:, 1, 1] = np.log(best / (1 - best)), 1
    slope, offset = _newton(scores, right.astype(np.int64))
    return float(slope), float(offset)


def _newton(scores: Floats, truth: NDArray[np.int64]) -> Floats:
    """The maximum of a concave function: steps are halved until they climb."""
    trust = np.zeros(scores.shape[1])
    wanted = scores[np.arange(len(truth)), :, truth]

    def likelihood(trust: Floats) -> float:
        log_odds = trust @ scores
        sure = np.log(probabilities(log_odds)[np.arange(len(truth)), truth] + 1e-300)
        return float(sure.mean() - _PENALTY / 2 * trust @ trust)

    best = likelihood(trust)
    for _ in range(_STEPS):
        share = probabilities(trust @ scores)
        expected = np.einsum("nk,nvk->nv", share, scores)
        slope = (wanted - expected).mean(axis=0) - _PENALTY * trust
        spread = np.einsum("nk,nvk,nwk->vw", share, scores, scores, optimize=True)
        bend = (spread - expected.T @ expected) / len(truth) + _PENALTY * np.eye(len(trust))
        step = np.linalg.solve(bend, slope)
        while (climbed := likelihood(trust + step)) < best and np.abs(step).max() > 1e-9:
            step /= 2
        if climbed - best < 1e-12:
            break
        trust, best = trust + step, climbed
    return trust
