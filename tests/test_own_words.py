"""Our documents are in our own words: none has a dozen words in a row of a real one at hand."""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pypdfium2
import pytest

HERE = Path(__file__).parent
FOLDERS = [HERE / "taught", HERE / "apart", HERE / "shapes", HERE.parent / "raw" / "documents"]
ROW = 12


def rows(text: str) -> Iterator[str]:
    words = re.findall(r"[a-z]+", text.lower())
    for at in range(len(words) - ROW + 1):
        yield " ".join(words[at : at + ROW])


def text_of(file: Path) -> str:
    if file.suffix != ".pdf":
        return re.sub(r"<[^>]+>", " ", file.read_text(encoding="utf-8", errors="replace"))
    pdf = pypdfium2.PdfDocument(file)
    try:
        return " ".join(page.get_textpage().get_text_range() for page in pdf)
    finally:
        pdf.close()


@cache
def real(shared: Path) -> frozenset[str]:
    """The rows of words of the real documents and of the published measures."""
    texts = [text_of(file) for file in sorted((shared / "gold" / "documents").iterdir())]
    with (shared / "gold" / "mitigations-2025.dev.csv").open(encoding="utf-8") as lines:
        texts += [row["Action Definition"] for row in csv.DictReader(lines)]
    return frozenset(row for text in texts for row in rows(text))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_dozen_words_in_a_row_are_from_a_real_document(shared: Path, folder: Path) -> None:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    assert files
    copied = {f.name: found for f in files if (found := real(shared) & set(rows(text_of(f))))}
    assert copied == {}
