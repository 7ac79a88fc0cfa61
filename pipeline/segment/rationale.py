"""The reason that the authors give for a measure, in their words; none is made up.

It is a clause of purpose or cause inside the passage that states the measure, else a sentence in it
or right behind it that tells the aim, the effect or the evidence.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.model import Document, Part, Span
from pipeline.rule import Match, Rules
from pipeline.segment.passage import marker
from pipeline.segment.sentences import sentences

_FEWEST = 3  # words of a reason: "to ensure" alone says none
_TAIL = re.compile(r"[\s.;:,]+(?:\d{1,3})?$")  # with the number of a note
# Where a clause inside a sentence ends before the sentence does.
_ENDS = re.compile(r";|,\s+(?:and|but|or)\s+(?:[\w’'-]+\s+){0,4}(?:should|must|shall|will)\b")
# The main clause behind a reason that opens the sentence: "To ..., boards should ...".
_MAIN = re.compile(
    r",\s+(?=(?:[\w’'().-]+\s+){0,9}?(?:should|must|shall|will|can|could|may|need|needs|is|are|has"
    r"|have|would)\b)|,\s+"
)


def rationale_of(document: Document, passage: Sequence[Span], rules: Rules) -> Part | None:
    """The reason given in a passage, or in the rest of its last block; None when there is none."""
    for finder in (_clause, _sentence):
        for span in passage:
            for sentence in _sentences(document, span):
                if found := finder(document, sentence, rules):
                    return found
    for following in _following(document, passage[-1]):
        return _sentence(document, following, rules)
    return None


def _sentences(document: Document, span: Span) -> Iterator[Span]:
    for sentence in sentences(document, span):
        start = sentence.start + marker(document.quote(sentence))
        if start < sentence.end:
            yield Span(start, sentence.end)


def _following(document: Document, span: Span) -> list[Span]:
    """The sentences behind a passage, to the end of its block."""
    block = document.blocks_at(Span(span.end - 1, span.end))[-1]
    return sentences(document, Span(span.end, block.span.end)) if span.end < block.span.end else []


def _clause(document: Document, sentence: Span, rules: Rules) -> Part | None:
    text = document.quote(sentence).replace("\n", " ")
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


def _sentence(document: Document, sentence: Span, rules: Rules) -> Part | None:
    match = rules.find("rationale.sentence", document.quote(sentence).replace("\n", " "))
    return _part(document, sentence, match) if match else None


def _part(document: Document, span: Span, match: Match) -> Part:
    return Part(field="rationale", provenance=(document.cite(span, f"rule:{match.rule.id}"),))
