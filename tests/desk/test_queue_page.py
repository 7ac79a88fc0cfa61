"""The queue and the way in, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from desk.browser import LARGE, SMALL, chromium, press, visit
from desk.conftest import Desk
from pipeline.desk.security import COOKIE


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_hands_stay_on_the_keyboard(still_desk: Desk, browser: Browser) -> None:
    with visit(browser, still_desk) as page:
        page.goto(still_desk.url)
        rows = page.locator("[data-row]")
        second = rows.nth(1).get_attribute("href")
        press(page, "j", "j", "j", "k")
        assert page.evaluate("document.activeElement.getAttribute('href')") == second
        press(page, "/")
        page.keyboard.type("tamper")
        page.wait_for_url("**/?q=tamper")
        expect(rows).to_have_count(1)
        press(page, "Escape", "j", "Enter")
        page.wait_for_url("**/review/**")
        page.go_back()
        expect(rows).to_have_count(1)
        assert page.locator("#q").input_value() == "tamper"


def test_filters_stand_in_the_address_alone(still_desk: Desk, browser: Browser) -> None:
    with visit(browser, still_desk) as page:
        page.goto(still_desk.url)
        page.select_option("[name=status]", "all")
        page.wait_for_url("**/?status=all")
        page.click("summary")
        page.select_option("[name=taxonomy]", "mitigation")
        page.wait_for_url("**/?status=all&taxonomy=mitigation")
        page.click(".found .chip")
        page.wait_for_url("**/?status=all")
        assert "38 records" in page.locator(".found").inner_text()


def test_the_code_of_the_terminal_leaves_no_trace_in_the_browser(
    desk: Desk, browser: Browser
) -> None:
    code = desk.app.state.door.code.now
    asked: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    page.goto(f"{desk.url}/enter#{code}")
    page.wait_for_selector("[data-row]")
    assert page.url == f"{desk.url}/"
    assert [one for one in asked if code in one] == []
    page.go_back()
    assert code not in page.url
    page.go_forward()
    assert page.evaluate("document.cookie") == ""
    [cookie] = context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (COOKIE, True, "Strict")
    context.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "room", ["/", "/documents", "/coverage/samples/guideline-safe-procurement.md"]
)
def test_everybody_can_read_and_reach_it(
    still_desk: Desk, browser: Browser, room: str, dark: bool
) -> None:
    with visit(browser, still_desk, dark=dark) as page:
        page.goto(f"{still_desk.url}{room}")
        found: Any = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("room", ["/?taxonomy=risk", "/documents"])
def test_nothing_is_wider_than_the_screen(
    still_desk: Desk, browser: Browser, room: str, size: tuple[int, int]
) -> None:
    with visit(browser, still_desk, size=size) as page:
        page.goto(f"{still_desk.url}{room}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
