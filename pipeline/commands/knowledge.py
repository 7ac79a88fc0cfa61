"""What Gleaner knows, without a document: the tagger, the schema of records, the concepts."""

import sys
from pathlib import Path

import click

from pipeline.commands.base import (
    DONE,
    NOT_ALL,
    WRONG,
    Existing,
    json_option,
    print_json,
    print_lines,
    stop,
    store_options,
)


@click.command(epilog='Example: gleaner tag --taxonomy mitigation "Audit models before release."')
@click.argument("text", required=False)
@click.option("--jsonl", is_flag=True, help='Read lines of {"id", "name", "text"} on stdin.')
@click.option("--taxonomy", "ids", multiple=True, metavar="ID", help="Only this one (repeatable).")
@json_option
def tag(text: str | None, jsonl: bool, ids: tuple[str, ...], as_json: bool) -> None:
    """Tag texts, each with its concepts, their confidence and evidence: the tagger alone.

    The text is TEXT or, without it, all of stdin. With --jsonl each line of stdin is one text, and
    each line written its {"id", "tags", "issues"}.
    """
    from pipeline.run.concepts import Unusable
    from pipeline.run.tagging import tag_lines, tag_one, tag_text_lines

    if text is not None and (jsonl or not text.strip()):
        stop(WRONG, "TEXT is empty, or given beside --jsonl, which reads stdin.")
    if text is None and sys.stdin.isatty():
        stop(WRONG, 'There is no text: gleaner tag "..." or gleaner tag --jsonl < FILE')
    try:
        if jsonl:
            stop(tag_lines(sys.stdin.buffer, ids, click.echo))
        answer = tag_one(sys.stdin.read() if text is None else text, ids)
    except Unusable as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(answer)
    else:
        print_lines(tag_text_lines(answer))


@click.command(epilog="Example: gleaner schema > records.schema.json")
@json_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of a file of records (always as JSON)."""
    from pipeline.model import RecordFile

    print_json(RecordFile.model_json_schema(by_alias=True, mode="serialization"))


class _WithConcepts(click.Group):
    """A group that takes what is none of its commands for the ID of a taxonomy."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Begin with `show` what begins with no command."""
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_WithConcepts, epilog="Example: gleaner taxonomies lifecycle")
def taxonomies() -> None:
    """Print the taxonomies, or the concepts of one (ID); check and compare them."""


@taxonomies.command(epilog="Example: gleaner taxonomies lifecycle")
@click.argument("identifier", metavar="[ID]", required=False)
@json_option
def show(identifier: str | None, as_json: bool) -> None:
    """Print the taxonomies, or the concepts of one (the word `show` may be left out)."""
    from pipeline.run.concepts import Unusable, concept_lines, known_taxonomies, taxonomy_lines

    try:
        found = known_taxonomies((identifier,) if identifier else ())
    except Unusable as error:
        stop(WRONG, str(error))
    if as_json:
        every = {one.id: one.model_dump(mode="json", by_alias=True) for one in found.values()}
        print_json(every[identifier] if identifier else {"taxonomies": [*every.values()]})
    elif identifier:
        print_lines(concept_lines(found[identifier]))
    else:
        print_lines(taxonomy_lines(found))


@taxonomies.command(epilog="Example: gleaner taxonomies check")
@json_option
def check(as_json: bool) -> None:
    """Name what is thin or doubtful in the taxonomies; exit code 1 if anything is."""
    from pipeline.run.concepts import Unusable, check_lines

    try:
        doubts = [*check_lines()]
    except Unusable as error:
        stop(WRONG, str(error))
    if as_json:
        print_json({"doubts": doubts})
    stop(NOT_ALL if doubts else DONE, "" if as_json else "\n".join(doubts))


@taxonomies.command(epilog="Example: gleaner taxonomies diff mitigation mitigation-next.toml")
@click.argument("old")
@click.argument("new")
@store_options
@click.option("--allow-reuse", "allowed", multiple=True, metavar="CODE", help="Let it mean more.")
@json_option
def diff(
    old: str, new: str, raw: Path, extracted: Path, allowed: tuple[str, ...], as_json: bool
) -> None:
    """Say what a NEW version of a taxonomy changes, and which records each change touches.

    OLD and NEW are files (TOML, CSV, SKOS in Turtle or JSON-LD) or IDs of taxonomies in use. A
    code that stands for something else in NEW is refused with exit code 1: records that have it
    would lie. Give the new concept a new code, or allow each such code.
    """
    from pipeline.run.concepts import Unusable
    from pipeline.run.retag import plan, taxonomy_at
    from pipeline.run.standing import NotStanding
    from pipeline.store import Store

    try:
        found = plan(Store(raw, extracted), taxonomy_at(old), taxonomy_at(new))
    except Unusable as error:
        stop(WRONG, str(error))
    except NotStanding as error:
        stop(NOT_ALL, str(error))
    reused = found.reused(allowed)
    if as_json:
        print_json(found.as_dict() | {"refused": reused})
    else:
        print_lines(found.lines())
    if reused:
        stop(NOT_ALL, f"Codes with another meaning: {', '.join(reused)} (--allow-reuse CODE).")


@taxonomies.command(epilog="Example: gleaner taxonomies crosswalk atlas.sssom.tsv")
@click.argument("file", required=False, type=Existing(path_type=Path, dir_okay=False))
@store_options
@json_option
def crosswalk(file: Path | None, raw: Path, extracted: Path, as_json: bool) -> None:
    """Hold crosswalks (SSSOM in TSV) against the tags: list the records that contradict them.

    Without FILE, those in use. Exit code 1 if there is a contradiction.
    """
    from pipeline.run.concepts import Unusable
    from pipeline.run.retag import crosswalk_lines, crosswalks_at
    from pipeline.run.standing import NotStanding
    from pipeline.store import Store

    try:
        found = [*crosswalk_lines(crosswalks_at(file), Store(raw, extracted))]
    except Unusable as error:
        stop(WRONG, str(error))
    except NotStanding as error:
        stop(NOT_ALL, str(error))
    if as_json:
        print_json({"contradictions": found})
    else:
        print_lines(f"{one['crosswalk']}: {one['message']}" for one in found)
    stop(NOT_ALL if found else DONE)
