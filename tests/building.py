"""Documents made by hand, block by block, for tests of what comes after reading."""

import hashlib
from collections.abc import Sequence

from pipeline.ingest.build import TextBuilder
from pipeline.model import BlockKind, Cell, Document, Inline, Page, Span, Verdict

Row = Sequence[str | None]


class Writer:
    """Gathers blocks as a reader would, then gives the document."""

    def __init__(self) -> None:
        self._builder = TextBuilder()
        self._tables = 0

    def heading(self, text: str, level: int = 1) -> "Writer":
        return self._add(BlockKind.HEADING, text, level=level)

    def paragraph(self, text: str, bold: str = "") -> "Writer":
        return self._add(BlockKind.PARAGRAPH, text, bold=bold)

    def item(self, text: str, level: int = 1, bold: str = "") -> "Writer":
        return self._add(BlockKind.LIST_ITEM, text, level=level, bold=bold)

    def metadata(self, text: str) -> "Writer":
        return self._add(BlockKind.METADATA, text)

    def furniture(self, text: str) -> "Writer":
        return self._add(BlockKind.FURNITURE, text)

    def table(self, *rows: Row, width: int | None = None) -> "Writer":
        """Rows of cells; a row of one text is a cell over the whole width, None an empty cell."""
        columns = width or max(map(len, rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                span = columns if len(row) == 1 else 1
                cell = Cell(table=self._tables, row=number, column=column, columns=span)
                self._builder.add(BlockKind.CELL, text or "", cell=cell)
        self._tables += 1
        return self

    def _add(self, kind: BlockKind, text: str, level: int = 0, bold: str = "") -> "Writer":
        start = text.find(bold)
        strong = Inline(kind="strong", span=Span(start, start + len(bold)))
        self._builder.add(kind, text, level=level, inlines=[strong] if bold else [])
        return self

    def document(self) -> Document:
        text = self._builder.text
        return Document(
            path="documents/tests/made.txt",
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            media_type="text/plain",
            verdict=Verdict.COMPLETE,
            made_by={},
            text=text,
            pages=(Page(number=1, span=Span(0, len(text))),),
            blocks=tuple(self._builder.blocks),
        )
