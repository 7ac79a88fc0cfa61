"""What `taxonomies check` says of taxonomies that are thin, ambiguous or torn."""

from pipeline.run.concepts import _orphans, _overlapping, _thin
from pipeline.taxonomy import Taxonomy

HEAD = {
    "id": "t",
    "title": "T",
    "version": "1",
    "source": "us",
    "licence": "ours",
    "primary": "one",
}


def taxonomy(*concepts: dict[str, object]) -> Taxonomy:
    rest = {"definition": "Words.", "examples": ["An example"]}
    return Taxonomy.model_validate({**HEAD, "concept": [{**rest, **one} for one in concepts]})


def test_a_code_without_examples_is_named() -> None:
    thin = taxonomy({"code": "a", "label": "Audit", "examples": []}, {"code": "b", "label": "Bans"})
    assert list(_thin(thin, None)) == ["t a: has no examples"]


def test_a_name_inside_another_concept_s_name_is_named() -> None:
    torn = taxonomy(
        {"code": "a", "label": "Audit", "also": ["external review"]},
        {"code": "b", "label": "External review boards"},
    )
    assert list(_overlapping(torn)) == [
        "t b: 'external review boards' holds 'external review' of a"
    ]


def test_a_published_label_of_one_word_may_be_in_other_names() -> None:
    fine = taxonomy({"code": "a", "label": "Model"}, {"code": "b", "label": "Model audits"})
    assert list(_overlapping(fine)) == []


def test_a_numbered_code_without_its_parent_is_an_orphan() -> None:
    torn = taxonomy({"code": "1", "label": "One"}, {"code": "1.1", "label": "Two"})
    assert list(_orphans(torn)) == ["t 1.1: an orphan; say parent = '1'"]
