"""A release: the records, their sources and decisions, and a manifest (RO-Crate) of it all."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pipeline
from pipeline.export import Corpus, Wanted, csl, jsonl, taxonomies
from pipeline.export.lasting import EPOCH, moment_of, text_of
from pipeline.export.plain_json import loads
from pipeline.model import Decision, ReviewedFile

FILE = "release"
MANIFEST = "ro-crate-metadata.json"
CRATE = "https://w3id.org/ro/crate/1.1"
# The terms that RO-Crate 1.1 does not have itself.
CONTEXT = [
    f"{CRATE}/context",
    {"sha256": "https://schema.org/sha256", "Action": "https://schema.org/Action"},
]
_FORMATS = {
    ".jsonl": "application/jsonl",
    ".json": "application/json",
    ".toml": "application/toml",
}
_WHAT = {
    "records.jsonl": "The records, one a line",
    "records.schema.json": "The JSON Schema of a record",
    "decisions.jsonl": "The decisions that stand behind the records, in their order",
    "saw.jsonl": "What those decisions saw",
    csl.FILE: "The sources, as CSL-JSON",
}


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the release into the folder, and read it back. Raises ValueError if it differs."""
    out.mkdir(exist_ok=True)
    whole = corpus.files
    corpus = replace(corpus, files=lambda: (file for file in whole() if file.records))
    jsonl.write(corpus, out / "records.jsonl", wanted)
    csl.write(corpus, out / csl.FILE, wanted)
    taxonomies.write(corpus, out / "taxonomies", wanted)
    _write_decisions(corpus, out)
    graph = list(_graph(corpus, out, wanted))
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=2, ensure_ascii=False)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8")
    if wrong := list(check(out)):
        raise ValueError(f"the release is not what its manifest says: {'; '.join(wrong)}")


def check(folder: Path) -> Iterator[str]:
    """What in a release is not as its manifest says, a line each; nothing when all is well.

    Raises Unreadable and OSError.
    """
    graph = loads((folder / MANIFEST).read_bytes())["@graph"]
    stated = {node["@id"]: node for node in graph if node["@type"] == "File"}
    there = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    for name in sorted(stated.keys() | there.keys() - {MANIFEST}):
        if name not in there:
            yield f"{name} is missing"
        elif name not in stated:
            yield f"{name} is not in the manifest"
        elif _hash(there[name]) != stated[name]["sha256"]:
            yield f"{name} was changed"


def _write_decisions(corpus: Corpus, out: Path) -> None:
    """The decisions on the documents of the release, and each thing that they saw once."""
    seen: set[str] = set()
    with (
        (out / "decisions.jsonl").open("w", encoding="utf-8", newline="\n") as decisions,
        (out / "saw.jsonl").open("w", encoding="utf-8", newline="\n") as saw,
    ):
        for file in corpus.files():
            for one in corpus.decisions(file.document.path):
                line = one.model_dump_json(by_alias=True) + "\n"
                if isinstance(one, Decision):
                    decisions.write(line)
                elif one.digest not in seen:
                    seen.add(one.digest)
                    saw.write(line)


def _graph(corpus: Corpus, out: Path, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The entities of the crate: itself, its files, what it was made from, by whom, with what."""
    latest, documents, made_by = EPOCH, [], {"gleaner": pipeline.__version__}
    curators: set[str] = set()
    counts = [0, 0]
    for file in corpus.files():
        latest = max(latest, moment_of(file))
        documents.append(_document(file, corpus.licence(file.document.path)))
        made_by |= file.document.made_by
        curators |= {one.curator for one in _reviews(file) if one.curator}
        counts[0] += len(file.records)
        counts[1] += sum(isinstance(one, Decision) for one in corpus.decisions(file.document.path))
    files = [_file(path, out) for path in _files(out)]
    people = [
        {"@id": f"#curator-{name}", "@type": "Person", "name": name} for name in sorted(curators)
    ]
    tools = [
        {"@id": f"#tool-{name}", "@type": "SoftwareApplication", "name": name, "version": version}
        for name, version in sorted(made_by.items())
    ]
    yield {
        "@id": MANIFEST,
        "@type": "CreativeWork",
        "conformsTo": {"@id": CRATE},
        "about": {"@id": "./"},
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": "Measures that documents propose against the risks of AI",
        "description": f"{counts[0]} reviewed records, {counts[1]} decisions.",
        "datePublished": _day(latest),
        "license": _licence_of(wanted.licence),
        "hasPart": _ids(files),
        "isBasedOn": _ids(documents),
        "mentions": [{"@id": "#review"}],
    }
    yield {
        "@id": "#review",
        "@type": "CreateAction",
        "name": "Extraction and review",
        "endTime": latest.isoformat(),
        "agent": _ids(people),
        "instrument": _ids(tools),
        "object": _ids(documents),
        "result": _ids(one for one in files if not one["@id"].startswith("taxonomies/")),
    }
    if wanted.licence and not wanted.licence.startswith("http"):
        yield {"@id": "#licence", "@type": "CreativeWork", "name": wanted.licence}
    yield from (*files, *documents, *people, *tools)


def _licence_of(licence: str) -> Any:
    if not licence:
        return "Not stated; the documents have licences of their own."
    return {"@id": licence if licence.startswith("http") else "#licence"}


def _file(path: Path, out: Path) -> dict[str, Any]:
    name = path.relative_to(out).as_posix()
    return {
        "@id": name,
        "@type": "File",
        "name": _WHAT.get(name, f"The taxonomy {path.stem}"),
        "encodingFormat": _FORMATS[path.suffix],
        "contentSize": str(path.stat().st_size),
        "sha256": _hash(path),
    }


def _document(file: ReviewedFile, licence: str) -> dict[str, Any]:
    source, document = file.source, file.document
    people = [f"{one.given} {one.family}".strip() for one in source.authors]
    found = {
        "@id": f"#document-{quote(document.path)}",
        "@type": "CreativeWork",
        "name": text_of(source.title) or document.path,
        "alternateName": document.path,
        "author": people,
        "datePublished": text_of(source.year),
        "identifier": text_of(source.doi),
        "url": text_of(source.url),
        "license": licence,
        "encodingFormat": document.media_type,
        "sha256": document.sha256,
    }
    return {key: value for key, value in found.items() if value}


def _reviews(file: ReviewedFile) -> Iterator[Any]:
    for record in file.records:
        yield from record.review.fields


def _files(folder: Path) -> list[Path]:
    """The files of a release in order; what begins with a dot is the disk's, not the release's."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path != folder / MANIFEST
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ids(nodes: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": node["@id"]} for node in nodes]


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
