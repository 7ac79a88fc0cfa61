"""The lines of a record page, whether it was read from a text dump or from saved markup."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Literal

from pipeline.model import UNREAD, Block, BlockKind, Document, Span

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_MARKER = re.compile(r"[•◦▪*–-]\s+(?=\S)")
_CODE_ALONE = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}")
_WITHIN = re.compile(r"(?<=[^\W\d])[.;] \w")  # not the "1. A" of a numbered name
# A hash with a slash is how single-page sites name their pages.
_OWN_PLACE = re.compile(r"#(?![!/])")


TERM = 7  # below every heading: the level of a term, or of a cell that heads its row


@dataclass(frozen=True)
class Row:
    """One line, or the part of a line before or after a glued label.

    `closed`: the page goes on after it, so that a cut cannot have shortened it. `heading` is its
    level in saved markup (0: none). `label`: it is the code and label of a card; `unknown` when the
    taxonomy has no such label, `glued` when the next name could not be parted from it either.
    """

    span: Span
    text: str
    closed: bool
    heading: int = 0
    linked: bool = False
    label: Literal["", "known", "unknown", "glued"] = ""

    def part(self, start: int, end: int | None = None) -> "Row":
        """The words between two of its characters, without white space around them."""
        piece = self.text[start:end]
        first = self.span.start + start + len(piece) - len(piece.lstrip())
        text = piece.strip()
        closed = self.closed or (end is not None and end < len(self.text))
        return replace(self, span=Span(first, first + len(text)), text=text, closed=closed)


def read(document: Document, most: int) -> tuple[Row, ...]:
    """The lines of `document` in order, without furniture and metadata; no more than `most`.

    A paragraph of a PDF is one row: its line ends mean nothing.
    """
    return tuple(_with_codes_joined(document, tuple(islice(_rows(document), most))))


def _rows(document: Document) -> Iterator[Row]:
    for block, following in pairwise([*document.blocks, None]):
        if block is None or block.kind in UNREAD:
            continue
        if document.media_type == "text/plain":
            yield from (_row(document, span) for span in _lines(document, block.span))
            continue
        level = block.level if block.kind is BlockKind.HEADING else 0
        if _heads_its_row(block, following):
            level = TERM
        links = [i.span for i in block.inlines if i.kind == "link" and _leads_away(i.href)]
        for span in _lines(document, block.span):
            if block.kind is BlockKind.LIST_ITEM:
                # The reader's mark of an item, not a word of the page.
                marker = _MARKER.match(document.text, span.start, span.end)
                span = Span(marker.end(), span.end) if marker else span
                level = TERM if _is_term(block, span) else 0
            linked = any(link.covers(span) for link in links)
            for piece in _side_by_side(document, span, links) or (span,):
                yield _row(document, piece, level, linked or piece in links)


def _row(document: Document, span: Span, heading: int = 0, linked: bool = False) -> Row:
    closed = document.text.find("\n", span.end) >= 0
    return Row(span, document.quote(span), closed, heading, linked)


def _leads_away(href: str | None) -> bool:
    """Whether a link leads to another page, not to a place on its own."""
    return href is not None and _OWN_PLACE.search(href) is None


def _heads_its_row(block: Block, following: Block | None) -> bool:
    """Whether a table cell is marked as a heading, or the first of several in its row."""
    here, after = block.cell, following.cell if following else None
    if here is None or here.head or here.column:
        return here is not None and here.head
    return after is not None and (here.table, here.row) == (after.table, after.row)


def _is_term(block: Block, line: Span) -> bool:
    """Whether a line is the term of a definition: the reader sets it in strong, on its own."""
    return line.start == block.span.start and any(
        inline.kind == "strong" and inline.span == line and line.end < block.span.end
        for inline in block.inlines
    )


def _side_by_side(document: Document, line: Span, links: Sequence[Span]) -> Sequence[Span]:
    """The links that make up a line, when there are several: a style sheet parted them."""
    inside = [link for link in links if line.covers(link)]
    ends = [line.start, *(link.end for link in inside)]
    gaps = zip(ends, [*(link.start for link in inside), line.end], strict=True)
    whole = all(not document.text[start:end].strip() for start, end in gaps)
    return inside if whole and len(inside) > 1 else ()


def _lines(document: Document, span: Span) -> Iterator[Span]:
    if document.media_type == "application/pdf":
        yield document.trim(span)
        return
    for line in _LINE.finditer(document.text, span.start, span.end):
        yield document.trim(Span(*line.span()))


def _with_codes_joined(document: Document, rows: Sequence[Row]) -> Iterator[Row]:
    """Markup may set a card's code and its label apart: `2.2` and `Risk & Assurance`."""
    i = 0
    while i < len(rows):
        row = rows[i]
        if _CODE_ALONE.fullmatch(row.text) and i + 1 < len(rows):
            span = Span(row.span.start, rows[i + 1].span.end)
            yield replace(rows[i + 1], span=span, text=document.quote(span))
            i += 2
        else:
            yield row
            i += 1


def is_text(row: Row) -> bool:
    """Whether a row reads like a sentence or more, not like a name."""
    return (
        len(row.text) >= 100
        or row.text.rstrip("”\"'’)").endswith((".", "!", "?", ";"))
        or _WITHIN.search(row.text) is not None
    )


def is_name(row: Row) -> bool:
    """Whether a row has the shape of a heading: short, one phrase, no bullet before it."""
    return not is_text(row) and row.text[0] not in "•-–*·▪" and not row.text.endswith((":", ","))
