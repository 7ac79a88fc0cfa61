"""Hostile PDFs made here, in real workers with limits, by both readers: each has a true outcome."""

import gzip
import io
import zlib
from pathlib import Path
from random import Random

import pytest
from fuzz_pdf import Case, faults_of, outcomes
from hostile import peak_of
from printing import FONTS, assembled, pdf, read_pdf, text
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from runs import gleaner, put

from pipeline.model import SetAside, Verdict

SEEN = text(72, 700, "Everybody sees these words.")
WORDS = "Everybody sees these words."
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"/Font << /F << %b >> >>" % FONTS["F"].encode()
BOX = b"/MediaBox [0 0 612 792]"


def stream(data: bytes, also: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), also, data)


def page(content: bytes, *more: bytes, resources: bytes = FONT, catalog: bytes = b"") -> bytes:
    """A PDF of one page; objects from 5 on are `more`."""
    return assembled([
        b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R %b /Resources << %b >> /Contents 4 0 R >>" % (BOX, resources),
        content,
        *more,
    ])  # fmt: skip


def bomb(layers: int) -> bytes:
    """Nested deflate: every layer a thousand times as long when unpacked."""
    data = zlib.compress(b" " * 100_000_000, 9)
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


SEEN_STREAM = stream(SEEN.encode())
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X 5 0 R >> >>"
CMAP = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /#2E#2E#2F#2E#2E#2Ftmp#2Fevil "
    b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Odd /CIDSystemInfo "
    b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
)
LURE = b"/OpenAction << /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9/'\\)) >> "
LURE += b"/AA << /WC << /S /URI /URI (http://127.0.0.1:9/) >> >> "
LURE += b"/AcroForm << /XFA 5 0 R /Fields [] >> /Collection << /View /T >> "
LURE += b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a.txt) /EF << /F 6 0 R >> >>] >> >>"
SURROGATES = b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
SURROGATES += b"1 beginbfrange <20> <7E> <D800> endbfrange endcmap"
PRIVATE = SURROGATES.replace(b"<D800>", b"<E000>")
MAPPED = b"/Font << /F << " + FONTS["F"].encode() + b" /ToUnicode 5 0 R >> >>"
TREE = b"<< /Type /Pages /Kids [%b] /Count 2 >>"

# The file; what comes of it by pdfium with pdfplumber in reserve; and by pdfplumber alone.
FILES: dict[str, tuple[bytes, set[str], set[str]]] = {
    "garbage after the header": (
        b"%PDF-1.4\n" + bytes(range(256)) * 40,
        {"not-readable"},
        {"not-readable"},
    ),
    "cut off": (pdf(SEEN, SEEN)[:-900], {"not-readable"}, {"not-readable", "no-pages"}),
    "a kilobyte of junk before it": (b"\x00junk\r\n" * 120 + pdf(SEEN), {"complete"}, {"complete"}),
    "a broken table": (pdf(SEEN).replace(b"00000 n", b"0000x n"), {"complete"}, {"no-pages"}),
    "a table that is elsewhere": (pdf(SEEN).replace(b"startxref\n", b"startxref\n9"), {"complete"}, {"complete"}),
    "a page tree that is its own child": (
        assembled([CATALOG, TREE % b"2 0 R 3 0 R", b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>"]),
        {"failed", "no-pages", "not-readable"}, {"no-pages", "not-readable"},
    ),
    "numbers of generation that are none": (
        pdf(SEEN).replace(b"5 0 obj", b"5 x obj").replace(b"5 0 R", b"5 x R"),
        {"complete"}, {"complete"},
    ),
    "a form that paints itself": (
        page(stream(SEEN.encode() + b" /X Do"), stream(b"/X Do", FORM), resources=FONT + b" /XObject << /X 5 0 R >>"),
        {"complete"}, {"complete", "failed"},
    ),
    "an inline picture without its end": (
        page(stream(SEEN.encode() + b"BI /W 9 /H 9 /BPC 8 /CS /G ID " + b"\x01" * 300)),
        {"complete"}, {"complete", "failed"},
    ),
    "nested deflate": (
        page(stream(bomb(3), b"/Filter [/FlateDecode /FlateDecode /FlateDecode]")),
        {"blank", "failed", "out-of-memory"}, {"blank", "failed", "out-of-memory"},
    ),
    "a path for a name of a CMap": (
        page(stream(b"BT /F 11 Tf 72 700 Td <00410042> Tj ET"), CMAP, resources=b"/Font << /F 5 0 R >>"),
        {"garbled", "blank", "complete"}, {"garbled", "blank", "complete", "failed"},
    ),
    "scripts, forms of XML, a portfolio, files within": (
        page(SEEN_STREAM, stream(b"<xdp>Trust me</xdp>"), stream(b"Trust me"), catalog=LURE),
        {"complete"}, {"complete"},
    ),
    "codes that stand for surrogates": (
        page(SEEN_STREAM, stream(SURROGATES), resources=MAPPED), {"garbled"}, {"garbled"},
    ),
    "codes that stand for private characters": (
        page(SEEN_STREAM, stream(PRIVATE), resources=MAPPED), {"garbled"}, {"garbled"},
    ),
    "numbers that are none": (
        page(stream(SEEN.encode() + b"1e999 nan 0 0 inf -inf cm " + SEEN.encode())),
        {"complete"}, {"complete", "failed"},
    ),
    "a page of a million miles": (
        pdf(SEEN, box="/MediaBox [-1e9 -1e9 1e9 1e9]"), {"complete"}, {"complete"},
    ),
    "states saved without end": (page(stream(b"q " * 200_000 + SEEN.encode())), {"complete"}, {"complete"}),
    "lists within lists": (
        page(SEEN_STREAM, b"[" * 50_000 + b"]" * 50_000, catalog=b"/Extra 5 0 R"), {"complete"}, {"complete"},
    ),
    "a lock that nobody knows": (
        pdf(SEEN, trailer="/Encrypt << /Filter /Nobody /V 9 >>"), {"encrypted"}, {"encrypted"},
    ),
}  # fmt: skip


def test_each_has_a_true_outcome() -> None:
    found = list(outcomes([Case(name, data) for name, (data, *_) in FILES.items()], jobs=2))
    told: dict[str, object] = {}
    for outcome in found:
        name = outcome.task.name
        faults = [fault for fault in faults_of(outcome) if not fault.startswith("ended")]
        code = outcome.trouble.code if outcome.trouble else ""
        auto, plumber = outcome.result.outcomes if outcome.result else (code, code)
        if faults or auto not in FILES[name][1] or plumber not in FILES[name][2]:
            told[name] = (auto, plumber, faults, outcome.trouble)
    assert told == {}
    assert len(found) == len(FILES)


def test_files_within_and_scripts_are_neither_read_nor_run() -> None:
    lure = FILES["scripts, forms of XML, a portfolio, files within"][0]
    for reader in ("pdfium", "pdfplumber"):
        assert read_pdf(lure, reader=reader).text == WORDS


def test_a_name_of_a_cmap_opens_no_file_that_it_leads_to(tmp_path: Path) -> None:
    # pdfminer once read `<name>.pickle.gz` from wherever the name led: CVE-2025-64512.
    evil = tmp_path / "evil.pickle.gz"
    ran = tmp_path / "ran"
    program = f"cos\nsystem\n(S'touch {ran}'\ntR."
    evil.write_bytes(gzip.compress(program.encode()))
    path = "#2F".join(("#2E#2E",) * 12) + str(tmp_path / "evil").replace("/", "#2F")
    for name in (path, str(tmp_path / "evil").replace("/", "#2F")):
        font = CMAP.replace(b"#2E#2E#2F#2E#2E#2Ftmp#2Fevil", name.encode())
        data = page(stream(b"BT /F 9 Tf <0041> Tj ET"), font, resources=b"/Font << /F 5 0 R >>")
        for reader in ("auto", "pdfplumber"):
            read_pdf(data, reader=reader)
    assert not ran.exists()


def test_twenty_thousand_boxes_of_text_are_read() -> None:
    boxes = "".join(
        text(5 + 6 * (n % 100), 5 + 3.9 * (n // 100), "b", size=3) for n in range(20_000)
    )
    document = read_pdf(pdf(boxes))
    assert document.verdict is Verdict.COMPLETE
    assert document.text.count("b") == 20_000


def test_more_pages_than_are_read_and_fewer_than_are_promised() -> None:
    with pytest.raises(SetAside) as caught:
        read_pdf(pdf(*[""] * 28_000))
    assert caught.value.code == "too-many-pages"
    document = read_pdf(pdf(SEEN).replace(b"/Count 1", b"/Count 99999"))
    assert (document.text, document.verdict) == (WORDS, Verdict.PARTIAL)


def test_memory_is_given_back_page_by_page() -> None:
    # Each in a process of its own: what one took, the peak of the next would show.
    peaks = []
    for pages in (50, 1000):
        column = "".join(text(72, 700 - 12 * n, f"Line {n} of a page of words.") for n in range(50))
        peaks.append(peak_of(pdf(*[column] * pages)))
    # What is kept is the text with its places: 130 KB of a page of 300 words; a page itself, 6 MB.
    assert 0 < peaks[0] <= peaks[1] < peaks[0] + 950 * 0.2


def test_forty_megabytes_of_pictures_on_a_page() -> None:
    noise = Random(1).randbytes(40_000_000)
    picture = b"/Type /XObject /Subtype /Image /Width 5000 /Height 8000 /ColorSpace /DeviceGray"
    data = page(
        stream(SEEN.encode() + b" q 50 0 0 50 300 300 cm /I Do Q"),
        stream(noise, picture + b" /BitsPerComponent 8"),
        resources=FONT + b" /XObject << /I 5 0 R >>",
    )
    (outcome,) = outcomes([Case("paper", data)])
    assert faults_of(outcome) == []
    assert outcome.result
    assert outcome.result.outcomes == ("complete", "complete")


def test_locks_open_with_either_password_and_not_with_a_wrong_one() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption("user", ownerPassword="owner", strength=128))
    canvas.drawString(72, 700, WORDS)
    canvas.save()
    for reader in ("auto", "pdfplumber"):
        for password in ("user", "owner"):
            assert read_pdf(file.getvalue(), password, reader).text == WORDS
        for password in ("", "wrong"):
            with pytest.raises(SetAside, match="locked"):
                read_pdf(file.getvalue(), password, reader)


def test_what_stands_where_a_file_should_costs_only_itself(tmp_path: Path) -> None:
    documents = tmp_path / "raw" / "documents"
    put(documents / "sound.pdf", pdf(SEEN))
    put(documents / "empty.pdf", b"")
    put(documents / "login.pdf", b"<!doctype html><title>Sign in</title><p>Please sign in.</p>")
    (documents / "folder.pdf").mkdir()
    (documents / "gone.pdf").symlink_to(documents / "nowhere.pdf")
    (documents / "loop.pdf").symlink_to(documents / "loop.pdf")
    done = gleaner(tmp_path, "ingest")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    made = {file.name for file in (tmp_path / "extracted" / "1-documents").iterdir()}
    assert made == {"sound.pdf.json", "login.pdf.json"}
    for name in ("empty.pdf", "gone.pdf", "loop.pdf"):
        assert name in done.stderr
