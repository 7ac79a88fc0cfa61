"""Where words are: in the frozen text, and on the page."""

from typing import NamedTuple


class Span(NamedTuple):
    """Half-open range of characters of a document's text."""

    start: int
    end: int

    def covers(self, other: "Span") -> bool:
        """Whether all of `other` lies inside."""
        return self.start <= other.start and other.end <= self.end

    def touches(self, other: "Span") -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


class Box(NamedTuple):
    """A rectangle on a page: PDF points from the top left of the page, page numbers from 1."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


class Line(NamedTuple):
    """One printed line: its characters, its box, and where each of its words begins and ends.

    `words` holds, for each run of non-space characters in reading order, `x0, x1` in points:
    enough to light up part of a line to the word without keeping a box for every character.
    """

    span: Span
    box: Box
    words: tuple[float, ...] = ()
