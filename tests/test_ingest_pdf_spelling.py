"""Letters as a reader sees them, whatever code they have; words apart where a reader sees a gap."""

import pytest
from printing import assembled, lines, pdf, read_pdf, rule, stream, text

from pipeline.ingest.pdf.spelling import Spelling, spelt
from pipeline.model import Document, Verdict

SAID = ("Whoever keeps the ledger reads it every", "evening, and signs below the last entry.")


def printed(page: str, font: bytes, *also: bytes) -> Document:
    """The document of a page whose font `O` is object 5; others may follow."""
    return read_pdf(
        assembled(
            [
                b"<< /Type /Catalog /Pages 2 0 R >>",
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
                b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /O 5 0 R >> "
                b">> >>",
                stream(page.encode("latin-1")),
                font,
                *also,
            ]
        )
    )


def bitmaps(words: str) -> bytes:
    """A font of pictures, as TeX made them: nothing tells what its codes stand for."""
    codes = sorted({ord(letter) for letter in words} - {32})
    shapes = " ".join(f"/a{code} 6 0 R" for code in codes)
    names = " ".join(f"{code} /a{code}" for code in codes)
    widths = " ".join("5" for _ in range(codes[0], codes[-1] + 1))
    return (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 5 7] /FontMatrix [0.1 0 0 0.1 0 0] "
        f"/FirstChar {codes[0]} /LastChar {codes[-1]} /Widths [{widths}] "
        f"/Encoding << /Type /Encoding /Differences [{names}] >> "
        f"/CharProcs << {shapes} >> /Resources << >> >>"
    ).encode()


SHAPE = stream(b"5 0 0 0 4 6 d1 0 0 4 6 re f")


def in_bitmaps(*said: str) -> Document:
    """The document of lines in such a font, whose words stand apart without spaces."""
    page = ""
    for n, line in enumerate(said):
        x = 72.0
        for word in line.split(" "):
            page += text(x, 700 - 14 * n, word, size=10, font="O")
            x += 5 * len(word) + 4
    return printed(page, bitmaps("".join(said)), SHAPE)


def test_ligatures_without_a_meaning_are_told_by_the_words_that_they_make() -> None:
    document = in_bitmaps(
        "The keeper veri\x1ces each \x1cle and signs the o\x1ecial",
        "list of di\x1berent locks before the \x1crst of May",
    )
    assert " ".join(document.text.split()) == (
        "The keeper verifies each file and signs the official "
        "list of different locks before the first of May"
    )
    assert document.pages[0].garbled == 0


def test_form_feeds_are_ligatures_too_and_nothing_is_lost_where_none_fits() -> None:
    document = in_bitmaps("She de\x0cnes the \x0cnal level and the \x0cgures", "of q\x0bz")
    assert "She defines the final level and the figures" in document.text
    assert document.text.endswith("of q\ufffdz")


def test_program_text_in_a_font_of_pictures_is_read() -> None:
    said = ("\\lock[\\@main]{\\gate=shut}{\\west}", "\\lock{\\roof}[]{\\east*}\\@@{}[]")
    document = in_bitmaps(*said)
    assert document.text.split() == [*said]
    assert "pdfminer.six" not in document.made_by


def test_letters_that_a_font_maps_to_odd_ones_are_ligatures_where_english_says_so() -> None:
    spelling = Spelling()
    page = "We miƟgate the risk, and the informaƟon is wriƩen in soŌware; ŌƟ is a name."
    kept = spelling.kept(page, lambda *_: (0, 0, 0, 0))
    assert len(kept) == len(page)
    assert spelt(kept) == (
        "We mitigate the risk, and the information is written in software; ŌƟ is a name."
    )
    later = spelling.kept("AƩend.", lambda *_: (0, 0, 0, 0))  # what a page told holds for the next
    assert spelt(later) == "Attend."


def test_an_accent_over_a_letter_is_part_of_it_and_one_beside_it_is_not() -> None:
    over = "BT /F 10 Tf 72 700 Td [(Ren\xb4) 444 (e and Fran\xe7ois, in Z) -20 (\xa8) 444 (urich)] TJ ET\n"
    beside = text(72, 660, "The firm\xb4s own r\xf4le")
    document = read_pdf(pdf(over + beside))
    assert document.text == "René and François, in Zürich\n\nThe firm\xb4s own r\xf4le"


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_words_without_spaces_stay_apart_beside_the_dots_of_a_leader(reader: str) -> None:
    title = "1.1 What the keeper of a pier does"
    words, dots = title.replace(" ", ") -333 ("), ") -550 (".join("." * 24)
    page = f"BT /F 10 Tf 72 700 Td [({words}) -550 ({dots}) -550 (4)] TJ ET\n"
    document = read_pdf(pdf(page + lines(72, 640, *SAID)), reader=reader)
    assert document.text.startswith(title)


def test_words_a_narrow_space_apart_are_not_letters_set_apart_on_purpose() -> None:
    said = "is not enough for the last of them"
    dots, words = "(.) -120 (.) -170 (.) -120 (})", said.replace(" ", ") -200 (")
    page = f"BT /F 10 Tf 72 700 Td [(Such as {{) -170 {dots} -200 ({words})] TJ ET\n"
    assert said in read_pdf(pdf(page)).text


def test_a_line_beside_which_turned_words_stand_ends_no_page() -> None:
    page = lines(72, 700, *SAID) + rule(300, 200, 300, 500)
    for x, words in ((290, ("Lock", "Keeper")), (312, ("North", "Ada"))):
        for y, word in zip((210, 380), words, strict=True):
            page += f"BT /F 10 Tf 0 1 -1 0 {x} {y} Tm ({word}) Tj ET\n"
    document = read_pdf(pdf(page))
    assert document.pages[0].verdict is Verdict.COMPLETE
    assert {"Lock", "Keeper", "North", "Ada"} <= set(document.text.split())
