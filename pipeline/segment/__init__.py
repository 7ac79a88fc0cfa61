"""Documents to segments: one module for each way in which documents state measures.

A record page is read by its own grammar alone. Any other document is read in every other way;
where two claim the same words, what the document itself marks as a measure wins over what a cue
told, and the more specific way over the more general. The loser is named in an issue.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.model import BlockKind, Document, Issue, Level, Part, Segment, Segments, Span
from pipeline.model.text import normal_form
from pipeline.rule import Rules
from pipeline.segment import control_table, listing, outline, prose, record_page
from pipeline.segment.checks import cross_checks
from pipeline.segment.language import languages
from pipeline.segment.naming import heading_name, name_of
from pipeline.segment.passed import Passed
from pipeline.segment.rationale import rationale_of, section_reasons
from pipeline.segment.reading import READ, Reading
from pipeline.segment.source import source
from pipeline.taxonomy import Taxonomy

_BOILERPLATE = (BlockKind.FURNITURE, BlockKind.FIGURE)
_CONTEXT = (BlockKind.HEADING, BlockKind.CAPTION, BlockKind.METADATA)


def segment(
    document: Document,
    taxonomies: Mapping[str, Taxonomy],
    rules: Rules,
    weights: Mapping[str, float] | None = None,
) -> Segments:
    """All that `document` states of measures, in reading order; segments never overlap.

    `weights` are those by which sentences are judged: ours, if None.
    """
    page = record_page.segment(document, dict(taxonomies))
    if page is not None:
        return page
    tongue = languages(document)
    if tongue and tongue.level is Level.ERROR:
        return Segments(path=document.path, verdict=document.verdict, segments=(), issues=(tongue,))
    passed, reading = Passed(), Reading(document, rules, weights)
    found = [  # the more specific way first
        *control_table.segment(document, rules, reading),
        *outline.segment(document, rules, reading),
    ]
    found += listing.segment(document, rules, reading, passed)
    kept, issues = _settle(document, _measures_only(document, found))
    read: tuple[Span, ...] = ()
    told = []
    if sum(segment.explicit for segment in kept) < _CATALOGUE:
        claimed = [span for one in kept for span in _own(one)]
        claimed += _elaborated(document, kept)
        told = list(prose.segment(document, rules, claimed, reading, passed))
    if catalogues(kept, told):
        issues.append(_unweighed(len(kept)))
    else:
        read = tuple(block.span for block in document.blocks if block.kind in READ)
        if names_its_own(kept):
            told, unnamed = _parted(told, kept, rules)
            for one in unnamed:
                passed.add("unnamed-left-out", _own(one)[0], _UNNAMED, one.confidence or 0.0)
        kept += told
    kept.sort(key=lambda segment: segment.spans()[0])
    told = _told(document, kept, rules)
    work = source(document, rules)
    return Segments(
        path=document.path,
        verdict=document.verdict,
        segments=(work, *told) if work else tuple(told),
        context=tuple(sorted({*_context(document, kept), *read})),
        boilerplate=tuple(block.span for block in document.blocks if block.kind in _BOILERPLATE),
        issues=(
            *([tongue] if tongue else []),
            *cross_checks(document),
            *issues,
            *passed.issues(span for one in kept for span in _own(one)),
        ),
    )


# From here on the document plainly marks its measures itself, and cues are no longer trusted:
# lists of risks, roles and criteria read like instructions too.
_MARKED = 5
_CATALOGUE = 20  # ... and whatever else its text says, nobody looks for measures there
_SURER = 0.9  # chance of a measure without a name where the others have one
_SURE, _SHARE = 0.8, 0.4  # chance of a measure in the text, and how many of them to one marked
_UNNAMED = (
    "this only reads like a measure; the document gives its measures names, and this has none"
)


def catalogues(segments: Iterable[Segment], told: Iterable[Segment]) -> bool:
    """Whether a document numbers or catalogues its measures, so that cues elsewhere mislead.

    One that marks few also states others in its text, where much of it surely reads like measures.
    """
    marked = sum(segment.explicit for segment in segments)
    sure = sum((segment.confidence or 0.0) >= _SURE for segment in told)
    return marked >= _CATALOGUE or (marked >= _MARKED and sure < _SHARE * marked)


def names_its_own(segments: Iterable[Segment]) -> bool:
    """Whether it gives a name to every one of so many: then only a commitment beside counts.

    A table names its rows, whatever the text around it does.
    """
    found = [one for one in segments if one.way != control_table.WAY]
    return len(found) >= _MARKED and all(segment.part("name") for segment in found)


def _commits(segment: Segment, rules: Rules) -> bool:
    """Whether it says what the authors do or will do: that is meant, named or not."""
    description = segment.part("description")
    quote = normal_form(description.provenance[0].quote) if description else ""
    by = description.provenance[0].made_by if description else ""
    return by.startswith("rule:prose.commitment-kept") or (
        rules.find("measure.commitment", quote) is not None
    )


def _parted(
    told: Iterable[Segment], named: Iterable[Segment], rules: Rules
) -> tuple[list[Segment], list[Segment]]:
    """What running text states that stands beside measures with names, and what does not.

    Beside them stands what is below a heading of its own next to those that name measures.
    """
    headed = [one for one in named if one.way == outline.WAY]
    names = [part.provenance[0].span for one in headed if (part := one.part("name"))]
    above = {_trail(one) for one in headed}
    stands: tuple[list[Segment], list[Segment]] = ([], [])
    for one in told:
        trail = _trail(one)
        beside = bool(trail) and trail[:-1] in above
        beside = beside and not any(trail[-1].covers(name) for name in names)
        sure = (one.confidence or 0.0) >= _SURER
        stands[0 if beside or sure or _commits(one, rules) else 1].append(one)
    return stands


def _trail(segment: Segment) -> tuple[Span, ...]:
    return tuple(cited.span for cited in segment.heading)


class _Claims:
    """Which segment claims which words, asked by place: by block, for there may be thousands."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._segments: list[Segment] = []
        self._in_block: dict[Span, list[tuple[Span, int]]] = {}

    def add(self, segment: Segment) -> None:
        """The words of its own are this segment's."""
        for span in _own(segment):
            for block in self._document.blocks_at(span):
                self._in_block.setdefault(block.span, []).append((span, len(self._segments)))
        self._segments.append(segment)

    def on(self, spans: Iterable[Span]) -> list[Segment]:
        """The segments that claim any of these words, in the order in which they were added."""
        places = {
            at
            for span in spans
            for block in self._document.blocks_at(span)
            for claim, at in self._in_block.get(block.span, ())
            if claim.touches(span)
        }
        return [self._segments[at] for at in sorted(places)]


def _settle(document: Document, found: list[Segment]) -> tuple[list[Segment], list[Issue]]:
    """The segments that stand, and an issue for each that gave way."""
    marked = sum(segment.explicit for segment in found)
    kept: list[Segment] = []
    claims = _Claims(document)
    issues: list[Issue] = []
    for segment in sorted(found, key=lambda segment: not segment.explicit):
        own = _own(segment)
        if rivals := claims.on(own):
            rival = rivals[0]
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
            claims.add(segment)
    return kept, issues


def _unweighed(marked: int) -> Issue:
    message = f"the document marks {marked} measures itself: its running text was not weighed"
    return Issue(code="text-not-weighed", level=Level.INFO, message=message, stage="segment")


def _unmarked(marked: int, span: Span) -> Issue:
    message = (
        f"this only reads like a measure; the document marks {marked} measures itself, "
        "and this is not among them"
    )
    return Issue(
        code="unmarked-left-out", level=Level.INFO, message=message, span=span, stage="segment"
    )


def _told(document: Document, kept: list[Segment], rules: Rules) -> list[Segment]:
    """The segments, each with the reason and the name that its own words give where it has none.

    Both may lie inside the description; a reason behind it never is another measure's words.
    """
    claims = _Claims(document)
    for segment in kept:
        claims.add(segment)
    told = []
    reasons = section_reasons(document, rules)
    below = Counter(segment.heading[-1].span for segment in kept if segment.heading)
    for segment in kept:
        description = segment.part("description")
        more: list[Part] = []
        if description and not segment.part("rationale"):
            passage = [source.span for source in description.provenance]
            above = segment.heading[-1].span if segment.heading else None
            section = reasons.get(above) if above else None
            found = rationale_of(document, passage, rules, section)
            place = [found.provenance[0].span] if found else []
            if found and all(owner is segment for owner in claims.on(place)):
                more.append(found)
        if description and not segment.part("name"):
            places = [source.span for source in description.provenance]
            above = segment.heading[-1].span if segment.heading else None
            named = None
            if above and segment.way == prose.WAY and below[above] == 1:
                named = heading_name(document, above, places, rules)
            named = named or name_of(document, places, rules)
            more += [named] if named else []
        told.append(segment.model_copy(update={"parts": (*segment.parts, *more)}))
    return told


def _own(segment: Segment) -> list[Span]:
    """The places of the words that belong to this segment alone, not to its whole table."""
    fields = ("label", "name", "description", "rationale")
    return [
        source.span for part in segment.parts if part.field in fields for source in part.provenance
    ]


def _measures_only(document: Document, found: list[Segment]) -> list[Segment]:
    """Those found, without the lists below a measure whose own label says what it is.

    "Implementation" below "Description" tells how, and is no measure beside it.
    """
    labelled = [
        one
        for one in found
        if (part := one.part("description"))
        and part.provenance[0].made_by == "rule:lead.description"
    ]
    within = {span.start for span in _elaborated(document, labelled)}
    return [
        one
        for one in found
        if one.way != listing.WAY
        or not any(block.span.start in within for block in document.blocks_at(_own(one)[0]))
    ]


def _elaborated(document: Document, kept: list[Segment]) -> list[Span]:
    """What stands below the headings that mark a measure: it goes on about that measure."""
    marked = {
        source.span.start
        for segment in kept
        if segment.explicit and segment.way == outline.WAY
        for part in segment.parts
        if part.field in ("label", "name")
        for source in part.provenance
    }
    found = []
    level = 0
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            names = any(block.span.start <= start < block.span.end for start in marked)
            if names or block.level <= level:
                level = block.level if names else 0
        elif level and block.kind is not BlockKind.FURNITURE:
            found.append(block.span)
    return found


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
