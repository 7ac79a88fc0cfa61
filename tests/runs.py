"""Runs for the tests: documents in our own words, real processes, and what they leave."""

import os
import subprocess
import sys
import time
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from pipeline.run.extract import HEAVY, STAGES_CODE, run
from pipeline.run.fresh import Wanted, judge
from pipeline.run.outcome import Row
from pipeline.run.report import Report
from pipeline.run.request import Request
from pipeline.run.state import State
from pipeline.store import Stage, Store

# Workers are forked from a process that has imported everything: 0.7 s less for each run here.
forkserver.set_forkserver_preload([*STAGES_CODE, *HEAVY])
forkserver.ensure_running()

ROOT = Path(__file__).resolve().parent.parent

GUIDE = """A guide to careful releases

Who this is for

This guide is for people who put language models in front of the public.

What to do

1. Developers should test every model against known attacks before they release it.
2. Deployers should keep a log of incidents and read it once a week.
3. Regulators should ask for the log when something went wrong.
"""
LETTER = """Dear reader,

the weather was fine and we went for a walk along the river.
"""
OLD = time.time() - 3600  # so long ago that stamps are trusted


class Quiet:
    """Watches a run and keeps the rows."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def begin(self, total: int, fresh: int) -> None: ...

    def document(self, row: Row) -> None:
        self.rows.append(row)

    def end(self) -> None: ...


def store_with_two(folder: Path) -> Store:
    """A guide that states measures and a letter that states none."""
    store = Store(folder / "raw", folder / "extracted")
    put(store.documents / "guides" / "release.txt", GUIDE)
    put(store.documents / "letters" / "river.txt", LETTER)
    return store


def put(file: Path, text: str | bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def extract(store: Store, *paths: Path, jobs: int = 1, **wanted: Any) -> Report:
    return run(Request(store, Wanted(**wanted), paths, jobs), Quiet())


def files(store: Store) -> dict[str, bytes]:
    """Every output under its relative name."""
    return {
        file.relative_to(store.extracted).as_posix(): file.read_bytes()
        for stage in Stage
        for file in sorted((store.extracted / stage.folder).rglob("*.json"))
    }


def row(report: Report, name: str) -> Row:
    [found] = [row for row in report.rows if row.name == name]
    return found


def reasons(store: Store, name: str, **wanted: Any) -> str:
    state = State(store.extracted, read_only=True)
    judged = judge(store, state, store.original(name), Wanted(**wanted))
    state.close()
    return "; ".join(judged.why)


FOLDERS = ("--raw", "raw", "--extracted", "extracted")


def gleaner(
    folder: Path, command: str, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", command, *FOLDERS, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    """`gleaner extract` under way, in a session of its own; what it says is to be read."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "extract", *FOLDERS, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
