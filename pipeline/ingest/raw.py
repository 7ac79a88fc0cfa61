"""The original bytes and what is known of them before they are read."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Recogniser:
    """Text recognition: its version, and a function from a picture of a page (PNG, 300 dots an
    inch) to its words as Tesseract's table."""

    version: str
    words: Callable[[bytes], str]


@dataclass(frozen=True)
class Raw:
    """An original: its bytes, its path relative to `raw/`, and its sha256 in hex.

    `password` opens a locked PDF; `pdf_reader` is `auto`, `pdfium` or `pdfplumber`; `recognise`,
    where it is given, reads pages that are mere pictures.
    """

    path: str
    data: bytes
    sha256: str
    password: str = ""
    pdf_reader: str = "auto"
    recognise: Recogniser | None = None
