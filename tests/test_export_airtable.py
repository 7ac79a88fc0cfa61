"""Airtable both ways, against a server that has its limits and its faults."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airtable_server import Base, airtable
from exporting import gleaner
from exports import CODES, corpus, file, record, tag
from runs import extract, store_with_two

from pipeline.export import Corpus, Said
from pipeline.model import Codes, Place, RecordStatus, ReviewedRecord, Words
from pipeline.run.airtable import Airtable, Cell, Pushed, Where
from pipeline.run.airtable_api import GAP, PAUSE, NoAirtable

TOP, SUB = "tests/made.pdf#top-1", "tests/made.pdf#sub-1"


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Base]:
    monkeypatch.setenv("AIRTABLE_API_KEY", "secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pipeline.run.airtable_api.GAP", 0.0)
    with airtable() as server:
        server.rate = 1000
        yield server


def top(**given: Any) -> ReviewedRecord:
    tags = [tag("mitigation", "1.1.1"), tag("actor", CODES["actor"][0]),
            tag("actor", CODES["actor"][1], "other")]  # fmt: skip
    return record("top-1", **{"name": "Test models", "tags": tags} | given)


def two(**given: Any) -> Corpus:
    child = record("sub-1", name="=Log", parent="top-1")
    first = top(**given).model_copy(update={"children": ("sub-1",)})
    return corpus(file(child, first))  # the child comes before its parent


def at(base: Base, raw: Path) -> Airtable:
    return Airtable(raw, Where("app1", url=base.url), pause=0.01)


def push(base: Base, raw: Path, made: Corpus, dry: bool = False) -> Pushed:
    return at(base, raw).push(made, dry)


def pull(base: Base, raw: Path, made: Corpus) -> tuple[list[Said], list[Cell]]:
    conflicts: list[Cell] = []
    return list(at(base, raw).pull(made, conflicts)), conflicts


# --- out ------------------------------------------------------------------------------------------


def test_rows_go_out_with_their_links(base: Base, tmp_path: Path) -> None:
    done = push(base, tmp_path, two())
    assert sorted(done.created) == sorted([TOP, SUB, "tests/made.pdf"])
    assert (done.updated, done.kept, done.conflicts) == ([], [], [])
    parent, child = (base.row("Mitigations", "Gleaner_ID", key) for key in (TOP, SUB))
    ids = {row["Gleaner_ID"]: key for key, row in base.tables["Mitigations"].items()}
    assert child["Parent"] == [ids[TOP]]
    assert parent["Children"] == [ids[SUB]]
    assert parent["Source"] == list(base.tables["Sources"])
    assert child["Mitigation_Name"] == "'=Log"
    assert parent["llm_classification"].startswith("1.1.1 ")
    assert "human_classification" not in parent
    assert base.row("Sources", "SourceID", "tests/made.pdf")["Title"] == "A made document"


def test_once_more_changes_nothing(base: Base, tmp_path: Path) -> None:
    push(base, tmp_path, two())
    writes = len(base.writes)
    done = push(base, tmp_path, two())
    assert (done.same, done.created, done.updated) == (3, [], [])
    assert len(base.writes) == writes


def test_only_what_changed_here_is_sent(base: Base, tmp_path: Path) -> None:
    push(base, tmp_path, two())
    done = push(base, tmp_path, two(name="Test all models"))
    assert [(cell.row, cell.column, cell.here) for cell in done.changed] == [
        (TOP, "Mitigation_Name", "Test all models")
    ]
    assert base.row("Mitigations", "Gleaner_ID", TOP)["Mitigation_Name"] == "Test all models"


def test_a_dry_run_writes_nowhere_and_says_what_would_change(base: Base, tmp_path: Path) -> None:
    done = push(base, tmp_path, two(), dry=True)
    assert len(done.created) == 3
    assert base.writes == []
    assert list(tmp_path.iterdir()) == []


def test_the_limits_are_kept(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.run.airtable_api.GAP", GAP)
    base.rate = 5
    many = corpus(file(*(record(f"r-{n}") for n in range(25))))
    push(base, tmp_path, many)
    assert len(base.tables["Mitigations"]) == 25
    assert max(base.writes) == 10
    assert base.too_fast == 0


@pytest.mark.parametrize("faults", [["429 0"], ["429 bare", "500"], ["lost"]])
def test_what_may_pass_is_tried_again(base: Base, tmp_path: Path, faults: list[str]) -> None:
    base.faults.extend(faults)
    push(base, tmp_path, two())
    assert not base.faults
    assert len(base.tables["Mitigations"]) == 2
    assert len(base.tables["Sources"]) == 1
    assert push(base, tmp_path, two()).same == 3


@pytest.mark.parametrize(("fault", "seconds"), [("429 1", 1.0), ("429 bare", 0.7)])
def test_a_429_is_waited_for_as_long_as_it_says_or_for_a_pause(
    base: Base, tmp_path: Path, fault: str, seconds: float
) -> None:
    base.faults.append(fault)
    Airtable(tmp_path, Where("app1", url=base.url), pause=0.7).push(corpus(file()), dry=False)
    first, second = (when for when, how, _ in base.asked if how == "PATCH")
    assert second - first >= seconds
    assert PAUSE == 30  # as the documentation of the API asks for


def test_what_airtable_refuses_is_told_in_its_words(base: Base, tmp_path: Path) -> None:
    base.unknown.add("AIRM_Primary")
    with pytest.raises(NoAirtable, match=r'422.*Unknown field name: "AIRM_Primary"'):
        push(base, tmp_path, two())
    assert len(base.writes) == 2  # the source, and one try: what is refused is not tried again


def test_a_push_that_broke_off_goes_on_where_it_was(base: Base, tmp_path: Path) -> None:
    many = corpus(file(*(record(f"r-{n}") for n in range(25))))
    base.faults.extend(["", "", "422"])  # the source, ten rows, then no more
    with pytest.raises(NoAirtable, match="cannot accept"):
        push(base, tmp_path, many)
    assert len(base.tables["Mitigations"]) == 10
    done = push(base, tmp_path, many)
    assert len(done.created) == 15
    assert (len(done.updated), done.conflicts) == (0, [])
    assert len(base.tables["Mitigations"]) == 25


def test_a_last_line_that_was_torn_off_is_written_again(base: Base, tmp_path: Path) -> None:
    push(base, tmp_path, two())
    [state] = (tmp_path / "airtable").glob("*mitigations*")
    state.write_bytes(state.read_bytes()[:-20])
    done = push(base, tmp_path, two())
    assert done.conflicts == []
    assert state.read_bytes().endswith(b"}\n")
    assert push(base, tmp_path, two()).same == 3


@pytest.mark.parametrize(
    ("token", "url", "message"),
    [
        ("", None, "AIRTABLE_API_KEY"),
        ("wrong", None, "401.*Is the token"),
        ("secret", "http://example.org", "not https"),
        ("secret", "http://127.0.0.1:1", "cannot be reached"),
    ],
)
def test_a_request_that_cannot_be_made_is_told(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    token: str, url: str | None, message: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("pipeline.run.airtable_api.ATTEMPTS", 2)
    monkeypatch.setenv("AIRTABLE_API_KEY", token)
    with pytest.raises(NoAirtable, match=message) as caught:
        Airtable(tmp_path, Where("app1", url=url or base.url), pause=0.01).push(two(), dry=False)
    assert "secret" not in str(caught.value)


def test_a_record_that_was_rejected_since_is_said_to_be(base: Base, tmp_path: Path) -> None:
    push(base, tmp_path, two())
    child = record("sub-1", name="=Log", parent="top-1")
    rejected, never = (
        top(status=RecordStatus.REJECTED),
        record("new-1", status=RecordStatus.REJECTED),
    )
    done = at(base, tmp_path).push(corpus(file(child)), False, corpus(file(child, rejected, never)))
    assert done.created == []
    assert base.row("Mitigations", "Gleaner_ID", TOP)["Status"] == "rejected"
    assert len(base.tables["Mitigations"]) == 2


# --- back -----------------------------------------------------------------------------------------


def edit(base: Base, key: str, **fields: Any) -> None:
    row = base.row("Mitigations", "Gleaner_ID", key)
    row |= fields


def test_what_humans_change_there_comes_back_and_is_not_overwritten(
    base: Base, tmp_path: Path
) -> None:
    push(base, tmp_path, two())
    other = CODES["mitigation"][10]
    edit(base, TOP, Definition="Changed there.", human_classification=f"{other} Some label",
         AILifecycle_Primary="Operate and Monitor", AIActor_Other=[], Status="reviewed")  # fmt: skip
    edit(base, SUB, Mitigation_Name="'=Log", Parent=[])
    said, conflicts = pull(base, tmp_path, two())
    assert conflicts == []
    by_id = {one.record: one for one in said}
    assert by_id["top-1"].fields == {
        "description": Words(value="Changed there."),
        "tags.mitigation": Codes(primary=other),
        "tags.lifecycle": Codes(primary="Operate and Monitor"),
        "tags.actor": Codes(primary=CODES["actor"][0]),
    }
    assert by_id["top-1"].status == "reviewed"
    assert by_id["sub-1"].fields == {"place": Place()}
    done = push(base, tmp_path, two())
    assert {cell.column for cell in done.kept} >= {"Definition", "human_classification"}
    assert base.row("Mitigations", "Gleaner_ID", TOP)["Definition"] == "Changed there."


def test_what_changed_here_and_there_goes_nowhere_and_is_named(base: Base, tmp_path: Path) -> None:
    push(base, tmp_path, two())
    edit(base, TOP, Mitigation_Name="As they say")
    here = two(name="As we say")
    said, conflicts = pull(base, tmp_path, here)
    assert said == []
    assert [(cell.column, cell.there, cell.here) for cell in conflicts] == [
        ("Mitigation_Name", "As they say", "As we say")
    ]
    assert [cell.column for cell in push(base, tmp_path, here).conflicts] == ["Mitigation_Name"]
    assert base.row("Mitigations", "Gleaner_ID", TOP)["Mitigation_Name"] == "As they say"


def test_a_row_that_was_never_agreed_on_is_not_taken_for_changed(
    base: Base, tmp_path: Path
) -> None:
    push(base, tmp_path / "elsewhere", two())
    edit(base, TOP, Mitigation_Name="Whoever said so")
    said, conflicts = pull(base, tmp_path, two())
    assert said == []
    assert [cell.column for cell in conflicts] == ["Mitigation_Name"]


def test_what_was_taken_is_agreed_on(base: Base, tmp_path: Path) -> None:
    push(base, tmp_path, two())
    edit(base, TOP, Mitigation_Name="Taken")
    taken = two(name="Taken")
    done = push(base, tmp_path, taken)
    assert (done.kept, done.conflicts, done.updated) == ([], [], [])
    assert pull(base, tmp_path, taken) == ([], [])


def test_by_command_there_and_back(base: Base, tmp_path: Path) -> None:
    extract(store_with_two(tmp_path))
    words = "airtable", "--base", "app1", "--url", base.url
    done = gleaner(tmp_path, "export", *words, "--dry-run", "--json")
    assert (done.code, len(json.loads(done.out)["created"]), base.writes) == (0, 5, [])
    done = gleaner(tmp_path, "export", *words)
    assert (done.code, done.err) == (0, "")
    key = next(row["Gleaner_ID"] for row in base.tables["Mitigations"].values())
    edit(base, key, Mitigation_Name="Renamed there", AIActor_Primary="Deployer")
    done = gleaner(tmp_path, "import", *words, "--curator", "ada", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [(one["field"], one["there"].strip()) for one in told["decided"]] == [
        ("name", "Renamed there"), ("tags.actor", "deployer"),
    ]  # fmt: skip
    done = gleaner(tmp_path, "export", *words, "--json")
    assert json.loads(done.out)["kept"] == []
    row = base.row("Mitigations", "Gleaner_ID", key)
    assert (row["Mitigation_Name"], row["Status"]) == ("Renamed there", "in part")
    edit(base, key, AIActor_Primary="Nobody at all")
    done = gleaner(tmp_path, "import", *words, "--curator", "ada")
    assert done.code == 1
    assert "actor has no code 'Nobody at all'" in done.err
