"""Names for measures that stand under none: words of their own sentence."""

import pytest
from building import Writer

from pipeline.rule import load_rules
from pipeline.segment.naming import name_of

RULES = load_rules()


def named(text: str) -> str | None:
    document = Writer().paragraph(text).document()
    part = name_of(document, [document.blocks[0].span], RULES)
    return part.provenance[0].quote if part else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Boards should review the plan of each release.", "review the plan of each release"),
        ("The unit will accordingly gather data from all mills.", "gather data from all mills"),
        ("The unit will instead keep a list of faults.", "keep a list of faults"),
        (
            "Notes are kept so that those who follow can tell old risks from new ones.",
            None,
        ),
        ("Firms should give staff access to old logs.", "give staff access to old logs"),
        ("Firms should keep logs in a form that lets staff search.",
         "keep logs in a form that lets staff search"),
        ("Use tools designed to trace the origin of each picture.",
         "Use tools designed to trace the origin of each picture"),
        ("Harden the rigs of all crews e.g. against floods.", "Harden the rigs of all crews"),
        ("The unit will not be a judge of claims. It will list them.", None),
        ("Boards shouldn’t expect that all faults show.", None),
        ("The unit will not publish the names of firms.", "not publish the names of firms"),
        ("The unit may be small, but it should test each model yearly.", "test each model yearly"),
    ],
)  # fmt: skip
def test_a_phrase_is_the_verb_and_what_it_needs(text: str, name: str | None) -> None:
    assert named(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("They will set up a Harbour Unit with ten staff.", "Harbour Unit"),
        ("The log, known as the “night book”, should be kept.", "night book"),
    ],
)
def test_what_the_authors_call_it_comes_first(text: str, name: str) -> None:
    assert named(text) == name
