"""What the tagger would say of a source it has never seen: everything learnt without that source.

Nested: the features and the weights are learnt without the source left out, and the trust in the
voters from scores of weights that had not seen the texts they score either.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.evaluate.coded import Coded
from pipeline.evaluate.tags import Answer
from pipeline.lexicon import Lexicon
from pipeline.tag.decided import DECIDED_NAMES, Decided, Decision
from pipeline.tag.own_words import leaves
from pipeline.tag.reading import Features, Floats, Text, Vector, read
from pipeline.tag.voters import Voters, added, confidences
from pipeline.tag.weights import Trust, no_weights
from pipeline.taxonomy import Taxonomy
from pipeline.train.fit import Sample, fit_trust, matrix, own_samples, ridge

_FOLDS = 10
_ENOUGH = 100  # texts of sources that no cue was mended by, to measure the trust in cues on


class LeftOut(NamedTuple):
    """A coded text, and what a tagger that never saw its source says of it."""

    source: str
    column: int
    log_odds: Floats
    trust: Trust
    vector: Vector


class Study(NamedTuple):
    """Coded texts of one taxonomy, read and heard, and its own phrases.

    `scores` is texts x voters x leaves; the model's row is empty.
    """

    codes: tuple[str, ...]
    samples: list[Sample]
    own: list[Sample]
    scores: Floats
    lexicon: Lexicon | None

    @property
    def truth(self) -> list[int]:
        """The column of each text's code."""
        return [self.codes.index(sample.code) for sample in self.samples]


def study(taxonomy: Taxonomy, coded: Sequence[Coded], lexicon: Lexicon | None) -> Study:
    """Read coded texts, and ask the voters that need no training."""
    voters = Voters([taxonomy], {taxonomy.id: lexicon} if lexicon else {}, no_weights())
    samples = [
        Sample(read(Text(one.name, one.description, one.heading)), one.code, one.source)
        for one in coded
    ]
    return Study(
        codes=tuple(concept.code for concept in leaves(taxonomy)),
        samples=samples,
        own=own_samples(taxonomy, lexicon),
        scores=np.array([voters.votes(sample.text).scores for sample in samples]),
        lexicon=lexicon,
    )


def folds(sources: Iterable[str]) -> dict[str, int]:
    """Which sources are left out together: each alone when they are few, else ten even groups."""
    sizes = Counter(sources)
    if len(sizes) <= _FOLDS:
        return {source: at for at, source in enumerate(sorted(sizes))}
    loads = [0] * _FOLDS
    groups = {}
    for source, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        groups[source] = at = loads.index(min(loads))
        loads[at] += size
    return groups


def scores_left_out(study: Study, likeness: Floats, places: Sequence[int]) -> Floats:
    """The scores of the texts `places`, the model's by leaving out one source after another.

    `likeness` is of all samples of the study, then its own phrases.
    """
    own = list(range(len(study.samples), len(study.samples) + len(study.own)))
    everything = [*study.samples, *study.own]
    group = folds(str(study.samples[at].source) for at in places)
    scores = study.scores.copy()
    for fold in sorted(set(group.values())):
        out = {at for at in places if group[str(study.samples[at].source)] == fold}
        kept = [at for at in places if at not in out] + own
        counts = ridge(likeness[np.ix_(kept, kept)], [everything[at] for at in kept], study.codes)
        scores[sorted(out), 0] = likeness[np.ix_(sorted(out), kept)] @ counts
    return scores[list(places)]


def trust_of(study: Study, likeness: Floats, places: Sequence[int]) -> Trust:
    """The trust in the voters under which the codes of the texts `places` are likeliest.

    Sources that the cues were mended by are not asked, where others suffice.
    """
    scores = scores_left_out(study, likeness, places)
    truth = [study.truth[at] for at in places]
    by_author = set(study.lexicon.read) if study.lexicon else set()
    fresh = [n for n, at in enumerate(places) if study.samples[at].source not in by_author]
    judged = fresh if len(fresh) >= _ENOUGH else list(range(len(places)))
    return fit_trust(scores[judged], [truth[n] for n in judged])


def left_out(study: Study, every: int = 1) -> list[LeftOut]:
    """Each text of the study as a tagger sees it that learnt from the other sources only.

    It learns from every so many of their texts: 2 is half of them, a point of the learning curve.
    """
    group = folds(str(sample.source) for sample in study.samples)
    found: list[LeftOut | None] = [None] * len(study.samples)
    everything = [*study.samples, *study.own]
    for fold in sorted(set(group.values())):
        out = [at for at, s in enumerate(study.samples) if group[str(s.source)] == fold]
        kept = [at for at, s in enumerate(study.samples) if group[str(s.source)] != fold][::every]
        learning = kept + list(range(len(study.samples), len(everything)))
        features = Features.of([everything[at].text for at in learning])
        rows = matrix(features, [sample.text for sample in everything])
        likeness = rows @ rows.T
        trust = trust_of(study, likeness, kept)
        counts = ridge(
            likeness[np.ix_(learning, learning)], [everything[at] for at in learning], study.codes
        )
        scores = study.scores[out]
        scores[:, 0] = likeness[np.ix_(out, learning)] @ counts
        for at, row in zip(out, added(scores, trust), strict=True):
            sample = study.samples[at]
            vector = features.vector(sample.text, of_names=DECIDED_NAMES)
            found[at] = LeftOut(str(sample.source), study.truth[at], row, trust, vector)
    return [one for one in found if one is not None]


def answers(codes: Sequence[str], found: Sequence[LeftOut]) -> list[Answer]:
    """The texts left out, as answers to be scored."""
    result = []
    for one in found:
        sure = confidences(one.log_odds.tolist(), one.trust)
        order = sorted(range(len(sure)), key=lambda at: -sure[at])[:5]
        ranked = tuple((codes[at], sure[at]) for at in order)
        result.append(Answer(one.source, codes[one.column], ranked))
    return result


def lift(found: Sequence[LeftOut], decisions: int = 10, rounds: int = 20) -> dict[str, float]:
    """By source: what some of its texts, decided at random, add to the top-1 of its others.

    Only sources with twice as many texts as decisions are asked; a mean over `rounds`.
    """
    chance = np.random.default_rng(0)
    by_source: dict[str, list[LeftOut]] = {}
    for one in found:
        by_source.setdefault(one.source, []).append(one)
    lifts = {}
    for source, texts in sorted(by_source.items()):
        if len(texts) >= 2 * decisions:
            gains = []
            for _ in range(rounds):
                order = chance.permutation(len(texts))
                known, rest = order[:decisions], order[decisions:]
                decided = Decided(
                    [
                        Decision(texts[at].vector, texts[at].log_odds, texts[at].column)
                        for at in known
                    ]
                )
                gains += [
                    int(
                        (texts[at].log_odds + decided.shift(texts[at].vector)).argmax()
                        == texts[at].column
                    )
                    - int(texts[at].log_odds.argmax() == texts[at].column)
                    for at in rest
                ]
            lifts[source] = sum(gains) / len(gains)
    return lifts
