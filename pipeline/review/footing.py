"""Whether the words that a decision stands on are still in the document."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from pipeline.model import (
    Claim,
    Decision,
    Document,
    Footing,
    Grounding,
    Provenance,
    Rationale,
    Record,
    Related,
    Saw,
    Tag,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS
from pipeline.review.fields import WORDED, tags_of
from pipeline.review.find import Finder

# A decision loses its footing when less than this share of the letters that it saw is left.
LEFT = 0.5

Noun = TypeVar("Noun", Claim, Rationale, Related)


class Ground(NamedTuple):
    """What became of the words behind a decision; `now` has None for each that is gone."""

    footing: Footing
    cosmetic: bool
    seen: tuple[Provenance, ...]
    now: tuple[Provenance | None, ...]


def behind(decision: Decision, saw: Saw | None) -> tuple[Provenance, ...]:
    """The words that a decision stands on.

    Those of its own value; else those of the field that was seen; else (a place, tags without
    evidence, a record as a whole) the record's own, its description or what there is instead.
    """
    if isinstance(decision.value, Words) and decision.value.provenance:
        return decision.value.provenance
    if saw is None:
        return ()
    return of_field(saw.record, decision.field) or own_words(saw.record)


def of_field(record: Record, field: str) -> tuple[Provenance, ...]:
    """The words behind a field of a record, as it says itself; a place says none."""
    if field in WORDED:
        claim = getattr(record, field)
        return claim.provenance if claim else ()
    if field.startswith(DETAILS):
        detail = record.details.get(field.removeprefix(DETAILS))
        return detail.provenance if detail else ()
    if field.startswith(TAGS):
        tags = tags_of(record, field.removeprefix(TAGS))
        return tuple(dict.fromkeys(place for tag in tags for place in tag.evidence))
    return ()


def own_words(record: Record) -> tuple[Provenance, ...]:
    """The words that a record is known by: its description, else its name, label or heading."""
    for claim in (record.description, record.name):
        if claim and claim.provenance:
            return claim.provenance
    return record.label_provenance or record.path_provenance[-1:]


def footing(words: Sequence[Provenance], finder: Finder, made_by: str) -> Ground:
    """What became of words: in place (even if moved), changed a little, or gone."""
    found = [finder.find(one) for one in words]
    now = tuple(finder.document.cite(one.span, made_by) if one else None for one in found)
    total = sum(len(one.quote) for one in words)
    left = sum(len(one.quote) for one, there in zip(words, found, strict=True) if there)
    if total and left < LEFT * total:
        state = Footing.LOST
    elif any(one is None or one.how is Grounding.PARTIAL for one in found):
        state = Footing.CHANGED
    else:
        state = Footing.STANDS
    cosmetic = state is Footing.STANDS and any(
        there is not None and (there.quote, there.pages) != (one.quote, one.pages)
        for one, there in zip(words, now, strict=True)
    )
    return Ground(state, cosmetic, tuple(words), now)


def words_now(
    document: Document, decision: Decision, saw: Saw | None
) -> tuple[tuple[Provenance, Provenance | None], ...]:
    """Each of the words behind a decision as seen, and as the document has them now (or None)."""
    ground = footing(behind(decision, saw), Finder(document), f"curator:{decision.curator}")
    return tuple(zip(ground.seen, ground.now, strict=True))


def relocated(record: Record, finder: Finder) -> Record:
    """A record of an older text, with the places that its words have now; what is gone has none."""

    def claim(old: Noun) -> Noun:
        return old.model_copy(update={"provenance": there(old.provenance, finder)})

    def tagged(tags: Iterable[Tag]) -> tuple[Tag, ...]:
        return tuple(
            tag.model_copy(update={"evidence": there(tag.evidence, finder)}) for tag in tags
        )

    return record.model_copy(
        update={
            **{name: claim(old) for name in WORDED if (old := getattr(record, name))},
            "details": {key: claim(old) for key, old in record.details.items()},
            "tags": tagged(record.tags),
            "related": tuple(
                claim(one).model_copy(update={"tags": tagged(one.tags)}) for one in record.related
            ),
            "label_provenance": there(record.label_provenance, finder),
            "path_provenance": there(record.path_provenance, finder),
        }
    )


def there(places: Iterable[Provenance], finder: Finder) -> tuple[Provenance, ...]:
    """Words as the document has them now, without those that are gone."""
    now = (finder.now(place, place.made_by) for place in places)
    return tuple(place for place in now if place)
