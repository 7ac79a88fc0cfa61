"""Records as courses of action in STIX 2.1, one bundle: for threat-intelligence platforms."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.export import Corpus, Wanted
from pipeline.export.lasting import (
    EPOCH,
    moment_of,
    name_of,
    stamp,
    text_of,
    title_of,
    write_array,
)
from pipeline.model import ReviewedFile, ReviewedRecord

FILE = "measures.stix.json"
IDENTITY = f"identity--{name_of('gleaner')}"


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the bundle. Its times are those of the decisions, or the years of the sources."""
    names, latest = [], EPOCH
    for file in corpus.files():
        names.append(file.document.sha256)
        latest = max(latest, moment_of(file))
    bundle = f"bundle--{name_of('bundle', stamp(latest), *names)}"
    with out.open("w", encoding="utf-8", newline="\n") as to:
        to.write(f'{{"type": "bundle", "id": "{bundle}", "objects": ')
        write_array(to, _objects(corpus))
        to.write("}\n")


def _objects(corpus: Corpus) -> Iterator[dict[str, Any]]:
    yield {
        "type": "identity",
        "spec_version": "2.1",
        "id": IDENTITY,
        "created": stamp(EPOCH),
        "modified": stamp(EPOCH),
        "name": "Gleaner",
        "identity_class": "system",
    }
    for file in corpus.files():
        moment = moment_of(file)
        for record in file.records:
            yield _course_of_action(record, file, moment)
        yield from _relationships(file, moment)


def _name(kind: str, file: ReviewedFile, *ids: str) -> str:
    return f"{kind}--{name_of(kind, file.document.path, *ids)}"


def _course_of_action(
    record: ReviewedRecord, file: ReviewedFile, moment: datetime
) -> dict[str, Any]:
    primary = [tag for tag in record.tags if tag.role == "primary"]
    found = {
        "type": "course-of-action",
        **_common(_name("course-of-action", file, record.id), moment),
        "name": title_of(record),
        "description": text_of(record.description),
        "labels": sorted({f"{tag.taxonomy}:{tag.code}" for tag in primary}),
        "external_references": list(_references(record, file)),
    }
    return {key: value for key, value in found.items() if value}


def _common(identifier: str, moment: datetime) -> dict[str, str]:
    return {
        "spec_version": "2.1",
        "id": identifier,
        "created_by_ref": IDENTITY,
        "created": stamp(moment),
        "modified": stamp(moment),
    }


def _references(record: ReviewedRecord, file: ReviewedFile) -> Iterator[dict[str, str]]:
    """The source with the authors' own label, then the record here with its words."""
    title = " ".join(text_of(file.source.title).split()) or file.document.path
    url = text_of(file.source.url)
    work = {"source_name": title, "description": file.document.path, "url": url}
    work["external_id"] = record.label or ""
    yield {key: value for key, value in work.items() if value}
    places = record.description.provenance if record.description else ()
    quote = places[0].quote if places else ""
    said = {"source_name": "gleaner", "external_id": record.id, "description": quote}
    yield {key: value for key, value in said.items() if value}


def _relationships(file: ReviewedFile, moment: datetime) -> Iterator[dict[str, Any]]:
    """A part belongs to its whole: STIX has no word of its own for it."""
    here = {record.id for record in file.records}
    for record in file.records:
        if record.parent in here and record.parent != record.id:
            yield {
                "type": "relationship",
                **_common(_name("relationship", file, record.id, str(record.parent)), moment),
                "relationship_type": "related-to",
                "description": "is a part of",
                "source_ref": _name("course-of-action", file, record.id),
                "target_ref": _name("course-of-action", file, str(record.parent)),
            }
