"""Laws of the review, whatever curators do and whatever the extractor says next."""

from collections.abc import Iterator

from curating import AUDIT, LOGS, SHARE, TAXONOMIES, Desk, cited, document, file, record, tag
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import (
    Act,
    Codes,
    Decision,
    Document,
    Draft,
    Footing,
    Pieces,
    Place,
    Provenance,
    Record,
    ReviewedFile,
    ReviewedRecord,
    Target,
    Value,
    Words,
)
from pipeline.model.decision import WHOLE
from pipeline.review import fields_of, review, standing
from pipeline.review.fields import says

SENTENCES = (
    AUDIT, LOGS, SHARE,
    LOGS.replace("30 days", "90 days"),
    AUDIT.replace(" ", "\n"),
    "The board signs off every launch and says why.",
    "Nobody is asked to do anything in this paragraph.",
)  # fmt: skip
TEXT = document(AUDIT, LOGS, SHARE)
IDS = ("r0", "r1", "r2", "hand", "ghost")
FIELDS = ("name", "description", "rationale", "place", "details.actor", "tags.mitigation")
CODES = ("1.1.1", "2.1.1", "9.9")


def words(text: Document) -> st.SearchStrategy[Words]:
    grounded = [
        Words(value=one, provenance=(cited(text, one, "curator:ann"),))
        for one in (AUDIT, LOGS, "incident logs", "third party")
    ]
    return st.sampled_from([*grounded, Words(value="Never printed", grounding="absent")])  # type: ignore[arg-type]


PLACES = st.builds(Place, parent=st.sampled_from([None, *IDS]), path=st.sampled_from([(), ("A",)]))
TAGS = st.builds(
    Codes,
    primary=st.sampled_from([None, *CODES]),
    other=st.lists(st.sampled_from(CODES), max_size=2).map(tuple),
)


VALUES: dict[str, st.SearchStrategy[Value]] = dict.fromkeys(FIELDS, words(TEXT))
VALUES |= {"place": PLACES, "tags.mitigation": TAGS}


@st.composite
def acts(draw: st.DrawFn) -> Desk:
    """A desk at which a few acts were taken, at random, and some taken back."""
    work = Desk(
        TEXT,
        *(
            record(TEXT, f"r{i}", s, tags=[tag("3.1.1")])
            for i, s in enumerate((AUDIT, LOGS, SHARE))
        ),
    )
    for _ in range(draw(st.integers(0, 8))):
        own = draw(st.sampled_from(IDS))
        kind = draw(
            st.sampled_from(["accept", "field", "field", "field", "whole", "add", "split", "undo"])
        )
        if kind == "accept" and own in work.records:
            work.accept(own)
        elif kind == "field":
            field = draw(st.sampled_from(FIELDS))
            act = draw(st.sampled_from([Act.EDIT, Act.EDIT, Act.REJECT, Act.RESET, Act.NOTE]))
            value = draw(VALUES[field]) if act is Act.EDIT else None
            work.act(own, field, act, value, note=draw(st.sampled_from(["", "because"])))
        elif kind == "whole":
            act = draw(st.sampled_from([Act.REJECT, Act.RESET, Act.MERGE, Act.DUPLICATE]))
            target = Target(record=draw(st.sampled_from(IDS)))
            work.act(own, WHOLE, act, target if act in (Act.MERGE, Act.DUPLICATE) else None)
        elif kind == "add":
            work.add("hand", draw(st.sampled_from([AUDIT, LOGS, "third party"])))
        elif kind == "split":
            pieces = tuple(Draft(id=one, description=draw(words(TEXT))) for one in (own, "piece"))
            work.act(own, WHOLE, Act.SPLIT, Pieces(pieces=pieces))
        elif kind == "undo" and work.decisions:
            work.undo(draw(st.sampled_from([one.action for one in work.decisions])))
    return work


@st.composite
def readings(draw: st.DrawFn) -> tuple[Document, list[Record]]:
    """Another version of the document, and what the extractor makes of it: anything."""
    parts = draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5))
    text = document(*parts)
    found: list[Record] = []
    for at, part in enumerate(parts):
        if draw(st.booleans()):
            own = draw(st.sampled_from([f"r{at}", f"new{at}"]))
            parent = draw(st.sampled_from([None, *(one.id for one in found)]))
            found.append(
                record(
                    text,
                    own,
                    part,
                    tags=[tag(draw(st.sampled_from(["1.1.1", "2.1.1"])))],
                    parent=parent,
                )
            )
    return text, list({one.id: one for one in found}.values())


def merged(work: Desk, text: Document, records: list[Record]) -> ReviewedFile:
    return review(file(text, *records), text, work.decisions, work.seen, TAXONOMIES)


def places(one: ReviewedRecord) -> Iterator[Provenance]:
    for claim in (one.name, one.description, one.rationale, *one.details.values()):
        yield from claim.provenance if claim else ()
    for code in one.tags:
        yield from code.evidence
    yield from one.label_provenance
    yield from one.path_provenance


@given(acts(), readings())
@settings(max_examples=150, deadline=None)
def test_every_quote_is_the_text_at_its_span(
    work: Desk, reading: tuple[Document, list[Record]]
) -> None:
    text, records = reading
    reviewed = merged(work, text, records)
    for one in (*reviewed.records, *reviewed.lost):
        for place in places(one):
            assert place.quote == text.quote(place.span)


def kept(decision: Decision, one: ReviewedRecord) -> bool:
    """Whether a record shows the last decision on a field: as its value, or kept aside."""
    seen = next((f for f in one.review.fields if f.field == decision.field), None)
    if seen is None or decision.value in [coded.value for coded in seen.codings]:
        return seen is not None
    if seen.when != decision.when:  # a merge came later
        return one.review.status != "merged" and seen.when is not None and seen.when > decision.when
    value = fields_of(one).get(decision.field)
    if isinstance(decision.value, Words):
        return says(value) == says(decision.value)
    if isinstance(decision.value, Codes):
        given = {tag.code for tag in one.tags}
        return {c for c in (decision.value.primary, *decision.value.other) if c} <= given
    return True


@given(acts(), readings())
@settings(max_examples=300, deadline=None)
def test_no_standing_decision_is_lost(work: Desk, reading: tuple[Document, list[Record]]) -> None:
    reviewed = merged(work, *reading)
    every = [*reviewed.records, *reviewed.lost]
    last: dict[tuple[str, str], Decision] = {}
    for one in standing(work.decisions):
        if one.act is Act.RESET:
            last = {
                key: value for key, value in last.items()
                if last[key].record != one.record or (one.field not in (WHOLE, key[1]))
            }  # fmt: skip
        elif one.act is Act.NOTE:
            holder = next(r for r in every if one.record in r.ids)
            assert f"ann: {one.note}" in holder.review.notes
        else:
            # What was decided under a later id of the same record came after.
            own = next((r.id for r in every if one.record in r.ids), one.record)
            last[own, one.field] = one
    splits = [one.when for one in work.decisions if one.act is Act.SPLIT or one.act is Act.ADD]
    for (own, field), decision in last.items():
        holders = [r for r in every if own in r.ids]
        assert len(holders) == 1, own
        if field != WHOLE and not any(when > decision.when for when in splits):
            assert kept(decision, holders[0]), decision


@given(acts(), readings(), st.randoms())
@settings(max_examples=100, deadline=None)
def test_order_tells_nothing(
    work: Desk, reading: tuple[Document, list[Record]], random: object
) -> None:
    text, records = reading
    before = merged(work, text, records).model_dump_json()
    random.shuffle(records)  # type: ignore[attr-defined]
    random.shuffle(work.decisions)  # type: ignore[attr-defined]
    assert merged(work, text, records).model_dump_json() == before


@given(acts(), readings())
@settings(max_examples=100, deadline=None)
def test_the_tree_is_one_and_goes_both_ways(
    work: Desk, reading: tuple[Document, list[Record]]
) -> None:
    found = {one.id: one for one in merged(work, *reading).records}
    for one in found.values():
        assert all(found[child].parent == one.id for child in one.children)
        line, above = {one.id}, one.parent
        while above is not None:
            assert above not in line
            line.add(above)
            above = found[above].parent


@given(acts(), readings())
@settings(max_examples=100, deadline=None)
def test_nothing_undecided_looks_decided(
    work: Desk, reading: tuple[Document, list[Record]]
) -> None:
    reviewed = merged(work, *reading)
    for one in (*reviewed.records, *reviewed.lost):
        for seen in one.review.fields:
            if seen.status == "undecided" and seen.field != WHOLE:
                value = [t for t in one.tags if f"tags.{t.taxonomy}" == seen.field]
                assert all(given.basis != "decided" for given in value)
                assert "undecided" in one.review.waits or one.review.status in (
                    "rejected",
                    "duplicate",
                    "merged",
                )
            if seen.footing is Footing.LOST:
                assert seen.status == "undecided"


@given(acts(), readings())
@settings(max_examples=60, deadline=None)
def test_to_undo_everything_is_to_have_decided_nothing(
    work: Desk, reading: tuple[Document, list[Record]]
) -> None:
    text, records = reading
    for action in dict.fromkeys(one.action for one in standing(work.decisions)):
        work.undo(action)
    assert standing(work.decisions) == []
    assert merged(work, text, records) == review(file(text, *records), text, [], {}, TAXONOMIES)


@given(acts())
@settings(max_examples=60, deadline=None)
def test_undo_and_redo_leave_everything_as_it_was(work: Desk) -> None:
    before = standing(work.decisions)
    for action in dict.fromkeys(one.action for one in before):
        undo = work.undo(action)
        assert standing(work.decisions) == [o for o in before if o.action != action]
        work.undo(undo.action)
        assert standing(work.decisions) == before
