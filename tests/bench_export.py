"""What exporting costs: records a second, peak memory and size, format by format.

    .venv/bin/python tests/bench_export.py [--records N] [--documents N] [--formats NAME ...]

Makes records with words, quotes, details and tags (7 kB of JSON each), and writes them in every
format, each in a process of its own: once a tenth of them and once all, for memory must not grow.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.export import Wanted, formats
from pipeline.model import RecordFile
from pipeline.model.text import slug
from pipeline.run.exporting import export
from pipeline.store import Stage, Store, canonical, read_noun

ROOT = Path(__file__).resolve().parent.parent
KINDS = [
    ("jsonl", "flat"), ("csv", "flat"), ("csv", "tags"), ("xlsx", "flat"), ("parquet", "flat"),
    ("parquet", "tags"), ("parquet", "nested"), ("sqlite", "flat"), ("airtable", "flat"),
    ("markdown", "flat"), ("website", "flat"),
]  # fmt: skip


def make(folder: Path, records: int, documents: int, seed: RecordFile) -> Store:
    """A store with records like those of `seed`, each under an id of its own."""
    store = Store(folder / "raw", folder / "extracted")
    each = records // documents
    for number in range(documents):
        name = f"bench/{number:05}.pdf"
        found = tuple(
            seed.records[n % len(seed.records)].model_copy(
                update={"id": slug(f"record {number} {n}"), "parent": None, "children": ()}
            )
            for n in range(each)
        )
        header = seed.document.model_copy(update={"path": f"documents/{name}"})
        made = seed.model_copy(update={"document": header, "records": found, "issues": ()})
        path = store.output(Stage.ASSEMBLE, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(canonical(made), encoding="utf-8")
    return store


def measure(folder: Path, name: str, profile: str) -> None:
    """Export in this process, and print records, seconds of CPU and the peak of memory in MB."""
    out = folder / "out" / profile / formats()[name].FILE
    start, before = time.process_time(), time.perf_counter()
    store = Store(folder / "raw", folder / "extracted")
    told = export(store, name, out, Wanted(profile))  # type: ignore[arg-type]
    seconds, wall = time.process_time() - start, time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    files = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(told.records, seconds, wall, peak, size)
    shutil.rmtree(folder / "out")


def measured(folder: Path, name: str, profile: str) -> list[float]:
    """The same in a process of its own."""
    words = [sys.executable, __file__, "--measure", str(folder), name, profile]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def seed_of(samples: Path) -> RecordFile:
    """The records of the sample report, read."""
    from pipeline.run.extract import run
    from pipeline.run.fresh import Wanted as Asked
    from pipeline.run.request import Request
    from pipeline.run.show import Lines

    store = Store(ROOT / "raw", samples)
    pdf = ROOT / "raw" / "documents" / "samples" / "harbour-frontier-controls.pdf"
    run(Request(store, Asked(), (pdf,), 1), Lines())
    return read_noun(RecordFile, store.output(Stage.ASSEMBLE, f"samples/{pdf.name}"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--formats", nargs="*")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(Path(arguments.measure[0]), *arguments.measure[1:])
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seed = seed_of(folder / "samples")
        make(folder / "few", arguments.records // 10, arguments.documents // 10, seed)
        make(folder / "all", arguments.records, arguments.documents, seed)
        heads = ("records/s", "CPU s", "wall s", "peak MB", "of a tenth", "file MB")
        print(f"{arguments.records:<24,}" + "".join(f"{head:>12}" for head in heads))
        for kind, profile in KINDS:
            if arguments.formats and kind not in arguments.formats:
                continue
            few = measured(folder / "few", kind, profile)
            records, seconds, wall, peak, size = measured(folder / "all", kind, profile)
            cells = (records / seconds, seconds, wall, peak, few[3], size)
            print(f"{f'{kind}, {profile}':<24}" + "".join(f"{cell:>12,.0f}" for cell in cells))


if __name__ == "__main__":
    main()
