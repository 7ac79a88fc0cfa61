"""The source beside the record, in a real browser."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from desk.browser import (
    HIGH,
    LARGE,
    MARKDOWN,
    PDF,
    SMALL,
    chromium,
    decided,
    onward,
    press,
    record,
    review,
    row,
    saying,
    visit,
)
from desk.conftest import Desk
from pipeline.model import Document, Draft, RecordFile
from pipeline.store import Stage, read_noun

HTML = "samples/record-page-staged-release.html"
EVIL = '<img src=x onerror="document.title=1">{{7*7}}\u202edesrever'
Box = dict[str, float]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def records_of(desk: Desk, document: str = PDF) -> RecordFile:
    return read_noun(RecordFile, desk.store.output(Stage.ASSEMBLE, document))


def document_of(desk: Desk, name: str = PDF) -> Document:
    return read_noun(Document, desk.store.output(Stage.INGEST, name))


def boxes(page: Page, selector: str) -> list[Box]:
    found: list[Box] = page.eval_on_selector_all(
        selector, "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    return found


def lit_words(page: Page, name: str) -> list[str]:
    found: list[str] = page.evaluate(
        "name => [...CSS.highlights.get(name)].map(range => range.toString())", name
    )
    return found


def in_sight(page: Page, name: str, pane: str) -> bool:
    seen: bool = page.evaluate(
        """([name, pane]) => {
             const frame = document.querySelector(pane).getBoundingClientRect();
             return [...CSS.highlights.get(name)].every((range) => {
               const place = range.getBoundingClientRect();
               return place.top >= frame.top && place.bottom <= frame.bottom;
             });
           }""",
        [name, pane],
    )
    return seen


# --- lights ---------------------------------------------------------------------------------------


def test_a_field_lights_its_words_where_its_boxes_are(browser: Browser, still_desk: Desk) -> None:
    file = records_of(still_desk)
    chosen = next(r for r in file.records if r.description and len(_pages(r)) == 1)
    claim = chosen.description
    assert claim is not None
    wanted = [box for place in claim.provenance for box in place.boxes]
    with visit(browser, still_desk) as page:
        review(page, still_desk, record=chosen.id, field="description")
        sheet = page.locator(f'.sheet-page[data-page="{wanted[0].page}"]')
        expect(sheet.locator("img")).to_have_js_property("complete", True)
        frame = sheet.bounding_box()
        assert frame is not None
        width = next(p.width for p in document_of(still_desk).pages if p.number == wanted[0].page)
        scale = frame["width"] / width
        found = boxes(page, ".record .strong")
        assert len(found) == len(wanted)
        for lit, box in zip(found, wanted, strict=True):
            assert lit["x"] == pytest.approx(frame["x"] + box.x0 * scale, abs=1)
            assert lit["y"] == pytest.approx(frame["y"] + box.top * scale, abs=1)
            assert lit["width"] == pytest.approx((box.x1 - box.x0) * scale, abs=1)
            assert lit["height"] == pytest.approx((box.bottom - box.top) * scale, abs=1)
            assert lit["y"] > 84
            assert lit["y"] + lit["height"] < SMALL[1]
        # And on the screen: paper under the light is yellow, ink under it is still ink.
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        pixels = _pixels(picture, found[0])
        assert (255, 215, 94) in pixels
        assert min(map(sum, pixels)) < 150


def _pages(one: Any) -> set[int]:
    return {box.page for place in one.description.provenance for box in place.boxes}


def _pixels(picture: Image.Image, box: Box) -> set[tuple[int, int, int]]:
    x, y = int(box["x"]) + 1, int(box["y"]) + 1
    across, down = range(x, x + int(box["width"]) - 2), range(y, y + int(box["height"]) - 2)
    return {picture.getpixel((i, j)) for i in across for j in down}  # type: ignore[misc]


IN_SIGHT = """() => [...document.querySelectorAll(".sheet-page .others rect")]
  .map((rect) => rect.getBoundingClientRect())
  .filter((box) => box.top > 120 && box.bottom < innerHeight - 20)
  .map((box) => [box.x + 5, box.y + 5])[0]"""


def test_words_come_into_sight_over_pages_and_a_click_on_them_shows_their_record(
    browser: Browser, still_desk: Desk
) -> None:
    file = records_of(still_desk)
    last = file.records[-1]
    with visit(browser, still_desk) as page:
        review(page, still_desk, record=file.records[0].id)
        assert page.locator("#page-number").input_value() == "2"
        review(page, still_desk, record=last.id)
        expect(page.locator("#page-number")).not_to_have_value("2")
        assert boxes(page, ".record .strong")
        x, y = page.wait_for_function(IN_SIGHT).json_value()  # words of another record
        found = onward(page, lambda: page.mouse.click(x, y))
        assert found != last.id
        assert f"record={found}" in page.url


@pytest.mark.parametrize("name", [MARKDOWN, HTML, "samples/record-page-incident-sharing.txt"])
def test_in_a_text_the_same_words_light_up(name: str, browser: Browser, still_desk: Desk) -> None:
    last = records_of(still_desk, name).records[-1]
    assert last.description is not None
    with visit(browser, still_desk) as page:
        review(page, still_desk, name, record=last.id, field="description")
        quotes = [place.quote for place in last.description.provenance]
        assert [_words(one) for one in lit_words(page, "strong")] == [_words(q) for q in quotes]
        assert in_sight(page, "strong", "#text")


def _words(text: str) -> str:
    """Without white space: between paragraphs the text has some, and the page has none."""
    return "".join(text.split())


def test_a_click_in_a_text_shows_its_record(browser: Browser, still_desk: Desk) -> None:
    first, second, *_ = records_of(still_desk, MARKDOWN).records
    assert second.description is not None
    with visit(browser, still_desk) as page:
        review(page, still_desk, MARKDOWN, record=first.id)
        words = second.description.provenance[0].quote.split("\n")[0][:30]
        found = onward(
            page, lambda: page.get_by_text(words).first.click(position={"x": 20, "y": 8})
        )
        assert found == second.id


def test_a_saved_page_is_shown_without_rights(browser: Browser, still_desk: Desk) -> None:
    with visit(browser, still_desk) as page:
        review(page, still_desk, HTML)
        press(page, "w")
        frame = page.locator("#saved-page")
        expect(frame).to_be_visible()
        assert frame.get_attribute("sandbox") == ""
        page.frame_locator("#saved-page").get_by_text("Staged release").first.wait_for()


# --- the pane -------------------------------------------------------------------------------------


def test_pages_zoom_turn_find_and_show_what_was_looked_at(
    browser: Browser, still_desk: Desk
) -> None:
    with visit(browser, still_desk) as page:
        review(page, still_desk)
        before = boxes(page, '.sheet-page[data-page="2"]')[0]["width"]
        press(page, "+")
        assert boxes(page, '.sheet-page[data-page="2"]')[0]["width"] == pytest.approx(
            before * 1.25, rel=0.05
        )
        press(page, "0", "PageDown")
        expect(page.locator("#page-number")).to_have_value("3")
        press(page, "/")
        page.keyboard.type("harbour institute")
        expect(page.locator("#found")).to_contain_text("1 of ")
        page.wait_for_selector(".found rect", state="attached")
        press(page, "Escape", "c")
        page.wait_for_selector(".coverage .record", state="attached")
        page.wait_for_selector(".coverage .unseen", state="attached")
        press(page, "o")
        expect(page.locator("#text")).to_be_visible()
        page.wait_for_function("() => CSS.highlights.has('coverage-record')")
        assert lit_words(page, "coverage-record")


def test_a_record_is_made_of_words_that_are_chosen_on_the_page(
    browser: Browser, desk: Desk
) -> None:
    first = records_of(desk).records[0]
    assert first.description is not None
    box = first.description.provenance[0].boxes[0]
    with visit(browser, desk) as page:
        review(page, desk, record=first.id)
        frame = page.locator(f'.sheet-page[data-page="{box.page}"]').bounding_box()
        assert frame is not None
        scale = frame["width"] / document_of(desk).pages[box.page - 1].width
        y = frame["y"] + (box.top + box.bottom) / 2 * scale
        page.mouse.move(frame["x"] + (box.x0 + 2) * scale, y)
        page.mouse.down()
        page.mouse.move(frame["x"] + (box.x0 + box.x1) / 2 * scale, y, steps=4)
        page.mouse.up()
        expect(page.locator("#chosen-words")).to_be_visible()
        press(page, "i")
        area = page.locator(".draft-field.long textarea").first
        expect(area).not_to_have_value("")
        words = area.input_value()
        assert first.description.provenance[0].quote.startswith(words)
        expect(page.locator(".ground.good")).to_be_visible()
        press(page, "Control+Enter")
        saying(page, "Made record")
        (made,) = decided(desk)
        assert isinstance(made.value, Draft)
        assert made.value.description is not None
        assert made.value.description.provenance[0].quote == words
        page.wait_for_function("id => location.search.includes(id)", arg=made.record)
        assert record(page) == made.record
        assert boxes(page, ".record .strong")


def test_words_chosen_on_the_page_go_into_the_text_that_is_written(
    browser: Browser, still_desk: Desk
) -> None:
    first, second, *_ = records_of(still_desk).records
    assert first.description is not None
    assert second.name is not None
    box = second.name.provenance[0].boxes[0]
    with visit(browser, still_desk) as page:
        review(page, still_desk, record=first.id, field="description")
        press(page, "e")
        area = page.locator("#sheet textarea")
        frame = page.locator(f'.sheet-page[data-page="{box.page}"]').bounding_box()
        assert frame is not None
        scale = frame["width"] / document_of(still_desk).pages[box.page - 1].width
        y = frame["y"] + (box.top + box.bottom) / 2 * scale
        page.mouse.move(frame["x"] + (box.x0 + 2) * scale, y)
        page.mouse.down()
        page.mouse.move(frame["x"] + (box.x1 - 2) * scale, y, steps=4)
        page.mouse.up()
        expect(area).to_have_value(str(second.name.value))
        expect(area).to_be_focused()
        press(page, "Escape")
        expect(page.locator(f"{row('description')} .words")).to_have_text(
            str(first.description.value)
        )


def test_nothing_moves_however_long_the_text(browser: Browser, desk: Desk) -> None:
    output = desk.store.output(Stage.ASSEMBLE, PDF)
    file = json.loads(output.read_text())
    file["records"][1]["description"]["value"] = "A very long text. " * 2000
    file["records"][1]["name"]["value"] = "An endless name " * 200
    issue = {
        "stage": "tag",
        "level": "info",
        "code": "long",
        "message": "Hm. " * 90,
    }
    file["records"][1]["issues"] = [issue]
    output.write_text(json.dumps(file))
    with visit(browser, desk) as page:
        review(page, desk, record=file["records"][0]["id"])
        controls = ".acts button, .field, .field-label"
        before = [box["y"] for box in boxes(page, controls)]
        review(page, desk, record=file["records"][1]["id"])
        assert [box["y"] for box in boxes(page, controls)] == before


def test_all_text_is_inert(browser: Browser, desk: Desk) -> None:
    output = desk.store.output(Stage.ASSEMBLE, PDF)
    file = json.loads(output.read_text())
    for one in file["records"]:
        one["name"]["value"] = one["label"] = EVIL
        one["path"] = [EVIL]
        one["tags"][0]["why"] = one["tags"][0]["label"] = EVIL
    output.write_text(json.dumps(file))
    with visit(browser, desk) as page:
        review(page, desk)
        title = page.title()
        shown = page.locator(f"{row('name')} .words").inner_text()
        assert "<img src=x onerror=" in shown
        assert "{{7*7}}" in shown
        assert "U+202E" in shown
        for keys in ("f", "h", "Escape", "m", "Escape", "e", "Escape", "o", "c", "N", "Escape"):
            press(page, keys)
        assert page.locator("img[src=x], [onerror]").count() == 0
        assert page.title() == title


def test_a_record_that_is_not_there_is_said_until_another_is_shown(
    browser: Browser, still_desk: Desk
) -> None:
    first, second, *_ = (one.id for one in records_of(still_desk).records)
    with visit(browser, still_desk) as page:
        review(page, still_desk, record="no-such")
        said = page.locator("#missing").inner_text()
        assert said == (
            "There is no such record in this document. This is its first that waits, and the queue "
            "goes on from it."
        )
        assert record(page) == first
        assert onward(page, lambda: press(page, "]")) == second
        assert page.locator("#missing").count() == 0
        page.go_back()
        saying(page, "There is no such record.")
        review(page, still_desk, record=second)
        assert page.locator("#missing").count() == 0
    with still_desk.client() as client:
        asked = {"record": "no-such", "field": "name"}
        answers = [client.get(f"/{part}/{PDF}", params=asked) for part in ("record", "history")]
        assert [(one.status_code, "no such record" in one.text) for one in answers] == [
            (404, True),
            (404, True),
        ]


# --- everybody ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "dark", "sheets"), [(SMALL, False, "te?"), (LARGE, True, "s")])
def test_axe_finds_nothing_serious(
    size: tuple[int, int], dark: bool, sheets: str, browser: Browser, still_desk: Desk
) -> None:
    with visit(browser, still_desk, size=size, dark=dark) as page:
        review(page, still_desk)
        _check(page)
        for opening in sheets:
            press(page, opening)
            page.wait_for_selector("#sheet:not([hidden]), dialog[open]")
            _check(page)
            press(page, "Escape")
        press(page, "o", "c")
        page.wait_for_function("() => CSS.highlights.has('coverage-record')")
        _check(page)


def _check(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    assert bad == [], json.dumps(bad, indent=1)[:3000]


@pytest.mark.parametrize("size", [SMALL, LARGE, HIGH])
def test_it_fits(size: tuple[int, int], browser: Browser, still_desk: Desk) -> None:
    with visit(browser, still_desk, size=size) as page:
        review(page, still_desk)
        for box in boxes(page, ".acts button, .top > *, .bar button"):
            assert 0 <= box["left"] <= box["right"] <= size[0]
            assert 0 <= box["top"] <= box["bottom"] <= size[1]
        assert boxes(page, "#pages")[0]["width"] > 600, "a page can be read"
        rows = boxes(page, ".field")
        assert rows[-1]["bottom"] <= boxes(page, "#about")[0]["top"] + 1, "all fields are in sight"
