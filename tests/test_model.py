import csv
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.evaluate.coded import Coded, read_coded, read_references
from pipeline.evaluate.tags import Answer, accuracy, by_concept, interval, score
from pipeline.lexicon import load_lexicons
from pipeline.tag.reading import Features, Text, read
from pipeline.tag.voters import confidences, probabilities
from pipeline.tag.weights import FILE, Learnt, Trust, Weights, WeightsError, load_weights
from pipeline.taxonomy import load_taxonomies
from pipeline.train.fit import Sample, fit_trust, matrix, ridge
from pipeline.train.leftout import answers, folds, left_out, study
from pipeline.train.make import make

TAXONOMIES = load_taxonomies()
LEXICONS = load_lexicons(TAXONOMIES)

TOPICS = {
    "govern": "policy board roles accountability",
    "map": "context stakeholders intended purpose",
    "measure": "benchmark metric test error",
    "manage": "respond shutdown recover treat",
}


def toy(sources: int = 4) -> list[Coded]:
    return [
        Coded(
            name=f"Item {word}",
            description=f"The team of {source} writes about {word} and {other}.",
            heading="",
            rationale="",
            source=source,
            code=code,
        )
        for source in (f"report {n}" for n in range(sources))
        for code, topic in TOPICS.items()
        for word, other in zip(topic.split(), topic.split()[1:], strict=False)
    ]


def test_the_same_texts_give_the_same_bytes() -> None:
    one = make(TAXONOMIES, LEXICONS, {"rmf": toy()}, {})
    other = make(TAXONOMIES, LEXICONS, {"rmf": toy()}, {})
    assert one.to_bytes() == other.to_bytes()


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    made = make(TAXONOMIES, LEXICONS, {"rmf": toy()}, {})
    (tmp_path / "w.npz").write_bytes(made.to_bytes())
    found = load_weights(tmp_path / "w.npz")
    vector = found.features.vector(read(Text("A policy", "of the board")))
    assert found.learnt == made.learnt
    assert len(vector.ids) > 0
    assert np.allclose(found.scores(vector), made.scores(vector), atol=1e-6)


def test_a_file_that_holds_no_weights_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "w.npz").write_bytes(b"no zip")
    for file in (tmp_path / "w.npz", tmp_path / "none.npz"):
        with pytest.raises(WeightsError, match=r"\.npz: .*make train"):
            load_weights(file)


def test_the_shipped_weights_are_small_documented_and_fit_the_taxonomies() -> None:
    assert FILE.stat().st_size <= 5_000_000
    assert (FILE.parent / "MODEL_CARD.md").is_file()
    for name, learnt in load_weights().learnt.items():
        assert set(learnt.codes) <= {concept.code for concept in TAXONOMIES[name].concepts}


def test_rounding_to_a_byte_hardly_moves_a_score() -> None:
    texts = [read(Text(one.name, one.description)) for one in toy()]
    features = Features.of(texts)
    exact = np.random.default_rng(1).normal(size=(len(features), 4))
    learnt = Learnt(codes=tuple(TOPICS), trust=Trust(), texts=(1, 1, 1, 1))
    weights = Weights.rounded(features, {"rmf": learnt}, exact)
    for text in texts:
        vector = features.vector(text)
        exactly = vector.values @ exact[vector.ids]
        assert np.abs(weights.scores(vector) - exactly).max() < 0.01 * np.abs(exact).max()


def test_features_of_a_text_have_length_one_and_ignore_case_and_marks() -> None:
    texts = [read(Text("Audit", "independent audits of models"))] * 2
    features = Features.of(texts)
    one = features.vector(texts[0])
    other = features.vector(read(Text("AUDIT", "1) Independent\n audits of MODELS")))
    assert one.values @ one.values == pytest.approx(1)
    assert (one.ids == other.ids).all()
    assert (one.values == other.values).all()
    assert len(features.vector(read(Text("", "zzz"))).ids) == 0


def test_ridge_gives_each_sample_its_own_code() -> None:
    samples = [Sample(read(Text("", one.description)), one.code, one.source) for one in toy()]
    features = Features.of([sample.text for sample in samples])
    rows = matrix(features, [sample.text for sample in samples])
    codes = list(TOPICS)
    found = rows @ rows.T @ ridge(rows @ rows.T, samples, codes)
    assert [codes[at] for at in found.argmax(axis=1)] == [sample.code for sample in samples]


def test_trust_goes_to_the_voter_that_is_right() -> None:
    chance = np.random.default_rng(2)
    truth = chance.integers(0, 3, 400)
    scores = chance.normal(size=(400, 4, 3))
    scores[np.arange(400), 1, truth] += 2  # the cues know
    scores[np.arange(400), 2, truth] -= 2  # the words mislead
    trust = fit_trust(scores, truth.tolist())
    assert trust.cues > 1
    assert trust.own_words == 0
    assert abs(trust.model) < 0.3


def test_confidence_keeps_the_order_and_sums_to_one() -> None:
    log_odds = [0.5, 3.0, -1.0]
    found = confidences(log_odds, Trust(slope=0.5, offset=0.3))
    assert sum(found) == pytest.approx(1)
    assert (np.argsort(found) == np.argsort(log_odds)).all()
    plain = confidences(log_odds, Trust(slope=1, offset=0))
    assert plain == pytest.approx(probabilities(np.array(log_odds)))


def test_few_sources_are_left_out_one_by_one_and_many_in_even_groups() -> None:
    assert folds(["a", "b", "a"]) == {"a": 0, "b": 1}
    many = folds([str(n) for n in range(40)])
    assert sorted(set(many.values())) == list(range(10))


def test_a_source_left_out_is_not_learnt_from() -> None:
    texts = toy(3)
    studied = study(TAXONOMIES["rmf"], texts, None)
    as_it_is = left_out(studied)
    lying = [
        one if one.source != "report 0" else one.model_copy(update={"code": "unable-to-classify"})
        for one in texts
    ]
    misled = left_out(study(TAXONOMIES["rmf"], lying, None))
    for one, other in zip(as_it_is, misled, strict=True):
        if one.source == "report 0":
            assert one.log_odds == pytest.approx(other.log_odds)
    assert accuracy(answers(studied.codes, as_it_is)) == 1


def answer(truth: str, *ranked: tuple[str, float]) -> Answer:
    return Answer("s", truth, ranked)


def test_scores_of_answers_are_what_can_be_counted_by_hand() -> None:
    given = [
        answer("1.1", ("1.1", 0.9), ("2.1", 0.1)),
        answer("1.1", ("1.2", 0.8), ("1.1", 0.2)),
        answer("2.1", ("2.1", 0.6), ("1.1", 0.4)),
        answer("2.1"),
    ]
    found = score(given, {"1.1": "1", "1.2": "1", "2.1": "2"})
    assert found.accuracy == 0.5
    assert found.top3 == 0.75
    assert found.upper == 0.75
    assert found.precision_at[50] == 0.5
    assert found.coverage_at == {80: 0.25, 90: 0.25}
    assert found.macro_f1 == pytest.approx(2 / 3)
    assert found.kappa == pytest.approx((0.5 - 0.25) / 0.75)
    assert found.ece == pytest.approx((0.1 + 0.8 + 0.4) / 4)
    low, high = interval(given, accuracy)
    assert 0 <= low < 0.5 < high <= 1
    assert [(one.code, one.recall, one.taken_for) for one in by_concept(given)] == [
        ("1.1", 0.5, "1.2"),
        ("2.1", 0.5, ""),
    ]


def test_coded_texts_are_read_in_all_three_shapes(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Action Name", "Action Definition", "Action Source", "MitigationCode"])
        writer.writerow(["Tip line", "Anonymous reports", "Us 2024", "1.4 Whistleblower"])
        writer.writerow(["Odd", "one", "Us 2024", "9.9 Nothing"])
    risk = {"category": "Bias", "subcategory": "Hiring", "description": "Unfair", "paper": "P",
            "additional": "Because", "subdomain": "1.1"}  # fmt: skip
    plain = {"name": "N", "definition": "D", "source": "S", "code": "govern"}
    (tmp_path / "b.json").write_text(json.dumps([risk]))
    (tmp_path / "c.json").write_text(json.dumps({"about": "x", "texts": [plain]}))
    assert read_coded(tmp_path / "a.csv", TAXONOMIES["mitigation-2025"]) == [
        Coded(name="Tip line", description="Anonymous reports", heading="", rationale="",
              source="Us 2024", code="1.4")
    ]  # fmt: skip
    assert read_coded(tmp_path / "b.json", TAXONOMIES["risk"])[0].name == "Bias Hiring"
    assert read_coded(tmp_path / "c.json", TAXONOMIES["rmf"])[0].description == "D"
    with pytest.raises(ValueError, match="no text with a code"):
        read_coded(tmp_path / "c.json", TAXONOMIES["risk"])


def test_every_reference_of_our_gold_is_found(shared: Path) -> None:
    file = Path(__file__).parent / "gold" / "tags" / "own-150.json"
    for name in ("mitigation", "lifecycle", "actor", "rmf"):
        halves = [
            read_references(file, shared / "gold", TAXONOMIES[name], apart)
            for apart in (False, True)
        ]
        assert all(half for half in halves)
        assert sum(map(len, halves)) >= 140
