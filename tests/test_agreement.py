"""The agreement of coders, against examples worked by hand in the literature."""

import random
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from pipeline.model import Act, Codes, Decision, Value, Words
from pipeline.model.decision import WHOLE
from pipeline.review.agreement import Figure, agreement, cohen, krippendorff
from pipeline.taxonomy import load_taxonomies

TAXONOMIES = load_taxonomies()
START = datetime(2026, 3, 1, tzinfo=UTC)
TICKS = count()


def units(*coders: str) -> list[list[str]]:
    """Ratings by coder, a character each (a dot: none), as the units rated twice or more."""
    rows = [[one for one in row if one != "."] for row in zip(*coders, strict=True)]
    return [row for row in rows if len(row) > 1]


@pytest.mark.parametrize(
    ("coders", "alpha"),
    [
        # Krippendorff 2011, A: two coders, two values. B: five values. C: four coders, gaps.
        (("0100000010", "1110010000"), 0.095),
        (("aabbdcccedda", "babbbccceddd"), 0.692),
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
)
def test_alpha_is_that_of_the_literature(coders: tuple[str, ...], alpha: float) -> None:
    assert krippendorff(units(*coders))[0] == pytest.approx(alpha, abs=0.0005)


def test_kappa_is_that_of_the_textbook() -> None:
    # Two readers of 50 proposals: 20 yes and 15 no from both, 5 and 10 where they differ.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen(pairs) == pytest.approx(0.4)


def test_kappa_of_a_three_way_table() -> None:
    # Cohen 1960, table 1 in counts of 200: agreement 0.70, by chance 0.41, kappa 0.492.
    table = ((88, 10, 2), (14, 40, 6), (18, 10, 12))
    pairs = [(str(i), str(j)) for i in range(3) for j in range(3) for _ in range(table[i][j])]
    assert cohen(pairs) == pytest.approx(0.492, abs=0.001)


def test_one_value_only_tells_nothing_beyond_chance() -> None:
    assert cohen([("y", "y")] * 5) is None
    assert krippendorff([["y", "y"]] * 5) == (None, None, None)


def test_the_interval_holds_alpha_and_narrows_with_more_units() -> None:
    rng = random.Random(4)
    many = [
        [v := rng.choice("abc"), v if rng.random() < 0.8 else rng.choice("abc")] for _ in range(600)
    ]
    alpha, low, high = krippendorff(many)
    few_alpha, few_low, few_high = krippendorff(many[:30])
    assert alpha is not None
    assert low is not None
    assert high is not None
    assert few_low is not None
    assert few_high is not None
    assert low < alpha < high
    assert high - low < (few_high - few_low) / 2
    assert krippendorff(many[::-1]) == (alpha, low, high)
    assert few_alpha is not None


def decided(
    record: str,
    field: str,
    coder: str,
    value: Value | None,
    act: Act = Act.EDIT,
    role: str = "coder",
    of: str | None = None,
) -> Decision:
    tick = next(TICKS)
    return Decision.model_validate(
        {
            "action": f"action-{tick}",
            "document": "a.pdf",
            "record": record,
            "field": field,
            "act": act,
            "value": value,
            "curator": coder,
            "role": role,
            "of": of,
            "when": START + timedelta(seconds=tick),
        }
    )


def code(record: str, coder: str, primary: str) -> Decision:
    return decided(record, "tags.mitigation", coder, Codes(primary=primary))


def figures(decisions: list[Decision]) -> dict[tuple[str, str], Figure]:
    return {(f.field, f.branch): f for f in agreement(decisions, TAXONOMIES).figures}


def test_tags_are_compared_by_code_by_level_and_by_branch() -> None:
    rows = [("1.1.1", "1.1.1"), ("1.1.1", "1.1.2"), ("1.1.1", "1.2.1"), ("2.1.1", "3.1.1")]
    found = figures(
        [
            code(f"r{i}", name, row[at])
            for i, row in enumerate(rows)
            for at, name in enumerate(("ann", "ben"))
        ]
    )
    assert found["tags.mitigation", ""].percent == 0.25
    assert found["tags.mitigation", "level 2"].percent == 0.5
    assert found["tags.mitigation", "level 1"].percent == 0.75
    assert found["tags.mitigation", "1"].percent == 1.0
    assert found["tags.mitigation", "1"].kappa == 1.0
    assert found["tags.mitigation", "2"].percent == 0.75
    assert found["tags.mitigation", "1.2"].percent == 0.75
    assert [branch for field, branch in found if field == "tags.mitigation"][:3] == [
        "",
        "level 1",
        "level 2",
    ]


def test_only_the_last_standing_word_of_a_coder_counts() -> None:
    wrong = code("r1", "ben", "2.1.1")
    undone = code("r1", "ann", "3.1.1")
    undo = decided("r1", "tags.mitigation", "ann", None, Act.UNDO, of=undone.action)
    decisions = [
        code("r1", "ann", "1.1.1"), wrong, code("r1", "ben", "1.1.1"), undone,
        undo.model_copy(update={"when": START + timedelta(days=1)}),
    ]  # fmt: skip
    assert figures(decisions)["tags.mitigation", ""].percent == 1.0


def test_a_value_that_was_given_back_is_no_coding() -> None:
    decisions = [code("r1", "ann", "1.1.1"), code("r1", "ben", "1.1.1")]
    given_back = decided("r1", "tags.mitigation", "ben", None, Act.RESET)
    assert ("tags.mitigation", "") not in figures([*decisions, given_back])


def test_words_agree_but_for_print_and_adjudicators_are_no_coders() -> None:
    decisions = [
        decided("r1", "name", "ann", Words(value="Red-team “models”")),
        decided("r1", "name", "ben", Words(value='Red\u2010team  "models"')),
        decided("r1", "name", "eve", Words(value="Other"), role="adjudicator"),
        decided("r2", "name", "ann", Words(value="One")),
        decided("r2", "name", "ben", None, Act.REJECT),
    ]
    found = figures(decisions)["name", ""]
    assert (found.percent, found.coders, found.units) == (0.5, ("ann", "ben"), 2)


def test_who_decides_on_a_field_keeps_the_record() -> None:
    decisions = [
        decided("r1", "name", "ann", Words(value="One")),
        decided("r1", WHOLE, "ben", None, Act.REJECT),
        decided("r2", WHOLE, "ann", None, Act.REJECT),
        decided("r2", WHOLE, "ben", None, Act.REJECT),
    ]
    assert figures(decisions)[WHOLE, ""].percent == 0.5


def test_three_coders_have_an_alpha_and_no_kappa() -> None:
    decisions = [
        code(f"r{i}", name, f"{1 + i % 2}.1.1") for i in range(4) for name in ("ann", "ben", "eve")
    ]
    found = figures(decisions)["tags.mitigation", ""]
    assert (found.alpha, found.kappa, found.low, found.high) == (1.0, None, 1.0, 1.0)


def test_the_lines_name_every_figure_and_say_when_there_is_none() -> None:
    lines = [
        *agreement([code("r1", "ann", "1.1.1"), code("r1", "ben", "1.1.1")], TAXONOMIES).lines()
    ]
    assert any(line.startswith("mitigation level 1") and "100.0%" in line for line in lines)
    assert [*agreement([], TAXONOMIES).lines()] == ["No two coders have coded the same yet."]
