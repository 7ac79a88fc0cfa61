"""How far two careful readers agree on the measures of a document, and Gleaner with each of them.

    .venv/bin/python tests/readers.py [--documents FOLDER]

`tests/gold/second` marks the documents of `tests/gold/marked` once more, by a reader who had seen
neither those marks nor Gleaner. Printed for each half of the documents: the measures that one has
and the matches of the other's (soft, as `gleaner evaluate` has them), as precision and recall.
Figures alone: whoever reads the words of the half set apart tunes to them.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from pipeline.assemble import assemble
from pipeline.evaluate.matching import Fate, Found, Wanted, settle
from pipeline.evaluate.resolve import half_of
from pipeline.model import Document, Tagged
from pipeline.rule import load_rules
from pipeline.segment import segment
from pipeline.taxonomy import load_taxonomies
from pipeline.train.taught import Marked, marked

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold"
HALVES = ("tuned", "apart")
Counts = tuple[int, int, int, int]  # measures wanted, of these matched; found, of these matched


def counts(wanted: Sequence[Wanted], found: Sequence[Found]) -> Counts:
    """What came of each measure, what is borderline apart."""
    measures, records = settle(wanted, found)
    plain = [one for one in measures if one.fate is not Fate.EXCUSED]
    plainly = [one for one in records if one.fate is not Fate.EXCUSED]
    matched = sum(one.matched for one in plain), sum(one.matched for one in plainly)
    return len(plain), matched[0], len(plainly), matched[1]


def recorded(document: Document) -> list[Found]:
    """The measures that Gleaner finds."""
    found = segment(document, load_taxonomies(), load_rules())
    file = assemble(document, found, [Tagged()] * len(found.segments), None, {})
    sources = [source for record in file.records if (source := record.description or record.name)]
    return [
        Found(id=str(n), description=str(one.value), page=one.provenance[0].pages[0])
        for n, one in enumerate(sources)
    ]


def compared(first: Marked, second: Marked, half: str) -> dict[str, Counts]:
    """The counts of each pair of readers, in a half of a document."""

    def here(page: int | None) -> bool:
        return half_of(first.gold.document, page or 1) == half

    one, other = ([m for m in read.gold.measures if m.half == half] for read in (first, second))
    as_found = [
        Found(id=str(number), description=measure.words, page=measure.page)
        for number, measure in enumerate(other)
    ]
    ours = [record for record in recorded(first.document) if here(record.page)]
    return {
        "second reader, by the first": counts(one, as_found),
        "Gleaner, by the first": counts(one, ours),
        "Gleaner, by the second": counts(other, ours),
    }


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    beside = ROOT.parent / "shared" / "gold" / "documents"
    parser.add_argument("--documents", type=Path, default=beside)
    folders = [parser.parse_args().documents]
    both = [marked(sorted((GOLD / name).glob("*.json")), folders) for name in ("marked", "second")]
    pairs = list(zip(*both, strict=True))
    for half in HALVES:
        together: defaultdict[str, list[Counts]] = defaultdict(list)
        for first, second in pairs:
            for who, figures in compared(first, second, half).items():
                together[who].append(figures)
        for who, listed in together.items():
            wanted, answered, found, asked = (sum(column) for column in zip(*listed, strict=True))
            print(f"{half:<7}{who:<30} P {asked / found:.3f} R {answered / wanted:.3f}", end="  ")
            print(f"F1 {2 * answered / (wanted + found):.3f}  ({wanted} measures, {found} found)")


if __name__ == "__main__":
    main()
