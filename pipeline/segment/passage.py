"""Reading blocks as passages: the headings above them, their markers, their labelled lines."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.model import UNREAD, Block, BlockKind, Document, Provenance, Span
from pipeline.rule import Rules

_MARKER = re.compile(
    r"\s*(?:(?:[•*-]\s+)?(?:\[[ xX]\]|[☐☑☒❏])\s*"
    r"|[•·●○◦▪▫■□‣⁃∙–—*o\uf0b7\uf0a7\uf076\u2713\u2714-]\s+"
    r"|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxlIVXL]{1,6})[.)](?=\s)\s*"
    r"|\d{1,3}(?:\.\d{1,3})+\s+)"
)
# A label is a few words, begins with a capital, and a space or line end follows its colon.
_LABEL = re.compile(
    r"^[ \t]*(?P<label>[A-Z][\w/&()'’-]*(?:[ \t][\w/&()'’-]+){0,4}):(?=\s)", re.MULTILINE
)
_LABEL_WORDS = 5
_FIELDS = ("lead.rationale", "lead.description")
_BOX = re.compile(r"\s*(?:[•*-]\s+)?(?:\[[ xX]\]|[☐☑☒❏])")
# A clause of a standard, "5.2.1 The provider shall ...", as against a title with its number.
_CLAUSE = re.compile(r"\s*(?:[A-Z]\.)?\d{1,2}(?:\.\d{1,2})+\.?\s+[A-Z].*[.;:]\s*$", re.DOTALL)


class Placed(NamedTuple):
    """A block and the headings above it, the outermost first."""

    block: Block
    trail: tuple[Block, ...]


class Labelled(NamedTuple):
    """A labelled run inside a block, "Purpose: ...": where its label and its text are."""

    label: Span
    text: Span


def placed(document: Document) -> Iterator[Placed]:
    """All blocks but the UNREAD, in reading order, each with its heading trail."""
    trail: tuple[Block, ...] = ()
    for block in document.blocks:
        if block.kind in UNREAD:
            continue
        if block.kind is BlockKind.HEADING:
            above = tuple(heading for heading in trail if heading.level < block.level)
            yield Placed(block, above)
            trail = (*above, block)
        else:
            yield Placed(block, trail)


def cite_blocks(
    document: Document, blocks: Sequence[Block], made_by: str
) -> tuple[Provenance, ...]:
    """The words of blocks; neighbours with nothing between them are cited as one span."""
    spans: list[Span] = []
    for block in blocks:
        if spans and not document.quote(Span(spans[-1].end, block.span.start)).strip():
            spans[-1] = Span(spans[-1].start, block.span.end)
        else:
            spans.append(block.span)
    return tuple(document.cite(span, made_by) for span in spans)


def trail_of(document: Document, trail: Sequence[Block], made_by: str) -> tuple[Provenance, ...]:
    """The provenance of each heading of a trail."""
    return tuple(document.cite(heading.span, made_by) for heading in trail)


def marker(text: str) -> int:
    """How many characters of `text` are a list marker or a number with its white space."""
    found = _MARKER.match(text)
    return found.end() if found else 0


def is_boxed(document: Document, span: Span) -> bool:
    """Whether a box to be ticked stands in front of the words."""
    return _BOX.match(document.quote(span)) is not None


def is_clause(document: Document, block: Block) -> bool:
    """Whether a paragraph is a numbered clause: "5.2.1 The provider shall ..."."""
    text = document.quote(block.span)
    return block.kind is BlockKind.PARAGRAPH and _CLAUSE.match(text) is not None


def is_title(document: Document, block: Block) -> bool:
    """Whether a paragraph is all in bold and no sentence: a title that no heading style marks."""
    span = document.trim(block.span)
    bold = [inline.span for inline in block.inlines if inline.kind == "strong"]
    return (
        block.kind is BlockKind.PARAGRAPH
        and any(document.trim(one).covers(span) for one in bold)
        and document.quote(span)[-1:].isalnum()
    )


def title_of(document: Document) -> tuple[Block, ...]:
    """The first heading, where no other stands as high: what it announces is the whole work."""
    headings = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    highest = [block for block in headings if block.level <= headings[0].level]
    return tuple(highest) if len(highest) == 1 else ()


def flat(document: Document, span: Span) -> str:
    """The words at `span` with a space for each line break, for rules that count words."""
    return document.quote(span).replace("\n", " ")


def body(document: Document, block: Block) -> Span:
    """The block without its list marker; the whole block when there is nothing else in it."""
    return body_of(document, block.span)


def body_of(document: Document, span: Span) -> Span:
    """The words at `span` without a list marker; all of them when there is nothing else."""
    span = document.trim(span)
    inner = document.trim(Span(span.start + marker(document.quote(span)), span.end))
    return inner if inner.end > inner.start else span


def _bold_line(document: Document, block: Block) -> Span | None:
    """The first line of several where it is all in bold, and a few words: a label above a text."""
    first, _, rest = document.quote(block.span).partition("\n")
    if not rest.strip() or len(first.split()) > _LABEL_WORDS or first.rstrip().endswith("."):
        return None
    line = document.trim(Span(block.span.start, block.span.start + len(first)))
    bold = [inline.span for inline in block.inlines if inline.kind == "strong"]
    return line if any(document.trim(span) == line for span in bold) else None


def field_label(document: Document, block: Block, rules: Rules) -> Labelled | None:
    """The bold words that open a paragraph, and its text, where they say which field of a measure
    it is: "**Purpose.** Nobody ...".
    """
    start = document.trim(block.span).start
    for inline in block.inlines:
        if inline.kind == "strong" and inline.span.start <= start < inline.span.end:
            bold = document.quote(Span(start, inline.span.end)).rstrip(" .:\n")
            text = document.quote(Span(start + len(bold), block.span.end)).lstrip(" .:\n")
            label = Span(start, start + len(bold))
            if text[:1].isupper() and any(rules.find(kind, bold) for kind in _FIELDS):
                return Labelled(
                    label, document.trim(Span(block.span.end - len(text), block.span.end))
                )
    return None


def labelled(document: Document, block: Block, rules: Rules | None = None) -> list[Labelled]:
    """The labelled runs of a block, when its first line is labelled; else none.

    A run ends where the next line with a label begins, so that "Category: x" above "Link: y" are
    two even when they are printed as one paragraph. With `rules`, bold words do without a colon
    where they name a field.
    """
    text = document.quote(block.span)
    if line := _bold_line(document, block):
        return [Labelled(line, document.trim(Span(line.end, block.span.end)))]
    if rules and (run := field_label(document, block, rules)):
        return [run]
    found = list(_LABEL.finditer(text))
    if not found or text[: found[0].start()].strip():
        return []
    ends = [following.start() for following in found[1:]] + [len(text)]
    start = block.span.start
    return [
        Labelled(
            Span(start + here.start("label"), start + here.end("label")),
            document.trim(Span(start + here.end(), start + end)),
        )
        for here, end in zip(found, ends, strict=True)
    ]
