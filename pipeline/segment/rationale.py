"""The reason that the authors give for a measure, in their words; none is made up.

It is what stands under a heading that announces reasons, where a document divides each of its
sections alike ("Activities", "Rationale"); else a clause of purpose or cause inside the passage
that states the measure; else a sentence in it or right behind it that tells the aim, the effect or
the evidence, or one right before it that tells the need.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipeline.model import Block, BlockKind, Document, Part, Span
from pipeline.rule import Match, Rules
from pipeline.segment.passage import flat, marker
from pipeline.segment.sentences import sentences

_FEWEST = 3  # words of a reason: "to ensure" alone says none
_TAIL = re.compile(r"[\s.;:,]+(?:\d{1,3})?$")  # with the number of a note
# Where a clause inside a sentence ends before the sentence does.
_ENDS = re.compile(
    r";|[—–]\s?(?:that|which)\b|,\s+(?:including|both)\b|,\s+(?:and|but|or)\s+(?:[\w’'-]+\s+){0,4}(?:should|must|shall|will)\b"
)
# The main clause behind a reason that opens the sentence: "To ..., boards should ...".
_MAIN = re.compile(
    r",\s+(?=(?:[\w’'().-]+\s+){0,9}?(?:should|must|shall|will|can|could|may|need|needs|is|are|has"
    r"|have|would)\b)|,\s+"
)


# "Layer 2: To ..." opens with the purpose as well.
_TITLED = re.compile(r"[A-Z][\w-]*(?: [\w-]+){0,3}: (?=To\b)")


def section_reasons(document: Document, rules: Rules) -> Mapping[Span, Span]:
    """For headings whose neighbour announces reasons, the first sentence below that neighbour.

    Only headings that recur are asked: they divide each section of the document alike, and those
    until one comes again, or another reason, belong together.
    """
    headings = [at for at, b in enumerate(document.blocks) if b.kind is BlockKind.HEADING]
    titles = {at: flat(document, document.blocks[at].span).strip() for at in headings}
    often = Counter(titles.values())
    announce = {one for one in often if often[one] > 1 and rules.find("column.rationale", one)}
    found: dict[Span, Span] = {}
    group: dict[str, Block] = {}
    reason: Span | None = None
    for at in headings if announce else ():
        heading, title = document.blocks[at], titles[at]
        again = title in group or (title in announce and reason)
        if again or any(one.level != heading.level for one in group.values()):
            group, reason = {}, None
        if often[title] < 2:
            continue
        group[title] = heading
        if title in announce:
            below = document.blocks[at + 1 : at + 2]
            told = sentences(document, below[0].span) if below else []
            reason = told[0] if told and below[0].kind is BlockKind.PARAGRAPH else None
        if reason:
            found |= {one.span: reason for name, one in group.items() if name not in announce}
    return found


def rationale_of(
    document: Document, passage: Sequence[Span], rules: Rules, section: Span | None = None
) -> Part | None:
    """The reason given in a passage or next to it in its block; None when there is none.

    `section` is where the reason of the whole section stands, if the document gives one.
    """
    if section:
        cited = document.cite(section, "rule:rationale.section")
        return Part(field="rationale", provenance=(cited,))
    for finder in (_clause, _sentence):
        for span in passage:
            for sentence in _sentences(document, span):
                if found := finder(document, sentence, rules):
                    return found
    for following in _following(document, passage[-1])[:1]:
        if found := _sentence(document, following, rules):
            return found
    for before in _before(document, passage[0])[-1:]:
        return _sentence(document, before, rules, "rationale.need")
    return None


def _sentences(document: Document, span: Span) -> Iterator[Span]:
    for sentence in sentences(document, span):
        start = sentence.start + marker(document.quote(sentence))
        if titled := _TITLED.match(flat(document, Span(start, sentence.end))):
            start += titled.end()
        if start < sentence.end:
            yield Span(start, sentence.end)


def _following(document: Document, span: Span) -> list[Span]:
    """The sentences behind a passage, to the end of its block."""
    block = document.blocks_at(Span(span.end - 1, span.end))[-1]
    return sentences(document, Span(span.end, block.span.end)) if span.end < block.span.end else []


def _before(document: Document, span: Span) -> list[Span]:
    """The sentences in front of a passage, from the start of its block."""
    block = document.blocks_at(Span(span.start, span.start + 1))[0]
    return (
        sentences(document, Span(block.span.start, span.start))
        if span.start > block.span.start
        else []
    )


def _clause(document: Document, sentence: Span, rules: Rules) -> Part | None:
    text = flat(document, sentence)
    matches = rules.each(text, "rationale.clause", "rationale.not")
    denied = [match for match in matches if match.rule.finds == "rationale.not"]
    for match in matches:
        if match in denied or any(d.start < match.end and match.start < d.end for d in denied):
            continue
        start = match.start + len(text[match.start :]) - len(text[match.start :].lstrip(" ,"))
        end = _end(text, start)
        if len(text[start:end].split()) >= _FEWEST:
            return _part(document, Span(sentence.start + start, sentence.start + end), match)
    return None


def _end(text: str, start: int) -> int:
    opens = not any(map(str.isalnum, text[:start]))
    limit = len(_TAIL.sub("", text))
    mark = (_MAIN if opens else _ENDS).search(text, start + 1)
    return min(mark.start(), limit) if mark else limit


def _sentence(
    document: Document, sentence: Span, rules: Rules, finds: str = "rationale.sentence"
) -> Part | None:
    match = rules.find(finds, flat(document, sentence))
    return _part(document, sentence, match) if match else None


def _part(document: Document, span: Span, match: Match) -> Part:
    return Part(field="rationale", provenance=(document.cite(span, f"rule:{match.rule.id}"),))
