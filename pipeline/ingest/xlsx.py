"""Excel workbooks: one table a visible sheet under its name, values as a reader sees them."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import cast

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as Filled
from openpyxl.cell.cell import MergedCell
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.ingest.build import TextBuilder
from pipeline.ingest.raw import Raw
from pipeline.ingest.table import LARGEST_GRID, Row, add_table, warning
from pipeline.ingest.unpaged import unpaged
from pipeline.model import BlockKind, Document, Issue, Level, SetAside
from pipeline.model.text import freeze
from pipeline.version import version

_MOST_BYTES = 200_000_000  # of all members, unpacked
_MOST_LISTED = 2_000_000  # bytes of the archive's own list: some 20,000 members
_CHUNK = 1_048_576
_END_OF_LIST = b"PK\x05\x06"
_DAMAGED = (
    ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_DECIMALS = re.compile(r"0(?:\.(0+))?(?=[^0.#]|$)")


def read(raw: Raw) -> Document:
    """The document of a workbook.

    Raises SetAside: `damaged-workbook`, or `too-large` for what unpacks to more than it should.
    """
    try:
        formulas = _checked(raw.data)
        shown = load_workbook(io.BytesIO(raw.data), read_only=True, data_only=True)
        builder = TextBuilder()
        issues = list(_read_into(builder, shown))
        if formulas and (empty := _without_value(raw.data, shown)):
            issues.append(
                warning(
                    "formula-without-value",
                    f"Cells whose formula was never worked out, and that were left out: {empty}. "
                    "Open the workbook and save it again.",
                )
            )
    except _DAMAGED as error:
        raise SetAside(
            "damaged-workbook",
            "This workbook cannot be opened: open it in Excel, and save it anew.",
        ) from error
    return unpaged(
        raw,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        builder.text,
        builder.blocks,
        issues=issues,
        made_by={"openpyxl": version("openpyxl")},
    )


def _checked(data: bytes) -> bool:
    """Whether any sheet has formulas; all is unpacked once, and counted, before it is used."""
    end = data.rfind(_END_OF_LIST)
    if end >= 0 and int.from_bytes(data[end + 12 : end + 16], "little") > _MOST_LISTED:
        raise _too_large()
    total, formulas = 0, False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            with archive.open(member) as stream:
                tail = b""
                while chunk := stream.read(_CHUNK):
                    total += len(chunk)
                    if total > _MOST_BYTES:
                        raise _too_large()
                    seen = tail + chunk
                    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                        raise SetAside(
                            "damaged-workbook", "This workbook holds what no workbook should."
                        )
                    formulas = formulas or b"<f>" in seen or b"<f " in seen
                    tail = chunk[-16:]
    return formulas


def _too_large() -> SetAside:
    return SetAside("too-large", f"The workbook unpacks to more than {_MOST_BYTES:,} bytes.")


def _read_into(builder: TextBuilder, workbook: Workbook) -> Iterator[Issue]:
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    if hidden:
        yield Issue(
            code="hidden-text",
            level=Level.INFO,
            message=f"Hidden sheets were left out: {freeze(', '.join(hidden))}.",
            stage="ingest",
        )
    number = 0
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            rows = [row for row in _rows(sheet) if any(row)]
            if rows:
                builder.add(BlockKind.HEADING, freeze(sheet.title).strip(), level=1)
                add_table(builder, rows, number)
                number += 1


def _rows(sheet: Worksheet) -> Iterator[Row]:
    seen = 0
    for row in _cells(sheet):
        seen += len(row)
        if seen > LARGEST_GRID:
            raise _too_large()
        words = [_printed(cell.value, cell.number_format) for cell in row]
        while words and not words[-1]:
            words.pop()
        yield words


def _cells(sheet: Worksheet) -> Iterator[tuple[Filled | MergedCell, ...]]:
    # What a file says of its own size pads every row to it.
    cast(ReadOnlyWorksheet, sheet).reset_dimensions()
    yield from sheet.iter_rows()


def _without_value(data: bytes, shown: Workbook) -> int:
    """The number of formulas that no program has worked out yet."""
    written = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    return sum(
        formula.data_type == "f" and value.value is None
        for sheet, other in zip(written.worksheets, shown.worksheets, strict=True)
        if sheet.sheet_state == "visible"
        for formulas, values in zip(_cells(sheet), _cells(other), strict=True)
        for formula, value in zip(formulas, values, strict=True)
    )


def _printed(value: object, form: str) -> str:
    """A value in the way its number format prints it, as far as that is plain."""
    match value:
        case None:
            return ""
        case str():
            return freeze(value).strip()
        case bool():
            return str(value).upper()
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case int() | float():
            return _number(value, form)
        case _:
            return freeze(str(value)).strip()


def _number(value: float, form: str) -> str:
    shown = _DECIMALS.search(form)
    if form.endswith("%"):
        return f"{value:.{len(shown[1] or '') if shown else 0}%}"
    if shown and not {"E", "/", "?"} & set(form):
        grouped = "," if "#,##" in form else ""
        return f"{value:{grouped}.{len(shown[1] or '')}f}"
    return f"{value:.15g}"
