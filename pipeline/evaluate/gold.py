"""Gold: the measures that a person found in one document.

A gold file is JSON: `{"document": "<file name of the original>", "sha256": "<of the original>",
"measures": [...]}`. A measure has some of `label`, `name`, `description`, `rationale`, `path`,
`way`, `page`, `borderline` and `half` (see `Wanted`): what it leaves out is not scored, and null
for a label, name or rationale says that there is none. Or its measures hold no words but hashes
of them (see `resolve`), and are found again in the document at hand.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.evaluate.matching import Wanted
from pipeline.evaluate.resolve import SpanGold, resolve
from pipeline.model import Claim, Document, Frozen, Record, RecordFile

# What a list of measures and the text of one may be called in gold that others made.
_LISTS = ("measures", "actions", "controls")
_TEXTS = {"label": ("label", "action_id"), "name": ("name",), "rationale": ("rationale", "purpose"),
          "description": ("description", "action")}  # fmt: skip
_AS_THEY_ARE = ("way", "page", "borderline", "half")
_MAY_BE_NONE = ("label", "name", "rationale")


class Gold(Frozen):
    """The measures of one document, named by the original's file name or SHA-256.

    `marked` is set where the measures hold no words yet: `located` gives them theirs.
    """

    document: str
    sha256: str | None = None
    measures: tuple[Wanted, ...] = ()
    marked: SpanGold | None = None


def read_gold(file: Path) -> Gold:
    """Read one gold file. Raises ValueError, in the user's words, when it is none."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file}: cannot be read: {error}") from error
    return parse_gold(data, str(file))


def parse_gold(data: bytes, name: str) -> Gold:
    """The gold in the bytes of a file of that name. Raises ValueError, in the user's words."""
    try:
        read = json.loads(data)
    except ValueError as error:
        raise ValueError(f"{name}: cannot be read as JSON: {error}") from error
    key = next((key for key in _LISTS if isinstance(read, dict) and key in read), None)
    if key is None:
        raise ValueError(f"{name}: holds no list of measures (wanted one of {', '.join(_LISTS)})")
    try:
        if any("minhash" in item for item in read[key]):
            marked = SpanGold.model_validate_json(data)
            return Gold(document=marked.document, sha256=marked.sha256, marked=marked)
        return Gold(
            document=str(read.get("pdf") or read.get("file") or read.get("document", name)),
            sha256=read.get("sha256"),
            measures=tuple(_wanted(item) for item in read[key]),
        )
    except (ValidationError, TypeError) as error:
        raise ValueError(f"{name}: holds a measure that cannot be understood: {error}") from error


def located(gold: Gold, document: Document | None) -> Gold:
    """The gold with words, from the document as it was read; without one they are lost."""
    if gold.marked is None:
        return gold
    if document is None:
        lost = [
            Wanted(description="", way=one.way, borderline=one.borderline, half=one.half)
            for one in gold.marked.measures
        ]
        return gold.model_copy(update={"measures": tuple(lost)})
    return gold.model_copy(update={"measures": tuple(resolve(gold.marked, document))})


def made_gold(file: RecordFile) -> dict[str, Any]:
    """Records that people reviewed, as the JSON of a gold file.

    What a record has not, its gold says is not there. The half in which the whole document is
    follows from the SHA-256 of its original alone, so that it is the same for ever.
    """
    half = "tuned" if int(file.document.sha256[:8], 16) % 2 else "apart"
    return {
        "document": Path(file.document.path).name,
        "sha256": file.document.sha256,
        "measures": [{**_as_gold(record), "half": half} for record in file.records],
    }


def _as_gold(record: Record) -> dict[str, Any]:
    def value(claim: Claim | None) -> str | None:
        return str(claim.value) if claim else None

    source = record.description or record.name
    pages = source.provenance[0].pages if source and source.provenance else ()
    return {
        "label": record.label,
        "name": value(record.name),
        "description": value(record.description),
        "rationale": record.rationale.value if record.rationale else None,
        "path": list(record.path),
        "way": record.way,
        "page": pages[0] if pages else None,
    }


def _wanted(item: Mapping[str, Any]) -> Wanted:
    texts = {
        field: next((item[key] for key in keys if item.get(key)), None)
        for field, keys in _TEXTS.items()
    }
    texts |= {key: "" for key in _MAY_BE_NONE if key in item and item[key] is None}
    rest = {key: item[key] for key in _AS_THEY_ARE if key in item}
    return Wanted.model_validate({**texts, "path": _path(item), **rest})


def _path(item: Mapping[str, Any]) -> tuple[str, ...] | None:
    if isinstance(item.get("path"), list):
        return tuple(item["path"])
    if item.get("subcategory"):
        return (f"{item['subcategory']}: {item['subcategory_statement']}",)
    return (item["section"],) if item.get("section") else None
