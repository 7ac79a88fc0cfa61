"""PDF to Document, through pdfium or pdfplumber.

leaf (marks on a page, structure) -> sheet (bullets, lines, order, tables) -> furniture, trust (in
the tags of a tagged PDF: pdfium's reader has them) -> blocks, headings -> write.
"""

import logging
from collections.abc import Iterator, Sequence

from pipeline.ingest.pdf.aside import flow_of
from pipeline.ingest.pdf.blocks import footnote_passages
from pipeline.ingest.pdf.furniture import contents_of, footnotes_of, furniture_of
from pipeline.ingest.pdf.headings import Bookmark, mark_headings
from pipeline.ingest.pdf.hints import hinted
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.lists import nest
from pipeline.ingest.pdf.odds import odds_of, tagged_headings
from pipeline.ingest.pdf.passage import Passage, Type, type_of
from pipeline.ingest.pdf.quoted import mark_quotes
from pipeline.ingest.pdf.sheet import Sheet
from pipeline.ingest.pdf.sources import Sources
from pipeline.ingest.pdf.tables import Grid
from pipeline.ingest.pdf.trust import sift
from pipeline.ingest.pdf.verdict import issues_of, verdict_of
from pipeline.ingest.pdf.write import Content, in_order, write
from pipeline.ingest.raw import Raw
from pipeline.model import BlockKind, Document, Issue, SetAside

# pdfminer warns on stderr of every oddity that it can live with.
logging.getLogger("pdfminer").setLevel(logging.ERROR)
_FRONT = 2  # pages on which a title that the file states must be printed to be believed


def read(raw: Raw) -> Document:
    """The document of a PDF file.

    Raises SetAside: `encrypted`, `not-readable`, `no-pages`, `too-many-pages`. A page that fails
    is FAILED, with an issue, and the others are read.
    """
    sources = Sources(raw)
    try:
        sheets = list(sources.sheets())
        if not sheets:
            raise SetAside("no-pages", "The file is a PDF without a single page: get it anew.")
        contents, odds = _contents(sheets, type_of(sheets), sources.outline())
        passages = in_order(contents, {sheet.number: sheet.height for sheet in sheets})
        nest(passages)
        front = (passage.text for passage in passages if passage.first.page <= _FRONT)
        metadata, doubts = hinted(raw.data, sources.metadata(), front)
        text, blocks, pages = write(passages, sheets, metadata)
    finally:
        sources.close()
    return Document(
        path=raw.path,
        sha256=raw.sha256,
        media_type="application/pdf",
        verdict=verdict_of(sheets),
        made_by=sources.made_by(),
        text=text,
        pages=tuple(pages),
        blocks=tuple(blocks),
        issues=(*issues_of(sheets), *doubts, *odds),
    )


def _contents(
    sheets: Sequence[Sheet], type_: Type, outline: Sequence[Bookmark]
) -> tuple[list[Content], list[Issue]]:
    """The passages of each page, and the issues of their headings."""
    printed = (item for sheet in sheets for item in sheet.items if isinstance(item, Printed))
    tagged = tagged_headings(printed)
    furniture = furniture_of(sheets, type_)
    furniture |= sift(sheets, furniture, type_)
    contents: list[Content] = []
    tables = 0
    in_contents = False
    for sheet in sheets:
        content = Content(sheet.number, sheet.boxed)
        lines = [item for item in sheet.items if isinstance(item, Printed)]
        lines = [line for line in lines if line not in furniture and not line.figure]
        listed = contents_of(lines, in_contents)
        in_contents = bool(lines) and lines[-1] in listed
        plain = [line for line in lines if line not in listed and not line.frame]
        notes = footnotes_of(plain, type_, sheet.height)
        aside = set(notes)
        body: list[Printed] = []
        for item in sheet.items:
            if isinstance(item, Grid):
                content.flow += flow_of(body, type_)
                body = []
                content.flow += _cells(item, tables)
                tables += 1
            elif item in listed:
                content.flow += flow_of(body, type_)
                body = []
                content.flow.append(Passage(BlockKind.FURNITURE, [item]))
            elif item in furniture:
                ends = content.heads if item.box[3] < 0.5 * sheet.height else content.feet
                ends.append(Passage(BlockKind.FURNITURE, [item]))
            elif item not in aside:
                body.append(item)
        content.flow += flow_of(body, type_)
        content.notes += footnote_passages(notes)
        contents.append(content)
    flow = [passage for content in contents for passage in content.flow]
    mark_quotes(flow, type_)
    mark_headings(flow, type_, outline)
    return contents, odds_of(flow, outline, tagged)


def _cells(grid: Grid, number: int) -> Iterator[Passage]:
    for area in grid.areas:
        yield Passage(BlockKind.CELL, area.lines, area=area, table=number)
