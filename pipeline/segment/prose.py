"""Measures stated in running text, where nothing but the words tells them from what is around.

Each sentence is weighed by the rules of `prose.toml`: what speaks for a measure and what against
it add up to log-odds. A passage is the sentence that states a measure, with the one before when it
opens by pointing back, and those after that only make sense with it.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.model import (
    Block,
    BlockKind,
    Document,
    Issue,
    Level,
    Part,
    Provenance,
    Segment,
    SegmentKind,
    Span,
)
from pipeline.rule import Match, Rules
from pipeline.segment.passage import body, is_title, marker, placed, trail_of
from pipeline.segment.passed import Passed
from pipeline.segment.sentences import sentences

WAY = "prose"
READ = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CELL, BlockKind.FOOTNOTE)
_ABOVE = ("prose.heading", "prose.heading-not")
# What these tell counts only in front of what states a measure: behind it stands what the measure
# is about ("Boards should record what has gone wrong").
_OBJECT = ("prose.not-risk", "prose.not-now", "prose.not-real")
_STATE = ("prose.duty", "prose.proposal", "prose.commitment", "prose.instruction")
_FOR = (*_STATE, "prose.method")
_OTHERS = ("prose.not-statement", "prose.not-ours")
_AGAINST = (*_OTHERS, *_OBJECT, "prose.not-meant", "prose.ground")
_SHORTEST = 5  # words: what is shorter is a line, a label or half a clause
_LONGEST = 150  # words of a passage: beyond them, what follows has a subject of its own
_NOTE = -0.5  # log-odds: notes cite and qualify far more often than they propose
# A duty of something that the sentence before names: "Such tests should ...".
_BACK = re.compile(
    r"(?:It|They|(?:This|These|Such|Those|Both)(?:\s[a-z-]+){0,3})\s(?:also\s|therefore\s|then\s)?"
    r"(?:should|must|shall|will|could|may|need|needs)\b"
)
# "We will keep this under review": what is kept stands in the sentence before.
_THIS = re.compile(
    r"(?:[\w’'-]+\s){1,6}(?:will|should|must|shall)\s(?:[\w-]+\s){1,3}(?:this|these|it|them)"
    r"(?=[.,;]|\s(?:under|by|through|with|in|at|as|to|for|on|into)\b)"
)
# What stands in a clause that opens the sentence, "Where a fault has been found, ...", is the case
# in which the measure is to be taken.
_CASE = re.compile(
    r"(?:^\W*|, )(?:if|when|where|while|once|although|unless|as)\s[^,;]*,", re.IGNORECASE
)
_NUMBER = re.compile(
    r"\d{1,3}(?:\s+|\.\s?)(?=[A-Z“‘])"
)  # of a note, or of the one that ends before it
_ON = re.compile(
    r"(?:(?:This|These|It|They|That|Those)(?!(?:’|'|\s)s\b|\s(?:is|are)\s(?:the|a|an|still|not)\b"
    r"|\s(?:was|were|did|does|do|had)\b)|Such|Both|At a minimum|In particular|Specifically"
    r"|For (?:example|instance)|[A-Z][a-z ]{2,25}, for example|In (?:so )?doing(?: so)?|That is"
    r"|Examples?|Otherwise|Conversely|If|In conducting|When (?:conducting|doing|making))\b"
)


class Sentence(NamedTuple):
    """A sentence, in one place or, where a page or a note cuts it, in two."""

    places: tuple[Span, ...]
    text: str


class Weight(NamedTuple):
    """What the rules say of a sentence: log-odds, and for each family the match that counted."""

    logit: float
    reasons: tuple[tuple[Match, str], ...]

    @property
    def chance(self) -> float:
        """The chance that a curator would take the sentence for a measure, by these rules.

        On 263 sentences of five documents for which some rule speaks, it is off by 0.08 to 0.09 on
        average; a line from it to the truth, drawn on the other documents, made it no better. The
        rules were written on those documents: of others it says too much.
        """
        return 1 / (1 + math.exp(-self.logit))


def segment(
    document: Document, rules: Rules, claimed: Sequence[Span], passed: Passed | None = None
) -> Iterator[Segment]:
    """Yield the measures of all text that is in none of the `claimed` places, in reading order.

    Of a cell that says more than was claimed of it, the rest is read; any other block is whole.
    `passed` gathers the sentences for which something speaks, but not enough.
    """
    passed = passed or Passed()
    for trail, sequence in _sequences(document, claimed):
        above = _weigh_above(document, trail, rules)
        told = _told(document, sequence)
        if sequence[0].cell:
            told = [one for one in told if not any(map(one.places[0].touches, claimed))]
        note = _NOTE if sequence[0].kind is BlockKind.FOOTNOTE else 0.0
        listed = sequence[0].kind is BlockKind.LIST_ITEM
        weighed = [weigh(sentence.text, rules, above, note, listed) for sentence in told]
        passages = list(_passages(told, weighed, rules))
        best = max(weighed, key=lambda weight: weight.logit, default=None)
        if best and not passages and best.logit > -math.inf:
            place = told[weighed.index(best)].places[0]
            passed.add("below-threshold", place, _short_of(best), best.chance)
        for first, core, last in passages:
            heading = trail_of(document, trail, f"reader:{WAY}")
            yield _segment(document, heading, told[first : last + 1], weighed[core])


def weigh(
    text: str,
    rules: Rules,
    above: Sequence[tuple[Match, str]] = (),
    more: float = 0.0,
    listed: bool = False,
) -> Weight:
    """The log-odds that a sentence states a measure, and the matches that made them.

    `above` are what the headings say, `more` is log-odds known from elsewhere. In a list
    (`listed`) the opening word tells nothing, unless a heading announces measures: lists of
    anything open with verbs and kinds.
    """
    matches = rules.each(text, *_FOR)
    if matches:  # most sentences say nothing for a measure, and then nothing against one matters
        matches += rules.each(text, *_AGAINST)
    states = min((m.start for m in matches if m.rule.finds in _STATE), default=len(text))
    cases = [case.span() for case in _CASE.finditer(text)]
    announced = any(match.rule.finds == "prose.heading" for match, _ in above)
    strongest: dict[str, tuple[Match, str]] = {}
    for match, words in (*above, *((match, text) for match in matches)):
        rule = match.rule
        if (
            listed
            and rule.at == "start"
            and rule.weight > 0
            and not (announced and rule.finds == "prose.instruction")
        ):
            continue
        if rule.finds in _OBJECT and (match.start > states or _within(match, cases)):
            continue
        best = strongest.get(rule.finds)
        if best is None or abs(rule.weight) > abs(best[0].rule.weight):
            strongest[rule.finds] = (match, words)
    reasons = tuple(sorted(strongest.values(), key=lambda one: -abs(one[0].rule.weight)))
    logit = sum(match.rule.weight for match, _ in reasons) + more if matches else -math.inf
    return Weight(logit, reasons)


def _within(match: Match, places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start and match.end <= end for start, end in places)


def _weigh_above(
    document: Document, trail: Sequence[Block], rules: Rules
) -> list[tuple[Match, str]]:
    titles = [document.quote(body(document, block)).replace("\n", " ") for block in trail]
    found = []
    for title in titles:
        matches = rules.each(title, *_ABOVE)
        announced = any(match.rule.weight > 0 for match in matches)
        # "Managing risks" announces measures, not risks.
        found += [(m, title) for m in matches if m.rule.weight > 0 or not announced]
    return found


def _sequences(
    document: Document, claimed: Sequence[Span]
) -> Iterator[tuple[tuple[Block, ...], list[Block]]]:
    """Unclaimed blocks to be read in one run: one block, and what a page's end cut from it."""
    taken = {
        block.span.start for span in claimed for block in document.blocks_at(span) if not block.cell
    }
    open_: tuple[tuple[Block, ...], list[Block]] | None = None
    for here in placed(document):
        block = here.block
        unread = block.span.start in taken or (block.cell and block.cell.head)
        if block.kind not in READ or unread or is_title(document, block):
            if block.kind is BlockKind.HEADING and open_:
                yield open_
                open_ = None
            continue
        if open_ and _goes_on(document, open_[1][-1], block):
            open_[1].append(block)
            continue
        if block.kind is BlockKind.FOOTNOTE and open_:
            yield here.trail, [block]
            continue
        if open_:
            yield open_
        open_ = (here.trail, [block])
    if open_:
        yield open_


def _goes_on(document: Document, block: Block, following: Block) -> bool:
    """Whether a block ends in mid sentence and the next one of its kind goes on."""
    before, after = document.quote(block.span).rstrip(), document.quote(following.span).lstrip()
    cut = before[-1:].isalnum() or before.endswith((",", "-", "–", "—"))
    return following.kind is block.kind and not block.cell and cut and after[:1].islower()


def _told(document: Document, sequence: Sequence[Block]) -> list[Sentence]:
    told: list[Sentence] = []
    for number, block in enumerate(sequence):
        spans = sentences(document, body(document, block))
        if number and told:
            spans, told[-1] = spans[1:], _join(document, told[-1], spans[0])
        unmarked = [Span(s.start + _skipped(document.quote(s)), s.end) for s in spans]
        told += [Sentence((s,), _line(document, s)) for s in unmarked if s.end > s.start]
    return told


def _skipped(text: str) -> int:
    """How many characters in front of a sentence are a list marker or the number of a note."""
    start = marker(text)
    number = _NUMBER.match(text, start)
    return number.end() if number else start


def _join(document: Document, sentence: Sentence, span: Span) -> Sentence:
    return Sentence((*sentence.places, span), f"{sentence.text} {_line(document, span)}")


def _line(document: Document, span: Span) -> str:
    """The words at a span in one line, character for character where they were."""
    return document.quote(span).replace("\n", " ")


def _passages(
    told: Sequence[Sentence], weighed: Sequence[Weight], rules: Rules
) -> Iterator[tuple[int, int, int]]:
    """First sentence, the one that states the measure, and last one, of each passage."""
    free = 0
    for core, (sentence, weight) in enumerate(zip(told, weighed, strict=True)):
        if core < free or not _states(sentence, weight):
            continue
        first = core - 1 if core > free and _points_back(sentence.text) else core
        last = core
        words = sum(len(one.text.split()) for one in told[first : core + 1])
        while last + 1 < len(told) and _belongs(told[last + 1].text, rules):
            words += len(told[last + 1].text.split())
            if words > _LONGEST:
                break
            last += 1
        yield first, core, last
        free = last + 1


def _points_back(text: str) -> bool:
    return bool(_BACK.match(text) or _THIS.match(text))


def _states(sentence: Sentence, weight: Weight) -> bool:
    return weight.logit >= 0 and len(sentence.text.split()) >= _SHORTEST


def _belongs(text: str, rules: Rules) -> bool:
    """Whether a sentence goes on with what the one before states, and does not just tell why."""
    if not _ON.match(text) or text.rstrip().endswith(":"):
        return False
    against = rules.each(text, *_OTHERS, "prose.not-meant")
    return not any(m.rule.finds in _OTHERS or m.rule.id == "prose.not-effect" for m in against)


def _segment(
    document: Document, heading: tuple[Provenance, ...], passage: Sequence[Sentence], weight: Weight
) -> Segment:
    best = next(match for match, _ in weight.reasons if match.rule.weight > 0)
    spans: list[Span] = []
    for sentence in passage:
        for place in sentence.places:
            if spans and not document.quote(Span(spans[-1].end, place.start)).strip():
                spans[-1] = Span(spans[-1].start, place.end)
            else:
                spans.append(place)
    cited = tuple(document.cite(span, f"rule:{best.rule.id}") for span in spans)
    return Segment(
        kind=SegmentKind.MEASURE,
        way=WAY,
        explicit=False,
        confidence=round(weight.chance, 2),
        heading=heading,
        parts=(Part(field="description", provenance=cited),),
        issues=(_reasons(weight, cited[0].span),),
    )


def _said(weight: Weight) -> str:
    """The matches that counted, the weightiest first."""
    return ", ".join(
        f"{match.rule.id} {match.rule.weight:+.1f} ({text[match.start : match.end]!r})"
        for match, text in weight.reasons
        if match.rule.id != "prose.ground"
    )


def _short_of(weight: Weight) -> str:
    """Why a sentence was not taken for a measure although something speaks for it."""
    if weight.logit >= 0:
        return f"too short for a measure by itself, of chance {weight.chance:.2f}: {_said(weight)}"
    return f"read as no measure, with chance {weight.chance:.2f} below 0.50: {_said(weight)}"


def _reasons(weight: Weight, span: Span) -> Issue:
    """Why the passage was taken for a measure, so that the decision can be argued with."""
    return Issue(
        code="found-in-prose",
        level=Level.INFO,
        message=f"read as a measure with chance {weight.chance:.2f}: {_said(weight)}",
        span=span,
        stage="segment",
    )
