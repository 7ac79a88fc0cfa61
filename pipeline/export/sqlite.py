"""Tables that refer to each other, in one SQLite file with full-text search, for Datasette."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.cells import join, split
from pipeline.export.rows import ITEMS, TRAIL, WORDS, authors, plain, seen, year
from pipeline.model import Codes, Place, Provenance, ReviewedFile, ReviewedRecord, Value, Words
from pipeline.model.decision import DETAILS, TAGS
from pipeline.taxonomy import Taxonomy

FILE = "records.sqlite"

TABLES = """
CREATE TABLE documents (
  number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT, authors TEXT, year INTEGER,
  doi TEXT, url TEXT, abstract TEXT, media_type TEXT NOT NULL, pages INTEGER NOT NULL,
  verdict TEXT NOT NULL, sha256 TEXT NOT NULL
);
CREATE TABLE records (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL,
  document INTEGER NOT NULL REFERENCES documents (number), name TEXT,
  status TEXT NOT NULL, waits TEXT NOT NULL, label TEXT, description TEXT, rationale TEXT,
  rationale_basis TEXT, path TEXT NOT NULL, parent TEXT,
  above INTEGER REFERENCES records (number), origin TEXT NOT NULL, seen TEXT NOT NULL,
  UNIQUE (document, id)
);
CREATE TABLE concepts (
  number INTEGER PRIMARY KEY, taxonomy TEXT NOT NULL, code TEXT NOT NULL, label TEXT NOT NULL,
  definition TEXT, parent TEXT, UNIQUE (taxonomy, code)
);
CREATE TABLE tags (
  record INTEGER NOT NULL REFERENCES records (number),
  concept INTEGER NOT NULL REFERENCES concepts (number), taxonomy TEXT NOT NULL,
  code TEXT NOT NULL, role TEXT NOT NULL, basis TEXT NOT NULL, confidence REAL NOT NULL,
  why TEXT NOT NULL, made_by TEXT NOT NULL,
  PRIMARY KEY (record, concept, role)
);
CREATE TABLE details (
  record INTEGER NOT NULL REFERENCES records (number), name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (record, name)
);
CREATE TABLE quotes (
  record INTEGER NOT NULL REFERENCES records (number), field TEXT NOT NULL, quote TEXT NOT NULL,
  page INTEGER, start INTEGER NOT NULL, "end" INTEGER NOT NULL, made_by TEXT NOT NULL
);
CREATE TABLE fields (
  record INTEGER NOT NULL REFERENCES records (number), field TEXT NOT NULL, status TEXT NOT NULL,
  footing TEXT NOT NULL, curator TEXT, "when" TEXT, note TEXT NOT NULL,
  PRIMARY KEY (record, field)
);
"""
AFTER = """
CREATE INDEX records_by_above ON records (above);
CREATE INDEX tags_by_concept ON tags (concept);
CREATE INDEX quotes_by_record ON quotes (record);
CREATE VIRTUAL TABLE records_fts USING fts5 (
  name, description, rationale, path, content="records", content_rowid="number"
);
INSERT INTO records_fts (records_fts) VALUES ('rebuild');
"""
ABOVE = """
UPDATE records SET above = (
  SELECT other.number FROM records AS other
  WHERE other.document = records.document AND other.id = records.parent
) WHERE parent IS NOT NULL AND above IS NULL AND document = ?
"""
METADATA = {
    "title": "Measures that reduce risks of AI, and the words of their sources",
    "databases": {
        "records": {
            "tables": {
                "documents": {
                    "description": "The documents that were read, and the works that they are.",
                    "label_column": "title",
                    "facets": ["year", "verdict"],
                },
                "records": {
                    "description": "The measures. Only those with the status reviewed are "
                    "decided by curators in every field.",
                    "label_column": "name",
                    "facets": ["status", "document"],
                    "sortable_columns": ["id", "name", "status", "path"],
                },
                "concepts": {
                    "description": "The categories of all taxonomies.",
                    "label_column": "label",
                    "facets": ["taxonomy"],
                },
                "tags": {
                    "description": "Which record has which category, and why. The basis decided "
                    "is a curator's word, suggested the tagger's.",
                    "facets": ["taxonomy", "role", "basis"],
                },
                "details": {
                    "description": "Other columns and labelled fields of the sources.",
                    "facets": ["name"],
                },
                "quotes": {
                    "description": "The very words behind each field, and where they are: "
                    "characters of the text as read, and the page.",
                    "facets": ["field"],
                },
                "fields": {
                    "description": "What curators decided on each field.",
                    "facets": ["status", "curator"],
                },
            }
        }
    },
}


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the database, and beside it *.metadata.json, which Datasette is started with."""
    beside = out.with_suffix(".metadata.json")
    databases = {out.stem: METADATA["databases"]["records"]}  # type: ignore[index]
    metadata = METADATA | {"databases": databases}
    beside.write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
    with closing(sqlite3.connect(out, isolation_level=None)) as base:
        # It is a draft until it is whole, so nothing needs to survive on the way.
        base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        base.execute("PRAGMA foreign_keys = ON")
        base.execute("BEGIN")
        for statement in TABLES.split(";\n"):
            base.execute(statement)
        writer = _Writer(base, corpus.taxonomies)
        for number, file in enumerate(corpus.files(), start=1):
            writer.document(number, file)
        base.execute("COMMIT")
        base.executescript(AFTER)


class _Writer:
    """Puts documents into the tables; knows the number of each concept."""

    def __init__(self, base: sqlite3.Connection, taxonomies: Mapping[str, Taxonomy]) -> None:
        self._base = base
        self._taxonomies = tuple(taxonomies)
        self._concepts: dict[tuple[str, str], int] = {}
        self._records = 0
        for taxonomy in taxonomies.values():
            for one in taxonomy.concepts:
                self._concept(taxonomy.id, one.code, one.label, one.definition, one.parent)

    def document(self, number: int, file: ReviewedFile) -> None:
        """One document with its records."""
        document, source = file.document, file.source
        self._insert(
            "documents",
            [(
                number, document.path, plain(source.title), join(authors(source), ITEMS) or None,
                year(source), plain(source.doi), plain(source.url), plain(source.abstract),
                document.media_type, document.pages, str(document.verdict), document.sha256,
            )],
        )  # fmt: skip
        for record in file.records:
            self._records += 1
            self._record(self._records, number, record)
        self._base.execute(ABOVE, (number,))

    def _record(self, number: int, document: int, record: ReviewedRecord) -> None:
        rationale, review = record.rationale, record.review
        ids = dict.fromkeys([*self._taxonomies, *(tag.taxonomy for tag in record.tags)])
        self._insert(
            "records",
            [(
                number, record.id, document, plain(record.name), str(review.status),
                join(review.waits, ITEMS), record.label, plain(record.description),
                rationale.value if rationale else None, rationale.basis if rationale else None,
                join(record.path, TRAIL), record.parent, None, review.origin,
                urlencode(seen(record, ids)),
            )],
        )  # fmt: skip
        self._insert(
            "tags",
            {
                (concept, tag.role): (
                    number, concept, tag.taxonomy, tag.code, tag.role, tag.basis, tag.confidence,
                    tag.why, tag.made_by,
                )
                for tag in record.tags
                for concept in [self._concept(tag.taxonomy, tag.code, tag.label)]
            }.values(),
        )  # fmt: skip
        self._insert(
            "details",
            ((number, name, plain(claim)) for name, claim in record.details.items()),
        )
        self._insert("quotes", (
            (number, field, place.quote, place.pages[0] if place.pages else None, *place.span,
             place.made_by)
            for field, places in _places(record) for place in places
        ))  # fmt: skip
        self._insert(
            "fields",
            (
                (number, one.field, str(one.status), str(one.footing), one.curator,
                 one.when.isoformat() if one.when else None, one.note)
                for one in review.fields
            ),
        )  # fmt: skip

    def _concept(
        self, taxonomy: str, code: str, label: str, definition: str = "", parent: str | None = None
    ) -> int:
        if (taxonomy, code) not in self._concepts:
            number = self._concepts[taxonomy, code] = len(self._concepts) + 1
            row = (number, taxonomy, code, label, definition or None, parent)
            self._insert("concepts", [row])
        return self._concepts[taxonomy, code]

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            places = ", ".join("?" * len(row))
            try:
                self._base.execute(f"INSERT INTO {table} VALUES ({places})", row)
            except sqlite3.IntegrityError as error:
                raise ValueError(f"the table {table} cannot hold {row[:3]}: {error}") from error


def _places(record: ReviewedRecord) -> Iterator[tuple[str, tuple[Provenance, ...]]]:
    for name in WORDS:
        if claim := getattr(record, name):
            yield name, claim.provenance
    for name, claim in record.details.items():
        yield DETAILS + name, claim.provenance
    for tag in record.tags:
        yield TAGS + tag.taxonomy, tag.evidence


# --- back -----------------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Said]:
    """What the tables say of each record. Raises Unreadable."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            base.row_factory = sqlite3.Row
            base.execute("PRAGMA trusted_schema = OFF")  # its views and triggers are not ours
            records = base.execute(
                "SELECT records.*, documents.path AS file FROM records "
                "JOIN documents ON documents.number = records.document ORDER BY records.number"
            )
            for row in records:
                yield _said(base, row)
    except sqlite3.Error as error:
        raise Unreadable(f"it is no database of records ({error}).") from error


def _said(base: sqlite3.Connection, row: sqlite3.Row) -> Said:
    saw = dict(parse_qsl(row["seen"]))
    fields: dict[str, Value | None] = {
        name: None for name in saw if name.startswith(DETAILS)
    }  # one that was deleted is one that was emptied
    for name in WORDS:
        fields[name] = Words(value=str(row[name])) if row[name] else None
    fields["place"] = Place(parent=row["parent"], path=split(row["path"], TRAIL))
    own = (row["number"],)
    for detail in base.execute("SELECT name, value FROM details WHERE record = ?", own):
        fields[DETAILS + detail["name"]] = Words(value=str(detail["value"]))
    tags = list(base.execute("SELECT taxonomy, code, role FROM tags WHERE record = ?", own))
    spoken = {name for name in saw if name.startswith(TAGS)}
    for name in sorted(spoken | {TAGS + tag["taxonomy"] for tag in tags}):
        of = (tag for tag in tags if TAGS + tag["taxonomy"] == name)
        fields[name] = Codes.of((tag["code"], tag["role"]) for tag in of)
    return Said(
        where=f"record {row['id']}",
        document=row["file"],
        record=row["id"],
        fields=fields,
        saw=saw,
        status=row["status"],
    )
