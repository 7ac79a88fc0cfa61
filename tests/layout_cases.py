"""Pages whose words do not simply follow each other, and what a careful person reads on them.

    .venv/bin/python tests/layout_cases.py    makes the PDFs of tests/layouts again

Each case is a folder: `case.pdf`, made here, and `golden.txt`, its blocks by hand and by eye.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from layout_tables import TABLES
from layout_tagged import TAGGED
from printing import grid, lines, pdf, rule, shade, text

from pipeline.model import Document

HERE = Path(__file__).resolve().parent / "layouts"
SAID = (
    "The keeper of a ledger signs every page of it", "and writes the hour beside the name, so that",
    "whoever reads it later knows who was there", "when the run was made, and what was seen then.",
    "Nobody signs for somebody else, and a page that", "nobody has signed is not a page of the ledger.",
)  # fmt: skip


def cut_rows() -> bytes:
    """A row of three cells that a page break cuts, and one that begins anew on the next page."""
    xs = (60, 150, 340, 540)
    first = lines(60, 760, *SAID) + grid(xs, (60, 180, 320, 360))
    first += shade(60, 320, 480, 40) + grid(xs, (320, 360))
    for x, words in zip(xs, ("Part", "What is done", "Why"), strict=False):
        first += text(x + 5, 335, words, font="B")
    first += text(65, 300, "Stores") + lines(155, 300, "Count the keys each day.")
    first += lines(345, 300, "Keys that nobody counts", "are soon lost.")
    first += text(65, 160, "Gates") + lines(
        155, 160, "Close the gate at night and", "write down who has the"
    )
    first += lines(345, 160, "A gate that stands open is", "an invitation to")
    second = grid(xs, (600, 700, 750)) + lines(155, 735, "key, with the hour.")
    second += lines(345, 735, "whoever walks by at night.")
    second += text(65, 680, "Roofs") + text(155, 680, "Look at them in spring.")
    second += text(345, 680, "Snow is heavy.")
    return pdf(first, second + lines(60, 560, *SAID))


def cut_row_of_paragraphs() -> bytes:
    """A row that ends a sentence at the foot of a page; its key does not come again."""
    return _on_two_pages(text(155, 735, "Write down who has the key."))


def rows_that_end() -> bytes:
    """A table that ends with its page, and another one with the same columns on the next."""
    return _on_two_pages(text(65, 735, "Yards") + text(155, 735, "Sweep them."))


def _on_two_pages(third: str) -> bytes:
    """A table of two columns, whose third row is the first on its second page."""
    xs = (60, 150, 540)
    first = lines(60, 760, *SAID) + grid(xs, (60, 180, 320))
    first += text(65, 300, "Stores") + text(155, 300, "Count the keys each day.")
    first += text(65, 160, "Gates") + text(155, 160, "Close the gate at night.")
    second = grid(xs, (600, 700, 750)) + third
    second += text(65, 680, "Roofs") + text(155, 680, "Look at them in spring.")
    return pdf(first, second + lines(60, 560, *SAID))


def nested_heads() -> bytes:
    """A head of two rows, the upper with a cell over two columns."""
    page = lines(60, 760, *SAID) + shade(60, 560, 480, 60)
    page += rule(60, 620, 540, 620) + rule(150, 590, 540, 590) + rule(60, 560, 540, 560)
    page += "".join(rule(60, y, 540, y) for y in (520, 480, 440))
    page += "".join(rule(x, 440, x, 620) for x in (60, 150, 540)) + rule(340, 440, 340, 590)
    page += text(65, 600, "Part", font="B") + text(155, 600, "What is done", font="B")
    page += text(155, 570, "By day", font="B") + text(345, 570, "By night", font="B")
    for y, row in zip(
        (535, 495, 455),
        (
            ("Gates", "Open them.", "Close them."),
            ("Keys", "Lend them.", "Count them."),
            ("Yards", "Sweep them.", "Light them."),
        ),
        strict=True,
    ):
        page += "".join(text(x, y, words) for x, words in zip((65, 155, 345), row, strict=True))
    return pdf(page)


def caption_over_columns() -> bytes:
    """A caption over both columns, painted between the halves of a sentence."""
    page = lines(60, 560, *SAID, "What the second reader adds stands below", size=9, lead=12)
    page += text(
        60,
        700,
        "Table 3: How many pages each keeper signed in the years of the great count",
        size=9,
    )
    page += lines(320, 560, "the first, in another ink, and is signed", *SAID, size=9, lead=12)
    return pdf(page)


def sidebar() -> bytes:
    """A tinted box beside the text, painted line by line over the whole page."""
    page = shade(380, 590, 170, 130)
    beside = ("Who may sign", "Keepers only, and they", "only for themselves.", "Guests may not.")
    for n, line in enumerate(SAID):
        page += text(60, 700 - 16 * n, line)
        if n < len(beside):
            page += text(390, 700 - 16 * n, beside[n], font="F" if n else "B")
    return pdf(page + lines(60, 600, *SAID, lead=16))


def box_in_a_sentence() -> bytes:
    """A framed box in the column; the sentence goes on below it."""
    page = lines(60, 740, *SAID, "It is kept in a dry place where no light falls")
    page += "0.5 w 60 560 300 70 re S\n" + text(70, 612, "In short", font="B")
    page += lines(70, 596, "Sign each page yourself,", "and never for others.")
    return pdf(page + lines(60, 535, "on it, away from the stove, and not in a cellar.", *SAID))


def chart() -> bytes:
    """A chart with labels at its axes, a legend, and its caption below."""
    page = _chart() + text(120, 425, "Figure 1: Pages signed in each year", size=9)
    return pdf(page + lines(60, 380, *SAID))


def chart_without_caption() -> bytes:
    """The same chart; the sentence before it tells what it shows."""
    return pdf(_chart() + lines(60, 380, *SAID))


def _chart() -> str:
    page = lines(60, 740, *SAID) + rule(120, 460, 120, 620) + rule(120, 460, 420, 460)
    for n, height in enumerate((40, 90, 60, 120)):
        page += shade(140 + 70 * n, 460, 40, height) + text(
            145 + 70 * n, 448, f"20{n + 11}", size=8
        )
    page += "".join(text(98, 458 + 40 * n, f"{n * 20}", size=8) for n in range(4))
    page += "BT /F 8 Tf 0 1 -1 0 90 500 Tm (Pages signed) Tj ET\n"
    return page + shade(350, 605, 8, 8) + text(362, 605, "Ledger one", size=8)


def diagram() -> bytes:
    """Words in the boxes of a diagram."""
    page = _diagram() + text(80, 535, "Figure 2. The life of a page", size=9)
    return pdf(page + lines(60, 500, *SAID))


def diagram_without_caption() -> bytes:
    """The same diagram, and boxes of prose below it, which are none."""
    page = _diagram() + lines(60, 500, *SAID)
    for x, title in ((60, "For keepers"), (310, "For readers")):
        page += f"0.5 w {x} 300 240 100 re S\n" + text(x + 10, 380, title, font="B")
        page += lines(x + 10, 362, "Sign each page yourself, and", "never for others.")
    return pdf(page + lines(60, 270, *SAID))


def _diagram() -> str:
    page = lines(60, 740, *SAID)
    for n, words in enumerate(("Write", "Sign", "Store", "Read again")):
        page += f"0.5 w {80 + 110 * n} 560 80 40 re S\n" + text(
            90 + 110 * n, 576, words, size=12, font="B"
        )
        page += rule(160 + 110 * n, 580, 190 + 110 * n, 580) if n < 3 else ""
    return page


def formula() -> bytes:
    """A formula with its number at the right edge, between the halves of a sentence."""
    page = lines(60, 740, *SAID, "The share of pages that are whole is")
    page += text(200, 630, "s = w / (w + b)", size=13) + text(520, 630, "(3)")
    return pdf(page + lines(60, 605, "where w counts the whole ones and b the others.", *SAID))


def lists_in_columns() -> bytes:
    """A list that goes on in the second column, with items in items."""
    page = lines(60, 740, *SAID[:3])
    left = (
        "• Sign every page.",
        "  - With the hour.",
        "  - With the name.",
        "• Keep the ledger dry.",
    )
    right = (
        "• Close it at night.",
        "  - With a key.",
        "• Read it in spring.",
        "• Copy what fades.",
    )
    for x, column in ((60, left), (330, right)):
        page += lines(x, 690, *SAID[3:5], size=10)
        for n, item in enumerate(column):
            page += text(x + 10 + 6 * (len(item) - len(item.lstrip())), 650 - 14 * n, item.strip())
        page += lines(x, 580, *SAID, size=10)
    return pdf(page)


def marks_alone() -> bytes:
    """Marks that stand a little higher than their words, on lines of their own."""
    page = lines(60, 740, *SAID)
    for n, item in enumerate(("Sign every page, with the hour.", "Keep the ledger dry.")):
        page += text(70, 640 - 30 * n, "•") + text(86, 632 - 30 * n, item)
    return pdf(page + lines(60, 560, *SAID))


def pull_quote() -> bytes:
    """A sentence of the text, printed once more in large type between its lines."""
    page = lines(60, 740, *SAID, *SAID[:3]) + rule(80, 606, 340, 606)
    page += lines(80, 584, "Nobody signs for somebody else,", "and a page that nobody has signed",
                  "is not a page of the ledger.", size=15, lead=19, font="B")  # fmt: skip
    return pdf(page + rule(80, 536, 340, 536) + lines(60, 514, *SAID[3:]))


def numbers_in_the_margin() -> bytes:
    """Paragraphs whose numbers hang in the margin, and are painted after all the text."""
    said, numbers, y = "", "", 740
    for number, first in enumerate((0, 4, 1, 4), 9):
        part = (SAID[first][:1].upper() + SAID[first][1:], *SAID[first + 1 :][:1])
        said += lines(110, y, *part)
        numbers += text(76, y, f"{number}.")
        y -= 14 * len(part) + 10
    return pdf(said + numbers)


Part = tuple[str, Sequence[Sequence[str]]]
PARTS: Sequence[Part] = (
    ("Who keeps|the ledger", (SAID, SAID[:4])),
    ("When it is read", (SAID[4:], SAID)),
    ("When it is full", (SAID * 2, SAID[4:])),
)


def _sided(x: float, size: float, parts: Sequence[Part] = PARTS) -> tuple[str, str]:
    """Titles at the left margin beside paragraphs that begin at x; the titles, then the text."""
    titles, said, y = "", "", 680.0
    for title, paragraphs in parts:
        font = "B" if size > 9 else "F"
        titles += lines(60, y, *title.split("|"), size=size, lead=size + 3, font=font)
        for paragraph in paragraphs:
            said += lines(x, y, *paragraph)
            y -= 14 * len(paragraph) + 8
        y -= 10
    return titles, said


def side_headings() -> bytes:
    """Headings in a narrow column, level with the text that they head, painted after all of it."""
    titles, said = _sided(190, 11)
    return pdf(text(60, 730, "Of ledgers", size=18, font="B") + said + titles)


def side_headings_line_by_line() -> bytes:
    """Such headings close to the text and painted with its lines; the page begins in a section."""
    page = "".join(_sided(150, 11))
    painted = sorted(page.splitlines(keepends=True), key=lambda line: -float(line.split()[9]))
    return pdf(lines(150, 740, *SAID[2:4]) + "".join(painted))


def side_keywords() -> bytes:
    """Keywords in small light type: no headings, yet each before the text that it stands beside."""
    titles, said = _sided(150, 8)
    return pdf(titles + said)


def terms_beside_meanings() -> bytes:
    """A table without rules whose names are bold, with a paragraph of meaning for each."""
    parts = tuple((title, (SAID[n : n + 3],)) for n, (title, _) in enumerate(PARTS))
    titles, said = _sided(190, 11, parts)
    return pdf(said + titles)


def terms_beside_paragraphs() -> bytes:
    """Such a table with several paragraphs to a name; the text above it is as wide as the page."""
    above = (f"{one} {other}" for one, other in pairwise(SAID))
    return pdf(lines(60, 770, *above) + "".join(_sided(190, 11)))


CASES: dict[str, Callable[[], bytes]] = {
    made.__name__.replace("_", "-"): made
    for made in (
        cut_rows, cut_row_of_paragraphs, rows_that_end, nested_heads, caption_over_columns, sidebar,
        box_in_a_sentence, chart, chart_without_caption, diagram, diagram_without_caption,
        formula, lists_in_columns, marks_alone, pull_quote,
        numbers_in_the_margin, side_headings, side_headings_line_by_line, side_keywords,
        terms_beside_meanings, terms_beside_paragraphs,
    )
} | TABLES | TAGGED  # fmt: skip


def told(document: Document) -> str:
    """A line for each block: its pages, its kind, its place in a list or table, its words."""
    found = []
    for block in document.blocks:
        pages = ",".join(map(str, sorted({line.box.page for line in block.lines})))
        place = f" {block.level}" if block.level else ""
        if cell := block.cell:
            place = f" {cell.table}.{cell.row}.{cell.column}"
            place += f" x{cell.rows}.{cell.columns}" if cell.rows + cell.columns > 2 else ""
            place += " head" if cell.head else ""
        words = document.quote(block.span).replace("\n", " / ")
        found.append(f"{pages} {block.kind}{place}: {words}\n")
    return "".join(found)


if __name__ == "__main__":
    for name, made in CASES.items():
        (HERE / name).mkdir(parents=True, exist_ok=True)
        (HERE / name / "case.pdf").write_bytes(made())
