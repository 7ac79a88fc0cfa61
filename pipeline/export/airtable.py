"""Two tables for Airtable, as CSV for its importer; with --base, through its API, both ways."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pipeline.export import Corpus, Wanted
from pipeline.export.cells import guard_formula, unguard
from pipeline.export.lasting import text_of
from pipeline.export.rows import DECIDED, authors, codes_in, plain, year
from pipeline.model import (
    Codes,
    Place,
    Record,
    ReviewedFile,
    ReviewedRecord,
    Saw,
    Tag,
    Value,
    Words,
)
from pipeline.model.decision import TAGS
from pipeline.taxonomy import Taxonomy

FILE = "airtable"
ID, SOURCE_ID = "Gleaner_ID", "SourceID"
SOURCE, PARENT, CHILDREN = LINKS = ("Source", "Parent", "Children")  # links to other rows
REASON = "llm_reasoning"
LONGEST_REASON = 500  # characters
BY_HUMAN, CONCEPT = "human_classification", "MitTax_Name"
BESIDE: Final = {"AILifecycle": "lifecycle", "AIActor": "actor", "AIRM": "rmf"}

COLUMNS = (
    ID, "Mitigation_Name", "Definition", "Additional Information", SOURCE, PARENT, CHILDREN,
    "Status", "llm_classification", REASON, BY_HUMAN, CONCEPT,
    *(f"{name}_{role}" for name in BESIDE for role in ("Primary", "Other")),
)  # fmt: skip
SOURCE_COLUMNS = (SOURCE_ID, "Title", "First author", "Author list", "Year", "URL", "DOI",
                  "Abstract", "Description")  # fmt: skip

# What a human changes there, by the field that is decided here; all other columns only go out.
BACK: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("Mitigation_Name",),
    "description": ("Definition",),
    "rationale": ("Additional Information",),
    "place": (PARENT,),
    "tags.mitigation": (BY_HUMAN, CONCEPT),
    **{TAGS + one: (f"{name}_Primary", f"{name}_Other") for name, one in BESIDE.items()},
    "status": ("Status",),
}
Row = dict[str, str | list[str]]  # a list: of links or of several choices


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write mitigations.csv and sources.csv, where links name the first column of their row."""
    with (
        (out / "mitigations.csv").open("w", encoding="utf-8", newline="") as mitigations,
        (out / "sources.csv").open("w", encoding="utf-8", newline="") as sources,
    ):
        lines, works = csv.writer(mitigations), csv.writer(sources)
        lines.writerow(COLUMNS)
        works.writerow(SOURCE_COLUMNS)
        for file in corpus.files():
            work = source_row(file)
            works.writerow(_cell(work.get(name, "")) for name in SOURCE_COLUMNS)
            for row in record_rows(corpus, file):
                lines.writerow(_cell(row.get(name, "")) for name in COLUMNS)


def _cell(value: str | list[str]) -> str:
    """A cell; several choices as Airtable reads them, with commas between."""
    if isinstance(value, str):
        return value
    quoted = ('"' + one.replace('"', '""') + '"' if "," in one else one for one in value)
    return guard_formula(", ".join(quoted))


# --- out ------------------------------------------------------------------------------------------


def source_row(file: ReviewedFile) -> Row:
    """The row of a document. Its Description is left to those who write one there."""
    people, source = authors(file.source), file.source
    return _guarded(
        {
            SOURCE_ID: name_of(file),
            "Title": plain(source.title),
            "First author": people[0] if people else None,
            "Author list": "; ".join(people),
            "Year": str(year(source) or ""),
            "URL": plain(source.url),
            "DOI": plain(source.doi),
            "Abstract": plain(source.abstract),
        }
    )


def record_rows(corpus: Corpus, file: ReviewedFile) -> Iterator[Row]:
    """The rows of a document's records, in their order. Links name rows by our ids."""
    decided = any(field.saw for record in file.records for field in record.review.fields)
    sights = corpus.decisions(file.document.path) if decided else ()
    seen = {one.digest: one for one in sights if isinstance(one, Saw)}
    for record in file.records:
        yield _record_row(file, record, seen)


def _record_row(file: ReviewedFile, record: ReviewedRecord, seen: Mapping[str, Saw]) -> Row:
    decided = {one.field for one in record.review.fields if one.status in DECIDED}
    first, by_machine = _first(record), _by_machine(record, seen)
    name = name_of(file)
    row: dict[str, str | list[str] | None] = {
        ID: identifier(name, record.id),
        "Mitigation_Name": text_of(record.name),
        "Definition": text_of(record.description),
        "Additional Information": text_of(record.rationale),
        SOURCE: [name],
        PARENT: [identifier(name, record.parent)] if record.parent else [],
        CHILDREN: [identifier(name, child) for child in record.children],
        "Status": str(record.review.status),
        "llm_classification": _named(by_machine),
        REASON: _cut(by_machine.why) if by_machine else None,
        BY_HUMAN: _named(first) if "tags.mitigation" in decided else None,
        CONCEPT: first.label if first else None,
    }
    for column, taxonomy in BESIDE.items():
        tags = [tag for tag in record.tags if tag.taxonomy == taxonomy]
        row[f"{column}_Primary"] = next((t.label for t in tags if t.role == "primary"), None)
        row[f"{column}_Other"] = [tag.label for tag in tags if tag.role == "other"]
    return _guarded(row)


def _first(record: Record) -> Tag | None:
    own = (tag for tag in record.tags if tag.taxonomy == "mitigation" and tag.role == "primary")
    return next(own, None)


def _by_machine(record: ReviewedRecord, seen: Mapping[str, Saw]) -> Tag | None:
    """What the tagger says, or said when a curator decided."""
    first = _first(record)
    if first and first.basis != "decided":
        return first
    saw = next((one.saw for one in record.review.fields if one.field == "tags.mitigation"), "")
    return _first(seen[saw].record) if saw in seen else None


def identifier(name: str, record: str) -> str:
    """The id of a row: ours are told apart within a document, and Airtable has one table."""
    return f"{name}#{record}"


def name_of(file: ReviewedFile) -> str:
    """The id of the row of a document."""
    return file.document.path.removeprefix("documents/")


def _named(tag: Tag | None) -> str | None:
    return f"{tag.code} {tag.label}" if tag else None


def _cut(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"


def _guarded(row: Mapping[str, str | list[str] | None]) -> Row:
    """The row as it is safe in a file that someone downloads there: see `guard_formula`."""
    return {
        name: guard_formula(value) if isinstance(value, str) else (value or "")
        for name, value in row.items()
    }


# --- back -----------------------------------------------------------------------------------------


def value_of(
    name: str, row: Row, before: Row, record: ReviewedRecord, taxonomy: Taxonomy | None
) -> Value | None:
    """What a row says of a field of a record that someone changed in it; `before` is as it was."""
    columns = BACK[name]
    first = _one(row.get(columns[0], ""))
    if name == "place":
        return Place(parent=first.rpartition("#")[2] or None, path=record.path)
    if not name.startswith(TAGS):
        return Words(value=first) if first else None
    if name == "tags.mitigation":
        said = first if first != _one(before.get(BY_HUMAN, "")) else _one(row.get(CONCEPT, ""))
        return Codes(primary=_code(said, taxonomy), other=codes_in(record, "mitigation").other)
    other = row.get(columns[1], "")
    several = other if isinstance(other, list) else next(csv.reader([other]), [])
    named = (_code(unguard(one.strip()), taxonomy) for one in several)
    return Codes(primary=_code(first, taxonomy), other=tuple(filter(None, named)))


def _one(value: str | list[str]) -> str:
    return unguard(value if isinstance(value, str) else next(iter(value), ""))


def _code(said: str, taxonomy: Taxonomy | None) -> str | None:
    """The code that "2.1 Label", "2.1" or "Label" names; what names none is given as it is."""
    known = {concept.code for concept in taxonomy.concepts} if taxonomy else set()
    first = said.partition(" ")[0]
    return (first if first in known else said.strip()) or None
