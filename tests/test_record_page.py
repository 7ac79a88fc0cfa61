"""Record pages: what whole pages state, what cut ones may not, and what is none."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from record_pages import (
    BANNERS,
    NAMES,
    PARAGRAPHS,
    TAXONOMIES,
    Truth,
    cards_of,
    document_of,
    fields_of,
    marked_up,
    pages,
)

from pipeline.model import BlockKind, Segments, Verdict
from pipeline.model.text import freeze
from pipeline.segment.record_page import segment

TAGS = (
    "Operate and Monitor\nWhen in its life the thing is done\nDeployer\nThe one who has to do it\n"
    "Manage\nWhich of the functions the thing serves"
)
HEAD = "\n".join((*BANNERS, "What firms do when a service breaks."))
REASONED = f"{HEAD}\nAlso in Operations & Security\n{PARAGRAPHS[0]}\nReasoning\nIt prepares.\n"
SOURCE = "A Title of Ours\nIto, Hana; van den Berg, Piet (2023)"


def read(text: str) -> Segments:
    found = segment(document_of(text), TAXONOMIES)
    assert found is not None
    return found


def codes(found: Segments) -> list[str]:
    return [issue.code for issue in found.issues]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_a_whole_page_states_what_it_was_made_from(page: Truth) -> None:
    found = read(page.text)
    stated, truth = fields_of(found), dict(page.fields)
    if page.ambiguous and "parent" not in stated:  # two readings fit: left out, and said so
        truth.pop("parent", None)
        assert stated.get("description", truth.get("description")) == truth.get("description")
        stated.pop("description", None)
        truth.pop("description", None)
    assert stated == truth
    assert cards_of(found) == page.cards
    assert found.verdict is Verdict.COMPLETE
    assert {"stray", "open-field", "unknown-label", "unread-line"}.isdisjoint(codes(found))


# --- cut pages -----------------------------------------------------------------------------------


def stated(text: str) -> tuple[dict[str, str], set[str]] | None:
    """Each field and card of a prefix, and those that end where all that is stated ends."""
    found = segment(document_of(text), TAXONOMIES)
    if found is None:
        return None
    values: dict[str, str] = {}
    ends: dict[str, int] = {}
    for part in (part for one in found.segments for part in one.parts):
        name = part.field
        if name == "tag.risk":
            name += part.provenance[0].quote
        values[name] = "\n".join(source.quote for source in part.provenance)
        ends[name] = part.provenance[-1].span.end
    for name, card_text, label, role in cards_of(found):
        values[f"card {name}"] = f"{role}: {card_text}"
        if label:
            values[f"label of {name}"] = label
            ends[f"label of {name}"] = 0
    last = max(ends.values(), default=0)
    return values, {name for name, end in ends.items() if end == last}


def contradictions(text: str) -> list[str]:
    """Fields that a longer prefix withdraws, or says otherwise; only the last may grow."""
    wrong = []
    for (_, shorter), (end, longer) in pairwise(
        (n, stated(text[:n])) for n in range(1, len(text) + 1)
    ):
        if shorter is None:
            continue
        before, growing = shorter
        after = longer[0] if longer else {}
        for name, value in before.items():
            now = after.get(name)
            if now != value and not (name in growing and now and now.startswith(value)):
                wrong.append(f"at {end}, {name}: {value!r} became {now!r}")
    return wrong


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(pages())
def test_no_prefix_contradicts_a_shorter_one(page: Truth) -> None:
    assert contradictions(page.text) == []


def test_a_title_that_ends_in_a_year_is_not_taken_for_authors_on_a_cut_page() -> None:
    lines = (
        "This page is not finished; send us your feedback.",
        "Figures on this page are preliminary: do not quote them yet.",
        "What firms do when their service breaks, told in a line of our own.",
        "Reasoning",
        "Rehearsals prepare for failure, and that is how the category is told.",
        "Readiness of operators",
        "2020 vision for AI (2021)",
        "Town of Aa (2023)",
        "Plan and Design",
        "When in its life the thing is done",
    )
    assert contradictions("\n".join(lines)) == []


def test_no_prefix_of_the_seed_contradicts_a_shorter_one(shared: Path) -> None:
    for seed in sorted((shared / "seeds").glob("*.txt")):
        assert contradictions(seed.read_text(encoding="utf-8")) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_a_page_without_its_tags_is_cut_short(page: Truth) -> None:
    text = page.text
    for end in range(0, text.index("Which of the functions"), 17):
        found = segment(document_of(text[:end]), TAXONOMIES)
        if found is not None:
            assert found.verdict is Verdict.CUT_SHORT
            assert "cut-short" in codes(found)


@pytest.mark.parametrize(
    "end",
    [
        "Primary",
        "Primary\n6.5 Gov",
        "Primary\n6.5 Governance failure",
        "Primary\n6.5 Governance failureOth",
        "Prim",
    ],
)
def test_risks_that_break_off_are_cut_short(end: str) -> None:
    assert read(f"{REASONED}{TAGS}\n{end}").verdict is Verdict.CUT_SHORT


@pytest.mark.parametrize(
    "gloss", ["", "\nThe functions", "\nWhich of the functions it", "\nWhat it is for, in the func"]
)
def test_a_last_gloss_that_breaks_off_is_cut_short(gloss: str) -> None:
    text = f"{REASONED}{TAGS}".rpartition("\n")[0]
    assert read(text + gloss).verdict is Verdict.CUT_SHORT


def test_a_cut_page_keeps_the_open_description_and_leaves_out_what_is_open() -> None:
    text = f"{REASONED}The Parent\nA name, or what"
    found = read(text)
    assert fields_of(found)["rationale"] == "It prepares."
    assert "parent" not in fields_of(found)
    assert "open-field" in codes(found)
    earlier = read(text[: text.index("Each rehearsal")])
    assert str(fields_of(earlier)["description"]).startswith("Operators")


# --- glue and hazards ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, "Other", "Reasoning about rehearsals", "x" * 150])
@pytest.mark.parametrize(
    "label", ["99 Other", "99.9 Other", "1.1 Model", "1.2 Non-Model", "1 AI System"]
)
def test_a_label_ends_where_the_taxonomy_says(label: str, name: str) -> None:
    found = read(f"{REASONED}First > A\n{label}{name}\n{label}{SOURCE}\n{TAGS}")
    assert [(card[0], card[2]) for card in cards_of(found)] == [("First > A", label), (name, label)]
    assert fields_of(found)["title"] == "A Title of Ours"


@pytest.mark.parametrize("stage", ["Other (outside lifecycle)", "Other (general)", "Deploy"])
def test_without_a_source_the_stage_is_glued_to_the_last_label(stage: str) -> None:
    tags = TAGS.replace("Operate and Monitor", stage)
    found = read(f"{REASONED}First > A\n1.2.1 Guardrails & Filtering{tags}")
    assert fields_of(found)["tag.lifecycle"] == stage
    assert cards_of(found)[0][2] == "1.2.1 Guardrails & Filtering"


def test_a_bare_line_is_the_parent_when_the_next_is_the_first_part_of_a_card() -> None:
    prose = "Rehearsals are held. They are short."
    cards = f"{prose}\n1 AI System{prose} > In the night\n1 AI System{TAGS}"
    found = read(f"{REASONED}The Parent\n{cards}")
    assert fields_of(found)["parent"] == "The Parent"
    assert [card[3] for card in cards_of(found)] == ["other", "other"]


def test_an_unknown_label_is_learnt_from_its_repetition() -> None:
    found = read(
        f"{REASONED}A > B\n1.2.9 Odds and EndsOpenAI cards\n1.2.9 Odds and EndsOpenAI keys\n2.9 Other{SOURCE}\n{TAGS}"
    )
    assert [(card[0], card[2]) for card in cards_of(found)] == [
        ("A > B", "1.2.9 Odds and Ends"),
        ("OpenAI cards", "1.2.9 Odds and Ends"),
        ("OpenAI keys", "2.9 Other"),
    ]
    assert "learnt-label" in codes(found)


def test_an_unknown_label_seen_once_is_reported_and_not_swallowed() -> None:
    found = read(
        f"{REASONED}A > B\n1.2.9 Odds and EndsC > D\n2.9 OtherE > F\n2.9 Other{SOURCE}\n{TAGS}"
    )
    assert [(card[0], card[1], card[2]) for card in cards_of(found)] == [
        ("A > B", "", ""),
        ("E > F", "", "2.9 Other"),
    ]
    (issue,) = [issue for issue in found.issues if issue.code == "unknown-label"]
    assert "1.2.9 Odds and EndsC > D" in issue.message


def test_an_unknown_label_before_the_stage_is_known_exactly() -> None:
    found = read(f"{REASONED}A > B\n1.2.9 Odds and Ends{TAGS}")
    assert cards_of(found)[0][2] == "1.2.9 Odds and Ends"
    assert fields_of(found)["tag.lifecycle"] == "Operate and Monitor"
    assert "unknown-label" in codes(found)


def test_an_unknown_stage_is_reported() -> None:
    found = read(
        f"{REASONED}A > B\n2.9 Other{SOURCE}\n{TAGS.replace('Operate and Monitor', 'Bury')}"
    )
    assert "tag.lifecycle" not in fields_of(found)
    assert fields_of(found)["tag.actor"] == "Deployer"
    assert "unknown-label" in codes(found)


def test_other_risks_follow_the_primary_one() -> None:
    risks = "Primary\n6.5 Governance failureOther\n6.4 Competitive dynamics7.6 Multi-agent risks"
    found = read(f"{REASONED}{TAGS}\n{risks}")
    parts = [part for part in found.segments[0].parts if part.field == "tag.risk"]
    assert [(part.provenance[0].quote, part.role) for part in parts] == [
        ("6.5 Governance failure", "primary"),
        ("6.4 Competitive dynamics", "other"),
        ("7.6 Multi-agent risks", "other"),
    ]
    assert found.verdict is Verdict.COMPLETE


# --- saved markup, and what is no record page ----------------------------------------------------


def test_saved_markup_gives_the_same_record_and_the_name() -> None:
    text = f"{REASONED}The Parent\nA panel\nIt meets.\n2.1 Oversight & AccountabilityB > C\n1 AI System{SOURCE}\n{TAGS}"
    plain = read(text)
    p, h, i = BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM
    head, gloss = HEAD.split("\n"), TAGS.split("\n")
    saved = segment(
        marked_up(
            (BlockKind.FURNITURE, "Home / Measures", 0), (p, head[0], 0), (p, head[1], 0), (h, "Rehearsals", 1),
            (p, head[2], 0), (p, "Also in Operations & Security", 0), (h, "About it", 2), (p, PARAGRAPHS[0], 0),
            (h, "Reasoning", 3), (p, "It prepares.", 0), (p, "The Parent", 0),
            (h, "Its parts", 2), (h, "A panel", 3), (p, "It meets.", 0), (p, "2.1\nOversight & Accountability", 0),
            (h, "Elsewhere", 2), (i, "• B > C", 1), (p, "1 AI System", 0),
            (h, "Where it is from", 2), (h, "A Title of Ours", 3), (p, SOURCE.split("\n")[1], 0),
            *((p, line, 0) for line in gloss), (BlockKind.FURNITURE, "Imprint", 0),
        ),
        TAXONOMIES,
    )  # fmt: skip
    assert saved is not None
    assert fields_of(saved) == {**fields_of(plain), "name": "Rehearsals"}
    assert [(c[0], c[1], " ".join(c[2].split()), c[3]) for c in cards_of(saved)] == cards_of(plain)
    assert saved.verdict is plain.verdict is Verdict.COMPLETE
    assert [issue.code for issue in plain.segments[0].issues] == ["no-name"]
    assert saved.segments[0].issues == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Reasoning",
        BANNERS[0],
        "On models\nThis page is a draft.\nAlso in this issue: keys\nReasoning\nModels reason.\nThe end.",
        "1 AI System\n1.1 Model\n1.1.1 Training Data\n2 Organisation\nA taxonomy is a list.\nReasoning\nNone.",
        "A survey (2020)\nIto, Hana (2020)\n" + "Developers should test their models. " * 30,
        "Govern\nMap\nMeasure\nManage\nDeploy\nUser\nDeveloper\nPrimary\nOther",
    ],
)
def test_other_documents_are_no_record_pages(text: str) -> None:
    assert segment(document_of(text), TAXONOMIES) is None


def test_every_quote_is_the_text_at_its_span() -> None:
    text = freeze(f"{REASONED}A > B\n2.9 Other{SOURCE}\n{TAGS}")
    for part in (part for one in read(text).segments for part in one.parts):
        for source in part.provenance:
            assert text[source.span.start : source.span.end] == source.quote


def test_the_seed_states_what_a_curator_reads(shared: Path) -> None:

    expected = json.loads((shared / "gold" / "seed.expected.json").read_text(encoding="utf-8"))
    (seed,) = sorted((shared / "seeds").glob("*.txt"))
    found = read(seed.read_text(encoding="utf-8"))
    stated, record, source = fields_of(found), expected["records"][0], expected["source"]
    assert found.verdict == expected["document"]["verdict"]
    assert stated["title"] == source["title"]
    assert stated["year"] == str(source["year"])
    assert stated["authors"] == [f"{a['family']}, {a['given']}" for a in source["authors"]]
    assert str(stated["abstract"]).startswith(source["abstract_begins"])
    assert str(stated["abstract"]).endswith(source["abstract_ends"])
    assert stated["parent"] == record["parent_name"]
    assert str(stated["description"]).startswith(record["description_begins"])
    assert str(stated["description"]).endswith(record["description_ends"])
    assert stated["rationale"] == record["rationale"]["value"]
    assert "name" not in stated
    assert [(card[0], card[2].split()[0]) for card in cards_of(found)] == [
        (card["name"], card["code"]) for card in record["related"]
    ]
