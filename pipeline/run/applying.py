"""Hand-edited copies of files of records, read back as decisions of a curator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.export import Said
from pipeline.export.rows import mark, text
from pipeline.model import Act, Decision, RecordFile, Value, Words
from pipeline.model.decision import WHOLE
from pipeline.review.difference import Added, Change, difference
from pipeline.review.edited import read_edited
from pipeline.review.lined import LARGEST, BadFile
from pipeline.run.concepts import known_taxonomies
from pipeline.run.folio import Folio
from pipeline.run.reviewing import reviewed
from pipeline.run.show import counted, printable
from pipeline.run.standing import Standing
from pipeline.run.wording import Refused
from pipeline.store import Stage, Store, read_noun
from pipeline.store.decisions import Decisions, Stale

LONGEST = 200  # characters of a value in a line
EMPTY = "(empty)"


@dataclass
class Applied:
    """What came of a copy: what was decided (or would be), and what was refused, each with why.

    `already` counts what was decided so before.
    """

    document: str
    dry_run: bool
    already: int = 0
    decided: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 when all is taken, 1 when some of it was refused."""
        return int(bool(self.refused))

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "document": self.document,
            "dry_run": self.dry_run,
            "already": self.already,
            "decided": self.decided,
            "refused": self.refused,
        }

    def lines(self) -> Iterator[str]:
        """The differences, field by field, for people."""
        for one in self.decided:
            where = f"line {one['line']}: {one['record']}"
            if one["act"] == Act.ADD:
                yield printable(f"{where}: a new record: {one['to']}")
            elif one["field"] == WHOLE:
                yield printable(f"{where}: rejected, since the copy leaves it out")
            else:
                there = f" ({one['grounding']} in the document)" if one["grounding"] else ""
                yield printable(f"{where}, {one['field']}: {one['from']} -> {one['to']}{there}")
        would = "would be " if self.dry_run else ""
        count = counted(len(self.decided), "decision")
        yield f"{count} {would}taken, {self.already:,} stood already: {self.document}"

    def complaints(self) -> Iterator[str]:
        """What was refused, for people."""
        for one in self.refused:
            field = "" if one["field"] == WHOLE else f", {one['field']}"
            yield printable(f"line {one['line']}: {one['record']}{field}: refused: {one['why']}")


def apply(store: Store, file: Path, curator: str, dry_run: bool) -> Applied:
    """Take what an edited copy says otherwise as decisions; with `dry_run` only tell.

    Raises BadFile for a copy that cannot be read, Refused when the curator may not decide on its
    document, and OSError.
    """
    edited = read_edited(_text(file))
    name = edited.header.path.removeprefix("documents/")
    if not store.has_records(name):
        raise BadFile(
            f"There are no records of {name} in {store.extracted}. gleaner extract first."
        )
    extracted = read_noun(RecordFile, store.output(Stage.ASSEMBLE, name))
    done = Applied(name, dry_run)
    with closing(Decisions.at(store.raw, read_only=dry_run)) as decisions:
        stands = Standing(store, [store.output(Stage.ASSEMBLE, name)])
        folio = Folio(store, stands, decisions, known_taxonomies(()), name, curator)
        found = difference(edited, extracted, reviewed(store, name).file, curator)
        done.already = found.already
        done.refused += [one.model_dump() for one in found.refused]
        taker = _Taker(folio, done)
        by_record: dict[str, list[Change]] = {}
        for change in found.changes:
            by_record.setdefault(change.record, []).append(change)
        for changes in by_record.values():
            taker.change(changes)
        for added in found.added:
            taker.add(added)
    return done


def _text(file: Path) -> str:
    if file.stat().st_size > 4 * LARGEST:
        raise BadFile(
            f"{file.name} has more than {4 * LARGEST // 2**20} MB; no file of records has."
        )
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{file.name} is not in UTF-8 (byte {error.start}). Save it as such."
        ) from error


@dataclass
class _Taker:
    folio: Folio
    done: Applied

    def change(self, changes: list[Change]) -> None:
        """Decide what the copy says of one record: one action."""
        record = self.folio.find(changes[0].record)
        taken: list[tuple[Change, Decision]] = []
        for change in changes:
            try:
                if record is None:
                    raise Refused("it is not there any more.")
                if self.folio.own(record.id, change.field) == mark(change.value):
                    self.done.already += 1
                elif change.field == WHOLE:
                    taken += [(change, one) for one in self.folio.rejected(record)]
                else:
                    made = self.folio.changed(record, change.field, change.value)
                    taken.append((change, made))
            except Refused as error:
                self._refuse(change, change.field, error)
        told = [_told(change.line, made, change.was) for change, made in taken]
        try:
            self._append([made for _, made in taken])
            self.done.decided += told
        except Stale as error:
            for change, _ in taken:
                self._refuse(change, change.field, error)

    def add(self, added: Added) -> None:
        """Decide on a new record."""
        said = Said(f"line {added.line}", "", added.record, added.fields)
        try:
            made = self.folio.added(said)
            if self.folio.find(made[0].record):
                raise Refused("there is another record of that id; give this one another.")
            self._append(made)
            self.done.decided += [_told(added.line, one, None) for one in made]
        except (Refused, Stale) as error:
            self._refuse(added, WHOLE, error)

    def _append(self, decisions: list[Decision]) -> None:
        if decisions and not self.done.dry_run:
            self.folio.append(decisions)

    def _refuse(self, what: Change | Added, field: str, error: Exception) -> None:
        self.done.refused.append(
            {"line": what.line, "record": what.record, "field": field, "why": str(error)}
        )


def _told(line: int, decision: Decision, was: Value | None) -> dict[str, Any]:
    value = decision.value
    return {
        "line": line,
        "record": decision.record,
        "field": decision.field,
        "act": str(decision.act),
        "from": _short(was),
        "to": _short(value),
        "grounding": str(value.grounding) if isinstance(value, Words) else None,
    }


def _short(value: Value | None) -> str:
    line = " ".join(text(value).split()) or EMPTY
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
