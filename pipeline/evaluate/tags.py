"""How well suggested codes agree with a person's: the numbers, and how sure they are."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.model import Frozen

_ROUNDS = 1000
_BINS = 10


class Answer(NamedTuple):
    """A text's true code, and the codes suggested with their confidence, the best first."""

    source: str
    truth: str
    ranked: tuple[tuple[str, float], ...]

    @property
    def right(self) -> bool:
        """Whether the first code is the true one."""
        return bool(self.ranked) and self.ranked[0][0] == self.truth

    @property
    def confidence(self) -> float:
        """How sure the first code is; 0 when there is none."""
        return self.ranked[0][1] if self.ranked else 0.0


class TagScore(Frozen):
    """The scores of a set of answers; all are shares, `kappa` and `ece` included.

    `precision_at` maps coverage (25, 50, 75 % of the texts, the surest first) to precision,
    `coverage_at` precision (80, 90 %) to the largest coverage that reaches it. `upper` is the
    accuracy of the codes' parents. `ece` is the mean distance of confidence from accuracy.
    """

    texts: int
    accuracy: float
    macro_f1: float
    kappa: float
    top3: float
    upper: float
    precision_at: dict[int, float]
    coverage_at: dict[int, float]
    ece: float


class ConceptScore(Frozen):
    """One code: how often it is true and suggested, and what it is confused with most."""

    code: str
    texts: int
    suggested: int
    precision: float
    recall: float
    taken_for: str


def score(answers: Sequence[Answer], parents: dict[str, str | None]) -> TagScore:
    """The scores of `answers`; `parents` are those of the taxonomy's codes."""
    right = [answer.right for answer in answers]
    first = [answer.ranked[0][0] if answer.ranked else "" for answer in answers]
    n = len(answers)
    order = sorted(range(n), key=lambda at: (-answers[at].confidence, at))
    precision = np.cumsum([right[at] for at in order]) / np.arange(1, n + 1)
    truths, guesses = Counter(answer.truth for answer in answers), Counter(first)
    chance = sum(truths[code] * guesses[code] for code in truths) / n**2
    accuracy = sum(right) / n
    return TagScore(
        texts=n,
        accuracy=accuracy,
        macro_f1=float(np.mean([one.f1 for one in _tallies(answers)])),
        kappa=(accuracy - chance) / (1 - chance) if chance < 1 else 1.0,
        top3=sum(a.truth in [code for code, _ in a.ranked[:3]] for a in answers) / n,
        upper=sum(
            (parents.get(a.truth) or a.truth) == (parents.get(code) or code)
            for a, code in zip(answers, first, strict=True)
        )
        / n,
        precision_at={
            share: float(precision[max(0, n * share // 100 - 1)]) for share in (25, 50, 75)
        },
        coverage_at={wanted: _coverage(precision, wanted / 100) for wanted in (80, 90)},
        ece=_calibration_error(answers),
    )


def interval(
    answers: Sequence[Answer], measure: Callable[[Sequence[Answer]], float], seed: int = 0
) -> tuple[float, float]:
    """The 95 % bootstrap interval of a measure, the texts drawn anew a thousand times."""
    chance = np.random.default_rng(seed)
    found = [
        measure([answers[at] for at in chance.integers(0, len(answers), len(answers))])
        for _ in range(_ROUNDS)
    ]
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def accuracy(answers: Sequence[Answer]) -> float:
    """The share of right first codes."""
    return sum(answer.right for answer in answers) / len(answers)


def by_concept(answers: Sequence[Answer]) -> list[ConceptScore]:
    """A line for each code that occurs, in order of code."""
    lines = []
    for one in _tallies(answers):
        wrong = Counter(
            answer.ranked[0][0]
            for answer in answers
            if answer.truth == one.code and answer.ranked and not answer.right
        )
        lines.append(
            ConceptScore(
                code=one.code,
                texts=one.true,
                suggested=one.suggested,
                precision=one.both / one.suggested if one.suggested else 0.0,
                recall=one.both / one.true,
                taken_for=wrong.most_common(1)[0][0] if wrong else "",
            )
        )
    return lines


class _Tally(NamedTuple):
    code: str
    true: int
    suggested: int
    both: int

    @property
    def f1(self) -> float:
        return 2 * self.both / (self.true + self.suggested)


def _tallies(answers: Sequence[Answer]) -> list[_Tally]:
    """For each code that is true of a text: the named codes of macro-F1."""
    true = Counter(answer.truth for answer in answers)
    suggested = Counter(answer.ranked[0][0] for answer in answers if answer.ranked)
    both = Counter(answer.truth for answer in answers if answer.right)
    return [_Tally(code, true[code], suggested[code], both[code]) for code in sorted(true)]


def _coverage(precision: np.typing.NDArray[np.float64], wanted: float) -> float:
    reached = np.flatnonzero(precision >= wanted)
    return float((reached[-1] + 1) / len(precision)) if len(reached) else 0.0


def _calibration_error(answers: Sequence[Answer]) -> float:
    confidence = np.array([answer.confidence for answer in answers])
    right = np.array([answer.right for answer in answers])
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            abs(confidence[bins == one].sum() - right[bins == one].sum()) for one in np.unique(bins)
        )
        / len(answers)
    )
