"""How PDFs are asked to be read: by which reader, with which password, by text recognition."""

import io
import os
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from printing import lines, pdf
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from runs import extract, files, gleaner, put, reasons

from pipeline.model import Document, Verdict
from pipeline.run import fresh
from pipeline.run.engine import preflight
from pipeline.run.fresh import Wanted
from pipeline.run.limits import Limits
from pipeline.run.manner import Manner, recogniser
from pipeline.run.show import summary
from pipeline.store import Stage, Store, read_noun

WORDS = "Developers should keep a ledger of every run."


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "raw", tmp_path / "extracted")


def document(store: Store, name: str) -> Document:
    return read_noun(Document, store.output(Stage.INGEST, name))


def locked(password: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption(password, ownerPassword="owner"))
    canvas.drawString(72, 700, WORDS)
    canvas.save()
    return file.getvalue()


def test_another_reader_is_a_reason_to_read_again(store: Store) -> None:
    put(store.documents / "a.pdf", pdf(lines(72, 700, WORDS)))
    extract(store)
    assert set(document(store, "a.pdf").made_by) == {"pdfplumber", "pypdfium2"}
    reference = Manner(pdf_reader="pdfplumber")
    report = extract(store, manner=reference)
    assert next(iter(report.rows)).why == ("--pdf-reader is new",)
    assert set(document(store, "a.pdf").made_by) == {"pdfminer.six", "pdfplumber"}
    assert extract(store, manner=reference).totals.fresh == 1
    assert next(iter(extract(store).rows)).why == ("--pdf-reader is gone",)
    assert document(store, "a.pdf").text == WORDS


def test_a_locked_file_opens_with_the_password_of_its_sidecar(store: Store) -> None:
    file = put(store.documents / "a.pdf", locked("pa55"))
    (row,) = extract(store).rows
    assert (row.code, "--password" in row.message, "password =" in row.message) == (
        "encrypted",
        True,
        True,
    )
    put(file.with_name("a.pdf.toml"), 'password = "pa55"\n')
    extract(store)
    assert document(store, "a.pdf").text == WORDS


@pytest.mark.parametrize("reader", ["auto", "pdfplumber"])
def test_a_password_may_be_given_for_a_run(store: Store, reader: str) -> None:
    put(store.documents / "a.pdf", locked("pa55"))
    (row,) = extract(store, manner=Manner(reader, "wrong")).rows
    assert "the password given does not open it" in row.message
    extract(store, manner=Manner(reader, "pa55"))
    assert document(store, "a.pdf").text == WORDS
    kept = [file for file in store.extracted.rglob("*") if file.is_file()]
    assert not any(b"pa55" in file.read_bytes() for file in kept)


def scan() -> bytes:
    picture = Image.new("L", (2480, 1000), 255)
    font = ImageFont.load_default(size=60)
    for n, line in enumerate((WORDS, "Deployers should read the ledger every week.")):
        ImageDraw.Draw(picture).text((200, 200 + 100 * n), line, font=font, fill=0)
    file = io.BytesIO()
    picture.save(file, "PDF", resolution=300)
    return file.getvalue()


@pytest.fixture
def recognition() -> None:
    """Tesseract. Without it the test is skipped, or fails as with `shared`."""
    if not shutil.which("tesseract"):
        reason = "needs Tesseract (apt-get install tesseract-ocr)"
        if os.environ.get("GLEANER_REQUIRE_SHARED"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.mark.usefixtures("recognition")
def test_a_scan_is_read_by_text_recognition_when_asked(store: Store) -> None:
    put(store.documents / "scan.pdf", scan())
    extract(store)
    assert document(store, "scan.pdf").verdict is Verdict.NEEDS_OCR
    report = extract(store, manner=Manner(ocr=recogniser()))
    assert next(iter(report.rows)).why == ("--ocr is new",)
    read = document(store, "scan.pdf")
    assert read.text == f"{WORDS}\nDeployers should read the ledger every week."
    assert read.verdict is Verdict.COMPLETE
    assert "tesseract" in read.made_by
    (issue,) = read.issues
    assert issue.code == "text-recognised"
    assert "Page 1 has words that text recognition saw" in issue.message
    box = read.blocks[0].lines[0].box
    assert box.x0 == pytest.approx(48, abs=3)
    assert box.top == pytest.approx(50, abs=6)


@pytest.mark.usefixtures("recognition")
def test_a_run_without_recognition_leaves_what_it_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(store.documents / "scan.pdf", scan())
    extract(store, manner=Manner(ocr=recogniser()))
    made = files(store)
    assert reasons(store, "scan.pdf") == ""
    assert extract(store).totals.fresh == 1
    os.utime(file)
    assert extract(store, limits=Limits(seconds=200)).totals.fresh == 1
    monkeypatch.setattr(fresh, "ingredients", lambda stage: {"ingest/new.py": "1"})
    monkeypatch.setattr(fresh, "code", lambda stage: f"new-{stage}")
    report = extract(store)  # read again for another reason, and by recognition again
    assert "--ocr" not in next(iter(report.rows)).why
    assert report.totals.read == 1
    assert files(store) == made
    assert extract(store).totals.fresh == 1


@pytest.mark.usefixtures("recognition")
@pytest.mark.parametrize("forced", [True, False])
def test_what_is_read_without_recognition_and_was_with_it_is_told(
    store: Store, forced: bool
) -> None:
    file = put(store.documents / "scan.pdf", scan())
    recognising = Manner(ocr=recogniser())
    extract(store, manner=recognising)
    if not forced:
        put(file, file.read_bytes() + b"\n")
    report = extract(store, force=forced)
    (row,) = report.rows
    assert (row.verdict, row.issues[0].code) == ("needs OCR", "read-without-ocr")
    told = (
        "1 document read without --ocr, and by it before: gleaner extract --ocr reads it so again"
    )
    assert f"ocr        {told}" in list(summary(report))
    assert "read-without-ocr" in report.page.read_text()
    assert not any(line.startswith("ocr") for line in summary(extract(store)))
    assert not any(line.startswith("ocr") for line in summary(extract(store, manner=recognising)))
    assert document(store, "scan.pdf").verdict is Verdict.COMPLETE


def test_a_worker_elsewhere_must_have_the_same_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Wanted(manner=Manner(ocr="5.3.0"))
    monkeypatch.setattr(preflight, "recogniser", lambda: "5.3.0")
    question = preflight.Preflight(wanted, preflight.parts(wanted), {})
    assert question() == ""
    monkeypatch.setattr(preflight, "recogniser", lambda: "")
    assert question().startswith("--ocr is absent there and 5.3.0 here.")


def soup() -> bytes:
    """Words that are seen as they should be, and whose characters are said to be nobody's."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    file = io.BytesIO()
    canvas = Canvas(file, pageCompression=0)
    canvas.setFont("Vera", 14)
    canvas.drawString(72, 700, WORDS)
    canvas.save()
    return re.sub(rb"(?<=\n<..> <)00(?=..>\n)", b"E0", file.getvalue())


@pytest.mark.usefixtures("recognition")
def test_what_has_garbled_characters_is_read_by_text_recognition_when_asked(store: Store) -> None:
    put(store.documents / "soup.pdf", soup())
    (row,) = extract(store).rows
    assert (row.verdict, "--ocr" in row.message) == ("garbled", True)
    extract(store, manner=Manner(ocr=recogniser()))
    read = document(store, "soup.pdf")
    assert (read.text, read.verdict) == (WORDS, Verdict.COMPLETE)


def test_without_tesseract_recognition_is_refused_at_once(store: Store, tmp_path: Path) -> None:
    put(store.documents / "scan.pdf", scan())
    done = gleaner(tmp_path, "extract", "--ocr", PATH=str(tmp_path))
    assert done.returncode == 2
    assert "apt-get install tesseract-ocr" in done.stderr
