"""The commands as others call them: words, exit codes, streams."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result
from runs import GUIDE, LETTER, ROOT, files, gleaner, put, store_with_two

import pipeline
from pipeline.__main__ import main
from pipeline.store import Stage, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with_two(tmp_path)


def call(store: Store, *words: str, text: str | None = None) -> Result:
    folders = ("--raw", str(store.raw), "--extracted", str(store.extracted))
    return CliRunner().invoke(main, [*words, *folders], input=text)


def data(result: Result) -> Any:
    return json.loads(result.stdout)


NAMES = sorted(main.commands)


def test_every_command_of_the_contract_is_there() -> None:
    wanted = {"extract", "ingest", "segment", "assemble", "tag", "review", "evaluate", "explain"}
    assert wanted | {"status", "plan", "schema", "taxonomies"} <= set(NAMES)


def single(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command that is no group of others."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from single(command, (*words, name))
        else:
            yield (*words, name)


@pytest.mark.parametrize("words", [*single(main)], ids=" ".join)
def test_every_command_shows_an_example_of_itself(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*words, "--help"])
    assert shown.exit_code == 0
    assert f"Example: gleaner {words[0]}" in shown.output
    assert "--json" in shown.output


def test_help_is_instant_for_it_imports_nothing_heavy() -> None:
    program = (
        "import sys; from pipeline.__main__ import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted({'pydantic', 'spacy', 'rich', 'jinja2', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_the_version_is_the_package_s() -> None:
    shown = CliRunner().invoke(main, ["--version"])
    assert shown.output == f"gleaner {pipeline.__version__}\n"


# --- extract -------------------------------------------------------------------------------------


def test_extract_sums_up_on_stdout_and_goes_along_on_stderr(store: Store) -> None:
    done = call(store, "extract")
    assert done.exit_code == 0, done.stderr
    assert re.search(r"^documents +2 \(2 read\)$", done.stdout, re.MULTILINE)
    assert re.search(r"^report +.*\.html$", done.stdout, re.MULTILINE)
    assert "no-measures-found: letters/river.txt" in done.stdout
    assert "[2/2] " in done.stderr
    again = call(store, "extract")
    assert again.exit_code == 0
    assert "Nothing to do" in again.stdout
    assert "2 fresh" in again.stderr


def test_extract_prints_one_json_object(store: Store) -> None:
    report = data(call(store, "extract", "--json"))
    assert report["totals"]["documents"] == 2
    assert {document["name"] for document in report["documents"]} == {
        "guides/release.txt",
        "letters/river.txt",
    }
    assert Path(report["page"]).is_file()
    assert json.loads(Path(report["page"]).with_suffix(".json").read_text()) == report


def test_a_document_set_aside_is_named_with_its_reason_and_the_run_fails(store: Store) -> None:
    put(store.documents / "broken.pdf", b"%PDF-1.7\nnot really")
    put(store.documents / "empty.txt", b"")
    done = call(store, "extract")
    assert done.exit_code == 1
    page = re.findall(r"^report +(.*)$", done.stdout, re.MULTILINE)[0]
    for name in ("broken.pdf", "empty.txt"):
        [why] = re.findall(rf"^{name}: set aside, [a-z-]+: (\S.+)$", done.stderr, re.MULTILINE)
        assert (done.stderr + done.stdout).count(why) == 1
        assert f">{name}<" in Path(page).read_text()
    assert page in done.stderr
    assert len([name for name in files(store) if name.startswith("3-")]) >= 2
    assert call(store, "extract").exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["extract", "raw/documnets"], "documnets"),
        (["extract", "--jobs", "0"], "--jobs"),
        (["extract", "--hard"], "--hard"),
        (["extract", "--stage", "review"], "review"),
        (["extrakt"], "'extract'?"),
        (["explain", "no-such-thing"], "no-such-thing"),
        (["taxonomies", "lifecicle"], "lifecycle"),
        (["tag", "--taxonomy", "lifecicle", "Audit models."], "lifecycle"),
        (["evaluate", "--gold", "none.json"], "There is no none.json.\n"),
        (["import", "earlier", "none.csv"], "There is no none.csv.\n"),
        (["import", "earlier", "coded.cvs"], "Did you mean "),
        (["review", "apply", "none.json", "--curator", "ada"], "There is no none.json.\n"),
        (["taxonomies", "crosswalk", "none.tsv"], "There is no none.tsv.\n"),
        (["plan", "nowhere"], "nowhere"),
    ],
)
def test_a_wrong_request_is_named_and_ends_with_2(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "coded.csv", "")
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_cannot_be_explained_is_named_once_with_what_may_be_meant(store: Store) -> None:
    shown = call(store, "explain", "no-such-thing").stderr
    assert shown == f"There is no record no-such-thing in {store.extracted}, and no such file.\n"
    path = store.documents / "guides" / "relaese.txt"
    shown = call(store, "explain", str(path)).stderr
    assert shown.endswith(f"Did you mean {path.with_name('release.txt')}?\n")


def test_nothing_to_read_ends_with_2(tmp_path: Path) -> None:
    done = call(Store(tmp_path / "raw", tmp_path / "extracted"), "extract")
    assert done.exit_code == 2
    assert "put documents there" in done.stderr


def test_a_second_run_at_the_same_time_ends_with_3_and_names_the_first(store: Store) -> None:
    program = (
        "import sys, time; from pathlib import Path; from pipeline.run.lock import only_run\n"
        "with only_run(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(store.extracted)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout
        holder.stdout.readline()
        done = call(store, "extract")
        assert done.exit_code == 3
        assert f"process {holder.pid}" in done.stderr
        assert call(store, "status").exit_code == 0
    finally:
        holder.kill()
        holder.wait()
    assert call(store, "extract").exit_code == 0


def test_ctrl_c_ends_with_130_and_keeps_what_is_finished(tmp_path: Path) -> None:
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    for number in range(400):
        put(store.documents / f"{number:03}.txt", LETTER + GUIDE * 20 + str(number))
    folders = ("--raw", str(store.raw), "--extracted", str(store.extracted))
    running = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "extract", *folders],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stderr
    while not running.stderr.readline().startswith("[5/400]"):
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the whole group
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Interrupted" in out
    assert "Traceback" not in err
    finished = [name for name in files(store) if name.startswith("3-")]
    assert 5 <= len(finished) < 400
    for file in store.extracted.rglob("3-records/*.json"):
        json.loads(file.read_text())
    state = data(call(store, "status", "--json"))
    assert state["fresh"] >= 5
    assert not list(store.extracted.rglob(".*.tmp"))


def test_a_run_that_is_killed_is_resumed_as_if_nothing_had_been(tmp_path: Path) -> None:
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    for number in range(60):
        put(store.documents / f"{number:03}.txt", LETTER + GUIDE * 5 + str(number))
    folders = ("--raw", str(store.raw), "--extracted", str(store.extracted))
    for at in (1, 9, 17):
        running = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "extract", *folders],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert running.stderr
        while not running.stderr.readline().startswith(f"[{at}/"):
            assert running.poll() is None
        running.kill()
        running.wait()
        running.stderr.close()
        put(store.output(Stage.INGEST, "000.txt").with_name(".1.tmp"), "half a fi")
    assert call(store, "extract").exit_code == 0
    resumed = files(store)
    assert len(resumed) == 180
    assert not list(store.extracted.rglob(".*.tmp"))
    assert call(store, "extract", "--force").exit_code == 0
    assert files(store) == resumed


def test_a_disk_that_refuses_is_said_in_words(store: Store, tmp_path: Path) -> None:
    blocked = put(tmp_path / "file", "in the way")
    done = CliRunner().invoke(
        main, ["extract", "--raw", str(store.raw), "--extracted", str(blocked / "extracted")]
    )
    assert done.exit_code == 1
    assert "The disk refuses" in done.stderr


# --- looking on ----------------------------------------------------------------------------------


def test_plan_and_status_say_what_a_run_would_do_and_touch_nothing(store: Store) -> None:
    plan = call(store, "plan")
    assert "guides/release.txt: would be read: it was never read" in plan.stdout
    assert "2 documents to read, 0 as they are." in plan.stdout
    assert not store.extracted.exists()
    call(store, "extract")
    put(store.documents / "letters" / "river.txt", LETTER * 2)
    planned = data(call(store, "plan", "--json"))
    assert {d["name"]: d["why"] for d in planned["documents"]} == {
        "guides/release.txt": [],
        "letters/river.txt": ["the raw file changed"],
    }
    status = data(call(store, "status", "--json"))
    assert (status["documents"], status["fresh"], status["stale"]) == (2, 1, 1)
    assert "1 stale: the raw file changed" in call(store, "status").stdout


def test_status_counts_documents_from_elsewhere_while_they_are_there(
    store: Store, tmp_path: Path
) -> None:
    far = put(tmp_path / "far" / "deep" / "rule.txt", GUIDE)
    call(store, "extract")
    inside = data(call(store, "status", "--json"))
    call(store, "extract", str(tmp_path / "far"))
    status = data(call(store, "status", "--json"))
    assert (status["documents"], status["fresh"], status["stale"]) == (3, 3, 0)
    assert status["records_waiting"] > inside["records_waiting"]
    put(far, GUIDE * 2)
    assert "1 stale: the raw file changed" in call(store, "status").stdout
    far.unlink()
    assert data(call(store, "status", "--json")) == inside


def test_explain_tells_of_a_document(store: Store) -> None:
    call(store, "extract")
    shown = call(store, "explain", str(store.documents / "letters" / "river.txt"))
    assert shown.exit_code == 0
    assert "fresh: nothing that it depends on changed" in shown.stdout
    assert "warning no-measures-found" in shown.stdout
    put(store.documents / "letters" / "river.txt", LETTER * 2)
    found = data(call(store, "explain", "letters/river.txt", "--json"))
    assert found["why"] == ["the raw file changed"]


def test_explain_knows_a_document_from_elsewhere_by_its_name_and_paths(
    store: Store, tmp_path: Path
) -> None:
    text = "Boats should keep to the right bank of the river."
    far = put(tmp_path / "far" / "north" / "river.txt", text)
    call(store, "extract", str(tmp_path / "far"))
    for asked in ("far/north/river.txt", far, far.parent, tmp_path / "far"):
        shown = call(store, "explain", str(asked)).stdout
        assert shown.startswith("far/north/river.txt\n  fresh: nothing")


def test_explain_takes_the_path_that_a_record_file_gives(store: Store) -> None:
    call(store, "extract")
    shown = call(store, "explain", "documents/guides/release.txt")
    assert shown.exit_code == 0
    assert "guides/release.txt" in shown.stdout


def test_explain_tells_where_each_field_of_a_record_comes_from(store: Store) -> None:
    call(store, "extract")
    output = store.output(Stage.ASSEMBLE, "guides/release.txt")
    [record, *_] = json.loads(output.read_text())["records"]
    shown = call(store, "explain", record["id"])
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0].startswith(f"measure {record['id']}, read as {record['way']} from documents/")
    at = next(n for n, line in enumerate(lines) if line.startswith("description: "))
    assert lines[at].removeprefix("description: ") == record["description"]["value"]
    [source, *_] = record["description"]["provenance"]
    line = GUIDE.splitlines().index(
        next(text for text in GUIDE.splitlines() if source["quote"].splitlines()[0] in text)
    )
    assert f"(page 1, line {line + 1} of its text) [{source['made_by']}]" in lines[at + 1]
    assert data(call(store, "explain", record["id"], "--json"))["record"] == record


def test_review_says_how_much_waits(store: Store) -> None:
    assert data(call(store, "review", "--json"))["page"] is None
    records = data(call(store, "extract", "--json"))["totals"]["records"]
    assert records
    found = data(call(store, "review", "--json"))
    assert (found["records"], found["done"]) == (records, 0)
    assert "latest.html" in found["page"]


def test_the_schema_fits_what_a_run_writes(store: Store) -> None:
    call(store, "extract")
    schema = json.loads(CliRunner().invoke(main, ["schema"]).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    for stage, name in ((Stage.ASSEMBLE, "guides/release.txt"),):
        record_file = json.loads(store.output(stage, name).read_text())
        jsonschema.validate(record_file, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(record_file | {"schema": "other/1"}, schema)


# --- the tagger and the concepts -----------------------------------------------------------------


def test_taxonomies_shows_all_or_the_concepts_of_one() -> None:
    shown = CliRunner().invoke(main, ["taxonomies"])
    assert re.search(r"^mitigation +\S", shown.stdout, re.MULTILINE)
    one = CliRunner().invoke(main, ["taxonomies", "mitigation"])
    assert re.search(r"^    1\.1\.1  Training Data: ", one.stdout, re.MULTILINE)
    every = json.loads(CliRunner().invoke(main, ["taxonomies", "--json"]).stdout)
    assert "rmf" in {taxonomy["id"] for taxonomy in every["taxonomies"]}


def test_taxonomies_check_finds_nothing_to_mend_in_what_is_shipped() -> None:
    done = CliRunner().invoke(main, ["taxonomies", "check"])
    assert (done.exit_code, done.output) == (0, "")


def test_tag_answers_each_line_and_names_those_it_cannot_read() -> None:
    lines = '{"id": "a", "name": "", "text": "Lifecycle: Deploy"}\nnonsense\n\n{"id": "b"}\n[1]\n'
    done = CliRunner().invoke(main, ["tag", "--jsonl"], input=lines)
    assert done.exit_code == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a"]
    assert "line 2 " in done.stderr
    assert "line 5 " in done.stderr


def test_tag_takes_one_text_from_the_command_or_from_stdin() -> None:
    text = "Developers should test models before release."
    given = CliRunner().invoke(main, ["tag", "--json", text])
    read = CliRunner().invoke(main, ["tag", "--json"], input=text)
    assert given.exit_code == 0
    assert json.loads(given.stdout) == json.loads(read.stdout)
    assert isinstance(json.loads(given.stdout)["tags"], list)


def test_a_run_over_a_folder_at_the_shell(store: Store, tmp_path: Path) -> None:
    started = time.monotonic()
    done = gleaner(tmp_path, "extract", "raw/documents/letters")
    assert done.returncode == 0, done.stderr
    assert "documents  1 (1 read)" in done.stdout
    assert time.monotonic() - started < 60
