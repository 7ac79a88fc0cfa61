"""What it costs to read PDFs here and elsewhere: CPU time and peak memory, side by side in one run.

    .venv/bin/python tests/bench_peers.py [FILE.pdf ...] [--rounds N]

Each reader reads each file in a process of its own, start-up aside, in turn: milliseconds of CPU a
page (median of the rounds), the ratio to B, the bare text of every page by pypdfium2, and the peak
of memory of its process in MB. Peers that are not installed (pip install -e '.[peers]') are said so.
"""

import argparse
import hashlib
import io
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def bare(data: bytes) -> Callable[[], object]:
    import pypdfium2

    def read() -> None:
        pdf = pypdfium2.PdfDocument(data)
        for number in range(len(pdf)):
            page = pdf[number]
            page.get_textpage().get_text_range()
            page.close()
        pdf.close()

    return read


def ours(data: bytes, reader: str = "auto") -> Callable[[], object]:
    from pipeline.ingest import Raw, ingest

    digest = hashlib.sha256(data).hexdigest()
    return lambda: ingest(Raw("documents/bench.pdf", data, digest, pdf_reader=reader))


def ours_by_pdfplumber(data: bytes) -> Callable[[], object]:
    return ours(data, "pdfplumber")


def plumber(data: bytes) -> Callable[[], object]:
    import pdfplumber

    def read() -> None:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages:
                page.extract_text()
                page.close()

    return read


def miner(data: bytes) -> Callable[[], object]:
    from pdfminer.high_level import extract_text

    return lambda: extract_text(io.BytesIO(data))


def pypdf(data: bytes) -> Callable[[], object]:
    from pypdf import PdfReader

    return lambda: [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def markitdown(data: bytes) -> Callable[[], object]:
    from markitdown import MarkItDown, StreamInfo

    known = StreamInfo(extension=".pdf", mimetype="application/pdf")
    converter = MarkItDown(enable_plugins=False)
    return lambda: converter.convert_stream(io.BytesIO(data), stream_info=known)


READERS = {
    "B: pypdfium2 text": ("pypdfium2", bare),
    "ours (ingest)": ("pipeline", ours),
    "ours, by pdfplumber": ("pipeline", ours_by_pdfplumber),
    "pdfplumber text": ("pdfplumber", plumber),
    "pypdf text": ("pypdf", pypdf),
    "pdfminer.six text": ("pdfminer", miner),
    "markitdown": ("markitdown", markitdown),
}


def measure(name: str, file: Path) -> None:
    """Read a file, and print seconds of CPU, and the peak of memory in MB, of this process."""
    read = READERS[name][1](file.read_bytes())
    start = time.process_time()
    read()
    seconds = time.process_time() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(name: str, file: Path) -> tuple[float, float]:
    """The same in a process of its own."""
    words = [sys.executable, __file__, "--measure", name, str(file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    seconds, megabytes = map(float, done.stdout.split()[-2:])
    return seconds, megabytes


def main() -> None:
    """Measure and print."""
    import pypdfium2

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure[0], Path(arguments.measure[1]))
        return
    files = arguments.files or sorted([
        *(ROOT / "raw" / "documents").rglob("*.pdf"),
        *(ROOT.parent / "shared" / "gold" / "documents").glob("*.pdf"),
    ])  # fmt: skip
    there = [name for name, (module, _) in READERS.items() if find_spec(module)]
    for name in READERS.keys() - set(there):
        print(f"{name} is not installed: pip install -e '.[peers]'")
    print(f"{'CPU ms/page (x B), peak MB':<34}" + "".join(f"{name:>22}" for name in there))
    for file in files:
        pages = len(pypdfium2.PdfDocument(file))
        rounds = [[measured(name, file) for name in there] for _ in range(arguments.rounds)]
        cells, first = [], 0.0
        for column in zip(*rounds, strict=True):
            spent = 1000 * statistics.median(seconds for seconds, _ in column) / pages
            first = first or spent
            most = max(megabytes for _, megabytes in column)
            cells.append(f"{spent:.1f} ({spent / first:.1f}) {most:.0f} MB")
        print(f"{file.name[:27]:<28}{pages:>4} p" + "".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    main()
