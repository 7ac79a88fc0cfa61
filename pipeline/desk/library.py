"""The documents of a desk, as each curator may see them; and the one way to decide on them."""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from pipeline.desk.sight import (
    Sight,
    is_word,
    sight,
    view_of,
    views_of,
)
from pipeline.model import Act, Coding, Decision, Document, RecordFile, ReviewedFile, Saw
from pipeline.model.decision import CODING, Role
from pipeline.review import coding_of, review
from pipeline.store import Stage, Store, read_noun, stamp
from pipeline.store.decisions import Decisions
from pipeline.taxonomy import Taxonomy

LOG = logging.getLogger(__name__)
ROOM = 256 * 1024 * 1024  # bytes of JSON whose documents and records are kept in memory


class Unknown(LookupError):
    """No document of that name was read."""


class NotYours(Exception):
    """A decision that this curator may not take; the message says why."""


@dataclass(frozen=True)
class Folio:
    """A document as one curator may see it: its words, its records, and what was decided.

    `records` are the extractor's, `reviewed` what curators made of them. `view` names the coder
    who alone sees it so, or is empty; `role` is that in which the curator decides.
    """

    name: str
    document: Document
    records: RecordFile
    decisions: list[Decision]
    reviewed: ReviewedFile
    coding: Coding
    role: Role
    view: str
    blind: bool
    seen: dict[str, Saw]

    @property
    def title(self) -> str:
        """What the source is called; the document's name where it does not say."""
        title = self.reviewed.source.title
        return str(title.value) if title else self.name


class _Files(NamedTuple):
    """What is kept of a document: its nouns, and the stamps of their files."""

    stamps: tuple[str, ...]
    size: int
    document: Document
    records: RecordFile


class _Decided(NamedTuple):
    """The decisions on a document, the last of them, and the views that were made of both."""

    last: str
    files: _Files
    decisions: list[Decision]
    seen: dict[str, Saw]
    views: dict[str, tuple[Sight, ReviewedFile]]


class Library:
    """Documents by name. What was read is kept until its files or its decisions change."""

    def __init__(
        self, store: Store, decisions: Decisions, taxonomies: Mapping[str, Taxonomy]
    ) -> None:
        self.store, self.decisions, self.taxonomies = store, decisions, taxonomies
        self.changed: Callable[[str], None] = lambda name: None
        self._lock = threading.RLock()
        self._kept: OrderedDict[str, _Decided] = OrderedDict()

    def folio(self, name: str, curator: str) -> Folio:
        """The document of that name. Raises Unknown, OSError."""
        kept = self._decided(name)
        view = view_of(kept.files.records, kept.decisions, curator)
        return self._folio(name, kept, view, curator)

    def views(self, name: str) -> list[Folio]:
        """The document in every different view that there is of it. Raises Unknown, OSError."""
        kept = self._decided(name)
        return [
            self._folio(name, kept, view, view)
            for view in views_of(kept.files.records, kept.decisions)
        ]

    def append(
        self,
        curator: str,
        decisions: Sequence[Decision],
        saw: Sequence[Saw] = (),
        base: Mapping[tuple[str, str], str] | None = None,
    ) -> tuple[Decision, ...]:
        """Decide, in the role that the curator has; durable on return.

        Whose decisions they are is said by the session, never by what was sent. Raises Stale,
        Unknown, and NotYours when a coder takes back what another decided, or says how the
        document is coded.
        """
        own: list[Decision] = []
        for decision in decisions:
            kept = self._decided(decision.document)
            _check(decision, kept.decisions, curator)
            alone = bool(decision.record) or is_word(decision)
            role = (coding_of(kept.decisions) if alone else Coding()).role_of(curator)
            own.append(decision.model_copy(update={"curator": curator, "role": role}))
        stored = self.decisions.append(own, saw, base)
        for name in {decision.document for decision in stored}:
            LOG.info("decided", extra={"document": name, "action": stored[0].action})
            self.changed(name)
        return stored

    def knows(self, name: str) -> bool:
        """Whether a document of that name was read. The name is looked up, and never a path."""
        # isfile: a name that no file can have is not there, and no error.
        return _plain(name) and os.path.isfile(self.store.output(Stage.ASSEMBLE, name))  # noqa: PTH113

    def _folio(self, name: str, kept: _Decided, view: str, curator: str) -> Folio:
        with self._lock:
            found = kept.views.get(view)
        if found is None:
            seen = sight(kept.files.records, kept.decisions, kept.seen, view)
            document = kept.files.document
            made = review(seen.records, document, seen.decisions, seen.seen, self.taxonomies)
            with self._lock:
                found = kept.views.setdefault(view, (seen, made))
        seen, reviewed = found
        return Folio(
            name=name,
            document=kept.files.document,
            records=seen.records,
            decisions=seen.decisions,
            reviewed=reviewed,
            coding=seen.coding,
            role=seen.coding.role_of(curator),
            view=view,
            blind=seen.blind,
            seen=seen.seen,
        )

    def _decided(self, name: str) -> _Decided:
        last = self.decisions.last(name)
        with self._lock:
            kept = self._kept.get(name)
            stamps = self._stamps(name)
            if kept is not None and kept.files.stamps == stamps and kept.last == last:
                self._kept.move_to_end(name)
                return kept
        files = kept.files if kept and kept.files.stamps == stamps else self._read(name, stamps)
        found = _Decided(
            last, files, self.decisions.of_document(name), self.decisions.seen(name), {}
        )
        with self._lock:
            self._kept[name] = found
            self._kept.move_to_end(name)
            while len(self._kept) > 1 and sum(k.files.size for k in self._kept.values()) > ROOM:
                self._kept.popitem(last=False)
        return found

    def _stamps(self, name: str) -> tuple[str, ...]:
        if not self.knows(name):
            raise Unknown(name)
        return tuple(stamp(self.store.output(s, name)) for s in (Stage.INGEST, Stage.ASSEMBLE))

    def _read(self, name: str, stamps: tuple[str, ...]) -> _Files:
        document = self.store.output(Stage.INGEST, name)
        records = self.store.output(Stage.ASSEMBLE, name)
        try:
            return _Files(
                stamps,
                sum(int(mark.split(":")[0]) for mark in stamps if ":" in mark),
                read_noun(Document, document),
                read_noun(RecordFile, records),
            )
        except (FileNotFoundError, ValueError) as error:
            raise Unknown(name) from error


def _check(decision: Decision, before: Sequence[Decision], curator: str) -> None:
    """Raise NotYours when a coder would reach into what another said, or lift the veil; and when
    one who neither codes nor adjudicates would decide, for it would count for nothing.
    """
    coding = coding_of(before)
    role = coding.role_of(curator)
    if coding.mode != "open" and role == "curator" and decision.record:
        coders = ", ".join(coding.coders)
        raise NotYours(f"This document is coded alone by {coders}: others do not decide on it.")
    if role != "coder":
        if is_word(decision):
            raise NotYours("Only who codes this document alone says that they are done with it.")
        return
    if not decision.record and decision.act is not Act.NOTE and not is_word(decision):
        raise NotYours("A coder of this document cannot say how it is coded.")
    if decision.act is Act.UNDO and any(
        d.action == decision.of and (d.curator != curator or not d.record) for d in before
    ):
        raise NotYours("That was decided by someone else: only they can take it back.")


def _plain(name: str) -> bool:
    """Whether it can be the name of a document: relative, and nowhere upwards."""
    return "\0" not in name and all(part not in ("", ".", "..") for part in name.split("/"))


def assigned(store: Store, paths: Iterable[Path], coding: Coding, curator: str) -> list[str]:
    """Have the documents at `paths` (none: all) that have records coded so; their names.

    Raises UnknownPath, OSError.
    """
    groups = store.originals(paths) if paths else store.made(Stage.ASSEMBLE)
    names = [one.name for group in groups for one in group]
    known = [name for name in names if store.output(Stage.ASSEMBLE, name).is_file()]
    with Decisions.at(store.raw) as decisions:
        for name in known:
            decision = Decision(
                action=str(uuid4()),
                document=name,
                record="",
                field=CODING,
                act=Act.ASSIGN,
                value=coding,
                curator=curator,
                when=datetime.now(UTC),
            )
            decisions.append([decision])
    return known
