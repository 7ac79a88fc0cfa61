"""Taxonomies out and in (SKOS, TOML, CSV), crosswalks, and what a new version touches."""

import json
import subprocess
import sys
from typing import Any

import pytest
from exchanges import copied, corpus, gleaner, lines, store_with_guide
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import ROOT, put

from pipeline.export import Unreadable, skos, sssom, taxonomies
from pipeline.export.sssom import Crosswalk, Match
from pipeline.model import Record, Tag
from pipeline.run.arriving import Asked, take_crosswalk, take_taxonomies
from pipeline.store import Store
from pipeline.taxonomy import Concept, Taxonomy, difference, load_taxonomies

KNOWN = load_taxonomies()


@st.composite
def any_taxonomy(draw: st.DrawFn) -> Taxonomy:
    codes = draw(st.lists(lines, min_size=1, max_size=4, unique=True))
    concepts = [
        {
            "code": code,
            "label": f"L{number} {draw(lines)}",
            "definition": draw(lines),
            "also": [f"a{number} {one} {draw(lines)}" for one in range(draw(st.integers(0, 2)))],
            "scope": draw(st.none() | lines),
            "parent": draw(st.none() | st.sampled_from(codes[:number])) if number else None,
            "label_is_ours": draw(st.booleans()),
            "examples": draw(st.lists(lines, max_size=2)),
        }
        for number, code in enumerate(codes)
    ]
    head = {name: draw(lines) for name in ("id", "title", "version", "source", "licence")}
    return Taxonomy.model_validate({**head, "primary": "one", "concept": concepts})


@settings(max_examples=15, deadline=None)
@given(any_taxonomy())
def test_a_taxonomy_comes_back_as_it_left(one: Taxonomy) -> None:
    assert skos.read_taxonomies(skos.as_turtle([one]).encode(), "x.ttl") == [one]
    assert skos.read_taxonomies(skos.as_json_ld([one]).encode(), "x.jsonld") == [one]
    assert taxonomies.read_taxonomies(taxonomies.as_toml(one).encode(), "x.toml") == [one]


def test_ours_leave_as_one_graph_and_come_back() -> None:
    graph = skos.as_turtle(KNOWN.values())
    back = skos.read_taxonomies(graph.encode(), "all.ttl")
    assert {one.id: one for one in back} == KNOWN


def test_turtle_is_the_same_whatever_the_hash_seed() -> None:
    code = (
        "from pipeline.export.skos import as_turtle; from pipeline.taxonomy import load_taxonomies;"
        "import hashlib; print(hashlib.sha256(as_turtle([load_taxonomies()['actor']]).encode())"
        ".hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


FOREIGN = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix x: <https://example.org/harm/> .
x: a skos:ConceptScheme ; dct:title "Harms"@en .
x:c10 a skos:Concept ; skos:inScheme x: ; skos:notation "1.10" ; skos:prefLabel "Tenth"@en .
x:c2 a skos:Concept ; skos:inScheme x: ; skos:notation "1.2" ; skos:broader x:c1 ;
  skos:prefLabel "Zweite"@de, "Second"@en ; skos:altLabel "b", "a" .
x:c1 a skos:Concept ; skos:inScheme x: ; skos:prefLabel "First" ; skos:definition "All\\nof it." .
"""


def test_what_others_write_becomes_a_taxonomy() -> None:
    [one] = skos.read_taxonomies(FOREIGN.encode(), "harm.ttl")
    assert one.title == "Harms"
    assert [concept.code for concept in one.concepts] == ["1.2", "1.10", "c1"]
    second = one.concept("1.2")
    assert (second.label, second.parent, second.also) == ("Second", "c1", ("a", "b"))
    assert one.concept("c1").definition == "All of it."


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (FOREIGN.replace("skos:broader x:c1", "skos:broader x:c1, x:c10"), "both 1.10 and c1"),
        ("@prefix : <http://x/> . :a :b", "not SKOS"),
        ("", "no skos:ConceptScheme"),
        ('{"@context": "https://evil.example/c.jsonld", "@graph": []}', "evil.example"),
        ('{"@context": [{"@import": "https://evil.example/c"}], "@graph": []}', "evil.example"),
        ('{"@graph": [{"@context": "http://evil.example/"}]}', "evil.example"),
    ],
)
def test_what_is_no_tree_of_concepts_is_refused_and_nothing_is_fetched(data: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        skos.read_taxonomies(data.encode(), "x.ttl")


def test_a_nul_cannot_leave_as_rdf() -> None:
    concept = Concept(code="1", label="a\0b", definition="d")
    with pytest.raises(ValueError, match=r"U\+0000"):
        skos.as_turtle([_with(KNOWN["actor"], [concept])])


def test_a_table_becomes_a_taxonomy() -> None:
    data = "Code,Name,Description,Aliases\n1,Top,The top,\n'1.10,Tenth,Of the top,a; b\n"
    [one] = taxonomies.read_taxonomies(data.encode(), "harm.csv")
    assert one.id == "harm"
    assert one.concept("1.10").parent == "1"
    assert one.concept("1.10").also == ("a", "b")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("label\nx\n", "no column code"),
        ("code,label\n1,a\n1,b\n", "occurs twice"),
        ("code,label\n,a\n", "row 2: it has no code"),
        ("code,label\n1,a,b\n", "more cells"),
    ],
)
def test_a_table_that_is_none_is_refused(data: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        taxonomies.read_taxonomies(data.encode(), "x.csv")


# --- two versions ---------------------------------------------------------------------------------


def of(*concepts: dict[str, Any]) -> Taxonomy:
    filled = [{"definition": f"about {one['label']}", **one} for one in concepts]
    head = {"id": "t", "title": "T", "version": "1", "source": "s", "licence": "l"}
    return Taxonomy.model_validate({**head, "primary": "one", "concept": filled})


A, B, C = ({"code": code, "label": label} for code, label in (("1", "A"), ("2", "B"), ("3", "C")))


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ((A, B, C), []),
        ((A, B), [("removed", "3")]),
        ((A, B, C, {"code": "4", "label": "D"}), [("added", "4")]),
        ((A, B, {**C, "parent": "1"}), [("moved", "3")]),
        ((A, B, {**C, "label": "See", "definition": "about C"}), [("relabelled", "3")]),
        ((A, B, {**C, "label": "See", "also": ["c"]}), [("relabelled", "3"), ("redefined", "3")]),
        ((A, B, {**C, "definition": "other"}), [("redefined", "3")]),
        ((A, B, {**C, "scope": "other"}), [("redefined", "3")]),
        ((A, B, {**C, "code": "4"}), [("renumbered", "3")]),
        ((A, B, {**C, "label": "Else"}), [("reused", "3")]),
        (
            (A, {**C, "code": "2"}, {**B, "code": "3"}),
            [("renumbered", "2"), ("reused", "2"), ("renumbered", "3"), ("reused", "3")],
        ),
    ],
)
def test_each_change_has_its_name(
    new: tuple[dict[str, Any], ...], expected: list[tuple[str, str]]
) -> None:
    assert [(one.kind, one.code) for one in difference(of(A, B, C), of(*new))] == expected


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_with_guide(tmp_path_factory.mktemp("taxonomies"))


def first_code(store: Store, taxonomy: str) -> tuple[str, str]:
    """A record and its code."""
    for file in corpus(store).files():
        for record in file.records:
            for tag in record.tags:
                if tag.taxonomy == taxonomy:
                    return record.id, tag.code
    raise AssertionError("no tags at all")


def test_a_new_version_says_which_records_it_touches(guide: Store) -> None:
    record, code = first_code(guide, "mitigation")
    old = KNOWN["mitigation"]
    concepts = [
        one.model_copy(update={"definition": "Otherwise."}) if one.code == code else one
        for one in old.concepts
    ]
    new = put(guide.raw / "new.toml", taxonomies.as_toml(_with(old, concepts)))
    done = gleaner(guide, "taxonomies", "diff", "mitigation", str(new), "--json")
    assert done.exit_code == 0
    [change] = json.loads(done.stdout)["changes"]
    assert (change["kind"], change["code"]) == ("redefined", code)
    assert record in {one["record"] for one in change["records"]}
    told = gleaner(guide, "taxonomies", "diff", "mitigation", str(new))
    assert record in told.stdout


def _with(old: Taxonomy, concepts: list[Concept]) -> Taxonomy:
    return old.model_copy(update={"concepts": tuple(concepts)})


def test_a_code_is_not_reused_with_another_meaning(guide: Store) -> None:
    old = KNOWN["actor"]
    other = Concept(code=old.concepts[0].code, label="Gardener", definition="Who gardens.")
    new = put(guide.raw / "actor.toml", taxonomies.as_toml(_with(old, [other, *old.concepts[1:]])))
    done = gleaner(guide, "taxonomies", "diff", "actor", str(new))
    assert done.exit_code == 1
    assert other.code in done.stderr
    allowed = gleaner(guide, "taxonomies", "diff", "actor", str(new), "--allow-reuse", other.code)
    assert allowed.exit_code == 0
    into = guide.raw / "taken"
    refused = take_taxonomies(guide, "taxonomies", new, dry=False, folder=into)
    assert refused.exit_code == 1
    assert not into.exists()
    taken = take_taxonomies(guide, "taxonomies", new, False, (other.code,), into)
    assert taken.exit_code == 0
    [back] = taxonomies.read_taxonomies((into / "actor.toml").read_bytes(), "actor.toml")
    assert back.concept(other.code) == other


def test_a_taxonomy_of_others_is_taken_from_skos(guide: Store) -> None:
    place = put(guide.raw / "harm.ttl", FOREIGN)
    into = guide.raw / "more"
    assert take_taxonomies(guide, "skos", place, dry=True, folder=into).exit_code == 0
    assert not into.exists()
    take_taxonomies(guide, "skos", place, dry=False, folder=into)
    assert load_taxonomies(into)["harms"].concept("1.10").label == "Tenth"


# --- crosswalks -----------------------------------------------------------------------------------

concepts = st.tuples(lines.filter(lambda one: ":" not in one), lines)
crosswalks = st.builds(
    Crosswalk,
    id=lines,
    licence=lines,
    matches=st.lists(
        st.builds(
            Match,
            subject=concepts,
            predicate=st.sampled_from(sorted(sssom.MATCHES)),
            object=concepts,
            subject_label=lines,
            object_label=lines,
            confidence=st.none() | st.floats(0, 1),
            comment=st.one_of(lines, st.just('two\nlines\tand a "quote"')),
            more=st.dictionaries(st.sampled_from(["author_id", "mapping_date"]), lines),
        ),
        max_size=3,
    ).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(crosswalks)
def test_a_crosswalk_comes_back_as_it_left(one: Crosswalk) -> None:
    assert sssom.read_crosswalk(sssom.as_tsv(one).encode(), "x.sssom.tsv") == one


def test_ours_names_codes_that_there_are() -> None:
    shipped = sssom.load_crosswalks()
    assert shipped
    for crosswalk in shipped.values():
        assert list(sssom.unknown_codes(crosswalk, KNOWN)) == []


HEAD = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("#curie_map: !!python/object/apply:os.system [true]\n" + HEAD, "not YAML"),
        ("#- a\n" + HEAD, "not a table"),
        ("subject_id\n", "no column predicate_id"),
        (HEAD + "a:1\tskos:sameAs\tb:1\tx\n", "line 2: 'skos:sameAs'"),
        (HEAD + "a1\tskos:exactMatch\tb:1\tx\n", "line 2: 'a1'"),
        (HEAD + "a:1\tskos:exactMatch\n", "line 2"),
    ],
)
def test_what_is_no_crosswalk_is_refused(data: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        sssom.read_crosswalk(data.encode(), "x.tsv")


def record_with(**codes: str) -> Record:
    tags = tuple(
        Tag(
            taxonomy=taxonomy.replace("_", "-"),
            code=code,
            label="",
            basis="decided",
            confidence=1,
            evidence=(),
            why="",
            made_by="curator:ada",
        )
        for taxonomy, code in codes.items()
    )
    return Record(
        id="r", way="", label=None, name=None, path=(), parent=None, children=(),
        description=None, rationale=None, tags=tags,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("predicate", "here", "there", "denied"),
    [
        (sssom.EXACT, "3.4", "2.3.1", False),
        (sssom.EXACT, "3.4", "2.3", False),  # less specific
        (sssom.EXACT, "3.4", "2.3.2", True),
        (sssom.BROAD, "3.4", "2.3.1", False),
        (sssom.BROAD, "3.4", "1.1.1", True),
        (sssom.NARROW, "3.4", "1.1.1", False),  # 3.4 is wider: it may hold others
        (sssom.NARROW, "1.1", "2.3.1", True),
        ("skos:closeMatch", "3.4", "1.1.1", False),
        (sssom.EXACT, "3.1", "1.1.1", False),  # not spoken of
    ],
)
def test_a_record_contradicts_a_match(predicate: str, here: str, there: str, denied: bool) -> None:
    match = Match(
        subject=("mitigation-2025", "3.4"), predicate=predicate, object=("mitigation", "2.3.1")
    )
    record = record_with(mitigation_2025=here, mitigation=there)
    found = list(sssom.contradictions([record], [match], KNOWN))
    assert bool(found) is denied


def test_a_crosswalk_is_held_against_the_records(guide: Store) -> None:
    with copied(guide) as store:
        [file] = corpus(store).files()
        primary = [
            (record.id, {tag.taxonomy: tag.code for tag in record.tags if tag.role == "primary"})
            for record in file.records
        ]
        record, code, has = next(
            (own, codes["mitigation"], codes["rmf"])
            for own, codes in primary
            if {"mitigation", "rmf"} <= codes.keys()
        )
        other = next(one.code for one in KNOWN["rmf"].concepts if one.code != has)
        match = Match(subject=("mitigation", code), predicate=sssom.EXACT, object=("rmf", other))
        wrong = Crosswalk(id="x", licence="l", matches=(match,))
        place = put(store.raw / "x.sssom.tsv", sssom.as_tsv(wrong))
        done = gleaner(store, "taxonomies", "crosswalk", str(place), "--json")
        assert done.exit_code == 1
        found = {one["record"]: one for one in json.loads(done.stdout)["contradictions"]}
        assert (found[record]["has"], found[record]["expected"]) == (has, [other])
        into = store.raw / "crosswalks"
        assert take_crosswalk(place, dry=False, folder=into).exit_code == 0
        assert sssom.load_crosswalks(into) == {"x": wrong}


def test_options_that_say_nothing_are_refused() -> None:
    from pipeline.run.concepts import Unusable

    for wrong in ({"columns": "nme=Title"}, {"source": ("NIST2024",)}):
        with pytest.raises(Unusable):
            Asked.of("ada", False, **wrong)
