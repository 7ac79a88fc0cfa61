"""Concepts scored by their own words: labels, aliases, definitions, examples. No training at all.

The score is BM25 with the concepts as documents and the text as the question: what makes a
taxonomy work from the moment its file is there.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from pipeline.model.stem import words
from pipeline.tag.reading import Floats, Read, telling
from pipeline.taxonomy import Concept, Taxonomy

# Of the parts of a concept: a label says most; a parent's label a little.
_LABEL, _ALIAS, _REST, _PARENT = 3.0, 2.0, 1.0, 0.5
_SATURATION, _LENGTH = 2.0, 0.5
# Of the fields of a text, in the order of `Text`.
_FIELDS = (2.0, 1.0, 0.5, 0.5)


def leaves(taxonomy: Taxonomy) -> tuple[Concept, ...]:
    """The concepts that have none below them, in order."""
    parents = {concept.parent for concept in taxonomy.concepts}
    return tuple(concept for concept in taxonomy.concepts if concept.code not in parents)


class OwnWords:
    """The leaves of several taxonomies, in order, by their words."""

    def __init__(self, taxonomies: Sequence[Taxonomy]) -> None:
        self._rows: dict[str, int] = {}
        blocks = [self._block(taxonomy) for taxonomy in taxonomies]
        width = sum(block.shape[1] for block in blocks)
        self._table = np.zeros((len(self._rows), width))
        column = 0
        for block in blocks:
            self._table[: len(block), column : column + block.shape[1]] = block
            column += block.shape[1]

    def scores(self, text: Read) -> Floats:
        """The score of each leaf of all taxonomies; it does not grow with the text's length."""
        asked: dict[int, float] = defaultdict(float)
        for (_, row), share in zip(text.fields(), _FIELDS, strict=True):
            for stem in telling(row):
                if stem in self._rows:
                    asked[self._rows[stem]] += share
        if not asked:
            return np.zeros(self._table.shape[1])
        strength = np.log1p(np.array(list(asked.values())))
        return np.asarray(strength @ self._table[list(asked)] / np.sqrt(_length(text)))

    def scores_of(self, stems: Sequence[str], text: Read, columns: Sequence[int]) -> Floats:
        """How much each stem of a text alone adds to some leaves, were it said once."""
        found = np.zeros((len(stems), len(columns)))
        rows = [at for at, stem in enumerate(stems) if stem in self._rows]
        if rows:
            known = np.array([self._rows[stems[at]] for at in rows])
            found[rows] = self._table[known[:, None], columns]
        return np.asarray(found / np.sqrt(_length(text)))

    def _block(self, taxonomy: Taxonomy) -> Floats:
        own = [_words_of(concept, taxonomy) for concept in leaves(taxonomy)]
        spread: Counter[str] = Counter()
        for counts in own:
            spread.update(counts.keys())
        for stem in spread:
            self._rows.setdefault(stem, len(self._rows))
        lengths = np.array([sum(counts.values()) for counts in own])
        norms = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / lengths.mean())
        block = np.zeros((len(self._rows), len(own)))
        for column, counts in enumerate(own):
            for stem, count in counts.items():
                rarity = np.log(1 + (len(own) - spread[stem] + 0.5) / (spread[stem] + 0.5))
                value = rarity * count * (_SATURATION + 1) / (count + norms[column])
                block[self._rows[stem], column] = value
        return block


def _length(text: Read) -> int:
    return 1 + len(text.name) + len(text.description)


def _words_of(concept: Concept, taxonomy: Taxonomy) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    parts = [(concept.label, _LABEL), (concept.definition, _REST)]
    parts += [(alias, _ALIAS) for alias in concept.also]
    parts += [(example, _REST) for example in concept.examples]
    parts += [(parent.label, _PARENT) for parent in taxonomy.ancestors(concept.code)]
    for text, share in parts:
        for stem in telling(words(text)):
            counts[stem] += share
    return counts
