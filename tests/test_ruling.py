"""Which shades of a page are cells, and which only adorn the words within one."""

from typing import Any

import pytest

from pipeline.ingest.pdf.ruling import _inner


def shade(x0: float, x1: float) -> dict[str, Any]:
    return {"x0": x0, "x1": x1, "top": 10.0, "bottom": 30.0, "width": x1 - x0, "height": 20.0}


@pytest.mark.parametrize("turned", [False, True])
def test_of_nearly_equal_shades_the_lesser_goes_wherever_it_lies_in_memory(turned: bool) -> None:
    first, second = sorted((shade(0, 0), shade(0, 0)), key=id, reverse=turned)
    first |= shade(10.0, 60.0)
    second |= shade(10.7, 59.3)
    assert _inner([first, second]) == {id(second)}
    assert _inner([second, first]) == {id(second)}


def test_of_equal_shades_the_later_goes() -> None:
    first, second = shade(10.0, 60.0), shade(10.0, 60.0)
    assert _inner([first, second]) == {id(second)}
    assert _inner([first, shade(70.0, 90.0)]) == set()
