"""Lists that authors number as parts of one series over sections: "A1.", "A2." and "B1.", "B2."."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.model import Document, Span
from pipeline.segment.nesting import Item
from pipeline.segment.numbering import first_reading

_FEWEST = 2  # items of such a list, and lists of a series that are announced
_SHARE = 0.5  # ... of all its lists


class Member(NamedTuple):
    """A list of a series: the form of its codes, its first place, and what announces it, or ""."""

    form: str
    place: Span
    by: str


def form_of(document: Document, items: Sequence[Item]) -> str:
    """How the codes of a list are printed, whatever their letters; "" where they do not count."""
    numbers = [first_reading(document.quote(item.place)) for item in items]
    coded = [one for one in numbers if one and one.kind.startswith("code-")]
    if len(coded) < max(_FEWEST, len(items)):
        return ""
    if not all(after.follows(before) for before, after in pairwise(coded)):
        return ""
    return coded[0].style.replace(coded[0].kind, "code")


def carried(members: Iterable[Member]) -> dict[Span, str]:
    """What says that a list that nothing announces states measures, as those of its series do."""
    series: dict[str, list[Member]] = {}
    for member in members:
        series.setdefault(member.form, []).append(member)
    found: dict[Span, str] = {}
    for lists in series.values():
        told = [member.by for member in lists if member.by]
        if len(told) >= max(_FEWEST, _SHARE * len(lists)):
            found |= {member.place: told[0] for member in lists if not member.by}
    return found
