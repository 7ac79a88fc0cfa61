"""Measures in running text: what counts as one, and where it begins and ends."""

from itertools import pairwise

import pytest
from building import Writer

from pipeline.model import BlockKind, Segment, SegmentKind, Span
from pipeline.rule import load_rules
from pipeline.segment import prose, segment
from pipeline.segment.judge import judge, setting
from pipeline.segment.reasons import said
from pipeline.segment.sentences import ends
from pipeline.segment.weighed import weigh

RULES = load_rules()
YEARLY = (
    "Developers should publish the limits of their models every year and tell users of changes."
)


def found(writer: Writer) -> list[Segment]:
    return list(prose.segment(writer.document(), RULES, []))


def texts(writer: Writer) -> list[str]:
    parts = [one.part("description") for one in found(writer)]
    return ["\n".join(source.quote for source in part.provenance) for part in parts if part]


@pytest.mark.parametrize(
    "text",
    [
        "Providers must keep the logs of each run for a year.",
        "Each model should be tested by outsiders before it is released.",
        "We recommend a public register of incidents to which developers report within a month.",
        "One approach is to limit access to the largest models.",
        "This danger can be mitigated by limiting who may ask.",
        "The ministry will establish a body that reviews large models.",
        "Red teaming is a structured method for finding flaws before others do.",
        "Publish the results of every test within a month.",
        "Independent filters on all outputs can help prevent leaks of private data and reduce harm.",
        "The Ministry of Ports, Ships and Trade is establishing a panel of experts that will review "
        "the safety of each model before its release.",
        "Output filter: check what leaves the model before it is shown.",
        "Before a launch, share the plan with those who live there.",
        "Where a fault has been found, boards should tell the ministry.",
    ],
)
def test_a_sentence_that_states_a_measure(text: str) -> None:
    assert texts(Writer().heading("Ways forward").paragraph(text)) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Should providers keep the logs of each run?",
        "It should be noted that models often err.",
        "Submissions from industry argued that providers should keep logs.",
        "Quill et al. (2021) propose that labs should stop at a threshold.",
        "Models can lead to harm when nobody watches them.",
        "In May 2023 the ministry established a body for large models.",
        "This section sets out what providers should do.",
        "For more information, providers should see Section 4.",
        "“Every provider should keep the logs of each run for us all.”",
        "Providers are not required to keep the logs of each run.",
        "We interviewed boards about how they should watch their models.",
        "What providers should do first depends on many things.",
        "The harbour has three gates and a lock.",
        "Such faults of the models can be addressed by:",
        "We are confident that boards will do what is asked of them.",
        "In doing so, we will strike a balance between both sides.",
        "In May 2023 the ministry established a body that reviewed the risks of large models.",
        "We interviewed the boards of twelve companies about how they should watch their models.",
        "What providers should do first depends on the size of the model and on much else.",
        "The harbour has three gates and a lock that was built in the last century.",
        "Faults of the models that developers have released to the public can be addressed by:",
    ],
)
def test_a_sentence_that_states_none(text: str) -> None:
    assert texts(Writer().heading("Ways forward").paragraph(text)) == []


def test_a_risk_behind_a_duty_is_what_the_duty_is_about() -> None:
    assert weigh("Boards should record what could lead to harm.", RULES).logit > 0
    assert weigh("What boards do could lead to harm.", RULES).logit < 0


def test_the_passage_takes_what_only_makes_sense_with_it() -> None:
    writer = Writer().paragraph(
        "The training of models grew with each year. "
        "Developers should publish the limits of each model before it is released. "
        "These should include the date of the last test. "
        "For example, a developer may name the month in which it was run. "
        "Most models of that size were trained by a few companies."
    )
    assert texts(writer) == [
        "Developers should publish the limits of each model before it is released. "
        "These should include the date of the last test. "
        "For example, a developer may name the month in which it was run."
    ]


def test_what_is_kept_under_review_is_named_in_the_sentence_before() -> None:
    text = "Labs differ in their use of gauges. We will keep this under review with all of them."
    assert texts(Writer().paragraph(text)) == [text]


def test_what_leads_into_a_list_is_no_part_of_a_passage() -> None:
    measure = "Developers should publish the limits of each model before it is released."
    writer = Writer().paragraph(f"{measure} In particular, we look at these parts of the report:")
    assert texts(writer) == [measure]


def test_an_instruction_in_a_list_counts_below_a_heading_that_announces_measures() -> None:
    text = "Keep a register of the models in use."
    assert texts(Writer().heading("Recommendations").item(text)) == [text]
    assert texts(Writer().heading("Aims").item(text)) == []


def test_duties_on_different_subjects_are_different_measures() -> None:
    limits = "Developers should publish the limits of each model before it is released."
    auditor = "Boards must appoint an external auditor who reviews the safety of each system."
    assert texts(Writer().paragraph(f"{limits} {auditor}")) == [limits, auditor]


def test_a_duty_of_something_named_before_starts_there() -> None:
    text = (
        "Some developers run trials of their models with a small group of users. "
        "Such trials should be open to independent researchers and their results published."
    )
    assert texts(Writer().paragraph(text)) == [text]


def test_a_sentence_cut_by_a_page_is_one() -> None:
    writer = (
        Writer()
        .paragraph("Labs should publish the limits of their")
        .furniture("17")
        .paragraph("models every year. Ships wait.")
    )
    (one,) = found(writer)
    part = one.part("description")
    assert part is not None
    assert [source.quote for source in part.provenance] == [
        "Labs should publish the limits of their",
        "models every year.",
    ]


def test_what_is_claimed_or_below_references_is_not_read_again() -> None:
    assert texts(Writer().paragraph(YEARLY)) == [YEARLY]
    assert list(prose.segment(Writer().paragraph(YEARLY).document(), RULES, [Span(0, 4)])) == []
    assert texts(Writer().heading("References").paragraph(YEARLY)) == []


def test_the_finding_says_why_with_a_chance() -> None:
    (one,) = found(Writer().paragraph(YEARLY))
    (issue,) = one.issues
    assert issue.code == "found-in-prose"
    (verdict,) = judge([YEARLY], setting(BlockKind.PARAGRAPH, [], RULES), RULES)
    chance = f"read as a measure with chance {verdict.chance:.2f}"
    assert issue.message == f"{chance}: {said(verdict, YEARLY)}"
    duty = "“Developers should” (prose.duty-of-actor) +3.8, "
    assert issue.message.startswith(f"{chance}: for it {duty}")
    assert not one.explicit
    assert one.confidence == round(verdict.chance, 2) > 0.9


def test_what_the_document_marks_itself_has_no_confidence() -> None:
    writer = Writer().heading("Measure 1: Watch the gauges").paragraph("Boards watch the gauges.")
    found = segment(writer.document(), {}, RULES).segments
    (one,) = (one for one in found if one.kind is SegmentKind.MEASURE)
    assert one.way != prose.WAY
    assert one.confidence is None


def test_a_document_that_marks_its_measures_gets_none_from_prose() -> None:
    writer = Writer().heading("Findings")
    for number in range(1, 6):
        writer.paragraph(f"Recommendation {number}: Fund register number {number}.")
    alone = Writer().paragraph(YEARLY).document()
    marked = writer.paragraph(YEARLY).document()
    assert [one.way for one in segment(alone, {}, RULES).segments] == ["prose"]
    assert "prose" not in {one.way for one in segment(marked, {}, RULES).segments}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ada et al. wrote. We act.", ["Ada et al. wrote.", "We act."]),
        ("See Sec. 5 and No. 7 of it. Go.", ["See Sec. 5 and No. 7 of it.", "Go."]),
        ("Ask the U.S. Senate. Now.", ["Ask the U.S. Senate.", "Now."]),
        ("It is in the U.S. The law holds.", ["It is in the U.S.", "The law holds."]),
        ("Use tools (e.g. A. Or B. here). End.", ["Use tools (e.g. A. Or B. here).", "End."]),
        ("It grew.12 Then it fell.", ["It grew.12", "Then it fell."]),
        ("One line\nand the next. Two", ["One line\nand the next.", "Two"]),
        ("Costs 3.5 million. “Fine.” So", ["Costs 3.5 million.", "“Fine.”", "So"]),
    ],
)
def test_where_sentences_end(text: str, told: list[str]) -> None:
    cuts = [0, *ends(text), len(text)]
    assert [text[a:b].strip() for a, b in pairwise(cuts)] == told


def test_what_was_weighed_and_left_is_context() -> None:
    document = Writer().heading("Ways").paragraph("The harbour has three gates.").document()
    read = segment(document, {}, RULES)
    assert [one.way for one in read.segments] == ["source"]
    assert read.context == tuple(block.span for block in document.blocks)
