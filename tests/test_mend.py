"""Misprints are mended from the rest of the document, and only where that is certain."""

from collections import Counter

import pytest

from pipeline.assemble.mend import mend_label, usual_items, usual_shape

LABELS = ["HC-1.1-001", "HC-1.1-002", "HC-2.3-001", "HC-2.3-002", "HC-4.1-001"]


@pytest.mark.parametrize(
    ("printed", "mended"),
    [
        ("HC2.3--003", "HC-2.3-003"),
        ("HC-2.3-003", "HC-2.3-003"),
        ("HC 2.3 003", "HC-2.3-003"),
        ("HC23003", "HC-2.3-003"),
        ("Note", "Note"),
        ("2.3-003", "2.3-003"),
    ],
)
def test_only_separators_of_a_label_are_mended(printed: str, mended: str) -> None:
    assert mend_label(printed, usual_shape(LABELS), "HC-2.3-002") == mended


def test_labels_of_no_common_shape_are_left_alone() -> None:
    assert usual_shape(["A1", "2.b", "iii", "Four"]) is None


def test_a_rare_printing_gives_way_to_the_usual_one() -> None:
    counts = Counter({
        "Human-AI Interaction": 20, "Human AI Interaction": 1,
        "Model or Weight Theft": 9, "Model and Weight Theft": 1,
        "Data Poisoning": 12, "Civil Liberties": 1,
    })  # fmt: skip
    assert usual_items(counts) == {
        "Human AI Interaction": "Human-AI Interaction",
        "Model and Weight Theft": "Model or Weight Theft",
    }


def test_section_titles_are_the_vocabulary_when_items_repeat_them() -> None:
    counts = Counter({"Data Poisoning": 12, "Overreliance": 9, "Environmental": 3})
    titles = ["Data Poisoning", "Overreliance", "Environmental Costs"]
    assert usual_items(counts, titles) == {"Environmental": "Environmental Costs"}
    assert usual_items(counts, ["Environmental Costs"]) == {}
