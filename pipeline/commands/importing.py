"""Importing: what others changed in an exported file, back as decisions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.arriving import arrive, arriving_options, take_options
from pipeline.commands.base import (
    NOT_ALL,
    WRONG,
    Existing,
    json_option,
    print_json,
    print_lines,
    stop,
    store_options,
)
from pipeline.commands.exporting import (
    Format,
    WithFormats,
    airtable_options,
    not_installed,
    where_of,
)

if TYPE_CHECKING:
    from pipeline.run.importing import Imported
    from pipeline.store import Store


@click.command(
    "import", cls=WithFormats, epilog="Example: gleaner import csv records.csv --curator ada"
)
@click.argument("format", metavar="FORMAT", type=Format(back=True))
@click.argument("path", required=False, type=Existing(path_type=Path))
@store_options
@click.option("--curator", default="", metavar="NAME", help="Who made the changes to records.")
@click.option("--add", is_flag=True, help="Take rows with unknown ids as records by hand.")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be decided.")
@arriving_options
@airtable_options
@json_option
def import_(
    format: str,
    path: Path | None,
    raw: Path,
    extracted: Path,
    curator: str,
    add: bool,
    dry: bool,
    as_json: bool,
    **base: Any,
) -> None:
    """Read an exported file back: what someone changed in it becomes that curator's decisions.

    What is as it was exported stays as it is. What changed here too since then is a conflict: it
    is named, not taken, and the exit code is 1. Airtable is read with --base instead of a PATH.
    Of a table names, descriptions, rationales, places, details, tags and the status (reviewed or
    rejected) come back; its other columns only go out.
    Taxonomies, crosswalks and sources go where they are used; `earlier` makes the rows of a
    team's own table records of the documents, and says how far each row stands there.
    """
    from pipeline.export import Unreadable
    from pipeline.run.importing import import_file
    from pipeline.run.standing import NotStanding
    from pipeline.store import Store

    store, options = Store(raw, extracted), take_options(base)
    if curator:
        _check_curator(curator)
    arrive(store, format, path, curator, dry, as_json, options)
    if not curator:
        stop(WRONG, "Who made the changes? Name them with --curator.")
    where = where_of(base)
    if (format == "airtable") == (where is None) or (where is None) == (path is None):
        stop(WRONG, "A format needs its PATH; airtable, and it alone, needs --base instead.")
    try:
        if path is None:
            done = _from_airtable(store, where, curator, dry)
        else:
            done = import_file(store, format, path, curator, add, dry)
    except ModuleNotFoundError as error:
        not_installed(error)
    except (Unreadable, IsADirectoryError) as error:
        stop(WRONG, f"{path}: {error}")
    except NotStanding as error:
        stop(NOT_ALL, str(error))
    if as_json:
        print_json(done.as_dict())
    else:
        print_lines(map(str, done.decided) if dry else ())
        print_lines(done.lines())
    for line in done.complaints():
        click.echo(line, err=True)
    stop(done.exit_code)


def _from_airtable(store: "Store", where: Any, curator: str, dry: bool) -> "Imported":
    from pipeline.run.airtable import Airtable, Cell
    from pipeline.run.airtable_api import NoAirtable
    from pipeline.run.exporting import Choice, corpus_of
    from pipeline.run.importing import take

    conflicts: list[Cell] = []
    try:
        said = [*Airtable(store.raw, where).pull(corpus_of(store, (), Choice.ALL), conflicts)]
    except NoAirtable as error:
        stop(NOT_ALL, str(error))
    done = take(store, said, curator, add=False, dry=dry)
    done.refused += [f"changed here and there: {cell}" for cell in conflicts]
    return done


def _check_curator(name: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    from pipeline.model.decision import CuratorName

    try:
        TypeAdapter(CuratorName).validate_python(name)
    except ValidationError:
        stop(WRONG, f"{name!r} is no name of a curator: small letters, digits, '.', '_' and '-'.")
