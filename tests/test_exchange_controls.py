"""Records as an OSCAL catalog and as a STIX bundle, read by those who define the formats."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import stix2  # type: ignore[import-untyped]
from exchanges import HOSTILE, corpus, store_with_guide
from trestle.oscal.catalog import Catalog

from pipeline.export import Corpus, Wanted, oscal, stix
from pipeline.model import Claim, ReviewedFile, ReviewedRecord


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus(store_with_guide(tmp_path_factory.mktemp("controls")))


def written(format: ModuleType, found: Corpus, folder: Path) -> Path:
    out = folder / str(format.FILE)
    format.write(found, out, Wanted())
    return out


def controls(group: Any) -> Iterator[Any]:
    for inner in getattr(group, "groups", None) or ():
        yield from controls(inner)
    for control in getattr(group, "controls", None) or ():
        yield control
        yield from controls(control)


def hostile(record: ReviewedRecord, text: str, number: int) -> ReviewedRecord:
    said = Claim(value=text, provenance=())
    changes = {"id": f"{record.id}-{number}", "name": said, "description": said, "label": text}
    changes |= {"path": (text, "b\n c"), "details": {"an odd/name": said}}
    return record.model_copy(update=changes)


def with_hostile(found: Corpus) -> Corpus:
    """The same with records that say hostile things, one inside another, two in a circle."""

    def files() -> Iterator[ReviewedFile]:
        for file in found.files():
            first = file.records[0]
            more = [hostile(first, text, number) for number, text in enumerate((*HOSTILE, "", " "))]
            more[1] = more[1].model_copy(update={"parent": more[0].id})
            more[2] = more[2].model_copy(update={"parent": more[3].id})
            more[3] = more[3].model_copy(update={"parent": more[2].id})
            yield file.model_copy(update={"records": (*file.records, *more)})

    return replace(found, files=files)


def test_the_catalog_is_one_of_oscal(records: Corpus, tmp_path: Path) -> None:
    catalog: Any = Catalog.oscal_read(written(oscal, records, tmp_path))
    [file] = records.files()
    found = list(controls(catalog))
    assert [one.id for one in found] == [f"m-{one.id}" for one in file.records]
    assert found[0].title == "Red-team the model"
    assert found[0].parts[0].prose == file.records[0].description.value  # type: ignore[union-attr]
    coded = {(one.name, one.value) for one in found[0].props}
    assert {(t.taxonomy, t.code) for t in file.records[0].tags} <= coded
    [resource] = catalog.back_matter.resources
    assert found[0].links[0].href == f"#{resource.uuid}"
    assert resource.rlinks[0].hashes[0].value == file.document.sha256
    assert "Rossi, Ada. A guide to careful releases. 2024" in resource.citation.text


def test_hostile_words_make_no_other_catalog(records: Corpus, tmp_path: Path) -> None:
    found = with_hostile(records)
    catalog = Catalog.oscal_read(written(oscal, found, tmp_path))
    [file] = found.files()
    ids = [one.id for one in controls(catalog)]
    assert sorted(ids) == sorted(f"m-{one.id}" for one in file.records)


def test_the_authors_hierarchy_is_that_of_the_groups(records: Corpus, tmp_path: Path) -> None:
    catalog = json.loads(written(oscal, records, tmp_path).read_text())["catalog"]
    titles, group = [], catalog["groups"][0]
    while group:
        titles.append(group["title"])
        group = next(iter(group.get("groups", ())), None)
    [file] = records.files()
    assert titles == [*file.records[0].path]
    assert titles[0] == str(file.source.title.value)  # type: ignore[union-attr]


def test_the_bundle_is_one_of_stix(records: Corpus, tmp_path: Path) -> None:
    found = with_hostile(records)
    bundle = stix2.parse(written(stix, found, tmp_path).read_text())
    [file] = found.files()
    actions = [one for one in bundle.objects if one.type == "course-of-action"]
    assert [a.external_references[1].external_id for a in actions] == [r.id for r in file.records]
    assert actions[0].name == "Red-team the model"
    assert str(actions[0].created) == "2024-01-01 00:00:00+00:00"
    parts = [one for one in bundle.objects if one.type == "relationship"]
    assert parts[0].source_ref == actions[len(file.records) - len(HOSTILE) - 1].id


@pytest.mark.parametrize("format", [oscal, stix])
def test_the_same_records_give_the_same_bytes(
    format: ModuleType, records: Corpus, tmp_path: Path
) -> None:
    first = written(format, records, tmp_path).read_bytes()
    assert written(format, records, tmp_path).read_bytes() == first
