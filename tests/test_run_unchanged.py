"""A folder that nothing changed in is counted as a whole; whatever changes there is seen."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from runs import extract, files, put, store_with_two

from pipeline.run import extract as run_module
from pipeline.run import report as report_module
from pipeline.run.fresh import judge
from pipeline.run.limits import Limits
from pipeline.run.report import Report
from pipeline.store import Stage, Store

RIVER = "letters/river.txt"


@pytest.fixture
def known(tmp_path: Path) -> Store:
    """A store whose folders are known, one with a document that is set aside."""
    store = store_with_two(tmp_path)
    (store.documents / "letters" / "empty.pdf").write_bytes(b"")
    extract(store)
    time.sleep(1.1)  # until stamps are trusted
    extract(store)
    return store


def told(report: Report) -> dict[str, Any]:
    """What two runs with nothing to do have alike."""
    own = ("run", "started", "seconds", "page")
    return {key: value for key, value in report.as_dict().items() if key not in own}


def test_it_is_told_of_as_if_it_were_judged(known: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for shown in (500, 1, 0):
        monkeypatch.setattr(report_module, "FRESH_SHOWN", shown)
        judged = told(extract(known, retry=("no such reason",)))
        with monkeypatch.context() as patched:
            patched.setattr(run_module, "judge", None)  # it would fail
            assert told(extract(known)) == judged
        assert judged["totals"]["set_aside"] == 1


CHANGES: dict[str, Callable[[Store], Any]] = {
    "raw": lambda store: (store.documents / RIVER).write_text("Another letter, of other words."),
    "sidecar": lambda store: (store.documents / f"{RIVER}.toml").write_text(
        '[bibliography]\ntitle = "River"\n'
    ),
    "output": lambda store: store.output(Stage.SEGMENT, RIVER).write_text("{}"),
    "output gone": lambda store: store.output(Stage.ASSEMBLE, RIVER).unlink(),
    "new": lambda store: (store.documents / "letters" / "new.txt").write_text("A letter."),
    "new folder": lambda store: put(store.documents / "more" / "new.txt", "A letter."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(known: Store, change: str) -> None:
    CHANGES[change](known)
    assert extract(known).totals.read == 1
    assert extract(known).totals.read == 0


def test_what_is_gone_or_astray_is_cleared_away(known: Store) -> None:
    left = files(known)
    astray = known.output(Stage.ASSEMBLE, "elsewhere/astray.txt")
    astray.parent.mkdir()
    astray.write_text("{}")
    beside = known.output(Stage.INGEST, "letters/astray.txt")
    beside.write_text("{}")
    (known.documents / RIVER).unlink()
    assert extract(known).removed == ["elsewhere/astray.txt", "letters/astray.txt", RIVER]
    assert files(known).keys() == {name for name in left if RIVER not in name}
    assert extract(known).totals.documents == 2


def test_stamps_that_change_alone_change_nothing(known: Store) -> None:
    os.utime(known.documents / RIVER, ns=(1, 1))
    assert extract(known).totals.fresh == 2


def test_other_limits_are_another_question(known: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def watched(*words: Any) -> Any:
        asked.append(words[2].name)
        return judge(*words)

    monkeypatch.setattr(run_module, "judge", watched)
    extract(known, limits=Limits(seconds=400))
    assert RIVER in asked
