"""The running text of a document, sentence by sentence, and what is judged of each.

A block is read by itself, with what the end of a page cut from it. Judging waits until somebody
asks, and is done once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from pipeline.model import Block, BlockKind, Document, Span
from pipeline.rule import Rules
from pipeline.segment.judge import Place, Setting, Verdict, judge, setting
from pipeline.segment.passage import body, flat, is_title, marker, placed
from pipeline.segment.sentences import sentences

READ = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CELL, BlockKind.FOOTNOTE)
_NUMBER = re.compile(
    r"\d{1,3}(?:\s+|\.\s?)(?=[A-Z“‘])"
)  # of a note, or of the one that ends before it
_LONG, _TENTH = 30, 0.1  # runs of a document that has an opening and a closing part; their share
Trail = tuple[Block, ...]


class Sentence(NamedTuple):
    """A sentence, in one place or, where a page or a note cuts it, in two."""

    places: tuple[Span, ...]
    text: str


class Run:
    """A block, with what a page's end cut from it, below the headings of its trail."""

    def __init__(
        self, reading: "Reading", place: Place, trail: Trail, blocks: Sequence[Block]
    ) -> None:
        self._reading = reading
        self._place = place
        self.trail = trail
        self.blocks = blocks

    @property
    def kind(self) -> BlockKind:
        """The kind of its blocks."""
        return self.blocks[0].kind

    @property
    def setting(self) -> Setting:
        """Where its sentences stand."""
        return self._reading.setting(self.kind, self.trail, self._place)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences, without the marks of lists and notes."""
        return _told(self._reading.document, self.blocks)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """What is judged of each sentence."""
        texts = [one.text for one in self.sentences]
        return judge(texts, self.setting, self._reading.rules, self._reading.weights)

    def chance(self, of_all: bool = False) -> float:
        """How likely its likeliest sentence states a measure, or on average all; 0 without any."""
        chances = [verdict.chance for verdict in self.verdicts] or [0.0]
        return sum(chances) / len(chances) if of_all else max(chances)


class Reading:
    """The runs of a document, in reading order, also asked by place.

    `weights` are those by which sentences are judged: ours, if None.
    """

    def __init__(
        self, document: Document, rules: Rules, weights: Mapping[str, float] | None = None
    ) -> None:
        self.document = document
        self.rules = rules
        self.weights = weights
        found = list(_runs(document))
        self.runs = [
            Run(self, _place(number, len(found)), *one) for number, one in enumerate(found)
        ]
        self._at = {block.span: run for run in self.runs for block in run.blocks}
        self._below: dict[Span, list[Run]] = {}
        self._settings: dict[tuple[BlockKind, tuple[Span, ...], Place], Setting] = {}
        for run in self.runs:
            for heading in run.trail:
                self._below.setdefault(heading.span, []).append(run)

    def setting(self, kind: BlockKind, trail: Trail, place: Place) -> Setting:
        """Where the blocks of a kind stand below the headings of a trail: found once for all."""
        key = kind, tuple(block.span for block in trail), place
        if key not in self._settings:
            titles = [flat(self.document, body(self.document, block)) for block in trail]
            self._settings[key] = setting(kind, titles, self.rules, place)
        return self._settings[key]

    def below(self, heading: Block) -> list[Run]:
        """The runs below a heading, those below the headings under it too."""
        return self._below.get(heading.span, [])

    def at(self, span: Span) -> Run | None:
        """The run that the block at `span` is in; none for headings, figures and the like."""
        return self._at.get(span)


def _place(number: int, count: int) -> Place:
    """Where a run stands: documents open with background and close with references."""
    if count < _LONG or count * _TENTH <= number <= count * (1 - _TENTH):
        return ""
    return "opening" if number < count * _TENTH else "closing"


def _runs(document: Document) -> Iterator[tuple[Trail, list[Block]]]:
    open_: tuple[Trail, list[Block]] | None = None
    for here in placed(document):
        block = here.block
        head = block.cell is not None and block.cell.head
        if block.kind not in READ or head or is_title(document, block):
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
        told += [Sentence((s,), flat(document, s)) for s in unmarked if s.end > s.start]
    return told


def _skipped(text: str) -> int:
    """How many characters in front of a sentence are a list marker or the number of a note."""
    start = marker(text)
    number = _NUMBER.match(text, start)
    return number.end() if number else start


def _join(document: Document, sentence: Sentence, span: Span) -> Sentence:
    return Sentence((*sentence.places, span), f"{sentence.text} {flat(document, span)}")
