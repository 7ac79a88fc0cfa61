"""What a run over a bucket costs in requests and time, against a server of its own on loopback.

    .venv/bin/python tests/bench_storage.py [--documents N] [--folders N]

Puts N small texts into a bucket, then prints the requests of a first run, of one with nothing to
do, of one over a changed document, and of `status`, by kind and per document.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from bench_noop import TEXT
from buckets import Server, command, new_bucket, put_object, serving

from pipeline.store import Store


def measured(server: Server, store: Store, *words: str) -> None:
    """Run a command and print what it cost."""
    started = time.perf_counter()
    with server.counted() as counts:
        begun = command(store, *words)
        _, err = begun.communicate()
    if begun.returncode:
        raise SystemExit(err[-2000:])
    del counts["RAW"]
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())
    print(f"{' '.join(words)}: {time.perf_counter() - started:.1f} s; {kinds}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--folders", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "log") as server:
        os.environ |= {**server.environment, "GLEANER_CACHE": folder}
        top = new_bucket("bench")
        store = Store(top / "raw", top / "extracted")
        for number in range(arguments.documents):
            name = f"{number % arguments.folders:02}/{number:06}.txt"
            put_object(store.documents / name, TEXT.format(number=number).encode())
        print(f"{arguments.documents:,} documents in {arguments.folders} folders")
        measured(server, store, "extract")
        measured(server, store, "extract")
        measured(server, store, "extract")
        put_object(store.documents / "00" / "000000.txt", TEXT.format(number=-1).encode())
        measured(server, store, "extract")
        measured(server, store, "status")
        os.environ["GLEANER_CACHE"] = f"{folder}/another-machine"
        measured(server, store, "status")


if __name__ == "__main__":
    main()
