"""A blind coder learns nothing: every route of the desk is walked, and every way to ask it.

A route without a recipe here fails the test, so that none can be forgotten.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from starlette.routing import Mount, Route

from desk.conftest import Desk
from desk.deciding import GUIDE, PDF, SURVEY, code
from pipeline.desk.filters import SORTS, STATUSES
from pipeline.desk.record_view import last_on
from pipeline.model import Decision, Record, RecordFile
from pipeline.model.decision import TAGS
from pipeline.store import Stage, canonical, read_noun, write

B = "zqben"  # in all that the other coder writes
M = "zqmachine"  # in all that the machine suggests
JSON = {"accept": "application/json"}
CODE = "3.1"  # what the other coder codes, in one record that the machine codes otherwise
TAXONOMY = "mitigation"
BLINDED = PDF
DOCUMENTS = (
    PDF, GUIDE, SURVEY, "samples/record-page-staged-release.html",
    "samples/record-page-incident-sharing.txt",
)  # fmt: skip
GUESSED = re.compile(r'suggested 0\.|is a guess|class="sure"|needs-curator')


def suggested(file: RecordFile) -> RecordFile:
    """The records with a mark in every reason and issue that the tagger wrote."""

    def marked(record: Record) -> Record:
        tags = tuple(
            tag.model_copy(update={"why": f"{M} {tag.why}", "label": f"{M} {tag.label}"})
            if tag.basis in ("suggested", "inferred")
            else tag
            for tag in record.tags
        )
        issues = tuple(
            one.model_copy(update={"code": f"{M}-{one.code}", "message": f"{M} {one.message}"})
            if one.stage == "tag"
            else one
            for one in record.issues
        )
        return record.model_copy(update={"tags": tags, "issues": issues})

    return file.model_copy(update={"records": tuple(map(marked, file.records))})


@pytest.fixture
def coded(desk: Desk) -> Desk:
    """A desk where ben has coded a third of a document, in every way that there is; ada begins."""
    output = desk.store.output(Stage.ASSEMBLE, BLINDED)
    file = suggested(read_noun(RecordFile, output))
    assert M in file.model_dump_json()
    write(output, canonical(file))
    desk.app.state.index.refresh()
    records = [one.id for one in file.records]
    for name in DOCUMENTS:
        code(desk, name, "blind", "ada", "ben")
    with desk.client("ben") as ben:
        ben.headers.update(JSON)

        def act(kind: str, record: str = "", **more: Any) -> httpx.Response:
            body = {"action": str(uuid4()), "act": kind, "record": record, **more}
            answer = ben.post(f"/act/{BLINDED}", json=body)
            assert answer.status_code == 200, answer.text
            return answer

        act("edit", records[0], field="name", words={"text": f"{B} name"}, note=f"{B} why")
        act("edit", records[0], field="description", words={"text": f"{B} description"})
        act("edit", records[0], field="details.owner", words={"text": f"{B} detail"})
        act("edit", records[0], field="place", place={"path": [f"{B} heading"]})
        act("note", records[6], field="record", note=f"{B} note")
        act("reject", records[1], note=f"{B} rejected")
        act("duplicate", records[2], target={"record": records[0]}, note=f"{B} duplicate")
        act("edit", records[3], field=TAGS + TAXONOMY, codes={"primary": CODE})
        two = [{"name": {"text": f"{B} piece {n}"}} for n in "12"]
        act("split", records[4], drafts=two)
        act("add", drafts=[{"name": {"text": f"{B} added"}, "description": {"text": f"{B} new"}}])
        act("edit", records[5], field="name", words={"text": f"{B} undone"})
        assert ben.post(f"/undo/{BLINDED}", json={"action": str(uuid4())}).status_code == 200
    return desk


Asked = tuple[str, str, dict[str, Any]]  # method, path, and what goes with it


class Recipes:
    """For each route all ways to ask it that a page, or a curious coder, could try."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        library = desk.app.state.library
        self.decisions: list[Decision] = library.decisions.of_document(BLINDED)
        own = read_noun(RecordFile, desk.store.output(Stage.ASSEMBLE, BLINDED)).records
        theirs = {d.record for d in self.decisions if d.record}
        self.records = sorted({*(one.id for one in own[:7]), *theirs})
        self.fields = sorted({d.field for d in self.decisions} | {"name", TAGS + TAXONOMY, ""})
        self.saws = sorted({d.saw for d in self.decisions if d.saw})
        self.name = quote(BLINDED)

    def get(self, path: str, **query: Any) -> Asked:
        return "GET", path, {"params": query}

    def both(self, path: str, **query: Any) -> Iterator[Asked]:
        """A page, and the same for scripts."""
        yield self.get(path, **query)
        yield self.get(path, **query, format="json")

    def filters(self) -> Iterator[dict[str, str]]:
        yield {}
        for status in STATUSES:
            for sort in SORTS:
                yield {"status": status, "sort": sort, "document": BLINDED}
        every = {"status": "all", "document": BLINDED}
        yield every | {"changed": "yes"}
        for who in ("ada", "ben", "cleo"):
            yield every | {"assigned": who}
        for least, most in (("0", "1"), ("0.1", ""), ("", "0.5")):
            yield every | {"least": least, "most": most}
        for taxonomy in self.desk.app.state.library.taxonomies:
            yield every | {"taxonomy": taxonomy}
            yield every | {"taxonomy": taxonomy, "least": "0.1"}

    def queue(self) -> Iterator[Asked]:
        for filters in self.filters():
            yield from self.both("/", **filters)
        # What ben wrote and what the machine said is looked for: none is found (see below).
        for sought in (B, M, "rejected", f"{B} name"):
            yield from self.both("/", q=sought, status="all")

    def following(self) -> Iterator[Asked]:
        for filters in self.filters():
            yield "GET", "/next", {"params": filters, "headers": JSON}
            after = f"{BLINDED}#{self.records[0]}"
            yield "GET", "/next", {"params": {**filters, "after": after}, "headers": JSON}

    def of_records(self, path: str) -> Iterator[Asked]:
        for record in ("", *self.records):
            for field in self.fields:
                yield self.get(f"{path}/{self.name}", record=record, field=field)

    def whole(self, path: str, **query: Any) -> Iterator[Asked]:
        yield from self.both(f"{path}/{self.name}", **query)

    def before(self) -> Iterator[Asked]:
        for saw in ("", *self.saws):
            for field in self.fields:
                yield self.get(f"/before/{self.name}", saw=saw, field=field)

    def post(self, path: str, **body: Any) -> Asked:
        return "POST", path, {"json": {"action": str(uuid4()), **body}, "headers": JSON}

    def acts(self) -> Iterator[Asked]:
        """Acts of ada on what ben decided, with and without what she can know of it."""
        path = f"/act/{self.name}"
        for record in self.records:
            yield self.post(path, act="note", record=record, field="name", note="hm")
            for field in ("name", TAGS + TAXONOMY):
                more = {"codes": {"primary": "1.1"}} if field != "name" else {}
                more = more or {"words": {"text": "Own"}}
                for base in ({}, {field: "guessed"}):
                    yield self.post(path, act="edit", record=record, field=field, base=base, **more)
            yield self.post(path, act="accept", record=record, fields=["name"], take=True)
        for one in self.decisions:  # the names of ben's acts, had she learnt them
            body = {"act": "note", "record": one.record, "note": "x", "action": one.action}
            yield self.post(path, **body)
        yield self.post(path, act="merge", record=self.records[0], target={"record": "nowhere"})

    def undo(self) -> Iterator[Asked]:
        for redo in (False, True):
            yield self.post(f"/undo/{self.name}", redo=redo)
            yield self.post(f"/undo/{self.name}", redo=redo)
        for one in self.decisions:
            body = {"action": one.action, "redo": False}
            yield "POST", f"/undo/{self.name}", {"json": body, "headers": JSON}

    def ground(self) -> Iterator[Asked]:
        yield self.post(f"/ground/{self.name}", text="controls")

    def adjudicate(self) -> Iterator[Asked]:
        for record in self.records:
            yield from self.whole("/adjudicate", record=record, field="name")

    def taken(self) -> Iterator[Asked]:
        for record in self.records:
            body = {"record": record, "field": "name", "coder": "ben"}
            yield self.post(f"/adjudicate/{self.name}", **body)

    def assign(self) -> Iterator[Asked]:
        for mode in ("open", "blind"):
            form = {"mode": mode, "coder": ["ada"], "confirmed": "yes"}
            yield "POST", f"/coding/{self.name}", {"data": form}

    def word(self) -> Iterator[Asked]:
        for done in ("no", "yes", "no"):
            yield "POST", "/coding/mine", {"data": {"document": BLINDED, "done": done}}
        yield "POST", "/coding/mine", {"data": {"document": "nowhere", "done": "yes"}}

    def of(self) -> dict[tuple[str, str], Callable[[], Iterator[Asked]]]:
        """By method and path of the route."""
        one = self.get
        return {
            ("GET", "/"): self.queue,
            ("GET", "/next"): self.following,
            ("GET", "/documents"): lambda: self.both("/documents"),
            ("GET", "/page/{name:path}/{number:int}.png"): lambda: iter(
                [one(f"/page/{self.name}/1.png"), one(f"/page/{self.name}/99.png")]
            ),
            ("GET", "/text/{name:path}"): lambda: self.whole("/text"),
            ("GET", "/saved/{name:path}"): lambda: self.whole("/saved"),
            ("GET", "/coverage/{name:path}"): lambda: self.whole("/coverage"),
            ("GET", "/review/{name:path}"): lambda: self.of_records("/review"),
            ("GET", "/record/{name:path}"): lambda: self.of_records("/record"),
            ("GET", "/lights/{name:path}"): lambda: self.whole("/lights"),
            ("GET", "/words/{number:int}/{name:path}"): lambda: iter(
                [one(f"/words/1/{self.name}")]
            ),
            ("GET", "/find/{name:path}"): lambda: self.whole("/find", q="controls"),
            ("GET", "/concepts/{name:path}"): lambda: self.whole("/concepts"),
            ("GET", "/history/{name:path}"): lambda: self.of_records("/history"),
            ("GET", "/before/{name:path}"): self.before,
            ("POST", "/act/{name:path}"): self.acts,
            ("POST", "/undo/{name:path}"): self.undo,
            ("POST", "/ground/{name:path}"): self.ground,
            ("GET", "/coding"): lambda: self.both("/coding"),
            ("GET", "/coding/mine"): lambda: self.both("/coding/mine"),
            ("POST", "/coding/mine"): self.word,
            ("GET", "/coding/{name:path}"): lambda: self.whole("/coding"),
            ("POST", "/coding/{name:path}"): self.assign,
            ("GET", "/adjudicate/{name:path}"): self.adjudicate,
            ("POST", "/adjudicate/{name:path}"): self.taken,
            ("GET", "/agreement"): lambda: (
                asked
                for query in ({}, {"document": BLINDED})
                for asked in self.both("/agreement", **query)
            ),
            ("GET", "/healthz"): lambda: iter([one("/healthz")]),
            ("GET", "/readyz"): lambda: iter([one("/readyz")]),
            ("GET", "/metrics"): lambda: iter([one("/metrics")]),
            ("GET", "/tour"): lambda: iter([one("/tour")]),
            ("GET", "/enter"): lambda: iter([one("/enter")]),
            # These end the session: nothing is told, and the walk would stop.
            ("POST", "/enter"): lambda: iter(()),
            ("POST", "/leave"): lambda: iter(()),
        }


def routes(desk: Desk) -> set[tuple[str, str]]:
    """Every method and path that the app answers; files under /static are the same for all."""
    found = set()
    for route in desk.app.routes:
        if isinstance(route, Mount):
            assert route.path == "/static"
            continue
        assert isinstance(route, Route)
        found |= {(method, route.path) for method in (route.methods or ()) if method != "HEAD"}
    return found


def mark(text: str, query: object) -> str:
    """What is told, without the words that were asked."""
    for sought in (f"{B} name", B, M):
        if isinstance(query, dict) and query.get("q") == sought:
            text = text.replace(quote(sought), "").replace(sought.replace(" ", "+"), "")
            text = text.replace(sought, "")
    return text


def walk(desk: Desk, curator: str) -> Iterator[tuple[str, str]]:
    """What every route tells a curator: what was asked, and the whole answer with its headers."""
    recipes = Recipes(desk).of()
    with desk.client(curator) as client:
        for key in sorted(recipes):
            for method, path, more in recipes[key]():
                answer = client.request(method, path, **more)
                told = f"{answer.headers}\n{answer.text}"
                yield f"{method} {path} {more}", mark(told, more.get("params"))
                assert answer.status_code < 500, path


def test_every_route_has_a_recipe(still_desk: Desk) -> None:
    assert routes(still_desk) == set(Recipes(still_desk).of())


def test_a_blind_coder_finds_no_byte_of_another_nor_of_a_suggestion(coded: Desk) -> None:
    asked = 0
    for what, told in walk(coded, "ada"):
        asked += 1
        for secret in (B, M):
            at = told.find(secret)
            assert at < 0, f"{what} tells {secret}: …{told[max(0, at - 200) : at + 200]}…"
        assert not GUESSED.search(told), what
    assert asked > 500
    seen = "".join(told for _, told in walk(coded, "cleo"))
    assert B in seen, "the walk would find it: the adjudicator sees it"
    assert M in seen


def test_no_count_tells_of_another(coded: Desk) -> None:
    """All that is counted is as it is for a coder of whom the other has decided nothing."""

    def counts(curator: str) -> list[object]:
        with coded.client(curator) as client:
            client.headers.update(JSON)
            asked = [
                client.get("/", params={**one, "format": "json"}).json()
                for one in Recipes(coded).filters()
            ]
            codes = [
                client.get("/", params={"code": c, "status": "all", "format": "json"}).json()[
                    "total"
                ]
                for c in (CODE, "1", "2", "3", "4")
            ]
            return [asked, codes, client.get(f"/concepts/{BLINDED}").json()]

    before = counts("ada")
    with coded.client("ben") as ben:
        record = Recipes(coded).records[6]
        body = {"action": str(uuid4()), "act": "edit", "record": record, "field": TAGS + TAXONOMY}
        answer = ben.post(f"/act/{BLINDED}", json=body | {"codes": {"primary": CODE}})
        assert answer.status_code == 200
        ben.post(
            f"/act/{BLINDED}",
            json={"action": str(uuid4()), "act": "reject", "record": Recipes(coded).records[5]},
        )
    assert json.dumps(counts("ada")) == json.dumps(before)


def test_what_another_decided_is_in_nobodys_way(coded: Desk) -> None:
    folio = coded.app.state.library.folio(BLINDED, "ada")
    assert {last_on(folio, "ada", r.id, "name") for r in folio.records.records} == {""}
