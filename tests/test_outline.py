"""Headings as measures: which ones, and what the paragraphs below them are."""

import pytest
from building import Writer

from pipeline.model import Segment
from pipeline.rule import load_rules
from pipeline.segment import outline
from pipeline.segment.definitions import led_in
from pipeline.segment.runin import run_in

RULES = load_rules()


def found(writer: Writer) -> list[Segment]:
    return list(outline.segment(writer.document(), RULES))


def text(segment: Segment, field: str) -> str | None:
    part = segment.part(field)
    return "\n".join(source.quote for source in part.provenance) if part else None


def test_a_numbered_recommendation_has_label_name_description_and_reason() -> None:
    (one,) = found(
        Writer()
        .heading("2 Recommendations")
        .heading("Recommendation 4: Keep a log", 2)
        .paragraph("Record what the model was asked.")
        .paragraph("Keep it for two years.")
        .paragraph("Rationale: Nobody remembers.")
    )
    assert one.explicit
    assert text(one, "label") == "Recommendation 4"
    assert text(one, "name") == "Keep a log"
    assert text(one, "description") == (
        "Record what the model was asked.\n\nKeep it for two years."
    )
    assert text(one, "rationale") == "Nobody remembers."


def test_labelled_lines_printed_as_one_paragraph_are_fields_of_their_own() -> None:
    (one,) = found(
        Writer()
        .heading("Controls")
        .heading("#LOGUSE", 2)
        .paragraph("Category: runtime control\nPermalink: https://example.org/loguse")
        .paragraph("Log use: write down every request.")
        .paragraph("Useful standards include:")
        .item("• A standard")
    )
    assert text(one, "name") == "#LOGUSE"
    assert text(one, "details.category") == "runtime control"
    assert text(one, "details.permalink") == "https://example.org/loguse"
    assert text(one, "description") == "Log use: write down every request."


def test_a_section_that_announces_measures_makes_its_headings_measures() -> None:
    names = [
        text(segment, "name")
        for segment in found(
            Writer()
            .heading("Mitigation strategies")
            .heading("Introduction", 2)
            .paragraph("This chapter has three parts and begins with the terms that we use here.")
            .heading("3.1 Red teaming", 2)
            .paragraph(
                "Specialists should attack the system before each release and report faults."
            )
            .heading("Empty heading", 2)
            .heading("Why does it work?", 2)
            .paragraph("Developers should expect attackers to find what automated tests miss.")
        )
    ]
    assert names == ["Red teaming"]


@pytest.mark.parametrize("heading", ["Theft of models", "Results", "Related work", "2.1 Overview"])
def test_a_heading_that_nothing_marks_is_no_measure(heading: str) -> None:
    text = "Developers should test each model before its release and publish what they find."
    assert found(Writer().heading("Report").heading(heading, 2).paragraph(text)) == []


def test_an_instruction_as_a_heading_is_a_measure_that_a_cue_told() -> None:
    (one,) = found(
        Writer()
        .heading("Guide for buyers")
        .heading("Establish an incident plan", 2)
        .paragraph("Agree with the supplier on who decides when the system is stopped, and how.")
        .item("• who stops the system")
    )
    assert not one.explicit
    assert text(one, "description") == (
        "Agree with the supplier on who decides when the system is stopped, and how.\n\n"
        "• who stops the system"
    )


def test_a_section_on_what_others_said_states_no_measure_of_its_own() -> None:
    writer = Writer().heading("Submissions called for regulatory action")
    writer.heading("Strengthen existing laws", 2)
    writer.paragraph("The government should extend its privacy laws to all developers of models.")
    assert found(writer) == []


def test_a_code_before_a_heading_is_its_label() -> None:
    (one,) = found(
        Writer()
        .heading("Mitigations")
        .heading("A-1 Red teaming", 2)
        .paragraph("Specialists should attack the system before each release and report faults.")
    )
    assert (text(one, "label"), text(one, "name")) == ("A-1", "Red teaming")


def _scored(label: str, times: int) -> Writer:
    """An index whose indicators each ask, say what is good, and tell what was found."""
    writer = Writer().heading("An index of care")
    for number in range(1, times + 1):
        writer.heading(f"1.{number} Indicator of kind {number}", 2)
        writer.paragraph("Does the company do it?")
        writer.paragraph(f"{label}: Tests of kind {number} are run before release.")
        writer.paragraph("What we found: Two companies have run such tests.")
    return writer


def test_a_label_below_several_headings_says_what_the_measures_are() -> None:
    measures = found(_scored("Good practice", 3))
    assert [text(one, "label") for one in measures] == ["1.1", "1.2", "1.3"]
    assert [text(one, "name") for one in measures] == [
        "Indicator of kind 1",
        "Indicator of kind 2",
        "Indicator of kind 3",
    ]
    assert text(measures[0], "description") == "Tests of kind 1 are run before release."


def test_other_labels_and_one_that_stands_twice_do_not() -> None:
    assert found(_scored("What we read", 3)) == []
    assert found(_scored("Good practice", 2)) == []


def test_a_label_that_is_not_the_name_ends_the_description() -> None:
    said = "Log use: keep a record of every request, so that what went wrong can be found later."
    writer = Writer().heading("#LOGUSE").paragraph(said)
    writer.paragraph("How: write the record to a store that the service itself cannot change.")
    (one,) = found(writer)
    assert [part.provenance[0].quote for part in one.parts if part.field == "description"] == [said]


def test_a_name_that_is_misprinted_in_the_text_is_still_said_again() -> None:
    said = "Monitoor usage: keep a record of every request that reaches the model."
    more = "Records show who asked for what, and when."
    writer = Writer().heading("#MONITORUSAGE").paragraph(said).paragraph(more)
    (one,) = found(writer)
    assert [part.provenance[0].quote for part in one.parts if part.field == "description"] == [said]


@pytest.mark.parametrize("mark", ["", ".", ":"])
def test_bold_words_label_the_fields_of_a_measure_whatever_stands_behind_them(mark: str) -> None:
    writer = Writer().heading("Catalogue of harbour rules")
    for number, what in enumerate(("Register of cranes", "Terms of hire", "Leave"), 1):
        writer.heading(f"OC-{number} {what}", 2)
        writer.paragraph(f"Control{mark} Keep a list of all who lift.", bold=f"Control{mark}")
        writer.paragraph(f"Purpose{mark} Nobody else knows.", bold=f"Purpose{mark}")
        writer.paragraph(f"Guidance{mark} A list can be short.", bold=f"Guidance{mark}")
    three = found(writer)
    assert [text(one, "name") for one in three] == ["Register of cranes", "Terms of hire", "Leave"]
    assert {text(one, "description") for one in three} == {"Keep a list of all who lift."}
    assert {text(one, "rationale") for one in three} == {"Nobody else knows."}
    document = writer.document()
    assert not led_in(document, [b for b in document.blocks if not b.level], RULES)


def test_bold_words_name_a_paragraph_with_no_mark_behind_them() -> None:
    document = (
        Writer().paragraph("Night watch Two keepers walk the pier.", bold="Night watch").document()
    )
    (block,) = document.blocks
    name, rest = run_in(document, block.span, block.inlines, RULES)
    assert name
    assert document.quote(name) == "Night watch"
    assert document.quote(rest) == "Two keepers walk the pier."
