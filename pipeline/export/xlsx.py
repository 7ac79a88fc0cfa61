"""A table as an XLSX workbook: every text is a text cell, so codes stay as they are."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.cells import guard_formula, unguard
from pipeline.export.rows import Row, by_name, said_of, table

FILE = "records.xlsx"
LONGEST_CELL = 32_767  # characters, of the format
MOST_ROWS = 1_048_576  # the same
LARGEST = 1 << 30  # bytes of a workbook that is read, unpacked
DAWN = datetime(1980, 1, 1)  # noqa: DTZ001  the first day of archives, which know no zones
WIDE = {"name": 40, "description": 70, "rationale": 50, "quote": 50, "why": 50, "evidence": 50}

# What XML cannot say is said by number (_x000B_), and so is what looks like that.
_UNSAYABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NUMBERED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write a row for each record or tag, in one sheet whose first row stays in view.

    Raises ValueError for a text of more than 32,767 characters, and beyond 1,048,576 rows: the
    format holds no more.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    names, rows = table(corpus, wanted.profile)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("tags" if wanted.profile == "tags" else "records")
    sheet.freeze_panes = "B2"
    for number, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDE.get(name, 18)

    def text(value: str) -> Any:
        cell = WriteOnlyCell(sheet)
        cell.value = value
        cell.data_type = "s"  # openpyxl takes "=" for a formula
        cell.number_format = "@"  # stays text when someone edits it
        return cell

    heads = [text(_sayable(name)) for name in names]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    try:
        for count, row in enumerate(rows, start=2):
            if count > MOST_ROWS:
                raise ValueError(f"XLSX holds {MOST_ROWS:,} rows, and there are more; export csv")
            sheet.append([_cell(row, name, text) for name in names])
    except ValueError:
        sheet.close()
        raise
    book.properties.created = book.properties.modified = DAWN
    loose = out.with_name(f"{out.name}.loose")
    book.save(loose)
    _without_clock(loose, out)


def _cell(row: Row, name: str, text: Callable[[str], Any]) -> Any:
    cell = row.get(name)
    if not isinstance(cell, str):
        return cell
    if len(said := _sayable(cell)) > LONGEST_CELL:
        raise ValueError(
            f"record {row['id']}: its {name} has {len(cell):,} characters, and a cell of XLSX "
            f"holds {LONGEST_CELL:,}; export csv"
        )
    return text(said)


def _sayable(value: str) -> str:
    return _UNSAYABLE.sub(lambda m: f"_x{ord(m[0]):04X}_", guard_formula(value))


def _without_clock(loose: Path, out: Path) -> None:
    """The archive with no time in it, so that the same records give the same bytes."""
    with ZipFile(loose) as given, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name in given.namelist():
            entry = ZipInfo(name, DAWN.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            with given.open(name) as part, made.open(entry, "w") as copy:
                shutil.copyfileobj(part, copy)
    loose.unlink()


def read(path: Path) -> Iterator[Said]:
    """What the rows of the first sheet say. Raises Unreadable."""
    from openpyxl import load_workbook

    try:
        with ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise Unreadable(f"it unpacks to more than {LARGEST >> 20} MB; no table does.")
        book = load_workbook(path, read_only=True, data_only=True)
    except Unreadable:
        raise
    except (BadZipFile, KeyError, ValueError) as error:
        raise Unreadable(f"it is no XLSX workbook ({error}).") from error
    try:
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(values_only=True)
        yield from said_of(by_name(_even(lines)))
    finally:
        book.close()


def _even(lines: Any) -> Iterator[tuple[str, list[str]]]:
    width = 0
    for number, line in enumerate(lines, start=1):
        cells = [_text(cell, f"row {number}") for cell in line]
        width = width or len(cells)
        cells += [""] * (width - len(cells))  # empty cells at the end may be left out
        yield f"row {number}", cells


def _text(cell: Any, where: str) -> str:
    match cell:
        case None:
            return ""
        case str():
            said = _NUMBERED.sub(lambda m: chr(int(m[1], 16)), cell)
            return unguard(said)
        case bool():
            return str(cell).upper()
        case int():
            return str(cell)
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return repr(cell)
    raise Unreadable(f"{where}: {cell} is a date, a time or a formula, no text; make it text.")
