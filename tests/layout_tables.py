"""Tables between level lines, cell by cell: no upright rule parts their columns."""

from collections.abc import Callable, Sequence

from printing import grid, lines, pdf, rule, shade, text

SAID = (
    "The keeper of a ledger signs every page of it and writes", "the hour beside the name, so that whoever reads it",
    "later knows who was there, and what was seen then.",
)  # fmt: skip
Row = Sequence[str]

HEAD = ("Threat", "What is done against it", "Kept by")
ROWS = (
    ("Loss of keys", "Count the keys each evening and write|the count into the ledger of the gate.", "Porter"),
    ("Fire in the store", "Keep sand by the door. No lamp is left|burning when the last clerk goes home.", "Clerk of stores"),
    ("Flood", "Carry the ledgers to the upper floor as|soon as the river is over its first mark.", "All"),
    ("Forged pages that|nobody signed", "Compare the hand of each page with|the list of hands.", "Second reader"),
)  # fmt: skip
XS = (60.0, 148.0, 334.0)  # at 10 points: half an em and less behind the longest words
RIGHT = 410.0
LEAD = 12
LOW = "/MediaBox [0 0 612 300]"  # paper that a few lines fill


def table(
    rows: Sequence[Row],
    y: float,
    *,
    xs: Sequence[float] = XS,
    right: float = RIGHT,
    bold: int = 0,
    ruled: Sequence[int] = (),
    size: float = 10,
    by_line: bool = False,
) -> tuple[str, float]:
    """Rows from a base line down, and where it ends; `ruled` tells above which a line is drawn."""
    page = ""
    for number, row in enumerate(rows):
        if number in ruled:
            page += rule(xs[0], y + 5, right, y + 5)
            y -= 7
        cells = [cell.split("|") for cell in row]
        placed = [(n, at, line) for at, cell in enumerate(cells) for n, line in enumerate(cell)]
        for n, at, line in sorted(placed) if by_line else placed:
            font = "B" if number < bold else "F"
            page += text(xs[at], y - n * LEAD, line, size=size, font=font)
        y -= LEAD * max(map(len, cells))
    if len(rows) in ruled:
        page += rule(xs[0], y + 5, right, y + 5)
    return page, y


def level_rules() -> bytes:
    """Three rules, a light head, rows of several lines under one another without a gap."""
    page, y = table((HEAD, *ROWS), 640, ruled=(0, 1, 5))
    return pdf(lines(60, 720, *SAID) + page + lines(60, y - 30, *SAID))


def level_rules_under_rows() -> bytes:
    """A rule below each row, none above the head; painted line by line."""
    page, y = table((HEAD, *ROWS), 640, bold=1, ruled=(1, 2, 3, 4, 5), by_line=True)
    return pdf(lines(60, 720, *SAID) + page + lines(60, y - 30, *SAID))


def level_rules_overleaf() -> bytes:
    """A table that no rule ends at the foot of the page; its head comes again on the next."""
    first, _ = table((HEAD, *ROWS[:3]), 150, bold=1, ruled=(0, 1))
    second, y = table((HEAD, *ROWS[3:]), 740, bold=1, ruled=(0, 1, 2))
    return pdf(lines(60, 720, *SAID) + first, second + lines(60, y - 30, *SAID))


def level_rules_in_a_column() -> bytes:
    """Numbers under heads over two columns each, in one of the columns of a paper."""
    xs = (60.0, 120.0, 158.0, 200.0, 238.0)
    page = lines(60, 740, *SAID * 6, size=8, lead=10)
    page += text(60, 540, "Table 2: Pages and gaps of each ledger", size=8)
    page += rule(60, 530, 270, 530) + text(138, 520, "By day", size=8) + text(214, 520, "By night", size=8)  # fmt: skip
    page += rule(120, 516, 186, 516) + rule(200, 516, 270, 516)
    heads = ("Ledger", "Pages", "Gaps", "Pages", "Gaps")
    rows = (("Gate", "12", "0", "3", "1"), ("Old store", "140", "3", "7", "0"), ("New store", "9", "11", "80", "2"))  # fmt: skip
    inner, y = table((heads, *rows), 506, xs=xs, right=270, size=8, ruled=(1, 4))
    page += inner + lines(60, y - 20, *SAID * 6, size=8, lead=10)
    return pdf(page + lines(320, 740, *SAID * 16, size=8, lead=10))


def level_rules_with_titles() -> bytes:
    """Titles over all columns, each between two rules, above the rows that they hold for."""
    rows = (
        ("Keeper", "Pages", "Gaps"),
        ("Those who keep the old ledgers of the gate",), ("Ann of the yard", "12", "0"), ("Bob", "140", "33"),
        ("Those who keep the new ones",), ("Cid", "9", "1"), ("Dora, his second", "77", "12"),
    )  # fmt: skip
    page, y = table(rows, 640, xs=(60, 145, 185), right=290, bold=1, ruled=(0, 1, 2, 4, 5, 7))
    return pdf(lines(60, 720, *SAID) + page + lines(60, y - 30, *SAID))


def level_rules_around_pairs() -> bytes:
    """Rows in twos and threes between level rules, parted by space; the first cell is of them all."""
    rows = (
        (("Those who|keep", "Sign each page, and write the|hour beside the name.", "Pages"), ("", "Count the keys.", "Keys")),
        (("Readers", "Read.", "Pages"), ("", "Ask for what is missing, until|it is found.", "Gaps"), ("", "Strike out.", "Faults")),
        (("All", "Go home.", "None"),),
        (("Nobody", "Burns a page of the ledger, or|lends it.", "Fire, and|loss"),),
    )  # fmt: skip
    xs, right, y = (60, 148, 310), 400, 640.0
    page = table((HEAD,), y, xs=xs, right=right, bold=1, ruled=(0, 1))[0]
    y -= 26
    for group in rows:
        for row in group:
            page, y = page + table((row,), y, xs=xs, right=right)[0], y - LEAD * 2
            y += LEAD - 4 - LEAD * max(cell.count("|") for cell in row[1:])
        page += rule(60, y + 5, right, y + 5)
        y -= 7
    return pdf(lines(60, 720, *SAID) + page + lines(60, y - 30, *SAID))


def level_rules_without_tables() -> bytes:
    """Rules as wide as the page around its head, its columns, its foot; and an algorithm."""
    page = text(60, 766, "Of ledgers", size=8) + rule(60, 760, 550, 760)
    page += lines(60, 740, *SAID * 5, size=8, lead=10) + lines(320, 740, *SAID * 5, size=8, lead=10)
    page += rule(60, 580, 550, 580) + rule(60, 560, 550, 560) + text(60, 567, "Algorithm 1 Signing", size=8)  # fmt: skip
    steps = (
        "for each page do",
        "read the page",
        "if it is whole then",
        "sign it",
        "end if",
        "end for",
    )
    for n, step in enumerate(steps):
        page += text(60, 545 - 12 * n, f"{n + 1}:", size=8) + text(78, 545 - 12 * n, step, size=8)
    page += rule(60, 470, 550, 470)
    page += lines(60, 450, *SAID * 9, size=8, lead=10) + lines(320, 450, *SAID * 9, size=8, lead=10)
    return pdf(page + rule(60, 60, 550, 60))


def shades_as_wide_as_the_table() -> bytes:
    """Every other row on a ground of its own, and nothing else between rows or columns."""
    page, y = "", 640
    for n, row in enumerate((HEAD, *ROWS)):
        high = LEAD * max(cell.count("|") + 1 for cell in row) + 6
        page += shade(56, y + 13 - high, 360, high) if n % 2 == 0 else ""
        page += table((row,), y, bold=int(n == 0))[0]
        y -= high
    return pdf(lines(60, 720, *SAID) + page + lines(60, y - 30, *SAID))


def sideways(page: str) -> str:
    """A page laid out at its width of 792 points, as it is printed on paper that stands."""
    return f"q 0 1 -1 0 612 0 cm\n{page}Q\n"


def sideways_level_rules() -> bytes:
    """A wide table that is set sideways, below its caption, on a page that is not turned."""
    page, _ = table((HEAD, *ROWS), 500, bold=1, ruled=(0, 1, 5))
    page = text(60, 540, "Table 7: What is done, and by whom") + page
    return pdf(sideways(page) + text(300, 40, "7", size=9))


def sideways_grid() -> bytes:
    """A wide table with all its rules that is set sideways."""
    xs, rows = (60, 200, 420, 540), (("Threat", "What is done", "Who"), ("Fire", "Keep sand.", "Porter"), ("Flood", "Go upstairs.", "All"))  # fmt: skip
    page = text(60, 540, "Table 8: The rest") + grid(xs, (456, 476, 496, 516))
    for n, row in enumerate(rows):
        for x, words in zip(xs, row, strict=False):
            page += text(x + 4, 502 - 20 * n, words, font="F" if n else "B")
    return pdf(sideways(page))


def row_over_a_whole_page() -> bytes:
    """A row whose rest fills the next page, beside an empty cell."""
    xs = (60, 150, 540)
    said = SAID * 17
    first = lines(60, 760, *SAID) + grid(xs, (60, 640, 660))
    first += text(65, 646, "Part", font="B") + text(155, 646, "What is done", font="B")
    first += text(65, 625, "Gates") + lines(155, 625, *said[:38])
    second = grid(xs, (120, 740)) + lines(155, 725, *said[38:])
    return pdf(first, second + lines(60, 90, *SAID[:1]))


def row_over_three_pages() -> bytes:
    """A row that two page breaks cut, first in a sentence, then after one; its head comes again."""
    xs, why = (60, 150, 400, 540), ("Nobody knows who", "signed, unless the", "hour is known.")
    said = ("Sign each page, and write the hour", "beside the name, in the ink of the year.") * 9
    cuts = ((0, 7, why[:2]), (7, 15, (why[2], *why)), (15, 18, ()))
    pages = []
    for number, (start, end, beside) in enumerate(cuts):
        page = grid(xs, (60 if number < 2 else 160, 220, 240)) + shade(60, 220, 480, 20)
        for x, words in zip(xs, HEAD, strict=False):
            page += text(x + 5, 226, words, font="B")
        page += lines(155, 200, *said[start:end], lead=18) + lines(405, 200, *beside, lead=18)
        pages.append(text(60, 20, "Of ledgers", size=8) + page)
    pages[0] = lines(60, 280, *SAID) + pages[0] + text(65, 200, "Loss of keys")
    pages[2] += grid(xs, (130, 160)) + text(65, 140, "Flood") + text(155, 140, "Go upstairs.")
    return pdf(*pages, box=LOW)


def rest_of_a_last_row() -> bytes:
    """The last row of a table ends on the page after next, alone and with its first cell empty."""
    xs, said = (60, 150, 540), ("Sign each page, and write the hour beside the name,", "in the ink of the year.") * 9  # fmt: skip
    pages = [lines(60, 280, *SAID) + grid(xs, (50, 200, 220)) + text(65, 205, "Gate") + text(155, 205, "Close it.")]  # fmt: skip
    pages[0] += text(65, 185, "Keys") + lines(155, 185, *said[:10])
    pages.append(grid(xs, (50, 270)) + lines(155, 255, *said[:14]))
    pages.append(grid(xs, (220, 270)) + lines(155, 255, *said[:2], "Then stop."))
    pages[2] += lines(60, 190, *SAID)
    return pdf(*pages, box=LOW)


def cited_row_over_three_pages() -> bytes:
    """A labelled row without rules, whose words fill the page between two breaks."""
    said = ("Keep the ledger of the gate, and of the stores, for a year and", "a day after its last page is signed, and read it on that day,") * 11  # fmt: skip
    rows = (("Step ID", "What to do"), ("LG-1.1-001", "Read the ledger of the gate."), ("LG-1.1-002", "Sign it."), ("LG-1.1-003", "|".join(said[:5])))  # fmt: skip
    first, _ = table(rows, 160, xs=(60, 150), bold=1)
    rest, _ = table(
        (("LG-1.2-001", "Close the book."), ("LG-1.2-002", "Go home.")), 210, xs=(60, 150)
    )
    pages = [lines(60, 270, *SAID) + first, lines(150, 270, *said[5:20], size=10, lead=LEAD)]
    pages.append(lines(150, 270, said[20], "stop.", size=10, lead=LEAD) + rest)
    return pdf(*(text(60, 20, "Of ledgers", size=8) + page for page in pages), box=LOW)


def items_in_cells() -> bytes:
    """Marked items in the cells of a table with level rules: marks are no column."""
    rows = (
        ("Threat", "What is done"),
        ("Loss of keys", "•  Count the keys each evening and|    write that into the ledger.|•  Lock the gate."),
        ("Fire", "•  Keep sand by the door.|•  Leave no lamp burning, when|    the last clerk goes home."),
        ("Flood", "•  Carry the ledgers upstairs."),
    )  # fmt: skip
    page, y = table(rows, 640, xs=(60, 130), right=300, bold=1, ruled=(0, 1, 2, 3, 4))
    return pdf(lines(60, 720, *SAID) + page + lines(60, y - 30, *SAID))


def row_cut_above_heads() -> bytes:
    """A row that a page break cuts; on the next page the head comes again above its rest."""
    cut = ("Fire in the store", "Keep sand by the door. No lamp is left", "Clerk of stores")
    rest = ("", "burning when the last clerk goes home.", "")
    first, _ = table((HEAD, ROWS[0], cut), 130, bold=1, ruled=(0, 1))
    second, y = table((HEAD, rest, *ROWS[2:]), 740, bold=1, ruled=(0, 1, 4))
    return pdf(lines(60, 720, *SAID) + first, second + lines(60, y - 30, *SAID))


TABLES: dict[str, Callable[[], bytes]] = {
    made.__name__.replace("_", "-"): made
    for made in (
        level_rules, level_rules_under_rows, level_rules_overleaf, level_rules_in_a_column,
        level_rules_with_titles, level_rules_around_pairs,
        level_rules_without_tables, shades_as_wide_as_the_table,
        sideways_level_rules, sideways_grid, row_over_a_whole_page, items_in_cells, row_cut_above_heads,
        row_over_three_pages, rest_of_a_last_row, cited_row_over_three_pages,
    )
}  # fmt: skip
