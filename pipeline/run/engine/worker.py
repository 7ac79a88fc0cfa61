"""What happens on a worker of a cluster: each document in a limited process, as everywhere."""

import signal
from asyncio import sleep
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing import current_process
from threading import get_ident
from typing import Any, NamedTuple

from distributed import Reschedule, Status, Worker, WorkerPlugin, get_worker

from pipeline.run.limits import Limits
from pipeline.run.pool import DISK_REFUSES, Crew, map_documents
from pipeline.store import Trouble


class Answer(NamedTuple):
    """What came of a task, without the task: the coordinator has it."""

    result: Any
    trouble: Trouble | None
    seconds: float


@dataclass
class Readers(WorkerPlugin):
    """The limited processes of a worker, for the time of a run.

    A worker that joins later gets them too; one that is not `ready` says why, under `name`, and
    leaves: Dask itself would let it work on after an error of `setup`.
    """

    name: str
    work: Callable[[Any], Any]
    limits: Limits
    preload: Sequence[str]
    ready: Callable[[], str]
    crews: dict[int, Crew[Any, Any]] = field(default_factory=dict)
    over: bool = False
    refused: bool = False

    def setup(self, worker: Worker) -> None:
        """Have the worker checked."""
        if why := self.ready():
            self.refused = True
            worker.loop.add_callback(_leave, worker, self.name, why)
            return
        if current_process().daemon:  # as nannies make their workers
            current_process().daemon = False  # Python gives daemons no processes of their own
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's to answer

    def teardown(self, worker: Worker) -> None:
        """End all processes, in the midst of a document if need be."""
        self.over = True
        for crew in [*self.crews.values()]:
            crew.kill()

    def read(self, tasks: Sequence[Any]) -> list[Answer]:
        """Take tasks through, one after the other, in the process that this thread keeps."""
        crew = self.crews.setdefault(get_ident(), Crew())
        found: list[Answer] = []

        def until_over() -> Iterator[Any]:
            for task in tasks:
                if self.over:
                    return
                yield task

        with closing(
            map_documents(until_over(), self.work, 1, self.limits, self.preload, crew)
        ) as outcomes:
            try:
                found += (Answer(one.result, one.trouble, one.seconds) for one in outcomes)
            except OSError as error:  # this machine's disk: another machine may have a better one
                refused = Answer(None, Trouble(DISK_REFUSES, str(error)), 0.0)
                found += [refused] * (len(tasks) - len(found))
        return found


async def _leave(worker: Worker, topic: str, why: str) -> None:
    """Say why, and go, with the nanny, as soon as the worker can be heard at all."""
    while worker.status == Status.init:
        await sleep(0.05)
    worker.log_event(topic, f"{worker.address}: {why}")
    await worker.close(reason=why)


def read_batch(name: str, tasks: Sequence[Any]) -> tuple[str, list[Answer]]:
    """Take tasks through, on whatever worker this is; give its address and an answer for each.

    Raises Reschedule, which sends them to another worker, on one that was refused.
    """
    worker = get_worker()
    readers = worker.plugins[name]
    assert isinstance(readers, Readers)
    if readers.refused:
        raise Reschedule
    return worker.address, readers.read(tasks)
