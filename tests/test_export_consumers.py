"""Exports opened by the programs that they are for."""

import csv
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote

import duckdb
import openpyxl
import pytest
from exports import CODES, HOSTILE, TAXONOMIES, corpus, file, record, tag, written

from pipeline.export import formats
from pipeline.export.cells import unguard
from pipeline.export.rows import mark, values
from pipeline.model import RecordStatus

# What LibreOffice does not keep: control characters, and what is written like one in XLSX.
LOSSY = {one for one in HOSTILE if not one.isprintable() or one.startswith("_x")}
EVERY = [
    record(
        f"a-{n}",
        name=one,
        description=f"{one} and words",
        rationale=f"words and {one}",
        details={"clause": one, "year": 2024},
        tags=[tag("mitigation", "1.1.1"), tag("actor", CODES["actor"][0])],
    )
    for n, one in enumerate(HOSTILE)
]


@pytest.fixture(scope="module")
def office() -> str:
    """LibreOffice's program."""
    if found := shutil.which("soffice"):
        return found
    reason = "needs LibreOffice (Debian: libreoffice-calc)"
    if os.environ.get("GLEANER_REQUIRE_SHARED"):
        pytest.fail(f"{reason}, and GLEANER_REQUIRE_SHARED is set", pytrace=False)
    pytest.skip(reason)


# As its dialog opens a file in UTF-8, and reading all as numbers and dates that it can.
AS_CSV = "--infilter=CSV:44,34,76,1,,1033,false,true"
SAVED_AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76"


def converted(office: str, folder: Path, kind: str, paths: list[Path], *how: str) -> None:
    """Open files with LibreOffice, and save them as another kind into `folder`."""
    profile = (folder.parent / "profile").as_uri()
    subprocess.run(
        [office, f"-env:UserInstallation={profile}", "--headless", *how, "--convert-to", kind,
         "--outdir", str(folder), *map(str, paths)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def resaved(office: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of our tables as LibreOffice saves them: from_<our kind>.<its kind>."""
    folder, made = tmp_path_factory.mktemp("tables"), corpus(file(*EVERY))
    flat = written(formats()["csv"], made, folder / "from_csv.csv")
    tags = written(formats()["csv"], made, folder / "tags_from_csv.csv", profile="tags")
    book = written(formats()["xlsx"], made, folder / "from_xlsx.xlsx")
    converted(office, folder / "saved", "xlsx", [flat, tags], AS_CSV)
    converted(office, folder / "saved", SAVED_AS_CSV, [flat, tags], AS_CSV)
    converted(office, folder / "saved", "xlsx", [book])
    return folder / "saved"


@pytest.mark.parametrize("name", ["from_csv.xlsx", "from_xlsx.xlsx"])
def test_no_cell_became_a_formula_a_number_or_a_date(resaved: Path, name: str) -> None:
    sheet: Any = openpyxl.load_workbook(resaved / name).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    wanted = {made.id: values(made, ()) for made in EVERY}
    clause, year = heads.index("details.clause"), heads.index("details.year")
    code = heads.index("tags.mitigation")
    for row in sheet.iter_rows(min_row=2):
        assert not [cell.coordinate for cell in row if cell.data_type in ("f", "d", "e")]
        assert row[year].value == 2024
        assert unguard(row[code].value) == "1.1.1"
        said = wanted[row[0].value]["details.clause"].value  # type: ignore[union-attr]
        if said not in LOSSY:
            assert unguard(row[clause].value or "") == said


@pytest.mark.parametrize(
    "name",
    ["from_csv.csv", "from_csv.xlsx", "from_xlsx.xlsx", "tags_from_csv.csv", "tags_from_csv.xlsx"],
)  # fmt: skip
def test_what_a_spreadsheet_saved_again_says_the_same(resaved: Path, name: str) -> None:
    path = resaved / name
    known = {made.id: values(made, TAXONOMIES) for made in EVERY}
    back = list(formats()[path.suffix[1:]].read(path))
    assert {said.record for said in back} == set(known)
    changed = {
        (said.record, field)
        for said in back
        for field, value in said.fields.items()
        if mark(value) != mark(known[said.record].get(field))
    }
    kept = {made.id for made, one in zip(EVERY, HOSTILE, strict=True) if one not in LOSSY}
    assert len(kept) > 40
    assert [where for where in changed if where[0] in kept] == []


# --- Datasette ------------------------------------------------------------------------------------


@contextmanager
def served(*words: str) -> Iterator[str]:
    """Datasette on a free port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", *words, "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def asked(url: str) -> Any:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.1)
    raise AssertionError("Datasette does not answer")


def test_datasette_serves_the_database_with_search_facets_and_links(tmp_path: Path) -> None:
    parent = record("top-1", name="Test models", description="Red-team every model.",
                    tags=[tag("mitigation", "1.1.1")], status=RecordStatus.REVIEWED, waits=())  # fmt: skip
    child = record("sub-1", name="=1+1", description="Keep a <b>log</b>.", parent="top-1",
                   details={"clause": "1.10"}, tags=[tag("mitigation", "9.9.9")])  # fmt: skip
    other = file(record("top-1"), path="documents/tests/other.pdf")  # the same id elsewhere
    path = tmp_path / "records.sqlite"
    written(formats()["sqlite"], corpus(file(parent, child), other), path)
    metadata = tmp_path / "records.metadata.json"
    with served(str(path), "--metadata", str(metadata)) as url:
        found = asked(f"{url}/records/records.json?_search={quote('red-team')}&_shape=objects")
        assert [row["id"] for row in found["rows"]] == ["top-1"]
        facets = asked(f"{url}/records/records.json?_facet=status")["facet_results"]
        facets = facets.get("results", facets)
        counts = {one["value"]: one["count"] for one in facets["status"]["results"]}
        assert counts == {"reviewed": 1, "undecided": 2}
        linked = asked(f"{url}/records/records.json?_labels=on&id=sub-1&_shape=objects")["rows"][0]
        assert linked["above"]["label"] == "Test models"
        assert linked["document"]["label"] == "A made document"
        clause = asked(f"{url}/records/details.json?_shape=array")
        assert clause[0]["value"] == "1.10"
        labels = asked(f"{url}/records/tags.json?_labels=on&_shape=array")
        assert {one["concept"]["label"] for one in labels} == {
            next(c.label for c in TAXONOMIES["mitigation"].concepts if c.code == "1.1.1"), "9.9.9",
        }  # fmt: skip
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# --- DuckDB ---------------------------------------------------------------------------------------


def test_duckdb_reads_flat_and_nested_parquet(tmp_path: Path) -> None:
    made = corpus(file(*EVERY))
    flat = written(formats()["parquet"], made, tmp_path / "flat.parquet")
    tags = written(formats()["parquet"], made, tmp_path / "tags.parquet", profile="tags")
    nested = written(formats()["parquet"], made, tmp_path / "nested.parquet", profile="nested")
    with duckdb.connect() as base:
        codes = base.sql(f"SELECT DISTINCT \"tags.mitigation\" FROM '{flat}'").fetchall()
        assert codes == [("1.1.1",)]
        clauses = base.sql(f"SELECT \"details.clause\" FROM '{flat}'").fetchall()
        assert [clause or "" for (clause,) in clauses] == HOSTILE
        by_taxonomy = base.sql(
            f"SELECT taxonomy, count(*), max(confidence) FROM '{tags}' GROUP BY 1 ORDER BY 1"
        ).fetchall()
        assert by_taxonomy == [("actor", len(EVERY), 0.25), ("mitigation", len(EVERY), 0.25)]
        quotes = base.sql(
            f"SELECT description.quotes[1].quote, description.quotes[1].page, tags[1].code "
            f"FROM '{nested}' LIMIT 1"
        ).fetchall()
        assert quotes == [("Words of the source.", 3, "1.1.1")]


def test_the_rows_of_parquet_are_written_in_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    module = formats()["parquet"]
    monkeypatch.setattr(module, "GROUP", 10)
    path = written(module, corpus(file(*EVERY)), tmp_path / "r.parquet")
    found = pq.ParquetFile(path)
    assert found.num_row_groups == -(-len(EVERY) // 10)
    assert found.metadata.num_rows == len(EVERY)


def test_the_airtable_importer_is_given_rows_that_name_each_other(tmp_path: Path) -> None:
    parent = record("top-1", tags=[tag("mitigation", "1.1.1"), tag("actor", CODES["actor"][0], "other"),
                                   tag("actor", CODES["actor"][1], "other")])  # fmt: skip
    child = record("sub-1", parent="top-1", name="=1+1")
    out = tmp_path / "airtable"
    out.mkdir()
    written(formats()["airtable"], corpus(file(parent, child)), out)
    with (out / "mitigations.csv").open(newline="") as lines:
        rows = {row["Gleaner_ID"].rpartition("#")[2]: row for row in csv.DictReader(lines)}
    with (out / "sources.csv").open(newline="") as lines:
        [source] = csv.DictReader(lines)
    assert rows["sub-1"]["Parent"] == rows["top-1"]["Gleaner_ID"]
    assert rows["sub-1"]["Mitigation_Name"] == "'=1+1"
    assert rows["top-1"]["Source"] == source["SourceID"] == "tests/made.pdf"
    assert rows["top-1"]["llm_classification"].startswith("1.1.1 ")
    assert rows["top-1"]["human_classification"] == ""
    assert rows["top-1"]["AIActor_Other"].count(",") == 1
    assert source["First author"] == "Okafor, Amara"
