"""Passages that are hostile or damaged, out to annotation tools and back."""

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from building import Writer
from exchanges import answered, hostile, written
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import put

from pipeline.export import (
    Corpus,
    Unreadable,
    docbin,
    label_studio,
    prodigy,
    web_annotation,
)
from pipeline.export.passages import Mark, Passage, codes, labels, passages
from pipeline.export.rows import mark
from pipeline.model import (
    Claim,
    Codes,
    Document,
    DocumentHeader,
    RecordStatus,
    Review,
    ReviewedFile,
    ReviewedRecord,
    Source,
    Tag,
    Words,
)

FORMATS = (label_studio, prodigy, docbin, web_annotation)


def made(texts: list[str]) -> tuple[Corpus, Document]:
    """A corpus of one record whose name and description are hostile."""
    writer = Writer()
    for text in texts:
        writer.paragraph(text)
    document = writer.document()
    places = [document.cite(block.span, "rule:x") for block in document.blocks]
    name, description = places[0], places[-1]
    record = ReviewedRecord(
        id="r-1", way="outline", label=None, path=(), parent=None, children=(), rationale=None,
        name=Claim(value=document.value([name]), provenance=(name,)),
        description=Claim(value=document.value([description]), provenance=(description,)),
        tags=(
            Tag(taxonomy="mitigation-2025", code="1.10", label="l", basis="stated", confidence=1,
                evidence=(), why="", made_by="rule:x"),
            Tag(taxonomy="a/b c", code="x/y", label="l", role="other", basis="stated",
                confidence=1, evidence=(), why="", made_by="rule:x"),
        ),
        review=Review(status=RecordStatus.UNDECIDED),
    )  # fmt: skip
    header = DocumentHeader(
        id=document.id, path=document.path, sha256=document.sha256, media_type="text/plain",
        pages=1, verdict=document.verdict, made_by={},
    )  # fmt: skip
    file = ReviewedFile(document=header, source=Source(), records=(record,))
    return Corpus(lambda: iter([file]), lambda path: document, {}), document


words = hostile.filter(lambda text: text.strip() and "\x00" not in text)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=15, deadline=None)
@given(texts=st.lists(words, min_size=2, max_size=3))
def test_hostile_passages_come_back_as_they_left(
    format: ModuleType, texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found, document = made(texts)
    file = written(format, found, tmp_path_factory.mktemp("hostile"))
    answered(format, file, "accept")
    [said] = format.read(file)
    [original] = found.files()
    record = original.records[0]
    assert (said.document, said.record, said.status) == (document.path, "r-1", "accepted")
    assert said.fields["name"] == Words(value=record.name.value)  # type: ignore[union-attr]
    assert said.fields["description"] == Words(value=record.description.value)  # type: ignore[union-attr]
    assert said.fields["tags.mitigation-2025"] == Codes(primary="1.10")
    assert said.fields["tags.a/b c"] == Codes(other=("x/y",))
    assert document.quote(said.spans["name"][0]) == record.name.provenance[0].quote  # type: ignore[union-attr]


def test_an_emoji_counts_as_one_or_as_two(tmp_path: Path) -> None:
    found, _ = made(["🙂 smile", "🙂🙂 and smile again"])
    file = written(label_studio, found, tmp_path)
    answered(label_studio, file, "accept")
    tasks = json.loads(file.read_text())
    text = tasks[0]["data"]["text"]
    for one in tasks[0]["annotations"][0]["result"]:
        for edge in ("start", "end"):
            if edge in one["value"]:
                one["value"][edge] = len(text[: one["value"][edge]].encode("utf-16-le")) // 2
    file.write_text(json.dumps(tasks))
    [said] = label_studio.read(file)
    assert all(mark(value) == said.saw[field] for field, value in said.fields.items())


def damaged(change: Callable[[dict[str, Any]], None]) -> str:
    found, _ = made(["A name", "A description"])
    [passage] = passages(found)
    task = prodigy._task(passage) | {"answer": "accept"}
    change(task)
    return json.dumps(task)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (damaged(lambda task: task.pop("gleaner")), "line 1: it does not say what record"),
        (damaged(lambda task: task["gleaner"].update(start="x")), "start"),
        (damaged(lambda task: task["spans"][0].update(end=10**9)), "out of the text"),
        (damaged(lambda task: task["spans"][0].update(start=-1)), "out of the text"),
        (damaged(lambda task: task["spans"][0].update(label="else")), "'else'"),
        (damaged(lambda task: task["spans"][0].pop("end")), "not Prodigy's"),
        (damaged(lambda task: task.update(accept=["x"])), "'x'"),
        (damaged(lambda task: task.update(accept=["t/primary/1", "t/primary/2"])), "two primary"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 100_000, "nested"),
        ("[]", "not a task"),
    ],
)
def test_a_damaged_task_is_refused_by_its_line(line: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=why):
        list(prodigy.read(put(tmp_path / "x.jsonl", line)))


@pytest.mark.parametrize("data", [b"", b"no zlib", zlib.compress(b"no msgpack")])
def test_what_is_no_docbin_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="DocBin"):
        list(docbin.read(put(tmp_path / "x.spacy", data)))


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin, "LARGEST", 1 << 20)
    with pytest.raises(Unreadable, match="unpacks to more"):
        list(docbin.read(put(tmp_path / "x.spacy", zlib.compress(bytes(1 << 22)))))


@given(
    st.dictionaries(
        words, st.builds(Codes, primary=words, other=st.lists(words, max_size=2).map(tuple))
    )
)
def test_codes_come_back_from_their_labels(known: dict[str, Codes]) -> None:
    plain = {
        taxonomy: value.model_copy(
            update={"other": tuple(dict.fromkeys(o for o in value.other if o != value.primary))}
        )
        for taxonomy, value in known.items()
    }
    assert codes(labels(plain), "here") == plain


def test_of_a_record_that_is_spread_wide_only_the_description_is_shown() -> None:
    found, _ = made(["A name", *["filling " * 500] * 10, "A description"])
    [passage] = passages(found)
    assert isinstance(passage, Passage)
    assert passage.marks == (Mark("description", 0, len("A description")),)


def test_many_documents_are_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin, "PART", 2)
    found, _ = made(["A name", "A description"])
    five = replace(found, files=lambda: (file for _ in range(5) for file in found.files()))
    folder = written(docbin, five, tmp_path)
    assert [file.name for file in sorted(folder.iterdir())] == [
        "0001.spacy",
        "0002.spacy",
        "0003.spacy",
    ]
    assert len(list(docbin.read(folder))) == 5
