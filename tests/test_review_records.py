"""Decisions on whole records: moved, lost, by hand, in pieces, merged, in a tree."""

from curating import (
    AUDIT,
    LOGS,
    PLAIN,
    SHARE,
    TEXT,
    Desk,
    by_id,
    cited,
    desk,
    document,
    field_of,
    record,
    three,
    waits,
)

from pipeline.model import (
    Act,
    Draft,
    FieldStatus,
    Footing,
    Pieces,
    Place,
    RecordStatus,
    Target,
    Words,
)
from pipeline.model.decision import WHOLE

# --- records --------------------------------------------------------------------------------------


def test_a_rejected_record_stays_and_waits_for_nothing() -> None:
    work = desk()
    work.act("logs", WHOLE, Act.REJECT)
    logs = by_id(work.review())["logs"]
    assert (logs.review.status, logs.review.waits) == (RecordStatus.REJECTED, ())
    assert field_of(logs, WHOLE).curator == "ann"


def test_a_rejected_record_whose_words_are_other_ones_is_open_again() -> None:
    work = desk()
    work.act("logs", WHOLE, Act.REJECT)
    text = document(AUDIT, "Buyers ask sellers what went wrong in the past.", SHARE)
    now = record(text, "logs", "Buyers ask sellers what went wrong in the past.")
    logs = by_id(work.review(text, now))["logs"]
    assert (logs.review.status, logs.review.waits) == (
        RecordStatus.UNDECIDED, ("lost-footing", "undecided"),
    )  # fmt: skip


def test_a_record_that_has_another_id_now_keeps_its_decisions() -> None:
    work = desk()
    work.accept("logs")
    audit, logs, share = three(TEXT)
    reviewed = work.review(TEXT, audit, logs.model_copy(update={"id": "new"}), share)
    new = by_id(reviewed)["new"]
    assert (new.review.moved_from, new.review.status) == (("logs",), RecordStatus.REVIEWED)
    assert "moved" in {issue.code for issue in new.issues}
    assert reviewed.lost == ()


def test_a_record_with_another_id_is_decided_on_further_and_moves_again() -> None:
    work = desk()
    work.edit("logs", "name", "Ours")
    audit, logs, share = three(TEXT)
    for own in ("new", "newer"):
        work.records[own] = logs.model_copy(update={"id": own})
        work.code(own, "2.2.1")
        reviewed = work.review(TEXT, audit, work.records[own], share)
        assert [one.id for one in reviewed.records] == ["audit", own, "share"]
        assert reviewed.lost == ()
        now = by_id(reviewed)[own]
        assert now.name is not None
        assert now.name.value == "Ours"
        assert [tag.code for tag in now.tags if tag.taxonomy == "mitigation"] == ["2.2.1"]
    last = work.review(TEXT, audit, logs.model_copy(update={"id": "newest"}), share)
    (newest,) = [one for one in last.records if one.id == "newest"]
    assert newest.name is not None
    assert newest.name.value == "Ours"
    assert last.lost == ()


def test_a_record_by_hand_that_the_extractor_finds_is_decided_on_further() -> None:
    work = desk()
    work.add("mine", LOGS)
    work.code("logs", "2.2.1")
    reviewed = work.review()
    assert [one.id for one in reviewed.records] == ["audit", "logs", "share"]
    logs = by_id(reviewed)["logs"]
    assert [tag.code for tag in logs.tags if tag.taxonomy == "mitigation"] == ["2.2.1"]
    assert field_of(logs, "description").status is FieldStatus.EDITED


def test_records_that_all_have_other_ids_are_told_apart_by_their_words() -> None:
    work = desk()
    for own in ("audit", "logs", "share"):
        work.code(own, "1.1.1", note=own)
    text = document(SHARE, "Between.", LOGS.replace("weekly", "daily"), AUDIT)
    parts = dict(zip("zxy", (SHARE, LOGS.replace("weekly", "daily"), AUDIT), strict=True))
    reviewed = work.review(text, *(record(text, own, words) for own, words in parts.items()))
    assert {one.id: one.review.moved_from for one in reviewed.records} == {
        "z": ("share",), "x": ("logs",), "y": ("audit",),
    }  # fmt: skip


def test_a_record_that_was_decided_on_takes_nobody_elses_decisions() -> None:
    work = desk()
    work.accept("logs")
    work.accept("audit")
    reviewed = work.review(TEXT, three(TEXT)[0])
    assert [one.id for one in reviewed.lost] == ["logs"]
    lost = reviewed.lost[0]
    assert lost.description is not None
    assert (lost.description.value, lost.review.waits) == (LOGS, ("not-found",))
    assert lost.review.status is RecordStatus.REVIEWED


def test_a_lost_record_is_whole_even_when_its_words_are_gone() -> None:
    work = desk()
    work.accept("logs")
    text = document("Nothing is left of it.")
    lost = work.review(text).lost[0]
    assert lost.description is not None
    assert (lost.description.value, lost.description.provenance) == (LOGS, ())
    assert {one.footing for one in lost.review.fields if one.curator} == {Footing.LOST}


def test_a_lost_record_that_was_never_seen_keeps_what_was_decided() -> None:
    work = desk()
    work.edit("ghost", "name", "third party")
    lost = work.review().lost[0]
    assert lost.name is not None
    assert (lost.id, lost.name.value) == ("ghost", "third party")


def test_a_rejected_record_that_the_extractor_drops_waits_for_nobody() -> None:
    work = desk()
    work.act("logs", WHOLE, Act.REJECT)
    assert waits(work.review(TEXT, three(TEXT)[0]), "logs") == ()


def test_a_record_by_hand_is_added_in_its_place() -> None:
    work = desk()
    del work.records["logs"]
    work.add("mine", LOGS)
    reviewed = work.review()
    assert [one.id for one in reviewed.records] == ["audit", "mine", "share"]
    mine = by_id(reviewed)["mine"]
    assert (mine.review.origin, mine.review.status) == ("curator", RecordStatus.REVIEWED)


def test_a_record_by_hand_that_the_extractor_finds_too_is_not_there_twice() -> None:
    work = desk()
    work.add("mine", LOGS)
    reviewed = work.review()
    assert [one.id for one in reviewed.records] == ["audit", "logs", "share"]
    logs = by_id(reviewed)["logs"]
    assert (logs.review.moved_from, logs.review.origin) == (("mine",), "machine")
    assert field_of(logs, "description").status is FieldStatus.EDITED
    assert field_of(logs, PLAIN).status is FieldStatus.UNDECIDED


def test_a_record_by_hand_that_is_a_part_of_what_the_extractor_finds_is_its_own() -> None:
    work = Desk(TEXT)
    work.add("mine", "read them weekly")
    reviewed = work.review(TEXT, *three(TEXT))
    assert {one.id for one in reviewed.records} == {"audit", "logs", "share", "mine"}


def test_a_split_record_is_in_pieces_until_that_is_undone() -> None:
    work = desk()
    first, second = "Deployers must keep incident logs for at least 30 days", "read them weekly"
    pieces = Pieces(
        pieces=tuple(
            Draft(id=own, description=Words(value=words, provenance=(cited(TEXT, words),)))
            for own, words in (("logs", first), ("reading", second))
        )
    )
    split = work.act("logs", WHOLE, Act.SPLIT, pieces)
    found = by_id(work.review())
    assert found["logs"].description is not None
    assert found["logs"].description.value == first
    assert found["reading"].description is not None
    assert found["reading"].description.value == second
    assert [one.code for one in found["reading"].tags] == ["3.1.1"]
    assert found["reading"].review.origin == "curator"
    work.code("reading", "1.1.1")
    work.undo(split.action)
    undone = work.review()
    assert by_id(undone)["logs"].description == three(TEXT)[1].description
    assert [one.id for one in undone.lost] == ["reading"]
    assert [one.code for one in undone.lost[0].tags] == ["1.1.1"]


def test_a_merged_record_gives_its_words_in_the_order_of_the_text() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.MERGE, Target(record="logs"))
    found = by_id(work.review())
    assert found["logs"].description is not None
    assert found["logs"].description.value == f"{AUDIT} {LOGS}"
    assert [place.quote for place in found["logs"].description.provenance] == [AUDIT, LOGS]
    assert field_of(found["logs"], "description").status is FieldStatus.EDITED
    assert (found["audit"].review.status, found["audit"].review.of) == (RecordStatus.MERGED, "logs")


def test_words_decided_after_a_merge_stand() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.MERGE, Target(record="logs"))
    work.edit("logs", "description", "keep incident logs")
    logs = by_id(work.review())["logs"]
    assert logs.description is not None
    assert logs.description.value == "keep incident logs"


def test_a_merge_that_the_extractor_makes_too_says_nothing_twice() -> None:
    work = desk()
    work.act("logs", WHOLE, Act.MERGE, Target(record="audit"))
    both = f"{AUDIT}\n\n{LOGS}"
    reviewed = work.review(TEXT, record(TEXT, "audit", both))
    audit = by_id(reviewed)["audit"]
    assert audit.description is not None
    assert audit.description.value == f"{AUDIT} {LOGS}"


def test_records_merged_into_each_other_are_not_both_gone() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.MERGE, Target(record="logs"))
    work.act("logs", WHOLE, Act.MERGE, Target(record="audit"))
    found = by_id(work.review())
    assert RecordStatus.MERGED in {found["audit"].review.status, found["logs"].review.status}
    left = [one for one in found.values() if one.review.status is not RecordStatus.MERGED]
    assert "target-gone" in {code for one in left for code in one.review.waits}


def test_a_merge_into_another_document_is_none_into_a_record_of_the_same_id_here() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.MERGE, Target(record="logs", document="other.pdf"))
    found = by_id(work.review())
    assert found["audit"].review.status is RecordStatus.MERGED
    assert found["logs"].description == three(TEXT)[1].description


def test_a_duplicate_is_remembered_when_both_ids_change() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.DUPLICATE, Target(record="logs"))
    work.code("logs", "1.1.1")
    renamed = [one.model_copy(update={"id": f"new-{one.id}"}) for one in three(TEXT)]
    found = by_id(work.review(TEXT, *renamed))
    audit = found["new-audit"].review
    assert (audit.status, audit.of, audit.waits) == (RecordStatus.DUPLICATE, "new-logs", ())


def test_a_duplicate_of_what_is_not_there_waits() -> None:
    work = desk()
    work.act("audit", WHOLE, Act.DUPLICATE, Target(record="nowhere"))
    work.act("logs", WHOLE, Act.DUPLICATE, Target(record="there", document="other.pdf"))
    reviewed = work.review()
    assert waits(reviewed, "audit") == ("target-gone",)
    assert (waits(reviewed, "logs"), by_id(reviewed)["logs"].review.of) == ((), "there")


def test_a_record_split_upstream_keeps_its_decisions_and_both_wait() -> None:
    both = f"{LOGS}\n\n{SHARE}"
    work = Desk(TEXT, record(TEXT, "logs", both))
    work.accept("logs")
    reviewed = work.review(TEXT, record(TEXT, "logs", LOGS), record(TEXT, "share", SHARE))
    found = by_id(reviewed)
    assert found["logs"].description is not None
    assert found["logs"].description.value == f"{LOGS} {SHARE}"
    assert "split-upstream" in found["logs"].review.waits
    assert "split-upstream" in found["share"].review.waits


def test_two_decided_records_that_are_one_upstream_keep_their_decisions_and_both_wait() -> None:
    work = desk()
    work.accept("logs")
    work.accept("share")
    reviewed = work.review(TEXT, record(TEXT, "logs", f"{LOGS}\n\n{SHARE}"))
    assert [one.id for one in reviewed.lost] == ["share"]
    assert "merged-upstream" in waits(reviewed, "logs")
    assert "merged-upstream" in waits(reviewed, "share")


# --- the tree -------------------------------------------------------------------------------------


def test_children_follow_decided_places() -> None:
    work = desk()
    work.act("share", "place", Act.EDIT, Place(parent="audit", path=("Sharing",)))
    work.act("logs", "place", Act.EDIT, Place(parent="audit"))
    found = by_id(work.review())
    assert found["audit"].children == ("logs", "share")
    assert (found["share"].parent, found["share"].path) == ("audit", ("Sharing",))
    work.act("logs", WHOLE, Act.REJECT)
    assert by_id(work.review())["audit"].children == ("share",)


def test_a_decided_parent_is_followed_to_its_new_id() -> None:
    work = desk()
    work.accept("audit")
    work.act("logs", "place", Act.EDIT, Place(parent="audit"))
    renamed = [one.model_copy(update={"id": f"new-{one.id}"}) for one in three(TEXT)]
    found = by_id(work.review(TEXT, *renamed))
    assert (found["new-logs"].parent, found["new-audit"].children) == ("new-audit", ("new-logs",))
    assert found["new-logs"].review.waits == ("undecided",)


def test_a_circle_of_parents_is_refused_with_an_issue() -> None:
    work = desk()
    work.act("logs", "place", Act.EDIT, Place(parent="audit"))
    work.act("audit", "place", Act.EDIT, Place(parent="share"))
    work.act("share", "place", Act.EDIT, Place(parent="logs"))
    reviewed = work.review()
    found = by_id(reviewed)
    assert (found["logs"].parent, found["audit"].parent) == ("audit", "share")
    assert found["share"].parent is None
    assert "parent-cycle" in found["share"].review.waits


def test_an_undecided_parent_yields_to_a_decided_one() -> None:
    audit, logs, share = three(TEXT)
    logs = logs.model_copy(update={"parent": "audit"})
    work = Desk(TEXT, audit, logs, share)
    work.act("audit", "place", Act.EDIT, Place(parent="logs"))
    found = by_id(work.review())
    assert (found["audit"].parent, found["logs"].parent) == ("logs", None)


def test_a_parent_that_is_not_there_leaves_the_record_where_it_was() -> None:
    audit, logs, share = three(TEXT)
    work = Desk(TEXT, audit, logs.model_copy(update={"parent": "audit"}), share)
    work.act("logs", "place", Act.EDIT, Place(parent="nowhere"))
    logs_now = by_id(work.review())["logs"]
    assert (logs_now.parent, "parent-gone" in logs_now.review.waits) == ("audit", True)


def test_children_of_a_rejected_parent_wait() -> None:
    audit, logs, share = three(TEXT)
    work = Desk(TEXT, audit, logs.model_copy(update={"parent": "audit"}), share)
    work.accept("logs")
    work.act("audit", WHOLE, Act.REJECT)
    logs_now = by_id(work.review())["logs"]
    assert logs_now.review.waits == ("parent-rejected",)
    assert logs_now.review.status is RecordStatus.REVIEWED


def test_children_of_a_merged_record_belong_to_the_one_it_is_in() -> None:
    audit, logs, share = three(TEXT)
    work = Desk(TEXT, audit, logs.model_copy(update={"parent": "audit"}), share)
    work.act("audit", WHOLE, Act.MERGE, Target(record="share"))
    assert by_id(work.review())["logs"].parent == "share"
