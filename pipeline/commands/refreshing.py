"""Refreshing: sources to raw/, what changed between runs, and a timer that does it for years."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.base import (
    DONE,
    LOCKED,
    NOT_ALL,
    WRONG,
    complain,
    json_option,
    limit_options,
    print_json,
    print_lines,
    progress,
    stop,
    store_options,
)

if TYPE_CHECKING:
    from pipeline.run.fetching import Asked

_KINDS = ("pdf", "html", "mhtml", "markdown", "table", "xlsx", "text")


@click.group(epilog="Example: gleaner sources list")
def sources() -> None:
    """What is fetched from where: raw/sources.toml."""


@sources.command(epilog="Example: gleaner sources add https://example.org/plan.pdf --every monthly")
@click.argument("url")
@click.option("--file", metavar="NAME", help="The file under raw/documents  [default: from URL]")
@click.option("--kind", type=click.Choice(_KINDS), help="What must come  [default: by its ending]")
@click.option("--every", metavar="TIME", help='daily, monthly, "3 days" ...  [default: weekly]')
@click.option("--licence", metavar="NOTE", help="Under which licence it is.")
@click.option("--private", is_flag=True, help="Its address is one of this network.")
@store_options
@json_option
def add(url: str, raw: Path, extracted: Path, as_json: bool, **settings: Any) -> None:
    """Add a source."""
    from pipeline.run.sources import BadSources, added
    from pipeline.store import Store

    file = settings.pop("file") or ""
    try:
        one = added(Store(raw, extracted), url, file, **settings)
    except BadSources as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(one.model_dump())
    else:
        click.echo(f"{one.file} will be fetched {one.every}. Now: gleaner fetch")


@sources.command("list", epilog="Example: gleaner sources list --json")
@store_options
@json_option
def list_(raw: Path, extracted: Path, as_json: bool) -> None:
    """Say what is fetched, what came of it the last time, and what is due."""
    from pipeline.run.fetching import source_lines, sources_as_dicts
    from pipeline.run.sources import BadSources
    from pipeline.store import Store

    try:
        if as_json:
            print_json({"sources": sources_as_dicts(Store(raw, extracted))})
        else:
            print_lines(source_lines(Store(raw, extracted)))
    except BadSources as error:
        stop(WRONG, str(error))


@sources.command(epilog="Example: gleaner sources check")
@store_options
@json_option
def check(raw: Path, extracted: Path, as_json: bool) -> None:
    """Say what is wrong or doubtful in the list, without asking anybody; exits 1 if anything is."""
    from pipeline.run.sources import BadSources, doubts, load_sources
    from pipeline.store import Store

    try:
        found = [*doubts(load_sources(Store(raw, extracted)))]
    except BadSources as error:
        stop(WRONG, str(error))
    if as_json:
        print_json({"doubts": found})
    stop(NOT_ALL if found else DONE, "" if as_json else "\n".join(found))


@click.command(epilog="Example: gleaner fetch agency/plan.pdf")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--force", is_flag=True, help="Ask for what is not due, too.")
@click.option("--wait", type=click.FloatRange(min=0), default=0, metavar="S", help="For the lock.")
@store_options
@json_option
def fetch(
    files: tuple[str, ...], force: bool, wait: float, raw: Path, extracted: Path, as_json: bool
) -> None:
    """Fetch the sources that are due, or those of FILE: the only command that needs a network.

    What came before is kept in raw/versions. Nothing is fetched against a robots.txt, from a
    private address that was not allowed, or through a login or cookie wall.
    """
    from pipeline.run.lock import Locked
    from pipeline.run.refresh import fetch as fetch_alone
    from pipeline.run.refresh import fetching_in_words
    from pipeline.run.sources import BadSources
    from pipeline.store import Store

    try:
        done = fetch_alone(Store(raw, extracted), _tell, files, force, wait)
    except Locked as error:
        stop(LOCKED, str(error))
    except BadSources as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(done.as_dict())
    else:
        click.echo(fetching_in_words(done))
    stop(done.exit_code)


@click.command(epilog="Example: gleaner refresh --every daily --skip-if-running")
@click.option("--every", default="", metavar="TIME", help="How often the timer runs this.")
@click.option("--skip-if-running", is_flag=True, help="Exit 0 when another run is at work.")
@click.option(
    "--ping", metavar="URL", envvar="GLEANER_PING", help="Call it when all was gone through."
)
@store_options
@limit_options
@json_option
def refresh(
    every: str,
    skip_if_running: bool,
    ping: str | None,
    raw: Path,
    extracted: Path,
    engine: str,
    jobs: int | None,
    limit_seconds: float,
    limit_memory: int,
    force: bool,
    retry: tuple[str, ...],
    wait: float,
    as_json: bool,
) -> None:
    """Fetch what is due, read what is not fresh, merge decisions, and say what changed and why."""
    from pipeline.run.engine import LostEngine, UnusableEngine
    from pipeline.run.every import interval
    from pipeline.run.extract import UnusableKnowledge
    from pipeline.run.fresh import Wanted
    from pipeline.run.limits import Limits
    from pipeline.run.lock import Locked
    from pipeline.run.refresh import ping as call
    from pipeline.run.refresh import refresh as run
    from pipeline.run.refresh import refresh_lines
    from pipeline.run.request import NothingToRead, Request
    from pipeline.run.show import complaints
    from pipeline.run.sources import BadSources
    from pipeline.store import Store

    store = Store(raw, extracted)
    wanted = Wanted(limits=Limits(limit_seconds, limit_memory), force=force, retry=retry)
    request = Request(store, wanted, jobs=jobs, wait=wait, engine=engine)
    try:
        if every:
            interval(every)
        done = run(request, every, _tell, progress())
    except Locked as error:
        stop(DONE if skip_if_running else LOCKED, str(error))
    except LostEngine as error:
        stop(NOT_ALL, str(error))
    except (BadSources, NothingToRead, UnusableKnowledge, UnusableEngine, ValueError) as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(done.as_dict())
    else:
        print_lines(refresh_lines(done))
    for line in complaints(done.report) if done.report else ():
        complain(line)
    if ping and done.report and not done.report.interrupted and (wrong := call(store, ping)):
        complain(wrong)
    stop(done.exit_code)


@click.command(epilog="Example: gleaner diff --page changes.html")
@click.argument("before", metavar="[RUN", required=False)
@click.argument("after", metavar="RUN]", required=False)
@click.option(
    "--page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to look at."
)
@store_options
@json_option
def diff(
    before: str | None,
    after: str | None,
    page: Path | None,
    raw: Path,
    extracted: Path,
    as_json: bool,
) -> None:
    """Say how two runs differ, record by record, and because of what.

    RUN is the id of a run, the beginning of one, or `latest`. Without any it is the last run and
    the one before; with one, that run and the last.
    """
    from pipeline.run.archive import UnknownRun
    from pipeline.run.difference_show import difference_lines, write_difference
    from pipeline.run.refresh import difference_of
    from pipeline.store import Store

    try:
        found = difference_of(Store(raw, extracted), before, after)
    except UnknownRun as error:
        stop(WRONG, str(error))
    if page:
        write_difference(found, page)
    if as_json:
        print_json(found.as_dict())
    else:
        print_lines(difference_lines(found))


@click.command(epilog="Example: gleaner schedule --every daily --systemd --out timer")
@click.option("--every", default="daily", show_default=True, metavar="TIME", help="How often.")
@click.option("--systemd", "kind", flag_value="systemd", default=True, help="A service and timer.")
@click.option("--cron", "kind", flag_value="cron", help="A line for a crontab.")
@click.option("--github", "kind", flag_value="github", help="A workflow of GitHub Actions.")
@click.option("--ping", default="", metavar="URL", help="Call it whenever a refresh has ended.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files into this folder instead of printing them.",
)
@store_options
@json_option
def schedule(
    every: str,
    kind: str,
    ping: str,
    out: Path | None,
    raw: Path,
    extracted: Path,
    as_json: bool,
) -> None:
    """Write what makes `gleaner refresh` run on a timer in this folder."""
    from pipeline.run.schedule import Unusable, write_schedule
    from pipeline.run.schedule import schedule as files_for
    from pipeline.store import Store

    try:
        files = files_for(kind, Store(raw, extracted), every, ping)
    except Unusable as error:
        stop(WRONG, str(error))
    written = write_schedule(files, out) if out else []
    if as_json:
        print_json({"files": files, "written": [*map(str, written)]})
    elif out:
        print_lines(map(str, written))
    else:
        print_lines(f"# {name}\n{text}" for name, text in files.items())


def _tell(asked: "Asked") -> None:
    from pipeline.run.show import printable

    complain(printable(asked.line), "info")
