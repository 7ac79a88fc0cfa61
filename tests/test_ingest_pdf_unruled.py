"""PDF to Document: tables that nothing is ruled around, and columns that are no tables."""

from collections.abc import Sequence
from textwrap import wrap

import pytest
from printing import lines, read_pages, rule, shade, text
from reportlab.pdfbase.pdfmetrics import stringWidth
from test_ingest_pdf import BODY, check_geometry, of_kind

from pipeline.model import BlockKind, Document

BOTH = pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
HEAD = ("Step ID", "What to do")
ROWS = (
    ("LG-1.1-001", "Keep a ledger of every run, and write down who has asked for it, for whom, and when."),
    ("LG-1.1-002", "Read it."),
    ("LG-1.2-001", "Let people who had no part in a run look at what was written down of it, and sign."),
    ("LG-1.2-002", "Burn nothing: what was wrong is struck out, so that all can read it, and signed for."),
)  # fmt: skip
SAID = tuple(f"{end} {BODY[0]}, and reads it {BODY[2].lower()}" for end in ("First,", "Then,"))
LEAD, EM = 13, 10


def laid(
    rows: Sequence[Sequence[str]],
    y: float,
    *,
    xs: Sequence[float] = (72, 160),
    widths: Sequence[int] = (14, 60),
    pad: float = 8,
    bold: int = 0,
    by_line: bool = False,
) -> tuple[str, list[tuple[float, float]]]:
    """A table painted cell by cell, or line by line, from a base line down; its rows' extents."""
    page, extents = "", []
    for number, row in enumerate(rows):
        cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=False)]
        high = max(map(len, cells))
        font = "B" if number < bold else "F"
        placed = [
            (n, column, line) for column, cell in enumerate(cells) for n, line in enumerate(cell)
        ]
        for n, column, line in sorted(placed) if by_line else placed:
            page += text(xs[column], y - n * LEAD, line, size=EM, font=font)
        extents.append((y - (high - 1) * LEAD - pad, y + LEAD))
        y -= high * LEAD + pad
    return page, extents


def table_of(document: Document) -> list[list[str]]:
    """The words of its only table, each cell in one line."""
    (table,) = document.tables
    return [
        [" ".join(document.quote(cell.span).split()) if cell else "" for cell in row]
        for row in table.rows
    ]


def as_rows(*rows: Sequence[str]) -> list[list[str]]:
    return [list(row) for row in rows]


@BOTH
@pytest.mark.parametrize("by_line", [False, True])
def test_two_columns_of_labels_and_words_are_a_table(reader: str, by_line: bool) -> None:
    page, _ = laid((HEAD, *ROWS), 640, bold=1, by_line=by_line)
    document = read_pages(
        lines(72, 740, *BODY, size=EM) + page + lines(72, 380, *BODY, size=EM), reader=reader
    )
    check_geometry(document)
    assert table_of(document) == as_rows(HEAD, *ROWS)
    assert [c.cell.head for c in document.tables[0].rows[0] if c and c.cell] == [True, True]
    assert of_kind(document, BlockKind.PARAGRAPH) == ["\n".join(BODY)] * 2


@BOTH
def test_a_label_of_several_lines_is_one_cell_beside_its_words(reader: str) -> None:
    rows = (
        ("Ledgers that others read", ROWS[0][1]),
        ("What is burnt, and by whom, and for how long", "Nothing."),
        ("Signing", ROWS[3][1]),
    )
    page, _ = laid(rows, 700, xs=(72, 230), widths=(24, 45))
    assert table_of(read_pages(page, reader=reader)) == as_rows(*rows)


def test_three_columns_of_cells_of_several_lines_are_a_table() -> None:
    rows = [
        (label, words, f"Haste, and {'much ' * n}fraud") for n, (label, words) in enumerate(ROWS)
    ]
    page, _ = laid(rows, 700, xs=(72, 150, 380), widths=(14, 38, 20))
    assert table_of(read_pages(page)) == as_rows(*([" ".join(c.split()) for c in r] for r in rows))


@pytest.mark.parametrize("shaded", [True, False])
def test_a_title_across_the_columns_belongs_to_the_table(shaded: bool) -> None:
    page, y = "", 700.0
    for number in (1, 2, 3):
        band = f"LEDGER {number}.1: Runs are written down in a ledger, and others read the ledger."
        page += shade(68, y - 4, 460, 18) if shaded else ""
        page += text(72, y, band, size=EM)
        part, extents = laid(ROWS[:2], y - 26)
        page += part
        y = extents[-1][0] - 14
    document = read_pages(lines(72, 770, *BODY[:1]) + page)
    (table,) = document.tables
    # The first title is known by its ground alone: nothing like it stands above it.
    assert len(table.rows) == (9 if shaded else 8)
    bands = [b.cell for b in document.blocks if b.cell and b.cell.columns == 2]
    assert [cell.row for cell in bands] == ([0, 3, 6] if shaded else [2, 5])
    assert {cell.ground for cell in bands} == {"#cce6ff" if shaded else None}


@BOTH
def test_striped_rows_are_one_table(reader: str) -> None:
    page, extents = laid(ROWS, 700)
    stripes = "".join(
        shade(68, low, 84, high - low) + shade(152, low, 380, high - low)
        for low, high in extents[::2]
    )
    document = read_pages(stripes + page, reader=reader)
    assert table_of(document) == as_rows(*ROWS)
    grounds = [block.cell.ground for block in document.blocks if block.cell]
    assert grounds == ["#cce6ff"] * 2 + [None] * 2 + ["#cce6ff"] * 2 + [None] * 2
    assert not any(block.cell.head for block in document.blocks if block.cell)


def test_a_table_between_three_rules_is_a_table() -> None:
    page, extents = laid((("Principle", "What it asks"), ("Candour", ROWS[0][1]), ("Care", ROWS[2][1])), 690, bold=1)  # fmt: skip
    for y in (extents[0][1], extents[0][0], extents[-1][0]):
        page += rule(72, y, 540, y)
    document = read_pages(lines(72, 740, *BODY) + page)
    assert table_of(document)[1:] == [["Candour", ROWS[0][1]], ["Care", ROWS[2][1]]]


@BOTH
def test_a_row_cut_by_a_page_break_is_one(reader: str) -> None:
    first, extents = laid((HEAD, *ROWS[:3]), 200, bold=1)
    y = extents[-1][0] - LEAD
    cut = wrap(ROWS[3][1], 60)
    first += text(72, y, ROWS[3][0], size=EM) + text(160, y, cut[0], size=EM)
    rest, _ = laid((("LG-2.1-001", "Then stop."), ("LG-2.1-002", "Go home.")), 700)
    second = text(160, 721, cut[1], size=EM) + rest
    document = read_pages(lines(72, 740, *BODY) + first, second, reader=reader)
    check_geometry(document)
    cells = [" ".join(words.split()) for words in of_kind(document, BlockKind.CELL)]
    assert cells[-6:] == [*ROWS[3], "LG-2.1-001", "Then stop.", "LG-2.1-002", "Go home."]
    (cell,) = [b for b in document.blocks if len({line.box.page for line in b.lines}) == 2]
    assert document.cite(cell.span, "reader:test").pages == (1, 2)


@BOTH
def test_columns_of_prose_are_no_table(reader: str) -> None:
    left, right = (
        [line for words in SAID for line in wrap(f"{words} {words}", 42)] for _ in range(2)
    )
    by_column = lines(60, 700, *left, size=EM) + lines(320, 700, *right, size=EM)
    by_line = "".join(
        text(60, 700 - 14 * n, a, size=EM) + text(320, 700 - 14 * n, b, size=EM)
        for n, (a, b) in enumerate(zip(left, right, strict=True))
    )
    for page in (by_column, by_line):
        document = read_pages(page, reader=reader)
        assert document.tables == ()
        assert document.text.split() == " ".join([*left, *right]).split()


def test_hanging_lists_and_contents_are_no_tables() -> None:
    for labels in (("1.", "2.", "3.", "4."), ("1.1", "1.2", "1.3", "1.4"), ("[1]", "[2]", "[3]", "[4]"), ("•",) * 4):  # fmt: skip
        page, _ = laid([(label, words) for label, (_, words) in zip(labels, ROWS, strict=True)], 700, xs=(72, 100))  # fmt: skip
        document = read_pages(page)
        assert document.tables == ()
        assert len(of_kind(document, BlockKind.LIST_ITEM)) == 4
    chapters = "".join(
        text(72, 700 - 16 * n, f"Of ledgers, part {n}") + text(500, 700 - 16 * n, f"{3 + 2 * n}")
        for n in range(8)
    )
    assert read_pages(chapters).tables == ()


def test_a_table_in_one_of_two_columns_is_found_there() -> None:
    prose = [line for words in SAID * 4 for line in wrap(words, 44)]
    rows = (("Ann", "Keeps the ledger."), ("Bob", "Reads what she wrote."), ("Cid", "Signs."))
    page = lines(60, 740, *prose[:12], size=EM, lead=LEAD)
    inner, _ = laid(rows, 560, xs=(64, 130), widths=(14, 26))
    page += inner + lines(60, 470, *prose[12:], size=EM, lead=LEAD)
    page += lines(320, 740, *(prose * 2)[:34], size=EM, lead=LEAD)
    assert table_of(read_pages(page)) == as_rows(*rows)


PROSE = (
    "Whoever keeps the ledger of a pier reads it every",
    "evening, and signs below the last entry. A second",
    "keeper looks at each of the signatures before the",
    "gates are shut, and writes down whatever is amiss",
    "in the same book. Once in a quarter both of them",
    "meet with the owner of the pier, who has the book",
    "copied and put away in a room of its own, beside",
    "the plans of the house. What was amiss and has not",
    "been mended since is read aloud at that meeting,",
    "with the names of those who were to mend it, and",
    "the day by which it must be done at the latest.",
)


def justified(x: float, y: float, width: float, *said: str) -> str:
    """Lines of prose as wide as their column."""
    page = ""
    for n, line in enumerate(said):
        room = width - stringWidth(line, "Helvetica", 10)
        also = f"{room / line.count(' '):.3f} Tw"
        page += text(x, y - 12 * n, line, size=10, also=also)
    return page + "BT 0 Tw ET\n"


def test_a_table_beside_prose_on_the_same_grid_is_a_table_and_the_prose_none() -> None:
    page = justified(60, 700, 228, *PROSE)
    rows = ("Class", "Code"), ("North pier", "np"), ("South pier", "sp"), ("Old quay", "oq")
    for n, (left, right) in enumerate((*rows, ("New quay", "nq"), ("The locks", "lk"))):
        page += text(318, 700 - 12 * n, left, size=10) + text(510, 700 - 12 * n, right, size=10)
    page += justified(318, 592, 228, *PROSE) + justified(60, 568, 228, *PROSE[2:])
    document = read_pages(page)
    assert [len(table.rows) for table in document.tables] == [6]
    cells = [document.quote(block.span) for block in document.blocks if block.cell]
    assert cells[:4] == ["Class", "Code", "North pier", "np"]
    assert "\n".join(PROSE) in document.text


def test_columns_of_prose_on_one_grid_are_no_table() -> None:
    page = lines(60, 720, *(f"{a} {b}" for a, b in zip(PROSE, PROSE[::-1], strict=True)), lead=12)
    for x, said in ((60, map(str.capitalize, PROSE)), (228, PROSE[::-1]), (396, PROSE)):
        page += justified(x, 500, 150, *(line[:28] for line in said))
    assert not read_pages(page).tables
