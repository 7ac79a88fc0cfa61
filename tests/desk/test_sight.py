"""Who may see what: no list, count, search or page tells a coder of another."""

import json
import sqlite3
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from click.testing import CliRunner

from desk.conftest import Desk
from desk.deciding import GUIDE, PDF, accept, code, decide, ids, last, told
from pipeline.__main__ import main
from pipeline.desk.index import FILE
from pipeline.desk.library import Library, NotYours
from pipeline.model import Act, Codes, Coding, Decision
from pipeline.model.decision import CODING, WHOLE
from pipeline.review import fields_of


def everything(desk: Desk, curator: str) -> str:
    """All that a curator can ask lists for, in one string; the document's own words left out."""
    asked = [
        told(desk, curator, document=GUIDE, status=status)
        for status in ("all", "waiting", "in-part", "reviewed", "rejected", "conflict", "moved")
    ]
    asked += [
        told(desk, curator, document=GUIDE, status="all", sort="confidence"),
        told(desk, curator, document=GUIDE, status="all", changed="yes"),
        told(desk, curator, document=GUIDE, status="all", issue="needs-curator"),
        told(desk, curator, document=GUIDE, status="all", taxonomy="mitigation"),
        told(desk, curator, document=GUIDE, status="all", code="2.1"),
        told(desk, curator, document=GUIDE, status="all", least="0.1", most="0.9"),
        told(desk, curator, document=GUIDE, status="all", q="unheard"),
        told(desk, curator, path="/documents"),
        told(desk, curator, path="/next", document=GUIDE, status="all", sort="place"),
    ]
    return json.dumps(asked)


def finish(desk: Desk, curator: str, act: Act = Act.ACCEPT) -> None:
    """Have a coder say that they are done."""
    decide(desk, curator, GUIDE, "", act, CODING)


@pytest.mark.parametrize("mode", ["anchored", "blind"])
def test_a_coder_learns_nothing_of_the_other(desk: Desk, mode: str) -> None:
    code(desk, GUIDE, mode, "ada", "ben")
    before = everything(desk, "ada")
    assert before == everything(desk, "ben")
    first, second, third = [
        r.id for r in desk.app.state.library.folio(GUIDE, "ben").records.records[:3]
    ]
    finish(desk, "ben")
    accept(desk, "ben", GUIDE, first)
    decide(desk, "ben", GUIDE, second, Act.REJECT)
    decide(desk, "ben", GUIDE, third, Act.EDIT, "tags.mitigation", value=Codes(primary="2.1"))
    decide(desk, "ben", GUIDE, third, Act.NOTE, note="unheard of")
    decide(desk, "cleo", GUIDE, third, Act.EDIT, "tags.mitigation", value=Codes(primary="1.1"))
    assert everything(desk, "ada") == before
    assert everything(desk, "ben") != before
    assert told(desk, "cleo", document=GUIDE, status="all", changed="yes")["total"] == 0
    assert told(desk, "cleo", path="/documents") != told(desk, "ada", path="/documents")
    folio = desk.app.state.library.folio(GUIDE, "ada")
    assert {d.curator for d in folio.decisions} == {"cleo"}
    assert {d.act for d in folio.decisions} == {Act.ASSIGN}
    assert "unheard" not in folio.reviewed.model_dump_json()


PLACES = ("review", "record", "lights", "concepts", "history", "before", "find", "coverage", "text")


@pytest.mark.parametrize("mode", ["anchored", "blind"])
def test_no_page_tells_a_coder_of_the_other(desk: Desk, mode: str) -> None:
    code(desk, GUIDE, mode, "ada", "ben")
    record = desk.app.state.library.folio(GUIDE, "ben").records.records[2].id
    query = {"record": record, "field": "tags.mitigation", "q": "the", "taxonomy": "mitigation"}

    def pages(curator: str) -> list[str]:
        with desk.client(curator) as client:
            found = [client.get(f"/{place}/{GUIDE}", params=query) for place in PLACES]
            found += [client.get(path) for path in ("/coding", "/coding/mine", "/agreement")]
            return [answer.text.replace(client.headers["x-csrf-token"], "") for answer in found]

    before = pages("ada")
    finish(desk, "ben")
    accept(desk, "ben", GUIDE, record)
    decide(desk, "ben", GUIDE, record, Act.EDIT, "tags.mitigation", value=Codes(primary="2.1"))
    decide(desk, "ben", GUIDE, record, Act.NOTE, note="unheard of")
    assert pages("ada") == before
    assert "unheard of" in "".join(pages("ben"))
    shown = "".join(before)
    assert ("is a guess" in shown or "speaks for" in shown) == (mode == "anchored")


def test_a_blind_coder_sees_no_suggestion(desk: Desk) -> None:
    open_ = told(desk, document=PDF, status="all")
    assert any("guess" in r["reason"] for r in open_["records"])
    code(desk, PDF, "blind", "ada", "ben")
    blind = told(desk, document=PDF, status="all")
    assert {r["reason"] for r in blind["records"]} == {"nobody looked at it yet"}
    assert [r["record"] for r in blind["records"]] == ids(told(desk, document=PDF, sort="place"))
    for query in ({"issue": "needs-curator"}, {"taxonomy": "actor"}, {"least": "0.1"}):
        assert told(desk, document=PDF, status="all", **query)["total"] == 0
        assert told(desk, "cleo", document=PDF, status="all", **query)["total"] > 0
    folio = desk.app.state.library.folio(PDF, "ada")
    assert folio.blind
    assert {t.basis for r in folio.records.records for t in r.tags} == {"stated"}
    assert [i for r in folio.reviewed.records for i in r.issues if i.stage == "tag"] == []


def test_when_all_is_coded_all_is_shown(desk: Desk) -> None:
    name = "samples/record-page-staged-release.html"
    code(desk, name, "blind", "ada", "ben")
    library: Library = desk.app.state.library
    [record] = library.folio(name, "ada").records.records
    whole = library.folio(name, "cleo").records.records[0]
    for coder in ("ada", "ben"):
        assert library.folio(name, coder).blind
        for field, value in fields_of(whole).items():
            if field == "tags.risk" and coder == "ben":
                value = Codes(primary="7.1")
            decide(desk, coder, name, record.id, Act.EDIT, field, value=value)
    for who in ("ada", "ben", "cleo"):
        assert not library.folio(name, who).blind
        assert ids(told(desk, who, status="conflict")) == [record.id]
    with pytest.raises(NotYours):
        decide(desk, "ada", name, record.id, Act.UNDO, of=last(desk, name))


def test_when_all_say_that_they_are_done_all_is_shown(desk: Desk) -> None:
    code(desk, GUIDE, "blind", "ada", "ben")
    library: Library = desk.app.state.library
    finish(desk, "ada")
    assert library.decisions.of_document(GUIDE)[-1].role == "coder"
    finish(desk, "ada", Act.RESET)
    finish(desk, "ben")
    assert library.folio(GUIDE, "ada").blind, "ada took it back"
    for other in ("cleo", "dan"):
        with pytest.raises(NotYours):
            finish(desk, other)
    with pytest.raises(NotYours):
        decide(desk, "ada", GUIDE, "", Act.ACCEPT, CODING, value=Coding())
    finish(desk, "ada")
    assert [library.folio(GUIDE, who).view for who in ("ada", "ben")] == ["", ""]
    assert library.folio(GUIDE, "ada").coding.coders == ("ada", "ben")
    code(desk, GUIDE, "anchored", "ada", "ben")
    assert library.folio(GUIDE, "ada").view == "ada", "coded in another way, it begins anew"
    finish(desk, "ada")
    code(desk, GUIDE, "anchored", "ada", "dan")
    finish(desk, "dan")
    assert library.folio(GUIDE, "ada").view == "", "ada was a coder all the time"


def test_the_role_is_what_the_document_says_not_what_was_sent(desk: Desk) -> None:
    code(desk, GUIDE, "blind", "ada", "ben")
    library: Library = desk.app.state.library
    record = library.folio(GUIDE, "ada").records.records[0].id
    forged = Decision(
        action=str(uuid4()),
        document=GUIDE,
        record=record,
        field=WHOLE,
        act=Act.REJECT,
        role="adjudicator",
        curator="cleo",
        when=datetime.now(UTC),
    )
    [stored] = library.append("ada", [forged])
    assert (stored.curator, stored.role) == ("ada", "coder")


def test_no_row_of_the_index_is_of_two_views(desk: Desk) -> None:
    code(desk, GUIDE, "blind", "ada", "ben")
    with sqlite3.connect(desk.store.extracted / FILE) as database:
        views = dict(
            database.execute(
                "SELECT view, count(*) FROM records WHERE document = ? GROUP BY view", [GUIDE]
            ).fetchall()
        )
    assert views == {"": 12, "ada": 12, "ben": 12}
    assert told(desk, status="all")["total"] == told(desk, "dan", status="all")["total"] == 38


def test_documents_are_assigned_by_a_command_and_not_by_their_coders(desk: Desk) -> None:
    places = ["--raw", str(desk.store.raw), "--extracted", str(desk.store.extracted)]
    coders = ["--coder", "ada", "--coder", "ben", "--adjudicator", "cleo"]
    assign = ["review", "assign", str(desk.store.documents / GUIDE), *places, "--curator", "lead"]
    assert CliRunner().invoke(main, assign).exit_code == 2, "blind coding by nobody"
    done = CliRunner().invoke(main, [*assign, *coders])
    assert (done.exit_code, done.stdout) == (0, f"{GUIDE}: blind by ada, ben\n")
    desk.app.state.index.refresh()
    assert told(desk, assigned="ben", status="all")["total"] == 12
    assert desk.app.state.library.folio(GUIDE, "ada").blind
    with pytest.raises(NotYours):
        decide(desk, "ada", GUIDE, "", Act.ASSIGN, CODING, value=Coding())
    with pytest.raises(NotYours):
        decide(desk, "ada", GUIDE, "", Act.UNDO, CODING, of=last(desk, GUIDE))
    decide(desk, "cleo", GUIDE, "", Act.ASSIGN, CODING, value=Coding())
    assert not desk.app.state.library.folio(GUIDE, "ada").blind
