"""Records as tables, and back: nothing in them is run, nothing changes what it is."""

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from exports import (
    CODES,
    HOSTILE,
    TAXONOMIES,
    claim,
    corpus,
    file,
    record,
    records,
    tag,
    text,
    written,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.export import Unreadable, formats
from pipeline.export.cells import guard, guard_formula, join, split, unguard
from pipeline.export.rows import mark, values
from pipeline.model import ReviewedRecord

RUN = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
TWO_WAY = [("jsonl", "flat"), ("csv", "flat"), ("csv", "tags"), ("xlsx", "flat"), ("xlsx", "tags"),
           ("sqlite", "flat"), ("parquet", "flat"), ("parquet", "tags"), ("parquet", "nested")]  # fmt: skip

NUMBERS = ("1.10", "2.3.4", "0012", "1E5", "MARCH1", "1" * 20, "1/2", "12:30", "TRUE", "#N/A",
           "1. März", "5 %", "2024-01-01", "1,000")  # fmt: skip


# --- cells ----------------------------------------------------------------------------------------


@given(text)
def test_a_guarded_cell_comes_back_as_it_was(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert unguard(guard_formula(cell)) == cell


@given(text)
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    for guarded in (guard(cell), guard_formula(cell)):
        bare = guarded.lstrip(' "`\u200b\ufeff')
        assert not bare.startswith(RUN)


@pytest.mark.parametrize("cell", NUMBERS)
def test_what_looks_like_a_number_is_marked_as_text(cell: str) -> None:
    assert guard(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["GV-1.1-001", "Red-team models", "a1", "Keep a log for 3 years"])
def test_what_is_plainly_words_stays_bare(cell: str) -> None:
    assert guard(cell) == cell


@given(st.lists(text), st.sampled_from(["\n", "; ", " > "]))
def test_several_texts_in_a_cell_come_back(items: list[str], between: str) -> None:
    assert split(join(items, between), between) == tuple(items)


# --- there and back -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "profile"), TWO_WAY)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(one=records(), other=records("b-2"))
def test_what_comes_back_is_what_left(
    name: str, profile: str, tmp_path: Path, one: ReviewedRecord, other: ReviewedRecord
) -> None:
    module = formats()[name]
    path = tmp_path / module.FILE
    path.unlink(missing_ok=True)
    written(module, corpus(file(one, other)), path, profile=profile)
    known = {made.id: values(made, TAXONOMIES) for made in (one, other)}
    back = list(module.read(path))
    for said in back:
        assert said.document == "documents/tests/made.pdf"
        for field, value in said.fields.items():
            assert mark(value) == mark(known[said.record].get(field)), field
            assert said.saw.get(field, mark(None)) == mark(value), field
    if profile == "tags":
        spoken = {(said.record, field) for said in back for field in said.fields}
        tags = {(made.id, f"tags.{tag.taxonomy}") for made in (one, other) for tag in made.tags}
        assert spoken == tags
    else:
        assert [said.record for said in back] == ["a-1", "b-2"]
        for said in back:
            for field, value in known[said.record].items():
                assert mark(said.fields.get(field)) == mark(value), field


@pytest.mark.parametrize(("name", "profile"), TWO_WAY)
def test_a_very_long_text_comes_back_or_is_refused_by_name(
    name: str, profile: str, tmp_path: Path
) -> None:
    long = record(description="word " * 60_000, tags=[tag("lifecycle", "other-outside-lifecycle")])
    module = formats()[name]
    path = tmp_path / module.FILE
    if (name, profile) == ("xlsx", "flat"):
        with pytest.raises(ValueError, match=r"record a-1: its description has 300,000 characters"):
            written(module, corpus(file(long)), path)
        return
    written(module, corpus(file(long)), path, profile=profile)
    [said] = module.read(path)
    if profile != "tags":
        assert mark(said.fields["description"]) == mark(values(long, ())["description"])


@pytest.mark.parametrize("name", ["csv", "xlsx", "parquet", "website", "markdown"])
def test_a_nul_is_refused_with_the_name_of_its_record(name: str, tmp_path: Path) -> None:
    module = formats()[name]
    out = tmp_path / module.FILE
    if not out.suffix:
        out.mkdir()
    with pytest.raises(ValueError, match=r"a-1.*NUL"):
        written(module, corpus(file(record(description="a\0b"))), out)


def test_the_rows_of_tags_may_come_in_any_order(tmp_path: Path) -> None:
    tags = [
        tag("actor", code, role)
        for code, role in zip(CODES["actor"][:3], ["primary", "other", "other"], strict=True)
    ]
    module = formats()["csv"]
    path = written(module, corpus(file(record(tags=tags))), tmp_path / "t.csv", profile="tags")
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([head, *reversed(lines)]) + "\n")
    [said] = module.read(path)
    assert mark(said.fields["tags.actor"]) == said.saw["tags.actor"]


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["flat", "tags"])
def test_no_cell_of_a_csv_file_is_a_formula(tmp_path: Path, profile: str) -> None:
    every = [
        record(f"a-{n}", name=one, description=one, details={one: one}, tags=[tag("actor", one)])
        for n, one in enumerate(HOSTILE)
    ]
    path = written(
        formats()["csv"], corpus(file(*every, title="=1")), tmp_path / "r.csv", profile=profile
    )
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.reader(lines):
            for cell in row:
                assert not cell.lstrip(' "`\u200b').startswith(RUN), cell


def test_a_bom_is_there_when_asked_for_and_read_over(tmp_path: Path) -> None:
    module = formats()["csv"]
    made = corpus(file(record()))
    plain = written(module, made, tmp_path / "p.csv").read_bytes()
    marked = written(module, made, tmp_path / "m.csv", bom=True)
    assert marked.read_bytes() == b"\xef\xbb\xbf" + plain
    assert [said.record for said in module.read(marked)] == ["a-1"]


@pytest.mark.parametrize("parts", [";", "\t"])
def test_a_csv_file_of_another_country_is_read(tmp_path: Path, parts: str) -> None:
    module = formats()["csv"]
    path = written(module, corpus(file(record())), tmp_path / "r.csv")
    with path.open(newline="") as lines:
        rows = list(csv.reader(lines))
    with path.open("w", newline="") as lines:
        csv.writer(lines, delimiter=parts).writerows(rows)
    [said] = module.read(path)
    assert said.saw["name"] == mark(said.fields["name"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id,name\n1,\xff\n", "UTF-8"),
        (b"name\nx\n", "no column id"),
        (b"id,name,name\n1,x,y\n", "two columns are called 'name'"),
        (b"id,name\n1,x,y\n", "row 2: 3 cells under 2 names"),
        (b'id,name\n1,"x\n', "not CSV"),
        (b"id,taxonomy,code,role\n1,actor,a,primary\n1,actor,b,primary\n", "second primary"),
        (b"id,taxonomy,code,role\n1,actor,a,third\n", "neither primary nor other"),
    ],
)
def test_a_broken_csv_file_is_refused_in_plain_words(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=message):
        list(formats()["csv"].read(path))


# --- XLSX -----------------------------------------------------------------------------------------


def test_every_text_of_a_workbook_is_a_text_cell(tmp_path: Path) -> None:
    every = [record(f"a-{n}", name=one, details={"clause": one}) for n, one in enumerate(HOSTILE)]
    path = written(formats()["xlsx"], corpus(file(*every)), tmp_path / "r.xlsx")
    sheet: Any = openpyxl.load_workbook(path).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "inlineStr", "n"), cell.coordinate
            if isinstance(cell.value, str):
                assert cell.number_format == "@"
                assert not cell.value.lstrip().startswith(RUN)
    clauses = [row[heads.index("details.clause")].value for row in sheet.iter_rows(min_row=2)]
    assert {"1.10", "2.3.4", "0012", "1E5", "MARCH1"} <= set(clauses)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"PK\x03\x04 no")
    with pytest.raises(Unreadable, match="no XLSX workbook"):
        list(formats()["xlsx"].read(path))


def test_a_workbook_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = formats()["xlsx"]
    monkeypatch.setattr(module, "LARGEST", 4 << 20)
    path = written(module, corpus(file(record())), tmp_path / "r.xlsx")
    assert len(list(module.read(path))) == 1
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", bytes(4 << 20))
    with pytest.raises(Unreadable, match="unpacks to more than 4 MB"):
        list(module.read(path))


# --- JSON -----------------------------------------------------------------------------------------


def test_a_line_fits_the_schema_beside_it(tmp_path: Path) -> None:
    made = record(details={"risks": ("a", "b"), "n": 3}, tags=[tag("actor", CODES["actor"][0])])
    path = written(
        formats()["jsonl"], corpus(file(made, record("b-2", name=None))), tmp_path / "r.jsonl"
    )
    schema = json.loads((tmp_path / "r.schema.json").read_text())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 2
    for line in lines:
        jsonschema.validate(line, schema)
    assert lines[0]["document"]["path"] == "documents/tests/made.pdf"
    assert lines[0]["schema"] == "gleaner.record/1"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(lines[0] | {"unheard": 1}, schema)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id": NaN}', "line 1: .*NaN"),
        (b'{"id": 1, "id": 2}', "line 1: .*'id'.*twice"),
        (b"[" * 100_000, "line 1: .*nested"),
        (b"{", "line 1: not JSON"),
        (b"\xff", "line 1: .*UTF-8"),
        (b"!!python/object/apply:os.system [ls]", "line 1: not JSON"),
        (b'{"id": "x"}', "line 1: .*Field required"),
    ],
)
def test_json_that_could_mean_two_things_is_refused(
    tmp_path: Path, line: bytes, message: str
) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(Unreadable, match=message):
        list(formats()["jsonl"].read(path))


@pytest.mark.parametrize("name", ["sqlite", "parquet"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "r"
    path.write_bytes(b"not what it says" * 100)
    with pytest.raises(Unreadable, match="it is no"):
        list(formats()[name].read(path))


def test_an_emptied_value_is_told_from_one_that_nobody_spoke_of(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("id,document,name\na-1,documents/x,\n")
    [said] = formats()["csv"].read(path)
    assert said.fields == {"name": None}
    assert mark(None) == mark(values(record(name=None), ())["name"])
    assert claim("x").value == "x"
