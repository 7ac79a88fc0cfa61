"""Two desks on one PostgreSQL, as behind one proxy: who is in at one is in at both, and sees all."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from postgres import Server
from sqlalchemy import make_url

from desk.conftest import CSRF, Desk, Program, enter
from desk.deciding import GUIDE, PDF, code
from pipeline.desk.curators import Curators
from pipeline.desk.security import COOKIE
from pipeline.model import RecordFile
from pipeline.store import Stage, Store, read_noun
from pipeline.store.decisions import Decisions

JSON = {"accept": "application/json"}
PASSWORD = "a long enough password"


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.database()


@pytest.fixture
def two(
    store: Store, open_desk: Callable[..., Desk], url: str, tmp_path: Path
) -> tuple[Desk, Desk]:
    """Two desks over one store and one database, one of them with an index of its own."""
    Curators(store.raw).add("ada", PASSWORD)
    first = open_desk(store, decisions=url, curator=None)
    return first, open_desk(store, decisions=url, curator=None, index=tmp_path / "own" / "index")


def at(desk: Desk, client: httpx.Client) -> httpx.Client:
    """The same browser, sent to another desk by the proxy."""
    headers = {**client.headers, "origin": desk.url}
    headers.pop("host", None)
    return httpx.Client(
        base_url=desk.url, headers=headers, cookies=client.cookies, trust_env=False, timeout=30
    )


def ids(store: Store, name: str = PDF) -> list[str]:
    return [one.id for one in read_noun(RecordFile, store.output(Stage.ASSEMBLE, name)).records]


def body(act: str, record: str, **more: Any) -> dict[str, Any]:
    return {"action": str(uuid4()), "act": act, "record": record, **more}


def test_who_came_in_at_one_desk_is_in_at_the_other(two: tuple[Desk, Desk]) -> None:
    first, second = two
    with httpx.Client(base_url=first.url, trust_env=False) as browser:
        form = browser.get("/enter", headers={"accept": "text/html"})
        token = CSRF.search(form.text)
        assert token
        with at(second, browser) as beside:  # the form of one is taken by the other
            said = {"csrf": token[1], "name": "ada", "password": PASSWORD}
            entered = beside.post("/enter", data=said)
            assert entered.status_code == 303
            browser.cookies = beside.cookies
        page = browser.get("/documents", headers={"accept": "text/html"})
        assert page.status_code == 200
        token = CSRF.search(page.text)
        assert token
        browser.headers.update({"x-csrf-token": token[1], **JSON})
        with at(second, browser) as beside:
            note = body("note", ids(first.store)[0], note="hm")
            assert beside.post(f"/act/{PDF}", json=note).status_code == 200
            assert beside.post("/leave").status_code == 303
        assert browser.get("/documents", headers=JSON).status_code == 401


def test_no_session_is_made_up(two: tuple[Desk, Desk], postgres: Server, url: str) -> None:
    name = str(make_url(url).database)
    cookie = two[0].cookie("ada")
    assert cookie not in postgres.run(name, "SELECT * FROM visits")
    digest = postgres.run(name, "SELECT digest FROM visits")
    for wrong in (digest, cookie[:-1], "' OR true --"):
        answer = httpx.get(
            f"{two[1].url}/documents", cookies={COOKIE: wrong}, headers=JSON, trust_env=False
        )
        assert answer.status_code == 401
    postgres.run(name, "UPDATE visits SET used = used - 13 * 3600")
    late = httpx.get(
        f"{two[1].url}/documents", cookies={COOKIE: cookie}, headers=JSON, trust_env=False
    )
    assert late.status_code == 401


def test_one_code_opens_one_of_the_desks_once(
    store: Store, open_desk: Callable[..., Desk], url: str
) -> None:
    first, second = (open_desk(store, decisions=url) for _ in range(2))
    given = first.app.state.door.code.now
    with httpx.Client(base_url=second.url, trust_env=False) as browser:
        assert enter(browser, code=given).status_code == 303
        with at(first, browser) as beside:
            assert beside.get("/documents", headers=JSON).status_code == 200
    for desk in (first, second):
        with httpx.Client(base_url=desk.url, trust_env=False) as browser:
            assert enter(browser, code=given).status_code == 403
    assert first.app.state.door.code.now != given


def test_each_sees_at_once_what_was_decided_at_the_other(two: tuple[Desk, Desk]) -> None:
    first, second = two
    record = ids(first.store)[0]
    with first.client("ada") as ada, second.client("ben") as ben:
        edit = body("edit", record, field="name", words={"text": "Told by ada"})
        assert ada.post(f"/act/{PDF}", json=edit, headers=JSON).status_code == 200
        shown = ben.get(f"/record/{PDF}", params={"record": record}, headers=JSON).json()
        assert "Told by ada" in shown["html"]
        late = body("edit", record, field="name", words={"text": "Too late"})
        stale = ben.post(f"/act/{PDF}", json=late, headers=JSON)
        assert stale.status_code == 409
        assert stale.json()["stale"][0]["curator"] == "ada"
        again = ben.post(f"/act/{PDF}", json=edit, headers=JSON)  # another's action is another act
        assert again.status_code in (409, 422)
        asked = {"q": "Told by ada", "status": "all", "format": "json"}
        deadline = time.monotonic() + 30
        while ben.get("/", params=asked).json()["total"] != 1:
            assert time.monotonic() < deadline, "the other desk's list never tells"
            time.sleep(0.1)


def test_one_act_sent_to_both_at_once_is_taken_once(two: tuple[Desk, Desk], url: str) -> None:
    cookie = two[0].cookie("ada")
    records = ids(two[0].store)
    answers: list[int] = []

    def send(desk: Desk, act: dict[str, Any]) -> None:
        headers = {"origin": desk.url, "x-csrf-token": desk.csrf(cookie), **JSON}
        answer = httpx.post(
            f"{desk.url}/act/{PDF}", json=act, headers=headers, cookies={COOKIE: cookie},
            trust_env=False, timeout=30,
        )  # fmt: skip
        answers.append(answer.status_code)

    for number in range(6):
        act = body("accept", records[number % len(records)], field="description")
        threads = [threading.Thread(target=send, args=[desk, act]) for desk in two * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [200] * 24
    with Decisions(url, read_only=True) as decisions:
        assert decisions.count() == 6


def test_a_database_that_is_away_is_told_and_comes_back(
    two: tuple[Desk, Desk], postgres: Server
) -> None:
    desk = two[0]
    with desk.client("ada") as ada:
        assert ada.get("/readyz").text == "ready\n"
        postgres.stop("fast")
        try:
            away = ada.get("/documents")
            assert (away.status_code, "try again" in away.text) == (503, True)
            assert away.headers["content-security-policy"]
            assert httpx.get(f"{desk.url}/readyz", trust_env=False).status_code == 503
            assert httpx.get(f"{desk.url}/healthz", trust_env=False).status_code == 200
        finally:
            postgres.start()
        assert ada.get("/documents").status_code == 200
        assert ada.get("/readyz").status_code == 200


# --- operation -----------------------------------------------------------------------------------


def test_probes_answer_by_any_name_and_tell_nothing(still_desk: Desk) -> None:
    for path, said in (("/healthz", "alive\n"), ("/readyz", "ready\n")):
        answer = httpx.get(still_desk.url + path, headers={"host": "10.0.0.7:1"}, trust_env=False)
        assert (answer.status_code, answer.text) == (200, said)
        assert "set-cookie" not in answer.headers or COOKIE in answer.headers["set-cookie"]
    strange = httpx.get(f"{still_desk.url}/metrics", headers={"host": "evil"}, trust_env=False)
    assert strange.status_code == 421


def figures(desk: Desk, **headers: str) -> str:
    answer = httpx.get(f"{desk.url}/metrics", headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_figures_say_how_much_there_is_and_how_fast(desk: Desk) -> None:
    records = ids(desk.store)
    with desk.client("ada") as ada:
        before = figures(desk)
        accept = body("accept", records[0], fields=["name", "description"])
        assert ada.post(f"/act/{PDF}", json=accept, headers=JSON).status_code == 200
        assert ada.get("/documents/zqnever").status_code == 404
        after = figures(desk)
    assert "gleaner_decisions_total 0.0" in before
    assert "gleaner_decisions_total 0.0" not in after
    for line in ("gleaner_pages ", "gleaner_records ", "gleaner_queue ", "gleaner_issues{reason="):
        assert line in after
    assert 'gleaner_request_seconds_count{method="POST",route="acts.acted",status="200"} 1' in after
    for secret in ("ada", PDF, "zqnever", records[0]):
        assert secret not in after


def test_figures_tell_no_coder_of_another(desk: Desk, open_desk: Callable[..., Desk]) -> None:
    code(desk, GUIDE, "blind", "ada", "ben")
    assert httpx.get(f"{desk.url}/metrics", trust_env=False).status_code == 403
    guarded = open_desk(desk.store, metrics_token="s3cret")
    for headers in ({}, {"authorization": "Bearer guess"}, {"authorization": "s3cret"}):
        answer = httpx.get(f"{guarded.url}/metrics", headers=headers, trust_env=False)
        assert answer.status_code == 403
    assert "gleaner_records" in figures(guarded, authorization="Bearer s3cret", host="desk1:8765")


@pytest.mark.parametrize("given", [{"address": "https://desk.example.org"}, {}])
def test_figures_are_not_told_through_a_proxy(
    store: Store, open_desk: Callable[..., Desk], given: dict[str, str]
) -> None:
    desk = open_desk(store, **given)
    headers = {} if given else {"x-forwarded-for": "192.0.2.7"}
    answer = httpx.get(f"{desk.url}/metrics", headers=headers, trust_env=False)
    assert answer.status_code == 403


def test_without_the_library_it_is_said_how_to_get_it(desk: Desk) -> None:
    desk.app.state.meter = None
    answer = httpx.get(f"{desk.url}/metrics", trust_env=False)
    assert (answer.status_code, "gleaner[cluster]" in answer.text) == (404, True)


def test_records_that_cannot_be_read_make_a_desk_unready(desk: Desk) -> None:
    folder = desk.store.extracted / Stage.ASSEMBLE.folder
    folder.rename(folder.with_name("aside"))
    folder.write_text("no folder")
    assert httpx.get(f"{desk.url}/readyz", trust_env=False).status_code == 503
    folder.unlink()
    folder.with_name("aside").rename(folder)
    assert httpx.get(f"{desk.url}/readyz", trust_env=False).status_code == 200


def test_sigterm_finishes_what_was_asked(store: Store, run_desk: Callable[..., Program]) -> None:
    program = run_desk(store)
    with httpx.Client(base_url=program.url, trust_env=False, timeout=30) as client:
        assert enter(client, code=program.code).status_code == 303
        page = client.get("/documents", headers={"accept": "text/html"}).text
        token = CSRF.search(page)
        assert token
        client.headers.update({"x-csrf-token": token[1], "origin": program.url, **JSON})
        acknowledged = []
        for number, record in enumerate(ids(store)):
            if number == 5:
                program.process.send_signal(signal.SIGTERM)
            act = body("note", record, note=f"{number}")
            try:
                answer = client.post(f"/act/{PDF}", json=act)
            except httpx.TransportError:
                break
            assert answer.status_code == 200
            acknowledged.append(act["action"])
    assert program.process.wait(30) == 0
    with Decisions.at(store.raw, read_only=True) as decisions:
        assert {one.action for one in decisions.all()} == set(acknowledged)
