"""Documents on real Dask workers: which may die, hang, come late, or be of another kind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from math import ceil
from pathlib import Path

import pytest
from click.testing import CliRunner
from clusters import Cluster, Killer, cluster, other_gleaner
from engine_work import full, noting, own_id_slowly, ready
from runs import FOLDERS, GUIDE, OLD, ROOT, Quiet, files, gleaner, put, started
from runs import extract as extract_here
from test_run_pool import dies, fails, leaves, spins, swells

from pipeline.__main__ import main
from pipeline.run.engine import (
    FIRST,
    MOST,
    SECONDS,
    UnusableEngine,
    batches,
    on_cluster,
)
from pipeline.run.extract import run
from pipeline.run.fresh import Wanted
from pipeline.run.limits import Limits
from pipeline.run.pool import Outcome
from pipeline.run.report import Report
from pipeline.run.request import Request
from pipeline.store import Store

SOON = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
ROOMY = Limits(seconds=60)


def one_second(_: int) -> float:
    return 1.0


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two workers, on machines that are this one."""
    with cluster(tmp_path_factory.mktemp("two"), workers=2) as found:
        yield found


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some samples and fifteen guides, all different."""
    raw = tmp_path_factory.mktemp("corpus") / "raw"
    samples = raw / "documents" / "samples"
    shutil.copytree(ROOT / "raw" / "documents" / "samples", samples)
    for number in range(15):
        text = GUIDE.replace("once a week", f"on day {number} of each month")
        file = put(raw / "documents" / "guides" / f"{number:02}.txt", text)
        os.utime(file, (OLD, OLD))
    return raw


@pytest.fixture(scope="module")
def undisturbed(corpus: Path) -> dict[str, bytes]:
    store = Store(corpus, corpus.with_name("undisturbed"))
    assert extract_here(store).exit_code == 0
    return files(store)


def extract(store: Store, engine: str) -> Report:
    return run(Request(store, Wanted(), engine=engine), Quiet())


def outcomes(
    at: Cluster,
    work: Callable[[int], int],
    limits: Limits = ROOMY,
    cost: Callable[[int], float] = one_second,
) -> list[Outcome[int, int]]:
    engine = on_cluster(at.address, cost, ready)
    return list(engine(range(6), work, 2, limits))


# --- batches --------------------------------------------------------------------------------------


def test_batches_hold_every_task_once_and_in_order() -> None:
    made = list(batches(range(1000), lambda number: number / 1000))
    assert [task for batch in made for task in batch] == list(range(1000))
    assert all(batch for batch in made)


def test_batches_begin_small_and_grow_to_their_size() -> None:
    each = 1 / 128  # which sums up exactly
    sizes = [len(batch) for batch in batches(range(10_000), lambda _: each)][:-1]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (ceil(FIRST / each), ceil(SECONDS / each))


def test_what_costs_as_much_as_a_batch_is_alone_and_tiny_ones_are_not_too_many() -> None:
    costs = {3: SECONDS, 4: 100.0}
    made = list(batches(range(2000), lambda number: costs.get(number, 0.0)))
    assert [3] in made
    assert [4] in made
    assert max(map(len, made)) == MOST


def test_batches_take_no_more_tasks_than_asked_for() -> None:
    taken: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            taken.append(len(taken))
            yield taken[-1]

    made = batches(endless(), lambda _: 0.05)
    next(made)
    assert len(taken) == 2


# --- documents that harm --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("work", "limits", "code"),
    [
        (spins, Limits(seconds=0.5), "too-slow"),
        (swells, Limits(60, megabytes=300), "out-of-memory"),
        (dies, ROOMY, "crashed"),
        (leaves, ROOMY, "crashed"),
        (fails, ROOMY, "internal-error"),
    ],
)
def test_a_document_that_harms_its_process_harms_no_other(
    two: Cluster, work: Callable[[int], int], limits: Limits, code: str
) -> None:
    found = {one.task: one for one in outcomes(two, work, limits)}
    trouble = found.pop(3).trouble
    assert trouble
    assert trouble.code == code
    assert {n: o.result for n, o in found.items()} == {n: 2 * n for n in (0, 1, 2, 4, 5)}


def test_it_harms_none_of_its_batch_either(two: Cluster) -> None:
    found = {one.task: one for one in outcomes(two, dies, cost=lambda _: 0.001)}
    assert len(found) == 6
    assert [n for n, o in found.items() if o.trouble] == [3]


def test_it_is_tried_twice_and_the_second_time_elsewhere(two: Cluster, tmp_path: Path) -> None:
    outcomes(two, partial(noting, tmp_path))
    tries = {n: (tmp_path / str(n)).read_text().split() for n in range(6)}
    assert {n: len(parents) for n, parents in tries.items()} == {n: 1 + (n == 3) for n in range(6)}
    assert len(set(tries[3])) == 2


def test_a_disk_that_refuses_everywhere_ends_the_run(two: Cluster) -> None:
    with pytest.raises(OSError, match="No space left"):
        outcomes(two, full)


def still_there(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_no_process_stays_on_a_worker_after_a_run(two: Cluster) -> None:
    engine = on_cluster(two.address, one_second, ready)
    with closing(engine(range(100), own_id_slowly, 2, ROOMY)) as running:
        pids = [outcome.result or 0 for outcome, _ in zip(running, range(4), strict=False)]
    assert all(pids)
    for _ in range(100):
        if not still_there(pids):
            return
        time.sleep(0.05)
    pytest.fail("a process is still there")


# --- the same bytes -------------------------------------------------------------------------------


def test_the_same_bytes_from_a_cluster_of_two(
    two: Cluster, corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    store = Store(corpus, tmp_path)
    report = extract(store, two.address)
    assert (report.exit_code, report.totals.read) == (0, 20)
    assert files(store) == undisturbed
    assert extract(store, two.address).totals.fresh == 20
    assert not (tmp_path / ".engine").exists()


def test_the_same_bytes_from_one_worker_of_the_command_itself(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    made = str(tmp_path / "made")
    words = ("--engine", "dask", "--jobs", "1", "--extracted", made)
    done = gleaner(corpus.parent, "extract", *words)
    assert done.returncode == 0, done.stderr
    assert "[20/20]" in done.stderr
    assert "distributed" not in done.stderr
    assert files(Store(corpus, tmp_path / "made")) == undisturbed


def test_workers_that_are_killed_at_random_cost_nothing(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    store = Store(corpus, tmp_path / "extracted")
    with cluster(tmp_path, workers=2) as at:
        killer = Killer(at, every=6)
        report = run(Request(store, Wanted(), engine=at.address), killer)
    assert killer.killed
    assert (report.exit_code, report.totals.read) == (0, 20)
    assert files(store) == undisturbed
    assert not [*store.extracted.rglob("*.tmp")]


# --- runs that end early --------------------------------------------------------------------------


def until_some_are_done(process: subprocess.Popen[str]) -> None:
    assert process.stderr
    for line in process.stderr:
        if line.startswith("[1/"):
            return
    pytest.fail("it ended before a document was done")


def test_ctrl_c_keeps_what_is_finished_and_the_next_run_goes_on(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    shutil.copytree(corpus, tmp_path / "raw")
    process = started(tmp_path, "--engine", "dask", "--jobs", "2")
    until_some_are_done(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    for _ in range(200):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("a process of the run is still there")
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    report = extract_here(store, jobs=2)
    assert report.totals.fresh >= 1
    assert files(store) == undisturbed


def test_a_scheduler_that_goes_away_is_said_and_the_next_run_goes_on(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    shutil.copytree(corpus, tmp_path / "raw")
    with cluster(tmp_path, workers=1) as at:
        process = started(tmp_path, "--engine", at.address)
        until_some_are_done(process)
        at.scheduler.kill()
        _, said = process.communicate(timeout=90)
    assert process.returncode == 1, said
    assert f"The Dask scheduler at {at.address} is gone." in said
    assert "Traceback" not in said
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    report = extract_here(store, jobs=2)
    assert report.totals.fresh >= 1
    assert files(store) == undisturbed


# --- engines that cannot do it --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        ("spark", "There is no engine spark"),
        ("tcp://127.0.0.1:9", "No Dask scheduler answers at tcp://127.0.0.1:9"),
        ("nonsense://there", "There is no engine nonsense://there"),
    ],
)
def test_what_is_no_engine_is_said_before_anything_is_read(
    two_read: Path, tmp_path: Path, engine: str, says: str
) -> None:
    shutil.copytree(two_read / "raw", tmp_path / "raw")
    done = gleaner(tmp_path, "extract", "--engine", engine, **SOON)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_without_dask_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ["extract", "--engine", "dask", "--raw", str(tmp_path), "--extracted", str(tmp_path)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "pip install 'gleaner[cluster]'" in done.stderr


def test_a_worker_with_other_code_is_refused_and_named(two_read: Path, tmp_path: Path) -> None:
    with cluster(tmp_path) as at:
        at.start(other_gleaner(tmp_path / "other"))
        at.wait(1)
        with pytest.raises(UnusableEngine, match=r"tcp://.*gleaner's rules/leads.toml differs"):
            extract(Store(two_read / "raw", tmp_path / "extracted"), at.address)


def test_a_worker_without_gleaner_is_refused_and_named(two_read: Path, tmp_path: Path) -> None:
    put(tmp_path / "other" / "pipeline" / "__init__.py", "")
    with cluster(tmp_path) as at:
        at.start(tmp_path / "other")
        at.wait(1)
        with pytest.raises(UnusableEngine, match=r"tcp://.*no Gleaner"):
            extract(Store(two_read / "raw", tmp_path / "extracted"), at.address)


@pytest.mark.parametrize("words", [("extract", *FOLDERS, "--jobs", "1"), ("status", *FOLDERS)])
def test_who_asks_for_no_cluster_pays_for_none(
    two_read: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    shutil.copytree(two_read / "raw", tmp_path / "raw")
    program = (
        "import sys; from pipeline.__main__ import main\n"
        f"try: main({list(words)})\n"
        "finally: print(sorted({'dask', 'distributed', 'fsspec', 's3fs'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "documents" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
