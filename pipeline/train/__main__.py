"""`python -m pipeline.train`: makes the weights that are shipped, and says what they are worth."""

from pathlib import Path

import click

from pipeline.evaluate.coded import Coded, read_coded, read_references
from pipeline.lexicon import load_lexicons
from pipeline.tag.weights import FILE, load_weights
from pipeline.taxonomy import Taxonomy, load_taxonomies
from pipeline.train import report
from pipeline.train.make import make

# The coded texts that are published, by taxonomy.
_GOLD = {"mitigation-2025": "mitigations-2025.dev.csv", "risk": "risks.dev.json"}
# Coded by us, half of them to learn from, half set apart.
_REFERENCED = ("mitigation", "lifecycle", "actor", "rmf")


@click.command()
@click.option(
    "--gold", type=click.Path(path_type=Path), default="../shared/gold", show_default=True
)
@click.option(
    "--references",
    type=click.Path(path_type=Path),
    default="tests/gold/tags/own-150.json",
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
    lexicons = load_lexicons(taxonomies)
    try:
        texts = {name: read_coded(gold / file, taxonomies[name]) for name, file in _GOLD.items()}
        for pair in coded:
            name, _, file = pair.partition("=")
            texts[name] = texts.get(name, []) + read_coded(Path(file), taxonomies[name])
        few = _referenced(references, gold, taxonomies, apart=False)
        apart = _referenced(references, gold, taxonomies, apart=True)
    except (ValueError, KeyError) as error:
        raise click.UsageError(str(error)) from error
    if evaluate:
        for name, some in texts.items():
            lines = report.of_left_out(taxonomies[name], some, lexicons.get(name), curve)
            click.echo("\n".join(lines))
        for name, some in apart.items():
            lines = report.of_apart(taxonomies[name], some, lexicons, load_weights(out))
            click.echo("\n".join(lines))
        return
    out.write_bytes(make(taxonomies, lexicons, texts, few).to_bytes())
    click.echo(f"wrote {out} ({out.stat().st_size:,} bytes)")


def _referenced(
    file: Path, gold: Path, taxonomies: dict[str, Taxonomy], apart: bool
) -> dict[str, list[Coded]]:
    return {name: read_references(file, gold, taxonomies[name], apart) for name in _REFERENCED}


if __name__ == "__main__":
    main()
