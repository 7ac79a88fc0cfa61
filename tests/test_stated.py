"""Concepts that a document names: whole labels, codes with labels, numbered headings, columns."""

import pytest

from pipeline.tag.stated import concept_named, named_by_heading, taxonomy_of_title
from pipeline.tag.suggest import load_suggester
from pipeline.tag.texts import TextTagger
from pipeline.taxonomy import load_taxonomies

TAXONOMIES = load_taxonomies()
TAGGER = TextTagger(TAXONOMIES, load_suggester(TAXONOMIES))


@pytest.mark.parametrize(
    ("taxonomy", "printed", "code"),
    [
        ("mitigation", "3.3.1 Industry Coordination", "3.3.1"),
        ("mitigation", "1 AI System", "1"),
        ("mitigation", "99.9 Other", "99.9"),
        ("mitigation", "Other", None),
        ("mitigation", "3.3.1 Training Data", None),
        ("actor", "governance actor", "governance-actor"),
        ("lifecycle", "Other (outside\nlifecycle)", "other-outside-lifecycle"),
        ("lifecycle", "Deploy it now", None),
        ("risk", "6.5 Governance failure", "6.5"),
        ("rmf", "GOVERN", "govern"),
    ],
)
def test_a_whole_text_names_one_concept_or_none(
    taxonomy: str, printed: str, code: str | None
) -> None:
    concept = concept_named(printed, TAXONOMIES[taxonomy])
    assert (concept.code if concept else None) == code


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("GOVERN 1.1: Laws are known.", "govern"),
        ("MEASURE 2.5", "measure"),
        ("Measure 2.5", None),
        ("MAP of the harbour", None),
        ("TABLE 4", None),
    ],
)
def test_a_heading_in_capitals_with_a_number_names_its_function(
    heading: str, code: str | None
) -> None:
    found = named_by_heading(heading, [TAXONOMIES["rmf"]])
    assert [concept.code for _, concept in found] == ([code] if code else [])


@pytest.mark.parametrize(
    ("title", "taxonomy"),
    [("Lifecycle stage", "lifecycle"), ("Actors", "actor"), ("GAI Risks", "risk"), ("Owner", None)],
)
def test_a_column_speaks_of_a_taxonomy(title: str, taxonomy: str | None) -> None:
    found = taxonomy_of_title(title, TAXONOMIES)
    assert (found.id if found else None) == taxonomy


def test_a_bare_text_is_tagged_by_its_words_with_their_places() -> None:
    name, text = "Incident plan", "Publish an incident response plan and rehearse it."
    tags = TAGGER.tag(text, name).tags
    incident = next(tag for tag in tags if tag.taxonomy == "mitigation")
    assert (incident.code, incident.basis, incident.role) == ("2.3.4", "suggested", "primary")
    assert 0 < incident.confidence < 1
    assert incident.evidence
    for source in incident.evidence:
        assert f"{name}\n{text}"[source.span.start : source.span.end] == source.quote


def test_a_code_with_its_label_is_stated_and_ends_the_guessing() -> None:
    tags = [
        t for t in TAGGER.tag("See 3.3.1 Industry Coordination.").tags if t.taxonomy == "mitigation"
    ]
    assert [(tag.code, tag.basis, tag.evidence[0].quote) for tag in tags] == [
        ("3.3.1", "stated", "3.3.1 Industry Coordination")
    ]


def test_a_text_that_is_a_label_states_it() -> None:
    (tag,) = (t for t in TAGGER.tag("Governance Actor").tags if t.taxonomy == "actor")
    assert (tag.basis, tag.role, tag.confidence) == ("stated", "primary", 1.0)


def test_what_says_nothing_is_left_to_a_curator_and_gets_no_guess() -> None:
    found = TAGGER.tag("The weather was lovely on Tuesday.")
    assert found.tags == ()
    assert {issue.code for issue in found.issues} == {"needs-curator"}
    assert len(found.issues) == len(TAXONOMIES)
