"""What lasts from one export to the next: names made of what a thing is, times without a clock."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO
from uuid import UUID, uuid5

from pipeline.model import Claim, Rationale, Record, ReviewedFile, Source

GLEANER = UUID("7c0e4d0b-6f0a-5f0e-9a51-5d6b6a1f2f10")  # the name space of our names
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def name_of(*parts: str) -> str:
    """The UUID (version 5) of what these words name."""
    return str(uuid5(GLEANER, "\x1f".join(parts)))


def moment_of(file: ReviewedFile) -> datetime:
    """When the last decision on a document was taken; without one, the year of its source."""
    times = [field.when for one in file.records for field in one.review.fields if field.when]
    return max(times, default=_year(file.source))


def stamp(moment: datetime) -> str:
    """A moment to the millisecond, as these formats write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _year(source: Source) -> datetime:
    year = str(source.year.value) if source.year else ""
    return datetime(int(year), 1, 1, tzinfo=UTC) if year.isdecimal() and int(year) else EPOCH


def text_of(claim: Claim | Rationale | None) -> str:
    """What a field says, as one text."""
    if claim is None:
        return ""
    return "; ".join(claim.value) if isinstance(claim.value, tuple) else str(claim.value)


def title_of(record: Record, longest: int = 120) -> str:
    """A record in one line: its name, else the beginning of its description, else its label."""
    said = text_of(record.name) or text_of(record.description) or record.label or record.id
    line = " ".join(said.split()) or record.id
    return line if len(line) <= longest else line[: longest - 1].rsplit(" ", 1)[0] + "…"


def write_array(file: TextIO, items: Iterable[Any], indent: int = 1) -> None:
    """A list of JSON, one item a line, as they come: nothing is gathered."""
    between = "["
    for item in items:
        file.write(f"{between}\n{' ' * indent}{json.dumps(item, ensure_ascii=False)}")
        between = ","
    file.write("[]" if between == "[" else "\n]")
