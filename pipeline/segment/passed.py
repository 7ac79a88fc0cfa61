"""What was looked at and not taken for measures, each with its reason: nothing in silence.

Of thousands of such places only those are told that came nearest to being taken, so many of each
kind at most, and how many more there are.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.model import Issue, Level, Span

_MOST = 20  # of a kind, per document: as many as someone will read


class _Place(NamedTuple):
    near: float
    span: Span
    message: str


class Passed:
    """Gathers the places that were passed over; `near` says how near they came, in [0, 1]."""

    def __init__(self) -> None:
        self._places: dict[str, list[_Place]] = {}

    def add(self, code: str, span: Span, message: str, near: float = 0.0) -> None:
        """A place that was passed over, and why."""
        self._places.setdefault(code, []).append(_Place(near, span, message))

    def issues(self, taken: Iterable[Span]) -> Iterator[Issue]:
        """An issue for each place that nothing else took, in reading order."""
        starts = {span.start for span in taken}
        for code, places in sorted(self._places.items()):
            left = [place for place in places if place.span.start not in starts]
            told = sorted(left, key=lambda place: (-place.near, place.span))[:_MOST]
            for place in sorted(told, key=lambda place: place.span):
                yield _issue(code, place.message, place.span)
            if more := len(left) - len(told):
                message = f"{more} more places were passed over for reasons of this kind"
                yield _issue(code, message, None)


def _issue(code: str, message: str, span: Span | None) -> Issue:
    return Issue(code=code, level=Level.INFO, message=message, span=span, stage="segment")
