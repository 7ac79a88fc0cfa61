"""Acts as a page sends them, and what becomes of them in the database."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from desk.browser import PDF, decided
from desk.conftest import Desk
from pipeline.model import (
    Act,
    Codes,
    Coding,
    Decision,
    Draft,
    Grounding,
    Pieces,
    Place,
    RecordFile,
    Words,
)
from pipeline.model.decision import CODING
from pipeline.review import fields_of
from pipeline.store import Stage, read_noun

JSON = {"accept": "application/json"}


@pytest.fixture
def ada(desk: Desk) -> Iterator[httpx.Client]:
    with desk.client("ada") as client:
        client.headers.update(JSON)
        yield client


@pytest.fixture
def ben(desk: Desk) -> Iterator[httpx.Client]:
    with desk.client("ben") as client:
        client.headers.update(JSON)
        yield client


def ids(desk: Desk) -> list[str]:
    return [record.id for record in file_of(desk).records]


def file_of(desk: Desk) -> RecordFile:
    return read_noun(RecordFile, desk.store.output(Stage.ASSEMBLE, PDF))


def send(client: httpx.Client, act: str, record: str = "", **more: Any) -> httpx.Response:
    body = {"action": str(uuid4()), "act": act, "record": record, **more}
    return client.post(f"/act/{PDF}", json=body)


def back(client: httpx.Client, redo: bool = False) -> httpx.Response:
    return client.post(f"/undo/{PDF}", json={"action": str(uuid4()), "redo": redo})


def status(client: httpx.Client, record: str, field: str) -> str:
    """What the page says of a field."""
    html = client.get(f"/record/{PDF}", params={"record": record}).json()["html"]
    row = html.split(f'data-field="{field}"')[1]
    return str(row.split('data-status="')[1].split('"')[0])


def key_of(decision: Decision) -> str:
    return decision.key


# --- what is decided ------------------------------------------------------------------------------


def test_a_record_is_accepted_field_by_field_with_what_was_seen(
    desk: Desk, ada: httpx.Client
) -> None:
    record = file_of(desk).records[0]
    fields = fields_of(record)
    answer = send(ada, "accept", record.id, fields=list(fields))
    assert answer.status_code == 200
    made = decided(desk)
    assert {one.field: one.value for one in made} == fields
    assert {(one.act, one.curator, one.role) for one in made} == {(Act.ACCEPT, "ada", "curator")}
    assert len({one.action for one in made}) == 1
    saw = desk.app.state.library.decisions.saw(made[0].saw)
    assert saw.record == record
    assert saw.document == PDF
    assert 'data-status="reviewed"' in answer.json()["html"]
    # A field that was not on the screen is not among them.
    other = file_of(desk).records[1]
    send(ada, "accept", other.id, fields=["name", "place"])
    assert [one.field for one in decided(desk) if one.record == other.id] == ["name", "place"]


def test_an_act_sent_again_is_taken_once(desk: Desk, ada: httpx.Client) -> None:
    body = {"action": str(uuid4()), "act": "reject", "record": ids(desk)[0], "field": "name"}
    first, second = (ada.post(f"/act/{PDF}", json=body) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["when"] == second.json()["when"]
    assert len(decided(desk)) == 1


def test_words_are_grounded_by_the_server(desk: Desk, ada: httpx.Client) -> None:
    record = file_of(desk).records[0]
    assert record.description is not None
    quote = record.description.provenance[0].quote
    cases = {
        quote.split("\n")[0]: Grounding.EXACT,
        " ".join(quote.split()): Grounding.NORMALISED,
        "Bake a cake for the whole committee": Grounding.ABSENT,
    }
    for text, grounding in cases.items():
        base = {"description": key_of(decided(desk)[-1])} if decided(desk) else {}
        words = {"text": text}
        answer = send(ada, "edit", record.id, field="description", words=words, base=base)
        assert answer.status_code == 200
        value = decided(desk)[-1].value
        assert isinstance(value, Words)
        assert value.grounding is grounding
        assert all(place.made_by == "curator:ada" for place in value.provenance)


def test_tags_and_places_are_checked(desk: Desk, ada: httpx.Client) -> None:
    first, second, *_ = ids(desk)

    def edit(**more: Any) -> httpx.Response:
        return send(ada, "edit", first, **more)

    codes = {"primary": "2.2.1", "other": ["2.2.2", "2.2.1"]}
    assert edit(field="tags.mitigation", codes=codes).status_code == 200
    assert decided(desk)[-1].value == Codes(primary="2.2.1", other=("2.2.2",))
    wrong = edit(field="tags.mitigation", codes={"primary": "77.7"})
    assert (wrong.status_code, "no code 77.7" in wrong.json()["error"]) == (422, True)
    assert edit(field="place", place={"parent": second, "path": [" A ", ""]}).status_code == 200
    assert decided(desk)[-1].value == Place(parent=second, path=("A",))
    circle = send(ada, "edit", second, field="place", place={"parent": first, "path": []})
    assert "below itself" in circle.json()["error"]
    assert edit(field="name", words={"text": "  "}).status_code == 422
    assert edit(field="tags.nothing", codes={"primary": "1"}).status_code == 422
    assert edit(field="name", words={"text": "A\0B"}).status_code == 422
    for field in ("record", "nothing", "details.", "", "coding"):
        assert edit(field=field, words={"text": "Words"}).status_code == 422
    assert send(ada, "reject", first, field="coding").status_code == 422
    assert len(decided(desk)) == 2


def test_records_are_made_split_merged_and_marked(desk: Desk, ada: httpx.Client) -> None:
    first, second, third, *_ = ids(desk)
    draft = {"name": {"text": "A measure by hand"}, "description": None}
    made = send(ada, "add", drafts=[draft]).json()
    same = send(ada, "add", drafts=[draft]).json()
    assert len({made["record"], same["record"], *ids(desk)}) == len(ids(desk)) + 2
    pieces = [{"name": {"text": "One"}}, {"name": {"text": "Two"}}]
    assert send(ada, "split", first, drafts=pieces).status_code == 200
    value = decided(desk)[-1].value
    assert isinstance(value, Pieces)
    assert value.pieces[0].id == first
    answer = ada.get(f"/record/{PDF}", params={"record": value.pieces[1].id}).json()
    assert answer["lights"]["title"] == "Two"
    assert send(ada, "merge", second, target={"record": third}).status_code == 200
    assert send(ada, "merge", third, target={"record": second}).status_code == 422
    assert send(ada, "duplicate", third, target={"record": third}).status_code == 422
    assert send(ada, "add", drafts=[{}]).status_code == 422
    assert send(ada, "split", first, drafts=pieces[:1]).status_code == 422
    assert send(ada, "split", first, drafts=pieces[:1] * 2).status_code == 422
    assert isinstance(decided(desk)[0].value, Draft)


# --- undo and redo --------------------------------------------------------------------------------


def test_acts_are_taken_back_and_done_again_without_end(desk: Desk, ada: httpx.Client) -> None:
    first, second, *_ = ids(desk)
    send(ada, "accept", first, fields=["name", "description"])
    send(ada, "reject", second, field="name")

    def now() -> tuple[str, str, str]:
        return (
            status(ada, first, "name"),
            status(ada, first, "description"),
            status(ada, second, "name"),
        )

    both = ("accepted", "accepted", "rejected")
    one = ("accepted", "accepted", "undecided")
    none = ("undecided", "undecided", "undecided")
    assert now() == both
    for _ in range(2):
        for expected in (one, none):
            assert back(ada).status_code == 200
            assert now() == expected
        assert back(ada).status_code == 422
        for expected in (one, both):
            assert back(ada, redo=True).status_code == 200
            assert now() == expected
        assert back(ada, redo=True).status_code == 422
    back(ada)
    send(ada, "accept", second, field="name", base={"name": key_of(_last(desk, second))})
    assert back(ada, redo=True).status_code == 422, "an act after an undo leaves nothing to redo"
    assert now() == ("accepted", "accepted", "accepted")


def _last(desk: Desk, record: str) -> Decision:
    return [one for one in decided(desk) if one.record == record][-1]


def test_nobody_takes_back_what_another_did(
    desk: Desk, ada: httpx.Client, ben: httpx.Client
) -> None:
    send(ada, "reject", ids(desk)[0], field="name")
    assert back(ben).status_code == 422
    assert len(decided(desk)) == 1


# --- stale ----------------------------------------------------------------------------------------


def test_an_act_on_what_someone_decided_meanwhile_is_refused_and_shows_it(
    desk: Desk, ada: httpx.Client, ben: httpx.Client
) -> None:
    record = ids(desk)[0]
    send(ada, "edit", record, field="name", words={"text": "What Ada says"})
    answer = send(ben, "edit", record, field="name", words={"text": "What Ben says"})
    assert answer.status_code == 409
    (theirs,) = answer.json()["stale"]
    assert (theirs["curator"], theirs["value"]) == ("ada", "What Ada says")
    assert "What Ada says" in answer.json()["html"]
    assert len(decided(desk)) == 1
    # Another field of the same record is nobody's business.
    assert send(ben, "accept", record, field="description").status_code == 200
    base = {"name": key_of(decided(desk)[0])}
    again = send(ben, "edit", record, field="name", words={"text": "What Ben says"}, base=base)
    assert again.status_code == 200


def test_an_act_on_what_was_extracted_anew_is_refused(desk: Desk, ada: httpx.Client) -> None:
    record = ids(desk)[0]
    page = ada.get(f"/record/{PDF}", params={"record": record}).json()["html"]
    saw = page.split('data-saw="')[1].split('"')[0]
    output = desk.store.output(Stage.ASSEMBLE, PDF)
    file = json.loads(output.read_text())
    file["records"][0]["tags"][0]["confidence"] = 0.123
    output.write_text(json.dumps(file))
    answer = send(ada, "accept", record, field="name", saw=saw)
    assert (answer.status_code, answer.json()["changed"]) == (409, True)
    assert decided(desk) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"action": "1", "act": "accept"}', b"[" * 10_000, b'{"act": "NaN"}', b"\xff"],
)
def test_what_is_no_act_is_refused(body: bytes, desk: Desk, ada: httpx.Client) -> None:
    assert ada.post(f"/act/{PDF}", content=body).status_code == 422
    assert decided(desk) == []


# --- coding alone ---------------------------------------------------------------------------------


def test_a_blind_coder_is_told_no_suggestion_and_no_other_coding(
    desk: Desk, ada: httpx.Client, ben: httpx.Client
) -> None:
    library = desk.app.state.library
    coding = Coding(mode="blind", coders=("ada", "ben"), adjudicator="cid")
    assign = Decision(
        action=str(uuid4()), document=PDF, record="", field=CODING, act=Act.ASSIGN, value=coding,
        curator="cid", when=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    library.append("cid", [assign])
    record = ids(desk)[0]
    answer = send(ben, "edit", record, field="name", words={"text": "The secret words of Ben"})
    assert answer.status_code == 200
    assert decided(desk)[-1].role == "coder"
    for path in ("record", "lights", "concepts", "history", "review"):
        told = ada.get(f"/{path}/{PDF}", params={"record": record}).text
        assert "secret words" not in told
        assert "suggested" not in told
        assert "speaks for" not in told
    offered = ada.get(f"/concepts/{PDF}").json()
    stated = [t for r in file_of(desk).records for t in r.tags if t.basis == "stated"]
    counted = sum(one["count"] for taxonomy in offered for one in taxonomy["concepts"])
    assert counted == len(stated)
    # What Ben decided is not in the way of Ada.
    assert send(ada, "edit", record, field="name", words={"text": "Other"}).status_code == 200


# --- what changed since ---------------------------------------------------------------------------


def test_a_new_proposal_is_kept_out_or_taken(desk: Desk, ada: httpx.Client) -> None:
    record = file_of(desk).records[0]
    send(ada, "accept", record.id, fields=list(fields_of(record)))
    output = desk.store.output(Stage.ASSEMBLE, PDF)
    file = json.loads(output.read_text())
    tag = next(t for t in file["records"][0]["tags"] if t["taxonomy"] == "mitigation")
    before, tag["code"], tag["label"] = tag["code"], "2.2.1", "Risk Assessment"
    output.write_text(json.dumps(file))

    def page() -> str:
        html = str(ada.get(f"/record/{PDF}", params={"record": record.id}).json()["html"])
        return html.split('data-field="tags.mitigation"')[1].split('class="field ')[0]

    assert "data-changed" in page()
    saw = {"record": record.id, "field": "description", "saw": _tagged(desk).saw}
    old = ada.get(f"/before/{PDF}", params=saw).text
    assert record.description is not None
    assert record.description.provenance[0].quote.split("\n")[0] in old
    assert f"sha256={file['document']['sha256']}" in old
    assert "<ins><bdi>2.2.1</bdi></ins>" in page()
    base = {"tags.mitigation": key_of(_tagged(desk))}
    send(ada, "accept", record.id, field="tags.mitigation", base=base)
    assert "data-changed" not in page()
    assert _tagged(desk).value == Codes(primary=before)
    back(ada)
    base = {"tags.mitigation": key_of(_tagged(desk))}
    answer = send(ada, "accept", record.id, field="tags.mitigation", base=base, take=True)
    assert answer.status_code == 200
    assert _tagged(desk).value == Codes(primary="2.2.1")
    assert "data-changed" not in page()


def _tagged(desk: Desk) -> Decision:
    return [one for one in decided(desk) if one.field == "tags.mitigation"][-1]


def test_what_lost_its_footing_is_kept_as_the_curators_own_or_let_go(
    desk: Desk, ada: httpx.Client
) -> None:
    record = file_of(desk).records[0]
    send(ada, "edit", record.id, field="name", words={"text": "Words that Ada chose"})
    send(ada, "accept", record.id, field="description")
    told = decided(desk)
    gone = told[-1].value
    assert isinstance(gone, Words)
    # The same decision, as if the document had said something else when it was taken.
    place = gone.provenance[0].model_copy(
        update={"quote": "Zebras count quietly by lamplight", "prefix": "", "suffix": ""}
    )
    value = Words(value="Zebras count quietly by lamplight", provenance=(place,))
    lost = told[-1].model_copy(update={"action": str(uuid4()), "value": value, "act": Act.EDIT})
    desk.app.state.library.append("ada", [lost])

    def row() -> str:
        html = str(ada.get(f"/record/{PDF}", params={"record": record.id}).json()["html"])
        return html.split('data-field="description"')[1].split('class="field ')[0]

    assert "The words that you decided on are gone" in row()
    assert "<del><bdi>Zebras" in row()
    base = {"description": key_of(decided(desk)[-1])}
    assert send(ada, "accept", record.id, field="description", base=base).status_code == 200
    kept = decided(desk)[-1].value
    assert isinstance(kept, Words)
    assert (kept.value, kept.grounding) == (value.value, Grounding.ABSENT)
    assert "data-changed" not in row()
    assert "Zebras" in row()
