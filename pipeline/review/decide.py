"""What was decided on each field of one record, and what the record says then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model import (
    Act,
    Codes,
    Coding,
    Decision,
    FieldReview,
    FieldStatus,
    Footing,
    Grounding,
    Place,
    Provenance,
    Record,
    RecordStatus,
    Saw,
    Span,
    Target,
    Value,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS, WHOLE
from pipeline.review.acts import Acts
from pipeline.review.codes import Labels, decided_tags, gone
from pipeline.review.entry import Entry, whole_field
from pipeline.review.fields import (
    PLACE,
    WORDED,
    claim_of,
    fields_of,
    grade,
    order_of,
    says,
    tags_of,
    with_fields,
)
from pipeline.review.find import Finder
from pipeline.review.footing import Ground, behind, footing, there
from pipeline.review.outcome import Outcome, coded, outcome, outcome_whole
from pipeline.taxonomy import Taxonomy

_ASIDE = {
    Act.REJECT: RecordStatus.REJECTED,
    Act.DUPLICATE: RecordStatus.DUPLICATE,
    Act.MERGE: RecordStatus.MERGED,
}


@dataclass(frozen=True)
class Decider:
    """Decides records. `ids` gives records that have another id now; `labels` those of codes."""

    finder: Finder
    seen: Mapping[str, Saw]
    taxonomies: Mapping[str, Taxonomy]
    coding: Coding
    ids: Mapping[str, str]
    labels: Mapping[str, Labels]

    def entry(self, base: Record, acts: Acts, extracted: Record | None) -> Entry:
        """A record as decided, made of `base`: what the extractor says, was seen, or drafted."""
        entry = Entry(base, extracted)
        entry.notes = tuple(f"{one.curator}: {one.note}" for one in acts.notes)
        had = fields_of(base)
        values: dict[str, Any] = {}
        for name in sorted({*had, *acts.fields} - {WHOLE}, key=order_of):
            value = had.get(name)
            made = self._outcome(name, acts, extracted)
            field = FieldReview(
                field=name,
                status=made.status,
                grounding=value.grounding if isinstance(value, Words) else None,
                codings=made.codings,
            )
            if made.status is FieldStatus.CONFLICT:
                entry.doubt("conflict", f"{name}: the coders do not say the same")
            if made.decision:
                field = self._decided(entry, made, made.decision, field, values)
            entry.fields[name] = field
        entry.record = self._placed(with_fields(base, values), base, entry.place)
        self._whole(entry, acts)
        return entry

    def _outcome(self, name: str, acts: Acts, extracted: Record | None) -> Outcome:
        made = outcome(acts.fields.get(name, ()), self.coding)
        decision = made.decision
        by_hand = extracted is not None and decision is not None and decision.act is Act.ADD
        if by_hand and decision and decision.value == Place():
            return Outcome()  # who added the record said nothing of its place
        return made

    def _decided(
        self,
        entry: Entry,
        made: Outcome,
        decision: Decision,
        field: FieldReview,
        values: dict[str, Any],
    ) -> FieldReview:
        """The field as decided; its value goes into `values` if the decision stands."""
        name, saw = field.field, self.seen.get(decision.saw)
        ground = footing(behind(decision, saw), self.finder, f"curator:{made.curator}")
        field = field.model_copy(
            update={
                "curator": made.curator,
                "when": decision.when,
                "note": decision.note,
                "saw": decision.saw,
                "footing": ground.footing,
                "cosmetic": ground.cosmetic,
            }
        )
        if not _fits(name, decision):
            message = f"{name}: what {decision.curator} decided is no value of this field"
            return _reopened(entry, field, decision, "bad-value", message)
        if ground.footing is Footing.LOST:
            message = f"{name}: the words that {decision.curator} decided on are gone"
            return _reopened(entry, field, decision, "lost-footing", message)
        if ground.footing is Footing.CHANGED:
            message = f"{name}: the words changed since {decision.curator} decided"
            entry.doubt("source-changed", message, _first(ground))
        value = None if decision.act is Act.REJECT else decision.value
        proposal = self._proposal(entry, decision, value, saw)
        values[name] = self._value(entry, made, decision, value, ground)
        grounding = None
        if isinstance(value, Words):
            grounding = self._grounding(value, values[name].provenance, ground)
            if grounding is Grounding.ABSENT:
                # Who was told so has chosen it; what claims to be in the document must be there.
                message = f"{name}: the document does not say this"
                chosen = value.grounding is Grounding.ABSENT
                entry.doubt("not-grounded", message, waits=not chosen)
        return field.model_copy(update={"proposal": proposal, "grounding": grounding})

    def _proposal(
        self, entry: Entry, decision: Decision, value: Value | None, saw: Saw | None
    ) -> Value | None:
        """What the extractor says now, if neither the curator saw nor decided that."""
        if entry.extracted is None:
            return None
        name = decision.field
        now = fields_of(entry.extracted).get(name)
        before: Value | None
        if saw:
            before = fields_of(saw.record).get(name)
        else:
            before = value if decision.act in (Act.ACCEPT, Act.ADD) else now
        if now in (before, value) or says(now) in (
            says(before, self.ids),
            says(value, self.ids),
        ):
            return None
        tags = tags_of(entry.extracted, name.removeprefix(TAGS))
        # The tagger's opinion changes with every training: it is told, and keeps nobody waiting.
        opinion = bool(tags) and all(tag.basis == "suggested" for tag in tags)
        said = "finds nothing here now" if now is None else "says something else now"
        entry.doubt("new-proposal", f"{name}: the extractor {said}", waits=not opinion)
        return now

    def _value(
        self,
        entry: Entry,
        made: Outcome,
        decision: Decision,
        value: Value | None,
        ground: Ground,
    ) -> Any:
        """The value as the record keeps it: Claim, Rationale, Place, tags, or None."""
        name = decision.field
        match value:
            case Words():
                places = tuple(one for one in ground.now if one) if value.provenance else ()
                words = value.model_copy(update={"provenance": places})
                return claim_of(name, words, self._basis(entry.record, decision))
            case Place():
                entry.place = decision
                parent = self.ids.get(value.parent or "", value.parent)
                return value.model_copy(update={"parent": parent})
            case Codes():
                return self._tags(entry, decision, value)
            case _:
                if name == PLACE:
                    entry.place = decision
                return None

    def _grounding(self, words: Words, places: Sequence[Provenance], ground: Ground) -> Grounding:
        found = grade(words.value, places)
        if found is not Grounding.PARTIAL:
            return found
        if words.value == self.finder.document.value(places):
            return Grounding.NORMALISED  # the marks of notes are no words of a value
        kept = ground.footing is Footing.STANDS and words.grounding is not Grounding.EXACT
        return words.grounding if kept else found

    def _basis(self, base: Record, decision: Decision) -> str:
        saw = self.seen.get(decision.saw)
        rationale = base.rationale or (saw.record.rationale if saw else None)
        return rationale.basis if rationale else "stated"

    def _tags(self, entry: Entry, decision: Decision, codes: Codes) -> Any:
        name = decision.field.removeprefix(TAGS)
        saw, taxonomy = self.seen.get(decision.saw), self.taxonomies.get(name)
        labels = self.labels.get(decision.key, {})
        for wrong in gone(name, codes, taxonomy, labels):
            entry.doubt("code-gone", f"tags: {wrong}")
        known = (*tags_of(entry.record, name), *(tags_of(saw.record, name) if saw else ()))
        return decided_tags(decision, codes, known, self.finder, taxonomy, labels)

    def _placed(self, record: Record, base: Record, place: Decision | None) -> Record:
        """The record with the words of its headings, where they are known."""
        saw = self.seen.get(place.saw) if place else None
        for known in (base, *([saw.record] if saw else [])):
            if known.path == record.path:
                headings = there(known.path_provenance, self.finder)
                return record.model_copy(update={"path_provenance": headings})
        return record.model_copy(update={"path_provenance": ()})

    def _whole(self, entry: Entry, acts: Acts) -> None:
        """Set the record aside if it was rejected, merged, or is a duplicate."""
        made = outcome_whole(acts.fields, self.coding)
        if made.status is FieldStatus.CONFLICT:
            entry.whole = whole_field(status=made.status, codings=made.codings)
            entry.doubt("conflict", "the coders do not say the same of the record")
        decision = made.decision
        if decision is None or decision.act not in _ASIDE:
            return
        saw = self.seen.get(decision.saw)
        ground = footing(behind(decision, saw), self.finder, f"curator:{made.curator}")
        field = whole_field(
            status=FieldStatus.REJECTED if decision.act is Act.REJECT else FieldStatus.EDITED,
            footing=ground.footing,
            cosmetic=ground.cosmetic,
            curator=made.curator,
            when=decision.when,
            note=decision.note,
            saw=decision.saw,
        )
        if decision.act is not Act.REJECT and not isinstance(decision.value, Target):
            message = f"{decision.curator} did not say which record it belongs to"
            entry.whole = _reopened(entry, field, decision, "bad-value", message)
        elif ground.footing is Footing.LOST:
            message = f"the words that {decision.curator} set aside are gone"
            entry.whole = _reopened(entry, field, decision, "lost-footing", message)
        else:
            entry.waits.clear()  # a record that is set aside waits for its own sake alone
            entry.issues.clear()
            entry.whole, entry.aside = field, _ASIDE[decision.act]
            if isinstance(decision.value, Target):
                entry.target = decision.value
            if ground.footing is Footing.CHANGED:
                message = f"the words changed since {decision.curator} set it aside"
                entry.doubt("source-changed", message, _first(ground))


def _reopened(
    entry: Entry, field: FieldReview, decision: Decision, code: str, message: str
) -> FieldReview:
    """The field, open again, with the decision kept aside."""
    entry.doubt(code, message)
    return field.model_copy(update={"status": FieldStatus.UNDECIDED, "codings": (coded(decision),)})


def _first(ground: Ground) -> Span | None:
    return next((one.span for one in ground.now if one), None)


def _fits(name: str, decision: Decision) -> bool:
    """Whether the value of a decision is of the kind that its field holds."""
    value = decision.value
    if value is None or decision.act is Act.REJECT:
        return name in (*WORDED, PLACE) or name.startswith((DETAILS, TAGS))
    if name == PLACE:
        return isinstance(value, Place)
    if name.startswith(TAGS):
        return isinstance(value, Codes)
    return isinstance(value, Words) and (name in WORDED or name.startswith(DETAILS))
