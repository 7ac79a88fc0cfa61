"""The gold of the real documents: what two readers marked, found in the documents that it is of."""

from pathlib import Path

import pytest
from readers import GOLD, HALVES, agreed

from pipeline.train.taught import marked

FILES = sorted(file.name for file in (GOLD / "second").glob("*.json"))


@pytest.mark.parametrize("name", FILES)
def test_both_readings_are_found_in_their_document(shared: Path, name: str) -> None:
    folders = [shared / "gold" / "documents"]
    first, second = marked([GOLD / "marked" / name, GOLD / "second" / name], folders)
    for reading in (first, second):
        assert all(measure.words for measure in reading.gold.measures)
    # A reader who marked at random, or another document, would answer none of it.
    tallies = [agreed(first, second, half).tally for half in HALVES]
    assert all(tally.soft > tally.wanted / 2 for tally in tallies)
