"""Reads a folder of broken files, each in a worker of its own, and prints what came of each: its
verdict, pages, seconds, the peak of memory of a process that only read it (MB), and what was said.

    .venv/bin/python tests/hostile.py FOLDER [--limit-seconds S] [--pdf-reader READER]

It ends with 0 when every file has an outcome, whatever that is; a fault of ours ends it with 1.
"""

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.ingest import Raw, ingest
from pipeline.model import SetAside
from pipeline.run.limits import Limits
from pipeline.run.pool import map_documents


def outcomes(folder: Path, options: list[str]) -> list[dict[str, Any]]:
    """The row of a run's report for each file of a folder, by name."""
    with TemporaryDirectory() as home:
        raw, extracted = Path(home, "raw"), Path(home, "extracted")
        shutil.copytree(folder, raw / "documents", copy_function=shutil.copyfile)
        for other in (*raw.rglob("*.tsv"), *raw.rglob("*.md")):
            other.unlink()
        command = [sys.executable, "-m", "pipeline", "extract", *options]
        command += ["--raw", str(raw), "--extracted", str(extracted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        reports = sorted((extracted / "runs").glob("2*.json"))
        if not reports:
            sys.exit(done.stderr)
        rows: list[dict[str, Any]] = json.loads(reports[-1].read_text("utf-8"))["documents"]
    return sorted(rows, key=lambda row: str(row["name"]))


def peak_of(data: bytes) -> float:
    """The peak of memory, in MB, of a process that reads this PDF and no other; 0 where it ends."""
    (outcome,) = map_documents([data], _peak, 1, Limits(), ("pipeline.ingest.pdf",))
    return outcome.result or 0.0


def _peak(data: bytes) -> float:
    with suppress(SetAside):
        ingest(Raw("documents/peak.pdf", data, hashlib.sha256(data).hexdigest()))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Read and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit-seconds", default="60")
    parser.add_argument("--pdf-reader", default="auto")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        sys.exit(f"There is no folder {asked.folder}: name one with HOSTILE=...")
    options = ["--limit-seconds", asked.limit_seconds, "--pdf-reader", asked.pdf_reader]
    rows = outcomes(asked.folder, options)
    files = {file.name: file.read_bytes() for file in asked.folder.iterdir()}
    print(f"{'file':<58}{'verdict':<14}{'pages':>5}{'s':>7}{'MB':>6}  what is said")
    for row in rows:
        outcome = row["verdict"] or row["code"]
        said = row["message"] or ", ".join(issue["code"] for issue in row["issues"])
        took = f"{sum(row['seconds'].values()):>7.2f}{peak_of(files[row['name']]):>6.0f}"
        print(f"{row['name']:<58}{outcome:<14}{row['pages'] or '':>5}{took}  {said}")
    counts = Counter(str(row["verdict"] or row["code"]) for row in rows)
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.most_common()))
    return int(any(row["code"] in ("internal-error", "crashed") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
