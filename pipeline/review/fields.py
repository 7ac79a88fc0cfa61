"""The fields of a record that can be decided, as values, and a record with other values."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.model import (
    Claim,
    Codes,
    Draft,
    Grounding,
    Place,
    Provenance,
    Rationale,
    Record,
    Tag,
    Value,
    Words,
)
from pipeline.model.decision import DETAILS, TAGS
from pipeline.review.squeeze import letters

NAME, DESCRIPTION, RATIONALE, PLACE = "name", "description", "rationale", "place"
WORDED = (NAME, DESCRIPTION, RATIONALE)
BY_HAND = "curator"  # the way of a record that no rule found


def fields_of(record: Record) -> dict[str, Value]:
    """The fields of a record that have a value, in order; each is decided by itself.

    Name, description, rationale and place, then the details, then the tags of each taxonomy (the
    whole set of codes). What the record leaves empty is not among them, yet can be decided.
    """
    found: dict[str, Value] = {}
    for field in WORDED:
        claim: Claim | Rationale | None = getattr(record, field)
        if claim:
            found[field] = _words(claim)
    found[PLACE] = Place(parent=record.parent, path=record.path)
    for key in sorted(record.details):
        found[DETAILS + key] = _words(record.details[key])
    for taxonomy in dict.fromkeys(tag.taxonomy for tag in record.tags):
        found[TAGS + taxonomy] = Codes.of((tag.code, tag.role) for tag in tags_of(record, taxonomy))
    return found


def order_of(field: str) -> tuple[int, str]:
    """Sorts the names of fields as `fields_of` gives them; tags by taxonomy."""
    for at, known in enumerate((*WORDED, PLACE)):
        if field == known:
            return at, ""
    return (4 if field.startswith(DETAILS) else 5 if field.startswith(TAGS) else 6), field


def tags_of(record: Record, taxonomy: str) -> tuple[Tag, ...]:
    """The tags that a record has of one taxonomy."""
    return tuple(tag for tag in record.tags if tag.taxonomy == taxonomy)


def _words(claim: Claim | Rationale) -> Words:
    return Words(
        value=claim.value,
        provenance=claim.provenance,
        grounding=grade(claim.value, claim.provenance),
    )


def grade(value: str | int | tuple[str, ...], places: Sequence[Provenance]) -> Grounding:
    """How far a value is what its quotes say. What the extractor read is their normal form."""
    if not places:
        return Grounding.ABSENT
    quotes = [place.quote for place in places]
    items = [str(item) for item in value] if isinstance(value, tuple) else [str(value)]
    if items == quotes or items == ["\n".join(quotes)]:
        return Grounding.EXACT
    same = letters("\n".join(items)) == letters("\n".join(quotes))
    read = not any(place.made_by.startswith("curator:") for place in places)
    return Grounding.NORMALISED if same or read else Grounding.PARTIAL


def text_of(words: Words | Claim | Rationale) -> str:
    """The value of words as one text."""
    return " ".join(words.value) if isinstance(words.value, tuple) else str(words.value)


def says(value: Value | None, ids: Mapping[str, str] | None = None) -> object:
    """What a value comes to, for comparing: neither print nor provenance nor order tell.

    `ids` gives records that have another id now.
    """
    match value:
        case Words():
            items = value.value if isinstance(value.value, tuple) else (str(value.value),)
            return "words", tuple(map(letters, items))
        case Codes():
            return "codes", value.primary, tuple(sorted({*value.other} - {value.primary}))
        case Place():
            parent = (ids or {}).get(value.parent or "", value.parent)
            return "place", parent, tuple(map(letters, value.path))
        case None:
            return None
        case _:
            return value.model_dump_json()


def with_fields(record: Record, values: Mapping[str, Any]) -> Record:
    """The record with other values: of Claim, Rationale, Place, of tuples of tags, or None."""
    changed: dict[str, Any] = {field: values[field] for field in WORDED if field in values}
    if PLACE in values:
        place: Place = values[PLACE] or Place()
        changed |= {"parent": place.parent, "path": place.path}
    details: dict[str, Claim | None] = {
        DETAILS + key: claim for key, claim in record.details.items()
    }
    details |= {field: value for field, value in values.items() if field.startswith(DETAILS)}
    changed["details"] = {
        field.removeprefix(DETAILS): claim
        for field, claim in sorted(details.items())
        if claim is not None
    }
    changed["tags"] = _with_tags(record.tags, values)
    return record.model_copy(update=changed)


def _with_tags(tags: Sequence[Tag], values: Mapping[str, Any]) -> tuple[Tag, ...]:
    """Tags with those of some taxonomies replaced, where the first of each stands."""
    left = {field: tuple(values[field] or ()) for field in values if field.startswith(TAGS)}
    found: list[Tag] = []
    for tag in tags:
        field = TAGS + tag.taxonomy
        found += left.pop(field, ()) if field in values else (tag,)
    return (*found, *(tag for field in sorted(left) for tag in left[field]))


def drafted(draft: Draft, identifier: str) -> Record:
    """A record by hand, before anybody decides on it."""
    empty = Record(
        id=identifier,
        way=BY_HAND,
        label=draft.label,
        name=None,
        path=draft.place.path,
        parent=draft.place.parent,
        children=(),
        description=None,
        rationale=None,
    )
    given = {field: value for field in WORDED if (value := getattr(draft, field))}
    return with_fields(empty, {field: claim_of(field, words) for field, words in given.items()})


def claim_of(field: str, words: Words, basis: str = "stated") -> Claim | Rationale:
    """Words as the record keeps them."""
    if field == RATIONALE:
        return Rationale.model_validate(
            {"value": text_of(words), "basis": basis, "provenance": words.provenance}
        )
    return Claim(value=words.value, provenance=words.provenance)
