"""What came of a document: the row that reports, terminals and the state all show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.store import Original, Trouble

if TYPE_CHECKING:
    from pipeline.model import Document, Issue, RecordFile, Segments

PARTIAL = "partial"  # the verdict on a document of which some pages were read
# Verdicts under which a document is not done.
UNREAD = {
    PARTIAL: "Some of its pages could not be read.",
    "blank": "It has no words.",
    "needs OCR": "Its pages are pictures of text: run it through OCR first.",
    "garbled": "Its characters do not stand for letters: get another copy, or run it through OCR.",
    "failed": "None of its pages could be read.",
}
# As Segments.kinds numbers them.
KINDS = ("not looked at", "boilerplate", "context", "record")
SET_ASIDE, INCOMPLETE = "set aside", "incomplete"
WITHOUT_OCR = "read-without-ocr"  # what text recognition read before
LEVELS = ("error", "warning", "info")  # the loudest first
STRIP = 160  # cells of a coverage strip: more than a report has pixels for


@dataclass(frozen=True, slots=True)
class Noted:
    """The issues of one code in a document: how many, and the words of the first."""

    code: str
    level: str
    count: int
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One document in a run. `state` is read, fresh or set aside; `code` says why it is not done.

    What is set aside has a verdict where its text is known, though nothing is taken from it.

    `coverage` counts characters by kind, `strip` is the same in reading order as (kind, cells)
    with kinds numbered as in KINDS; `seconds` is by stage; `why` is why it was read.
    """

    name: str
    path: str
    state: str
    verdict: str = ""
    pages: int = 0
    words: int = 0
    blocks: int = 0
    records: int = 0
    issues: tuple[Noted, ...] = ()
    coverage: dict[str, int] = field(default_factory=dict)
    strip: tuple[tuple[int, int], ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    code: str = ""
    message: str = ""
    why: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing of it is left to be read."""
        return not self.code

    @property
    def standing(self) -> str:
        """How it stands, in a word: its verdict if it is done, else incomplete or set aside."""
        if self.done:
            return self.verdict
        return INCOMPLETE if self.verdict == PARTIAL else SET_ASIDE

    def again(self) -> Row:
        """The row of a later run that had no need to read the document."""
        return replace(self, seconds={}).known_as("fresh")

    def known_as(self, state: str) -> Row:
        """The row in that state; what is set aside stays so."""
        return replace(self, state=SET_ASIDE if self.standing == SET_ASIDE else state)

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON has it."""
        # `asdict` of the whole row copies each number of its strip: five times as long.
        own = {key: getattr(self, key) for key in _FIELDS}
        return own | {"issues": [asdict(noted) for noted in self.issues]}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Row:
        """The row that `as_dict` wrote."""
        row = Row(**{key: value for key, value in data.items() if key in _FIELDS})
        return replace(
            row,
            issues=tuple(Noted(**noted) for noted in data["issues"]),
            strip=tuple((kind, cells) for kind, cells in data["strip"]),
            why=tuple(data["why"]),
        )


_FIELDS = tuple(key.name for key in fields(Row))


def set_aside(original: Original, trouble: Trouble, why: tuple[str, ...]) -> Row:
    """The row of a document that cannot be read."""
    row = Row(original.name, original.path, SET_ASIDE, why=why)
    return replace(row, code=trouble.code, message=trouble.message)


def noted(issues: Iterable[Issue]) -> tuple[Noted, ...]:
    """Issues by code: errors first, then by how often they occur."""
    every = [*issues]
    counts = Counter((issue.code, str(issue.level)) for issue in every)
    first = {(issue.code, str(issue.level)): issue.message for issue in reversed(every)}
    return tuple(
        Noted(code, level, counts[code, level], first[code, level])
        for code, level in sorted(first, key=lambda k: (LEVELS.index(k[1]), -counts[k], k[0]))
    )


def not_done(verdict: str, issues: Iterable[Noted]) -> tuple[str, str]:
    """The code and message of why a document that was read is not done; empty when it is."""
    error = next((noted for noted in issues if noted.level == "error"), None)
    if verdict in UNREAD:
        return verdict.lower().replace(" ", "-"), error.message if error else UNREAD[verdict]
    return (error.code, error.message) if error else ("", "")


def all_issues(
    document: Document, segments: Segments | None, records: RecordFile | None
) -> tuple[Issue, ...]:
    """Every issue known of a document, from the last stage that it went through."""
    if records is None:
        own = (
            [issue for segment in segments.segments for issue in segment.issues] if segments else []
        )
        return (*document.issues, *(segments.issues if segments else ()), *own)
    # A record file repeats what the stages before it said.
    return (*records.issues, *(issue for record in records.records for issue in record.issues))


def coverage(
    document: Document, segments: Segments
) -> tuple[dict[str, int], tuple[tuple[int, int], ...]]:
    """How many characters of the blocks are of each kind, and the same as a strip."""
    kinds = segments.kinds(document)
    read = b"".join(kinds[block.span.start : block.span.end] for block in document.blocks)
    counts = {name: read.count(kind) for kind, name in enumerate(KINDS)}
    return counts, _strip(read)


def _strip(read: bytes) -> tuple[tuple[int, int], ...]:
    """The kinds in reading order, each cell of the kind that most of its characters have."""
    cells = min(STRIP, len(read))
    bounds = [len(read) * cell // cells for cell in range(cells + 1)] if cells else []
    runs: list[list[int]] = []
    for start, end in pairwise(bounds):
        kind = max(range(len(KINDS)), key=lambda kind: (read.count(kind, start, end), kind))
        if runs and runs[-1][0] == kind:
            runs[-1][1] += 1
        else:
            runs.append([kind, 1])
    return tuple((kind, cells) for kind, cells in runs)
