"""Tables of which only some rows are shaded, or only the heads are bold; rows that pages cut."""

import itertools

import pytest
from printing import lines, read_pages, rule, shade, text

from pipeline.model import Document

BOTH = pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
XS = (60, 108, 380, 550)
HEADS = ("Rule", "What is done", "Against")
ROWS = (
    ("HB-1.1-01", ("Walk the pier at dusk and look at each", "of the lamps, and at its wick."), "Loss"),
    ("HB-1.1-02", ("Turn each key twice, and hang it where", "the keeper of the night can see it."), "Theft"),
    ("HB-1.1-03", ("Write down who came, and at what hour;", "keep the book for seven years."), "Doubt"),
)  # fmt: skip
SAID = "Whoever keeps the ledger reads it every evening, and signs below the last of its entries by hand."


def row(y: float, cells: tuple[str, tuple[str, ...], str]) -> str:
    key, task, risk = cells
    return (
        text(64, y, key, size=9)
        + lines(112, y, *task, size=9, lead=11)
        + text(384, y, risk, size=9)
    )


def heads(y: float, font: str = "B") -> str:
    return "".join(
        text(x + 4, y, one, font=font, size=9) for x, one in zip(XS, HEADS, strict=False)
    )


def shaded(y: float, height: float, colour: str) -> str:
    return "".join(shade(a, y, b - a, height, colour) for a, b in itertools.pairwise(XS))


def rows_of(document: Document) -> list[list[str]]:
    (table,) = document.tables
    return [[document.quote(cell.span) for cell in cells if cell] for cells in table.rows]


def whole() -> list[list[str]]:
    return [list(HEADS), *([key, "\n".join(task), risk] for key, task, risk in ROWS)]


@BOTH
def test_rows_below_shaded_heads_are_of_their_table(reader: str) -> None:
    page = text(60, 740, SAID) + shaded(690, 20, "0.85 0.89 0.95") + heads(697)
    page += "".join(row(676 - 30 * n, cells) for n, cells in enumerate(ROWS))
    page += text(60, 560, SAID)
    document = read_pages(page, reader=reader)
    assert rows_of(document) == whole()
    assert document.tables[0].rows[0][0].cell.head  # type: ignore[union-attr]


@BOTH
def test_rows_between_shaded_rows_are_of_their_table(reader: str) -> None:
    page = text(60, 740, SAID) + shaded(690, 20, "0.85 0.89 0.95") + heads(697)
    page += shaded(630, 30, "0.95 0.95 0.97")
    page += "".join(row(678 - 30 * n, cells) for n, cells in enumerate(ROWS))
    page += text(60, 560, SAID)
    assert rows_of(read_pages(page, reader=reader)) == whole()


@BOTH
def test_bold_heads_tell_the_columns_of_a_table_that_nothing_rules(reader: str) -> None:
    page = text(60, 740, SAID) + heads(697)
    page += "".join(row(676 - 30 * n, cells) for n, cells in enumerate(ROWS))
    page += text(60, 560, SAID)
    assert rows_of(read_pages(page, reader=reader)) == whole()


def test_bold_words_above_prose_are_no_heads() -> None:
    page = heads(740) + "".join(text(60, 716 - 14 * n, SAID) for n in range(8))
    assert not read_pages(page).tables


@BOTH
def test_a_row_goes_on_below_a_title_and_heads_that_come_again(reader: str) -> None:
    grid = [rule(60, y, 550, y) for y in (300, 280, 160, 40)]
    first = text(60, 320, "HB 1.1: The pier is kept.", font="B") + heads(287) + "".join(grid)
    first += "".join(rule(x, 40, x, 300) for x in XS) + row(266, ROWS[0]) + row(146, ROWS[1])
    second = text(60, 760, "HB 1.1: The pier is kept.", font="B") + heads(727)
    second += "".join(rule(60, y, 550, y) for y in (740, 720, 690, 640))
    second += "".join(rule(x, 640, x, 740) for x in XS)
    second += text(112, 706, "That is the rule of the house.", size=9) + row(676, ROWS[2])
    document = read_pages(text(60, 740, SAID) + first, second, reader=reader)
    cells = [document.quote(block.span) for block in document.blocks if block.cell]
    assert "\n".join((*ROWS[1][1], "That is the rule of the house.")) in cells


@BOTH
def test_a_key_that_breaks_at_its_hyphens_is_one(reader: str) -> None:
    """Also where the page ends within it."""
    xs = (60, 100, 420)
    first = text(60, 740, SAID) + "".join(rule(60, y, 420, y) for y in (140, 120, 60))
    first += "".join(rule(x, 60, x, 140) for x in xs)
    first += text(64, 126, "Rule", font="B", size=9) + text(104, 126, "Task", font="B", size=9)
    first += lines(64, 106, "HB-", "1.1-", size=9, lead=11)
    first += lines(104, 106, "Walk the pier at dusk, and look at", "each of the lamps.", size=9)
    second = "".join(rule(60, y, 420, y) for y in (750, 730, 690)) + text(64, 716, "02", size=9)
    second += "".join(rule(x, 690, x, 750) for x in xs) + text(104, 716, "Then rest.", size=9)
    second += text(64, 736, "Rule", font="B", size=9) + text(104, 736, "Task", font="B", size=9)
    document = read_pages(first, second, reader=reader)
    cells = [document.quote(block.span) for block in document.blocks if block.cell]
    assert "HB-\n1.1-\n02" in cells


@BOTH
def test_columns_that_alone_are_ruled_hold_the_rows_that_their_gaps_tell(reader: str) -> None:
    page = text(60, 740, SAID) + heads(697)
    page += "".join(row(676 - 30 * n, cells) for n, cells in enumerate(ROWS))
    page += "".join(rule(60, y, 550, y) for y in (690, 596))
    page += "".join(rule(x, 596, x, 690) for x in XS) + text(60, 560, SAID)
    document = read_pages(page, reader=reader)
    assert rows_of(document) == whole()


@BOTH
def test_a_row_whose_key_has_two_lines_is_not_divided(reader: str) -> None:
    page = text(60, 740, SAID) + "".join(rule(60, y, 550, y) for y in (710, 690, 640))
    page += "".join(rule(x, 640, x, 710) for x in XS) + heads(697)
    page += lines(64, 676, "HB 1", "(new)", size=9, lead=11) + text(384, 676, "Loss", size=9)
    page += lines(112, 676, *ROWS[0][1], size=9, lead=11)
    document = read_pages(page, reader=reader)
    assert rows_of(document)[1] == ["HB 1\n(new)", "\n".join(ROWS[0][1]), "Loss"]


@BOTH
def test_a_row_ruled_off_whole_has_the_columns_of_its_table(reader: str) -> None:
    """Word's lists rule the columns of their heads, and of every other row."""
    page = text(60, 740, SAID) + "".join(
        rule(60, y, 550, y) for y in (710, 690, 660, 630, 600, 580)
    )
    page += rule(60, 580, 60, 710) + rule(550, 580, 550, 710) + heads(697)
    page += "".join(rule(x, 690, x, 710) + rule(x, 630, x, 660) for x in XS[1:-1])
    page += "".join(row(678 - 30 * n, cells) for n, cells in enumerate(ROWS))
    page += text(
        64, 586, "Kept by the keeper of the harbour and by all who are his guests.", size=9
    )
    shown = rows_of(read_pages(page, reader=reader))
    assert shown[:4] == whole()
    assert len(shown[4]) == 1
