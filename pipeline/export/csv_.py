"""A table as CSV, safe in spreadsheets: texts stay text, and nothing in it is run."""

import csv
from collections.abc import Iterator
from pathlib import Path

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.cells import guard, unguard
from pipeline.export.rows import Cell, by_name, said_of, table

FILE = "records.csv"
LONGEST_CELL = 64 << 20  # characters


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write a row for each record or tag: RFC 4180, in UTF-8.

    A text that a spreadsheet might run, or take for a number or a date, stands behind an
    apostrophe, which `read` takes away.
    """
    names, rows = table(corpus, wanted.profile)
    with out.open("w", encoding="utf-8-sig" if wanted.bom else "utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(map(guard, names))
        lines.writerows([_cell(row.get(name)) for name in names] for row in rows)


def read(path: Path) -> Iterator[Said]:
    """What the rows say; commas, semicolons or tabs part the cells. Raises Unreadable."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            heads = file.readline()
            parts = max(",;\t", key=heads.count)
            file.seek(0)
            lines = csv.reader(file, delimiter=parts, strict=True)
            rows = (
                (f"row {number}", [unguard(cell) for cell in line])
                for number, line in enumerate(lines, start=1)
            )
            yield from said_of(by_name(rows))
    except UnicodeDecodeError as error:
        raise Unreadable("it is not in UTF-8; save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise Unreadable(f"it is not CSV: {error}.") from error


def _cell(cell: Cell) -> Cell:
    return guard(cell) if isinstance(cell, str) else cell
