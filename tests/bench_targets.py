"""The targets of speed that need more than one document at a time, each beside what is measured.

`tests/bench.py` prints them after its table; everything is a ratio of two measurements taken side
by side. Each function yields targets: a name, what was measured, the bound, and which side of it
is good.
"""

import hashlib
import json
import math
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pypdfium2

from pipeline.ingest import ingest
from pipeline.ingest.raw import Raw
from pipeline.lexicon import Phrases, load_lexicons
from pipeline.model import Document
from pipeline.rule import Rule, Rules, load_rules
from pipeline.store import canonical
from pipeline.taxonomy import load_taxonomies

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "raw" / "documents" / "samples" / "harbour-frontier-controls.pdf"
PAGE = SAMPLE.with_name("record-page-staged-release.html")
GLEANER = (sys.executable, "-m", "pipeline")
FEW, MANY = 25, 250  # pages
COPIES = 16  # documents that two workers share
STARTS = 5
# A user's machine keeps what it compiled.
KEEPING = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
BARE_PDFIUM = (
    "import pypdfium2; [p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument({!r})]"
)


class Target(NamedTuple):
    """A bound: `least` says that what is measured should be at least it, not at most.

    What could not be measured here is not a number.
    """

    name: str
    measured: float
    bound: float
    least: bool = False

    def __str__(self) -> str:
        met = self.measured >= self.bound if self.least else self.measured <= self.bound
        sign = ">=" if self.least else "<="
        said = "met" if met else "not measured" if math.isnan(self.measured) else "NOT MET"
        return f"{self.name:<64}{self.measured:>9.2f}  {sign} {self.bound:<7g} {said}"


def cpu(work: Callable[[], object], rounds: int = 3) -> float:
    """The least CPU seconds of some calls."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def child(command: Sequence[str], rounds: int = 1) -> float:
    """The least CPU seconds of a process, with those that it starts."""
    found = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True, env=KEEPING)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def clock(command: Sequence[str]) -> float:
    """Seconds until a process ends: what its workers take is not told as theirs."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True, env=KEEPING)
    return time.perf_counter() - start


def repeated(file: Path, pages: int) -> None:
    """A PDF of so many pages, the sample's over and over."""
    source, made = pypdfium2.PdfDocument(SAMPLE), pypdfium2.PdfDocument.new()
    for start in range(0, pages, len(source)):
        made.import_pages(source, list(range(min(len(source), pages - start))))
    made.save(file)


def alone(files: Sequence[Path]) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one process that takes files through all stages."""
    command = [sys.executable, str(Path(__file__)), *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, megabytes = json.loads(done.stdout)
    return float(seconds), float(megabytes)


def memory_and_growth() -> Iterator[Target]:
    """Targets 2 and 6: a worker's memory, and how time grows with pages and documents."""
    with TemporaryDirectory() as folder:
        few, many = Path(folder, "few.pdf"), Path(folder, "many.pdf")
        repeated(few, FEW)
        repeated(many, MANY)
        _, megabytes = alone([SAMPLE])
        seconds_few, megabytes_few = alone([few])
        seconds_many, megabytes_many = alone([many])
        seconds_ten, megabytes_ten = alone([few] * 10)
    yield Target("2  memory of a worker, 5 pages (MB)", megabytes, 250)
    yield Target(f"2  ... {MANY} pages (MB)", megabytes_many, 250)
    yield Target(f"2  ... {MANY} pages to {FEW}", megabytes_many / megabytes_few, 1.1)
    yield Target("2  ... 10 documents to 1", megabytes_ten / megabytes_few, 1.1)
    pages = math.log(seconds_many / seconds_few) / math.log(MANY / FEW)
    yield Target(f"6  exponent of time in pages, {FEW} to {MANY}", pages, 1.05)
    documents = math.log(seconds_ten / seconds_few) / math.log(10)
    yield Target("6  exponent of time in documents, 1 to 10", documents, 1.05)


def workers() -> Iterator[Target]:
    """Target 4: two workers against one, by the clock: it tells nothing where no core is free."""
    with TemporaryDirectory() as folder:
        raw = Path(folder, "raw", "documents")
        raw.mkdir(parents=True)
        for number in range(COPIES):
            repeated(raw / f"{number}.pdf", 10)
        seconds, records = [], []
        for jobs in ("1", "2"):
            extracted = Path(folder, jobs)
            command = [*GLEANER, "extract", "--jobs", jobs, "--raw", str(raw.parent)]
            seconds.append(clock([*command, "--extracted", str(extracted)]))
            made = sorted((extracted / "3-records").rglob("*.json"))
            records.append([file.read_bytes() for file in made])
    assert records[0] == records[1]
    assert len(records[0]) == COPIES
    yield Target("4  two workers, times as fast as one", seconds[0] / seconds[1], 1.8, least=True)


def starts() -> Iterator[Target]:
    """Target 5: how soon a command answers, beside bare Python, and beside bare pdfium."""
    bare = child([sys.executable, "-c", "pass"], STARTS)
    with TemporaryDirectory() as folder:
        raw = Path(folder, "raw", "documents")
        raw.mkdir(parents=True)
        (raw / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
        where = ["--raw", str(raw.parent), "--extracted", str(Path(folder, "extracted"))]
        yield Target("5  --help to bare Python", child([*GLEANER, "--help"], STARTS) / bare, 10)
        first = min(clock([*GLEANER, "extract", *where, "--force"]) for _ in range(STARTS))
        yield Target(
            "5  status to bare Python", child([*GLEANER, "status", *where], STARTS) / bare, 10
        )
    bare_pdfium = [sys.executable, "-c", BARE_PDFIUM.format(str(SAMPLE))]
    pdfium = min(clock(bare_pdfium) for _ in range(STARTS))
    yield Target("5  first record of 5 pages to a bare pdfium process", first / pdfium, 3)


def vocabulary(documents: Sequence[Document]) -> Iterator[Target]:
    """Target 6: ten times the terms, ten times the token patterns."""
    lexicons = load_lexicons(load_taxonomies())
    phrases = [
        phrase for lexicon in lexicons.values() for cue in lexicon.cues for phrase in cue.phrases
    ]
    texts = [d.text[b.span.start : b.span.end] for d in documents for b in d.blocks][:2_000]
    rows = [text.lower().split() for text in texts]
    few, many = (
        Phrases((_other(phrase, n), at) for n in range(times) for at, phrase in enumerate(phrases))
        for times in (1, 10)
    )
    terms = [cpu(lambda p=p: [list(p.find(row)) for row in rows]) for p in (few, many)]  # type: ignore[misc]
    yield Target("6  ten times the terms", terms[1] / terms[0], 1.1)
    rules = load_rules().rules
    kinds = {rule.finds for rule in rules}
    times = []
    for number in (1, 10):
        compiled = Rules(tuple(_strange(rule, n) for n in range(number) for rule in rules))
        compiled.each("To be compiled.", *kinds)
        times.append(cpu(lambda c=compiled: [c.each(text, *kinds) for text in texts[:500]], 1))  # type: ignore[misc]
    yield Target("6  ten times the token patterns", times[1] / times[0], 1.5)


def _other(phrase: str, number: int) -> str:
    """The phrase, or another as long."""
    strange = f"q{'abcdefghij'[number]}"
    return re.sub(r"[a-z]{3,}", lambda word: word[0][::-1] + strange, phrase) if number else phrase


def _strange(rule: Rule, number: int) -> Rule:
    """The rule, or one of the same shape for words that no document has."""
    if not number:
        return rule

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: value[key] if key == "REGEX" else other(value[key]) for key in value}
        if isinstance(value, list):
            return [other(one) for one in value]
        return _other(value, number) if isinstance(value, str) else value

    patterns = tuple(
        tuple(
            {k: other(v) if k in ("LOWER", "TEXT", "ORTH") else v for k, v in token.items()}
            for token in one
        )
        for one in rule.patterns
    )
    phrases = tuple(_other(phrase, number) for phrase in rule.phrases)
    return rule.model_copy(
        update={"id": f"{rule.id}-{number}", "patterns": patterns, "phrases": phrases}
    )


def formats(documents: Sequence[Document]) -> Iterator[Target]:
    """Target 7: reading a page of 100 KB beside selectolax, our JSON beside a plain dump."""
    head, opened, body = PAGE.read_text(encoding="utf-8").partition("<body>")
    page = head + opened + body.partition("</body>")[0] * (100_000 // len(body))
    html = Raw(
        "documents/bench/page.html", page.encode(), hashlib.sha256(page.encode()).hexdigest()
    )
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ModuleNotFoundError:
        peer = math.nan
    else:
        peer = cpu(lambda: LexborHTMLParser(page).text())
    yield Target("7  HTML to selectolax, if it is installed", cpu(lambda: ingest(html)) / peer, 2)
    plain = cpu(lambda: [document.model_dump_json(by_alias=True) for document in documents])
    ours = cpu(lambda: [canonical(document) for document in documents])
    yield Target("7  canonical JSON to a plain dump", ours / plain, 1.3)


def targets(documents: Sequence[Document]) -> Iterator[Target]:
    """All of them, as they are measured."""
    yield from memory_and_growth()
    yield from workers()
    yield from starts()
    yield from vocabulary(documents)
    yield from formats(documents)


def _take_through(files: Sequence[str]) -> None:
    """In a process of its own (see `alone`)."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    import bench

    taxonomies, rules = load_taxonomies(), load_rules()
    bench.records(bench.read(SAMPLE), taxonomies, rules)  # what is made once is not counted
    begun = time.process_time()
    for file in files:
        document = bench.read(Path(file))
        for noun in (document, bench.records(document, taxonomies, rules)):
            canonical(noun)
    json.dump((time.process_time() - begun, _peak()), sys.stdout)


def _peak() -> float:
    """Megabytes of this program at its peak: `ru_maxrss` has its parent's in it too (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(ROOT))
    _take_through(sys.argv[1:])
