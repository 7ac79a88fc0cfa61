"""Records to annotation tools and back: what was accepted there becomes decisions."""

import json
import xml.etree.ElementTree as ElementTree
from contextlib import closing
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
from building import Writer
from exchanges import answered, copied, corpus, gleaner, store_with_guide, written
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from pipeline.export import (
    Unreadable,
    docbin,
    label_studio,
    prodigy,
    web_annotation,
)
from pipeline.export.rows import mark
from pipeline.model import (
    Act,
    Codes,
    Decision,
    Span,
    Words,
)
from pipeline.store import Store
from pipeline.store.decisions import Decisions

FORMATS = (label_studio, prodigy, docbin, web_annotation)


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_with_guide(tmp_path_factory.mktemp("annotations"))


def decided(store: Store) -> list[Decision]:
    with closing(Decisions.at(store.raw, read_only=True)) as decisions:
        return list(decisions.all())


@pytest.mark.parametrize("format", FORMATS)
def test_what_comes_back_as_it_left_decides_nothing(
    format: ModuleType, guide: Store, tmp_path: Path
) -> None:
    file = written(format, corpus(guide), tmp_path)
    for said in format.read(file):
        assert said.status is None
        assert all(mark(value) == said.saw[field] for field, value in said.fields.items())
    with copied(guide) as store:
        name = format.__name__.rpartition(".")[2]
        done = gleaner(store, "import", name, str(file), "--curator", "ada")
        assert done.exit_code == 0
        assert decided(store) == []


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_accepted_is_decided_once(
    format: ModuleType, guide: Store, tmp_path: Path
) -> None:
    with copied(guide) as store:
        file = written(format, corpus(store), tmp_path)
        answered(format, file, "accept")
        name = format.__name__.rpartition(".")[2]
        words = ("import", name, str(file), "--curator", "ada")
        dry = gleaner(store, *words, "--dry-run")
        assert dry.exit_code == 0
        assert decided(store) == []
        assert gleaner(store, *words).exit_code == 0
        taken = decided(store)
        assert {one.act for one in taken} == {Act.ACCEPT}
        [original] = corpus(guide).files()
        record = original.records[0]
        fields = {one.field: one.value for one in taken if one.record == record.id}
        assert {"name", "description"} <= fields.keys()
        assert {f"tags.{tag.taxonomy}" for tag in record.tags} <= fields.keys()
        assert fields["name"].value == "Red-team the model"  # type: ignore[union-attr]
        assert all(one.curator == "ada" and one.saw for one in taken)
        assert gleaner(store, *words).exit_code == 0
        assert decided(store) == taken


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_rejected_is_rejected(format: ModuleType, guide: Store, tmp_path: Path) -> None:
    with copied(guide) as store:
        file = written(format, corpus(store), tmp_path)
        answered(format, file, "reject")
        name = format.__name__.rpartition(".")[2]
        gleaner(store, "import", name, str(file), "--curator", "ada")
        [before] = corpus(guide).files()
        assert {(one.record, one.act) for one in decided(store)} == {
            (record.id, Act.REJECT) for record in before.records
        }


def test_a_mark_that_was_moved_is_an_edit_at_its_place(guide: Store, tmp_path: Path) -> None:
    with copied(guide) as store:
        file = written(prodigy, corpus(store), tmp_path)
        task = json.loads(file.read_text().partition("\n")[0])
        [span] = [one for one in task["spans"] if one["label"] == "description"]
        shorter = "Two people attack the model for a week before each release"
        span["end"] = span["start"] + len(shorter)
        task["accept"] = [one for one in task["accept"] if not one.startswith("mitigation/")]
        task["accept"].append("mitigation/primary/2.2.2")
        file.write_text(json.dumps(task | {"answer": "accept"}))
        assert gleaner(store, "import", "prodigy", str(file), "--curator", "ada").exit_code == 0
        taken = {one.field: one for one in decided(store)}
        edit = taken["description"]
        assert edit.act is Act.EDIT
        assert isinstance(edit.value, Words)
        assert edit.value.value == shorter
        [place] = edit.value.provenance
        assert place.quote == shorter
        assert place.made_by == "curator:ada"
        assert taken["tags.mitigation"].value == Codes(primary="2.2.2")
        assert taken["name"].act is Act.ACCEPT


def test_two_annotators_who_disagree_are_not_settled_in_silence(
    guide: Store, tmp_path: Path
) -> None:
    file = written(label_studio, corpus(guide), tmp_path)
    tasks = json.loads(file.read_text())
    result = tasks[0]["predictions"][0]["result"]
    tasks[0]["annotations"] = [{"result": result}, {"result": result[:1]}]
    file.write_text(json.dumps(tasks))
    with pytest.raises(Unreadable, match="task 1: its 2 annotations differ"):
        list(label_studio.read(file))
    tasks[0]["annotations"][0]["ground_truth"] = True
    file.write_text(json.dumps(tasks))
    assert len(list(label_studio.read(file))) == 1
    tasks[0]["annotations"] = [{"result": result, "was_cancelled": True}]
    file.write_text(json.dumps(tasks))
    assert list(label_studio.read(file)) == []


# --- what the tools read --------------------------------------------------------------------------

# The shape that Label Studio documents for tasks with predictions.
PLACE = {"type": "integer", "minimum": 0}
RESULT = {
    "type": "object",
    "required": ["id", "from_name", "to_name", "type", "value"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "to_name": {"const": "text"},
        "type": {"enum": ["labels", "choices"]},
        "value": {
            "oneOf": [
                {
                    "required": ["start", "end", "text", "labels"],
                    "properties": {"start": PLACE, "end": PLACE, "labels": {"minItems": 1}},
                },
                {"required": ["choices"], "properties": {"choices": {"minItems": 1}}},
            ]
        },
    },
}
TASKS = {
    "type": "array",
    "items": {
        "required": ["data", "predictions"],
        "properties": {
            "data": {"required": ["text"]},
            "predictions": {
                "items": {
                    "required": ["model_version", "result"],
                    "properties": {"result": {"type": "array", "items": RESULT}},
                }
            },
        },
    },
}


def test_the_tasks_of_label_studio_fit_their_interface(guide: Store, tmp_path: Path) -> None:
    file = written(label_studio, corpus(guide), tmp_path)
    tasks = json.loads(file.read_text())
    jsonschema.validate(tasks, TASKS)
    view = ElementTree.fromstring(file.with_suffix(".xml").read_text())
    known = {tag.get("name"): {one.get("value") for one in tag} for tag in view if tag.get("name")}
    for task in tasks:
        ids = [one["id"] for one in task["predictions"][0]["result"]]
        assert len(ids) == len(set(ids))
        for one in task["predictions"][0]["result"]:
            value = one["value"]
            assert set(value.get("labels", value.get("choices"))) <= known[one["from_name"]]
            if "text" in value:
                assert task["data"]["text"][value["start"] : value["end"]] == value["text"]


def test_spacy_reads_the_spans(guide: Store, tmp_path: Path) -> None:
    file = written(docbin, corpus(guide), tmp_path)
    docs = list(DocBin().from_disk(file / "0001.spacy").get_docs(Vocab()))
    [records] = corpus(guide).files()
    assert len(docs) == len(records.records)
    [name, description] = docs[0].spans["fields"]
    assert (name.label_, name.text) == ("name", "Red-team the model")
    assert description.text == records.records[0].description.provenance[0].quote  # type: ignore[union-attr]
    assert docs[0].cats


def test_an_annotation_of_the_web_has_quote_position_and_box(tmp_path: Path) -> None:
    from pipeline.export.web_annotation import PDF, _target
    from pipeline.model import Box, Provenance

    place = Provenance(
        span=Span(3, 8),
        pages=(2,),
        boxes=(Box(2, 10.0, 20.5, 30.0, 40.0),),
        quote="quote",
        prefix="a ",
        suffix=" b",
        made_by="rule:x",
    )
    document = Writer().paragraph("a quote b").document()
    quote, position, fragment = _target(document, "name", place)["selector"]
    assert quote == {"type": "TextQuoteSelector", "exact": "quote", "prefix": "a ", "suffix": " b"}
    assert position == {"type": "TextPositionSelector", "start": 3, "end": 8}
    assert fragment["conformsTo"] == PDF
    assert fragment["value"] == "page=2&highlight=10,30,20.5,40"
