"""Sentences that a page prints twice: in the text, and large beside it, to be seen in passing."""

import re
from collections.abc import Sequence

from pipeline.ingest.pdf.passage import Passage, Type
from pipeline.model import BlockKind
from pipeline.model.text import fold

_LARGER = 1.15  # times the body's size
_FEWEST_WORDS = 8
_SENTENCE = re.compile(r"[.!?…][\"'”’»]*$")
_KINDS = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)


def mark_quotes(passages: Sequence[Passage], type_: Type) -> None:
    """Make FURNITURE of large sentences that the text of their page or its neighbours says too."""
    said: dict[int, str] = {}
    for passage in passages:
        if not _is_large(passage, type_):
            continue
        words = fold(passage.text)
        if len(words.split()) < _FEWEST_WORDS:
            continue
        page = passage.first.page
        for near in range(page - 1, page + 2):
            if near not in said:
                said[near] = _said(passages, near, type_)
        if any(words in said[near] for near in range(page - 1, page + 2)):
            passage.kind, passage.marker = BlockKind.FURNITURE, ""


def _is_large(passage: Passage, type_: Type) -> bool:
    large = passage.first.size >= _LARGER * type_.body
    return passage.kind in _KINDS and large and bool(_SENTENCE.search(passage.text))


def _said(passages: Sequence[Passage], page: int, type_: Type) -> str:
    """The words of the plain text of a page."""
    plain = (
        passage.text
        for passage in passages
        if passage.kind in _KINDS
        and passage.first.page == page
        and passage.first.size < _LARGER * type_.body
    )
    return fold("\n".join(plain))
