"""The commands. What they do is imported only when asked for: `--help` is instant."""

import json
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from pipeline import __version__
from pipeline.run.score_options import score_options

STAGES = ("ingest", "segment", "assemble")
DONE, NOT_ALL, WRONG, LOCKED, FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130


class Gleaner(click.Group):
    """The commands, ending as others rely on: in an exit code and one plain line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the user can mend is said in a line, not in a traceback."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _stop(INTERRUPTED, "Interrupted.")
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            where = f" {error.filename}" if error.filename else ""
            _stop(NOT_ALL, f"The disk refuses{where}: {error.strerror or error}.")
        except sqlite3.OperationalError as error:
            _stop(NOT_ALL, f"The state cannot be kept: {error}.")
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception:  # noqa: BLE001  a script must not take a fault for "some set aside"
            traceback.print_exc()
            _stop(FAULT, "This is a fault of Gleaner. Nothing that was finished is lost.")


@click.group(
    cls=Gleaner,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: gleaner extract raw/documents/nist",
)
@click.version_option(__version__, message="gleaner %(version)s")
def main() -> None:
    """Read documents on AI risk, and write a record of every measure that they propose.

    Exit codes: 0 all is done; 1 done, but documents were set aside or a gate failed; 2 the request
    is wrong; 3 another run is at work; 70 a fault of Gleaner; 130 interrupted.
    """


def _stop(code: int, message: str = "") -> NoReturn:
    if message:
        click.echo(message, err=True)
    raise SystemExit(code)


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


Command = Callable[..., None]


def _store(command: Command) -> Command:
    """The options of a command that looks into `raw/` and `extracted/`."""
    folder = click.Path(path_type=Path, file_okay=False)
    command = click.option(
        "--extracted", type=folder, default="extracted", show_default=True, help="What is made."
    )(command)
    return click.option(
        "--raw", type=folder, default="raw", show_default=True, help="The originals."
    )(command)


def _limits(command: Command) -> Command:
    """The options of a command that takes documents through stages."""
    for option in (
        click.option("--force", is_flag=True, help="Read again what is fresh, too."),
        click.option(
            "--limit-memory",
            type=click.IntRange(min=1),
            default=2048,
            show_default=True,
            metavar="MB",
            help="Memory that one document may take.",
        ),
        click.option(
            "--limit-seconds",
            type=click.FloatRange(min=0, min_open=True),
            default=300,
            show_default=True,
            metavar="S",
            help="Time that one document may take.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="Documents at a time  [default: processors]",
        ),
    ):
        command = option(command)
    return command


_paths = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


# --- from raw/ to records ------------------------------------------------------------------------


@main.command(epilog="Example: gleaner extract raw/documents/nist --jobs 2")
@_paths
@_store
@_limits
@click.option("--stage", type=click.Choice(STAGES), help="Stop after this stage.")
@_json
def extract(stage: str | None, **options: Any) -> None:
    """Take documents to records: those that changed, or whose rules did.

    PATH is a file or folder in raw/documents or anywhere else. Without one it is all of
    raw/documents, and what was made of originals that are gone is removed.
    """
    _run(STAGES[: STAGES.index(stage or STAGES[-1]) + 1], **options)


def _one_stage(name: str, of: str, does: str) -> None:
    @main.command(name, help=does, epilog=f"Example: gleaner {name} {of}")
    @_paths
    @_store
    @_limits
    @_json
    def command(**options: Any) -> None:
        _run((name,), **options)


_one_stage(
    "ingest",
    "raw/documents/nist",
    "One stage alone: raw files to documents (extracted/1-documents).",
)
_one_stage(
    "segment",
    "extracted/1-documents/nist",
    "One stage alone: documents to segments (extracted/2-segments), from 1-documents as it stands.",
)
_one_stage(
    "assemble",
    "extracted/2-segments/nist",
    "One stage alone: tag segments and assemble records (extracted/3-records), from 1-documents "
    "and 2-segments as they stand.",
)


def _run(
    stages: tuple[str, ...],
    paths: tuple[Path, ...],
    raw: Path,
    extracted: Path,
    jobs: int | None,
    limit_seconds: float,
    limit_memory: int,
    force: bool,
    as_json: bool,
) -> None:
    from pipeline.run.extract import NothingToRead, Request, UnusableKnowledge, run
    from pipeline.run.fresh import Wanted
    from pipeline.run.lock import Locked
    from pipeline.run.pool import Limits
    from pipeline.run.show import complaints, progress_on, summary
    from pipeline.store import Stage, Store, UnknownPath

    wanted = Wanted(tuple(map(Stage, stages)), Limits(limit_seconds, limit_memory), force)
    try:
        request = Request(Store(raw, extracted), wanted, paths, jobs)
        report = run(request, progress_on(sys.stderr.isatty()))
    except Locked as error:
        _stop(LOCKED, str(error))
    except (UnknownPath, NothingToRead, UnusableKnowledge) as error:
        _stop(WRONG, str(error))
    if as_json:
        _print_json(report.as_dict())
    else:
        _print(summary(report))
    for line in complaints(report):
        click.echo(line, err=True)
    _stop(report.exit_code)


# --- looking on ----------------------------------------------------------------------------------


@main.command(epilog="Example: gleaner plan raw/documents/nist")
@_paths
@_store
@_json
def plan(paths: tuple[Path, ...], raw: Path, extracted: Path, as_json: bool) -> None:
    """Say what a run would do, and why, document by document."""
    from pipeline.run.status import plan_lines, planned
    from pipeline.store import Store, UnknownPath

    try:
        found = planned(Store(raw, extracted), paths)
    except UnknownPath as error:
        _stop(WRONG, str(error))
    if as_json:
        _print_json(found.as_dict())
    else:
        _print(plan_lines(found))


@main.command(epilog="Example: gleaner status --json")
@_store
@_json
def status(raw: Path, extracted: Path, as_json: bool) -> None:
    """Say what is stale, what was set aside, and what waits for a curator."""
    from pipeline.run.status import planned, status_lines
    from pipeline.store import Store

    found = planned(Store(raw, extracted), ())
    if as_json:
        _print_json(found.counts())
    else:
        _print(status_lines(found))


@main.command(epilog="Example: gleaner explain raw/documents/nist/NIST.AI.600-1.pdf")
@click.argument("what", metavar="ID-or-PATH")
@_store
@_json
def explain(what: str, raw: Path, extracted: Path, as_json: bool) -> None:
    """Say where each field of a record comes from, or why a document was or was not redone."""
    from pipeline.run.explain import Unknown
    from pipeline.run.explain import explain as explained
    from pipeline.store import Store

    try:
        found = explained(Store(raw, extracted), what)
    except Unknown as error:
        _stop(WRONG, str(error))
    if as_json:
        _print_json(found.data)
    else:
        _print(found.lines)


@main.command(epilog="Example: gleaner review")
@_store
@_json
def review(raw: Path, extracted: Path, as_json: bool) -> None:
    """Say how many records wait, and where the page of the last run is.

    Decisions cannot be taken here yet: the page shows what was read of each document.
    """
    from pipeline.run.status import waiting
    from pipeline.store import Store

    found = waiting(Store(raw, extracted))
    if as_json:
        _print_json(found)
    else:
        click.echo(f"{found['records']:,} records in {found['documents']:,} documents wait.")
        click.echo(f"The last run: {found['page']}" if found["page"] else "There was no run yet.")


# --- the tagger, the schema, the concepts, the scores --------------------------------------------


@main.command(epilog='Example: gleaner tag --taxonomy mitigation "Audit models before release."')
@click.argument("text", required=False)
@click.option("--jsonl", is_flag=True, help='Read lines of {"id", "name", "text"} on stdin.')
@click.option("--taxonomy", "ids", multiple=True, metavar="ID", help="Only this one (repeatable).")
@_json
def tag(text: str | None, jsonl: bool, ids: tuple[str, ...], as_json: bool) -> None:
    """Tag texts, each with its concepts, their confidence and evidence: the tagger alone.

    The text is TEXT or, without it, all of stdin. With --jsonl each line of stdin is one text, and
    each line written its {"id", "tags", "issues"}.
    """
    from pipeline.run.concepts import Unusable
    from pipeline.run.tagging import tag_lines, tag_one, tag_text_lines

    if text is not None and (jsonl or not text.strip()):
        _stop(WRONG, "TEXT is empty, or given beside --jsonl, which reads stdin.")
    if text is None and sys.stdin.isatty():
        _stop(WRONG, 'There is no text: gleaner tag "..." or gleaner tag --jsonl < FILE')
    try:
        if jsonl:
            _stop(tag_lines(sys.stdin.buffer, ids, click.echo))
        answer = tag_one(sys.stdin.read() if text is None else text, ids)
    except Unusable as error:
        _stop(WRONG, str(error))
    if as_json:
        _print_json(answer)
    else:
        _print(tag_text_lines(answer))


@main.command(epilog="Example: gleaner schema > records.schema.json")
@_json
def schema(as_json: bool) -> None:
    """Print the JSON Schema of a file of records (always as JSON)."""
    from pipeline.model import RecordFile

    _print_json(RecordFile.model_json_schema(by_alias=True, mode="serialization"))


@main.command(epilog="Example: gleaner taxonomies lifecycle")
@click.argument("identifier", metavar="[ID]", required=False)
@_json
def taxonomies(identifier: str | None, as_json: bool) -> None:
    """Print the taxonomies, or the concepts of one.

    The ID `check` names what is thin or doubtful in them instead, and exits 1 if anything is.
    """
    from pipeline.run.concepts import (
        Unusable,
        check_lines,
        concept_lines,
        known_taxonomies,
        taxonomy_lines,
    )

    try:
        if identifier == "check":
            doubts = [*check_lines()]
            if as_json:
                _print_json({"doubts": doubts})
            _stop(NOT_ALL if doubts else DONE, "" if as_json else "\n".join(doubts))
        found = known_taxonomies((identifier,) if identifier else ())
    except Unusable as error:
        _stop(WRONG, str(error))
    if as_json:
        every = {one.id: one.model_dump(mode="json", by_alias=True) for one in found.values()}
        _print_json(every[identifier] if identifier else {"taxonomies": [*every.values()]})
    elif identifier:
        _print(concept_lines(found[identifier]))
    else:
        _print(taxonomy_lines(found))


@main.command(epilog="Example: gleaner evaluate --gold tests/gold/survey-safety-practices.csv.json")
@score_options
@_store
@_json
def evaluate(as_json: bool, tags: Path | None, **options: Any) -> None:
    """Score records against gold: what was found, missed, split, merged, and is spurious."""
    if tags:
        _stop(_tag_scores(tags, as_json))
    from pipeline.run.extract import UnusableKnowledge
    from pipeline.run.lock import Locked
    from pipeline.run.score_command import answer
    from pipeline.run.scoring import NoGold
    from pipeline.store import UnknownPath

    try:
        found = answer(**options, terminal=sys.stderr.isatty())
    except Locked as error:
        _stop(LOCKED, str(error))
    except (NoGold, UnknownPath, UnusableKnowledge) as error:
        _stop(WRONG, str(error))
    if as_json:
        _print_json(found.data)
    else:
        _print(found.lines)
    _stop(found.exit_code, "\n".join(found.said))


def _tag_scores(folder: Path, as_json: bool) -> int:
    from pipeline.taxonomy import load_taxonomies
    from pipeline.train.coded_texts import coded_texts, score_lines

    taxonomies = load_taxonomies()
    try:
        lines = score_lines(taxonomies, coded_texts(taxonomies, folder))
    except (OSError, ValueError) as error:
        _stop(WRONG, f"There are no coded texts to score on: {error}")
    if as_json:
        _print_json({"tags": [*lines]})
    else:
        _print(lines)
    return DONE


if __name__ == "__main__":
    main(prog_name="gleaner")
