"""Whether a sentence states a measure: what is learnt from marked documents, over plain features.

A feature is something that can be read off the words or their place: a stem, how the sentence
opens, its tense, its kind of block, what the headings above say, and what the hand-written rules
say of it. Each has one weight, a log-odds, in `models/finder.json`, which `make train` makes again.

On documents left out (see `models/FINDER.md`) its order of sentences is far better than that of
the rules alone, which know only the ways of stating a measure that somebody thought of.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pipeline.model import BlockKind
from pipeline.model.stem import stems
from pipeline.rule import Match, Rules
from pipeline.segment.weighed import FOR, Weight, weigh, weigh_above

FILE = Path(__file__).parent.parent / "models" / "finder.json"
BIAS = "every sentence"
LEARNT = "model:finder"  # who says so where no rule does
_NOTE = -0.5  # log-odds: notes cite and qualify far more often than they propose
_LIKE = ("measure", "measure.doing", "lead.announce", "lead.other")
_HEADINGS = ("prose.heading", "prose.heading-not", "section.measures", "section.other",
             "section.heard", "section.summary", "measure")  # fmt: skip
_LEAST = -5.0  # log-odds of the rules: what is less tells no more
# What the rules say counts so much beside what is learnt: of three policy documents, each left out,
# F1 of the records rises from 0.73 to 0.76 by it, of the others it falls by 0.004.
_TRUST = 0.5
_STEM = 0.5  # what a stem counts, a cue being 1: there are many of them
_TOLD = {
    "past": re.compile(r"\b(?:was|were|had|did|has been|have been)\b"),
    "passive": re.compile(
        r"\b(?:is|are|be|gets?|being)\s(?:also\s|then\s|only\s|always\s|never\s|not\s|first\s"
        r"|\w+ly\s)?\w+(?:ed|en|pt|ght|ld|id|un|wn)\b"
    ),
    "cites": re.compile(r"\[\d+(?:, ?\d+)*\]|\(\w[^()]{2,60}\d{4}[a-z]?\)"),
    "percent": re.compile(r"\d+(?:\.\d+)?\s?(?:%|per cent|percent)"),
    "year": re.compile(r"\b(?:19|20)\d\d\b"),
    "asks": re.compile(r"\?\s*$"),
    "colon": re.compile(r":\s*$"),
    "quotes": re.compile('[“"‘]'),
    "opens with -ing": re.compile(r"^[A-Z][a-z]+ing\b"),
}
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|will|can|could|should|must|may|shall|has|have|would|does|do|did|be)\b"
)
_ACTS = re.compile(
    r"\b(?:[Ww]e|[Oo]ur \w+|[Tt]he (?:company|team|board|committee|council|office|lab))\s"
    r"(?:also\s|then\s|therefore\s|now\s|\w+ly\s)?(\w+)"
)
_MODALS = frozenset({"will", "can", "could", "may", "must", "should", "would"})
_BEING = frozenset({"are", "is", "were", "was", "have", "has", "had"})
_SAID = re.compile(
    r"\b(will|would|could|can|may|might|should|must|shall|not|if|because|however|but|although"
    r"|while|than)\b",
    re.IGNORECASE,
)
_LENGTHS = {8: "under 8 words", 14: "8 to 13 words", 30: "14 to 29 words", 45: "30 to 44 words"}
_BEFORE = ("asks", "colon", "past", "we act", "says should", "says will", "cites")
_OPENING = 2  # words that open a sentence


Place = Literal["", "opening", "closing"]  # part of a long document; neither is told of others


class Setting(NamedTuple):
    """Where sentences stand: the kind of their block, and what the headings above tell."""

    kind: BlockKind
    above: tuple[tuple[Match, str], ...]
    features: tuple[str, ...]


class Verdict(NamedTuple):
    """The log-odds that a sentence states a measure; what the rules say, and each feature adds."""

    logit: float
    rules: Weight
    adds: tuple[tuple[str, float], ...]

    @property
    def chance(self) -> float:
        """The chance that a curator would take the sentence for a measure, or for part of one."""
        return 1 / (1 + math.exp(-self.logit))

    @property
    def made_by(self) -> str:
        """The rule that speaks loudest for it; what is learnt, where none does."""
        own = [match.rule for match, _ in self.rules.reasons if match.rule.finds in FOR]
        return f"rule:{own[0].id}" if own else LEARNT


def setting(kind: BlockKind, titles: Sequence[str], rules: Rules, place: Place = "") -> Setting:
    """Where the sentences of a block stand that has these headings above, the outermost first."""
    features = {f"kind {kind.value}"} | ({f"{place} tenth"} if place else set())
    for far, title in enumerate(reversed(titles)):
        said = "far above" if far else "above"
        features |= {f"{said} {match.rule.finds}" for match in rules.each(title, *_HEADINGS)}
    return Setting(kind, tuple(weigh_above(titles, rules)), tuple(sorted(features)))


def judge(
    sentences: Sequence[str],
    where: Setting,
    rules: Rules,
    weights: Mapping[str, float] | None = None,
) -> list[Verdict]:
    """A verdict on each sentence of a block, by `weights` (ours, if None)."""
    known = _weights() if weights is None else weights
    found = []
    for weight, features in featured(sentences, where, rules):
        adds = [(name, value * known[name]) for name, value in features.items() if name in known]
        adds.append(("rules once more", _once_more(weight)))
        found.append(Verdict(sum(value for _, value in adds), weight, tuple(adds)))
    return found


def _once_more(weight: Weight) -> float:
    """What the rules add beside what is learnt: nothing where none speaks for a measure."""
    return 0.0 if math.isinf(weight.logit) else _TRUST * max(weight.logit, _LEAST)


def logit(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The log-odds that a sentence with these features states a measure."""
    return sum(value * weights[name] for name, value in features.items() if name in weights)


def featured(
    sentences: Sequence[str], where: Setting, rules: Rules
) -> list[tuple[Weight, dict[str, float]]]:
    """What the rules say of each sentence of a block, and its features with their strength."""
    listed = where.kind is BlockKind.LIST_ITEM
    note = _NOTE if where.kind is BlockKind.FOOTNOTE else 0.0
    found = []
    before: set[str] = set()
    for position, text in enumerate(sentences):
        weight = weigh(text, rules, where.above, note, listed)
        told = _told(text)
        told |= {f"rule {match.rule.id}" for match in rules.each(text, *_LIKE)}
        place = {"first": position == 0, "last": position == len(sentences) - 1}
        if all(place.values()):
            place["alone"] = True
        features = dict.fromkeys((BIAS, *where.features), 1.0)
        features |= {name: 1.0 for name, holds in place.items() if holds}
        features |= dict.fromkeys(sorted(told), 1.0)
        features |= {f"before {name}": 1.0 for name in _BEFORE if name in before}
        said = stems(text)
        features |= {f"word {stem}": _STEM for stem in sorted(set(said))}
        features |= {f"opens with {stem}": 1.0 for stem in said[:_OPENING]}
        features["rules"] = max(weight.logit, _LEAST) / 2
        if math.isinf(weight.logit):
            features["no rule"] = 1.0
        found.append((weight, features))
        before = told
    return found


def _told(text: str) -> set[str]:
    """What the wording of a sentence tells, whatever it is about."""
    told = {name for name, pattern in _TOLD.items() if pattern.search(text)}
    told |= {f"says {word.lower()}" for word in _SAID.findall(text)}
    if acts := _ACTS.search(text):
        verb = acts[1]
        kind = "will" if verb in _MODALS else "are" if verb in _BEING else "act"
        told.add("we did" if verb.endswith("ed") else f"we {kind}")
    if not _AUXILIARY.search(text):
        told.add("no auxiliary")
    count = len(text.split())
    told.add(next((name for most, name in _LENGTHS.items() if count < most), "45 words or more"))
    return told


@cache
def _weights() -> Mapping[str, float]:
    return load_weights(FILE)


def load_weights(file: Path) -> dict[str, float]:
    """The weights in a file of `make train`: a log-odds for each feature."""
    weights = json.loads(file.read_text(encoding="utf-8"))["weights"]
    return {str(name): float(value) for name, value in weights.items()}
