"""Decisions as text: out of the database for git, and back."""

from pathlib import Path

import click

from pipeline.commands.base import WRONG, json_option, print_json, print_lines, raw_option, stop

FOLDER = "decisions"  # under raw/


@click.group(epilog="Example: gleaner decisions dump")
def decisions() -> None:
    """What curators decided, as lines of JSON that git can keep and merge.

    Decisions are made in a database (raw/decisions.sqlite3). `dump` writes all of it to
    raw/decisions, a file for each curator; `load` adds what such files hold, of this laptop or
    of others, and what is there already stays as it is.
    """


@decisions.command(epilog="Example: gleaner decisions dump --raw raw")
@raw_option
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder  [default: raw/decisions]",
)
@json_option
def dump(raw: Path, to: Path | None, as_json: bool) -> None:
    """Write every decision and what it saw: the same decisions, the same bytes."""
    from contextlib import closing

    from pipeline.store.decisions import Decisions

    with closing(Decisions.at(raw, read_only=True)) as found:
        files = found.dump(to or raw / FOLDER)
    if as_json:
        print_json({"files": list(map(str, files))})
    else:
        print_lines(map(str, files) if files else ["There are no decisions."])


@decisions.command(epilog="Example: gleaner decisions load raw/decisions")
@click.argument(
    "folder",
    required=False,
    metavar="[FOLDER]",
    type=click.Path(path_type=Path, file_okay=False),
)
@raw_option
@json_option
def load(folder: Path | None, raw: Path, as_json: bool) -> None:
    """Add the decisions of FOLDER (default: raw/decisions) that the database lacks.

    All or none: a broken file, or one that contradicts the database, changes nothing.
    """
    from contextlib import closing

    from pipeline.store.decisions import Decisions

    folder = folder or raw / FOLDER
    if not folder.is_dir():
        stop(WRONG, f"There is no folder {folder}.")
    with closing(Decisions.at(raw)) as found:
        added = found.load(folder)
    if as_json:
        print_json({"added": added})
    else:
        click.echo(f"{added:,} decisions added.")
