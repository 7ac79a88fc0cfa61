"""The weights by which sentences are judged, learnt from documents in which measures are marked.

    python -m pipeline.train.finder --gold GOLD ... --documents FOLDER ... [--evaluate]

Logistic regression with a ridge, by Newton's method: the same documents give the same weights.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from pipeline.rule import load_rules
from pipeline.segment.judge import BIAS, FILE
from pipeline.train.taught import Example, marked, taught

_RIDGE = 4.0
_STEPS = 12
_TIMES, _DOCUMENTS = 6, 4  # a feature must be met so often, in so many documents
Floats = NDArray[np.float64]


def vocabulary(found: Sequence[Example]) -> list[str]:
    """The features that are met often enough, in enough documents."""
    times = Counter(name for one in found for name in one.features)
    documents: defaultdict[str, set[str]] = defaultdict(set)
    for one in found:
        for name in one.features:
            documents[name].add(one.document)
    return sorted(
        name
        for name, count in times.items()
        if count >= _TIMES and len(documents[name]) >= _DOCUMENTS
    )


def fit(found: Sequence[Example]) -> dict[str, float]:
    """The weight of each feature: its part of the log-odds that a sentence states a measure."""
    names = vocabulary(found)
    column = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(found), len(names)))
    for row, one in zip(rows, found, strict=True):
        for name, value in one.features.items():
            if name in column:
                row[column[name]] = value
    truth = np.array([one.states for one in found], float)
    ridge = np.array([1e-3 if name == BIAS else _RIDGE for name in names])
    weights = _newton(rows, truth, ridge)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def _newton(rows: Floats, truth: Floats, ridge: Floats) -> Floats:
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (chance - truth) + ridge * weights
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    return weights


def to_json(weights: Mapping[str, float], documents: Iterable[str]) -> str:
    """The file of weights: the same weights give the same bytes."""
    head = {"learnt_from": sorted(documents), "weights": dict(sorted(weights.items()))}
    return json.dumps(head, indent=1, ensure_ascii=False) + "\n"


@click.command()
@click.option("--gold", multiple=True, type=click.Path(path_type=Path), help="Gold (repeatable).")
@click.option(
    "--documents",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder of its documents (repeatable).",
)
@click.option("--out", type=click.Path(path_type=Path), default=FILE, help="The file to write.")
@click.option("--evaluate", is_flag=True, help="Write nothing, print scores on what is left out.")
def main(gold: tuple[Path, ...], documents: tuple[Path, ...], out: Path, evaluate: bool) -> None:
    """Learn from marked documents."""
    rules = load_rules()
    try:
        read = list(marked(gold, documents))
    except (OSError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    learnt = {one.gold.document: list(taught(*one, rules)) for one in read}
    if evaluate:
        from pipeline.train.unseen import lines

        for line in lines(read, learnt, rules):
            click.echo(line)
        return
    weights = fit([example for found in learnt.values() for example in found])
    out.write_text(to_json(weights, learnt), encoding="utf-8")
    click.echo(f"wrote {out} ({len(weights):,} features)")


if __name__ == "__main__":
    main()
