"""Coders who decide alone, and who settles it when they differ."""

import pytest
from curating import AUDIT, LOGS, Desk, by_id, document, field_of, record, tag

from pipeline.model import Act, Codes, FieldStatus, RecordStatus, Target, Words
from pipeline.model.decision import WHOLE

TEXT = document(AUDIT, LOGS)
PLAIN = "tags.mitigation"


def desk(mode: str = "blind", adjudicator: str | None = "eve") -> Desk:
    work = Desk(TEXT, record(TEXT, "audit", AUDIT, "model audited", [tag("2.1.1")]))
    work.coding(mode, "ann", "ben", adjudicator=adjudicator)
    return work


@pytest.mark.parametrize("mode", ["blind", "anchored"])
def test_one_coder_alone_decides_nothing_and_is_not_seen(mode: str) -> None:
    work = desk(mode)
    work.accept("audit", role="coder")
    audit = by_id(work.review())["audit"]
    assert audit.review.status is RecordStatus.UNDECIDED
    assert all(one.curator is None and not one.codings for one in audit.review.fields)


def test_what_both_coders_say_stands() -> None:
    work = desk()
    work.accept("audit", "ann", role="coder")
    work.accept("audit", "ben", role="coder")
    audit = by_id(work.review())["audit"]
    assert (audit.review.status, audit.review.waits) == (RecordStatus.REVIEWED, ())
    assert field_of(audit, "name").curator == "ann+ben"


def test_accepting_a_code_and_typing_it_are_the_same_answer() -> None:
    work = desk()
    work.act("audit", PLAIN, Act.ACCEPT, Codes(primary="2.1.1", other=("1.1.1",)), role="coder")
    work.code("audit", "2.1.1", "1.1.1", curator="ben", role="coder")
    assert field_of(by_id(work.review())["audit"], PLAIN).status is FieldStatus.EDITED


def test_coders_who_differ_are_a_conflict_that_shows_both() -> None:
    work = desk()
    work.code("audit", "1.1.1", curator="ann", role="coder")
    work.act("audit", PLAIN, Act.REJECT, curator="ben", role="coder")
    audit = by_id(work.review())["audit"]
    seen = field_of(audit, PLAIN)
    assert seen.status is FieldStatus.CONFLICT
    assert [(one.curator, one.act) for one in seen.codings] == [("ann", "edit"), ("ben", "reject")]
    assert [one.code for one in audit.tags] == ["2.1.1"]
    assert audit.review.waits == ("conflict", "undecided")


def test_the_adjudicator_has_the_last_word() -> None:
    work = desk()
    work.code("audit", "1.1.1", curator="ann", role="coder")
    work.code("audit", "1.1.2", curator="ben", role="coder")
    work.code("audit", "3.1.1", curator="eve", role="adjudicator")
    work.code("audit", "1.1.3", curator="ann", role="coder")
    audit = by_id(work.review())["audit"]
    assert [one.code for one in audit.tags] == ["3.1.1"]
    assert (field_of(audit, PLAIN).status, field_of(audit, PLAIN).curator) == ("edited", "eve")


def test_nobody_but_the_named_coders_and_adjudicator_has_a_word() -> None:
    work = desk()
    work.code("audit", "1.1.1", curator="max", role="coder")
    work.code("audit", "1.1.1", curator="max", role="adjudicator")
    work.code("audit", "1.1.1", curator="ann", role="curator")
    assert field_of(by_id(work.review())["audit"], PLAIN).status is FieldStatus.UNDECIDED


def test_a_coder_who_changes_their_mind_can_end_a_conflict() -> None:
    work = desk()
    work.code("audit", "1.1.1", curator="ann", role="coder")
    work.code("audit", "1.1.2", curator="ben", role="coder")
    second = work.code("audit", "1.1.1", curator="ben", role="coder")
    assert field_of(by_id(work.review())["audit"], PLAIN).status is FieldStatus.EDITED
    work.undo(second.action)
    assert field_of(by_id(work.review())["audit"], PLAIN).status is FieldStatus.CONFLICT


def test_a_reset_takes_back_only_ones_own_coding() -> None:
    work = desk()
    work.code("audit", "1.1.1", curator="ann", role="coder")
    work.code("audit", "1.1.2", curator="ben", role="coder")
    work.act("audit", WHOLE, Act.RESET, curator="ben", role="coder")
    assert field_of(by_id(work.review())["audit"], PLAIN).status is FieldStatus.UNDECIDED
    work.code("audit", "1.1.1", curator="ben", role="coder")
    assert field_of(by_id(work.review())["audit"], PLAIN).status is FieldStatus.EDITED


def test_a_record_that_one_rejects_and_one_keeps_is_a_conflict() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.REJECT, curator="ann", role="coder")
    assert by_id(work.review())["audit"].review.waits == ("undecided",)
    work.code("audit", "1.1.2", curator="ben", role="coder")
    audit = by_id(work.review())["audit"]
    assert field_of(audit, WHOLE).status is FieldStatus.CONFLICT
    assert audit.review.status is RecordStatus.UNDECIDED
    work.act("audit", WHOLE, Act.REJECT, curator="ben", role="coder")
    assert by_id(work.review())["audit"].review.status is RecordStatus.REJECTED


def test_duplicates_of_different_records_are_a_conflict() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.DUPLICATE, Target(record="x"), curator="ann", role="coder")
    work.act("audit", WHOLE, Act.DUPLICATE, Target(record="y"), curator="ben", role="coder")
    assert field_of(by_id(work.review())["audit"], WHOLE).status is FieldStatus.CONFLICT


def test_a_record_that_one_coder_adds_is_there_and_undecided() -> None:
    work = desk()
    work.add("mine", LOGS, curator="ann", role="coder")
    mine = by_id(work.review())["mine"]
    assert (mine.review.origin, mine.review.status) == ("curator", RecordStatus.UNDECIDED)


def test_opened_again_the_last_word_counts_whoever_said_it() -> None:
    work = desk()
    work.edit("audit", "name", Words(value="each model"), curator="ben", role="coder")
    work.coding("open")
    assert field_of(by_id(work.review())["audit"], "name").curator == "ben"
    assert work.review().coding.mode == "open"
