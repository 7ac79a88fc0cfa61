"""PDF to Document: bullets that are drawn or pictures, as browsers and slides print them."""

import subprocess
from pathlib import Path

import printing
import pytest
from printing import grid, lines, read_pages, read_pdf, text
from test_ingest_pdf import BODY, check_geometry, of_kind

from pipeline.model import BlockKind, Document

CHROMIUM = Path("/usr/bin/chromium")
BOTH = pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
FIRST, SECOND, LAST = "Sign the ledger", "Seal the ledger", "Burn nothing of it"


def disc(x: float, y: float, radius: float = 1.6, paint: str = "f") -> str:
    """A circle of four curves round a point."""
    r, k = radius, 0.5523 * radius
    return (
        f"{x + r} {y} m {x + r} {y + k} {x + k} {y + r} {x} {y + r} c "
        f"{x - k} {y + r} {x - r} {y + k} {x - r} {y} c {x - r} {y - k} {x - k} {y - r} {x} {y - r} "
        f"c {x + k} {y - r} {x + r} {y - k} {x + r} {y} c h {paint}\n"
    )


def square(x: float, y: float) -> str:
    return f"{x - 1.5} {y - 1.5} 3 3 re f\n"


def dash(x: float, y: float) -> str:
    return f"{x - 3} {y - 0.4} 6 0.8 re f\n"


def ring(x: float, y: float) -> str:
    return disc(x, y, paint="S")


def picture(x: float, y: float) -> str:
    return f"q 3.5 0 0 3.5 {x - 1.75} {y - 1.75} cm /I Do Q\n"


def items(document: Document) -> list[tuple[int | None, str]]:
    """The level and words of each list item."""
    return [
        (block.level, document.quote(block.span))
        for block in document.blocks
        if block.kind is BlockKind.LIST_ITEM
    ]


@BOTH
@pytest.mark.parametrize("shape", [disc, square, dash, ring, picture])
def test_a_shape_before_a_line_makes_it_a_list_item(reader: str, shape: object) -> None:
    assert callable(shape)
    page = lines(72, 730, *BODY) + lines(90, 660, FIRST, SECOND, LAST)
    page += "".join(shape(79, 660 - 14 * n + 3.5) for n in range(3))
    document = read_pages(page, reader=reader)
    assert items(document) == [(1, f"• {FIRST}"), (1, f"• {SECOND}"), (1, f"• {LAST}")]
    assert of_kind(document, BlockKind.PARAGRAPH) == ["\n".join(BODY)]
    check_geometry(document)


@BOTH
def test_drawn_bullets_nest_by_their_indent(reader: str) -> None:
    page = lines(72, 730, *BODY) + lines(90, 660, FIRST) + disc(79, 663.5)
    page += lines(120, 646, SECOND, "with a seal of wax") + ring(109, 649.5)
    page += lines(90, 618, LAST) + disc(79, 621.5)
    document = read_pages(page, reader=reader)
    expected = [(1, f"• {FIRST}"), (2, f"• {SECOND}\nwith a seal of wax"), (1, f"• {LAST}")]
    assert items(document) == expected


@BOTH
def test_dots_in_a_line_and_beside_figures_are_no_bullets(reader: str) -> None:
    page = text(72, 700, "Its state is") + disc(129, 703) + text(135, 700, "good, all agree.")
    page += disc(79, 653.5) + text(90, 650, "25") + disc(79, 633.5) + text(90, 630, "30")
    page += dash(79, 603.5) + text(90, 600, "One dash is a sign of something else.")
    page += disc(76, 573.5) + disc(84, 573.5) + text(92, 570, "Two of them are a drawing.")
    document = read_pages(page, reader=reader)
    assert items(document) == []
    assert "•" not in document.text


@BOTH
def test_numbers_in_the_cells_of_a_table_are_no_line_numbers(reader: str) -> None:
    ys = [700 - 40 * n for n in range(10)]
    page = grid([72, 90, 300], ys)
    for n, y in enumerate(ys[:-1], 1):
        page += lines(76, y - 14, "R", str(n)) + lines(96, y - 14, "Words that are lost", "are not")
    document = read_pages(page, reader=reader)
    cells = of_kind(document, BlockKind.CELL)
    assert cells[::2] == [f"R\n{n}" for n in range(1, 10)]
    assert of_kind(document, BlockKind.FURNITURE) == []


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium (Debian: chromium)")
def test_the_list_of_a_page_that_a_browser_printed(tmp_path: Path) -> None:
    source, printed = tmp_path / "list.html", tmp_path / "list.pdf"
    source.write_text(
        f"<!doctype html><title>Ledgers</title><h1>On ledgers</h1><p>{' '.join(BODY)}</p>"
        f"<ul><li>{FIRST}<ul><li>{SECOND}</li></ul></li><li>{LAST}</li></ul>"
        f"<ul style='list-style: square'><li>{FIRST}</li></ul>"
    )
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
    ]
    folder = f"--user-data-dir={tmp_path / 'profile'}"
    command += [folder, f"--print-to-pdf={printed}", source.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    for reader in ("pdfium", "pdfplumber"):
        document = read_pdf(printed.read_bytes(), reader=reader)
        expected = [(1, FIRST), (2, SECOND), (1, LAST), (1, FIRST)]
        assert items(document) == [(level, f"• {words}") for level, words in expected]


@BOTH
def test_a_mark_of_a_symbol_font_that_touches_its_words_is_their_bullet(
    monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    font = "/Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats"
    monkeypatch.setitem(printing.FONTS, "Z", font)
    page = "".join(
        text(72, 700 - 14 * n, "u", font="Z") + text(80, 700 - 14 * n, said)
        for n, said in enumerate((FIRST, SECOND, LAST))
    )
    items = of_kind(read_pages(page, reader=reader), BlockKind.LIST_ITEM)
    assert [item.split(" ", 1)[1] for item in items] == [FIRST, SECOND, LAST]
