"""The lexicons at work: which cues a text has, where, and how much they speak for each leaf."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.lexicon import LEAD, Cue, Lexicon, Phrases
from pipeline.tag.own_words import leaves
from pipeline.tag.reading import Floats, Read
from pipeline.taxonomy import Taxonomy

# What a cue counts in each field. The description's first words count for its body too. Of the
# shares of name and lead tried (1 to 2, 0 to 1) none differed by more than 1.5 points.
_COUNTS = {"name": 1.5, "lead": 0.5, "body": 0.7, "heading": 0.5, "rationale": 0.3}


class Heard(NamedTuple):
    """A cue that a text has: how much it counts by its fields, and its places by field."""

    cue: Cue
    counts: float
    places: dict[str, list[tuple[int, int]]]


class Ears:
    """The cues of several taxonomies, found together."""

    def __init__(self, taxonomies: Sequence[Taxonomy], lexicons: Mapping[str, Lexicon]) -> None:
        self._cues: list[tuple[str, Cue]] = []
        self._by_concept: dict[tuple[str, str], list[Cue]] = defaultdict(list)
        self._columns: list[list[int]] = []
        start = 0
        for taxonomy in taxonomies:
            codes = [concept.code for concept in leaves(taxonomy)]
            below = _leaves_below(taxonomy, codes)
            for cue in lexicons[taxonomy.id].cues if taxonomy.id in lexicons else ():
                self._cues.append((taxonomy.id, cue))
                self._by_concept[taxonomy.id, cue.concept].append(cue)
                self._columns.append([start + at for at in below[cue.concept]])
            start += len(codes)
        # What each cue counts once for each field that has it.
        self._worth = {
            field: [_worth(cue, field) for _, cue in self._cues]
            for field in ("name", "description", "heading", "rationale")
        }
        self._in_lead = [
            _COUNTS["body"] * ("body" not in cue.where) + _COUNTS["lead"]
            if "lead" in cue.where
            else 0.0
            for _, cue in self._cues
        ]
        for cues in self._by_concept.values():
            cues.sort(key=lambda cue: (cue.weight, cue.phrases))
        self._width = start
        self._phrases = Phrases(
            (phrase, at) for at, (_, cue) in enumerate(self._cues) for phrase in cue.phrases
        )

    def hear(self, text: Read) -> tuple[Floats, dict[str, list[Heard]]]:
        """The score of each leaf of all taxonomies, and the cues behind it by taxonomy.

        A score is damped (log1p), since what a fifth cue says has mostly been said.
        """
        counts: dict[int, float] = defaultdict(float)
        places: dict[int, dict[str, list[tuple[int, int]]]] = {}
        for field, row in text.fields():
            if not row:
                continue
            worth = self._worth[field]
            leads: set[int] = set()
            for at, first, start, end in self._phrases.find(row):
                in_lead = first < LEAD and field == "description" and self._in_lead[at]
                if in_lead and at not in leads:
                    leads.add(at)
                    counts[at] += in_lead
                if in_lead or worth[at]:
                    by_field = places.setdefault(at, {})
                    if field in by_field:
                        by_field[field].append((start, end))
                    else:
                        by_field[field] = [(start, end)]
                        counts[at] += worth[at]
        scores = [0.0] * self._width
        by_taxonomy: dict[str, list[Heard]] = defaultdict(list)
        for at, by_field in places.items():
            taxonomy, cue = self._cues[at]
            speaks = cue.weight * counts[at]
            for column in self._columns[at]:
                scores[column] += speaks
            by_taxonomy[taxonomy].append(Heard(cue, counts[at], by_field))
        return np.array([damped(score) if score else 0.0 for score in scores]), by_taxonomy

    def of(self, taxonomy: str, code: str) -> Sequence[Cue]:
        """The cues for one concept, the weakest first."""
        return self._by_concept.get((taxonomy, code), ())


def damped(score: float) -> float:
    """The score of cues as it counts."""
    return math.copysign(math.log1p(abs(score)), score)


def undamped(score: float) -> float:
    """The opposite of `damped`."""
    return math.copysign(math.expm1(abs(score)), score)


def _worth(cue: Cue, field: str) -> float:
    where = "body" if field == "description" else field
    return _COUNTS[where] if where in cue.where else 0.0


def _leaves_below(taxonomy: Taxonomy, codes: Sequence[str]) -> dict[str, list[int]]:
    below: dict[str, list[int]] = defaultdict(list)
    for at, code in enumerate(codes):
        for known in (code, *(concept.code for concept in taxonomy.ancestors(code))):
            below[known].append(at)
    return below
