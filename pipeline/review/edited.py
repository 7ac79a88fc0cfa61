"""A file of records that someone edited; what is amiss in it is said by line and field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pipeline.model import DocumentHeader, Record, RecordFile, Review, ReviewedFile
from pipeline.model.record import SCHEMA as RECORDS
from pipeline.model.reviewed import SCHEMA as REVIEWED
from pipeline.review.fields import BY_HAND
from pipeline.review.lined import BadFile, Path, read_json

_CLAIMS = ("name", "description", "rationale")
_NEEDED = (*_CLAIMS, "path", "parent", "details", "tags")
_EMPTY: dict[str, Any] = {
    "id": "", "way": BY_HAND, "label": None, "name": None, "path": [], "parent": None,
    "children": [], "description": None, "rationale": None, "details": {}, "tags": [],
}  # fmt: skip
_TAG: dict[str, Any] = {
    "label": "", "basis": "decided", "confidence": 1.0, "evidence": [], "why": "", "made_by": "",
}  # fmt: skip
_REMEDY = {
    "extra_forbidden": "There is no such field: take it out, or mend its name.",
    "missing": "It is missing: put it back.",
    "string_type": 'It must be a text in double quotes, as in "1.10".',
    "literal_error": "It must be one of the values named here.",
}
_SHOWN = 20  # faults of one file that are told


@dataclass(frozen=True)
class Edited:
    """An edited file: its records in order, and the line of each and of its fields.

    `reviews` holds what the file says of the review of each record, by place in the list, where it
    is a copy of a reviewed one.
    """

    header: DocumentHeader
    records: tuple[Record, ...]
    reviews: tuple[Review | None, ...]
    lines: tuple[dict[str, int], ...]

    def line(self, at: int, field: str = "") -> int:
        """The line of a field of a record, or of the record itself."""
        name = field.partition(".")[0]
        name = {"place": "parent"}.get(name, name)
        return self.lines[at].get(name, self.lines[at][""])


def read_edited(text: str) -> Edited:
    """The records of an edited copy of a file of `3-records` or `4-reviewed`.

    A record added by hand may leave out what it does not say, and write a text where the schema
    has a claim. Raises BadFile.
    """
    raw, lines = read_json(text)
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema not in (RECORDS, REVIEWED):
        where = lines.get(("schema",), 1)
        raise BadFile(
            f'line {where}: schema: This is no file of records: it must say "{RECORDS}" '
            f'(3-records) or "{REVIEWED}" (4-reviewed).'
        )
    kind = ReviewedFile if schema == REVIEWED else RecordFile
    faults = list(_complete(raw, lines, kind is ReviewedFile))
    try:
        file = kind.model_validate(raw)
    except ValidationError as error:
        faults += _faults(error, raw, lines)
        file = None
    if file is None or faults:
        more = [f"... and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise BadFile("\n".join([*faults[:_SHOWN], *more]))
    return _edited(file, lines)


def _edited(file: RecordFile | ReviewedFile, lines: dict[Path, int]) -> Edited:
    lost = file.lost if isinstance(file, ReviewedFile) else ()
    places = [("records", at) for at in range(len(file.records))]
    places += [("lost", at) for at in range(len(lost))]
    own: dict[tuple[str | int, ...], dict[str, int]] = {place: {} for place in places}
    for path, line in lines.items():
        if path[:2] in own and len(path) <= 3:
            own[path[:2]]["" if len(path) == 2 else str(path[2])] = line
    records = (*file.records, *lost)
    return Edited(
        header=file.document,
        records=tuple(
            Record.model_construct(**{name: getattr(one, name) for name in Record.model_fields})
            for one in records
        ),
        reviews=tuple(getattr(one, "review", None) for one in records),
        lines=tuple(own.values()),
    )


def _complete(raw: dict[str, Any], lines: dict[Path, int], reviewed: bool) -> Iterator[str]:
    """Fill in what people leave out; yield what they must not have left out."""
    for key in ("records", "lost"):
        listed = raw.get(key)
        for at, record in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(record, dict):
                continue
            if record.get("id") and "way" in record:
                for name in _NEEDED:
                    if name not in record:
                        where = f"line {lines[key, at]}: record {record['id']}"
                        yield f"{where} has no {name}. Put it back, or write null to empty it."
            for name, value in _EMPTY.items():
                record.setdefault(name, value)
            if reviewed:
                record.setdefault("review", {"status": "undecided"})
            for name in _CLAIMS:
                record[name] = _claim(record[name], name)
            if isinstance(record["details"], dict):
                record["details"] = {k: _claim(v, k) for k, v in record["details"].items()}
            for tag in record["tags"] if isinstance(record["tags"], list) else ():
                if isinstance(tag, dict):
                    for name, value in _TAG.items():
                        tag.setdefault(name, value)


def _claim(said: Any, name: str) -> Any:
    if isinstance(said, str):
        said = {"value": said}
    if isinstance(said, dict):
        said.setdefault("provenance", [])
        if name == "rationale":
            said.setdefault("basis", "stated")
    return said


def _faults(error: ValidationError, raw: dict[str, Any], lines: dict[Path, int]) -> Iterator[str]:
    for fault in error.errors():
        loc = fault["loc"]
        known = next(loc[:n] for n in range(len(loc), -1, -1) if loc[:n] in lines)
        where, names = f"line {lines[known]}", loc
        if len(loc) > 1 and loc[0] in ("records", "lost") and isinstance(loc[1], int):
            identifier = (
                raw[loc[0]][loc[1]].get("id") if isinstance(raw[loc[0]][loc[1]], dict) else ""
            )
            where += f": record {identifier or f'number {loc[1] + 1}'}"
            names = loc[2:]
        field = ".".join(map(str, names))
        said = fault["msg"].rstrip(".")
        remedy = _REMEDY.get(fault["type"], "Mend it.")
        yield f"{where}{f': {field}' if field else ''}: {said}. {remedy}"
