"""The list that lies on the disk."""

import gc
from threading import Thread

import pytest

from pipeline.run.shelf import Shelf


def test_it_keeps_both_orders_and_finds_by_key() -> None:
    shelf = Shelf[str](str.lower)
    shelf.extend(["Pear", "apple", "Plum"])
    shelf.append("fig")
    assert [*shelf] == ["Pear", "apple", "Plum", "fig"]
    assert [*shelf.sorted()] == ["apple", "fig", "Pear", "Plum"]
    assert [*shelf.sorted("p")] == ["Pear", "Plum"]
    assert (len(shelf), "fig" in shelf, "date" in shelf) == (4, True, False)


@pytest.mark.filterwarnings("error")
def test_any_thread_may_end_it() -> None:
    shelf = [Shelf[str](str)]

    def end() -> None:
        shelf.clear()
        gc.collect()

    ending = Thread(target=end)
    ending.start()
    ending.join()
    assert not shelf
