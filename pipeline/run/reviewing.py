"""What was decided, merged with what was extracted: the files of `4-reviewed`, and their figures.

Documents without decisions pay nothing here, and have no file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.run.fresh import RAW, REVIEW, code
from pipeline.run.limits import Limits
from pipeline.run.reviews import Absent, Look, Reviews, Tally
from pipeline.run.state import State
from pipeline.store import (
    Stage,
    Store,
    Trouble,
    canonical,
    digest,
    keep_aside,
    read_bytes,
    read_noun,
    stamp,
    write,
)

if TYPE_CHECKING:  # nobody pays for SQLAlchemy and pydantic who decided nothing
    from pipeline.model import ReviewedFile
    from pipeline.store.decisions import Decisions

HEAD = 4096  # bytes of a record file that name its document
_TEXT_ID = re.compile(rb'"id": "([0-9a-f]+)"')


@contextmanager
def decisions_of(store: Store) -> Iterator[Decisions | None]:
    """The decisions that there are, to look at; None where nobody ever decided.

    Raises UnusableDecisions and OSError.
    """
    if not store.decided:
        yield None
        return
    from pipeline.store.decisions import Decisions

    with closing(Decisions.at(store.raw, read_only=True)) as decisions:
        yield decisions


# --- in a run -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """A document to be reviewed. A file of it that has not the sha256 `made` goes to `edited`."""

    store: Store
    name: str
    made: str
    edited: Path


@dataclass(frozen=True, slots=True)
class Done:
    """The figures of a document that is reviewed, and the sha256 of its file."""

    tally: Tally
    made: str


@dataclass(frozen=True)
class Reviewing:
    """The last step of a run: `names` are the documents that it is about (None: all).

    What was changed by hand in `4-reviewed` is kept under `edited`.
    """

    store: Store
    state: State
    edited: Path
    names: Container[str] | None = None
    jobs: int = 1
    limits: Limits = field(default_factory=Limits)
    force: bool = False

    def run(self, decisions: Decisions | None) -> Reviews:
        """Bring `4-reviewed` up to date. Raises OSError and UnusableDecisions."""
        last = decisions.documents() if decisions else {}
        wanted = [name for name in last if self._wanted(name)]
        there = {name for name in wanted if self.store.has_records(name)}
        for name in [*self.store.made_reviewed()]:
            if self._wanted(name) and name not in there:
                forget(self.store, self.state, name, self.edited)
        if not decisions:
            return Reviews()
        reviews = self._reviewed(decisions.id, {name: last[name] for name in sorted(there)})
        missing = [name for name in wanted if name not in there]
        reviews.absent.extend(absent(self.store, self.state, decisions, missing))
        return reviews

    def _wanted(self, name: str) -> bool:
        return self.names is None or name in self.names

    def _reviewed(self, database: str, last: dict[str, str]) -> Reviews:
        reviews, known, tasks = Reviews(), self.state.reviews(), []
        for name, key in last.items():
            facts = known.get(name, {})
            if not self.force and _fresh(self.store, name, facts, f"{database} {key}"):
                reviews.documents[name] = Tally.from_dict(facts["tally"])
            else:
                tasks.append(Task(self.store, name, facts.get("made", ""), self.edited))
        if not tasks:
            return reviews
        from pipeline.run.pool import map_documents  # here: `gleaner status` starts no process

        jobs = min(self.jobs, len(tasks))
        with closing(map_documents(tasks, review_document, jobs, self.limits)) as outcomes:
            for outcome in outcomes:
                name, done = outcome.task.name, outcome.result
                if not isinstance(done, Done):
                    assert outcome.trouble, "no result without its reason"
                    reviews.failed.append((name, outcome.trouble))
                    forget(self.store, self.state, name, self.edited)
                    continue
                reviews.documents[name] = done.tally
                facts = {
                    "decided": f"{database} {last[name]}",
                    "inputs": _inputs(self.store, name),
                    "made": done.made,
                    "tally": asdict(done.tally),
                }
                self.state.put_review(name, facts)
        return reviews


def _fresh(store: Store, name: str, facts: dict[str, Any], decided: str) -> bool:
    """Whether the file of a document is what its decisions come to (`decided` marks the last)."""
    return facts.get("decided") == decided and facts["inputs"] == _inputs(store, name)


def _inputs(store: Store, name: str) -> list[str]:
    """What a review depends on besides decisions, and the stamp of what it left."""
    outputs = [store.output(stage, name) for stage in (Stage.INGEST, Stage.ASSEMBLE)]
    return [code(REVIEW), *(stamp(file) for file in (*outputs, store.reviewed(name)))]


def review_document(task: Task) -> Done | Trouble:
    """Write the file of one document as decided by now, if that changes it."""
    file = task.store.reviewed(task.name)
    try:
        made = reviewed(task.store, task.name)
        text = canonical(made.file)
        if not file.is_file() or read_bytes(file) != text.encode():
            _keep_edited(task.store, task.name, task.made, task.edited)
            write(file, text)
    except OSError as error:
        return Trouble("cannot-write", f"{error.strerror or error} ({error.filename})")
    return Done(made.tally, digest(text))


def forget(store: Store, state: State, name: str, edited: Path) -> None:
    """Remove what a review left of a document; what was changed in it by hand is kept."""
    if store.reviewed(name).is_file():
        facts = state.reviews().get(name, {})
        _keep_edited(store, name, facts.get("made", ""), edited)
        store.discard(store.reviewed(name))
    state.put_review(name, None)


def _keep_edited(store: Store, name: str, made: str, edited: Path) -> None:
    file = store.reviewed(name)
    if made and file.is_file() and digest(read_bytes(file)) != made:
        keep_aside(file, edited / file.relative_to(store.extracted))


# --- one document, and what stands of it by now ---------------------------------------------------


class BadFile(ValueError):
    """A file in `1-documents` or `3-records` that no run left so."""


class Merged(NamedTuple):
    """The records of a document as decided, and their figures."""

    file: ReviewedFile
    tally: Tally


def reviewed(store: Store, name: str) -> Merged:
    """The records of a document as decided by now. Raises OSError and, for bad files, BadFile."""
    from pipeline.model import Document, RecordFile
    from pipeline.review import review
    from pipeline.store.decisions import Decisions
    from pipeline.taxonomy import load_taxonomies

    try:
        document = read_noun(Document, store.output(Stage.INGEST, name))
        records = read_noun(RecordFile, store.output(Stage.ASSEMBLE, name))
    except ValueError as error:
        why = str(error).partition("\n")[0]
        raise BadFile(f"The files of {name} must be made again ({why}).") from error
    with closing(Decisions.at(store.raw, read_only=True)) as decisions:
        decided = decisions.of_document(name)  # before what they saw: that is there by then
        seen = decisions.seen(name)
    file = review(records, document, decided, seen, load_taxonomies())
    return Merged(file, _tally(file, len(records.records)))


def reviewed_if_whole(store: Store, name: str) -> Merged | None:
    """The same, or None where the files of a document are not as a run leaves them."""
    try:
        return reviewed(store, name)
    except (FileNotFoundError, BadFile):
        return None


def _tally(file: ReviewedFile, found: int) -> Tally:
    from pipeline.model import Footing

    every = (*file.records, *file.lost)
    looks = tuple(
        Look(
            record=record.id,
            field=one.field,
            footing=one.footing.value,
            curator=one.curator or "",
            when=f"{one.when:%Y-%m-%d}" if one.when else "",
        )
        for record in every
        for one in record.review.fields
        if one.footing != Footing.STANDS
    )
    changed = {look.record for look in looks if look.footing == Footing.CHANGED}
    lost = {look.record for look in looks if look.footing == Footing.LOST}
    return Tally(
        found=found,
        waiting=sum(bool(record.review.waits) for record in every),
        statuses=dict(Counter(record.review.status.value for record in every)),
        changed=len(changed),
        lost=len(lost | {record.id for record in file.lost if record.review.waits}),
        looks=looks,
    )


def reviews_by_now(store: Store, state: State) -> Reviews:
    """What came of the decisions of this moment; nothing is written.

    What nobody decided on since the last run is as that run found it, and so is a document whose
    files must be made again. Raises UnusableDecisions and OSError.
    """
    reviews = Reviews()
    with decisions_of(store) as decisions:
        if decisions is None:
            return reviews
        known, last = state.reviews(), decisions.documents()
        there = [name for name in last if store.has_records(name)]
        for name in there:
            facts = known.get(name, {})
            as_before = facts.get("decided") == f"{decisions.id} {last[name]}"
            if not as_before and (made := reviewed_if_whole(store, name)):
                reviews.documents[name] = made.tally
            elif facts:
                reviews.documents[name] = Tally.from_dict(facts["tally"])
        missing = [name for name in last if name not in there]
        reviews.absent.extend(absent(store, state, decisions, missing))
    return reviews


def up_to_date(store: Store, state: State, decisions: Decisions) -> set[str]:
    """The documents whose file of `4-reviewed` says what is decided by now. Raises OSError."""
    last = decisions.documents()
    return {
        name
        for name, facts in state.reviews().items()
        if name in last and _fresh(store, name, facts, f"{decisions.id} {last[name]}")
    }


# --- decisions on documents that are not there ----------------------------------------------------


def absent(
    store: Store, state: State, decisions: Decisions, names: Iterable[str]
) -> Iterator[Absent]:
    """The decisions on documents that have no records, and where the same document is now."""
    names = list(names)
    if not names:
        return
    known = {one.name: one for one in state.all()}
    by_bytes = {one.hashes.get(RAW, ""): name for name, one in known.items() if one.row.verdict}
    by_text: dict[str, str] | None = None
    for name in names:
        seen = decisions.seen(name).values()
        same = next((by_bytes[saw.sha256] for saw in seen if saw.sha256 in by_bytes), "")
        if not same:
            by_text = _by_text(store) if by_text is None else by_text
            same = next((by_text[saw.text] for saw in seen if saw.text in by_text), "")
        row = known[name].row if name in known else None
        yield Absent(name, len(decisions.of_document(name)), same, row.message if row else "")


def _by_text(store: Store) -> dict[str, str]:
    """The documents with records, by the id of their text."""
    found = {}
    for group in store.made(Stage.ASSEMBLE):
        for original in group:
            with store.output(Stage.ASSEMBLE, original.name).open("rb") as file:
                if match := _TEXT_ID.search(file.read(HEAD)):
                    found[match[1].decode()] = original.name
    return found
