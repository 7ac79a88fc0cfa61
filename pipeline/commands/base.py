"""What commands share: how they end, how they print, and the options that they have in common."""

import signal
import sqlite3
import traceback
from collections import UserDict
from collections.abc import Callable, Iterable
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pipeline.store import (
    BadPlace,
    OnlyOnDisk,
    Remote,
    UnusableDecisions,
    json_parts,
    not_there,
    place,
    speaks_of_objects,
)

if TYPE_CHECKING:
    from pipeline.run.request import Progress

DONE, NOT_ALL, WRONG, LOCKED, FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130

Command = Callable[..., None]


class OnDemand(UserDict[str, Any]):
    """Commands by name: each is imported from its module when it is asked for.

    All of them take a tenth of the time that `gleaner status` takes.
    """

    def __getitem__(self, name: str) -> Any:
        module = import_module(f"pipeline.commands.{super().__getitem__(name)}")
        return getattr(module, f"{name}_" if iskeyword(name) else name)


class Gleaner(click.Group):
    """The commands, ending as others rely on: in an exit code and one plain line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of work, as `--help` shows them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the user can mend is said in a line, not in a traceback."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be ended like by Ctrl-C
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            stop(INTERRUPTED, "Interrupted.")
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            where = f" {error.filename}" if error.filename else ""
            far = "object store" if speaks_of_objects(f"{where}{error}") else "disk"
            what = "database" if where.startswith(" postgresql") else far
            stop(NOT_ALL, f"The {what} refuses{where}: {error.strerror or error}.")
        except sqlite3.OperationalError as error:
            stop(NOT_ALL, f"The state cannot be kept: {error}.")
        except (click.ClickException, click.exceptions.Exit):
            raise
        except UnusableDecisions as error:
            stop(WRONG, str(error))
        except OnlyOnDisk as error:
            stop(WRONG, f"{error} {far_commands()}")
        except Exception:  # noqa: BLE001  a script must not take a fault for "some set aside"
            complain(traceback.format_exc())
            stop(FAULT, "This is a fault of Gleaner. Nothing that was finished is lost.")


def stop(code: int, message: str = "") -> NoReturn:
    """End with an exit code, and say why on stderr."""
    if message:
        complain(message)
    raise SystemExit(code)


def complain(message: str, level: str = "error") -> None:
    """Say on stderr what is wrong: in a line for people, or in the log where that is JSON."""
    if in_json():
        import logging  # here, for it takes 10 ms, and `gleaner --help` logs nothing

        logging.getLogger("pipeline").log(logging.getLevelNamesMapping()[level.upper()], message)
    else:
        click.echo(message, err=True)


def in_json() -> bool:
    """Whether stderr is for lines of JSON alone."""
    context = click.get_current_context(silent=True)
    return context is not None and context.find_root().params.get("log_format") == "json"


def progress() -> "Progress":
    """Whoever watches a run: people on stderr, or the log alone."""
    import sys

    from pipeline.run.show import Unseen, progress_on

    return Unseen() if in_json() else progress_on(sys.stderr.isatty())


def print_json(data: Any) -> None:
    """Print what `--json` asks for."""
    for part in json_parts(data):
        click.echo(part, nl=False)


def print_lines(lines: Iterable[str]) -> None:
    """Print what people read."""
    for line in lines:
        click.echo(line)


FAR = ("extract", "ingest", "segment", "assemble", "plan", "status", "explain", "diff", "export")


def far_commands() -> str:
    """Which commands work with object stores, as a sentence."""
    return f"With URLs work: {', '.join(FAR)}."


class Place(click.Path):
    """A path, or the URL of a place in an object store where the command works with such."""

    def convert(self, value: Any, param: Any, ctx: click.Context | None) -> Any:
        """The path that is meant."""
        if not isinstance(value, str) or "://" not in value:
            return super().convert(value, param, ctx)
        try:
            meant = place(value)
        except BadPlace as error:
            self.fail(str(error), param, ctx)
        if isinstance(meant, Remote) and meant.parts[0] == "memory:":
            self.fail(f"{value} would be gone when the process ends.", param, ctx)
        inner = ctx
        while inner and inner.parent and inner.parent.parent:
            inner = inner.parent
        if isinstance(meant, Remote) and inner and inner.info_name not in FAR:
            self.fail(f"{inner.info_name} needs folders of a disk. {far_commands()}", param, ctx)
        return meant


class Existing(Place):
    """The path of a file or folder that must be there."""

    def convert(self, value: Any, param: Any, ctx: click.Context | None) -> Any:
        """The path that is meant."""
        path = super().convert(value, param, ctx)
        if not path.exists():
            stop(WRONG, str(not_there(path)))
        return path


def store_options(command: Command) -> Command:
    """The options of a command that looks into `raw/` and `extracted/`."""
    folder = Place(path_type=Path, file_okay=False)
    command = click.option(
        "--extracted", type=folder, default="extracted", show_default=True, help="What is made."
    )(command)
    return raw_option(command)


def raw_option(command: Command) -> Command:
    """The option of a command that looks into `raw/` alone."""
    folder = Place(path_type=Path, file_okay=False)
    return click.option(
        "--raw", type=folder, default="raw", show_default=True, help="The originals."
    )(command)


def limit_options(command: Command) -> Command:
    """The options of a command that takes documents through stages."""
    for option in (
        click.option(
            "--wait",
            type=click.FloatRange(min=0),
            default=0,
            metavar="S",
            help="Wait so long for another run to end.",
        ),
        click.option(
            "--retry",
            multiple=True,
            metavar="REASON",
            help="Try again what was not done for this reason (its code, or all; repeatable).",
        ),
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
        click.option(
            "--engine",
            default="local",
            show_default=True,
            metavar="WHERE",
            help="local, dask (workers here), or a Dask scheduler: tcp://HOST:8786.",
        ),
    ):
        command = option(command)
    return command


def paths_argument(command: Command) -> Command:
    """The documents and folders that a command is about."""
    path = Place(path_type=Path)
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=path)(command)


def json_option(command: Command) -> Command:
    """The option of a command whose answer a program may read: that is, of every command."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)
