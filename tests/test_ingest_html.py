"""Saved pages and web archives: structure kept, furniture apart, hidden text out."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import Raw, ingest
from pipeline.model import Block, BlockKind, Cell, Document, Verdict
from pipeline.model.text import freeze


def page(markup: str | bytes, path: str = "documents/t/a.html") -> Document:
    data = markup if isinstance(markup, bytes) else markup.encode()
    return ingest(Raw(path, data, hashlib.sha256(data).hexdigest()))


def shown(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, document.quote(b.span)) for b in document.blocks]


def inlines(document: Document, block: Block) -> list[tuple[str, str, str | None]]:
    return [(i.kind, document.quote(i.span), i.href) for i in block.inlines]


def codes(document: Document) -> list[str]:
    return [issue.code for issue in document.issues]


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        ("<h2>Part</h2><p>One<p>Two", [("heading", 2, "Part"), ("paragraph", 0, "One"), ("paragraph", 0, "Two")]),
        ("<div role=heading aria-level=4>Part</div>x", [("heading", 4, "Part"), ("paragraph", 0, "x")]),
        ("loose<div>in<div>deep</div>after</div>", [("paragraph", 0, words) for words in ("loose", "in", "deep", "after")]),
        ("<p>a \n\t b&nbsp; c<br>\n d</p>", [("paragraph", 0, "a b\xa0 c\nd")]),
        ("<p>CO<sub>2</sub> <d-cite k=x>(Cited)</d-cite>!</p>", [("paragraph", 0, "CO2 (Cited)!")]),
        ("<ul><li><label><input type=checkbox checked>Do</label><li><input type=checkbox> Wait</ul><p><input type=checkbox>x", [("list item", 1, "• ☒ Do"), ("list item", 1, "• ☐ Wait"), ("paragraph", 0, "x")]),
        ("a<br><br>b", [("paragraph", 0, "a"), ("paragraph", 0, "b")]),
        ("<pre>\n  a\n    b\n</pre>", [("code", 0, "  a\n    b")]),
        ("<blockquote><p>Said</p>— Who</blockquote>", [("quotation", 0, "Said"), ("quotation", 0, "— Who")]),
        ("<figure><img alt=x><figcaption>Fig. 1</figcaption></figure>", [("caption", 0, "Fig. 1")]),
        ("<details><summary>More</summary>inside</details>", [("paragraph", 0, "More"), ("paragraph", 0, "inside")]),
        ("<a href=c><h3>Name</h3><span>text</span></a>", [("heading", 3, "Name"), ("paragraph", 0, "text")]),
        ("<h3><button aria-expanded=false>Part</button></h3>x", [("heading", 3, "Part"), ("paragraph", 0, "x")]),
        ('<h2>Part <a href="#p">¶</a></h2>', [("heading", 2, "Part")]),
        ("<h2>Part<p>never closed", [("heading", 2, "Part"), ("paragraph", 0, "never closed")]),
        ("<p>E<b>&#x301;</b>e&#x301;&#1;&#xd800;", [("paragraph", 0, "Éé\ufffd\ufffd")]),
        ("<math><mi>x</mi><annotation>\\x</annotation></math>", [("paragraph", 0, "x")]),
    ],
)  # fmt: skip
def test_blocks_are_what_a_browser_shows(markup: str, blocks: list[tuple[str, int, str]]) -> None:
    assert shown(page(f"<html><body>{markup}")) == blocks


@pytest.mark.parametrize(
    ("markup", "items"),
    [
        ("<ul><li>a<li>b", [(1, "• a"), (1, "• b")]),
        ("<ol><li>a<li>b", [(1, "1. a"), (1, "2. b")]),
        ("<ol start=4 type=a><li>a<li value=27>b<li>c", [(1, "d. a"), (1, "aa. b"), (1, "ab. c")]),
        ("<ol type=I reversed><li>a<li>b", [(1, "II. a"), (1, "I. b")]),
        ("<ol start=x><li value=->a", [(1, "1. a")]),
        ("<ul><li>a<ol><li>b</ol><li>c", [(1, "• a"), (2, "1. b"), (1, "• c")]),
        ("<ul><li><p>a</p></li></ul>", [(1, "• a")]),
        ("<ul><li>1. a<li>– b", [(1, "1. a"), (1, "– b")]),
        ("<li>alone", [(1, "• alone")]),
        ("<dl><dt>Term<dd>meaning<dt>Two<dt>Three<dd><p>what it is", [(1, "Term\nmeaning"), (1, "Two"), (1, "Three\nwhat it is")]),
    ],
)  # fmt: skip
def test_list_items_have_their_printed_marker(markup: str, items: list[tuple[int, str]]) -> None:
    assert shown(page(f"<html>{markup}")) == [("list item", *item) for item in items]


def test_only_the_first_block_of_an_item_is_the_item() -> None:
    blocks = shown(page("<html><ul><li><p>a</p><p>b</p></li><li><h3>c</h3>d</ul>"))
    assert [kind for kind, _, _ in blocks] == ["list item", "paragraph", "heading", "paragraph"]


def test_inlines_have_their_place() -> None:
    document = page(
        "<html><ul><li><b>Name:</b> see <a href=' x.html '>a <i>link</i></a>, <code>f()</code>"
        "<sup><a href='#n1'>1</a></sup><a href='javascript:go()'>js</a>"
        "<span style='font-weight: 700'>bold</span></ul>"
    )
    assert inlines(document, document.blocks[0]) == [
        ("strong", "Name:", None),
        ("link", "a link", "x.html"),
        ("emphasis", "link", None),
        ("code", "f()", None),
        ("link", "1", "#n1"),
        ("note", "1", None),
        ("strong", "bold", None),
    ]


def test_a_link_around_blocks_is_a_link_in_each() -> None:
    document = page("<html><a href=c><h3>Name</h3><span>text</span></a>")
    assert [inlines(document, block) for block in document.blocks] == [
        [("link", "Name", "c")],
        [("link", "text", "c")],
    ]


def test_cells_have_their_place_and_spans() -> None:
    document = page(
        "<html><table><caption>Table 1</caption>"
        "<thead><tr><th>Id<th colspan=2>Action</thead>"
        "<tr><td rowspan=2>A<td>one<td>two<tr><td colspan=2><p>p</p><ul><li>i</ul></table>"
    )
    assert shown(document)[0] == ("caption", 0, "Table 1")
    assert [(document.quote(b.span), b.cell) for b in document.blocks[1:]] == [
        ("Id", Cell(table=0, row=0, column=0, head=True)),
        ("Action", Cell(table=0, row=0, column=1, columns=2, head=True)),
        ("A", Cell(table=0, row=1, column=0, rows=2)),
        ("one", Cell(table=0, row=1, column=1)),
        ("two", Cell(table=0, row=1, column=2)),
        ("p\n• i", Cell(table=0, row=2, column=1, columns=2)),
    ]


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>a<tr><td>b</table>",
        "<table role=presentation><tr><td>a<td>b</table>",
        "<table><tr><td><h2>a</h2><td>b</table>",
        "<table><tr><td>a<td><table><tr><td>b</table></table>",
    ],
)
def test_a_table_that_lays_out_the_page_is_its_content(table: str) -> None:
    document = page(f"<html>{table}")
    assert [words for _, _, words in shown(document)] == ["a", "b"]
    assert not any(block.cell for block in document.blocks)


@pytest.mark.parametrize(
    "markup",
    [
        "<nav>{}</nav>", "<header>{}</header>", "<footer>{}</footer>", "<aside>{}</aside>",
        "<div role=navigation>{}</div>", "<div class='x cookie-banner'>{}</div>",
        "<div id=sidebar>{}</div>", "<ul class=breadcrumbs><li>{}</ul>", "<button>{}</button>",
        "<select><option>{}</select>",
        "<ul><li><a href=a>{}</a><li><a href=b>b</a><li><a href=c>c</a><li><a href=d>d</a></ul>",
    ],
)  # fmt: skip
def test_furniture_is_kept_as_furniture(markup: str) -> None:
    document = page(f"<html>{markup.format('AROUND')}<main><p>Words</main>")
    kinds = {words: kind for kind, _, words in shown(document)}
    assert kinds["AROUND"] == "furniture"
    assert kinds["Words"] == "paragraph"


@pytest.mark.parametrize(
    "markup",
    [
        "<header><h1>Title</h1>{}</header>", "<article><header>{}</header></article>",
        "<main><aside>{}</aside></main>", "<div class=navigate-risk>{}</div>",
        "<div class=sidebar><main>{}</main></div>", "<div role=doc-footnote>{}</div>",
        "<ul><li><a href=a>{}</a><li><a href=b>b</a></ul>",
    ],
)  # fmt: skip
def test_what_only_looks_like_furniture_is_content(markup: str) -> None:
    document = page(f"<html>{markup.format('WITHIN')}<p>Words")
    assert ("furniture" not in {kind for kind, _, _ in shown(document)}) is True
    assert "WITHIN" in document.text


@pytest.mark.parametrize(
    "markup",
    [
        "<p hidden>{}</p>", "<p style='color:red; DISPLAY : none'>{}</p>", "<noscript>{}</noscript>",
        "<span class='sr-only'>{}</span>", "<template>{}</template>", "<dialog>{}</dialog>",
    ],
)  # fmt: skip
def test_hidden_text_is_left_out_and_counted(markup: str) -> None:
    document = page(f"<html>{markup.format('nobody sees')}<p>Words")
    assert document.text == "Words"
    assert codes(document) == ["hidden-text"]
    assert document.pages[0].hidden == len("nobody sees")


def test_code_of_the_page_is_no_text() -> None:
    document = page("<html><style>p{}</style><script>f('<p>x')</script><!-- c --><p>Words")
    assert document.text == "Words"
    assert codes(document) == []


def test_drawings_and_frames_are_left_out_with_an_issue() -> None:
    document = page("<html><svg><text>drawn</text></svg><iframe src=x></iframe><p>Words")
    assert document.text == "Words"
    assert codes(document) == ["picture-text", "frames"]


def test_footnotes_are_footnotes() -> None:
    document = page("<html><p>x<section class=footnotes><ol><li>Note</ol></section>")
    assert shown(document)[1] == ("footnote", 0, "1. Note")


def test_metadata_comes_first_the_most_trusted_first() -> None:
    document = page(
        "<html><head><title>On tests | Site</title><meta name=author content='A. Writer'>"
        "<meta name=DC.creator content='A. Writer'><meta name=citation_title content='On  tests'>"
        "<meta property=og:title content='On tests'><meta name=viewport content=x>"
        "<meta name=citation_author content='Reader, B.'><meta name=citation_doi content='10.1/x'>"
        "<link rel=canonical href=https://example.org/a></head><p>Words"
    )
    assert [words for kind, _, words in shown(document) if kind == "metadata"] == [
        "title: On tests",
        "title: On tests | Site",
        "author: Reader, B.",
        "author: A. Writer",
        "doi: 10.1/x",
        "url: https://example.org/a",
    ]


def test_a_page_with_furniture_only_is_blank() -> None:
    document = page("<html><title>App</title><nav>Home</nav><div id=root></div>")
    assert document.verdict is Verdict.BLANK
    assert codes(document) == ["blank"]


DEEP = 100_000


@pytest.mark.parametrize(
    ("markup", "issues"),
    [
        ("<div>" * DEEP + "deep" + "</div>" * DEEP + "<p>after", ["too-deep"]),
        ("<p>" + "<b>" * DEEP + "deep</p><p>after", ["too-deep"]),
        ("<ul><li>x" * DEEP + "deep<p>after", ["too-deep"]),
        ("<table><tr><td>" * DEEP + "deep<p>after", ["too-deep"]),
        ("<a href=x>" * DEEP + "deep<p>after", []),
        ("</div>" * DEEP + "deep<p>after", []),
        ("<x></y>" * 1000 + "<div>" * DEEP + "deep<p>after", ["too-deep"]),
        ("<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">deep<p>after", []),
        ("<p>" + "<b>" * 1000 + "<p>x" * 10_000 + "<p>deep<p>after", []),
        (
            "<table>" + "<tr><td colspan=1000 rowspan=65534>x<td>y" * 999 + "</table>deep<p>after",
            [],
        ),
        ("<p>" + "&lt;" * 1_000_000 + "deep<p>after", []),
        ("<p>" + "word " * 2_000_000 + "deep<p>after", []),
        ("<p>" + "x<br>" * 100_000 + "deep<p>after", []),
        ("<" * 1_000_000 + "<p>deep<p>after", []),
        ("<ol start=999999999 reversed>" + "<li>x" * 1000 + "</ol>deep<p>after", []),
        ("<?x ?>" * 100_000 + "deep<p>after", []),
        ("<p>\x00deep\u202e<p>after", []),
    ],
)
def test_hostile_pages_lose_no_words(markup: str, issues: list[str]) -> None:
    document = page("<html>" + markup)
    assert "deep" in document.text
    assert document.text.endswith("after")
    assert codes(document) == issues
    assert document.verdict is Verdict.COMPLETE


def test_entities_are_neither_expanded_nor_fetched() -> None:
    document = page(
        '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/hostname">]><p>&b; &x;'
    )
    assert shown(document)[-1][2] == "&b; &x;"


@pytest.mark.parametrize("markup", ["<html>", "<html><!-- all", "<html><script>x", "<html>\x00"])
def test_pages_without_words_are_blank(markup: str) -> None:
    assert page(markup).verdict is Verdict.BLANK


# --- web archives --------------------------------------------------------------------------------

ARCHIVE = """\
From: <Saved by a browser>
Snapshot-Content-Location: https://example.org/measures
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="cut"

--cut
Content-Type: text/html
Content-Location: https://example.org/frame

<p>A frame
--cut
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable
Content-Location: https://example.org/measures

<h1>R=E9sum=E9</h1><p>Developers should te=
st it.
--cut--
""".replace("\n", "\r\n")


@pytest.mark.parametrize("path", ["documents/t/a.mhtml", "documents/t/a", "documents/t/a.MHT"])
def test_an_archive_is_its_main_page(path: str) -> None:
    document = page(ARCHIVE, path)
    assert shown(document) == [
        ("metadata", 0, "url: https://example.org/measures"),
        ("heading", 1, "Résumé"),
        ("paragraph", 0, "Developers should test it."),
    ]
    assert codes(document) == ["frames"]
    assert document.media_type == "multipart/related"


def test_an_archive_may_name_its_start() -> None:
    archive = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b; start="<2@x>"\n\n'
        "--b\nContent-Type: text/html\nContent-ID: <1@x>\n\n<p>first\n"
        "--b\nContent-Type: text/html\nContent-ID: <2@x>\n\n<p>second\n--b--\n"
    )
    assert shown(page(archive, "documents/t/a.mht"))[-1][2] == "second"


# --- properties ----------------------------------------------------------------------------------

PIECES = re.findall(
    r"\S+",
    "<p> </p> <div> </div> <b> </b> <a_href=x> </a> <ul> <ol> <li> </li> </ul> <dl> <dt> <dd> <h2> "
    "</h2> <table> <tr> <td> <th_colspan=3> <td_rowspan=0> </table> <br> <pre> </pre> <nav> </nav> "
    "<button> <summary> <blockquote> <svg> </svg> <i_hidden> </i> <sup> word wörd &#x301; &#1; "
    '&nbsp; < > & " <!-- --> <caption> <template> <main> <span> </span> \u0301',
)
PIECE = st.sampled_from(PIECES).map(lambda piece: piece.replace("_", " "))


@given(st.lists(PIECE | st.just(" ") | st.text(max_size=5), max_size=60))
def test_any_markup_gives_ordered_blocks_and_true_spans(pieces: list[str]) -> None:
    document = page("<html>" + freeze("".join(pieces)))
    assert document.text == freeze(document.text)
    end = 0
    for block in document.blocks:
        assert end <= block.span.start < block.span.end <= len(document.text)
        assert (block.cell is None) == (block.kind is not BlockKind.CELL)
        for inline in block.inlines:
            assert inline.span.start < inline.span.end
            assert block.span.covers(inline.span)
        end = block.span.end
    for table in document.tables:
        assert table.rows
