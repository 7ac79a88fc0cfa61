"""The lines of a record page, whether it was read from a text dump or from saved markup."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.model import BlockKind, Document, Span
from pipeline.segment.record_page.glue import AUTHORS, REASONING, Words

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_MARKER = re.compile(r"[•◦▪*–-]\s+(?=\S)")
_CODE_ALONE = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}")
_WITHIN = re.compile(r"(?<=[^\W\d])[.;] \w")  # not the "1. A" of a numbered name
_NOT_READ = (BlockKind.FURNITURE, BlockKind.METADATA)


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


def read(document: Document) -> tuple[Row, ...]:
    """The lines of `document` in order, without furniture and metadata.

    A paragraph of a PDF is one row: its line ends mean nothing.
    """
    rows: list[Row] = []
    for block in document.blocks:
        if block.kind in _NOT_READ:
            continue
        marked = block.kind is BlockKind.HEADING and document.media_type != "text/plain"
        for span in _lines(document, block.span):
            if block.kind is BlockKind.LIST_ITEM and document.media_type != "text/plain":
                # The reader's mark of an item, not a word of the page.
                marker = _MARKER.match(document.text, span.start, span.end)
                span = Span(marker.end(), span.end) if marker else span
            linked = any(i.kind == "link" and i.span.covers(span) for i in block.inlines)
            closed = "\n" in document.text[span.end :]
            level = block.level if marked else 0
            rows.append(Row(span, document.quote(span), closed, level, linked))
    return tuple(_with_codes_joined(document, rows))


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


def without_titles(rows: Sequence[Row], words: Words) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows that a text dump has too, and the headings of sections that only markup has."""
    titles = [i for i in range(len(rows)) if _is_title(rows, i, words)]
    kept = tuple(row for i, row in enumerate(rows) if i not in titles)
    return kept, tuple(rows[i] for i in titles)


def _is_title(rows: Sequence[Row], i: int, words: Words) -> bool:
    row = rows[i]
    if row.heading < 2 or row.linked or REASONING.fullmatch(row.text):
        return False
    if words.known(row.text) or words.risk.match(row.text) or words.card.match(row.text):
        return False
    after = rows[i + 1 : i + 3]
    if not after or after[0].heading > row.heading:
        return True
    if words.card.match(after[0].text) or AUTHORS.fullmatch(after[0].text):
        return False
    if len(after) > 1 and words.card.match(after[1].text):  # a card's name, unless the next row is
        return after[0].linked or not is_text(after[0])
    return True
