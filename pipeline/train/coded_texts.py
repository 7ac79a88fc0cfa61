"""The coded texts that the tagger is learnt from and scored on, by taxonomy."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.evaluate.coded import Coded, read_coded, read_references
from pipeline.lexicon import load_lexicons
from pipeline.tag.weights import FILE, load_weights
from pipeline.taxonomy import Taxonomy
from pipeline.train import report

REFERENCES = Path("tests/gold/tags/own-150.json")
# The coded texts that are published, by taxonomy.
GOLD = {"mitigation-2025": "mitigations-2025.dev.csv", "risk": "risks.dev.json"}
# Coded by us, half of them to learn from, half set apart.
_REFERENCED = ("mitigation", "lifecycle", "actor", "rmf")


class CodedTexts(NamedTuple):
    """Texts by taxonomy: `many` in several sources, `few` of our own, `apart` for scoring alone."""

    many: dict[str, list[Coded]]
    few: dict[str, list[Coded]]
    apart: dict[str, list[Coded]]


def coded_texts(
    taxonomies: dict[str, Taxonomy], gold: Path, references: Path = REFERENCES
) -> CodedTexts:
    """Read them from the folder `gold`, ours by their references. Raises ValueError."""

    def ours(apart: bool) -> dict[str, list[Coded]]:
        return {
            name: read_references(references, gold, taxonomies[name], apart) for name in _REFERENCED
        }

    many = {name: read_coded(gold / file, taxonomies[name]) for name, file in GOLD.items()}
    return CodedTexts(many, ours(apart=False), ours(apart=True))


def score_lines(
    taxonomies: dict[str, Taxonomy], texts: CodedTexts, weights: Path = FILE, curve: bool = False
) -> Iterator[str]:
    """The scores of the tagger: each source left out, and the shipped weights on what is apart."""
    lexicons = load_lexicons(taxonomies)
    for name, some in texts.many.items():
        yield from report.of_left_out(taxonomies[name], some, lexicons.get(name), curve)
    for name, some in texts.apart.items():
        yield from report.of_apart(taxonomies[name], some, lexicons, load_weights(weights))
