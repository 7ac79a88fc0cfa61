"""How far our words are those of plain readers: pdfium's bare text and pdfplumber's.

    .venv/bin/python tests/agreement_pdf.py [FILE-OR-FOLDER ...] [--differences N]

For each PDF: the share of words that both have (counted with repetition, of those of the longer), by
reader, the share of six words in a row that are in a row there too, and the words that only one has,
with their pages. Case, punctuation, ligatures and hyphens at line ends do not count.
"""

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pdfplumber
import pypdfium2

from pipeline.ingest import Raw, ingest
from pipeline.model import BlockKind, Document, SetAside
from pipeline.model.text import fold

ROOT = Path(__file__).resolve().parent.parent
_BREAK = re.compile("[-\u2010\u00ad\ufffe\x02]\\s*\r?\n\\s*")
_LOOSE = re.compile("[\u00ad\ufffe\x02]\\s*")
_RUN = 6

Words = list[tuple[str, int]]  # each with its page


def words_of(pages: Iterable[tuple[int, str]]) -> Words:
    """The folded words of texts, with their pages."""
    return [
        (word, number)
        for number, text in pages
        for word in fold(_LOOSE.sub("", _BREAK.sub("", text))).split()
    ]


def ours(document: Document) -> Iterator[tuple[int, str]]:
    """The text of each block, without what the file says of itself."""
    for block in document.blocks:
        if block.kind is not BlockKind.METADATA:
            yield document.cite(block.span, "reader:test").pages[0], document.quote(block.span)


def by_pdfium(file: Path) -> Iterator[tuple[int, str]]:
    """pdfium's bare text of each page."""
    pdf = pypdfium2.PdfDocument(file)
    for number in range(len(pdf)):
        yield number + 1, pdf[number].get_textpage().get_text_range()
    pdf.close()


def by_pdfplumber(file: Path) -> Iterator[tuple[int, str]]:
    """pdfplumber's text of each page, in the order of painting."""
    with pdfplumber.open(file) as pdf:
        for page in pdf.pages:
            yield page.page_number, page.extract_text(use_text_flow=True, x_tolerance_ratio=0.15)
            page.close()


def shared(ours: Words, theirs: Words) -> float:
    """The share of words that both have, of the longer."""
    one, other = Counter(word for word, _ in ours), Counter(word for word, _ in theirs)
    return (one & other).total() / max(one.total(), other.total(), 1)


def in_a_row(ours: Words, theirs: Words) -> float:
    """The share of our runs of six words that are theirs too."""
    runs, known = _runs(ours), _runs(theirs)
    return (runs & known).total() / max(1, runs.total())


def _runs(words: Words) -> Counter[tuple[str, ...]]:
    texts = [word for word, _ in words]
    return Counter(zip(*(texts[n:] for n in range(_RUN)), strict=False))


def only(words: Words, others: Words, most: int) -> str:
    """The words that others lack, the most frequent first, with the page of the first."""
    lacking = Counter(word for word, _ in words)
    lacking.subtract(word for word, _ in others)
    pages: dict[tuple[str, int], int] = Counter(words)
    there = Counter(others)
    first = {w: p for (w, p), n in sorted(pages.items(), key=lambda i: -i[0][1]) if n > there[w, p]}
    told = [f"{w} {n}x p{first.get(w, 0)}" for w, n in lacking.most_common(most) if n > 0]
    return "; ".join(told)


def compare(file: Path, most: int) -> None:
    """Print a line for a file, and its differences."""
    data = file.read_bytes()
    try:
        document = ingest(Raw(f"documents/{file.name}", data, hashlib.sha256(data).hexdigest()))
    except SetAside as reason:
        print(f"{file.name[:40]:<42}{reason.code}")
        return
    mine = words_of(ours(document))
    plain = {"pdfium": by_pdfium, "pdfplumber": by_pdfplumber}
    found: dict[str, Words] = {}
    for name, reader in plain.items():
        try:
            found[name] = words_of(reader(file))
        except Exception as error:  # noqa: BLE001  what others raise, they may
            print(f"{file.name[:40]:<42}{name} fails: {type(error).__name__}")
    cells = [f"{shared(mine, o):>11.2%}{in_a_row(mine, o):>9.1%}" for o in found.values()]
    print(f"{file.name[:40]:<42}{len(mine):>8}{''.join(cells)}  {document.verdict}")
    for name, others in found.items():
        for label, listed in (("only ours", only(mine, others, most)), ("only theirs", only(others, mine, most))):  # fmt: skip
            if listed and most:
                print(f"    {name}, {label}: {listed}")


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--differences", type=int, default=12)
    asked = parser.parse_args()
    beside = ROOT.parent / "shared"
    paths: Sequence[Path] = asked.paths or (ROOT / "raw" / "documents", beside)
    files = [f for path in paths for f in ([path] if path.is_file() else path.rglob("*.pdf"))]
    heads = "".join(f"{name:>20}" for name in ("pdfium", "pdfplumber"))
    print(f"{'words shared, six in a row':<42}{'words':>8}{heads}")
    for file in sorted(files):
        compare(file, asked.differences)


if __name__ == "__main__":
    main()
