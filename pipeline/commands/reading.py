"""Reading: from `raw/` to records, through all stages or one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.commands.base import (
    LOCKED,
    NOT_ALL,
    WRONG,
    complain,
    json_option,
    limit_options,
    paths_argument,
    print_json,
    print_lines,
    progress,
    stop,
    store_options,
)

STAGES = ("ingest", "segment", "assemble")
Anything = TypeVar("Anything", bound=Callable[..., Any])  # a function or a click command

READERS = ("auto", "pdfium", "pdfplumber")


def reading_options(command: Anything) -> Anything:
    """The options of a command that reads originals: how PDFs are read."""
    for option in (
        click.option(
            "--ocr",
            is_flag=True,
            help="Read pages that are mere pictures by text recognition (Tesseract).",
        ),
        click.option(
            "--password",
            default="",
            metavar="WORD",
            help='Of locked PDFs; `password = "..."` in <file>.toml is that of one.',
        ),
        click.option(
            "--pdf-reader",
            type=click.Choice(READERS),
            default=READERS[0],
            show_default=True,
            help="pdfium is fast, pdfplumber the reference; auto takes the better, page by page.",
        ),
    ):
        command = option(command)
    return command


@click.command(epilog="Example: gleaner extract raw/documents/nist --jobs 2")
@paths_argument
@store_options
@limit_options
@reading_options
@click.option("--stage", type=click.Choice(STAGES), help="Stop after this stage.")
@json_option
def extract(stage: str | None, **options: Any) -> None:
    """Take documents to records: those that changed, or whose rules did.

    PATH is a file or folder in raw/documents or anywhere else. Without one it is all of
    raw/documents, and what was made of originals that are gone is removed.
    """
    _run(STAGES[: STAGES.index(stage or STAGES[-1]) + 1], **options)


def _one_stage(name: str, of: str, does: str) -> click.Command:
    @click.command(name, help=does, epilog=f"Example: gleaner {name} {of}")
    @paths_argument
    @store_options
    @limit_options
    @json_option
    def command(**options: Any) -> None:
        _run((name,), **options)

    return reading_options(command) if name == STAGES[0] else command


ingest = _one_stage(
    "ingest",
    "raw/documents/nist",
    "One stage alone: raw files to documents (extracted/1-documents).",
)
segment = _one_stage(
    "segment",
    "extracted/1-documents/nist",
    "One stage alone: documents to segments (extracted/2-segments), from 1-documents as it stands.",
)
assemble = _one_stage(
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
    engine: str,
    jobs: int | None,
    limit_seconds: float,
    limit_memory: int,
    force: bool,
    retry: tuple[str, ...],
    wait: float,
    as_json: bool,
    pdf_reader: str = "auto",
    password: str = "",
    ocr: bool = False,
) -> None:
    from pipeline.run.engine import LostEngine, UnusableEngine
    from pipeline.run.extract import UnusableKnowledge, run
    from pipeline.run.fresh import Wanted
    from pipeline.run.limits import Limits
    from pipeline.run.lock import Locked
    from pipeline.run.manner import Manner, recogniser
    from pipeline.run.request import NothingToRead, Request
    from pipeline.run.show import complaints, summary
    from pipeline.store import Stage, Store, UnknownPath

    if ocr and not recogniser():
        stop(WRONG, "--ocr needs Tesseract. Debian, Ubuntu: apt-get install tesseract-ocr")
    limits = Limits(limit_seconds, limit_memory)
    manner = Manner(pdf_reader, password, recogniser() if ocr else "")
    wanted = Wanted(tuple(map(Stage, stages)), limits, force, retry, manner)
    try:
        request = Request(Store(raw, extracted), wanted, paths, jobs, wait, engine)
        report = run(request, progress())
    except Locked as error:
        stop(LOCKED, str(error))
    except LostEngine as error:
        stop(NOT_ALL, str(error))
    except (UnknownPath, NothingToRead, UnusableKnowledge, UnusableEngine) as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(report.as_dict())
    else:
        print_lines(summary(report))
    for line in complaints(report):
        complain(line)
    stop(report.exit_code)
