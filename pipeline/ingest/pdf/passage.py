"""Lines that belong together, before they become blocks; and what type the document is set in."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.sheet import Sheet
from pipeline.ingest.pdf.tables import Area
from pipeline.model import BlockKind

_SMALL = 0.95  # of the body's size: footnotes of 10 points under text of 11 exist
_BULLET = r"[•‣◦▪▫●○■□◆◇►▶➢➤✓✔❖·∙⁃\uf000-\uf0ff]|[-–—o*§] "
_NUMBER = (
    r"\(?\d{1,3}[.)]|\(?[A-Za-z][.)]|\(?[ivxlcIVXLC]{1,6}[.)]|\d{1,2}(?:\.\d{1,2}){1,4}\.?(?= )"
    r"|\[\d{1,3}\]"
)
# `A. Lee and B. Roe.`, `J. K. Low,`: the initials of a name open no item.
_NAME = (
    r"(?![A-Z]\. (?:[A-Z]\. ?)*[A-Z][\w'’-]+"
    r"(?:, (?:[A-Z]\.|and [A-Z])| and [A-Z]\. | & [A-Z]\.|\. (?:19|20)\d\d))"
)
_LABEL = r"(?!(?:Figure|Fig|Table|Box|Chart|Section|Chapter|Part)\b)[A-Z][a-z]{3,} \d{1,3}[:.](?= )"
_MARKER = re.compile(
    rf"(?P<bullet>{_BULLET})\s*|(?P<number>{_NAME}(?:{_NUMBER}|{_LABEL}))(?=\s|$)\s*"
)


@dataclass(eq=False)
class Passage:
    """Lines of one kind that belong together. `marker` is the list marker that it opens with."""

    kind: BlockKind
    lines: list[Printed]
    level: int = 0
    marker: str = ""
    area: Area | None = None
    table: int = 0

    @property
    def text(self) -> str:
        """Its lines as printed."""
        return "\n".join(line.text for line in self.lines)

    @property
    def first(self) -> Printed:
        """Its first line."""
        return self.lines[0]

    @property
    def last(self) -> Printed:
        """Its last line."""
        return self.lines[-1]

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(line.bold for line in self.lines)


@dataclass
class Type:
    """How the document is set: the size of its body, and the distance of lines by size (points)."""

    body: float
    pitches: dict[float, float] = field(default_factory=dict)

    def pitch(self, size: float) -> float:
        """The usual distance of base lines of a size."""
        return self.pitches.get(round(size), 1.25 * size)

    def is_small(self, line: Printed) -> bool:
        """Whether a line is set in the type of notes."""
        return line.size < _SMALL * self.body


def marker_of(text: str) -> re.Match[str] | None:
    """The list marker that a line opens with, in the group `bullet` or `number`."""
    return _MARKER.match(text)


def type_of(sheets: Iterable[Sheet]) -> Type:
    """The body size, by characters, and the commonest distance of lines for each size."""
    sizes: Counter[float] = Counter()
    steps: dict[float, Counter[float]] = {}
    for sheet in sheets:
        lines = [ln for ln in sheet.items if isinstance(ln, Printed) and not ln.figure]
        for line in lines:
            sizes[line.size] += len(line.text)
        for above, below in pairwise(lines):
            step = below.base - above.base
            alike = abs(above.size - below.size) < 0.6 and beneath(above, below)
            if alike and 0.8 * below.size < step < 2.6 * below.size:
                steps.setdefault(round(below.size), Counter())[round(step * 2) / 2] += 1
    body = max(sizes, key=lambda size: (sizes[size], size)) if sizes else 10.0
    return Type(body, {size: _usual(counts) for size, counts in steps.items()})


def _usual(counts: Counter[float]) -> float:
    # The commonest distance may be that of paragraphs, where most have one line.
    often = max(counts.values())
    return min(step for step, count in counts.items() if count >= max(1, 0.3 * often))


def beneath(above: Printed, below: Printed) -> bool:
    """Whether two lines stand one under the other in the same column of the same page."""
    return (
        above.page == below.page
        and above.turn == below.turn
        and below.base > above.base
        and below.left < above.right
        and above.left < below.right
    )


def edges(lines: Sequence[Printed]) -> tuple[float, float]:
    """The left and right edge of a run of lines."""
    return min(line.left for line in lines), max(line.right for line in lines)
