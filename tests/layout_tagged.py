"""Pages of tagged files: what tags say where they agree with the page, and where they do not."""

from collections.abc import Callable, Sequence

from printing import lines
from tagging import Element, marked, tagged_pdf

BODY = (
    "The keeper of a ledger signs every page of it and writes", "the hour beside the name, so that whoever reads it",
    "later knows who was there, and what was seen then.",
)  # fmt: skip
Piece = tuple[str, Sequence[str], str, float]


def page_of(*pieces: Piece) -> tuple[str, list[Element]]:
    """A page from its top down: each piece its type, its lines, its font and its left edge."""
    page, elements, y = "", [], 740.0
    for number, (kind, words, font, x) in enumerate(pieces):
        page += marked(number, lines(x, y, *words, font=font))
        elements.append(Element(kind, [(0, number)]))
        y -= 14 * len(words) + 14
    return page, elements


def tagged_headings() -> bytes:
    """Headings that all look alike, on two levels by their tags, and one in light type."""
    titles = (("H1", "Of ledgers", "B"), ("H2", "Who keeps them", "B"), ("H2", "what nobody writes down", "F"), ("H1", "Of keys", "B"))  # fmt: skip
    pieces: list[Piece] = []
    for kind, title, font in titles:
        pieces += [(kind, (title,), font, 60), ("P", BODY, "F", 60)]
    page, elements = page_of(*pieces)
    return tagged_pdf([page], Element("Document", [*elements]))


def tagged_all_as_headings() -> bytes:
    """The same page, every paragraph of which is tagged as a heading: tags say nothing then."""
    page, elements = page_of(("H1", ("Of ledgers",), "B", 60), ("H1", BODY, "F", 60), ("H1", ("Of keys",), "B", 60), ("H1", BODY, "F", 60), ("H1", BODY, "F", 60))  # fmt: skip
    return tagged_pdf([page], Element("Document", [*elements]))


def tagged_table() -> bytes:
    """A table without rules, and cells of two lines of which the first column has words, too."""
    rows = (
        ("Control", "What it asks"),
        ("Ledger of runs", "All runs are kept, with who|said yes to them."),
        ("Second reader with a|long title of its own", "Another reads it."),
        ("Seal", "No weights are moved without|a seal on them."),
    )
    page, number, y = marked(0, lines(60, 740, *BODY)), 1, 680.0
    table = Element("Table")
    for place, row in enumerate(rows):
        cells = []
        for x, words in zip((60, 230), row, strict=True):
            page += marked(number, lines(x, y, *words.split("|")))
            cells.append(Element("TD" if place else "TH", [Element("P", [(0, number)])]))
            number += 1
        y -= 14 * max(words.count("|") + 1 for words in row)
        table.kids.append(Element("TR", [*cells]))
    return tagged_pdf([page], Element("Document", [Element("P", [(0, 0)]), table]))


TAGGED: dict[str, Callable[[], bytes]] = {
    made.__name__.replace("_", "-"): made
    for made in (tagged_headings, tagged_all_as_headings, tagged_table)
}
