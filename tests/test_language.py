"""Documents that are not in English are set aside, not read as English."""

import re
from pathlib import Path

from building import Writer
from runs import gleaner, put

from pipeline.model import Document, Level
from pipeline.rule import load_rules
from pipeline.segment import segment
from pipeline.segment.language import languages

ENGLISH = (
    "Developers should publish the results of their tests before a model is released, and they "
    "must keep the logs of its use for a year. The board of the company is to read these logs "
    "with care, for it must answer to the public when something goes wrong with the model. "
)
GERMAN = (
    "Anbieter müssen vor der Freigabe eines Modells eine unabhängige Prüfung durchführen lassen "
    "und deren Ergebnisse veröffentlichen. Die Protokolle sind ein Jahr lang aufzubewahren, damit "
    "Fehler später nachvollzogen werden können. Der Vorstand liest sie und haftet für Schäden, "
    "die durch das Modell entstehen. "
)


def written(*paragraphs: str) -> Document:
    writer = Writer()
    for paragraph in paragraphs:
        writer.paragraph(paragraph)
    return writer.document()


def test_english_has_nothing_to_say() -> None:
    assert languages(written(*[ENGLISH] * 5)) is None


def test_a_document_in_another_language_is_set_aside_with_its_name() -> None:
    document = written(*[GERMAN] * 3)
    issue = languages(document)
    assert issue is not None
    assert (issue.code, issue.level) == ("not-english", Level.ERROR)
    assert "German" in issue.message
    found = segment(document, {}, load_rules())
    assert found.segments == ()
    assert found.verdict == document.verdict
    assert [issue.code for issue in found.issues] == ["not-english"]


def test_it_is_called_set_aside_wherever_it_is_named(tmp_path: Path) -> None:
    put(tmp_path / "raw" / "documents" / "bericht.txt", GERMAN * 3)
    for _ in range(2):
        done = gleaner(tmp_path, "extract")
        assert done.stdout.startswith("documents  1 (1 set aside)\n")
        assert "bericht.txt: set aside, not-english: It is written in German" in done.stderr
        assert "complete" not in done.stderr
        [page] = re.findall(r"^report +(.*)$", done.stdout, re.MULTILINE)
        assert '<td class="error">set aside<br>' in Path(page).read_text()
        assert "no-measures-found" not in done.stdout
    shown = gleaner(tmp_path, "explain", "bericht.txt").stdout
    assert "  set aside: not-english: " in shown
    assert shown.count("It is written in German") == 1
    assert "complete" not in shown


def test_the_share_of_another_language_is_noted() -> None:
    document = written(*[ENGLISH] * 3, GERMAN)
    issue = languages(document)
    assert issue is not None
    assert (issue.code, issue.level) == ("mixed-languages", Level.WARNING)
    assert "25%" in issue.message
    assert "mixed-languages" in {one.code for one in segment(document, {}, load_rules()).issues}


def test_a_language_without_spaces_is_recognised() -> None:
    issue = languages(written(*["開発者は公開前にモデルを評価しなければならない。" * 6] * 3))
    assert issue is not None
    assert "Japanese" in issue.message


def test_too_few_words_are_not_judged() -> None:
    assert languages(written("Anbieter müssen prüfen.")) is None
