"""Real processes that sleep, spin, swell and die: each costs its own document only."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.run.limits import Limits
from pipeline.run.pool import Outcome, map_documents

ROOMY = Limits(seconds=60)


def double(number: int) -> int:
    return 2 * number


def unless_three(harm: Callable[[], object], number: int) -> int:
    if number == 3:
        harm()
    return 2 * number


def spin() -> None:
    while True:
        pass


def sleep_in_native_code() -> None:
    ctypes.CDLL(None).sleep(600)


def swell() -> None:
    kept = []
    while True:
        kept.append(bytearray(8 * 1024 * 1024))


def swell_to_the_last_byte() -> None:
    kept = []
    for size in (8 * 1024 * 1024, 1024, 16):
        with suppress(MemoryError):
            while True:
                kept.append(b"a" * size)
    raise MemoryError


def read_address_zero() -> None:
    ctypes.string_at(0)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    os._exit(7)


def fault() -> None:
    raise KeyError("a fault of ours")


def spins(number: int) -> int:
    return unless_three(spin, number)


def sleeps(number: int) -> int:
    return unless_three(sleep_in_native_code, number)


def swells(number: int) -> int:
    return unless_three(swell, number)


def fills_up(number: int) -> int:
    return unless_three(swell_to_the_last_byte, number)


def segfaults(number: int) -> int:
    return unless_three(read_address_zero, number)


def dies(number: int) -> int:
    return unless_three(die, number)


def leaves(number: int) -> int:
    return unless_three(leave, number)


def fails(number: int) -> int:
    return unless_three(fault, number)


def own_id(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def note_and_sleep(folder: Path) -> None:
    (folder / str(os.getpid())).touch()
    time.sleep(600)


def outcomes(
    work: Callable[[int], int], limits: Limits = ROOMY, jobs: int = 2
) -> dict[int, Outcome[int, int]]:
    found = list(map_documents(range(6), work, jobs, limits))
    assert len(found) == 6
    return {outcome.task: outcome for outcome in found}


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_every_task_has_one_result(jobs: int) -> None:
    assert {n: o.result for n, o in outcomes(double, jobs=jobs).items()} == {
        n: 2 * n for n in range(6)
    }


@pytest.mark.parametrize(
    ("work", "limits", "code", "says"),
    [
        (spins, Limits(seconds=0.5), "too-slow", "within 0.5 seconds"),
        (sleeps, Limits(seconds=0.5), "too-slow", "--limit-seconds"),
        (swells, Limits(60, megabytes=300), "out-of-memory", "more than 300 MB"),
        (fills_up, Limits(60, megabytes=300), "out-of-memory", "more than 300 MB"),
        (segfaults, ROOMY, "crashed", "SIGSEGV"),
        (dies, ROOMY, "crashed", "SIGKILL"),
        (leaves, ROOMY, "crashed", "exit status 7"),
        (fails, ROOMY, "internal-error", "test_run_pool.py"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_document_that_harms_its_process_harms_no_other(
    work: Callable[[int], int], limits: Limits, code: str, says: str, jobs: int
) -> None:
    found = outcomes(work, limits, jobs)
    trouble = found.pop(3).trouble
    assert trouble
    assert trouble.code == code
    assert says in trouble.message
    assert {n: o.result for n, o in found.items()} == {n: 2 * n for n in (0, 1, 2, 4, 5)}


def test_processes_are_used_again_and_are_as_many_as_asked() -> None:
    assert len({o.result for o in outcomes(own_id, jobs=2).values()}) == 2
    assert len({o.result for o in outcomes(own_id, jobs=1).values()}) == 1


def test_no_process_outlives_whoever_stops_listening(tmp_path: Path) -> None:
    running = map_documents([tmp_path] * 3, note_and_sleep, 2, Limits(seconds=2))
    next(running)
    pids = [int(file.name) for file in tmp_path.iterdir()]
    assert len(pids) >= 2
    running.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_process_ends_when_its_parent_dies(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); "
        "from pipeline.run.limits import Limits; from pipeline.run.pool import map_documents; from test_run_pool import own_id; "
        "print(next(map_documents([1, 2], own_id, 1, Limits())).result, flush=True); os._exit(9)"
    )
    import subprocess
    import sys

    here = Path(__file__).resolve().parent
    done = subprocess.run(
        [sys.executable, "-c", program, str(here)], cwd=here.parent, capture_output=True, text=True
    )
    pid = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")
