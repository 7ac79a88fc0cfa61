"""Records as JSON, one to a line, each with its document and source; the schema beside them."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.plain_json import loads
from pipeline.export.rows import authors, plain, seen, values, year
from pipeline.model import Frozen, ReviewedFile, ReviewedRecord

FILE = "records.jsonl"
SCHEMA: Final = "gleaner.record/1"
LONGEST = 64 << 20  # bytes of a line: a record has a few thousand


class Of(Frozen):
    """The document that a record is of, and the work that it is."""

    path: str
    sha256: str
    media_type: str
    verdict: str
    title: str | None
    authors: tuple[str, ...]
    year: int | str | None
    doi: str | None
    url: str | None


class Line(ReviewedRecord):
    """A reviewed record that stands alone. `seen` has a mark for what stands of each field."""

    schema_: Literal["gleaner.record/1"] = Field(default=SCHEMA, alias="schema")
    document: Of
    seen: dict[str, str]


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the records, and their JSON Schema beside them as *.schema.json."""
    schema = Line.model_json_schema(by_alias=True, mode="serialization")
    beside = out.with_suffix(".schema.json")
    beside.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    with out.open("w", encoding="utf-8", newline="\n") as file:
        for one in corpus.files():
            of = _of(one)
            for record in one.records:
                file.write(_line(record, of, corpus.taxonomies).model_dump_json(by_alias=True))
                file.write("\n")


def read(path: Path) -> Iterator[Said]:
    """What each line says. Raises Unreadable."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), start=1):
            where = f"line {number}"
            if len(line) > LONGEST:
                raise Unreadable(f"{where}: longer than {LONGEST >> 20} MB; no record is.")
            if line.strip():
                yield _said(line, where)


def _said(line: bytes, where: str) -> Said:
    try:
        record = Line.model_validate(loads(line))
    except Unreadable as error:
        raise Unreadable(f"{where}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise Unreadable(f"{where}: {place}: {first['msg']}.") from error
    spoken = {tag.taxonomy for tag in record.tags}
    spoken |= {name.removeprefix("tags.") for name in record.seen if name.startswith("tags.")}
    return Said(
        where=where,
        document=record.document.path,
        record=record.id,
        fields=values(record, sorted(spoken)),
        saw=record.seen,
        status=str(record.review.status),
    )


def _line(record: ReviewedRecord, of: Of, taxonomies: Iterable[str]) -> Line:
    ids = dict.fromkeys([*taxonomies, *(tag.taxonomy for tag in record.tags)])
    fields = {name: getattr(record, name) for name in ReviewedRecord.model_fields}
    return Line.model_construct(**fields, schema_=SCHEMA, document=of, seen=seen(record, ids))


def _of(file: ReviewedFile) -> Of:
    document, source = file.document, file.source
    return Of(
        path=document.path,
        sha256=document.sha256,
        media_type=document.media_type,
        verdict=str(document.verdict),
        title=plain(source.title),
        authors=authors(source),
        year=year(source),
        doi=plain(source.doi),
        url=plain(source.url),
    )
