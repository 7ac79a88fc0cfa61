"""Lists that are numbered alike over the sections of a document."""

from building import Writer

from pipeline.rule import load_rules
from pipeline.segment import listing

RULES = load_rules()


def labels(writer: Writer) -> list[str]:
    found = listing.segment(writer.document(), RULES)
    parts = [segment.part("label") for segment in found]
    return [part.provenance[0].quote for part in parts if part]


def promises(last: str = "Part C. Who decides") -> Writer:
    """Two lists that their headings announce, and one of which nothing tells."""
    writer = Writer().heading("Part A. Safety measures")
    writer.item("A1. We will test each model twice.").item("A2. We will publish what we saw.")
    writer.heading("Part B. Required safeguards")
    writer.item("B1. Weights must be encrypted.").item("B2. Staff must be vetted.")
    return writer.heading(last)


def test_a_list_goes_with_the_others_of_its_series() -> None:
    writer = promises()
    writer.item("C1. The officer may end a run.").item("C2. A breach goes to an outside firm.")
    assert labels(writer) == ["A1", "A2", "B1", "B2", "C1", "C2"]


def test_a_list_with_other_marks_or_gaps_does_not() -> None:
    writer = promises().item("1. The officer is old.").item("2. A breach was found.")
    assert labels(writer) == ["A1", "A2", "B1", "B2"]
    writer = promises().item("C1. The officer is old.").item("C9. A breach was found.")
    assert labels(writer) == ["A1", "A2", "B1", "B2"]


def test_a_heading_that_speaks_against_it_is_believed() -> None:
    writer = promises("Part C. What we heard")
    writer.item("C1. The officer may end a run.").item("C2. A breach goes to an outside firm.")
    assert labels(writer) == ["A1", "A2", "B1", "B2"]


def test_one_list_that_is_announced_speaks_for_no_other() -> None:
    writer = Writer().heading("Safety measures")
    writer.item("A1. We will test each model twice.").item("A2. We will publish what we saw.")
    writer.heading("Places").item("B1. The harbour is deep.").item("B2. The quay is long.")
    assert labels(writer) == ["A1", "A2"]
