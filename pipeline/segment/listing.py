"""Measures as items of a list, and as paragraphs that the authors number as proposals.

A list states measures when the heading above or the sentence before announces them, or when most
of its items are instructions or duties. A bold or "Name:" lead-in is an item's name.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from pipeline.model import Block, BlockKind, Document, Part, Segment, SegmentKind, Span
from pipeline.model.text import fold
from pipeline.rule import Match, Rules
from pipeline.segment.passage import Placed, body, cite_blocks, marker, placed, trail_of

WAY = "listing"
_MOST = 0.6  # share of items that must state a measure before an unannounced list does
_SOME = 0.3  # ... and when the heading or the sentence before announces measures
_LONGEST_NAME = 12  # words of a lead-in
_LONGEST_ITEM = 60  # words on average: longer ones are the numbered paragraphs of a report
_SHORTEST = 3  # words of an item that can state a measure
_LEAD_IN = re.compile(r"[^.:!?\n]{3,90}?[:.](?=\s)")


class Run(NamedTuple):
    """Neighbouring list items under one heading trail, and the paragraph before them."""

    trail: tuple[Block, ...]
    intro: Block | None
    items: tuple[Block, ...]


def segment(document: Document, rules: Rules) -> Iterator[Segment]:
    """Yield the measures of lists and of numbered paragraphs, in reading order."""
    for run in _runs(document):
        if run.intro and rules.find("marker.measure", document.quote(run.intro.span)):
            yield from _numbered(document, run, rules)
        elif run.items and (made_by := _announces(document, run, rules)):
            for item, below in _nested(run.items):
                yield from _item(document, run, item, below, rules, made_by)


def _runs(document: Document) -> Iterator[Run]:
    """Lists with what leads into them; a paragraph without a list is a run of no items."""

    def place(here: Placed) -> tuple[tuple[Block, ...], bool]:
        return here.trail, here.block.kind is BlockKind.LIST_ITEM

    intro: Block | None = None
    for (trail, is_list), group in groupby(placed(document), key=place):
        blocks = [here.block for here in group]
        if is_list:
            yield Run(trail, intro, tuple(blocks))
            intro = None
            continue
        for block in blocks:
            if intro:
                yield Run(trail, intro, ())
            intro = block if block.kind is BlockKind.PARAGRAPH else None
    if intro:
        yield Run((), intro, ())


def _announces(document: Document, run: Run, rules: Rules) -> str:
    """The id of what says that this list states measures; "" when nothing does."""
    above = [document.quote(body(document, block)) for block in run.trail]
    if any(rules.find("section.other", text) for text in above):
        return ""
    intro = document.quote(run.intro.span) if run.intro else ""
    if rules.find("lead.aside", intro):
        return ""
    heading = rules.find("section.measures", above[-1]) if above else None
    last_sentence = re.split(r"(?<=[.!?])\s+", intro.strip())[-1]
    leads_in = intro.rstrip().endswith(":")
    promised = rules.find("section.measures", last_sentence) if leads_in else None
    announced = heading or promised
    items = [item for item, _ in _nested(run.items)]
    stated = [found for item in items if (found := _states(document, item, rules))]
    named = sum(bool(_lead_in(document, item, body(document, item), rules)[0]) for item in items)
    if announced and max(len(stated), named) >= _SOME * len(items):
        return f"rule:{announced.rule.id}"
    words = sum(len(document.quote(item.span).split()) for item in items)
    if len(items) > 1 and words <= _LONGEST_ITEM * len(items) and len(stated) >= _MOST * len(items):
        return f"rule:{stated[0].rule.id}"
    return ""


def _states(document: Document, item: Block, rules: Rules) -> Match | None:
    """What shows that an item states a measure: in all of it, or behind its lead-in."""
    whole = body(document, item)
    _, rest = _lead_in(document, item, whole, rules)
    return rules.find("measure", document.quote(whole)) or rules.find(
        "measure", document.quote(rest)
    )


def _nested(items: tuple[Block, ...]) -> Iterator[tuple[Block, tuple[Block, ...]]]:
    """Each item of the outermost depth with the deeper ones below it."""
    depth = min((item.level for item in items), default=0)
    top: Block | None = None
    below: list[Block] = []
    for item in items:
        if item.level <= depth or top is None:
            if top:
                yield top, tuple(below)
            top, below = item, []
        else:
            below.append(item)
    if top:
        yield top, tuple(below)


def _item(
    document: Document,
    run: Run,
    item: Block,
    below: tuple[Block, ...],
    rules: Rules,
    made_by: str,
) -> Iterator[Segment]:
    whole = body(document, item)
    name, text = _lead_in(document, item, whole, rules)
    if len(fold(document.quote(whole)).split()) < _SHORTEST and not below:
        return
    parts: list[Part] = []
    printed = document.quote(item.span)
    number = document.trim(Span(item.span.start, item.span.start + marker(printed)))
    label = document.quote(number).strip("().")
    if label and label.replace(".", "").isalnum() and label != "o":
        start = number.start + document.quote(number).index(label)
        cited = document.cite(Span(start, start + len(label)), f"reader:{WAY}")
        parts.append(Part(field="label", provenance=(cited,)))
    if name:
        parts.append(Part(field="name", provenance=(document.cite(name, f"reader:{WAY}"),)))
    first = document.cite(text, made_by)
    parts.append(
        Part(field="description", provenance=(first, *cite_blocks(document, below, made_by)))
    )
    yield Segment(
        kind=SegmentKind.MEASURE,
        way=WAY,
        explicit=False,
        heading=trail_of(document, run.trail, f"reader:{WAY}"),
        parts=tuple(parts),
    )


def _lead_in(
    document: Document, item: Block, whole: Span, rules: Rules
) -> tuple[Span | None, Span]:
    """The name that leads into an item, if one does, and the rest; all of it where there is none.

    The name is the bold run at its start, or a few words before a colon that are not themselves
    the instruction ("Agree on an exit: the supplier ...").
    """
    text = document.quote(whole)
    for inline in item.inlines:
        if (
            inline.kind == "strong"
            and inline.span.start <= whole.start < inline.span.end < whole.end
        ):
            name, rest = inline.span, Span(inline.span.end, whole.end)
            break
    else:
        found = _LEAD_IN.match(text)
        instructs = found and text[found.end() :].lstrip()[:1].islower()
        if not found or not found.group().endswith(":"):
            return None, whole
        if instructs and rules.find("measure", found.group()):
            return None, whole
        name = Span(whole.start, whole.start + found.end())
        rest = Span(name.end, whole.end)
    name = document.trim(name)
    shown = document.quote(name)
    name = Span(name.start, name.start + len(shown.rstrip(" .:–—-")))
    after = document.quote(rest)
    rest = document.trim(Span(rest.start + len(after) - len(after.lstrip(" .:–—-\n")), rest.end))
    few = 0 < len(fold(document.quote(name)).split()) <= _LONGEST_NAME
    ends = shown.endswith((".", ":", "–", "—")) or after.lstrip().startswith((".", ":", "–", "—"))
    return (name, rest) if few and ends and rest.end > rest.start else (None, whole)


def _numbered(document: Document, run: Run, rules: Rules) -> Iterator[Segment]:
    """A paragraph that begins "Recommendation 7:", with the list it leads into, if it does."""
    if run.intro is None:
        return
    whole = document.trim(run.intro.span)
    found = rules.find("marker.measure", document.quote(whole))
    if found is None:
        return
    made_by = f"rule:{found.rule.id}"
    label = document.quote(Span(whole.start, whole.start + found.end)).rstrip(" .:)")
    rest = document.quote(Span(whole.start + found.end, whole.end))
    start = whole.start + found.end + len(rest) - len(rest.lstrip(" .:–—-)\n"))
    if start >= whole.end:
        return
    below = run.items if document.quote(whole).endswith(":") else ()
    cited = document.cite(Span(start, whole.end), made_by)
    yield Segment(
        kind=SegmentKind.MEASURE,
        way=WAY,
        heading=trail_of(document, run.trail, f"reader:{WAY}"),
        parts=(
            Part(
                field="label",
                provenance=(document.cite(Span(whole.start, whole.start + len(label)), made_by),),
            ),
            Part(field="description", provenance=(cited, *cite_blocks(document, below, made_by))),
        ),
    )
