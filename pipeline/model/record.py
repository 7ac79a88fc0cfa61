"""The record of a measure, as curators review it and others read it (schema gleaner.records/1)."""

from typing import Final, Literal

from pydantic import Field

from pipeline.model.base import Frozen
from pipeline.model.document import Provenance, Verdict
from pipeline.model.issue import Issue

SCHEMA: Final = "gleaner.records/1"


class Claim(Frozen):
    """A value in normal form and the words it was read from.

    A list value has one provenance for each of its items, in order.
    """

    value: str | int | tuple[str, ...]
    provenance: tuple[Provenance, ...]


class Rationale(Frozen):
    """Why the authors propose the measure (`stated`), or why it got its category."""

    value: str
    basis: Literal["stated", "classification"]
    provenance: tuple[Provenance, ...]


class Tag(Frozen):
    """A concept of a taxonomy given to a measure.

    `basis`: the document says the code or label (stated), says something that determines it
    (inferred), the tagger suggests it from the text (suggested), or a curator gave it (decided).
    `confidence` is in [0, 1].
    """

    taxonomy: str
    code: str
    label: str
    role: Literal["primary", "other"] = "primary"
    basis: Literal["stated", "inferred", "suggested", "decided"]
    confidence: float
    evidence: tuple[Provenance, ...]
    why: str
    made_by: str


class Related(Frozen):
    """Another measure that the document names beside this one."""

    name: str
    path: tuple[str, ...]
    relation: Literal["child", "other"] = "other"
    description: str | None = None
    tags: tuple[Tag, ...] = ()
    provenance: tuple[Provenance, ...] = ()


class Record(Frozen):
    """One measure. `id` comes from what a curator would recognise and outlives re-extraction.

    `confidence` is, where nothing but words told that it is a measure, the chance that a curator
    takes it for one, in [0, 1]; its reasons are the issue `found-in-prose`. It is None where the
    document itself, by a mark, a table or a list, shows its measures, and where a person added it.
    """

    id: str
    kind: Literal["measure"] = "measure"
    way: str
    label: str | None
    name: Claim | None
    path: tuple[str, ...]
    parent: str | None
    children: tuple[str, ...]
    description: Claim | None
    rationale: Rationale | None
    details: dict[str, Claim] = Field(default_factory=dict)
    tags: tuple[Tag, ...] = ()
    related: tuple[Related, ...] = ()
    label_provenance: tuple[Provenance, ...] = ()
    path_provenance: tuple[Provenance, ...] = ()
    issues: tuple[Issue, ...] = ()
    confidence: float | None = Field(default=None, ge=0, le=1)


class Author(Frozen):
    """One author; an organisation has a family name only."""

    family: str
    given: str
    provenance: tuple[Provenance, ...]


class Source(Frozen):
    """The bibliographic work that a document is, or is about."""

    title: Claim | None = None
    authors: tuple[Author, ...] = ()
    year: Claim | None = None
    abstract: Claim | None = None
    doi: Claim | None = None
    url: Claim | None = None


class DocumentHeader(Frozen):
    """What a record file says of its document. `made_by` names the versions that shaped it."""

    id: str
    path: str
    sha256: str
    media_type: str
    pages: int
    verdict: Verdict
    made_by: dict[str, str]


class RecordFile(Frozen):
    """The file of one document under `3-records`."""

    schema_: Literal["gleaner.records/1"] = Field(default=SCHEMA, alias="schema")
    document: DocumentHeader
    source: Source
    records: tuple[Record, ...]
    issues: tuple[Issue, ...] = ()
