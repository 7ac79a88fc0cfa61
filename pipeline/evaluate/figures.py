"""The figures of one document: records, fields, and ways of stating, each strict and soft."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.evaluate.matching import SOFT, STRICT, Fate, Found, Standing, Wanted, alike, settle
from pipeline.evaluate.resolve import Half, half_of
from pipeline.model import Frozen
from pipeline.model.text import fold

FIELDS = ("label", "name", "description", "rationale", "path")
NO_WAY = "(none says how)"
# The ways that a person names, as our modules are called.
_MODULES = {"list": "listing", "table": "control_table"}


class Tally(NamedTuple):
    """How many measures were wanted, how many records found, how many of them matched.

    The shares are in [0, 1]: 1 where nothing was wanted and nothing found.
    """

    wanted: int
    found: int
    strict: int
    soft: int

    @property
    def figures(self) -> dict[str, float]:
        """Precision, recall and F1, strict and soft (soft matches include the strict ones)."""
        nothing = not self.wanted and not self.found
        shares = {}
        for prefix, hits in (("", self.strict), ("soft_", self.soft)):
            shares[f"{prefix}precision"] = 1.0 if nothing else _share(hits, self.found)
            shares[f"{prefix}recall"] = 1.0 if nothing else _share(hits, self.wanted)
            shares[f"{prefix}f1"] = 1.0 if nothing else _share(2 * hits, self.found + self.wanted)
        return shares


class Agreement(NamedTuple):
    """Of so many matched measures whose gold has the field, how many records agree on it."""

    asked: int
    strict: int
    soft: int


class Score(Frozen):
    """How well the records of one document answer its gold.

    `answers` has the standing of each measure of `wanted`, `uses` that of each record of `found`.
    `fields` are likenesses: for each measure the fields that its gold has, while it is matched.
    `corpus` is the fingerprint of gold and original; empty where nobody asked for it.
    """

    document: str
    media_type: str
    corpus: str = ""
    half: Half | None = None
    wanted: tuple[Wanted, ...]
    found: tuple[Found, ...]
    answers: tuple[Standing, ...]
    uses: tuple[Standing, ...]
    fields: tuple[dict[str, float], ...]

    @property
    def title(self) -> str:
        """The document, and the half of its gold that is scored if it is the one set apart."""
        return f"{self.document} (apart)" if self.half == "apart" else self.document

    @property
    def tally(self) -> Tally:
        """The counts of all its measures and records."""
        return _tally(self.answers, self.uses)

    @property
    def fates(self) -> dict[Fate, int]:
        """How many measures were missed, split and merged, and how many records spurious."""
        counts = {
            fate: sum(one.fate is fate for one in self.answers)
            for fate in (Fate.MISSED, Fate.SPLIT, Fate.MERGED)
        }
        return counts | {Fate.SPURIOUS: sum(one.fate is Fate.SPURIOUS for one in self.uses)}

    @property
    def agreements(self) -> dict[str, Agreement]:
        """For each field that the gold has, how often the matched records agree on it."""
        found = {}
        for field in FIELDS:
            likeness = [one[field] for one in self.fields if field in one]
            if likeness:
                strict, soft = (sum(a >= bar for a in likeness) for bar in (STRICT, SOFT))
                found[field] = Agreement(len(likeness), strict, soft)
        return found

    @property
    def ways(self) -> dict[str, Tally]:
        """Tallies by way of stating: of a matched measure the record's, else what its gold says."""
        answers: dict[str, list[Standing]] = {}
        uses: dict[str, list[Standing]] = {}
        for one, use in zip(self.found, self.uses, strict=True):
            uses.setdefault(one.way or NO_WAY, []).append(use)
        for want, answer in zip(self.wanted, self.answers, strict=True):
            way = self.found[answer.others[0]].way if answer.matched else want.way
            way = _MODULES.get(way or NO_WAY, way or NO_WAY)
            answers.setdefault(way, []).append(answer)
        tallies = {
            way: _tally(answers.get(way, []), uses.get(way, []))
            for way in sorted(answers.keys() | uses.keys())
        }
        return {way: tally for way, tally in tallies.items() if tally.wanted or tally.found}

    @property
    def figures(self) -> dict[str, float]:
        """Every figure by name, in [0, 1]: those of the records, then `name`, `soft_name` ..."""
        fields: dict[str, float] = {}
        for field, one in self.agreements.items():
            fields |= {
                field: _share(one.strict, one.asked),
                f"soft_{field}": _share(one.soft, one.asked),
            }
        return self.tally.figures | fields


def score(
    document: str,
    wanted: Sequence[Wanted],
    found: Sequence[Found],
    media_type: str = "",
    half: Half | None = None,
) -> Score:
    """The score of one document's records against its gold, or against one half of it.

    A match belongs to the half of its measure, any other record to that of its page.
    """
    answers, uses = settle(wanted, found)
    fields = [
        _fields(want, found[answer.others[0]]) if answer.matched else {}
        for want, answer in zip(wanted, answers, strict=True)
    ]
    if half:
        halves = _halves(document, wanted, found, uses)
        out = Standing(fate=Fate.ELSEWHERE, others=(), likeness=0.0)
        uses = [
            _within(use, wanted, half) if own == half else out
            for use, own in zip(uses, halves, strict=True)
        ]
        kept = [want.half == half for want in wanted]
        answers = [answer if keep else out for answer, keep in zip(answers, kept, strict=True)]
        fields = [own if keep else {} for own, keep in zip(fields, kept, strict=True)]
    return Score(
        document=document,
        media_type=media_type,
        half=half,
        wanted=tuple(wanted),
        found=tuple(found),
        answers=tuple(answers),
        uses=tuple(uses),
        fields=tuple(fields),
    )


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies."""
    return Tally(*(sum(column) for column in zip((0, 0, 0, 0), *tallies, strict=True)))


def open_ones(scores: Iterable[Score]) -> list[Score]:
    """The scores that are summed up and gated: all but those of halves set apart."""
    return [one for one in scores if one.half != "apart"]


def by_family(scores: Sequence[Score]) -> dict[str, Tally]:
    """Tallies by family of documents: their media type."""
    families = sorted({one.media_type for one in scores})
    return {
        family or "(not read)": total(one.tally for one in scores if one.media_type == family)
        for family in families
    }


def by_way(scores: Sequence[Score]) -> dict[str, Tally]:
    """Tallies by way of stating, over all documents."""
    ways = [(way, tally) for one in scores for way, tally in one.ways.items()]
    return {
        way: total(tally for other, tally in ways if other == way)
        for way in sorted({way for way, _ in ways})
    }


def _tally(answers: Sequence[Standing], uses: Sequence[Standing]) -> Tally:
    aside = (Fate.EXCUSED, Fate.ELSEWHERE)
    return Tally(
        wanted=sum(one.fate not in aside for one in answers),
        found=sum(one.fate not in aside for one in uses),
        strict=sum(one.fate is Fate.STRICT for one in answers),
        soft=sum(one.matched for one in answers),
    )


def _halves(
    document: str, wanted: Sequence[Wanted], found: Sequence[Found], uses: Sequence[Standing]
) -> list[Half | None]:
    known = {one.half for one in wanted}
    halves: list[Half | None] = []
    for one, use in zip(found, uses, strict=True):
        if len(known) == 1:  # the whole document is in one half
            halves.append(next(iter(known)))
        elif use.fate in (Fate.STRICT, Fate.SOFT, Fate.EXCUSED, Fate.SPLIT) and use.others:
            halves.append(wanted[use.others[0]].half)
        else:
            halves.append(half_of(document, one.page or 1))
    return halves


def _within(use: Standing, wanted: Sequence[Wanted], half: Half) -> Standing:
    """The standing of a record without measures of the other half: their words stay unread."""
    others = tuple(other for other in use.others if wanted[other].half == half)
    return use.model_copy(update={"others": others})


def _fields(want: Wanted, have: Found) -> dict[str, float]:
    likeness = {}
    if want.label is not None:
        likeness["label"] = _same_label(want.label, have.label)
    for field in ("name", "description", "rationale"):
        asked, given = getattr(want, field), getattr(have, field)
        if asked is not None:
            likeness[field] = alike(asked, given) if asked else float(not given)
    if want.path is not None:
        own = [max((alike(part, head) for head in have.path), default=0.0) for part in want.path]
        likeness["path"] = min(own, default=float(not have.path))
    return {field: round(value, 4) for field, value in likeness.items()}


def _same_label(asked: str, given: str) -> float:
    """Labels are signs, not words: the same, the same but for its breaks, or another one."""
    asked, given = fold(asked), fold(given)
    if asked == given:
        return 1.0
    return SOFT if asked.replace(" ", "") == given.replace(" ", "") else 0.0


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
