"""Measures as items of a list, and as paragraphs that the authors number as proposals.

A list states measures when the heading above or the sentence before announces them, or when most
of its items are instructions or duties. Items below an item are measures of their own when they
read as such, else they belong to its description.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from pipeline.model import Block, Document, Part, Segment, SegmentKind, Span
from pipeline.model.text import fold
from pipeline.rule import Rules
from pipeline.segment.announced import Above, announces, name_and_rest, states, unnumbered
from pipeline.segment.cell_list import cell_lists
from pipeline.segment.definitions import clauses, led_in, terms
from pipeline.segment.nesting import Item, Lists, groups, lists
from pipeline.segment.passage import flat, trail_of
from pipeline.segment.passed import Passed
from pipeline.segment.reading import Reading
from pipeline.segment.runin import run_in
from pipeline.segment.series import Member, carried, form_of

WAY = "listing"
_LONGEST_TITLE = 14  # words
_ADOPTED = 0.5  # how sure the place of an item is that only a colon tells
_PASSAGE = 80  # words: an item as long as this stands without the list inside it
_SHORTEST = 3  # words of an item that can state a measure


def segment(
    document: Document,
    rules: Rules,
    reading: Reading | None = None,
    passed: Passed | None = None,
) -> Iterator[Segment]:
    """Yield the measures of lists and of numbered paragraphs, in reading order.

    `passed` gathers the lists that were not taken, with the reason.
    """
    passed = passed or Passed()
    reading = reading or Reading(document, rules)
    found_lists = list(lists(document))
    series = carried(_coded(document, found_lists, rules, reading))
    for below in found_lists:
        above = _above(document, below.trail)._replace(series=series)
        taken: set[Span] = set()
        for block, following in zip_longest(below.loose, below.loose[1:]):
            if block.span not in taken:
                for found, blocks in _numbered(document, block, following, below.top, above, rules):
                    taken.update(blocks)
                    yield found
        free = [item for item in below.top if item.intro not in taken]
        yield from _walk(document, free, above, rules, reading, passed)
        loose = [block for block in below.loose if block.span not in taken]
        yield from _walk(document, led_in(document, loose, rules), above, rules, reading, passed)
        headed = bool(above.texts) and bool(
            rules.find("section.measures", unnumbered(above.texts[-1]))
        )
        yield from _walk(document, clauses(document, loose, headed), above, rules, reading, passed)
        yield from _walk(
            document, terms(document, loose, bold=not headed), above, rules, reading, passed
        )
    for trail, items in cell_lists(document):
        yield from _walk(document, items, _above(document, trail), rules, reading, passed)


def _coded(
    document: Document, found: Iterable[Lists], rules: Rules, reading: Reading
) -> Iterator[Member]:
    """The lists whose items have codes that count."""
    for below in found:
        for items in (*groups(below.top), led_in(document, below.loose, rules)):
            if form := form_of(document, items):
                above = _above(document, below.trail)
                by = announces(document, items, above, rules, reading).by
                yield Member(form, items[0].place, by)


def _above(document: Document, trail: Sequence[Block]) -> Above:
    return Above(
        tuple(flat(document, block.span) for block in trail),
        trail_of(document, trail, f"reader:{WAY}"),
    )


def _walk(
    document: Document,
    items: Sequence[Item],
    above: Above,
    rules: Rules,
    reading: Reading,
    passed: Passed,
) -> Iterator[Segment]:
    """The measures of lists that share what stands above, and of the lists inside their items."""
    for group in groups(items):
        made_by, against, near = announces(document, group, above, rules, reading)
        if against:
            passed.add("list-passed-over", group[0].place, against, near)
        for item in _adopted(document, group, rules) if made_by else group:
            if made_by and not _is_title(document, item, rules):
                yield from _item(document, item, above, rules, made_by, reading, passed)
            else:
                inner = _under(document, item, above, rules)
                yield from _walk(document, item.children, inner, rules, reading, passed)


def _adopted(document: Document, group: Sequence[Item], rules: Rules) -> list[Item]:
    """The items, with those that an item ends with a colon for put below it.

    Two levels are often printed alike; what the colon leads into does not read like its siblings.
    """
    kept: list[Item] = []
    for item in group:
        leads = kept and not kept[-1].numbers and flat(document, kept[-1].text).endswith(":")
        text = flat(document, item.text)
        if leads and not states(document, item, rules) and not rules.find("measure.doing", text):
            item.sure = min(item.sure, _ADOPTED)
            item.intro = kept[-1].text
            kept[-1].children.append(item)
        else:
            kept.append(item)
    return kept


def _under(document: Document, item: Item, above: Above, rules: Rules) -> Above:
    """What stands above the items inside an item: its name too, where it has one."""
    name, _ = name_and_rest(document, item, rules)
    if name is None and _is_title(document, item, rules):
        name = item.text
    if name is None:
        return above
    cited = document.cite(name, f"reader:{WAY}")
    return Above((*above.texts, flat(document, name)), (*above.cited, cited))


def _is_title(document: Document, item: Item, rules: Rules) -> bool:
    """Whether an item only entitles a list of measures: "iv. Minimum practices for all"."""
    text = flat(document, item.text)
    if not item.children or len(text.split()) > _LONGEST_TITLE:
        return False
    name, rest = name_and_rest(document, item, rules)
    whole = rest.end == rest.start if name else not re.search(r"[.:;]\s", text)
    return (
        whole
        and rules.find("section.measures", text) is not None
        and rules.find("measure", text) is None
    )


def _item(
    document: Document,
    item: Item,
    above: Above,
    rules: Rules,
    made_by: str,
    reading: Reading,
    passed: Passed,
) -> Iterator[Segment]:
    """The measure of an item, then those of the items inside it that are measures themselves."""
    name, rest = name_and_rest(document, item, rules)
    inner = _under(document, item, above, rules)
    own: list[list[Item]] = []
    merged: list[Item] = []
    for group in groups(item.children):
        if announces(document, group, inner._replace(within=True), rules, reading).by:
            own.append(group)
        elif len(flat(document, item.text).split()) < _PASSAGE:
            merged += group
    if not (name is None and _only_leads_in(document, item, own)) and not _exempts(
        document, item, rules
    ):
        parts = [*_label(document, item), *_named(document, name)]
        said = _said(document, item, name, rest, bool(own))
        cited = [document.cite(span, made_by) for span in (*said, *item.more)]
        places = [place for one in merged for place in _places(one)]
        cited += [document.cite(place, made_by) for place in _joined(document, places)]
        if len(fold(flat(document, item.text)).split()) >= _SHORTEST or merged:
            parts.append(Part(field="description", provenance=tuple(cited)))
            yield Segment(
                kind=SegmentKind.MEASURE,
                way=WAY,
                explicit=False,
                placed=round(item.sure, 1),
                heading=above.cited,
                parts=tuple(parts),
            )
    for group in own:
        yield from _walk(document, group, inner._replace(within=True), rules, reading, passed)


def _said(
    document: Document, item: Item, name: Span | None, rest: Span, parted: bool
) -> tuple[Span, ...]:
    """The words that say what the measure is, behind its name; the name where there are none."""
    if rest.end > rest.start:
        only_leads = parted and len(flat(document, rest).split()) < 2 * _SHORTEST
        return (name,) if name and only_leads else (rest,)
    if item.paragraphs:
        return (document.trim(item.paragraphs[0].span),)
    return (item.text,)


def _only_leads_in(document: Document, item: Item, own: list[list[Item]]) -> bool:
    """Whether an unnamed item has no words but those that lead into measures of their own."""
    text = flat(document, item.text).rstrip()
    return bool(own) and text.endswith(":") and len(text.split()) < 2 * _SHORTEST


def _exempts(document: Document, item: Item, rules: Rules) -> bool:
    return rules.find("measure.exemption", flat(document, item.text)) is not None


def _label(document: Document, item: Item) -> Iterator[Part]:
    if item.numbers:
        label = item.numbers[0].label
        start = item.place.start + flat(document, item.place).index(label)
        cited = document.cite(Span(start, start + len(label)), f"reader:{WAY}")
        yield Part(field="label", provenance=(cited,))


def _named(document: Document, name: Span | None) -> Iterator[Part]:
    if name:
        yield Part(field="name", provenance=(document.cite(name, f"reader:{WAY}"),))


def _places(item: Item) -> list[Span]:
    """All words of an item with its marker, and of the items inside it."""
    return [item.place, *item.more, *(place for one in item.children for place in _places(one))]


def _joined(document: Document, places: Sequence[Span]) -> list[Span]:
    """Places with nothing between them as one."""
    spans: list[Span] = []
    for place in places:
        if spans and not flat(document, Span(spans[-1].end, place.start)).strip():
            spans[-1] = Span(spans[-1].start, place.end)
        else:
            spans.append(place)
    return spans


def _only_names(document: Document, text: Span, following: Block, rules: Rules) -> bool:
    """Whether the words behind a label are a title, "Principle 2. Know the evidence"."""
    title, told = flat(document, text).rstrip(), flat(document, following.span).rstrip()
    return (
        len(title.split()) <= _LONGEST_TITLE
        and title[-1:].isalnum()
        and told.endswith((".", ":"))
        and rules.find("marker.measure", told) is None
    )


def _numbered(
    document: Document,
    block: Block,
    following: Block | None,
    items: Sequence[Item],
    above: Above,
    rules: Rules,
) -> Iterator[tuple[Segment, set[Span]]]:
    """A paragraph that begins "Recommendation 7:", the list behind it, and the blocks it takes.

    Where the paragraph is only a label and a name, what follows it is the description.
    """
    whole = document.trim(block.span)
    found = rules.find("marker.measure", flat(document, whole))
    if found is None:
        return
    made_by = f"rule:{found.rule.id}"
    label = flat(document, Span(whole.start, whole.start + found.end)).rstrip(" .:)")
    rest = flat(document, Span(whole.start + found.end, whole.end))
    start = whole.start + found.end + len(rest) - len(rest.lstrip(" .:–—-)\n"))
    if start >= whole.end:
        return
    name, text = run_in(document, Span(start, whole.end), block.inlines, rules)
    blocks = {block.span}
    if name is None and following and _only_names(document, text, following, rules):
        name, text = text, Span(text.end, text.end)
    if text.end == text.start:
        if following is None or rules.find("marker.measure", flat(document, following.span)):
            name, text = None, Span(start, whole.end)
        else:
            text = following.span
            blocks.add(following.span)
    places = [place for item in items if item.intro in blocks for place in _places(item)]
    cited = [document.cite(span, made_by) for span in (text, *_joined(document, places))]
    labelled = document.cite(Span(whole.start, whole.start + len(label)), made_by)
    parts = [Part(field="label", provenance=(labelled,))]
    if name:
        parts.append(Part(field="name", provenance=(document.cite(name, f"reader:{WAY}"),)))
    parts.append(Part(field="description", provenance=tuple(cited)))
    yield (
        Segment(kind=SegmentKind.MEASURE, way=WAY, heading=above.cited, parts=tuple(parts)),
        blocks,
    )
