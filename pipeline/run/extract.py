"""A run: judge what is fresh, take the rest through the stages, remember, clear away, report."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.run.archive import Archive
from pipeline.run.engine import LOCAL, LostEngine, Spread, check_engine, on_cluster
from pipeline.run.engine.preflight import preflight
from pipeline.run.fresh import FILES, OVERTAKEN, RAW, SIDECAR, STALE, Judged, judge
from pipeline.run.lock import only_run
from pipeline.run.outcome import WITHOUT_OCR, Noted, set_aside
from pipeline.run.pool import Outcome, map_documents, prepare
from pipeline.run.report import Report, write_report
from pipeline.run.request import NothingToRead, Progress, Request
from pipeline.run.reviewing import Reviewing, decisions_of, forget
from pipeline.run.shelf import Shelf
from pipeline.run.state import Known, State
from pipeline.run.sums import Sums
from pipeline.run.task import Result, Task, expected_seconds
from pipeline.run.through import take_through
from pipeline.run.unchanged import Unchanged
from pipeline.store import (
    GONE,
    Original,
    Remote,
    Stage,
    Trouble,
    digest,
    keep_aside,
    read_as_it_is,
    read_bytes,
    settled,
    stamp,
)

if TYPE_CHECKING:
    from pipeline.store.decisions import Decisions

# Set aside for what others did, not for what it is: what was made of it before stays.
NOT_ITS_OWN_FAULT = {
    "name-taken", "cannot-write", "unreadable-folder", "bad-name", "name-too-long", OVERTAKEN
}  # fmt: skip

# For a few documents each process imports spaCy when it must, if it must, and loads the tagger.
STAGES_CODE = ("pipeline.run.work",)
HEAVY = ("pipeline.run.ready",)
FEW = 8


class UnusableKnowledge(Exception):
    """Taxonomies or rules that cannot be used; the message names the file and what to mend."""


def run(request: Request, progress: Progress) -> Report:
    """Do what is asked for. Raises UnknownPath, NothingToRead, Locked, UnusableDecisions,
    UnusableEngine, LostEngine; OSError when not even the report can be written. Ctrl-C ends it
    early: the report says so, and what is finished stays.
    """
    check_engine(request.engine)
    store = request.store
    store.check()
    with (
        only_run(store.extracted, request.wait) as last_died,
        closing(State(store.extracted)) as state,
        decisions_of(store) as decisions,
    ):
        if last_died:
            store.sweep()
        if isinstance(store.extracted, Remote):
            from pipeline.run.manifest import catch_up

            catch_up(store, state)
        return _Run(request, state, decisions, progress).run()


class _Run:
    def __init__(
        self, request: Request, state: State, decisions: "Decisions | None", progress: Progress
    ) -> None:
        self.request, self.state, self.progress = request, state, progress
        self.decisions = decisions
        self.store, self.wanted = request.store, request.wanted
        self.report = Report.begin(self.store.runs, datetime.now(UTC))
        self.edited = self.store.runs / self.report.id / "edited"
        self.seen = Shelf[str](str)  # names, but for those in unchanged folders
        self.unchanged = Unchanged(state, request.wanted)
        self.shut: list[str] = []
        self.ocr = ""  # the text recognition that some documents stay read by
        # Whether a worker was, perhaps while it wrote. Those of a cluster come and go unseen.
        self.killed = request.engine != LOCAL

    def run(self) -> Report:
        started = time.monotonic()
        for stage in self.wanted.stages:
            self.state.remember_code(self.wanted.code(stage), self.wanted.ingredients(stage))
        try:
            todo = Shelf[Judged](lambda one: one.original.name)
            todo.extend(self._judge())
            if not todo and not self.report.totals.documents:
                raise NothingToRead(self.request.nothing())
            self.progress.begin(len(todo), self.report.totals.fresh)
            self._read(todo)
            if self.request.whole:
                self._clear_away()
                self.unchanged.keep()
            if self.wanted.stages[-1] == Stage.ASSEMBLE:
                self._review()
        except KeyboardInterrupt:
            self.report.interrupted = True
        except LostEngine:
            self.store.sweep()
            raise
        finally:
            self.progress.end()
            self.state.commit()
        if self.killed or self.report.interrupted:
            self.store.sweep()
        self.report.seconds = round(time.monotonic() - started, 3)
        write_report(self.report)
        if isinstance(self.store.extracted, Remote):
            from pipeline.run.manifest import add_part

            add_part(self.store, self.report.id, self.state)
        with closing(Archive(self.store.runs)) as archive:
            archive.record(self.report.id, self.store, self.state)
        return self.report

    def _judge(self) -> Iterator[Judged]:
        """What must be read; what is fresh, and what nobody could read, goes into the report."""
        if not self.request.plain:
            for group in self.request.groups():
                yield from self._judge_group(group, Sums())
            return
        for look in self.store.looks():
            if not self.unchanged.count(look, self.report):
                if look.count:
                    from pipeline.store.far import begin_shards

                    begin_shards(self.store, look)
                count, same = 0, Sums()
                for group in self.store.inside(look.name):
                    count += len(group)
                    yield from self._judge_group(group, same)
                if same.totals.documents == count:
                    self.unchanged.note(look, same)

    def _judge_group(self, group: list[Original], same: Sums) -> Iterator[Judged]:
        """The same for some documents; `same` gets those that are as they were."""
        for original in group:
            judged = judge(self.store, self.state, original, self.wanted)
            original, known = judged.original, judged.known
            self.seen.append(original.name)
            if original.trouble:
                if original.trouble.code == "unreadable-folder":
                    self.shut.append(original.name)
                self._refuse(judged, original.trouble, {})
            elif judged.why or known is None:
                self.ocr = judged.ocr or self.ocr
                yield judged
            else:
                if known != self.state.get(known.name):  # the same bytes under new stamps
                    self.state.put(known)
                row = known.row.again()
                same.add(row)
                self.report.add(row)

    def _review(self) -> None:
        review = Reviewing(
            store=self.store,
            state=self.state,
            edited=self.edited,
            names=None if self.request.whole else self.seen,
            jobs=self.request.jobs or _processors(),
            limits=self.wanted.limits,
            force=self.wanted.force,
        )
        self.report.reviews = review.run(self.decisions)

    # --- reading ----------------------------------------------------------------------------------

    def _read(self, todo: Shelf[Judged]) -> None:
        if not todo:
            return
        reads_words = self.wanted.stages[-1] != Stage.INGEST
        preload = STAGES_CODE + (HEAVY if reads_words and len(todo) > FEW else ())
        if self.request.engine == LOCAL:
            prepare(preload)
        if reads_words:
            _check_knowledge()
        under_way: dict[str, Judged] = {}

        def tasks() -> Iterator[Task]:
            for item in todo:
                if item.original.name in under_way:  # asked for twice, as objects can be
                    continue
                under_way[item.original.name] = item
                wanted = self.wanted.keeping(item.ocr)
                if item.ocr:
                    code, parts = wanted.code(Stage.INGEST), wanted.ingredients(Stage.INGEST)
                    self.state.remember_code(code, parts)
                yield Task(
                    store=self.store,
                    original=item.original,
                    stages=wanted.stages,
                    codes={stage.value: wanted.code(stage) for stage in wanted.stages},
                    stamp=item.known.stamps[0] if item.known else "",
                    hashes=item.known.hashes if item.known else {},
                    keys=item.known.keys if item.known else {},
                    row=item.known.row if item.known else None,
                    why=item.why,
                    edited=self.edited,
                    force=wanted.force or wanted.retries(item.known),
                    manner=wanted.manner,
                    left=_left(item.known) if self.store.far else {},
                )

        jobs = max(1, min(self.request.jobs or _processors(), len(todo)))
        limits = self.wanted.limits
        with (
            self._engine(next(iter(todo)).original) as engine,
            closing(engine(tasks(), take_through, jobs, limits, preload)) as outcomes,
        ):
            for outcome in outcomes:
                self._settle(under_way.pop(outcome.task.original.name), outcome)

    @contextmanager
    def _engine(self, original: Original) -> Iterator[Spread[Task, Result]]:
        if self.request.engine == LOCAL:
            yield map_documents
            return
        with preflight(self.store, self.wanted.keeping(self.ocr), original) as ready:
            yield on_cluster(self.request.engine, expected_seconds, ready)

    def _settle(self, judged: Judged, outcome: Outcome[Task, Result]) -> None:
        result, trouble = outcome.result, outcome.trouble
        self.killed |= trouble is not None
        if result and not result.row.verdict:
            trouble = Trouble(result.row.code, result.row.message)
        if trouble or not result:
            assert trouble, "no result without its reason"
            self._refuse(judged, trouble, result.hashes if result else {}, outcome.seconds)
            return
        self._remember(judged, result)
        row = result.row
        if result.edited:
            folders = ", ".join(stage.folder for stage in result.edited)
            what = f"Changed by hand or damaged in {folders}"
            message = f"{what}: made again, the copy is under {self.edited}."
            note = Noted("edited-by-hand", "warning", len(result.edited), message)
            row = replace(row, issues=(note, *row.issues))
        if _recognised(judged.known) and not self.wanted.keeping(judged.ocr).manner.ocr:
            message = (
                "Text recognition read it before, and this run was without it: "
                "`gleaner extract --ocr` reads it so again."
            )
            row = replace(row, issues=(Noted(WITHOUT_OCR, "warning", 1, message), *row.issues))
        self.report.add(row)
        self.progress.document(row)

    def _remember(self, judged: Judged, result: Result) -> None:
        original, known, wanted = judged.original, judged.known, self.wanted.keeping(judged.ocr)
        stages = wanted.stages
        stamps = dict(zip(FILES, known.stamps if known else [""] * len(FILES), strict=True))
        codes = dict(zip(Stage, known.codes if known else [STALE] * len(Stage), strict=True))
        raw, sidecar = result.raw_stamps
        if Stage.INGEST in stages:
            stamps[RAW] = raw
        if Stage.ASSEMBLE in stages:
            stamps[SIDECAR] = sidecar
        for stage in Stage:
            if stage in stages or known is None:
                file = self.store.output(stage, original.name)
                stamps[stage] = result.left.get(stage) or stamp(file)
            if stage in stages:
                codes[stage] = wanted.code(stage)
            elif stage in result.stale:
                codes[stage] = STALE
        self.state.put(
            Known(
                name=original.name,
                origin=original.origin,
                stamps=tuple(stamps.values()),
                codes=tuple(codes.values()),
                row=result.row,
                hashes=result.hashes,
                keys=result.keys,
            )
        )

    # --- what cannot be read, and what is gone ----------------------------------------------------

    def _refuse(
        self, judged: Judged, trouble: Trouble, hashes: dict[str, str], seconds: float = 0.0
    ) -> None:
        """Set a document aside: nothing of it stays in `extracted/` but the reason."""
        original, wanted = judged.original, self.wanted.keeping(judged.ocr)
        row = set_aside(original, trouble, judged.why)
        if seconds:
            row = replace(row, seconds={"until set aside": round(seconds, 4)})
        if trouble.code not in NOT_ITS_OWN_FAULT and self.wanted.stages[0] == Stage.INGEST:
            self._clear(original.name, judged.known)
            self.state.put(
                Known(
                    name=original.name,
                    origin=original.origin,
                    stamps=(
                        *map(settled, self.store.raw_stamps(original)),
                        *[GONE] * len(Stage),
                    ),
                    codes=tuple(wanted.code(stage) for stage in Stage),
                    row=row,
                    hashes={RAW: hashes.get(RAW) or _hash(original.file)},
                    limits=(self.wanted.limits.seconds, self.wanted.limits.megabytes),
                )
            )
        self.report.add(row)
        self.progress.document(row)

    def _clear(self, name: str, known: Known | None) -> bool:
        """Remove what was made of a document, and keep what someone changed in it by hand."""
        for stage in Stage:
            file = self.store.output(stage, name)
            made = known.hashes.get(stage) if known else None
            if made and file.is_file() and digest(read_as_it_is(file)) != made:
                keep_aside(file, self.store.output(stage, name, self.edited))
        forget(self.store, self.state, name, self.edited)
        self.store.keep_version(name)
        return self.store.remove(name)

    def _clear_away(self) -> None:
        """Remove what was made of originals that are gone: `extracted/` is what `raw/` gives."""
        known = self.unchanged.folders
        gone = {name: origin for name, origin in self.state.origins(known) if name not in self.seen}
        for stage in Stage:
            for group in self.store.made(stage, known=known):
                unknown = {original.name for original in group} - gone.keys()
                gone |= dict.fromkeys((one for one in unknown if one not in self.seen), "")
        for name, origin in sorted(gone.items()):
            shut = any(name.startswith(f"{folder}/") for folder in self.shut)
            if not shut and not (origin and Path(origin).is_file()):
                self._clear(name, self.state.get(name))
                self.state.forget(name)
                self.report.removed.append(name)


def _recognised(known: Known | None) -> bool:
    """Whether there were words of a document that only text recognition saw."""
    return known is not None and any(noted.code == "text-recognised" for noted in known.row.issues)


def _left(known: Known | None) -> dict[str, str]:
    """The stamps of the outputs of a document as a run left them."""
    return dict(zip(FILES, known.stamps, strict=True)) if known else {}


def _hash(file: Path) -> str:
    """The hash of a file, empty for one that cannot be read."""
    try:
        return digest(read_bytes(file))
    except OSError:
        return ""


def _check_knowledge() -> None:
    """Stop now if every document would fail for what is not its fault."""
    from pipeline.rule import RuleError, load_rules
    from pipeline.taxonomy import TaxonomyError, load_taxonomies

    try:
        load_taxonomies()
        load_rules()
    except (TaxonomyError, RuleError) as error:
        raise UnusableKnowledge(str(error)) from error


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
