"""PDF to Document: bookmarks, contents and tags that name other headings than the pages show."""

import io

from printing import lines, pdf, read_pdf, text
from reportlab.pdfgen.canvas import Canvas
from tagging import Element, marked, tagged_pdf

BODY = (
    "Every team that trains a large model keeps a ledger of the runs it has",
    "made, of the data that went into them, and of the people who said yes.",
)
TITLES = ("Of ledgers", "How they are kept", "By whom", "When they are burnt")


def odds(data: bytes) -> list[str]:
    return [i.message for i in read_pdf(data).issues if i.code == "headings-at-odds"]


def sections() -> str:
    return "".join(
        text(72, 740 - 90 * n, title, size=14, font="B") + lines(72, 716 - 90 * n, *BODY)
        for n, title in enumerate(TITLES)
    )


def listed(*titles: str) -> bytes:
    """Contents, and the four sections on the next page."""
    contents = "".join(
        text(72, 740 - 16 * n, f"{n + 1}. {title} {'.' * 40} {n + 2}")
        for n, title in enumerate(titles)
    )
    return pdf(contents, sections())


def bookmarked(*titles: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True)
    for title in titles:
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title)
    for n, title in enumerate(TITLES):
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(72, 740 - 90 * n, title)
        canvas.setFont("Helvetica", 11)
        for m, line in enumerate(BODY):
            canvas.drawString(72, 716 - 90 * n - 14 * m, line)
    canvas.save()
    return file.getvalue()


def test_contents_and_bookmarks_that_name_the_headings_are_not_spoken_of() -> None:
    assert odds(listed(*TITLES)) == []
    assert odds(bookmarked(*TITLES)) == []
    assert odds(pdf(sections())) == []


def test_one_issue_says_what_is_named_and_not_shown() -> None:
    (said,) = odds(listed(*TITLES[:2], "Of keys", "Of gates"))
    assert "2 of the 4 in its table of contents (such as '3. Of keys', '4. Of gates')" in said
    (said,) = odds(bookmarked(TITLES[0], "Page 2", "Untitled one", "Slide three"))
    assert "3 of the 4 in its bookmarks (such as 'Page 2'" in said


def test_tags_that_are_not_believed_are_spoken_of() -> None:
    pieces, page = [], ""
    for n in range(8):
        page += marked(n, lines(72, 700 - 40 * n, *BODY))
        pieces.append(Element("H1", [(0, n)]))
    (said,) = odds(tagged_pdf([page], Element("Document", [*pieces])))
    assert "8 of the 8 in its tags" in said
