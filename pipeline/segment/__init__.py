"""Documents to segments: one module for each way in which documents state measures.

A record page is read by its own grammar alone. Any other document is read in every other way;
where two claim the same words, what the document itself marks as a measure wins over what a cue
told, and the more specific way over the more general. The loser is named in an issue.
"""

from collections.abc import Mapping

from pipeline.model import BlockKind, Document, Issue, Level, Segment, Segments, Span
from pipeline.rule import Rules
from pipeline.segment import control_table, listing, outline, record_page
from pipeline.segment.source import source
from pipeline.taxonomy import Taxonomy

# The more specific first.
_WAYS = (control_table, outline, listing)
_CONTEXT = (BlockKind.HEADING, BlockKind.CAPTION, BlockKind.METADATA)


def segment(document: Document, taxonomies: Mapping[str, Taxonomy], rules: Rules) -> Segments:
    """All that `document` states of measures, in reading order; segments never overlap."""
    page = record_page.segment(document, dict(taxonomies))
    if page is not None:
        return page
    kept, issues = _settle([found for way in _WAYS for found in way.segment(document, rules)])
    kept.sort(key=lambda segment: segment.spans()[0])
    work = source(document, rules)
    return Segments(
        path=document.path,
        verdict=document.verdict,
        segments=(work, *kept) if work else tuple(kept),
        context=_context(document, kept),
        boilerplate=tuple(
            block.span for block in document.blocks if block.kind is BlockKind.FURNITURE
        ),
        issues=tuple(issues),
    )


# From here on the document plainly marks its measures itself, and cues are no longer trusted:
# lists of risks, roles and criteria read like instructions too.
_MARKED = 5


def _settle(found: list[Segment]) -> tuple[list[Segment], list[Issue]]:
    """The segments that stand, and an issue for each that gave way."""
    marked = sum(segment.explicit for segment in found)
    kept: list[Segment] = []
    claimed: list[tuple[Span, Segment]] = []
    issues: list[Issue] = []
    for segment in sorted(found, key=lambda segment: not segment.explicit):
        own = _own(segment)
        rival = next((other for span, other in claimed if any(span.touches(o) for o in own)), None)
        if rival:
            issues.append(
                Issue(
                    code="claimed-twice",
                    level=Level.INFO,
                    message=f"read as {rival.way}; as {segment.way} it would also be a measure",
                    span=own[0],
                    stage="segment",
                )
            )
        elif marked >= _MARKED and not segment.explicit:
            issues.append(_unmarked(marked, own[0]))
        else:
            kept.append(segment)
            claimed.extend((span, segment) for span in own)
    return kept, issues


def _unmarked(marked: int, span: Span) -> Issue:
    message = (
        f"this only reads like a measure; the document marks {marked} measures itself, "
        "and this is not among them"
    )
    return Issue(
        code="unmarked-left-out", level=Level.INFO, message=message, span=span, stage="segment"
    )


def _own(segment: Segment) -> list[Span]:
    """The places of the words that belong to this segment alone, not to its whole table."""
    fields = ("label", "name", "description", "rationale")
    return [
        source.span for part in segment.parts if part.field in fields for source in part.provenance
    ]


def _context(document: Document, kept: list[Segment]) -> tuple[Span, ...]:
    """Blocks that were read but state no measure of their own.

    Headings, captions, the rest of control tables, and what else stands below a heading that names
    a measure.
    """
    tables = set()
    names = set()
    for segment in kept:
        for block in (block for span in _own(segment) for block in document.blocks_at(span)):
            if block.cell:
                tables.add(block.cell.table)
            elif block.kind is BlockKind.HEADING:
                names.add(block.span)
    context = []
    within = False
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            within = block.span in names
        if within or block.kind in _CONTEXT or (block.cell and block.cell.table in tables):
            context.append(block.span)
    return tuple(context)
