"""`python -m pipeline.train`: makes the weights that are shipped, and says what they are worth."""

from pathlib import Path

import click

from pipeline.evaluate.coded import read_coded
from pipeline.lexicon import load_lexicons
from pipeline.tag.weights import FILE
from pipeline.taxonomy import load_taxonomies
from pipeline.train.coded_texts import REFERENCES, coded_texts, score_lines
from pipeline.train.make import make


@click.command()
@click.option(
    "--gold", type=click.Path(path_type=Path), default="../shared/gold", show_default=True
)
@click.option(
    "--references",
    type=click.Path(path_type=Path),
    default=REFERENCES,
    show_default=True,
    help="Codes of texts in the gold folder, half of them set apart.",
)
@click.option(
    "--coded",
    multiple=True,
    metavar="TAXONOMY=FILE",
    help="More coded texts, such as curators' decisions: a JSON list of name, description, code.",
)
@click.option("--out", type=click.Path(path_type=Path), default=FILE, help="The file to write.")
@click.option("--evaluate", is_flag=True, help="Write nothing, print scores on what is left out.")
@click.option("--curve", is_flag=True, help="With --evaluate: the learning curve too.")
def main(
    gold: Path, references: Path, coded: tuple[str, ...], out: Path, evaluate: bool, curve: bool
) -> None:
    """Learn from coded texts, for example: python -m pipeline.train --gold ../shared/gold"""
    taxonomies = load_taxonomies()
    try:
        texts = coded_texts(taxonomies, gold, references)
        for pair in coded:
            name, _, file = pair.partition("=")
            texts.many[name] = texts.many.get(name, []) + read_coded(Path(file), taxonomies[name])
    except (OSError, ValueError, KeyError) as error:
        raise click.UsageError(str(error)) from error
    if evaluate:
        for line in score_lines(taxonomies, texts, out, curve):
            click.echo(line)
        return
    weights = make(taxonomies, load_lexicons(taxonomies), texts.many, texts.few)
    out.write_bytes(weights.to_bytes())
    click.echo(f"wrote {out} ({out.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
