"""Records as rows of text, and back: what all tables have in common.

A row says what stands of a record. `seen` holds a mark for each field: when the row comes back, a
value with another mark was changed in the table, and one whose mark has changed here was changed
here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from pipeline.export import Corpus, Said, Unreadable
from pipeline.export.cells import join, lines, split
from pipeline.model import (
    Claim,
    Codes,
    Place,
    Provenance,
    ReviewedFile,
    ReviewedRecord,
    Source,
    Tag,
    Value,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS

Cell = str | int | float | None
Row = dict[str, Cell]

WORDS: Final = ("name", "description", "rationale")
HEAD = ("id", "status", "waits", "decided", "label", *WORDS, "rationale_basis", "path", "parent")
TAIL = ("page", "quote", "source_title", "source_authors", "source_year", "source_doi",
        "source_url", "document", "verdict", "seen")  # fmt: skip
TAG_HEAD = ("id", "status", "name", "taxonomy", "code", "label", "role", "basis",
            "decided", "confidence", "why", "evidence", "page", "source_title", "document",
            "seen")  # fmt: skip
OURS: Final = frozenset(("id", "document", "seen"))  # by which a table of ours is known
LABEL, BASIS, OTHER = ".label", ".basis", ".other"  # behind tags.<taxonomy>
TRAIL, ITEMS = " > ", "; "  # between headings, between codes


# --- what stands ----------------------------------------------------------------------------------


def values(record: ReviewedRecord, taxonomies: Iterable[str]) -> dict[str, Value | None]:
    """The fields that curators decide on, as they stand, without their provenance."""
    found: dict[str, Value | None] = {
        "name": _words(record.name),
        "description": _words(record.description),
        "rationale": Words(value=record.rationale.value) if record.rationale else None,
        "place": Place(parent=record.parent, path=record.path),
    }
    found |= {DETAILS + name: _words(claim) for name, claim in record.details.items()}
    found |= {TAGS + one: codes_in(record, one) for one in taxonomies}
    return found


def codes_in(record: ReviewedRecord, taxonomy: str) -> Codes:
    """The concepts of one taxonomy that a record has."""
    return Codes.of((tag.code, tag.role) for tag in record.tags if tag.taxonomy == taxonomy)


def text(value: Value | None) -> str:
    """A value as a cell has it: the items of a list a line each."""
    match value:
        case Words(value=tuple() as items):
            return lines(items)
        case Words(value=one):
            return str(one)
        case Codes(primary=primary, other=other):
            return f"{primary or ''}\n{join(sorted(other), ITEMS)}"
        case Place(parent=parent, path=path):
            return f"{parent or ''}\n{join(path, TRAIL)}"
    return ""


def mark(value: Value | None) -> str:
    """A short name for what a value says: the same however a spreadsheet ends its lines."""
    said = text(value).replace("\r\n", "\n").replace("\r", "\n")
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def seen(record: ReviewedRecord, taxonomies: Iterable[str]) -> dict[str, str]:
    """The marks of all that a record says, its status too."""
    known = values(record, taxonomies) | {"status": Words(value=str(record.review.status))}
    return {name: mark(value) for name, value in known.items()}


def _words(claim: Claim | None) -> Words | None:
    return Words(value=claim.value) if claim else None


# --- a row for each record ------------------------------------------------------------------------


def columns(corpus: Corpus) -> tuple[str, ...]:
    """The columns of a flat table, from one look at every record."""
    taxonomies = dict.fromkeys(corpus.taxonomies)
    details: dict[str, None] = {}
    for file in corpus.files():
        for record in file.records:
            taxonomies |= dict.fromkeys(tag.taxonomy for tag in record.tags)
            details |= dict.fromkeys(record.details)
    tags = (TAGS + one + end for one in taxonomies for end in ("", LABEL, BASIS, OTHER))
    return (*HEAD, *tags, *(DETAILS + name for name in details), *TAIL)


def taxonomies_of(names: Iterable[str]) -> tuple[str, ...]:
    """The taxonomies that a flat table has columns for."""
    found = (name for name in names if name.startswith(TAGS) and name.endswith(LABEL))
    return tuple(name.removeprefix(TAGS).removesuffix(LABEL) for name in found)


def flat(file: ReviewedFile, record: ReviewedRecord, taxonomies: Iterable[str]) -> Row:
    """A record as a row. Absent values are None; numbers are numbers only where the model says."""
    known = values(record, taxonomies)
    words = next((c for c in (record.description, record.name) if c and c.provenance), None)
    row: Row = {
        **_head(record),
        "waits": join(record.review.waits, ITEMS),
        "rationale_basis": record.rationale.basis if record.rationale else None,
        "path": join(record.path, TRAIL),
        "parent": record.parent,
        "page": _page(words.provenance) if words else None,
        "quote": "\n".join(place.quote for place in words.provenance) if words else None,
        **_source(file.source),
        "document": file.document.path,
        "verdict": str(file.document.verdict),
        "seen": urlencode(seen(record, taxonomies)),
    }
    for name, value in known.items():
        if isinstance(value, Words):
            row[name] = value.value if isinstance(value.value, int) else text(value)
        elif isinstance(value, Codes):
            row |= {name: value.primary, name + OTHER: join(value.other, ITEMS) or None}
    for tag in record.tags:
        head = TAGS + tag.taxonomy
        if tag.role == "primary" and tag.code == row.get(head):
            row |= {head + LABEL: tag.label, head + BASIS: tag.basis}
    return row


def said(row: Mapping[str, str], where: str) -> Said:
    """What a row says of a record; columns that are gone say nothing."""
    fields: dict[str, Value | None] = {}
    for name, cell in row.items():
        if name in WORDS or name.startswith(DETAILS):
            fields[name] = Words(value=cell) if cell else None
        elif name.startswith(TAGS) and not name.endswith((LABEL, BASIS, OTHER)):
            other = split(row.get(name + OTHER, ""), ITEMS)
            fields[name] = Codes(primary=cell.strip() or None, other=other)
    if "path" in row and "parent" in row:
        fields["place"] = Place(
            parent=row["parent"].strip() or None, path=split(row["path"], TRAIL)
        )
    return Said(
        where=where,
        document=row.get("document", ""),
        record=_id(row, where),
        fields=fields,
        saw=dict(parse_qsl(row.get("seen", ""))),
        status=row.get("status") or None,
    )


def _head(record: ReviewedRecord) -> Row:
    review = record.review
    decided = (field.field for field in review.fields if field.status in DECIDED)
    return {
        "id": record.id,
        "label": record.label,
        "status": str(review.status),
        "decided": join(decided, ITEMS),
    }


DECIDED = ("accepted", "edited", "rejected")


def _page(places: Iterable[Provenance]) -> int | None:
    return next((page for place in places for page in place.pages), None)


def _source(source: Source) -> Row:
    return {
        "source_title": plain(source.title),
        "source_authors": join(authors(source), ITEMS) or None,
        "source_year": year(source),
        "source_doi": plain(source.doi),
        "source_url": plain(source.url),
    }


def authors(source: Source) -> tuple[str, ...]:
    """The authors as "Family, Given"."""
    people = source.authors
    return tuple(f"{one.family}, {one.given}" if one.given else one.family for one in people)


def year(source: Source) -> int | str | None:
    """The year of a work: a number, if it is one."""
    said = source.year.value if source.year else None
    return said if isinstance(said, int) else plain(source.year)


def plain(claim: Claim | None) -> str | None:
    """What a claim says, as text."""
    return text(Words(value=claim.value)) if claim else None


def _id(row: Mapping[str, str], where: str) -> str:
    if "id" not in row:
        raise Unreadable(f"{where}: there is no column id; without it nobody knows the record.")
    return row["id"].strip()


# --- a row for each tag ---------------------------------------------------------------------------


def tag_rows(file: ReviewedFile, record: ReviewedRecord) -> Iterator[Row]:
    """A row for each tag of a record."""
    decided = {field.field for field in record.review.fields if field.status in DECIDED}
    head = _head(record) | {"name": plain(record.name), "document": file.document.path}
    for tag in record.tags:
        field = TAGS + tag.taxonomy
        yield head | _tag(tag) | {
            "decided": "yes" if field in decided else "no",
            "source_title": plain(file.source.title),
            "seen": urlencode({field: mark(codes_in(record, tag.taxonomy))}),
        }  # fmt: skip


def _tag(tag: Tag) -> Row:
    return {
        "taxonomy": tag.taxonomy,
        "code": tag.code,
        "label": tag.label,
        "role": tag.role,
        "basis": tag.basis,
        "confidence": tag.confidence,
        "why": tag.why,
        "evidence": lines([place.quote for place in tag.evidence]),
        "page": _page(tag.evidence),
    }


def said_of_tags(rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[Said]:
    """What rows of tags say of each record, in whatever order they come.

    A row without a code says that the record has no concept of that taxonomy. A taxonomy without
    a row is not spoken of.
    """
    found: dict[tuple[str, str, str], list[tuple[str, Mapping[str, str]]]] = {}
    for where, row in rows:
        key = row.get("document", ""), _id(row, where), row.get("taxonomy", "").strip()
        found.setdefault(key, []).append((where, row))
    for (document, record, taxonomy), group in found.items():
        where, first = group[0]
        yield Said(
            where=where,
            document=document,
            record=record,
            fields={TAGS + taxonomy: _codes(group)},
            saw=dict(parse_qsl(first.get("seen", ""))),
        )


def _codes(group: Iterable[tuple[str, Mapping[str, str]]]) -> Codes:
    primary, other = None, []
    for where, row in group:
        code, role = row.get("code", "").strip(), row.get("role", "").strip() or "primary"
        if role not in ("primary", "other"):
            raise Unreadable(f"{where}: the role {role!r} is neither primary nor other.")
        if code and role == "primary":
            if primary is not None and primary != code:
                raise Unreadable(f"{where}: a second primary code ({primary} and {code}).")
            primary = code
        elif code:
            other.append(code)
    return Codes(primary=primary, other=tuple(other))


# --- both -----------------------------------------------------------------------------------------


def said_of(rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[Said]:
    """What the rows of a table say, of either profile: one with a column `taxonomy` is of tags."""
    every = iter(rows)
    first = next(every, None)
    if first is None:
        return
    if "taxonomy" in first[1]:
        yield from said_of_tags([first, *every])
        return
    yield said(first[1], first[0])
    for where, row in every:
        yield said(row, where)


def by_name(rows: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows with the names of their columns, which the first of them has. Raises Unreadable."""
    names: list[str] | None = None
    for where, cells in rows:
        if not any(cells):
            continue
        if names is None:
            names = cells
            if twice := next((name for name in names if name and names.count(name) > 1), None):
                raise Unreadable(f"{where}: two columns are called {twice!r}; remove one.")
        elif len(cells) != len(names):
            raise Unreadable(f"{where}: {len(cells)} cells under {len(names)} names.")
        else:
            yield where, dict(zip(names, cells, strict=True))


def table(corpus: Corpus, profile: str) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns of a profile, and its rows as they are read. The rows raise ValueError."""
    if profile == "tags":
        return TAG_HEAD, _writable(
            row for file in corpus.files() for one in file.records for row in tag_rows(file, one)
        )
    names = columns(corpus)
    ids, known = taxonomies_of(names), set(names)

    def rows() -> Iterator[Row]:
        for file in corpus.files():
            for record in file.records:
                row = flat(file, record, ids)
                if row.keys() - known:  # decided since the columns were counted
                    raise ValueError(f"record {record.id} changed meanwhile; export again")
                yield row

    return names, _writable(rows())


def _writable(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        for name, cell in row.items():
            if isinstance(cell, str) and "\0" in cell:
                raise ValueError(
                    f"record {row['id']}: its {name} holds a NUL character, which no table can "
                    f"carry; edit that field, or export it as jsonl"
                )
        yield row
