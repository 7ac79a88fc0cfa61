"""What is judged of a sentence: the features that are read off, and what they add up to."""

import json

import pytest
from building import Writer
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import BlockKind
from pipeline.rule import load_rules
from pipeline.segment.judge import (
    BIAS,
    FILE,
    Setting,
    Verdict,
    featured,
    judge,
    load_weights,
    logit,
    setting,
)
from pipeline.segment.reading import READ, Reading
from pipeline.segment.reasons import said
from pipeline.segment.weighed import Weight

RULES = load_rules()
PLAIN = setting(BlockKind.PARAGRAPH, [], RULES)
DUTY = "Developers should publish the limits of their models every year and tell users of changes."
FACT = "The harbour has three gates and a lock that was built in the last century."


def features(text: str, where: Setting = PLAIN) -> dict[str, float]:
    ((_, found),) = featured([text], where, RULES)
    return found


def verdict(text: str, where: Setting = PLAIN) -> Verdict:
    (one,) = judge([text], where, RULES)
    return one


@pytest.mark.parametrize(
    ("told", "text", "other"),
    [
        ("past", "The model was tested by outsiders.", "The model will be tested by outsiders."),
        ("past", "The models have been tested.", "The models have a test."),
        ("passive", "Models are often tested before release.", "Models often pass the test."),
        ("cites", "Tests find faults [3, 4].", "Tests find faults [sic]."),
        ("cites", "Tests find faults (Quill, 2021).", "Tests find faults (most of them)."),
        ("percent", "Tests find 4.5 % of the faults.", "Tests find 45 of the faults."),
        ("year", "Tests began in 2021.", "Tests began in 1421."),
        ("asks", "Should boards test?", "Boards ask “why?” and test."),
        ("colon", "Boards should:", "Boards should: test."),
        ("quotes", "They call it “a test”.", "They call it a test."),
        ("opens with -ing", "Testing models takes time.", "The testing of models takes time."),
        ("no auxiliary", "Models fail.", "Models can fail."),
        ("says can", "Models can fail.", "Models fail."),
        ("says however", "However, models fail.", "Models fail."),
        ("we act", "We also test each model.", "We tested each model."),
        ("we act", "The committee now reviews each model.", "They now review each model."),
        ("we did", "Our team reviewed each model.", "Our team reviews each model."),
        ("we will", "We will test each model.", "We test each model."),
        ("we are", "We are sure of each model.", "We test each model."),
        ("rule measure.duty", DUTY, FACT),
        ("no rule", FACT, DUTY),
        ("word publish", "They publish it.", "They hold it."),
        ("opens with publish", "Publish it at once.", "They hold and publish it."),
    ],
)
def test_a_feature_is_read_off_the_words(told: str, text: str, other: str) -> None:
    assert told in features(text)
    assert told not in features(other)


LENGTHS = {
    "under 8 words": (1, 7),
    "8 to 13 words": (8, 13),
    "14 to 29 words": (14, 29),
    "30 to 44 words": (30, 44),
    "45 words or more": (45, 200),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_sentence_has_one_length(name: str) -> None:
    for count in LENGTHS[name]:
        assert [one for one in LENGTHS if one in features(" ".join(["word"] * count))] == [name]


def test_a_word_counts_less_than_a_cue_and_once() -> None:
    found = features("Testers test the tests that testers test.")
    assert found["word test"] < found["opens with test"] == 1.0


def test_the_place_in_a_block_is_a_feature() -> None:
    where = ("first", "last", "alone")
    rows = [row for _, row in featured(["Is it safe?", DUTY, FACT], PLAIN, RULES)]
    told = [[name for name in where if name in row] for row in rows]
    assert told == [["first"], [], ["last"]]
    assert [name for name in where if name in features(DUTY)] == ["first", "last", "alone"]


def test_what_the_sentence_before_tells_is_a_feature() -> None:
    rows = [row for _, row in featured(["Is it safe?", DUTY, FACT], PLAIN, RULES)]
    assert ["before asks" in row for row in rows] == [False, True, False]
    assert ["before says should" in row for row in rows] == [False, False, True]


def test_the_kind_of_block_and_the_headings_above_are_features() -> None:
    where = setting(BlockKind.LIST_ITEM, ["Recommendations", "Background"], RULES)
    found = features(DUTY, where)
    assert {"kind list item", "above prose.heading-not", "far above prose.heading"} <= set(found)
    assert not {"above prose.heading", "far above prose.heading-not"} & set(found)
    assert not any("above" in name for name in features(DUTY))


def test_the_opening_and_the_closing_tenth_of_a_long_document_are_features() -> None:
    def places(count: int) -> list[set[str]]:
        written = Writer().heading("Ways")
        for _ in range(count):
            written.paragraph(DUTY)
        runs = Reading(written.document(), RULES).runs
        return [{name for name in run.setting.features if "tenth" in name} for run in runs]

    opening, closing = {"opening tenth"}, {"closing tenth"}
    assert places(40) == [opening] * 4 + [set()] * 33 + [closing] * 3
    assert places(29) == [set()] * 29


def test_what_the_rules_say_is_a_feature_with_a_floor() -> None:
    ((weight, found),) = featured([DUTY], PLAIN, RULES)
    assert found["rules"] == weight.logit / 2 > 0
    assert features(FACT)["rules"] == -2.5


def test_a_verdict_adds_up_the_weights_of_its_features_and_the_rules_once_more() -> None:
    weights = {BIAS: -1.0, "asks": -3.0, "alone": 0.25, "colon": 9.0}
    (one,) = judge(["Is the harbour open?"], PLAIN, RULES, weights)
    assert one.logit == -3.75 == logit(features("Is the harbour open?"), weights)
    (duty,) = judge([DUTY], PLAIN, RULES, weights)
    assert duty.adds[-1] == ("rules once more", duty.logit + 0.75)
    assert 0 < duty.logit + 0.75 <= duty.rules.logit
    assert duty.chance == pytest.approx(1 / (1 + 2.718281828**-duty.logit))


def test_what_spoke_for_and_against_is_said_in_plain_words_the_weightiest_first() -> None:
    text = "Is the harbour open?"
    names = ("alone", "under 8 words", "word the", "opens with is", "first", "word harbor")
    weights = {name: (at + 1) / 2 for at, name in enumerate(names)} | {BIAS: -50.0, "asks": -4.0}
    (one,) = judge([text], PLAIN, RULES, weights)
    assert said(one, text) == (
        "for it the first sentence of its paragraph +2.5, “Is” among its first words +2.0, "
        "“harbour” +1.5, under 8 words +1.0; against it a question -4.0"
    )


def test_a_rule_that_counted_is_said_with_its_words_and_where_none_did_that_is_said() -> None:
    (duty,) = judge([DUTY], PLAIN, RULES, {})
    assert said(duty, DUTY) == "for it “Developers should” (prose.duty-of-actor) +3.8"
    (fact,) = judge([FACT], PLAIN, RULES, {"no rule": -0.5, "rules": 0.2, "before asks": -1.0})
    assert said(fact, FACT) == "against it no rule -1.0"


def test_every_feature_that_is_learnt_can_be_said() -> None:
    for name in load_weights(FILE):
        made = Verdict(1.0, Weight(0.0, ()), ((name, 1.0), ("no rule", 1.0)))
        assert said(made, "Boards test.").startswith("for it ")


def test_a_verdict_is_made_by_the_rule_that_speaks_loudest() -> None:
    assert verdict(DUTY).made_by == "rule:prose.duty-of-actor"
    assert verdict("In case of a fault, the models must be withdrawn.").made_by == "rule:prose.duty"


def test_where_no_rule_speaks_a_verdict_is_made_by_what_is_learnt() -> None:
    assert verdict(FACT).made_by == "model:finder"
    above = setting(BlockKind.PARAGRAPH, ["Recommendations"], RULES)
    assert verdict(FACT, above).made_by == "model:finder"


def test_a_duty_is_likelier_a_measure_than_a_fact() -> None:
    assert verdict(DUTY).chance > 0.9
    assert verdict(FACT).chance < 0.1


def test_the_weights_load_and_have_log_odds_for_every_sentence() -> None:
    weights = load_weights(FILE)
    assert weights[BIAS] < 0
    assert len(weights) > 100
    assert all(abs(weight) < 10 for weight in weights.values())


def test_no_weight_names_a_document() -> None:
    learnt_from = json.loads(FILE.read_text(encoding="utf-8"))["learnt_from"]
    assert learnt_from
    assert not [name for name in load_weights(FILE) for one in learnt_from if one in name]


def test_the_same_sentence_in_the_same_place_is_judged_alike() -> None:
    titles = ["Recommendations", "Background"]
    one, other = (setting(BlockKind.PARAGRAPH, titles, RULES) for _ in range(2))
    assert judge([FACT, DUTY], one, RULES) == judge([FACT, DUTY], other, RULES)
    assert judge([DUTY], one, RULES) == judge([DUTY], one, RULES, load_weights(FILE))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(max_size=120), max_size=5),
    st.lists(st.text(max_size=40), max_size=3),
    st.sampled_from(READ),
)
def test_no_text_breaks_judging_and_chances_are_chances(
    texts: list[str], titles: list[str], kind: BlockKind
) -> None:
    verdicts = judge(texts, setting(kind, titles, RULES), RULES)
    assert len(verdicts) == len(texts)
    assert all(0 <= one.chance <= 1 for one in verdicts)
