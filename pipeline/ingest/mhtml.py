"""Web archives (MHTML, as browsers save whole pages): their main page, read as HTML."""

import re
from email import message_from_bytes
from email.message import Message

from pipeline.ingest.decode import decode
from pipeline.ingest.html import read_markup
from pipeline.ingest.raw import Raw
from pipeline.model import Document, Issue, Level, SetAside

# The library takes the square of its length to read one: 800 KB took twelve seconds.
_LONG_HEADER = re.compile(rb"(?im)^content-[\w-]+:(?:[^\n]|\n[ \t]){8000}")
_PAGES = ("text/html", "application/xhtml+xml")


def read(raw: Raw) -> Document:
    """The document of a web archive.

    Raises SetAside `damaged-archive` when it holds no page that can be read.
    """
    if _LONG_HEADER.search(raw.data):
        raise SetAside("damaged-archive", "This web archive has headers that no browser writes.")
    try:
        archive = message_from_bytes(raw.data)
        parts = [part for part in archive.walk() if part.get_content_type() in _PAGES]
    except (RecursionError, ValueError, LookupError) as error:
        raise SetAside(
            "damaged-archive", "This web archive cannot be taken apart: save the page again."
        ) from error
    if not parts:
        raise SetAside(
            "damaged-archive", "This web archive holds no page: save it again as a complete page."
        )
    page = _main(archive, parts)
    body = page.get_payload(decode=True)
    decoded = decode(body if isinstance(body, bytes) else b"", header=_charset(page), markup=True)
    issues = list(decoded.issues)
    if len(parts) > 1:
        issues.append(
            Issue(
                code="frames",
                level=Level.INFO,
                message=f"Frames of the page were left out: {len(parts) - 1}.",
                stage="ingest",
            )
        )
    place = _header(archive, "Snapshot-Content-Location") or _header(page, "Content-Location")
    said = [("url", place)] if place.startswith(("http:", "https:")) else []
    return read_markup(
        raw, decoded.text, "multipart/related", said=said, issues=issues, made_by=decoded.made_by
    )


def _main(archive: Message, parts: list[Message]) -> Message:
    """The part that the archive names as its start, else the first page in it."""
    start = archive.get_param("start")
    place = _header(archive, "Snapshot-Content-Location")
    for part in parts:
        if isinstance(start, str) and start and _header(part, "Content-ID") == start.strip():
            return part
    for part in parts:
        if place and _header(part, "Content-Location") == place:
            return part
    return parts[0]


def _header(part: Message, name: str) -> str:
    return " ".join(str(part.get(name, "")).split())


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError):
        return None
