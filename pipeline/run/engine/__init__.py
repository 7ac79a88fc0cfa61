"""Where documents are read: in processes of this machine, or on the workers of a Dask cluster."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Protocol, TypeVar

from pipeline.run.limits import Limits
from pipeline.run.pool import Outcome

T = TypeVar("T")
R = TypeVar("R")

LOCAL = "local"
SCHEMES = ("tcp://", "tls://")
DASK = "dask"  # a cluster of this machine alone, for the time of the run

SECONDS = 1.5  # of work in a batch: the scheduler takes 1 to 2 ms for each
FIRST = 0.1  # ... in the first ones, so that something is seen soon
GROWTH = 1.2
MOST = 400  # documents in a batch, however small: a lost worker costs no more


class UnusableEngine(Exception):
    """An engine that cannot do this run; the message says what to mend."""


class LostEngine(Exception):
    """An engine that was there and is no more; what was finished by then stays."""


class Spread(Protocol[T, R]):
    """What every engine does: `pool.map_documents`, whose docstring is the contract."""

    def __call__(
        self,
        tasks: Iterable[T],
        work: Callable[[T], R],
        jobs: int,
        limits: Limits,
        preload: Sequence[str] = (),
    ) -> Generator[Outcome[T, R], None, None]:
        """Yield the outcome of `work` for each task, as they finish."""


def check_engine(engine: str) -> None:
    """Raises UnusableEngine for what is no engine, or where Dask is not installed."""
    if engine == LOCAL:
        return
    if engine != DASK and not engine.startswith(SCHEMES):
        raise UnusableEngine(
            f"There is no engine {engine}: it is {LOCAL}, {DASK}, or the address of a Dask "
            "scheduler, like tcp://10.0.0.5:8786."
        )
    if not find_spec("distributed"):
        raise UnusableEngine(
            f"--engine {engine} needs Dask, which is not installed: pip install 'gleaner[cluster]'."
        )


def on_cluster(engine: str, cost: Callable[[T], float], ready: Callable[[], str]) -> Spread[T, R]:
    """The engine `dask`, or that at the address of a scheduler.

    It reads tasks in batches of like `cost` (seconds, roughly). Before the first of them each
    worker calls `ready`, which is pickled to it, and says why the worker must not read, if so.
    """
    from pipeline.run.engine.dask import map_on_cluster  # 0.5 s: only for those who ask

    return partial(map_on_cluster, address="" if engine == DASK else engine, cost=cost, ready=ready)


def batches(tasks: Iterable[T], cost: Callable[[T], float]) -> Iterator[list[T]]:
    """Tasks in their order, as many together as cost SECONDS; what costs as much alone is alone.

    They are made while they are taken, so that a million tasks are never there at once.
    """
    room, batch, seconds = FIRST, list[T](), 0.0
    for task in tasks:
        one = cost(task)
        if one >= SECONDS:
            yield [task]
            continue
        batch.append(task)
        seconds += one
        if seconds >= room or len(batch) >= MOST:
            yield batch
            room, batch, seconds = min(SECONDS, room * GROWTH), [], 0.0
    if batch:
        yield batch
