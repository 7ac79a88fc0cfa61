"""Two coders: who codes what, their conflicts decided, and how far they agree."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from desk.browser import LARGE, SMALL, chromium, press, saying, visit
from desk.conftest import Desk
from desk.deciding import GUIDE, PDF, accept, code, decide
from pipeline.__main__ import main
from pipeline.desk.curators import Curators
from pipeline.model import Act, Codes, Coding, Grounding, Record, Words
from pipeline.model.decision import CODING, WHOLE
from pipeline.review import fields_of

BASE = re.compile(r'name="base" value="([^"]*)"')
ONE = "samples/record-page-staged-release.html"  # a document with one record
TWO = "samples/record-page-incident-sharing.txt"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def three(desk: Desk) -> Desk:
    """A desk that knows ben and cleo besides ada."""
    for name in ("ben", "cleo"):
        Curators(desk.store.raw).add(name, "long enough for a test")
    return desk


def save(
    client: httpx.Client, document: str, mode: str, coders: tuple[str, ...], **more: str
) -> httpx.Response:
    """Send the form of a document as it is now."""
    shown = BASE.search(client.get(f"/coding/{document}").text)
    base = shown[1] if shown else ""
    form = {"mode": mode, "coder": list(coders), "required": "yes", "base": base, **more}
    return client.post(f"/coding/{document}", data=form)


def coding(desk: Desk, document: str) -> Coding:
    found: Coding = desk.app.state.library.folio(document, "cleo").coding
    return found


def first(desk: Desk, document: str) -> Record:
    found: Record = desk.app.state.library.folio(document, "cleo").records.records[0]
    return found


def words(text: str) -> Words:
    return Words(value=text, grounding=Grounding.ABSENT)


def differ(desk: Desk, document: str = ONE) -> str:
    """Have ada and ben code a document of one record to the end: they differ in name and actor."""
    code(desk, document, "blind", "ada", "ben")
    record = first(desk, document)
    for coder in ("ada", "ben"):
        for field, value in fields_of(record).items():
            if field == "name":
                value = words(f"As {coder} calls it")
            if field == "tags.mitigation":
                value = Codes(primary="2.1" if coder == "ada" else "3.1")
            decide(desk, coder, document, record.id, Act.EDIT, field, value=value)
    return record.id


# --- assigning ------------------------------------------------------------------------------------


def test_a_document_is_assigned_by_a_form(three: Desk) -> None:
    with three.client("cleo") as cleo:
        assert "/coding/samples/" in cleo.get("/coding").text
        assert save(cleo, PDF, "blind", ("ada", "ben"), adjudicator="cleo").status_code == 303
        assert "Blind" in cleo.get("/coding").text
        listed = cleo.get("/coding?format=json").json()["documents"]
    assert coding(three, PDF) == Coding(mode="blind", coders=("ada", "ben"), adjudicator="cleo")
    [found] = [one for one in listed if one["document"] == PDF]
    assert found["coding"]["adjudicator"] == "cleo"
    [decision] = three.app.state.library.decisions.of_document(PDF)
    assert (decision.act, decision.field, decision.curator) == (Act.ASSIGN, CODING, "cleo")


@pytest.mark.parametrize(
    ("mode", "coders", "adjudicator", "said"),
    [
        ("blind", ("ada", "eve"), "", "Nobody here is called &#39;eve&#39;"),
        ("blind", ("ada", "<b>"), "", "Nobody here is called"),
        ("open", (), "eve", "gleaner review curators add"),
        ("blind", ("ada",), "", "needs two coders or more"),
        ("anchored", (), "", "needs two coders or more"),
        ("blind", ("ada", "ben"), "ben", "ben cannot code a document and decide"),
        ("shut", ("ada", "ben"), "", "Choose open, anchored or blind"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    mode: str, coders: tuple[str, ...], adjudicator: str, said: str, three: Desk
) -> None:
    with three.client("cleo") as cleo:
        answer = save(cleo, PDF, mode, coders, adjudicator=adjudicator)
    assert answer.status_code == 422
    assert said in answer.text
    assert coding(three, PDF) == Coding()


def test_the_veil_is_lifted_only_when_one_says_so_twice(three: Desk) -> None:
    code(three, ONE, "blind", "ada", "ben")
    record = first(three, ONE).id
    with three.client("cleo") as cleo:
        both = ("ada", "ben")
        assert save(cleo, ONE, "anchored", both, adjudicator="cleo").status_code == 303
        assert save(cleo, ONE, "blind", both, adjudicator="cleo").status_code == 303
        decide(three, "ben", ONE, record, Act.EDIT, "name", value=words("Unheard of"))
        answer = save(cleo, ONE, "open", ())
        assert answer.status_code == 409
        assert "ben began to code this document alone" in answer.text
        assert coding(three, ONE).mode == "blind"
        # Who adjudicates, and whether a release waits, lifts nothing.
        assert save(cleo, ONE, "blind", both, adjudicator="").status_code == 303
        assert save(cleo, ONE, "open", (), confirmed="yes").status_code == 303
    assert coding(three, ONE).mode == "open"


def test_a_coder_cannot_lift_it(three: Desk) -> None:
    code(three, ONE, "blind", "ada", "ben")
    with three.client("ada") as ada:
        assert ada.get(f"/coding/{ONE}").status_code == 403
        assert save(ada, ONE, "open", (), confirmed="yes").status_code == 403
    assert coding(three, ONE).mode == "blind"


def test_two_who_assign_at_once_do_not_overwrite_each_other(three: Desk) -> None:
    with three.client("cleo") as cleo:
        assert save(cleo, ONE, "blind", ("ada", "ben"), adjudicator="cleo").status_code == 303
        late = save(cleo, ONE, "anchored", ("ada", "ben"), adjudicator="cleo", base="")
    # The form was loaded before the other was saved.
    assert late.status_code == 409
    assert "cleo changed this meanwhile" in late.text


def test_who_neither_codes_nor_decides_is_told_so(three: Desk) -> None:
    code(three, ONE, "blind", "ada", "ben")
    body = {"action": str(uuid4()), "act": "reject", "record": first(three, ONE).id}
    with three.client("dan") as dan:
        answer = dan.post(f"/act/{ONE}", json=body, headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("This document is coded alone by ada, ben")


# --- conflicts ------------------------------------------------------------------------------------


def test_only_the_adjudicator_sees_the_conflicts(three: Desk) -> None:
    differ(three)
    for who in ("ada", "ben", "dan"):
        with three.client(who) as client:
            answer = client.get(f"/adjudicate/{ONE}")
            assert answer.status_code == 403
            assert "Only the adjudicator" in answer.text
            assert "As ben" not in answer.text
            assert client.post(f"/adjudicate/{ONE}", json={}).status_code == 403


def release(desk: Desk, out: Path) -> int:
    """How an export of what is reviewed ends."""
    where = ["--raw", str(desk.store.raw), "--extracted", str(desk.store.extracted)]
    words = ["export", "csv", *where, "--reviewed", "--document", str(desk.store.documents / ONE)]
    done = CliRunner().invoke(main, [*words, "--out", str(out)])
    print(done.output)
    return done.exit_code


def test_conflicts_are_decided_one_after_the_other(
    three: Desk, browser: Browser, tmp_path: Path
) -> None:
    record = differ(three)
    assert release(three, tmp_path / "no.csv") != 0
    assert not (tmp_path / "no.csv").exists()
    with visit(browser, three, "cleo") as page:
        page.goto(f"{three.url}/coding")
        page.click("text=Decide conflicts")
        page.wait_for_selector("body[data-ready]")
        head = page.locator(".conflict-head")
        expect(head).to_contain_text("Conflict 1 of 2 open")
        expect(page.locator(".side")).to_have_count(2)
        expect(page.locator(".side").first).to_contain_text("As ada calls it")
        expect(page.locator(".side").last).to_contain_text("As ben calls it")
        lit = page.evaluate("[...CSS.highlights.get('strong')].map(String).join('')")
        name = first(three, ONE).name
        assert name is not None
        assert str(name.value) in " ".join(lit.split())
        press(page, "2")
        saying(page, "Taken from ben: name")
        expect(head).to_contain_text("Conflict 1 of 1 open, 1 decided")
        expect(page.locator(".side").first).to_contain_text("2.1")
        press(page, "z")
        saying(page, "Undone")
        expect(head).to_contain_text("Conflict 1 of 2 open")
        press(page, "1")
        saying(page, "Taken from ada: name")
        # Neither of both: decided anew in the review, as the adjudicator.
        press(page, "e")
        page.wait_for_url("**/review/**")
        page.wait_for_selector("body[data-ready]")
        expect(page.locator(".field.current")).to_have_attribute("data-field", "tags.mitigation")
        press(page, "t")
        page.wait_for_selector("#sheet:not([hidden])")
        press(page, *"221", "Enter")
        saying(page, "Changed mitigation")
        page.goto(f"{three.url}/adjudicate/{ONE}")
        expect(page.locator(".conflict")).to_contain_text("No conflict is open here")
    decided = three.app.state.library.decisions.of_document(ONE)
    roles = {(d.field, d.curator, d.role) for d in decided if d.record and d.curator == "cleo"}
    assert roles >= {("name", "cleo", "adjudicator"), ("tags.mitigation", "cleo", "adjudicator")}
    reviewed = three.app.state.library.folio(ONE, "ada").reviewed.records[0]
    assert reviewed.name.value == "As ada calls it"
    assert [t.code for t in reviewed.tags if t.taxonomy == "mitigation"] == ["2.2.1"]
    assert release(three, tmp_path / "yes.csv") == 0
    with three.client("ben") as ben:  # the coders see what became of what they said
        mine = ben.get("/coding/mine").text
        assert "otherwise" in mine
        assert "As ada calls it" in mine
        past = ben.get(f"/history/{ONE}", params={"record": record, "field": "name"}).text
        assert "adjudicator" in past


def test_a_coding_that_changed_meanwhile_is_not_taken(three: Desk) -> None:
    record = differ(three)
    with three.client("cleo") as cleo:
        shown = cleo.get(f"/adjudicate/{ONE}?format=json").json()
        base = shown["html"].split('data-base="')[1].split('"')[0]
        decide(three, "ben", ONE, record, Act.EDIT, "name", value=words("Something else"))
        body = {"record": record, "field": "name", "coder": "ben", "action": str(uuid4())}
        answer = cleo.post(f"/adjudicate/{ONE}", json={**body, "base": base})
        assert answer.status_code == 409
        assert "Something else" in answer.json()["html"]
        base = answer.json()["html"].split('data-base="')[1].split('"')[0]
        again = [cleo.post(f"/adjudicate/{ONE}", json={**body, "base": base}) for _ in "12"]
    assert [one.status_code for one in again] == [200, 200]
    decided = three.app.state.library.decisions.of_document(ONE)
    assert sum(d.action == body["action"] for d in decided) == 1


def test_a_conflict_on_a_whole_record_is_decided_too(three: Desk) -> None:
    code(three, ONE, "anchored", "ada", "ben")
    record = first(three, ONE).id
    accept(three, "ada", ONE, record)
    decide(three, "ben", ONE, record, Act.REJECT)
    with three.client("cleo") as cleo:
        shown = cleo.get(f"/adjudicate/{ONE}?format=json").json()
        assert (shown["field"], shown["left"]) == (WHOLE, 1)
        assert "kept" in shown["html"]
        base = shown["html"].split('data-base="')[1].split('"')[0]
        body = {"record": record, "field": WHOLE, "coder": "ada", "action": str(uuid4())}
        answer = cleo.post(f"/adjudicate/{ONE}", json={**body, "base": base})
        assert (answer.status_code, answer.json()["left"]) == (200, 0)
    assert three.app.state.library.folio(ONE, "cleo").reviewed.records[0].review.of is None


# --- agreement ------------------------------------------------------------------------------------


def test_agreement_counts_what_all_have_finished(three: Desk) -> None:
    differ(three)
    code(three, TWO, "blind", "ada", "ben")
    decide(three, "ben", TWO, first(three, TWO).id, Act.REJECT)
    for who in ("ada", "cleo"):
        with three.client(who) as client:
            found = client.get("/agreement?format=json").json()
            page = client.get("/agreement").text
        assert found["documents"] == [ONE]
        figures = {(one["field"], one["branch"]): one for one in found["figures"]}
        assert figures["name", ""]["percent"] == 0
        assert figures["description", ""]["percent"] == 1
        assert figures["tags.mitigation", "2"]["percent"] == 0
        assert "Krippendorff" in page
        assert TWO in page, "it says what is not counted yet"
    with three.client("ada") as ada:
        assert ada.get(f"/agreement?format=json&document={TWO}").json()["figures"] == []


def test_what_was_changed_after_the_veil_fell_is_no_agreement(three: Desk) -> None:
    record = differ(three)
    decide(three, "ben", ONE, record, Act.EDIT, "name", value=words("As ada calls it"))
    with three.client("cleo") as cleo:
        found = cleo.get("/agreement?format=json").json()["figures"]
    assert next(one for one in found if one["field"] == "name")["percent"] == 0


# --- done -----------------------------------------------------------------------------------------


def say(client: httpx.Client, document: str, done: str) -> int:
    return client.post("/coding/mine", data={"document": document, "done": done}).status_code


def test_a_coder_says_that_they_are_done(three: Desk) -> None:
    code(three, ONE, "blind", "ada", "ben")
    record = first(three, ONE).id
    for coder in ("ada", "ben"):
        decide(three, coder, ONE, record, Act.EDIT, "name", value=words(f"As {coder} calls it"))
    done, back = "I am done with this document", "Not done yet"
    with three.client("ada") as ada, three.client("ben") as ben, three.client("cleo") as cleo:
        assert done in ada.get("/coding/mine").text
        assert [say(ada, ONE, "yes") for _ in "12"] == [303, 303]
        assert back in ada.get("/coding/mine").text
        assert done in ben.get("/coding/mine").text
        assert say(ada, ONE, "no") == 303
        assert say(ben, ONE, "yes") == 303
        assert done in ada.get("/coding/mine").text
        assert cleo.get("/agreement?format=json").json()["documents"] == []
        assert say(cleo, ONE, "yes") == 403
        assert say(ada, TWO, "yes") == 403
        assert say(ada, "nowhere", "yes") == 404
        assert say(ada, ONE, "yes") == 303
        shown = ada.get("/coding/mine").text
        assert done not in shown
        assert back not in shown
        assert say(ben, ONE, "no") == 403
        decide(three, "ben", ONE, record, Act.EDIT, "name", value=words("As ada calls it"))
        found = cleo.get("/agreement?format=json").json()
    assert found["documents"] == [ONE]
    assert {one["field"]: one["percent"] for one in found["figures"]}["name"] == 0
    said = [d for d in three.app.state.library.decisions.of_document(ONE) if not d.record][1:]
    assert [(d.curator, d.act, d.role) for d in said] == [
        ("ada", Act.ACCEPT, "coder"),
        ("ada", Act.RESET, "coder"),
        ("ben", Act.ACCEPT, "coder"),
        ("ada", Act.ACCEPT, "coder"),
    ]


# --- the pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "dark"), [(SMALL, False), (LARGE, True)])
def test_axe_finds_nothing_serious(
    size: tuple[int, int], dark: bool, three: Desk, browser: Browser
) -> None:
    differ(three)
    code(three, GUIDE, "anchored", "ada", "ben")
    pages = {
        "cleo": ("/coding", f"/coding/{ONE}", f"/adjudicate/{ONE}", "/agreement"),
        "ada": ("/coding/mine",),
    }
    for who, paths in pages.items():
        with visit(browser, three, who, size, dark) as page:
            for path in paths:
                page.goto(three.url + path)
                if path.startswith("/adjudicate"):
                    page.wait_for_selector("body[data-ready]")
                _check(page, path)


def _check(page: Page, path: str) -> None:
    found = Axe().run(page).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    assert bad == [], path + json.dumps(bad, indent=1)[:3000]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{path} is wider than the window"
