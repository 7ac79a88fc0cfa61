"""One readable line for a suggested code: the phrases that speak for it, then single words.

Character n-grams carry weight too, but tell a reader nothing: they are never shown.
"""

import math
import re
from collections.abc import Container, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.lexicon import Cue
from pipeline.model import Span
from pipeline.tag.cues import Heard, undamped
from pipeline.tag.reading import Floats, Text

_PHRASES = 3
_WORDS = 3
_CANDIDATES = 9
_VOTERS = ("model:tagger", "rule:lexicon.{}", "model:own-words", "model:prior")


class Runner(NamedTuple):
    """The next best code: how it is called, its confidence, and its lag in log-odds."""

    name: str
    confidence: float
    lag: float


def phrases(heard: Sequence[Heard], concepts: Container[str]) -> dict[str, tuple[Span, ...]]:
    """The places, by field, of the cues for any of the concepts, none inside another."""
    found: dict[str, list[tuple[int, int]]] = {}
    for one in heard:
        if one.cue.concept in concepts and one.cue.weight > 0:
            for field, places in one.places.items():
                found.setdefault(field, []).extend(places)
    return {field: _outermost(places) for field, places in sorted(found.items())}


def _outermost(places: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if not kept or end > kept[-1].end:
            kept.append(Span(start, end))
    return tuple(kept)


def words(forms: Sequence[str], spoken: Floats) -> list[str]:
    """The words that speak most for a code; `spoken` says how much each of `forms` does."""
    best = np.argsort(-spoken, kind="stable")[:_CANDIDATES]
    return [forms[at].lower() for at in best if spoken[at] > 0]


def reason(
    name: str,
    text: Text,
    matched: dict[str, tuple[Span, ...]],
    carried: Sequence[str],
    runner: Runner | None,
    tip: Cue | None,
) -> str:
    """The line that a curator reads under a suggestion."""
    said = []
    for field, spans in matched.items():
        for span in spans:
            quote = " ".join(getattr(text, field)[span.start : span.end].lower().split())
            if quote not in said:
                said.append(quote)
    shown = said[:_PHRASES]
    covered = {word for quote in shown for word in quote.split()}
    rest = [word for word in carried if word not in covered][:_WORDS]
    if shown:
        line = f"{_quoted(shown)} {_speak(len(shown))} for {name}"
        line += f", beside the words {', '.join(rest)}" if rest else ""
    elif rest:
        are = "word {} is" if len(rest) == 1 else "words {} are"
        line = f"the {are.format(', '.join(rest))} nearest to {name}"
    else:
        line = f"nothing in the text speaks for any code; {name} is only the most common"
    if runner:
        line += f"; next {runner.name} ({runner.confidence:.2f})"
        line += f", which '{_readable(tip.phrases[0])}' would have tipped" if tip else ""
    return line


def tipping(
    cues: Sequence[Cue], heard: Sequence[Heard], score: float, runner: Runner, trust: float
) -> Cue | None:
    """The weakest cue for the runner-up that the text lacks and that would have put it first.

    `cues` are the runner-up's, the weakest first; `score` is its damped score of cues, and `trust`
    what that counts for.
    """
    plain = undamped(score)
    wanted = undamped(score + runner.lag / trust) - plain if trust else math.inf
    if not cues or cues[-1].weight <= wanted:
        return None
    known = {id(one.cue) for one in heard}
    return next((cue for cue in cues if cue.weight > wanted and id(cue) not in known), None)


def maker(votes: Floats, taxonomy: str) -> str:
    """Which voter put a code before the runner-up; `votes` are what each adds to its lead."""
    return _VOTERS[int(votes.argmax())].format(taxonomy)


def _readable(phrase: str) -> str:
    return re.sub(r"\|\S*", "", phrase).replace("~", "...")


def _quoted(said: Sequence[str]) -> str:
    return ", ".join(f"'{quote}'" for quote in said)


def _speak(count: int) -> str:
    return "speaks" if count == 1 else "speak"
