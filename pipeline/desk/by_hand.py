"""What curators write themselves: words, grounded in the document, and records by hand."""

from collections.abc import Iterable
from itertools import count

from pydantic import Field

from pipeline.assemble.identity import Face, identify
from pipeline.desk.library import Folio
from pipeline.desk.record_view import said
from pipeline.model import Draft, Frozen, Place, Span, Words
from pipeline.review import ground

LONGEST = 200_000  # characters of one text


class Refused(ValueError):
    """An act that cannot be taken; the message says why, in the curator's words."""


class Wording(Frozen):
    """Words as typed, or as taken from the document at `span` (in characters of its text)."""

    text: str = Field(max_length=LONGEST)
    span: Span | None = None


class Drafted(Frozen):
    """The texts of a record by hand, or of a piece of one."""

    name: Wording | None = None
    description: Wording | None = None
    rationale: Wording | None = None


def worded(folio: Folio, wording: Wording, curator: str, near: Span | None = None) -> Words:
    """Words with how far they stand in the document, and where."""
    text = " ".join(wording.text.split())
    how, where = ground(folio.document, text, f"curator:{curator}", wording.span or near)
    return Words(value=text, provenance=where, grounding=how)


def drafted(
    folio: Folio,
    given: Drafted,
    place: Place,
    curator: str,
    identifier: str = "",
    label: str | None = None,
    taken: Iterable[str] = (),
) -> Draft:
    """A record by hand. Without an id it gets one as the extractor makes them, and nobody else's.

    Raises Refused when it has neither a name nor a description.
    """
    texts = {
        name: worded(folio, wording, curator)
        for name in ("name", "description", "rationale")
        if (wording := getattr(given, name)) and wording.text.strip()
    }
    if not texts.keys() & {"name", "description"}:
        raise Refused("A record needs a name or a description.")
    if not identifier:
        face = Face("", said(texts.get("name")), place.path, said(texts.get("description")))
        identifier = _new_id(folio, face, set(taken))
    return Draft(
        id=identifier,
        label=label,
        place=place,
        name=texts.get("name"),
        description=texts.get("description"),
        rationale=texts.get("rationale"),
    )


def _new_id(folio: Folio, face: Face, taken: set[str]) -> str:
    title = folio.reviewed.source.title
    records = (*folio.reviewed.records, *folio.reviewed.lost, *folio.records.records)
    known = taken | {one.id for one in records} | {one.record for one in folio.decisions}
    # Faces alike in all are told apart by their order: the next is the first that is free.
    ids = (identify(str(title.value) if title else "", [face] * alike)[-1] for alike in count(1))
    return next(one for one in ids if one not in known)
