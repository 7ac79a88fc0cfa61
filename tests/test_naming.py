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
        ("Firms should give staff access to old logs.", "give staff access to old logs"),
        ("Firms should keep logs in a form that lets staff search.",
         "keep logs in a form that lets staff search"),
        ("Use tools designed to trace the origin of each picture.",
         "Use tools designed to trace the origin of each picture"),
        ("Harden the rigs of all crews e.g. against floods.", "Harden the rigs of all crews"),
        ("The unit will not publish the names of firms.", "not publish the names of firms"),
        ("The unit may be small, but it should test each model yearly.", "test each model yearly"),
        ("Yards should have an internal crane inspectorate.", "internal crane inspectorate"),
        ("Does your firm regularly test its cranes with outsiders?", "test its cranes"),
        ("Define working hours for pilots, tugs, and divers, masts and sails.",
         "Define working hours"),
        ("Signatories commit to testing all cranes yearly.", "testing all cranes yearly"),
        ("The bill requires owners to keep a list of faults.", "keep a list of faults"),
        ("Before each release, review the plan of the crew.", "review the plan of the crew"),
        ("Define duties for pilots, tugs, and divers (i.e., those who work by night).",
         "Define duties for pilots, tugs, and divers"),
    ],
)  # fmt: skip
def test_a_phrase_is_the_verb_and_what_it_needs(text: str, name: str | None) -> None:
    assert named(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Notes are kept so that those who follow can tell old risks from new ones.",
         "Notes are kept"),
        ("Slow release, by which access widens from staff to all, keeps the gains.",
         "Slow release"),
        ("Where the crane is old, its hook is weighed by two persons who own no part of it.", None),
        ("A drill with all crews is held at dusk; nobody is told.",
         "drill with all crews is held at dusk"),
        ("We strip the sea charts of names that might give a wreck away.",
         "strip the sea charts of names"),
        ("Boards shouldn’t expect that all faults show.",
         "Boards shouldn’t expect that all faults show"),
        ("public hearings or meetings, such as a listening session;",
         "public hearings or meetings"),
        ("Lanterns", "Lanterns"),
        ("A second crew, drawn by lot, goes over the pier.", None),
        ("Others hold that the lamp on the pier is lit by chance.", None),
        ("Is the lamp on the pier lit?", None),
        ("79 yards keep a lamp on the pier.", None),
    ],
)  # fmt: skip
def test_else_it_is_the_first_words_that_can_stand_alone(text: str, name: str | None) -> None:
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
