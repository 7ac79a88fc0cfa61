"""A page's rows as segments: every field cited, every doubt named."""

import re
from collections.abc import Iterator, Sequence

from pipeline.model import (
    Document,
    Issue,
    Level,
    Part,
    Segment,
    SegmentKind,
    Segments,
    Span,
    Verdict,
)
from pipeline.segment.record_page.glue import ALSO_IN, AUTHORS, Words
from pipeline.segment.record_page.page import Card, Page
from pipeline.segment.record_page.rows import Row

WAY = "record_page"
MADE_BY = "rule:record-page"

_PERSON = re.compile(r"[^;]*[^;\s][^;]*")


def state(document: Document, page: Page, words: Words, boilerplate: Sequence[Span]) -> Segments:
    """The segments of a page: the measure with its related ones, and the source."""
    parts = tuple(_measure(document, page))
    segments = []
    if parts or page.cards:
        related = tuple(_related(document, card) for card in page.cards)
        issues = () if page.name else (_no_name(page),)
        segments.append(
            Segment(kind=SegmentKind.MEASURE, way=WAY, parts=parts, related=related, issues=issues)
        )
    if source := tuple(_source(document, page)):
        segments.append(Segment(kind=SegmentKind.SOURCE, way=WAY, parts=source))
    whole = page.complete or document.verdict is not Verdict.COMPLETE
    return Segments(
        path=document.path,
        verdict=document.verdict if whole else Verdict.CUT_SHORT,
        segments=tuple(segments),
        context=tuple(sorted(row.span for row in page.context)),
        boilerplate=tuple(sorted([*boilerplate, *(row.span for row in page.banners)])),
        issues=tuple(_issues(document, page, words)),
    )


def _part(
    document: Document,
    field: str,
    rows: Row | Sequence[Row] | None,
    title: str = "",
    role: str = "",
) -> Iterator[Part]:
    rows = [rows] if isinstance(rows, Row) else list(rows or ())
    spans = [document.trim(span) for span in _runs(document, rows)]
    if cited := tuple(document.cite(span, MADE_BY) for span in spans if span.end > span.start):
        yield Part(field=field, provenance=cited, title=title, role=role or "primary")


def _runs(document: Document, rows: Sequence[Row]) -> list[Span]:
    """One span for rows with only white space between them."""
    runs: list[Span] = []
    for row in rows:
        if runs and not document.text[runs[-1].end : row.span.start].strip():
            runs[-1] = Span(runs[-1].start, row.span.end)
        else:
            runs.append(row.span)
    return runs


def _measure(document: Document, page: Page) -> Iterator[Part]:
    yield from _part(document, "name", page.name)
    yield from _part(document, "definition", page.definition)
    yield from _part(document, "also_in", page.also_in, ALSO_IN)
    yield from _part(document, "description", page.description)
    yield from _part(document, "rationale", page.rationale, "Reasoning", role="classification")
    yield from _part(document, "parent", page.parent)
    for taxonomy, row in page.tags.items():
        yield from _part(document, f"tag.{taxonomy}", row)
    for span, role in page.risks:
        cited = document.cite(span, MADE_BY)
        yield Part(field="tag.risk", provenance=(cited,), title=role.capitalize(), role=role)


def _related(document: Document, card: Card) -> Segment:
    parts = [
        *_part(document, "name", card.name),
        *_part(document, "description", card.text),
        *_part(document, "tag.mitigation", card.label),
    ]
    return Segment(kind=SegmentKind.RELATED, way=WAY, parts=tuple(parts), role=card.role)


def _source(document: Document, page: Page) -> Iterator[Part]:
    yield from _part(document, "title", page.title)
    people: list[Row] = []
    year = page.year
    for row in page.authors:
        found = AUTHORS.fullmatch(row.text)
        names = row.part(0, len(found["authors"] or "")) if found else row
        people.extend(names.part(*one.span()) for one in _PERSON.finditer(names.text))
        if found and found["year"]:
            year = row.part(*found.span("year"))
    if cited := tuple(document.cite(person.span, MADE_BY) for person in people):
        yield Part(field="authors", provenance=cited, items=True)
    yield from _part(document, "year", year)
    yield from _part(document, "abstract", page.abstract)


def _no_name(page: Page) -> Issue:
    first = page.description or ([page.definition] if page.definition else [])
    if page.parent:
        hint = f"the page of its parent ‘{page.parent.text}’ lists it among its parts"
    else:
        hint = "the list of first entries that the pages of its source share may leave out just it"
    return _issue(
        "no-name",
        Level.INFO,
        f"the page never prints its own name; joining the pages of one source can tell it: {hint}",
        first[:1],
    )


def _issues(document: Document, page: Page, words: Words) -> Iterator[Issue]:
    if not page.complete:
        # Which words are the last is no matter of certainty: they are where a curator must look.
        end = Span(max(0, len(document.text.rstrip()) - 1), len(document.text.rstrip()))
        yield Issue(
            code="cut-short",
            level=Level.WARNING,
            message=f"the page ends early, in {page.ends_in}; what comes after is missing",
            span=end,
            stage="segment",
        )
    if page.undecided:
        rows = sorted(page.undecided, key=lambda row: row.span)
        quoted = ", ".join(f"‘{_short(row.text)}’" for row in rows)
        message = f"cut before it can be told what these words are, so they were left out: {quoted}"
        yield _issue("open-field", Level.INFO, message, rows)
    for row, readings in page.doubtful:
        message = f"‘{_short(row.text)}’ may be {readings}"
        yield _issue("ambiguous-line", Level.WARNING, message, [row])
    for row in page.stray:
        message = f"‘{_short(row.text)}’ has no place in the grammar of record pages; left out"
        yield _issue("unread-line", Level.WARNING, message, [row])
    for row, taxonomy in page.unknown:
        glued = "; what is glued to it was left out" if row.label == "glued" else ""
        message = f"the taxonomy {taxonomy} has no such label: ‘{_short(row.text)}’{glued}"
        yield _issue("unknown-label", Level.WARNING, message, [row])
    for label in sorted(words.learnt):
        at = document.text.find(label)
        yield Issue(
            code="learnt-label",
            level=Level.INFO,
            message=f"the page prints ‘{label}’ as a label; the taxonomy has none of that name",
            span=Span(at, at + len(label)) if at >= 0 else None,
            stage="segment",
        )


def _issue(code: str, level: Level, message: str, rows: Sequence[Row]) -> Issue:
    span = Span(rows[0].span.start, rows[-1].span.end) if rows else None
    return Issue(code=code, level=level, message=message, span=span, stage="segment")


def _short(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"
