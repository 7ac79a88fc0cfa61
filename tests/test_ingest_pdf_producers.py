"""What programs that make PDFs do in ways of their own: LaTeX, browsers, WeasyPrint, Typst, Word."""

import io
from itertools import pairwise

import pytest
from printing import assembled, lines, pdf, read_pages, read_pdf, rule, stream, text
from reportlab.pdfgen.canvas import Canvas
from tagging import Element, marked, tagged_pdf

from pipeline.ingest.pdf.leaf import is_bold
from pipeline.model import BlockKind, Document

SAID = ("Whoever keeps the ledger reads it every", "evening, and signs below the last entry.")
# A font whose codes a map in the file explains: pdfminer reads no letter of it.
CODES = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def
/CMapType 1 def 1 begincodespacerange <0000> <FFFF> endcodespacerange
1 begincidrange
<0000> <FFFF> 0
endcidrange endcmap end end"""
LETTERS = sorted({*"".join(SAID)})
MEANT = CODES.replace(
    b"1 begincidrange\n<0000> <FFFF> 0\nendcidrange",
    "{} beginbfchar\n{}\n<0100> <D83DDEA2>\nendbfchar".format(
        len(LETTERS) + 1, "\n".join(f"<{ord(one):04X}> <{ord(one):04X}>" for one in LETTERS)
    ).encode(),
)
OWN = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Own /Encoding 5 0 R /ToUnicode 6 0 R "
    b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Own /CIDSystemInfo "
    b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor "
    b"<< /Type /FontDescriptor /FontName /Own /Flags 4 /Ascent 800 /Descent -200 >> /DW 500 >>] >>"
)
PLAIN = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def own(y: float, words: str) -> str:
    codes = "".join(f"{ord(letter):04x}" for letter in words)
    return f"BT /O 11 Tf 1 0 0 1 72 {y} Tm <{codes}> Tj ET\n"


def furniture(document: Document) -> list[str]:
    return [
        document.quote(block.span) for block in document.blocks if block.kind is BlockKind.FURNITURE
    ]


def test_a_page_is_not_read_anew_by_a_reader_that_passes_over_a_font() -> None:
    page = (
        own(700, SAID[0])
        + own(686, SAID[1])
        + own(600, "\u0100 \u0007")
        + text(72, 500, "Kept by hand.")
    )
    data = assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /O 7 0 R /F %b >> "
            b">> >>" % PLAIN,
            *map(stream, (page.encode(), CODES, MEANT)),
            OWN,
        ]
    )
    assert SAID[0] not in read_pdf(data, reader="pdfplumber").text
    document = read_pdf(data)
    assert document.text.startswith("\n".join(SAID))
    assert "\n\n🚢 \ufffd\n\n" in document.text
    assert "pdfminer.six" not in document.made_by


def test_numbers_that_end_pages_and_count_them_are_theirs_wherever_they_stand() -> None:
    pages = [lines(134, 660, *SAID[::-1]) + text(303, 92, str(n)) for n in (4, 5, 6)]
    assert furniture(read_pages(*pages)) == ["4", "5", "6"]
    pages = [lines(134, 660, *SAID[::-1]) + text(303, 92, str(n)) for n in (4, 9, 6)]
    assert furniture(read_pages(*pages)) == []


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_a_row_that_a_page_break_leaves_open_is_one_of_its_table(reader: str) -> None:
    """Browsers draw no rule where they cut a row."""
    xs = (72, 180, 420, 540)
    words = ("Check", "What is done", "Time")
    head = "".join(text(x + 4, 266, word, font="B") for x, word in zip(xs, words, strict=False))
    first = (
        lines(72, 700, *SAID) + head + "".join(rule(xs[0], y, xs[-1], y) for y in (280, 260, 220))
    )
    first += "".join(rule(x, 40, x, 280) for x in xs)
    first += text(76, 246, "Locks") + text(184, 246, "Turn each key twice.") + text(424, 246, "1 h")
    first += text(76, 206, "Roofs") + text(424, 206, "2 h")
    first += lines(184, 206, "Look at each slate from", "within and, once it is")
    second = head.replace("266 Tm", "736 Tm")
    second += "".join(rule(xs[0], y, xs[-1], y) for y in (750, 730, 700, 680))
    second += "".join(rule(x, 680, x, 750) for x in xs) + text(184, 716, "dry, from without.")
    second += text(76, 688, "Gates") + text(184, 688, "Shut them.") + text(424, 688, "1 h")
    document = read_pages(first, second, reader=reader)
    cells = [document.quote(block.span) for block in document.blocks if block.cell]
    assert "Look at each slate from\nwithin and, once it is\ndry, from without." in cells
    assert "Roofs" in cells


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_a_term_and_its_meaning_set_in_below_it_are_two_paragraphs(reader: str) -> None:
    page = lines(72, 740, *SAID, "That is the rule of the house, for all who come here by day.")
    for y, term in ((660, "Night watch"), (620, "Daily round")):
        page += text(72, y, term) + lines(
            112, y - 14, "Two keepers walk the pier, and look at", "it."
        )
    document = read_pages(page, reader=reader)
    assert [document.quote(block.span) for block in document.blocks][-4:] == [
        "Night watch",
        "Two keepers walk the pier, and look at\nit.",
        "Daily round",
        "Two keepers walk the pier, and look at\nit.",
    ]


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_heads_above_the_first_rule_of_a_table_are_its_own(reader: str) -> None:
    """WeasyPrint rules the foot of each cell; the line above the table is wider than it."""
    page = text(300, 752, "A running head that reaches further than the table")
    xs = (72, 180, 420, 520)
    top = 716
    for heads in (("Duty", "What it asks", "Hours"), ("Guard", "What it does", "Owner")):
        page += "".join(text(x, top, one, font="B") for x, one in zip(xs, heads, strict=False))
        page += "".join(rule(x0, top - 6, x1, top - 6) for x0, x1 in pairwise(xs))
        for row, what in enumerate(("Look at each slate", "Turn each key", "Walk the pier"), 1):
            y = top - 44 * row
            page += text(72, y + 24, f"{heads[0]} {row}") + text(420, y + 24, "2 h")
            page += lines(180, y + 24, f"{what} twice a day, and", "write it down.")
            page += "".join(rule(x0, y - 6, x1, y - 6) for x0, x1 in pairwise(xs))
        top -= 240
        page += lines(72, top + 60, " ".join(SAID), *SAID)
    document = read_pages(page, reader=reader)
    tables = document.tables
    assert [len(table.rows) for table in tables] == [4, 4]
    for table, first in zip(tables, ("Duty", "Guard"), strict=True):
        head = table.rows[0][0]
        assert head
        assert head.cell
        assert (document.quote(head.span), head.cell.head) == (first, True)


def test_a_heading_that_comes_again_below_each_of_its_look_is_a_label() -> None:
    page, y = "", 740
    for title in ("Night watch", "Daily round", "Yearly leave"):
        page += text(72, y, title, font="B") + lines(72, y - 20, *SAID)
        page += text(72, y - 60, "Activities", font="B") + lines(72, y - 80, *SAID)
        y -= 130
    levels = [block.level for block in read_pages(page).blocks if block.kind is BlockKind.HEADING]
    assert levels == [1, 2, 1, 2, 1, 2]


def test_a_heading_with_room_behind_it_ends_though_bold_words_open_the_text_below() -> None:
    page = lines(72, 740, " ".join(SAID), *SAID)
    for y, asked in (
        (680, "Q1. Who lights the lamp of the pier when the night is long?"),
        (620, "Q2. Who puts it out at dawn when all of the crew are ashore?"),
    ):
        page += text(72, y, asked, font="B") + text(72, y - 14, "Ans.", font="B")
        page += text(100, y - 14, " ".join(SAID)) + text(72, y - 28, SAID[1])
    blocks = read_pages(page).blocks
    assert [block.kind for block in blocks[-4:]] == [BlockKind.HEADING, BlockKind.PARAGRAPH] * 2


def test_a_bookmark_names_a_heading_that_breaks_within_a_word() -> None:
    """Its type is the body's: nothing else tells that it is one."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True)
    for n, first in enumerate(
        ("Of night and dusk inspec-", "Of locks, keys and inspec-", "Of inspec-")
    ):
        title = first.removesuffix("-") + "tions of yards"
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title)
        for m, line in enumerate((first, "tions of yards", "", *SAID)):
            canvas.drawString(72, 740 - 90 * n - 14 * m, line)
    canvas.save()
    document = read_pdf(file.getvalue())
    shown = [document.quote(b.span) for b in document.blocks if b.kind is BlockKind.HEADING]
    assert shown[0] == "Of night and dusk inspec-\ntions of yards"
    assert len(shown) == 3
    assert not [issue for issue in document.issues if issue.code == "headings-at-odds"]


def test_a_title_that_breaks_within_a_word_is_printed() -> None:
    page = text(72, 740, "On the inspec-", size=20) + text(72, 716, "tion of yards", size=20)
    said = pdf(page + lines(72, 660, *SAID), info="/Title (On the inspection of yards)")
    assert not read_pdf(said).issues


def test_a_believed_tag_ends_a_heading_that_has_no_room_behind_it() -> None:
    page, elements, y = "", [], 740
    for number in range(0, 6, 2):
        page += marked(number, text(72, y, "Who lights the lamp of the pier", font="B"))
        said = text(72, y - 14, "Ans.", font="B") + text(98, y - 14, "The keeper lights it and")
        page += marked(number + 1, said + text(72, y - 28, "signs below the last entry, as do"))
        elements += [Element("H2", [(0, number)]), Element("P", [(0, number + 1)])]
        y -= 80
    blocks = read_pdf(tagged_pdf([page], Element("Document", [*elements]))).blocks
    assert [block.kind for block in blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH] * 3


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_a_table_of_which_only_the_heads_are_ruled_off(reader: str) -> None:
    """Word and Typst have such tables; what follows them may be narrower or wider."""
    xs, heads = (72, 156, 240, 324), ("Duty", "Task", "Time", "Who")
    page = lines(72, 750, f"{' '.join(SAID)} So it was.")
    page += "".join(text(x, 700, one) for x, one in zip(xs, heads, strict=True))
    page += rule(72, 695, 400, 695)
    task = ("Look at each of", "them twice, and", "write it down.")
    for y, duty in ((682, "Roofs"), (634, "Locks")):
        page += text(72, y, duty) + lines(156, y, *task)
        page += text(240, y, "1 h") + text(324, y, "the keeper")
    page += text(72, 580, "Of the night watch", size=13) + lines(72, 560, *SAID)
    document = read_pages(page, reader=reader)
    (table,) = document.tables
    shown = [[document.quote(cell.span) for cell in row if cell] for row in table.rows]
    assert shown[0] == list(heads)
    assert shown[2] == ["Locks", "\n".join(task), "1 h", "the keeper"]
    assert len(shown) == 3
    page = text(72, 700, "By when") + text(200, 700, "Task") + rule(68, 695, 400, 695)
    for y, when in ((680, "Within a year"), (640, "Within a week")):
        page += text(72, y, when) + lines(200, y, *task)
    (table,) = read_pages(page + lines(72, 560, *SAID), reader=reader).tables
    assert len(table.rows) == 3
    page_head = text(72, 760, "Harbour") + text(300, 760, "12") + rule(72, 755, 500, 755)
    assert not read_pages(page_head + lines(72, 700, *SAID), reader=reader).tables


def test_the_bullets_of_contents_are_no_headings_though_the_outline_has_their_words() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True)
    titles = ("Night watch", "Daily round", "Yearly leave")
    for n, title in enumerate(titles):
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title)
        canvas.drawString(72, 740 - 14 * n, f"\u2022 {title}")
        canvas.drawString(72, 660 - 90 * n, title)
        for m, line in enumerate(SAID):
            canvas.drawString(72, 630 - 90 * n - 14 * m, line)
    canvas.save()
    document = read_pdf(file.getvalue())
    shown = [document.quote(b.span) for b in document.blocks if b.kind is BlockKind.HEADING]
    assert shown == list(titles)


def test_the_headings_of_a_short_paper_are_not_those_of_its_cover() -> None:
    """Their look comes on one of its first pages alone, and is still that of sections."""
    pages = [text(72, 740, title, size=14) + lines(72, 700, *SAID) for title in "ABCD"]
    pages = [page.replace(")", " of the harbour)", 1) for page in pages]
    pages[1] += text(72, 640, "By night", font="B") + lines(72, 620, *SAID)
    blocks = read_pages(*pages).blocks
    levels = [block.level for block in blocks if block.kind is BlockKind.HEADING]
    assert levels == [1, 1, 2, 1, 1]


def test_a_number_of_thousands_of_digits_is_no_page_number() -> None:
    pages = [lines(72, 700, *SAID) + text(10, 60, "7" * 5000, size=3) for _ in range(3)]
    document = read_pages(*pages, box="/MediaBox [0 0 12000 792]")
    assert document.text.count("7" * 5000) == 3


def test_raised_marks_that_a_browser_paints_last_stand_where_they_are_read() -> None:
    """The lines with them stand further apart, and a last line may be one bold word."""
    page = text(72, 700, "Two keepers sign the ledger of the pier in the evening and, where one")
    page += text(72, 683.5, "of them is away") + text(169, 683.5, ", leave the last line of that")
    page += text(72, 667, "day to the other, who copies all that was said into the book of the")
    page += text(72, 654, "/etc/keepers", font="B")
    page += lines(72, 620, *SAID * 4, lead=13) + text(154, 687.5, "[12]", size=7.5)
    document = read_pages(page)
    first = document.blocks[0]
    assert document.quote(first.span) == (
        "Two keepers sign the ledger of the pier in the evening and, where one\n"
        "of them is away [12] , leave the last line of that\n"
        "day to the other, who copies all that was said into the book of the\n"
        "/etc/keepers"
    )
    assert [inline.kind for inline in first.inlines] == ["note", "strong"]


def test_chapters_without_dots_before_and_behind_those_of_contents_are_entries() -> None:
    entries = [("1 Harbour", "3"), ("2 Piers", "9"), ("3 Index", "40")]
    page = text(72, 740, "Contents", font="B", size=14)
    for n, (title, number) in enumerate(entries):
        page += text(72, 700 - 60 * n, title, font="B") + text(500, 700 - 60 * n, number, font="B")
        for m, part in enumerate(("The gates", "The locks") if n < 2 else ()):
            page += text(90, 680 - 60 * n - 18 * m, f"{n + 1}.{m + 1} {part} {'. ' * 40} {number}")
    document = read_pages(page, lines(72, 700, *SAID))
    shown = [document.quote(b.span) for b in document.blocks if b.kind is BlockKind.HEADING]
    assert shown == ["Contents"]
    assert len(furniture(document)) == 7


def test_numbered_headings_in_bold_are_headings_though_smaller_than_the_text() -> None:
    """As journals of physics and of engineering have them."""
    page, y = "", 740
    for title in ("I. ON LEDGERS", "A. Who keeps them", "II. ON GATES"):
        page += text(72, y, title, font="B", size=9) + lines(72, y - 24, *SAID, *SAID)
        y -= 110
    document = read_pages(page + text(72, y, "3. not bold", size=9))
    shown = [document.quote(b.span) for b in document.blocks if b.kind is BlockKind.HEADING]
    assert shown == ["I. ON LEDGERS", "A. Who keeps them", "II. ON GATES"]


def test_bold_fonts_of_tex_are_told_by_two_letters() -> None:
    bold = ("CMBX10", "CMSSBX10", "SFBX1000", "SFSX1440", "SFBI1000", "NimbusRomNo9L-Medi")
    assert all(map(is_bold, bold))
    assert not any(map(is_bold, ("CMR10", "SFRM1000", "SFTI0900", "SFSS1000", "MSBM10")))
