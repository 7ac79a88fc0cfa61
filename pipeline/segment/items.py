"""Lists inside a cell or a line: which separator parts them, and where each item is."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.model import Document, Span
from pipeline.model.text import fold

_SHORT = 8  # words: the longest item that still is a name, not a clause
_OFTEN = 2  # times an item must stand alone to be trusted as one


def split(document: Document, span: Span, separator: str) -> list[Span]:
    """The non-empty pieces of `span` between separators, trimmed."""
    pieces, start = [], span.start
    for found in re.finditer(re.escape(separator), document.quote(span)):
        pieces.append(Span(start, span.start + found.start()))
        start = span.start + found.end()
    pieces.append(Span(start, span.end))
    trimmed = [document.trim(piece) for piece in pieces]
    return [piece for piece in trimmed if piece.end > piece.start]


def is_list_column(document: Document, cells: Sequence[Span]) -> bool:
    """Whether cells hold semicolon lists of short items: names, not clauses of a sentence."""
    parted = [pieces for cell in cells if len(pieces := split(document, cell, ";")) > 1]
    return bool(parted) and all(
        len(fold(document.quote(piece)).split()) <= _SHORT for pieces in parted for piece in pieces
    )


def known_items(document: Document, cells: Iterable[Span]) -> frozenset[str]:
    """The folded items that stand between semicolons more than once in a column."""
    counts = Counter(
        fold(document.quote(piece)) for cell in cells for piece in split(document, cell, ";")
    )
    return frozenset(item for item, count in counts.items() if count >= _OFTEN)


def items(document: Document, cell: Span, known: frozenset[str]) -> tuple[list[Span], bool]:
    """The items of a semicolon list, and whether a comma had to stand in for a semicolon.

    Names may hold commas. A piece is parted at a comma only where both sides are known items and
    the whole is not.
    """
    found, mended = [], False
    for piece in split(document, cell, ";"):
        parts = _part_at_comma(document, piece, known)
        mended = mended or len(parts) > 1
        found.extend(parts)
    return found, mended


def _part_at_comma(document: Document, piece: Span, known: frozenset[str]) -> list[Span]:
    quote = document.quote(piece)
    if fold(quote) in known:
        return [piece]
    for comma in re.finditer(",", quote):
        left = Span(piece.start, piece.start + comma.start())
        right = document.trim(Span(piece.start + comma.end(), piece.end))
        rest = _part_at_comma(document, right, known)
        if fold(document.quote(left)) in known and all(
            fold(document.quote(r)) in known for r in rest
        ):
            return [left, *rest]
    return [piece]
