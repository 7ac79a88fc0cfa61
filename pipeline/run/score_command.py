"""`gleaner evaluate`: score, show, write, compare, and mind the floors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.run.score_show import change_lines, score_lines, write_page
from pipeline.run.scoring import (
    Asked,
    NoGold,
    compared,
    gated,
    make_gold,
    move_floors,
    save,
    score_json,
    scored,
)
from pipeline.run.show import printable
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command prints: lines or JSON on stdout, `said` on stderr; and its exit code."""

    lines: list[str]
    data: dict[str, Any]
    said: list[str]
    exit_code: int


def answer(
    raw: Path,
    extracted: Path,
    *,
    reviewed: tuple[Path, ...],
    against: Path | None,
    out: Path | None,
    page: Path | None,
    pairs: bool,
    gate: bool,
    raise_floors: bool,
    lower_floors: bool,
    terminal: bool,
    **asked: Any,
) -> Answer:
    """Do what is asked for. Raises what `scored` raises, and OSError."""
    store = Store(raw, extracted)
    if reviewed:
        made = [str(make_gold(store, file)) for file in reviewed]
        return Answer([f"Made {file}" for file in made], {"made": made}, [], 0)
    if raise_floors and lower_floors:
        raise NoGold("Floors are raised or lowered, not both at once.")
    found = scored(Asked(store, **asked), terminal)
    lines, data, said = [*score_lines(found, pairs)], score_json(found), [*found.notes]
    changes = None
    if against:
        changes, other = compared(against, found.scores)
        lines += change_lines(changes, other)
        data["against"] = {"changes": [one._asdict() for one in changes], "other_corpus": other}
    if raise_floors or lower_floors:
        said += move_floors(found.scores, lower_floors) or ["No floor moved."]
    below: list[str] = []
    if gate:
        below, notes = gated(found.scores)
        data["below"] = below
        said += notes + below
    if out:
        save(out, data)
    if page:
        write_page(page, found, changes)
    return Answer(lines, data, list(_printable(said)), int(bool(below)))


def _printable(lines: list[str]) -> Iterator[str]:
    return map(printable, lines)
