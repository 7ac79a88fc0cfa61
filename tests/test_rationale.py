"""Reasons and names that stand in the words of a measure itself."""

import pytest
from building import Writer

from pipeline.assemble import assemble
from pipeline.model import Part, Record, Segment, SegmentKind, Segments, Span, Tagged
from pipeline.rule import load_rules
from pipeline.segment import segment
from pipeline.segment.naming import name_of
from pipeline.segment.rationale import rationale_of

RULES = load_rules()


def reason(text: str, passage: int | None = None) -> str | None:
    document = Writer().paragraph(text).document()
    part = rationale_of(document, [Span(0, passage or len(text))], RULES)
    return part.provenance[0].quote if part else None


def name(text: str) -> Part | None:
    return name_of(Writer().paragraph(text).document(), [Span(0, len(text))], RULES)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Labs should keep logs in order to find faults.", "in order to find faults"),
        ("Label what machines made so that readers know.", "so that readers know"),
        ("Boards must test models to ensure they are safe.", "to ensure they are safe"),
        ("To prevent leaks of data, labs must encrypt.", "To prevent leaks of data"),
        ("Stop the trial because the gauge has failed.", "because the gauge has failed"),
        ("Given the cost of errors, boards must test.", "Given the cost of errors"),
        ("Labs should pay hunters. This will help to find bugs.", "This will help to find bugs."),
        ("Labs should rest. The aim is to stay awake.", "The aim is to stay awake."),
        ("Test it to reduce harm; boards should watch.", "to reduce harm"),
        ("Test it to reduce harm, including by night.", "to reduce harm"),
        ("Layer 2: To lower costs, boards may share tools.", "To lower costs"),
        (
            "Call experts in. Experts’ own views can help to widen it.",
            "Experts’ own views can help to widen it.",
        ),
    ],
)
def test_the_reason_is_cited_by_its_words(text: str, why: str) -> None:
    assert reason(text) == why


@pytest.mark.parametrize(
    "text",
    [
        "Labs should keep logs.",
        "Labs should take steps to prevent harm.",
        "Labs are required to protect all data.",
        "Labs should give the logs to users.",
        "Labs should stop, not because of harm.",
    ],
)
def test_absent_is_a_value(text: str) -> None:
    assert reason(text) is None


def test_a_sentence_behind_the_passage_may_be_the_reason_only_when_it_follows_at_once() -> None:
    text = "Labs should rest. This will help them think."
    assert reason(text, 17) == "This will help them think."
    assert reason("Labs should rest. Ships wait. This will help them think.", 17) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "Labs should publish their limits every year, if asked.",
            "publish their limits every year",
        ),
        ("Providers are required to keep logs of runs.", "keep logs of runs"),
        (
            "Establish a register of incidents that all can read.",
            "Establish a register of incidents",
        ),
        ("Appointing an external auditor before release", "Appointing an external auditor"),
        (
            "Boards should consider the financial, human and other costs.",
            "consider the financial, human and other costs",
        ),
        (
            "Document the extent to which staff are trained.",
            "Document the extent to which staff are trained",
        ),
    ],
)
def test_a_phrase_is_verbatim_and_ours(text: str, named: str) -> None:
    part = name(text)
    assert part is not None
    assert (part.provenance[0].quote, part.role) == (named, "phrase")
    assert part.provenance[0].made_by == "rule:name.phrase"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Red teaming is a structured method for finding flaws.", "Red teaming"),
        ("A slow start, also called “staged release”, should be used.", "staged release"),
        ("The ministry will establish a national Gauge Safety Board.", "Gauge Safety Board"),
    ],
)
def test_a_term_that_the_authors_define_is_theirs(text: str, named: str) -> None:
    part = name(text)
    assert part is not None
    assert (part.provenance[0].quote, part.role) == (named, "primary")


@pytest.mark.parametrize(
    "text",
    [
        "It is hard.",
        "Is it safe?",
        "These should be kept for what they are worth.",
    ],
)
def test_no_clean_phrase_is_no_name(text: str) -> None:
    assert name(text) is None


def test_a_sentence_before_the_passage_may_tell_the_need() -> None:
    text = "Our talks showed the need for logs. Labs will keep a log of each run. Ships wait."
    part = rationale_of(Writer().paragraph(text).document(), [Span(36, 69)], RULES)
    assert part is not None
    assert part.provenance[0].quote == "Our talks showed the need for logs."


def test_sections_that_are_divided_alike_have_their_reason_below_its_own_heading() -> None:
    writer = Writer()
    for topic, reason in (("Locks", "Doors are left open."), ("Lamps", "Nights are dark.")):
        writer.heading("Why?", 2).paragraph(f"{reason} Nobody likes that.")
        writer.heading("What?", 2)
        writer.paragraph(f"Boards should keep the {topic.lower()} in order and report each fault.")
    found = segment(writer.document(), {}, RULES).segments
    reasons = [part.provenance[0].quote for one in found if (part := one.part("rationale"))]
    assert reasons == ["Doors are left open.", "Nights are dark."]


def test_a_heading_that_comes_once_gives_no_section_its_reason() -> None:
    writer = Writer().heading("Why?", 2).paragraph("Doors are left open. Nobody likes that.")
    writer.heading("What?", 2)
    writer.paragraph("Boards should keep the locks in order and report each fault.")
    found = segment(writer.document(), {}, RULES).segments
    (one,) = (one for one in found if one.kind is SegmentKind.MEASURE)
    assert one.part("rationale") is None


def test_a_name_of_ours_never_says_the_opposite() -> None:
    part = name("Labs should not release unsafe weights at once.")
    assert part is not None
    assert part.provenance[0].quote == "not release unsafe weights at once"


@pytest.mark.parametrize(
    ("heading", "named"),
    [("Night gauges", "Night gauges"), ("The harbour law", None), ("Southern towns", None)],
)
def test_a_heading_names_the_only_measure_below_it(heading: str, named: str | None) -> None:
    writer = Writer().heading("Ports", 1).heading(heading, 2)
    writer.paragraph("Boards should read all gauges each night and keep what they read.")
    (one,) = (s for s in segment(writer.document(), {}, RULES).segments if s.way == "prose")
    part = one.part("name")
    assert part is not None
    assert (part.provenance[0].quote if part.role == "primary" else None) == named


def test_a_reason_is_never_another_measures_words() -> None:
    measure = "Developers should keep the weights of each model on servers that few people can use."
    other = "Independent audits can help prevent leaks of private data and the misuse of models."
    text = f"{measure} {other}"
    assert reason(text, len(measure)) == other
    one, two = segment(Writer().paragraph(text).document(), {}, RULES).segments
    assert one.part("rationale") is None
    assert two.part("description") is not None


def test_a_name_of_ours_is_marked_and_identifies_nothing() -> None:
    document = Writer().paragraph("Labs should publish their limits every year.").document()
    described = Part(field="description", provenance=(document.cite(Span(0, 44), "rule:x"),))
    named = name_of(document, [Span(0, 44)], RULES)
    assert named is not None

    def record(*parts: Part) -> Record:
        one = Segment(kind=SegmentKind.MEASURE, way="prose", parts=parts)
        segments = Segments(path=document.path, verdict=document.verdict, segments=(one,))
        return assemble(document, segments, [Tagged()], None, {}).records[0]

    bare, ours = record(described), record(described, named)
    assert bare.id == ours.id
    assert ours.name is not None
    assert ours.name.value == "publish their limits every year"
    assert [issue.code for issue in ours.issues] == ["name-is-ours"]
    assert [issue.code for issue in bare.issues] == ["no-name"]
