"""Lists and numbered paragraphs as measures."""

import pytest
from building import Writer

from pipeline.model import Segment
from pipeline.rule import load_rules
from pipeline.segment import listing
from pipeline.segment.checks import cross_checks

RULES = load_rules()


def found(writer: Writer) -> list[Segment]:
    return list(listing.segment(writer.document(), RULES))


def text(segment: Segment, field: str) -> str | None:
    part = segment.part(field)
    return "\n".join(source.quote for source in part.provenance) if part else None


def test_items_under_a_heading_that_announces_measures() -> None:
    one, two = found(
        Writer()
        .heading("Safety measures")
        .item(
            "• Red-team before purchase. Ask outsiders to attack it.",
            bold="Red-team before purchase.",
        )
        .item("• Exit plan: keep a supplier in reserve.")
    )
    assert text(one, "name") == "Red-team before purchase"
    assert text(one, "description") == "Ask outsiders to attack it."
    assert text(two, "name") == "Exit plan"
    assert text(two, "description") == "keep a supplier in reserve."


def test_duties_make_a_list_of_measures_and_its_numbers_are_labels() -> None:
    one, two = found(
        Writer()
        .heading("For developers")
        .item("1. Developers should publish a test report.")
        .item("2. Providers must keep the logs for a year.")
    )
    assert (text(one, "label"), text(two, "label")) == ("1", "2")
    assert text(two, "description") == "Providers must keep the logs for a year."
    assert text(one, "name") is None


def test_nested_items_belong_to_the_item_above() -> None:
    (one, _) = found(
        Writer()
        .heading("Recommended practices")
        .item("• Test before release:")
        .item("◦ with outsiders", 2)
        .item("◦ with insiders", 2)
        .item("• Stop when a test fails.")
    )
    assert text(one, "description") == "Test before release:\n◦ with outsiders\n\n◦ with insiders"


@pytest.mark.parametrize(
    ("heading", "items"),
    [
        ("Members of the panel", ["• Ada Quill, chair", "• Tom Reed, secretary"]),
        ("Risks", ["• Models may leak personal data.", "• Attackers read the weights."]),
        ("References", ["• Keep calm. 2020.", "• Test everything. 2021."]),
        ("Safety measures", ["• Chapter one", "• Chapter two"]),
    ],
)
def test_lists_of_other_things_state_no_measure(heading: str, items: list[str]) -> None:
    writer = Writer().heading(heading)
    for item in items:
        writer.item(item)
    assert found(writer) == []


def test_a_numbered_paragraph_is_marked_by_the_document_itself() -> None:
    (one,) = found(
        Writer()
        .heading("Findings")
        .paragraph("Recommendation 7: Governments should fund a register.")
        .paragraph("Other words follow.")
    )
    assert one.explicit
    assert text(one, "label") == "Recommendation 7"
    assert text(one, "description") == "Governments should fund a register."


def test_a_list_that_a_numbered_paragraph_leads_into_is_part_of_it() -> None:
    (one,) = found(
        Writer().paragraph("Measure 2: Teams shall:").item("• test it;").item("• watch it.")
    )
    assert text(one, "description") == "Teams shall:\n• test it;\n\n• watch it."


def test_items_inside_an_item_are_measures_when_they_read_as_such() -> None:
    parent, one, two = found(
        Writer()
        .heading("Minimum practices")
        .item("i. Test the system. Agencies must:", bold="Test the system.")
        .item("A. Ask outsiders to attack it.", 2)
        .item("B. Publish what they found.", 2)
    )
    assert text(parent, "name") == text(parent, "description") == "Test the system"
    assert [text(child, "label") for child in (one, two)] == ["A", "B"]
    assert text(one, "description") == "Ask outsiders to attack it."
    assert [heading.quote for heading in one.heading] == ["Minimum practices", "Test the system"]


def test_a_series_goes_on_behind_a_list_inside_it_and_a_wrong_level() -> None:
    segments = found(
        Writer()
        .heading("Safety measures")
        .item("1. Keep a register of models:")
        .item("a. with names", 2)
        .item("b. with dates", 2)
        .item("2. Review the register every year.", 2)
    )
    assert [text(segment, "label") for segment in segments] == ["1", "2"]
    assert segments[0].placed == 1.0
    assert segments[1].placed < 1.0


def test_a_sentence_of_duty_announces_what_its_list_asks_for() -> None:
    one, two = found(
        Writer()
        .heading("Buying systems")
        .paragraph("Buyers are encouraged to add terms to contracts, including:")
        .item("• requiring tests of each new version;")
        .item("• obtaining a list of the data used.")
    )
    assert text(one, "description") == "requiring tests of each new version;"
    assert text(two, "description") == "obtaining a list of the data used."


@pytest.mark.parametrize(
    "intro",
    [
        "Submissions called for the following, which the office should weigh:",
        "Firms are not required to keep a log when:",
        "A use is presumed to be risky if it serves any of the following:",
    ],
)
def test_what_others_said_and_what_is_exempt_is_no_measure(intro: str) -> None:
    writer = Writer().heading("The rules").paragraph(intro)
    assert found(writer.item("• testing a new model").item("• running a small pilot")) == []


def test_lists_below_what_was_heard_are_not_the_documents_own() -> None:
    writer = Writer().heading("What we heard").item("• Publish the tests.").item("• Keep the logs.")
    assert found(writer) == []


def test_numbered_paragraphs_of_a_report_are_no_list() -> None:
    writer = Writer()
    for number in range(1, 13):
        if number % 3 == 1:
            writer.heading(f"Chapter {number}")
        writer.item(f"{number}. The office should keep this in mind. " + "Words go on here. " * 12)
        if number == 6:
            writer.paragraph("In the first year the office will:")
            writer.item("• Publish a register of models.").item("• Review it every year.")
    assert [text(segment, "description") for segment in found(writer)] == [
        "Publish a register of models.",
        "Review it every year.",
    ]


def test_bold_lead_ins_name_paragraphs() -> None:
    one, two = found(
        Writer()
        .heading("Safeguards")
        .paragraph("Red teaming. Ask outsiders to attack the model.", bold="Red teaming.")
        .paragraph("Logging. Keep each request for a year.", bold="Logging.")
    )
    assert text(one, "name") == "Red teaming"
    assert text(two, "description") == "Keep each request for a year."


def test_terms_with_their_meaning_below_are_measures_where_a_heading_announces_them() -> None:
    def written(heading: str) -> Writer:
        return (
            Writer()
            .heading(heading)
            .paragraph("Red teaming")
            .paragraph("Outsiders attack the model; developers should mend what they find.")
            .paragraph("Staged release")
            .paragraph("Few users come first; more should follow when nothing went wrong.")
        )

    assert [text(one, "name") for one in found(written("Mitigations"))] == [
        "Red teaming",
        "Staged release",
    ]
    assert found(written("Glossary")) == []


def test_a_list_in_a_cell_goes_on_in_the_table_of_the_next_page() -> None:
    segments = found(
        Writer()
        .heading("Annex A")
        .table(
            ["Theme", "What to think of"],
            [
                "Openness",
                "Regulators will need to:\n• Set rules for\nmakers.\n• Ask for reports that",
            ],
        )
        .table([None, "say how it works.\n• Check the reports."], width=2)
    )
    assert [text(segment, "description") for segment in segments] == [
        "Set rules for\nmakers.",
        "Ask for reports that\nsay how it works.",
        "Check the reports.",
    ]
    assert segments[0].heading[-1].quote == "Openness"


def test_a_gap_in_a_numbering_and_a_missing_heading_are_named() -> None:
    document = (
        Writer()
        .heading("Contents")
        .furniture("1 Tests ..... 2")
        .furniture("2 Logs ..... 4")
        .heading("1 Tests")
        .item("1. Keep a log.")
        .item("3. Read the log.")
        .document()
    )
    issues = list(cross_checks(document))
    assert [issue.code for issue in issues] == ["heading-missing", "numbering-gap"]
    assert "2 Logs" in issues[0].message
    assert "'3' does not go on after '1'" in issues[1].message


def test_a_bold_run_in_behind_the_number_is_the_name() -> None:
    (one,) = found(
        Writer().paragraph(
            "Recommendation 2: Independent audits. Developers should be audited every year.",
            bold="Recommendation 2: Independent audits.",
        )
    )
    assert text(one, "label") == "Recommendation 2"
    assert text(one, "name") == "Independent audits"
    assert text(one, "description") == "Developers should be audited every year."


def test_a_numbered_title_on_a_line_of_its_own_has_what_follows_as_its_description() -> None:
    one, two = found(
        Writer()
        .paragraph(
            "Recommendation 2: Independent audits", bold="Recommendation 2: Independent audits"
        )
        .paragraph("Developers should be audited every year.")
        .item("• Summaries should be public.")
        .paragraph("Recommendation 3: Logs must be kept.")
    )
    assert text(one, "name") == "Independent audits"
    assert text(one, "description") == (
        "Developers should be audited every year.\n• Summaries should be public."
    )
    assert text(two, "description") == "Logs must be kept."


def test_a_numbered_title_behind_a_list_begins_a_measure_of_its_own() -> None:
    one, two = found(
        Writer()
        .paragraph("Recommendation 1: Publish a register.")
        .item("• It must be public.")
        .paragraph(
            "Recommendation 2: Independent audits", bold="Recommendation 2: Independent audits"
        )
        .paragraph("Developers should be audited.")
    )
    assert text(one, "description") == "Publish a register.\n• It must be public."
    assert (text(two, "label"), text(two, "name")) == ("Recommendation 2", "Independent audits")
    assert text(two, "description") == "Developers should be audited."


def _chapter(title: str) -> Writer:
    """A chapter whose paragraphs begin with the name of what they discuss."""
    writer = Writer().heading(title).heading("During development", 2)
    for name in ("Careful sifting", "Slow training", "Loud alarms"):
        said = f"{name} keeps what is dangerous out of models. It is costly. Few do it."
        writer.paragraph(said, bold=name)
    return writer


def test_names_in_bold_that_open_sentences_are_measures_below_a_heading_of_measures() -> None:
    measures = found(_chapter("4.2 Technical safeguards"))
    assert [text(one, "name") for one in measures] == [
        "Careful sifting",
        "Slow training",
        "Loud alarms",
    ]
    said = "Careful sifting keeps what is dangerous out of models."
    assert text(measures[0], "description") == said
    assert found(_chapter("4.2 Known hazards")) == []
