"""What the desk costs with many records: the first index, a start, each kind of list, a decision.

    .venv/bin/python tests/bench_desk.py [--records N] [--folder FOLDER]

Records are made from those of the samples, in documents of 250. Answers are measured over HTTP,
from the request to the last byte, with the CPU time of desk and client together beside it.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from desk.conftest import Desk, running

from pipeline.desk.index import FILE
from pipeline.model import Act, Decision
from pipeline.model.decision import WHOLE
from pipeline.store import Store

ROOT = Path(__file__).resolve().parent.parent
A_DOCUMENT = 250
ROUNDS = 15
LISTS = {
    "the queue": "/",
    "all, as in the documents": "/?status=all&sort=place",
    "by name": "/?status=all&sort=name",
    "least certain first": "/?status=all&sort=confidence",
    "a common code": "/?taxonomy=mitigation&code=2",
    "a rare code": "/?taxonomy=mitigation&code=1.2.4",
    "a range of confidence": "/?least=0.4&most=0.45",
    "an issue": "/?issue=needs-curator&sort=place",
    "one document": "/?document=many/100.pdf",
    "words that are common": "/?q=model",
    "words that are rare": "/?q=tamper+evident+number+77",
    "changed since I decided": "/?changed=yes",
    "assigned": "/?assigned=ben",
    "what nobody finds": "/?q=xylophone&taxonomy=risk",
    "documents": "/documents",
    "next": "/next?status=all&sort=place&after=many%2F200.pdf%23n-100-1",
}


def make(folder: Path, count: int) -> Store:
    """So many records under `folder`, in documents that are all like one sample."""
    store = Store(folder / "raw", folder / "extracted")
    shutil.copytree(ROOT / "raw" / "documents" / "samples", store.documents / "samples")
    places = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    subprocess.run([sys.executable, "-m", "pipeline", "extract", *places], check=True)
    pattern = store.extracted / "3-records/samples/harbour-frontier-controls.pdf.json"
    document = store.extracted / "1-documents/samples/harbour-frontier-controls.pdf.json"
    file = json.loads(pattern.read_text(encoding="utf-8"))
    samples = file["records"]
    for folder_number in range(count // A_DOCUMENT):
        records: list[dict[str, Any]] = []
        for number in range(A_DOCUMENT):
            record = dict(samples[number % len(samples)])
            record["id"] = f"n-{number}-{folder_number}"
            record["tags"] = [
                {**tag, "confidence": ((number * 31 + folder_number * 7 + at) % 1000) / 1000}
                for at, tag in enumerate(record["tags"])
            ]
            name = record["name"] or record["description"]
            record["name"] = {**name, "value": f"{name['value']}, number {number % 97}"}
            records.append(record)
        made = store.extracted / f"3-records/many/{folder_number}.pdf.json"
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(json.dumps({**file, "records": records}), encoding="utf-8")
        beside = store.extracted / f"1-documents/many/{folder_number}.pdf.json"
        beside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(document, beside)
    return store


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """How long it takes once, and how much of a processor."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - used


def measure(desk: Desk) -> None:
    """Every list, then deciding."""
    with desk.client("ada") as client:
        for name, url in LISTS.items():
            client.get(url)
            print(shown(name, [seconds(partial(client.get, url)) for _ in range(ROUNDS)]))
    for name in ("many/10.pdf", "many/11.pdf"):
        took = [seconds(partial(reject, desk, name, number)) for number in range(ROUNDS)]
        print(shown(f"deciding in {name}", took))


def shown(name: str, took: list[tuple[float, float]]) -> str:
    """A line of the answer, in milliseconds: the median, the worst, the median of CPU time."""
    walls, used = zip(*took, strict=True)
    figures = (statistics.median(walls), max(walls), statistics.median(used))
    return f"{name:<28}" + "".join(f"{1000 * figure:>9.0f}" for figure in figures)


def reject(desk: Desk, document: str, number: int) -> None:
    """Decide on one record of a document, until lists know it."""
    library = desk.app.state.library
    decision = Decision(
        action=str(uuid4()),
        document=document,
        record=library.folio(document, "ada").records.records[number].id,
        field=WHOLE,
        act=Act.REJECT,
        curator="ada",
        when=datetime.now(UTC),
    )
    library.append("ada", [decision])


def main() -> None:
    """Make, open twice, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = make(arguments.folder or Path(folder), arguments.records)
        desks = ExitStack()
        wall, cpu = seconds(lambda: desks.enter_context(running(store)))
        print(f"first index of {arguments.records:,} records: {wall:.1f} s ({cpu:.1f} s CPU)")
        desks.close()
        size = (store.extracted / FILE).stat().st_size / 1e6
        begun = time.perf_counter()
        with running(store) as desk:
            print(f"a start after that: {time.perf_counter() - begun:.1f} s; index {size:.0f} MB")
            print(f"{'ms':<28}{'median':>9}{'worst':>9}{'CPU':>9}")
            measure(desk)


if __name__ == "__main__":
    main()
