"""Decisions saved as a desk saves them, on what a run extracted."""

import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from pipeline.model import Act, Decision, Record, RecordFile, Saw, Value
from pipeline.review import fields_of
from pipeline.store import Stage, Store, read_noun
from pipeline.store.decisions import Decisions

NEVER = datetime(1, 1, 1, tzinfo=UTC)  # the store says when


def records_of(store: Store, name: str) -> RecordFile:
    return read_noun(RecordFile, store.output(Stage.ASSEMBLE, name))


def decide(
    store: Store,
    name: str,
    record: Record,
    fields: Sequence[str],
    act: Act = Act.ACCEPT,
    value: Value | None = None,
) -> tuple[Decision, ...]:
    """Decide on fields of a record, having seen it: by default accept what was seen."""
    header = records_of(store, name).document
    saw = Saw(document=name, sha256=header.sha256, text=header.id, record=record)
    action, values = str(uuid.uuid4()), fields_of(record)
    made = [
        Decision(
            action=action,
            document=name,
            record=record.id,
            field=field,
            act=act,
            value=value or values.get(field),
            saw=saw.digest,
            curator="ann",
            when=NEVER,
        )
        for field in fields
    ]
    with closing(Decisions.at(store.raw)) as decisions:
        return decisions.append(made, [saw])
