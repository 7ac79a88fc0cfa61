"""Looking on: what a run would do, what is stale, and where things come from."""

from pathlib import Path

import click

from pipeline.commands.base import (
    DONE,
    NOT_ALL,
    WRONG,
    json_option,
    paths_argument,
    print_json,
    print_lines,
    stop,
    store_options,
)


@click.command(epilog="Example: gleaner plan raw/documents/nist")
@paths_argument
@store_options
@json_option
def plan(paths: tuple[Path, ...], raw: Path, extracted: Path, as_json: bool) -> None:
    """Say what a run would do, and why, document by document."""
    from pipeline.run.status import plan_lines, planned
    from pipeline.store import Store, UnknownPath

    try:
        found = planned(Store(raw, extracted), paths)
    except UnknownPath as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(found.as_dict())
    else:
        print_lines(plan_lines(found))


@click.command(epilog="Example: gleaner status --json")
@click.option("--prometheus", is_flag=True, help="Print it, and the last run, for Prometheus.")
@store_options
@json_option
def status(prometheus: bool, raw: Path, extracted: Path, as_json: bool) -> None:
    """Say what is stale, what was set aside, and what waits for a curator.

    Exits 1 when the last refresh on a timer is longer ago than its schedule allows.
    """
    from pipeline.run.status import looked_at, status_lines
    from pipeline.store import Store

    found = looked_at(Store(raw, extracted))
    if prometheus:
        try:
            from pipeline.run.prometheus import exposition
        except ModuleNotFoundError:
            stop(WRONG, "This needs prometheus-client: pip install 'gleaner[cluster]'")
        click.echo(exposition(found, Store(raw, extracted)), nl=False)
    elif as_json:
        print_json(found.counts())
    else:
        print_lines(status_lines(found))
    stop(NOT_ALL if found.overdue else DONE, found.overdue)


@click.command(epilog="Example: gleaner explain raw/documents/nist/NIST.AI.600-1.pdf")
@click.argument("what", metavar="ID-or-PATH")
@store_options
@json_option
def explain(what: str, raw: Path, extracted: Path, as_json: bool) -> None:
    """Say where each field of a record comes from, or why a document was or was not redone."""
    from pipeline.run.explain import Unknown
    from pipeline.run.explain import explain as explained
    from pipeline.store import Store, UnknownPath

    try:
        found = explained(Store(raw, extracted), what)
    except (Unknown, UnknownPath) as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(found.data)
    else:
        print_lines(found.lines)
