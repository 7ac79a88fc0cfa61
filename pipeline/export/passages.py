"""A record with the passage of the document that states it: what annotation tools are given.

`Head` travels with the passage, so that what comes back is known by itself: a mark that did not
move has the words that the record had, and what nobody touched is no decision.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote

from pydantic import ValidationError

from pipeline.export import Corpus, Said, Unreadable
from pipeline.export.rows import codes_in, mark
from pipeline.model import (
    Codes,
    Document,
    FieldStatus,
    Frozen,
    RecordStatus,
    ReviewedFile,
    ReviewedRecord,
    Span,
    Value,
    Words,
)
from pipeline.model.decision import TAGS
from pipeline.model.text import normal_form

FIELDS = ("name", "description", "rationale")
LONGEST = 20_000  # characters of a passage; of a record that is spread wider the description alone
ACCEPT, REJECT = "accept", "reject"


class Mark(NamedTuple):
    """Words of the passage, by their characters from its beginning, and the field that they are."""

    field: str
    start: int
    end: int


class Stood(Frozen):
    """The words of a field as they were, and their places in the document's text."""

    value: str | int | tuple[str, ...]
    spans: tuple[Span, ...]


class Head(Frozen):
    """What a passage is of. `start` is its first character in the document's text."""

    document: str
    text: str
    record: str
    start: int
    words: dict[str, Stood]
    codes: dict[str, Codes]


@dataclass(frozen=True)
class Passage:
    """A head with the text. `answer` is what curators said of the record, if they did."""

    head: Head
    text: str
    marks: tuple[Mark, ...]
    answer: str = ""


def passages(corpus: Corpus) -> Iterator[Passage]:
    """The passages of the corpus. Records that no words stand behind have none."""
    for file in corpus.files():
        if file.records:
            document = corpus.document(file.document.path)
            for record in file.records:
                if passage := passage_of(record, file, document):
                    yield passage


def passage_of(record: ReviewedRecord, file: ReviewedFile, document: Document) -> Passage | None:
    """The passage of one record: the blocks in which its name, description and reason stand."""
    words = {}
    for field in FIELDS:
        claim = getattr(record, field)
        if claim and claim.provenance:
            spans = tuple(place.span for place in claim.provenance)
            words[field] = Stood(value=claim.value, spans=spans)
    extent = _extent(words)
    if extent and extent.end - extent.start > LONGEST and "description" in words:
        words = {"description": words["description"]}
        extent = _extent(words)
    if extent is None:
        return None
    blocks = document.blocks_at(extent)
    start = min([extent.start, *(block.span.start for block in blocks)])
    end = max([extent.end, *(block.span.end for block in blocks)])
    taxonomies = dict.fromkeys(tag.taxonomy for tag in record.tags)
    head = Head(
        document=file.document.path,
        text=document.id,
        record=record.id,
        start=start,
        words=words,
        codes={one: codes_in(record, one) for one in taxonomies},
    )
    marks = sorted(
        (
            Mark(field, span.start - start, span.end - start)
            for field, said in words.items()
            for span in said.spans
        ),
        key=lambda one: one.start,
    )
    return Passage(head, document.text[start:end], tuple(marks), _answer(record))


def _extent(words: Mapping[str, Stood]) -> Span | None:
    spans = [span for said in words.values() for span in said.spans]
    if not spans:
        return None
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _answer(record: ReviewedRecord) -> str:
    """What was decided: on what the passage shows, whatever else of the record is open."""
    if record.review.status is RecordStatus.REJECTED:
        return REJECT
    decided = {
        one.field
        for one in record.review.fields
        if one.status in (FieldStatus.ACCEPTED, FieldStatus.EDITED)
    }
    return ACCEPT if {"name", "description"} & decided else ""


# --- and back -------------------------------------------------------------------------------------


def head_of(value: object, where: str) -> Head:
    """The head that came back. Raises Unreadable when it is missing or was damaged."""
    try:
        return Head.model_validate(value)
    except ValidationError as error:
        reason = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:2]
        )
        message = (
            f"{where}: it does not say what record it is of ({reason}); keep what Gleaner wrote"
        )
        raise Unreadable(f"{message} under `gleaner`.") from error


class Quoted(NamedTuple):
    """Words that were marked as a field, and their place in the document's text."""

    field: str
    span: Span
    words: str


def quoted(marks: Iterable[Mark], head: Head, text: str, where: str) -> list[Quoted]:
    """The marks of a passage, by their places in the document. Raises Unreadable."""
    found = []
    for field, start, end in marks:
        if not 0 <= start < end <= len(text):
            raise Unreadable(f"{where}: a mark goes from {start} to {end}, out of the text.")
        found.append(Quoted(field, Span(head.start + start, head.start + end), text[start:end]))
    return found


def said(
    where: str,
    head: Head,
    marked: Iterable[Quoted],
    codes: Mapping[str, Codes],
    answer: str,
) -> Said:
    """What an annotated passage says of its record.

    Without an `answer` only what was changed says anything: an export that comes back as it left
    accepts nothing. Where nothing at all is marked the words were not looked at; where something
    is, a field without a mark is empty. A taxonomy that is not in `codes` was not spoken of.
    """
    if answer == REJECT:
        status = RecordStatus.REJECTED.value
        return Said(where, head.document, head.record, status=status, saw=_saw(head))
    by_field: dict[str, list[Quoted]] = {}
    for one in sorted(marked, key=lambda one: one.span):
        if one.field not in FIELDS:
            raise Unreadable(f"{where}: a mark is called {one.field!r}, which is none of {FIELDS}.")
        by_field.setdefault(one.field, []).append(one)
    fields: dict[str, Value | None] = dict.fromkeys(head.words) if by_field else {}
    fields |= {field: _words(found, head.words.get(field)) for field, found in by_field.items()}
    fields |= {TAGS + taxonomy: value for taxonomy, value in codes.items()}
    places = {field: tuple(one.span for one in found) for field, found in by_field.items()}
    accepted = ACCEPTED if answer == ACCEPT else None
    return Said(where, head.document, head.record, fields, _saw(head), accepted, places)


ACCEPTED = "accepted"  # the status of a record whose passage was accepted as it is marked


def _words(found: list[Quoted], was: Stood | None) -> Words:
    if was and sorted(was.spans) == [one.span for one in found]:
        return Words(value=was.value)
    return Words(value=normal_form("\n".join(one.words for one in found)))


def _saw(head: Head) -> dict[str, str]:
    words = {field: mark(Words(value=said.value)) for field, said in head.words.items()}
    return words | {TAGS + one: mark(codes) for one, codes in head.codes.items()}


# --- codes as labels ------------------------------------------------------------------------------


def labels(codes: Mapping[str, Codes]) -> list[str]:
    """Codes as labels of a tool: `mitigation/primary/3.3.2`."""
    found = []
    for taxonomy, value in codes.items():
        place = quote(taxonomy, safe="")
        found += [f"{place}/primary/{value.primary}"] if value.primary else []
        found += [f"{place}/other/{code}" for code in value.other]
    return found


def codes(labels: Iterable[str], where: str) -> dict[str, Codes]:
    """The codes of such labels, by taxonomy. Raises Unreadable for two primaries of one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for label in labels:
        taxonomy, _, rest = label.partition("/")
        role, _, code = rest.partition("/")
        if role not in ("primary", "other") or not code:
            raise Unreadable(f"{where}: the label {label!r} is not taxonomy/primary/code or other.")
        pairs = found.setdefault(unquote(taxonomy), [])
        if role == "primary" and any(known == role and other != code for other, known in pairs):
            raise Unreadable(f"{where}: two primary codes of {unquote(taxonomy)}; keep one.")
        pairs.append((code, role))
    return {taxonomy: Codes.of(pairs) for taxonomy, pairs in found.items()}
