"""What a curator decided: appended, never changed, and knowing what it saw."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.model.base import Frozen
from pipeline.model.document import Provenance
from pipeline.model.record import Record

WHOLE = "record"  # the field of decisions on a record as a whole
CODING = "coding"  # the field of decisions on how a document is coded
TAGS, DETAILS = "tags.", "details."  # tags.<taxonomy id>, details.<name of the column>

Role = Literal["curator", "coder", "adjudicator"]
CuratorName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class Act(StrEnum):
    """What a decision does.

    The first four are for a field: ACCEPT takes the value that was seen, EDIT another, REJECT
    none, RESET gives the field back to the extractor. REJECT and RESET are for whole records too,
    as are ADD (a record by hand), SPLIT, MERGE and DUPLICATE. UNDO takes back all decisions of an
    earlier action, and undoing an undo is the redo. ASSIGN says how a document is coded; a coder
    ACCEPTs its coding when done with it, and takes that word back with RESET.
    """

    ACCEPT = "accept"
    EDIT = "edit"
    REJECT = "reject"
    RESET = "reset"
    NOTE = "note"
    ADD = "add"
    SPLIT = "split"
    MERGE = "merge"
    DUPLICATE = "duplicate"
    UNDO = "undo"
    ASSIGN = "assign"


class Grounding(StrEnum):
    """How far words stand in the document: letter by letter, in normal form, partly, or not."""

    EXACT = "exact"
    NORMALISED = "normalised"
    PARTIAL = "partial"
    ABSENT = "absent"


class Words(Frozen):
    """The value of `name`, `description`, `rationale` or `details.*`, and the words behind it."""

    kind: Literal["words"] = "words"
    value: str | int | tuple[str, ...]
    provenance: tuple[Provenance, ...] = ()
    grounding: Grounding = Grounding.EXACT


class Codes(Frozen):
    """The value of `tags.<taxonomy>`: the concepts of one taxonomy."""

    kind: Literal["codes"] = "codes"
    primary: str | None = None
    other: tuple[str, ...] = ()

    @classmethod
    def of(cls, tags: Iterable[tuple[str, str]]) -> "Codes":
        """The concepts that codes and their roles name; a second primary counts as another."""
        every = list(tags)
        primary = next((code for code, role in every if role == "primary"), None)
        other = dict.fromkeys(code for code, _ in every if code != primary)
        return cls(primary=primary, other=tuple(other))


class Place(Frozen):
    """The value of `place`: the record above (its id), and the authors' heading trail."""

    kind: Literal["place"] = "place"
    parent: str | None = None
    path: tuple[str, ...] = ()


class Draft(Frozen):
    """A record by hand, or a piece of one that is split."""

    kind: Literal["draft"] = "draft"
    id: str
    label: str | None = None
    name: Words | None = None
    description: Words | None = None
    rationale: Words | None = None
    place: Place = Place()


class Pieces(Frozen):
    """What a record is split into: the first keeps its id."""

    kind: Literal["pieces"] = "pieces"
    pieces: tuple[Draft, ...]


class Target(Frozen):
    """The record that this one is merged into, or a duplicate of; perhaps of another document."""

    kind: Literal["target"] = "target"
    record: str
    document: str | None = None


class Coding(Frozen):
    """How a document is coded, and by whom.

    `open`: one answer, whoever gives it. `anchored`: each coder alone, with the suggestions in
    view. `blind`: each coder alone, without suggestions. `required` says whether a release waits
    for this document.
    """

    kind: Literal["coding"] = "coding"
    mode: Literal["open", "anchored", "blind"] = "open"
    coders: tuple[CuratorName, ...] = ()
    adjudicator: CuratorName | None = None
    required: bool = True

    def role_of(self, curator: str) -> Role:
        """As what a curator decides on the document."""
        if self.mode == "open":
            return "curator"
        if curator == self.adjudicator:
            return "adjudicator"
        return "coder" if curator in self.coders else "curator"


Value = Annotated[
    Words | Codes | Place | Draft | Pieces | Target | Coding, Field(discriminator="kind")
]


class Saw(Frozen):
    """What a curator had before them: the document as it was, and the record whole.

    `document` is the name of the raw file under `raw/documents`, `sha256` of its bytes, `text` the
    id of the frozen text.
    """

    document: str
    sha256: str
    text: str
    record: Record

    @cached_property
    def digest(self) -> str:
        """The name of what was seen: the same sight has the same name (sha256 in hex)."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


class Decision(Frozen):
    """One act of one curator on one field of one record.

    `action` is made by whoever acts (a UUID), so that an act sent twice is taken once; the
    decisions of one act on several fields share it. `record` is empty for what concerns a whole
    document. `saw` is the digest of a `Saw`, or empty. `of` is the action that an UNDO takes back.
    `role` is `coder` for one of several independent codings, `adjudicator` for the answer
    to their conflicts.
    """

    action: str
    document: str
    record: str
    field: str
    act: Act
    value: Value | None = None
    saw: str = ""
    of: str | None = None
    role: Role = "curator"
    curator: CuratorName
    when: datetime
    note: str = ""

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.action}/{self.document}/{self.record}/{self.field}"
