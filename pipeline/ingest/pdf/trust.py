"""Which tags of a document are believed: those on which they and the look of the page mostly agree.

Programs tag all as paragraphs, boxes as tables, whole pages as figures, and what is bold as a
heading. So each kind of tag is held against what is seen, over the whole document: where most of
both is the same, tags decide what the look leaves open; where it is not, they are as if not there,
and the document is read as one without tags. Of four tagged reports at hand (326 pages) all have
headings, footnotes, items and running heads to be believed, and two have boxes tagged as tables.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.ingest.pdf.furniture import ends_in_page
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.passage import Type, marker_of
from pipeline.ingest.pdf.sheet import Sheet

_ENOUGH = 0.7  # of what tags say, that is seen too; of what is seen, that tags say too
_FEWEST = 3  # lines on which both agree
_BIGGER = 1.15  # times the body's size
_COVER = 3  # pages; programs tag the title and the imprint as they come
_MARGIN = 0.12  # of the page's height
_RARE = 0.2  # of all words; what is more than that is no caption and no figure
_INDENT = 0.4  # em

Lines = set[Printed]


def sift(sheets: Sequence[Sheet], furniture: Lines, type_: Type) -> Lines:
    """Take off the lines what is not believed, and give the lines that tags make furniture."""
    lines = [item for sheet in sheets for item in sheet.items if isinstance(item, Printed)]
    if not any(line.tag for line in lines):
        return set()
    body = [line for line in lines if line not in furniture]
    believed = {
        "H": _are_headings(body, type_),
        "LI": _are_items(body),
        "Note": _are_notes(body, type_),
        "TOCI": _agree(_role(body, "TOCI"), set(filter(ends_in_page, _role(body, "TOCI")))),
        "Caption": _is_rare(body, "Caption"),
        "Figure": _is_rare(body, "Figure"),
    }
    nested = believed["LI"] and _are_nested(body)
    openings = set(_openings(body))
    artifacts = _artifacts(sheets, lines, furniture)
    for line in lines:
        if line.tag and not believed.get(line.tag.role):
            line.tag = None
        elif line.tag and line.tag.role == "LI":
            level = line.tag.level if nested else 0
            line.tag = line.tag._replace(level=level, opens=line in openings)
    return artifacts


def _role(lines: Iterable[Printed], role: str) -> Lines:
    return {line for line in lines if line.is_tagged(role)}


def _agree(theirs: Lines, ours: Lines) -> bool:
    """Whether enough of what the tags say is seen on the page."""
    both = len(theirs & ours)
    return both >= _FEWEST and both >= _ENOUGH * len(theirs)


def _are_headings(body: Sequence[Printed], type_: Type) -> bool:
    theirs = _role(body, "H")
    large = {line for line in body if line.size >= _BIGGER * type_.body and not line.turn}
    inner = {line for line in large if line.page > _COVER}
    told = len(inner & theirs) >= 0.5 * len(inner)
    return told and _agree(theirs, large | {line for line in body if line.bold})


def _are_items(body: Sequence[Printed]) -> bool:
    marks = {line: marker for line in body if (marker := marker_of(line.text))}
    bullets = {line for line, marker in marks.items() if marker["bullet"]}
    theirs = set(_openings(body))
    told = len(bullets & theirs) >= _ENOUGH * len(bullets)
    return told and _agree(theirs, set(marks))


def _openings(body: Iterable[Printed]) -> Iterator[Printed]:
    """The lines that open items; one atop its page may go on with one of the page before."""
    seen: set[tuple[int, int]] = set()
    page = 0
    for line in body:
        opens = line.tag is not None and (line.page, line.tag.element) not in seen
        if line.tag:
            seen.add((line.page, line.tag.element))
        if opens and line.page == page and line.tag and line.tag.role == "LI":
            yield line
        page = line.page


def _are_nested(body: Sequence[Printed]) -> bool:
    """Whether items that follow each other are as deep as they are indented."""
    openings = list(_openings(body))
    steps = [
        (b.left - a.left, b.tag.level - a.tag.level)
        for a, b in pairwise(openings)
        if a.tag and b.tag and a.page == b.page and a.column == b.column
        if abs(b.left - a.left) > _INDENT * b.size or a.tag.level != b.tag.level
    ]
    return sum(by * deeper > 0 for by, deeper in steps) >= _ENOUGH * len(steps) > 0


def _are_notes(body: Sequence[Printed], type_: Type) -> bool:
    return _agree(_role(body, "Note"), {line for line in body if type_.is_small(line)})


def _is_rare(body: Sequence[Printed], role: str) -> bool:
    letters = sum(len(line.text) for line in body)
    return sum(len(line.text) for line in _role(body, role)) <= _RARE * letters


def _artifacts(sheets: Sequence[Sheet], lines: Sequence[Printed], furniture: Lines) -> Lines:
    """The lines in the margins that are told to be no content, where those of every page are."""
    tagged = {line.page for line in lines if line.tag}
    here = [line for line in lines if line.page in tagged]
    artifacts = _role(here, "Artifact")
    repeated = {line for line in here if line in furniture and not line.beside}
    rest = len(here) - len(repeated)
    odd = len(artifacts - repeated)
    if len(repeated & artifacts) < max(_FEWEST, _ENOUGH * len(repeated)) or odd > 0.1 * rest:
        return set()
    heights = {sheet.number: sheet.height for sheet in sheets}
    return {
        line
        for line in artifacts
        if line.box[3] <= _MARGIN * heights[line.page]
        or line.box[1] >= (1 - _MARGIN) * heights[line.page]
    }
