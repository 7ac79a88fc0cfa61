"""What a curator may see of a document: every route gets its records and decisions through here.

A coder of an `anchored` or `blind` document sees no decision of another coder or of the
adjudicator. A `blind` one sees no suggestion either: no tag that the document does not state, and
no word that was made of one. When every coder is done, or has coded everything, all is shown to
all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.model import Act, Coding, Decision, Issue, Record, RecordFile, Related, Saw, Tag
from pipeline.model.decision import CODING, WHOLE
from pipeline.review import coding_of, fields_of, standing

SUGGESTED = ("suggested", "inferred")
ABOUT_TAGS = "tag"  # the stage whose issues are made of suggestions
EVERYBODY = ""


@dataclass(frozen=True)
class Sight:
    """A document as one curator may see it.

    `view` names who sees it so: a coder, or EVERYBODY. `coding` is how the document is coded,
    `blind` says whether suggestions are out of sight.
    """

    view: str
    coding: Coding
    blind: bool
    records: RecordFile
    decisions: list[Decision]
    seen: dict[str, Saw]


def view_of(records: RecordFile, decisions: Sequence[Decision], curator: str) -> str:
    """The curator, where they may not see everything; else EVERYBODY."""
    coding = coding_of(decisions)
    if coding.role_of(curator) != "coder" or all_coded(records, decisions, coding):
        return EVERYBODY
    return curator


def views_of(records: RecordFile, decisions: Sequence[Decision]) -> list[str]:
    """Every different view that there is of a document: of everybody, and of coders alone."""
    coding = coding_of(decisions)
    alone = {view_of(records, decisions, coder) for coder in coding.coders}
    return [EVERYBODY, *sorted(alone - {EVERYBODY})]


def sight(
    records: RecordFile, decisions: Sequence[Decision], seen: Mapping[str, Saw], view: str
) -> Sight:
    """What is seen in that view."""
    coding = coding_of(decisions)
    if view == EVERYBODY:
        return Sight(view, coding, False, records, list(decisions), dict(seen))
    hidden = {d.action for d in decisions if is_word(d) and d.curator != view}
    own = [
        _alone(d, view)
        for d in decisions
        if d.curator == view or not (d.record or d.action in hidden or d.of in hidden)
    ]
    digests = {decision.saw for decision in own}
    blind = coding.mode == "blind"
    return Sight(
        view,
        coding,
        blind,
        _without_suggestions(records) if blind else records,
        own,
        {key: _seen(saw, blind) for key, saw in seen.items() if key in digests},
    )


def _alone(decision: Decision, view: str) -> Decision:
    """A decision on coding as if this coder were the only one: what they say stands for them."""
    if not isinstance(decision.value, Coding):
        return decision
    coders = (view,) if view in decision.value.coders else ()
    coding = decision.value.model_copy(update={"coders": coders, "adjudicator": None})
    return decision.model_copy(update={"value": coding})


def is_word(decision: Decision) -> bool:
    """Whether a coder says so that they are done with a document (ACCEPT), or not yet (RESET)."""
    own = not decision.record and decision.field == CODING and decision.value is None
    return own and decision.act in (Act.ACCEPT, Act.RESET)


def done_by(decisions: Iterable[Decision], coding: Coding) -> set[str]:
    """The coders who say that they are done.

    It holds as long as they are coders of the document, and it is coded in the same way.
    """
    done: set[str] = set()
    mode = Coding().mode
    for one in standing([d for d in decisions if not d.record or d.act is Act.UNDO]):
        if isinstance(one.value, Coding):
            done = done & set(one.value.coders) if one.value.mode == mode else set()
            mode = one.value.mode
        elif is_word(one) and one.role == "coder":
            done = done | {one.curator} if one.act is Act.ACCEPT else done - {one.curator}
    return done & set(coding.coders)


def all_coded(records: RecordFile, decisions: Sequence[Decision], coding: Coding) -> bool:
    """Whether each coder says that they are done, or decided every field that there is and every
    one that another decided.
    """
    done = done_by(decisions, coding)
    coded: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    closed: defaultdict[str, set[str]] = defaultdict(set)
    for decision in standing(decisions):
        if decision.curator in coding.coders and decision.record and decision.act is not Act.NOTE:
            whole = decision.field == WHOLE
            if decision.act is Act.RESET:
                coded[decision.curator].discard((decision.record, decision.field))
                closed[decision.curator] -= {decision.record} if whole else set()
            elif whole:
                closed[decision.curator].add(decision.record)
            else:
                coded[decision.curator].add((decision.record, decision.field))
    wanted = {(record.id, field) for record in records.records for field in fields_of(record)}
    wanted |= {place for places in coded.values() for place in places}
    wanted |= {(record, WHOLE) for some in closed.values() for record in some}
    return bool(wanted or done) and all(
        bool(wanted)
        and all(record in closed[one] or (record, field) in coded[one] for record, field in wanted)
        for one in coding.coders
        if one not in done
    )


def _without_suggestions(file: RecordFile) -> RecordFile:
    return file.model_copy(
        update={
            "records": tuple(_stated(record) for record in file.records),
            "issues": _untagged(file.issues),
        }
    )


def _seen(saw: Saw, blind: bool) -> Saw:
    return saw.model_copy(update={"record": _stated(saw.record)}) if blind else saw


def _stated(record: Record) -> Record:
    return record.model_copy(
        update={
            "tags": _kept(record.tags),
            "issues": _untagged(record.issues),
            "related": tuple(_related(other) for other in record.related),
        }
    )


def _related(other: Related) -> Related:
    return other.model_copy(update={"tags": _kept(other.tags)})


def _kept(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    return tuple(tag for tag in tags if tag.basis not in SUGGESTED)


def _untagged(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    return tuple(issue for issue in issues if issue.stage != ABOUT_TAGS)
