"""Freshness: what is made again, why, and what is left alone."""

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from runs import LETTER, OLD, ROOT, extract, files, gleaner, put, reasons, row, store_with_two

from pipeline.run.fresh import code
from pipeline.run.state import State
from pipeline.run.task import Task
from pipeline.run.through import take_through
from pipeline.store import Stage, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with_two(tmp_path)


def test_a_second_run_does_nothing(store: Store) -> None:
    extract(store)
    before = {file: file.stat().st_mtime_ns for file in store.extracted.rglob("*-*/**/*.json")}
    report = extract(store)
    assert report.totals.fresh == report.totals.documents == 2
    assert report.totals.read == 0
    assert report.totals.pages == 2  # known figures count
    assert all(file.stat().st_mtime_ns == then for file, then in before.items())


def test_a_changed_raw_file_is_read_again_alone(store: Store) -> None:
    extract(store)
    put(store.documents / "letters" / "river.txt", LETTER.replace("fine", "foul"))
    assert reasons(store, "letters/river.txt") == "the raw file changed"
    assert reasons(store, "guides/release.txt") == ""
    report = extract(store)
    assert (report.totals.read, report.totals.fresh) == (1, 1)
    assert b"foul" in files(store)["1-documents/letters/river.txt.json"]


def test_a_change_that_keeps_size_and_time_is_seen(store: Store) -> None:
    extract(store)
    file = store.documents / "letters" / "river.txt"
    then = file.stat()
    put(file, LETTER.replace("fine", "foul"))
    os.utime(file, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert reasons(store, "letters/river.txt") == "the raw file changed"


def test_a_touched_raw_file_is_fresh_and_remembered(store: Store) -> None:
    extract(store)
    file = store.documents / "letters" / "river.txt"
    os.utime(file, (OLD, OLD))
    assert extract(store).totals.fresh == 2
    state = State(store.extracted, read_only=True)
    known = state.get("letters/river.txt")
    state.close()
    assert known
    assert str(int(OLD)) in known.stamps[0]


def test_a_change_of_one_stage_leaves_the_raw_bytes_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract(store)
    time.sleep(1.1)  # until the stamps of the raw files are trusted
    extract(store)
    state = State(store.extracted, read_only=True)
    known = state.get("guides/release.txt")
    state.close()
    assert known
    task = Task(
        store=store,
        original=store.original("guides/release.txt"),
        stages=tuple(Stage),
        codes={Stage.INGEST: code(Stage.INGEST), Stage.SEGMENT: "other", Stage.ASSEMBLE: "other"},
        stamp=known.stamps[0],
        hashes=known.hashes,
        keys=known.keys,
        row=known.row,
        why=(),
        edited=store.runs / "edited",
        force=False,
    )
    opened: list[Path] = []
    read = Path.read_bytes

    def watched(self: Path) -> bytes:
        opened.append(self)
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", watched)
    result = take_through(task)
    assert set(result.row.seconds) == {"segment", "assemble"}
    assert task.original.file not in opened
    assert store.output(Stage.INGEST, "guides/release.txt") in opened
    assert set(take_through(replace(task, stamp="")).row.seconds) == {"segment", "assemble"}
    assert task.original.file in opened


def test_force_reads_what_is_fresh(store: Store) -> None:
    extract(store)
    before = files(store)
    assert extract(store, force=True).totals.read == 2
    assert files(store) == before


@pytest.mark.parametrize("damage", [lambda f: f.write_bytes(b"not a database" * 99), Path.unlink])
def test_the_state_may_be_lost_at_any_time(store: Store, damage: Callable[[Path], None]) -> None:
    extract(store)
    before = files(store)
    damage(store.extracted / "state.sqlite3")
    assert extract(store).totals.read == 2
    assert files(store) == before
    assert extract(store).totals.fresh == 2


@pytest.mark.parametrize("stage", list(Stage))
def test_an_output_changed_by_hand_is_made_again_and_the_copy_kept(
    store: Store, stage: Stage
) -> None:
    extract(store)
    before = files(store)
    output = store.output(stage, "guides/release.txt")
    by_hand = output.read_text().replace("attacks", "atacks")
    output.write_text(by_hand)
    assert reasons(store, "guides/release.txt") == f"its file in {stage.folder} changed"
    report = extract(store)
    assert files(store) == before
    kept = store.output(stage, "guides/release.txt", store.runs / report.id / "edited")
    assert kept.read_text() == by_hand
    noted = row(report, "guides/release.txt").issues[0]
    assert (noted.code, noted.level) == ("edited-by-hand", "warning")
    assert stage.folder in noted.message
    again = row(extract(store), "guides/release.txt")
    assert "edited-by-hand" not in {noted.code for noted in again.issues}


@pytest.mark.parametrize("stage", list(Stage))
def test_an_output_that_is_missing_is_made_again(store: Store, stage: Stage) -> None:
    extract(store)
    before = files(store)
    store.output(stage, "guides/release.txt").unlink()
    assert reasons(store, "guides/release.txt") == f"its file in {stage.folder} is gone"
    assert extract(store).totals.read == 1
    assert files(store) == before


def test_a_hand_edited_stage_is_used_by_the_next_stage_alone_but_not_by_a_run(
    store: Store,
) -> None:
    extract(store)
    before = files(store)
    output = store.output(Stage.INGEST, "letters/river.txt")
    output.write_text(output.read_text().replace("river", "creek"))
    report = extract(store, stages=(Stage.SEGMENT,))
    assert row(report, "letters/river.txt").state == "read"
    extract(store)
    assert files(store) == before


def test_a_changed_rule_runs_its_stages_and_only_those(store: Store, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline")
    environment = {"PYTHONPATH": str(tmp_path)}
    assert gleaner(tmp_path, "extract", **environment).returncode == 0
    before = files(store)
    rules = tmp_path / "pipeline" / "rules" / "leads.toml"
    rules.write_text(rules.read_text() + "\n# a remark\n")
    plan = json.loads(gleaner(tmp_path, "plan", "--json", **environment).stdout)
    assert {tuple(d["why"]) for d in plan["documents"]} == {("rules/leads.toml changed",)}
    report = json.loads(gleaner(tmp_path, "extract", "--json", **environment).stdout)
    assert {tuple(sorted(d["seconds"])) for d in report["documents"]} == {("assemble", "segment")}
    assert files(store) == before
