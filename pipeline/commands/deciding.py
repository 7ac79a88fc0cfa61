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


@decisions.command(epilog="Example: gleaner decisions copy raw postgresql://db.example.org/gleaner")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
def copy(source: str, target: str, as_json: bool) -> None:
    """Copy all decisions from one database to another: FROM and TO are URLs, or raw folders.

    Snapshots, order and times are the same there, and so is a dump. The target is empty, or an
    earlier copy: one with decisions that FROM lacks is left as it is.
    """
    from pipeline.store.decisions import Decisions
    from pipeline.store.moving import copy as copied

    with Decisions(_url(source), read_only=True) as here, Decisions(_url(target)) as there:
        if not here.id:
            stop(WRONG, f"There are no decisions in {source}.")
        added = copied(here, there)
    if as_json:
        print_json({"added": added})
    else:
        click.echo(f"{added:,} decisions copied.")


def _url(place: str) -> str:
    """The URL of a database, or of the one that lies in a raw folder."""
    if "://" in place:
        return place
    from pipeline.store.decisions import in_folder

    return in_folder(Path(place)).render_as_string(hide_password=False)
