"""Imports as commands: what others changed in a file becomes a curator's decisions."""

from pathlib import Path
from typing import Any

import pytest
from exporting import GUIDE, coding, copied, decide, exported, gleaner, imported, rows, save, store

from pipeline.export import Wanted, formats
from pipeline.model import Act, Words
from pipeline.run.exporting import export
from pipeline.store.decisions import Decisions


@pytest.fixture
def folder(two_read: Path, tmp_path: Path) -> Path:
    """Two documents with their records, to decide on."""
    return copied(two_read, tmp_path)


@pytest.mark.parametrize(
    ("name", "profile"),
    [("jsonl", "flat"), ("csv", "flat"), ("csv", "tags"), ("xlsx", "flat"), ("sqlite", "flat"),
     ("parquet", "flat"), ("parquet", "nested")],
)  # fmt: skip
def test_a_file_that_nobody_changed_decides_nothing(folder: Path, name: str, profile: Any) -> None:
    out = folder / formats()[name].FILE
    export(store(folder), name, out, Wanted(profile))
    found = imported(folder, format=name, path=out.name)
    assert found["records"] > 0
    assert (found["decided"], found["conflicts"], found["refused"], found["later"]) == (
        [],
        [],
        [],
        0,
    )
    with Decisions.at(folder / "raw", read_only=True) as decisions:
        assert list(decisions.all()) == []


def test_changed_cells_become_decisions_and_nothing_else(folder: Path) -> None:
    path = exported(folder)
    found = rows(path)
    found[0] |= {"name": "Test models", "tags.actor": "deployer", "tags.actor.other": "developer"}
    found[1]["description"] = ""
    save(path, found)
    told = imported(folder, "--dry-run")
    assert len(told["decided"]) == 3
    assert not (folder / "raw" / "decisions.sqlite3").exists()
    assert imported(folder)["decided"] == told["decided"]
    with Decisions.at(folder / "raw", read_only=True) as decisions:
        made = list(decisions.all())
        seen = decisions.seen(GUIDE)
    assert [(d.record, d.field, d.act, d.curator) for d in made] == [
        (found[0]["id"], "name", Act.EDIT, "ada"),
        (found[0]["id"], "tags.actor", Act.EDIT, "ada"),
        (found[1]["id"], "description", Act.REJECT, "ada"),
    ]
    assert len({d.action for d in made}) == 2
    assert all(seen[d.saw].record.id == d.record for d in made)
    after = rows(exported(folder, name="after.csv"))
    assert after[0]["name"] == "Test models"
    assert (after[0]["tags.actor"], after[0]["tags.actor.other"]) == ("deployer", "developer")
    assert after[0]["tags.actor.basis"] == "decided"
    assert after[0]["decided"] == "name; tags.actor"
    assert after[1]["description"] == ""
    assert imported(folder)["decided"] == []  # once more is not once again


def test_words_are_looked_for_in_the_document(folder: Path) -> None:
    path = exported(folder)
    found = rows(path)
    found[0]["description"] = "test every model against known attacks"
    found[1]["description"] = "Nobody ever wrote this in that document."
    save(path, found)
    imported(folder)
    with Decisions.at(folder / "raw", read_only=True) as decisions:
        stands, absent = (d.value for d in decisions.all())
    assert isinstance(stands, Words)
    assert (stands.grounding, stands.provenance[0].quote) == ("exact", found[0]["description"])
    assert isinstance(absent, Words)
    assert (absent.grounding, absent.provenance) == ("absent", ())


def test_what_changed_here_and_there_is_a_conflict_and_stays(folder: Path) -> None:
    path = exported(folder)
    decide(folder, name="Decided here", rationale="Because.")
    found = rows(path)
    found[0] |= {"name": "Decided there", "description": "Only there."}
    save(path, found)
    told = imported(folder)
    [conflict] = told["conflicts"]
    assert (conflict["field"], conflict["here"], conflict["there"]) == (
        "name", "Decided here", "Decided there",
    )  # fmt: skip
    assert [change["field"] for change in told["decided"]] == ["description"]
    assert told["later"] == 2  # the rationale, and the status
    after = rows(exported(folder, name="after.csv"))[0]
    assert (after["name"], after["rationale"]) == ("Decided here", "Because.")


def test_a_row_that_cannot_be_taken_is_named_and_the_others_are_taken(folder: Path) -> None:
    path = exported(folder)
    found = rows(path)
    found[0]["tags.actor"] = "nobody"
    found[1]["parent"] = found[1]["id"]
    found[2]["name"] = "Taken"
    strange = found[0] | {"id": "unheard-of", "name": "Strange"}
    elsewhere = found[0] | {"document": "documents/none.txt"}
    save(path, [*found, strange, elsewhere, found[2]])
    told = imported(folder)
    assert [line.partition(":")[0] for line in told["refused"]] == [
        "row 2", "row 3", "row 5", "row 6", "row 7",
    ]  # fmt: skip
    assert "actor has no code 'nobody'" in told["refused"][0]
    assert "--add" in told["refused"][2]
    assert "there twice" in told["refused"][4]
    assert [change["there"] for change in told["decided"]] == ["Taken"]


def test_new_rows_are_records_by_hand_when_asked_for(folder: Path) -> None:
    path = exported(folder)
    found = rows(path)
    new = dict.fromkeys(found[0], "") | {
        "document": found[0]["document"], "name": "Walk by the river", "description": "Take a walk.",
        "tags.lifecycle": "Operate and Monitor", "details.clause": "'1.10",
    }  # fmt: skip
    save(path, [*(row | {"details.clause": ""} for row in found), new])
    [identifier] = imported(folder, "--add")["added"]
    assert identifier.startswith("walk-by-the-river")
    assert imported(folder, "--add")["added"] == []
    after = {row["id"]: row for row in rows(exported(folder, name="after.csv"))}[identifier]
    assert (after["name"], after["details.clause"]) == ("Walk by the river", "'1.10")
    assert after["tags.lifecycle"] == "operate-and-monitor"


def test_a_coder_decides_for_themselves_alone_and_once(folder: Path) -> None:
    with Decisions.at(folder / "raw") as decisions:
        decisions.append([coding(GUIDE, mode="blind", coders=("ada", "ben"))])
    path = exported(folder)
    found = rows(path)
    found[0]["name"] = "As ada says"
    save(path, found)
    assert len(imported(folder)["decided"]) == 1
    assert imported(folder)["decided"] == []
    with Decisions.at(folder / "raw", read_only=True) as decisions:
        assert [d.role for d in decisions.all() if d.record] == ["coder"]
    assert rows(exported(folder, name="after.csv"))[0]["name"] != "As ada says"
    done = gleaner(folder, "import", "csv", str(path), "--curator", "eve")
    assert done.code == 1
    assert "coded by ada, ben, and not by eve" in done.err


def test_tags_come_back_from_their_own_profile(folder: Path) -> None:
    path = exported(folder, "--profile", "tags")
    found = rows(path)
    row = next(row for row in found if row["taxonomy"] == "actor")
    row["code"] = "user" if row["code"] != "user" else "developer"
    save(path, found)
    [change] = imported(folder)["decided"]
    assert (change["record"], change["field"]) == (row["id"], "tags.actor")


def test_a_file_that_breaks_in_its_middle_changes_nothing(folder: Path) -> None:
    export(store(folder), "jsonl", folder / "r.jsonl", Wanted())
    lines = (folder / "r.jsonl").read_text().splitlines()
    lines[0] = lines[0].replace('"value":"', '"value":"Changed ', 1)
    (folder / "r.jsonl").write_text(f'{lines[0]}\n{{"id": NaN}}\n')
    done = gleaner(folder, "import", "jsonl", str(folder / "r.jsonl"), "--curator", "ada")
    assert done.code == 2
    assert "line 2" in done.err
    assert not (folder / "raw" / "decisions.sqlite3").exists()
