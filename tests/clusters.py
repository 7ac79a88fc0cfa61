"""Dask clusters for the tests and the benches: real processes on the loopback."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Client

from pipeline.run.outcome import Row

HERE = Path(__file__).resolve().parent


@dataclass
class Cluster:
    """A scheduler, and the workers that were started for it."""

    address: str
    scheduler: subprocess.Popen[bytes]
    scratch: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, code: Path = HERE.parent, threads: int = 1) -> subprocess.Popen[bytes]:
        """One more worker, with its nanny, that finds Gleaner in `code`."""
        words = ["worker", self.address, "--nthreads", str(threads), "--no-dashboard"]
        started = _dask(self.scratch, code, *words, "--memory-limit", "0")
        self.workers.append(started)
        return started

    def wait(self, number: int) -> None:
        """Until there are so many workers."""
        with Client(self.address, set_as_default=False) as client:
            if number:
                client.wait_for_workers(number, timeout=60)

    def pids(self) -> list[int]:
        """The ids of the workers themselves, as far as they are up: their nannies live on."""
        with Client(self.address, set_as_default=False) as client:
            return [*client.run(os.getpid, on_error="ignore").values()]

    def stop(self) -> None:
        """End all of it."""
        for process in [*self.workers, self.scheduler]:
            process.kill()  # a worker ends with its nanny
            process.wait()


class Killer:
    """Watches a run, and kills one worker at random whenever so many documents are finished."""

    def __init__(self, at: Cluster, every: int) -> None:
        self.at, self.every = at, every
        self.done = 0
        self.killed: list[int] = []
        self.chance = random.Random(7)

    def begin(self, total: int, fresh: int) -> None: ...

    def end(self) -> None: ...

    def document(self, row: Row) -> None:
        self.done += 1
        if self.done % self.every == 0 and (alive := self.at.pids()):
            os.kill(pid := self.chance.choice(alive), signal.SIGKILL)
            self.killed.append(pid)


@contextmanager
def cluster(scratch: Path, workers: int = 0, threads: int = 1) -> Iterator[Cluster]:
    """A cluster for as long as the block lasts; what it prints is in `scratch`."""
    port = _free_port()
    words = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    found = Cluster(f"tcp://127.0.0.1:{port}", _dask(scratch, HERE.parent, *words), scratch)
    try:
        for _ in range(workers):
            found.start(threads=threads)
        found.wait(workers)
        yield found
    finally:
        found.stop()


def other_gleaner(folder: Path) -> Path:
    """A copy of the code, with a rule more."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(HERE.parent / "pipeline", folder / "pipeline", ignore=ignore)
    with (folder / "pipeline" / "rules" / "leads.toml").open("a") as out:
        out.write("\n# another rule\n")
    return folder


def _dask(scratch: Path, code: Path, *words: str) -> subprocess.Popen[bytes]:
    log = scratch / f"{words[0]}-{time.monotonic_ns()}.log"
    local = ["--local-directory", str(scratch)] if words[0] == "worker" else []
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:], *local],
            env={**os.environ, "PYTHONPATH": f"{code}{os.pathsep}{HERE}"},
            cwd=scratch,  # Python looks there first
            stdout=out,
            stderr=out,
        )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
