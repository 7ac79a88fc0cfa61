"""The options of `gleaner evaluate`: so many that they stand by themselves."""

from pathlib import Path

import click

from pipeline.commands.base import Command, Existing

_FILE = Existing(path_type=Path, dir_okay=False)
_FOLDER = Existing(path_type=Path, file_okay=False)
_WRITTEN = click.Path(path_type=Path, dir_okay=False)

_OPTIONS = (
    click.option(
        "--gold",
        multiple=True,
        metavar="FILE",
        type=_FILE,
        help="Gold to score against (repeatable; default: all of tests/gold).",
    ),
    click.option(
        "--documents",
        multiple=True,
        metavar="FOLDER",
        type=_FOLDER,
        help="Read the documents of the gold that are here now, instead of taking the records in "
        "--extracted as they stand (repeatable).",
    ),
    click.option(
        "--keep",
        metavar="FOLDER",
        type=click.Path(path_type=Path, file_okay=False),
        help="Keep what is read from --documents here: the next time only changes are read.",
    ),
    click.option(
        "--tags",
        metavar="FOLDER",
        type=_FOLDER,
        help="Score the tagger instead, on the coded texts here, each source left out in turn.",
    ),
    click.option("--apart", is_flag=True, help="Score the half of the gold set apart, too."),
    click.option("--pairs", is_flag=True, help="Print every match, not only what is amiss."),
    click.option(
        "--against",
        metavar="FILE",
        type=_FILE,
        help="Show gains and losses since the scores in this file (written by --out).",
    ),
    click.option("--out", metavar="FILE", type=_WRITTEN, help="Write the scores here (JSON)."),
    click.option("--page", metavar="FILE", type=_WRITTEN, help="Write a page of them here (HTML)."),
    click.option("--gate", is_flag=True, help="Exit 1 when a score is below tests/floors.json."),
    click.option("--raise-floors", is_flag=True, help="Raise the floors to what is reached."),
    click.option(
        "--lower-floors",
        is_flag=True,
        help="Lower the floors that are not reached, and say so, loudly.",
    ),
    click.option(
        "--make-gold",
        "reviewed",
        multiple=True,
        metavar="FILE",
        type=_FILE,
        help="Make gold in tests/gold of a file of records that people reviewed (repeatable).",
    ),
)


def score_options(command: Command) -> Command:
    """Give a command the options, in the order in which they are told."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
