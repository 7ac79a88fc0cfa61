"""PDF to Document: rows over page breaks, boxes, figures, formulas and lists, case by case."""

import pytest
from fuzz_pdf import Case, faults_of, outcomes
from layout_cases import CASES, HERE, told
from layout_tagged import TAGGED
from printing import assembled, lines, pdf, read_pages, read_pdf, text
from test_ingest_pdf import BODY, check_geometry

from pipeline.ingest.pdf.formulas import is_formula
from pipeline.model import BlockKind


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_case_is_what_its_maker_makes(name: str) -> None:
    assert (HERE / name / "case.pdf").read_bytes() == CASES[name]()


def test_every_folder_is_a_case() -> None:
    assert sorted(folder.name for folder in HERE.iterdir()) == sorted(CASES)


READERS = [(name, "pdfium") for name in sorted(CASES)]
# The reference reader knows no tags.
READERS += [(name, "pdfplumber") for name in sorted(CASES) if name not in TAGGED]


@pytest.mark.parametrize(("name", "reader"), READERS)
def test_a_case_is_read_as_its_golden_document(name: str, reader: str) -> None:
    document = read_pdf((HERE / name / "case.pdf").read_bytes(), reader=reader)
    check_geometry(document)
    assert told(document) == (HERE / name / "golden.txt").read_text(encoding="utf-8")


def test_a_cut_cell_is_cited_on_both_its_pages() -> None:
    document = read_pdf(CASES["cut-rows"]())
    cut = [block for block in document.blocks if len({line.box.page for line in block.lines}) > 1]
    assert [document.cite(block.span, "reader:test").pages for block in cut] == [(1, 2), (1, 2)]
    start = document.text.index("an invitation")
    told_once = document.cite(cut[1].span._replace(start=start, end=start + 13), "reader:test")
    assert (told_once.quote, told_once.pages) == ("an invitation", (1,))


def test_a_column_knows_its_heads_from_the_top() -> None:
    document = read_pdf(CASES["nested-heads"]())
    (table,) = document.tables
    heads = [[document.quote(head.span) for head in over] for over in table.heads]
    assert heads == [["Part"], ["What is done", "By day"], ["What is done", "By night"]]


def test_the_words_of_a_figure_are_no_words_of_a_record() -> None:
    from pipeline.run.work import _rules, _taxonomies
    from pipeline.segment import segment

    document = read_pdf(CASES["chart"]())
    (figure,) = [block for block in document.blocks if block.kind is BlockKind.FIGURE]
    found = segment(document, _taxonomies(), _rules())
    start, end = figure.span
    assert set(found.kinds(document)[start:end]) == {1}  # told of as boilerplate, not unread
    assert figure.span in found.boilerplate


@pytest.mark.parametrize("line", ["x = y + 2", "L(θ) = Σ log p(x | θ) (3)", "a ≤ b", "P → Q"])
def test_a_line_of_signs_is_a_formula(line: str) -> None:
    assert is_formula(line)


@pytest.mark.parametrize(
    "line", ["We set the limit = 3 for all runs", "(3)", "• Sign it", "See https://a.org/?a=b", "A"]
)
def test_a_line_of_words_is_no_formula(line: str) -> None:
    assert not is_formula(line)


def test_a_sentence_goes_on_over_a_page_behind_a_box_at_its_foot() -> None:
    first = lines(72, 740, *BODY, "It is kept where no light falls") + "0.5 w 72 80 300 60 re S\n"
    first += lines(80, 120, "Keepers sign for themselves", "and never for others.")
    document = read_pages(first, lines(72, 740, "on it, and away from the stove.", *BODY))
    assert "no light falls\non it, and away from the stove." in document.text
    assert document.text.count("Keepers sign for themselves\nand never for others.") == 1


MAP = b"/CIDInit begincmap 1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange "
MAP += b"1 beginbfrange <00000000> <7FFFFFFF> <0041> endbfrange endcmap"


def test_what_names_a_billion_codes_or_has_no_width_is_read_in_time() -> None:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 5 0 R >>"
    page = text(72, 700, "Sign every page.").encode()
    codes = assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
            b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F 6 0 R >> >> /Contents 4 0 R >>",
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page), page),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(MAP), MAP),
            font,
        ]
    )
    flat = pdf(text(72, 700, "Sign every page.") + text(72, 600, "a" * 60_000, also="0 Tz"))
    found = list(outcomes([Case("codes", codes), Case("width", flat)], jobs=2))
    assert [faults_of(outcome) for outcome in found] == [[], []]
