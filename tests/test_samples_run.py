"""The bundled samples, every format of them, through real runs."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from runs import files, gleaner

from pipeline.model import RecordFile
from pipeline.store import Store

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A run over the samples with one worker."""
    home = tmp_path_factory.mktemp("first")
    shutil.copytree(ROOT / "raw", home / "raw")
    done = gleaner(home, "extract", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return Store(home / "raw", home / "extracted")


def test_the_same_bytes_from_two_workers_elsewhere(first: Store, tmp_path: Path) -> None:
    shutil.copytree(first.raw, tmp_path / "raw")
    foreign = {"PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "C"}
    done = gleaner(tmp_path, "extract", "--jobs", "2", **foreign)
    assert done.returncode == 0, done.stderr
    assert files(Store(tmp_path / "raw", tmp_path / "extracted")) == files(first)


def test_every_record_file_fits_the_schema(first: Store) -> None:
    schema = RecordFile.model_json_schema(by_alias=True, mode="serialization")
    validator = jsonschema.Draft202012Validator(schema)
    made = sorted((first.extracted / "3-records").rglob("*.json"))
    assert len(made) == 5
    for file in made:
        text = file.read_text(encoding="utf-8")
        validator.validate(json.loads(text))
        assert text.endswith("}\n")


def test_the_scores_of_the_samples_are_printed_and_gated(first: Store) -> None:
    done = gleaner(ROOT, "evaluate", "--gate", "--extracted", str(first.extracted))
    assert done.returncode == 0, done.stderr
    assert "survey-safety-practices.csv" in done.stdout


def test_a_score_below_its_floor_fails_the_gate(first: Store, tmp_path: Path) -> None:
    gold = tmp_path / "gold.json"
    measures = [{"description": "This is proposed nowhere."}]
    gold.write_text(
        json.dumps({"document": "survey-safety-practices.csv", "measures": measures}),
        encoding="utf-8",
    )
    asked = ("evaluate", "--gold", str(gold), "--extracted", str(first.extracted))
    assert gleaner(ROOT, *asked).returncode == 0
    gated = gleaner(ROOT, *asked, "--gate")
    assert gated.returncode == 1
    assert "below its floor" in gated.stderr


def test_gold_without_records_is_a_wrong_request(tmp_path: Path) -> None:
    done = gleaner(ROOT, "evaluate", "--extracted", str(tmp_path))
    assert done.returncode == 2
    assert "gleaner extract" in done.stderr
