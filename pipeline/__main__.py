"""The program `gleaner`: its commands, put together."""

import click

import pipeline
from pipeline.commands.base import Gleaner, OnDemand

# The commands in the order of work, with their modules: only that of the one asked for is imported.
_COMMANDS = {
    "extract": "reading",
    "ingest": "reading",
    "segment": "reading",
    "assemble": "reading",
    "sources": "refreshing",
    "fetch": "refreshing",
    "refresh": "refreshing",
    "diff": "refreshing",
    "schedule": "refreshing",
    "plan": "looking",
    "status": "looking",
    "explain": "looking",
    "review": "reviewing",
    "decisions": "deciding",
    "export": "exporting",
    "import": "importing",
    "tag": "knowledge",
    "schema": "knowledge",
    "taxonomies": "knowledge",
    "evaluate": "scoring",
}


def _print_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"gleaner {pipeline.__version__}")
        context.exit()


@click.group(
    cls=Gleaner,
    commands=OnDemand(_COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: gleaner extract raw/documents/nist",
)
@click.option(
    *("--version", "version"),
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    envvar="GLEANER_LOG_FORMAT",
    help="What stderr is for: people, or lines of JSON with run and document.",
)
def main(log_format: str) -> None:
    """Read documents on AI risk, and write a record of every measure that they propose.

    Exit codes: 0 all is done; 1 done, but documents were set aside or a gate failed; 2 the request
    is wrong; 3 another run is at work; 70 a fault of Gleaner; 130 interrupted.
    """
    if log_format == "json":
        from pipeline.commands.logs import log_as_json

        log_as_json()


if __name__ == "__main__":
    main(prog_name="gleaner")
