"""Values as files say them, made fit to be decided: grounded words, known codes, true parents."""

from collections.abc import Container

from pipeline.export.cells import split
from pipeline.model import Codes, Document, Grounding, Place, Provenance, Span, Value, Words
from pipeline.model.decision import DETAILS
from pipeline.review import ground
from pipeline.taxonomy import Taxonomy

_FROM_BAREST = (Grounding.ABSENT, Grounding.PARTIAL, Grounding.NORMALISED, Grounding.EXACT)


class Refused(ValueError):
    """What cannot be decided; the message says why."""


def worded(
    document: Document,
    name: str,
    words: Words,
    stood: Value | None,
    spans: tuple[Span, ...],
    made_by: str,
) -> Words:
    """Words of the kind that stood there, with where they are in the document.

    They are looked for near those that stood, unless `spans` say where. Raises Refused.
    """
    if name == DETAILS:
        raise Refused("a detail without a name.")
    value = _of_kind(words.value, stood.value if isinstance(stood, Words) else "")
    items = value if isinstance(value, tuple) else (str(value),)
    if any("\0" in item for item in items):
        raise Refused(f"its {name} holds a NUL character.")
    before = stood.provenance if isinstance(stood, Words) else ()
    near = spans[0] if spans else before[0].span if before else None
    found = [ground(document, item, made_by, near) for item in items]
    places = tuple(place for _, where in found for place in where)
    if spans:
        places = tuple(document.cite(_within(document, span, name), made_by) for span in spans)
    how = min((how for how, _ in found), key=_FROM_BAREST.index, default=Grounding.ABSENT)
    return Words(value=value, provenance=_each(places, value), grounding=how)


def _of_kind(
    value: str | int | tuple[str, ...], like: str | int | tuple[str, ...]
) -> str | int | tuple[str, ...]:
    if isinstance(value, str) and isinstance(like, tuple):
        return split(value, "\n")
    if isinstance(value, str) and isinstance(like, int) and value.strip().isdecimal():
        return int(value)
    return value


def _within(document: Document, span: Span, name: str) -> Span:
    if not 0 <= span.start < span.end <= len(document.text) or not document.quote(span).strip():
        raise Refused(f"its {name} is marked at {tuple(span)}, where the document has no words.")
    return span


def _each(
    places: tuple[Provenance, ...], value: str | int | tuple[str, ...]
) -> tuple[Provenance, ...]:
    """The provenance of a value: of a list one place for each item, or none."""
    return places if not isinstance(value, tuple) or len(places) == len(value) else ()


def codes_known(codes: Codes, taxonomy: Taxonomy | None, name: str) -> Codes:
    """Codes that the taxonomy has; its labels are taken for their codes. Raises Refused."""
    if taxonomy is None:
        raise Refused(f"there is no taxonomy for {name}.")
    known = {concept.code for concept in taxonomy.concepts}

    def code(said: str) -> str:
        if said in known:
            return said
        named = taxonomy.by_label(said)
        if len(named) != 1:
            raise Refused(f"{taxonomy.id} has no code {said!r}.")
        return named[0].code

    primary = code(codes.primary) if codes.primary else None
    other = dict.fromkeys(code(one) for one in codes.other)
    return Codes(primary=primary, other=tuple(one for one in other if one != primary))


def placed_under(place: Place, record: str, known: Container[str]) -> Place:
    """A place whose parent is there. Raises Refused."""
    if place.parent is not None and (place.parent not in known or place.parent == record):
        raise Refused(f"{place.parent!r} is no record of this document that could be above it.")
    return place
