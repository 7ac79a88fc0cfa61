"""Building a document's frozen text block by block, for formats whose text must be rendered."""

from collections.abc import Sequence

from pipeline.model import Block, BlockKind, Cell, Inline, Line, Span

BETWEEN_BLOCKS = "\n\n"


class TextBuilder:
    """Gathers blocks; their texts, one blank line apart, are the frozen text.

    Texts given must be frozen already (`pipeline.model.text.freeze`), for the offsets of `inlines`
    and `lines` count from the start of the block's own text.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        """All that was added so far."""
        return "".join(self._pieces)

    @property
    def position(self) -> int:
        """Where the next block will start."""
        return self._length + (len(BETWEEN_BLOCKS) if self._length else 0)

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        cell: Cell | None = None,
        inlines: Sequence[Inline] = (),
        lines: Sequence[Line] = (),
    ) -> Block | None:
        """Append a block; None, and nothing appended, when the text is only white space."""
        if not text.strip():
            return None
        start = self.position
        if self._length:
            self._pieces.append(BETWEEN_BLOCKS)
        self._pieces.append(text)
        self._length = start + len(text)
        block = Block(
            kind=kind,
            span=Span(start, start + len(text)),
            level=level,
            cell=cell,
            lines=tuple(Line(_moved(line.span, start), line.box, line.words) for line in lines),
            inlines=tuple(
                Inline(kind=inline.kind, span=_moved(inline.span, start), href=inline.href)
                for inline in inlines
            ),
        )
        self.blocks.append(block)
        return block


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
