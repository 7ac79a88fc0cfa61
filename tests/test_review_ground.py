"""How far words stand in a document, and where words of an older text are now."""

import pytest
from building import Writer
from curating import AUDIT, LOGS, SHARE, cited, document
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import BlockKind, Document, Grounding, Inline, Span
from pipeline.model.text import freeze
from pipeline.review import ground
from pipeline.review.find import Finder
from pipeline.review.squeeze import letters, squeeze

ME = "curator:ann"
TEXT = document(AUDIT, LOGS, SHARE)


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("keep incident\nlogs for a\n   month", "keep incident logs for a month"),
        ("a risk assess-\nment of models", "a risk assessment of models"),
        ("a high-\nimpact system", "a high-impact system"),
        ("a high-\nimpact system", "a highimpact system"),
        ("the ﬁrst eﬃcient staﬀ", "the first efficient staff"),
        ("the first efficient staff", "the ﬁrst eﬃcient staﬀ"),
        ("so-called “safe” models’ logs", 'so-called "safe" models\' logs'),
        ("risk – if any – is named", "risk - if any - is named"),
        ("risk—if any—is named", "risk – if any – is named"),
        ("soft\u00adhyphens and zero\u200bwidths", "softhyphens and zerowidths"),
        ("RISK ASSESSMENT", "Risk assessment"),
        ("• Keep logs\n• Read them", "Keep logs Read them"),
        ("from 10–20 days", "from 10-20 days"),
        ("non‑breaking hyphen", "non-breaking hyphen"),
        ("CO₂ and m² count…", "CO2 and m2 count..."),
    ],
)
def test_another_print_is_no_false_alarm(printed: str, typed: str) -> None:
    text = document("Before it.", printed, "After it.")
    how, (place,) = ground(text, typed, ME)
    assert how is Grounding.NORMALISED
    assert text.quote(place.span) == place.quote
    assert place.made_by == ME


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("version 1.5 of it", "version 15 of it"),
        ("from 10-20 days", "from 1020 days"),
        ("GPT-4 is named", "GPT4 is named"),
        ("Deployment begins", "Deploy"),
        ("a misclassified model", "classified"),
        ("the rate is 5 %", "the rate is 50 %"),
    ],
)
def test_other_words_are_not_taken_for_the_same(printed: str, typed: str) -> None:
    assert ground(document("Before it.", printed), typed, ME)[0] is Grounding.ABSENT


def test_words_as_printed_are_exact_and_the_nearest_is_taken() -> None:
    text = document("Keep logs.", "Something else.", "Keep logs.", "KEEP LOGS.")
    how, (place,) = ground(text, " Keep logs. ", ME)
    assert (how, place.span.start) == (Grounding.EXACT, 0)
    _, (place,) = ground(text, "Keep logs.", ME, near=Span(40, 50))
    assert place.span.start == text.text.rindex("Keep logs.")


def test_words_around_a_footer_are_found_without_it() -> None:
    writer = Writer().paragraph("Agencies must test each")
    writer.furniture("Page 12 of 40").furniture("A guide to care")
    text = writer.paragraph("model that they buy from anybody.").document()
    how, places = ground(text, "Agencies must test each model that they buy from anybody.", ME)
    assert how is Grounding.NORMALISED
    assert [one.quote for one in places] == [
        "Agencies must test each",
        "model that they buy from anybody.",
    ]
    assert ground(text, "Page 12 of 40", ME)[0] is Grounding.EXACT


def test_the_mark_of_a_note_is_no_word() -> None:
    text = document("Providers name the risk3 before launch.")
    at = text.text.index("3")
    marked = text.blocks[0].model_copy(
        update={"inlines": (Inline(kind="note", span=Span(at, at + 1)),)}
    )
    text = text.model_copy(update={"blocks": (marked,)})
    how, places = ground(text, "Providers name the risk before launch.", ME)
    assert how is Grounding.NORMALISED
    assert [one.quote for one in places] == ["Providers name the risk", "before launch."]


def test_words_that_are_partly_there_show_the_part() -> None:
    typed = LOGS.replace("at least 30 days", "ever")
    how, places = ground(TEXT, typed, ME)
    assert how is Grounding.PARTIAL
    assert [one.quote for one in places] == [
        "Deployers must keep incident logs for", "and read them weekly.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["", "  \n ", "-", "Nobody ever wrote any of this down here", "the of and to"]
)
def test_words_that_are_not_there_are_absent(typed: str) -> None:
    assert ground(TEXT, typed, ME) == (Grounding.ABSENT, ())


def test_an_empty_document_has_no_words() -> None:
    assert ground(document(), "anything at all", ME) == (Grounding.ABSENT, ())


@given(st.text(max_size=60), st.integers(0, 80), st.integers(0, 80))
def test_every_passage_of_a_text_is_exact_or_in_the_middle_of_a_word(
    text: str, a: int, b: int
) -> None:
    made = document("Before.", freeze(text) or "x", "After.")
    passage = made.text[min(a, b) : max(a, b)].strip()
    how, places = ground(made, passage, ME)
    for place in places:
        assert made.quote(place.span) == place.quote
    if letters(passage) and how is not Grounding.EXACT:
        start = made.text.index(passage)
        end = start + len(passage)
        edges = made.text[max(0, start - 1) : start + 1], made.text[end - 1 : end + 1]
        assert (
            any(edge.isalnum() and len(edge) == 2 for edge in edges) or how is Grounding.NORMALISED
        )


@given(st.text(max_size=80))
def test_squeezing_twice_is_squeezing_once_and_every_letter_has_a_place(text: str) -> None:
    once = squeeze(text)
    assert squeeze(once.text).text == once.text or "-" in text
    assert len(once.text) == len(once.places)
    assert all(a <= b for a, b in zip(once.places, once.places[1:], strict=False))
    assert all(0 <= place < len(text) for place in once.places)


# --- words of an older text -----------------------------------------------------------------------


def test_of_several_places_the_one_with_the_old_context_is_taken() -> None:
    old = document(
        "Ministries keep logs of it.", "Buyers keep logs of all.", "Sellers keep logs too."
    )
    sought = old.cite(Span(old.text.index("keep logs of all"), old.text.index(" of all")), ME)
    assert sought.quote == "keep logs"
    new = document(
        "Sellers keep logs too.", "Ministries keep logs of it.", "New.", "Buyers keep logs of all."
    )
    found = Finder(new).find(sought)
    assert found is not None
    assert new.text[: found.span.start].endswith("Buyers ")


def test_a_place_that_did_not_change_is_kept_though_the_words_are_elsewhere_too() -> None:
    text = document("Keep logs.", "Keep logs.", "Keep logs.")
    sought = text.cite(Span(12, 22), ME)
    assert Finder(text).find(sought) == (Span(12, 22), Grounding.EXACT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LOGS, LOGS.replace("30 days", "90 days")),
        (LOGS, LOGS.replace("must keep", "must always keep")),
        (LOGS, LOGS.replace(" and read them weekly", "")),
        (LOGS, LOGS.replace("Deployers", "Users")),
        ("Keep incident logs", "Keep an incident log"),
    ],
)
def test_words_changed_a_little_are_found_where_they_are(old: str, new: str) -> None:
    before, after = document(AUDIT, old, SHARE), document("New.", SHARE, AUDIT, new, "End.")
    found = Finder(after).find(cited(before, old))
    assert found is not None
    assert found.how is Grounding.PARTIAL
    start = after.text.index(new)
    assert Span(start, start + len(new)).covers(found.span)
    assert found.span.end - found.span.start > len(new) / 2


def test_words_that_were_replaced_are_not_found() -> None:
    after = document(AUDIT, "The board signs off every launch and says why.", SHARE)
    assert Finder(after).find(cited(TEXT, LOGS)) is None


def test_a_long_document_with_many_changed_words_keeps_them_all_apart() -> None:
    rows = [
        f"Control {n}: agency {n * 7} reports case {n * 13} to office {n * 3} by noon."
        for n in range(400)
    ]
    old = document(*rows)
    new = document(*(row.replace("by noon", "before noon") for row in reversed(rows)))
    finder = Finder(new)
    for row in rows[::40]:
        now = finder.now(cited(old, row), ME)
        assert now is not None
        assert now.quote == row.replace("by noon", "before noon")


def test_words_without_letters_are_found_where_they_stand() -> None:
    old, new = document("Before.", "—", "After."), document("Before it.", "—", "After.")
    found = Finder(new).find(cited(old, "—"))
    assert found is not None
    assert new.quote(found.span) == "—"


def test_furniture_is_text_like_any_other() -> None:
    text: Document = Writer().furniture("A guide to care").paragraph(LOGS).document()
    assert text.blocks[0].kind is BlockKind.FURNITURE
    assert ground(text, "guide to care", ME)[0] is Grounding.EXACT
