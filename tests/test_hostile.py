"""Real broken PDFs, in real worker processes: each has its outcome, and none stops the others."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from printing import read_pdf

# What a file's name says of it in a quick scan, and the outcomes that are true of such a file.
OUTCOMES = {
    "cid": {"complete", "partial", "garbled"},
    "empty": {"blank", "failed", "needs OCR"},
    "no-pages": {"no-pages", "not-readable", "failed"},
    "open-error": {"encrypted", "not-readable", "failed"},
    "page-error": {"failed", "partial"},
    "scan": {"needs OCR"},
    "text": {"complete", "partial", "blank"},
}
# What one of the two readers makes nothing of, and the other reads.
READ = {
    "cid--pdf.js--french_diacritics.pdf": "à À â Â ä Ä ç Ç é É",
    "no-pages--pdf.js--issue9418.pdf": "General Notes",
    "no-pages--qpdf--bad11.pdf": "Salad",
    "open-error--qpdf--issue-149.pdf": "bar",
    "open-error--qpdf--leading-junk.pdf": "Potato 0",
    "page-error--pdf.js--issue11549_reduced.pdf": "Flags and paving",
    "page-error--pdf.js--issue6108.pdf": "ASCIIHexDecode filter",
    "text--pdf.js--issue5751.pdf": "Open Access",
    "text--pdf.js--pr4922.pdf": "p20-40:p15-25.qxd 10/02/2012 16:24 Page 12",
}
DONE = {"complete", "cut short"}


@pytest.fixture(scope="module")
def run(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, dict[str, str]]:
    """The exit code, what was said on stderr, and the outcome of each file of `hostile/`."""
    home = tmp_path_factory.mktemp("hostile")
    folder = home / "raw" / "documents" / "hostile"
    folder.mkdir(parents=True)
    for file in (shared / "hostile").glob("*.pdf"):
        shutil.copyfile(file, folder / file.name)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "extract", "--limit-seconds", "60"],
        cwd=home,
        env=dict(os.environ, PYTHONPATH=str(Path(__file__).resolve().parent.parent)),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    (report,) = (home / "extracted" / "runs").glob("2*.json")
    rows = json.loads(report.read_text(encoding="utf-8"))["documents"]
    outcomes = {Path(row["name"]).name: row["verdict"] or row["code"] for row in rows}
    return done.returncode, done.stderr, outcomes


def test_every_file_has_an_outcome_that_is_true_of_it(
    shared: Path, run: tuple[int, str, dict[str, str]]
) -> None:
    outcomes = run[2]
    assert set(outcomes) == {file.name for file in (shared / "hostile").glob("*.pdf")}
    wrong = {
        name: outcome
        for name, outcome in outcomes.items()
        if outcome not in ({"complete"} if name in READ else OUTCOMES[name.split("--")[0]])
    }
    assert wrong == {}


@pytest.mark.parametrize("name", READ)
def test_what_one_reader_cannot_read_the_other_does(shared: Path, name: str) -> None:
    assert READ[name] in read_pdf((shared / "hostile" / name).read_bytes()).text


def test_what_is_not_done_is_named_with_its_reason(run: tuple[int, str, dict[str, str]]) -> None:
    code, said, outcomes = run
    assert code == 1
    assert "Traceback" not in said
    for name, outcome in outcomes.items():
        if outcome not in DONE:
            assert name in said
