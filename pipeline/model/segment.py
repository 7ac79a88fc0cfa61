"""Places where a document states a measure, and what its words are there."""

from enum import StrEnum

from pipeline.model.base import Frozen
from pipeline.model.document import UNREAD, Document, Provenance, Verdict
from pipeline.model.issue import Issue
from pipeline.model.place import Span
from pipeline.model.record import Tag


class SegmentKind(StrEnum):
    """What a segment states: a measure, another measure it names, or the work it is from."""

    MEASURE = "measure"
    RELATED = "related"
    SOURCE = "source"


class Part(Frozen):
    """The words of one field of a segment.

    `field` is a record's field (`label`, `name`, `description`, `rationale`, `parent`), a source's
    (`title`, `authors`, `year`, `abstract`, `doi`, `url`), `tag.<taxonomy>` for words that state a
    concept, `definition` and `also_in` for words that determine one, or `details.<snake_case>`.
    `title` is the document's own heading of the field. Several provenances are one field in several
    places (`items` false: to be read in one run) or several values (`items` true).
    """

    field: str
    provenance: tuple[Provenance, ...]
    title: str = ""
    items: bool = False
    role: str = "primary"


class Segment(Frozen):
    """One statement, with its heading trail from the outermost heading inwards.

    `way` names the module that read it; `explicit` says whether the document itself marks the
    words as one of its measures (a row of a control table, "Recommendation 7") or a cue told it.
    `placed` says how well number, indentation and level agree on its place in the authors' own
    hierarchy (1 where they do, or where only one of them speaks).
    `confidence` is, where only words told that it is a measure, the chance that a curator takes it
    for one, in [0, 1]; None where the document itself, by layout or by a mark, shows its measures.
    `related` are the other measures that it names (kind RELATED; `role` "child" for those the
    document calls its parts).
    """

    kind: SegmentKind
    way: str
    explicit: bool = True
    placed: float = 1.0
    confidence: float | None = None
    heading: tuple[Provenance, ...] = ()
    parts: tuple[Part, ...] = ()
    related: tuple["Segment", ...] = ()
    role: str = ""
    issues: tuple[Issue, ...] = ()

    def part(self, field: str) -> Part | None:
        """The part of that field, or None."""
        return next((part for part in self.parts if part.field == field), None)

    def spans(self) -> tuple[Span, ...]:
        """Every place that the segment's own fields quote."""
        own = [source.span for part in self.parts for source in part.provenance]
        return tuple(own) + tuple(span for other in self.related for span in other.spans())


class Segments(Frozen):
    """All segments of a document, in reading order.

    `context` are the spans that were read and judged to state no measure of their own; what is in
    neither was not looked at. `verdict` is the document's, or a stricter one found while reading.
    """

    path: str
    verdict: Verdict
    segments: tuple[Segment, ...]
    context: tuple[Span, ...] = ()
    boilerplate: tuple[Span, ...] = ()
    issues: tuple[Issue, ...] = ()

    def kinds(self, document: Document) -> bytearray:
        """What became of each character: 0 not looked at, 1 boilerplate, 2 context, 3 record.

        In the order in which they hide each other: a passage that a record quotes is a record.
        """
        found = bytearray(len(document.text))
        furniture = [block.span for block in document.blocks if block.kind in UNREAD]
        recorded = [span for segment in self.segments for span in segment.spans()]
        layers = ((*furniture, *self.boilerplate), self.context, recorded)
        for kind, layer in enumerate(layers, start=1):
            for start, end in layer:
                found[start:end] = bytes([kind]) * (end - start)
        return found


class Tagged(Frozen):
    """The tags of one segment and of each of its related ones, and what is doubtful about them."""

    tags: tuple[Tag, ...] = ()
    related: tuple[tuple[Tag, ...], ...] = ()
    issues: tuple[Issue, ...] = ()
