"""Freshness: what determines each output, and why a document must be read again."""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pipeline
from pipeline.run.limits import Limits
from pipeline.run.manner import OCR, Manner, recogniser
from pipeline.run.state import Known, State
from pipeline.store import GONE, Original, Remote, Stage, Store, digest, read_as_it_is, taken
from pipeline.version import version

HOME = Path(pipeline.__file__).parent
RAW, SIDECAR = "raw", "sidecar"
FILES = (RAW, SIDECAR, *Stage)  # in the order of Store.stamps
STALE = "-"
REVIEW = "review"  # the step after the stages, which has no output for most documents

# What the output of each stage depends on besides its input: our files, others' libraries.
EVERYWHERE = ("model", "store/files.py", "version.py")
KNOWLEDGE = ("english.py", "pattern.py", "rule.py", "rules", "taxonomy.py", "taxonomies")
WORK = "run/work.py"
CITED = tuple(f"export/{name}.py" for name in ("works", "csl", "ris", "bibtex", "plain_json"))
CODE = {
    Stage.INGEST: ("ingest", WORK),
    Stage.SEGMENT: ("segment", "models/finder.json", WORK, *KNOWLEDGE),
    Stage.ASSEMBLE: (
        "tag", "assemble", "lexicon.py", "lexicons", "models/tagger.npz", WORK, *KNOWLEDGE, *CITED,
    ),
    REVIEW: ("review", "run/reviewing.py", "run/reviews.py", "taxonomy.py", "taxonomies"),
}  # fmt: skip
LIBRARIES = {
    Stage.INGEST: (
        "charset-normalizer", "lxml", "markdown-it-py", "openpyxl", "pdfminer.six", "pdfplumber",
        "pydantic", "pypdfium2", "pyspellchecker", "PyYAML",
    ),
    Stage.SEGMENT: ("lingua-language-detector", "pydantic", "spacy"),
    Stage.ASSEMBLE: (
        "bibtexparser", "gleaner", "numpy", "pydantic", "pyspellchecker", "rispy", "spacy",
    ),
    REVIEW: ("pydantic", "RapidFuzz"),
}  # fmt: skip
# Troubles that more room, or another day, may cure.
WITH_MORE_TIME, WITH_MORE_MEMORY = "too-slow", "out-of-memory"
ALL = "all"  # of the reasons
OVERTAKEN = "written-meanwhile"  # by another run, in an object store
LOCKED = "encrypted"  # its sidecar may have the password now
ANOTHER_DAY = {"crashed", "unreadable", "cannot-write"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A document before a run: what is known, and why it must be read (empty: it is fresh).

    `known` has the stamps of now where the files are the same in spite of new stamps. `ocr` is the
    text recognition that it was read by, where the run asks for none: it stays so.
    """

    original: Original
    known: Known | None
    why: tuple[str, ...]
    ocr: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked for: these stages, within these limits, whether fresh or not.

    `retry` are reasons: what was not done because of one of them is tried again.
    """

    stages: tuple[Stage, ...] = tuple(Stage)
    limits: Limits = field(default_factory=Limits)
    force: bool = False
    retry: tuple[str, ...] = ()
    manner: Manner = field(default_factory=Manner)

    def retries(self, known: Known | None) -> bool:
        """Whether a document was not done for a reason that is to be tried again."""
        code = known.row.code if known else ""
        return bool(code) and (code in self.retry or ALL in self.retry)

    def keeping(self, ocr: str) -> "Wanted":
        """What is wanted of a document that stays read by that text recognition, if by any."""
        return replace(self, manner=replace(self.manner, ocr=ocr)) if ocr else self

    def ingredients(self, stage: Stage) -> dict[str, str]:
        """What a stage depends on besides its input, the manner of reading included."""
        return ingredients(stage) | (self.manner.said() if stage == Stage.INGEST else {})

    def code(self, stage: Stage) -> str:
        """One digest of it."""
        if stage == Stage.INGEST and self.manner.said():
            return digest(json.dumps(self.ingredients(stage), sort_keys=True))[:16]
        return code(stage)


@cache
def ingredients(stage: str) -> dict[str, str]:
    """Each file of ours and each version of others' that a stage, or REVIEW, depends on."""
    found = {"python": platform.python_version()}
    found |= {library: version(library) or "absent" for library in LIBRARIES[stage]}
    for name in (*EVERYWHERE, *CODE[stage]):
        found |= _files(name)
    return found


@cache  # stages share files, and `gleaner status` is to answer at once
def _files(name: str) -> dict[str, str]:
    """The hash of a file of ours, or of each below a folder."""
    files = _below(name) if (HOME / name).is_dir() else [name]
    return {file: digest((HOME / file).read_bytes())[:16] for file in files}


def _below(folder: str) -> Iterator[str]:
    """The files below a folder of ours; `Path.rglob` takes three times as long."""
    with os.scandir(HOME / folder) as entries:
        for entry in entries:
            if entry.is_file():
                yield f"{folder}/{entry.name}"
            elif entry.name != "__pycache__":
                yield from _below(f"{folder}/{entry.name}")


@cache
def code(stage: str) -> str:
    """One digest of all that a stage depends on besides its input."""
    return digest(json.dumps(ingredients(stage), sort_keys=True))[:16]


def judge(store: Store, state: State, original: Original, wanted: Wanted) -> Judged:
    """Say whether a document is fresh, or else why not."""
    if original.trouble:
        return Judged(original, None, (original.trouble.message,))
    known = state.get(original.name)
    if store.far:
        # Outputs that nobody listed are as the manifest has them.
        listed, made = store.stamps(original), known.stamps if known else (GONE,) * len(FILES)
        original = replace(original, stamps=(*listed, *made[len(listed) :]))
    moved = known is not None and known.origin != original.origin
    if known and moved and known.origin and original.origin and Path(known.origin).is_file():
        refused = taken(original, known.origin)
        return Judged(refused, None, (refused.trouble.message,) if refused.trouble else ())
    if known is None:
        return Judged(original, None, ("it was never read",))
    if wanted.force:
        return Judged(original, known, ("--force",))
    now = store.stamps(original)
    files = tuple(_changed_files(store, original, known, now, wanted.stages))
    ocr = "" if f"{_called(RAW)} changed" in files else _kept(state, known, wanted)
    wanted = wanted.keeping(ocr)
    why = (
        *(("it lies elsewhere now",) if moved else ()),
        *files,
        *_changed_code(state, known, wanted),
        *_worth_another_try(known, wanted),
        *((f"--retry {known.row.code}",) if wanted.retries(known) else ()),
    )
    same = not why and wanted.stages == tuple(Stage)
    return Judged(original, replace(known, stamps=now) if same else known, why, ocr)


def judged(
    store: Store, state: State, groups: Iterator[list[Original]], wanted: Wanted
) -> Iterator[Judged]:
    """Judge every document of the groups, in their order."""
    for group in groups:
        for original in group:
            yield judge(store, state, original, wanted)


def _kept(state: State, known: Known, wanted: Wanted) -> str:
    """The text recognition that a document stays read by in a run that asks for none.

    Without it the words of a scan, and all that was decided on them, would be gone in silence.
    """
    before = known.codes[0]
    if wanted.manner.ocr or not known.row.verdict or before == wanted.code(Stage.INGEST):
        return ""
    was = state.parts(before).get(OCR, "")
    # What must be read again for another reason is read by what is installed now, if it still is.
    return was if not was or wanted.keeping(was).code(Stage.INGEST) == before else recogniser()


def _changed_files(
    store: Store, original: Original, known: Known, now: tuple[str, ...], stages: tuple[Stage, ...]
) -> Iterator[str]:
    if now == known.stamps:
        return
    for name, before, after in zip(FILES, known.stamps, now, strict=True):
        locked = known.row.code == LOCKED and name == SIDECAR
        if before == after or (_unneeded(name, stages[0], stages[-1]) and not locked):
            continue
        had = known.hashes.get(name, "")
        if name == RAW and had and after != GONE and isinstance(original.file, Remote):
            yield f"{_called(name)} changed"  # whoever reads it sees whether its bytes did
            continue
        has = "" if after == GONE else _digest(store, original, name)
        if had != has:
            yield f"{_called(name)} {'changed' if had and has else 'is gone' if had else 'is new'}"


def _unneeded(name: str, first: Stage, last: Stage) -> bool:
    if name == RAW:
        return first != Stage.INGEST
    if name == SIDECAR:
        return last != Stage.ASSEMBLE
    order = list(Stage)
    return order.index(Stage(name)) > order.index(last)


def _digest(store: Store, original: Original, name: str) -> str:
    if name == SIDECAR:
        return digest_beside(original.read_beside())
    file = original.file if name == RAW else store.output(Stage(name), original.name)
    return digest(read_as_it_is(file))


def digest_beside(files: Mapping[str, bytes]) -> str:
    """One digest of what is beside a document; empty if nothing is."""
    return digest("\n".join(f"{name} {digest(data)}" for name, data in files.items())) * bool(files)


def _called(name: str) -> str:
    if name == RAW:
        return "the raw file"
    return "the bibliography beside it" if name == SIDECAR else f"its file in {Stage(name).folder}"


def _changed_code(state: State, known: Known, wanted: Wanted) -> Iterator[str]:
    before = dict(zip(Stage, known.codes, strict=True))
    told: set[str] = set()
    for stage in wanted.stages:
        if before[stage] == wanted.code(stage):
            continue
        parts, now = state.parts(before[stage]), wanted.ingredients(stage)
        if before[stage] == STALE:
            yield f"the stage {stage} has not run since"
        elif not parts:
            yield f"what the stage {stage} depends on changed"
        else:
            changed = {part for part in parts | now if parts.get(part) != now.get(part)}
            for part in sorted(changed - told):
                yield part_change(part, parts.get(part), now.get(part))
            told |= changed


def part_change(part: str, before: str | None, after: str | None) -> str:
    """What became of a part of a code, in words."""
    if before is None or after is None:
        return f"{part} is {'new' if before is None else 'gone'}"
    ours = "/" in part or part.endswith(".py")
    return f"{part} changed" if ours else f"{part} was {before}, is {after}"


def _worth_another_try(known: Known, wanted: Wanted) -> Iterator[str]:
    limits = wanted.limits
    seconds, megabytes = known.limits
    if known.row.code == LOCKED and wanted.manner.password:
        yield "there is a password now"
    if known.row.code == WITH_MORE_TIME and limits.seconds > seconds:
        yield "it has more time now"
    if known.row.code == WITH_MORE_MEMORY and limits.megabytes > megabytes:
        yield "it has more memory now"
    if known.row.code in ANOTHER_DAY:
        yield f"it may have been bad luck ({known.row.code})"
