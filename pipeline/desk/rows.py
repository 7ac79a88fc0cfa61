"""A record as a row of the queue: what is filtered by, how useful it is to look at, and why."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model import (
    Decision,
    FieldReview,
    FieldStatus,
    Footing,
    Record,
    RecordStatus,
    Review,
    ReviewedFile,
    ReviewedRecord,
)
from pipeline.model.decision import TAGS
from pipeline.review import standing

GUESS = 0.6  # a tag that is less likely than this is worth a look
DOUBT = 0.7  # ... and a record that is less likely a measure, before its tags are
NAME, WORDS = 300, 4000  # characters of a name that are listed, of a record that are searched
LOST, CHANGED, CONFLICT, UNGROUNDED, UNCERTAIN, OPEN, DONE = 0, 1, 2, 3, 4, 5, 9
# What a record waits for, the most urgent first.
URGENT = {
    "not-found": LOST,
    "lost-footing": LOST,
    "source-changed": CHANGED,
    "merged-upstream": CHANGED,
    "split-upstream": CHANGED,
    "conflict": CONFLICT,
    "not-grounded": UNGROUNDED,
    "bad-value": UNGROUNDED,
    "code-gone": UNGROUNDED,
    "new-proposal": UNGROUNDED,
}
CERTAIN = 2.0  # where a record has no uncertain tag
NEEDS_CURATOR = "needs-curator"


class Tagging(NamedTuple):
    """A concept of a record, as it is filtered by."""

    taxonomy: str
    code: str
    role: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Row:
    """A record in one view of its document.

    `urgency` sorts the queue: the whole part is the kind of reason, the rest how doubtful (a record
    that may be no measure comes before all whose tags are guesses).
    `confidence` is that of the least certain primary tag that nobody decided on. `mine` are the
    curators who decided on it, each with whether something changed since.
    """

    record: str
    ordinal: int
    label: str
    name: str
    trail: str
    status: str
    urgency: float
    reason: str
    confidence: float
    text: str
    tags: tuple[Tagging, ...]
    issues: tuple[str, ...]
    mine: tuple[tuple[str, bool], ...]

    @property
    def digest(self) -> str:
        """What changes whenever the row does."""
        return hashlib.sha256(repr(self).encode("utf-8", "replace")).hexdigest()[:16]


def rows(records: Sequence[Record]) -> Iterator[Row]:
    """The rows of a document on which nobody decided anything."""
    undecided = Review(status=RecordStatus.UNDECIDED, waits=("undecided",))
    for ordinal, record in enumerate(records):
        yield _row(ordinal, record, undecided, ())


def reviewed_rows(file: ReviewedFile, decisions: Sequence[Decision]) -> Iterator[Row]:
    """The rows of a document as reviewed; what was lost comes last."""
    by_record: dict[str, list[Decision]] = {}
    for decision in standing(decisions):
        by_record.setdefault(decision.record, []).append(decision)
    everything = [*((r, False) for r in file.records), *((r, True) for r in file.lost)]
    for ordinal, (record, lost) in enumerate(everything):
        own = [one for name in record.ids for one in by_record.get(name, [])]
        yield _row(ordinal, record, record.review, _mine(record, own, lost))


def _row(
    ordinal: int,
    record: Record,
    review: Review,
    mine: tuple[tuple[str, bool], ...],
) -> Row:
    decided = {field.field for field in review.fields if _is_decided(field)}
    guesses = sorted(
        (tag.confidence, tag.taxonomy, tag.code)
        for tag in record.tags
        if tag.role == "primary" and tag.basis == "suggested" and TAGS + tag.taxonomy not in decided
    )
    urgency, reason = _why(record, review, guesses, decided)
    return Row(
        record=record.id,
        ordinal=ordinal,
        label=record.label or "",
        name=_name(record)[:NAME],
        trail=" › ".join(record.path)[:NAME],
        status=str(review.status),
        urgency=urgency,
        reason=reason,
        confidence=guesses[0][0] if guesses else CERTAIN,
        text=" ".join(_words(record))[:WORDS],
        tags=tuple(Tagging(t.taxonomy, t.code, t.role, t.confidence) for t in record.tags),
        issues=tuple(sorted({issue.code for issue in record.issues})),
        mine=mine,
    )


def _why(
    record: Record, review: Review, guesses: list[tuple[float, str, str]], decided: set[str]
) -> tuple[float, str]:
    """How urgent a record is, and why, in a few plain words."""
    for code, urgency in URGENT.items():
        if code in review.waits:
            said = (issue.message for issue in record.issues if issue.code == code)
            return urgency, next(said, code.replace("-", " "))
    if not review.waits:
        by = sorted({field.curator for field in review.fields if field.curator})
        return DONE, f"{review.status}{' by ' if by else ''}{', '.join(by)}"
    chance = CERTAIN if record.confidence is None else record.confidence
    if chance < DOUBT and "description" not in decided:
        return UNCERTAIN + chance / 10, f"it may be no measure ({chance:.2f})"
    if guesses and guesses[0][0] < GUESS:
        confidence, taxonomy, code = guesses[0]
        return UNCERTAIN + confidence, f"its {taxonomy} tag {code} is a guess ({confidence:.2f})"
    for issue in record.issues:
        if issue.code == NEEDS_CURATOR:
            taxonomy = issue.message.partition(":")[0]
            return UNCERTAIN + 0.99, f"nothing told which {taxonomy} code it has"
    if decided:
        count = len(decided)
        return OPEN, f"{count} of its fields {'is' if count == 1 else 'are'} decided"
    return OPEN, "nobody looked at it yet"


def _mine(
    record: ReviewedRecord, own: Sequence[Decision], lost: bool
) -> tuple[tuple[str, bool], ...]:
    """Who decided on a record, each with whether it changed since."""
    moved = lost or any(
        field.footing is not Footing.STANDS or field.proposal is not None
        for field in record.review.fields
    )
    last = {decision.field: decision.curator for decision in own}
    who = sorted({decision.curator for decision in own})
    return tuple(
        (name, moved or any(d.curator == name and last[d.field] != name for d in own))
        for name in who
    )


def _is_decided(field: FieldReview) -> bool:
    return field.status not in (FieldStatus.UNDECIDED, FieldStatus.CONFLICT)


def _name(record: Record) -> str:
    for claim in (record.name, record.description):
        if claim is not None and str(claim.value).strip():
            return str(claim.value)
    return record.label or record.id


def _words(record: Record) -> Iterator[str]:
    """What free text finds a record by."""
    yield record.label or ""
    yield " ".join(record.path)
    for claim in (record.name, record.description, record.rationale, *record.details.values()):
        if claim is not None:
            yield " ".join(claim.value) if isinstance(claim.value, tuple) else str(claim.value)
