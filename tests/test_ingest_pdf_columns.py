"""PDF to Document: papers in columns, and type that is set in ways of its own."""

import io
from textwrap import wrap

import pytest
from printing import lines, read_pages, read_pdf, rule, text
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from test_ingest_pdf import BODY, check_geometry, of_kind

from pipeline.model import BlockKind

BOTH = pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
SAID = f"{BODY[0]} {BODY[1]} {BODY[2]}"
LEAD = 12


def paper() -> str:
    """The first page of a paper: a head over both columns, and an imprint below the left one."""
    left = wrap(SAID * 3, 46)[:-1]
    page = text(90, 740, "On the keeping of ledgers, and on who reads them", size=17)
    for n in range(9):
        page += text(150, 715 - LEAD * n, f"Author {n}, of the institute of ledgers in town {n}")
    page += lines(60, 590, "Abstract", size=12, font="B")
    page += lines(60, 575, *left, size=10, lead=LEAD)
    foot = 575 - LEAD * len(left) - 40
    page += lines(
        60, foot, "Leave to copy this is given to all who", "teach, free.", size=8, lead=9
    )
    page += lines(320, 590, "1 Ledgers", size=12, font="B")
    page += lines(320, 575, *wrap(SAID * 2, 46), size=10, lead=LEAD)
    return page


@BOTH
def test_the_imprint_of_a_paper_parts_no_sentence(reader: str) -> None:
    left, rest = wrap(SAID * 3, 46)[:-1], wrap(SAID * 2, 46)
    page = paper().replace("(1 Ledgers)", "()")
    document = read_pages(page, reader=reader)
    check_geometry(document)
    assert of_kind(document, BlockKind.FOOTNOTE) == [
        "Leave to copy this is given to all who\nteach, free."
    ]
    assert document.tables == ()
    words = document.text.split()
    assert words.index("Abstract") < words.index("Leave")
    assert " ".join([*left, *rest]) in " ".join(document.text.split())


@BOTH
def test_columns_of_prose_whose_headings_stand_side_by_side_are_no_table(reader: str) -> None:
    above, below = wrap(SAID * 7, 46)[:24], wrap(SAID * 5, 46)[:16]
    page = ""
    for x, heading in ((60, "4 Ledgers"), (320, "5 Readers")):
        page += lines(x, 740, *above, size=10, lead=LEAD)
        page += text(x, 430, heading, size=14, font="B")
        page += lines(x, 405, *below, size=10, lead=LEAD)
    document = read_pages(page, reader=reader)
    assert document.tables == ()
    assert [title[0] for title in of_kind(document, BlockKind.HEADING)] == ["4", "5"]


@BOTH
def test_an_abstract_in_small_type_above_notes_is_no_note(reader: str) -> None:
    abstract = wrap(SAID * 2, 52)
    page = text(90, 740, "On the keeping of ledgers, and on who reads them", size=17)
    page += text(160, 560, "Abstract", size=12, font="B")
    page += lines(80, 545, *abstract, size=9, lead=10)
    page += lines(
        75, 150, "* Both authors kept the ledger.", "† Who may be asked.", size=8, lead=10
    )
    page += lines(320, 560, *wrap(SAID * 4, 40), size=11, lead=13)
    document = read_pages(page, reader=reader)
    assert " ".join(abstract) in " ".join(of_kind(document, BlockKind.PARAGRAPH)[0].split())
    assert [note[:1] for note in of_kind(document, BlockKind.FOOTNOTE)] == ["*", "†"]


@BOTH
def test_small_type_below_a_heading_is_no_note(reader: str) -> None:
    """A list of references as papers end with; half of it stands in the lower part of the page."""
    cited = [
        f"[{n}] Keeper, A. Of ledger {n} and its gaps. Ledgers {n + 3}, 7." for n in range(1, 25)
    ]
    page = lines(60, 700, *wrap(SAID * 8, 46), size=10, lead=LEAD)
    page += lines(320, 700, *wrap(SAID, 46), size=10, lead=LEAD)
    page += text(320, 590, "References", size=12, font="B")
    page += lines(320, 572, *cited, size=8, lead=14)
    document = read_pages(page, reader=reader)
    assert of_kind(document, BlockKind.LIST_ITEM) == cited
    assert of_kind(document, BlockKind.FOOTNOTE) == []


@BOTH
def test_the_columns_below_a_head_are_read_one_after_the_other(reader: str) -> None:
    document = read_pages(paper(), reader=reader)
    headings = of_kind(document, BlockKind.HEADING)
    assert headings[0].startswith("On the keeping of ledgers")
    assert headings[-2:] == ["Abstract", "1 Ledgers"]
    assert " ".join(wrap(SAID * 3, 46)[:-1]) in " ".join(document.text.split())


@BOTH
def test_the_letters_of_a_spaced_heading_are_its_words(reader: str) -> None:
    page = text(72, 740, "R E C O M M E N D A T I O N S", size=16) + lines(72, 715, *BODY)
    page += text(72, 650, "P A R T   O N E:   W H O   S I G N S", size=14, font="B")
    page += lines(72, 625, *BODY) + text(72, 560, "The keys are A B C D E F.")
    document = read_pages(page, reader=reader)
    check_geometry(document)
    assert of_kind(document, BlockKind.HEADING) == ["RECOMMENDATIONS", "PART ONE: WHO SIGNS"]
    assert document.text.endswith("The keys are A B C D E F.")


@BOTH
def test_small_capitals_are_as_large_as_their_initials(reader: str) -> None:
    page, x = "", 72.0
    for word in ("Keeping", "Ledgers", "Whole"):
        page += text(x, 740, word[0], size=15)
        x += pdfmetrics.stringWidth(word[0], "Helvetica", 15)
        page += text(round(x, 2), 740, word[1:].upper(), size=11)
        x += pdfmetrics.stringWidth(word[1:].upper(), "Helvetica", 11) + 5
    document = read_pages(page + lines(72, 715, *BODY), reader=reader)
    assert of_kind(document, BlockKind.HEADING) == ["KEEPING LEDGERS WHOLE"]


def test_text_set_downward_is_read_downward() -> None:
    columns = ("記録を保つ者は毎年それを読む。", "次の年も同じである。")
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(612, 792))
    canvas.setFont("HeiseiMin-W3", 12)
    for column, words in enumerate(columns):
        for n, char in enumerate(words):
            canvas.drawString(500 - 20 * column, 760 - 12 * n, char)
    canvas.setFont("Helvetica", 11)
    for n, line in enumerate(BODY):
        canvas.drawString(72, 700 - 14 * n, line)
    canvas.save()
    document = read_pdf(file.getvalue(), reader="pdfplumber")
    check_geometry(document)
    assert of_kind(document, BlockKind.PARAGRAPH) == ["\n".join(columns), "\n".join(BODY)]


def test_the_initials_of_authors_open_no_items() -> None:
    entries = ("A. Kelm and B. Lind. 2019. On ledgers.", "B. Lind, C. Moor. 2020. On runs.")
    document = read_pages("".join(lines(72, 740 - 40 * n, e) for n, e in enumerate(entries)))
    assert of_kind(document, BlockKind.LIST_ITEM) == []
    assert of_kind(read_pages(lines(72, 740, "A. Keep it.", "B. Read it.")), BlockKind.LIST_ITEM)


def section(y: float, title: str, said: str) -> str:
    """A heading over both columns, and below it words that were set in two even columns."""
    left, right = wrap(said, 46)[::2], wrap(said[::-1], 46)[::2]
    page = text(60, y, title, size=14, font="B")
    page += lines(60, y - 20, *left, size=10, lead=LEAD)
    return page + lines(320, y - 20, *right, size=10, lead=LEAD)


@BOTH
def test_sections_in_even_columns_are_no_rows_of_a_table(reader: str) -> None:
    page = "".join(section(740 - 140 * n, f"4.{n + 1} Ledgers", SAID * 3) for n in range(4))
    document = read_pages(page, reader=reader)
    check_geometry(document)
    assert document.tables == ()
    assert of_kind(document, BlockKind.HEADING) == [f"4.{n} Ledgers" for n in range(1, 5)]


@BOTH
def test_a_table_over_both_columns_is_one(reader: str) -> None:
    rows = [
        ("Practice", "Strength", "Weakness", "Proof"),
        ("Locks", "Cheap", "Keys are lost", "Low"),
        ("Ledgers", "Kept for long", "Nobody reads", "High"),
        ("Seals", "Seen at once", "Made again", "None"),
    ]
    left, right = wrap(SAID * 3, 46), wrap(SAID * 3, 46)
    page = lines(60, 740, *left, size=10, lead=LEAD) + lines(320, 740, *right, size=10, lead=LEAD)
    top = 740 - LEAD * len(left) - 20
    for n, row in enumerate(rows):
        for x, words in zip((60, 170, 330, 470), row, strict=True):
            page += text(x, top - 20 * n, words, size=9, font="F" if n else "B")
        page += rule(60, top - 6 - 20 * n, 560, top - 6 - 20 * n)
    below = top - 20 * len(rows) - 20
    page += lines(60, below, *left, size=10, lead=LEAD)
    page += lines(320, below, *right, size=10, lead=LEAD)
    document = read_pages(page, reader=reader)
    check_geometry(document)
    (table,) = document.tables
    quoted = [tuple(document.quote(cell.span) for cell in row if cell) for row in table.rows]
    assert quoted == rows


@BOTH
def test_the_next_number_is_no_part_of_the_last_though_it_is_set_lighter(reader: str) -> None:
    page, y = "", 740.0
    titles = ("1 Ledgers", "B"), ("2 Readers", "B"), ("3 Keepers", "F"), ("4 Towns", "B")
    for title, font in titles:
        page += text(72, y, title, size=14, font=font) + lines(72, y - 25, *BODY)
        y -= 110
    document = read_pages(page, reader=reader)
    assert [b.level for b in document.blocks if b.kind is BlockKind.HEADING] == [1, 1, 1, 1]


@BOTH
def test_numbers_that_count_the_lines_of_a_page_whatever_stands_beside_them(reader: str) -> None:
    said = wrap(SAID * 6, 60)
    page = "".join(text(40, 740 - 11 * n, str(120 + n), size=7) for n in range(40))
    page += lines(72, 737, *said, lead=14)
    document = read_pages(page, reader=reader)
    assert " ".join(said) in " ".join(document.text.split())
    assert len(of_kind(document, BlockKind.FURNITURE)) == 40
