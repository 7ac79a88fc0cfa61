"""Records as a catalog of controls in OSCAL, with their sources as back matter."""

import json
from collections.abc import Iterator, Mapping
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
from pipeline.model import Provenance, ReviewedFile, ReviewedRecord

FILE = "catalog.oscal.json"
VERSION = "1.1.3"  # of OSCAL
OURS = "urn:gleaner:oscal"  # the name space of properties that OSCAL does not define


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the catalog: a group for each document, in it one for each heading of the authors."""
    latest, names = EPOCH, []
    for file in corpus.files():
        latest = max(latest, moment_of(file))
        names.append(f"{file.document.sha256} {len(file.records)}")
    metadata = {
        "title": "Measures",
        "last-modified": stamp(latest),
        "version": stamp(latest),
        "oscal-version": VERSION,
        "remarks": "Made by Gleaner: each control quotes its source.",
    }
    with out.open("w", encoding="utf-8", newline="\n") as to:
        head = {"uuid": name_of("catalog", stamp(latest), *names), "metadata": metadata}
        to.write(f'{{"catalog": {json.dumps(head, indent=1, ensure_ascii=False)[:-2]}')
        if names:  # OSCAL has no empty lists
            to.write(',\n "groups": ')
            write_array(to, _groups(corpus))
            to.write(',\n "back-matter": {"resources": ')
            write_array(to, (_resource(file) for file in corpus.files()))
            to.write("}")
        to.write("\n}}\n")


def _groups(corpus: Corpus) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()  # an id names one control of the catalog
    for file in corpus.files():
        yield _group_of(file, taken)


def _group_of(file: ReviewedFile, taken: set[str]) -> dict[str, Any]:
    """The group of a document. OSCAL has groups of groups or of controls, never of both."""
    here = {record.id for record in file.records}
    tops = [one for one in file.records if one.parent not in here or one.parent == one.id]
    below: dict[str, list[ReviewedRecord]] = {}
    for record in file.records:
        if record.parent in here and record.parent != record.id:
            below.setdefault(str(record.parent), []).append(record)
    made: set[str] = set()

    def control(record: ReviewedRecord) -> dict[str, Any]:
        made.add(record.id)
        parts = [control(one) for one in below.get(record.id, ()) if one.id not in made]
        return _control(record, file, taken) | ({"controls": parts} if parts else {})

    title = _line(text_of(file.source.title)) or file.document.path
    tree: dict[str, Any] = {}
    for record in (*tops, *file.records):  # parents that go in a circle have no top
        if record.id not in made:
            own = record.path[1:] if _line("".join(record.path[:1])) == title else record.path
            _branch(tree, own).setdefault("", []).append(control(record))
    reference = {"href": f"#{_resource_name(file)}", "rel": "reference"}
    return {**_group(title, tree, (file.document.path,)), "links": [reference]}


def _branch(tree: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for step in path:
        tree = tree.setdefault(_line(step) or "-", {})
    return tree


def _group(title: str, tree: Mapping[str, Any], way: tuple[str, ...]) -> dict[str, Any]:
    own = tree.get("", [])
    inner = [_group(step, inside, (*way, step)) for step, inside in tree.items() if step]
    group: dict[str, Any] = {"id": f"g-{name_of('group', *way)}", "title": title}
    if inner and own:
        apart = {"id": f"g-{name_of('own', *way)}", "title": title, "controls": own}
        return group | {"groups": [apart, *inner]}
    return group | ({"groups": inner} if inner else {"controls": own} if own else {})


def _control(record: ReviewedRecord, file: ReviewedFile, taken: set[str]) -> dict[str, Any]:
    identifier, number = f"m-{record.id}", 2
    while identifier in taken:
        identifier, number = f"m-{record.id}.{number}", number + 1
    taken.add(identifier)
    props = [_property("label", record.label or "", ns="")]
    props += [_property("status", record.review.status.value)]
    props += [
        _property(tag.taxonomy, tag.code, kind=tag.role, remarks=f"{tag.label} ({tag.basis})")
        for tag in record.tags
    ]
    for name, claim in record.details.items():
        items = claim.value if isinstance(claim.value, tuple) else (str(claim.value),)
        props += [_property(name, item, kind="detail") for item in items]
    links = [{"href": f"#{_resource_name(file)}", "rel": "reference"}]
    if page := next(iter(_places(record)), None):
        links[0]["text"] = f"page {page.pages[0]}" if page.pages else _line(page.quote)[:80]
    parts = [
        _part(identifier, name, text_of(claim))
        for name, claim in (("statement", record.description), ("rationale", record.rationale))
    ]
    return {
        "id": identifier,
        "class": record.kind,
        "title": title_of(record),
        "props": [one for one in props if one],
        "links": links,
        **({"parts": kept} if (kept := [one for one in parts if one]) else {}),
    }


def _places(record: ReviewedRecord) -> tuple[Provenance, ...]:
    claim = record.description or record.name
    return claim.provenance if claim else ()


def _property(
    name: str, value: str, ns: str = OURS, kind: str = "", remarks: str = ""
) -> dict[str, str] | None:
    """A property; None for an empty value, which OSCAL has none of."""
    value = _line(value)
    token = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
    token = token if token[:1].isalpha() else f"_{token}"
    found = {"name": token, "ns": ns, "value": value, "class": kind, "remarks": remarks}
    return {key: text for key, text in found.items() if text} if value else None


def _part(control: str, name: str, prose: str) -> dict[str, str] | None:
    if not prose:
        return None
    own = {"ns": OURS} if name != "statement" else {}
    return {"id": f"{control}_{name}", "name": name, **own, "prose": prose}


def _resource_name(file: ReviewedFile) -> str:
    return name_of("resource", file.document.path, file.document.sha256)


def _resource(file: ReviewedFile) -> dict[str, Any]:
    source = file.source
    people = "; ".join(f"{a.family}, {a.given}" if a.given else a.family for a in source.authors)
    title = _line(text_of(source.title)) or file.document.path
    year = text_of(source.year)
    hashed = {"algorithm": "SHA-256", "value": file.document.sha256}
    links = [{"href": file.document.path, "media-type": file.document.media_type}]
    doi, url = _line(text_of(source.doi)), text_of(source.url)
    if url:
        links.append({"href": url})
    cited = ". ".join(filter(None, (_line(people), title, year, doi and f"doi:{doi}")))
    resource: dict[str, Any] = {
        "uuid": _resource_name(file),
        "title": title,
        "citation": {"text": cited},
        "rlinks": [{**links[0], "hashes": [hashed]}, *links[1:]],
    }
    if doi:
        ids = [{"scheme": "http://www.doi.org/", "identifier": doi}]
        resource["document-ids"] = ids
    return resource


def _line(text: str) -> str:
    return " ".join(text.split())
