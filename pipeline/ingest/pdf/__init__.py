"""PDF to Document, through pdfplumber.

leaf (marks on a page) -> sheet (lines, order, tables) -> blocks, headings, furniture -> write.
"""

import io
import logging
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import resolve1
from pdfplumber.pdf import PDF

from pipeline.ingest.metadata import metadata_lines
from pipeline.ingest.pdf.blocks import footnote_passages, nest, passages_of
from pipeline.ingest.pdf.furniture import contents_of, footnotes_of, furniture_of
from pipeline.ingest.pdf.headings import mark_headings
from pipeline.ingest.pdf.leaf import MOST_GLYPHS, TooMuch, leaf_of
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.passage import Passage, Type, type_of
from pipeline.ingest.pdf.sheet import Sheet, sheet_of
from pipeline.ingest.pdf.tables import Grid
from pipeline.ingest.pdf.verdict import issues_of, verdict_of
from pipeline.ingest.pdf.write import Content, in_order, write
from pipeline.ingest.raw import Raw
from pipeline.model import BlockKind, Document, SetAside, Verdict
from pipeline.model.text import fold

MOST_PAGES = 20_000
# pdfminer warns on stderr of every oddity that it can live with.
logging.getLogger("pdfminer").setLevel(logging.ERROR)
_FRONT = 2  # pages on which a title that the file states must be printed to be believed


def read(raw: Raw) -> Document:
    """The document of a PDF file.

    Raises SetAside: `encrypted`, `not-readable`, `no-pages`, `too-many-pages`. A page that fails
    is FAILED, with an issue, and the others are read.
    """
    pdf = _open(raw.data)
    sheets = list(_sheets(pdf))
    if not sheets:
        raise SetAside("no-pages", "The file is a PDF without a single page: get it anew.")
    contents = _contents(sheets, type_of(sheets))
    passages = in_order(contents)
    nest(passages)
    text, blocks, pages = write(passages, sheets, _metadata(pdf, passages))
    return Document(
        path=raw.path,
        sha256=raw.sha256,
        media_type="application/pdf",
        verdict=verdict_of(sheets),
        made_by={name: version(name) for name in ("pdfminer.six", "pdfplumber")},
        text=text,
        pages=tuple(pages),
        blocks=tuple(blocks),
        issues=tuple(issues_of(sheets)),
    )


def _open(data: bytes) -> PDF:
    # pdfminer raises nearly any exception on a broken file, and wraps none of them reliably.
    try:
        return PDF.open(io.BytesIO(data), raise_unicode_errors=False)
    except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
        if _is(error, PDFPasswordIncorrect):
            message = "The PDF is locked with a password: save it without one and put that here."
            raise SetAside("encrypted", message) from None
        if _is(error, PDFEncryptionError):
            message = "The PDF is encrypted in a way that cannot be undone here: save it without."
            raise SetAside("encrypted", message) from None
        message = "The file cannot be opened as a PDF: it is damaged, cut off, or something else."
        raise SetAside("not-readable", f"{message} ({_name(error)})") from None


def _is(error: BaseException, kind: type[Exception]) -> bool:
    """Whether an error is of a kind, or wraps one that is."""
    return isinstance(error, kind) or any(isinstance(arg, kind) for arg in error.args)


def _name(error: BaseException) -> str:
    inner = next((arg for arg in error.args if isinstance(arg, BaseException)), error)
    return type(inner).__name__


def _sheets(pdf: PDF) -> Iterator[Sheet]:
    """The pages, read one at a time; a page tree that breaks off ends in a page that FAILED."""
    pages = PDFPage.create_pages(pdf.doc)
    number = 0
    while True:
        number += 1
        try:
            page = next(pages, None)
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
            why = f"the list of pages breaks off here, {_name(error)}"
            yield Sheet(number, 0.0, 0.0, Verdict.FAILED, why=why)
            return
        if page is None:
            missing = _listed(pdf) - (number - 1)
            if number > 1 and missing > 0:
                why = f"the file lists {missing} more than it has from here on"
                yield Sheet(number, 0.0, 0.0, Verdict.FAILED, why=why)
            return
        if number > MOST_PAGES:
            message = f"The PDF has more than {MOST_PAGES} pages: split it into smaller files."
            raise SetAside("too-many-pages", message)
        try:
            yield sheet_of(leaf_of(pdf, page, number))
        except TooMuch:
            why = f"it has more than {MOST_GLYPHS} characters"
            yield Sheet(number, 0.0, 0.0, Verdict.FAILED, why=why)
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
            yield Sheet(number, 0.0, 0.0, Verdict.FAILED, why=_name(error))


def _listed(pdf: PDF) -> int:
    """How many pages the file says that it has; 0 when it does not."""
    tree = resolve1(pdf.doc.catalog.get("Pages"))
    count = resolve1(tree.get("Count")) if isinstance(tree, dict) else None
    return count if isinstance(count, int) else 0


def _contents(sheets: Sequence[Sheet], type_: Type) -> list[Content]:
    furniture = furniture_of(sheets, type_)
    contents: list[Content] = []
    tables = 0
    in_contents = False
    for sheet in sheets:
        content = Content(sheet.number)
        lines = [item for item in sheet.items if isinstance(item, Printed)]
        lines = [line for line in lines if line not in furniture]
        listed = contents_of(lines, in_contents)
        in_contents = bool(lines) and lines[-1] in listed
        notes = footnotes_of([ln for ln in lines if ln not in listed], type_, sheet.height)
        aside = set(notes)
        body: list[Printed] = []
        for item in sheet.items:
            if isinstance(item, Grid):
                content.flow += passages_of(body, type_)
                body = []
                content.flow += _cells(item, tables)
                tables += 1
            elif item in listed:
                content.flow += passages_of(body, type_)
                body = []
                content.flow.append(Passage(BlockKind.FURNITURE, [item]))
            elif item in furniture:
                ends = content.heads if item.box[3] < 0.5 * sheet.height else content.feet
                ends.append(Passage(BlockKind.FURNITURE, [item]))
            elif item not in aside:
                body.append(item)
        content.flow += passages_of(body, type_)
        content.notes += footnote_passages(notes)
        contents.append(content)
    mark_headings([passage for content in contents for passage in content.flow], type_)
    return contents


def _cells(grid: Grid, number: int) -> Iterator[Passage]:
    for area in grid.areas:
        yield Passage(BlockKind.CELL, area.lines, area=area, table=number)


def _metadata(pdf: PDF, passages: Sequence[Passage]) -> str:
    """What the file says of its title and authors, where its first pages print the same words.

    Most files say the name of a template or of a secretary.
    """
    printed = fold(" ".join(p.text for p in passages if p.first.page <= _FRONT))
    said = []
    for key in ("Title", "Author"):
        value = pdf.metadata.get(key)
        if isinstance(value, str) and fold(value) and f" {fold(value)} " in f" {printed} ":
            said.append((key, value))
    return "\n".join(metadata_lines(said))
