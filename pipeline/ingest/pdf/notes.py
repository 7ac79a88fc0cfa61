"""Which footnote a raised mark leads to."""

import re
from collections.abc import Sequence

from pipeline.model import Block, BlockKind, Inline

_MARK = re.compile(r"\(?(\d{1,3}|[*†‡§¶]{1,3}|[a-z])[).]?(?=\s|$)")
_ONE_OF_SEVERAL = re.compile(r"\d{1,3}|[*†‡§¶]{1,3}|[a-z]")


def link_notes(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with the `href` of each note mark the span of its footnote: `#start-end`.

    A mark leads to the footnote of its number on its own page, else on the next; one that leads
    nowhere is left as it is. Of several marks in one (`4,5`) the first counts.
    """
    notes: dict[tuple[int, str], Block] = {}
    for block in blocks:
        if block.kind is BlockKind.FOOTNOTE and block.lines:
            opens = _MARK.match(text[block.span.start : block.span.end])
            if opens:
                notes.setdefault((block.lines[0].box.page, opens[1]), block)
    return [_linked(text, block, notes) for block in blocks] if notes else list(blocks)


def _linked(text: str, block: Block, notes: dict[tuple[int, str], Block]) -> Block:
    if not any(inline.kind == "note" for inline in block.inlines):
        return block
    inlines = tuple(_to(text, block, inline, notes) for inline in block.inlines)
    return block.model_copy(update={"inlines": inlines})


def _to(text: str, block: Block, inline: Inline, notes: dict[tuple[int, str], Block]) -> Inline:
    if inline.kind != "note" or inline.span.start == block.span.start:
        return inline
    mark = _ONE_OF_SEVERAL.search(text[inline.span.start : inline.span.end])
    page = next((ln.box.page for ln in block.lines if ln.span.covers(inline.span)), 0)
    near = (notes.get((page + step, mark[0])) for step in (0, 1)) if mark else ()
    note = next((one for one in near if one is not None and one is not block), None)
    if note is None:
        return inline
    return inline.model_copy(update={"href": f"#{note.span.start}-{note.span.end}"})
