"""Exports as commands: what leaves, when, and what a crash leaves."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from exporting import GUIDE, coding, copied, decide, exported, gleaner, imported, rows, save, store
from runs import ROOT, extract, put

from pipeline.export import Corpus, Wanted, formats
from pipeline.run.exporting import corpus_of, export
from pipeline.run.placing import NotOurs, placed
from pipeline.run.standing import Standing
from pipeline.store.decisions import Decisions


@pytest.fixture
def folder(two_read: Path, tmp_path: Path) -> Path:
    """Two documents with their records, to decide on."""
    return copied(two_read, tmp_path)


# --- out ------------------------------------------------------------------------------------------


def test_every_format_is_written_where_it_is_looked_for(folder: Path) -> None:
    for name, module in formats().items():
        told = export(store(folder), name, None, Wanted())
        assert told.out == folder / "extracted" / "5-exports" / module.FILE
        assert told.out.exists()
        assert (told.records, told.decided) in ((3, 0), (0, 0)), name


def test_an_export_says_of_each_record_that_nobody_decided(folder: Path) -> None:
    found = rows(exported(folder))
    assert [row["status"] for row in found] == ["undecided"] * 3
    assert {row["document"] for row in found} == {f"documents/{GUIDE}"}
    assert not any("decided" in (row["tags.actor.basis"], row["decided"]) for row in found)


def test_a_part_of_a_folder_that_was_read_from_elsewhere_leaves_by_its_path(
    folder: Path, tmp_path: Path
) -> None:
    far = put(tmp_path / "far" / "north" / "boats.txt", "Boats should keep to the right bank.")
    extract(store(folder), tmp_path / "far")
    found = corpus_of(store(folder), (far.parent,))
    assert [file.document.path for file in found.files()] == ["far/north/boats.txt"]


def test_the_same_records_give_the_same_bytes(folder: Path) -> None:
    for name in ("csv", "xlsx", "jsonl", "sqlite", "parquet", "website", "markdown", "airtable"):
        one, two = (folder / str(n) / formats()[name].FILE for n in (1, 2))
        for out in (one, two):
            export(store(folder), name, out, Wanted())
        if one.is_dir():
            assert {p.relative_to(one): p.read_bytes() for p in one.rglob("*") if p.is_file()} == {
                p.relative_to(two): p.read_bytes() for p in two.rglob("*") if p.is_file()
            }
        else:
            assert one.read_bytes() == two.read_bytes()


def test_a_request_that_is_wrong_ends_with_2(folder: Path) -> None:
    for words in (
        ("export", "docx"),
        ("export", "csv", "--reviewed", "--all"),
        ("export", "csv", "--document", "raw/documents/nowhere"),
        ("export", "csv", "--taxonomy", "nowhere"),
        ("export", "csv", "--base", "app1"),
        ("export", "csv", "--out", "raw"),
        ("export", "website", "--out", "raw"),
        ("import", "csv", "nowhere.csv", "--curator", "ada"),
        ("import", "csv", "--curator", "ada"),
        ("import", "csv", "raw", "--curator", "ada"),
        ("import", "website", "raw", "--curator", "ada"),
        ("import", "csv", "raw/documents/guides/release.txt", "--curator", "A B"),
        ("import", "jsonl", "raw/documents/guides/release.txt", "--curator", "ada"),
    ):
        given = [str(folder / word) if word.startswith("raw") else word for word in words]
        done = gleaner(folder, *given)
        assert (done.code, done.out) == (2, ""), (words, done.err)
        assert "Traceback" not in done.err
    assert (folder / "raw" / "documents" / GUIDE).is_file()


def test_a_format_whose_library_is_missing_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = gleaner(folder, "export", "parquet")
    assert (done.code, done.out) == (2, "")
    assert done.err == "This format needs pyarrow: pip install 'gleaner[export]'\n"


# --- whole or not at all --------------------------------------------------------------------------


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "papers"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(NotOurs, match="did not make"), placed(mine, folder=True):
        pass
    assert (mine / "thesis.txt").read_text() == "years of work"


def test_a_folder_of_ours_is_replaced_whole(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with placed(tmp_path / "site", folder=True) as out:
            (out / name).write_text(name)
    assert sorted(p.name for p in (tmp_path / "site").iterdir()) == [".gleaner", "two"]
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "r.csv"
    target.write_text("before")
    with pytest.raises(TypeError), placed(target, folder=False) as out:
        out.write_text(3)  # type: ignore[arg-type]
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("r.csv", "before")]


KILLED = """
import sys, time
from pathlib import Path
from pipeline.export import Corpus, Wanted, formats
from pipeline.run.exporting import export
from pipeline.store import Store
module = formats()[sys.argv[1]]
write = module.write
def slow(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    def files():
        yield from corpus.files()
        yield from corpus.files() if module.__name__.endswith("jsonl") else ()
        print("half", flush=True)
        time.sleep(60)
    write(Corpus(files, corpus.document, corpus.taxonomies), out, wanted)
module.write = slow
export(Store(Path("raw"), Path("extracted")), sys.argv[1], Path(sys.argv[2]), Wanted())
"""


@pytest.mark.parametrize("name", ["jsonl", "csv", "sqlite", "website"])
def test_an_export_that_is_killed_leaves_the_old_one_whole(folder: Path, name: str) -> None:
    target = folder / "out" / formats()[name].FILE
    export(store(folder), name, target, Wanted())
    before = contents(folder / "out")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, name, str(target)],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    left = [path for path in (folder / "out").iterdir() if path.name.endswith(".tmp")]
    assert len(left) == 1  # it was at work
    assert {k: v for k, v in contents(folder / "out").items() if ".tmp/" not in k} == before
    export(store(folder), name, target, Wanted())
    assert contents(folder / "out") == before


def test_a_folder_that_stepped_aside_is_put_back(tmp_path: Path) -> None:
    with placed(tmp_path / "site", folder=True) as out:
        (out / "one").write_text("one")
    (tmp_path / "site").rename(tmp_path / ".site.before.tmp")  # as a kill between renames leaves it
    with pytest.raises(ValueError, match="no"), placed(tmp_path / "site", folder=True):
        raise ValueError("no")
    assert (tmp_path / "site" / "one").read_text() == "one"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


# --- the gate of a release ------------------------------------------------------------------------


def test_nothing_is_released_while_reviews_are_open(folder: Path) -> None:
    decide(folder, status="reviewed")
    done = gleaner(folder, "export", "csv", "--reviewed", "--out", str(folder / "r.csv"))
    assert done.code == 1
    assert f"{GUIDE}: 2 undecided" in done.err
    assert not (folder / "r.csv").exists()
    done = gleaner(folder, "export", "csv", "--reviewed", "--warn", "--out", str(folder / "r.csv"))
    assert done.code == 0
    assert f"{GUIDE}: 2 undecided" in done.err
    assert [row["status"] for row in rows(folder / "r.csv")] == ["reviewed"]


def test_a_release_has_what_is_decided_and_nothing_else(folder: Path) -> None:
    path = exported(folder)
    found = rows(path)
    for row, status in zip(found, ["reviewed", "rejected", "reviewed"], strict=True):
        row["status"] = status
    save(path, found)
    imported(folder)
    released = rows(exported(folder, "--reviewed", name="r.csv"))
    assert [row["id"] for row in released] == [found[0]["id"], found[2]["id"]]
    assert {row["status"] for row in released} == {"reviewed"}
    every = rows(exported(folder, "--all", name="all.csv"))
    assert [row["status"] for row in every] == ["reviewed", "rejected", "reviewed"]
    assert len(rows(exported(folder, name="s.csv"))) == 2


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ((), ", 1 left out (1 rejected; --all takes them along): "),
        (("--reviewed", "--warn"), ", 2 left out (1 rejected, 1 undecided): "),
        (("--all",), "3 records of 1 document, 1 of them decided: "),
    ],
)
@pytest.mark.parametrize("format", ["csv", "sqlite", "markdown"])
def test_an_export_says_how_many_records_it_leaves_out(
    format: str, option: tuple[str, ...], told: str, folder: Path
) -> None:
    found = rows(exported(folder))
    found[0]["status"], found[1]["status"] = "rejected", "reviewed"
    save(folder / "out.csv", found)
    imported(folder)
    done = gleaner(folder, "export", format, *option)
    assert told in done.out
    left = json.loads(gleaner(folder, "export", format, "--json", *option).out)["left_out"]
    assert sum(left.values()) == told.count("1 rejected") + told.count("1 undecided")


def test_a_document_that_need_not_be_reviewed_holds_nothing_up(folder: Path) -> None:
    with Decisions.at(folder / "raw") as decisions:
        decisions.append([coding(GUIDE, required=False)])
    done = gleaner(folder, "export", "jsonl", "--reviewed", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["records"] == 0


# --- what stands by now ---------------------------------------------------------------------------


def test_decisions_since_the_last_run_leave_too(folder: Path) -> None:
    decide(folder, name="First")
    extract(store(folder))
    assert store(folder).reviewed(GUIDE).is_file()
    decide(folder, name="Second")
    stands = Standing(store(folder))
    [first, *_] = stands.file(GUIDE).records
    assert first.name
    assert first.name.value == "Second"
    before = store(folder).reviewed(GUIDE).read_bytes()
    assert rows(exported(folder))[0]["name"] == "Second"
    assert store(folder).reviewed(GUIDE).read_bytes() == before  # an export makes nothing else


def test_a_corpus_knows_the_decisions_and_the_licence_behind_it(folder: Path) -> None:
    (folder / "raw" / "documents" / f"{GUIDE}.toml").write_text('licence = "CC BY 4.0"\n')
    decide(folder, name="Decided")
    made: Corpus = corpus_of(store(folder))
    path = f"documents/{GUIDE}"
    assert [type(one).__name__ for one in made.decisions(path)] == ["Decision", "Saw"]
    assert made.licence(path) == "CC BY 4.0"
    assert made.licence("documents/letters/river.txt") == ""
    assert made.document(path).path == path
