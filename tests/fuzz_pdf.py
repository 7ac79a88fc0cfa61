"""Breaks PDFs at random and reads them, each in a worker with limits; says where we are at fault.

    .venv/bin/python tests/fuzz_pdf.py [--minutes M] [--seed N] [--jobs N] [--keep FOLDER]
    .venv/bin/python tests/fuzz_pdf.py --seed N --case K    one case again, with its outcome

Case K of seed N is always the same file. It is read by both readers, then taken through all stages.
A fault is a document whose text, places or quotes are not sound, an empty success, a SetAside of no
known code, a fault of ours inside, memory above the limit: it is kept in FOLDER, made as small as it
can be. What a limit ended (too slow, too much memory, a crash in native code) costs its document
only, as it must; it is counted, and kept too.
"""

import argparse
import hashlib
import itertools
import json
import math
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
from mutations import mutated, with_table
from printing import FONTS, grid, lines, pdf, rule, shade, text

from pipeline.model import Document, RecordFile, SetAside, Verdict
from pipeline.run.limits import Limits
from pipeline.run.pool import Outcome, map_documents

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared"
READERS = ("auto", "pdfplumber")
KNOWN = {"encrypted", "not-readable", "no-pages", "too-many-pages", "empty-file", "unknown-format"}
ENDED = {"too-slow", "out-of-memory", "crashed"}  # by a limit, at the cost of one document
LIMITS = Limits(seconds=30, megabytes=1024)
_UNSOUND = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LARGEST = 120_000  # bytes of a file to begin with; larger ones only take longer
_PAGES = (0, 4, 20, 40)  # of long documents, these stand for the others
_PATIENCE = 90  # seconds to make one file smaller


@dataclass(frozen=True)
class Case:
    """A broken file, by the number that makes it again."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Told:
    """What came of it by each reader, what was wrong with that, and the peak of memory in MB."""

    outcomes: tuple[str, ...]
    faults: tuple[str, ...]
    megabytes: float


def read(case: Case) -> Told:
    """Read a case by both readers and look at what they give: the work of a worker."""
    outcomes, faults = [], []
    for reader in READERS:
        try:
            document = _document(case.data, reader)
        except SetAside as reason:
            outcomes.append(reason.code)
            if reason.code not in KNOWN or not reason.message.strip():
                faults.append(f"{reader}: set aside as {reason.code!r}")
            continue
        outcomes.append(str(document.verdict))
        found = [*_unsound(document)]
        if not found and reader == READERS[0]:
            found = [*_unsound_records(document)]
        faults += [f"{reader}: {fault}" for fault in found]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Told(tuple(outcomes), tuple(faults), peak)


def _document(data: bytes, reader: str) -> Document:
    from pipeline.ingest import ingest
    from pipeline.ingest.raw import Raw

    digest = hashlib.sha256(data).hexdigest()
    return ingest(Raw("documents/fuzz/case.pdf", data, digest, pdf_reader=reader))


def _unsound(document: Document) -> Iterator[str]:
    """What is wrong with a document, whatever it was read from."""
    from pipeline.store import canonical

    words = "".join((document.text, *(issue.message for issue in document.issues)))
    if found := _UNSOUND.search(words):
        yield f"character U+{ord(found[0]):04X} in text or message"
    if document.media_type == "application/pdf" and not document.pages:
        yield "no pages"
    if document.verdict is Verdict.COMPLETE and not document.text.strip():
        yield "empty success"
    end = 0
    for page in document.pages:
        if page.span.start != end:
            yield "pages do not tile the text"
        end = page.span.end
        words = document.quote(page.span)
        if page.verdict is Verdict.COMPLETE and not words.strip():
            yield "a page is complete and empty"
        if not all(map(math.isfinite, (page.width, page.height))):
            yield "a page without end"
    if document.pages and end != len(document.text):
        yield "pages do not tile the text"
    yield from _unsound_blocks(document)
    if Document.model_validate_json(canonical(document)) != document:
        yield "not the same when written and read again"


def _unsound_blocks(document: Document) -> Iterator[str]:
    end, numbers = 0, {page.number for page in document.pages}
    for block in document.blocks:
        quote = document.quote(block.span)
        if block.span.start < end or not quote.strip():
            yield "blocks overlap or are empty"
        end = block.span.end
        if block.lines and "\n".join(document.quote(ln.span) for ln in block.lines) != quote:
            yield "lines do not tile their block"
        for line in block.lines:
            if len(line.words) != 2 * len(document.quote(line.span).split()):
                yield "a line has another number of words than of places"
            if not all(map(math.isfinite, (*line.box[1:], *line.words))):
                yield "a box without end"
            if line.box.page not in numbers:
                yield "a box on no page"
        if not all(block.span.covers(inline.span) for inline in block.inlines):
            yield "an inline outside its block"
        cited = document.cite(block.span, "reader:fuzz")
        if cited.quote != quote.strip() or (document.pages and not cited.pages):
            yield "a block that cannot be cited"


def _unsound_records(document: Document) -> Iterator[str]:
    """What is wrong with its records: a quote that is not the text at its span."""
    from pipeline.assemble import assemble
    from pipeline.run.work import _rules, _suggester, _taxonomies
    from pipeline.segment import segment
    from pipeline.store import canonical
    from pipeline.tag import tag

    segments = segment(document, _taxonomies(), _rules())
    tagged = tag(document, segments, _taxonomies(), _suggester())
    records = assemble(document, segments, tagged, None, {})
    for found in _places(records):
        start, end = found["span"]
        if document.text[start:end] != found["quote"]:
            yield "a quote that is not the text at its span"
    canonical(records)


def _places(records: RecordFile) -> Iterator[dict[str, Any]]:
    """All provenance below a file of records, as JSON has it."""
    todo: list[Any] = [records.model_dump(mode="json")]
    while todo:
        here = todo.pop()
        if isinstance(here, dict):
            if "quote" in here and "span" in here:
                yield here
            todo += here.values()
        elif isinstance(here, list):
            todo += here


def seeds() -> dict[str, bytes]:
    """The files to begin with: our own, the samples', and small ones from beside the checkout."""
    found = {f"made-{n}": page for n, page in enumerate(_made())}
    files = [*(ROOT / "raw" / "documents").rglob("*.pdf")]
    files += [*(BESIDE / "hostile").glob("*.pdf"), *(BESIDE / "gold" / "documents").glob("*.pdf")]
    for file in sorted(files):
        data = file.read_bytes()
        if len(data) <= _LARGEST:
            found[file.name] = data
        for number, piece in _pieces(data):
            found[f"{file.name}-{number}"] = piece
    return found


def _made() -> Iterator[bytes]:
    column = [f"line {n} of a column of words that fill it well" for n in range(14)]
    yield pdf(lines(72, 700, "Developers should test every model.", "Others read the log."))
    yield pdf(
        *[text(72, 740, "2. Ledgers", size=18, font="B") + lines(60, 700, *column)] * 3,
        lines(60, 700, *column) + lines(330, 700, *column) + "BT /C 11 Tf 72 60 Td <0005> Tj ET",
    )
    table = grid((72, 140, 340), [700 - 20 * n for n in range(6)]) + shade(72, 680, 268, 20)
    for n in range(5):
        table += text(76, 686 - 20 * n, f"GV-{n}", size=9) + text(144, 686 - 20 * n, "Do it.")
    yield pdf(table + rule(72, 90, 200, 90) + "q 99 0 0 99 72 200 cm /I Do Q\n", table)
    yield pdf(*[text(72, 500, "Turned about")] * 2, box="/MediaBox [0 0 612 792] /Rotate 90")
    assert FONTS


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """A few pages of a document, each as a file of its own, written by pdfium without packing its
    objects, so that they can be broken one by one."""
    import io

    try:
        whole = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return
    for number in _PAGES:
        if number >= len(whole):
            break
        part, file = pypdfium2.PdfDocument.new(), io.BytesIO()
        try:
            part.import_pages(whole, [number])
            part.save(file)
        except pypdfium2.PdfiumError:
            continue
        finally:
            part.close()
        if file.tell() <= _LARGEST:
            yield number, file.getvalue()
    whole.close()


def case(seed: int, number: int, files: dict[str, bytes]) -> Case:
    """Case `number` of a seed."""
    chance = Random(f"{seed}/{number}")
    name = chance.choice([*files])
    return Case(f"{number} of {name}", mutated(chance, files[name], [*files.values()]))


def outcomes(cases: Iterable[Case], jobs: int = 1) -> Iterator[Outcome[Case, Told]]:
    """Read cases in workers with limits."""
    return map_documents(cases, read, jobs, LIMITS, ("pipeline.ingest.pdf", "pipeline.run.work"))


def faults_of(outcome: Outcome[Case, Told]) -> list[str]:
    """What is wrong with an outcome, numbers aside; what a limit ended begins with `ended`."""
    if outcome.trouble:
        kind = "ended" if outcome.trouble.code in ENDED else "fault"
        where = outcome.trouble.message.split(" (")[0]  # the same place, whatever stood there
        return [f"{kind}: {outcome.trouble.code}: {where}"]
    assert outcome.result
    faults = [*outcome.result.faults]
    if outcome.result.megabytes > LIMITS.megabytes + 100:  # what is mapped and shared counts not
        faults.append("memory above the limit")
    return faults


def smaller(found: Case, fault: str) -> Case:
    """The same fault in fewer bytes: pieces are left out while it stays."""
    until, data, size = time.monotonic() + _PATIENCE, found.data, len(found.data) // 2
    while size and time.monotonic() < until:
        at = 0
        while at < len(data) and time.monotonic() < until:
            less = data[:at] + data[at + size :]
            for tried in (less, with_table(less)):
                (outcome,) = outcomes([Case(found.name, tried)])
                if len(tried) < len(data) and fault in faults_of(outcome):
                    data = tried
                    break
            else:
                at += size
        size //= 2
    return Case(found.name, data)


def main() -> int:
    """Break, read and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=ROOT / "extracted" / "fuzz")
    asked = parser.parse_args()
    files = seeds()
    if asked.case is not None:
        one = case(asked.seed, asked.case, files)
        (outcome,) = outcomes([one])
        asked.keep.mkdir(parents=True, exist_ok=True)
        (asked.keep / f"{asked.seed}-{asked.case}.pdf").write_bytes(one.data)
        print(one.name, outcome.result, outcome.trouble, faults_of(outcome), sep="\n")
        return 0
    until = time.monotonic() + 60 * asked.minutes
    numbers = itertools.takewhile(lambda _: time.monotonic() < until, itertools.count())
    counts: Counter[str] = Counter()
    kept: dict[str, Case] = {}
    slowest, total = 0.0, 0
    for outcome in outcomes((case(asked.seed, n, files) for n in numbers), asked.jobs):
        total += 1
        slowest = max(slowest, outcome.seconds)
        code = outcome.trouble.code if outcome.trouble else ""
        counts.update(outcome.result.outcomes if outcome.result else [code])
        for fault in faults_of(outcome):
            if fault not in kept:
                kept[fault] = outcome.task
                print(f"{outcome.task.name}: {fault}", flush=True)
                _keep(asked.keep, asked.seed, outcome.task, fault)
    print(f"{total} cases of {len(files)} files, by both readers; slowest {slowest:.1f} s")
    print(", ".join(f"{count} {name}" for name, count in counts.most_common()))
    for fault, found in kept.items():
        if not fault.startswith("ended: too-slow"):
            _keep(asked.keep, asked.seed, smaller(found, fault), fault)
    return int(any(not fault.startswith("ended") for fault in kept))


def _keep(folder: Path, seed: int, found: Case, fault: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(fault.encode()).hexdigest()[:12]
    (folder / f"{name}.pdf").write_bytes(found.data)
    said = {"seed": seed, "case": found.name, "fault": fault, "bytes": len(found.data)}
    (folder / f"{name}.json").write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
