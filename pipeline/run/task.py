"""What is handed to a worker, and what it hands back."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.run.manner import Manner
from pipeline.run.outcome import Row
from pipeline.store import Original, Stage, Store, stamp

# CPU time of one core, measured: short texts took 0.01 s in all; five PDFs of 25 to 144 pages 0.025
# to 0.044 s a page and 0.6 to 2.8 s a megabyte, 1.3 together; other kinds 2 to 15 s a megabyte, the
# larger ones 4. They only say how much goes together: a run corrects them by what documents take.
SECONDS = 0.01
SECONDS_A_MEGABYTE = {".pdf": 1.3}
OF_OTHER_KINDS = 4.0


@dataclass(frozen=True, slots=True)
class Task:
    """A document to be taken through `stages`; those before them are taken as they stand.

    `stamp`, `hashes` and `keys` are what is known of its raw file, of all its files, and of what
    determined its outputs; `codes` what each stage depends on now. Outputs changed by hand are
    kept under `edited`. `left` are the stamps of its outputs in an object store as last left.
    """

    store: Store
    original: Original
    stages: tuple[Stage, ...]
    codes: dict[str, str]
    stamp: str
    hashes: dict[str, str]
    keys: dict[str, str]
    row: Row | None
    why: tuple[str, ...]
    edited: Path
    force: bool
    manner: Manner = field(default_factory=Manner)
    left: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it, and what to remember.

    `stale` are later stages that must run again, `edited` those whose output was changed by hand.
    `left` are the stamps of outputs in an object store.
    """

    row: Row
    raw_stamps: tuple[str, str]
    hashes: dict[str, str]
    keys: dict[str, str]
    stale: tuple[Stage, ...]
    edited: tuple[Stage, ...]
    left: dict[str, str] = field(default_factory=dict)


def expected_seconds(task: Task) -> float:
    """How long a document will take, roughly: as the last time, else by its kind and bytes."""
    if task.row and task.row.seconds:
        return SECONDS + sum(task.row.seconds.get(stage, 0.0) for stage in task.stages)
    file = task.original.file
    known = task.original.stamps  # an object is not asked for again
    size = re.match(r"\d+", known[0] if known else stamp(file))
    rate = SECONDS_A_MEGABYTE.get(file.suffix.lower(), OF_OTHER_KINDS)
    return SECONDS + rate * int(size[0] if size else 0) / 1e6
