"""Run-in names: a bold or coloned lead-in, or a short title with a full stop, before the text."""

import re
from collections.abc import Sequence

from pipeline.model import Document, Inline, Span
from pipeline.model.text import fold
from pipeline.rule import Rules
from pipeline.segment.passage import flat

_LONGEST = 12  # words of a lead-in that is told by its colon or full stop
_LONGEST_BOLD = 20  # ... and of one that the authors set in bold
_FEW_BOLD = 6  # ... that nothing but a capital follows
_LEAD_IN = re.compile(r"[^.:!?]{3,90}?:(?=\s)")
_TITLE = re.compile(r"[A-Z][^.:;!?]{3,90}\.(?=\s+[A-Z])")
_ENDS = (".", ":", "–", "—")


def run_in(
    document: Document, whole: Span, inlines: Sequence[Inline], rules: Rules
) -> tuple[Span | None, Span]:
    """The name that leads into a passage, if one does, and the rest; all of it where there is none.

    The name is the bold run at its start, or a few words before a colon that are not themselves
    the instruction ("Agree on an exit: the supplier ..."), or a title without a verb of duty before
    a sentence with one ("The right data. Agencies must ..."). The rest is empty where a bold name
    is all there is.
    """
    bold = next(
        (
            inline.span
            for inline in inlines
            if inline.kind == "strong" and inline.span.start <= whole.start < inline.span.end
        ),
        None,
    )
    if bold:
        name = Span(whole.start, min(bold.end, whole.end))
        found = _parted(document, whole, name, _LONGEST_BOLD, bold=True)
        return found if found else (None, whole)
    text = flat(document, whole)
    if found_lead := _LEAD_IN.match(text):
        instructs = text[found_lead.end() :].lstrip()[:1].islower()
        if not (instructs and rules.find("measure", found_lead.group())):
            name = Span(whole.start, whole.start + found_lead.end())
            return _parted(document, whole, name, _LONGEST) or (None, whole)
        return None, whole
    if (
        (title := _TITLE.match(text))
        and not rules.find("measure", title.group())
        and rules.find("measure", text[title.end() :].lstrip().split(". ")[0])
    ):
        name = Span(whole.start, whole.start + title.end())
        return _parted(document, whole, name, _LONGEST) or (None, whole)
    return None, whole


def _parted(
    document: Document, whole: Span, name: Span, longest: int, bold: bool = False
) -> tuple[Span | None, Span] | None:
    """The name without its punctuation and the rest without its leading one; None if it is none."""
    name = document.trim(name)
    shown = document.quote(name)
    after = document.quote(Span(name.end, whole.end))
    rest_start = name.end + len(after) - len(after.lstrip(" .:–—-\n"))
    rest = document.trim(Span(min(rest_start, whole.end), whole.end))
    name = Span(name.start, name.start + len(shown.rstrip(" .:–—-")))
    words = len(fold(document.quote(name)).split())
    few = 0 < words <= longest
    # LaTeX sets the headings of paragraphs so, with no mark behind them.
    runs_on = bold and after.lstrip()[:1].isupper() and (after[:1] == "\n" or words <= _FEW_BOLD)
    ends = shown.endswith(_ENDS) or after.lstrip().startswith(_ENDS) or runs_on
    alone = rest.end == rest.start
    return (name, rest) if few and (ends or alone) else None
