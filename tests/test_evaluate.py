"""Scores that can be argued with."""

from pathlib import Path

import pytest

from pipeline.evaluate import Found, Wanted, below_floor, read_gold, score


def test_pairs_are_one_to_one_and_best_first() -> None:
    wanted = [
        Wanted(description="Keep a log of use."),
        Wanted(description="Keep a log of all use."),
    ]
    found = [
        Found(id="a", description="Keep a log of all use."),
        Found(id="b", description="Keep a log of use"),
        Found(id="c", description="The weather was fine."),
    ]
    result = score("x.pdf", wanted, found)
    assert (result.strict, result.soft) == (2, 2)
    assert result.precision == pytest.approx(2 / 3, abs=1e-4)
    assert result.spurious == ("c",)
    assert result.missed == ()


def test_names_are_compared_where_gold_has_no_description() -> None:
    result = score("x", [Wanted(name="Kill switch")], [Found(id="a", name="kill switch")])
    assert result.f1 == 1.0
    assert result.fields == {"name": 1.0}


def test_a_floor_that_is_not_reached_is_named() -> None:
    result = score("x.pdf", [Wanted(description="Keep a log.")], [])
    floors = {"x.pdf": {"f1": 0.5, "soft_f1": 0.0}, "y.pdf": {"f1": 0.1}}
    assert below_floor([result], floors) == ["x.pdf: f1 0.000 is below its floor 0.5"]


@pytest.mark.parametrize("text", ["", "[]", '{"rows": []}', "{"])
def test_a_file_that_is_no_gold_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gold.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"gold\.json"):
        read_gold(file)
