"""The table of measures that teams kept before (Action ID, Name, Definition, Source, Code)."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.export import Corpus, Unreadable, Wanted
from pipeline.export.cells import guard, unguard
from pipeline.export.lasting import text_of
from pipeline.export.rows import OURS

FILE = "actions.csv"

# The columns of the 2025 database of mitigations, and what others call the same.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("Action ID", "ID"),
    "name": ("Action Name", "Name", "Title", "Mitigation_Name"),
    "description": ("Action Definition", "Definition", "Description"),
    "source": ("Action Source", "Source"),
    "code": ("MitigationCode", "Code"),
}


@dataclass(frozen=True)
class Row:
    """One measure of a table. `where` is its place in the file; what it lacks is empty."""

    where: str
    id: str = ""
    name: str = ""
    description: str = ""
    source: str = ""
    code: str = ""


CODED = "mitigation-2025"  # what such tables were coded in


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write a row for each record; the code is of CODED, or of the taxonomy that was asked for."""
    taxonomy = next(iter(wanted.taxonomies), CODED)
    with out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([names[0] for names in COLUMNS.values()])
        for one in corpus.files():
            source = text_of(one.source.title) or one.document.path
            for record in one.records:
                coded = [tag for tag in record.tags if tag.taxonomy == taxonomy]
                code = next((f"{t.code} {t.label}" for t in coded if t.role == "primary"), "")
                words = text_of(record.name), text_of(record.description)
                cells = (record.id, *words, source, code)
                if any("\0" in cell for cell in cells):
                    raise ValueError(f"record {record.id} holds a NUL character; edit that field")
                table.writerow(map(guard, cells))


def column_map(said: str) -> dict[str, str]:
    """`name=Title,description=Text` as a map from our fields to the columns of a table.

    Raises ValueError.
    """
    found: dict[str, str] = {}
    for pair in filter(None, said.split(",")):
        field, equals, column = pair.partition("=")
        if field.strip() not in COLUMNS or not equals or not column.strip():
            known = ", ".join(COLUMNS)
            raise ValueError(f"{pair!r} is not FIELD=COLUMN with a field of {known}")
        found[field.strip()] = column.strip()
    return found


def read_rows(data: bytes, columns: Mapping[str, str] | None = None) -> list[Row]:
    """The measures of a CSV table in UTF-8. `columns`: what our fields are called in it.

    Fields that are not in `columns` go by the names that are usual. Raises Unreadable when a
    column is not there, or neither a name nor a description is.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 (byte {error.start}); save it as CSV in UTF-8.") from error
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heads = [unguard(head).strip() for head in next(table, [])]
        if OURS.issubset(heads):
            raise Unreadable(
                "these are records that Gleaner exported; what was changed in them comes back by "
                "`gleaner import csv`."
            )
        places = _places(heads, columns or {})
        rows = []
        for cells in table:
            where = f"line {table.line_num}"
            if len(cells) > len(heads):
                raise Unreadable(f"{where}: {len(cells)} cells under {len(heads)} names.")
            fields = {
                field: unguard(cells[place]).strip()
                for field, place in places.items()
                if place < len(cells)
            }
            if fields.get("name") or fields.get("description"):
                rows.append(Row(where, **fields))
    except csv.Error as error:
        raise Unreadable(f"line {table.line_num}: not CSV: {error}.") from error
    for row in rows:
        if "\0" in row.name + row.description + row.source + row.code:
            raise Unreadable(f"{row.where}: it holds a NUL character; take it out.")
    return rows


def _places(heads: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    places = {}
    for field, usual in COLUMNS.items():
        wanted = (columns[field],) if field in columns else usual
        folded = [head.casefold() for head in heads]
        found = [folded.index(name.casefold()) for name in wanted if name.casefold() in folded]
        if found:
            places[field] = found[0]
        elif field in columns:
            raise Unreadable(f"there is no column {columns[field]!r}; there are {', '.join(heads)}")
    if not {"name", "description"} & places.keys():
        raise Unreadable(
            f"no column is a name or a description ({', '.join(heads)}); say which: "
            f"--columns name=...,description=..."
        )
    return places
