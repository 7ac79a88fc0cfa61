"""Scoring: how well records, or the tagger, do against what people found."""

import sys
from pathlib import Path
from typing import Any

import click

from pipeline.commands.base import (
    DONE,
    LOCKED,
    WRONG,
    json_option,
    print_json,
    print_lines,
    stop,
    store_options,
)
from pipeline.commands.score_options import score_options


@click.command(
    epilog="Example: gleaner evaluate --gold tests/gold/survey-safety-practices.csv.json"
)
@score_options
@store_options
@json_option
def evaluate(as_json: bool, tags: Path | None, **options: Any) -> None:
    """Score records against gold: what was found, missed, split, merged, and is spurious."""
    if tags:
        stop(_tag_scores(tags, as_json))
    from pipeline.run.extract import UnusableKnowledge
    from pipeline.run.lock import Locked
    from pipeline.run.score_command import answer
    from pipeline.run.scoring import NoGold
    from pipeline.store import UnknownPath

    try:
        found = answer(**options, terminal=sys.stderr.isatty())
    except Locked as error:
        stop(LOCKED, str(error))
    except (NoGold, UnknownPath, UnusableKnowledge) as error:
        stop(WRONG, str(error))
    if as_json:
        print_json(found.data)
    else:
        print_lines(found.lines)
    stop(found.exit_code, "\n".join(found.said))


def _tag_scores(folder: Path, as_json: bool) -> int:
    from pipeline.taxonomy import load_taxonomies
    from pipeline.train.coded_texts import coded_texts, score_lines

    taxonomies = load_taxonomies()
    try:
        lines = score_lines(taxonomies, coded_texts(taxonomies, folder))
    except (OSError, ValueError) as error:
        stop(WRONG, f"There are no coded texts to score on: {error}")
    if as_json:
        print_json({"tags": [*lines]})
    else:
        print_lines(lines)
    return DONE
