"""The layout of `raw/` and `extracted/`, and the one way in which files there are read and written.

`raw/documents/nist/a.pdf` is the document `nist/a.pdf`: its outputs are `<folder>/nist/a.pdf.json`.
"""

from pipeline.store.files import (
    GONE,
    bibliography,
    canonical,
    digest,
    keep_aside,
    password,
    read_bytes,
    read_noun,
    settled,
    stamp,
    stamp_all,
    sync,
    write,
)
from pipeline.store.layout import (
    Original,
    Stage,
    Store,
    Trouble,
    UnknownPath,
    UnusableDecisions,
    taken,
)
from pipeline.store.look import Look, looks

__all__ = [
    "GONE", "Look", "Original", "Stage", "Store", "Trouble", "UnknownPath", "UnusableDecisions",
    "bibliography", "canonical", "digest", "keep_aside", "looks", "password", "read_bytes",
    "read_noun", "settled", "stamp", "stamp_all", "sync", "taken", "write",
]  # fmt: skip
