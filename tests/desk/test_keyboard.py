"""Hands on the keyboard: whole reviews in a real browser, and the database after them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from runs import extract, put

from desk import keys
from desk.browser import (
    MARKDOWN,
    PDF,
    chromium,
    decided,
    let_in,
    onward,
    press,
    record,
    review,
    row,
    saying,
    visit,
)
from desk.conftest import Desk
from pipeline.model import Act, Codes, RecordStatus, Words
from pipeline.review import fields_of, standing
from pipeline.store import Store


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def records_of(desk: Desk, name: str = PDF) -> list[str]:
    return [one.id for one in desk.app.state.library.folio(name, "ada").records.records]


def edit_name(page: Page, words: str) -> None:
    """Type another name, the name being the current field."""
    press(page, "e")
    page.wait_for_selector("#sheet textarea")
    press(page, "Control+a")
    page.keyboard.type(words)
    press(page, "Control+Enter")


# --- a review -------------------------------------------------------------------------------------


def test_a_document_is_reviewed_from_the_queue_to_its_end_without_a_mouse(
    browser: Browser, desk: Desk
) -> None:
    library = desk.app.state.library
    every = records_of(desk, MARKDOWN)
    with visit(browser, desk) as page:
        page.goto(f"{desk.url}/?document={MARKDOWN}&sort=place")
        page.wait_for_selector("[data-row]")
        press(page, "j", "Enter")
        page.wait_for_selector("body[data-ready]")
        shown = [record(page)]
        # The first: a name by hand, a tag by code, then the rest as it is.
        page.locator(f"{row('name')} .field-value").focus()
        edit_name(page, "A better name")
        saying(page, "Changed name")
        press(page, "t")
        page.wait_for_selector("#sheet .picks li")
        press(page, *"224", "Enter")
        saying(page, "Changed mitigation")
        while len(shown) < len(every):
            shown.append(onward(page, lambda: press(page, "a")))
        press(page, "a")
        page.wait_for_selector("body:not(.review)")  # back at the queue, where nothing waits
        page.get_by_text("Nothing").first.wait_for()
    assert shown == every
    folio = library.folio(MARKDOWN, "ada")
    assert {one.review.status for one in folio.reviewed.records} == {RecordStatus.REVIEWED}
    first = {one.field: one for one in standing(decided(desk, MARKDOWN)) if one.record == every[0]}
    assert isinstance(first["name"].value, Words)
    assert (first["name"].act, first["name"].value.value) == (Act.EDIT, "A better name")
    assert first["tags.mitigation"].value == Codes(primary="2.2.4")
    seen = {one.id: fields_of(one) for one in folio.records.records}
    for decision in decided(desk, MARKDOWN):
        if decision.act is Act.ACCEPT:
            assert decision.value == seen[decision.record][decision.field]
            assert folio.seen[decision.saw].record.id == decision.record


def test_a_place_of_three_lines_is_accepted_once_the_rest_of_it_came_into_sight(
    browser: Browser, store: Store, open_desk: Callable[..., Desk]
) -> None:
    titles = [f"{'#' * n} Recommendations, part {n}, on ledgers" for n in (1, 2, 3)]
    past = [f"The harbour was quiet in the year {year}." for year in range(1900, 1960)]
    duties = ["1. Harbours should keep a ledger of each run of a model, and read it every week."]
    duties.append("2. Boards should test each model before it is released to the public.")
    put(store.documents / "deep.md", "\n\n".join([*past, *titles, *past, *duties]))
    extract(store)
    desk = open_desk(store)
    with visit(browser, desk, size=(1400, 900)) as page:
        review(page, desk, "deep.md")
        press(page, "a")
        assert "all of Place" in saying(page, "Not accepted yet")
        value = page.locator(f"{row('place')} .field-value")
        assert value.evaluate("e => e.scrollHeight - e.clientHeight") > 20
        assert value.evaluate("e => e.scrollHeight - e.clientHeight - e.scrollTop") <= 2
        press(page, "a")
        saying(page, "Accepted")
    assert len({one.record for one in decided(desk, "deep.md")}) == 1


def test_a_record_is_accepted_only_when_each_field_was_seen(browser: Browser, desk: Desk) -> None:
    first = records_of(desk)[0]
    with visit(browser, desk, size=(1280, 520)) as page:
        review(page, desk, record=first)
        press(page, "a")
        assert "you had not seen all of" in saying(page, "Not accepted yet")
        assert decided(desk) == []
        presses = 1
        while record(page) == first and presses < 20:
            press(page, "a")
            page.wait_for_timeout(150)
            presses += 1
        assert 2 < presses < 20
        assert {one.record for one in decided(desk)} == {first}
    with visit(browser, desk, size=(1280, 534)) as page:
        second = records_of(desk)[1]
        review(page, desk, record=second)
        press(page, "?")
        page.locator("#threshold").select_option("0.8")
        press(page, "Escape")
        press(page, "a")
        assert "Lifecycle" in saying(page, "Not accepted yet")  # Actor, 0.97, need not be seen


@pytest.mark.parametrize("task", keys.TASKS[:5], ids=lambda task: str(task.name))
def test_an_act_takes_few_keys(task: keys.Task, browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as page:
        assert keys.count(page, desk, task, records_of(desk)[1]) <= (6 if "tag" in task.name else 1)


def test_acts_are_undone_and_redone_over_documents(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as page:
        review(page, desk)
        page.locator(f"{row('name')} .field-value").focus()
        press(page, "x")
        saying(page, "Rejected name")
        review(page, desk, MARKDOWN)
        press(page, "f")
        saying(page, "Accepted")
        press(page, "z")
        saying(page, "Undone: accepted")
        press(page, "z")
        page.wait_for_url(f"**/{PDF}?*")
        page.wait_for_selector("body[data-ready]")
        expect(page.locator(row("name"))).to_have_attribute("data-status", "undecided")
        press(page, "Shift+Z")
        saying(page, "Redone: rejected name")
        expect(page.locator(row("name"))).to_have_attribute("data-status", "rejected")
        press(page, "h")
        expect(page.locator(".history li")).to_have_count(3)
        expect(page.locator(".history blockquote").first).not_to_be_empty()


def test_keys_can_be_changed(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as page:
        review(page, desk)
        press(page, "?")
        page.get_by_role("button", name="Accept the field: f").click()
        press(page, "g", "Escape")
        expect(page.locator('[data-act="accept"] kbd')).to_have_text("g")
        press(page, "f")
        press(page, "g")
        saying(page, "Accepted")
        assert len(decided(desk)) == 1
        page.reload()
        page.wait_for_selector("body[data-ready]")
        expect(page.locator('[data-act="accept"] kbd')).to_have_text("g")


# --- nothing is lost, nothing is twice ------------------------------------------------------------


def test_two_curators_on_one_record(browser: Browser, desk: Desk) -> None:
    first = records_of(desk)[0]
    with visit(browser, desk, "ada") as ada, visit(browser, desk, "ben") as ben:
        for page in (ada, ben):
            review(page, desk, record=first, field="name")
        edit_name(ada, "What Ada says")
        saying(ada, "Changed name")
        edit_name(ben, "What Ben says")
        sheet = ben.locator("#sheet")
        expect(sheet).to_contain_text("ada decided since this was shown")
        expect(sheet).to_contain_text("What Ada says")
        expect(sheet).to_contain_text("What Ben says")
        press(ben, "y")  # anew: what was typed is there still
        expect(ben.locator("#sheet textarea")).to_have_value("What Ben says")
        press(ben, "Control+Enter")
        saying(ben, "Changed name")
        press(ada, "x")
        expect(ada.locator("#sheet")).to_contain_text("What Ben says")
        press(ada, "u")  # theirs
        saying(ada, "Theirs stands")
        expect(ada.locator(f"{row('name')} .words")).to_have_text("What Ben says")
    assert [one.curator for one in decided(desk)] == ["ada", "ben"]


def test_an_answer_that_was_lost_makes_nothing_twice(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as page:
        review(page, desk)
        lost: list[str] = []
        again: list[Route] = []  # held back until the banner was seen, however soon it comes

        def lose(route: Route) -> None:
            if lost:
                again.append(route)
                return
            lost.append(route.request.post_data or "")
            route.fetch()
            route.abort()

        page.route("**/act/**", lose)
        press(page, "f")
        expect(page.locator("#unsaved")).to_be_visible()
        while not again:
            page.wait_for_timeout(20)
        again.pop().continue_()
        saying(page, "Accepted")
        expect(page.locator("#unsaved")).to_be_hidden()
    assert len(lost) == 1
    assert len(decided(desk)) == 1


def test_what_is_done_without_a_connection_waits_and_is_then_saved(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk) as page:
        review(page, desk, field="name")
        page.context.set_offline(True)
        press(page, "x")
        expect(page.locator("#unsaved")).to_contain_text("1 act waits")
        edit_name(page, "Typed in the train")
        press(page, "j", "f")
        expect(page.locator("#unsaved")).to_contain_text("3 acts wait")
        assert decided(desk) == []
        page.context.set_offline(False)
        expect(page.locator("#unsaved")).to_be_hidden()
        expect(page.locator(f"{row('name')} .words")).to_have_text("Typed in the train")
    assert [one.act for one in decided(desk)] == [Act.REJECT, Act.EDIT, Act.ACCEPT]


def test_whoever_must_come_in_again_loses_nothing(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as page:
        review(page, desk, field="name")
        (cookie,) = page.context.cookies()
        desk.app.state.door.sessions.end(cookie["value"])
        edit_name(page, "Typed before the desk was closed")
        expect(page.locator("#unsaved")).to_contain_text("come in again")
        let_in(page.context, desk, "ada")
        page.locator("#unsaved-again").click()
        saying(page, "Changed name")
    (made,) = decided(desk)
    assert isinstance(made.value, Words)
    assert made.value.value == "Typed before the desk was closed"


def test_a_double_click_decides_once(browser: Browser, desk: Desk) -> None:
    first, second, *_ = records_of(desk)
    with visit(browser, desk) as page:
        review(page, desk, record=first)
        onward(page, lambda: page.locator('[data-act="accept-record"]').dblclick())
        page.wait_for_timeout(300)
        assert record(page) == second
    assert {one.record for one in decided(desk)} == {first}


def test_a_tree_is_mended_with_two_keys(browser: Browser, desk: Desk) -> None:
    first, second, third, *_ = records_of(desk)
    with visit(browser, desk) as page:
        review(page, desk, record=second)
        press(page, ">")
        saying(page, "Changed place")
        expect(page.locator(f"{row('place')} .below a")).to_have_attribute("data-go", first)
        review(page, desk, record=third)
        press(page, ">")
        saying(page, "Changed place")
        expect(page.locator(f"{row('place')} .below a")).to_have_attribute("data-go", first)
        press(page, "<")
        expect(page.locator(f"{row('place')} .below a")).to_have_count(0)
