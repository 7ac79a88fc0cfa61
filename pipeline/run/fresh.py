"""Freshness: what determines each output, and why a document must be read again."""

import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pipeline
from pipeline.run.pool import Limits
from pipeline.run.state import Known, State
from pipeline.store import GONE, Original, Stage, Store, digest, read_bytes, taken

HOME = Path(pipeline.__file__).parent
RAW, SIDECAR = "raw", "sidecar"
FILES = (RAW, SIDECAR, *Stage)  # in the order of Store.stamps
STALE = "-"

# What the output of each stage depends on besides its input: our files, others' libraries.
EVERYWHERE = ("model", "store", "run/work.py")
KNOWLEDGE = ("rule.py", "rules", "taxonomy.py", "taxonomies")
CODE = {
    Stage.INGEST: ("ingest",),
    Stage.SEGMENT: ("segment", *KNOWLEDGE),
    Stage.ASSEMBLE: ("tag", "assemble", "lexicon.py", "lexicons", "models", *KNOWLEDGE),
}
LIBRARIES = {
    Stage.INGEST: (
        "charset-normalizer", "lxml", "markdown-it-py", "openpyxl", "pdfminer.six", "pdfplumber",
        "pydantic", "pypdfium2", "PyYAML",
    ),
    Stage.SEGMENT: ("lingua-language-detector", "pydantic", "spacy"),
    Stage.ASSEMBLE: ("gleaner", "numpy", "pydantic", "spacy"),
}  # fmt: skip
# Troubles that more room, or another day, may cure.
WITH_MORE_TIME, WITH_MORE_MEMORY = "too-slow", "out-of-memory"
ANOTHER_DAY = {"crashed", "unreadable", "cannot-write"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A document before a run: what is known, and why it must be read (empty: it is fresh).

    `known` has the stamps of now where the files are the same in spite of new stamps.
    """

    original: Original
    known: Known | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked for: these stages, within these limits, whether fresh or not."""

    stages: tuple[Stage, ...] = tuple(Stage)
    limits: Limits = field(default_factory=Limits)
    force: bool = False


@cache
def ingredients(stage: Stage) -> dict[str, str]:
    """Each file of ours and each version of others' that a stage depends on."""
    found = {"python": platform.python_version()}
    for library in LIBRARIES[stage]:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "absent"
    for name in (*EVERYWHERE, *CODE[stage]):
        place = HOME / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and "__pycache__" not in file.parts:
                found[file.relative_to(HOME).as_posix()] = digest(file.read_bytes())[:16]
    return found


@cache
def code(stage: Stage) -> str:
    """One digest of all that a stage depends on besides its input."""
    return digest(json.dumps(ingredients(stage), sort_keys=True))[:16]


def judge(store: Store, state: State, original: Original, wanted: Wanted) -> Judged:
    """Say whether a document is fresh, or else why not."""
    if original.trouble:
        return Judged(original, None, (original.trouble.message,))
    known = state.get(original.name)
    moved = known is not None and known.origin != original.origin
    if known and moved and known.origin and original.origin and Path(known.origin).is_file():
        refused = taken(original, known.origin)
        return Judged(refused, None, (refused.trouble.message,) if refused.trouble else ())
    if known is None:
        return Judged(original, None, ("it was never read",))
    if wanted.force:
        return Judged(original, known, ("--force",))
    now = store.stamps(original)
    why = (
        *(("it lies elsewhere now",) if moved else ()),
        *_changed_files(store, original, known, now, wanted.stages),
        *_changed_code(state, known, wanted.stages),
        *_worth_another_try(known, wanted.limits),
    )
    same = not why and wanted.stages == tuple(Stage)
    return Judged(original, replace(known, stamps=now) if same else known, why)


def judged(
    store: Store, state: State, groups: Iterator[list[Original]], wanted: Wanted
) -> Iterator[Judged]:
    """Judge every document of the groups, in their order."""
    for group in groups:
        for original in group:
            yield judge(store, state, original, wanted)


def _changed_files(
    store: Store, original: Original, known: Known, now: tuple[str, ...], stages: tuple[Stage, ...]
) -> Iterator[str]:
    if now == known.stamps:
        return
    for name, before, after in zip(FILES, known.stamps, now, strict=True):
        if before == after or _unneeded(name, stages[0], stages[-1]):
            continue
        file = _file(store, original, name)
        had, has = known.hashes.get(name, ""), "" if after == GONE else digest(read_bytes(file))
        if had != has:
            yield f"{_called(name)} {'changed' if had and has else 'is gone' if had else 'is new'}"


def _unneeded(name: str, first: Stage, last: Stage) -> bool:
    if name == RAW:
        return first != Stage.INGEST
    if name == SIDECAR:
        return last != Stage.ASSEMBLE
    order = list(Stage)
    return order.index(Stage(name)) > order.index(last)


def _file(store: Store, original: Original, name: str) -> Path:
    if name == RAW:
        return original.file
    return original.sidecar if name == SIDECAR else store.output(Stage(name), original.name)


def _called(name: str) -> str:
    if name == RAW:
        return "the raw file"
    return "the bibliography beside it" if name == SIDECAR else f"its file in {Stage(name).folder}"


def _changed_code(state: State, known: Known, stages: tuple[Stage, ...]) -> Iterator[str]:
    before = dict(zip(Stage, known.codes, strict=True))
    told: set[str] = set()
    for stage in stages:
        if before[stage] == code(stage):
            continue
        parts, now = state.parts(before[stage]), ingredients(stage)
        if before[stage] == STALE:
            yield f"the stage {stage} has not run since"
        elif not parts:
            yield f"what the stage {stage} depends on changed"
        else:
            changed = {part for part in parts | now if parts.get(part) != now.get(part)}
            for part in sorted(changed - told):
                yield _change(part, parts.get(part), now.get(part))
            told |= changed


def _change(part: str, before: str | None, after: str | None) -> str:
    if before is None or after is None:
        return f"{part} is {'new' if before is None else 'gone'}"
    ours = "/" in part or part.endswith(".py")
    return f"{part} changed" if ours else f"{part} was {before}, is {after}"


def _worth_another_try(known: Known, limits: Limits) -> Iterator[str]:
    seconds, megabytes = known.limits
    if known.row.code == WITH_MORE_TIME and limits.seconds > seconds:
        yield "it has more time now"
    if known.row.code == WITH_MORE_MEMORY and limits.megabytes > megabytes:
        yield "it has more memory now"
    if known.row.code in ANOTHER_DAY:
        yield f"it may have been bad luck ({known.row.code})"
