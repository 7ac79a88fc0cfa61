"""Files that come back: what they say otherwise than what stands becomes decisions of a curator."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.export import Said, formats
from pipeline.export.rows import mark, text, values
from pipeline.model import Act, Decision, ReviewedRecord, Value, Words
from pipeline.model.decision import DETAILS, TAGS
from pipeline.review import fields_of
from pipeline.run.concepts import known_taxonomies
from pipeline.run.folio import Folio
from pipeline.run.show import counted, printable
from pipeline.run.standing import Standing
from pipeline.run.wording import Refused
from pipeline.store import Store
from pipeline.store.decisions import Decisions, Stale

KEPT = 32  # documents that are kept open: the rows of a table need not be in order
STATUS = "status"
ACCEPTED = "accepted"  # of what a file shows of a record, and of nothing else
SET = ("reviewed", "rejected")  # what a status can be made in a file
LONGEST = 60  # characters of a value in a message


@dataclass(frozen=True)
class Change:
    """A field that a file says otherwise than what stands (texts as tables have them)."""

    where: str
    document: str
    record: str
    field: str
    here: str
    there: str

    def __str__(self) -> str:
        here, there = _short(self.here), _short(self.there)
        return printable(f"{self.where}: {self.record}, {self.field}: {here} -> {there}")


@dataclass
class Imported:
    """What came of a file.

    `later`: fields that only changed here since the file was written. `conflicts` changed in both
    places and were left as they are here; `refused` cannot be taken, each with its reason.
    """

    records: int = 0
    later: int = 0
    decided: list[Change] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 when all is taken, 1 when a curator must look."""
        return int(bool(self.conflicts or self.refused))

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """What was taken, for people."""
        records, added = counted(self.records, "record"), counted(len(self.added), "record")
        changed = len({(one.document, one.record) for one in self.decided})
        fields = counted(len(self.decided), "field")
        yield f"{records} read: {fields} of {changed:,} decided, {added} added"
        if self.later:
            yield f"{counted(self.later, 'field')} changed here since, and stay"

    def complaints(self) -> Iterator[str]:
        """What was not taken, for people."""
        for change in self.conflicts:
            yield f"conflict: {change}"
        for line in self.refused:
            yield printable(f"refused: {line}")


def import_file(
    store: Store, format: str, path: Path, curator: str, add: bool, dry: bool
) -> Imported:
    """Take the changes in a file that `export` wrote. Raises Unreadable and OSError."""
    read = formats()[format].read
    for _ in read(path):  # what cannot be read to its end changes nothing
        pass
    return take(store, read(path), curator, add, dry)


def take(store: Store, every: Iterable[Said], curator: str, add: bool, dry: bool) -> Imported:
    """Decide what is said, record by record. With `dry` it is only told."""
    with closing(Decisions.at(store.raw, read_only=dry)) as decisions:
        taker = _Taker(store, decisions, curator, add, dry)
        for said in every:
            taker.done.records += 1
            try:
                taker.take(said)
            except Refused as error:
                taker.done.refused.append(f"{said.where}: {error}")
    return taker.done


class _Taker:
    def __init__(
        self, store: Store, decisions: Decisions, curator: str, add: bool, dry: bool
    ) -> None:
        self.done = Imported()
        self._store, self._decisions, self._curator = store, decisions, curator
        self._add, self._dry = add, dry
        self._stands, self._taxonomies = Standing(store), known_taxonomies(())
        self._known = set(self._stands.names)
        self._folios: OrderedDict[str, Folio] = OrderedDict()
        self._spoken: set[tuple[str, str, str]] = set()

    def take(self, said: Said) -> None:
        """Decide what is said of one record. Raises Refused."""
        folio = self._folio(said.document)
        identifier = said.record or folio.new_id(said.fields)
        record = folio.find(identifier)
        key = said.document, identifier, min(said.fields, default="")
        if key in self._spoken:
            raise Refused(f"{identifier} is there twice; keep one of the rows.")
        self._spoken.add(key)
        if record is not None:
            self._compare(folio, record, said)
        elif self._add:
            self._append(folio, folio.added(said), ())
        else:
            raise Refused(f"nobody knows the record {said.record!r}; --add takes it as a new one.")

    def _folio(self, document: str) -> Folio:
        name = document.removeprefix("documents/")
        if name not in self._known:
            raise Refused(f"there are no records of the document {name!r}.")
        if name not in self._folios:
            self._folios[name] = Folio(
                self._store, self._stands, self._decisions, self._taxonomies, name, self._curator
            )
            if len(self._folios) > KEPT:
                self._folios.popitem(last=False)
        self._folios.move_to_end(name)
        return self._folios[name]

    def _compare(self, folio: Folio, record: ReviewedRecord, said: Said) -> None:
        taxonomies = [name.removeprefix(TAGS) for name in said.fields if name.startswith(TAGS)]
        here = values(record, taxonomies) | {STATUS: Words(value=str(record.review.status))}
        acts: list[Decision] = []
        changes: list[Change] = []
        for name, value in self._changed(folio, record.id, said, here):
            changes.append(_change(said, record.id, name, here.get(name), value))
            if name != STATUS:
                acts.append(folio.changed(record, name, value, said.spans.get(name, ())))
            elif value == Words(value="rejected"):
                acts = folio.rejected(record)
            elif value == Words(value="reviewed"):
                acts += folio.accepted(record, but=[one.field for one in acts])
            else:
                raise Refused(
                    f"the status {said.status!r} cannot be set; reviewed and rejected can."
                )
        if said.status == ACCEPTED:
            shown = {name for name, value in said.fields.items() if _same(value, here.get(name))}
            taken = folio.accepted(record, but=fields_of(record).keys() - shown)
            acts += taken
            changes += [_change(said, record.id, one.field, one.value, one.value) for one in taken]
        if acts:
            self._append(folio, acts, changes)

    def _changed(
        self, folio: Folio, record: str, said: Said, here: dict[str, Value | None]
    ) -> Iterator[tuple[str, Value | None]]:
        """The fields that changed in the file alone since it was written; the status comes last.

        Raises Refused.
        """
        wanted = said.status if said.status in SET or STATUS in said.saw else None
        status = {STATUS: Words(value=wanted)} if wanted else {}
        for name, value in [*said.fields.items(), *status.items()]:
            now, there, saw = mark(here.get(name)), mark(value), said.saw.get(name)
            if saw is None and "place" in said.saw and name.startswith(DETAILS):
                saw = mark(None)  # the whole record was seen, and had no such detail
            if there == now or folio.own(record, name) == there:
                continue
            meant = folio.meant(name, value)
            if saw == there:
                self.done.later += 1
            elif mark(meant) == now:
                continue
            elif saw not in (None, now):
                change = _change(said, record, name, here.get(name), meant)
                self.done.conflicts.append(change)
            else:
                yield name, meant

    def _append(self, folio: Folio, acts: list[Decision], changes: Iterable[Change]) -> None:
        if not self._dry:
            try:
                folio.append(acts)
            except Stale as error:
                raise Refused(f"{error} Import it again.") from error
        self.done.decided.extend(changes)
        self.done.added.extend(one.record for one in acts if one.act is Act.ADD)


def _same(one: Value | None, other: Value | None) -> bool:
    return mark(one) == mark(other)


def _change(said: Said, record: str, name: str, here: Value | None, there: Value | None) -> Change:
    return Change(said.where, said.document, record, name, text(here), text(there))


def _short(value: str) -> str:
    line = " ".join(value.split())
    return repr(line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…")
