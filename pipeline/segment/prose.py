"""Measures stated in running text, where nothing but the words tells them from what is around.

Each sentence is judged by its words and its place (see `judge`). A passage is the sentence that
states a measure, with the one before when it opens by pointing back, and those after that only make
sense with it.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.model import (
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
from pipeline.rule import Rules
from pipeline.segment.judge import LEARNT, Verdict
from pipeline.segment.passage import trail_of
from pipeline.segment.passed import Passed
from pipeline.segment.reading import Reading, Sentence
from pipeline.segment.reasons import said
from pipeline.segment.weighed import OTHERS

WAY = "prose"
_SHORTEST = 5  # words: what is shorter is a line, a label or half a clause
_NEAR = 0.1  # chance of a sentence that was not taken, from which somebody may want to know why
_LONGEST = 150  # words of a passage: beyond them, what follows has a subject of its own
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
_ON = re.compile(
    r"(?:(?:This|These|It|They|That|Those)(?!(?:’|'|\s)s\b|\s(?:is|are)\s(?:the|a|an|still|not)\b"
    r"|\s(?:was|were|did|does|do|had)\b)|Such|Both|At a minimum|In particular|Specifically"
    r"|For (?:example|instance)|[A-Z][a-z ]{2,25}, for example|In (?:so )?doing(?: so)?|That is"
    r"|Examples?|Otherwise|Conversely|If|In conducting|When (?:conducting|doing|making))\b"
)


def segment(
    document: Document,
    rules: Rules,
    claimed: Sequence[Span],
    reading: Reading | None = None,
    passed: Passed | None = None,
) -> Iterator[Segment]:
    """Yield the measures of all text that is in none of the `claimed` places, in reading order.

    Of a cell that says more than was claimed of it, the rest is read; any other block is whole.
    `passed` gathers the sentences for which something speaks, but not enough.
    """
    passed = passed or Passed()
    reading = reading or Reading(document, rules)
    taken = {block.span for span in claimed for block in document.blocks_at(span) if not block.cell}
    for run in reading.runs:
        if any(block.span in taken for block in run.blocks):
            continue
        free = [not (run.kind is BlockKind.CELL and any(map(one.places[0].touches, claimed)))
                for one in run.sentences]  # fmt: skip
        if not any(free):
            continue  # judged only where it matters
        told = [one for one, is_free in zip(run.sentences, free, strict=True) if is_free]
        verdicts = [one for one, is_free in zip(run.verdicts, free, strict=True) if is_free]
        passages = list(_passages(told, verdicts, rules, run.kind is BlockKind.LIST_ITEM))
        best = max(verdicts, key=lambda verdict: verdict.logit, default=None)
        if best and not passages and (best.chance >= _NEAR or best.made_by != LEARNT):
            most = told[verdicts.index(best)]
            passed.add("below-threshold", most.places[0], _short_of(best, most.text), best.chance)
        for first, core, last in passages:
            heading = trail_of(document, run.trail, f"reader:{WAY}")
            passage = told[first : last + 1]
            reasons = said(verdicts[core], told[core].text)
            yield _segment(document, heading, passage, verdicts[core], reasons)


def _passages(
    told: Sequence[Sentence], verdicts: Sequence[Verdict], rules: Rules, listed: bool
) -> Iterator[tuple[int, int, int]]:
    """First sentence, the one that states the measure, and last one, of each passage.

    What an item of a list goes on to state belongs to the same measure.
    """
    free = 0
    for core, (sentence, verdict) in enumerate(zip(told, verdicts, strict=True)):
        if core < free or not _states(sentence, verdict):
            continue
        first = core - 1 if core > free and _points_back(sentence.text) else core
        last = core
        words = sum(len(one.text.split()) for one in told[first : core + 1])
        while last + 1 < len(told) and (
            _belongs(told[last + 1].text, rules) or (listed and verdicts[last + 1].logit >= 0)
        ):
            words += len(told[last + 1].text.split())
            if words > _LONGEST:
                break
            last += 1
        yield first, core, last
        free = last + 1


def _points_back(text: str) -> bool:
    return bool(_BACK.match(text) or _THIS.match(text))


def _states(sentence: Sentence, verdict: Verdict) -> bool:
    """Whether a sentence states a measure, and does not just lead into those below it."""
    text = sentence.text.rstrip()
    return verdict.logit >= 0 and len(text.split()) >= _SHORTEST and not text.endswith(":")


def _belongs(text: str, rules: Rules) -> bool:
    """Whether a sentence goes on with what the one before states, and does not just tell why."""
    if not _ON.match(text) or text.rstrip().endswith(":"):
        return False
    against = rules.each(text, *OTHERS, "prose.not-meant")
    return not any(m.rule.finds in OTHERS or m.rule.id == "prose.not-effect" for m in against)


def _segment(
    document: Document,
    heading: tuple[Provenance, ...],
    passage: Sequence[Sentence],
    verdict: Verdict,
    reasons: str,
) -> Segment:
    spans: list[Span] = []
    for sentence in passage:
        for place in sentence.places:
            if spans and not document.quote(Span(spans[-1].end, place.start)).strip():
                spans[-1] = Span(spans[-1].start, place.end)
            else:
                spans.append(place)
    cited = tuple(document.cite(span, verdict.made_by) for span in spans)
    return Segment(
        kind=SegmentKind.MEASURE,
        way=WAY,
        explicit=False,
        confidence=round(verdict.chance, 2),
        heading=heading,
        parts=(Part(field="description", provenance=cited),),
        issues=(_reasons(verdict, reasons, cited[0].span),),
    )


def _short_of(verdict: Verdict, text: str) -> str:
    """Why a sentence was not taken for a measure although something speaks for it."""
    reasons = said(verdict, text)
    if verdict.logit >= 0:
        return f"too short for a measure by itself, of chance {verdict.chance:.2f}: {reasons}"
    return f"read as no measure, with chance {verdict.chance:.2f} below 0.50: {reasons}"


def _reasons(verdict: Verdict, reasons: str, span: Span) -> Issue:
    """Why the passage was taken for a measure, so that the decision can be argued with."""
    return Issue(
        code="found-in-prose",
        level=Level.INFO,
        message=f"read as a measure with chance {verdict.chance:.2f}: {reasons}",
        span=span,
        stage="segment",
    )
