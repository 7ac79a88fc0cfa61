"""Every rule is held to its own examples, and the loader to its word."""

from pathlib import Path

import pytest

from pipeline.rule import Rule, RuleError, load_rules

RULES = load_rules()
BY_ID = {rule.id: rule for rule in RULES.rules}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule in RULES.rules for text in rule.yes]
)
def test_a_rule_matches_its_own_yes(rule: Rule, text: str) -> None:
    found = RULES.find(rule.finds, text)
    assert found is not None
    assert found.end > found.start


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule in RULES.rules for text in rule.no]
)
def test_no_rule_of_its_kind_matches_a_no(rule: Rule, text: str) -> None:
    assert RULES.find(rule.finds, text) is None


def test_the_longest_match_wins_and_case_does_not_matter() -> None:
    found = RULES.find("column.label", "ACTION ID")
    assert found is not None
    assert (found.rule.id, found.start, found.end) == ("column.label", 0, 9)


def test_nothing_is_found_in_nothing_or_by_no_rule() -> None:
    assert RULES.find("column.label", "") is None
    assert RULES.find("no.such.thing", "Action ID") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rule = 3 3", "not a file"),
        ("[[rules]]\nid = 'x'", "not a file"),
        ("[[rule]]\nid='x'\nfinds='y'\nwhy='z'\nyes=['a']\nno=['b']", "phrases or patterns"),
        ("[[rule]]\nid='x'\nfinds='y'\nwhy='z'\nphrases=['a']\nyes=[]\nno=['b']", "example"),
        ("[[rule]]\nid='x'\nfinds='y'\nwhy='z'\nphrases=['a']\nyes=['a']\nno=['b']\n" * 2, "twice"),
    ],
)
def test_a_bad_rule_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(RuleError, match=r"bad\.toml") as error:
        load_rules(tmp_path)
    assert says in str(error.value)
