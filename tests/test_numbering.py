"""Numbers as printed, and the series that they make."""

import pytest

from pipeline.segment.numbering import chains, first_reading, readings


@pytest.mark.parametrize(
    ("text", "label", "kind", "value", "rest"),
    [
        ("1. Scope", "1", "decimal", (1,), "Scope"),
        ("1.2 Scope", "1.2", "decimal", (1, 2), "Scope"),
        ("(a) keep a log", "a", "letter-lower", (1,), "keep a log"),
        ("iv. keep a log", "iv", "roman-lower", (4,), "keep a log"),
        ("XIV. Final", "XIV", "roman-upper", (14,), "Final"),
        ("A-1 Red teaming", "A-1", "code-A", (1,), "Red teaming"),
        ("Recommendation 7: Fund it", "Recommendation 7", "decimal", (7,), "Fund it"),
        ("Principle 3 Fairness", "Principle 3", "decimal", (3,), "Fairness"),
        ("GOVERN 1.1 Law is known", "GOVERN 1.1", "decimal", (1, 1), "Law is known"),
        ("Article 5", "Article 5", "decimal", (5,), ""),
        ("§ 3 Duties", "§ 3", "decimal", (3,), "Duties"),
        ("Step 2. Test", "Step 2", "decimal", (2,), "Test"),
        ("Annex B: Terms", "Annex B", "letter-upper", (2,), "Terms"),
    ],
)
def test_a_number_has_a_label_a_value_and_text_behind_it(
    text: str, label: str, kind: str, value: tuple[int, ...], rest: str
) -> None:
    number = first_reading(text)
    assert number is not None
    assert (number.label, number.kind, number.value) == (label, kind, value)
    assert text[number.end :] == rest
    assert number.depth == len(value)


def test_a_hashtag_is_a_name_of_its_own() -> None:
    (number,) = readings("#LOGUSE")
    assert (number.kind, number.label) == ("name", "#LOGUSE")


@pytest.mark.parametrize(
    "text", ["Keep a log", "A log is kept", "I agree", "2024 was long", "e.g. tests", ""]
)
def test_words_are_no_numbers(text: str) -> None:
    assert readings(text) == ()


def test_the_number_before_decides_what_a_letter_is() -> None:
    h, roman_i = readings("h. text"), readings("i. text")
    assert [number.kind for number in roman_i] == ["roman-lower", "letter-lower"]
    assert any(one.follows(h[0]) for one in roman_i)
    iv, v = readings("iv. text"), readings("v. text")
    assert any(one.follows(iv[0]) for one in v)
    assert not any(one.follows(h[0]) for one in v)


def test_series_are_followed_through_each_other() -> None:
    printed = ["1. x", "a) x", "b) x", "2. x", "a) x", "3. x", "no number", "4. x"]
    found = chains([readings(text) for text in printed])
    assert [0, 3, 5, 7] in found
    assert [1, 2] in found
    assert [4] in found
