"""What tests have workers do: importable there, without what tests import."""

import os
import signal
import time
from pathlib import Path

from distributed import Worker

from pipeline.run.engine.worker import Readers


def noting(folder: Path, number: int) -> int:
    """Note who started this process; three dies of it."""
    with (folder / str(number)).open("a", encoding="utf-8") as out:
        out.write(f"{os.getppid()}\n")
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def full(number: int) -> int:
    """Three finds the disk full."""
    if number == 3:
        raise OSError(28, "No space left on device", "somewhere")
    return number


def own_id_slowly(_: int) -> int:
    """The id of the process that reads."""
    time.sleep(0.2)
    return os.getpid()


def ready() -> str:
    """Nothing speaks against this worker."""
    return ""


def skip(task: tuple[str, float]) -> str:
    """Nothing; the name comes back, as a row does."""
    return task[0]


def reading(dask_worker: Worker) -> int:
    """How many threads of a worker have read something in this run."""
    return sum(len(one.crews) for one in dask_worker.plugins.values() if isinstance(one, Readers))
