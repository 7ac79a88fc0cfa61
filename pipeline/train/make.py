"""The file of weights, made from coded texts."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.evaluate.coded import Coded
from pipeline.lexicon import Lexicon
from pipeline.tag.own_words import leaves
from pipeline.tag.reading import Features, Floats
from pipeline.tag.voters import added, probabilities
from pipeline.tag.weights import Learnt, Trust, Weights, fingerprint
from pipeline.taxonomy import Taxonomy
from pipeline.train.fit import matrix, ridge
from pipeline.train.leftout import Study, scores_left_out, study, trust_of

_PRIORS = np.arange(0, 1.01, 0.05)
# What was found for mitigation-2025 and risk when their weights had seen no coded text at all.
_FEW = Trust(model=4.0, cues=1.45, own_words=0.55, slope=0.7, offset=0.15)


def make(
    taxonomies: Mapping[str, Taxonomy],
    lexicons: Mapping[str, Lexicon],
    coded: Mapping[str, Sequence[Coded]],
    few: Mapping[str, Sequence[Coded]],
) -> Weights:
    """Learn from `coded` texts by taxonomy, and from `few`, too few to measure the trust on."""
    texts_of = {**few, **coded}
    studies = {
        name: study(taxonomies[name], texts_of[name], lexicons.get(name)) for name in texts_of
    }
    features = Features.of(
        [sample.text for one in studies.values() for sample in (*one.samples, *one.own)]
    )
    learnt, columns = {}, []
    for name, one in studies.items():
        samples = [*one.samples, *one.own]
        rows = matrix(features, [sample.text for sample in samples])
        likeness = rows @ rows.T
        columns.append(rows.T @ ridge(likeness, samples, one.codes))
        trust = _with_prior(one, likeness) if name in few else _measured(one, likeness)
        learnt[name] = _learnt(taxonomies[name], texts_of[name], trust)
    made_from = fingerprint(taxonomies, lexicons)
    return Weights.rounded(features, learnt, np.hstack(columns), made_from)


def _measured(study: Study, likeness: Floats) -> Trust:
    return trust_of(study, likeness, range(len(study.samples)))


def _with_prior(study: Study, likeness: Floats) -> Trust:
    """The trust in how common a code is under which the true codes are likeliest.

    The other voters are trusted as elsewhere. A text does not count for its own code.
    """
    scores = scores_left_out(study, likeness, range(len(study.samples)))
    truth = np.array(study.truth)
    counts = np.bincount(truth, minlength=len(study.codes)) - np.eye(len(study.codes))[truth] + 1
    prior = np.log(counts / counts.sum(axis=1, keepdims=True))
    plain = added(scores, _FEW)
    likelihood = [
        np.log(probabilities(plain + share * prior)[np.arange(len(truth)), truth]).mean()
        for share in _PRIORS
    ]
    best = float(_PRIORS[int(np.argmax(likelihood))])
    return _FEW.model_copy(update={"prior": round(best, 2)})


def _learnt(taxonomy: Taxonomy, texts: Sequence[Coded], trust: Trust) -> Learnt:
    counts = Counter(text.code for text in texts)
    codes = tuple(concept.code for concept in leaves(taxonomy))
    return Learnt(codes=codes, trust=trust, texts=tuple(counts[code] for code in codes))
