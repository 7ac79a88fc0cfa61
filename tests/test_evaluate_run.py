"""`gleaner evaluate` with real files: what it reads, prints, writes, gates and refuses."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.__main__ import main
from pipeline.model import RecordFile

ROOT = Path(__file__).resolve().parent.parent
SURVEY = "survey-safety-practices.csv"
GUIDE = "guideline-safe-procurement.md"
NAMES = (SURVEY, GUIDE)


def evaluate(*words: str) -> Result:
    return CliRunner().invoke(main, ["evaluate", *words])


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with two of the samples and their gold, read once."""
    home = tmp_path_factory.mktemp("checkout")
    (home / "raw/documents/samples").mkdir(parents=True)
    (home / "tests/gold").mkdir(parents=True)
    for name in NAMES:
        shutil.copy(ROOT / "raw/documents/samples" / name, home / "raw/documents/samples")
        shutil.copy(ROOT / "tests/gold" / f"{name}.json", home / "tests/gold")
    floors = json.loads((ROOT / "tests/floors.json").read_text(encoding="utf-8"))
    (home / "tests/floors.json").write_text(json.dumps({n: floors[n] for n in NAMES}))
    places = ["--raw", str(home / "raw"), "--extracted", str(home / "extracted")]
    done = CliRunner().invoke(main, ["extract", "--jobs", "1", *places])
    assert done.exit_code == 0, done.output
    return home


@pytest.fixture
def home(read_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to play with, and the working folder. Its stamps are those of the first."""
    shutil.copytree(read_once, tmp_path / "home", copy_function=shutil.copy2)
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


def edit_gold(home: Path, name: str, **changes: Any) -> None:
    """Change the first measure of a gold file."""
    file = home / "tests/gold" / f"{name}.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    data["measures"][0] |= changes
    file.write_text(json.dumps(data), encoding="utf-8")


# --- scores --------------------------------------------------------------------------------------


def test_scores_of_what_stands_in_extracted(home: Path) -> None:
    done = evaluate("--gate")
    assert done.exit_code == 0, done.output
    assert all(name in done.stdout for name in NAMES)
    assert "text/csv" in done.stdout
    assert "missed" not in done.stdout.partition("fields of the matched")[2]


def test_every_match_is_printed_when_asked_for(home: Path) -> None:
    few, all_ = evaluate().stdout.splitlines(), evaluate("--pairs").stdout.splitlines()
    measures = sum(
        len(json.loads(file.read_text(encoding="utf-8"))["measures"])
        for file in (home / "tests/gold").iterdir()
    )
    assert sum(line.startswith("  strict ") for line in all_) == measures
    assert not any(line.startswith("  strict ") for line in few)


def test_a_miss_is_printed_beside_the_nearest_record(home: Path) -> None:
    edit_gold(home, SURVEY, description="Every diagnostic model runs in shadow mode.")
    told = evaluate().stdout.splitlines()
    (at,) = [n for n, line in enumerate(told) if line.startswith("  missed ")]
    assert "runs in shadow mode" in told[at]
    assert "nearest record" in told[at + 1]
    assert "beside the clinicians" in told[at + 1]
    assert any(line.startswith("  spurious ") for line in told)


def test_documents_are_read_on_the_fly_and_leave_no_trace(home: Path) -> None:
    shutil.rmtree(home / "extracted")
    done = evaluate("--gate", "--documents", "raw/documents/samples")
    assert done.exit_code == 0, done.output
    assert not (home / "extracted").exists()


def test_what_is_read_can_be_kept_and_is_not_read_again(home: Path) -> None:
    asked = ("--documents", "raw/documents/samples", "--keep", "kept")
    assert "2 documents to read, 0 fresh" in evaluate(*asked).stderr
    assert "0 documents to read, 2 fresh" in evaluate(*asked).stderr


def test_a_document_is_known_by_its_bytes_too(home: Path) -> None:
    sample = home / "raw/documents/samples" / SURVEY
    file = home / "tests/gold" / f"{SURVEY}.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    record = json.loads((home / f"extracted/3-records/samples/{SURVEY}.json").read_text())
    data |= {"document": "The survey of 2026", "sha256": record["document"]["sha256"]}
    file.write_text(json.dumps(data), encoding="utf-8")
    assert sample.is_file()
    for more in ((), ("--documents", "raw/documents/samples")):
        done = evaluate("--gold", str(file), *more)
        assert done.exit_code == 0, done.output
        assert SURVEY in done.stdout


def test_a_document_that_cannot_be_read_has_no_records_and_a_reason(home: Path) -> None:
    (home / "raw/documents/samples" / GUIDE).write_bytes(b"%PDF-1.7 and no more")
    done = evaluate("--documents", "raw/documents/samples", "--gate")
    assert done.exit_code == 1
    assert f"samples/{GUIDE}: " in done.stderr
    assert f"{GUIDE}: f1 0.000 is below its floor" in done.stderr


def test_records_that_are_not_fresh_are_said_to_be(home: Path) -> None:
    with (home / "raw/documents/samples" / GUIDE).open("a", encoding="utf-8") as file:
        file.write("\nOne more line.\n")
    assert f"samples/{GUIDE}: its records are not fresh" in evaluate().stderr


# --- floors --------------------------------------------------------------------------------------


def test_the_gate_fails_below_a_floor_and_names_a_changed_corpus(home: Path) -> None:
    edit_gold(home, SURVEY, description="This is proposed nowhere.")
    assert evaluate().exit_code == 0
    done = evaluate("--gate")
    assert done.exit_code == 1
    assert f"{SURVEY}: f1 " in done.stderr
    assert "its gold or its original changed" in done.stderr
    assert f"{GUIDE}: f1" not in done.stderr


def test_floors_fall_only_by_the_loud_option(home: Path) -> None:
    edit_gold(home, SURVEY, description="This is proposed nowhere.")
    assert "LOWERED" not in evaluate("--raise-floors").stderr
    assert "is below its floor" in evaluate("--gate").stderr
    assert f"LOWERED  {SURVEY}: f1 from 1.000 to 0.857" in evaluate("--lower-floors").stderr
    done = evaluate("--gate")
    assert done.exit_code == 0, done.stderr
    edit_gold(home, SURVEY, description="Nor is this.")
    assert evaluate("--gate").exit_code == 1
    assert evaluate("--raise-floors", "--lower-floors").exit_code == 2


def test_a_document_without_a_floor_gets_one_by_raising(home: Path) -> None:
    (home / "tests/floors.json").write_text("{}")
    assert f"{SURVEY}: has no floor yet" in evaluate("--gate").stderr
    assert f"{SURVEY}: the floor of f1 is set to 1.000" in evaluate("--raise-floors").stderr
    floors = json.loads((home / "tests/floors.json").read_text(encoding="utf-8"))
    committed = json.loads((ROOT / "tests/floors.json").read_text(encoding="utf-8"))
    assert floors[SURVEY]["corpus"] == committed[SURVEY]["corpus"]


# --- files ---------------------------------------------------------------------------------------


def test_a_change_is_shown_against_the_scores_of_before(home: Path) -> None:
    assert evaluate("--out", "before.json").exit_code == 0
    assert "against before: 0 gained, 0 lost" in evaluate("--against", "before.json").stdout
    file = home / f"extracted/3-records/samples/{SURVEY}.json"
    records = RecordFile.model_validate_json(file.read_bytes())
    fewer = records.model_copy(update={"records": records.records[1:]})
    file.write_text(fewer.model_dump_json(by_alias=True), encoding="utf-8")
    done = evaluate("--against", "before.json", "--page", "page.html", "--out", "after.json")
    assert "against before: 0 gained, 1 lost" in done.stdout
    assert f"  loss  {SURVEY}: strict 1.00, now missed" in done.stdout
    assert "shadow mode" in (home / "page.html").read_text(encoding="utf-8")
    after = json.loads((home / "after.json").read_text(encoding="utf-8"))
    assert [c["gain"] for c in after["against"]["changes"]] == [False]
    assert "1 gained, 0 lost" in evaluate_again(home, records, "after.json")


def evaluate_again(home: Path, records: RecordFile, against: str) -> str:
    file = home / f"extracted/3-records/samples/{SURVEY}.json"
    file.write_text(records.model_dump_json(by_alias=True), encoding="utf-8")
    return evaluate("--against", against).stdout


def test_the_page_stands_alone_and_escapes_what_it_quotes(home: Path) -> None:
    edit_gold(home, SURVEY, description="<script>alert(1)</script> is proposed nowhere.")
    assert evaluate("--page", "page.html").exit_code == 0
    page = (home / "page.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_scores_are_the_same_every_time(home: Path) -> None:
    first, second = evaluate("--json").stdout, evaluate("--json").stdout
    assert first == second
    assert len(json.loads(first)["scores"]) == 2


# --- gold of reviewed records --------------------------------------------------------------------


def test_reviewed_records_become_gold_and_unreviewed_ones_do_not(home: Path) -> None:
    (home / "tests/gold" / f"{SURVEY}.json").unlink()
    machine = home / f"extracted/3-records/samples/{SURVEY}.json"
    refused = evaluate("--make-gold", str(machine))
    assert refused.exit_code == 2
    assert "nobody reviewed it" in refused.stderr
    copy = home / "reviewed.json"
    shutil.copy(machine, copy)
    assert evaluate("--make-gold", str(copy)).exit_code == 2
    data = json.loads(copy.read_text(encoding="utf-8"))
    del data["records"][0]
    copy.write_text(json.dumps(data), encoding="utf-8")
    done = evaluate("--make-gold", str(copy))
    assert done.exit_code == 0, done.stderr
    gold = json.loads((home / "tests/gold" / f"{SURVEY}.json").read_text(encoding="utf-8"))
    assert len(gold["measures"]) == len(data["records"])
    assert {want["half"] for want in gold["measures"]} == {"tuned"}  # by its bytes, for ever
    scores = json.loads(evaluate("--apart", "--json").stdout)["scores"]
    assert [o["counts"]["spurious"] for o in scores if o["document"] == SURVEY] == [1]
    for measure in gold["measures"]:
        measure["half"] = "apart"
    (home / "tests/gold" / f"{SURVEY}.json").write_text(json.dumps(gold), encoding="utf-8")
    done = evaluate()
    assert f"{SURVEY}: all of its gold is set apart" in done.stderr
    assert SURVEY not in done.stdout
    assert evaluate("--make-gold", str(copy)).exit_code == 2  # gold is not overwritten


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--documents", "nowhere"], "nowhere"),
        (["--against", "tests/floors.json"], "floors.json: holds no scores"),
        (["--make-gold", "tests/floors.json"], "is not a file of records"),
        (["--gold", "tests/floors.json"], "holds no list of measures"),
        (["--extracted", "elsewhere"], "gleaner extract"),
    ],
)
def test_a_wrong_request_is_named_and_ends_with_2(home: Path, words: list[str], said: str) -> None:
    done = evaluate(*words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_the_words_of_the_half_set_apart_are_nowhere(home: Path) -> None:
    file = home / "tests/gold" / f"{SURVEY}.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    for number, measure in enumerate(data["measures"]):
        measure |= {"half": "apart" if number % 2 else "tuned"}
    data["measures"][1]["description"] = "Nobody may read what was set apart."
    file.write_text(json.dumps(data), encoding="utf-8")
    done = evaluate("--apart", "--pairs", "--out", "out.json", "--page", "page.html")
    assert f"{SURVEY} (apart)" in done.stdout
    for text in (done.output, (home / "out.json").read_text(), (home / "page.html").read_text()):
        assert "Nobody may read" not in text
