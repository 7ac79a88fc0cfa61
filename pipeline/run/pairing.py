"""Which record of a run is which of another: by id, or by what they say where ids changed."""

from collections.abc import Iterator

from rapidfuzz import fuzz

from pipeline.model import Record
from pipeline.model.reviewed import ReviewedRecord
from pipeline.model.text import fold

ALIKE = 80  # of 100: the share of words that two wordings of one measure have in common
MOST = 250_000  # comparisons of records without a partner: 1 s

Pair = tuple[Record | None, Record | None]


def pairs(was: list[Record], now: list[Record]) -> Iterator[Pair]:
    """Each record with the one that it was; None where it is new or gone."""
    before = {record.id: record for record in was}
    matched: dict[str, Record] = {}
    for record in now:
        known = [before[name] for name in _ids(record) if name in before]
        if known:
            matched[record.id] = known[0]
    taken = {record.id for record in matched.values()}
    gone = [record for record in was if record.id not in taken]
    new = [record for record in now if record.id not in matched]
    matched |= _alike(gone, new)
    taken = {record.id for record in matched.values()}
    yield from ((matched.get(record.id), record) for record in now)
    yield from ((record, None) for record in was if record.id not in taken)


def _ids(record: Record) -> tuple[str, ...]:
    return record.ids if isinstance(record, ReviewedRecord) else (record.id,)


def _alike(gone: list[Record], new: list[Record]) -> dict[str, Record]:
    """The old records of new ids: those of the very same words, then the most alike."""
    found: dict[str, Record] = {}
    waiting: dict[str, list[Record]] = {}
    for record in gone:
        waiting.setdefault(_words(record), []).append(record)
    for record in new:
        if same := waiting.get(_words(record)):
            found[record.id] = same.pop(0)
    left = [record for same in waiting.values() for record in same]
    others = [record for record in new if record.id not in found]
    if len(left) * len(others) > MOST:
        return found
    scored = sorted(
        (-score, at, record.id)
        for at, old in enumerate(left)
        for record in others
        if (score := _score(old, record)) >= ALIKE
    )
    used: set[int] = set()
    for _, at, identifier in scored:
        if identifier not in found and at not in used:
            found[identifier] = left[at]
            used.add(at)
    return found


def _score(old: Record, new: Record) -> float:
    """How alike two records are, of 100; one label or one name makes one record.

    The number of an item is no such label: the next item has it when one comes before.
    """
    labels = [one.label for one in (old, new) if one.label and _names(one.label)]
    if len(labels) == 2 and labels[0] != labels[1]:
        return 0.0
    score = fuzz.token_sort_ratio(_words(old), _words(new))
    named = old.name and new.name and fold(str(old.name.value)) == fold(str(new.name.value))
    return ALIKE + score / 5 if named or len(labels) == 2 else score


def _names(label: str) -> bool:
    """Whether a label is of its measure: "R-01" is, "3", "1.2" or "(a)" are of its place only."""
    letters = sum(map(str.isalpha, label))
    return letters > 2 or (letters > 0 and any(map(str.isdigit, label)))


def _words(record: Record) -> str:
    claims = [claim for claim in (record.name, record.description) if claim]
    return " ".join(str(claim.value) for claim in claims).lower()
