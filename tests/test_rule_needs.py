"""The Matcher is asked only where a pattern may match: what it finds is what it finds everywhere."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.matcher import Matcher

from pipeline.rule import Rule, Rules, load_rules

RULES = load_rules()
TEXTS = sorted({text for rule in RULES.rules for text in (*rule.yes, *rule.no)})


def _words(value: Any) -> set[str]:
    """The words in a pattern."""
    if isinstance(value, dict):
        return {word for key, one in value.items() if key != "OP" for word in _words(one)}
    if isinstance(value, list | tuple):
        return {word for one in value for word in _words(one)}
    return {value} if isinstance(value, str) else set()


OTHERS = [
    "Ports",
    "UK",
    "12",
    "2024",
    "(",
    ".",
    ",",
    "\n",
    "faults",
    "don't",
    "Testing",
    "re-tested",
]
VOCABULARY = sorted({
    form
    for rule in RULES.rules
    for word in _words(rule.patterns)
    for form in (word, word.capitalize())
} | set(OTHERS))  # fmt: skip


class Asked:
    """Rules as compiled, and a Matcher that is asked of every text."""

    def __init__(self, *rules: Rule) -> None:
        self.ats = {rule.id: rule.at for rule in rules}
        self.rules = Rules(tuple(rule.model_copy(update={"phrases": ()}) for rule in rules))
        self.rules.__dict__["_tokenise"] = RULES._tokenise
        self.matcher = Matcher(RULES._tokenise.vocab)
        for rule in rules:
            self.matcher.add(rule.id, [list(pattern) for pattern in rule.patterns])

    def found(self, text: str) -> set[tuple[str, int, int]]:
        """What the rules find, with their ids."""
        matches = self.rules.each(text, *{rule.finds for rule in self.rules.rules})
        return {(match.rule.id, match.start, match.end) for match in matches}

    def everywhere(self, text: str) -> set[tuple[str, int, int]]:
        """What the Matcher finds by itself, where it may stand."""
        doc = RULES._tokenise(text)
        found = set()
        for key, first, end in self.matcher(doc):
            rule = doc.vocab.strings[key]
            start, stop = doc[first].idx, doc[end - 1].idx + len(doc[end - 1])
            before = any(map(str.isalnum, text[:start])) and self.ats[rule] in ("start", "whole")
            behind = any(map(str.isalnum, text[stop:])) and self.ats[rule] in ("end", "whole")
            if not before and not behind:
                found.add((rule, start, stop))
        return found


PATTERNED = [rule for rule in RULES.rules if rule.patterns]
ALL = Asked(*PATTERNED)


@pytest.mark.parametrize("rule", PATTERNED, ids=lambda rule: rule.id)
def test_every_pattern_that_matches_a_text_is_asked_of_it(rule: Rule) -> None:
    asked = Asked(rule)
    for text in TEXTS:
        assert asked.found(text) == asked.everywhere(text)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(VOCABULARY) | st.sampled_from(TEXTS), min_size=1, max_size=14).map(
        " ".join
    )
)
def test_what_is_passed_over_the_matcher_does_not_find(text: str) -> None:
    assert ALL.found(text) == ALL.everywhere(text)


TOKEN = st.fixed_dictionaries(
    {},
    optional={
        "LOWER": st.sampled_from(
            ["a", {"IN": ["a", "b"]}, {"NOT_IN": ["a", "b"]}, {"REGEX": "^[ab]"}]
        ),
        "TEXT": st.sampled_from(["A", {"IN": ["A", "b"]}, {"NOT_IN": ["A"]}]),
        "IS_PUNCT": st.booleans(),
        "IS_TITLE": st.booleans(),
        "SHAPE": st.just("x"),
        "LENGTH": st.just({">": 1}),
        "OP": st.sampled_from(["?", "*", "+", "!", "{2}", "{0,2}", "{1,3}", "{2,}", "{,2}"]),
    },
)


@settings(deadline=None)
@given(
    st.lists(TOKEN, min_size=1, max_size=4),
    st.sampled_from(["anywhere", "start", "end", "whole"]),
    st.lists(st.sampled_from(["a", "b", "A", "B", "Cab", ".", "("]), min_size=1, max_size=8),
)
def test_any_pattern_finds_what_the_matcher_finds(
    tokens: list[dict[str, Any]], at: str, words: list[str]
) -> None:
    rule = Rule.model_validate({
        "id": "one", "finds": "it", "why": "-", "at": at,
        "patterns": [tokens], "yes": ["-"], "no": ["-"],
    })  # fmt: skip
    asked = Asked(rule)
    assert asked.found(" ".join(words)) == asked.everywhere(" ".join(words))
