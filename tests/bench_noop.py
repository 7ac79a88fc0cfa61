"""What a run costs that has nothing to do, beside a bare look at the same files, in one run.

    .venv/bin/python tests/bench_noop.py [--documents N] [--keep FOLDER] [--rounds N]

Makes N small texts in folders of 500, reads them once, then prints the time of a run over them and
of scandir + stat over raw/ and extracted/ (medians, taken in turn), and the memory of a run. With
--keep the folder is used again the next time.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = """A note on release {number}

What to do

1. Developers should test release {number} against known attacks.
2. Deployers should keep a log of incidents and read it once a week.
"""
A_FOLDER = 500


def make(folder: Path, documents: int) -> None:
    """The texts that are not there yet."""
    for number in range(documents):
        file = folder / "raw" / "documents" / f"{number // A_FOLDER:04}" / f"{number:06}.txt"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(TEXT.format(number=number), encoding="utf-8")


def bare(folders: list[Path]) -> int:
    """Scandir and stat of every file below, and nothing else."""
    count, todo = 0, [str(folder) for folder in folders]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                else:
                    entry.stat()
                    count += 1
    return count


def run(folder: Path) -> None:
    """A run in a process of its own."""
    words = [sys.executable, "-m", "pipeline", "extract"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        make(folder, arguments.documents)
        started = time.perf_counter()
        run(folder)
        print(f"the first run: {time.perf_counter() - started:.1f} s")
        run(folder)  # stamps of files that were young are trusted from here on
        trees = [folder / "raw", folder / "extracted"]
        looks, runs = [], []
        for _ in range(arguments.rounds):
            started = time.perf_counter()
            files = bare(trees)
            looks.append(time.perf_counter() - started)
            started = time.perf_counter()
            run(folder)
            runs.append(time.perf_counter() - started)
        look, whole = statistics.median(looks), statistics.median(runs)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{arguments.documents:,} documents, {files:,} files")
        print(f"scandir + stat {look:.2f} s; a run with nothing to do {whole:.2f} s", end="")
        print(f" ({whole / look:.1f} x); most memory of a run {memory:.0f} MB")


if __name__ == "__main__":
    main()
