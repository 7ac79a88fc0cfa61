"""Raw bytes to a Document: one module per format, found here by the bytes first, the name second.

Each reader is a pure function `read(raw: Raw) -> Document`, and raises `SetAside` for what cannot
be read. Nothing here opens a file or a socket.
"""

from importlib import import_module
from typing import Protocol, cast

from pipeline.ingest.raw import Raw
from pipeline.ingest.sniff import by_bytes, by_name
from pipeline.model import Document, Issue, Level

__all__ = ["Raw", "ingest"]


_SAID = {
    "html": "a web page",
    "markdown": "Markdown",
    "mhtml": "a web archive",
    "pdf": "a PDF",
    "table": "a table",
    "text": "plain text",
    "xlsx": "a workbook",
}


class _Reader(Protocol):
    def read(self, raw: Raw) -> Document: ...


def ingest(raw: Raw) -> Document:
    """The document of an original, read by the module of its format, which is loaded only now.

    A file whose name says another format than its bytes is read for what it is, with a warning.
    Raises SetAside: `empty-file`, `unknown-format`, or what the reader raises.
    """
    shown, named = by_bytes(raw.data), by_name(raw)
    name = shown or named or "text"
    reader = cast(_Reader, import_module(f"pipeline.ingest.{name}"))
    document = reader.read(raw)
    if shown is None or named in (None, shown):
        return document
    lie = Issue(
        code="suffix-lies",
        level=Level.WARNING,
        message=f"The file is named as {_SAID[named]}, but is {_SAID[shown]}: perhaps it is not "
        "the document that was meant.",
        stage="ingest",
    )
    return document.model_copy(update={"issues": (lie, *document.issues)})
