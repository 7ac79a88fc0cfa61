"""Scores for people: tables and words on the terminal, and a page to look at."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from pipeline.evaluate import (
    FIELDS,
    Change,
    Fate,
    Found,
    Score,
    Standing,
    Tally,
    Wanted,
    by_family,
    by_way,
    fingerprint_of_all,
    open_ones,
    total,
)
from pipeline.run.page import page
from pipeline.run.scoring import Scored
from pipeline.run.show import printable
from pipeline.store import write

SHOWN = 220  # characters of a text on the terminal; the page has all of it
WIDE = 46
ASIDE = (Fate.EXCUSED, Fate.ELSEWHERE)

# What is said between a measure (or a record) and the others that it has to do with.
BETWEEN = {
    Fate.MISSED: "nearest record",
    Fate.SPURIOUS: "nearest measure",
    Fate.SPLIT: "cut into",
    Fate.MERGED: "within",
    Fate.SOFT: "record",
    Fate.STRICT: "record",
}


def score_lines(found: Scored, pairs: bool = False) -> Iterator[str]:
    """Tables, then for each document what is not as it should be; with `pairs` every match too."""
    return map(printable, chain(_tables(found.scores), *(_told(s, pairs) for s in found.scores)))


def change_lines(gains_and_losses: Sequence[Change], other: Sequence[str]) -> Iterator[str]:
    """What a change brought, losses first."""
    losses = [one for one in gains_and_losses if not one.gain]
    gains = [one for one in gains_and_losses if one.gain]
    yield ""
    yield f"against before: {len(gains)} gained, {len(losses)} lost"
    for word, changes in (("loss", losses), ("gain", gains)):
        for one in changes:
            yield printable(f"  {word}  {one.document}: {one.what}: {_cut(one.words)}")
    for document in other:
        yield f"  the corpus changed: {document}"


def write_page(file: Path, found: Scored, changes: Sequence[Change] | None) -> None:
    """Write the page. Raises OSError."""
    shown = page(
        "scores.html",
        scores=found.scores,
        notes=found.notes,
        groups=_groups(found.scores),
        together=total(one.tally for one in open_ones(found.scores)),
        fields=[f for f in FIELDS if any(f in one.agreements for one in found.scores)],
        changes=changes,
        wrong={one.title: list(_wrong(one)) for one in found.scores},
        between=BETWEEN,
        corpus=fingerprint_of_all(found.scores),
    )
    write(file, shown)


def _groups(scores: Sequence[Score]) -> dict[str, Mapping[str, Tally]]:
    scores = open_ones(scores)
    return {"By family of documents": by_family(scores), "By way of stating": by_way(scores)}


# --- tables --------------------------------------------------------------------------------------


def _tables(scores: Sequence[Score]) -> Iterator[str]:
    yield f"corpus {fingerprint_of_all(scores)[:12]}"
    yield from _table("document", {one.title: one.tally for one in scores}, scores)
    for title, tallies in _groups(scores).items():
        yield ""
        yield from _table(title[0].lower() + title[1:], tallies)
    fields = [field for field in FIELDS if any(field in one.agreements for one in scores)]
    yield ""
    yield f"{'fields of the matched: strict soft':<{WIDE}}" + "".join(f"{f:>15}" for f in fields)
    for one in scores:
        yield f"{_fit(one.title):<{WIDE}}" + "".join(f"{_agreement(one, f):>15}" for f in fields)


def _table(title: str, tallies: Mapping[str, Tally], scores: Sequence[Score] = ()) -> Iterator[str]:
    fates = " missed split merged spurious" if scores else ""
    heads = "    P     R    F1  softP     R    F1"
    yield f"{title:<{WIDE}} gold records strict soft {heads}{fates}"
    rows = dict(tallies)
    if len(scores) > 1:
        rows["all together"] = total(one.tally for one in open_ones(scores))
    by_title = {one.title: one.fates for one in scores}
    for name, tally in rows.items():
        shares = " ".join(f"{share:.3f}" for share in tally.figures.values())
        line = (
            f"{_fit(name):<{WIDE}} {tally.wanted:>4} {tally.found:>7} {tally.strict:>6} "
            f"{tally.soft:>4}  {shares}"
        )
        if counts := by_title.get(name):
            line += "".join(f"{n:>{w}}" for n, w in zip(counts.values(), (7, 6, 7, 9), strict=True))
        yield line


def _fit(name: str) -> str:
    """A name that fits its column; its end stays, which says more than its middle."""
    return name if len(name) <= WIDE else f"{name[: WIDE - 13]}…{name[-12:]}"


def _agreement(one: Score, field: str) -> str:
    figures = one.figures
    return f"{figures[field]:.3f} {figures[f'soft_{field}']:.3f}" if field in figures else ""


# --- words ---------------------------------------------------------------------------------------


def _wrong(
    one: Score, right: bool = False
) -> Iterator[tuple[Fate, Standing, Wanted | Found, list[Wanted | Found], str]]:
    """Each measure and record that is not as it should be, with those it has to do with.

    Fate, standing, the one, the others, and its number (of a measure) or id (of a record). Of the
    half set apart there is none: its words stay unread.
    """
    if one.half == "apart":
        return
    for number, (want, answer) in enumerate(zip(one.wanted, one.answers, strict=True), start=1):
        if answer.fate not in ASIDE and (right or answer.fate is not Fate.STRICT):
            others = [one.found[other] for other in answer.others]
            yield answer.fate, answer, want, [*others], f"gold no. {number}"
    for have, use in zip(one.found, one.uses, strict=True):
        if use.fate is Fate.SPURIOUS:
            yield use.fate, use, have, [one.wanted[other] for other in use.others], have.id


def _told(one: Score, pairs: bool) -> Iterator[str]:
    told = list(_wrong(one, right=pairs))
    fields = [] if one.half == "apart" else list(_fields_wrong(one))
    if not told and not fields:
        return
    yield ""
    yield one.title
    for fate, standing, this, others, called in told:
        page = f", p. {this.page}" if this.page else ""
        yield f"  {fate:<8} {called}{page}: {_cut(this.words) or '(its words are not there)'}"
        for other in others:
            which = f" {other.id}" if isinstance(other, Found) else ""
            yield (f"           {BETWEEN[fate]}{which} ({_alike(standing)}): {_cut(other.words)}")
    for number, field, likeness, asked, given in fields:
        yield f"  {field:<8} gold no. {number}: {_cut(asked) or '(there is none)'}"
        yield f"           record (alike {likeness:.2f}): {_cut(given) or '(it has none)'}"


def _fields_wrong(one: Score) -> Iterator[tuple[int, str, float, str, str]]:
    """Number, field, likeness, gold and record of each field that does not agree even softly."""
    for number, likeness in enumerate(one.fields):
        for field, value in likeness.items():
            if value < 0.8 and field != "description":
                have = one.found[one.answers[number].others[0]]
                asked, given = (_text(getattr(x, field)) for x in (one.wanted[number], have))
                yield number + 1, field, value, asked, given


def _alike(standing: Standing) -> str:
    """How alike, and how much of the shorter is in the longer where that tells more."""
    inside = f", {standing.shared:.0%} within" if standing.shared > standing.likeness else ""
    return f"alike {standing.likeness:.2f}{inside}"


def _text(value: str | tuple[str, ...]) -> str:
    return " > ".join(value) if isinstance(value, tuple) else value


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()}…"
