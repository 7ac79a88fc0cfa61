"""The desk killed while curators decide, and its database lost: nothing is lost, nothing twice.

GLEANER_KILL_ACTS is how many acts are sent (60 where it is not set).
"""

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from desk.conftest import Desk, Program, enter, free_port
from desk.deciding import GUIDE, PDF, code
from pipeline.desk.security import CSRF_HEADER
from pipeline.model import RecordFile
from pipeline.store import Stage, Store, read_noun
from pipeline.store.decisions import Decisions

ACTS = int(os.environ.get("GLEANER_KILL_ACTS", "60"))
KILLS = 4
SEED = 20261123
JSON = {"accept": "application/json"}


def come_in(program: Program) -> httpx.Client:
    client = httpx.Client(base_url=program.url, trust_env=False, timeout=30)
    assert enter(client, code=program.code).status_code == 303
    page = client.get("/documents", headers={"accept": "text/html"}).text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    client.headers.update({CSRF_HEADER: token, "origin": program.url, **JSON})
    return client


def test_killed_at_any_moment_it_keeps_every_act_that_it_acknowledged(
    store: Store, run_desk: Callable[..., Program]
) -> None:
    chance = random.Random(SEED)
    records = [r.id for r in read_noun(RecordFile, store.output(Stage.ASSEMBLE, PDF)).records]
    port = free_port()
    program = run_desk(store, port=port)
    client = come_in(program)
    kills = set(chance.sample(range(ACTS), KILLS))
    acknowledged: list[str] = []
    bodies: dict[str, dict[str, Any]] = {}
    last: dict[str, str] = {}  # the key of the last decision on each record
    again = 0
    for number in range(ACTS):
        body: dict[str, Any] = {
            "action": str(uuid4()), "act": "note", "record": records[number % len(records)],
            "field": "name", "note": f"note {number}",
            "base": {"name": last.get(records[number % len(records)], "")},
        }  # fmt: skip
        last[body["record"]] = f"{body['action']}/{PDF}/{body['record']}/name"
        bodies[body["action"]] = body
        killer = None
        if number in kills:
            # From before the request is read until after its answer is on the way.
            killer = threading.Timer(chance.uniform(0, 0.03), program.kill)
            killer.start()
        answered = False
        while not answered:  # as a page does: the same act until it is answered
            try:
                answer = client.post(f"/act/{PDF}", json=body)
            except httpx.TransportError:
                assert killer is not None
                killer.join()
                killer, again = None, again + 1
                program = run_desk(store, port=port)
                client = come_in(program)
                continue
            assert answer.status_code == 200, answer.text
            answered = True
        acknowledged.append(body["action"])
        if killer is not None:  # it was answered before it died
            killer.join()
            program = run_desk(store, port=port)
            client = come_in(program)
    program.kill()
    with Decisions.at(store.raw, read_only=True) as decisions:
        stored = [(one.action, one.note) for one in decisions.of_document(PDF)]
    assert sorted(action for action, _ in stored) == sorted(acknowledged), f"{again} sent again"
    assert all(note == bodies[action]["note"] for action, note in stored)


# --- dumped, deleted, loaded ----------------------------------------------------------------------


def answers(desk: Desk, curator: str) -> dict[str, str]:
    """All that the desk says of all records and documents."""
    found = {}
    with desk.client(curator) as client:
        client.headers.update(JSON)
        token = client.headers["x-csrf-token"]
        for path in ("/?status=all&format=json", "/documents?format=json", "/coding?format=json"):
            found[path] = client.get(path).text
        for document in (PDF, GUIDE):
            library = desk.app.state.library
            for record in library.folio(document, curator).reviewed.records:
                for part in ("record", "history"):
                    path = f"/{part}/{document}?record={record.id}"
                    found[path] = client.get(path).text.replace(token, "")
            found[document] = client.get(f"/lights/{document}").text
    return found


def test_decisions_dumped_and_loaded_are_the_same_desk(
    store: Store, open_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = open_desk(store)
    records = [r.id for r in read_noun(RecordFile, store.output(Stage.ASSEMBLE, PDF)).records]
    code(desk, GUIDE, "blind", "ada", "ben")
    guide = desk.app.state.library.folio(GUIDE, "ada").records.records[0].id
    with desk.client("ada") as ada, desk.client("ben") as ben:

        def act(client: httpx.Client, document: str, **body: Any) -> None:
            answer = client.post(
                f"/act/{document}", json={"action": str(uuid4()), **body}, headers=JSON
            )
            assert answer.status_code == 200, answer.text

        name = {"field": "name", "words": {"text": "Ünheard ‘of’"}}
        act(ada, PDF, act="edit", record=records[0], **name)
        act(ada, PDF, act="accept", record=records[1], fields=["name", "description"])
        act(ben, PDF, act="reject", record=records[2], note="none")
        act(ben, PDF, act="split", record=records[3], drafts=[{"name": {"text": t}} for t in "ab"])
        act(ben, PDF, act="add", drafts=[{"name": {"text": "By hand"}}])
        act(ada, PDF, act="duplicate", record=records[4], target={"record": records[0]})
        for client in (ada, ben):
            act(client, GUIDE, act="edit", record=guide, **name)
            back = client.post(f"/undo/{PDF}", json={"action": str(uuid4())}, headers=JSON)
            assert back.status_code == 200
    curators = ("ada", "ben", "cleo")
    before = {curator: answers(desk, curator) for curator in curators}
    folder = tmp_path / "raw" / "decisions"
    with Decisions.at(store.raw, read_only=True) as decisions:
        files = [file.read_bytes() for file in decisions.dump(folder)]
    desk.app.state.library.decisions.close()
    for file in store.raw.glob("decisions.sqlite3*"):
        file.unlink()
    with Decisions.at(store.raw) as decisions:
        assert decisions.load(folder) > 0
        assert [file.read_bytes() for file in decisions.dump(tmp_path / "second")] == files
    fresh = open_desk(store)
    for curator in curators:
        assert answers(fresh, curator) == before[curator]
