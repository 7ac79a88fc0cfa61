"""What the header says and how much room the bars have, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from desk.browser import PDF, chromium, onward, press, review, saying, visit
from desk.conftest import Desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_what_was_said_of_a_record_goes_with_it(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as page:
        review(page, desk, document=PDF, sort="place")
        page.click("[data-act=accept]")
        saying(page, "saved")
        onward(page, lambda: page.click("[data-act=next-record]"))
        expect(page.locator("#saved")).to_have_text("")
        onward(page, lambda: page.click("[data-act=reject-record]"))
        assert "saved" in page.locator("#saved").inner_text()  # what was done is told


def test_finding_leaves_room_for_the_zoom(browser: Browser, still_desk: Desk) -> None:
    with visit(browser, still_desk, size=(1280, 800)) as page:
        review(page, still_desk)
        press(page, "/")
        page.wait_for_selector(".finding input:visible")
        edge = page.locator(".source").bounding_box()
        last = page.locator(".source .bar button:visible").last.bounding_box()
        assert edge
        assert last
        assert last["x"] + last["width"] <= edge["x"] + edge["width"]
