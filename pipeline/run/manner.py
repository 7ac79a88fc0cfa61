"""How originals are read, and the text recognition that a run may lend to the readers."""

import re
from dataclasses import dataclass, field
from functools import cache

TESSERACT = "tesseract"  # Debian: tesseract-ocr, and a package for each language
OCR = "--ocr"
_DPI = 300


@dataclass(frozen=True, slots=True)
class Manner:
    """How originals are read: `pdf_reader` as in `ingest.raw.Raw`, the password of locked PDFs
    whose sidecar has none, and the version of the text recognition that pages of pictures go
    through (empty: none)."""

    pdf_reader: str = "auto"
    password: str = field(default="", repr=False)
    ocr: str = ""

    def said(self) -> dict[str, str]:
        """What shapes a text besides its original, as `ingredients` names it."""
        chosen = {"--pdf-reader": self.pdf_reader} if self.pdf_reader != "auto" else {}
        return chosen | ({OCR: self.ocr} if self.ocr else {})


@cache
def recogniser() -> str:
    """The version of Tesseract; empty where it is not installed."""
    import subprocess  # here, as below: most runs recognise nothing

    try:
        done = subprocess.run([TESSERACT, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    found = re.search(r"tesseract v?(\S+)", done.stdout + done.stderr)
    return found[1] if found else ""


def recognised(png: bytes) -> str:
    """The words of a picture of a page (300 dots an inch), as Tesseract's table: tab-separated,
    a row a word, with place and confidence. Raises OSError and CalledProcessError.
    """
    import subprocess

    command = [TESSERACT, "stdin", "stdout", "--dpi", str(_DPI), "tsv"]
    done = subprocess.run(command, input=png, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")
