"""Records scored against gold: those of `extracted/` as they stand, or of documents read now."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.evaluate import (
    Change,
    Gold,
    Score,
    as_dict,
    below_floor,
    changed_corpus,
    changes,
    evaluate,
    fingerprint,
    fingerprint_of_all,
    located,
    lowered,
    made_gold,
    not_scored,
    open_ones,
    other_corpus,
    parse_gold,
    raised,
)
from pipeline.model import Document, RecordFile
from pipeline.run.extract import run
from pipeline.run.fresh import RAW, Wanted, judge
from pipeline.run.request import Request
from pipeline.run.show import progress_on
from pipeline.run.state import State
from pipeline.store import Original, Stage, Store, digest, read_bytes, read_noun, write

GOLD = Path("tests/gold")
FLOORS = Path("tests/floors.json")


class NoGold(Exception):
    """Gold, floors or scores that are not there or cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be scored: gold files (none: all of `tests/gold`), and where its documents are.

    A document in one of the folders `documents` is read as the code now is, into `keep` (None: a
    folder that is gone afterwards); of any other the records in `store` are taken as they stand.
    """

    store: Store
    gold: tuple[Path, ...] = ()
    documents: tuple[Path, ...] = ()
    keep: Path | None = None
    apart: bool = False
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores in the order of the gold, and what must be said of how they came about."""

    scores: list[Score]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    """A gold file with the original of its document, and the store that has the records."""

    gold: Gold
    data: bytes
    original: Original
    store: Store


def scored(asked: Asked, terminal: bool = False) -> Scored:
    """A score for each gold file, named by the file name of its document.

    Raises NoGold, UnknownPath, UnusableKnowledge, Locked.
    """
    notes: list[str] = []
    golds = list(_golds(asked.gold or tuple(sorted(GOLD.glob("*.json")))))
    folders = asked.store.originals(asked.documents) if asked.documents else ()
    offered = [one for group in folders for one in group]
    chosen = {i: one.file for i, (g, _) in enumerate(golds) if (one := _of(g, offered))}
    with TemporaryDirectory() as gone:
        store = Store(asked.store.raw, asked.keep or Path(gone))
        read = _read(store, [*chosen.values()], asked.jobs, terminal, notes) if chosen else {}
        standing = _standing(asked.store, [g for i, (g, _) in enumerate(golds) if i not in chosen])
        found = [
            _Found(gold, data, read[chosen[i]], store)
            if i in chosen
            else _Found(gold, data, standing[gold.document], asked.store)
            for i, (gold, data) in enumerate(golds)
        ]
        notes += [note for one in found if one.store is asked.store for note in _stale(one)]
        scores = [score for one in found for score in _scores(one, asked.apart, notes)]
    return Scored(scores, notes)


def _golds(files: Sequence[Path]) -> Iterator[tuple[Gold, bytes]]:
    if not files:
        raise NoGold(f"There is no gold in {GOLD}: name a file with --gold.")
    seen: dict[str, Path] = {}
    for file in files:
        try:
            data = read_bytes(file)
            gold = parse_gold(data, str(file))
        except (ValueError, OSError) as error:
            raise NoGold(str(error)) from error
        if other := seen.get(gold.document):
            raise NoGold(f"{file} and {other} are both gold of {gold.document}: name one of them.")
        seen[gold.document] = file
        yield gold, data


def _of(gold: Gold, offered: Sequence[Original]) -> Original | None:
    """The original of a gold among those offered: by its file name, else by its bytes."""
    named = [one for one in offered if one.file.name == Path(gold.document).name]
    if not named and gold.sha256:
        named = [one for one in offered if digest(read_bytes(one.file)) == gold.sha256]
    return named[0] if named else None


def _read(
    store: Store, files: Sequence[Path], jobs: int | None, terminal: bool, notes: list[str]
) -> dict[Path, Original]:
    """Take files through all stages; what is set aside has no records, and a note says why."""
    # The largest first: begun last, it would have one worker at it and the others idle.
    files = sorted(files, key=lambda file: (-file.stat().st_size, file))
    report = run(Request(store, Wanted(), tuple(files), jobs), progress_on(terminal))
    if report.interrupted:
        raise KeyboardInterrupt
    notes += [f"{row.name}: {row.code}: {row.message}" for row in report.not_done]
    return {one.file: one for group in store.originals(files) for one in group}


def _standing(store: Store, golds: Sequence[Gold]) -> dict[str, Original]:
    """The originals, by the document that its gold names, whose records stand in a store."""
    by_name: dict[str, Original] = {}
    by_bytes: dict[str, Original] = {}
    if golds:
        for group in store.made(Stage.ASSEMBLE):
            for original in group:
                by_name.setdefault(Path(original.name).name, original)
        with closing(State(store.extracted, read_only=True)) as state:
            by_bytes = {one.hashes.get(RAW, ""): store.original(one.name) for one in state.all()}
    found = {
        gold.document: by_name.get(Path(gold.document).name) or by_bytes.get(gold.sha256 or "-")
        for gold in golds
    }
    if missing := [document for document, one in found.items() if one is None]:
        raise NoGold(
            f"There are no records of {', '.join(missing)} in {store.extracted}: run "
            "`gleaner extract` on it first, or say with --documents in which folder it is."
        )
    return {document: one for document, one in found.items() if one}


def _stale(one: _Found) -> Iterator[str]:
    """A note where records were not made by the code as it is, of the file as it is."""
    with closing(State(one.store.extracted, read_only=True)) as state:
        known = state.get(one.original.name)
        original = one.original
        if known and known.origin:
            original = replace(original, file=Path(known.origin), origin=known.origin)
        judged = judge(one.store, state, original, Wanted())
    if judged.why:
        more = f", and {len(judged.why) - 1} more" if len(judged.why) > 1 else ""
        yield f"{one.original.name}: its records are not fresh: {judged.why[0]}{more}"


def _scores(one: _Found, apart: bool, notes: list[str]) -> Iterator[Score]:
    name = Path(one.original.name).name
    file = one.store.output(Stage.ASSEMBLE, one.original.name)
    records = read_noun(RecordFile, file) if file.is_file() else None
    gold = one.gold
    if gold.marked:
        text = one.store.output(Stage.INGEST, one.original.name)
        gold = located(gold, read_noun(Document, text) if text.is_file() else None)
        if lost := sum(not want.words and not want.borderline for want in gold.measures):
            notes.append(f"{name}: {lost} of its gold's measures are not found in its text")
    gold = gold.model_copy(update={"document": name})
    original = records.document.sha256 if records else ""
    if original and gold.sha256 and original != gold.sha256:
        notes.append(f"{name}: its gold was made for another copy of it")
    files = [records] if records else []
    scores = evaluate([gold], files)
    if apart and any(want.half for want in gold.measures):
        scores += evaluate([gold], files, apart=True)
    if not scores:
        notes.append(f"{name}: all of its gold is set apart: --apart scores it")
    for score in scores:
        yield score.model_copy(update={"corpus": fingerprint(one.data, original)})


# --- floors, and what a change brought -----------------------------------------------------------


def gated(scores: Sequence[Score]) -> tuple[list[str], list[str]]:
    """What fails the gate, and what must only be said. Raises NoGold."""
    floors = _floors()
    fails = below_floor(scores, floors) + changed_corpus(scores, floors)
    notes = [
        f"{document}: has floors and was not scored" for document in not_scored(scores, floors)
    ]
    notes += [
        f"{one.title}: has no floor yet: --raise-floors"
        for one in open_ones(scores)
        if one.document not in floors
    ]
    return fails, notes


def move_floors(scores: Sequence[Score], lower: bool) -> list[str]:
    """Raise the floors to what is reached, or lower them to it. A line for each change."""
    floors, lines = (lowered if lower else raised)(scores, _floors())
    if lines:
        rows = [f"  {json.dumps(document)}: {json.dumps(own)}" for document, own in floors.items()]
        write(FLOORS, "{\n" + ",\n".join(rows) + "\n}\n")
    return lines


def _floors() -> dict[str, dict[str, Any]]:
    try:
        floors = json.loads(FLOORS.read_text(encoding="utf-8"))
        return {document: dict(own) for document, own in floors.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise NoGold(f"The floors in {FLOORS} cannot be read: {error}") from error


def compared(file: Path, scores: Sequence[Score]) -> tuple[list[Change], list[str]]:
    """The gains and losses since the scores in a file, and the documents whose corpus changed."""
    try:
        old = json.loads(read_bytes(file))["scores"]
        return changes(old, scores), other_corpus(old, scores)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoGold(f"{file}: holds no scores, as --out writes them: {error}") from error


def score_json(found: Scored) -> dict[str, Any]:
    """Scores for machines."""
    return {
        "corpus": fingerprint_of_all(found.scores),
        "notes": found.notes,
        "scores": [as_dict(one) for one in found.scores],
    }


def save(file: Path, data: Mapping[str, Any]) -> None:
    """Write scores where a later `--against` finds them. Raises OSError."""
    write(file, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


# --- gold from what people reviewed --------------------------------------------------------------


def make_gold(store: Store, file: Path) -> Path:
    """Make a gold file of records that people reviewed; the file that was made. Raises NoGold."""
    try:
        reviewed = read_noun(RecordFile, file)
    except (OSError, ValueError) as error:
        raise NoGold(f"{file} is not a file of records: {error}") from error
    name = Path(reviewed.document.path).name
    made = [o for group in store.made(Stage.ASSEMBLE) for o in group if Path(o.name).name == name]
    machine = [store.output(Stage.ASSEMBLE, one.name) for one in made]
    if any(one.samefile(file) or read_noun(RecordFile, one) == reviewed for one in machine):
        raise NoGold(
            f"{file} is what Gleaner itself found in {name}: nobody reviewed it, and gold made of "
            "it would agree with everything. Review a copy of it first."
        )
    gold = GOLD / f"{name}.json"
    if gold.exists():
        raise NoGold(f"{gold} is there already, and gold is not overwritten: remove it yourself.")
    write(gold, json.dumps(made_gold(reviewed), indent=1, ensure_ascii=False) + "\n")
    return gold
