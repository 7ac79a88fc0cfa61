"""PDF to Document: what the layout of a page says without rules, numbers and marks of its own."""

import io

import printing
import pytest
from printing import lines, pdf, read_pages, read_pdf, rule, text
from reportlab.pdfgen.canvas import Canvas
from test_ingest_pdf import BODY, check_geometry, of_kind

from pipeline.ingest.pdf.pdfium import leaf_of
from pipeline.ingest.pdf.sources import Fast
from pipeline.model import BlockKind


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_the_line_numbers_of_a_proof_are_no_words_of_its_text(reader: str) -> None:
    words = [f"The ledger of part {n} is kept by whoever has made its runs" for n in range(1, 13)]
    page = lines(100, 700, *words)
    page += "".join(text(60, 700 - 14 * n, f"{n + 41}", size=9) for n in range(12))
    document = read_pages(page, reader=reader)
    assert of_kind(document, BlockKind.PARAGRAPH) == ["\n".join(words)]
    assert of_kind(document, BlockKind.FURNITURE) == [str(n + 41) for n in range(12)]
    check_geometry(document)


def test_a_numbered_list_keeps_its_numbers() -> None:
    page = "".join(
        text(60, 700 - 14 * n, f"{n + 1}.") + text(80, 700 - 14 * n, "Sign the ledger.")
        for n in range(12)
    )
    assert len(of_kind(read_pages(page), BlockKind.LIST_ITEM)) == 12


def test_a_note_mark_leads_to_its_footnote() -> None:
    page = text(72, 730, "All runs are logged.") + text(169.5, 734, "12", size=6)
    page += (
        lines(72, 700, *BODY)
        + text(72, 100, "12", size=6, also="4 Ts")
        + text(80, 100, " Kept on paper.", size=8)
    )
    document = read_pages(page)
    (note,) = [block for block in document.blocks if block.kind is BlockKind.FOOTNOTE]
    paragraph = document.blocks[0]
    (mark,) = [inline for inline in paragraph.inlines if inline.kind == "note"]
    assert document.quote(mark.span) == "12"
    assert mark.href == f"#{note.span.start}-{note.span.end}"


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_marks_nearly_as_large_as_their_notes_part_them(reader: str) -> None:
    page = lines(72, 700, *BODY)
    for n, words in enumerate(("Kept on paper.", "Read in spring.")):
        page += text(72, 104 - 20 * n, f"{n + 12}", size=8) + text(80.9, 100 - 20 * n, words, size=9)  # fmt: skip
    document = read_pages(page, reader=reader)
    assert of_kind(document, BlockKind.FOOTNOTE) == ["12 Kept on paper.", "13 Read in spring."]


def test_the_outline_of_a_file_gives_the_levels_of_its_headings() -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    y = 760
    for title, level, size in (
        ("On ledgers", 0, 11), ("How they are kept", 1, 11), ("By whom", 2, 11), ("When", 0, 11), ("Aside", -1, 16),
    ):  # fmt: skip
        if level >= 0:
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title, level)
        canvas.setFont("Helvetica", size)
        canvas.drawString(72, y, title)
        canvas.setFont("Helvetica", 11)
        for n, line in enumerate(BODY):
            canvas.drawString(72, y - 40 - 14 * n, line)
        y -= 130
    canvas.save()
    document = read_pdf(file.getvalue())
    headings = [
        (b.level, document.quote(b.span)) for b in document.blocks if b.kind is BlockKind.HEADING
    ]
    assert headings[:4] == [
        (1, "On ledgers"),
        (2, "How they are kept"),
        (3, "By whom"),
        (1, "When"),
    ]
    assert [title for _, title in headings[4:]] == ["Aside"]


def test_an_underlined_line_of_its_own_is_a_heading_and_a_link_is_none() -> None:
    page = text(72, 740, "Who keeps it") + rule(72, 738, 133, 738) + lines(72, 716, *BODY)
    page += text(72, 650, "See the other ledger") + rule(72, 648, 171, 648) + lines(72, 630, *BODY)
    assert of_kind(read_pages(page), BlockKind.HEADING) == ["Who keeps it"]


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_words_in_columns_are_a_table_though_nothing_is_ruled(reader: str) -> None:
    rows = [
        ("Number", "Step", "Who signs"),
        ("L-1", "Keep a ledger of", "The team"),
        ("", "every run.", ""),
        ("L-2", "Read it.", "All of us"),
        ("L-3", "Burn it, in the end.", "Nobody"),
    ]
    page = lines(72, 740, *BODY)
    for n, row in enumerate(rows):
        for x, cell in zip((72, 150, 340), row, strict=True):
            font = "B" if n == 0 else "F"
            page += text(x, 640 - 16 * n, cell, font=font) if cell else ""
    page += lines(72, 500, *BODY)
    document = read_pages(page, reader=reader)
    check_geometry(document)
    (table,) = document.tables
    found = [[document.quote(cell.span) if cell else "" for cell in row] for row in table.rows]
    assert found == [
        ["Number", "Step", "Who signs"],
        ["L-1", "Keep a ledger of\nevery run.", "The team"],
        ["L-2", "Read it.", "All of us"],
        ["L-3", "Burn it, in the end.", "Nobody"],
    ]
    assert [c.cell.head for c in table.rows[0] if c and c.cell] == [True] * 3
    assert of_kind(document, BlockKind.PARAGRAPH) == ["\n".join(BODY)] * 2


def test_prose_and_contents_are_no_tables() -> None:
    page = lines(72, 740, *BODY * 3)
    page += "".join(
        text(72, 560 - 14 * n, f"{n}.{n}") + text(110, 560 - 14 * n, f"Part {n} {'. ' * 20}")
        + text(400, 560 - 14 * n, f"{n}")
        for n in range(1, 7)
    )  # fmt: skip
    assert read_pages(page).tables == ()


@pytest.mark.parametrize("reader", ["auto", "pdfplumber"])
def test_a_ligature_parts_no_word_that_is_taken_letter_by_letter(reader: str) -> None:
    meaning = b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
    meaning += b"2 beginbfchar <2A> <00740074> <2B> <006600660069> endbfchar endcmap"
    words = "See h*ps://example.org/a-rather-long-o+ce-address for more."
    data = pdf(text(72, 700, words)).replace(
        b"/Encoding /WinAnsiEncoding >>", b"/Encoding /WinAnsiEncoding /ToUnicode 6 0 R >>", 1
    )
    body, _, _ = data.partition(b"xref\n")
    stream = b"6 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (len(meaning), meaning)
    whole = body + stream + b"trailer << /Size 7 /Root 1 0 R >>\n%%EOF\n"
    document = read_pdf(whole, reader=reader)
    [block] = document.blocks
    said = "See https://example.org/a-rather-long-office-address for more."
    assert document.quote(block.span) == said


def test_a_hyphen_whose_box_is_its_ink_stands_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    descriptor = "/FontName /Helvetica /Flags 32 /Ascent 600 /Descent 500 /FontBBox [0 500 300 600]"
    inky = "/Type /Font /Subtype /TrueType /BaseFont /Helvetica /Encoding /WinAnsiEncoding "
    inky += "/FirstChar 45 /LastChar 45 /Widths [333] /FontDescriptor << /Type /FontDescriptor "
    monkeypatch.setitem(printing.FONTS, "H", f"{inky}{descriptor} >>")
    page = text(72, 700, "Pre") + text(89.1, 700, "-", font="H") + text(92.8, 700, "treat it")
    source = Fast(pdf(page), "")
    tops = [glyph.top for glyph in leaf_of(source.file, 1, source.tree, source.spelling).glyphs]
    source.close()
    assert max(tops) - min(tops) < 2
