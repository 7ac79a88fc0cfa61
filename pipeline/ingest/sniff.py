"""What a file is: its bytes decide, its name only where they are silent."""

import re
from pathlib import PurePosixPath

from pipeline.ingest.decode import wide_encoding
from pipeline.ingest.raw import Raw
from pipeline.model import SetAside

_HEAD = 1024
_SUFFIXES = {
    ".pdf": "pdf",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".xht": "html",
    ".mhtml": "mhtml", ".mht": "mhtml",
    ".md": "markdown", ".markdown": "markdown", ".mkd": "markdown",
    ".csv": "table", ".tsv": "table", ".tab": "table",
    ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".txt": "text", ".text": "text", ".log": "text",
}  # fmt: skip
# Comments and declarations may come before the first tag; none is looked at twice.
_HTML = re.compile(
    rb"(?>\s+|<!--.*?-->|<\?[^>]*>)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADERS = re.compile(rb"[\w-]+:[^\n]*\n(?:[\w-]+:[^\n]*\n|[ \t][^\n]*\n)*+")
_OTHERS = (
    (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"), (b"MM\0*", "a TIFF image"), (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or PowerPoint document"),
    (b"\x1f\x8b", "a gzip archive"), (b"7z\xbc\xaf", "a 7-Zip archive"), (b"Rar!", "a RAR archive"),
    (b"%!PS", "a PostScript document"), (b"\x7fELF", "a program"), (b"MZ\x90\0", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
)  # fmt: skip
_ZIPPED = (
    (b"word/", "a Word document"), (b"ppt/", "a PowerPoint document"),
    (b"application/epub+zip", "an EPUB book"),
    (b"application/vnd.oasis", "an OpenDocument file"),
)  # fmt: skip
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 8192


def by_bytes(data: bytes) -> str | None:
    """The reader for what the bytes show: `pdf`, `xlsx`, `mhtml`, `html`, or None for any text.

    Raises SetAside: `empty-file`, or `unknown-format` for what no reader reads.
    """
    if not data.strip():
        raise SetAside("empty-file", "The file is empty: fetch or save it again.")
    head = data[:_SAMPLE]
    wide = wide_encoding(data) or data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if wide:
        head = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    head = head.removeprefix(b"\xef\xbb\xbf")
    if _HTML.match(head):
        return "html"
    if b"%PDF" in data[:_HEAD]:
        return "pdf"
    headers = _HEADERS.match(head.replace(b"\r\n", b"\n").lstrip(b"\n"))
    if headers and _is_archive(headers[0].lower()):
        return "mhtml"
    if data.startswith(b"PK"):
        return _zipped(data)
    for magic, what in _OTHERS:
        if data.startswith(magic):
            raise _unknown(what)
    controls = len(_CONTROLS.findall(head))
    if not wide and controls >= 8 and controls > len(head) / 20:
        raise _unknown("a binary file of an unknown kind")
    return None


def by_name(raw: Raw) -> str | None:
    """The reader for the suffix of the file's name, if there is one."""
    return _SUFFIXES.get(PurePosixPath(raw.path).suffix.lower())


def _is_archive(headers: bytes) -> bool:
    return b"mime-version:" in headers and (
        b"multipart/related" in headers or b"snapshot-content-location:" in headers
    )


def _zipped(data: bytes) -> str:
    # Names of members stand at their beginnings, and again in the list at the end.
    names = data[:_SAMPLE] + data[-65_536:]
    if b"xl/workbook" in names or b"xl/worksheets" in names:
        return "xlsx"
    for mark, what in _ZIPPED:
        if mark in names:
            raise _unknown(what)
    if b"docProps/" in names or b"[Content_Types].xml" in names:
        return "xlsx"  # an Office file cut short: its reader says so
    raise _unknown("an archive")


def _unknown(what: str) -> SetAside:
    return SetAside(
        "unknown-format",
        f"The file is {what}, which cannot be read: save it as PDF, HTML, Markdown, text, CSV or "
        "XLSX.",
    )
