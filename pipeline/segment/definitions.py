"""Paragraphs that name what they are about: bold lead-ins, and terms with their meaning below."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.model import Block, BlockKind, Document, Span
from pipeline.rule import Rules
from pipeline.segment.nesting import Item
from pipeline.segment.passage import field_label, flat, is_title
from pipeline.segment.runin import run_in
from pipeline.segment.sentences import sentences

_TERM = 8  # words of a term that stands on a line of its own
_FEWEST = 2  # of a series; one alone is an emphasis
_OPENED = 3  # ... where the bold words are part of the sentence
_OPENING = 6  # words of them, at most


def led_in(document: Document, blocks: Sequence[Block], rules: Rules) -> list[Item]:
    """The paragraphs that a bold run opens and names ("**Red teaming.** Ask ..."), as items.

    Without such, those whose sentence opens with a name in bold ("**Red teaming** asks ...").
    """
    items = []
    for block in blocks:
        if block.kind is not BlockKind.PARAGRAPH or not block.inlines:
            continue
        if field_label(document, block, rules):
            return []  # the fields of one measure, no list of several
        whole = document.trim(block.span)
        name, rest = run_in(document, whole, block.inlines, rules)
        if name and rest.end > rest.start:
            items.append(Item(whole, whole, block.inlines))
    if len(items) >= _FEWEST:
        return items
    opened = [item for block in blocks if (item := _opened(document, block))]
    return opened if len(opened) >= _OPENED else []


def opens_bold(document: Document, block: Block) -> Span | None:
    """The few words in bold with which the first sentence of a paragraph begins, not all of it."""
    start = document.trim(block.span).start
    for inline in block.inlines:
        if inline.kind == "strong" and inline.span.start <= start < inline.span.end:
            name = document.trim(Span(start, inline.span.end))
            after = flat(document, Span(name.end, block.span.end)).lstrip(" ,")
            short = len(document.quote(name).split()) <= _OPENING
            return name if short and after[:1].islower() else None
    return None


def _opened(document: Document, block: Block) -> Item | None:
    """What such a paragraph defines: its first sentence; the others discuss it."""
    name = opens_bold(document, block) if block.kind is BlockKind.PARAGRAPH else None
    first = next(iter(sentences(document, block.span)), None) if name else None
    return Item(first, first, block.inlines, name=name) if first else None


def clauses(document: Document, blocks: Sequence[Block], headed: bool) -> list[Item]:
    """Paragraphs that go on a sentence which ends in a colon: a list whose markers are lost.

    Where such a sentence or a heading of measures (`headed`) stands above, a paragraph each of
    whose sentences begins a line and ends one is a list, too.
    """
    items: list[Item] = []
    intro: Span | None = None
    for block in blocks:
        text = flat(document, block.span).strip()
        lines = _lines(document, block) if intro or headed else []
        if lines:
            items += [Item(line, line, block.inlines, intro=intro) for line in lines]
        elif intro and text[:1].islower() and text.endswith((";", ".", ",", " and", " or")):
            items.append(Item(block.span, document.trim(block.span), block.inlines, intro=intro))
        else:
            intro = block.span if text.endswith(":") else None
    return items


def _lines(document: Document, block: Block) -> list[Span]:
    """The sentences of a paragraph when all of them, two or more, begin and end lines."""
    whole = document.trim(block.span)
    text = document.quote(whole)
    if not block.lines or re.search(r"[.;](?: and| or)?[ \t]+\S", text):
        return []
    ends = [found.end() for found in re.finditer(r"[.;](?: and| or)?(?=\n|$)", text)]
    starts = [0, *ends[:-1]]
    found = (
        [
            document.trim(Span(whole.start + start, whole.start + end))
            for start, end in zip(starts, ends, strict=True)
        ]
        if ends
        else []
    )
    return found if len(found) >= _FEWEST and ends[-1] == len(text) else []


def terms(document: Document, blocks: Sequence[Block], bold: bool = False) -> list[Item]:
    """A series of short lines with a paragraph below each: a term and its meaning.

    With `bold`, only lines that are all in bold are terms.
    """
    items = [
        Item(Span(term.span.start, meaning.span.end), document.trim(meaning.span),
             name=document.trim(term.span))
        for term, meaning in _pairs(document, blocks)
        if not bold or is_title(document, term)
    ]  # fmt: skip
    return items if len(items) >= _FEWEST else []


def _pairs(document: Document, blocks: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    for term, meaning in pairwise(blocks):
        between = document.blocks_at(Span(term.span.end, meaning.span.start + 1))
        next_to = len([block for block in between if block.kind is not BlockKind.FURNITURE]) == 1
        if next_to and _is_term(document, term) and not _is_term(document, meaning):
            yield term, meaning


def _is_term(document: Document, block: Block) -> bool:
    words = flat(document, block.span).split()
    return 0 < len(words) <= _TERM and words[-1][-1].isalnum() and words[0][:1].isupper()
