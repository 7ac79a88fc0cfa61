"""Lists and numbered paragraphs as measures."""

import pytest
from building import Writer

from pipeline.model import Segment
from pipeline.rule import load_rules
from pipeline.segment import listing

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
