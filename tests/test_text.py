"""Frozen text, values and comparisons: hostile characters, hyphens, ligatures."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.hyphen import Hyphens
from pipeline.model.text import fold, freeze, normal_form, slug, snake_case


@pytest.mark.parametrize(
    ("raw", "frozen"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\fb", "a\nb"),
        ("e\u0301", "é"),
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("a\ufffeb", "a\ufffdb"),
        ("x" + "\u0301" * 100, "x\u0301"[:1] + "\u0301" * 30),
    ],
)
def test_text_is_frozen_without_what_breaks_it(raw: str, frozen: str) -> None:
    assert freeze(raw) == unicodedata.normalize("NFC", frozen)


@given(st.text(st.characters(codec=None)))
def test_freezing_twice_changes_nothing_and_leaves_no_control(text: str) -> None:
    frozen = freeze(text)
    assert freeze(frozen) == frozen
    assert not [c for c in frozen if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]


@pytest.mark.parametrize(
    ("quote", "elsewhere", "value"),
    [
        ("risk man-\nagement", "risk management is", "risk management"),
        ("third-\nparty review", "a third-party review", "third-party review"),
        ("third-\nparty review", "", "third-party review"),
        ("re-\nform", "reform and re-form", "re-form"),
        ("the evalu-\nation of cranes", "", "the evaluation of cranes"),
        ("for well-\nbeing", "", "for well-being"),
        ("dur-\ning the night", "", "during the night"),
        ("for over-\nsight", "the evalu-\nation of an un-\nusual ves-\nsel", "for oversight"),
        ("a tamper-\nevident log", "evalu-\nation, un-\nusual ves-\nsels", "a tamper-evident log"),
        ("of quaypac-\nity", "evalu-\nation, un-\nusual ves-\nsels", "of quaypacity"),
        ("of quaypac-\nity", "", "of quaypac-ity"),
        ("a quay\u2010\nmaster", "", "a quaymaster"),
        ("a quay\u2010\nmaster", "the berth\u2010holder", "a quay-master"),
        ("IMO-\nlike, gate-\n4", "evalu-\nation, un-\nusual ves-\nsels", "IMO-like, gate-4"),
        ("con\u00ad\ntrol", "", "control"),
        ("e\ufb03cient  o\ufb00\n er", "", "efficient off er"),
        ("zero\u200bwidth \u202eRTL", "", "zerowidth RTL"),
    ],
)
def test_a_value_is_the_quote_with_its_breaks_mended(
    quote: str, elsewhere: str, value: str
) -> None:
    assert normal_form(quote, Hyphens(f"{elsewhere}\n\n{quote}")) == value


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    value = normal_form(freeze(text))
    assert normal_form(value) == value
    assert "\n" not in value


def test_folding_keeps_words_only() -> None:
    assert fold("GAI  Risks – “x/y”_z") == "gai risks x y z"
    assert snake_case("GAI Risks:") == "gai_risks"
    assert slug("Keep a register of all models in use today", 24) == "keep-a-register-of-all"
