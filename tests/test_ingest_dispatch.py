"""Which reader reads what: the bytes decide, then the name."""

import hashlib
import subprocess
import sys

import pytest

from pipeline.ingest import Raw, ingest
from pipeline.ingest.sniff import by_bytes, by_name
from pipeline.model import SetAside


def raw(data: bytes, name: str) -> Raw:
    return Raw(f"documents/t/{name}", data, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("data", "reader"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"junk" * 200 + b"%PDF-1.4", "pdf"),
        (b" \n<!DOCTYPE HTML><p>x", "html"),
        (b"\xef\xbb\xbf<html lang=en>", "html"),
        (b"<!-- saved --><?xml version='1.0'?>\n<!doctype html>", "html"),
        ("<html><p>x</p></html>".encode("utf-16"), "html"),
        ("<html><p>x</p></html>".encode("utf-16-be"), "html"),
        (b"<!doctype html><p>How %PDF-1.7 begins", "html"),
        (b"From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tb=c\r\n\r\n", "mhtml"),
        (b"PK\x03\x04 xl/workbook.xml", "xlsx"),
        (b"MIME-Version: what it is\n\nmultipart/related", None),
        (b"<p>a fragment", None),
        (b"a,b\n", None),
        ("开发者应在发布前测试模型。".encode("utf-16"), None),
        (b"<!---->" * 1000, None),
    ],
)  # fmt: skip
def test_bytes_show_the_format(data: bytes, reader: str | None) -> None:
    assert by_bytes(data) == reader


@pytest.mark.parametrize(
    ("name", "reader"),
    [("a.PDF", "pdf"), ("a.htm", "html"), ("a.md", "markdown"), ("a.tsv", "table"), ("a.b.txt", "text"), ("a", None), ("a.xyz", None)],
)  # fmt: skip
def test_names_say_the_format(name: str, reader: str | None) -> None:
    assert by_name(raw(b"x", name)) == reader


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"), ("a", "text/plain"), ("a.xyz", "text/plain"),
        ("a.md", "text/markdown"), ("a.csv", "text/csv"), ("a.html", "text/html"),
    ],
)  # fmt: skip
def test_where_bytes_are_silent_the_name_decides(name: str, media_type: str) -> None:
    document = ingest(raw(b"Makers, and others, should test.", name))
    assert document.media_type == media_type
    assert document.path == f"documents/t/{name}"
    assert document.issues == ()


def test_a_login_page_named_pdf_is_a_page_and_the_lie_is_told() -> None:
    document = ingest(raw(b"<!DOCTYPE html><title>Log in</title><p>Your name?", "report.pdf"))
    assert document.media_type == "text/html"
    assert [issue.code for issue in document.issues] == ["suffix-lies"]


@pytest.mark.parametrize("data", [b"", b" \r\n\t"])
@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a.xlsx", "a"])
def test_an_empty_file_is_set_aside(data: bytes, name: str) -> None:
    with pytest.raises(SetAside) as aside:
        ingest(raw(data, name))
    assert aside.value.code == "empty-file"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n", b"PK\x03\x04 word/document.xml", b"PK\x03\x04 other", b"\x1f\x8b\x08",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1", bytes(range(256)) * 40, b"\0" * 500,
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.bin"])
def test_what_no_reader_reads_is_set_aside(data: bytes, name: str) -> None:
    with pytest.raises(SetAside) as aside:
        ingest(raw(data, name))
    assert aside.value.code == "unknown-format"
    assert "save it as" in aside.value.message


def test_no_reader_is_loaded_before_it_is_needed() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, pipeline.ingest; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    heavy = {"lxml", "markdown_it", "openpyxl", "yaml", "pdfplumber", "charset_normalizer"}
    assert heavy.isdisjoint(seen.stdout.split())
