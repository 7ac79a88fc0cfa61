"""Exporting: records to the formats of others."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pipeline.commands.base import (
    DONE,
    NOT_ALL,
    WRONG,
    Command,
    Place,
    json_option,
    print_json,
    print_lines,
    stop,
    store_options,
)

if TYPE_CHECKING:
    from pipeline.store import Store


class Format(click.ParamType[str]):
    """The name of a format; they are looked for only when one is named.

    `back`: only those that can be read again. Airtable is one by its API.
    """

    name = "FORMAT"

    def __init__(self, back: bool) -> None:
        self.back = back

    def known(self) -> dict[str, str]:
        """The names of the formats, with what each is."""
        from pipeline.export import comes_back, formats

        return {
            name: (module.__doc__ or "").partition("\n")[0]
            for name, module in formats().items()
            if not self.back or comes_back(module) or name == "airtable"
        }

    def convert(self, value: str, param: Any, ctx: Any) -> str:
        """Check the name."""
        if value not in self.known():
            self.fail(f"there is no format {value!r}; there are {', '.join(self.known())}.")
        return value


class WithFormats(click.Command):
    """A command whose help lists the formats."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the formats."""
        super().format_options(ctx, formatter)
        for param in self.params:
            if isinstance(param.type, Format):
                with formatter.section("Formats"):
                    formatter.write_dl([*param.type.known().items()])


def airtable_options(command: Command) -> Command:
    """The options by which a base is named."""
    for option in (
        click.option("--url", metavar="URL", help="airtable: another address than Airtable's."),
        click.option("--sources", metavar="TABLE", help="airtable: of sources  [Sources]"),
        click.option("--table", metavar="TABLE", help="airtable: of records  [Mitigations]"),
        click.option("--base", metavar="ID", help="airtable: the base, through its API."),
    ):
        command = option(command)
    return command


def where_of(options: dict[str, Any]) -> Any:
    """The base that the options name; None without --base, which the others need."""
    given = {name: value for name, value in options.items() if value is not None}
    if not given:
        return None
    if "base" not in given:
        stop(WRONG, "--table, --sources and --url belong to --base.")
    from pipeline.run.airtable import Where

    names = {"table": "mitigations"}
    return Where(**{names.get(key, key): value for key, value in given.items()})


def not_installed(error: ModuleNotFoundError) -> NoReturn:
    """Say which library a format lacks."""
    if error.name is None or error.name.partition(".")[0] == "pipeline":
        raise error
    stop(WRONG, f"This format needs {error.name}: pip install 'gleaner[export]'")


@click.command(cls=WithFormats, epilog="Example: gleaner export csv --reviewed --out records.csv")
@click.argument("format", metavar="FORMAT", type=Format(back=False))
@store_options
@click.option("--out", type=Place(path_type=Path), help="Where to  [default: 5-exports].")
@click.option(
    "--document",
    "paths",
    multiple=True,
    type=Place(path_type=Path),
    metavar="PATH",
    help="Only this document or folder (repeatable).",
)
@click.option("--reviewed", is_flag=True, help="A release: only what is decided, if all is.")
@click.option("--warn", is_flag=True, help="With --reviewed: release what is decided anyhow.")
@click.option("--all", "everything", is_flag=True, help="Rejected and duplicate records too.")
@click.option(
    "--profile",
    type=click.Choice(("flat", "tags", "nested")),
    default="flat",
    show_default=True,
    help="Tables: a row for each record or tag; parquet: lists in cells.",
)
@click.option("--bom", is_flag=True, help="csv: begin with the mark by which Excel knows UTF-8.")
@click.option(
    "--taxonomy", "taxonomies", multiple=True, metavar="ID", help="Only this one (repeatable)."
)
@click.option("--licence", default="", metavar="WORDS", help="release: under which it goes out.")
@airtable_options
@click.option("--dry-run", "dry", is_flag=True, help="airtable: only say what would change.")
@json_option
def export(
    format: str,
    raw: Path,
    extracted: Path,
    out: Path | None,
    paths: tuple[Path, ...],
    reviewed: bool,
    warn: bool,
    everything: bool,
    profile: Any,
    bom: bool,
    taxonomies: tuple[str, ...],
    licence: str,
    dry: bool,
    as_json: bool,
    **base: Any,
) -> None:
    """Write the records in a format of others: those that stand, each with its status.

    With --reviewed only what curators decided leaves, and nothing while required reviews or
    conflicts are open (exit code 1). With --base the rows go to Airtable, and the token is taken
    from the environment variable AIRTABLE_API_KEY.
    """
    from pipeline.export import Wanted
    from pipeline.run import exporting
    from pipeline.run.concepts import Unusable
    from pipeline.run.placing import NotOurs
    from pipeline.run.standing import NotStanding
    from pipeline.store import Store, UnknownPath

    reviewed = reviewed or format == "release"
    if reviewed and everything:
        stop(WRONG, "--reviewed and --all cannot go together.")
    if (dry or any(base.values())) and format != "airtable":
        stop(WRONG, "--base, --table, --sources, --url and --dry-run are for airtable.")
    store, wanted = Store(raw, extracted), Wanted(profile, bom, taxonomies, licence)
    choice = exporting.Choice.REVIEWED if reviewed else exporting.Choice.STANDING
    choice = exporting.Choice.ALL if everything else choice
    code = DONE
    try:
        waits = exporting.open_reviews(store, paths) if reviewed else {}
        if waits and not warn:
            _say_open(waits, "Nothing was exported: reviews are open (--warn exports the rest).")
            stop(NOT_ALL)
        where = where_of(base) if format == "airtable" else None
        if where or dry:
            code, result, lines = _to_airtable(store, where, choice, paths, dry)
        else:
            told = exporting.export(store, format, out, wanted, choice, paths)
            result, lines = told.as_dict(), [*told.lines()]
    except ModuleNotFoundError as error:
        not_installed(error)
    except (UnknownPath, Unusable, NotOurs) as error:
        stop(WRONG, str(error))
    except (exporting.NotExported, NotStanding) as error:
        stop(NOT_ALL, str(error))
    if as_json:
        print_json(result | {"open": waits})
    else:
        print_lines(lines)
    if waits:
        _say_open(waits, "Not in this release, for their reviews are open:")
    stop(code)


def _say_open(waits: dict[str, Any], head: str) -> None:
    from pipeline.run.exporting import open_lines

    click.echo(head, err=True)
    for line in open_lines(waits):
        click.echo(line, err=True)


def _to_airtable(
    store: "Store", where: Any, choice: Any, paths: tuple[Path, ...], dry: bool
) -> tuple[int, dict[str, Any], list[str]]:
    """Push rows; the exit code, and what to say."""
    from pipeline.run.airtable import Airtable
    from pipeline.run.airtable_api import NoAirtable
    from pipeline.run.exporting import Choice, corpus_of

    if where is None:
        stop(WRONG, "--dry-run needs --base.")
    every = corpus_of(store, paths, Choice.ALL) if choice is Choice.STANDING else None
    try:
        pushed = Airtable(store.raw, where).push(corpus_of(store, paths, choice), dry, every)
    except NoAirtable as error:
        stop(NOT_ALL, str(error))
    for cell in pushed.conflicts:
        click.echo(f"changed here and there: {cell}", err=True)
    shown = [*map(str, pushed.changed)] if dry else []
    return (
        NOT_ALL if pushed.conflicts else DONE,
        pushed.as_dict(),
        [*shown, *pushed.lines()],
    )
