"""Lines to paragraphs, list items, captions and footnotes."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.ingest.pdf.formulas import is_formula, is_number
from pipeline.ingest.pdf.furniture import opens_note
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.passage import Passage, Type, beneath, edges, marker_of
from pipeline.model import BlockKind

_LOOSE = 1.2  # times the usual distance of lines: a wider one parts paragraphs
_RAISED = 0.3  # em more before and behind a line that has a raised mark, as browsers set it
_INDENT = 0.7  # em
_TERM = 0.35  # of the width, that a line leaves free which a meaning follows, set in below it
_FAR = 8.0  # em between a formula and its number
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]]*(?:\s?\d{1,3}|\s[*†‡])?$")
_OPEN = re.compile(
    r"(?:[,(–—-]|\b(?:and|or|of|the|to|in|for|a|an|with|by|that|on|as|at|from|is|are|its|their))$"
)
_CAPTION = re.compile(
    r"(?:Figure|Fig\.?|Table|Box|Chart|Exhibit|Diagram)\s+[A-Z]?\d{1,3}(?:[.\-–]\d{1,2})*[a-z]?"
    r"\s*(?:[.:|–—-](?:\s|$)|$)"
)
_LONGEST_CAPTION = 400
_MOST_LABEL_WORDS = 12  # of a label in a figure; programs tag boxes of prose as figures, too
_WHOLE = ("H", "LI")  # tags whose elements are passages


def passages_of(lines: Sequence[Printed], type_: Type) -> Iterator[Passage]:
    """The passages of the body lines of a page, in reading order, as yet without headings."""
    rights: dict[int, float] = {}
    for line in lines:
        if abs(line.size - type_.body) < 0.6 and line.turn == 0:
            rights[line.column] = max(line.right, rights.get(line.column, 0.0))
    for run in _runs(lines, type_):
        # Two lines do not tell how wide their column is; a title breaks where its sense does.
        plain = len(run) < 3 and abs(run[0].size - type_.body) < 0.6 and not run[0].bold
        for part in _split(run, rights.get(run[0].column, 0.0) if plain else 0.0):
            yield _passage(part)


def footnote_passages(lines: Iterable[Printed]) -> Iterator[Passage]:
    """One passage for each footnote; what comes before the first mark goes on an earlier page's."""
    notes: list[list[Printed]] = []
    for line in lines:
        if not notes or opens_note(line):
            notes.append([])
        notes[-1].append(line)
    for note in notes:
        yield Passage(BlockKind.FOOTNOTE, note)


def _runs(lines: Sequence[Printed], type_: Type) -> Iterator[list[Printed]]:
    """Lines of one size, one under the other, at the usual distance."""
    run: list[Printed] = []
    for line in lines:
        if run and not _goes_on(run, line, type_):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _goes_on(run: Sequence[Printed], line: Printed, type_: Type) -> bool:
    above = run[-1]
    if line.page != above.page or line.turn != above.turn or not beneath(above, line):
        return False
    if _is_formula(line, above) != _is_formula(above, line):
        return False
    size = max(line.size, above.size)
    if abs(line.size - above.size) > 0.08 * size:
        return False
    step = line.base - above.base
    usual = type_.pitch(line.size)
    if len(run) > 1:
        # A box may be set wider or tighter than the rest: its own lines tell.
        usual = max(usual, run[-1].base - run[-2].base) if usual < size else usual
    raised = _RAISED * size if line.notes or above.notes else 0.0
    return step <= max(_LOOSE * usual, usual + 1.5) + raised


def _is_formula(line: Printed, beside: Printed) -> bool:
    """Whether a line is a formula, or its number at the right edge of the page."""
    aside = is_number(line.text) and line.left > beside.left + _FAR * line.size
    return is_formula(line.text) or aside


def _split(run: Sequence[Printed], widest: float) -> Iterator[list[Printed]]:
    """A run parted where an item, an indented paragraph or other type begins."""
    left, right = edges(run)
    right = max(right, widest)
    part: list[Printed] = []
    for line in run:
        if part and _begins(part, line, left, right):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _begins(part: Sequence[Printed], line: Printed, left: float, right: float) -> bool:
    """Whether a line begins a new passage after those of `part`."""
    above, first = part[-1], part[0]
    em = line.size
    ended = bool(_SENTENCE_END.search(above.text))
    short = above.right + line.first_word_width + 0.6 * em < right
    if above.is_tagged("H") != line.is_tagged("H"):
        return True
    if above.tag and line.tag and above.tag.role in _WHOLE:
        if above.tag.element != line.tag.element:
            return True
        if line.is_tagged("H"):
            return False
    marker = marker_of(line.text)
    if marker and (marker["bullet"] or _is_item(part, line, ended, short)):
        return not (marker["bullet"] and marker["bullet"][0] in "-–—*o§" and not (ended or short))
    broken = line.bold and not (ended or short) and not line.text[0].isupper()  # a bold last word
    if above.bold != line.bold and (short or not _runs_in(above, line)) and not broken:
        return True
    if _CAPTION.match(line.text) and (ended or short):
        return True
    hanging = marker_of(first.text) is not None
    if line.left > above.left + _INDENT * em and len(part) > 1:
        return ended or short
    if line.left > above.left + _INDENT * em and not hanging:
        # An indented first line, unless the paragraph hangs: then its first line is full, but for
        # that of a term with its meaning below.
        term = right - above.right > _TERM * (right - left) and line.text[:1].isupper()
        return short and (ended or term)
    if line.left < above.left - _INDENT * em and (len(part) > 1 or hanging):
        if len(part) == 1 and not (ended or short):
            return False  # an item whose first line alone is set in, as in bills
        return line.left < first.left - _INDENT * em or ended or short
    slack = right - above.right
    if not ended and line.text[0].islower():
        return False
    return short and ((ended and slack > 2 * em) or slack > _TERM * (right - left))


def _is_item(part: Sequence[Printed], line: Printed, ended: bool, short: bool) -> bool:
    """Whether a line that opens with a number is an item, not a sentence that broke before it."""
    first, here = marker_of(part[0].text), marker_of(line.text)
    if first and here and abs(line.left - part[0].left) < 0.5 * line.size:
        hangs = len(part) > 1 and line.left < part[-1].left - 0.5 * line.size
        return ended or short or hangs or _counts_on(first[0], here[0])
    return ended or short


def _counts_on(marker: str, following: str) -> bool:
    """Whether one number follows another: `3.` and `4.`."""
    one, two = (re.sub(r"\D", "", text) for text in (marker, following))
    return bool(one and two) and int(two) == int(one) + 1


def _runs_in(above: Printed, line: Printed) -> bool:
    """Whether bold type goes over the line end: a run-in title of a paragraph."""
    ends = bool(above.strong) and above.strong[-1][1] == len(above.text)
    begins = bool(line.strong) and line.strong[0][0] == 0
    return ends and begins


def _passage(lines: list[Printed]) -> Passage:
    text = "\n".join(line.text for line in lines)
    first = lines[0]
    captioned = _CAPTION.match(text) or first.is_tagged("Caption")
    if captioned and len(text) <= _LONGEST_CAPTION:
        return Passage(BlockKind.CAPTION, lines)
    if _is_label(first, text) or all(is_formula(line.text) for line in lines):
        return Passage(BlockKind.FIGURE, lines)
    marker = marker_of(text)
    if marker and len(text) > marker.end():
        return Passage(BlockKind.LIST_ITEM, lines, marker=marker[0].strip())
    if first.tag and first.tag.opens and not marker:
        return Passage(BlockKind.LIST_ITEM, lines)
    return Passage(BlockKind.PARAGRAPH, lines)


def _is_label(first: Printed, text: str) -> bool:
    """Whether words in a figure are a label of it, not prose in a box."""
    short = len(text.split()) <= _MOST_LABEL_WORDS
    return first.is_tagged("Figure") and short and not _SENTENCE_END.search(text)


def continues(before: Passage, after: Passage) -> bool:
    """Whether a passage goes on over a page or column break: no sentence ended, none began."""
    kinds = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CELL)
    if before.kind not in kinds or after.kind not in (BlockKind.PARAGRAPH, before.kind):
        return False
    if after.kind is BlockKind.LIST_ITEM:
        return False
    if abs(before.last.size - after.first.size) > 0.6 or before.last.turn != after.first.turn:
        return False
    end, begin = before.last.text, after.first.text.lstrip("“\"'‘(")
    if not begin or _SENTENCE_END.search(end) or before.bold != after.bold:
        return False
    return begin[0].islower() or bool(_OPEN.search(end)) or _is_full(before, after)


def _is_full(before: Passage, after: Passage) -> bool:
    """Whether the last line of a passage has no room for the word that comes next.

    A column goes on with a name in mid sentence, as often as not.
    """
    if len(before.lines) < 2 or not before.last.text[-1].isalnum() or before.area:
        return False
    _, right = edges(before.lines[:-1])
    room = right - before.last.right
    return room < after.first.first_word_width
