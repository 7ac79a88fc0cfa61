"""Asking the lists of a desk, and deciding at it without its pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from desk.conftest import Desk
from pipeline.desk.library import Library
from pipeline.model import Act, Coding, Decision, Record, RecordFile, Saw
from pipeline.model.decision import CODING, WHOLE
from pipeline.review import fields_of
from pipeline.store import Stage, Store, canonical, read_noun, write

PDF = "samples/harbour-frontier-controls.pdf"
GUIDE = "samples/guideline-safe-procurement.md"
SURVEY = "samples/survey-safety-practices.csv"


def told(desk: Desk, curator: str = "ada", path: str = "/", **query: str) -> Any:
    with desk.client(curator) as client:
        answer = client.get(path, params={**query, "format": "json"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(found: Any) -> list[str]:
    return [record["record"] for record in found["records"]]


def decide(
    desk: Desk, curator: str, document: str, record: str, act: Act, field: str = WHOLE, **more: Any
) -> str:
    """One act; gives its name."""
    action = str(uuid4())
    decision = Decision(
        action=action,
        document=document,
        record=record,
        field=field,
        act=act,
        curator=curator,
        when=datetime.now(UTC),
        **more,
    )
    desk.app.state.library.append(curator, [decision])
    return action


def accept(desk: Desk, curator: str, document: str, record: str) -> None:
    """Accept every field of a record, as this curator sees it."""
    library: Library = desk.app.state.library
    folio = library.folio(document, curator)
    seen = next(one for one in folio.records.records if one.id == record)
    saw = Saw(
        document=document,
        sha256=folio.records.document.sha256,
        text=folio.document.id,
        record=seen,
    )
    action = str(uuid4())
    library.append(
        curator,
        [
            Decision(
                action=action,
                document=document,
                record=record,
                field=field,
                act=Act.ACCEPT,
                value=value,
                saw=saw.digest,
                curator=curator,
                when=datetime.now(UTC),
            )
            for field, value in fields_of(seen).items()
        ],
        [saw],
    )


def code(desk: Desk, document: str, mode: Any, *coders: str, adjudicator: str = "cleo") -> None:
    """Say how a document is coded."""
    value = Coding(mode=mode, coders=coders, adjudicator=adjudicator)
    decide(desk, "cleo", document, "", Act.ASSIGN, CODING, value=value)


def replaced(store: Store, name: str, change: Callable[[Record], Record | None]) -> None:
    """The records of a document as another run would leave them."""
    file = store.output(Stage.ASSEMBLE, name)
    records = read_noun(RecordFile, file)
    changed = tuple(new for new in map(change, records.records) if new)
    write(file, canonical(records.model_copy(update={"records": changed})))


def last(desk: Desk, name: str) -> str:
    action: str = desk.app.state.library.decisions.of_document(name)[-1].action
    return action
