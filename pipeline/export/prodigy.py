"""Passages as tasks of Prodigy, one JSON object a line; accepted ones come back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.passages import (
    ACCEPT,
    REJECT,
    Mark,
    Passage,
    codes,
    head_of,
    labels,
    passages,
    quoted,
    said,
)
from pipeline.export.plain_json import loads

FILE = "passages.prodigy.jsonl"


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write a task for each record; what is decided has its answer already."""
    with out.open("w", encoding="utf-8", newline="\n") as file:
        for passage in passages(corpus):
            file.write(json.dumps(_task(passage), ensure_ascii=False) + "\n")


def read(path: Path) -> Iterator[Said]:
    """What accepted and rejected tasks say; ignored and open ones say nothing."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield from _answered(loads(line), f"line {number}")


def _task(passage: Passage) -> dict[str, Any]:
    head = passage.head
    chosen = labels(head.codes)
    task = {
        "text": passage.text,
        "spans": [
            {"start": one.start, "end": one.end, "label": one.field} for one in passage.marks
        ],
        "options": [{"id": label, "text": label} for label in chosen],
        "accept": chosen,
        "meta": {"document": head.document, "record": head.record},
        "gleaner": head.model_dump(mode="json"),
    }
    return task | ({"answer": passage.answer} if passage.answer else {})


def _answered(task: Any, where: str) -> Iterator[Said]:
    if not isinstance(task, dict):
        raise Unreadable(f"{where}: not a task.")
    answer = task.get("answer")
    if answer not in (ACCEPT, REJECT):
        return
    head, text = head_of(task.get("gleaner"), where), task.get("text")
    try:
        marks = [Mark(one["label"], one["start"], one["end"]) for one in task.get("spans", ())]
        chosen = codes(task["accept"], where) if "accept" in task else {}
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{where}: its spans or choices are not Prodigy's ({error}).") from error
    if not isinstance(text, str) or not all(isinstance(n, int) for one in marks for n in one[1:]):
        raise Unreadable(f"{where}: it has no text, or a span without numbers.")
    yield said(where, head, quoted(marks, head, text, where), chosen, answer)
