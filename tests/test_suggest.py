import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.evaluate.coded import Coded, read_coded
from pipeline.lexicon import load_lexicons
from pipeline.tag.suggest import ENOUGH, WORTH, Suggester, Suggestion, Text
from pipeline.tag.weights import Weights, load_weights
from pipeline.taxonomy import Concept, Taxonomy, load_taxonomies

TAXONOMIES = load_taxonomies()
OURS = Suggester(TAXONOMIES, load_lexicons(TAXONOMIES), load_weights())

TEXTS = [
    Text("Hotline", "Staff can report safety worries anonymously, and no one may retaliate."),
    Text("", "An independent auditor tests the model for dangerous capabilities before release."),
    Text("Energy", "Publish how much electricity and water the training run used."),
    Text("", "Strip personal data from the training set and document where it came from."),
    Text("Tell people", "Users are told that they are talking to a machine."),
    Text("", "When an incident occurs, shut the service down and notify the authorities at once."),
]


def only(suggester: Suggester, text: Text, taxonomy: str) -> Suggestion:
    return suggester.suggest([text], [taxonomy])[0][0]


@pytest.mark.parametrize(
    ("text", "taxonomy", "code"),
    [
        (TEXTS[0], "mitigation-2025", "1.4"),
        (TEXTS[1], "mitigation-2025", "3.1"),
        (TEXTS[1], "lifecycle", "verify-and-validate"),
        (TEXTS[2], "mitigation-2025", "1.6"),
        (TEXTS[2], "risk", "6.6"),
        (TEXTS[3], "lifecycle", "collect-and-process-data"),
        (TEXTS[5], "mitigation", "2.3.4"),
        (TEXTS[5], "rmf", "manage"),
    ],
)
def test_plain_cases_get_the_code_that_anyone_would_give(
    text: Text, taxonomy: str, code: str
) -> None:
    assert only(OURS, text, taxonomy).code == code


@pytest.mark.parametrize("text", TEXTS)
def test_there_is_one_primary_for_each_taxonomy_and_the_line_says_why(text: Text) -> None:
    suggestions = OURS.suggest([text])[0]
    assert [one.taxonomy for one in primaries(text)] == list(TAXONOMIES)
    for one in suggestions:
        assert one.why
        assert "\n" not in one.why
        assert 0 <= one.confidence <= 1
        assert one.made_by.startswith(("model:", "rule:lexicon."))
        assert one.role == "primary" or one.confidence >= WORTH


def test_matched_places_hold_the_words_that_the_line_quotes() -> None:
    found = only(OURS, TEXTS[0], "mitigation-2025")
    quotes = [
        getattr(TEXTS[0], field)[span.start : span.end].lower()
        for field, spans in found.matched.items()
        for span in spans
    ]
    assert quotes
    assert any(f"'{quote}'" in found.why for quote in quotes)


def said(suggestions: list[Suggestion]) -> list[tuple[str | None, float]]:
    return [(one.code, one.confidence) for one in suggestions]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        str.lower,
        lambda s: s.replace(" ", "  "),
        lambda s: s.replace(" ", "\n"),
        lambda s: "1. " + s,
        lambda s: "(b) " + s,
        lambda s: "• " + s,
        lambda s: "iii) " + s.replace(", ", ",\n2) "),
    ],
)
def test_case_white_space_and_list_marks_change_no_tag(
    change: Callable[[str], str], text: Text
) -> None:
    changed = Text(text.name, change(text.description))
    assert said(OURS.suggest([changed])[0]) == said(OURS.suggest([text])[0])


def primaries(text: Text) -> list[Suggestion]:
    return [one for one in OURS.suggest([text])[0] if one.role == "primary"]


def test_an_unrelated_sentence_seldom_flips_a_confident_tag() -> None:
    flips, asked = 0, 0
    for text in TEXTS:
        longer = text._replace(description=text.description + " The garden has red tulips.")
        for one, other in zip(primaries(text), primaries(longer), strict=True):
            if one.confidence >= 0.8:
                asked += 1
                flips += one.code != other.code
    assert asked >= 10
    assert flips == 0


def test_a_text_alone_and_among_others_gets_the_same_answer() -> None:
    together = OURS.suggest(TEXTS)
    assert together == [OURS.suggest([text])[0] for text in TEXTS]


@pytest.mark.parametrize("text", [Text(), Text("", "1. 2. 3."), Text("", "Lorem ipsum dolor sit.")])
def test_what_says_nothing_is_left_to_a_curator(text: Text) -> None:
    found = only(OURS, text, "mitigation-2025")
    assert found.code is None
    assert found.confidence < ENOUGH
    assert "needs a curator" in found.why


def test_a_doubtful_leaf_gives_way_to_its_parent() -> None:
    found = only(OURS, Text("", "Legislation, treaties, penalties and regulators."), "mitigation")
    leaves = dict(found.ranked)
    assert found.code is not None
    assert found.code in leaves or max(leaves.values()) < ENOUGH
    assert found.code.startswith("3")


def test_a_taxonomy_nobody_asked_for_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        OURS.suggest(TEXTS, ["astrology"])


def fruit() -> Taxonomy:
    concepts = [
        Concept(code="apple", label="Apple", definition="A crisp pome that keeps all winter."),
        Concept(code="plum", label="Plum", definition="A soft stone fruit, dried as a prune."),
        Concept(code="berry", label="Berry", definition="A small juicy thing picked from bushes."),
    ]
    return Taxonomy(
        id="fruit", title="Fruit", version="1", source="us", licence="ours", primary="one",
        concepts=tuple(concepts),
    )  # fmt: skip


def test_a_new_taxonomy_works_at_once_and_learns_from_decisions() -> None:
    suggester = Suggester({"fruit": fruit()}, {}, load_weights())
    assert only(suggester, Text("", "Dried prunes from stone fruit."), "fruit").code == "plum"
    basket = Text("Basket", "A basket that the market sells on Saturdays")
    before = only(suggester, basket, "fruit")
    decided = {"fruit": [(Text("Basket", "A large basket from the market"), "berry")] * 3}
    after = suggester.suggest([basket], ["fruit"], decided)[0][0]
    assert dict(after.ranked)["berry"] > dict(before.ranked)["berry"]
    assert after.ranked[0][0] == "berry"


def untaught() -> Weights:
    """The features that are shipped, without anything learnt of any taxonomy."""
    features = load_weights().features
    none = np.zeros((len(features), 0), np.int8)
    return Weights(features, {}, none, np.zeros(0, np.float32))


GOLD = {"mitigation-2025": "mitigations-2025.dev.csv", "risk": "risks.dev.json"}


def coded(shared: Path, taxonomy: str) -> list[Coded]:
    return read_coded(shared / "gold" / GOLD[taxonomy], TAXONOMIES[taxonomy])


@pytest.mark.parametrize("taxonomy", sorted(GOLD))
def test_a_taxonomy_added_as_one_file_is_right_nearly_half_the_time(
    shared: Path, taxonomy: str
) -> None:
    texts = coded(shared, taxonomy)
    suggester = Suggester({taxonomy: TAXONOMIES[taxonomy]}, {})
    found = suggester.suggest([Text(one.name, one.description) for one in texts])
    right = [some[0].ranked[0][0] == one.code for some, one in zip(found, texts, strict=True)]
    assert sum(right) / len(right) >= 0.45


def test_ten_decisions_of_an_unseen_source_lift_the_rest_of_it(shared: Path) -> None:
    """No source is seen here: nothing is learnt, and no cue is used."""
    lifts = []
    for name in GOLD:
        suggester = Suggester({name: TAXONOMIES[name]}, {}, untaught())
        by_source: dict[str, list[tuple[Text, str]]] = {}
        for one in coded(shared, name):
            pair = (Text(one.name, one.description), one.code)
            by_source.setdefault(one.source, []).append(pair)
        for source, pairs in sorted(by_source.items()):
            if len(pairs) >= 20:
                gains = []
                for seed in range(5):
                    random.Random(f"{source}{seed}").shuffle(pairs)
                    rest = [text for text, _ in pairs[10:]]
                    before = suggester.suggest(rest)
                    after = suggester.suggest(rest, decided={name: pairs[:10]})
                    gains += [
                        (new[0].ranked[0][0] == code) - (old[0].ranked[0][0] == code)
                        for old, new, (_, code) in zip(before, after, pairs[10:], strict=True)
                    ]
                lifts.append(sum(gains) / len(gains))
    assert len(lifts) == 19
    assert sum(lifts) / len(lifts) >= 0.04
