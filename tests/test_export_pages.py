"""Pages for readers: linked, escaped, and readable in a real browser without a server."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from exports import CODES, HOSTILE, cited, corpus, file, record, tag, written
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Error, sync_playwright

from pipeline.export import formats
from pipeline.export.pages import link
from pipeline.model import RecordStatus

PATH = "documents/tests/made.pdf"
EVERY = [
    record(
        f"a-{n}", name=f"{one} name", description=one, rationale=f"because {one}", path=(one, "x"),
        details={one or "empty": one}, parent="a-1" if n != 1 else None,
        tags=[tag("mitigation", "1.1.1"), tag(one or "none", one or "0"),
              tag("actor", CODES["actor"][0], "other", "stated")],
        status=RecordStatus.REVIEWED if n % 2 else RecordStatus.UNDECIDED,
        decided=["tags.mitigation"] if n % 2 else [],
    )
    for n, one in enumerate(HOSTILE)
]  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of hostile records, as HTML and as Markdown."""
    folder = tmp_path_factory.mktemp("pages")
    made = corpus(
        file(*EVERY, title="<b>A made</b> document"), file(record("z-1"), path="documents/b.txt")
    )
    for name in ("website", "markdown"):
        (folder / name).mkdir()
        written(formats()[name], made, folder / name)
    return {"html": folder / "website", "md": folder / "markdown"}


def tree_of(html: str | bytes) -> Any:
    return lxml.html.fromstring(html)


def hrefs(page: Path) -> Iterator[str]:
    if page.suffix == ".html":
        tree = tree_of(page.read_bytes())
        yield from (str(one) for one in tree.xpath("//@href"))
    else:
        tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
        for child in (child for token in tokens for child in token.children or ()):
            if "href" in child.attrs:
                yield str(child.attrs["href"])


@pytest.mark.parametrize("kind", ["html", "md"])
def test_every_link_is_relative_and_leads_somewhere_or_to_the_source(
    pages: dict[str, Path], kind: str
) -> None:
    found, sources = set(), set()
    for page in pages[kind].rglob(f"*.{kind}"):
        for href in hrefs(page):
            if urlsplit(href).scheme:
                sources.add(href)
            else:
                target = (page.parent / unquote(href)).resolve()
                assert target.is_file(), f"{page}: {href}"
                found.add(target)
    assert sources == {"https://example.org/made.pdf", "https://example.org/made.pdf#page=3"}
    every = {page.resolve() for page in pages[kind].rglob(f"*.{kind}")}
    assert every - found == set()  # no page that nothing leads to


def test_there_is_a_page_for_each_record_and_concept(pages: dict[str, Path]) -> None:
    for kind, folder in pages.items():
        assert len(list((folder / "records").rglob(f"*.{kind}"))) == len(EVERY) + 1
        concepts = list((folder / "concepts").rglob(f"*.{kind}"))
        named = {(tag.taxonomy, tag.code) for one in EVERY for tag in one.tags}
        assert len(concepts) == len({(k, code) for k, v in CODES.items() for code in v} | named)


def test_words_are_words_in_html(pages: dict[str, Path]) -> None:
    for n, one in enumerate(HOSTILE):
        [page] = (pages["html"] / "records").rglob(f"a-{n}.html")
        tree = tree_of(page.read_bytes())
        assert not tree.xpath("//script|//img|//iframe|//style|//@*[starts-with(name(), 'on')]")
        said = tree.xpath("//h2[text()='What']/following-sibling::p[1]")[0].text_content()
        visible = (
            one.replace("\r\n", "\n").replace("\r", "\n").translate({11: None, 12: 32, 31: None})
        )
        assert said.split() == visible.split() or not one.isprintable()
        [nav] = tree.xpath("//nav")
        assert "<b>A made</b> document" in nav.text_content()


def test_words_are_words_in_markdown(pages: dict[str, Path]) -> None:
    for n, one in enumerate(HOSTILE):
        [page] = (pages["md"] / "records").rglob(f"a-{n}.md")
        html = MarkdownIt().render(page.read_text(encoding="utf-8"))
        tree = tree_of(html)
        assert not tree.xpath("//script|//img|//iframe|//code|//hr|//em")
        said = tree.xpath("//h2[text()='What']/following-sibling::*[1]")[0]
        if one.isprintable() and one.strip():
            assert said.tag == "p"
            assert said.text_content().split() == one.split()


def test_the_quote_of_each_field_is_shown_with_its_page(pages: dict[str, Path]) -> None:
    [page] = (pages["html"] / "records").rglob("a-0.html")
    figures = tree_of(page.read_bytes()).xpath("//figure")
    assert [figure.xpath("./blockquote")[0].text for figure in figures] == [
        "Words of the source."
    ] * 4
    assert all("p. 3" in figure.text_content() for figure in figures)


def test_nothing_undecided_looks_decided(pages: dict[str, Path]) -> None:
    for n, made in enumerate(EVERY):
        [page] = (pages["html"] / "records").rglob(f"a-{n}.html")
        text = tree_of(page.read_bytes()).text_content()
        reviewed = made.review.status is RecordStatus.REVIEWED
        assert ("not reviewed yet" in text) != reviewed
        assert ("decided" in text) == reviewed


@pytest.mark.parametrize(
    ("url", "media", "expected"),
    [
        ("https://example.org/a.pdf", "application/pdf", "https://example.org/a.pdf#page=3"),
        (
            "https://example.org/a",
            "text/html",
            "https://example.org/a#:~:text=A%20well%2Dknown%20way",
        ),
        ("javascript:alert(1)", "text/html", None),
        ("data:text/html,x", "text/html", None),
        (None, "application/pdf", None),
    ],
)
def test_a_quote_links_to_its_place_and_to_nothing_that_runs(
    url: str | None, media: str, expected: str | None
) -> None:
    assert link(file(url=url, media_type=media), cited("A well-known way")) == expected


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    program = shutil.which("chromium")
    reason = "needs Chromium (Debian: chromium)"
    if not program and os.environ.get("GLEANER_REQUIRE_SHARED"):
        pytest.fail(f"{reason}, and GLEANER_REQUIRE_SHARED is set", pytrace=False)
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        except Error:
            pytest.skip(reason)
        yield found
        found.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_reader_finds_the_words_on_a_phone_and_on_a_desktop(
    pages: dict[str, Path], browser: Browser, width: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.goto((pages["html"] / "index.html").as_uri())
        steps = ["<b>A made</b> document", "<img src=x onerror=alert(1)> name"]
        for step in ["", *steps]:
            if step:
                page.get_by_role("link", name=step, exact=True).first.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert (
                page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth")
                == "736px"
            )
        assert page.get_by_role("heading", level=1).inner_text() == steps[-1]
        assert page.locator("blockquote").first.is_visible()
        page.get_by_role("link", name="1.1.1").first.click()
        assert page.get_by_role("heading", name="Records").is_visible()
        assert problems == []
