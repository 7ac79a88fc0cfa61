"""Scores that can be argued with."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluate import (
    Fate,
    Found,
    Gold,
    Score,
    Wanted,
    as_dict,
    below_floor,
    by_family,
    by_way,
    changed_corpus,
    changes,
    evaluate,
    fingerprint,
    lowered,
    not_scored,
    open_ones,
    other_corpus,
    raised,
    read_gold,
    score,
    total,
)
from pipeline.evaluate.resolve import half_of
from pipeline.model import Span

GOLD = Path(__file__).parent / "gold"
LOG = "Keep a log of every use of the system, and read it once a week."
TEST = "Test the system against known attacks before each release to the public."
TELL = "Tell the people concerned what the system decided, and how to object to it."
RIVER = "The weather was fine, and so we went for a long walk along the river."


def wanted(*texts: str, **more: Any) -> list[Wanted]:
    return [Wanted(description=text, **more) for text in texts]


def found(*texts: str, **more: Any) -> list[Found]:
    return [Found(id=f"r{i}", description=text, **more) for i, text in enumerate(texts)]


def fates(one: Score) -> tuple[list[Fate], list[Fate]]:
    return [a.fate for a in one.answers], [u.fate for u in one.uses]


# --- who answers what ----------------------------------------------------------------------------


def test_pairs_are_one_to_one_and_best_first() -> None:
    gold = wanted("Keep a log of use.", "Keep a log of all use.")
    records = found("Keep a log of all use.", "Keep a log of use", "The weather was fine.")
    one = score("x.pdf", gold, records)
    assert [answer.others for answer in one.answers] == [(1,), (0,)]
    assert one.tally == (2, 3, 2, 2)
    assert one.figures["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert fates(one) == (
        [Fate.STRICT, Fate.STRICT],
        [Fate.STRICT, Fate.STRICT, Fate.SPURIOUS],
    )


def test_a_soft_match_counts_softly_only() -> None:
    one = score("x", wanted(LOG), found(LOG.replace("once a week", "now and then")))
    assert fates(one) == ([Fate.SOFT], [Fate.SOFT])
    assert (one.figures["f1"], one.figures["soft_f1"]) == (0.0, 1.0)


def test_of_equal_words_the_nearer_in_the_document_is_taken() -> None:
    gold = [Wanted(description=LOG, page=9), Wanted(description=LOG, page=2)]
    one = score("x", gold, found(LOG, page=2) + found(LOG, page=9))
    assert [answer.others for answer in one.answers] == [(1,), (0,)]
    gold = [Wanted(description=LOG, place=Span(900, 960))]
    one = score("x", gold, found(LOG, place=Span(10, 70)) + found(LOG, place=Span(880, 940)))
    assert one.answers[0].others == (1,)


def test_without_a_place_equal_words_pair_in_reading_order() -> None:
    one = score("x", wanted(LOG, LOG), found(LOG, LOG))
    assert [answer.others for answer in one.answers] == [(0,), (1,)]


def test_names_are_compared_where_gold_has_no_description() -> None:
    one = score("x", [Wanted(name="Kill switch")], [Found(id="a", name="kill switch")])
    assert one.figures["f1"] == 1.0
    assert one.figures["name"] == 1.0


def test_one_measure_in_several_records_is_split() -> None:
    one = score("x", wanted(f"{LOG} {TEST} {TELL}"), found(LOG, TEST, RIVER))
    assert fates(one) == ([Fate.SPLIT], [Fate.SPLIT, Fate.SPLIT, Fate.SPURIOUS])
    assert sorted(one.answers[0].others) == [0, 1]


def test_several_measures_in_one_record_are_merged() -> None:
    one = score("x", wanted(LOG, TEST, RIVER), found(f"{LOG} {TEST} {TELL}"))
    assert fates(one) == ([Fate.MERGED, Fate.MERGED, Fate.MISSED], [Fate.MERGED])
    assert sorted(one.uses[0].others) == [0, 1]


def test_what_is_missed_stands_beside_the_nearest_record() -> None:
    one = score("x", wanted(TELL), found(RIVER, "Tell the people concerned."))
    assert fates(one) == ([Fate.MISSED], [Fate.SPURIOUS, Fate.SPURIOUS])
    assert one.answers[0].others == (1,)
    assert one.answers[0].shared == 1.0
    assert one.uses[1].others == (0,)


def test_neither_records_nor_gold_is_no_error() -> None:
    assert score("x", [], []).figures["f1"] == 1.0
    assert fates(score("x", [], found(LOG))) == ([], [Fate.SPURIOUS])
    assert fates(score("x", wanted(LOG), [])) == ([Fate.MISSED], [])
    assert fates(score("x", wanted(""), found(""))) == ([Fate.MISSED], [Fate.SPURIOUS])


def test_what_is_borderline_is_neither_missed_nor_spurious() -> None:
    gold = wanted(LOG) + wanted(TEST, TELL, borderline=True)
    one = score(
        "x", gold, found(LOG, TEST, "Tell the people concerned what it decided"[:25], RIVER)
    )
    assert one.tally == (1, 2, 1, 1)
    assert one.fates == {Fate.MISSED: 0, Fate.SPLIT: 0, Fate.MERGED: 0, Fate.SPURIOUS: 1}


# --- figures -------------------------------------------------------------------------------------


def test_fields_are_scored_strictly_and_softly_where_the_gold_has_them() -> None:
    want = Wanted(
        label="GV-1.1", name="Weekly logs", description=LOG, rationale="", path=("4.2 Operations",)
    )
    have = Found(
        id="a",
        label="GV-1.2",
        name="The weekly log",
        description=LOG,
        rationale="It was invented.",
        path=("4 Duties", "4.2 Operations"),
    )
    one = score("x", [want], [have])
    assert one.figures["label"] == one.figures["soft_label"] == 0.0
    assert (one.figures["name"], one.figures["soft_name"]) == (0.0, 1.0)
    assert one.figures["rationale"] == 0.0  # the gold says that there is none
    assert one.figures["path"] == 1.0
    bare = score("x", [Wanted(description=LOG)], [have])
    assert set(bare.agreements) == {"description"}


def test_a_misprinted_label_agrees_softly() -> None:
    one = score("x", [Wanted(label="GV-4.3-001", description=LOG)], found(LOG, label="GV4.3--001"))
    assert (one.figures["label"], one.figures["soft_label"]) == (0.0, 1.0)


def test_tallies_add_up_by_family_and_by_way() -> None:
    a = score("a", wanted(LOG, TELL, way="prose"), found(LOG, RIVER, way="outline"), "text/html")
    b = score("b", wanted(TEST, way="list"), [], "application/pdf")
    assert by_family([a, b]) == {"application/pdf": b.tally, "text/html": a.tally}
    assert by_way([a, b]) == {
        "listing": (1, 0, 0, 0),
        "outline": (1, 2, 1, 1),
        "prose": (1, 0, 0, 0),
    }
    assert total([a.tally, b.tally]) == (3, 2, 1, 1)


def test_of_a_half_only_its_own_measures_and_records_count() -> None:
    gold = wanted(LOG, TEST, half="tuned") + wanted(TELL, half="apart")
    records = found(LOG, TELL)
    tuned = score("x", gold, records, half="tuned")
    assert tuned.tally == (2, 1, 1, 1)
    assert score("x", gold, records, half="apart").tally == (1, 1, 1, 1)
    assert TELL not in json.dumps(as_dict(tuned))


def test_of_the_half_set_apart_there_are_figures_and_no_words() -> None:
    apart = score("x", wanted(TELL, LOG, half="apart"), found(TELL), half="apart")
    told = json.dumps(as_dict(apart))
    assert as_dict(apart)["counts"]["missed"] == 1
    assert "Tell" not in told
    assert "log" not in told
    assert open_ones([apart]) == []
    assert below_floor([apart], {"x": {"f1": 1.0}}) == []


def test_a_spurious_record_is_not_told_beside_words_set_apart() -> None:
    gold = wanted(LOG, half="tuned", page=1) + wanted(f"{TELL} {TEST}", half="apart", page=1)
    page = next(page for page in range(1, 9) if half_of("x", page) == "tuned")
    one = score("x", gold, found(TELL, page=page), half="tuned")
    assert fates(one)[1] == [Fate.SPURIOUS]
    assert one.uses[0].others == ()


def test_gold_that_has_nothing_in_a_half_is_not_scored_there() -> None:
    gold = Gold(document="x", measures=tuple(wanted(LOG, half="apart")))
    assert evaluate([gold], []) == []
    (one,) = evaluate([gold], [], apart=True)
    assert one.title == "x (apart)"


# --- floors --------------------------------------------------------------------------------------


def scored_on(corpus: str, *texts: str) -> Score:
    one = score("x.pdf", wanted(LOG, TEST), found(*texts))
    return one.model_copy(update={"corpus": corpus})


def test_a_floor_that_is_not_reached_is_named() -> None:
    floors = {"x.pdf": {"f1": 0.5, "soft_f1": 0.0}, "y.pdf": {"f1": 0.1}}
    assert below_floor([scored_on("c")], floors) == ["x.pdf: f1 0.000 is below its floor 0.500"]
    assert not_scored([scored_on("c")], floors) == ["y.pdf"]


def test_a_field_that_nobody_matched_is_below_its_floor() -> None:
    one = score("x", [Wanted(name="Logs", description=LOG)], [])
    assert below_floor([one], {"x": {"name": 0.9}}) == ["x: name 0.000 is below its floor 0.900"]


def test_floors_are_raised_and_never_lowered_by_that() -> None:
    before = {"x.pdf": {"corpus": "c", "f1": 0.9, "soft_f1": 0.5}}
    after, lines = raised([scored_on("c", LOG)], before)
    assert after == {"x.pdf": {"corpus": "c", "f1": 0.9, "soft_f1": 0.666}}
    assert lines == ["x.pdf: the floor of soft_f1 is raised from 0.500 to 0.666"]
    assert below_floor([scored_on("c", LOG)], after) != []


def test_lowering_is_loud_and_touches_only_what_fell() -> None:
    before = {"x.pdf": {"corpus": "c", "f1": 0.9, "soft_f1": 0.5}}
    after, lines = lowered([scored_on("c", LOG)], before)
    assert after == {"x.pdf": {"corpus": "c", "f1": 0.666, "soft_f1": 0.5}}
    assert lines == ["LOWERED  x.pdf: f1 from 0.900 to 0.666"]
    assert below_floor([scored_on("c", LOG)], after) == []


def test_a_changed_corpus_is_named() -> None:
    floors = {"x.pdf": {"corpus": fingerprint(b"gold", "1")}}
    assert changed_corpus([scored_on(fingerprint(b"gold", "1"))], floors) == []
    for other in (fingerprint(b"gold!", "1"), fingerprint(b"gold", "2")):
        (line,) = changed_corpus([scored_on(other)], floors)
        assert line.startswith("x.pdf: its gold or its original changed")


# --- gains and losses ----------------------------------------------------------------------------


def test_a_change_is_shown_record_by_record() -> None:
    old = [json.loads(json.dumps(as_dict(scored_on("c", LOG, RIVER))))]
    told = [(c.gain, c.what, c.words) for c in changes(old, [scored_on("c", TEST, TELL)])]
    losses = [words for gain, _, words in told if not gain]
    gains = [words for gain, _, words in told if gain]
    assert sorted(losses) == sorted([LOG, TELL])
    assert sorted(gains) == sorted([TEST, RIVER])
    assert changes(old, [scored_on("c", RIVER, LOG)]) == []
    assert other_corpus(old, [scored_on("c")]) == []
    assert other_corpus(old, [scored_on("d")]) == ["x.pdf"]


def test_a_field_that_got_worse_is_a_loss() -> None:
    gold = [Wanted(name="Weekly logs", description=LOG)]
    good = score("x", gold, found(LOG, name="Weekly logs"))
    bad = score("x", gold, found(LOG, name="Something else"))
    (loss,) = changes([as_dict(good)], [bad])
    assert not loss.gain
    assert loss.what.startswith("its name 1.00, now 0.")


def test_what_are_no_scores_is_refused() -> None:
    with pytest.raises(ValueError, match="no scores"):
        changes([{"document": "x"}], [scored_on("c")])


# --- gold ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "[]", '{"rows": []}', "{", '{"measures": [{"page": "two"}]}'])
def test_a_file_that_is_no_gold_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gold.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"gold\.json"):
        read_gold(file)


def test_gold_says_what_is_not_there_and_leaves_out_what_nobody_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "gold.json"
    file.write_text('{"measures": [{"description": "Keep a log.", "rationale": null}]}')
    (want,) = read_gold(file).measures
    assert (want.rationale, want.name) == ("", None)


def test_the_gold_of_others_is_read(shared: Path) -> None:
    nist = read_gold(shared / "gold" / "nist600-1.records.json")
    assert len(nist.measures) == 212
    assert nist.sha256 is not None
    assert all(want.label and want.path and want.page for want in nist.measures)
    owasp = read_gold(shared / "gold" / "owasp-ai-exchange.records.json")
    assert sum(want.rationale is not None for want in owasp.measures) == 13


@pytest.mark.parametrize("file", sorted(GOLD.glob("*.json")), ids=lambda file: file.name)
def test_gold_against_itself_is_perfect(file: Path) -> None:
    gold = read_gold(file).measures
    assert gold
    records = [
        Found(
            id=str(i),
            label=want.label or "",
            name=want.name or "",
            description=want.description or "",
            rationale=want.rationale or "",
        )
        for i, want in enumerate(gold)
    ]
    one = score(file.name, gold, records)
    assert set(one.figures.values()) == {1.0}
    assert [answer.others for answer in one.answers] == [(i,) for i in range(len(gold))]
