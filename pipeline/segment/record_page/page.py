"""What was read of one record page, row by row, before anything is cited."""

from dataclasses import dataclass, field

from pipeline.model import Span
from pipeline.segment.record_page.rows import Row


@dataclass
class Card:
    """Another item that the page names. `label` is None where the page's own was not understood.

    `role` is empty as long as what follows may still change it. `sure` is false where nothing on
    the page tells a part with its text from the parent and another measure.
    """

    name: Row
    text: list[Row]
    label: Row | None
    role: str = ""
    sure: bool = True


@dataclass
class Page:
    """The rows of a page by what they are. Every row is in one place only.

    `undecided` are rows of a cut page that what is missing would have told apart, `doubtful` rows
    of a whole page that two readings fit, `stray` rows that have no place in the grammar.
    """

    banners: list[Row] = field(default_factory=list)
    name: Row | None = None
    definition: Row | None = None
    also_in: Row | None = None
    description: list[Row] = field(default_factory=list)
    rationale: Row | None = None
    parent: Row | None = None
    cards: list[Card] = field(default_factory=list)
    title: Row | None = None
    authors: list[Row] = field(default_factory=list)
    year: Row | None = None
    abstract: list[Row] = field(default_factory=list)
    tags: dict[str, Row] = field(default_factory=dict)
    risks: list[tuple[Span, str]] = field(default_factory=list)
    context: list[Row] = field(default_factory=list)
    undecided: list[Row] = field(default_factory=list)
    doubtful: list[tuple[Row, str]] = field(default_factory=list)
    stray: list[Row] = field(default_factory=list)
    unknown: list[tuple[Row, str]] = field(default_factory=list)
    complete: bool = False
    ends_in: str = "its opening"
