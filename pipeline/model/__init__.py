"""The nouns: documents, segments, tags and records. They import nothing of the pipeline."""

from pipeline.model.base import Frozen
from pipeline.model.document import (
    Block,
    BlockKind,
    Cell,
    Document,
    Inline,
    Page,
    Provenance,
    Table,
    Verdict,
)
from pipeline.model.issue import Issue, Level, SetAside
from pipeline.model.place import Box, Line, Span
from pipeline.model.record import (
    Author,
    Claim,
    DocumentHeader,
    Rationale,
    Record,
    RecordFile,
    Related,
    Source,
    Tag,
)
from pipeline.model.segment import Part, Segment, SegmentKind, Segments, Tagged

__all__ = [
    "Author",
    "Block",
    "BlockKind",
    "Box",
    "Cell",
    "Claim",
    "Document",
    "DocumentHeader",
    "Frozen",
    "Inline",
    "Issue",
    "Level",
    "Line",
    "Page",
    "Part",
    "Provenance",
    "Rationale",
    "Record",
    "RecordFile",
    "Related",
    "Segment",
    "SegmentKind",
    "Segments",
    "SetAside",
    "Source",
    "Span",
    "Table",
    "Tag",
    "Tagged",
    "Verdict",
]
