"""What a run says on the terminal: progress while it goes, and a summary at its end."""

import sys
import unicodedata
from bisect import insort
from collections.abc import Iterator

import click

from pipeline.run.outcome import SET_ASIDE, WITHOUT_OCR, Row
from pipeline.run.page import seconds_in_words
from pipeline.run.report import Report
from pipeline.run.reviews import STATUSES, Reviews


def progress_on(stream_is_terminal: bool) -> "Bar | Lines":
    """A bar with rate and time left on a terminal, else a line for each document, on stderr."""
    return Bar() if stream_is_terminal else Lines()


class Unseen:
    """Nobody watches: the log tells."""

    def begin(self, total: int, fresh: int) -> None:
        """The run begins."""

    def document(self, row: Row) -> None:
        """A document is finished."""

    def end(self) -> None:
        """There are no more."""


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor."""
    return "".join(c if _stays(c) else c.encode("unicode_escape").decode() for c in text)


def _stays(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def told(row: Row) -> str:
    """A document in one line; why it is not done `complaints` say, after all of them."""
    found = [row.code] if row.code else []
    if row.standing != SET_ASIDE:
        found += counted(row.pages, "page"), counted(row.records, "record")
    seconds = seconds_in_words(sum(row.seconds.values()))
    return printable(f"{row.name}: {row.standing}, {', '.join(found)} ({seconds})")


class Lines:
    """Plain lines, for logs and pipes."""

    def __init__(self) -> None:
        self._total = self._at = 0

    def begin(self, total: int, fresh: int) -> None:
        """Say how much there is to do."""
        click.echo(f"{counted(total, 'document')} to read, {fresh} fresh", err=True)
        self._total = total

    def document(self, row: Row) -> None:
        """Say that a document is finished."""
        if not self._total:  # refused before the counting began
            click.echo(told(row), err=True)
            return
        self._at += 1
        click.echo(f"[{self._at}/{self._total}] {told(row)}", err=True)

    def end(self) -> None:
        """Nothing: the summary follows."""


class Bar:
    """A bar with rate and time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )

    def begin(self, total: int, fresh: int) -> None:
        """Draw the bar, if there is anything to do."""
        if total:
            self._task = self._bar.add_task("Reading", total=total, rate="")
            self._bar.start()

    def document(self, row: Row) -> None:
        """Move on by a document."""
        if not self._bar.tasks:  # refused before the bar was drawn
            return
        self._bar.advance(self._task)
        speed = self._bar.tasks[0].speed
        rate = f"{speed * 60:.0f} a minute" if speed else ""
        name = printable(row.name.rpartition("/")[2])
        description = name if len(name) <= 32 else f"{name[:31]}…"
        self._bar.update(self._task, rate=rate, description=description.replace("[", r"\["))

    def end(self) -> None:
        """Take the bar away."""
        self._bar.stop()


def summary(report: Report) -> Iterator[str]:
    """The lines that sum up a run."""
    totals = report.totals
    if report.interrupted:
        yield "Interrupted: what is finished stays, the next run goes on from here."
    elif not totals.read and totals.fresh == totals.documents:
        yield "Nothing to do: every document is as it was read."
    yield from _table(
        ("documents", _documents(report)),
        ("pages", f"{totals.pages:,}"),
        ("words", f"{totals.words:,}"),
        ("records", f"{totals.records:,}"),
        *(line for level in _LEVELS for line in _listed(f"{level}s", _of(report, level))),
        ("ocr", _without_ocr(report)),
        ("removed", ", ".join(map(printable, report.removed))),
        *(_reviewed("review", report.reviews, totals.records) if report.reviews else ()),
        ("time", seconds_in_words(report.seconds)),
        ("report", str(report.page)),
    )


def complaints(report: Report) -> Iterator[str]:
    """A line for each document that is not done, and where to read more; nothing when all are."""
    for row in report.not_done:
        yield printable(f"{row.name}: {row.standing}, {row.code}: {row.message}")
    for name, trouble in report.reviews.failed:
        yield printable(f"{name}: decisions not merged, {trouble.code}: {trouble.message}")
    others = {name for name, _ in report.reviews.failed}.difference(r.name for r in report.not_done)
    if bad := report.not_done_count + len(others):
        yield f"{counted(bad, 'document')} not done. See {report.page}"


NAMED = 3  # documents with an issue
_LEVELS = ("error", "warning")


def _documents(report: Report) -> str:
    totals = report.totals
    counts = (totals.read, "read"), (totals.fresh, "fresh"), (totals.set_aside, "set aside")
    parts = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    incomplete = f"; {totals.incomplete:,} incomplete" if totals.incomplete else ""
    return f"{totals.documents:,} ({parts}{incomplete})"


def _without_ocr(report: Report) -> str:
    """What to do where the words of scans are gone."""
    if not (count := report.issues["warning", WITHOUT_OCR]):
        return ""
    read = f"{counted(count, 'document')} read without --ocr, and by it before"
    return f"{read}: gleaner extract --ocr reads {'it' if count == 1 else 'them'} so again"


def _of(report: Report, level: str) -> list[str]:
    """Each code of that level: how often, and in which documents."""
    found = [(code, count) for loud, code, count in report.reasons if loud == level]
    names: dict[str, list[str]] = {code: [] for code, _ in found}
    for row in report.rows if found else ():
        for code in {issue.code for issue in row.issues} & names.keys():
            insort(names[code], row.name)
            del names[code][NAMED + 1 :]
    return [
        f"{count:,} {code}: {', '.join(names[code][:NAMED])}{' ...' * (len(names[code]) > NAMED)}"
        for code, count in found
    ]


def review_lines(reviews: Reviews, found: int) -> Iterator[str]:
    """What curators say of the records (`found`: of the extractor), and what needs a look."""
    yield from _table(*_reviewed("records", reviews, found))


def _reviewed(name: str, reviews: Reviews, found: int) -> Iterator[tuple[str, str]]:
    counts = reviews.counts(found)
    said = [f"{count:,} {name}" for name in STATUSES[1:] if (count := counts[name])]
    changed, lost = counts["changed"], counts["lost"]
    yield name, ", ".join([f"{counts['waiting']:,} wait for a curator", *said])
    if changed:
        yield "changed", f"{counted(changed, 'record')} whose words changed since they were decided"
    if lost:
        yield "lost", f"{counted(lost, 'record')} whose words are gone: kept as decided"
    kept = [f"{counted(one.decisions, 'decision')} on {one}" for one in reviews.absent]
    yield from _listed("not there", kept)


def _listed(name: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    for index, line in enumerate(lines):
        yield "" if index else name, printable(line)


def _table(*lines: tuple[str, str]) -> Iterator[str]:
    for name, value in lines:
        if value:
            yield f"{name:<10} {value}"


def counted(number: int, word: str) -> str:
    """A number of things, in words."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
