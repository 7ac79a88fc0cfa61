"""Texts as the tagger reads them: their words by field, and the features of the linear model."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.model.stem import Word, stem, words

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

# Words that say nothing of a concept: function words, and what every text of the field is about.
_EMPTY = """
    a about across ai all also an and any are as at be been between but by can could do does each
    e.g. for from had has have how i.e. if in include including into is it its may might model more
    most must no not of on or other our should so such system than that the their them then there
    these they this those through to under use using was we were what when where whether which
    while who will with within would you your etc ensure
"""
EMPTY = frozenset(stem(word) for word in _EMPTY.split())
GRAM = 4  # 3 to 5 score the same (within 0.5 points) and cost three times the features


class Text(NamedTuple):
    """What a curator would read of a measure; a bare text is a description."""

    name: str = ""
    description: str = ""
    heading: str = ""
    rationale: str = ""


class Read(NamedTuple):
    """A text and the words of each of its fields, in the order of `Text`."""

    text: Text
    name: list[Word]
    description: list[Word]
    heading: list[Word]
    rationale: list[Word]

    def fields(self) -> Iterator[tuple[str, list[Word]]]:
        """Each field's name and words."""
        yield from zip(Text._fields, self[1:], strict=True)


class Vector(NamedTuple):
    """The features that a text has (`ids`, ascending) and how strongly (`values`, of length 1)."""

    ids: Ids
    values: Floats


def read(text: Text) -> Read:
    """Split a text into words."""
    return Read(text, *map(words, text))


def telling(row: Iterable[Word]) -> list[str]:
    """The stems that can tell concepts apart."""
    return [word.stem for word in row if word.stem not in EMPTY]


def terms(row: Iterable[Word]) -> list[str]:
    """The telling stems of a field, and its pairs of neighbours."""
    stems = telling(row)
    return stems + [f"{one} {next_}" for one, next_ in pairwise(stems)]


def grams(word: str) -> list[str]:
    """The character n-grams of one word, its ends marked by a space."""
    marked = f" {word.lower()} "
    return [marked[at : at + GRAM] for at in range(max(1, len(marked) - GRAM + 1))]


def printed(text: str, row: Sequence[Word]) -> list[str]:
    """The words as printed."""
    return [text[word.start : word.end] for word in row]


def printed_forms(text: Read) -> dict[str, str]:
    """The telling stems of a text, each as first printed."""
    forms: dict[str, str] = {}
    for whole, (_, row) in zip(text.text, text.fields(), strict=True):
        for known, start, end in row:
            if known not in forms and known not in EMPTY:
                forms[known] = whole[start:end]
    return forms


class Features:
    """The vocabulary of the model: terms, terms of names, and character n-grams, with their rarity.

    Of what two texts have in common, terms and n-grams count alike, and the terms of names again
    by the share `NAMES` of that.
    """

    NAMES = 0.3

    def __init__(self, vocabularies: Sequence[Sequence[str]], rarity: Floats) -> None:
        self.vocabularies = tuple(tuple(vocabulary) for vocabulary in vocabularies)
        self.rarity = rarity
        self._ids: list[dict[str, int]] = []
        self._kinds: list[int] = [0]
        for vocabulary in self.vocabularies:
            start = self._kinds[-1]
            self._ids.append({term: start + at for at, term in enumerate(vocabulary)})
            self._kinds.append(start + len(vocabulary))
        self._gram_ids: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return self._kinds[-1]

    @classmethod
    def of(cls, texts: Sequence[Read]) -> "Features":
        """The features that at least two of `texts` have, in order of the alphabet."""
        seen: tuple[Counter[str], ...] = (Counter(), Counter(), Counter())
        for text in texts:
            for counts, found in zip(seen, _kinds_of(text), strict=True):
                counts.update(set(found))
        vocabularies = [sorted(term for term, n in counts.items() if n > 1) for counts in seen]
        rarity = [
            np.log((1 + len(texts)) / (1 + counts[term])) + 1
            for counts, vocabulary in zip(seen, vocabularies, strict=True)
            for term in vocabulary
        ]
        return cls(vocabularies, np.array(rarity))

    def vector(self, text: Read, of_names: float = NAMES) -> Vector:
        """The features of a text, those of its name with another share if wanted."""
        ids, values = [], []
        shares = (1.0, of_names, 1.0)
        for kind, found in enumerate(self._found(text)):
            if found:
                which, counts = np.unique(np.array(found), return_counts=True)
                strength = (1 + np.log(counts)) * self.rarity[which]
                share = np.sqrt(shares[kind] / sum(shares))
                ids.append(which)
                values.append(strength * (share / np.sqrt(strength @ strength)))
        if not ids:
            return Vector(np.zeros(0, np.int64), np.zeros(0))
        return Vector(np.concatenate(ids), np.concatenate(values))

    def term_ids(self, stems: Iterable[str]) -> list[int]:
        """The feature that each stem is, or -1."""
        return [self._ids[0].get(stem, -1) for stem in stems]

    def _found(self, text: Read) -> tuple[list[int], list[int], list[int]]:
        of_name, rest = terms(text.name), terms(text.description)
        known, known_names, _ = self._ids
        chars: list[int] = []
        for row, field in ((text.name, text.text.name), (text.description, text.text.description)):
            for word in printed(field, row):
                found = self._gram_ids.get(word)
                chars += self._remember(word) if found is None else found
        return (
            [known[term] for term in (*of_name, *rest) if term in known],
            [known_names[term] for term in of_name if term in known_names],
            chars,
        )

    def _remember(self, word: str) -> list[int]:
        if len(self._gram_ids) > 1 << 16:  # a flood of strange words must not fill the memory
            self._gram_ids.clear()
        known = self._ids[2]
        self._gram_ids[word] = found = [known[gram] for gram in grams(word) if gram in known]
        return found


def _kinds_of(text: Read) -> tuple[list[str], list[str], list[str]]:
    of_name = terms(text.name)
    words_of = printed(text.text.name, text.name) + printed(text.text.description, text.description)
    return (
        of_name + terms(text.description),
        of_name,
        [gram for word in words_of for gram in grams(word)],
    )
