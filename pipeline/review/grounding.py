"""How far words stand in a document: exactly, in normal form, partly, or not at all."""

from collections.abc import Iterator, Sequence

from pipeline.model import BlockKind, Document, Grounding, Provenance, Span
from pipeline.review.find import Finder, Found
from pipeline.review.squeeze import letters

# Of words that are only partly in the document at least this share of letters must be there, in
# pieces that are more than a turn of phrase.
PARTLY = 0.5
PIECE = 16  # squeezed letters: three or four words
# What the printer puts between the words of a text, and not their author.
_BETWEEN = {BlockKind.FURNITURE, BlockKind.FIGURE, BlockKind.FOOTNOTE}


def ground(
    document: Document, text: str, made_by: str, near: Span | None = None
) -> tuple[Grounding, tuple[Provenance, ...]]:
    """How far `text` stands in the document, and the provenance of what of it does.

    EXACT: letter by letter. NORMALISED: but for line breaks, hyphens, ligatures, quotation marks,
    dashes, case, and what a page puts between (its footer, the mark of a note). PARTIAL: at least
    half of it. Of several places it is the nearest to `near`, else the first.
    """
    text = text.strip()
    finder = Finder(document)
    if found := finder.places(text):
        exact = [one for one in found if one.how is Grounding.EXACT]
        best = _nearest(exact or found, near.start if near else None)
        return best.how, (document.cite(best.span, made_by),)
    gaps = _between(document)
    bare = Finder(document, _blanked(document.text, gaps)) if gaps else finder
    if gaps and (found := bare.places(text)):
        whole = _nearest(found, near.start if near else None).span
        return Grounding.NORMALISED, _cited(document, _around(gaps, whole), made_by)
    pieces = list(_pieces(bare, text, near))
    there = sum(len(letters(document.quote(span))) for span in pieces)
    if not pieces or there < PARTLY * len(letters(text)):
        return Grounding.ABSENT, ()
    return Grounding.PARTIAL, _cited(document, pieces, made_by)


def _nearest(found: Sequence[Found], near: int | None) -> Found:
    return found[0] if near is None else min(found, key=lambda one: abs(one.span.start - near))


def _cited(document: Document, spans: Sequence[Span], made_by: str) -> tuple[Provenance, ...]:
    trimmed = map(document.trim, spans)
    return tuple(document.cite(span, made_by) for span in trimmed if span.start < span.end)


def _between(document: Document) -> list[Span]:
    """What may stand between the words of one text, in order."""
    gaps = []
    for block in document.blocks:
        if block.kind in _BETWEEN:
            gaps.append(block.span)
        else:
            gaps += [inline.span for inline in block.inlines if inline.kind == "note"]
    return sorted(gaps)


def _blanked(text: str, gaps: Sequence[Span]) -> str:
    """The text with spaces for the gaps: every character keeps its place."""
    parts, at = [], 0
    for start, end in gaps:
        parts += [text[at : max(at, start)], " " * (end - max(at, start))]
        at = max(at, end)
    return "".join((*parts, text[at:]))


def _around(gaps: Sequence[Span], whole: Span) -> list[Span]:
    """The parts of a span outside the gaps."""
    parts, at = [], whole.start
    for gap in gaps:
        if gap.touches(whole):
            parts.append(Span(at, max(at, gap.start)))
            at = max(at, gap.end)
    return [*parts, Span(at, max(at, whole.end))]


def _pieces(finder: Finder, text: str, near: Span | None) -> Iterator[Span]:
    """The longest runs of words of `text` that the document has, each near the one before."""
    words = text.split()
    first, last = 0, near.start if near else None
    while (end := _long_enough(words, first)) is not None:
        if not finder.places(" ".join(words[first:end])):
            first += 1
            continue
        beyond = len(words) + 1
        while beyond - end > 1:
            middle = (end + beyond) // 2
            if finder.places(" ".join(words[first:middle])):
                end = middle
            else:
                beyond = middle
        span = _nearest(finder.places(" ".join(words[first:end])), last).span
        yield span
        first, last = end, span.end


def _long_enough(words: Sequence[str], first: int) -> int | None:
    """Where the shortest piece from `first` ends; None when no piece is left."""
    length = 0
    for at in range(first, len(words)):
        length += len(letters(words[at]))
        if length >= PIECE:
            return at + 1
    return None
