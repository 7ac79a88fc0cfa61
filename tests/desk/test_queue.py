"""The queue: what is in it, in what order, and what comes next."""

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from desk.conftest import Desk
from desk.deciding import GUIDE, PDF, SURVEY, accept, code, decide, ids, last, replaced, told
from pipeline.desk.index import FILE, Index
from pipeline.model import Act, Codes, Issue, Level, Record, RecordFile
from pipeline.store import Stage, Store, canonical, read_noun, write

# --- the order ------------------------------------------------------------------------------------


def test_all_wait_and_the_least_certain_come_first_with_the_reason(still_desk: Desk) -> None:
    found = told(still_desk)
    assert found["total"] == len(found["records"]) == 38
    guesses = [r["reason"] for r in found["records"] if "is a guess" in r["reason"]]
    assert len(guesses) > 20
    assert guesses == sorted(guesses, key=lambda reason: reason[-5:])
    assert [r["reason"] for r in found["records"]][: len(guesses)] == guesses


def test_what_may_be_no_measure_comes_before_guessed_tags_until_its_description_is_decided(
    desk: Desk,
) -> None:
    records = read_noun(RecordFile, desk.store.output(Stage.ASSEMBLE, GUIDE)).records
    doubtful = records[3].id
    replaced(
        desk.store,
        GUIDE,
        lambda r: r.model_copy(update={"confidence": 0.52}) if r.id == doubtful else r,
    )
    desk.app.state.index.refresh()
    first = told(desk)["records"][0]
    assert (first["record"], first["reason"]) == (doubtful, "it may be no measure (0.52)")
    decide(desk, "ada", GUIDE, doubtful, Act.ACCEPT, "description")
    assert "may be no measure" not in str(told(desk))


def test_the_order_of_the_documents_is_that_of_their_records(still_desk: Desk) -> None:
    store = still_desk.store
    wanted = [
        record.id
        for name in sorted(one.name for group in store.made(Stage.ASSEMBLE) for one in group)
        for record in read_noun(RecordFile, store.output(Stage.ASSEMBLE, name)).records
    ]
    assert ids(told(still_desk, sort="place")) == wanted


@pytest.mark.parametrize("sort", ["useful", "place", "name", "confidence"])
def test_pages_follow_on_each_other_without_a_gap(desk: Desk, sort: str) -> None:
    records = read_noun(RecordFile, desk.store.output(Stage.ASSEMBLE, PDF))
    more = [r.model_copy(update={"id": f"{r.id}-{n}"}) for n in range(9) for r in records.records]
    file = records.model_copy(update={"records": tuple(more)})
    write(desk.store.output(Stage.ASSEMBLE, "more/one.pdf"), canonical(file))
    desk.app.state.index.refresh()
    seen: list[str] = []
    page = told(desk, sort=sort)
    assert page["total"] == 38 + len(more)
    while True:
        seen += [f"{r['document']}#{r['record']}" for r in page["records"]]
        if not page["next"]:
            break
        query = {key: value for key, [value] in parse_qs(urlsplit(page["next"]).query).items()}
        page = told(desk, **query)
    assert len(seen) == len(set(seen)) == 38 + len(more)


def test_next_goes_on_where_one_was_even_when_the_record_has_left_the_queue(desk: Desk) -> None:
    queue = told(desk)["records"]
    first, second, third = queue[:3]
    came = {key: value for key, [value] in parse_qs(urlsplit(first["url"]).query).items()}
    here = f"{first['document']}#{first['record']}"
    assert told(desk, path="/next", after=here)["record"] == second["record"]
    accept(desk, "ada", first["document"], first["record"])
    at = came["at"]
    found = told(desk, path="/next", after=here, at=at)
    assert found["record"] == second["record"]
    onward = f"{second['document']}#{second['record']}"
    at = parse_qs(urlsplit(found["url"]).query)["at"][0]
    assert told(desk, path="/next", after=onward, at=at)["record"] == third["record"]
    last = queue[-1]
    at = parse_qs(urlsplit(last["url"]).query)["at"][0]
    end = told(desk, path="/next", after=f"{last['document']}#{last['record']}", at=at, q="")
    assert end == {"url": "/"}


def test_next_keeps_to_the_filters(still_desk: Desk) -> None:
    queue = told(still_desk, document=SURVEY, sort="place")["records"]
    here = f"{SURVEY}#{queue[0]['record']}"
    found = told(still_desk, path="/next", after=here, document=SURVEY, sort="place")
    assert found["record"] == queue[1]["record"]
    assert "sort=place" in found["url"]
    last = f"{SURVEY}#{queue[-1]['record']}"
    end = told(still_desk, path="/next", after=last, document=SURVEY, sort="place")
    assert end["url"].startswith("/?document=")


# --- what became of records -----------------------------------------------------------------------


def test_what_is_decided_leaves_the_queue_and_is_found_by_its_status(desk: Desk) -> None:
    one, two = [r.id for r in desk.app.state.library.folio(GUIDE, "ada").records.records[:2]]
    accept(desk, "ada", GUIDE, one)
    decide(desk, "ben", GUIDE, two, Act.REJECT)
    found = told(desk)
    assert found["total"] == 36
    assert {one, two}.isdisjoint(ids(found))
    assert ids(told(desk, status="reviewed")) == [one]
    assert ids(told(desk, status="rejected")) == [two]
    assert told(desk, status="all")["total"] == 38
    by = {d["name"]: d for d in told(desk, path="/documents")["documents"]}[GUIDE]
    assert (by["records"], by["done"]) == (12, 2)
    assert by["by"] == [["ada", 1], ["ben", 1]]
    undone = decide(desk, "ben", GUIDE, two, Act.UNDO, of=last(desk, GUIDE))
    assert undone
    assert two in ids(told(desk))


def test_what_is_set_aside_for_its_language_is_not_called_complete(desk: Desk) -> None:
    output = desk.store.output(Stage.ASSEMBLE, GUIDE)
    tongue = Issue(code="not-english", level=Level.ERROR, message="In German.", stage="segment")
    write(output, canonical(read_noun(RecordFile, output).model_copy(update={"issues": (tongue,)})))
    desk.app.state.index.refresh()
    verdicts = {d["name"]: d["verdict"] for d in told(desk, path="/documents")["documents"]}
    assert (verdicts[GUIDE], verdicts[SURVEY]) == ("set aside", "complete")


def test_what_another_run_changed_comes_first(desk: Desk) -> None:
    records = desk.app.state.library.folio(GUIDE, "ada").records.records
    gone, same = records[3].id, records[4].id
    accept(desk, "ada", GUIDE, gone)
    accept(desk, "ada", GUIDE, same)
    replaced(desk.store, GUIDE, lambda record: None if record.id == gone else record)
    desk.app.state.index.refresh()
    found = told(desk)
    assert found["records"][0]["record"] == gone
    assert "no longer" in found["records"][0]["reason"]
    assert ids(told(desk, status="moved")) == [gone]
    assert ids(told(desk, changed="yes", status="all")) == [gone]
    assert ids(told(desk, "ben", changed="yes", status="all")) == []
    assert same in ids(told(desk, status="reviewed"))


def test_the_decision_of_another_is_a_change_since_mine(desk: Desk) -> None:
    record = desk.app.state.library.folio(GUIDE, "ada").records.records[0].id
    accept(desk, "ada", GUIDE, record)
    assert ids(told(desk, changed="yes", status="all")) == []
    value = Codes(primary="2.1")
    decide(desk, "ben", GUIDE, record, Act.EDIT, "tags.mitigation", value=value)
    assert ids(told(desk, changed="yes", status="all")) == [record]
    assert ids(told(desk, "ben", changed="yes", status="all")) == []


def test_a_run_beside_the_desk_is_seen_without_asking(desk: Desk) -> None:
    replaced(desk.store, SURVEY, lambda record: None)
    for _ in range(300):
        if told(desk)["total"] == 31:
            break
        time.sleep(0.05)
    assert told(desk)["total"] == 31
    desk.store.output(Stage.ASSEMBLE, PDF).unlink()
    desk.app.state.index.refresh()
    assert told(desk)["total"] == 14
    with desk.client() as client:
        assert client.get(f"/review/{PDF}").status_code == 404


def test_the_index_may_be_deleted_or_broken_and_is_kept_otherwise(
    store: Store, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk(store)
    record = desk.app.state.library.folio(GUIDE, "ada").records.records[0].id
    decide(desk, "ada", GUIDE, record, Act.REJECT)
    before = told(desk, status="all")
    again = Index(desk.app.state.library)
    assert again.refresh() == 0, "documents that did not change were indexed again"
    again.close()
    for damage in (b"", b"no database at all" * 500):
        for file in store.extracted.glob(f"{FILE}*"):
            file.unlink()
        if damage:
            (store.extracted / FILE).write_bytes(damage)
        assert told(open_desk(store), status="all") == before


# --- filters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ({"document": SURVEY}, lambda r, name: name == SURVEY),
        ({"document": "survey"}, lambda r, name: name == SURVEY),
        ({"q": "Tamper log"}, lambda r, name: "amper" in r.model_dump_json() and "log" in _name(r)),
        ({"issue": "no-name"}, lambda r, name: any(i.code == "no-name" for i in r.issues)),
        ({"taxonomy": "risk"}, lambda r, name: any(t.taxonomy == "risk" for t in r.tags)),
        (
            {"taxonomy": "mitigation", "code": "2.2"},
            lambda r, name: any(
                t.taxonomy == "mitigation" and f"{t.code}.".startswith("2.2.") for t in r.tags
            ),
        ),
        (
            {"taxonomy": "actor", "code": "developer", "least": "0.3", "most": "0.4"},
            lambda r, name: any(
                t.taxonomy == "actor" and t.code == "developer" and 0.3 <= t.confidence <= 0.4
                for t in r.tags
            ),
        ),
    ],
)
def test_a_filter_keeps_what_it_says(
    still_desk: Desk, query: dict[str, str], keeps: Callable[[Record, str], bool]
) -> None:
    store = still_desk.store
    wanted = {
        record.id
        for group in store.made(Stage.ASSEMBLE)
        for one in group
        for record in read_noun(RecordFile, store.output(Stage.ASSEMBLE, one.name)).records
        if keeps(record, one.name)
    }
    assert wanted, "the filter of this test finds nothing: it proves nothing"
    found = told(still_desk, **query)
    assert set(ids(found)) == wanted
    assert found["total"] == len(wanted)


def _name(record: Record) -> str:
    return str(record.name.value) if record.name else ""


def test_who_is_assigned_is_found(desk: Desk) -> None:
    code(desk, GUIDE, "open", "ada", "ben")
    assert told(desk, assigned="ben")["total"] == 12
    assert told(desk, assigned="dan")["total"] == 0


def test_the_page_is_the_list_and_keeps_its_filters_in_the_address(still_desk: Desk) -> None:
    with still_desk.client() as client:
        shown = client.get("/", params={"document": SURVEY, "q": "training"}).text
    assert 'value="training"' in shown
    assert f"document={SURVEY.replace('/', '%2F')}" in shown
    assert shown.count("data-row") == told(still_desk, document=SURVEY, q="training")["total"] > 0
