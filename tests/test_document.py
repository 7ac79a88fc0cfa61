"""Provenance: the words, their place in the text, and their boxes on the page."""

import pytest
from building import Writer
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Block, BlockKind, Box, Document, Inline, Line, Page, Span, Verdict

# One paragraph over a page break: "Keep the logs" on page 1, "for a year." on page 2.
TEXT = "Keep the logs\nfor a year."
FIRST = Line(Span(0, 13), Box(1, 10, 700, 80, 712), (10, 30, 35, 50, 55, 80))
SECOND = Line(Span(14, 25), Box(2, 10, 50, 70, 62), (10, 25, 30, 35, 40, 70))
DOCUMENT = Document(
    path="documents/a.pdf",
    sha256="0" * 64,
    media_type="application/pdf",
    verdict=Verdict.COMPLETE,
    made_by={},
    text=TEXT,
    pages=(Page(number=1, span=Span(0, 14)), Page(number=2, span=Span(14, 25))),
    blocks=(Block(kind=BlockKind.PARAGRAPH, span=Span(0, 25), lines=(FIRST, SECOND)),),
)


def test_words_over_a_page_break_are_cited_on_both_pages() -> None:
    cited = DOCUMENT.cite(Span(0, 25), made_by="rule:x")
    assert cited.quote == TEXT
    assert cited.pages == (1, 2)
    assert cited.boxes == (FIRST.box, SECOND.box)


@pytest.mark.parametrize(
    ("words", "boxes"),
    [
        ("the", [(1, 35, 50)]),
        ("the logs", [(1, 35, 80)]),
        ("og", [(1, 55, 80)]),  # a cut inside a word takes the whole word
        ("logs\nfor a", [(1, 55, 80), (2, 10, 35)]),
        ("year.", [(2, 40, 70)]),
    ],
)
def test_part_of_a_line_is_lit_to_the_word(words: str, boxes: list[tuple[int, int, int]]) -> None:
    start = TEXT.index(words)
    cited = DOCUMENT.cite(Span(start, start + len(words)), made_by="rule:x")
    assert [(box.page, box.x0, box.x1) for box in cited.boxes] == boxes


def test_white_space_at_the_ends_is_not_cited() -> None:
    cited = DOCUMENT.cite(Span(4, 9), made_by="rule:x")
    assert (cited.quote, cited.span) == ("the", Span(5, 8))
    assert (cited.prefix, cited.suffix) == ("Keep ", " logs\nfor a year.")


@pytest.mark.parametrize("span", [Span(4, 5), Span(3, 3), Span(20, 40), Span(30, 40), Span(-3, 4)])
def test_nothing_is_quoted_from_nowhere(span: Span) -> None:
    with pytest.raises(ValueError, match=r"no words at .* documents/a\.pdf"):
        DOCUMENT.cite(span, made_by="rule:x")


@given(st.text(min_size=1).filter(str.strip), st.data())
def test_every_quote_is_the_text_at_its_span(text: str, data: st.DataObject) -> None:
    document = Writer().paragraph(text).document()
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    if document.text[start:end].strip():
        cited = document.cite(Span(start, end), made_by="rule:x")
        assert cited.quote == document.quote(cited.span)
        assert cited.prefix + cited.quote + cited.suffix in document.text


def test_a_table_is_a_grid_with_merged_cells_at_their_first_place() -> None:
    document = Writer().table(["a band"], ["x", "y"], ["z", None]).document()
    (table,) = document.tables
    texts = [[cell and document.quote(cell.span) for cell in row] for row in table.rows]
    assert texts == [["a band", None], ["x", "y"], ["z", None]]


def test_the_same_text_has_the_same_id_wherever_it_lies() -> None:
    moved = DOCUMENT.model_copy(update={"path": "documents/other.pdf"})
    assert moved.id == DOCUMENT.id != Writer().paragraph("Other words.").document().id


def test_a_value_leaves_the_marks_of_notes_out_and_the_quote_keeps_them() -> None:
    text = "Use benchmarks (e.g., ours 15 ) for bias 16, then stop."
    notes = [Inline(kind="note", span=Span(27, 29)), Inline(kind="note", span=Span(41, 43))]
    block = Block(kind=BlockKind.PARAGRAPH, span=Span(0, len(text)), inlines=tuple(notes))
    pages = (Page(number=1, span=Span(0, len(text))),)
    changed = {"text": text, "pages": pages, "blocks": (block,)}
    document = Document.model_validate(DOCUMENT.model_dump() | changed)
    cited = document.cite(block.span, made_by="rule:x")
    assert cited.quote == text
    assert document.value([cited]) == "Use benchmarks (e.g., ours) for bias, then stop."
