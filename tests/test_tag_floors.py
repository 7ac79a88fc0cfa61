"""The tagger on sources it has not seen must not fall below what it reached."""

import json
from pathlib import Path

import pytest

from pipeline.evaluate.coded import read_coded
from pipeline.evaluate.tags import score
from pipeline.lexicon import load_lexicons
from pipeline.tag.weights import fingerprint, load_weights
from pipeline.taxonomy import load_taxonomies
from pipeline.train.leftout import answers, left_out, study

TAXONOMIES = load_taxonomies()
LEXICONS = load_lexicons(TAXONOMIES)
FLOORS = json.loads((Path(__file__).parent / "tag_floors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_each_source_left_out(shared: Path, name: str) -> None:
    floors = FLOORS[name]
    texts = read_coded(shared / "gold" / floors["gold"], TAXONOMIES[name])
    lexicon = LEXICONS[name]
    one = study(TAXONOMIES[name], texts, lexicon)
    found = left_out(one)
    unread = [item for item in found if item.source not in lexicon.read]
    parents = {concept.code: concept.parent for concept in TAXONOMIES[name].concepts}
    reached = {
        "all": score(answers(one.codes, found), parents).accuracy,
        "unread": score(answers(one.codes, unread), parents).accuracy,
    }
    assert {which: value for which, value in reached.items() if value < floors[which]} == {}


def test_the_weights_were_learnt_beside_these_taxonomies_and_cues() -> None:
    assert load_weights().made_from == fingerprint(TAXONOMIES, LEXICONS), "run `make train`"
