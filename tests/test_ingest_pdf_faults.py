"""PDF to Document when something is wrong: hidden, garbled, broken, locked, turned, cropped."""

import io
import logging
from time import process_time

import pytest
from printing import lines, pdf, read_pages, read_pdf, rule, shade, text
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from pipeline.ingest.pdf import drawn, leaf, plumber, sources
from pipeline.model import Document, Level, SetAside, Verdict

SEEN = text(72, 700, "Everybody sees these words.")
PICTURE = "q 400 0 0 400 72 200 cm /I Do Q\n"
SOUP = "BT /C 11 Tf 72 600 Td <000500060007000800090005000600070008> Tj ET\n"


def codes(document: Document) -> list[str]:
    return [issue.code for issue in document.issues]


def set_aside(data: bytes) -> str:
    with pytest.raises(SetAside) as caught:
        read_pdf(data)
    assert caught.value.message.endswith((".", ")"))
    return caught.value.code


UNSEEN = [
    pytest.param("1 g " + text(72, 600, "Trust me") + "0 g\n", id="white on white"),
    pytest.param(shade(72, 590, 200, 30, "0.2 0.4 0.6") + "0.2 0.4 0.6 rg " + text(80, 600, "Trust me") + "0 g\n", id="in the colour of its ground"),
    pytest.param("0.975 g " + text(72, 600, "Trust me") + "0 g\n", id="all but white on white"),
    pytest.param(shade(72, 590, 200, 30, "0.9 0.94 0.96") + "0.91 0.95 0.98 rg " + text(80, 600, "Trust me") + "0 g\n", id="pale on pale"),
    pytest.param(rule(72, 602, 200, 602) + "1 g " + text(72, 600, "Trust me") + "0 g\n", id="white across a rule"),
    pytest.param("q 30 w 60 604 m 540 604 l S Q\n" + shade(60, 590, 300, 30, "1 1 1") + "1 g " + text(72, 600, "Trust me") + "0 g\n", id="white on white over a band"),
    pytest.param(text(72, 600, "Trust me", also="3 Tr"), id="not painted"),
    pytest.param(text(72, 600, "Trust me", size=1), id="too small"),
    pytest.param(text(72, 900, "Trust me"), id="off the page"),
]  # fmt: skip
COVERED = [
    pytest.param(text(72, 600, "Trust me") + shade(60, 580, 300, 50), id="painted over"),
    pytest.param(text(72, 500, "Trust me") + PICTURE, id="under a picture"),
    pytest.param("q 300 300 100 100 re W n " + text(72, 600, "Trust me") + "Q\n", id="cut off"),
]


@pytest.mark.parametrize("unseen", [*UNSEEN, *COVERED])
def test_hidden_text_is_left_out_counted_and_told(unseen: str) -> None:
    document = read_pages(SEEN + unseen)
    assert document.text == "Everybody sees these words."
    assert document.pages[0].hidden == len("Trustme")
    assert codes(document) == ["hidden-text"]
    assert document.issues[0].level is Level.WARNING
    assert "Page 1 has 7 characters" in document.issues[0].message


@pytest.mark.parametrize("unseen", UNSEEN)
def test_the_reference_reader_leaves_hidden_text_out_too(unseen: str) -> None:
    document = read_pages(SEEN + unseen, reader="pdfplumber")
    assert (document.text, document.pages[0].hidden) == ("Everybody sees these words.", 7)
    assert set(document.made_by) == {"pdfminer.six", "pdfplumber"}


@pytest.mark.parametrize(
    "over",
    [
        shade(60, 580, 4, 50),
        "q 60 580 300 50 re S Q\n",
        "q /G gs 1 1 0 rg 60 580 300 50 re f Q\n",
    ],
    ids=["a thin bar", "a frame", "a highlighter"],
)
def test_what_is_seen_through_hides_nothing(over: str) -> None:
    document = read_pages(text(72, 600, "Trust me") + over)
    assert (document.text, document.pages[0].hidden) == ("Trust me", 0)


def test_a_page_of_too_many_lines_is_said_to_be_without_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawn, "MOST_SHAPES", 5)
    monkeypatch.setattr(plumber, "MOST_SHAPES", 5)
    for reader in ("pdfium", "pdfplumber"):
        document = read_pages(
            SEEN + "".join(rule(72, y, 90, y) for y in range(100, 107)), reader=reader
        )
        assert codes(document) == ["tables-not-sought"]
        assert "Page 1 has up to 7 lines" in document.issues[0].message


def test_a_map_without_words_is_not_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(plumber, "leaf_of", lambda *page: asked.append(page[-1]))
    map_ = "".join(rule(72, y, 90, y) for y in range(100, 107))
    assert read_pages(map_, SEEN).verdict is Verdict.PARTIAL
    assert asked == [1]  # with few lines it is
    monkeypatch.setattr(drawn, "MOST_SHAPES", 5)
    read_pages(map_, SEEN)
    assert asked == [1]


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_type_in_the_colour_of_the_frame_around_it_is_seen(reader: str) -> None:
    outer, hole = "60 590 300 30 re", "62 592 296 26 re"
    frame = f"0.1 0.1 0.4 rg {outer} {hole} f*\n"
    document = read_pages(frame + text(80, 600, "Trust me") + frame, reader=reader)
    assert document.text == "Trust me"
    assert document.pages[0].hidden == 0


@pytest.mark.parametrize(
    "ground",
    [shade(60, 590, 300, 30, "0.1 0.1 0.4"), "q 400 0 0 400 60 590 cm /I Do Q\n"],
    ids=["a dark band", "a picture"],
)
def test_white_type_on_a_ground_is_seen(ground: str) -> None:
    document = read_pages(ground + "1 g " + text(72, 600, "Trust me") + "0 g\n")
    assert document.text == "Trust me"
    assert document.pages[0].hidden == 0


LIGHT = "1 g " + text(80, 600, "Trust me", size=14) + "0 g\n"
BANDS = [
    pytest.param("q 0.1 0.1 0.4 RG 30 w 60 604 m 540 604 l S Q\n", id="a thick line"),
    pytest.param("q 0.1 0.1 0.4 RG 30 w 60 604 400 0.1 re S Q\n", id="a thick frame around nothing"),
    pytest.param("".join(f"q 0.1 0.1 0.4 RG 2 w 60 {n} m 360 {n} l S Q\n" for n in range(591, 621, 2)), id="lines"),
    pytest.param("".join(shade(60, n, 300, 2, "0.1 0.1 0.4") for n in range(590, 620, 2)), id="strips"),
    pytest.param("".join(shade(x, 590, 3, 30, "0.1 0.1 0.4") for x in range(60, 360, 3)), id="upright strips"),
    pytest.param(shade(60, 590, 300, 30, "0.8 0.9 1"), id="a pale band"),
]  # fmt: skip


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
@pytest.mark.parametrize("band", BANDS)
def test_light_type_on_a_band_of_any_make_is_seen(band: str, reader: str) -> None:
    document = read_pages(band + LIGHT, reader=reader)
    assert (document.text, document.pages[0].hidden) == ("Trust me", 0)


def test_thousands_of_strips_and_of_white_words_are_read_in_time() -> None:
    strips = "".join(f"0.1 g 60 {100 + 0.6 * n:.1f} 300 1 re f\n" for n in range(999))
    words = (text(60 + n % 10 * 50, 100 + 0.3 * n, "white", size=4) for n in range(2_000))
    started = process_time()
    assert read_pages(f"{strips}1 g {''.join(words)}").pages[0].hidden
    assert process_time() - started < 6  # seconds; 13 when each word met all strips


def test_what_is_painted_through_a_clip_hides_nothing_outside_it() -> None:
    everywhere = "0.1 0.1 0.4 rg 0 0 612 792 re f"
    page = SEEN + f"q 60 590 300 30 re W n {everywhere} Q\n" + LIGHT
    page += f"q 60 200 300 30 re W n {everywhere} Q\n" + text(72, 150, "Trust nobody.")
    page += "q 60 400 100 30 re W n 400 0 0 700 60 100 cm /I Do Q\n"
    document = read_pages(page)
    assert document.text.split("\n\n") == [
        "Everybody sees these words.",
        "Trust me",
        "Trust nobody.",
    ]
    assert document.pages[0].hidden == 0
    elsewhere = f"q 60 200 300 30 re W n {everywhere} Q\n"
    assert read_pages(SEEN + elsewhere + LIGHT).pages[0].hidden == len("Trustme")


@pytest.mark.parametrize(
    ("value", "space", "colour"),
    [
        (1, "DeviceGray", "#ffffff"),
        ((0.99, 1, 0.985), "DeviceRGB", "#ffffff"),
        ((0, 0, 0, 0), "DeviceCMYK", "#ffffff"),
        ((0, 0.5, 1, 0), "DeviceCMYK", "#ff8000"),
        (1, "Separation", None),  # all of an ink is dark, not white
        (("P1",), "Pattern", None),
    ],
)
def test_colours_of_known_spaces(value: object, space: str, colour: str | None) -> None:
    assert plumber.colour_of(value, space) == colour


def test_a_page_of_pictures_needs_ocr_and_the_rest_is_read() -> None:
    document = read_pages(SEEN, PICTURE, SEEN)
    assert document.verdict is Verdict.PARTIAL
    assert [page.verdict for page in document.pages] == [
        Verdict.COMPLETE,
        Verdict.NEEDS_OCR,
        Verdict.COMPLETE,
    ]
    assert codes(document) == ["needs-ocr"]
    assert document.pages[1].span == (len("Everybody sees these words.") + 2,) * 2
    assert document.cite(document.blocks[1].span, "reader:test").pages == (3,)


def test_a_text_layer_that_is_not_painted_is_not_taken_for_a_scan_that_was_read() -> None:
    document = read_pages(PICTURE + text(72, 600, "Trust me", also="3 Tr"))
    assert document.verdict is Verdict.NEEDS_OCR
    assert codes(document) == ["needs-ocr", "hidden-text"]
    assert document.text == ""


def test_pictures_alone_and_nothing_at_all() -> None:
    assert read_pages(PICTURE, PICTURE).verdict is Verdict.NEEDS_OCR
    blank = read_pages("", "")
    assert blank.verdict is Verdict.BLANK
    assert codes(blank) == ["blank"]
    assert read_pages("", SEEN).verdict is Verdict.COMPLETE


def test_soup_is_garbled_and_none_of_its_page_is_taken() -> None:
    document = read_pages(SOUP + text(72, 500, "Four"), SEEN)
    assert document.verdict is Verdict.PARTIAL
    assert document.pages[0].verdict is Verdict.GARBLED
    assert document.pages[0].garbled == 9
    assert document.text == "Everybody sees these words."
    assert codes(document) == ["garbled-text"]
    assert read_pages(SOUP).verdict is Verdict.GARBLED


def test_a_few_unknown_characters_are_shown_and_counted() -> None:
    document = read_pages(SOUP + lines(72, 700, *["Words that anybody can read."] * 4))
    assert document.verdict is Verdict.COMPLETE
    assert document.pages[0].garbled == 9
    assert "\ufffd" * 9 in document.text
    assert "(cid:" not in document.text
    assert codes(document) == ["unknown-characters"]


def test_what_is_no_pdf_is_set_aside() -> None:
    whole = pdf(SEEN)
    assert set_aside(b"") == "not-readable"
    assert set_aside(b"<html><body>Please sign in</body></html>") == "not-readable"
    assert set_aside(whole[:30]) == "not-readable"
    assert set_aside(pdf(SEEN, SEEN)[:-500]) == "not-readable"
    assert set_aside(pdf()) == "no-pages"


def test_pages_that_a_file_lists_and_has_not_are_missed() -> None:
    document = read_pdf(pdf(SEEN, SEEN).replace(b"/Count 2", b"/Count 4"))
    assert document.verdict is Verdict.PARTIAL
    assert codes(document) == ["page-not-readable"]
    assert document.issues[0].message.startswith("Page 3 could not be read (the file lists 2 more")


def test_junk_around_the_file_does_no_harm() -> None:
    assert read_pdf(b"\n" * 20 + pdf(SEEN) + b"\x00" * 100).text == "Everybody sees these words."


def locked(user: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption(user, ownerPassword="owner"))
    canvas.drawString(72, 700, "Read me if you may.")
    canvas.save()
    return file.getvalue()


def test_a_password_sets_a_file_aside_unless_it_is_empty() -> None:
    assert set_aside(locked("secret")) == "encrypted"
    assert read_pdf(locked("")).text == "Read me if you may."


def test_a_page_that_fails_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaf, "MOST_GLYPHS", 100)
    document = read_pages(SEEN, lines(72, 700, *["Everybody sees these words."] * 10), SEEN)
    assert document.verdict is Verdict.PARTIAL
    assert [page.verdict for page in document.pages][1] is Verdict.FAILED
    (issue,) = document.issues
    assert (issue.code, issue.level, issue.stage) == ("page-not-readable", Level.ERROR, "ingest")
    assert issue.message.startswith("Page 2 could not be read (it has more than ")
    assert len(document.blocks) == 2


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RecursionError, "it takes more memory, or is nested deeper, than is sound"),
        (MemoryError, "it takes more memory, or is nested deeper, than is sound"),
        (EOFError, "cut off: it ends too early"),
        (KeyError, "damaged, cut off, or something else"),
        (AssertionError, "damaged, cut off, or something else"),
    ],
)
def test_whatever_a_page_raises_is_a_failed_page(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: type[Exception],
    why: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(sources, "sheet_of", fail)
    caplog.set_level(logging.INFO)
    document = read_pages(SEEN)
    assert document.verdict is Verdict.FAILED
    assert f"could not be read ({why})" in document.issues[0].message
    assert error.__name__ in caplog.text


def test_more_pages_than_anyone_reads_are_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_PAGES", 3)
    assert set_aside(pdf(*[SEEN] * 4)) == "too-many-pages"


def test_a_page_without_a_size_is_a_page_of_letter_paper() -> None:
    document = read_pages(SEEN, box="")
    assert document.text == "Everybody sees these words."
    assert (document.pages[0].width, document.pages[0].height) == (612, 792)


def test_boxes_count_from_the_visible_page() -> None:
    box = "/MediaBox [10 20 622 812] /CropBox [60 100 560 780]"
    document = read_pages(text(82, 692, "Inside") + text(20, 692, "Out"), box=box)
    assert document.text == "Inside"
    page, line = document.pages[0], document.blocks[0].lines[0]
    assert (page.width, page.height, page.hidden) == (500, 680, 3)
    assert line.box.x0 == 22
    assert line.box.bottom == pytest.approx(780 - 692 + 2.3, abs=0.5)


@pytest.mark.parametrize(
    ("turn", "matrix", "size"),
    [
        (90, "0 1 -1 0 {y} {x}", (792, 612)),
        (180, "-1 0 0 -1 {x} {y}", (612, 792)),
        (270, "0 -1 1 0 {y} {x}", (792, 612)),
    ],
)
def test_a_turned_page_reads_as_it_is_seen(
    turn: int, matrix: str, size: tuple[float, float]
) -> None:
    # Words that stand upright, 72 points from the left and 92 from the top, once it is turned.
    x, y = {90: (72, 92), 180: (612 - 72, 92), 270: (792 - 72, 612 - 92)}[turn]
    place = matrix.format(x=x, y=y)
    page = f"BT /F 10 Tf {place} Tm (Keep a ledger) Tj ET"
    document = read_pages(page, box=f"/MediaBox [0 0 612 792] /Rotate {turn}")
    assert document.text == "Keep a ledger"
    assert (document.pages[0].width, document.pages[0].height) == size
    box = document.blocks[0].lines[0].box
    assert box.x0 == pytest.approx(72, abs=0.2)
    assert box.bottom == pytest.approx(92 + 2.1, abs=0.5)


def test_text_that_runs_up_a_page_is_read_in_its_own_direction() -> None:
    page = SEEN + "BT /F 10 Tf 0 1 -1 0 40 300 Tm (Along the margin) Tj ET"
    document = read_pages(page)
    assert document.text == "Everybody sees these words.\n\nAlong the margin"
    (line,) = document.blocks[1].lines
    assert line.box.bottom == pytest.approx(792 - 300, abs=0.2)
    assert line.box.x1 - line.box.x0 == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize("reader", ["pdfium", "pdfplumber"])
def test_type_of_a_size_below_nothing_that_is_turned_round_is_upright(reader: str) -> None:
    page = "BT /F -11 Tf -1 0 0 -1 72 700 Tm (Everybody sees these words.) Tj ET\n" + text(
        72, 600, "Me"
    )
    document = read_pages(page, reader=reader)
    assert document.text.split("\n")[0] == "Everybody sees these words."


def test_text_that_runs_askew_is_told_and_a_stamp_is_not() -> None:
    turned = "BT /F 10 Tf 0.87 0.5 -0.5 0.87 72 {} Tm ({}) Tj ET\n"
    words = "Whoever keeps the ledger reads it."
    askew = "".join(turned.format(y, words) for y in (300, 320, 340))
    assert codes(read_pages(askew, SEEN)) == ["askew-text"]
    assert codes(read_pages(turned.format(300, "Draft for comment"), SEEN)) == []
