"""How well the document could be read, and what its reader should know, in plain words."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.ingest.pdf.sheet import Sheet
from pipeline.model import Issue, Level, Verdict

_UNREAD = (Verdict.NEEDS_OCR, Verdict.GARBLED, Verdict.FAILED)


def verdict_of(sheets: Sequence[Sheet]) -> Verdict:
    """COMPLETE when all pages were read and one has text; one fault of all is the document's."""
    faults = {sheet.verdict for sheet in sheets if sheet.verdict in _UNREAD}
    read = any(sheet.verdict is Verdict.COMPLETE for sheet in sheets)
    if not faults:
        return Verdict.COMPLETE if read else Verdict.BLANK
    if read or len(faults) > 1:
        return Verdict.PARTIAL
    return faults.pop()


def issues_of(sheets: Sequence[Sheet]) -> list[Issue]:
    """One issue for each kind of fault, naming its pages; failed pages by what kept them."""
    failed: dict[str, list[Sheet]] = {}
    for sheet in _where(sheets, Verdict.FAILED):
        failed.setdefault(sheet.why, []).append(sheet)
    read = any(sheet.verdict is Verdict.COMPLETE for sheet in sheets)
    rest = "The other pages were: print" if read else "Get another copy of it, or print"
    issues = [
        _issue(
            "page-not-readable",
            Level.ERROR,
            f"{_named(found)} could not be read ({why}). {rest} the document to a new PDF and put "
            "that in its place.",
        )
        for why, found in failed.items()
    ]
    found = _where(sheets, Verdict.NEEDS_OCR)
    if found and not any(sheet.hidden for sheet in found):
        issues.append(
            _issue(
                "needs-ocr",
                Level.ERROR,
                f"{_pages(found)} only pictures, no text: read it with --ocr, or run text "
                "recognition (OCR) over the document first.",
            )
        )
    elif found:
        issues.append(
            _issue(
                "needs-ocr",
                Level.ERROR,
                f"{_pages(found)} pictures and text that no reader sees, which is not taken: print "
                "the document with its text shown, or read it with --ocr.",
            )
        )
    if found := _where(sheets, Verdict.GARBLED):
        issues.append(
            _issue(
                "garbled-text",
                Level.ERROR,
                f"{_pages(found)} text whose characters cannot be told "
                f"({sum(sheet.garbled for sheet in found)} of them), so none of it was taken: read "
                "it with --ocr, or run text recognition (OCR) over the document.",
            )
        )
    if found := [s for s in sheets if s.garbled and s.verdict is Verdict.COMPLETE]:
        count = sum(sheet.garbled for sheet in found)
        issues.append(
            _issue(
                "unknown-characters",
                Level.WARNING,
                f"{_pages(found)} {count} characters that stand for nothing known; they are shown "
                "as \ufffd or as they came.",
            )
        )
    if found := [sheet for sheet in sheets if sheet.hidden]:
        count = sum(sheet.hidden for sheet in found)
        issues.append(
            _issue(
                "hidden-text",
                Level.WARNING,
                f"{_pages(found)} {count} characters that a reader does not see (unpainted, in the "
                "colour of their ground, tiny, painted over, cut off, or off the page); they were "
                "left out.",
            )
        )
    if found := [sheet for sheet in sheets if sheet.confidence is not None]:
        sure = sum(sheet.confidence or 0.0 for sheet in found) / len(found)
        issues.append(
            _issue(
                "text-recognised",
                Level.WARNING,
                f"{_pages(found)} words that text recognition saw in pictures, {sure:.0%} sure of "
                "them: compare what matters with the page.",
            )
        )
    if found := [sheet for sheet in sheets if sheet.crowded]:
        most = max(sheet.crowded for sheet in found)
        issues.append(
            _issue(
                "tables-not-sought",
                Level.WARNING,
                f"{_pages(found)} up to {most} lines and shapes, as maps and charts do: no table "
                "was looked for there, and the words of one would stand line by line.",
            )
        )
    if found := [sheet for sheet in sheets if sheet.askew]:
        issues.append(
            _issue(
                "askew-text",
                Level.WARNING,
                f"{_pages(found)} text that runs askew, which cannot be read in its order: look at "
                "it, or put a copy that stands upright in its place.",
            )
        )
    if verdict_of(sheets) is Verdict.BLANK:
        message = (
            "The document has no words on any page: look at it, and save it anew if it has some."
        )
        issues.append(_issue("blank", Level.WARNING, message))
    return issues


def _where(sheets: Iterable[Sheet], verdict: Verdict) -> list[Sheet]:
    return [sheet for sheet in sheets if sheet.verdict is verdict]


def _pages(sheets: Sequence[Sheet]) -> str:
    """`Page 3 has`, `Pages 1, 4-9 have`."""
    return f"{_named(sheets)} {'has' if len(sheets) == 1 else 'have'}"


def _named(sheets: Sequence[Sheet]) -> str:
    """`Page 3`, `Pages 1, 4-9`."""
    numbers = [sheet.number for sheet in sheets]
    runs = [[numbers[0], numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"Page {named}" if len(numbers) == 1 else f"Pages {named}"


def _issue(code: str, level: Level, message: str) -> Issue:
    return Issue(code=code, level=level, message=message, stage="ingest")
