"""Sentences to learn from, and the weights that are learnt from them."""

import json
from pathlib import Path

import pytest
from building import Writer
from runs import put

from pipeline.evaluate.gold import Gold
from pipeline.evaluate.matching import Wanted
from pipeline.evaluate.resolve import half_of
from pipeline.model import Document
from pipeline.rule import load_rules
from pipeline.segment.judge import BIAS, logit
from pipeline.train.logistic import fit, to_json, vocabulary
from pipeline.train.published import published
from pipeline.train.taught import Example, taught

RULES = load_rules()
FACT = "Most models of that size are trained by a few large companies in two countries."
LIMITS = "Developers should publish the limits of each model before it is released to the public."
AUDIT = "Boards must appoint an external auditor who reviews the safety of each system."
OPENS = {FACT: "opens with most", LIMITS: "opens with developer", AUDIT: "opens with board"}


def told(document: Document, *measures: Wanted, name: str = "made.txt") -> dict[str, bool]:
    """Which sentences are taught, and whether as stating a measure."""
    examples = list(taught(document, Gold(document=name, measures=measures), RULES))
    assert {one.document for one in examples} <= {name}
    return {
        text: one.states
        for one in examples
        for text, opens in OPENS.items()
        if opens in one.features
    }


def written() -> Document:
    return Writer().heading("Ways").paragraph(f"{FACT} {LIMITS}").paragraph(AUDIT).document()


def test_sentences_in_marked_measures_state_one_and_those_outside_do_not() -> None:
    assert told(written(), Wanted(description=LIMITS)) == {FACT: False, LIMITS: True, AUDIT: False}
    assert told(written()) == {FACT: False, LIMITS: False, AUDIT: False}


def test_a_measure_is_found_whatever_its_spaces_and_marks() -> None:
    spaced = Wanted(description=LIMITS.replace(" ", "\n ").replace(".", " !"))
    assert told(written(), spaced)[LIMITS]


def test_a_borderline_measure_teaches_nothing() -> None:
    borderline = Wanted(description=LIMITS, borderline=True)
    assert told(written(), borderline) == {FACT: False, AUDIT: False}


def test_a_sentence_half_inside_a_measure_teaches_nothing() -> None:
    half = Wanted(description=LIMITS[: len(LIMITS) // 2])
    assert told(written(), half) == {FACT: False, AUDIT: False}


def test_a_sentence_mostly_inside_a_measure_is_one_and_a_few_words_of_it_are_not() -> None:
    assert told(written(), Wanted(description=LIMITS[: len(LIMITS) * 4 // 5]))[LIMITS]
    assert told(written(), Wanted(description=LIMITS[: len(LIMITS) // 10]))[LIMITS] is False


def test_the_half_that_is_set_apart_teaches_nothing() -> None:
    names = {half_of(f"{number}.txt", 1): f"{number}.txt" for number in range(50)}
    measure = Wanted(description=LIMITS, half="apart")
    assert told(written(), measure, name=names["apart"]) == {}
    assert told(written(), measure, name=names["tuned"])[LIMITS]
    assert told(written(), Wanted(description=LIMITS), name=names["apart"])[LIMITS]


def examples() -> list[Example]:
    """Two sentences of each of some documents: what has a duty states a measure."""
    return [
        Example(
            f"{number}.txt", {BIAS: 1.0, "duty" if states else "fact": 1.0, "word": 0.5}, states
        )
        for number in range(8)
        for states in (True, False)
    ]


def test_a_feature_of_all_that_state_a_measure_weighs_for_it() -> None:
    weights = fit(examples())
    assert weights["duty"] > 0 > weights["fact"]
    assert logit({BIAS: 1.0, "duty": 1.0}, weights) > 0 > logit({BIAS: 1.0, "fact": 1.0}, weights)


def test_an_example_of_more_weight_counts_for_as_many() -> None:
    twice = [*examples(), *examples()]
    heavy = [one._replace(weight=2.0) for one in examples()]
    assert fit(heavy) == fit(twice) != fit(examples())


def test_published_measures_and_risks_are_learnt_from_by_their_openings(tmp_path: Path) -> None:
    put(
        tmp_path / "mitigations-2025.dev.csv",
        "Action Name,Action Definition,Action Source,MitigationCode\n"
        f"Limits,{LIMITS} {FACT},Quill2024,1.1 Board Structure & Oversight\n",
    )
    risk = {"description": f"{FACT} {AUDIT} {LIMITS}", "paper": "Brandt2023", "subdomain": "1.1"}
    put(tmp_path / "risks.dev.json", json.dumps([risk]))
    told = [
        (
            one.document,
            one.states,
            one.weight,
            [OPENS[t] for t in OPENS if OPENS[t] in one.features],
        )
        for one in published(tmp_path, RULES)
    ]
    assert told == [
        ("Quill2024", True, 0.5, [OPENS[LIMITS]]),
        ("Brandt2023", False, 0.2, [OPENS[FACT]]),
        ("Brandt2023", False, 0.2, [OPENS[AUDIT]]),
    ]


def test_a_folder_without_published_measures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        list(published(tmp_path, RULES))


def test_the_same_examples_give_the_same_weights() -> None:
    assert fit(examples()) == fit(examples())


def test_a_feature_that_few_sentences_or_documents_have_is_not_learnt() -> None:
    often = [Example("one.txt", {BIAS: 1.0, "of one document": 1.0}, True) for _ in range(20)]
    seldom = [Example(f"{n}.txt", {BIAS: 1.0, "seldom": 1.0}, True) for n in range(5)]
    assert vocabulary([*examples(), *often, *seldom]) == sorted([BIAS, "duty", "fact", "word"])


def test_the_file_of_weights_is_the_same_for_another_order() -> None:
    weights = fit(examples())
    turned = dict(reversed(weights.items()))
    file = to_json(weights, ["a.pdf", "b.pdf", "c.md"])
    assert file == to_json(turned, ["c.md", "a.pdf", "b.pdf"])
    assert json.loads(file) == {"learnt_from": ["a.pdf", "b.pdf", "c.md"], "weights": weights}


def test_documents_in_another_order_give_the_same_file() -> None:
    names = sorted({one.document for one in examples()})
    turned = to_json(fit(examples()[::-1]), names[::-1])
    assert turned == to_json(fit(examples()), names)
