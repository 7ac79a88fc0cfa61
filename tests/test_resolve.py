"""Gold without text finds its words again."""

import pytest
from building import Writer
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.evaluate.figures import score
from pipeline.evaluate.matching import Found
from pipeline.evaluate.resolve import (
    BLOCK,
    Passage,
    SpanGold,
    SpanMeasure,
    half_of,
    mark,
    resolve,
)
from pipeline.model import Document, Span
from pipeline.model.text import fold

DUTY = (
    "The harbour master shall keep a log of every berth that the planner assigns, and two "
    "pilots shall read it once a week, so that a wrong assignment is seen before a ship is in."
)
REASON = "so that a wrong assignment is seen before a ship is in"
OTHER = "Crane drivers may refuse any lift that the program proposes and need not say why."


def written(*paragraphs: str) -> Document:
    writer = Writer()
    for paragraph in paragraphs:
        writer.paragraph(paragraph)
    return writer.document()


def at(document: Document, text: str, after: int = 0) -> Passage:
    start = document.text.index(text, after)
    return mark(document, Span(start, start + len(text)))


def gold(passage: Passage, name: Passage | None = None, reason: Passage | None = None) -> SpanGold:
    measure = SpanMeasure(
        **passage.model_dump(exclude={"rest"}),
        rest=passage.rest,
        name=name,
        rationale=reason,
        way="prose",
        half="tuned",
    )
    return SpanGold(document="made.txt", sha256="0" * 64, measures=(measure,))


def test_words_are_found_where_they_were_marked() -> None:
    document = written("Before it all.", DUTY, OTHER)
    (found,) = resolve(gold(at(document, DUTY), reason=at(document, REASON)), document)
    assert (found.description, found.rationale, found.name) == (DUTY, REASON, None)
    assert found.likeness == 1.0


def test_words_are_found_after_the_reader_changed_what_stands_around_them() -> None:
    marked = gold(at(written(DUTY), DUTY))
    document = written("A title that used to be lost.", OTHER, DUTY.replace(" ", "\n", 9))
    (found,) = resolve(marked, document)
    assert fold(found.description or "") == fold(DUTY)
    assert found.place is not None
    assert fold(document.quote(found.place)) == fold(DUTY)
    assert found.likeness == 1.0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("planner assigns, ", "planner assigns, 7 See the rules of the port. "),
        ("every berth", "ev-\nery berth"),
        ("The harbour master", "The har- bour master"),
        ("a ship is in", "a sh1p is in"),
    ],
)
def test_words_are_found_although_some_were_read_otherwise(old: str, new: str) -> None:
    document = written(OTHER, DUTY.replace(old, new), OTHER)
    (found,) = resolve(gold(at(written(DUTY), DUTY)), document)
    assert 0.5 <= found.likeness < 1.0
    assert found.description is not None
    assert "keep a log of" in found.description
    assert "Crane drivers" not in found.description
    wanted = score("made.txt", [found], [Found(id="a", description=DUTY.replace(old, new))])
    assert wanted.tally.soft == 1


def test_lost_words_are_no_guess_and_count_as_missed() -> None:
    document = written("The weather in the harbour was fine all week.", OTHER)
    (found,) = resolve(gold(at(written(DUTY), DUTY)), document)
    assert (found.description, found.place, found.likeness) == ("", None, 0.0)
    scored = score("made.txt", [found], [Found(id="a", description=OTHER)])
    assert (scored.tally.wanted, scored.tally.soft) == (1, 0)


def test_of_equal_words_the_nearest_are_taken_and_a_name_goes_with_its_description() -> None:
    first = written("Logs", OTHER, "Logs", DUTY)
    name = at(first, "Logs", after=1)
    marked = gold(at(first, DUTY), name=name)
    document = written("Logs", "Something new that is rather long.", OTHER, "Logs", DUTY, "Logs")
    (found,) = resolve(marked, document)
    assert (found.name, found.likeness) == ("Logs", 1.0)
    again = resolve(gold(name), document)[0].place
    assert again is not None
    assert again.start == document.text.index("Logs", len("Logs"))


def test_what_follows_after_a_footnote_belongs_to_the_passage() -> None:
    cut = DUTY.index(" pilots")
    head, tail = DUTY[:cut], DUTY[cut + 1 :]
    document = written(head, "1 A note of the port.", tail)
    start = document.text.index(head)
    passage = mark(document, Span(start, start + len(head)), rest=at(document, tail))
    for reading in (document, written(OTHER, head, tail)):
        (found,) = resolve(gold(passage), reading)
        assert (fold(found.description or ""), found.likeness) == (fold(DUTY), 1.0)


@given(st.text(min_size=1, max_size=60), st.integers(0, 60), st.integers(1, 60))
def test_every_marked_span_is_found_again(text: str, start: int, length: int) -> None:
    document = written(OTHER, text, DUTY)
    place = Span(start, min(len(document.text), start + length))
    assume(fold(document.quote(place)))
    (found,) = resolve(gold(mark(document, place)), document)
    assert (found.place, found.likeness) == (place, 1.0)


def test_a_gold_file_holds_none_of_the_words() -> None:
    dumped = gold(at(written(DUTY), DUTY)).model_dump_json()
    assert not {word for word in DUTY.split() if len(word) > 6 and word in dumped}
    assert SpanGold.model_validate_json(dumped) == gold(at(written(DUTY), DUTY))


def test_nothing_is_marked_where_there_are_no_words() -> None:
    with pytest.raises(ValueError, match="no words"):
        mark(written("One. - Two."), Span(4, 7))


def test_neighbouring_blocks_of_pages_lie_in_different_halves() -> None:
    halves = [half_of("made.pdf", page) for page in range(1, 8 * BLOCK + 1)]
    assert all(len(set(halves[i : i + BLOCK])) == 1 for i in range(0, len(halves), BLOCK))
    pairs = [halves[i : i + 2 * BLOCK] for i in range(0, len(halves), 2 * BLOCK)]
    assert all(pair.count("tuned") == BLOCK for pair in pairs)
    assert halves != [half_of("other.pdf", page) for page in range(1, 8 * BLOCK + 1)]
