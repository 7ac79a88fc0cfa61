"""One document through the stages, in a process of its own: read, make, write, answer briefly."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import pipeline
from pipeline.assemble import assemble
from pipeline.assemble.bibliography import agreed
from pipeline.export import bibtex, csl, ris
from pipeline.export.works import single
from pipeline.ingest import ingest
from pipeline.ingest.raw import Raw, Recogniser
from pipeline.model import Document, Frozen, Issue, Level, RecordFile, Segments, SetAside
from pipeline.rule import Rules, load_rules
from pipeline.run.fresh import FILES, OVERTAKEN, digest_beside
from pipeline.run.manner import recognised, recogniser
from pipeline.run.outcome import PARTIAL, Row, all_issues, coverage, not_done, noted, set_aside
from pipeline.run.pool import DISK
from pipeline.run.task import Result, Task
from pipeline.segment import segment
from pipeline.store import (
    GONE,
    Overtaken,
    Stage,
    Trouble,
    bibliography,
    canonical,
    digest,
    keep_aside,
    password,
    read_as_it_is,
    read_bytes,
    read_noun,
    settled,
    stamp,
    write,
)
from pipeline.tag import tag
from pipeline.tag.suggest import Suggester, load_suggester
from pipeline.taxonomy import Taxonomy, load_taxonomies
from pipeline.version import version

CITATIONS = {".csl.json": csl.read_works, ".ris": ris.read_works, ".bib": bibtex.read_works}
READ_WITH = ("lingua-language-detector", "numpy", "spacy")

Noun = TypeVar("Noun", bound=Frozen)


@cache
def _taxonomies() -> dict[str, Taxonomy]:
    return load_taxonomies()


@cache
def _suggester() -> Suggester:
    return load_suggester(_taxonomies())


@cache
def _rules() -> Rules:
    return load_rules()


def get_ready() -> None:
    """Load all that documents share. Raises ValueError for a file of ours that is unusable."""
    _suggester()
    rules = _rules()
    rules.each(
        "All of them are compiled for the first words.", *{rule.finds for rule in rules.rules}
    )


@cache
def _made_by() -> dict[str, str]:
    found = {library: version(library) for library in READ_WITH if version(library)}
    return {"gleaner": pipeline.__version__} | found


@dataclass
class Reading:
    """A document on its way through the stages of a task."""

    task: Task
    hashes: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    redone: list[Stage] = field(default_factory=list)
    edited: list[Stage] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.original = self.task.original
        self.store = self.task.store
        self.hashes |= self.task.hashes
        self.keys |= self.task.keys
        # Before the bytes: if the file changes meanwhile, its stamp will not fit any more.
        raw, beside = self.store.raw_stamps(self.original)
        self.raw_stamps = settled(raw), settled(beside)

    def result(self) -> Result:
        """Take it through; what cannot be read is a row that says so."""
        try:
            for stage in self.task.stages:
                self._run(stage)
            row = self._row()
        except SetAside as reason:
            row = set_aside(self.original, Trouble(reason.code, reason.message), self.task.why)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            code = "unreadable" if error.filename == str(self.original.file) else "cannot-write"
            if code == "cannot-write" and error.errno in DISK:
                raise  # no fault of this document, and no other would fare better
            trouble = Trouble(code, f"{error.strerror or error}{where}")
            row = set_aside(self.original, trouble, self.task.why)
        return Result(
            row,
            self.raw_stamps,
            self.hashes,
            self.keys,
            tuple(self._stale()),
            tuple(self.edited),
            self.left,
        )

    # --- stages -----------------------------------------------------------------------------------

    def _run(self, stage: Stage) -> None:
        started = perf_counter()
        match stage:
            case Stage.INGEST:
                unchanged = self.task.stamp == self.raw_stamps[0] != ""
                if not unchanged or "raw" not in self.hashes:
                    self.hashes["raw"] = digest(self._data)
                self._settle(stage, (self.hashes["raw"], self.original.path), self._ingested)
                self.__dict__.pop("_data", None)  # up to hundreds of megabytes
            case Stage.SEGMENT:
                self._settle(stage, (self._input(Stage.INGEST),), self._segmented)
            case Stage.ASSEMBLE:
                self.hashes["sidecar"] = digest_beside(self._beside)
                inputs = [self._input(earlier) for earlier in (Stage.INGEST, Stage.SEGMENT)]
                self._settle(stage, (*inputs, self.hashes["sidecar"]), self._assembled)
        if stage in self.redone:
            self.seconds[stage] = round(perf_counter() - started, 4)

    def _settle(self, stage: Stage, inputs: tuple[str, ...], make: Callable[[], Frozen]) -> None:
        """Have the output of a stage as it must be: keep it if it is, else make it."""
        file = self.store.output(stage, self.original.name)
        key = digest("\n".join((self.task.codes[stage], *inputs)))
        present, now = self._present(stage, file)
        before = self.task.hashes.get(stage, "")
        if now:
            self.left[stage] = now
        if present == before != "" and self.keys.get(stage) == key and not self.task.force:
            return
        text = canonical(make())
        made = digest(text)
        if present and before and present not in (before, made):
            keep_aside(file, self.store.output(stage, self.original.name, self.task.edited))
            self.edited.append(stage)
        if present != made:
            self._replace(stage, file, text, present)
        self.hashes[stage], self.keys[stage] = made, key
        self.redone.append(stage)

    def _present(self, stage: Stage, file: Path) -> tuple[str, str]:
        """The hash of what is there, empty for nothing, and its stamp in an object store."""
        if not self.original.stamps:
            return digest(read_bytes(file)) if file.is_file() else "", ""
        now = self.original.stamps[FILES.index(stage)]
        if now == self.task.left.get(stage) and not self.task.force:
            return self.task.hashes.get(stage, ""), now
        return "" if now == GONE else digest(read_as_it_is(file)), now

    def _replace(self, stage: Stage, file: Path, text: str, present: str) -> None:
        """Write an output; in an object store only over what was seen there."""
        if stage == Stage.ASSEMBLE and present:
            self.store.keep_version(self.original.name)
        try:
            left = write(file, text, over=self.left.get(stage, ""))
        except Overtaken as error:
            if digest(read_bytes(file)) != digest(text):
                message = f"Another run wrote its file in {stage.folder} meanwhile: it was left."
                raise SetAside(OVERTAKEN, message) from error
            left = stamp(file)
        if left:
            self.left[stage] = left

    def _input(self, stage: Stage) -> str:
        """The hash of the output of an earlier stage, as it stands."""
        if stage in self.task.stages:
            return self.hashes[stage]
        file = self.store.output(stage, self.original.name)
        if not file.is_file():
            message = f"There is nothing of it in {stage.folder}: run `gleaner {stage}` first."
            raise SetAside(f"no-{stage}", message)
        return digest(read_bytes(file))

    def _ingested(self) -> Document:
        manner = self.task.manner
        raw = Raw(
            path=self.original.path,
            data=self._data,
            sha256=digest(self._data),
            password=password(self._beside.get(self.original.sidecar.name)) or manner.password,
            pdf_reader=manner.pdf_reader,
            recognise=Recogniser(recogniser(), recognised) if manner.ocr else None,
        )
        self.document = ingest(raw)
        return self.document

    def _segmented(self) -> Segments:
        self.segments = segment(self.document, _taxonomies(), _rules())
        return self.segments

    def _assembled(self) -> RecordFile:
        document, segments = self.document, self.segments
        tags = tag(document, segments, _taxonomies(), _suggester())
        found = assemble(document, segments, tags, self._bibliography(), _made_by())
        more = [*self.issues]
        unread, _ = not_done(found.document.verdict, noted(found.issues))
        if not found.records and unread in ("", PARTIAL):
            message = (
                "No measure was found in it. If it states some, Gleaner does not see them yet."
            )
            more.append(_issue("no-measures-found", message))
        self.records = found.model_copy(update={"issues": (*found.issues, *more)})
        return self.records

    # --- what they read ---------------------------------------------------------------------------

    @cached_property
    def _data(self) -> bytes:
        return read_bytes(self.original.file)

    @cached_property
    def _beside(self) -> dict[str, bytes]:
        return self.original.read_beside()

    def _bibliography(self) -> dict[str, object] | None:
        told: dict[str, Mapping[str, object]] = {}
        for name, data in self._beside.items():
            try:
                told[name] = _told(name, data)
            except (ValueError, ImportError) as error:
                message = f"{name} cannot be read, so it says nothing: {error}."
                self.issues.append(_issue("bad-sidecar", message))
        found, issues = agreed(told)
        self.issues += issues
        return found or None

    @cached_property
    def document(self) -> Document:
        """The document, made now or read from its file."""
        return self._read(Document, Stage.INGEST)

    @cached_property
    def segments(self) -> Segments:
        """Its segments, made now or read."""
        return self._read(Segments, Stage.SEGMENT)

    @cached_property
    def records(self) -> RecordFile:
        """Its records, made now or read."""
        return self._read(RecordFile, Stage.ASSEMBLE)

    def _read(self, kind: type[Noun], stage: Stage) -> Noun:
        try:
            return read_noun(kind, self.store.output(stage, self.original.name))
        except ValueError as error:
            message = f"Its file in {stage.folder} is not what `gleaner {stage}` writes: run that."
            raise SetAside(f"bad-{stage}", message) from error

    # --- what to say ------------------------------------------------------------------------------

    def _row(self) -> Row:
        if not self.redone and self.task.row:
            return replace(self.task.row, why=()).known_as("fresh")
        last = self.task.stages[-1]
        segments = self.segments if last != Stage.INGEST else None
        records = self.records if last == Stage.ASSEMBLE else None
        verdict = (segments or self.document).verdict
        issues = noted(all_issues(self.document, segments, records))
        code, message = not_done(verdict, issues)
        counts, strip = coverage(self.document, segments) if segments else ({}, ())
        return Row(
            self.original.name,
            self.original.path,
            "read",
            verdict=verdict,
            pages=len(self.document.pages),
            words=len(self.document.text.split()),
            blocks=len(self.document.blocks),
            records=len(records.records) if records else 0,
            issues=issues,
            coverage=counts,
            strip=strip,
            seconds=self.seconds,
            code=code,
            message=message,
            why=self.task.why,
        ).known_as("read")

    def _stale(self) -> Iterator[Stage]:
        """The stages after ours that have not seen what we made."""
        changed = any(self.hashes[s] != self.task.hashes.get(s) for s in self.redone)
        for stage in Stage:
            if stage.folder > self.task.stages[-1].folder and changed:
                yield stage


def _told(name: str, data: bytes) -> Mapping[str, object]:
    """What a file beside a document says of its bibliography. Raises ValueError, ImportError."""
    for ending, read in CITATIONS.items():
        if name.endswith(ending):
            return single(read(data), name).beside()
    return bibliography(data) or {}


def _issue(code: str, message: str) -> Issue:
    return Issue(code=code, level=Level.WARNING, message=message, stage="run")
