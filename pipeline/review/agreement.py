"""How far coders agree who decided alone: percent, Cohen's kappa, Krippendorff's alpha.

Alpha is the nominal one, for any number of coders and missing codings (Krippendorff 2011,
"Computing Krippendorff's Alpha-Reliability"); its interval is a bootstrap over the coded units.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from pipeline.model import Act, Codes, Decision, Frozen, Value
from pipeline.model.decision import CODING, DETAILS, TAGS, WHOLE
from pipeline.review.fields import order_of, says
from pipeline.review.standing import standing
from pipeline.taxonomy import Taxonomy

DRAWS = 2000
SEED = 20110125
LEVELS = (1, 2)
Unit = tuple[str, str]  # document and record
Ratings = dict[Unit, dict[str, str]]  # what each coder says of each unit


class Figure(Frozen):
    """The agreement on one field, over the units that two coders or more have coded.

    `branch` is empty for the field itself (of tags: the primary code), `level 1` for the codes at
    the top of the taxonomy, `level 2` for those below, or one such code: whether a record is in
    that branch. `percent` is the share of pairs of coders who say the same. `kappa` is for two
    coders. A figure is None where chance alone explains it: nobody used a second value. `low` and
    `high` are the 95 % interval of alpha.
    """

    field: str
    branch: str = ""
    coders: tuple[str, ...]
    units: int
    percent: float
    kappa: float | None
    alpha: float | None
    low: float | None
    high: float | None


class Agreement(Frozen):
    """The agreement of coders on all fields that at least two of them coded."""

    coders: tuple[str, ...]
    figures: tuple[Figure, ...]

    def lines(self) -> Iterator[str]:
        """The figures as a table."""
        if not self.figures:
            yield "No two coders have coded the same yet."
            return
        width = max(len(_named(figure)) for figure in self.figures)
        yield f"{'':<{width}}  units  percent  kappa  alpha  95 % interval"
        for one in self.figures:
            interval = f"{_shown(one.low)} to {_shown(one.high)}"
            yield (
                f"{_named(one):<{width}}  {one.units:>5}  {100 * one.percent:>6.1f}%"
                f"  {_shown(one.kappa):>5}  {_shown(one.alpha):>5}  {interval}"
            )


def agreement(decisions: Iterable[Decision], taxonomies: Mapping[str, Taxonomy]) -> Agreement:
    """The agreement in the decisions that coders took alone (role `coder`), of any documents.

    Of each coder the last standing decision on a field counts. Words agree when they are the same
    but for print, places when parent and headings do. On records as a whole, who decided on a
    field keeps the record.
    """
    ratings: dict[tuple[str, str], Ratings] = defaultdict(lambda: defaultdict(dict))
    for (unit, field, coder), decision in _last(decisions).items():
        if field == WHOLE:
            ratings[WHOLE, ""][unit][coder] = (
                "kept" if decision.act in _KEEPS else str(decision.act)
            )
            continue
        ratings[WHOLE, ""][unit].setdefault(coder, "kept")
        value = None if decision.act is Act.REJECT else decision.value
        for branch, answer in _answers(field, value, taxonomies):
            ratings[field, branch][unit][coder] = answer
    for (field, level), rated in list(ratings.items()):
        if level.startswith("level"):
            for branch in sorted({a for row in rated.values() for a in row.values()} - {""}):
                ratings[field, branch] = {
                    unit: {coder: str(answer == branch) for coder, answer in row.items()}
                    for unit, row in rated.items()
                }
    figures = (
        figure(field, branch, ratings[field, branch])
        for field, branch in sorted(ratings, key=_order)
    )
    found = tuple(one for one in figures if one)
    return Agreement(
        coders=tuple(sorted({coder for one in found for coder in one.coders})), figures=found
    )


_KEEPS = (Act.ADD, Act.SPLIT, Act.ACCEPT, Act.EDIT)


def _last(decisions: Iterable[Decision]) -> dict[tuple[Unit, str, str], Decision]:
    """The last standing decision of each coder on each field."""
    found: dict[tuple[Unit, str, str], Decision] = {}
    for one in standing(list(decisions)):
        if one.role != "coder" or one.field == CODING or one.act is Act.NOTE:
            continue
        unit = one.document, one.record
        if one.act is not Act.RESET:
            found[unit, one.field, one.curator] = one
        elif one.field == WHOLE:
            found = {k: v for k, v in found.items() if (k[0], k[2]) != (unit, one.curator)}
        else:
            found.pop((unit, one.field, one.curator), None)
    return found


def _answers(
    field: str, value: Value | None, taxonomies: Mapping[str, Taxonomy]
) -> Iterator[tuple[str, str]]:
    """What a value comes to, as a whole and at each level of its taxonomy."""
    if not field.startswith(TAGS):
        yield "", str(says(value))
        return
    code = value.primary if isinstance(value, Codes) else None
    yield "", code or ""
    taxonomy = taxonomies.get(field.removeprefix(TAGS))
    parents = {one.code: one.parent for one in taxonomy.concepts} if taxonomy else {}
    if not any(parents.values()):
        return  # one level: the codes themselves
    line = [code] if code else []
    while line and (parent := parents.get(line[0])):
        line.insert(0, parent)
    for level in LEVELS:
        yield f"level {level}", line[level - 1] if len(line) >= level else ""


def _order(key: tuple[str, str]) -> tuple[object, ...]:
    field, branch = key
    return (
        field != WHOLE,
        order_of(field),
        not branch.startswith("level") and branch != "",
        branch,
    )


def _named(figure: Figure) -> str:
    field = figure.field.removeprefix(TAGS).removeprefix(DETAILS)
    return f"{field} {figure.branch}".strip()


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


# --- the figures ----------------------------------------------------------------------------------


def figure(field: str, branch: str, ratings: Mapping[Unit, Mapping[str, str]]) -> Figure | None:
    """The figures of one table of ratings; None when no unit was coded twice."""
    rows = [ratings[unit] for unit in sorted(ratings) if len(ratings[unit]) > 1]
    if not rows:
        return None
    coders = tuple(sorted({coder for row in rows for coder in row}))
    alpha, low, high = krippendorff([list(row.values()) for row in rows])
    pairs = [a == b for row in rows for a, b in combinations(row.values(), 2)]
    both = [(row[coders[0]], row[coders[1]]) for row in rows] if len(coders) == 2 else []
    return Figure(
        field=field,
        branch=branch,
        coders=coders,
        units=len(rows),
        percent=round(sum(pairs) / len(pairs), 4),
        kappa=cohen(both) if both else None,
        alpha=alpha,
        low=low,
        high=high,
    )


def cohen(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two coders (Cohen 1960); None when both only ever said one thing."""
    total = len(pairs)
    observed = sum(a == b for a, b in pairs) / total
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(one[value] * other[value] for value in one) / total**2
    return None if expected == 1 else round((observed - expected) / (1 - expected), 4)


def krippendorff(
    units: Sequence[Sequence[str]], draws: int = DRAWS
) -> tuple[float | None, float | None, float | None]:
    """Nominal alpha of units with two ratings or more each, and its 95 % interval.

    The interval is that of alpha over units drawn anew with replacement (fixed seed); draws that
    meet one value only say nothing. None when there is only one value at all.
    """
    values = {value: at for at, value in enumerate(sorted({v for row in units for v in row}))}
    table = np.zeros((len(units), len(values)))
    for at, row in enumerate(units):
        np.add.at(table[at], [values[value] for value in row], 1)
    # Units that were rated alike are drawn together: there are few kinds of them.
    counts, times = np.unique(table, axis=0, return_counts=True)
    rated = counts.sum(axis=1)
    # Pairs in a unit that differ, each unit as heavy as its ratings.
    differ = (rated**2 - (counts**2).sum(axis=1)) / (rated - 1)
    drawn = np.random.default_rng(SEED).multinomial(len(units), times / len(units), size=draws)
    weights = np.vstack((times, drawn))
    total, by_value = weights @ rated, weights @ counts
    expected = (total**2 - (by_value**2).sum(axis=1)) / (total - 1)
    told = expected > 0
    if not told[0]:
        return None, None, None
    alphas = 1 - (weights @ differ)[told] / expected[told]
    low, high = np.percentile(alphas[1:], (2.5, 97.5)) if told.sum() > 1 else (alphas[0],) * 2
    return round(float(alphas[0]), 4), round(float(low), 4), round(float(high), 4)
