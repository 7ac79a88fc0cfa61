"""Measures as headings: the heading is the name, its first paragraphs are the description.

A heading states a measure when the authors mark it ("Recommendation 7", "#NAME"), or when it
stands in a section that announces measures, or is itself an instruction. Labelled paragraphs
below it ("Purpose: ...") are its reason or its details. Where such a paragraph below several
headings is labelled as the measure ("Good practice: ..."), that alone is the description.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from pipeline.model import Block, BlockKind, Document, Part, Segment, SegmentKind, Span
from pipeline.model.text import fold, snake_case
from pipeline.rule import Rules
from pipeline.segment.definitions import opens_bold
from pipeline.segment.numbering import first_reading
from pipeline.segment.passage import (
    Labelled,
    Placed,
    body,
    cite_blocks,
    flat,
    is_clause,
    is_title,
    labelled,
    marker,
    placed,
    title_of,
    trail_of,
)
from pipeline.segment.reading import Reading

WAY = "outline"
_TAGGED = "rule:marker.hashtag"
_HASHTAG = re.compile(r"#[A-Z][A-Z0-9_-]{2,}$")
_DETAIL = 12  # words: a labelled run this short is a field and not a paragraph
_PASSAGE = 80  # words: paragraphs beyond the first belong to the description up to this many
_TEXT = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTATION)
_RECURS = 3  # times a heading stands that is a label
_TITLE = 6  # words of a title that says what the whole work holds: "Mitigations"
_CLAUSES = 2  # of a section that make it a list of measures and not one
_SAME = 0.9  # likeness of a name and its misprint
_STEM = 8  # words of a sentence that only its list completes
_LIKELY = 0.4  # chance, on average, of the sentences that open a section that is one measure
_STATED = 0.6  # ... of one behind them that is a measure of its own
_SEVERAL = 2
_LONGEST_NAME = 25  # words: a heading longer than this is a paragraph in disguise


class Section(NamedTuple):
    """A heading with the blocks below it, up to the next heading of any level.

    `fields` are sections right below it whose headings say what they are of it: "Purpose".
    """

    heading: Placed
    body: tuple[Block, ...]
    fields: tuple["Section", ...] = ()


def segment(document: Document, rules: Rules, reading: Reading | None = None) -> Iterator[Segment]:
    """Yield one segment for each heading that states a measure and has a body."""
    reading = reading or Reading(document, rules)
    title = title_of(document)
    found = list(sections(document))
    told = _told_by_labels(document, found, rules)
    for section in _with_fields(document, found, rules):
        why, explicit = _states_measure(document, section, title, rules)
        run = told.get(section.heading.block.span)
        if run and not explicit:
            yield _labelled_segment(document, section, run, rules)
        elif why and (why == _TAGGED or _is_one(document, section, reading, rules, explicit)):
            yield from _segment(document, section, rules, why, explicit)


def _told_by_labels(
    document: Document, found: Sequence[Section], rules: Rules
) -> dict[Span, Labelled]:
    """By heading, the run whose label announces a measure below several: "Good practice: ..."."""
    told: dict[str, dict[Span, Labelled]] = {}
    for section in found:
        above = [flat(document, block.span) for block in section.heading.trail]
        if any(
            rules.find(veto, text) for veto in ("section.heard", "section.other") for text in above
        ):
            continue
        for block in section.body:
            for run in _runs(document, block, rules):
                label = document.quote(run.label)
                if any(rules.find(kind, label) for kind in ("section.measures", "lead.measure")):
                    below = told.setdefault(fold(label), {})
                    below.setdefault(section.heading.block.span, run)
    often = (runs for runs in told.values() if len(runs) >= _RECURS)
    return {heading: run for runs in often for heading, run in runs.items()}


def _labelled_segment(document: Document, section: Section, run: Labelled, rules: Rules) -> Segment:
    """The measure of which a heading is the name, and one labelled run below it the description."""
    parts = [*_named(document, section.heading.block, rules, "rule:section.measures")]
    said = document.cite(run.text, "rule:section.measures")
    parts.append(Part(field="description", title=document.quote(run.label), provenance=(said,)))
    for block in section.body:
        fields = _labelled_parts(document, section, block, rules)
        parts += [part for part in fields if part.field == "rationale"][:1]
    return Segment(
        kind=SegmentKind.MEASURE,
        way=WAY,
        explicit=True,
        heading=trail_of(document, section.heading.trail, f"reader:{WAY}"),
        parts=tuple({part.field: part for part in reversed(parts)}.values())[::-1],
    )


def _with_fields(document: Document, found: Sequence[Section], rules: Rules) -> Iterator[Section]:
    """The sections, those that are fields of the one above in it; what recurs is no measure's name.

    A heading that stands again and again ("Guidance", "About") labels a part of each measure.
    """
    titles = [fold(flat(document, section.heading.block.span)) for section in found]
    labels = _labels(found, titles)
    for position, section in enumerate(found):
        if titles[position] in labels:
            continue
        fields: list[Section] = []
        for below, title in zip(found[position + 1 :], titles[position + 1 :], strict=True):
            if section.heading.block not in below.heading.trail or not below.body:
                break
            if title in labels and _role(document, below, rules):
                fields.append(below)
        yield section._replace(fields=tuple(fields))


def _labels(found: Sequence[Section], titles: Sequence[str]) -> set[str]:
    """The titles that divide most of the sections alike, as against what is said under a few."""
    counts = Counter(titles)
    above = [section.heading.trail[-1:] for section in found]
    levels = Counter(one[0].level for one in set(above) if one)
    labels = set()
    for title in (title for title, times in counts.items() if times >= _RECURS):
        bearing = {one for one, own in zip(above, titles, strict=True) if own == title}
        beside = max((levels[one[0].level] for one in bearing if one), default=0)
        if len(bearing) * 2 >= beside:
            labels.add(title)
    return labels


def _role(document: Document, section: Section, rules: Rules) -> str:
    title = flat(document, body(document, section.heading.block))
    roles = ("rationale", "description")
    return next((role for role in roles if rules.find(f"lead.{role}", title)), "")


def sections(document: Document) -> Iterator[Section]:
    """The sections in reading order; text before the first heading belongs to none."""
    heading: Placed | None = None
    below: list[Block] = []
    for here in placed(document):
        if here.block.kind is BlockKind.HEADING:
            if heading:
                yield Section(heading, tuple(below))
            heading, below = here, []
        else:
            below.append(here.block)
    if heading:
        yield Section(heading, tuple(below))


def _states_measure(
    document: Document, section: Section, whole: Sequence[Block], rules: Rules
) -> tuple[str, bool]:
    """The id of what says that this heading is a measure ("" if nothing does), and if surely.

    `whole` is the title of the document, if it has one.
    """
    heading = flat(document, section.heading.block.span)
    if any(_role(document, below, rules) == "description" for below in section.fields):
        return "rule:lead.description", True
    if not any(block.kind is BlockKind.PARAGRAPH for block in section.body):
        return "", False
    if _is_function(document, heading):
        return "", False
    if found := rules.find("marker.measure", heading):
        return f"rule:{found.rule.id}", True
    if _HASHTAG.match(heading.strip()):
        return _TAGGED, True
    title = flat(document, body(document, section.heading.block))
    if len(fold(title).split()) > _LONGEST_NAME or title.rstrip().endswith(("?", ":")):
        return "", False
    if sum(is_clause(document, block) for block in section.body) >= _CLAUSES:
        return "", False  # each clause is a measure, the heading only their subject
    if _only_leads_in(document, section.body, rules):
        return "", False
    if rules.find("section.other", title) or rules.find("section.measures", title):
        return "", False
    if sum(is_title(document, block) for block in section.body) >= _CLAUSES:
        return "", False  # each title has a text of its own below it
    if sum(opens_bold(document, block) is not None for block in section.body) >= _CLAUSES:
        return "", False  # each paragraph names what it is about
    above = [flat(document, block.span) for block in section.heading.trail]
    if any(rules.find("section.heard", text) for text in (title, *above)):
        return "", False
    entitled = above
    if above and len(above[0].split()) > _TITLE and section.heading.trail[:1] == whole:
        entitled = above[1:]
    announced = [found for text in entitled if (found := rules.find("section.measures", text))]
    if announced and not any(rules.find("section.other", text) for text in above):
        return f"rule:{announced[-1].rule.id}", False
    instruction = rules.find("measure", title)
    if instruction and instruction.rule.at == "start" and above:
        return f"rule:{instruction.rule.id}", False
    return "", False


def _is_one(
    document: Document, section: Section, reading: Reading, rules: Rules, explicit: bool
) -> bool:
    """Whether a section is about one measure: what opens it reads like one, and nothing else does.

    Where the authors mark it as a measure, it only is none if it opens with something else and
    goes on with several.
    """
    described = [one for one in section.fields if _role(document, one, rules) == "description"]
    leads = [block for one in (described or [section]) for block in one.body if block.kind in _TEXT]
    lead = next((run for block in leads if (run := reading.at(block.span))), None)
    below = [run for run in reading.below(section.heading.block) if run is not lead]
    opens = lead is not None and lead.chance(of_all=True) >= _LIKELY
    others = sum(run.chance() >= _STATED for run in below)
    return (opens or others < _SEVERAL) if explicit else (opens and not others)


def _is_function(document: Document, heading: str) -> bool:
    """Whether "MEASURE 2.6" is one of the functions of risk management, beside "GOVERN 1.1"."""
    if not re.match(r"MEASURE\s", heading):
        return False
    return any(
        re.match(r"(?:GOVERN|MAP|MANAGE)\b", document.quote(block.span).lstrip())
        for block in document.blocks
        if block.kind is BlockKind.HEADING
    )


def _only_leads_in(document: Document, below: Sequence[Block], rules: Rules) -> bool:
    """Whether a section says no more than what a list of duties begins with: "Members should:"."""
    first, *rest = [block for block in below if block.kind in _TEXT]
    text = flat(document, first.span).rstrip()
    return (
        len(rest) >= _CLAUSES
        and all(block.kind is BlockKind.LIST_ITEM for block in rest[:_CLAUSES])
        and text.endswith(":")
        and len(text.split()) <= _STEM
        and rules.find("lead.announce", text) is not None
    )


def _segment(
    document: Document, section: Section, rules: Rules, made_by: str, explicit: bool
) -> Iterator[Segment]:
    parts = [*_named(document, section.heading.block, rules, made_by)]
    for below in section.fields:
        role = _role(document, below, rules)
        if all(part.field != role for part in parts):
            title = document.quote(below.heading.block.span)
            said = [block for block in below.body if block.kind in _TEXT]
            cited = cite_blocks(document, _passage(document, title, said), f"rule:lead.{role}")
            parts.append(Part(field=role, title=title, provenance=cited))
    leading: list[Block] = []
    ended = False
    for block in section.body:
        if fields := _labelled_parts(document, section, block, rules):
            taken = {part.field for part in parts}
            parts += [part for part in fields if part.field not in taken]
            ended = ended or bool(leading)
        elif block.kind in _TEXT and not ended and not _is_aside(document, block, rules):
            ended = bool(leading) and _turns(document, section, block)
            leading += [] if ended else [block]
        else:
            ended = ended or bool(leading) or block.kind in _TEXT
    if leading and not any(part.field == "description" for part in parts):
        name = document.quote(section.heading.block.span)
        cited = cite_blocks(document, _passage(document, name, leading), f"reader:{WAY}")
        parts.append(Part(field="description", provenance=cited))
    if any(part.field == "description" for part in parts):
        yield Segment(
            kind=SegmentKind.MEASURE,
            way=WAY,
            explicit=explicit,
            heading=trail_of(document, section.heading.trail, f"reader:{WAY}"),
            parts=tuple(parts),
        )


def _labelled_parts(document: Document, section: Section, block: Block, rules: Rules) -> list[Part]:
    """The fields of a block that consists of labelled runs; none when any of it is prose."""
    name = document.quote(section.heading.block.span)
    runs = _runs(document, block, rules)
    fields = [_field(document, name, run.label, run.text, rules) for run in runs]
    if not all(fields):
        return []
    return [
        _part(document, field, run.label, run.text) for run, field in zip(runs, fields, strict=True)
    ]


def _runs(document: Document, block: Block, rules: Rules) -> list[Labelled]:
    """The labelled runs of a paragraph that have a text."""
    if block.kind is not BlockKind.PARAGRAPH:
        return []
    return [run for run in labelled(document, block, rules) if run.text.end > run.text.start]


def _turns(document: Document, section: Section, block: Block) -> bool:
    """Whether a paragraph turns to something else of the measure: "How: ...", "Laws of states:"."""
    text = document.quote(block.span).strip()
    if block.kind is not BlockKind.PARAGRAPH:
        return False
    runs = labelled(document, block)
    name = document.quote(section.heading.block.span)
    turns = bool(runs) and not _says(document.quote(runs[0].label), name)
    return turns or (text.endswith(":") and len(text.split()) <= _STEM)


def _is_aside(document: Document, block: Block, rules: Rules) -> bool:
    text = document.quote(block.span)
    return text.rstrip().endswith(":") and rules.find("lead.aside", text) is not None


def _passage(document: Document, name: str, leading: list[Block]) -> list[Block]:
    """The passage that says what the measure is: its first paragraph, with the list it leads into.

    Short paragraphs that follow belong to it, unless the first one opens with the name and so
    defines it: then they, like a long body, only elaborate.
    """
    opening = labelled(document, leading[0])
    longest = 0 if opening and _says(document.quote(opening[0].label), name) else _PASSAGE
    passage: list[Block] = []
    words = 0
    for block in leading:
        words += len(document.quote(block.span).split())
        leads_in = bool(passage) and document.quote(passage[-1].span).rstrip().endswith(":")
        in_list = bool(passage) and passage[-1].kind is block.kind is BlockKind.LIST_ITEM
        listed = block.kind is BlockKind.LIST_ITEM and (leads_in or in_list)
        if passage and words > longest and not listed:
            break
        passage.append(block)
    return passage


def _says(label: str, name: str) -> bool:
    """Whether a label says a name again, or its beginning, misprints aside: "Log usse", #LOGUSE."""
    short, whole = fold(label).replace(" ", ""), fold(name).replace(" ", "")
    return short in whole or SequenceMatcher(None, short, whole).ratio() >= _SAME


def _named(document: Document, heading: Block, rules: Rules, made_by: str) -> Iterator[Part]:
    """The label and the name that a heading gives: "Recommendation 7" and what follows it."""
    span = document.trim(heading.span)
    text = document.quote(span)
    found = rules.find("marker.measure", text)
    number = first_reading(text)
    end = found.end if found else number.end if number and number.kind != "name" else marker(text)
    name = document.trim(Span(span.start + end, span.end))
    name = document.trim(Span(name.start + len(_leading_dash(document.quote(name))), name.end))
    if end and document.trim(Span(span.start, span.start + end)).end > span.start:
        label = document.quote(Span(span.start, span.start + end)).rstrip(" .:)")
        if label:
            cited = document.cite(Span(span.start, span.start + len(label)), made_by)
            yield Part(field="label", provenance=(cited,))
    named = name if name.end > name.start else span
    yield Part(field="name", provenance=(document.cite(named, made_by),))


def _leading_dash(text: str) -> str:
    found = re.match(r"[\s:.–—-]*", text)
    return found.group() if found else ""


def _field(document: Document, name: str, label: Span, text: Span, rules: Rules) -> str:
    """The field that a labelled run fills; "" when it is a paragraph of the description.

    A label that says the heading again ("#LOGUSE" above "Log use: ...") leads into the description.
    """
    title = document.quote(label)
    if _says(title, name):
        return ""
    for role in ("rationale", "description"):
        if rules.find(f"lead.{role}", title):
            return role
    words = document.quote(text).split()
    short = len(words) <= _DETAIL and not document.quote(text).rstrip().endswith((".", "!", "?"))
    return f"details.{snake_case(title)}" if short and snake_case(title) else ""


def _part(document: Document, field: str, label: Span, text: Span) -> Part:
    made_by = f"rule:lead.{field}" if not field.startswith("details.") else f"reader:{WAY}"
    return Part(
        field=field, title=document.quote(label), provenance=(document.cite(text, made_by),)
    )
