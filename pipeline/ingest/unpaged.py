"""Documents of formats that have no pages: one page holds all of the text."""

import re
from collections.abc import Mapping, Sequence

from pipeline.ingest.raw import Raw
from pipeline.model import Block, BlockKind, Document, Issue, Level, Page, Span, Verdict

_BESIDE_THE_TEXT = (BlockKind.METADATA, BlockKind.FURNITURE)
_WORD = re.compile(r"[^\W_]")


def unpaged(
    raw: Raw,
    media_type: str,
    text: str,
    blocks: Sequence[Block],
    *,
    issues: Sequence[Issue] = (),
    hidden: int = 0,
    made_by: Mapping[str, str],
) -> Document:
    """The document of a frozen text and its blocks.

    It is BLANK, with a warning, when no block but metadata and furniture has a word. `hidden`
    counts the characters that the original hides from its readers and that were left out.
    """
    blank = not any(
        _WORD.search(text, block.span.start, block.span.end)
        for block in blocks
        if block.kind not in _BESIDE_THE_TEXT
    )
    verdict = Verdict.BLANK if blank else Verdict.COMPLETE
    said = list(issues)
    if blank:
        said.append(
            Issue(
                code="blank",
                level=Level.WARNING,
                message="The file has no words to read: look at it, and save it anew if it should.",
                stage="ingest",
            )
        )
    return Document(
        path=raw.path,
        sha256=raw.sha256,
        media_type=media_type,
        verdict=verdict,
        made_by=dict(sorted(made_by.items())),
        text=text,
        pages=(Page(number=1, span=Span(0, len(text)), verdict=verdict, hidden=hidden),),
        blocks=tuple(blocks),
        issues=tuple(said),
    )
