"""Records as they stand in `extracted/`, scored against gold files."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.evaluate import Gold, Score, below_floor, evaluate, read_gold
from pipeline.model import RecordFile
from pipeline.store import Stage, Store, read_noun

GOLD = Path("tests/gold")
FLOORS = Path("tests/floors.json")


class NoGold(Exception):
    """Gold that is not there or cannot be used; the message says what to do."""


def scores(store: Store, files: Sequence[Path]) -> list[Score]:
    """A score for each gold file (none: all of `tests/gold`). Raises NoGold."""
    files = files or sorted(GOLD.glob("*.json"))
    if not files:
        raise NoGold(f"There is no gold in {GOLD}: name a file with --gold.")
    try:
        gold = [read_gold(file) for file in files]
    except ValueError as error:
        raise NoGold(str(error)) from error
    return evaluate(gold, list(_records(store, gold)))


def _records(store: Store, gold: Sequence[Gold]) -> Iterator[RecordFile]:
    wanted = {Path(one.document).name: one.document for one in gold}
    found = {}
    for group in store.made(Stage.ASSEMBLE):
        for original in group:
            name = Path(original.name).name
            if name in wanted and name not in found:
                found[name] = read_noun(RecordFile, store.output(Stage.ASSEMBLE, original.name))
    if missing := [document for name, document in wanted.items() if name not in found]:
        raise NoGold(
            f"There are no records of {', '.join(missing)} in {store.extracted}: "
            "run `gleaner extract` on it first."
        )
    yield from found.values()


def floors_missed(found: Sequence[Score]) -> list[str]:
    """A line for each score below its floor in `tests/floors.json`. Raises NoGold."""
    try:
        floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoGold(f"The floors in {FLOORS} cannot be read: {error}") from error
    return below_floor(found, floors)


def score_lines(found: Sequence[Score]) -> Iterator[str]:
    """Scores for people: what was wanted, found, matched, and what was missed or spurious."""
    yield f"{'document':<40} gold records strict  soft     P     R    F1 soft F1"
    for one in found:
        yield (
            f"{one.document[:40]:<40} {one.wanted:>4} {one.found:>7} {one.strict:>6} {one.soft:>5} "
            f"{one.precision:.3f} {one.recall:.3f} {one.f1:.3f}   {one.soft_f1:.3f}"
        )
        for field, share in one.fields.items():
            yield f"    {field}: {share:.3f} of the matched agree"
        if one.missed:
            yield f"    missed: gold no. {', '.join(str(i + 1) for i in one.missed)}"
        if one.spurious:
            yield f"    spurious: {', '.join(one.spurious)}"


def score_json(found: Sequence[Score]) -> dict[str, Any]:
    """Scores for machines."""
    return {"scores": [one.model_dump(mode="json") for one in found]}
