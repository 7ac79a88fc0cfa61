"""Runs over real files with real processes: what is made, set aside, removed."""

import json
import shutil
from pathlib import Path

import pytest
from runs import GUIDE, LETTER, extract, files, gleaner, put, reasons, row, store_with_two

from pipeline.model import Document, RecordFile, Segments
from pipeline.run.limits import Limits
from pipeline.run.request import NothingToRead
from pipeline.store import Stage, Store, UnknownPath, read_noun


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with_two(tmp_path)


# --- what a run makes ----------------------------------------------------------------------------


def test_a_document_goes_through_all_stages(store: Store) -> None:
    report = extract(store)
    assert report.exit_code == 0
    assert report.totals.documents == report.totals.read == 2
    name = "guides/release.txt"
    document = read_noun(Document, store.output(Stage.INGEST, name))
    segments = read_noun(Segments, store.output(Stage.SEGMENT, name))
    records = read_noun(RecordFile, store.output(Stage.ASSEMBLE, name))
    assert document.path == segments.path == records.document.path == "documents/guides/release.txt"
    assert "test every model against known attacks" in document.text
    assert row(report, name).records == len(records.records)
    assert row(report, name).words == len(GUIDE.split())


def test_a_readable_document_without_measures_says_so_and_is_done(store: Store) -> None:
    report = extract(store, store.documents / "letters")
    assert report.exit_code == 0
    assert report.totals.without_measures == 1
    records = read_noun(RecordFile, store.output(Stage.ASSEMBLE, "letters/river.txt"))
    assert [i.code for i in records.issues if i.level == "warning"] == ["no-measures-found"]


def test_keys_of_dictionaries_are_sorted_in_every_file(store: Store) -> None:
    put(store.documents / "guides" / "release.txt.toml", 'url = "https://example.org/guide"\n')
    extract(store)
    for data in files(store).values():
        parsed = json.loads(data)
        made_by = parsed.get("document", parsed).get("made_by", {})
        assert list(made_by) == sorted(made_by)
        for record in parsed.get("records", ()):
            assert list(record["details"]) == sorted(record["details"])


def test_a_sidecar_is_the_bibliography_and_changes_only_records(store: Store) -> None:
    extract(store)
    before = files(store)
    put(store.documents / "guides" / "release.txt.toml", 'url = "https://example.org/guide"\n')
    assert reasons(store, "guides/release.txt") == "the bibliography beside it is new"
    report = extract(store)
    assert set(row(report, "guides/release.txt").seconds) == {"assemble"}
    after = files(store)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"3-records/guides/release.txt.json"}
    assert b"https://example.org/guide" in after["3-records/guides/release.txt.json"]


def test_a_broken_sidecar_is_a_warning(store: Store) -> None:
    put(store.documents / "guides" / "release.txt.toml", "title =\n")
    report = extract(store)
    assert report.exit_code == 0
    assert "bad-sidecar" in {noted.code for noted in row(report, "guides/release.txt").issues}


def test_stages_one_by_one_leave_what_all_at_once_do(store: Store) -> None:
    extract(store)
    at_once = files(store)
    shutil.rmtree(store.extracted)
    for stage in Stage:
        assert extract(store, stages=(stage,)).exit_code == 0
    assert files(store) == at_once
    assert extract(store).totals.fresh == 2


def test_a_stage_alone_needs_the_stage_before(store: Store) -> None:
    with pytest.raises(NothingToRead, match="gleaner ingest"):
        extract(store, stages=(Stage.SEGMENT,))
    report = extract(store, store.documents, stages=(Stage.SEGMENT,))
    assert {(row.code, row.state) for row in report.rows} == {("no-ingest", "set aside")}


def test_a_run_stops_after_the_stage_asked_for(store: Store) -> None:
    extract(store, stages=(Stage.INGEST, Stage.SEGMENT))
    assert {name.partition("/")[0] for name in files(store)} == {"1-documents", "2-segments"}
    assert reasons(store, "letters/river.txt") == "the stage assemble has not run since"


# --- what is set aside, and what is gone ---------------------------------------------------------


def test_a_document_that_becomes_unreadable_leaves_nothing_but_its_reason(store: Store) -> None:
    extract(store)
    put(store.documents / "letters" / "river.txt", b"%PDF-1.7\nnot really")
    report = extract(store)
    assert report.exit_code == 1
    refused = row(report, "letters/river.txt")
    assert refused.state == "set aside"
    assert refused.code
    assert refused.message
    assert all("river" not in name for name in files(store))
    again = extract(store)
    assert again.totals.read == 0
    assert row(again, "letters/river.txt").code == refused.code


def test_originals_that_are_gone_take_their_outputs_along(store: Store) -> None:
    extract(store)
    (store.documents / "letters" / "river.txt").unlink()
    assert extract(store, store.documents / "guides").removed == []
    assert any("river" in name for name in files(store))
    report = extract(store)
    assert report.removed == ["letters/river.txt"]
    assert all("river" not in name for name in files(store))
    assert not (store.extracted / "1-documents" / "letters").exists()


def test_documents_from_elsewhere_stay_while_they_are_there(store: Store, tmp_path: Path) -> None:
    outside = put(tmp_path / "downloads" / "note.txt", LETTER)
    assert extract(store, outside).exit_code == 0
    assert extract(store).removed == []
    assert "3-records/downloads/note.txt.json" in files(store)
    outside.unlink()
    assert extract(store).removed == ["downloads/note.txt"]


def test_a_name_that_another_file_has_is_refused_and_nothing_lost(
    store: Store, tmp_path: Path
) -> None:
    one = put(tmp_path / "x" / "downloads" / "note.txt", LETTER)
    two = put(tmp_path / "y" / "downloads" / "note.txt", GUIDE)
    extract(store, one)
    before = files(store)
    report = extract(store, two)
    assert report.exit_code == 1
    assert row(report, "downloads/note.txt").code == "name-taken"
    assert files(store) == before


def test_a_document_moved_into_raw_is_read_under_its_new_path(store: Store, tmp_path: Path) -> None:
    outside = put(tmp_path / "downloads" / "note.txt", LETTER)
    extract(store, outside)
    put(store.documents / "downloads" / "note.txt", LETTER)
    extract(store)
    assert (
        b'"path": "documents/downloads/note.txt"'
        in files(store)["3-records/downloads/note.txt.json"]
    )


def test_nothing_to_read_is_an_error_and_removes_nothing(store: Store) -> None:
    extract(store)
    before = files(store)
    shutil.rmtree(store.documents)
    with pytest.raises(NothingToRead, match="put documents there"):
        extract(store)
    assert files(store) == before
    with pytest.raises(UnknownPath, match=r"There is no .*nowhere"):
        extract(store, store.documents / "nowhere")


def test_a_document_that_takes_too_long_is_tried_again_only_with_more_time(store: Store) -> None:
    draft = put(store.output(Stage.INGEST, "letters/x").with_name(".1.tmp"), "half a fi")
    report = extract(store, limits=Limits(seconds=0.000001))
    assert {row.code for row in report.rows} == {"too-slow"}
    assert files(store) == {}
    assert not draft.exists()  # a worker may have been killed while it wrote
    assert extract(store, limits=Limits(seconds=0.000001)).totals.read == 0
    assert reasons(store, "letters/river.txt") == "it has more time now"
    assert extract(store).exit_code == 0


# --- the same bytes ------------------------------------------------------------------------------


def test_nothing_but_the_documents_changes_a_byte(store: Store, tmp_path: Path) -> None:
    put(store.documents / "third.txt", GUIDE.replace("Developers", "Entwickler für Zürich"))
    extract(store)
    before = files(store)
    shutil.rmtree(store.extracted)
    other = tmp_path / "another" / "folder"
    shutil.copytree(store.raw, other / "raw")
    foreign = {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C"}
    done = gleaner(other, "extract", "--jobs", "2", **foreign)
    assert done.returncode == 0, done.stderr
    assert files(Store(other / "raw", other / "extracted")) == before
    assert len(before) == 9
