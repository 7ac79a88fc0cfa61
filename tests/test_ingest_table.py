"""CSV, TSV and XLSX: every cell a block with its place, nothing reckoned, bombs refused."""

import hashlib
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from pipeline.ingest import Raw, ingest, table
from pipeline.ingest.xlsx import _printed
from pipeline.model import Document, SetAside
from pipeline.model.text import freeze


def read(data: bytes | str, name: str = "a.csv") -> Document:
    data = data if isinstance(data, bytes) else data.encode()
    return ingest(Raw(f"documents/t/{name}", data, hashlib.sha256(data).hexdigest()))


def grid(document: Document) -> list[list[str | None]]:
    rows = document.tables[0].rows
    return [[document.quote(cell.span) if cell else None for cell in row] for row in rows]


def heads(document: Document) -> list[str]:
    return [document.quote(b.span) for b in document.blocks if b.cell and b.cell.head]


def codes(document: Document) -> list[str]:
    return [issue.code for issue in document.issues]


def packed(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [
        ["id", "action", "note"],
        ["1.10", '"Test; it, now | here"', "0012"],
        ["2", "x", "=1+1"],
    ]
    document = read("\n".join(delimiter.join(row) for row in rows))
    assert grid(document) == [
        ["id", "action", "note"],
        ["1.10", "Test; it, now | here", "0012"],
        ["2", "x", "=1+1"],
    ]
    assert heads(document) == ["id", "action", "note"]
    assert codes(document) == []


def test_quoted_line_ends_quotes_and_marks_are_understood() -> None:
    document = read('\ufeffid,text\r\n1,"two\r\nlines, ""said"""\r\n\r\n2, x \r\n')
    assert grid(document) == [["id", "text"], ["1", 'two\nlines, "said"'], ["2", "x"]]


def test_rows_of_other_lengths_are_kept_and_reported() -> None:
    document = read("Our list\na,b,c\n1,2,3\n4\n5,6,7\n8,9,10,11\n")
    assert grid(document)[3] == ["4", None, None, None]
    assert heads(document) == ["a", "b", "c"]
    assert codes(document) == ["ragged-rows"]


def test_an_open_quote_is_reported() -> None:
    assert codes(read('a,b\n1,"open\n2,3')) == ["odd-quotes"]


@pytest.mark.parametrize("text", ["a,b\n" * 251_000, "," * 10_000 + "x\n" + "y\n" * 1_000])
def test_tables_beyond_reason_are_set_aside(text: str) -> None:
    with pytest.raises(SetAside) as aside:
        read(text)
    assert aside.value.code == "too-large"


@pytest.mark.parametrize("text", ['"' * 1_000_001, "x" * 5_000_000, "a,b\n\x00,\u202e\n"])
def test_hostile_tables_have_an_outcome(text: str) -> None:
    assert read(text).blocks


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), min_size=1, max_size=6))
def test_any_table_gives_ordered_cells(rows: list[list[str]]) -> None:
    data = ("x,y\n" + "\n".join(",".join(row) for row in rows)).encode("utf-8", "replace")
    document = table.read(Raw("documents/t/a.csv", data, ""))
    assert document.text == freeze(document.text)
    places = [(b.span, b.cell.row, b.cell.column) for b in document.blocks if b.cell]
    assert places == sorted(places)
    assert sorted((row, column) for _, row, column in places) == [place[1:] for place in places]


# --- workbooks -----------------------------------------------------------------------------------


def test_a_workbook_is_its_visible_sheets() -> None:
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.title = "Measures"
    first.append(["Id", "Action"])
    first.append(["1.10", "Test\nit"])
    other = workbook.create_sheet("Far")
    other["C1000"] = "low"
    workbook.create_sheet("Empty")
    hidden = workbook.create_sheet("Secret")
    hidden["A1"] = "unseen"
    hidden.sheet_state = "hidden"
    document = read(packed(workbook), "a.xlsx")
    assert [(b.kind.value, document.quote(b.span)) for b in document.blocks] == [
        ("heading", "Measures"), ("cell", "Id"), ("cell", "Action"), ("cell", "1.10"),
        ("cell", "Test\nit"), ("heading", "Far"), ("cell", "low"),
    ]  # fmt: skip
    assert heads(document)[:2] == ["Id", "Action"]
    assert [table.number for table in document.tables] == [0, 1]
    assert codes(document) == ["hidden-text"]
    assert set(document.made_by) == {"openpyxl"}


@pytest.mark.parametrize(
    ("value", "form", "printed"),
    [
        (3, "General", "3"), (3.0, "General", "3"), (0.1 + 0.2, "General", "0.3"),
        (1.1, "0.00", "1.10"), (1234.5, "#,##0.00", "1,234.50"), (0.256, "0.0%", "25.6%"),
        (0.5, "0%", "50%"), (7, "0", "7"), (1e20, "General", "1e+20"), (True, "General", "TRUE"),
        (date(2024, 3, 1), "yyyy-mm-dd", "2024-03-01"),
        (datetime(2024, 3, 1), "yyyy-mm-dd", "2024-03-01"),  # noqa: DTZ001
        (datetime(2024, 3, 1, 12, 30), "General", "2024-03-01 12:30:00"),  # noqa: DTZ001
        ("#N/A", "General", "#N/A"), ("  e\u0301 ", "@", "é"), (None, "General", ""),
    ],
)  # fmt: skip
def test_values_are_printed_by_their_format(value: object, form: str, printed: str) -> None:
    assert _printed(value, form) == printed


def test_a_formula_without_its_value_is_reported() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Sum", "=1+1"])
    document = read(packed(workbook), "a.xlsx")
    assert document.text == "Sheet\n\nSum"
    assert codes(document) == ["formula-without-value"]


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def test_a_bomb_is_refused_while_it_unpacks() -> None:
    with pytest.raises(SetAside) as aside:
        read(zipped(xl__workbook=b" " * 201_000_000), "a.xlsx")
    assert aside.value.code == "too-large"


def test_an_endless_list_of_members_is_refused_unread() -> None:
    end = b"PK\x05\x06" + b"\0" * 8 + (50_000_000).to_bytes(4, "little") + b"\0" * 6
    with pytest.raises(SetAside) as aside:
        read(b"PK\x03\x04 xl/workbook.xml" + end, "a.xlsx")
    assert aside.value.code == "too-large"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 xl/workbook.xml",
        zipped(xl__workbook=b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        zipped(xl__workbook=b"<workbook/>"),
        zipped(**{"../../xl/workbook": b"x"}),
        packed(Workbook())[:2000],
    ],
)
def test_a_damaged_workbook_is_set_aside(data: bytes) -> None:
    with pytest.raises(SetAside) as aside:
        read(data, "a.xlsx")
    assert aside.value.code == "damaged-workbook"
