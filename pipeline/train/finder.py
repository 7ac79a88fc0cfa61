"""The weights by which sentences are judged, learnt from documents in which measures are marked.

python -m pipeline.train.finder --gold GOLD ... --documents FOLDER ... [--coded FOLDER] [--evaluate]
"""

from pathlib import Path

import click

from pipeline.rule import load_rules
from pipeline.segment.judge import FILE
from pipeline.train.logistic import fit, to_json
from pipeline.train.published import published
from pipeline.train.taught import marked, taught
from pipeline.train.unseen import lines


@click.command()
@click.option("--gold", multiple=True, type=click.Path(path_type=Path), help="Gold (repeatable).")
@click.option(
    "--documents",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder of its documents (repeatable).",
)
@click.option(
    "--coded", type=click.Path(path_type=Path), help="A folder of published measures and risks."
)
@click.option("--out", type=click.Path(path_type=Path), default=FILE, help="The file to write.")
@click.option("--evaluate", is_flag=True, help="Write nothing, print scores on what is left out.")
def main(
    gold: tuple[Path, ...],
    documents: tuple[Path, ...],
    coded: Path | None,
    out: Path,
    evaluate: bool,
) -> None:
    """Learn from marked documents."""
    rules = load_rules()
    try:
        read = list(marked(gold, documents))
        known = list(published(coded, rules)) if coded else []
    except (OSError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    learnt = {one.gold.document: list(taught(*one, rules)) for one in read}
    if evaluate:
        for line in lines(read, learnt, known, rules):
            click.echo(line)
        return
    weights = fit([*(one for found in learnt.values() for one in found), *known])
    sources = {one.document for one in known}
    out.write_text(to_json(weights, [*learnt, *sources]), encoding="utf-8")
    click.echo(f"wrote {out} ({len(weights):,} features)")


if __name__ == "__main__":
    main()
