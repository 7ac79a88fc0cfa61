"""Reviewing: the desk, who may decide at it, and decisions from files."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.applying import apply
from pipeline.commands.base import (
    DONE,
    NOT_ALL,
    WRONG,
    json_option,
    paths_argument,
    print_json,
    print_lines,
    raw_option,
    stop,
    store_options,
)

if TYPE_CHECKING:
    import socket

    from pipeline.desk.settings import Settings, Trust
    from pipeline.store import Store

PORT = 8765


@click.group(invoke_without_command=True, epilog="Example: gleaner review --curator ada")
@click.option(
    "--port", type=click.IntRange(1, 65535), help=f"Where  [default: {PORT}, or a free one]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--curator", metavar="NAME", help="Under which name you decide  [default: who you are]"
)
@click.option("--decisions", metavar="URL", help="Another database of decisions (PostgreSQL, say).")
@click.option("--address", default="", metavar="URL", help="How browsers reach it through a proxy.")
@click.option(
    "--trust-header", metavar="NAME", help="The header in which a proxy says who is there."
)
@click.option(
    "--trust-from",
    multiple=True,
    metavar="NETWORK",
    help="Where that proxy is (repeatable)  [default: 127.0.0.1]",
)
@click.option(
    "--index",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="GLEANER_INDEX",
    metavar="FILE",
    help="Where the index of records lies: on a disk of this machine  [default: in extracted]",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@store_options
@json_option
@click.pass_context
def review(
    context: click.Context,
    raw: Path,
    extracted: Path,
    port: int | None,
    host: str,
    curator: str | None,
    decisions: str | None,
    address: str,
    trust_header: str | None,
    trust_from: tuple[str, ...],
    index: Path | None,
    no_browser: bool,
    as_json: bool,
) -> None:
    """Open the desk, where curators decide; with --json only say how much waits.

    You come in with a code that works once. Served to a team, curators come in with passwords
    (`gleaner review curators add`), or a proxy says who they are (--trust-header).
    """
    if context.invoked_subcommand is not None:
        return
    from pipeline.store import Store

    store = Store(raw, extracted)
    if as_json:
        print_json(_waiting(store, decisions))
        return
    listening = _listening(host, port)
    from pipeline.desk.curators import BadCurator, Curators
    from pipeline.desk.serve import Refused, check
    from pipeline.desk.settings import Settings
    from pipeline.run.state import lies_at

    try:
        named = bool(Curators(store.raw).names())
        trust = _trust(trust_header, trust_from)
        if curator and (named or trust):
            raise Refused("Curators say who they are when they come in: leave --curator out.")
        settings = Settings(
            store=store,
            curator=None if named or trust else _who(curator),
            decisions=decisions,
            host=host,
            port=listening.getsockname()[1],
            address=address,
            trust=trust,
            index=index,
            metrics_token=os.environ.get("GLEANER_METRICS_TOKEN", ""),
            lies_at=partial(lies_at, store),
        )
        check(settings, named)
    except (BadCurator, Refused, ValueError) as error:
        stop(WRONG, str(error))
    _serve(settings, listening, not no_browser)


def _serve(settings: Settings, listening: socket.socket, browser: bool) -> None:
    from contextlib import suppress

    from pipeline.desk.app import close_app, create_app
    from pipeline.desk.serve import opened, server_of

    def said(code: str) -> None:
        click.echo(f"Someone came in. The next code: {code}")

    app = create_app(settings, said, _told)
    url = settings.origins[0]
    click.echo(f"The desk is at {url} (Ctrl-C closes it).")
    if settings.curator:
        code = app.state.door.code.now
        click.echo(f"You decide as {settings.curator}. To come in, give this code: {code}")
        if browser:
            opened(f"{url}/enter#{code}")
    try:
        with suppress(KeyboardInterrupt):
            server_of(app, settings).run([listening])
    finally:
        close_app(app)


def _told(found: Any) -> None:
    """A line of progress while records are indexed."""
    import sys

    if found.done % 20 == 0 and sys.stderr.isatty():
        click.echo(
            f"\rIndexing: document {found.done + 1:,} of {found.total:,}", err=True, nl=False
        )
        if found.done + 20 >= found.total:
            click.echo("\r\x1b[K", err=True, nl=False)


def _listening(host: str, port: int | None) -> socket.socket:
    import errno
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, PORT if port is None else port), family=family)
    except OSError as error:
        if port is None:
            return _listening(host, 0)  # a free one
        if error.errno == errno.EADDRINUSE:
            said = f"Port {port} is in use, perhaps by another desk."
            stop(WRONG, f"{said} Give another --port, or none: then a free one is taken.")
        reason = str(error.strerror).partition(" (")[0]  # Python adds how it asked
        at = f"{host}, port {port}" if port else host
        stop(WRONG, f"The desk cannot be at {at}: {reason}. Give another --host or --port.")


def _who(curator: str | None) -> str:
    import getpass
    import re

    from pipeline.desk.curators import NAME, BadCurator

    if curator is None:
        try:
            curator = re.sub(r"[^a-z0-9._-]", "", getpass.getuser().lower())[:64]
        except (KeyError, OSError):  # a user that the system has no name for
            curator = ""
        return curator if NAME.fullmatch(curator) else "curator"
    if not NAME.fullmatch(curator):
        raise BadCurator(f"{curator!r} cannot be a name: use a-z, 0-9, dot, hyphen, up to 64.")
    return curator


def _trust(header: str | None, networks: tuple[str, ...]) -> Trust | None:
    from ipaddress import ip_network

    from pipeline.desk.settings import Trust

    if header is None:
        return None
    for network in networks:
        ip_network(network)  # a ValueError says what is wrong with it
    return Trust(header, networks or ("127.0.0.1", "::1"))


def _waiting(store: Store, decisions: str | None) -> dict[str, Any]:
    from pipeline.desk.app import waiting
    from pipeline.run.report import LATEST

    latest = store.runs / LATEST
    return {**waiting(store, decisions), "page": str(latest) if latest.is_file() else None}


@review.command(epilog="Example: gleaner review assign raw/documents/nist --coder ada --coder ben")
@paths_argument
@click.option(
    "--mode",
    type=click.Choice(["open", "anchored", "blind"]),
    default="blind",
    show_default=True,
    help="open: one answer; anchored: each coder alone; blind: and without suggestions.",
)
@click.option("--coder", "coders", multiple=True, metavar="NAME", help="Who codes (repeatable).")
@click.option("--adjudicator", metavar="NAME", help="Who settles where they differ.")
@click.option("--curator", metavar="NAME", help="Who says so  [default: who you are]")
@store_options
@json_option
def assign(
    paths: tuple[Path, ...],
    mode: str,
    coders: tuple[str, ...],
    adjudicator: str | None,
    curator: str | None,
    raw: Path,
    extracted: Path,
    as_json: bool,
) -> None:
    """Say how documents are coded, and by whom: PATHs, or all that have records."""
    from pydantic import ValidationError

    from pipeline.desk.curators import BadCurator
    from pipeline.desk.library import assigned
    from pipeline.model import Coding
    from pipeline.store import Store, UnknownPath

    if mode != "open" and len(set(coders)) < 2:
        stop(WRONG, "Two coders or more are needed to code apart: --coder ada --coder ben")
    try:
        wanted = {"mode": mode, "coders": tuple(sorted(set(coders))), "adjudicator": adjudicator}
        coding = Coding.model_validate(wanted)
        names = assigned(Store(raw, extracted), paths, coding, _who(curator))
    except ValidationError:
        stop(WRONG, "A name of a curator has a-z, 0-9, dot, hyphen, up to 64.")
    except (BadCurator, UnknownPath) as error:
        stop(WRONG, str(error))
    if as_json:
        print_json({"documents": names, "coding": coding.model_dump(mode="json")})
    else:
        who = f" by {', '.join(coding.coders)}" if coding.coders else ""
        print_lines(f"{name}: {mode}{who}" for name in names)
    stop(DONE if names else NOT_ALL, "" if names else "No document there has records.")


@review.group(epilog="Example: gleaner review curators list")
def curators() -> None:
    """Who may come in with a password, where the desk is served to a team."""


@curators.command(epilog="Example: gleaner review curators add ada")
@click.argument("name")
@raw_option
@json_option
def add(name: str, raw: Path, as_json: bool) -> None:
    """Add a curator, or give one a new password; it is asked for, and kept as a hash alone."""
    from pipeline.desk.curators import BadCurator, Curators

    password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    try:
        known = Curators(raw.absolute()).add(name, password)
    except BadCurator as error:
        stop(WRONG, str(error))
    if as_json:
        print_json({"curator": name, "new": not known})
    else:
        click.echo(f"{name} has a new password." if known else f"{name} may come in now.")


@curators.command("list", epilog="Example: gleaner review curators list")
@raw_option
@json_option
def list_(raw: Path, as_json: bool) -> None:
    """Name those who may come in with a password."""
    from pipeline.desk.curators import BadCurator, Curators

    try:
        names = Curators(raw.absolute()).names()
    except BadCurator as error:
        stop(WRONG, str(error))
    if as_json:
        print_json({"curators": names})
    else:
        print_lines(names or ["Nobody yet: whoever opens the desk comes in with its code."])


review.add_command(apply)
