"""Ids that a curator would recognise: made of the source, the authors' label or path, the words.

No offset, order, URL or file name takes part, so re-extraction, a moved page or a renamed file
changes no id, and the same text gives the same ids whatever is known about it besides.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.model.text import fold, slug

_LENGTH = 10  # hex digits: a collision among a million records has a chance below one half


class Face(NamedTuple):
    """What identifies a measure. `label` is the authors' own; `path` their heading trail."""

    label: str
    name: str
    path: tuple[str, ...]
    description: str


def identify(source: str, faces: Sequence[Face]) -> list[str]:
    """One id for each face, all different.

    `source` is the title that the document states of its work, or "". A label that is the
    document's only one of its kind identifies alone; else path, name and words take part; faces
    alike in all that are told apart by their order, which is all that is left.
    """
    labels = Counter(fold(face.label) for face in faces)
    seen: Counter[tuple[str, ...]] = Counter()
    ids = []
    for face in faces:
        key: tuple[str, ...] = (fold(source), "label", fold(face.label))
        if not _says_much(face.label) or labels[fold(face.label)] > 1:
            key = (fold(source), *map(fold, face.path), fold(face.name), fold(face.description))
        seen[key] += 1
        if seen[key] > 1:
            key = (*key, str(seen[key]))
        digest = hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:_LENGTH]
        ids.append(f"{_readable(face)}-{digest}")
    return ids


def _says_much(label: str) -> bool:
    """Whether a label names its measure by itself: "GV-1.1-001" does, "3" or "(a)" does not."""
    return len(fold(label).replace(" ", "")) >= 4


def _readable(face: Face) -> str:
    words = face.label if _says_much(face.label) else face.name or face.description
    return slug(words, longest=32) or "measure"
