"""The tagger's opinions on segments: only where the document settles nothing, or against it."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.model import Document, Issue, Level, Part, Provenance, Segment, Span, Tag
from pipeline.tag.suggest import Suggester, Suggestion, Text

_FIELDS = ("name", "description", "rationale")
_TRAIL = "heading"
_BETWEEN = "\n"
# A suggestion this sure against what the document states is worth a curator's look: of those the
# tagger is right more often than not on documents it was not made from.
_AGAINST = 0.7


def suggestions(
    document: Document, segment: Segment, given: Sequence[Tag], suggester: Suggester
) -> tuple[tuple[Tag, ...], tuple[Issue, ...]]:
    """The suggested tags of a measure and what is doubtful, `given` being the tags it has already.

    A taxonomy whose primary concept the document states or determines gets no suggestion; one that
    speaks surely against it is an issue. Where the tagger cannot tell, an issue says so.
    """
    text, places = _read(segment)
    settled = {tag.taxonomy: tag for tag in given if tag.role == "primary"}
    present = {(tag.taxonomy, tag.code) for tag in given}
    cited: dict[Span, Provenance] = {}  # half of the phrases speak in two taxonomies
    tags: list[Tag] = []
    issues: list[Issue] = []
    (found,) = suggester.suggest([text])
    for one in found:
        stated = settled.get(one.taxonomy)
        if stated:
            issues += _contradiction(one, stated, suggester)
        elif one.code is None:
            issues.append(needs_curator(one))
        elif (one.taxonomy, one.code) not in present:
            tags.append(_tag(document, one, places, cited))
    return tuple(tags), tuple(issues)


def needs_curator(one: Suggestion) -> Issue:
    """The issue of a taxonomy in which the tagger cannot tell."""
    return _issue("needs-curator", Level.INFO, f"{one.taxonomy}: {one.why}")


def _read(segment: Segment) -> tuple[Text, Mapping[str, Sequence[Provenance]]]:
    """The words of a segment by field, as printed, and where each field's words are."""
    parts = {field: segment.part(field) for field in _FIELDS}
    if (name := parts["name"]) and name.role == "phrase":
        parts["name"] = None  # words of the description again, chosen by us
    places = {field: _sources(part) for field, part in parts.items()}
    places[_TRAIL] = segment.heading[-1:]  # those above it speak of other measures too
    return Text(**{field: _joined(sources) for field, sources in places.items()}), places


def _sources(part: Part | None) -> tuple[Provenance, ...]:
    return part.provenance if part else ()


def _joined(sources: Sequence[Provenance]) -> str:
    return _BETWEEN.join(source.quote for source in sources)


def _tag(
    document: Document,
    one: Suggestion,
    places: Mapping[str, Sequence[Provenance]],
    cited: dict[Span, Provenance],
) -> Tag:
    evidence = []
    for field, spans in sorted(one.matched.items()):
        for span in _in_document(spans, places[field]):
            if span not in cited:
                cited[span] = document.cite(span, one.made_by)
            evidence.append(cited[span].by(one.made_by))
    return one.tag(evidence)


def _in_document(spans: Sequence[Span], sources: Sequence[Provenance]) -> Iterator[Span]:
    """Where in the document the spans of joined quotes are; one over a joint ends at it."""
    for span in spans:
        start = 0
        for source in sources:
            end = start + len(source.quote)
            first, last = max(span.start, start), min(span.end, end)
            if first < last:
                shift = source.span.start - start
                yield Span(first + shift, last + shift)
                break
            start = end + len(_BETWEEN)


def _contradiction(one: Suggestion, stated: Tag, suggester: Suggester) -> Iterator[Issue]:
    """An issue where the tagger is sure of a code that is neither the given one nor kin to it."""
    if one.role != "primary" or one.code is None or one.confidence < _AGAINST:
        return
    if not suggester.kin(one.taxonomy, one.code, stated.code):
        message = (
            f"{one.taxonomy}: {stated.basis} {stated.code}, but the words speak for {one.code} "
            f"({one.confidence:.2f}): {one.why}"
        )
        yield _issue("tag-contradicted", Level.INFO, message)


def _issue(code: str, level: Level, message: str) -> Issue:
    return Issue(code=code, level=level, message=message, stage="tag")
