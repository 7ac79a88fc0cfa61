"""What reading costs: CPU time of each stage beside that of bare pypdfium2, in one run.

    .venv/bin/python tests/bench.py [FILE.pdf ...] [--rounds N] [--no-targets]

Prints, for each file, milliseconds of CPU time a page (median of the rounds, taken in turn) and the
ratio to B, the bare text of every page by pypdfium2. Without files: the PDFs of the samples, and
those of ../shared/gold/documents where that folder lies beside the checkout. pdfplumber is timed
on the first pages only. Then how many bare texts the tagger reads in a second, and each target of
speed beside what is measured (see `bench_targets`).
"""

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pypdfium2
import spacy
from bench_targets import Target, targets

from pipeline.assemble import assemble
from pipeline.ingest import ingest
from pipeline.ingest.raw import Raw
from pipeline.model import Document, RecordFile
from pipeline.rule import Rules, load_rules
from pipeline.segment import segment
from pipeline.store import canonical
from pipeline.tag import tag
from pipeline.tag.suggest import Text, load_suggester
from pipeline.taxonomy import Taxonomy, load_taxonomies

ROOT = Path(__file__).resolve().parent.parent
TOKENISER = spacy.blank("en")
FIRST = 6  # pages that pdfplumber reads
SUGGESTER = load_suggester(load_taxonomies())


def bare(file: Path) -> int:
    """B: the text of every page, and nothing else."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        return sum(len(pdf[number].get_textpage().get_text_range()) for number in range(len(pdf)))
    finally:
        pdf.close()


def plumber(file: Path) -> int:
    """The words of the first pages by pdfplumber and spaCy alone."""
    length = 0
    with pdfplumber.open(file) as pdf:
        for page in pdf.pages[:FIRST]:
            length += len(TOKENISER(page.extract_text(use_text_flow=True, x_tolerance_ratio=0.15)))
            page.close()
    return length


def read(file: Path) -> Document:
    """Our ingest stage."""
    data = file.read_bytes()
    return ingest(Raw(f"documents/bench/{file.name}", data, hashlib.sha256(data).hexdigest()))


def records(document: Document, taxonomies: dict[str, Taxonomy], rules: Rules) -> RecordFile:
    """Our stages after ingest."""
    segments = segment(document, taxonomies, rules)
    tagged = tag(document, segments, taxonomies, SUGGESTER)
    return assemble(document, segments, tagged, None, {})


def whole(file: Path, taxonomies: dict[str, Taxonomy], rules: Rules) -> None:
    """All our stages, and the JSON of what they make."""
    document = read(file)
    segments = segment(document, taxonomies, rules)
    tagged = tag(document, segments, taxonomies, SUGGESTER)
    for noun in (document, segments, assemble(document, segments, tagged, None, {})):
        canonical(noun)


def measured(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def tagger(rounds: int) -> str:
    """Texts of 60 words a second and core, all taxonomies with their reasons, start-up aside."""
    words = " ".join(
        measure["description"]
        for file in sorted((ROOT / "tests" / "gold").glob("*.json"))
        for measure in json.loads(file.read_text(encoding="utf-8"))["measures"]
        if "description" in measure
    ).split()
    texts = [Text(description=" ".join(words[at : at + 60])) for at in range(0, len(words), 3)]
    seconds = statistics.median(measured(lambda: SUGGESTER.suggest(texts)) for _ in range(rounds))
    return f"tagger: {len(texts) / seconds:,.0f} texts of 60 words a second ({len(texts)} texts)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-targets", action="store_true", help="print the table alone")
    arguments = parser.parse_args()
    files = arguments.files or sorted([
        *(ROOT / "raw" / "documents").rglob("*.pdf"),
        *(ROOT.parent / "shared" / "gold" / "documents").glob("*.pdf"),
    ])  # fmt: skip
    taxonomies, rules = load_taxonomies(), load_rules()
    names = (
        "B: pypdfium2 text",
        "pdfplumber + spaCy",
        "ingest",
        "segment to records",
        "all, with JSON",
    )
    print(f"{'CPU ms/page (x B)':<34}" + "".join(f"{name:>22}" for name in names))
    documents: list[Document] = []
    sums = {True: [0.0, 0.0], False: [0.0, 0.0]}  # B and all, without and with tables
    slower = [0.0, 0.0]
    for file in files:
        document = read(file)
        documents.append(document)
        records(document, taxonomies, rules)
        work: tuple[Callable[[], object], ...] = (
            lambda file=file: bare(file),  # type: ignore[misc]
            lambda file=file: read(file),  # type: ignore[misc]
            lambda document=document: records(document, taxonomies, rules),  # type: ignore[misc]
            lambda file=file: whole(file, taxonomies, rules),  # type: ignore[misc]
        )
        seconds = [[measured(one) for one in work] for _ in range(arguments.rounds)]
        pages = len(document.pages)
        medians = [
            1000 * statistics.median(column) / pages for column in zip(*seconds, strict=True)
        ]
        first = 1000 * measured(lambda file=file: plumber(file)) / min(FIRST, pages)  # type: ignore[misc]
        medians.insert(1, first)
        for tables in {not document.tables, False}:
            sums[tables][0] += medians[0] * pages
            sums[tables][1] += medians[-1] * pages
        slower = [slower[0] + medians[1] * pages, slower[1] + medians[-1] * pages]
        cells = [f"{value:.2f} ({value / medians[0]:.1f})" for value in medians]
        print(f"{file.name[:27]:<28}{pages:>4} p" + "".join(f"{cell:>22}" for cell in cells))

    print(tagger(arguments.rounds))
    if arguments.no_targets:
        return
    print(f"\n{'target':<64}{'measured':>9}")
    if sums[True][0]:
        print(Target("1  documents without tables (B)", sums[True][1] / sums[True][0], 2.5))
    print(Target("1  all documents (B)", sums[False][1] / sums[False][0], 5.5))
    print(Target("1  pdfplumber + spaCy, times slower", slower[0] / slower[1], 15, least=True))
    for target in targets(documents):
        print(target, flush=True)
    print("3  see tests/bench_noop.py")


if __name__ == "__main__":
    main()
