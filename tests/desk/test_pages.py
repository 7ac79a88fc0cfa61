"""The source as the desk shows it: passages, the coverage map, saved web pages, words."""

import base64
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html
from runs import extract

from desk.browser import chromium, visit
from desk.conftest import Desk, running
from desk.documents import GUIDE, PAGE, PDF, SURVEY, document, put
from pipeline.desk.inert import inert
from pipeline.desk.pages import TROUBLES
from pipeline.desk.places import Grid, Passage, passages
from pipeline.desk.render import plain, shown
from pipeline.model import RecordFile
from pipeline.run.state import lies_at
from pipeline.store import Stage, Store, canonical, read_noun, write

# --- passages and coverage ------------------------------------------------------------------------


@pytest.mark.parametrize("name", [PDF, GUIDE, SURVEY, PAGE])
def test_passages_are_the_blocks_to_the_letter(still_desk: Desk, name: str) -> None:
    made = document(still_desk.store, name)
    found: list[Passage] = []
    for one in passages(made):
        found += [cell for row in one.rows for cell in row] if isinstance(one, Grid) else [one]
    assert [(p.start, p.end) for p in found] == [tuple(block.span) for block in made.blocks]
    for passage in found:
        assert (
            "".join(piece.text for piece in passage.pieces)
            == made.text[passage.start : passage.end]
        )
        for piece in passage.pieces:
            assert piece.text == made.text[piece.start : piece.end]


def test_tables_keep_their_rows(still_desk: Desk) -> None:
    made = document(still_desk.store, SURVEY)
    [grid] = [one for one in passages(made) if isinstance(one, Grid)]
    assert len(grid.rows) == len(made.tables[0].rows)


def test_text_comes_in_parts(desk: Desk) -> None:
    put(desk.store, "long/many.txt", b"".join(b"Paragraph %d.\n\n" % n for n in range(1000)))
    seen: list[str] = []
    first: int | None = 0
    with desk.client() as client:
        while first is not None:
            told = client.get("/text/long/many.txt", params={"first": first}).json()
            seen += [piece["text"] for p in told["passages"] for piece in p["pieces"]]
            first = told["next"]
    assert seen == [f"Paragraph {n}." for n in range(1000)]


@pytest.mark.parametrize("name", [PDF, GUIDE, SURVEY, PAGE])
def test_the_coverage_map_leaves_no_block_out(still_desk: Desk, name: str) -> None:
    made = document(still_desk.store, name)
    records = read_noun(RecordFile, still_desk.store.output(Stage.ASSEMBLE, name)).records
    with still_desk.client() as client:
        told = client.get(f"/coverage/{name}", params={"format": "json"}).json()
        shown_: Any = html.fromstring(client.get(f"/coverage/{name}").content)
    assert [(b["start"], b["end"]) for b in told["blocks"]] == [tuple(b.span) for b in made.blocks]
    assert sum(told["characters"].values()) == sum(b.span.end - b.span.start for b in made.blocks)
    described = [p.span for r in records if r.description for p in r.description.provenance]
    assert described
    for span in described:
        kinds = {
            p.get("class")
            for p in shown_.xpath("//*[@data-start]")
            if int(p.get("data-start")) < span.end and span.start < int(p.get("data-end"))
        }
        assert kinds == {"record"}


def test_a_page_of_a_document_from_elsewhere_is_drawn(store: Store, tmp_path: Path) -> None:
    far = tmp_path / "far" / "plan.pdf"
    far.parent.mkdir()
    shutil.copy(store.original(PDF).file, far)
    extract(store, far)
    (name,) = (
        one.name for group in store.made(Stage.INGEST) for one in group if "plan" in one.name
    )
    assert not store.original(name).file.exists()
    with running(store, lies_at=partial(lies_at, store)) as desk, desk.client() as client:
        drawn = client.get(f"/page/{name}/1.png")
        assert (drawn.status_code, drawn.content[:4]) == (200, b"\x89PNG")
        far.unlink()
        gone = client.get(f"/page/{name}/2.png")
    assert (gone.status_code, gone.text) == (404, TROUBLES["gone"][1])


# --- saved pages ----------------------------------------------------------------------------------

GIF = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
NASTY = f"""<!doctype html><html><head><title>t</title><base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example/"><style>@import "//evil.example/";
body {{ background: url(https://evil.example/css.png) }}</style>
<link rel="stylesheet" href="https://evil.example/a.css"><script>parent.pwned = 1</script></head>
<body onload="parent.pwned = 2" style="background:url(//evil.example/s.png)"><h1 onclick="x()">Kept words</h1>
<p>See <a href="javascript:parent.pwned=3">this link</a>, <a href="data:text/html,x">that</a>,
<a href="https://example.org/fine" target="_top">and one</a>.</p>
<img src="https://evil.example/i.png" onerror="parent.pwned=4" alt="a picture of nothing">
<img src="data:image/gif;base64,{base64.b64encode(GIF).decode()}" alt="a dot">
<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="drawn"><img src="page_files/dot.gif" alt="a dot beside">
<img src="page_files/../../secret.gif" alt="far away"><svg onload="parent.pwned=5"><text>drawing</text></svg>
<form action="https://evil.example/"><p>Words in a form</p><input name="q" value="typed"><button>Send</button></form>
<iframe src="https://evil.example/"></iframe><object data="x.swf">object</object><embed src="x">
<table background="//evil.example/t.png"><tr><td colspan="2" style="x">cell</td></tr></table>
<my-card>custom words</my-card><template><p>hidden</p></template><math><mi>m</mi></math>
<noscript><img src=x onerror="parent.pwned=6"></noscript><p>after &lt;script&gt;alert(1)&lt;/script&gt;</p>
<video src="https://evil.example/v.mp4" autoplay></video></body></html>"""


def test_a_saved_page_is_shown_inert(desk: Desk) -> None:
    put(desk.store, "web/page.html", NASTY.encode())
    beside = desk.store.documents / "web" / "page_files"
    beside.mkdir()
    (beside / "dot.gif").write_bytes(GIF)
    (desk.store.documents / "secret.gif").write_bytes(GIF)
    with desk.client() as client:
        answer = client.get("/saved/web/page.html")
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy.split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    root: Any = html.fromstring(answer.content)
    names = {str(element.tag) for element in root.iter()}
    assert names <= {
        "html", "head", "meta", "title", "style", "body", "h1", "p", "a", "img", "span", "table",
        "tr", "td", "tbody",
    }  # fmt: skip
    attributes = {str(name) for element in root.iter() for name in element.attrib}
    assert attributes <= {"charset", "class", "title", "src", "alt", "colspan"}
    assert [str(at)[:15] for at in root.xpath("//img/@src")] == ["data:image/gif;"] * 2
    words = root.text_content()
    for kept in ("Kept words", "this link", "Words in a form", "cell", "custom words", "a picture"):
        assert kept in words
    for gone in ("pwned", "typed", "hidden", "drawing", "Send"):
        assert gone not in words
    assert "after <script>alert(1)</script>" in words


@pytest.mark.parametrize("depth", [100_000])
def test_a_saved_page_of_any_depth_is_shown(depth: int) -> None:
    deep = inert(b"<div>" * depth + b"<p>at the bottom</p>", Path("deep.html"))
    assert "at the bottom" in deep


def test_only_saved_pages_are_shown_so(still_desk: Desk) -> None:
    with still_desk.client() as client:
        assert client.get(f"/saved/{GUIDE}").status_code == 404
        assert "staged" in client.get(f"/saved/{PAGE}").text.lower()


# --- words of others ------------------------------------------------------------------------------

HOSTILE = {
    "<img src=x onerror=alert(1)>": "&lt;img src=x onerror=alert(1)&gt;",
    "{{7*7}}": "{{7*7}}",
    "</bdi><script>alert(1)</script>": "&lt;/bdi&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
    "'; DROP TABLE records; --": "&#39;; DROP TABLE records; --",
}


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_words(words: str) -> None:
    assert shown(words) == f"<bdi>{HOSTILE[words]}</bdi>"


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\x00", "\x1b", "\u200b", "\ufeff", "\ud800"])
def test_what_hides_is_named(mark: str) -> None:
    assert f"U+{ord(mark):04X}" in shown(f"abc{mark}def")
    assert mark not in shown(f"abc{mark}def")
    assert mark not in plain(f"abc{mark}def")


def test_a_megabyte_is_cut() -> None:
    assert len(shown("x" * 1_000_000)) < 25_000
    assert "980,000 more" in shown("x" * 1_000_000)


def test_hostile_names_and_pages_do_nothing_in_a_browser(
    store: Store, open_desk: Callable[..., Desk]
) -> None:
    records = read_noun(RecordFile, store.output(Stage.ASSEMBLE, PDF))
    names = [*HOSTILE, "one \u202egnihtyreve", "x" * 1_000_000, "<svg onload=alert(1)>"]
    hostile = []
    for record, name in zip(records.records, names, strict=False):
        assert record.name is not None
        claim = record.name.model_copy(update={"value": name})
        hostile.append(record.model_copy(update={"name": claim, "label": name[:50]}))
    changed = records.model_copy(update={"records": tuple(hostile)})
    write(store.output(Stage.ASSEMBLE, PDF), canonical(changed))
    put(store, "web/page.html", NASTY.encode())
    desk = open_desk(store)
    asked: list[str] = []
    spoke: list[str] = []
    with chromium() as browser, visit(browser, desk) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: spoke.append(dialog.message))
        page.goto(f"{desk.url}/?document={quote(PDF)}")
        assert page.locator("[data-row]").count() == len(names)
        listed = page.locator(".rows").inner_text()
        assert "{{7*7}}" in listed
        assert "<img src=x onerror=alert(1)>" in listed
        assert "U+202E" in listed
        assert len(listed) < 20_000
        page.goto(f"{desk.url}/saved/web/page.html")
        assert "Kept words" in page.locator("body").inner_text()
        assert page.evaluate("window.origin") == "null", "the saved page has rights"
        assert page.locator("img").first.evaluate("image => image.naturalWidth") == 1
    assert spoke == []
    assert [url for url in asked if not url.startswith((desk.url, "data:"))] == []
