"""One run at a time: the lock is the system's, so a run that died holds it no longer.

It lies where the state does: beside it in `extracted/`, or in PostgreSQL (see `shared`).
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.run import shared
from pipeline.store import beside_us

LOCK = ".lock"
HOLDER = ".lock.pid"


class Locked(Exception):
    """Another run is at work; `holder` is the id of its process, as far as it said."""

    def __init__(self, extracted: Path, holder: str) -> None:
        super().__init__(
            f"Another run is at work in {extracted} (process {holder}). "
            "Wait until it is done (or say --wait), or use another --extracted."
        )
        self.holder = holder


@contextmanager
def only_run(extracted: Path, wait: float = 0) -> Iterator[bool]:
    """Hold `extracted/` for one run; gives whether the last one died without letting go.

    Raises Locked when another run still holds it after `wait` seconds, and OSError where nothing
    can be written. Of an `extracted/` in an object store it holds only runs of this machine apart:
    those of others are kept from overwriting by conditions (see `objects.put`).
    """
    if url := shared.url():
        who = f"{os.getpid()} on {socket.gethostname()}"
        with shared.held(url, extracted, who, wait) as (ours, said):
            if not ours:
                raise Locked(extracted, said or "unknown")
            yield bool(said)
        return
    from filelock import FileLock, Timeout

    folder = beside_us(extracted)
    folder.mkdir(parents=True, exist_ok=True)
    holder = folder / HOLDER
    lock = FileLock(folder / LOCK, timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        said = holder.read_text(encoding="utf-8").strip() if holder.is_file() else "unknown"
        raise Locked(extracted, said) from error
    try:
        died = holder.exists()
        holder.write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield died
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
