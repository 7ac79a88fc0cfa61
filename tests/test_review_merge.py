"""Decisions against what the extractor says next, field by field and record by record."""

import pytest
from curating import (
    AUDIT,
    LOGS,
    PLAIN,
    SHARE,
    TAXONOMIES,
    TEXT,
    Desk,
    by_id,
    cited,
    desk,
    document,
    field_of,
    record,
    tag,
    three,
    waits,
)

from pipeline.model import (
    Act,
    Codes,
    Document,
    FieldStatus,
    Footing,
    Page,
    Record,
    RecordStatus,
    Span,
    Words,
)
from pipeline.model.decision import WHOLE

# --- the table of re-extraction -------------------------------------------------------------------


def test_without_decisions_the_records_are_the_extractors_and_wait() -> None:
    reviewed = desk().review()
    for was, now in zip(three(TEXT), reviewed.records, strict=True):
        assert Record(**{name: getattr(now, name) for name in Record.model_fields}) == was
        assert (now.review.status, now.review.waits) == (RecordStatus.UNDECIDED, ("undecided",))


def test_an_accepted_record_is_reviewed_and_waits_for_nothing() -> None:
    work = desk()
    work.accept("audit")
    audit = by_id(work.review())["audit"]
    assert (audit.review.status, audit.review.waits) == (RecordStatus.REVIEWED, ())
    assert audit.name is not None
    assert audit.name.provenance[0].made_by == "curator:ann"
    assert audit.tags == three(TEXT)[0].tags


def test_words_that_only_moved_bear_the_decision() -> None:
    work = desk()
    work.accept("audit")
    text = document("A new first paragraph.", LOGS, AUDIT, SHARE)
    audit = by_id(work.review(text, *three(text)))["audit"]
    assert (audit.review.status, audit.review.waits) == (RecordStatus.REVIEWED, ())
    assert audit.description is not None
    place = audit.description.provenance[0]
    assert text.quote(place.span) == place.quote == AUDIT


@pytest.mark.parametrize(
    "printed",
    [
        AUDIT.replace(" ", "\n"),
        AUDIT.replace("third", "th\u00adird"),
        AUDIT.replace("release", "re-\nlease"),
        AUDIT.replace("audited", "audit\u200bed"),
    ],
)
def test_another_print_of_the_words_is_cosmetic(printed: str) -> None:
    work = desk()
    work.accept("audit")
    text = document(printed, LOGS, SHARE)
    now = record(text, "audit", printed, tags=[tag("2.1.1")])
    audit = by_id(work.review(text, now))["audit"]
    seen = field_of(audit, "description")
    assert (seen.footing, seen.cosmetic, seen.proposal) == (Footing.STANDS, True, None)
    assert "source-changed" not in audit.review.waits


def test_words_on_another_page_are_cosmetic() -> None:
    work = desk()
    work.accept("logs")
    half = TEXT.text.index(LOGS)
    first, second = Span(0, half), Span(half, len(TEXT.text))
    pages = (Page(number=1, span=first), Page(number=2, span=second))
    paged = Document.model_validate(TEXT.model_dump() | {"pages": pages})
    logs = by_id(work.review(paged, record(paged, "logs", LOGS, tags=[tag("3.1.1")])))["logs"]
    seen = field_of(logs, "description")
    assert (seen.footing, seen.cosmetic, logs.review.waits) == (Footing.STANDS, True, ())
    assert logs.description is not None
    assert logs.description.provenance[0].pages == (2,)


def test_the_extractors_new_opinion_is_shown_beside_the_decision() -> None:
    work = desk()
    work.edit("audit", "name", "third party")
    now = three(TEXT)
    now[0] = record(TEXT, "audit", AUDIT, "each model", [tag("2.1.1")])
    audit = by_id(work.review(TEXT, *now))["audit"]
    assert audit.name is not None
    assert audit.name.value == "third party"
    said = field_of(audit, "name").proposal
    assert isinstance(said, Words)
    assert said.value == "each model"
    assert "new-proposal" in audit.review.waits
    assert "new-proposal" in {issue.code for issue in audit.issues}


def test_a_new_guess_of_the_tagger_is_told_and_keeps_nobody_waiting() -> None:
    work = desk()
    work.accept("audit")
    work.code("audit", "1.1.1")
    now = three(TEXT)
    now[0] = record(TEXT, "audit", AUDIT, "model audited", [tag("2.3.1")])
    audit = by_id(work.review(TEXT, *now))["audit"]
    assert field_of(audit, PLAIN).proposal == Codes(primary="2.3.1")
    assert audit.review.waits == ()
    now[0] = record(TEXT, "audit", AUDIT, "model audited", [tag("2.3.1", basis="stated")])
    assert waits(work.review(TEXT, *now), "audit") == ("new-proposal",)


def test_when_the_extractor_comes_round_to_the_decision_there_is_no_proposal() -> None:
    work = desk()
    work.code("audit", "1.1.1")
    now = [record(TEXT, "audit", AUDIT, "model audited", [tag("1.1.1")])]
    assert field_of(by_id(work.review(TEXT, *now))["audit"], PLAIN).proposal is None


def test_words_changed_a_little_keep_the_decision_and_wait() -> None:
    work = desk()
    work.accept("logs")
    changed = LOGS.replace("30 days", "90 days")
    text = document(AUDIT, changed, SHARE)
    logs = by_id(work.review(text, record(text, "logs", changed)))["logs"]
    seen = field_of(logs, "description")
    assert (seen.status, seen.footing, seen.cosmetic) == (
        FieldStatus.ACCEPTED,
        Footing.CHANGED,
        False,
    )
    assert logs.description is not None
    assert logs.description.value == LOGS
    assert logs.description.provenance[0].quote == changed
    assert {"source-changed", "new-proposal"} <= {*logs.review.waits}


def test_words_that_are_gone_reopen_the_field_and_keep_the_decision_aside() -> None:
    work = desk()
    mine = work.edit("logs", "description", LOGS, note="kept whole")
    text = document(AUDIT, "Nothing of the sort is asked of anybody here.", SHARE)
    now = record(text, "logs", "Nothing of the sort is asked of anybody here.")
    logs = by_id(work.review(text, now))["logs"]
    seen = field_of(logs, "description")
    assert (seen.status, seen.footing) == (FieldStatus.UNDECIDED, Footing.LOST)
    assert (seen.curator, seen.note, seen.saw) == ("ann", "kept whole", mine.saw)
    assert [one.value for one in seen.codings] == [mine.value]
    assert logs.description == now.description
    assert "lost-footing" in logs.review.waits


def test_undecided_fields_follow_the_extractor() -> None:
    work = desk()
    work.code("logs", "1.1.1")
    text = document(AUDIT, LOGS + " They say so in public.", SHARE)
    now = record(text, "logs", LOGS + " They say so in public.")
    assert by_id(work.review(text, now))["logs"].description == now.description


def test_a_decision_on_tags_stands_on_the_words_of_the_record() -> None:
    work = desk()
    work.code("logs", "1.1.1")
    text = document(AUDIT, LOGS.replace("weekly", "daily, all of them,"), SHARE)
    logs = by_id(work.review(text, record(text, "logs", text.text.split("\n\n")[1])))["logs"]
    assert field_of(logs, PLAIN).footing is Footing.CHANGED
    assert [one.code for one in logs.tags] == ["1.1.1"]


def test_words_that_the_document_never_had_stand_on_those_that_were_seen() -> None:
    work = desk()
    work.edit("logs", "name", "Log keeping")
    logs = by_id(work.review())["logs"]
    assert logs.name is not None
    assert (logs.name.value, logs.name.provenance) == ("Log keeping", ())
    assert field_of(logs, "name").grounding == "absent"
    assert "not-grounded" in {issue.code for issue in logs.issues}
    assert "not-grounded" not in logs.review.waits


def test_words_that_claim_to_be_in_the_document_and_are_not_wait() -> None:
    work = desk()
    work.act("logs", "name", Act.EDIT, Words(value="Log keeping"))
    assert "not-grounded" in waits(work.review(), "logs")


# --- acts -----------------------------------------------------------------------------------------


def test_a_rejected_field_is_empty() -> None:
    work = desk()
    for name in ("name", "place", PLAIN):
        work.act("audit", name, Act.REJECT)
    audit = by_id(work.review())["audit"]
    assert (audit.name, audit.tags, audit.path) == (None, (), ())
    assert field_of(audit, "name").status is FieldStatus.REJECTED


def test_a_reset_field_follows_the_extractor_again() -> None:
    work = desk()
    work.edit("audit", "name", "third party")
    work.act("audit", "name", Act.RESET)
    audit = by_id(work.review())["audit"]
    assert audit.name == three(TEXT)[0].name
    assert audit.review.status is RecordStatus.UNDECIDED


def test_the_reset_of_a_record_takes_all_its_decisions_back() -> None:
    work = desk()
    work.accept("audit")
    work.act("audit", WHOLE, Act.REJECT)
    work.act("audit", WHOLE, Act.RESET)
    work.act("audit", "name", Act.REJECT)
    audit = by_id(work.review())["audit"]
    assert audit.review.status is RecordStatus.IN_PART
    assert [one.field for one in audit.review.fields if one.curator] == ["name"]


def test_decided_tags_say_who_decided_and_why() -> None:
    work = desk()
    work.code("audit", "1.1.1", "2.3.1", note="about boards")
    work.code("logs", "1.1.1")
    found = by_id(work.review())
    one, other = found["audit"].tags
    assert (one.code, one.role, one.basis, one.confidence) == ("1.1.1", "primary", "decided", 1.0)
    assert (one.why, one.made_by, other.role) == ("about boards", "curator:ann", "other")
    assert one.label == TAXONOMIES["mitigation"].concept("1.1.1").label
    assert found["logs"].tags[0].why == "decided by ann"


def test_an_accepted_tag_stays_the_extractors() -> None:
    work = Desk(
        TEXT, record(TEXT, "audit", AUDIT, tags=[tag("2.1.1", evidence=[cited(TEXT, "audited")])])
    )
    work.accept("audit")
    moved = document("First.", AUDIT)
    audit = by_id(work.review(moved, record(moved, "audit", AUDIT, tags=[tag("3.1.1")])))["audit"]
    assert [(one.code, one.basis) for one in audit.tags] == [("2.1.1", "suggested")]
    place = audit.tags[0].evidence[0]
    assert moved.quote(place.span) == place.quote == "audited"


def test_notes_are_kept_and_decide_nothing() -> None:
    work = desk()
    work.act("audit", "name", Act.NOTE, note="Ask the authors.")
    work.act("audit", WHOLE, Act.NOTE, note="See also the annex.")
    audit = by_id(work.review())["audit"]
    assert audit.review.notes == ("ann: Ask the authors.", "ann: See also the annex.")
    assert audit.review.status is RecordStatus.UNDECIDED


def test_a_value_of_the_wrong_kind_decides_nothing_and_is_kept() -> None:
    work = desk()
    mine = work.act("audit", "name", Act.EDIT, Codes(primary="1.1.1"))
    audit = by_id(work.review())["audit"]
    assert audit.name == three(TEXT)[0].name
    assert field_of(audit, "name").codings[0].value == mine.value
    assert "bad-value" in audit.review.waits


def test_a_detail_can_be_added_changed_and_taken_away() -> None:
    work = desk()
    work.edit("audit", "details.actor", "third party")
    work.edit("audit", "details.when", "before release")
    work.act("audit", "details.when", Act.REJECT)
    assert {*by_id(work.review())["audit"].details} == {"actor"}
