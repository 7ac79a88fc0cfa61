"""Floors below which no figure may fall, and the corpus on which each was reached.

Floors are JSON: `{"<document>": {"corpus": "<fingerprint>", "f1": 1.0, "soft_name": 0.9, ...}}`,
with any of the figures of a score. They are raised at will, and lowered only by a word of its own.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import floor
from typing import Any

from pipeline.evaluate.figures import Score, open_ones

CORPUS = "corpus"
DIGITS = 1000  # floors have three digits, and are not above what was reached

Floors = Mapping[str, Mapping[str, Any]]


def fingerprint(gold: bytes, original: str) -> str:
    """The fingerprint of a gold file's bytes and of the SHA-256 of the original that it is of."""
    return hashlib.sha256(f"{hashlib.sha256(gold).hexdigest()} {original}".encode()).hexdigest()


def fingerprint_of_all(scores: Iterable[Score]) -> str:
    """The fingerprint of all that was scored."""
    lines = sorted(f"{one.document} {one.corpus}" for one in scores)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def below_floor(scores: Sequence[Score], floors: Floors) -> list[str]:
    """A line for each figure below its floor."""
    return [
        f"{document}: {name} {reached:.3f} is below its floor {least:.3f}"
        for document, name, reached, least in _fallen(scores, floors)
    ]


def changed_corpus(scores: Sequence[Score], floors: Floors) -> list[str]:
    """A line for each document whose gold or original is not that of its floors."""
    return [
        f"{one.document}: its gold or its original changed since its floors were set "
        f"({known[:12]} then, {one.corpus[:12]} now): look at the scores, then --raise-floors"
        for one in open_ones(scores)
        if (known := floors.get(one.document, {}).get(CORPUS)) and known != one.corpus
    ]


def not_scored(scores: Sequence[Score], floors: Floors) -> list[str]:
    """The documents that have floors and no score."""
    return sorted(set(floors) - {one.document for one in scores})


def raised(scores: Sequence[Score], floors: Floors) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The floors with those raised that can be and new ones set; and a line for each change.

    No floor is lowered, not even for a corpus that changed.
    """
    new, lines = {document: dict(own) for document, own in floors.items()}, []
    for one in open_ones(scores):
        own = new.setdefault(one.document, {})
        if own.get(CORPUS) != one.corpus:
            lines.append(f"{one.document}: its floors are now those of corpus {one.corpus[:12]}")
            own[CORPUS] = one.corpus
        for name, reached in _floors_of(one).items():
            before = own.get(name)
            if before is None or reached > before:
                rise = "set" if before is None else f"raised from {before:.3f}"
                lines.append(f"{one.document}: the floor of {name} is {rise} to {reached:.3f}")
                own[name] = reached
    return _in_order(new), lines


def lowered(scores: Sequence[Score], floors: Floors) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The floors, each lowered to what is reached now; and a loud line for each."""
    new, lines = {document: dict(own) for document, own in floors.items()}, []
    for document, name, reached, least in _fallen(scores, floors):
        new[document][name] = floor(reached * DIGITS) / DIGITS
        lines.append(f"LOWERED  {document}: {name} from {least:.3f} to {new[document][name]:.3f}")
    return _in_order(new), lines


def _floors_of(one: Score) -> dict[str, float]:
    """The figures that stand for all: F1 and the recall of each field, in three digits."""
    gated = {name for name in one.figures if not name.endswith(("precision", "recall"))}
    gated -= {"description", "soft_description"}  # F1 says it
    return {k: floor(v * DIGITS) / DIGITS for k, v in one.figures.items() if k in gated}


def _fallen(scores: Sequence[Score], floors: Floors) -> Iterator[tuple[str, str, float, float]]:
    for one in open_ones(scores):
        for name, least in floors.get(one.document, {}).items():
            # A figure that is not there (no match that could agree on the field) is none.
            if name != CORPUS and (reached := one.figures.get(name, 0.0)) < least:
                yield one.document, name, reached, least


def _in_order(floors: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        document: {k: own[k] for k in sorted(own, key=lambda name: name != CORPUS)}
        for document, own in sorted(floors.items())
    }
