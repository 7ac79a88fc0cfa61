"""Misprints, seen against the rest of the document and mended in the value, never in the quote."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pipeline.model.text import fold

_SELDOM = 4  # times at most that a slip may occur
_TIMES = 3  # how much commoner the usual form must be
_PIECE = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]+")


def shape(label: str) -> str:
    """The shape of a label: runs of letters as `A`, digits as `9`, separators kept."""
    return "".join(
        "A" if piece.isalpha() else "9" if piece.isdigit() else piece
        for piece in _PIECE.findall(label)
    )


def usual_shape(labels: Iterable[str]) -> str | None:
    """The shape that most labels of a series share, or None when they share none."""
    counts = Counter(map(shape, labels))
    if not counts:
        return None
    best, count = counts.most_common(1)[0]
    return best if count > _TIMES and count > counts.total() / 2 else None


def mend_label(label: str, usual: str | None, neighbour: str | None) -> str:
    """A label whose separators slipped, put into the usual shape: `GV4.3--001` as `GV-4.3-001`.

    Only separators change: letters and digits stay, in their order, and must fill the shape.
    `neighbour` is another label of the same series, whose runs tell where digits part.
    """
    if usual is None or shape(label) == usual:
        return label
    runs = re.findall(r"[A-Za-z]+|\d+", label)
    slots = _PIECE.findall(usual)
    if len(runs) != sum(slot in ("A", "9") for slot in slots):
        runs = _cut_like(label, neighbour) if neighbour and shape(neighbour) == usual else []
    mended = ""
    rest = list(runs)
    for slot in slots:
        if slot not in ("A", "9"):
            mended += slot
        elif rest and rest[0].isalpha() == (slot == "A"):
            mended += rest.pop(0)
        else:
            return label
    return mended if not rest else label


def _cut_like(label: str, neighbour: str) -> list[str]:
    """The letters and digits of `label`, cut where those of `neighbour` are."""
    plain = re.sub(r"[^A-Za-z\d]", "", label)
    lengths = [len(run) for run in re.findall(r"[A-Za-z]+|\d+", neighbour)]
    if sum(lengths) != len(plain):
        return []
    runs = []
    for length in lengths:
        runs.append(plain[:length])
        plain = plain[length:]
    return runs


def usual_items(counts: Mapping[str, int], headings: Collection[str] = ()) -> dict[str, str]:
    """For each rare printing of a list item, the usual one that it is a slip of.

    A slip is far rarer than the usual item, and shares its words: all the words of one are among
    those of the other, or all but one small word each. When most items are titles of sections of
    the document too (`headings`), these are the vocabulary, and any title counts as usual.
    """
    slips: dict[str, str] = {}
    titles = {fold(heading): heading for heading in headings}
    if sum(fold(item) in titles for item in counts) <= len(counts) / 2:
        titles = {}
    usual_forms: dict[str, tuple[str, int]] = {}
    for item, times in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        usual_forms.setdefault(fold(item), (item, times))
    for folded, title in titles.items():
        usual_forms.setdefault(folded, (title, sum(counts.values())))
    for item, count in counts.items():
        if count > _SELDOM or titles.get(fold(item)) == item:
            continue
        words = fold(item).split()
        usual = [
            other
            for folded, (other, times) in usual_forms.items()
            if times >= _TIMES * count and other != item and _alike(words, folded.split())
        ]
        if len(usual) == 1:
            slips[item] = usual[0]
    return slips


def _alike(one: list[str], other: list[str]) -> bool:
    if one == other:
        return True
    few, many = sorted((set(one), set(other)), key=len)
    if few < many and len(many) - len(few) == 1 and one[0] == other[0]:
        return True
    heads = [{word[:6] for word in words if len(word) > 3} for words in (one, other)]
    return len(heads[0]) > 1 and heads[0] == heads[1]
