"""Taxonomies: what is shipped is whole and unambiguous, and a bad file says what to do."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.taxonomy import Concept, Taxonomy, TaxonomyError, fold, load_taxonomies

TAXONOMIES = load_taxonomies()
EVERY = [
    pytest.param(taxonomy, concept, id=f"{taxonomy.id}-{concept.code}")
    for taxonomy in TAXONOMIES.values()
    for concept in taxonomy.concepts
]


def by_depth(taxonomy: Taxonomy) -> list[int]:
    depths = [len(taxonomy.ancestors(concept.code)) for concept in taxonomy.concepts]
    return [depths.count(depth) for depth in range(max(depths) + 1)]


# --- what is shipped -----------------------------------------------------------------------------


def test_six_taxonomies_are_found_in_order_of_file_name() -> None:
    assert list(TAXONOMIES) == [
        "actor", "lifecycle", "mitigation-2025", "mitigation", "risk", "rmf",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("taxonomy", "depths"),
    [
        ("actor", [6]),
        ("lifecycle", [9]),
        ("rmf", [5]),
        ("risk", [7, 24]),
        ("mitigation-2025", [4 + 1, 23 + 3]),  # the catch-alls: X.X, and 1.X to 3.X
        ("mitigation", [3 + 1, 9 + 4, 37]),  # the Others: 99, and 1.9 2.9 3.9 99.9
    ],
)
def test_a_taxonomy_has_as_many_concepts_as_were_published(
    taxonomy: str, depths: list[int]
) -> None:
    assert by_depth(TAXONOMIES[taxonomy]) == depths


@pytest.mark.parametrize(
    ("taxonomy", "codes"),
    [
        ("mitigation", {"1.2.9", "2.2.9", "2.4.3", "3.1.2", "3.3.2"}),
        ("mitigation-2025", {"1.X", "2.X", "3.X"}),
        ("lifecycle", set()),
        ("actor", set()),
        ("rmf", set()),
        ("risk", set()),
    ],
)
def test_only_labels_never_seen_are_marked_as_ours(taxonomy: str, codes: set[str]) -> None:
    ours = {each.code for each in TAXONOMIES[taxonomy].concepts if each.label_is_ours}
    assert ours == codes


@pytest.mark.parametrize(("taxonomy", "concept"), EVERY)
def test_a_concept_is_described_with_examples(taxonomy: Taxonomy, concept: Concept) -> None:
    assert concept.definition.endswith(".")
    assert 1 <= len(concept.examples) <= 4
    assert fold(concept.label) not in map(fold, concept.also)
    assert len(set(map(fold, concept.also))) == len(concept.also)


@pytest.mark.parametrize(("taxonomy", "concept"), EVERY)
def test_a_code_follows_from_its_parent_or_its_label(taxonomy: Taxonomy, concept: Concept) -> None:
    if taxonomy.id in {"lifecycle", "actor", "rmf"}:
        assert concept.code == re.sub(r"[^a-z]+", "-", concept.label.lower()).strip("-")
    elif concept.code == "X.X":
        assert concept.parent is None
    else:
        assert concept.code.rpartition(".")[0] == (concept.parent or "")


@pytest.mark.parametrize(("taxonomy", "concept"), EVERY)
def test_a_definition_is_told_from_every_other(taxonomy: Taxonomy, concept: Concept) -> None:
    same = [each.code for each in taxonomy.concepts if each.definition == concept.definition]
    assert same == [concept.code]


# --- asking --------------------------------------------------------------------------------------


def test_a_concept_is_found_by_its_code() -> None:
    assert TAXONOMIES["risk"].concept("6.5").label == "Governance failure"


@pytest.mark.parametrize("code", ["", "6", "govern ", "Govern"])
def test_an_unknown_code_is_named_with_its_taxonomy(code: str) -> None:
    rmf = TAXONOMIES["rmf"]
    for ask in (rmf.concept, rmf.children, rmf.ancestors):
        with pytest.raises(KeyError, match=f"'rmf' has no code '{code}'"):
            ask(code)


@pytest.mark.parametrize(
    ("code", "children"),
    [
        (None, ["1", "2", "3", "99"]),
        ("3", ["3.1", "3.2", "3.3", "3.9"]),
        ("3.3", ["3.3.1", "3.3.2", "3.3.3"]),
        ("3.3.2", []),
    ],
)
def test_children_are_those_right_below(code: str | None, children: list[str]) -> None:
    assert [each.code for each in TAXONOMIES["mitigation"].children(code)] == children


@pytest.mark.parametrize(
    ("code", "ancestors"), [("3", []), ("3.3", ["3"]), ("3.3.2", ["3.3", "3"]), ("99.9", ["99"])]
)
def test_ancestors_come_nearest_first(code: str, ancestors: list[str]) -> None:
    assert [each.code for each in TAXONOMIES["mitigation"].ancestors(code)] == ancestors


@pytest.mark.parametrize(
    ("taxonomy", "text", "codes"),
    [
        ("mitigation", "Voluntary & Cooperative", ["3.3"]),
        ("mitigation", "voluntary  and\ncooperative", ["3.3"]),
        ("mitigation", "Other", ["1.9", "2.9", "3.9", "99", "99.9"]),
        ("lifecycle", "Pre-deployment testing", ["verify-and-validate"]),
        ("lifecycle", "Other (outside lifecycle)", ["other-outside-lifecycle"]),
        ("lifecycle", "Other", []),
        ("rmf", "GOVERN", ["govern"]),
        ("risk", "", []),
    ],
)
def test_a_label_or_an_alias_names_its_concepts(taxonomy: str, text: str, codes: list[str]) -> None:
    assert [each.code for each in TAXONOMIES[taxonomy].by_label(text)] == codes


@pytest.mark.parametrize(("taxonomy", "concept"), EVERY)
def test_only_the_name_other_is_shared(taxonomy: Taxonomy, concept: Concept) -> None:
    for name in (concept.label, *concept.also):
        found = taxonomy.by_label(name)
        assert concept in found
        assert len(found) == 1 or name == "Other"


def test_a_concept_cannot_be_changed() -> None:
    concept = TAXONOMIES["rmf"].concept("govern")
    with pytest.raises(ValidationError, match="frozen"):
        concept.label = "Rule"  # type: ignore[misc]


# --- a seventh taxonomy, and bad files -----------------------------------------------------------

HEAD = """
id = "fruit"
title = "Fruit"
version = "1"
source = "A market"
licence = "Apache-2.0"
primary = "one"
"""


def concept(code: str, label: str = "", more: str = "") -> str:
    return f'[[concept]]\ncode = "{code}"\nlabel = "{label or code}"\ndefinition = "A."\n{more}\n'


def load(folder: Path, text: str, name: str = "fruit.toml") -> dict[str, Taxonomy]:
    (folder / name).write_text(text, encoding="utf-8")
    return load_taxonomies(folder)


def test_a_new_taxonomy_is_one_new_file(tmp_path: Path) -> None:
    more = 'parent = "1.1"\nalso = ["Pippin"]'
    fruit = load(tmp_path, HEAD + concept("1.10", "Apple", more) + concept("1.1", "Pome"))["fruit"]
    assert [each.code for each in fruit.ancestors("1.10")] == ["1.1"]
    assert [each.code for each in fruit.by_label("PIPPIN")] == ["1.10"]


def test_a_catch_all_may_stand_in_every_branch(tmp_path: Path) -> None:
    text = HEAD + concept("1") + concept("1.9", "Other", 'parent = "1"') + concept("9", "Other")
    assert len(load(tmp_path, text)["fruit"].by_label("other")) == 2


BAD = {
    "no TOML": ("id = ", ["not TOML", "mend"]),
    "file named otherwise": (
        HEAD.replace("fruit", "nut") + concept("1"),
        ["id is 'nut'", "nut.toml", "id = 'fruit'"],
    ),
    "no head": (concept("1"), ["head of the file: id", "add it"]),
    "no concepts": (HEAD, ["head of the file: concept", "add it"]),
    "empty list of concepts": (HEAD + "concept = []", ["no concepts", "add a [[concept]]"]),
    "concepts under another key": (HEAD + "concepts = [{ code = 1 }]", ["code 1: code", "quotes"]),
    "concepts that are no tables": (HEAD + "concept = [1]", ["concept number 1"]),
    "concept without a code": (
        HEAD + '[[concept]]\nlabel = "A"\ndefinition = "A."',
        ["concept number 1: code", "add it"],
    ),
    "concept without a definition": (
        HEAD + '[[concept]]\ncode = "1"\nlabel = "A"',
        ["code '1': definition", "add it"],
    ),
    "code that is a number": (
        HEAD + concept("1").replace('code = "1"', "code = 1.10"),
        ["code 1.1: code", "quotes"],
    ),
    "version that is a date": (
        HEAD.replace('version = "1"', "version = 2025-12-01") + concept("1"),
        ["head of the file: version", "quotes"],
    ),
    "key nobody declared": (
        HEAD + concept("1", more='alias = ["A"]'),
        ["code '1': alias", "spelling"],
    ),
    "key nobody declared in the head": (
        HEAD + 'card_levels = "2"\n' + concept("1"),
        ["head of the file: card_levels", "spelling"],
    ),
    "primary that is not understood": (
        HEAD.replace('"one"', '"several"') + concept("1"),
        ["head of the file: primary", "'one'"],
    ),
    "untidy label": (HEAD + concept("1", "A  b"), ["code '1': label", "spaces"]),
    "empty alias": (HEAD + concept("1", more='also = [""]'), ["code '1': also.0", "spaces"]),
    "code given twice": (
        HEAD + concept("1", "A") + concept("1", "B"),
        ["code '1' occurs twice", "another"],
    ),
    "unknown parent": (
        HEAD + concept("1.1", more='parent = "1"'),
        ["code '1.1'", "parent '1'", "add that concept"],
    ),
    "its own parent": (
        HEAD + concept("1", more='parent = "1"'),
        ["code '1'", "1 > 1", "break it"],
    ),
    "parents in a circle": (
        HEAD + concept("1", more='parent = "2"') + concept("2", more='parent = "1"'),
        ["code '1'", "1 > 2 > 1", "break it"],
    ),
    "label given twice": (
        HEAD + concept("1", "Red & ripe") + concept("2", "red and RIPE"),
        ["code '2'", "'red and ripe'", "'1' too", "take it from one"],
    ),
    "alias that is another's label": (
        HEAD + concept("1", "Apple") + concept("2", "Pear", 'also = ["apple"]'),
        ["code '2'", "'apple'", "'1' too"],
    ),
    "two catch-alls in one branch": (
        HEAD + concept("8", "Other") + concept("9", "Other"),
        ["code '9'", "'other'", "'8' too"],
    ),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_file_says_where_and_what_to_do(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(TaxonomyError) as caught:
        load(tmp_path, text)
    for word in [str(tmp_path / "fruit.toml"), *words]:
        assert word in str(caught.value)


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = HEAD.replace('source = "A market"\n', "") + concept("1", more="parent = 0")
    with pytest.raises(TaxonomyError) as caught:
        load(tmp_path, text)
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fruit.toml").write_bytes(b'id = "fr\xfcit"')
    with pytest.raises(TaxonomyError, match="UTF-8"):
        load_taxonomies(tmp_path)


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_taxonomies_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(TaxonomyError, match="no taxonomies here"):
        load_taxonomies(tmp_path / folder)
