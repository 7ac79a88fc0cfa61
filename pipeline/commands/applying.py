"""Reading a hand-edited copy of a file of records back as decisions."""

from pathlib import Path

import click

from pipeline.commands.base import (
    WRONG,
    Existing,
    json_option,
    print_json,
    print_lines,
    stop,
    store_options,
)


@click.command(epilog="Example: gleaner review apply copy.json --curator ada --dry-run")
@click.argument("file", type=Existing(path_type=Path, dir_okay=False))
@click.option("--curator", metavar="NAME", required=True, help="Under which name you decide.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be decided.")
@store_options
@json_option
def apply(
    file: Path, curator: str, dry_run: bool, raw: Path, extracted: Path, as_json: bool
) -> None:
    """Decide what FILE says, a copy of a file in 3-records or 4-reviewed that you edited.

    Values that you changed are decided so, records that you took out are rejected, and records
    that you put in are added. What the extractor changed since you made the copy is refused.
    """
    from pydantic import TypeAdapter, ValidationError

    from pipeline.model.decision import CuratorName
    from pipeline.review.lined import BadFile
    from pipeline.run.applying import apply as applied
    from pipeline.run.wording import Refused
    from pipeline.store import Store
    from pipeline.store.layout import UnusableDecisions

    try:
        TypeAdapter(CuratorName).validate_python(curator)
        done = applied(Store(raw, extracted), file, curator, dry_run)
    except ValidationError:
        stop(WRONG, f"{curator!r} is no name: small letters, digits, dots and hyphens.")
    except (BadFile, Refused, UnusableDecisions) as error:
        stop(WRONG, f"{file}: {error}")
    if as_json:
        print_json(done.as_dict())
    else:
        print_lines(done.lines())
    stop(done.exit_code, "\n".join(done.complaints()))
