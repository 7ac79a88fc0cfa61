"""What the hand-written rules say of a sentence: log-odds that it states a measure, with reasons.

The rules of `prose.toml` are asked, each with its weight: what speaks for a measure and what
against it add up. What is learnt goes on from there (see `judge`).
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.rule import Match, Rules

_ABOVE = ("prose.heading", "prose.heading-not")
# What these tell counts only in front of what states a measure: behind it stands what the measure
# is about ("Boards should record what has gone wrong").
_OBJECT = ("prose.not-risk", "prose.not-now", "prose.not-real")
_STATE = ("prose.duty", "prose.proposal", "prose.commitment", "prose.instruction")
FOR = (*_STATE, "prose.method")
OTHERS = ("prose.not-statement", "prose.not-ours")
_AGAINST = (*OTHERS, *_OBJECT, "prose.not-meant", "prose.ground")
# What stands in a clause that opens the sentence, "Where a fault has been found, ...", is the case
# in which the measure is to be taken.
_CASE = re.compile(
    r"(?:^\W*|, )(?:if|when|where|while|once|although|unless|as)\s[^,;]*,", re.IGNORECASE
)


class Weight(NamedTuple):
    """What the rules say of a sentence: log-odds, and for each family the match that counted.

    The log-odds of a sentence for which no rule speaks are minus infinity.
    """

    logit: float
    reasons: tuple[tuple[Match, str], ...]


def weigh(
    text: str,
    rules: Rules,
    above: Sequence[tuple[Match, str]] = (),
    more: float = 0.0,
    listed: bool = False,
) -> Weight:
    """The log-odds that a sentence states a measure, and the matches that made them.

    `above` are what the headings say, `more` is log-odds known from elsewhere. In a list
    (`listed`) the opening word tells nothing, unless a heading announces measures: lists of
    anything open with verbs and kinds.
    """
    matches = rules.each(text, *FOR)
    if matches:  # most sentences say nothing for a measure, and then nothing against one matters
        matches += rules.each(text, *_AGAINST)
    states = min((m.start for m in matches if m.rule.finds in _STATE), default=len(text))
    cases = [case.span() for case in _CASE.finditer(text)]
    announced = any(match.rule.finds == "prose.heading" for match, _ in above)
    strongest: dict[str, tuple[Match, str]] = {}
    for match, words in (*above, *((match, text) for match in matches)):
        rule = match.rule
        if (
            listed
            and rule.at == "start"
            and rule.weight > 0
            and not (announced and rule.finds == "prose.instruction")
        ):
            continue
        if rule.finds in _OBJECT and (match.start > states or _within(match, cases)):
            continue
        best = strongest.get(rule.finds)
        if best is None or abs(rule.weight) > abs(best[0].rule.weight):
            strongest[rule.finds] = (match, words)
    reasons = tuple(sorted(strongest.values(), key=lambda one: -abs(one[0].rule.weight)))
    logit = sum(match.rule.weight for match, _ in reasons) + more if matches else -math.inf
    return Weight(logit, reasons)


def _within(match: Match, places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start and match.end <= end for start, end in places)


def weigh_above(titles: Sequence[str], rules: Rules) -> list[tuple[Match, str]]:
    """What the headings above say, each with its words."""
    found = []
    for title in titles:
        matches = rules.each(title, *_ABOVE)
        announced = any(match.rule.weight > 0 for match in matches)
        # "Managing risks" announces measures, not risks.
        found += [(m, title) for m in matches if m.rule.weight > 0 or not announced]
    return found
