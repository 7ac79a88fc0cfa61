"""Sentences to learn from beside those of documents: published measures and risks.

People took them from real documents, which makes them truer than any that are written for this; but
they stand alone, without headings or neighbours, so that they count less.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.evaluate.coded import Coded, read_coded
from pipeline.model import BlockKind
from pipeline.rule import Rules
from pipeline.segment.judge import featured, setting
from pipeline.segment.sentences import parts
from pipeline.taxonomy import load_taxonomies
from pipeline.train.coded_texts import GOLD
from pipeline.train.taught import Example

# What each counts. With them the average precision on published measures and risks whose source
# is left out rises from 0.83 to 0.92; on documents left out it stays (0.856, 0.852).
_MEASURE, _RISK = 0.5, 0.2
_SENTENCES = 2  # of a risk; of a measure the first: what follows may only comment on it
_KINDS = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)  # in turn: what they stood in is not known


def published(folder: Path, rules: Rules) -> Iterator[Example]:
    """The openings of the measures and risks in a folder of coded texts. Raises ValueError."""
    taxonomies = load_taxonomies()
    measures, risks = (
        read_coded(folder / GOLD[name], taxonomies[name]) for name in ("mitigation-2025", "risk")
    )
    yield from _opening(measures, 1, _MEASURE, rules, states=True)
    yield from _opening(risks, _SENTENCES, _RISK, rules, states=False)


def _opening(
    texts: Sequence[Coded], count: int, weight: float, rules: Rules, states: bool
) -> Iterator[Example]:
    where = [setting(kind, (), rules) for kind in _KINDS]
    for number, text in enumerate(texts):
        told = text.description.strip()
        said = [told[start:end].strip() for start, end in parts(told)]
        said = [one for one in said if one][:count]
        for _, features in featured(said, where[number % len(where)], rules):
            yield Example(text.source, features, states, weight)
