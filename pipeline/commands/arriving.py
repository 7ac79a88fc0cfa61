"""Importing what is no export of ours: taxonomies, crosswalks, sources, a team's earlier table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.base import NOT_ALL, WRONG, Command, print_json, print_lines, stop

if TYPE_CHECKING:
    from pipeline.store import Store

OPTIONS = ("columns", "source", "coded", "allow_reuse")


def arriving_options(command: Command) -> Command:
    """The options by which it is said how to take such a file."""
    for option in (
        click.option(
            "--allow-reuse", multiple=True, metavar="CODE", help="taxonomies: it may mean more."
        ),
        click.option(
            "--coded",
            default="mitigation-2025",
            show_default=True,
            metavar="ID",
            help="earlier: the taxonomy of its codes.",
        ),
        click.option(
            "--source", multiple=True, metavar="SOURCE=DOCUMENT", help="earlier: what is what."
        ),
        click.option(
            "--columns",
            default="",
            metavar="FIELD=COLUMN,...",
            help="earlier: of id, name, description, source, code.",
        ),
    ):
        command = option(command)
    return command


def take_options(options: dict[str, Any]) -> dict[str, Any]:
    """These options, taken out of all that were given."""
    return {name: options.pop(name) for name in OPTIONS}


def arrive(
    store: "Store",
    format: str,
    path: Path | None,
    curator: str,
    dry: bool,
    as_json: bool,
    options: dict[str, Any],
) -> None:
    """Take the file, if its format is one of these, and end; else come back."""
    from pipeline.export import Unreadable, formats
    from pipeline.run.arriving import Asked, import_any, is_arriving
    from pipeline.run.concepts import Unusable
    from pipeline.run.standing import NotStanding

    if not is_arriving(formats().get(format)):
        return
    if path is None:
        stop(WRONG, "Which file? gleaner import FORMAT PATH")
    try:
        done = import_any(store, format, path, Asked.of(curator, dry, **options))
    except (Unreadable, IsADirectoryError) as error:
        stop(WRONG, f"{path}: {error}")
    except Unusable as error:
        stop(WRONG, str(error))
    except NotStanding as error:
        stop(NOT_ALL, str(error))
    if as_json:
        print_json(done.as_dict())
    else:
        print_lines(done.lines())
    for line in done.complaints():
        click.echo(line, err=True)
    stop(done.exit_code)
