"""Earlier work against the documents: which row is of which document, where its words stand there,
and which record they are already.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from pipeline.export import Said
from pipeline.export.earlier import Row
from pipeline.model import (
    Claim,
    Codes,
    Document,
    Grounding,
    Provenance,
    Record,
    Source,
    Span,
    Value,
    Words,
)
from pipeline.model.decision import TAGS
from pipeline.model.text import fold
from pipeline.review import ground
from pipeline.review.squeeze import squeeze
from pipeline.taxonomy import Taxonomy

SHARED = 0.5  # of the shorter of two places, when a row and a record are the same measure
ALIKE = 95  # of 100: how alike descriptions must be where the words stand nowhere
BY_WORDS = 0.2  # of the rows of a source must stand in a document that nothing else ties it to
_TITLE = 3  # words: a shorter title may be part of any other
_YEARED = re.compile(r"(?P<who>.*?\S)[\s,(]*(?P<year>(?:19|20)\d\d)[a-z]?\)?")


@dataclass(frozen=True)
class Work:
    """A document that rows may be of."""

    name: str
    source: Source
    document: Document
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Located:
    """A row in its document: how far its words stand there, where, and the record that it is."""

    row: Row
    work: Work
    grounding: Grounding
    places: tuple[Provenance, ...]
    record: str = ""


@dataclass(frozen=True)
class Tied:
    """The document that a source means, and how that is known."""

    name: str
    how: str


def tie(rows: Iterable[Row], works: Sequence[Work], given: Mapping[str, str]) -> dict[str, Tied]:
    """The document of each source that rows name, as far as one is certain.

    `given` says it outright (source to document). Else the title tells, or authors and year, or
    the very words of the rows. A source that fits two documents is tied to neither.
    """
    by_source: dict[str, list[Row]] = {}
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
    letters = {work.name: squeeze(work.document.text).text for work in works}
    found = {}
    for source, own in by_source.items():
        if source in given:
            found[source] = Tied(given[source], "as you said")
            continue
        for how, fits in (("title", _by_title), ("authors and year", _by_authors)):
            names = [work.name for work in works if fits(source, work)]
            if len(names) == 1:
                found[source] = Tied(names[0], how)
                break
        else:
            if name := _by_words(own, letters):
                found[source] = Tied(name, "its words")
    return found


def _by_title(source: str, work: Work) -> bool:
    title = fold(str(work.source.title.value)) if work.source.title else ""
    said = fold(source)
    return title != "" and (title == said or (len(title.split()) >= _TITLE and title in said))


def _by_authors(source: str, work: Work) -> bool:
    parts = _YEARED.fullmatch(source.strip())
    if not parts:
        return False
    year = str(work.source.year.value) if work.source.year else ""
    known = " ".join((work.name, *(f"{a.given} {a.family}" for a in work.source.authors)))
    who = set(fold(parts["who"]).split()) - {"et", "al", "and"}
    return bool(who) and who <= set(fold(known).split()) and year in ("", parts["year"])


def _by_words(rows: Sequence[Row], letters: Mapping[str, str]) -> str:
    """The one document in which enough of the rows stand, letter for letter but for print."""
    texts = [squeeze(row.description).text for row in rows if len(row.description) > 40]
    counts = Counter({name: sum(t in text for t in texts) for name, text in letters.items()})
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < max(2, BY_WORDS * len(texts)):
        return ""
    alone = len(ranked) == 1 or ranked[1][1] < ranked[0][1]
    return ranked[0][0] if alone else ""


def locate(rows: Sequence[Row], work: Work, made_by: str) -> list[Located]:
    """Each row in its document, and the record that it is; no record is two rows.

    The places decide; where a row stands nowhere, or no record is there, the likeness of texts.
    """
    graded = [ground(work.document, row.description or row.name, made_by) for row in rows]
    pairs = sorted(_pairs(rows, [places for _, places in graded], work), reverse=True)
    record_of: dict[int, str] = {}
    taken: set[str] = set()
    for _, minus_row, record in pairs:
        if -minus_row not in record_of and record not in taken:
            record_of[-minus_row] = record
            taken.add(record)
    return [
        Located(row, work, grounding, places, record_of.get(number, ""))
        for number, (row, (grounding, places)) in enumerate(zip(rows, graded, strict=True))
    ]


def _pairs(
    rows: Sequence[Row], placed: Sequence[tuple[Provenance, ...]], work: Work
) -> Iterator[tuple[float, int, str]]:
    """What fits together: how well, the number of the row (negative, to sort), and the record."""
    spans = {record.id: _spans(record) for record in work.records}
    texts = {record.id: fold(_text(record)) for record in work.records if _text(record)}
    for number, (row, places) in enumerate(zip(rows, placed, strict=True)):
        own = [place.span for place in places]
        for record, others in spans.items():
            if (shared := _shared(own, others)) >= SHARED:
                yield 1 + shared, -number, record
        if row.description:
            said = fold(row.description)
            for _, score, record in process.extract(
                said, texts, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=3
            ):
                yield score / 100, -number, record


def _spans(record: Record) -> list[Span]:
    claim = record.description or record.name
    return [place.span for place in claim.provenance] if claim else []


def _text(record: Record) -> str:
    return str(record.description.value) if record.description else ""


def _shared(one: Sequence[Span], other: Sequence[Span]) -> float:
    """The share of the shorter of two places that both have."""
    common = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in one for b in other)
    shorter = min(sum(s.end - s.start for s in one), sum(s.end - s.start for s in other))
    return common / shorter if shorter else 0.0


def said(located: Located, taxonomy: Taxonomy | None) -> Said:
    """What a row says of its record, or of one that nobody found (an empty id).

    A description that differs in print alone is the record's own, which has its words behind it.
    Raises ValueError for a code that the taxonomy does not have.
    """
    row = located.row
    record = next((one for one in located.work.records if one.id == located.record), None)
    fields: dict[str, Value | None] = {}
    if row.name:
        fields["name"] = Words(value=_as_read(row.name, record.name if record else None))
    if row.description:
        own = record.description if record else None
        fields["description"] = Words(value=_as_read(row.description, own))
    if row.code and taxonomy:
        fields[TAGS + taxonomy.id] = _codes(code_of(row, taxonomy), taxonomy, record)
    spans = (
        {"description": tuple(place.span for place in located.places)} if row.description else {}
    )
    where = f"{row.where} ({row.id})" if row.id else row.where
    document = f"documents/{located.work.name}"
    return Said(where, document, located.record, fields, status="accepted", spans=spans)


def _codes(code: str, taxonomy: Taxonomy, record: Record | None) -> Codes:
    """The codes of a record with this primary one; others stay where it is the one it has."""
    tags = [tag for tag in record.tags if tag.taxonomy == taxonomy.id] if record else []
    if not any((tag.code, tag.role) == (code, "primary") for tag in tags):
        return Codes(primary=code)
    return Codes(primary=code, other=tuple(tag.code for tag in tags if tag.role == "other"))


def _as_read(words: str, claim: Claim | None) -> str:
    """What the document's own record says, where the words differ from it in print alone."""
    if claim and squeeze(str(claim.value)).text == squeeze(words).text:
        return str(claim.value)
    return words


def code_of(row: Row, taxonomy: Taxonomy) -> str:
    """The code that a row means by `1.1 Board Structure`, `1.1` or the label alone."""
    known = {concept.code for concept in taxonomy.concepts}
    first = row.code.split()[0]
    if first in known:
        return first
    named = taxonomy.by_label(row.code)
    if len(named) == 1:
        return named[0].code
    raise ValueError(f"{row.where}: {row.code!r} is no code of {taxonomy.id}")
