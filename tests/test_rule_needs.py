"""Token patterns are asked only of texts that have their words: what they find is the same."""

import pytest
from spacy.matcher import Matcher

from pipeline.rule import Rule, Rules, load_rules

RULES = load_rules()
TEXTS = sorted({text for rule in RULES.rules for text in (*rule.yes, *rule.no)})


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.rules if rule.patterns], ids=lambda rule: rule.id
)
def test_every_pattern_that_matches_a_text_is_asked_of_it(rule: Rule) -> None:
    alone = Rules((rule,))
    matcher = Matcher(alone._tokenise.vocab)
    matcher.add(rule.id, [list(pattern) for pattern in rule.patterns])
    for text in TEXTS:
        found = alone.each(text, rule.finds)
        tokens = alone._tokenise(text)
        spans = {
            (tokens[a].idx, tokens[b - 1].idx + len(tokens[b - 1])) for _, a, b in matcher(tokens)
        }
        if rule.at == "start":
            spans = {span for span in spans if not any(map(str.isalnum, text[: span[0]]))}
        if rule.at == "end":
            spans = {span for span in spans if not any(map(str.isalnum, text[span[1] :]))}
        if rule.at != "whole" and not rule.phrases:
            assert {(match.start, match.end) for match in found} == spans
