"""Segments and their tags to records: hierarchy, ids, normal forms, bibliography, duplicates."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.assemble.bibliography import bibliography_of
from pipeline.assemble.identity import Face, identify
from pipeline.assemble.mend import mend_label, shape, usual_items, usual_shape
from pipeline.model import (
    BlockKind,
    Claim,
    Document,
    DocumentHeader,
    Issue,
    Level,
    Part,
    Provenance,
    Rationale,
    Record,
    RecordFile,
    Related,
    Segment,
    SegmentKind,
    Segments,
    Span,
    Tag,
    Tagged,
)
from pipeline.model.text import fold

STAGE = "assemble"
_LONGEST_LABEL = 80  # letters by which labels are told apart
_OURS = "phrase"  # role of a name that we chose from the words: it identifies nothing
_BETWEEN = " > "  # parts a path that a page prints as one name


def assemble(
    document: Document,
    segments: Segments,
    tagged: Sequence[Tagged],
    bibliography: Mapping[str, Any] | None,
    made_by: Mapping[str, str],
) -> RecordFile:
    """The record file of a document.

    `tagged` holds the tags of each segment, in order; `bibliography` is what the file beside the
    original says of the work (`title`, `authors`, `year`, `doi`, `url`), and `made_by` the versions
    to name in the header.
    """
    work = next((s for s in segments.segments if s.kind is SegmentKind.SOURCE), None)
    source, issues = bibliography_of(document, work, bibliography or {})
    measures = [
        (segment, tags)
        for segment, tags in zip(segments.segments, tagged, strict=True)
        if segment.kind is SegmentKind.MEASURE
    ]
    reader = _Reader(document, [segment for segment, _ in measures])
    faces = [reader.face(segment) for segment, _ in measures]
    title = work.part("title") if work else None
    ids = identify(document.value(title.provenance) if title else "", faces)
    parents = _parents([segment for segment, _ in measures], ids)
    children: dict[str, list[str]] = {}
    for own, parent in zip(ids, parents, strict=True):
        if parent:
            children.setdefault(parent, []).append(own)
    records = [
        reader.record(segment, tags, face, own, parent, tuple(children.get(own, ())))
        for (segment, tags), face, own, parent in zip(measures, faces, ids, parents, strict=True)
    ]
    return RecordFile(
        document=DocumentHeader(
            id=document.id,
            path=document.path,
            sha256=document.sha256,
            media_type=document.media_type,
            pages=len(document.pages),
            verdict=segments.verdict,
            made_by=dict(sorted((dict(document.made_by) | dict(made_by)).items())),
        ),
        source=source,
        records=tuple(_mark_duplicates(records)),
        issues=(*document.issues, *segments.issues, *issues),
    )


class _Reader:
    """Reads values from words, knowing the other segments of the document."""

    def __init__(self, document: Document, segments: Sequence[Segment]) -> None:
        self._document = document
        labels = [
            self._document.value(part.provenance) for s in segments if (part := s.part("label"))
        ]
        self._shape = usual_shape(labels)
        self._by_start: dict[str, str] = {}
        for label in (label for label in labels if shape(label) == self._shape):
            plain = _plain(label)
            for end in range(len(plain) + 1):
                self._by_start.setdefault(plain[:end], label)
        headings = [
            self._title(block.span) for block in document.blocks if block.kind is BlockKind.HEADING
        ]
        printed: dict[str, Counter[str]] = {}
        for segment in segments:
            for part in segment.parts:
                if part.items:
                    values = (self._document.value((source,)) for source in part.provenance)
                    printed.setdefault(part.field, Counter()).update(values)
        self._usual = {field: usual_items(counts, headings) for field, counts in printed.items()}

    def _title(self, span: Any) -> str:
        words = self._document.value((self._document.cite(span, "reader:heading"),)).split()
        return " ".join(words[1:] if words[0][:1].isdigit() and words[1:] else words)

    def face(self, segment: Segment) -> Face:
        """What identifies the segment's measure."""
        label, name, description = (segment.part(f) for f in ("label", "name", "description"))
        return Face(
            label=self._label(label)[0] if label else "",
            name=self._document.value(name.provenance) if name and name.role != _OURS else "",
            path=self._path(segment)[0],
            description=self._document.value(description.provenance) if description else "",
        )

    def _label(self, part: Part) -> tuple[str, list[Issue]]:
        printed = self._document.value(part.provenance)
        if self._shape is None or shape(printed) == self._shape:
            return printed, []
        mended = mend_label(printed, self._shape, self._close(_plain(printed)))
        if mended == printed:
            return printed, []
        message = f"printed {printed!r}, read as {mended!r} like the other labels of the document"
        return mended, [_issue("label-mended", message, part.provenance)]

    def _close(self, plain: str) -> str | None:
        """The first label of the usual shape that shares the most letters from its start."""
        starts = (plain[:end] for end in range(len(plain), -1, -1))
        return next((self._by_start[start] for start in starts if start in self._by_start), None)

    def _path(self, segment: Segment) -> tuple[tuple[str, ...], tuple[Provenance, ...]]:
        parent = segment.part("parent")
        trail = (*segment.heading, *(parent.provenance if parent else ()))
        return tuple(self._document.value((heading,)) for heading in trail), trail

    def _claim(self, part: Part) -> tuple[Claim, list[Issue]]:
        if not part.items:
            return Claim(
                value=self._document.value(part.provenance), provenance=part.provenance
            ), []
        values, issues = [], []
        usual = self._usual.get(part.field, {})
        for source in part.provenance:
            printed = self._document.value((source,))
            values.append(usual.get(printed, printed))
            if printed in usual:
                message = f"printed {printed!r}, read as {usual[printed]!r} as elsewhere"
                issues.append(_issue("variant-mended", message, (source,)))
        return Claim(value=tuple(values), provenance=part.provenance), issues

    def record(
        self,
        segment: Segment,
        tagged: Tagged,
        face: Face,
        own_id: str,
        parent: str | None,
        children: tuple[str, ...],
    ) -> Record:
        """The record of one measure."""
        label, name, why = (segment.part(field) for field in ("label", "name", "rationale"))
        description = segment.part("description")
        issues = list(segment.issues)
        if label:
            issues += self._label(label)[1]
        if name and name.role == _OURS:
            message = "the document gives this measure no name; these words of it are our choice"
            issues.append(_issue("name-is-ours", message, name.provenance))
        elif not name and not any(issue.code == "no-name" for issue in issues):
            message = "the document gives this measure no name of its own"
            issues.append(Issue(code="no-name", level=Level.INFO, message=message, stage=STAGE))
        details = {}
        for part in sorted(segment.parts, key=lambda part: part.field):
            if part.field.startswith("details."):
                details[part.field.removeprefix("details.")], found = self._claim(part)
                issues += found
        return Record(
            id=own_id,
            way=segment.way,
            label=face.label or None,
            label_provenance=label.provenance if label else (),
            name=self._claim(name)[0] if name else None,
            path=face.path,
            path_provenance=self._path(segment)[1],
            parent=parent,
            children=children,
            description=self._claim(description)[0] if description else None,
            rationale=Rationale(
                value=self._document.value(why.provenance),
                basis="classification" if why.role == "classification" else "stated",
                provenance=why.provenance,
            )
            if why
            else None,
            details=details,
            tags=tagged.tags,
            related=tuple(
                self._related(other, tags)
                for other, tags in zip(segment.related, tagged.related, strict=True)
            ),
            issues=(*issues, *tagged.issues),
            confidence=segment.confidence,
        )

    def _related(self, segment: Segment, tags: tuple[Tag, ...]) -> Related:
        name, description = segment.part("name"), segment.part("description")
        path = self._document.value(name.provenance).split(_BETWEEN) if name else [""]
        return Related(
            name=path[-1],
            path=tuple(path),
            relation="child" if segment.role == "child" else "other",
            description=self._document.value(description.provenance) if description else None,
            tags=tags,
            provenance=name.provenance if name else (),
        )


def _plain(label: str) -> str:
    """The first letters and digits of a label."""
    return fold(label).replace(" ", "")[:_LONGEST_LABEL]


def _parents(measures: Sequence[Segment], ids: Sequence[str]) -> list[str | None]:
    """For each measure, the id of the one whose heading is the innermost above it."""
    names = sorted(
        (name.provenance[0].span, at)
        for at, segment in enumerate(measures)
        if (name := segment.part("name"))
    )

    def parent(own: int) -> str | None:
        for heading in reversed(measures[own].heading):
            first = bisect_left(names, (Span(heading.span.start, 0), 0))
            last = bisect_left(names, (Span(heading.span.end, 0), 0))
            inside = [at for span, at in names[first:last] if heading.span.covers(span)]
            if named := [at for at in inside if at != own]:
                return ids[min(named)]
        return None

    return [parent(own) for own in range(len(measures))]


def _mark_duplicates(records: Sequence[Record]) -> list[Record]:
    """The records, each that repeats an earlier one's words with an issue that names it."""
    first: dict[str, Record] = {}
    marked = []
    for record in records:
        words = fold(str(record.description.value)) if record.description else ""
        original = first.setdefault(words, record) if words else record
        if original is not record:
            message = f"says the same as {original.id}: keep one, or both if they differ in place"
            issue = _issue(
                "duplicate", message, record.description.provenance if record.description else ()
            )
            record = record.model_copy(update={"issues": (*record.issues, issue)})
        marked.append(record)
    return marked


def _issue(code: str, message: str, provenance: Sequence[Provenance]) -> Issue:
    span = provenance[0].span if provenance else None
    return Issue(code=code, level=Level.INFO, message=message, span=span, stage=STAGE)
