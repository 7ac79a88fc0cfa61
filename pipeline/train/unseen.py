"""What the learnt weights are worth on documents that they were not learnt from.

Documents are parted into groups; each is judged by weights learnt from the others. Sentences are
scored by their order (average precision) and by how far their chances are off; records as
`gleaner evaluate` scores them.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.assemble import assemble
from pipeline.evaluate import evaluate
from pipeline.evaluate.figures import total
from pipeline.model import Document, RecordFile, Tagged
from pipeline.rule import Rules
from pipeline.segment import segment
from pipeline.segment.judge import logit
from pipeline.taxonomy import Taxonomy, load_taxonomies
from pipeline.train.logistic import Floats, fit
from pipeline.train.taught import Example, Marked

_GROUPS = 8
_BINS = 10  # of chances, for how far they are off


def lines(
    read: Sequence[Marked],
    learnt: Mapping[str, Sequence[Example]],
    known: Sequence[Example],
    rules: Rules,
) -> Iterator[str]:
    """The scores, a line each; what is `known` beside the documents is learnt from in any case."""
    names = sorted(learnt)
    group = {name: place % _GROUPS for place, name in enumerate(names)}
    weights = [
        fit([*(one for name in names if group[name] != number for one in learnt[name]), *known])
        for number in range(_GROUPS)
    ]
    judged = [
        (logit(one.features, weights[group[name]]), one.features["rules"], one.states)
        for name in names
        for one in learnt[name]
    ]
    learnt_logits, rules_logits, truth = (np.array(column) for column in zip(*judged, strict=True))
    yield f"{len(truth)} sentences of {len(names)} documents, {int(truth.sum())} state a measure"
    yield f"average precision by rules {_precision(rules_logits, truth):.3f}"
    yield f"... by what is learnt {_precision(learnt_logits, truth):.3f}"
    yield f"chances are off by {_off(1 / (1 + np.exp(-learnt_logits)), truth):.3f}"
    taxonomies = load_taxonomies()
    scores = []
    for document, gold in read:
        file = untagged(document, taxonomies, rules, weights[group[gold.document]])
        named = gold.model_copy(update={"document": Path(document.path).name})
        scores += evaluate([named], [file])
    for one in scores:
        yield f"{one.document:<50} {_said(one.figures)}"
    yield f"{'all together':<50} {_said(total(one.tally for one in scores).figures)}"


def untagged(
    document: Document,
    taxonomies: Mapping[str, Taxonomy],
    rules: Rules,
    weights: Mapping[str, float] | None = None,
) -> RecordFile:
    """The records of a document without their tags, judged by `weights` (ours, if None)."""
    found = segment(document, taxonomies, rules, weights)
    return assemble(document, found, [Tagged()] * len(found.segments), None, {})


def _said(figures: Mapping[str, float]) -> str:
    return " ".join(f"{name} {value:.3f}" for name, value in figures.items() if "_" not in name)


def _precision(logits: Floats, truth: NDArray[np.bool_]) -> float:
    ordered = truth[np.argsort(-logits, kind="stable")]
    found = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return float(found[ordered].mean())


def _off(chances: Floats, truth: NDArray[np.bool_]) -> float:
    """How far chances are off the truth, on average over bins of them (calibration error)."""
    bins = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            abs(chances[bins == n].mean() - truth[bins == n].mean()) * (bins == n).mean()
            for n in set(bins.tolist())
        )
    )
