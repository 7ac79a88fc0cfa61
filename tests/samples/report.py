"""Typeset the PDF report: A4, standard fonts, ruled tables, header, page numbers, footnote."""

import io
import os
from collections.abc import Iterator

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from samples import report_text as text

PRINTED = "1741046400"  # 4 March 2025, in seconds since 1970
WIDTH, HEIGHT = A4
SIDE = 25 * mm
COLUMN = WIDTH - 2 * SIDE
FOOTNOTE_HEIGHT = 16 * mm

NAVY = HexColor(0x17324D)
GREY = HexColor(0x5B6875)
RULE = HexColor(0x8A97A5)
BAND = HexColor(0xD6E4F0)

BODY = ParagraphStyle(
    "body",
    fontName="Times-Roman",
    fontSize=11,
    leading=15.5,
    spaceAfter=7,
    embeddedHyphenation=1,
)
RATIONALE = ParagraphStyle("rationale", BODY, leftIndent=7 * mm)
REFERENCE = ParagraphStyle("reference", BODY, fontSize=10, leading=13.5, spaceAfter=4)
LEGEND = ParagraphStyle("legend", BODY, leftIndent=7 * mm, bulletIndent=3 * mm, spaceAfter=3)
NOTE = ParagraphStyle("note", BODY, fontSize=8.5, leading=11, spaceAfter=0)
HEADING = ParagraphStyle(
    "heading",
    fontName="Helvetica-Bold",
    fontSize=16,
    leading=20,
    spaceBefore=16,
    spaceAfter=9,
    textColor=NAVY,
)
SUBHEADING = ParagraphStyle(
    "subheading", HEADING, fontSize=11.5, leading=15, spaceBefore=9, spaceAfter=4
)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=12.5)
HEAD_CELL = ParagraphStyle("head-cell", CELL, fontName="Helvetica-Bold")
COVER_TITLE = ParagraphStyle("cover-title", HEADING, fontSize=30, leading=36, spaceAfter=8)
COVER_LINE = ParagraphStyle(
    "cover-line", fontName="Helvetica", fontSize=11, leading=16, textColor=GREY
)
COVER_SUBTITLE = ParagraphStyle("cover-subtitle", COVER_LINE, fontSize=14, leading=19)
COVER_AUTHORS = ParagraphStyle("cover-authors", COVER_LINE, fontSize=12, textColor=NAVY)


def as_pdf() -> bytes:
    """Typeset the report; the bytes depend on the words and the typesetting library alone."""
    # The library dates a PDF by this variable, which build systems set as well.
    os.environ["SOURCE_DATE_EPOCH"] = PRINTED
    target = io.BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        pageTemplates=[
            PageTemplate("cover", [_frame(0)], onPage=_draw_cover),
            PageTemplate("noted", [_frame(FOOTNOTE_HEIGHT)], onPage=_draw_noted),
            PageTemplate("plain", [_frame(0)], onPage=_draw_furniture),
        ],
        title=text.TITLE,
        author="; ".join(text.AUTHORS),
        subject=text.SUBTITLE,
        creator=text.INSTITUTE,
        lang="en-GB",
        invariant=1,
        pageCompression=0,  # the output of zlib differs between its builds
    )
    document.build([*_cover(), *_recommendations(), *_tables(), *_closing()])
    return target.getvalue()


def _cover() -> Iterator[Flowable]:
    yield NextPageTemplate("noted")
    yield Spacer(0, 52 * mm)
    yield Paragraph(text.TITLE, COVER_TITLE)
    yield Paragraph(text.SUBTITLE, COVER_SUBTITLE)
    yield Spacer(0, 10 * mm)
    yield Paragraph(", ".join(text.AUTHORS), COVER_AUTHORS)
    yield Paragraph(text.DATE, COVER_LINE)
    yield Spacer(0, 22 * mm)
    yield HRFlowable("100%", thickness=0.7, color=RULE, spaceAfter=10)
    yield Paragraph("Abstract", SUBHEADING)
    yield Paragraph(text.ABSTRACT, BODY)
    yield PageBreak()


def _recommendations() -> Iterator[Flowable]:
    yield NextPageTemplate("plain")
    yield Paragraph("1 Introduction", HEADING)
    for paragraph in text.INTRODUCTION:
        yield Paragraph(paragraph, BODY)
    yield Paragraph("2 Recommendations", HEADING)
    yield Paragraph(text.RECOMMENDATIONS_LEAD, BODY)
    for number, recommendation in enumerate(text.RECOMMENDATIONS, start=1):
        lines: list[Flowable] = [
            Paragraph(f"Recommendation {number}: {recommendation.name}", SUBHEADING)
        ]
        lines += [Paragraph(paragraph, BODY) for paragraph in recommendation.body]
        if recommendation.rationale:
            lines.append(Paragraph(f"<b>Rationale:</b> {recommendation.rationale}", RATIONALE))
        yield KeepTogether(lines)
    yield PageBreak()


def _tables() -> Iterator[Flowable]:
    yield Paragraph("3 Control tables", HEADING)
    yield Paragraph(text.TABLES_LEAD, BODY)
    for line in text.LEGEND:
        yield Paragraph(line, LEGEND, bulletText="•")
    for table in text.TABLES:
        yield Spacer(0, 4 * mm)
        if table.lead:
            yield Paragraph(table.lead, BODY)
        yield _control_table(table)


def _control_table(table: text.ControlTable) -> Table:
    band = f"<b>{table.objective}:</b> {table.statement}"
    roles = f"<b>{text.ROLES} {table.roles}</b>"
    rows: list[list[Flowable | str]] = [[Paragraph(band, CELL), "", ""]]
    rows.append([Paragraph(head, HEAD_CELL) for head in text.HEADS])
    for control in table.controls:
        cells = (control.label, control.text, control.risks)
        rows.append([Paragraph(cell, CELL) for cell in cells])
    rows.append([Paragraph(roles, CELL), "", ""])
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.6, RULE),
            ("SPAN", (0, 0), (-1, 0)),
            ("BACKGROUND", (0, 0), (-1, 0), BAND),
            ("SPAN", (0, -1), (-1, -1)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ]
    )
    # No repeated heads: like many reports, the table goes on overleaf without them.
    return Table(rows, colWidths=[27 * mm, COLUMN - 72 * mm, 45 * mm], style=style, repeatRows=0)


def _closing() -> Iterator[Flowable]:
    yield Spacer(0, 6 * mm)
    yield Paragraph("4 What this report leaves out", HEADING)
    for paragraph in text.LIMITS:
        yield Paragraph(paragraph, BODY)
    yield Paragraph("References", HEADING)
    for reference in text.REFERENCES:
        yield Paragraph(reference, REFERENCE)


def _frame(raised: float) -> Frame:
    """Leave a page its text area, with the foot raised by so many points."""
    foot = 28 * mm + raised
    return Frame(SIDE, foot, COLUMN, HEIGHT - 30 * mm - foot, 0, 0, 0, 0)


def _draw_cover(canvas: Canvas, _: BaseDocTemplate) -> None:
    canvas.setFillColor(NAVY)
    canvas.rect(0, HEIGHT - 18 * mm, WIDTH, 18 * mm, stroke=0, fill=1)
    canvas.setFillColor(HexColor(0xFFFFFF))
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(SIDE, HEIGHT - 11 * mm, text.INSTITUTE)
    canvas.setFont("Helvetica", 9.5)
    canvas.drawRightString(WIDTH - SIDE, HEIGHT - 11 * mm, text.SERIES)
    _draw_below(canvas, text.COLOPHON, 30 * mm)


def _draw_furniture(canvas: Canvas, _: BaseDocTemplate) -> None:
    canvas.setFont("Helvetica", 8.5)
    canvas.setFillColor(GREY)
    canvas.drawString(SIDE, HEIGHT - 18 * mm, text.TITLE)
    canvas.drawRightString(WIDTH - SIDE, HEIGHT - 18 * mm, text.INSTITUTE)
    canvas.drawCentredString(WIDTH / 2, 15 * mm, str(canvas.getPageNumber()))
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, HEIGHT - 20.5 * mm, WIDTH - SIDE, HEIGHT - 20.5 * mm)


def _draw_noted(canvas: Canvas, document: BaseDocTemplate) -> None:
    _draw_furniture(canvas, document)
    top = 28 * mm + FOOTNOTE_HEIGHT - 6 * mm
    canvas.line(SIDE, top, SIDE + 50 * mm, top)
    _draw_below(canvas, text.FOOTNOTE, top - 3 * mm)


def _draw_below(canvas: Canvas, words: str, top: float) -> None:
    """Set a small paragraph over the full width, its top at a height above the page's foot."""
    note = Paragraph(words, NOTE)
    _, height = note.wrap(COLUMN, top)
    note.drawOn(canvas, SIDE, top - height)
