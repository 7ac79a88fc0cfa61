"""The tour, in a real browser, to its end by the real keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.browser import chromium, press, record, saying, visit
from desk.conftest import Desk
from pipeline.model import Act
from pipeline.review import standing


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def begin(page: Page, desk: Desk) -> None:
    page.goto(desk.url)
    page.click("text=Take the tour")
    page.wait_for_selector("body[data-ready]")
    step(page, 1, "j")


def step(page: Page, number: int, words: str) -> None:
    expect(page.locator("#tour-step")).to_have_text(f"Tour, {number} of 8")
    expect(page.locator("#tour-words")).to_contain_text(words)
    expect(page.locator(".tour-lit")).to_have_count(1)


def left(desk: Desk) -> tuple[list[Act], int]:
    """The acts that were taken in all, and how many decisions stand."""
    every = list(desk.app.state.library.decisions.all())
    return [one.act for one in every], len(standing(every))


def test_it_goes_to_its_end_by_the_real_keys(desk: Desk, browser: Browser) -> None:
    with visit(browser, desk) as page:
        begin(page, desk)
        assert "tour" not in page.url
        first = record(page)
        press(page, "j")
        step(page, 2, "f to accept")
        assert page.locator(".tour-lit").get_attribute("data-act") == "accept"
        press(page, "f")
        step(page, 3, "t to change")
        press(page, "t")
        step(page, 4, "2.2.1")
        press(page, *"221", "Enter")
        step(page, 5, "z to take")
        press(page, "z")
        step(page, 6, "h to see")
        press(page, "h")
        step(page, 7, "Esc")
        press(page, "Escape")
        step(page, 8, "] to go")
        press(page, "]")
        words = page.locator("#tour[data-over] #tour-words")
        expect(words).to_contain_text("(1 act) is taken back: nothing of it stands")
        # It is shown what was taken back.
        expect(page.locator(".record-head")).to_have_attribute("data-record", first)
        assert left(desk) == ([Act.ACCEPT, Act.EDIT, Act.UNDO, Act.UNDO], 0)
        press(page, "Escape")
        expect(page.locator("#tour")).to_be_hidden()
        page.goto(desk.url)
        expect(page.locator("[data-row]").first).to_be_visible()
        expect(page.locator("#tour")).to_be_hidden()


def test_escape_ends_it_and_takes_back_what_was_done(desk: Desk, browser: Browser) -> None:
    with visit(browser, desk) as page:
        begin(page, desk)
        press(page, "j")
        step(page, 2, "f to accept")
        press(page, "f")
        step(page, 3, "t to change")
        press(page, "x")
        saying(page, "Rejected")
        press(page, "t")
        step(page, 4, "2.2.1")
        press(page, "Escape")  # closes what is open, not the tour
        expect(page.locator("#sheet")).to_be_hidden()
        expect(page.locator("#tour-step")).to_have_text("Tour, 4 of 8")
        press(page, "Escape")
        expect(page.locator("#tour[data-over] #tour-words")).to_contain_text("(2 acts) is taken")
        acts, stand = left(desk)
        assert (acts[:2], stand) == ([Act.ACCEPT, Act.REJECT], 0)


def test_it_starts_from_the_keys_too_and_needs_a_sample(desk: Desk, browser: Browser) -> None:
    with visit(browser, desk) as page:
        page.goto(f"{desk.url}/review/samples/survey-safety-practices.csv")
        page.wait_for_selector("body[data-ready]")
        expect(page.locator("#tour")).to_be_hidden()
        press(page, "?")
        page.click("dialog >> text=Take the tour")
        page.wait_for_selector("body[data-ready]")
        step(page, 1, "j")
    for file in (desk.store.extracted / "3-records").rglob("*.json"):
        file.unlink()
    desk.app.state.index.refresh()
    with desk.client("ada") as ada:
        answer = ada.get("/tour")
    assert answer.status_code == 404
    assert "raw/documents/samples" in answer.text
