"""Documents on the workers of a Dask cluster: batches out, outcomes back, none of it twice."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from typing import Generic, TypeVar
from uuid import uuid4

from distributed import Client, Future, KilledWorker, LocalCluster, as_completed
from distributed.client import FutureCancelledError
from distributed.comm.core import CommClosedError

from pipeline.run.engine import LostEngine, UnusableEngine, batches
from pipeline.run.engine.worker import Answer, Readers, read_batch
from pipeline.run.limits import Limits
from pipeline.run.pool import DISK_REFUSES, Outcome
from pipeline.store import Trouble

T = TypeVar("T")
R = TypeVar("R")

_log = logging.getLogger(__name__)
_Read = tuple[str, list[Answer]]  # where a batch was read, and what came of each task

AHEAD = 3  # batches under way for each thread: one read, one waiting there, one on its way
LEAST = 4
COUNTED = 64  # batches between two looks at how many threads there are
PATIENCE = 600  # seconds until the first worker must have come
SHOWN = 5  # workers that are named in a message


def map_on_cluster(
    tasks: Iterable[T],
    work: Callable[[T], R],
    jobs: int,
    limits: Limits,
    preload: Sequence[str] = (),
    *,
    address: str,
    cost: Callable[[T], float],
    ready: Callable[[], str],
) -> Generator[Outcome[T, R], None, None]:
    """Yield the outcome of `work` for each task, as `pool.map_documents` does, from workers.

    `address` is that of a scheduler; without one it is a cluster of `jobs` workers here. A task
    that ends its process, or whose workers die, is tried once more elsewhere. Raises
    UnusableEngine before anything is read, LostEngine when the scheduler goes away, and OSError
    when the disk refuses on two workers.
    """
    for name in ["asyncio", *logging.root.manager.loggerDict]:  # the bar has the terminal
        if name.partition(".")[0] in {"asyncio", "distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        client = stack.enter_context(_client(address or stack.enter_context(_cluster(jobs))))
        readers = Readers(f"gleaner-{uuid4().hex}", work, limits, preload, ready)
        run = _Run[T, R](client, readers.name, cost)
        try:
            _meet(client, address, ready)
            try:
                client.subscribe_topic(readers.name, _told)
                client.register_plugin(readers, name=readers.name)
                yield from run.outcomes(tasks)
            finally:
                if client.status == "running":
                    with suppress(OSError):  # of a worker or a scheduler that is gone just now
                        client.cancel([*run.under_way], force=True)
                        client.unregister_worker_plugin(readers.name)
        except (CommClosedError, FutureCancelledError) as error:
            raise _lost(address) from error


def _told(event: tuple[float, str]) -> None:
    """One that came after the others were asked, and cannot do the same work."""
    _log.warning("A worker was refused, the run goes on without it: %s", event[1])


def _cluster(jobs: int) -> LocalCluster:
    return LocalCluster(
        n_workers=jobs,
        threads_per_worker=1,
        memory_limit=0,  # the limited processes are what takes memory, and have limits of ours
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )


def _client(at: str | LocalCluster) -> Client:
    try:
        return Client(at, set_as_default=False)
    except (OSError, ValueError) as error:  # what is no address, and what nobody answers at
        raise UnusableEngine(f"No Dask scheduler answers at {at}: {error}") from error


def _lost(address: str) -> LostEngine:
    which = f"The Dask scheduler at {address}" if address else "The Dask cluster of this run"
    return LostEngine(f"{which} is gone. What is finished stays, the next run goes on from there.")


def _meet(client: Client, address: str, ready: Callable[[], str]) -> None:
    """Wait for the first worker, and have each that is there say whether it can do this run."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        message = f"No worker came to {address} within {PATIENCE // 60} minutes: start some."
        raise UnusableEngine(message) from error
    # By its name: a worker without Gleaner could not even unpickle a question of ours.
    name = ready.__module__
    found = client.run(import_module, name, on_error="return")
    why = {
        at: f"no Gleaner ({said})" for at, said in found.items() if isinstance(said, ImportError)
    }
    if not why:
        why = client.run(ready, on_error="return")
    # One that is gone meanwhile is asked again when it comes back, by `Readers.setup`.
    wrong = [f"  {at}: {said}" for at, said in sorted(why.items()) if said and not _gone(said)]
    if wrong:
        more = [f"  and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        lines = "\n".join([*wrong[:SHOWN], *more])
        raise UnusableEngine(f"Workers cannot do the same work as here:\n{lines}")


def _gone(said: object) -> bool:
    return isinstance(said, OSError)


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    tasks: list[T]
    expected: float
    again: bool = False


@dataclass
class _Run(Generic[T, R]):
    """What is under way. Bounded, so that memory does not grow with the number of tasks."""

    client: Client
    name: str
    cost: Callable[[T], float]
    under_way: dict[Future[_Read], _Batch[T]] = field(default_factory=dict)
    expected: float = 1.0  # seconds, of all that was read ...
    taken: float = 1.0  # ... and what it took: as if a second had been foreseen well
    number: int = 0

    def outcomes(self, tasks: Iterable[T]) -> Iterator[Outcome[T, R]]:
        """Send batches out while outcomes come back. Raises FutureCancelledError
        or CommClosedError without a scheduler.
        """
        self.finished = as_completed(loop=self.client.loop)
        waiting, room = batches(tasks, self._seconds), LEAST
        for turn in count():
            if room == LEAST or turn % COUNTED == 0:  # workers come and go
                room = max(LEAST, AHEAD * sum(self._threads().values()))
            while len(self.under_way) < room and (batch := next(waiting, None)):
                self._send(_Batch(batch, sum(map(self.cost, batch))))
            if not self.under_way:
                return
            yield from self._back(next(self.finished))

    def _seconds(self, task: T) -> float:
        """What a task will take, judged by what the others took."""
        return self.cost(task) * self.taken / self.expected

    def _threads(self) -> dict[str, int]:
        """How many threads each worker has. Raises CommClosedError without a scheduler."""
        try:
            found: dict[str, int] = self.client.nthreads()
        except OSError as error:  # it was connected to anew, and waited for, in vain
            raise CommClosedError(str(error)) from error
        return found

    def _send(self, batch: _Batch[T], not_to: str = "") -> None:
        self.number += 1
        others = [one for one in self._threads() if one != not_to] if not_to else []
        future = self.client.submit(
            read_batch,
            self.name,
            batch.tasks,
            key=f"{self.name}-{self.number}",
            pure=False,
            workers=others or None,
            allow_other_workers=bool(others),
        )
        self.under_way[future] = batch
        self.finished.add(future)

    def _back(self, future: Future[_Read]) -> Iterator[Outcome[T, R]]:
        batch = self.under_way.pop(future)
        where, answers = self._answers(future, batch)
        future.release()
        if not any(answer.trouble for answer in answers):
            self.expected += batch.expected
            self.taken += sum(answer.seconds for answer in answers)
        for task, answer in zip(batch.tasks, answers, strict=True):
            if answer.trouble and not batch.again:
                # Where its worker died with others of its batch, alone is its first try.
                again = bool(where) or len(batch.tasks) == 1
                self._send(_Batch([task], self.cost(task), again), not_to=where)
            elif answer.trouble and answer.trouble.code == DISK_REFUSES:
                raise OSError(answer.trouble.message)
            else:
                yield Outcome(task, answer.result, answer.trouble, answer.seconds)

    def _answers(self, future: Future[_Read], batch: _Batch[T]) -> _Read:
        """Where a batch was read, and what came of it; nowhere if that ended its workers."""
        try:
            where, answers = future.result()
        except KilledWorker as error:
            killed = Trouble("crashed", f"Worker after worker died while reading it ({error}).")
            return "", [Answer(None, killed, 0.0)] * len(batch.tasks)
        return where, answers
