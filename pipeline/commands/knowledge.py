"""What Gleaner knows, without a document: the tagger, the schema of records, the concepts."""

import sys

import click

from pipeline.commands.base import DONE, NOT_ALL, WRONG, json_option, print_json, print_lines, stop


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


@click.command(epilog="Example: gleaner taxonomies lifecycle")
@click.argument("identifier", metavar="[ID]", required=False)
@json_option
def taxonomies(identifier: str | None, as_json: bool) -> None:
    """Print the taxonomies, or the concepts of one.

    The ID `check` names what is thin or doubtful in them instead, and exits 1 if anything is.
    """
    from pipeline.run.concepts import (
        Unusable,
        check_lines,
        concept_lines,
        known_taxonomies,
        taxonomy_lines,
    )

    try:
        if identifier == "check":
            doubts = [*check_lines()]
            if as_json:
                print_json({"doubts": doubts})
            stop(NOT_ALL if doubts else DONE, "" if as_json else "\n".join(doubts))
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
