"""What a change gained and lost: two scores of the same gold, measure by measure.

A measure and a record are known by their words, not by their number or id, so that neither a line
added to the gold nor a record that moved tears the comparison.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.evaluate.figures import FIELDS, Score
from pipeline.evaluate.matching import SOFT, STRICT, Fate, Found, Wanted
from pipeline.model.text import fold

# Which fate is better than which; of two in the same place neither is.
_RANK = {Fate.MISSED: 0, Fate.SPLIT: 1, Fate.MERGED: 1, Fate.SOFT: 2, Fate.STRICT: 3}


class Change(NamedTuple):
    """One gain or loss: `what` says what was and what is, `words` are the measure's own."""

    gain: bool
    document: str
    what: str
    words: str


def as_dict(one: Score) -> dict[str, Any]:
    """A score as JSON has it: its figures, each measure with its fate, each record with its use.

    Of the half set apart there are figures only: whoever reads its words tunes to them.
    """
    unread = one.half == "apart"
    return {
        "document": one.document,
        "media_type": one.media_type,
        "half": one.half,
        "corpus": one.corpus,
        "counts": one.tally._asdict() | {fate.value: n for fate, n in one.fates.items()},
        "figures": one.figures,
        "fields": {field: own._asdict() for field, own in one.agreements.items()},
        "ways": {way: tally._asdict() | tally.figures for way, tally in one.ways.items()},
        "measures": [] if unread else list(_measures(one)),
        "records": [] if unread else list(_records(one)),
    }


def changes(old: Sequence[Mapping[str, Any]], new: Sequence[Score]) -> list[Change]:
    """The gains and losses since `old` (what `as_dict` gave), in the documents of both.

    Raises ValueError when `old` is nothing that `as_dict` gave.
    """
    try:
        before = {(one["document"], one["half"]): one for one in old}
        return [
            change
            for one in new
            if (one.document, one.half) in before
            for change in _changes(before[one.document, one.half], as_dict(one))
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("these are no scores") from error


def other_corpus(old: Sequence[Mapping[str, Any]], new: Sequence[Score]) -> list[str]:
    """The documents whose gold or original is not what it was, or that only one of them has."""
    before = {(one["document"], one["half"]): one["corpus"] for one in old}
    now = {(one.document, one.half): one.corpus for one in new}
    return sorted({key[0] for key in before.keys() | now.keys() if before.get(key) != now.get(key)})


def _measures(one: Score) -> Iterator[dict[str, Any]]:
    for number, (want, answer) in enumerate(zip(one.wanted, one.answers, strict=True)):
        if answer.fate is not Fate.ELSEWHERE:
            yield {
                "number": number + 1,
                "key": _key(want),
                "label": want.label,
                "words": want.words,
                "fate": answer.fate.value,
                "likeness": answer.likeness,
                "records": [one.found[other].id for other in answer.others],
                "fields": one.fields[number],
            }


def _records(one: Score) -> Iterator[dict[str, Any]]:
    for have, use in zip(one.found, one.uses, strict=True):
        if use.fate is not Fate.ELSEWHERE:
            yield {
                "id": have.id,
                "key": _key(have),
                "way": have.way,
                "page": have.page,
                "words": have.words,
                "fate": use.fate.value,
                "likeness": use.likeness,
                "measures": [other + 1 for other in use.others],
            }


def _key(one: Wanted | Found) -> str:
    texts = (one.label or "", one.name or "", one.description or "")
    return hashlib.sha256("\n".join(map(fold, texts)).encode()).hexdigest()[:16]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    document = new["document"]
    before = _by_key(old["measures"])
    for key, one in _by_key(new["measures"]).items():
        if key in before:
            yield from _change(document, before[key], one)
    for gain, these, those in ((True, old, new), (False, new, old)):
        left = Counter(name for name, _ in _spurious(those))
        for name, words in _spurious(these):
            left[name] -= 1
            if left[name] < 0:
                what = "a spurious record is gone" if gain else "a spurious record is new"
                yield Change(gain, document, what, words)


def _change(document: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    was, now = Fate(old["fate"]), Fate(new["fate"])
    if was in _RANK and now in _RANK and _RANK[was] != _RANK[now]:
        what = f"{was} {old['likeness']:.2f}, now {now} {new['likeness']:.2f}"
        yield Change(_RANK[now] > _RANK[was], document, what, new["words"])
    for field in FIELDS:
        if field in old["fields"] and field in new["fields"]:
            then, here = old["fields"][field], new["fields"][field]
            if (grade := _grade(here) - _grade(then)) and field != "description":
                what = f"its {field} {then:.2f}, now {here:.2f}"
                yield Change(grade > 0, document, what, new["words"])


def _grade(likeness: float) -> int:
    return (likeness >= SOFT) + (likeness >= STRICT)


def _by_key(measures: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Mapping[str, Any]]:
    """Measures by their key, those of the same words counted through."""
    seen: Counter[str] = Counter()
    found = {}
    for one in measures:
        found[one["key"], seen[one["key"]]] = one
        seen[one["key"]] += 1
    return found


def _spurious(score: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["key"], one["words"]) for one in score["records"] if one["fate"] == Fate.SPURIOUS]
