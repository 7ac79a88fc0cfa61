"""A real Chromium at a desk."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from desk.conftest import Desk
from pipeline.desk.security import COOKIE
from pipeline.model import Decision

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
)  # fmt: skip
PDF = "samples/harbour-frontier-controls.pdf"
MARKDOWN = "samples/guideline-safe-procurement.md"
SMALL, LARGE, HIGH = (1280, 720), (1920, 1080), (900, 1200)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; without the program the test is skipped, or fails where it must be there."""
    if not Path(CHROMIUM).exists():
        assert not os.environ.get("GLEANER_REQUIRE_SHARED"), f"there is no {CHROMIUM}"
        pytest.skip(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: Browser,
    desk: Desk,
    curator: str = "ada",
    size: tuple[int, int] = SMALL,
    dark: bool = False,
) -> Iterator[Page]:
    """A page of a curator who came in. What its console calls an error fails the test."""
    wrong: list[str] = []
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    let_in(context, desk, curator)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    try:
        yield page
    finally:
        context.close()
    assert wrong == []


def let_in(context: BrowserContext, desk: Desk, curator: str) -> None:
    """Give a browser the session of a curator."""
    context.add_cookies([{"name": COOKIE, "value": desk.cookie(curator), "url": desk.url}])


def review(page: Page, desk: Desk, document: str = PDF, **query: str) -> None:
    """Open the review of a document, and wait until its lights are on."""
    page.goto(f"{desk.url}/review/{quote(document)}?{urlencode(query)}")
    page.wait_for_selector("body[data-ready]")


def press(page: Page, *keys: str) -> None:
    """Press keys, one after the other."""
    for key in keys:
        page.keyboard.press(key)


def record(page: Page) -> str:
    """The id of the record that is shown."""
    return page.locator(".record-head").get_attribute("data-record") or ""


def onward(page: Page, act: Callable[[], None]) -> str:
    """Do what leads to another record; its id."""
    before = record(page)
    act()
    page.wait_for_function(
        "before => document.querySelector('.record-head')?.dataset.record !== before", arg=before
    )
    return record(page)


def saying(page: Page, words: str) -> str:
    """Wait until the page says something with these words; all that it says."""
    page.wait_for_function(
        "words => document.getElementById('saved').textContent.includes(words)", arg=words
    )
    return page.locator("#saved").inner_text()


def row(field: str) -> str:
    """The selector of a field's row."""
    return f'.field[data-field="{field}"]'


def decided(desk: Desk, document: str = PDF) -> list[Decision]:
    """The decisions on a document, as the database has them."""
    found: list[Decision] = desk.app.state.library.decisions.of_document(document)
    return found
