"""Codes that a taxonomy lost, or uses otherwise now."""

from curating import (
    TAXONOMIES,
    by_id,
    desk,
    waits,
)

from pipeline.taxonomy import Taxonomy


def changed(update: dict[str, object]) -> dict[str, Taxonomy]:
    """The taxonomies, with the concept 2.1.1 changed, or taken out."""
    one = TAXONOMIES["mitigation"]
    concepts = tuple(
        concept.model_copy(update=update) if concept.code == "2.1.1" else concept
        for concept in one.concepts
        if update or concept.code != "2.1.1"
    )
    return TAXONOMIES | {"mitigation": one.model_copy(update={"concepts": concepts})}


def test_a_code_that_the_taxonomy_lost_waits_with_its_old_label() -> None:
    work = desk()
    work.accept("audit")
    audit = by_id(work.review(taxonomies=changed({})))["audit"]
    assert audit.review.waits == ("code-gone",)
    assert audit.tags[0].label == TAXONOMIES["mitigation"].concept("2.1.1").label


def test_a_code_that_means_something_else_now_waits() -> None:
    work = desk()
    work.accept("audit")
    audit = by_id(work.review(taxonomies=changed({"label": "Office plants", "also": ()})))["audit"]
    assert audit.review.waits == ("code-gone",)
    old = TAXONOMIES["mitigation"].concept("2.1.1").label
    renamed = changed({"label": "Better words", "also": (old,)})
    assert waits(work.review(taxonomies=renamed), "audit") == ()


def test_a_taxonomy_that_is_gone_loses_no_code() -> None:
    work = desk()
    work.code("audit", "2.1.1", "9.9")
    audit = by_id(work.review(taxonomies={}))["audit"]
    assert [one.code for one in audit.tags] == ["2.1.1", "9.9"]
    assert "code-gone" in audit.review.waits
