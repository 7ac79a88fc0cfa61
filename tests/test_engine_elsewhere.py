"""Dask workers beside object stores and PostgreSQL, and workers that come while a run goes on."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from buckets import forget_connections, new_bucket, outputs, put_object, serving
from clusters import Cluster, cluster, other_gleaner
from distributed import Client
from engine_work import reading
from postgres import Server
from runs import GUIDE, LETTER, ROOT, Quiet, extract, files, put, store_with_two

from pipeline.run.engine import UnusableEngine
from pipeline.run.extract import run
from pipeline.run.fresh import Wanted
from pipeline.run.lock import Locked
from pipeline.run.outcome import Row
from pipeline.run.report import Report
from pipeline.run.request import Request
from pipeline.run.state import FILE
from pipeline.store import Store

MANY = 400


def read(store: Store, at: Cluster, progress: Quiet | None = None) -> Report:
    return run(Request(store, Wanted(), engine=at.address), progress or Quiet())


def store_with_many(folder: Path) -> Store:
    """Guides enough that a worker may come while they are read."""
    store = Store(folder / "raw", folder / "extracted")
    for number in range(MANY):
        text = GUIDE.replace("once a week", f"on day {number}")
        put(store.documents / f"{number:03}.txt", text)
    return store


@dataclass
class Joined(Quiet):
    """Has a worker join at the first document, and waits until it is up, or is no more."""

    at: Cluster
    code: Path = ROOT
    pids: frozenset[int] = frozenset()
    readers: int = 0  # workers that have read something, by the end

    def __post_init__(self) -> None:
        super().__init__()

    def document(self, row: Row) -> None:
        super().document(row)
        if len(self.rows) == 1:
            before = {*self.at.pids()}
            worker = self.at.start(self.code)
            while not (came := {*self.at.pids()} - before) and worker.poll() is None:
                time.sleep(0.05)
            self.pids = frozenset(came)
        if len(self.rows) == MANY:
            with Client(self.at.address, set_as_default=False) as client:
                self.readers = sum(map(bool, client.run(reading, on_error="ignore").values()))


# --- other stores ---------------------------------------------------------------------------------


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Store]:
    """The guide and the letter in a bucket of a server that workers reach as we do."""
    with serving(tmp_path / "log") as server, pytest.MonkeyPatch.context() as patch:
        for name, value in {**server.environment, "GLEANER_CACHE": str(tmp_path)}.items():
            patch.setenv(name, value)
        forget_connections()
        top = new_bucket("shared")
        store = Store(top / "raw", top / "extracted")
        put_object(store.documents / "guides" / "release.txt", GUIDE.encode())
        put_object(store.documents / "letters" / "river.txt", LETTER.encode())
        yield store
    forget_connections()


def test_workers_read_and_write_a_bucket(bucket: Store, tmp_path: Path) -> None:
    near = store_with_two(tmp_path)
    extract(near)
    with cluster(tmp_path, workers=2) as at:
        assert read(bucket, at).totals.read == 2
        assert read(bucket, at).totals.fresh == 2
    assert outputs(bucket) == files(near)


def test_workers_and_state_in_postgresql(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_with_two(tmp_path)
    local = Store(store.raw, tmp_path / "local")
    extract(local)
    monkeypatch.setenv("GLEANER_STATE", postgres.database())
    with cluster(tmp_path, workers=2) as at:
        assert read(store, at).totals.read == 2
        assert not (store.extracted / FILE).exists()
        assert files(store) == files(local)
        assert extract(store).totals.fresh == 2  # whatever the engine of the next run


def test_a_run_on_workers_holds_the_lock_in_postgresql(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLEANER_STATE", postgres.database())
    store = store_with_two(tmp_path)
    refused: list[Locked] = []

    class Second(Quiet):
        def document(self, row: Row) -> None:
            try:
                extract(store)
            except Locked as error:
                refused.append(error)

    with cluster(tmp_path, workers=1) as at:
        assert read(store, at, Second()).totals.read == 2
    assert len(refused) == 2


# --- workers that come late, or from elsewhere ----------------------------------------------------


def test_a_worker_that_comes_late_reads_with_the_others(tmp_path: Path) -> None:
    store = store_with_many(tmp_path)
    with cluster(tmp_path, workers=1) as at:
        late = Joined(at)
        assert read(store, at, late).totals.read == MANY
    assert late.pids
    assert late.readers == 2


def test_a_late_worker_with_other_code_is_refused_and_reads_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = store_with_many(tmp_path)
    with cluster(tmp_path, workers=1) as at:
        late = Joined(at, other_gleaner(tmp_path / "other"))
        report = read(store, at, late)
        assert (report.exit_code, report.totals.read) == (0, MANY)
        assert (late.readers, len(at.pids())) == (1, 1)
    assert "the run goes on without it" in caplog.text
    assert "gleaner's rules/leads.toml differs" in caplog.text
    near = Store(store.raw, tmp_path / "near")
    extract(near)
    assert files(store) == files(near)


def test_a_worker_that_sees_another_folder_is_refused_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(store_with_two(tmp_path).raw.parent)
    here = Path("/proc/self/cwd")  # which is another folder for whoever works in another
    store = Store(here / "raw", here / "extracted")
    (scratch := tmp_path / "scratch").mkdir()
    with cluster(scratch, workers=1) as at:
        with pytest.raises(UnusableEngine, match=r"tcp://.*it cannot read .*extracted/.engine"):
            read(store, at)
        for name in ("raw", "extracted"):
            (scratch / name).symlink_to(tmp_path / name)
        assert read(store, at).totals.read == 2
