"""What says that the items of a list are measures, and what speaks against it.

Rules for headings come first, for the sentence before the list second; then the items are counted.
For paragraphs whose first sentence opens with a name in bold, headings farther above speak, too.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import compress
from types import MappingProxyType
from typing import NamedTuple

from pipeline.model import Document, Provenance, Span
from pipeline.model.text import fold
from pipeline.rule import Match, Rules
from pipeline.segment.judge import LEARNT
from pipeline.segment.nesting import Item
from pipeline.segment.numbering import first_reading
from pipeline.segment.passage import flat, is_boxed
from pipeline.segment.reading import Reading
from pipeline.segment.runin import run_in

_MOST = 0.6  # share of items that must state a measure before an unannounced list does
_SOME = 0.3  # ... and when the heading or the sentence before announces measures
_LONGEST_ITEM = 120  # words on average: longer ones are passages that only touch on measures
_DOUBTFUL = 0.15  # chance of a measure below which no rule is believed
_SURE = 0.5  # ... from which none is asked
_SHORTEST = 3  # words of an item that can state a measure
_SENTENCES = 2  # of an item on average, from which it is a paragraph


class Above(NamedTuple):
    """What stands above a list: headings, their provenance, and the measure it is part of.

    `series` has, by their first places, lists that the others of their series speak for.
    """

    texts: tuple[str, ...]
    cited: tuple[Provenance, ...]
    within: bool = False
    series: Mapping[Span, str] = MappingProxyType({})


class Judged(NamedTuple):
    """What says that items are measures (`by`, the id of a rule), or what is `against` it.

    `near` is the share of them that read like measures.
    """

    by: str = ""
    against: str = ""
    near: float = 0.0


def name_and_rest(document: Document, item: Item, rules: Rules) -> tuple[Span | None, Span]:
    """The name of an item and the rest of its words."""
    if item.name:
        return item.name, item.text
    return run_in(document, item.text, item.inlines, rules)


def announces(
    document: Document, items: Sequence[Item], above: Above, rules: Rules, reading: Reading
) -> Judged:
    """Whether something says that these items are measures, or what speaks against it."""
    found = _told(document, items, above, rules, reading)
    mean = _paragraphs(document, items, rules, reading) if found.by else None
    if mean is None or mean >= _SURE:
        return found
    against = "its items are numbered paragraphs, most of whose sentences state no measure"
    return Judged(against=against, near=round(mean, 2))


def _paragraphs(
    document: Document, items: Sequence[Item], rules: Rules, reading: Reading
) -> float | None:
    """How likely a sentence of items that are whole paragraphs states a measure; else None.

    Policy papers number their paragraphs: those are read as text, sentence by sentence.
    """
    runs = [run for item in items if (run := reading.at(item.place))]
    sentences = [len(one.text.split()) >= _SHORTEST for run in runs for one in run.sentences]
    named = sum(name_and_rest(document, item, rules)[0] is not None for item in items)
    if not runs or sum(sentences) < _SENTENCES * len(runs) or named >= _MOST * len(items):
        return None
    chances = [verdict.chance for run in runs for verdict in run.verdicts]
    return sum(compress(chances, sentences)) / sum(sentences)


def _told(
    document: Document, items: Sequence[Item], above: Above, rules: Rules, reading: Reading
) -> Judged:
    """What says that these items are measures, or speaks against it, however long they are."""
    if all(is_boxed(document, item.place) for item in items):
        return Judged("rule:marker.box")
    last = _leading_sentence(document, items[0].intro)
    promised = rules.find("lead.announce", last) or rules.find("section.measures", last)
    texts = [flat(document, item.text) for item in items]
    stated = [found for item in items if (found := _made_by(document, item, rules, reading))]
    near = round(len(stated) / len(items), 2)
    for text in map(unnumbered, above.texts):
        if veto := _vetoes(text, promised is not None, rules):
            return _against(veto, "the heading", text, near)
    if above.texts and (reason := rules.find("lead.rationale", above.texts[-1])):
        return _against(reason, "the heading", above.texts[-1], near)
    if aside := rules.find("lead.aside", last):
        return _against(aside, "the sentence before it", last, near)
    other = rules.find("lead.other", last)
    if other and not (promised and _all_instruct(document, items, rules)):
        return _against(other, "the sentence before it", last, near)
    if sum(text.rstrip().endswith("?") for text in texts) > len(texts) / 2:
        return Judged(against="most items of this list are questions", near=near)
    heading = _announced(above.texts, rules)
    doing = sum(rules.find("measure.doing", text) is not None for text in texts)
    means = rules.find("lead.means", last) and rules.find("lead.including", last)
    means = means or rules.find("lead.completes", last)
    if promised and (len(stated) + doing >= _SOME * len(items) or means):
        return Judged(f"rule:{promised.rule.id}")
    if above.within:
        full = [text for text in texts if len(fold(text).split()) >= _SHORTEST]
        fits = len(stated) >= _MOST * len(items) and len(full) == len(items)
        return Judged(stated[0] if fits else "")
    named = sum(name_and_rest(document, i, rules)[0] is not None for i in items)
    if not heading and all(item.name and item.text.covers(item.name) for item in items):
        heading = next((m for text in above.texts if (m := _measures(text, rules))), None)
    if heading and max(len(stated), doing, named) >= _SOME * len(items):
        return Judged(f"rule:{heading.rule.id}")
    words = sum(len(text.split()) for text in texts)
    short = words <= _LONGEST_ITEM * len(items) or named >= _MOST * len(items)
    if len(items) > 1 and short and len(stated) >= _MOST * len(items):
        return Judged(stated[0])
    if others := above.series.get(items[0].place):
        return Judged(others)
    if not stated:
        return Judged()
    share = _SOME if promised or heading else _MOST
    against = f"{len(stated)} of {len(items)} items of this list read like measures"
    if near < share:
        announced = "something" if promised or heading else "nothing"
        against += f"; {share:.0%} were needed, as {announced} announces measures"
    else:
        against += "; it is too long, or one alone"
    return Judged(against=against, near=near)


def _made_by(document: Document, item: Item, rules: Rules, reading: Reading) -> str:
    """What tells that an item states a measure, a rule or what is learnt; "" if nothing does.

    Where what is learnt is sure that it is none, no rule is believed.
    """
    run = reading.at(item.place)
    chance = run.chance() if run else _DOUBTFUL
    found = states(document, item, rules)
    if found and chance >= _DOUBTFUL:
        return f"rule:{found.rule.id}"
    return LEARNT if chance >= _SURE else ""


def _against(veto: Match, where: str, text: str, near: float) -> Judged:
    """What a rule has against a list, where something in it reads like a measure."""
    words = text[veto.start : veto.end]
    message = f"this list states no measures: {where} says {words!r} ({veto.rule.id})"
    return Judged(against=message if near else "", near=near)


def _announced(headings: Sequence[str], rules: Rules) -> Match | None:
    """What announces measures in the heading above, or in the one above "To providers:"."""
    if not headings:
        return None
    found = _measures(headings[-1], rules)
    if found or not rules.find("section.addressee", unnumbered(headings[-1])):
        return found
    return _announced(headings[:-1], rules)


def _measures(heading: str, rules: Rules) -> Match | None:
    return rules.find("section.measures", unnumbered(heading))


def _all_instruct(document: Document, items: Sequence[Item], rules: Rules) -> bool:
    """Whether each item, behind its name, opens with an instruction."""
    rests = [flat(document, name_and_rest(document, item, rules)[1]) for item in items]
    found = [rules.find("measure", rest) for rest in rests]
    return all(match is not None and match.rule.at == "start" for match in found)


def _leading_sentence(document: Document, intro: Span | None) -> str:
    """The sentence that leads into a list, without the number of a footnote; "" where none does."""
    if intro is None:
        return ""
    text = re.sub(r"(?<=[:—–])\s*\d{1,3}$", "", flat(document, intro).strip())
    last = re.split(r"(?<=[.!?])\s+", text)[-1]
    return last if last.endswith((":", "—", "–", " by", " to")) else ""


def _vetoes(heading: str, promised: bool, rules: Rules) -> Match | None:
    """What tells that no list below such a heading states the document's own measures."""
    if heard := rules.find("section.heard", heading):
        return heard
    other = rules.find("section.other", heading)
    measures = rules.find("section.measures", heading)  # "Glossary of safeguards"
    summary = promised and rules.find("section.summary", heading)
    return None if measures or summary else other


def unnumbered(heading: str) -> str:
    """A heading without its number."""
    return re.sub(r"^\s*(?:\d+(?:\.\d+)*\.?|[A-Za-z]\.(?:\d+)?)\s+", "", heading)


def states(document: Document, item: Item, rules: Rules) -> Match | None:
    """What shows that an item states a measure: in all of it, or behind its code or lead-in."""
    name, rest = name_and_rest(document, item, rules)
    first = item.paragraphs[0].span if item.paragraphs and rest.end == rest.start else rest
    whole = flat(document, item.text)
    said = rules.find("measure", whole) or rules.find("measure", flat(document, first))
    behind = _behind_code(whole)
    if not said and behind:
        said = rules.find("measure", behind)
    own = behind or (flat(document, rest) if name else "")
    return said or (rules.find("measure.commitment", own) if own else None)


def _behind_code(text: str) -> str:
    """The words behind a code ("B-2."); "" where none stands there."""
    number = first_reading(text)
    return text[number.end :] if number and number.kind.startswith("code-") else ""
