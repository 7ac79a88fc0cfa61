"""What is decided on a field: by whoever decided last, or by coders who agree."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.model import Act, Coded, Coding, Decision, FieldStatus
from pipeline.model.decision import WHOLE
from pipeline.review.fields import says

_STATUS = {
    Act.ACCEPT: FieldStatus.ACCEPTED,
    Act.EDIT: FieldStatus.EDITED,
    Act.ADD: FieldStatus.EDITED,
    Act.SPLIT: FieldStatus.EDITED,
    Act.MERGE: FieldStatus.EDITED,
    Act.REJECT: FieldStatus.REJECTED,
}

# Acts that take a record out of the ones that count.
ASIDE = (Act.REJECT, Act.DUPLICATE, Act.MERGE)


class Outcome(NamedTuple):
    """The decision that stands for a field, and whose it is; in a conflict what each coder says."""

    status: FieldStatus = FieldStatus.UNDECIDED
    decision: Decision | None = None
    curator: str | None = None
    codings: tuple[Coded, ...] = ()


def outcome(decisions: Sequence[Decision], coding: Coding) -> Outcome:
    """What the decisions on one field, in order, come to.

    `open`: the last one. Else what all named coders say alike, or the adjudicator's word; two
    coders who differ are a CONFLICT, and one coder alone decides nothing.
    """
    decisions = [decision for decision in decisions if decision.act is not Act.RESET]
    if coding.mode == "open":
        return _decided(decisions[-1], decisions[-1].curator) if decisions else Outcome()
    settled = [one for one in decisions if one.role == "adjudicator"]
    if coding.adjudicator:
        settled = [one for one in settled if one.curator == coding.adjudicator]
    if settled:
        return _decided(settled[-1], settled[-1].curator)
    own = last_of_each(decisions, coding.coders)
    if len({_answer(one) for one in own.values()}) > 1:
        return Outcome(FieldStatus.CONFLICT, codings=tuple(map(coded, own.values())))
    if not own or len(own) < len(coding.coders):
        return Outcome()
    latest = max(own.values(), key=lambda one: (one.when, one.key))
    return _decided(latest, "+".join(own))


def last_of_each(decisions: Iterable[Decision], coders: Sequence[str]) -> dict[str, Decision]:
    """The last word of each coder who said something, by name."""
    own = {one.curator: one for one in decisions if one.role == "coder" and one.curator in coders}
    return dict(sorted(own.items()))


def coded(decision: Decision) -> Coded:
    """A decision as one answer among others."""
    return Coded(curator=decision.curator, act=decision.act, value=decision.value)


def _decided(decision: Decision, curator: str) -> Outcome:
    return Outcome(_STATUS.get(decision.act, FieldStatus.EDITED), decision, curator)


def _answer(decision: Decision) -> tuple[object, ...]:
    """What a decision comes to: accepting a value and typing the same value are one answer."""
    if _STATUS.get(decision.act) in (FieldStatus.ACCEPTED, FieldStatus.EDITED):
        kind = Act.MERGE if decision.act is Act.MERGE else Act.EDIT
        return kind, says(decision.value)
    return decision.act, None if decision.act is Act.REJECT else says(decision.value)


def outcome_whole(fields: Mapping[str, Sequence[Decision]], coding: Coding) -> Outcome:
    """What is decided on a record as a whole; a coder who decided on its fields keeps it."""
    whole = [one for one in fields.get(WHOLE, ()) if one.act is not Act.RESET]
    if coding.mode != "open" and any(one.act in ASIDE for one in whole):
        own = last_of_each(whole, coding.coders)
        on_fields = [one for name in fields for one in fields[name] if name != WHOLE]
        kept = last_of_each(on_fields, coding.coders)
        whole += [
            one.model_copy(update={"field": WHOLE, "act": Act.ACCEPT, "value": None})
            for name, one in kept.items()
            if name not in own
        ]
    return outcome(whole, coding)
