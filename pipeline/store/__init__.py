"""The layout of `raw/` and `extracted/`, and the one way in which files there are read and written.

`raw/documents/nist/a.pdf` is the document `nist/a.pdf`: its outputs are `<folder>/nist/a.pdf.json`.
"""

from pipeline.store.files import (
    GONE,
    bibliography,
    canonical,
    digest,
    keep_aside,
    read_bytes,
    read_noun,
    settled,
    stamp,
    write,
)
from pipeline.store.layout import Original, Stage, Store, Trouble, UnknownPath, taken

__all__ = [
    "GONE", "Original", "Stage", "Store", "Trouble", "UnknownPath", "bibliography", "canonical",
    "digest", "keep_aside", "read_bytes", "read_noun", "settled", "stamp", "taken", "write",
]  # fmt: skip
