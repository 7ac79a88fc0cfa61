"""The layout of `raw/` and `extracted/`, and the one way in which files there are read and written.

`raw/documents/nist/a.pdf` is the document `nist/a.pdf`: its outputs are `<folder>/nist/a.pdf.json`.
"""

from pipeline.store.entry import GONE
from pipeline.store.files import (
    bibliography,
    canonical,
    digest,
    json_parts,
    keep_aside,
    password,
    read_as_it_is,
    read_bytes,
    read_noun,
    settled,
    stamp,
    stamp_all,
    sync,
    write,
)
from pipeline.store.layout import Stage, UnknownPath, UnusableDecisions
from pipeline.store.look import Look
from pipeline.store.near import not_there
from pipeline.store.objects import OnlyOnDisk, Overtaken, Remote
from pipeline.store.original import Original, Trouble, taken
from pipeline.store.place import BadPlace, absolute, beside_us, place, speaks_of_objects
from pipeline.store.tree import Store

__all__ = [
    "GONE", "BadPlace", "Look", "OnlyOnDisk", "Original", "Overtaken", "Remote", "Stage", "Store",
    "Trouble", "UnknownPath", "UnusableDecisions", "absolute", "beside_us", "bibliography",
    "canonical", "digest", "json_parts", "keep_aside", "not_there", "password", "place",
    "read_as_it_is", "read_bytes", "read_noun", "settled", "speaks_of_objects", "stamp",
    "stamp_all", "sync", "taken", "write",
]  # fmt: skip
