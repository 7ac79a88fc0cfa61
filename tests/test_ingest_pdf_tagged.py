"""Tagged PDFs: tags that agree with the page decide what it leaves open; others change nothing."""

from collections.abc import Callable, Sequence

import pytest
from printing import lines, read_pdf, text
from tagging import Element, artifact, marked, tagged_pdf

from pipeline.model import BlockKind, Document

BODY = (
    "Every team that trains a large model keeps a ledger of the runs it has",
    "made, of the data that went into them, and of the people who said yes.",
)
Blocks = list[tuple[BlockKind, int, str]]


class Page:
    """A page that is written from its top down, each piece in an element of its own."""

    def __init__(self, number: int = 0) -> None:
        self.number, self.mcid, self.y = number, 0, 650.0
        self.content = ""
        self.elements: list[Element] = []

    def add(self, kind: str, *words: str, **look: float | str) -> Element:
        """Lines of one element; `x`, `size` and `font` say how they look."""
        x, size, font = (look.get(key, usual) for key, usual in _USUAL.items())
        drawn = lines(float(x), self.y, *words, size=float(size), font=str(font))
        self.content += marked(self.mcid, drawn)
        element = Element(kind, [(self.number, self.mcid)])
        self.mcid += 1
        self.y -= 14 * len(words) + 14
        self.elements.append(element)
        return element

    def item(self, words: str, x: float = 90) -> Element:
        """An item, as programs tag it."""
        body = self.add("LBody", words, x=x)
        self.elements[-1] = Element("LI", [body])
        return self.elements[-1]


_USUAL: dict[str, float | str] = {"x": 72, "size": 11, "font": "F"}


def blocks(document: Document) -> Blocks:
    return [(b.kind, b.level, document.quote(b.span)) for b in document.blocks]


def read(pages: Sequence[Page], *tops: Element, roles: str = "") -> Document:
    whole = tops or (Element("Document", [e for page in pages for e in page.elements]),)
    return read_pdf(tagged_pdf([page.content for page in pages], *whole, roles=roles))


def untold(pages: Sequence[Page]) -> Blocks:
    """The blocks of the same pages in a file whose tree is empty."""
    return blocks(read_pdf(tagged_pdf([page.content for page in pages], Element("Document"))))


def headings(found: Blocks) -> list[tuple[str, int]]:
    return [(words, level) for kind, level, words in found if kind is BlockKind.HEADING]


def report(first: str = "H1", second: str = "H2", body: str = "P") -> Page:
    """Headings of one look on two levels, and one in light type, as the body's."""
    page = Page()
    for title, kind in (("Ledgers", first), ("Who keeps them", second), ("Who reads", second)):
        page.add(kind, title, font="B")
        page.add(body, *BODY)
    page.add(second, "what nobody writes down")
    page.add(body, *BODY)
    return page


def test_headings_and_their_levels_are_tagged_where_all_look_alike() -> None:
    page = report()
    assert headings(blocks(read([page]))) == [
        ("Ledgers", 1),
        ("Who keeps them", 2),
        ("Who reads", 2),
        ("what nobody writes down", 2),
    ]
    assert [level for _, level in headings(untold([page]))] == [1, 1, 1]


def test_types_of_the_files_own_are_mapped() -> None:
    page = report("Titel", "Untertitel", "Text")
    roles = "/Titel /H1 /Untertitel /H2 /Text /P"
    assert blocks(read([page], roles=roles)) == blocks(read([report()]))


@pytest.mark.parametrize(
    "kinds", [("P", "P", "P"), ("H1", "H1", "H1"), ("P", "P", "H1"), ("LI", "LI", "LI")]
)
def test_tags_at_odds_with_the_page_change_nothing(kinds: tuple[str, str, str]) -> None:
    page = report(*kinds)
    assert blocks(read([page])) == untold([page])


def test_the_number_of_a_heading_goes_before_its_tag() -> None:
    page = Page()
    for title, kind in (("1. Ledgers", "H1"), ("1.1 Keepers", "H1"), ("2. Readers", "H1")):
        page.add(kind, title, font="B")
        page.add("P", *BODY)
    assert [level for _, level in headings(blocks(read([page])))] == [1, 2, 1]


def test_items_without_marks_are_items_where_those_with_marks_are_tagged() -> None:
    page = Page()
    page.add("P", *BODY)
    items = [page.item(f"• Keep the {word}.") for word in ("ledger", "log", "key", "book", "seal")]
    page.y += 14
    items += [page.item(words) for words in ("Read what is kept", "Sign what is read")]
    found = blocks(read([page], Element("Document", [page.elements[0], Element("L", [*items])])))
    assert [kind for kind, *_ in found[1:]] == [BlockKind.LIST_ITEM] * 7
    assert BlockKind.LIST_ITEM not in [kind for kind, *_ in untold([page])[-1:]]


def test_items_are_nested_as_they_are_tagged() -> None:
    page = Page()
    page.add("P", *BODY)
    outer = [page.item("• Keep the ledger.", 90)]
    inner = [page.item(f"• Keep it {how}.", 110) for how in ("dry", "shut", "near")]
    outer.append(page.item("• Keep the log.", 90))
    last = [page.item(f"• Keep it {how}.", 110) for how in ("dry", "near")]
    outer.append(page.item("• Keep the key.", 110))
    outer[0].kids.append(Element("L", [*inner]))
    outer[1].kids.append(Element("L", [*last]))
    found = blocks(read([page], page.elements[0], Element("L", [*outer])))
    assert [level for _, level, _ in found[1:]] == [1, 2, 2, 2, 1, 2, 2, 1]
    assert untold([page])[-1][1] == 2


def furnished() -> list[Page]:
    pages = [Page(number) for number in range(4)]
    for page in pages:
        head = "On ledgers" if page.number < 3 else "Of what is left"
        page.content = artifact(text(72, 760, head)) + page.content
        page.add("P", *BODY)
        page.add("P", *BODY)
    return pages


def test_a_running_head_that_comes_once_is_furniture() -> None:
    found = [words for kind, _, words in blocks(read(furnished())) if kind is BlockKind.FURNITURE]
    assert found == ["On ledgers"] * 3 + ["Of what is left"]
    assert (BlockKind.FURNITURE, 0, "Of what is left") not in untold(furnished())


def test_content_that_is_called_an_artifact_stays() -> None:
    pages = furnished()
    for page in pages:
        page.content += artifact(text(72, 500, "Whoever signs the ledger has read all of it."))
        page.content += artifact(text(72, 60, "No ledger leaves the room in which it lies."))
    found = blocks(read(pages))
    assert sum(words.startswith("Whoever") for kind, _, words in found) == 4
    assert BlockKind.FURNITURE not in [kind for kind, _, words in found if words[0] == "W"]


CATALOGUE = (
    ("Control", "What it asks"),
    ("Ledger of runs", "All runs are kept, with who\nsaid yes to them."),
    ("Seal", "No weights are moved without\na seal on them."),
    ("Second reader with a\nlong title of its own", "Another reads it."),
)


def catalogue(rows: Sequence[Sequence[str]] = CATALOGUE) -> tuple[Page, Element]:
    page = Page()
    page.add("P", *BODY)
    table = Element("Table")
    for number, row in enumerate(rows):
        cells, y = [], page.y
        for x, words in zip((72.0, 220.0, 370.0), row, strict=False):
            page.y = y
            cells.append(
                Element("TD" if number else "TH", [page.add("P", *words.split("\n"), x=x)])
            )
        page.y = y - 14 * max(words.count("\n") + 1 for words in row)
        table.kids.append(Element("TR", [*cells]))
    page.y -= 30
    after = page.add("P", *BODY)
    return page, Element("Document", [page.elements[0], table, after])


def test_rows_of_a_table_without_rules_are_as_tagged() -> None:
    page, top = catalogue()
    document = read([page], top)
    cells = [(b.cell, document.quote(b.span)) for b in document.blocks if b.cell]
    rows = {row: [t for c, t in cells if c.row == row] for row in sorted({c.row for c, _ in cells})}
    assert list(rows.values()) == [list(row) for row in CATALOGUE]
    assert [cell.head for cell, _ in cells] == [True] * 2 + [False] * 6
    assert [cell.column for cell, _ in cells] == [0, 1] * 4


@pytest.mark.parametrize(
    "rows",
    [
        [("\n".join(BODY * 6), "Ledgers\nare old.")],
        [("Keep it dry and", "nobody is asked"), ("do not let the", "to carry any of"),
         ("ledger be lost", "it to the yard")],
    ],
    ids=["boxes", "columns of prose"],
)  # fmt: skip
def test_a_table_that_only_lays_out_changes_nothing(rows: list[tuple[str, str]]) -> None:
    page, top = catalogue(rows)
    assert blocks(read([page], top)) == untold([page])


def test_a_table_whose_cells_hold_tables_does_not_cut_the_lines_of_these() -> None:
    page, outer = Page(), Element("Table")
    for n in (1, 2, 3, 4):
        heads, y = Element("TR"), page.y
        for x, words in ((72.0, f"Round {n}"), (220.0, "In May"), (370.0, "By Ada Lind")):
            page.y = y
            heads.kids.append(Element("TD", [page.add("P", words, x=x)]))
        inner = Element("Table")
        for line in BODY:
            inner.kids.append(Element("TR", [Element("TD", [page.add("P", line)])]))
        outer.kids += [heads, Element("TR", [Element("TD", [inner])])]
        page.y -= 20
    document = read([page], Element("Document", [outer]))
    for line in BODY:
        assert document.text.count(line) == 4


def test_cells_that_stand_elsewhere_are_no_table() -> None:
    page, top = catalogue()
    table = top.kids[1]
    assert isinstance(table, Element)
    cells = [row.kids for row in table.kids if isinstance(row, Element)]
    for n, m in ((0, 3), (1, 2)):
        cells[n][0], cells[m][1] = cells[m][1], cells[n][0]
    assert blocks(read([page], top)) == untold([page])


def test_labels_of_figures_are_apart_and_alternative_text_is_nowhere() -> None:
    page = Page()
    for _ in range(4):
        page.add("P", *BODY)
    figure = page.add("Figure", "Runs by year")
    figure.also = "/Alt (A chart that nobody sees) /ActualText (Nor this) /T (Or this)"
    page.add("Caption", "Figure 1 Ledgers that were kept")
    found = blocks(read([page]))
    assert [(kind, words) for kind, _, words in found[4:]] == [
        (BlockKind.FIGURE, "Runs by year"),
        (BlockKind.CAPTION, "Figure 1 Ledgers that were kept"),
    ]
    assert "nobody sees" not in read([page]).text


def test_a_page_in_a_figure_is_read_as_one_without() -> None:
    page = report()
    figure = Element("Figure", [Element("P", [*e.kids]) for e in page.elements])
    assert blocks(read([page], figure)) == untold([page])


def test_a_note_as_large_as_the_body_is_a_note_where_the_others_are() -> None:
    page = Page()
    page.add("P", *BODY * 4)
    page.y = 200
    for number in (1, 2, 3):
        page.add("Note", f"{number} Kept on paper, in the year {number}.", size=8)
    page.add("Note", "4 Kept nowhere.")
    found = [kind for kind, *_ in blocks(read([page]))]
    assert found == [BlockKind.PARAGRAPH] + [BlockKind.FOOTNOTE] * 4


def test_entries_of_contents_need_no_leaders() -> None:
    page = Page()
    page.add("P", *BODY)
    for entry in ("Ledgers 3", "Who keeps them 4", "Who reads them 9"):
        page.add("TOCI", entry)
    page.add("P", *BODY)
    found = blocks(read([page]))
    assert [kind for kind, *_ in found] == [
        BlockKind.PARAGRAPH,
        *[BlockKind.FURNITURE] * 3,
        BlockKind.PARAGRAPH,
    ]


def test_a_list_of_numbers_beside_its_words_is_no_count_of_lines() -> None:
    page = Page()
    for number in range(1, 12):
        words = text(72, page.y, str(number)) + text(110, page.y, f"Do you keep ledger {number}?")
        page.content += marked(number, words)
        page.elements.append(Element("LI", [Element("LBody", [(0, number)])]))
        page.y -= 14
    found = blocks(read([page], Element("L", [*page.elements])))
    assert "1 Do you keep ledger 1?" in found[0][2]
    assert untold([page])[0] == (BlockKind.FURNITURE, 0, "1")
    whole = Element("LI", [kid for e in page.elements for kid in e.kids])
    assert blocks(read([page], Element("L", [whole]))) == untold([page])


def wound(page: Page) -> Element:
    ring = Element("Sect", [*page.elements])
    ring.kids.append(Element("Div", [ring]))
    return ring


def deep(page: Page) -> Element:
    top = Element("Document", [*page.elements])
    for _ in range(10_000):
        top = Element("Sect", [top])
    return top


def wide(page: Page) -> Element:
    page.elements += [Element("P", [(0, 1_000_000 + n)]) for n in range(10_000)]
    return Element("Document", [*page.elements])


def doubled(page: Page) -> Element:
    again = Element("H1", [kid for e in page.elements for kid in e.kids])
    return Element("Document", [again, *page.elements, again])


def strange(page: Page) -> Element:
    odd = [Element("H1", [(0, 999_999), (7, 0), (0, -3)]), Element("X" * 300), Element("TD")]
    return Element("TR", [*odd, *page.elements, Element("LI"), Element("Table")])


@pytest.mark.parametrize("winding", [wound, deep, wide, doubled, strange])
def test_trees_that_make_no_sense_do_no_harm(winding: Callable[[Page], Element]) -> None:
    page = report("P", "P", "P")
    assert blocks(read([page], winding(page))) == untold([page])


def test_a_broad_tree_is_read_as_far_as_it_is_near() -> None:
    pages = [report() for _ in range(30)]
    for number, page in enumerate(pages):
        page.number = number
        for element in page.elements:
            element.kids = [(number, mcid) for _, mcid in element.kids]  # type: ignore[misc]
    found = headings(blocks(read(pages)))
    assert found == [*headings(blocks(read([report()])))] * 30


def test_the_reference_reader_knows_no_tags() -> None:
    page = report()
    data = tagged_pdf([page.content], Element("Document", [*page.elements]))
    assert headings(blocks(read_pdf(data, reader="pdfplumber"))) == headings(untold([page]))
