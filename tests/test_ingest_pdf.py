"""PDF to Document: lines, paragraphs, lists, headings, tables, furniture, footnotes, columns."""

import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from printing import grid, lines, pdf, read_pages, read_pdf, shade, text
from reportlab.pdfgen.canvas import Canvas

from pipeline.model import Block, BlockKind, Document, Verdict
from pipeline.model.text import normal_form

BODY = (
    "Every team that trains a large model keeps a ledger of the runs it has",
    "made, of the data that went into them, and of the people who said yes.",
    "The ledger is read by others once a year.",
)

TITLE = "A line of words that runs over both of the columns that this page has got"


def kinds(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, document.quote(block.span)) for block in document.blocks]


def of_kind(document: Document, kind: BlockKind) -> list[str]:
    return [words for found, words in kinds(document) if found is kind]


def pages_of(document: Document, block: Block) -> tuple[int, ...]:
    return document.cite(block.span, "reader:test").pages


def check_geometry(document: Document) -> None:
    """Lines tile their block; words have places; pages tile the text; blocks do not interleave."""
    position = 0
    for block in document.blocks:
        assert block.span.start >= position
        position = block.span.end
        quote = document.quote(block.span)
        if block.lines:
            assert "\n".join(document.quote(line.span) for line in block.lines) == quote
        for line in block.lines:
            assert len(line.words) == 2 * len(document.quote(line.span).split())
            assert all(a <= b for a, b in zip(line.words[::2], line.words[1::2], strict=True))
            assert line.box.x0 <= line.box.x1
            assert line.box.top < line.box.bottom
        for inline in block.inlines:
            assert block.span.covers(inline.span)
    assert document.pages[0].span.start == 0
    assert document.pages[-1].span.end == len(document.text)
    for before, after in zip(document.pages, document.pages[1:], strict=False):
        assert before.span.end == after.span.start


def test_lines_under_each_other_are_one_paragraph_as_printed() -> None:
    document = read_pages(lines(72, 700, *BODY) + "\n" + lines(72, 630, *BODY))
    assert kinds(document) == [(BlockKind.PARAGRAPH, "\n".join(BODY))] * 2
    assert document.verdict is Verdict.COMPLETE
    assert document.issues == ()
    assert set(document.made_by) == {"pdfplumber", "pypdfium2"}


def test_a_line_has_its_box_from_the_top_left_and_the_places_of_its_words() -> None:
    document = read_pages(text(72, 692, "Keep a ledger", size=10))
    (line,) = document.blocks[0].lines
    assert line.box.page == 1
    assert line.box.x0 == 72.0
    assert line.box.top == pytest.approx(92, abs=1)
    assert line.box.bottom == pytest.approx(102, abs=1)
    assert line.words[0] == 72.0
    assert line.words[2] == pytest.approx(72 + 10 * (0.667 + 3 * 0.556 + 0.278), abs=0.1)
    assert line.words[-1] == line.box.x1


def test_words_are_parted_where_a_gap_is_seen_though_no_space_is_painted() -> None:
    kerned = "BT /F 10 Tf 72 700 Td [(Keep) -250 (the) -180 (ledger) 20 (s)] TJ ET"
    assert read_pages(kerned).text == "Keep the ledgers"


@pytest.mark.parametrize("words", ["of | federal rules", "proof of | future", "stuff | just"])
def test_italics_that_lean_over_a_space_keep_it(words: str) -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    line = canvas.beginText(72, 700)
    for part in words.split("|"):
        line.setFont("Times-Italic", 12)
        line.textOut(part.lstrip())
    canvas.drawText(line)
    canvas.save()
    assert read_pdf(file.getvalue()).text == words.replace("| ", "")


def test_letter_spaced_type_is_not_torn_apart() -> None:
    spaced = "BT /F 10 Tf 3 Tc 72 700 Td (OFFICE OF LEDGERS) Tj ET"
    assert read_pages(spaced).text == "OFFICE OF LEDGERS"


def test_type_printed_twice_is_bold_once() -> None:
    document = read_pages(text(72, 700, "Read it.") + text(72.3, 700, "Read it."))
    assert document.text == "Read it."
    assert [inline.kind for inline in document.blocks[0].inlines] == ["strong"]


def test_an_indent_begins_a_paragraph() -> None:
    page = lines(72, 700, *BODY) + text(90, 658, "Whoever signs the ledger has read it.")
    assert len(of_kind(read_pages(page), BlockKind.PARAGRAPH)) == 2


def test_a_hyphen_at_a_line_end_stays_in_the_text_and_goes_from_the_value() -> None:
    document = read_pages(
        lines(72, 700, "Each release of the model waits until every evalu-", "ation is signed.")
        + text(72, 600, "No evaluation, no release.")
    )
    quote = document.quote(document.blocks[0].span)
    assert quote.endswith("evalu-\nation is signed.")
    assert normal_form(quote, document.hyphens).endswith("every evaluation is signed.")


def test_a_paragraph_goes_on_over_a_page_break_past_notes_and_page_numbers() -> None:
    first = lines(72, 200, *BODY[:2], "The ledger is kept where all who")
    first += text(72, 100, "1", size=6, also="4 Ts") + text(76, 100, " Kept on paper.", size=8)
    document = read_pages(
        text(72, 760, "The ledger") + first + text(300, 40, "1"),
        text(72, 760, "The ledger") + lines(72, 720, "train can read it.") + text(300, 40, "2"),
        text(72, 760, "The ledger") + lines(72, 720, *BODY) + text(300, 40, "3"),
    )
    check_geometry(document)
    joined = next(block for block in document.blocks if len(pages_of(document, block)) == 2)
    assert document.quote(joined.span).endswith("where all who\ntrain can read it.")
    assert [line.box.page for line in joined.lines] == [1, 1, 1, 2]
    cited = document.cite(joined.lines[-1].span, "reader:test")
    assert cited.pages == (2,)
    assert of_kind(document, BlockKind.FOOTNOTE) == ["1 Kept on paper."]
    assert of_kind(document, BlockKind.FURNITURE) == [
        "The ledger",
        "1",
        "The ledger",
        "2",
        "The ledger",
        "3",
    ]
    for block in document.blocks:
        assert pages_of(document, block) == tuple(sorted({line.box.page for line in block.lines}))


def test_a_line_is_furniture_where_it_comes_page_after_page() -> None:
    def page(number: int) -> str:
        note = lines(72, 60, f"{number} Ledgers, a short history, 1901.", size=8)
        head = text(72, 770, f"Ledgers, part {number}")
        head += text(72, 720, f"Step {number}", size=14, font="B")
        return head + lines(72, 650, *BODY) + (note if number % 4 == 1 else "")

    document = read_pages(*map(page, range(1, 11)))
    assert len(of_kind(document, BlockKind.FURNITURE)) == 10
    assert of_kind(document, BlockKind.HEADING) == [f"Step {number}" for number in range(1, 11)]
    assert of_kind(document, BlockKind.FOOTNOTE) == [
        f"{number} Ledgers, a short history, 1901." for number in (1, 5, 9)
    ]


def test_a_note_mark_is_kept_apart_and_a_power_is_not() -> None:
    page = text(72, 700, "All runs are logged.") + text(169.5, 704, "12", size=6)
    page += lines(72, 650, "It took 10") + text(117.5, 654, "26", size=6)
    document = read_pages(page)
    assert document.text == "All runs are logged. 12\n\nIt took 1026"
    assert [document.quote(i.span) for b in document.blocks for i in b.inlines] == ["12"]


def test_list_items_hang_and_nest() -> None:
    page = text(72, 720, "Before a release:")
    page += text(90, 700, "•") + lines(104, 700, "Sign the ledger, and read what others", "wrote.")
    page += text(108, 672, "-") + text(122, 672, "Twice, if you can.")
    page += text(90, 658, "•") + text(104, 658, "Ask.")
    page += lines(90, 630, "1. Wait a day.", "2. Then go on.")
    document = read_pages(page)
    items = [(b.level, document.quote(b.span)) for b in document.blocks if b.level]
    assert items == [
        (1, "• Sign the ledger, and read what others\nwrote."),
        (2, "- Twice, if you can."),
        (1, "• Ask."),
        (1, "1. Wait a day."),
        (1, "2. Then go on."),
    ]


def test_a_sentence_that_breaks_before_a_number_is_no_list() -> None:
    page = lines(
        72,
        700,
        *BODY[:2],
        "The rules for all of this are written down for everyone to read in part",
        "3. They hold.",
    )
    assert of_kind(read_pages(page), BlockKind.LIST_ITEM) == []


def test_headings_nest_by_number_and_look() -> None:
    page = text(72, 740, "2. Ledgers", size=18, font="B")
    page += text(72, 715, "2.1 Keeping them", size=14, font="B") + lines(72, 695, *BODY)
    page += text(72, 640, "#SIGNLEDGER", font="B") + lines(72, 620, *BODY)
    page += lines(72, 560, "2.2 Reading them, and telling", "others", size=14, lead=17, font="B")
    page += lines(72, 520, *BODY) + text(72, 470, "3. Signatures", size=18, font="B")
    page += lines(72, 450, *BODY) + text(72, 400, "Never sign what you have not read.", font="B")
    document = read_pages(page)
    headings = [
        (b.level, document.quote(b.span)) for b in document.blocks if b.kind is BlockKind.HEADING
    ]
    assert headings == [
        (1, "2. Ledgers"),
        (2, "2.1 Keeping them"),
        (3, "#SIGNLEDGER"),
        (2, "2.2 Reading them, and telling\nothers"),
        (1, "3. Signatures"),
    ]


def test_bold_words_in_a_paragraph_are_strong_over_its_line_end() -> None:
    page = text(72, 700, "Keep a ledger", font="B") + text(
        150, 700, "of all the runs, and let it be"
    )
    page += text(72, 686, "read.")
    document = read_pages(page)
    (strong,) = document.blocks[0].inlines
    assert (strong.kind, document.quote(strong.span)) == ("strong", "Keep a ledger")


def test_captions_and_contents_are_known() -> None:
    page = text(72, 720, "Contents", size=16, font="B")
    page += lines(72, 690, *(f"{n}. Part {n} {'. ' * 30}{n}" for n in range(1, 6)))
    page += text(72, 560, "Figure 2: Who reads the ledger")
    document = read_pages(page)
    assert len(of_kind(document, BlockKind.FURNITURE)) == 5
    assert of_kind(document, BlockKind.CAPTION) == ["Figure 2: Who reads the ledger"]


@pytest.mark.parametrize(("step", "entries"), [(3, 9), (-1, 0)], ids=["contents", "a list"])
def test_contents_need_no_leaders_where_their_pages_count_up(step: int, entries: int) -> None:
    page = text(72, 720, "Contents", size=16, font="B")
    page += lines(72, 690, *(f"1.{n} Keepers of ledger  {20 + step * n}" for n in range(1, 10)))
    found = of_kind(read_pages(page), BlockKind.FURNITURE)
    assert len(found) == entries


def test_two_columns_are_read_one_after_the_other_however_they_were_painted() -> None:
    left = [f"left {n} has words to fill its column" for n in range(12)]
    right = [f"right {n} has words to fill its column" for n in range(12)]
    by_row = "".join(
        text(60, 700 - 14 * n, a) + text(330, 700 - 14 * n, b)
        for n, (a, b) in enumerate(zip(left, right, strict=True))
    )
    by_column = lines(60, 700, *left) + lines(330, 700, *right)
    for page in (by_row, by_column):
        title = text(60, 740, TITLE)
        words = read_pages(title + page)
        assert words.text.split() == f"{TITLE} {' '.join(left + right)}".split()


def test_a_ruled_table_is_cells_with_its_bands_heads_and_grounds() -> None:
    page = text(72, 740, "The table below says who signs what, and why they do so.")
    page += shade(72, 690, 400, 20) + grid((72, 472), (690, 710))
    page += grid((72, 140, 340, 472), (650, 670, 690)) + grid((72, 140, 340, 472), (620, 650))
    page += grid((72, 472), (600, 620))
    page += text(76, 696, "LEDGER 1: Runs are written down.")
    for x, head in zip((76, 144, 344), ("Number", "Step", "Risks"), strict=True):
        page += text(x, 676, head, font="B", size=9)
    for x, y, cell in ((76, 656, "L-1"), (144, 656, "Sign it."), (344, 656, "Haste; Fraud")):
        page += text(x, y, cell, size=9)
    page += text(76, 635, "L-2", size=9) + lines(
        144, 640, "Read what others", "wrote.", size=9, lead=11
    )
    page += text(76, 606, "Who: All of us", size=9) + text(72, 560, "After the table.")
    document = read_pages(page)
    check_geometry(document)
    found = [
        (c.row, c.column, c.columns, c.head, c.ground, document.quote(b.span))
        for b in document.blocks
        if (c := b.cell)
    ]
    assert found == [
        (0, 0, 3, False, "#cce6ff", "LEDGER 1: Runs are written down."),
        (1, 0, 1, True, None, "Number"),
        (1, 1, 1, True, None, "Step"),
        (1, 2, 1, True, None, "Risks"),
        (2, 0, 1, False, None, "L-1"),
        (2, 1, 1, False, None, "Sign it."),
        (2, 2, 1, False, None, "Haste; Fraud"),
        (3, 0, 1, False, None, "L-2"),
        (3, 1, 1, False, None, "Read what others\nwrote."),
        (4, 0, 3, False, None, "Who: All of us"),
    ]
    assert [kind for kind, _ in kinds(document) if kind is not BlockKind.CELL] == [
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
    ]
    (table,) = document.tables
    assert table.rows[3][2] is None


def test_a_table_over_pages_is_one_on_each() -> None:
    def part(*rows: str) -> str:
        page = grid((72, 140, 340), [700 - 20 * n for n in range(len(rows) + 1)])
        for n, row in enumerate(rows):
            page += text(76, 686 - 20 * n, row, size=9) + text(144, 686 - 20 * n, "Do it.", size=9)
        return page

    document = read_pages(part("Number", "A-1"), part("A-2", "A-3"))
    assert [len(table.rows) for table in document.tables] == [2, 2]
    assert [pages_of(document, block) for block in document.blocks] == [(1,)] * 4 + [(2,)] * 4


def test_a_framed_link_does_not_cut_its_cell_nor_a_box_make_a_table() -> None:
    link = "Ask the other team"
    width = 95.4  # of the link in Helvetica 11
    frame = f"0.2 w 0 0 1 RG 144 676 {width} 13 re S 0 0 1 rg 144 677.5 {width} 0.6 re f 0 g 0 G"
    page = (
        grid((72, 140, 340), (600, 640, 700)) + text(76, 680, "A-1") + text(144, 680, link) + frame
    )
    page += text(144, 660, "before you do.") + text(76, 620, "A-2") + text(144, 620, "Wait.")
    page += grid((72, 400), (480, 540)) + text(80, 500, "A remark in a box.")
    document = read_pages(page)
    assert of_kind(document, BlockKind.CELL) == ["A-1", f"{link}\nbefore you do.", "A-2", "Wait."]
    assert of_kind(document, BlockKind.PARAGRAPH) == ["A remark in a box."]


WORD = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(WORD, min_size=1, max_size=8), min_size=1, max_size=12))
@example([["''", "ll"]])
@example([["(cid:"]])
def test_no_word_is_lost_or_made_and_every_line_is_in_its_place(rows: list[list[str]]) -> None:
    page = lines(30, 760, *(" ".join(row) for row in rows), size=8, lead=11)
    document = read_pdf(pdf(page))
    check_geometry(document)
    assert Counter(document.text.split()) == Counter(word for row in rows for word in row)


@pytest.mark.parametrize("name", ["NIST.AI.600-1.pdf", "OMB-M-24-10-memo-AI-governance.pdf"])
def test_real_documents_keep_their_geometry(shared: Path, name: str) -> None:
    document = read_pdf((shared / "gold" / "documents" / name).read_bytes())
    assert document.verdict is Verdict.COMPLETE
    check_geometry(document)
    assert max(len(word) for word in document.text.split() if word.isalpha()) <= 25
