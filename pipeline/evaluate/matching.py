"""Records against gold: one-to-one matching by text, then precision, recall and F1.

The measure of likeness is the token-sort ratio of folded texts; a pair matches strictly from 0.95
and softly from 0.80. Pairs are taken best first, ties in reading order: a score can be argued with.
"""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from pipeline.model import Frozen
from pipeline.model.text import fold

STRICT, SOFT = 0.95, 0.80


class Wanted(Frozen):
    """One measure as a person recorded it. What is None was not recorded and is not scored."""

    label: str | None = None
    name: str | None = None
    description: str | None = None
    rationale: str | None = None


class Found(Frozen):
    """One measure as the pipeline recorded it, reduced to what is compared."""

    id: str
    label: str = ""
    name: str = ""
    description: str = ""
    rationale: str = ""


class Pair(Frozen):
    """A gold measure and the record that answers it, with their likeness in [0, 1]."""

    wanted: int
    found: int
    likeness: float


class Score(Frozen):
    """How well the records of one document answer its gold.

    `missed` are positions in the gold, `spurious` ids of records. `fields` is, for each field that
    the gold records, the share of softly matched pairs whose field agrees strictly.
    """

    document: str
    wanted: int
    found: int
    strict: int
    soft: int
    precision: float
    recall: float
    f1: float
    soft_f1: float
    fields: dict[str, float]
    missed: tuple[int, ...]
    spurious: tuple[str, ...]


def match(wanted: Sequence[Wanted], found: Sequence[Found]) -> list[Pair]:
    """The one-to-one pairs of soft likeness or better, by description, else by name."""
    pairs = []
    texts = [fold(record.description) for record in found]
    names = [fold(record.name) for record in found]
    for position, want in enumerate(wanted):
        by_description = want.description is not None
        text = fold(want.description if want.description is not None else want.name or "")
        likeness = process.cdist(
            [text], texts if by_description else names, scorer=fuzz.token_sort_ratio
        )
        pairs += [
            Pair(wanted=position, found=other, likeness=float(value) / 100)
            for other, value in enumerate(likeness[0])
            if value >= 100 * SOFT
        ]
    pairs.sort(key=lambda pair: (-pair.likeness, pair.wanted, pair.found))
    taken_wanted: set[int] = set()
    taken_found: set[int] = set()
    kept = []
    for pair in pairs:
        if pair.wanted not in taken_wanted and pair.found not in taken_found:
            taken_wanted.add(pair.wanted)
            taken_found.add(pair.found)
            kept.append(pair)
    return kept


def score(document: str, wanted: Sequence[Wanted], found: Sequence[Found]) -> Score:
    """The score of one document's records against its gold."""
    pairs = match(wanted, found)
    strict = sum(pair.likeness >= STRICT for pair in pairs)
    matched = {pair.found for pair in pairs}
    answered = {pair.wanted for pair in pairs}
    return Score(
        document=document,
        wanted=len(wanted),
        found=len(found),
        strict=strict,
        soft=len(pairs),
        precision=_ratio(strict, len(found)),
        recall=_ratio(strict, len(wanted)),
        f1=_ratio(2 * strict, len(found) + len(wanted)),
        soft_f1=_ratio(2 * len(pairs), len(found) + len(wanted)),
        fields=_fields(wanted, found, pairs),
        missed=tuple(i for i in range(len(wanted)) if i not in answered),
        spurious=tuple(record.id for i, record in enumerate(found) if i not in matched),
    )


def _fields(
    wanted: Sequence[Wanted], found: Sequence[Found], pairs: Sequence[Pair]
) -> dict[str, float]:
    shares = {}
    for field in ("label", "name", "rationale"):
        asked = [pair for pair in pairs if getattr(wanted[pair.wanted], field) is not None]
        agreed = sum(
            fuzz.token_sort_ratio(
                fold(getattr(wanted[pair.wanted], field)), fold(getattr(found[pair.found], field))
            )
            >= 100 * STRICT
            for pair in asked
        )
        if asked:
            shares[field] = _ratio(agreed, len(asked))
    return shares


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0
