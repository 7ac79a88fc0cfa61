"""Tables of plain text (CSV, TSV): every cell a block, every value as it is written."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.ingest.build import TextBuilder
from pipeline.ingest.decode import decode
from pipeline.ingest.raw import Raw
from pipeline.ingest.unpaged import unpaged
from pipeline.model import BlockKind, Cell, Document, Issue, Level, SetAside

# A cell costs 17 microseconds and 1.9 KB as a block; whoever looks at a table builds its grid.
MOST_CELLS = 250_000
LARGEST_GRID = 4_000_000
_DELIMITERS = ",;\t|"
_SAMPLE = 65_536
_SAMPLE_ROWS = 50

Row = Sequence[str]


def read(raw: Raw) -> Document:
    """The document of a CSV or TSV file: one table, its head the first row of the usual width.

    Raises SetAside `too-large` above MOST_CELLS cells.
    """
    decoded = decode(raw.data)
    delimiter = _delimiter(decoded.text)
    issues = list(decoded.issues)
    try:
        rows = _rows(decoded.text, delimiter, strict=True)
    except csv.Error:
        rows = _rows(decoded.text, delimiter, strict=False)
        issues.append(
            warning(
                "odd-quotes", "Quote marks in the file do not pair: cells may be joined wrongly."
            )
        )
    builder = TextBuilder()
    width = add_table(builder, rows, 0)
    if ragged := sum(len(row) != width for row in rows):
        issues.append(
            warning("ragged-rows", f"Rows that do not have {width} cells as most do: {ragged}.")
        )
    return unpaged(
        raw,
        "text/tab-separated-values" if delimiter == "\t" else "text/csv",
        builder.text,
        builder.blocks,
        issues=issues,
        made_by=decoded.made_by,
    )


def add_table(builder: TextBuilder, rows: Sequence[Row], number: int) -> int:
    """Add the cells of frozen rows that are not empty; the number of cells that most rows have.

    Raises SetAside `too-large` when there are more than a machine can hold.
    """
    widest = max(map(len, rows), default=0)
    full = sum(bool(words) for row in rows for words in row)
    if len(builder.blocks) + full > MOST_CELLS or widest * len(rows) > LARGEST_GRID:
        raise SetAside(
            "too-large",
            f"The tables have more than {MOST_CELLS:,} cells: split the file into parts.",
        )
    usual = Counter(map(len, rows))
    width = max(usual, key=lambda length: (usual[length], length), default=0)
    head = next((place for place, row in enumerate(rows) if len(row) == width), 0)
    for place, row in enumerate(rows):
        for column, words in enumerate(row):
            if words:
                cell = Cell(table=number, row=place, column=column, head=place == head)
                builder.add(BlockKind.CELL, words, cell=cell)
    return width


def _rows(text: str, delimiter: str, *, strict: bool) -> list[Row]:
    rows = [tuple(words.strip() for words in row) for row in _parsed(text, delimiter, strict)]
    return [row for row in rows if any(row)]


def _parsed(text: str, delimiter: str, strict: bool) -> Iterator[list[str]]:
    before = csv.field_size_limit(len(text) + 1)  # a cell may be as long as the file
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    finally:
        csv.field_size_limit(before)


def _delimiter(text: str) -> str:
    """The one that parts most of the first rows into the same number of cells, at least two."""
    sample = text[:_SAMPLE]

    def agreement(delimiter: str) -> tuple[float, int]:
        widths = []
        for row in _parsed(sample, delimiter, strict=False):
            if row:
                widths.append(len(row))
            if len(widths) >= _SAMPLE_ROWS:
                break
        commonest, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (count / len(widths), commonest) if commonest > 1 else (0.0, 0)

    return max(_DELIMITERS, key=agreement)


def warning(code: str, message: str) -> Issue:
    """A warning of this stage."""
    return Issue(code=code, level=Level.WARNING, message=message, stage="ingest")
