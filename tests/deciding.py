"""Decisions for the tests: by hand on nothing at all, and on records that a run left."""

import uuid
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.model import Act, Claim, Decision, Document, Record, RecordFile, Saw, Words
from pipeline.review import fields_of
from pipeline.store import Stage, Store, read_noun
from pipeline.store.decisions import Decisions

DOCUMENT = "agency/plan.pdf"


def sight(words: str = "Keep a log.") -> Saw:
    """A record that says these words, as a curator saw it."""
    record = Record(
        id="r1",
        way="prose",
        label=None,
        name=Claim(value=words, provenance=()),
        path=(),
        parent=None,
        children=(),
        description=None,
        rationale=None,
    )
    return Saw(document=DOCUMENT, sha256="0" * 64, text="0" * 16, record=record)


SAW = sight()


def decided(words: str = "Keep the log", **given: Any) -> Decision:
    """A decision of a new action: ann edits the name of r1, unless something else is given."""
    usual: dict[str, Any] = {
        "action": str(uuid.uuid4()),
        "document": DOCUMENT,
        "record": "r1",
        "field": "name",
        "act": Act.EDIT,
        "value": Words(value=words),
        "saw": SAW.digest,
        "curator": "ann",
        "when": datetime.now(UTC),
    }
    return Decision(**(usual | given))


def lines(folder: Path) -> dict[str, bytes]:
    """The files of a dump, by name."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def records_of(store: Store, name: str) -> RecordFile:
    """The records that a run left of a document."""
    return read_noun(RecordFile, store.output(Stage.ASSEMBLE, name))


def decide(
    store: Store,
    name: str,
    record: Record,
    fields: Iterable[str] | None = None,
    **given: Any,
) -> tuple[Decision, ...]:
    """Decide on fields of a record (none given: all that it has) in one action, having seen it.

    They are accepted as they are, unless another act or value is given.
    """
    document = read_noun(Document, store.output(Stage.INGEST, name))
    saw = Saw(document=name, sha256=document.sha256, text=document.id, record=record)
    had, action = fields_of(record), str(uuid.uuid4())
    acts = [
        decided(
            action=action,
            document=name,
            record=record.id,
            field=field,
            saw=saw.digest,
            **({"act": Act.ACCEPT, "value": had.get(field)} | given),
        )
        for field in (had if fields is None else fields)
    ]
    with closing(Decisions.at(store.raw)) as decisions:
        return decisions.append(acts, [saw])
