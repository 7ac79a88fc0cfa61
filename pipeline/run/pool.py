"""One document at a time in each of several processes, which may crash, hang or swell alone."""

import gc
import os
import signal
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import EDQUOT, EHOSTUNREACH, EIO, ENOSPC, EROFS
from math import ceil
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.run.limits import Limits
from pipeline.store import Trouble

T = TypeVar("T")
R = TypeVar("R")

MEGABYTE = 1024 * 1024
DISK = {ENOSPC, EDQUOT, EROFS, EIO, EHOSTUNREACH}  # the last is an object store's
DISK_REFUSES = "disk-refuses"
# New objects between two looks for garbage: with the 700 of Python they take a tenth of the time.
GARBAGE = 50_000
GRACE = 10  # seconds that a worker whose parent died may outlive its own limit


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T, R]):
    """What came of a task: a result, or the trouble that took its process with it."""

    task: T
    result: R | None
    trouble: Trouble | None
    seconds: float


class Crew(Generic[T, R]):
    """Processes that outlive a call of `map_documents`, for the next call with the same work."""

    def __init__(self) -> None:
        self.idle: list[_Worker[T, R]] = []
        self.busy: list[_Worker[T, R]] = []

    def kill(self) -> None:
        """End every process, from whichever thread."""
        for worker in self.idle + self.busy:
            worker.process.kill()


def prepare(preload: Sequence[str]) -> None:
    """Start the process that all others are forked from, which is ready while others judge."""
    get_context("forkserver").set_forkserver_preload(list(preload))
    forkserver.ensure_running()


def map_documents(
    tasks: Iterable[T],
    work: Callable[[T], R],
    jobs: int,
    limits: Limits,
    preload: Sequence[str] = (),
    crew: Crew[T, R] | None = None,
) -> Generator[Outcome[T, R], None, None]:
    """Yield the outcome of `work` for each task, as they finish.

    `work` is a function of a module, and tasks and results can be pickled. At most `jobs`
    processes live at a time; all are gone when the iterator is closed, but the idle ones of a
    `crew`. Modules in `preload` are imported once, in the process that the others are forked from.

    Raises OSError when the disk is full, read-only or broken: for no task would it go better.
    """
    context = get_context("forkserver")
    prepare(preload)
    waiting = iter(tasks)
    mine: Crew[T, R] = crew or Crew()
    idle, busy = mine.idle, mine.busy
    try:
        while True:
            while len(busy) < jobs:
                for task in waiting:
                    worker = idle.pop() if idle else _Worker(context, work, limits)
                    busy.append(worker)
                    worker.start(task)
                    break
                else:
                    break
            if not busy:
                return
            left = min(worker.deadline for worker in busy) - time.monotonic()
            ready = wait([worker.connection for worker in busy], timeout=max(0, left))
            for worker in [*busy]:
                if worker.connection in ready:
                    outcome = worker.receive()
                elif time.monotonic() >= worker.deadline:
                    outcome = worker.too_slow()
                else:
                    continue
                busy.remove(worker)
                if outcome.trouble and outcome.trouble.code == DISK_REFUSES:
                    raise OSError(outcome.trouble.message)
                if outcome.trouble is None:
                    idle.append(worker)
                yield outcome
    finally:
        for worker in busy if crew else idle + busy:
            worker.stop()
        busy.clear()


class _Worker(Generic[T, R]):
    """A process, the pipe to it, and the task it is at."""

    task: T

    def __init__(self, context: ForkServerContext, work: Callable[[T], R], limits: Limits) -> None:
        self.limits = limits
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, work, limits), daemon=True)
        self.process.start()
        theirs.close()
        self.started = self.deadline = time.monotonic()

    def start(self, task: T) -> None:
        self.task = task
        with suppress(BrokenPipeError, EOFError, ConnectionResetError):
            # The clock starts when the process has: the first one imports what all others share.
            self.connection.recv()
            self.started = time.monotonic()
            self.deadline = self.started + self.limits.seconds
            self.connection.send(task)

    def receive(self) -> Outcome[T, R]:
        try:
            answer: R | Trouble = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            return self._outcome(None, _died(self.process.exitcode or 0))
        if isinstance(answer, Trouble):
            self.stop()
            return self._outcome(None, answer)
        return self._outcome(answer, None)

    def too_slow(self) -> Outcome[T, R]:
        self.stop()
        limit = f"{self.limits.seconds:g} seconds"
        message = f"It was not read within {limit}. Give it more with --limit-seconds."
        return self._outcome(None, Trouble("too-slow", message))

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()

    def _outcome(self, result: R | None, trouble: Trouble | None) -> Outcome[T, R]:
        return Outcome(self.task, result, trouble, time.monotonic() - self.started)


def _died(exitcode: int) -> Trouble:
    name = signal.Signals(-exitcode).name if exitcode < 0 else f"exit status {exitcode}"
    likely = " Most often the system kills so when memory runs out." if name == "SIGKILL" else ""
    return Trouble("crashed", f"Reading it ended the process that read it ({name}).{likely}")


def _serve(connection: Connection, work: Callable[[T], R], limits: Limits) -> None:
    """The life of a worker: say that it is there, take a task, answer; over and over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # ... as is the end that a service manager asks
    _be_silent()
    _limit_memory(limits.megabytes)
    gc.freeze()  # what every document shares is no garbage
    gc.set_threshold(GARBAGE)
    while True:
        try:
            connection.send(None)
            task = connection.recv()
        except (EOFError, OSError):
            return
        signal.alarm(ceil(limits.seconds) + GRACE)  # ends even native code when nobody else can
        try:
            connection.send(work(task))
        except BaseException as error:
            # Nobody knows what state it left this process in: tell, and let another take over.
            _limit_memory(None)  # its frames are still full, and telling takes memory too
            with suppress(OSError):
                connection.send(_trouble(error, limits))
            raise SystemExit(1) from error
        signal.alarm(0)


def _trouble(error: BaseException, limits: Limits) -> Trouble:
    if isinstance(error, MemoryError):
        message = f"Reading it takes more than {limits.megabytes} MB. Allow more: --limit-memory."
        return Trouble("out-of-memory", message)
    if isinstance(error, OSError) and error.errno in DISK:
        where = f" ({error.filename})" if error.filename else ""
        message = f"{error.strerror}{where}. What is finished stays, the next run goes on"
        return Trouble(DISK_REFUSES, message)
    frames = traceback.extract_tb(error.__traceback__)
    file = "/".join(Path(frames[-1].filename).parts[-2:]) if frames else ""
    place = f" in {file}, line {frames[-1].lineno}" if file else ""
    said = f"{type(error).__name__}: {error}"[:500]
    message = f"This document brings out a fault of Gleaner{place} ({said})."
    return Trouble("internal-error", message)


def _be_silent() -> None:
    """Leave the terminal to the parent: libraries warn there of what the verdict says anyway."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _limit_memory(megabytes: int | None) -> None:
    import resource

    # RLIMIT_AS would count what is mapped and never touched: the stacks of threads, shared files.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = hard if megabytes is None else megabytes * MEGABYTE
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
