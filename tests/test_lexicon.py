from pathlib import Path

import pytest

from pipeline.lexicon import (
    Cue,
    LexiconError,
    Phrases,
    load_lexicons,
    read_lexicon,
    stems_of,
)
from pipeline.model.stem import stem, words
from pipeline.taxonomy import load_taxonomies

TAXONOMIES = load_taxonomies()
LEXICONS = load_lexicons(TAXONOMIES)

CUE = """
taxonomy = "risk"
[[cue]]
concept = "6.6"
why = "What machines take from the earth."
phrases = ["carbon|water footprint"]
weight = 3.0
yes = ["The water footprints of data centres grow."]
no = ["A footprint in the sand."]
"""


@pytest.mark.parametrize(
    "family",
    [
        "evaluate evaluates evaluated evaluating evaluation evaluations",
        "organise organize organising organisation organizations",
        "policy policies",
        "control controlled controlling controls",
        "analyse analyzing analysis analyses",
        "capability capabilities capable",
        "bias biases biased",
        "assess assessing assessment assessments",
        "use uses used using",
        "licence license licensed licensing",
    ],
)
def test_forms_of_one_word_have_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize(
    "pair", ["policy police", "developer development", "government governance", "general generate"]
)
def test_words_of_different_meaning_keep_different_stems(pair: str) -> None:
    one, other = pair.split()
    assert stem(one) != stem(other)


def test_list_marks_are_no_words_and_places_are_exact() -> None:
    text = "  iv) The Board's\n2. (a) AUDITS"
    assert [text[w.start : w.end] for w in words(text)] == ["The", "Board's", "AUDITS"]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        (
            "report ~ incident",
            "Reporting of serious AI incidents",
            "Reporting of serious AI incidents",
        ),
        ("report ~ incident", "report incidents", "report incidents"),
        ("report ~ incident", "report one two three four incident", None),
        ("audit|assess ~ third-party", "Assessed by a third party.", "Assessed by a third party"),
        ("red-team", "The RED  teaming\nexercise", "RED  teaming"),
        ("red-team", "a red and a team", None),
    ],
)
def test_phrases_match_stems_in_order(phrase: str, text: str, found: str | None) -> None:
    matches = Phrases([(phrase, 1)]).in_text(text)
    assert [text[start:end] for _, _, start, end in matches] == ([] if found is None else [found])


def test_of_phrases_that_begin_alike_each_is_found() -> None:
    phrases = Phrases([("model card", "a"), ("model card template", "b"), ("model ~ card", "c")])
    assert {key for key, *_ in phrases.in_text("a model card template")} == {"a", "b", "c"}


def test_of_one_key_the_longest_phrase_is_shown_and_of_one_gap_the_nearest_word() -> None:
    phrases = Phrases([("board", 1), ("board of directors", 1), ("report ~ incident", 2)])
    text = "The board of directors reports an incident of the incident team."
    quotes = [text[start:end] for _, _, start, end in phrases.in_text(text)]
    assert quotes == ["board of directors", "reports an incident"]


@pytest.mark.parametrize("phrase", ["", "~", "risk ~", "~ risk", "soc 2", "a|risk"])
def test_a_phrase_with_an_empty_place_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="phrase"):
        stems_of(phrase)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("yes = [", "sometimes = [", r"cue 1 \(of '6.6', 'carbon\|water footprint'\): yes"),
        ("The water footprints", "The waters", "no phrase matches its yes example"),
        ("in the sand", "of carbon, a carbon footprint", "is matched at 'carbon footprint'"),
        ("weight = 3.0", "weight = 30", "weight"),
        ('"6.6"', '"6.99"', "no such concept"),
        ('"risk"', '"risks"', "named after"),
        ('taxonomy = "risk"', "taxonomy = risk", "not TOML"),
    ],
)
def test_a_lexicon_that_cannot_be_used_is_named_with_its_cue(
    tmp_path: Path, wrong: str, right: str, message: str
) -> None:
    (tmp_path / "risk.toml").write_text(CUE.replace(wrong, right))
    with pytest.raises(LexiconError, match=message) as error:
        load_lexicons(TAXONOMIES, tmp_path)
    assert "risk.toml" in str(error.value)


def test_a_good_lexicon_is_read(tmp_path: Path) -> None:
    (tmp_path / "risk.toml").write_text(CUE)
    assert read_lexicon(tmp_path / "risk.toml").cues[0].weight == 3.0


@pytest.mark.parametrize("taxonomy", sorted(TAXONOMIES))
def test_every_taxonomy_of_ours_has_cues_for_most_of_its_leaves(taxonomy: str) -> None:
    spoken = {cue.concept for cue in LEXICONS[taxonomy].cues}
    parents = {concept.parent for concept in TAXONOMIES[taxonomy].concepts}
    leaves = {c.code for c in TAXONOMIES[taxonomy].concepts} - parents
    assert len(spoken & leaves) >= 0.8 * len(leaves)


@pytest.mark.parametrize(
    ("taxonomy", "cue"), [(name, cue) for name, one in LEXICONS.items() for cue in one.cues]
)
def test_a_cue_matches_its_yes_and_passes_over_its_no(taxonomy: str, cue: Cue) -> None:
    own = Phrases((phrase, phrase) for phrase in cue.phrases)
    assert all(own.in_text(text) for text in cue.yes)
    assert not any(own.in_text(text) for text in cue.no)
