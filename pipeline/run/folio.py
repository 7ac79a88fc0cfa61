"""One document as a curator decides on it outside the desk: what stands, and new decisions."""

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain

from pipeline.assemble.identity import Face, identify
from pipeline.export import Said
from pipeline.export.rows import mark
from pipeline.model import (
    Act,
    Codes,
    Decision,
    Document,
    Draft,
    FieldStatus,
    Place,
    Record,
    RecordFile,
    ReviewedRecord,
    Saw,
    Span,
    Value,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS, WHOLE, Role
from pipeline.review import fields_of
from pipeline.run.standing import Standing
from pipeline.run.wording import Refused, codes_known, placed_under, worded
from pipeline.store import Stage, Store, read_noun
from pipeline.store.decisions import Decisions
from pipeline.taxonomy import Taxonomy

WORDED = ("name", "description", "rationale")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")


class Folio:
    """A document with its records as they stood when it was opened.

    Raises Refused when the curator may not decide on it, OSError and NotStanding.
    """

    def __init__(
        self,
        store: Store,
        stands: Standing,
        decisions: Decisions,
        taxonomies: Mapping[str, Taxonomy],
        name: str,
        curator: str,
    ) -> None:
        self.name, self.curator = name, curator
        self._store, self._decisions, self._taxonomies = store, decisions, taxonomies
        self._last: dict[tuple[str, str], Decision] = {}
        made = decisions.of_document(name)  # before what stands, so that base is never too new
        self._file = stands.file(name)
        self._role = self._own_role()
        alone = self._role == "coder"
        for one in made:
            if not alone or (one.curator, one.role) == (curator, "coder"):
                self._last[one.record, one.field] = one
        self._records = {one.id: one for one in chain(self._file.records, self._file.lost)}
        self._moved = {old: one for one in self._file.records for old in one.review.moved_from}

    def _own_role(self) -> Role:
        coding = self._file.coding
        role = coding.role_of(self.curator)
        if role == "curator" and coding.mode != "open":
            coders = ", ".join(coding.coders)
            raise Refused(f"{self.name} is coded by {coders}, and not by {self.curator}.")
        return role

    @cached_property
    def _document(self) -> Document:
        return read_noun(Document, self._store.output(Stage.INGEST, self.name))

    @cached_property
    def _machine(self) -> dict[str, Record]:
        file = read_noun(RecordFile, self._store.output(Stage.ASSEMBLE, self.name))
        return {record.id: record for record in file.records}

    # --- what stands ------------------------------------------------------------------------------

    def find(self, identifier: str) -> ReviewedRecord | None:
        """The record that has that id, or had it when it was decided on."""
        return self._records.get(identifier) or self._moved.get(identifier)

    def own(self, record: str, name: str) -> str | None:
        """The mark of what this coder alone said of a field; None where all decide together."""
        last = self._last.get((record, name)) if self._role == "coder" else None
        return mark(None if last.act is Act.REJECT else last.value) if last else None

    def meant(self, name: str, value: Value | None) -> Value | None:
        """The value, with codes for the labels that stand in their place. Raises Refused."""
        if isinstance(value, Codes):
            return codes_known(value, self._taxonomies.get(name.removeprefix(TAGS)), name)
        return value

    def new_id(self, fields: Mapping[str, Value | None]) -> str:
        """The id that a record by hand gets: as the extractor would make it."""
        said = {name: value.value for name, value in fields.items() if isinstance(value, Words)}
        place = fields.get("place")
        path = place.path if isinstance(place, Place) else ()
        title = self._file.source.title
        face = Face("", str(said.get("name", "")), path, str(said.get("description", "")))
        return identify(str(title.value) if title else "", [face])[0]

    # --- decisions --------------------------------------------------------------------------------

    def changed(
        self,
        record: ReviewedRecord,
        name: str,
        value: Value | None,
        spans: tuple[Span, ...] = (),
    ) -> Decision:
        """The decision that a field has another value, or none. Raises Refused."""
        if value is None:
            return self._decision(record.id, name, Act.REJECT)
        return self._decision(record.id, name, Act.EDIT, self._fit(name, value, record, spans))

    def rejected(self, record: ReviewedRecord) -> list[Decision]:
        """The decision that a record is none."""
        return [self._decision(record.id, WHOLE, Act.REJECT)]

    def accepted(self, record: ReviewedRecord, but: Iterable[str]) -> list[Decision]:
        """The decisions that all fields are right that nobody decided on, `but` some."""
        decided = {f.field for f in record.review.fields if f.status is not FieldStatus.UNDECIDED}
        return [
            self._decision(record.id, name, Act.ACCEPT, value)
            for name, value in fields_of(record).items()
            if name not in decided | {*but}
        ]

    def added(self, said: Said) -> list[Decision]:
        """The decisions that make a record by hand of what is said. Raises Refused."""
        identifier = said.record or self.new_id(said.fields)
        if not _ID.fullmatch(identifier):
            raise Refused(f"{identifier!r} is no id; an id is of small letters, digits, hyphens.")
        fitted = {name: self._fit(name, value) for name, value in said.fields.items() if value}
        words = {name: fitted[name] for name in WORDED if name in fitted}
        if not words.keys() & {"name", "description"}:
            raise Refused("a new record needs a name or a description.")
        place = fitted.get("place", Place())
        draft = Draft.model_validate({"id": identifier, "place": place, **words})
        others = {
            name: value
            for name, value in fitted.items()
            if name.startswith((DETAILS, TAGS)) and value != Codes()
        }
        return [
            self._decision(identifier, WHOLE, Act.ADD, draft),
            *(self._decision(identifier, name, Act.EDIT, one) for name, one in others.items()),
        ]

    def append(self, decisions: list[Decision]) -> None:
        """Take decisions on one record as one action. Raises Stale and OSError."""
        record, action = self.find(decisions[0].record), str(uuid.uuid4())
        saw = [self._sight(record)] if record else []
        digest = saw[0].digest if saw else ""
        acts = [one.model_copy(update={"action": action, "saw": digest}) for one in decisions]
        base = {}
        for one in acts:
            last = self._last.get((one.record, one.field))
            base[one.record, one.field] = last.key if last else ""
        for one in self._decisions.append(acts, saw, base):
            self._last[one.record, one.field] = one

    def _fit(
        self,
        name: str,
        value: Value,
        record: ReviewedRecord | None = None,
        spans: tuple[Span, ...] = (),
    ) -> Value:
        match value:
            case Words():
                stood = fields_of(record).get(name) if record else None
                made_by = f"curator:{self.curator}"
                return worded(self._document, name, value, stood, spans, made_by)
            case Codes():
                return self.meant(name, value) or Codes()
            case Place():
                return placed_under(value, record.id if record else "", self._records)
        raise Refused(f"{name} cannot be {value.kind}.")

    def _decision(self, record: str, name: str, act: Act, value: Value | None = None) -> Decision:
        return Decision(
            action="",
            document=self.name,
            record=record,
            field=name,
            act=act,
            value=value,
            role=self._role,
            curator=self.curator,
            when=datetime.now(UTC),
        )

    def _sight(self, record: ReviewedRecord) -> Saw:
        """What the decisions are about: the extractor's record, or one by hand as it is."""
        shown = self._machine.get(record.id)
        if shown is None:
            shown = Record.model_construct(**{n: getattr(record, n) for n in Record.model_fields})
        header = self._file.document
        return Saw(document=self.name, sha256=header.sha256, text=header.id, record=shown)
