"""How far two careful readers agree on the measures of a document, and Gleaner with each of them.

    .venv/bin/python tests/readers.py [--documents FOLDER]

`tests/gold/second` marks the documents of `tests/gold/marked` once more, by a reader who had seen
neither those marks nor Gleaner. Printed for each half of the documents: the measures that one has
and the matches of the other's (soft, as `gleaner evaluate` has them), as precision and recall.
Figures alone: whoever reads the words of the half set apart tunes to them.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pipeline.evaluate import Found, Half, Score, Tally, evaluate, score, total
from pipeline.rule import load_rules
from pipeline.taxonomy import load_taxonomies
from pipeline.train.taught import Marked, marked
from pipeline.train.unseen import untagged

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold"
HALVES: tuple[Half, ...] = get_args(Half)
SECOND = "second reader, by the first"


def agreed(first: Marked, second: Marked, half: Half) -> Score:
    """How the second reader's measures answer the first's, in a half of a document."""
    marks = second.gold.marked.measures if second.gold.marked else ()
    found = [
        Found(id=str(number), description=measure.words, page=mark.page)
        for number, (measure, mark) in enumerate(zip(second.gold.measures, marks, strict=True))
    ]
    return score(first.gold.document, first.gold.measures, found, half=half)


def compared(first: Marked, second: Marked) -> Iterator[tuple[Half, str, Tally]]:
    """The tally of each pair of readers, in each half of a document."""
    file = untagged(first.document, load_taxonomies(), load_rules())
    for half in HALVES:
        yield half, SECOND, agreed(first, second, half).tally
        for who, gold in (("first", first.gold), ("second", second.gold)):
            (found,) = evaluate([gold], [file], apart=half == "apart")
            yield half, f"Gleaner, by the {who}", found.tally


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    beside = ROOT.parent / "shared" / "gold" / "documents"
    parser.add_argument("--documents", type=Path, default=beside)
    folders = [parser.parse_args().documents]
    both = [marked(sorted((GOLD / name).glob("*.json")), folders) for name in ("marked", "second")]
    together: defaultdict[tuple[Half, str], list[Tally]] = defaultdict(list)
    for first, second in zip(*both, strict=True):
        for half, who, tally in compared(first, second):
            together[half, who].append(tally)
    for (half, who), tallies in sorted(together.items(), reverse=True):
        tally = total(tallies)
        soft = (f"{tally.figures[f'soft_{name}']:.3f}" for name in ("precision", "recall", "f1"))
        counts = f"({tally.wanted} measures, {tally.found} found)"
        print(f"{half:<7}{who:<30}", *soft, counts)


if __name__ == "__main__":
    main()
