"""Records against gold: scores per document, and the floors below which a change must not fall.

A gold file is JSON: `{"document": "<file name of the original>", "measures": [{"label", "name",
"description", "rationale"}]}`; what a measure leaves out is not scored.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.evaluate.matching import Found, Score, Wanted, score
from pipeline.model import Frozen, RecordFile

__all__ = [
    "Found",
    "Gold",
    "Score",
    "Wanted",
    "below_floor",
    "evaluate",
    "read_gold",
    "score",
]

# What a list of measures and the text of one may be called in gold that others made.
_LISTS = ("measures", "actions", "controls")
_TEXTS = {"label": ("label", "action_id"), "name": ("name",), "rationale": ("rationale", "purpose"),
          "description": ("description", "action")}  # fmt: skip


class Gold(Frozen):
    """The measures that a person found in one document, named by the original's file name."""

    document: str
    measures: tuple[Wanted, ...]


def read_gold(file: Path) -> Gold:
    """Read one gold file. Raises ValueError, in the user's words, when it is none."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: cannot be read as JSON: {error}") from error
    key = next((key for key in _LISTS if isinstance(data, dict) and key in data), None)
    if key is None:
        raise ValueError(f"{file}: holds no list of measures (wanted one of {', '.join(_LISTS)})")
    document = data.get("pdf") or data.get("file") or data.get("document", file.stem)
    return Gold(document=str(document), measures=tuple(_wanted(item) for item in data[key]))


def _wanted(item: dict[str, Any]) -> Wanted:
    return Wanted(**{
        field: next((item[key] for key in keys if item.get(key)), None)
        for field, keys in _TEXTS.items()
    })  # fmt: skip


def evaluate(gold: Sequence[Gold], files: Sequence[RecordFile]) -> list[Score]:
    """A score for each gold document; one without a record file has no records."""
    by_name = {Path(file.document.path).name: file for file in files}
    return [
        score(one.document, one.measures, _found(by_name.get(Path(one.document).name)))
        for one in gold
    ]


def below_floor(scores: Sequence[Score], floors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A line for each score below its floor: `floors` maps a file name to `f1` and `soft_f1`."""
    lines = []
    for one in scores:
        for measure, floor in sorted(floors.get(one.document, {}).items()):
            reached = getattr(one, measure)
            if reached < floor:
                lines.append(f"{one.document}: {measure} {reached:.3f} is below its floor {floor}")
    return lines


def _found(file: RecordFile | None) -> list[Found]:
    return [
        Found(
            id=record.id,
            label=record.label or "",
            name=str(record.name.value) if record.name else "",
            description=str(record.description.value) if record.description else "",
            rationale=record.rationale.value if record.rationale else "",
        )
        for record in (file.records if file else ())
    ]
