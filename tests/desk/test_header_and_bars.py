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


@pytest.mark.parametrize("width", [900, 1280, 1400])
@pytest.mark.parametrize("finds", [False, True])
def test_the_bar_of_the_source_keeps_all_its_buttons_in_reach(
    browser: Browser, still_desk: Desk, width: int, finds: bool
) -> None:
    with visit(browser, still_desk, size=(width, 900)) as page:
        review(page, still_desk)
        if finds:
            press(page, "/")
            page.wait_for_selector(".finding input:visible")
        edge = page.locator(".source").bounding_box()
        pane = page.locator(".panes").bounding_box()
        assert edge
        assert pane
        for button in page.locator(".source .bar :is(button, input):visible").all():
            box = button.bounding_box()
            assert box
            assert box["x"] + box["width"] <= edge["x"] + edge["width"]
            assert box["y"] + box["height"] <= pane["y"]
        if width >= 1280:  # one line, found or not: the page below stays where it is
            assert pane["y"] - edge["y"] == 40
