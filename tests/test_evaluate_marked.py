"""Gold that holds no words, found again in the document at hand."""

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.evaluate import evaluate, fingerprint, located, parse_gold
from pipeline.evaluate.resolve import SpanGold, SpanMeasure, half_of, mark, resolve
from pipeline.ingest import ingest
from pipeline.ingest.raw import Raw
from pipeline.model import Document, Span
from pipeline.model.text import fold

SAMPLES = Path(__file__).resolve().parent.parent / "raw" / "documents" / "samples"
FILE = SAMPLES / "guideline-safe-procurement.md"
WORDS = "Reserve the right to audit the system"
PARAGRAPH = "Give two people who know the service"


def read(text: str) -> Document:
    data = text.encode()
    return ingest(Raw(f"documents/{FILE.name}", data, hashlib.sha256(data).hexdigest()))


@pytest.fixture(scope="module")
def document() -> Document:
    return read(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gold(document: Document) -> SpanGold:
    return SpanGold(
        document=FILE.name,
        sha256=document.sha256,
        measures=tuple(marked(document, begin, half) for begin, half in
                       ((PARAGRAPH, "tuned"), (WORDS, "apart"))),
    )  # fmt: skip


def marked(document: Document, begin: str, half: str) -> SpanMeasure:
    start = document.text.index(begin)
    (block,) = document.blocks_at(Span(start, start + 1))
    passage = mark(document, Span(start, block.span.end))
    return SpanMeasure.model_validate(
        {**passage.model_dump(exclude={"rest"}), "way": "outline", "half": half}
    )


def test_words_are_found_where_they_were(document: Document, gold: SpanGold) -> None:
    first, second = resolve(gold, document)
    assert (first.likeness, second.likeness) == (1.0, 1.0)
    assert first.description is not None
    assert first.description.startswith(PARAGRAPH)
    assert first.place is not None
    assert fold(document.quote(first.place)) == fold(first.description)


def test_words_are_found_where_they_moved_to(document: Document, gold: SpanGold) -> None:
    text = FILE.read_text(encoding="utf-8")
    moved = read(f"A preface that nobody asked for, of some length.\n\n{text}")
    before, after = resolve(gold, document), resolve(gold, moved)
    assert [fold(want.words) for want in after] == [fold(want.words) for want in before]
    assert [want.place for want in after] != [want.place for want in before]


def test_words_that_changed_a_little_are_found_and_said_to_have_changed(gold: SpanGold) -> None:
    text = FILE.read_text(encoding="utf-8").replace("a week with the system", "one week with it")
    first, second = resolve(gold, read(text))
    assert 0.5 <= first.likeness < 1.0
    assert second.likeness == 1.0


def test_words_that_are_gone_are_lost_and_not_guessed(gold: SpanGold) -> None:
    first, second = resolve(gold, read("# Another text\n\nThe weather was fine by the river.\n"))
    assert (first.description, first.place, first.likeness) == ("", None, 0.0)
    assert second.description == ""


def test_a_file_of_marked_gold_is_scored_by_halves(document: Document, gold: SpanGold) -> None:
    data = json.dumps(gold.model_dump(mode="json")).encode()
    one = located(parse_gold(data, "gold.json"), document)
    (tuned,), (apart,) = evaluate([one], []), evaluate([one], [], apart=True)
    assert (tuned.tally.wanted, tuned.title) == (1, FILE.name)
    assert (apart.tally.wanted, apart.title) == (1, f"{FILE.name} (apart)")
    assert WORDS not in data.decode()
    assert fingerprint(data, gold.sha256) != fingerprint(data, "")


def test_gold_of_a_document_that_cannot_be_read_is_missed(gold: SpanGold) -> None:
    data = json.dumps(gold.model_dump(mode="json")).encode()
    (one,) = evaluate([located(parse_gold(data, "gold.json"), None)], [])
    assert one.tally == (1, 0, 0, 0)


def test_the_halves_are_frozen_and_share_a_document_evenly() -> None:
    halves = [half_of("a.pdf", page) for page in range(1, 101)]
    assert halves == [half_of("a.pdf", page) for page in range(1, 101)]
    assert halves.count("tuned") == 50
    assert halves != [half_of("b.pdf", page) for page in range(1, 101)]
