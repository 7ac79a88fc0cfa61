"""Ids hold on to what a curator would recognise, and to nothing else."""

from pipeline.assemble.identity import Face, identify

ONE = Face("HC-1.1-001", "", ("Controls",), "Keep logs.")
TWO = Face("HC-1.1-002", "", ("Controls",), "Name an owner.")
BARE = Face("", "Red teaming", ("Practices",), "Attack it first.")


def test_an_id_is_readable_and_does_not_depend_on_order() -> None:
    first = identify("A report", [ONE, TWO, BARE])
    assert first == identify("A report", [BARE, TWO, ONE])[::-1]
    assert first[0].startswith("hc-1-1-001-")
    assert first[2].startswith("red-teaming-")


def test_a_label_outlives_a_change_of_words_and_path() -> None:
    changed = ONE._replace(description="Keep all logs.", path=("Moved",))
    assert identify("A report", [changed]) == identify("A report", [ONE])


def test_without_a_label_words_and_path_count() -> None:
    assert identify("A", [BARE]) != identify("A", [BARE._replace(path=("Other",))])
    assert identify("A", [BARE]) != identify("B", [BARE])


def test_a_bare_number_is_no_label() -> None:
    moved = [Face("1", "", (), "Keep logs."), Face("2", "", (), "Name an owner.")]
    swapped = [Face("1", "", (), "Name an owner."), Face("2", "", (), "Keep logs.")]
    assert identify("A", moved) == identify("A", swapped)[::-1]


def test_two_alike_still_have_two_ids() -> None:
    ids = identify("A", [BARE, BARE, ONE, ONE])
    assert len(set(ids)) == 4
