"""Segments to tags: what the document states, what its words determine, what the tagger thinks."""

from collections.abc import Collection, Iterator, Mapping

from pipeline.model import (
    Document,
    Issue,
    Level,
    Part,
    Provenance,
    Segment,
    SegmentKind,
    Segments,
    Tag,
    Tagged,
)
from pipeline.model.text import normal_form
from pipeline.tag.determined import determine
from pipeline.tag.stated import (
    Role,
    concept_named,
    named_by_heading,
    stated,
    taxonomy_of_title,
)
from pipeline.tag.suggest import Suggester
from pipeline.tag.suggested import suggestions
from pipeline.taxonomy import Taxonomy

_DETERMINED = "mitigation"  # the taxonomy whose definitions record pages print


def tag(
    document: Document,
    segments: Segments,
    taxonomies: Mapping[str, Taxonomy],
    suggester: Suggester,
) -> tuple[Tagged, ...]:
    """The tags of each segment, in order; what is not a measure has none."""
    return tuple(
        _tagged(document, segment, taxonomies, suggester)
        if segment.kind is SegmentKind.MEASURE
        else Tagged()
        for segment in segments.segments
    )


def _tagged(
    document: Document,
    segment: Segment,
    taxonomies: Mapping[str, Taxonomy],
    suggester: Suggester,
) -> Tagged:
    stated_tags = tuple(_stated_parts(segment, taxonomies))
    settled = {tag.taxonomy for tag in stated_tags if tag.role == "primary"}
    under = tuple(_numbered_headings(segment, taxonomies, settled))
    determined: tuple[Tag, ...] = ()
    issues: tuple[Issue, ...] = ()
    definition = segment.part("definition")
    if definition and _DETERMINED not in settled and _DETERMINED in taxonomies:
        determined, issues = _determined(segment, definition, taxonomies[_DETERMINED])
    given = (*determined, *stated_tags, *under)
    opinions, doubts = suggestions(document, segment, given, suggester)
    return Tagged(
        tags=(*given, *opinions),
        related=tuple(tuple(_stated_parts(other, taxonomies)) for other in segment.related),
        issues=(*issues, *_unknown(segment, taxonomies), *doubts),
    )


def _numbered_headings(
    segment: Segment, taxonomies: Mapping[str, Taxonomy], settled: Collection[str]
) -> Iterator[Tag]:
    """The concepts whose parts a document numbers in its headings, the innermost heading first."""
    seen = set(settled)
    for heading in reversed(segment.heading):
        for taxonomy, concept in named_by_heading(heading.quote, taxonomies.values()):
            if taxonomy.id not in seen:
                seen.add(taxonomy.id)
                yield Tag(
                    taxonomy=taxonomy.id,
                    code=concept.code,
                    label=concept.label,
                    basis="inferred",
                    confidence=0.95,
                    evidence=(heading,),
                    why=f"it stands under {normal_form(heading.quote)[:60]!r}",
                    made_by="rule:tag.numbered-heading",
                )


def _unknown(segment: Segment, taxonomies: Mapping[str, Taxonomy]) -> Iterator[Issue]:
    """An issue for each tag field whose words name no concept that we know."""
    for part in segment.parts:
        taxonomy = taxonomies.get(part.field.removeprefix("tag."))
        for source in part.provenance if part.field.startswith("tag.") and taxonomy else ():
            if taxonomy and concept_named(source.quote, taxonomy) is None:
                message = (
                    f"{normal_form(source.quote)!r} is no concept of {taxonomy.id} that we know"
                )
                yield _doubt("unknown-concept", message, source)


def _stated_parts(segment: Segment, taxonomies: Mapping[str, Taxonomy]) -> Iterator[Tag]:
    """The tags that a segment's own fields state, each concept once."""
    seen: set[tuple[str, str]] = set()
    primary: set[str] = set()
    for part in segment.parts:
        taxonomy = _taxonomy(part, taxonomies)
        if taxonomy is None:
            continue
        for source in part.provenance:
            concept = concept_named(source.quote, taxonomy)
            if concept and (taxonomy.id, concept.code) not in seen:
                seen.add((taxonomy.id, concept.code))
                # A page says which of its tags is the primary one; of a list, none is.
                listed = part.role == "other" or len(part.provenance) > 1
                role: Role = "other" if listed or taxonomy.id in primary else "primary"
                if role == "primary":
                    primary.add(taxonomy.id)
                where = f"under {part.title!r}" if part.title else "in its place on the page"
                yield stated(concept, taxonomy, role, source, where)


def _taxonomy(part: Part, taxonomies: Mapping[str, Taxonomy]) -> Taxonomy | None:
    """The taxonomy whose concepts a field holds, by its kind or by its column's title."""
    if part.field.startswith("tag."):
        return taxonomies.get(part.field.removeprefix("tag."))
    if part.field.startswith("details."):
        return taxonomy_of_title(part.title, taxonomies)
    return None


def _determined(
    segment: Segment, definition: Part, taxonomy: Taxonomy
) -> tuple[tuple[Tag, ...], tuple[Issue, ...]]:
    """The category that a definition line settles; else an issue that says why it does not."""
    also_in = segment.part("also_in")
    parent = normal_form(also_in.provenance[0].quote) if also_in else None
    found = determine(normal_form(definition.provenance[0].quote), parent, taxonomy)
    if found.code is None:
        return (), (_doubt("category-unsettled", found.why, definition.provenance[0]),)
    concept = taxonomy.concept(found.code)
    tag = Tag(
        taxonomy=taxonomy.id,
        code=concept.code,
        label=concept.label,
        basis="inferred",
        confidence=found.score,
        evidence=(*definition.provenance, *(also_in.provenance if also_in else ())),
        why=found.why,
        made_by="rule:tag.definition",
    )
    return (tag,), ()


def _doubt(code: str, message: str, source: Provenance) -> Issue:
    return Issue(code=code, level=Level.WARNING, message=message, span=source.span, stage="tag")
