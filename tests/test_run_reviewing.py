"""Decisions in runs: merged after the stages, never lost, and seen in every report."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from deciding import decide, decided, records_of
from runs import FOLDERS, GUIDE, ROOT, extract, gleaner, put, store_with_two

from pipeline.model import Act, Draft, Record, RecordStatus, ReviewedFile, Words
from pipeline.review import fields_of
from pipeline.run.explain import Unknown, explain
from pipeline.run.reviews import STATUSES, Reviews, Tally
from pipeline.run.status import looked_at, plan_lines, planned, status_lines, waiting
from pipeline.store import Store, UnusableDecisions, read_noun
from pipeline.store.decisions import Decisions

GUIDE_NAME = "guides/release.txt"
CHANGED = GUIDE.replace("read it once a week", "read it aloud once a month")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = store_with_two(tmp_path_factory.mktemp("extracted"))
    extract(store)
    assert len(measures(store)) == 3
    return store


@pytest.fixture
def store(extracted: Store, tmp_path: Path) -> Store:
    """A copy of what was extracted once, with three measures of a guide to decide on."""
    shutil.copytree(extracted.raw.parent, tmp_path, dirs_exist_ok=True)
    return Store(tmp_path / "raw", tmp_path / "extracted")


def measures(store: Store) -> tuple[Record, ...]:
    return records_of(store, GUIDE_NAME).records


def decide_on_all(store: Store) -> None:
    """Accept the first measure, correct the second in part, reject the third."""
    first, second, third = measures(store)
    decide(store, GUIDE_NAME, first)
    decide(store, GUIDE_NAME, second, ["name"], act=Act.EDIT, value=Words(value="Keep a log"))
    decide(store, GUIDE_NAME, third, ["record"], act=Act.REJECT, value=None)


def outputs(store: Store) -> dict[str, bytes]:
    folder = store.extracted / "4-reviewed"
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*.*")}


def reviewed(store: Store) -> ReviewedFile:
    return read_noun(ReviewedFile, store.reviewed(GUIDE_NAME))


def statuses(store: Store) -> list[str]:
    return [record.review.status.value for record in reviewed(store).records]


# --- what a run makes of decisions ---------------------------------------------------------------


def test_a_run_merges_decisions_and_makes_nothing_where_there_are_none(store: Store) -> None:
    assert outputs(store) == {}
    decide_on_all(store)
    report = extract(store)
    assert list(outputs(store)) == [f"{GUIDE_NAME}.json"]
    assert statuses(store) == ["reviewed", "in part", "rejected"]
    second = reviewed(store).records[1]
    assert second.name is not None
    assert second.name.value == "Keep a log"
    counts = report.as_dict()["review"]["records"]
    assert counts == {
        "waiting": 1, "undecided": 0, "in_part": 1, "reviewed": 1, "rejected": 1,
        "duplicate": 0, "merged": 0, "changed": 0, "lost": 0,
    }  # fmt: skip
    assert report.exit_code == 0


def test_the_same_decisions_give_the_same_bytes(store: Store, tmp_path: Path) -> None:
    decide_on_all(store)
    extract(store)
    before = outputs(store)
    shutil.rmtree(store.extracted)
    extract(store)
    assert outputs(store) == before
    decisions = Decisions.at(store.raw)
    decisions.dump(store.raw / "decisions")
    decisions.close()
    elsewhere = Store(tmp_path / "elsewhere" / "raw", tmp_path / "elsewhere" / "out")
    shutil.copytree(store.documents, elsewhere.documents)
    copy = Decisions.at(elsewhere.raw)
    copy.load(store.raw / "decisions")
    copy.close()
    extract(elsewhere)
    assert outputs(elsewhere) == before


def test_only_what_was_decided_on_is_merged_again(store: Store) -> None:
    put(store.documents / "guides" / "other.txt", GUIDE.replace("guide", "handbook"))
    extract(store)
    for name in (GUIDE_NAME, "guides/other.txt"):
        decide(store, name, records_of(store, name).records[0])
    extract(store)
    before = {name: store.reviewed(name).stat() for name in (GUIDE_NAME, "guides/other.txt")}
    extract(store)
    decide(store, GUIDE_NAME, measures(store)[1])
    extract(store)
    after = {name: store.reviewed(name).stat() for name in before}
    assert after["guides/other.txt"].st_mtime_ns == before["guides/other.txt"].st_mtime_ns
    assert after[GUIDE_NAME].st_mtime_ns > before[GUIDE_NAME].st_mtime_ns


def test_one_stage_alone_merges_and_a_stop_before_records_does_not(store: Store) -> None:
    decide_on_all(store)
    gleaner(store.raw.parent, "extract", "--stage", "segment")
    assert outputs(store) == {}
    assert gleaner(store.raw.parent, "assemble").returncode == 0
    assert statuses(store) == ["reviewed", "in part", "rejected"]


def test_a_file_changed_by_hand_is_kept_and_made_again(store: Store) -> None:
    decide_on_all(store)
    extract(store)
    before = outputs(store)
    put(store.reviewed(GUIDE_NAME), "mine\n")
    report = extract(store)
    assert outputs(store) == before
    kept = store.runs / report.id / "edited" / "4-reviewed" / f"{GUIDE_NAME}.json"
    assert kept.read_text() == "mine\n"


def test_without_decisions_there_are_no_files_of_them(store: Store) -> None:
    decide_on_all(store)
    extract(store)
    (store.raw / "decisions.sqlite3").rename(store.raw / "away")
    extract(store, store.documents / "letters")
    assert outputs(store)  # that was about other documents
    extract(store)
    assert not (store.extracted / "4-reviewed").exists() or outputs(store) == {}


def test_decisions_that_cannot_be_read_stop_a_run_before_it_begins(store: Store) -> None:
    put(store.raw / "decisions.sqlite3", "no database" * 100)
    put(store.documents / "guides" / "new.txt", GUIDE)
    with pytest.raises(UnusableDecisions):
        extract(store)
    assert not store.has_records("guides/new.txt")
    done = gleaner(store.raw.parent, "extract")
    assert done.returncode == 2
    assert "is no database" in done.stderr


def test_a_document_that_cannot_be_merged_is_named_and_tried_again(store: Store) -> None:
    decide_on_all(store)
    in_the_way = put(store.extracted / "4-reviewed" / "guides", "")
    done = gleaner(store.raw.parent, "extract")
    assert done.returncode == 1
    assert f"{GUIDE_NAME}: decisions not merged, cannot-write" in done.stderr
    in_the_way.unlink()
    assert extract(store).exit_code == 0
    assert statuses(store) == ["reviewed", "in part", "rejected"]


# --- the document changes, moves, goes -----------------------------------------------------------


def test_a_decision_whose_words_changed_is_shown(store: Store) -> None:
    decide(store, GUIDE_NAME, measures(store)[1])
    put(store.documents / GUIDE_NAME, CHANGED)
    [line] = [line for line in plan_lines(planned(store, ())) if GUIDE_NAME in line]
    count = len(fields_of(measures(store)[1]))
    assert line.endswith(f"the raw file changed ({count} decisions on it)")
    assert planned(store, ()).as_dict()["documents"][0]["decisions"] == count
    report = extract(store)
    review = report.as_dict()["review"]
    assert review["records"]["changed"] == 1
    assert {look["curator"] for look in review["to_look_at"]} == {"ann"}
    assert {look["footing"] for look in review["to_look_at"]} == {"source changed"}
    assert "Decisions that need a look" in report.page.read_text(encoding="utf-8")
    assert "1 record whose words changed" in "\n".join(status_lines(looked_at(store)))


def test_decisions_on_a_document_that_is_gone_are_kept_and_said(store: Store) -> None:
    decide_on_all(store)
    extract(store)
    (store.documents / GUIDE_NAME).unlink()
    report = extract(store)
    assert outputs(store) == {}
    [absent] = report.as_dict()["review"]["not_there"]
    assert (absent["name"], absent["same"]) == (GUIDE_NAME, "")
    decisions = Decisions.at(store.raw, read_only=True)
    assert absent["decisions"] == len(decisions.of_document(GUIDE_NAME))
    decisions.close()
    said = f"{absent['decisions']} decisions on {GUIDE_NAME}"
    assert said in "\n".join(status_lines(looked_at(store)))
    assert "on a document that is not there" in report.page.read_text(encoding="utf-8")
    put(store.documents / GUIDE_NAME, GUIDE)
    extract(store)
    assert statuses(store) == ["reviewed", "in part", "rejected"]


@pytest.mark.parametrize("data", [GUIDE.encode(), b"\xef\xbb\xbf" + GUIDE.encode()])
def test_a_renamed_document_is_found_by_its_bytes_or_its_text(store: Store, data: bytes) -> None:
    decide(store, GUIDE_NAME, measures(store)[0])
    (store.documents / GUIDE_NAME).unlink()
    put(store.documents / "new" / "name.txt", data)
    report = extract(store)
    [absent] = report.as_dict()["review"]["not_there"]
    assert absent["same"] == "new/name.txt"
    assert f"{GUIDE_NAME} (it is new/name.txt now)" in "\n".join(status_lines(looked_at(store)))


def test_a_document_that_cannot_be_read_any_more_says_why(store: Store) -> None:
    decide_on_all(store)
    extract(store)
    put(store.documents / GUIDE_NAME, "")
    report = extract(store)
    assert outputs(store) == {}
    [absent] = report.as_dict()["review"]["not_there"]
    assert absent["why"] == next(r.message for r in report.rows if r.name == GUIDE_NAME)


# --- what waits ----------------------------------------------------------------------------------


def test_status_knows_decisions_that_no_run_has_merged(store: Store) -> None:
    assert waiting(store)["records"] == looked_at(store).counts()["records_waiting"] == 3
    decide_on_all(store)
    live = looked_at(store).counts()
    assert live["records_waiting"] == 1
    assert live["review"]["records"]["rejected"] == 1
    assert waiting(store) | {"page": ""} == {"records": 1, "documents": 1, "page": ""}
    assert outputs(store) == {}
    extract(store)
    assert looked_at(store).counts() | {"report": ""} == live | {"report": ""}
    assert "1 wait for a curator, 1 in part, 1 reviewed, 1 rejected" in "\n".join(
        status_lines(looked_at(store))
    )


def test_status_counts_on_while_files_are_missing(store: Store) -> None:
    decide_on_all(store)
    extract(store)
    decide(store, GUIDE_NAME, measures(store)[1])
    (store.extracted / "1-documents" / f"{GUIDE_NAME}.json").unlink()
    assert looked_at(store).counts()["review"]["records"]["in_part"] == 1
    assert outputs(store)


def test_the_names_of_statuses_are_those_of_records() -> None:
    assert tuple(status.value for status in RecordStatus) == STATUSES


def test_nobody_pays_who_decided_nothing(store: Store) -> None:
    script = (
        "import atexit, sys\n"
        "heavy = {'sqlalchemy', 'pydantic', 'pipeline.review'}\n"
        "atexit.register(lambda: print(sorted(heavy & sys.modules.keys())))\n"
        "from pipeline.__main__ import main\n"
        f"main(['status', *{FOLDERS!r}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=store.raw.parent,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("[]\n"), done.stdout + done.stderr
    decide_on_all(store)
    assert "1 reviewed" in gleaner(store.raw.parent, "status").stdout


# --- explain -------------------------------------------------------------------------------------


def test_explain_tells_who_decided_what_having_seen_which_words(store: Store) -> None:
    second = measures(store)[1]
    [edit] = decide(
        store, GUIDE_NAME, second, ["description"], act=Act.EDIT, value=Words(value="Keep a log.")
    )
    lines = explain(store, second.id).lines
    at = lines.index("decided:")
    assert second.description is not None
    words = second.description.value
    assert lines[at + 1].endswith(" UTC ann: edit description")
    assert lines[at + 2].strip() == f"from “{words}” to “Keep a log.”"
    assert (
        lines[at + 3].strip().startswith(f"having seen “{second.description.provenance[0].quote}")
    )
    assert "stands: in part" in lines
    assert "    description: edited by ann: “Keep a log.”" in lines
    undo = {"act": Act.UNDO, "value": None, "of": edit.action, "curator": "bob"}
    decide(store, GUIDE_NAME, second, ["description"], **undo)
    explained = explain(store, second.id)
    said = "\n".join(explained.lines)
    assert "ann: edit description, taken back later" in said
    assert "bob: undo" in said
    assert "stands: undecided" in said
    told = json.loads(json.dumps(explained.data))
    assert [one["stands"] for one in told["decisions"]] == [False, True]
    assert told["decisions"][0]["from"]["value"] == words
    assert "decided:" not in explain(store, measures(store)[0].id).lines


def test_explain_knows_records_that_only_decisions_know(store: Store) -> None:
    draft = Draft(id="by-hand-1", name=Words(value="Publish the log"))
    decisions = Decisions.at(store.raw)
    given = {"document": GUIDE_NAME, "record": draft.id, "saw": ""}
    decisions.append([decided(**given, field="record", act=Act.ADD, value=draft)])
    decisions.close()
    said = "\n".join(explain(store, "by-hand").lines)
    assert "ann: add record" in said
    assert "name: edited by ann: “Publish the log”" in said
    lost = measures(store)[2]
    decide(store, GUIDE_NAME, lost)
    put(store.documents / GUIDE_NAME, GUIDE[: GUIDE.index("3. ")])
    report = extract(store)
    assert report.as_dict()["review"]["records"]["lost"] == 1
    said = "\n".join(explain(store, lost.id).lines)
    assert "which the extractor does not find there now" in said
    assert "lost its footing" in said
    with pytest.raises(Unknown):
        explain(store, "by-nobody")


def test_fewer_records_found_than_decided_on_are_never_below_none() -> None:
    tally = Tally(3, 1, {"reviewed": 2, "undecided": 1}, 0, 0, ())
    counts = Reviews({"one.txt": tally}).counts(0)
    assert (counts["waiting"], counts["undecided"], counts["reviewed"]) == (1, 1, 2)
