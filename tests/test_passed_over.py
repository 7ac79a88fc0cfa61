"""What is looked at and not taken says why; and what stands beside measures is found."""

from building import Writer

from pipeline.model import Issue, SegmentKind
from pipeline.rule import load_rules
from pipeline.segment import segment
from pipeline.taxonomy import load_taxonomies

RULES = load_rules()
PUBLISH = "• Publish the logs of all tests that were run before the release of a model."
BUOYS = "Red buoys are placed around each rock so that pilots can see them at night."
TAXONOMIES = load_taxonomies()


def issues(writer: Writer, code: str) -> list[Issue]:
    found = segment(writer.document(), TAXONOMIES, RULES).issues
    return [issue for issue in found if issue.code == code]


def ways(writer: Writer) -> set[str]:
    return {one.way for one in segment(writer.document(), TAXONOMIES, RULES).segments}


def described(writer: Writer) -> list[str]:
    document = writer.document()
    found = segment(document, TAXONOMIES, RULES).segments
    parts = [one.part("description") for one in found if one.kind is SegmentKind.MEASURE]
    return [part.provenance[0].quote for part in parts if part]


def test_a_list_that_a_heading_speaks_against_names_the_rule() -> None:
    writer = Writer().heading("What we heard").item(PUBLISH)
    writer.item("• Share the results of safety tests with independent researchers each year.")
    (issue,) = issues(writer, "list-passed-over")
    assert "'What we heard' (section.heard)" in issue.message


def test_a_list_with_too_few_measures_says_how_many_were_needed() -> None:
    writer = Writer().heading("Harbours").item(PUBLISH)
    writer.item("• Gulls at noon above the gates of the old harbour")
    writer.item("• Ships of wood that came from the north in the last century")
    writer.item("• Cranes and ropes that were left there when the harbour was closed")
    (issue,) = issues(writer, "list-passed-over")
    assert issue.message.startswith("1 of 4 items")
    assert "60% were needed" in issue.message


def test_numbered_paragraphs_are_read_as_text_sentence_by_sentence() -> None:
    duty = "Ministers should publish the results of all safety tests of models within a year."
    writer = Writer().heading("Recommendations")
    for number in (1, 2, 3):
        writer.item(
            f"{number}. Trade grew by a tenth last year. Most ships came from the north. {duty}"
        )
    assert described(writer) == [duty] * 3
    assert ways(writer) - {"source"} == {"prose"}
    (issue,) = issues(writer, "list-passed-over")
    assert "numbered paragraphs" in issue.message
    told = "They should also name the officer who ran each of the tests, with the day."
    clauses = (
        Writer().heading("Recommendations").item(f"1. {duty} {told}").item(f"2. {duty} {told}")
    )
    assert described(clauses) == [f"{duty} {told}"] * 2
    assert ways(clauses) - {"source"} == {"listing"}


def test_a_list_without_anything_like_a_measure_is_not_worth_a_word() -> None:
    writer = Writer().heading("Harbours")
    writer.item("• Gulls at noon above the gates of the old harbour")
    writer.item("• Cranes and ropes that were left there when the harbour was closed")
    assert issues(writer, "list-passed-over") == []


def test_a_sentence_that_falls_short_says_by_how_much_and_for_what() -> None:
    writer = Writer().heading("Ways")
    writer.paragraph(
        "It has been proposed that 7 large companies should review the safety of models."
    )
    (issue,) = issues(writer, "below-threshold")
    assert "below 0.50" in issue.message
    assert "prose.not-attributed" in issue.message


def test_what_is_passed_over_is_told_in_bounded_number() -> None:
    writer = Writer().heading("Ways")
    for number in range(30):
        text = f"that {number} large companies should review the safety of models."
        writer.paragraph(f"It has been proposed {text}")
    told = issues(writer, "below-threshold")
    assert len(told) == 21
    assert told[-1].message.startswith("10 more places")


def test_a_long_title_does_not_make_a_measure_of_every_section() -> None:
    title = "Promises of the past: a short history of safety measures that did not hold"
    writer = Writer().heading(title).heading("Buoys", 2).paragraph("Buoys drifted, and none came.")
    assert described(writer) == []
    assert "outline" not in ways(Writer().heading(title).heading("Buoys", 2).paragraph(BUOYS))


def test_a_short_title_announces_what_the_whole_work_holds() -> None:
    writer = Writer().heading("Mitigations").heading("Buoys", 2).paragraph(BUOYS)
    assert described(writer) == [BUOYS]
    assert "outline" in ways(writer)


def test_bold_lines_are_titles_of_what_stands_below_them() -> None:
    writer = Writer().heading("Secure harbours")
    for name, text in (("Watch the gate", "Log each ship that passes."),
                       ("Know the crew", "Check the papers of all hands.")):  # fmt: skip
        writer.paragraph(name, bold=name).paragraph(text)
    assert described(writer) == ["Log each ship that passes.", "Check the papers of all hands."]


def test_a_measure_beside_named_ones_is_read_though_its_heading_is_no_instruction() -> None:
    writer = Writer().heading("Ports").heading("Practice", 2)
    for verb in ("Publish", "Review", "Share", "Limit", "Encrypt"):
        writer.heading(f"{verb} the records", 3).paragraph("Ports keep many of them in old sheds.")
    writer.heading("Yearly audits", 3).paragraph("Ports should be audited by outsiders each year.")
    assert "Ports should be audited by outsiders each year." in described(writer)


def test_an_id_and_a_short_name_beside_a_column_of_instructions_are_read() -> None:
    writer = (
        Writer()
        .heading("Plan")
        .table(
            ("ID", "Category", "Activity", "State"),
            ("H-1", "Gates", "Publish the hours of each gate", "High"),
            ("H-2", "Crews", "Review the papers of all hands", "Low"),
        )
    )
    document = writer.document()
    found = segment(document, TAXONOMIES, RULES).segments
    names = [part.provenance[0].quote for one in found if (part := one.part("name"))]
    labels = [part.provenance[0].quote for one in found if (part := one.part("label"))]
    assert (labels, names) == (["H-1", "H-2"], ["Gates", "Crews"])
