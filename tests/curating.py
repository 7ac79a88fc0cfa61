"""Documents, records and decisions made by hand, for tests of the review."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from building import Writer

from pipeline.model import (
    Act,
    Claim,
    Codes,
    Coding,
    Decision,
    Document,
    DocumentHeader,
    Draft,
    FieldReview,
    Grounding,
    Provenance,
    Record,
    RecordFile,
    ReviewedFile,
    ReviewedRecord,
    Saw,
    Source,
    Span,
    Tag,
    Value,
    Words,
)
from pipeline.model.decision import CODING, WHOLE
from pipeline.review import fields_of, review
from pipeline.taxonomy import Taxonomy, load_taxonomies

TAXONOMIES = load_taxonomies()
START = datetime(2026, 1, 1, tzinfo=UTC)
RULE = "rule:test"

AUDIT = "Providers should have each model audited by a third party before release."
LOGS = "Deployers must keep incident logs for at least 30 days and read them weekly."
SHARE = "Agencies share what they learn from incidents with each other every quarter."


def document(*paragraphs: str) -> Document:
    writer = Writer()
    for paragraph in paragraphs:
        writer.paragraph(paragraph)
    return writer.document()


def cited(text: Document, words: str, made_by: str = RULE) -> Provenance:
    start = text.text.index(words)
    return text.cite(Span(start, start + len(words)), made_by)


def tag(code: str, taxonomy: str = "mitigation", role: str = "primary", **more: object) -> Tag:
    made = TAXONOMIES[taxonomy].concept(code)
    return Tag.model_validate(
        {
            "taxonomy": taxonomy, "code": code, "label": made.label, "role": role,
            "basis": "suggested", "confidence": 0.5, "evidence": (), "why": "", "made_by": "model:t",
        } | more
    )  # fmt: skip


def record(
    text: Document,
    own: str,
    description: str | None,
    name: str | None = None,
    tags: Sequence[Tag] = (),
    parent: str | None = None,
    label: str | None = None,
    path: tuple[str, ...] = (),
) -> Record:
    """A record as the extractor would make it; its words are where the text has them first."""

    def claim(words: str | None) -> Claim | None:
        if words is None:
            return None
        place = cited(text, words)
        return Claim(value=text.value((place,)), provenance=(place,))

    return Record(
        id=own, way="prose", label=label, name=claim(name), path=path, parent=parent, children=(),
        description=claim(description), rationale=None, tags=tuple(tags),
    )  # fmt: skip


def file(text: Document, *records: Record) -> RecordFile:
    header = DocumentHeader(
        id=text.id, path=text.path, sha256=text.sha256, media_type=text.media_type,
        pages=len(text.pages), verdict=text.verdict, made_by={},
    )  # fmt: skip
    return RecordFile(document=header, source=Source(), records=records)


class Desk:
    """Decides as curators do at a desk: each act has seen the records of `text`."""

    def __init__(self, text: Document, *records: Record) -> None:
        self.text, self.records = text, {one.id: one for one in records}
        self.decisions: list[Decision] = []
        self.seen: dict[str, Saw] = {}

    def act(
        self,
        own: str,
        field: str,
        act: Act,
        value: Value | None = None,
        curator: str = "ann",
        action: str = "",
        **more: object,
    ) -> Decision:
        saw = ""
        if own in self.records:
            sight = Saw(
                document="tests/made.txt",
                sha256=self.text.sha256,
                text=self.text.id,
                record=self.records[own],
            )
            self.seen[sight.digest] = sight
            saw = sight.digest
        count = len(self.decisions)
        decision = Decision.model_validate(
            {
                "action": action or f"action-{count:04}", "document": "tests/made.txt",
                "record": own, "field": field, "act": act, "value": value, "saw": saw,
                "curator": curator, "when": START + timedelta(seconds=count),
            } | more
        )  # fmt: skip
        self.decisions.append(decision)
        return decision

    def accept(self, own: str, curator: str = "ann", **more: object) -> str:
        """Accept a whole record: a decision for each of its fields, one action."""
        action = f"accept-{len(self.decisions):04}"
        for field, value in fields_of(self.records[own]).items():
            self.act(own, field, Act.ACCEPT, value, curator, action, **more)
        return action

    def edit(self, own: str, field: str, value: str | Value, **more: object) -> Decision:
        """Edit a field; words that the document has are grounded there."""
        if isinstance(value, str):
            places = (cited(self.text, value, "curator:ann"),) if value in self.text.text else ()
            how = Grounding.EXACT if places else Grounding.ABSENT
            value = Words(value=value, provenance=places, grounding=how)
        return self.act(own, field, Act.EDIT, value, **more)  # type: ignore[arg-type]

    def code(self, own: str, primary: str, *other: str, **more: object) -> Decision:
        value = Codes(primary=primary, other=other)
        return self.act(own, "tags.mitigation", Act.EDIT, value, **more)  # type: ignore[arg-type]

    def add(self, own: str, description: str, **more: object) -> Decision:
        places = (cited(self.text, description, "curator:ann"),)
        draft = Draft(id=own, description=Words(value=description, provenance=places))
        return self.act(own, WHOLE, Act.ADD, draft, **more)  # type: ignore[arg-type]

    def undo(self, action: str) -> Decision:
        return self.act("", WHOLE, Act.UNDO, of=action)

    def coding(self, mode: str, *coders: str, adjudicator: str | None = None) -> Decision:
        value = Coding.model_validate({"mode": mode, "coders": coders, "adjudicator": adjudicator})
        return self.act("", CODING, Act.ASSIGN, value)

    def review(
        self,
        text: Document | None = None,
        *records: Record,
        taxonomies: Mapping[str, Taxonomy] = TAXONOMIES,
    ) -> ReviewedFile:
        """The merge with these records of that text; without a text, with those that were seen."""
        given = file(text, *records) if text else file(self.text, *self.records.values())
        return review(given, text or self.text, self.decisions, self.seen, taxonomies)


def by_id(reviewed: ReviewedFile) -> dict[str, ReviewedRecord]:
    return {one.id: one for one in (*reviewed.records, *reviewed.lost)}


def field_of(reviewed: ReviewedRecord, name: str) -> FieldReview:
    return next(one for one in reviewed.review.fields if one.field == name)


TEXT = document(AUDIT, LOGS, SHARE)
PLAIN = "tags.mitigation"


def three(text: Document) -> list[Record]:
    """Three records of a text: with a name and a tag, with a tag, with words alone."""
    return [
        record(text, "audit", AUDIT, "model audited", [tag("2.1.1")]),
        record(text, "logs", LOGS, tags=[tag("3.1.1")]),
        record(text, "share", SHARE),
    ]


def desk() -> Desk:
    """A desk at which the three records wait."""
    return Desk(TEXT, *three(TEXT))


def waits(reviewed: ReviewedFile, own: str) -> tuple[str, ...]:
    """What a record waits for."""
    return by_id(reviewed)[own].review.waits
