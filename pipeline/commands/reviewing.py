"""Reviewing: what waits for a curator."""

from pathlib import Path

import click

from pipeline.commands.base import json_option, print_json, store_options


@click.command(epilog="Example: gleaner review")
@store_options
@json_option
def review(raw: Path, extracted: Path, as_json: bool) -> None:
    """Say how many records wait, and where the page of the last run is.

    Decisions cannot be taken here yet: the page shows what was read of each document.
    """
    from pipeline.run.status import waiting
    from pipeline.store import Store

    found = waiting(Store(raw, extracted))
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found['records']:,} records in {found['documents']:,} documents wait.")
        click.echo(f"The last run: {found['page']}" if found["page"] else "There was no run yet.")
