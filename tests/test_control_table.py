"""Rows of tables as measures: heads, bands, closing rows, page breaks, lists in cells."""

import pytest
from building import Writer

from pipeline.model import Document, Segment
from pipeline.rule import load_rules
from pipeline.segment import control_table

RULES = load_rules()
HEAD = ("Control ID", "Proposed Control", "Risks Addressed")


def rows(document: Document) -> list[Segment]:
    return list(control_table.segment(document, RULES))


def texts(segment: Segment, field: str) -> list[str]:
    part = segment.part(field)
    return [source.quote for source in part.provenance] if part else []


def trail(segment: Segment) -> list[str]:
    return [source.quote for source in segment.heading]


def test_a_row_has_its_label_words_details_and_the_band_above_it() -> None:
    document = (
        Writer()
        .heading("3 Controls")
        .table(
            ["PREPARE 1.2: Data are known."],
            HEAD,
            ["HC-1", "Keep a list of data sets.", "Privacy; Bias"],
            ["HC-2", "Delete what is not needed; say so.", "Privacy"],
            ["Responsible Roles: Data steward, Auditor"],
            width=3,
        )
        .document()
    )
    one, two = rows(document)
    assert texts(one, "label") == ["HC-1"]
    assert texts(two, "description") == ["Delete what is not needed; say so."]
    assert texts(one, "details.risks_addressed") == ["Privacy", "Bias"]
    assert texts(two, "details.responsible_roles") == ["Data steward", "Auditor"]
    assert trail(one) == ["3 Controls", "PREPARE 1.2: Data are known."]


def test_a_table_without_heads_goes_on_the_one_before() -> None:
    document = (
        Writer()
        .heading("Controls")
        .table(["A band"], HEAD, ["C-1", "Test it.", "Harm"], width=3)
        .furniture("page 4")
        .table(["C-2", "Watch it.", "Harm"], ["Roles: Owner"], width=3)
        .table(["Another band"], HEAD, ["C-3", "Stop it.", "Harm"], width=3)
        .document()
    )
    one, two, three = rows(document)
    assert trail(two) == ["Controls", "A band"]
    assert texts(one, "details.roles") == texts(two, "details.roles") == ["Owner"]
    assert trail(three) == ["Controls", "Another band"]
    assert texts(three, "details.roles") == []


def test_heads_repeated_on_the_next_page_are_no_row_and_no_new_group() -> None:
    document = (
        Writer()
        .table(["Band"], HEAD, ["C-1", "Test it.", "Harm"], width=3)
        .table(HEAD, ["C-2", "Watch it.", "Harm"], ["Roles: Owner"])
        .document()
    )
    one, two = rows(document)
    assert texts(one, "details.roles") == texts(two, "details.roles") == ["Owner"]
    assert trail(two) == ["Band"]


def test_a_table_under_another_heading_does_not_go_on() -> None:
    document = (
        Writer()
        .heading("Controls")
        .table(HEAD, ["C-1", "Test it.", "Harm"])
        .heading("Budget")
        .table(["2024", "Ten people", "3"], ["2025", "Twelve people", "4"])
        .document()
    )
    assert len(rows(document)) == 1


@pytest.mark.parametrize(
    "head",
    [("Year", "People", "Cost"), ("ID", "Risk", "Likelihood"), ("Name", "Definition", "Source")],
)
def test_a_table_of_other_things_states_no_measure(head: tuple[str, ...]) -> None:
    assert rows(Writer().table(head, ["a", "b", "c"]).document()) == []


def test_names_beside_descriptions_and_reasons() -> None:
    document = (
        Writer()
        .table(["Safeguard", "Description", "Why?"], ["Canary", "Plant strings.", "To see leaks."])
        .document()
    )
    (row,) = rows(document)
    assert texts(row, "name") == ["Canary"]
    assert texts(row, "description") == ["Plant strings."]
    assert texts(row, "rationale") == ["To see leaks."]


def test_a_slip_in_a_head_gives_way_to_the_usual_head() -> None:
    writer = Writer()
    for number in range(3):
        writer.table(HEAD, [f"C-{number}", "Test it.", "Harm; Theft"])
    document = writer.table((*HEAD[:2], "Risks"), ["C-9", "Stop it.", "Harm"]).document()
    assert texts(rows(document)[-1], "details.risks_addressed") == ["Harm"]


def test_a_comma_stands_for_a_semicolon_only_between_known_names() -> None:
    document = (
        Writer()
        .table(
            HEAD,
            ["C-1", "One.", "Theft, Loss, or Leak; Bias"],
            ["C-2", "Two.", "Bias; Theft, Loss, or Leak"],
            ["C-3", "Three.", "Bias, Theft, Loss, or Leak"],
        )
        .document()
    )
    *_, three = rows(document)
    assert texts(three, "details.risks_addressed") == ["Bias", "Theft, Loss, or Leak"]
    assert [issue.code for issue in three.issues] == ["separator-mended"]


def test_a_row_without_a_measure_is_passed_over() -> None:
    document = Writer().table(HEAD, ["C-1", None, "Harm"], ["C-2", "Test it.", None]).document()
    (row,) = rows(document)
    assert texts(row, "label") == ["C-2"]


def test_rows_of_fields_make_one_measure_per_name_over_page_breaks() -> None:
    document = (
        Writer()
        .heading("Our approach")
        .table(
            ["Principle", "Openness"],
            [
                "Definition and explanation",
                "Systems should be open. Makers should say how they work.",
            ],
            ["Rationale for the principle", "People trust what they see."],
        )
        .table(["Principle", "Safety"], ["Definition", "Systems should be safe."])
        .document()
    )
    one, two = rows(document)
    assert texts(one, "name") == ["Openness"]
    assert texts(one, "description") == ["Systems should be open."]
    assert texts(one, "rationale") == ["People trust what they see."]
    assert (texts(two, "name"), texts(two, "rationale")) == (["Safety"], [])
    assert not one.explicit


def test_a_form_with_one_name_is_no_table_of_measures() -> None:
    assert rows(Writer().table(["Title", "Report"], ["Summary", "Words."]).document()) == []
