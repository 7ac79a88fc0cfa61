"""A table as Parquet: flat, by tag, or nested with every quote and decision; for DuckDB, pandas."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.rows import (
    WORDS,
    authors,
    plain,
    said_of,
    seen,
    table,
    text,
)
from pipeline.model import (
    Claim,
    Codes,
    Place,
    Provenance,
    Rationale,
    ReviewedFile,
    ReviewedRecord,
    Value,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS

FILE = "records.parquet"
GROUP = 5_000  # rows that are written at a time
NUMBERS = {"page": "int32", "confidence": "float64"}


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write a row for each record or tag; texts are strings, whatever they look like."""
    import pyarrow as pa

    if wanted.profile == "nested":
        taxonomies = tuple(corpus.taxonomies)
        rows = (
            _nested(file, record, taxonomies) for file in corpus.files() for record in file.records
        )
        _write(out, _nested_schema(), rows)
        return
    names, flat = table(corpus, wanted.profile)
    schema = pa.schema([(name, getattr(pa, NUMBERS.get(name, "string"))()) for name in names])
    strings = [name for name in names if name not in NUMBERS]
    _write(out, schema, (row | _as_text(row, strings) for row in flat))


def read(path: Path) -> Iterator[Said]:
    """What the rows say, of any profile. Raises Unreadable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            rows = ((f"row {number}", row) for number, row in enumerate(_rows(file), start=1))
            if "tags" in file.schema_arrow.names:
                yield from (_said(row, where) for where, row in rows)
            else:
                yield from said_of((where, _texts(row)) for where, row in rows)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, KeyError) as error:
        raise Unreadable(f"it is no Parquet table of records ({error}).") from error


def _write(out: Path, schema: Any, rows: Iterable[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    every = iter(rows)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(every, GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _rows(file: Any) -> Iterator[dict[str, Any]]:
    for batch in file.iter_batches(batch_size=GROUP):
        yield from batch.to_pylist()


def _as_text(row: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: str(cell) for name in names if (cell := row.get(name)) is not None}


def _texts(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if cell is None else str(cell) for name, cell in row.items()}


# --- nested ---------------------------------------------------------------------------------------


def _nested_schema() -> Any:
    import pyarrow as pa

    text, number, texts = pa.string(), pa.int64(), pa.list_(pa.string())

    def several(**types: Any) -> Any:
        return pa.list_(pa.struct(list(types.items())))

    quotes = several(quote=text, start=number, end=number, page=number, made_by=text)
    words = pa.struct([("value", text), ("quotes", quotes)])
    types = {
        "id": text,
        "status": text,
        "waits": texts,
        "label": text,
        "name": words,
        "description": words,
        "rationale": words,
        "rationale_basis": text,
        "path": texts,
        "parent": text,
        "children": texts,
        "details": several(name=text, items=texts, listed=pa.bool_(), quotes=quotes),
        "tags": several(
            taxonomy=text, code=text, label=text, role=text, basis=text, confidence=pa.float64(),
            evidence=quotes, why=text, made_by=text,
        ),
        "fields": several(field=text, status=text, curator=text, when=text, note=text),
        "source": pa.struct(
            [("title", text), ("authors", texts), ("year", text), ("doi", text), ("url", text)]
        ),
        "document": text,
        "sha256": text,
        "verdict": text,
        "taxonomies": texts,
        "seen": text,
    }  # fmt: skip
    return pa.schema(list(types.items()))


def _nested(
    file: ReviewedFile, record: ReviewedRecord, taxonomies: Iterable[str]
) -> dict[str, Any]:
    ids = tuple(dict.fromkeys([*taxonomies, *(tag.taxonomy for tag in record.tags)]))
    source, rationale = file.source, record.rationale
    return {
        "id": record.id,
        "status": str(record.review.status),
        "waits": record.review.waits,
        "label": record.label,
        "name": _words(record.name),
        "description": _words(record.description),
        "rationale": _words(rationale),
        "rationale_basis": rationale.basis if rationale else None,
        "path": record.path,
        "parent": record.parent,
        "children": record.children,
        "details": [_detail(name, claim) for name, claim in record.details.items()],
        "tags": [
            tag.model_dump(exclude={"evidence"}) | {"evidence": _quotes(tag.evidence)}
            for tag in record.tags
        ],
        "fields": [
            {
                "field": one.field,
                "status": str(one.status),
                "curator": one.curator,
                "when": one.when.isoformat() if one.when else None,
                "note": one.note,
            }
            for one in record.review.fields
        ],
        "source": {
            "title": plain(source.title),
            "authors": authors(source),
            "year": plain(source.year),
            "doi": plain(source.doi),
            "url": plain(source.url),
        },
        "document": file.document.path,
        "sha256": file.document.sha256,
        "verdict": str(file.document.verdict),
        "taxonomies": ids,
        "seen": urlencode(seen(record, ids)),
    }


def _words(claim: Claim | Rationale | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    return {"value": text(Words(value=claim.value)), "quotes": _quotes(claim.provenance)}


def _detail(name: str, claim: Claim) -> dict[str, Any]:
    listed = isinstance(claim.value, tuple)
    items = claim.value if isinstance(claim.value, tuple) else (str(claim.value),)
    return {"name": name, "items": items, "listed": listed, "quotes": _quotes(claim.provenance)}


def _quotes(places: Iterable[Provenance]) -> list[dict[str, Any]]:
    return [
        {
            "quote": place.quote,
            "start": place.span.start,
            "end": place.span.end,
            "page": place.pages[0] if place.pages else None,
            "made_by": place.made_by,
        }
        for place in places
    ]


def _said(row: dict[str, Any], where: str) -> Said:
    fields: dict[str, Value | None] = {}
    for name in WORDS:
        fields[name] = Words(value=row[name]["value"]) if row[name] else None
    for detail in row["details"] or ():
        items = tuple(detail["items"])
        fields[DETAILS + detail["name"]] = Words(value=items if detail["listed"] else items[0])
    for taxonomy in row["taxonomies"] or ():
        tags = [tag for tag in row["tags"] or () if tag["taxonomy"] == taxonomy]
        fields[TAGS + taxonomy] = Codes.of((tag["code"], tag["role"]) for tag in tags)
    fields["place"] = Place(parent=row["parent"], path=tuple(row["path"] or ()))
    return Said(
        where=where,
        document=row["document"],
        record=row["id"],
        fields=fields,
        saw=dict(parse_qsl(row["seen"] or "")),
        status=row["status"],
    )
