"""Standing decisions by record and field, with the acts on whole records spelled out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from pipeline.model import Act, Coding, Decision, Draft, Pieces, Saw, Words
from pipeline.model.decision import CODING, WHOLE
from pipeline.review.fields import PLACE, WORDED
from pipeline.review.standing import standing


@dataclass
class Acts:
    """What was decided on one record, in order.

    `fields` holds the decisions on each field; those of an ADD or SPLIT are spelled out field by
    field and keep their act. `draft` is the record by hand, `of` the record that it is a piece of.
    """

    record: str
    fields: dict[str, list[Decision]] = field(default_factory=dict)
    notes: list[Decision] = field(default_factory=list)
    draft: Draft | None = None
    of: str | None = None
    saw: Saw | None = None

    @property
    def when(self) -> tuple[datetime, datetime]:
        """The times of the first decision and of the last."""
        times = [one.when for one in chain(self.notes, *self.fields.values())]
        return min(times), max(times)


def coding_of(decisions: Iterable[Decision]) -> Coding:
    """How a document is coded: as the last standing decision says, openly where there is none."""
    coding = Coding()
    for decision in standing([d for d in decisions if not d.record or d.act is Act.UNDO]):
        if decision.field == CODING and isinstance(decision.value, Coding):
            coding = decision.value
    return coding


def acts_of(decisions: Sequence[Decision], seen: Mapping[str, Saw]) -> dict[str, Acts]:
    """The standing decisions by record, in the order in which records were first decided on."""
    found: dict[str, Acts] = {}
    on_records = [one for one in decisions if one.record and one.field != CODING]
    # Once before: a split that is taken back has no pieces. Once after: a piece's field has a past.
    for decision in _without_reset(_spelled_out(_without_reset(on_records))):
        acts = found.setdefault(decision.record, Acts(decision.record))
        acts.saw = seen.get(decision.saw, acts.saw)
        if decision.act is Act.NOTE:
            acts.notes.append(decision)
            continue
        if isinstance(decision.value, Draft):
            acts.draft = decision.value
            acts.of = decision.of
        acts.fields.setdefault(decision.field, []).append(decision)
    return found


def scope(decision: Decision) -> str:
    """Whose word it is: a coder speaks for themselves alone."""
    return decision.curator if decision.role == "coder" else f"({decision.role})"


def _without_reset(decisions: Iterable[Decision]) -> Iterator[Decision]:
    """The decisions, without those that a later RESET gave back; what was added by hand stays."""
    decisions = list(decisions)
    last: dict[tuple[str, str, str], int] = {}
    for at, decision in enumerate(decisions):
        if decision.act is Act.RESET:
            last[decision.record, decision.field, scope(decision)] = at
    for at, decision in enumerate(decisions):
        names = (decision.field, WHOLE)
        reset = max(last.get((decision.record, name, scope(decision)), -1) for name in names)
        if at > reset or decision.act in (Act.ADD, Act.NOTE):
            yield decision


def _spelled_out(decisions: Iterable[Decision]) -> Iterator[Decision]:
    for decision in decisions:
        yield decision
        match decision.value:
            case Draft():
                yield from _by_field(decision, decision.value)
            case Pieces(pieces=(first, *others)):
                yield from _by_field(decision, first)
                for piece in others:
                    made = decision.model_copy(
                        update={
                            "record": piece.id,
                            "act": Act.ADD,
                            "value": piece,
                            "of": decision.record,
                        }
                    )
                    yield made
                    yield from _by_field(made, piece)
            case _:
                pass


def _by_field(decision: Decision, draft: Draft) -> Iterator[Decision]:
    for name in WORDED:
        words: Words | None = getattr(draft, name)
        if words:
            yield decision.model_copy(update={"field": name, "value": words})
    yield decision.model_copy(update={"field": PLACE, "value": draft.place})
