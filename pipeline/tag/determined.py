"""The category that a definition line determines, on a page that prints no code of its own.

Record pages print the definition of the item's category in their publisher's wording; ours is
another. So definitions are compared by their meaning words: stems, weighted by how few concepts
use them.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.model.stem import stem
from pipeline.taxonomy import Concept, Taxonomy, fold

# Found on the paraphrases of tests/test_determined.py, which say what is reached with them.
ENOUGH = 0.10  # of the definition's weight, that must be found again
MARGIN = 0.10  # of the score, by which it must lead its siblings
WIDE_MARGIN = 0.40  # ... and all others, where a page ought to have printed "Also in"

_LABEL, _ALSO, _DEFINITION, _EXAMPLE = 1.0, 0.9, 0.9, 0.6  # trust in where a word stands
_PREFERRED = 1.2  # for categories whose pages print no "Also in"
_UNUSED = 0.5  # of the weight of a rare word, for one that no concept uses
_SHOWN = 4  # shared words that the reason names

_WORD = re.compile(r"[^\W\d_]+")
_STOP = frozenset(
    _WORD.findall(
        """a about across after ai all also an and any are as at be been before being between both
        but by can categories category do does during each etc for from has have how if in including
        into is it its itself may measure measures more no nor not of on once one only or other
        others out over own rather so such than that the their them then there these they this those
        through to under up upon use used uses using via was were what when where whether which
        while who whom whose will with within without would"""
    )
)


@dataclass(frozen=True)
class Determined:
    """What a definition line determines. `code` is None where it does not settle the matter.

    `score` is in [0, 1]; `runner_up` is the code and score of the next best; `why` one line.
    """

    code: str | None
    score: float
    runner_up: tuple[str, float] | None
    why: str


def determine(definition: str, also_in: str | None, taxonomy: Taxonomy) -> Determined:
    """The category whose definition says the same as `definition`.

    `also_in` is the label of its parent, as printed, with or without "Also in". Pages of categories
    at the top, and of what cannot be classified, print none: without one these are preferred.
    """
    terms = _terms(definition)
    if not terms:
        return Determined(None, 0.0, None, "the definition line has no words to compare")
    index = _index(taxonomy)
    parents = _parents(also_in, taxonomy)
    within = [child for parent in parents for child in taxonomy.children(parent.code)]
    scored = sorted(
        (
            (
                index.score(terms, concept.code)
                * (_PREFERRED if not within and index.at_top(concept) else 1.0),
                concept,
            )
            for concept in within or taxonomy.concepts
        ),
        key=lambda pair: -pair[0],
    )
    (best, concept), *others = scored
    runner_up = (others[0][1].code, min(1.0, round(others[0][0], 2))) if others else None
    lead = best - (others[0][0] if others else 0.0)
    score = round(min(1.0, best), 2)
    shared = [word for stem, word in terms.items() if index.has(concept.code, stem)]
    why = _why(also_in if parents else None, [c.code for c in within], concept, score, shared)
    if runner_up:
        why = f"{why[:-1]}; next {runner_up[0]} {runner_up[1]:.2f})"
    if also_in and not parents:
        why = f"‘{also_in}’ is no known category; {why}"
    placed = bool(within) or index.at_top(concept)
    if best < ENOUGH or lead < (MARGIN if placed else WIDE_MARGIN) * best:
        return Determined(None, score, runner_up, f"not settled: {why}")
    return Determined(concept.code, score, runner_up, why)


def _why(
    also_in: str | None, codes: Sequence[str], best: Concept, score: float, shared: Sequence[str]
) -> str:
    words = ", ".join(f"‘{word}’" for word in shared[:_SHOWN]) or "no word"
    more = ", …" if len(shared) > _SHOWN else ""
    leaves = f"‘Also in {_label(also_in)}’ leaves {_range(codes)}; " if also_in else ""
    return f"{leaves}the definition shares {words}{more} with {best.code} ({score:.2f})"


def _range(codes: Sequence[str]) -> str:
    return codes[0] if len(codes) == 1 else f"{codes[0]} to {codes[-1]}"


def _label(also_in: str) -> str:
    return also_in.strip().removeprefix("Also in").strip()


def _parents(also_in: str | None, taxonomy: Taxonomy) -> list[Concept]:
    """The categories with children that a label names; aliases count only if no label is it."""
    if not also_in:
        return []
    named = [c for c in taxonomy.by_label(_label(also_in)) if taxonomy.children(c.code)]
    exact = [concept for concept in named if fold(concept.label) == fold(_label(also_in))]
    return exact or named


class _Index:
    """The meaning words of a taxonomy's concepts: trust in each, and how rare each is."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._trust = {concept.code: _trusted(concept) for concept in taxonomy.concepts}
        self._catch_all = {c.code for c in taxonomy.concepts if fold(c.label) == "other"}
        used = Counter(stem for trust in self._trust.values() for stem in trust)
        many = len(self._trust)
        self._rarity = {stem: math.log(1 + many / count) for stem, count in used.items()}
        self._unused = math.log(1 + many)
        self._length = {
            code: math.sqrt(sum((self._rarity[stem] * t) ** 2 for stem, t in trust.items())) or 1.0
            for code, trust in self._trust.items()
        }
        lengths = self._length.values()
        self._usual = sum(lengths) / len(lengths)

    def has(self, code: str, stem: str) -> bool:
        return stem in self._trust[code]

    def at_top(self, concept: Concept) -> bool:
        """Whether pages of this category print no "Also in"."""
        return concept.parent is None or concept.parent in self._catch_all

    def score(self, terms: dict[str, str], code: str) -> float:
        """The share of the weight of `terms` that the concept's own words hold, in [0, 1].

        Long definitions share words by chance: theirs count a little less.
        """
        trust = self._trust[code]
        weights = {stem: self._rarity.get(stem, self._unused * _UNUSED) for stem in terms}
        found = sum(weight * trust.get(stem, 0.0) for stem, weight in weights.items())
        return found / sum(weights.values()) * math.sqrt(self._usual / self._length[code])


@lru_cache(maxsize=4)
def _index(taxonomy: Taxonomy) -> _Index:
    return _Index(taxonomy)


def _trusted(concept: Concept) -> dict[str, float]:
    """Each stem of a concept with the trust in the best place where it stands."""
    trust: dict[str, float] = {}
    places = (
        (_EXAMPLE, concept.examples),
        (_DEFINITION, (concept.definition,)),
        (_ALSO, concept.also),
        (_LABEL, (concept.label,)),
    )
    for weight, texts in places:
        for text in texts:
            trust.update(dict.fromkeys(_terms(text), weight))
    return trust


def _terms(text: str) -> dict[str, str]:
    """The stems of a text's meaning words, each with the word as first printed."""
    terms: dict[str, str] = {}
    for word in _WORD.findall(text):
        lower = word.lower()
        if len(lower) > 1 and lower not in _STOP:
            terms.setdefault(stem(lower), word)
    return terms
