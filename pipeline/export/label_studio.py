"""Passages as tasks of Label Studio, with predictions and annotations; annotations come back.

Beside the tasks stands the labelling interface (*.xml) that they are made for.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.lasting import name_of, write_array
from pipeline.export.passages import (
    ACCEPT,
    FIELDS,
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
from pipeline.model import Codes
from pipeline.taxonomy import Taxonomy

FILE = "passages.label-studio.json"
VERDICT, MARKS, TEXT = "verdict", "fields", "text"  # the names of the parts of the interface
CODES = "codes."  # codes.<taxonomy>


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write a task for each record, and the interface beside them."""
    out.with_suffix(".xml").write_text(interface(corpus.taxonomies), encoding="utf-8")
    with out.open("w", encoding="utf-8", newline="\n") as file:
        write_array(file, map(_task, passages(corpus)))
        file.write("\n")


def interface(taxonomies: Mapping[str, Taxonomy]) -> str:
    """The labelling interface: marks of fields, a verdict, and the codes of each taxonomy."""
    lines = [
        "<View>",
        f'  <Choices name="{VERDICT}" toName="{TEXT}" choice="single" showInline="true">',
        f'    <Choice value="{ACCEPT}"/><Choice value="{REJECT}"/>',
        "  </Choices>",
        f'  <Labels name="{MARKS}" toName="{TEXT}">',
        *(f'    <Label value="{field}"/>' for field in FIELDS),
        "  </Labels>",
        f'  <Text name="{TEXT}" value="$text" granularity="word"/>',
    ]
    for taxonomy in taxonomies.values():
        lines.append(
            f"  <Choices name={quoteattr(CODES + taxonomy.id)} "
            f'toName="{TEXT}" choice="multiple" layout="inline">'
        )
        for concept in taxonomy.concepts:
            for role in ("primary", "other"):
                value = _label(taxonomy.id, role, concept.code)
                hint = quoteattr(f"{concept.label}: {concept.definition}")
                lines.append(f"    <Choice value={quoteattr(value)} hint={hint}/>")
        lines.append("  </Choices>")
    return "\n".join((*lines, "</View>")) + "\n"


def _label(taxonomy: str, role: str, code: str) -> str:
    value = Codes(primary=code) if role == "primary" else Codes(other=(code,))
    return labels({taxonomy: value})[0]


def _task(passage: Passage) -> dict[str, Any]:
    head = passage.head
    result = list(_result(passage))
    data = {"text": passage.text, "gleaner": head.model_dump(mode="json")}
    task: dict[str, Any] = {
        "data": data,
        "predictions": [{"model_version": "gleaner", "result": result}],
    }
    if passage.answer:
        verdict = _choice(head.record, VERDICT, [passage.answer])
        task["annotations"] = [{"result": [*result, verdict], "was_cancelled": False}]
    return task


def _result(passage: Passage) -> Iterator[dict[str, Any]]:
    record = passage.head.record
    for one in passage.marks:
        words = passage.text[one.start : one.end]
        yield {
            "id": name_of("mark", record, *map(str, one))[:10],
            "from_name": MARKS,
            "to_name": TEXT,
            "type": "labels",
            "value": {"start": one.start, "end": one.end, "text": words, "labels": [one.field]},
        }
    for taxonomy, value in passage.head.codes.items():
        if chosen := labels({taxonomy: value}):
            yield _choice(record, CODES + taxonomy, chosen)


def _choice(record: str, name: str, chosen: list[str]) -> dict[str, Any]:
    return {
        "id": name_of("choice", record, name)[:10],
        "from_name": name,
        "to_name": TEXT,
        "type": "choices",
        "value": {"choices": chosen},
    }


# --- and back -------------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Said]:
    """What the submitted annotations say; a task without one says nothing.

    Raises Unreadable where two annotators of a task disagree and none is the ground truth.
    """
    tasks = loads(path.read_bytes())
    if not isinstance(tasks, list):
        raise Unreadable(
            "an export of Label Studio is a list of tasks (choose JSON, not JSON-MIN)."
        )
    for number, task in enumerate(tasks, start=1):
        where = f"task {number}"
        try:
            yield from _answered(task, where)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise Unreadable(f"{where}: not a task of Label Studio ({error!r}).") from error


def _answered(task: dict[str, Any], where: str) -> Iterator[Said]:
    submitted = [one for one in task.get("annotations", ()) if not one.get("was_cancelled")]
    submitted = [one for one in submitted if one.get("ground_truth")] or submitted
    if not submitted:
        return
    data = task["data"]
    head, text = head_of(data.get("gleaner"), where), str(data["text"])
    answers = [_said(one["result"], head, text, where) for one in submitted]
    if any(answer != answers[0] for answer in answers):
        many = len(answers)
        raise Unreadable(f"{where}: its {many} annotations differ; mark one as the ground truth.")
    yield answers[0]


def _said(result: Iterable[dict[str, Any]], head: Any, text: str, where: str) -> Said:
    marks: list[Mark] = []
    chosen: list[str] = []
    answer = ACCEPT
    for one in result:
        value = one.get("value", {})
        if one.get("from_name") == VERDICT:
            answer = value["choices"][0]
        elif one.get("type") == "choices":
            chosen += value["choices"]
        elif one.get("type") == "labels":
            start, end = _place(text, value, where)
            marks += [Mark(field, start, end) for field in value["labels"]]
    return said(where, head, quoted(marks, head, text, where), codes(chosen, where), answer)


def _place(text: str, value: Mapping[str, Any], where: str) -> tuple[int, int]:
    """Where a mark is. Browsers may count an emoji as two, so its own words have the last word."""
    start, end, words = int(value["start"]), int(value["end"]), value.get("text")
    if words is None or text[start:end] == words:
        return start, end
    before = text.encode("utf-16-le")[: 2 * start].decode("utf-16-le", "ignore")
    if text.startswith(words, len(before)):
        return len(before), len(before) + len(words)
    raise Unreadable(f"{where}: the words {words[:40]!r} are not at {start} to {end}.")
