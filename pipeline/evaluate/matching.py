"""Records against gold: which record answers which measure, and what became of all the others.

The measure of likeness is the token-sort ratio of folded texts: descriptions, or names where the
gold has no description. A pair matches strictly from 0.95 and softly from 0.80. Pairs are taken
best first; of equal ones the nearer in the document, then in reading order.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import product
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process

from pipeline.model import Frozen, Span
from pipeline.model.text import fold

STRICT, SOFT = 0.95, 0.80
# A text lies within another when this share of its runs of three words stands there too.
INSIDE, RUN = 0.80, 3


class Wanted(Frozen):
    """One measure as a person recorded it.

    What is None was not recorded and is not scored; an empty text says that there is none.
    A `borderline` measure is neither missed nor spurious. `half` is the half of a gold that is
    partly set apart; `way` how the document states it; `page` and `place` are where.
    """

    label: str | None = None
    name: str | None = None
    description: str | None = None
    rationale: str | None = None
    path: tuple[str, ...] | None = None
    way: str | None = None
    page: int | None = None
    place: Span | None = None
    borderline: bool = False
    half: Literal["tuned", "apart"] | None = None

    @property
    def words(self) -> str:
        """What it is matched by."""
        return (self.name or "") if self.description is None else self.description


class Found(Frozen):
    """One measure as the pipeline recorded it, reduced to what is compared."""

    id: str
    label: str = ""
    name: str = ""
    description: str = ""
    rationale: str = ""
    path: tuple[str, ...] = ()
    way: str = ""
    page: int | None = None
    place: Span | None = None

    @property
    def words(self) -> str:
        """What a person would read of it."""
        return self.description or self.name


class Fate(StrEnum):
    """What became of a gold measure or of a record; the better the later."""

    MISSED = "missed"  # no record answers the measure
    SPURIOUS = "spurious"  # no measure asks for the record
    SPLIT = "split"  # one measure, several records; each of these is a part of it
    MERGED = "merged"  # several measures, one record
    SOFT = "soft"
    STRICT = "strict"
    EXCUSED = "excused"  # borderline, or a record of what is
    ELSEWHERE = "elsewhere"  # in the half of the gold that is not scored now


class Standing(Frozen):
    """The fate of a measure (or record), and the records (or measures) that it has to do with.

    These are the match, the parts, or the whole; for what is missed or spurious it is the
    nearest. `likeness` is that of the first of them, `shared` the larger of the shares of the two
    texts that lie within the other.
    """

    fate: Fate
    others: tuple[int, ...]
    likeness: float
    shared: float = 0.0

    @property
    def matched(self) -> bool:
        """Whether it has a match of its own."""
        return self.fate in (Fate.STRICT, Fate.SOFT)


def alike(one: str, other: str) -> float:
    """The likeness of two texts, in [0, 1]; of an empty one with anything it is 0."""
    one, other = fold(one), fold(other)
    return fuzz.token_sort_ratio(one, other) / 100 if one and other else 0.0


def settle(
    wanted: Sequence[Wanted], found: Sequence[Found]
) -> tuple[list[Standing], list[Standing]]:
    """What became of each measure, and of each record."""
    by_measure = _Table.of(wanted, found)
    by_record = by_measure.turned(len(found))
    measures: dict[int, Standing] = {}
    records: dict[int, Standing] = {}
    for i, j in _match(wanted, found, by_measure.likeness):
        fate = Fate.STRICT if by_measure.likeness[i][j] >= STRICT else Fate.SOFT
        fate = Fate.EXCUSED if wanted[i].borderline else fate
        measures[i] = by_measure.standing(fate, i, (j,))
        records[j] = by_record.standing(fate, j, (i,))
    plain = [i for i, one in enumerate(wanted) if not one.borderline]
    for i in plain:
        parts = [j for j in range(len(found)) if by_record.inside[j][i] >= INSIDE]
        if len(parts) > 1:
            measures.setdefault(i, by_measure.standing(Fate.SPLIT, i, parts))
            for j in parts:
                records.setdefault(j, by_record.standing(Fate.SPLIT, j, (i,)))
    for j in range(len(found)):
        parts = [i for i in plain if by_measure.inside[i][j] >= INSIDE]
        if len(parts) > 1:
            records.setdefault(j, by_record.standing(Fate.MERGED, j, parts))
            for i in parts:
                measures.setdefault(i, by_measure.standing(Fate.MERGED, i, (j,)))
    for i, one in enumerate(wanted):
        fate = Fate.EXCUSED if one.borderline else Fate.MISSED
        measures.setdefault(i, by_measure.standing(fate, i, by_measure.nearest(i)))
    borderline = [i for i, one in enumerate(wanted) if one.borderline]
    for j in range(len(found)):
        excused = any(by_record.inside[j][i] >= INSIDE for i in borderline)
        fate = Fate.EXCUSED if excused else Fate.SPURIOUS
        records.setdefault(j, by_record.standing(fate, j, by_record.nearest(j)))
    return [measures[i] for i in range(len(wanted))], [records[j] for j in range(len(found))]


Shares = list[list[float]]


class _Table(NamedTuple):
    """For each text of one side (rows) and each of the other: likeness, and what lies within.

    `inside` is the share of the row's text that is in the column's, `around` the other way about.
    """

    likeness: Shares
    inside: Shares
    around: Shares

    @staticmethod
    def of(wanted: Sequence[Wanted], found: Sequence[Found]) -> "_Table":
        asked = [_runs(one.description or "") for one in wanted]
        had = [_runs(one.description) for one in found]
        return _Table(
            _likenesses(wanted, found),
            [[_inside(one, other) for other in had] for one in asked],
            [[_inside(other, one) for other in had] for one in asked],
        )

    def turned(self, columns: int) -> "_Table":
        """The same seen from the other side, of so many texts."""
        likeness, inside, around = ([[row[j] for row in t] for j in range(columns)] for t in self)
        return _Table(likeness, around, inside)

    def shared(self, row: int, column: int) -> float:
        """The larger share of the two texts that lies within the other."""
        return max(self.inside[row][column], self.around[row][column])

    def standing(self, fate: Fate, row: int, others: Sequence[int]) -> Standing:
        """The standing of a row towards the best of `others`, which comes first."""
        best = sorted(others, key=lambda other: (-self.likeness[row][other], other))
        return Standing(
            fate=fate,
            others=tuple(best),
            likeness=self.likeness[row][best[0]] if best else 0.0,
            shared=self.shared(row, best[0]) if best else 0.0,
        )

    def nearest(self, row: int) -> tuple[int, ...]:
        """The column with most in common, as one or none."""
        likeness = self.likeness[row]
        near = [max(likeness[other], self.shared(row, other)) for other in range(len(likeness))]
        best = max(range(len(near)), key=lambda o: (near[o], likeness[o], -o), default=None)
        return () if best is None or not near[best] else (best,)


def _likenesses(wanted: Sequence[Wanted], found: Sequence[Found]) -> list[list[float]]:
    texts = [fold(one.description) for one in found]
    names = [fold(one.name) for one in found]
    rows = []
    for one in wanted:
        own, others = fold(one.words), names if one.description is None else texts
        ratios = process.cdist([own], others, scorer=fuzz.token_sort_ratio)[0]
        rows.append([
            round(float(ratio) / 100, 4) if own and other else 0.0
            for ratio, other in zip(ratios, others, strict=True)
        ])  # fmt: skip
    return rows


def _match(
    wanted: Sequence[Wanted], found: Sequence[Found], likeness: Sequence[Sequence[float]]
) -> list[tuple[int, int]]:
    candidates = sorted(
        (-likeness[i][j], wanted[i].borderline, _distance(wanted[i], found[j]), i, j)
        for i, j in product(range(len(wanted)), range(len(found)))
        if likeness[i][j] >= SOFT
    )
    taken_wanted: set[int] = set()
    taken_found: set[int] = set()
    pairs = []
    for *_, i, j in candidates:
        if i not in taken_wanted and j not in taken_found:
            taken_wanted.add(i)
            taken_found.add(j)
            pairs.append((i, j))
    return pairs


def _distance(one: Wanted, other: Found) -> int:
    """How far apart they are in the document: characters, else pages; 0 where nobody knows."""
    if one.place is not None and other.place is not None:
        return abs(one.place.start - other.place.start)
    if one.page is not None and other.page is not None:
        return abs(one.page - other.page)
    return 0


Runs = frozenset[tuple[str, ...]]


def _runs(text: str) -> Runs:
    words = fold(text).split()
    return frozenset(tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))


def _inside(one: Runs, other: Runs) -> float:
    return round(len(one & other) / len(one), 4) if one else 0.0
