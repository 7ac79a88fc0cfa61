"""Decided records that have another id now, or whose words are in several records, or in another's.

Records are compared by where their words stand in the document as it is now.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.model import Act, Claim, Provenance, Record, Span, Words
from pipeline.model.decision import WHOLE
from pipeline.model.text import fold
from pipeline.review.acts import Acts
from pipeline.review.fields import text_of
from pipeline.review.find import Finder
from pipeline.review.squeeze import letters

# A record is another one's successor when it has at least this share of the words that were seen.
SHARED = 0.5
# A record by hand may be a part of what the extractor finds: it is the same only when this alike.
SAME = 0.8
_LABEL = 0.4  # how alike two records are that share a label and no words
_LONG_LABEL = 4  # letters: "3" or "(a)" labels many measures
_PART = 0.2  # of the words that were seen: so many elsewhere are a part of their own

Ints = npt.NDArray[np.int64]


class Face(NamedTuple):
    """What a record is recognised by: the places of its name and of its description, its words."""

    id: str
    label: str
    name: tuple[Span, ...]
    description: tuple[Span, ...]
    letters: int
    words: str


def face(record: Record) -> Face:
    """The face of a record of this document."""
    return _face(record.id, record.label, record.name, record.description, None)


def face_seen(acts: Acts, finder: Finder) -> Face:
    """The face of a decided record, as drafted by hand or seen last, at its present places."""
    if acts.draft:
        draft = acts.draft
        return _face(acts.record, draft.label, draft.name, draft.description, finder)
    if acts.saw:
        record = acts.saw.record
        return _face(acts.record, record.label, record.name, record.description, finder)
    return Face(acts.record, "", (), (), 0, "")


def _face(
    identifier: str,
    label: str | None,
    name: Claim | Words | None,
    description: Claim | Words | None,
    finder: Finder | None,
) -> Face:
    words = description or name
    return Face(
        identifier,
        fold(label or ""),
        _places(name.provenance if name else (), finder),
        _places(description.provenance if description else (), finder),
        sum(len(place.quote) for place in (words.provenance if words else ())),
        text_of(words) if words else "",
    )


def _places(sought: Iterable[Provenance], finder: Finder | None) -> tuple[Span, ...]:
    if finder is None:
        return tuple(place.span for place in sought)
    return tuple(found.span for place in sought if (found := finder.find(place)))


def followed(missing: Sequence[Acts], every: Iterable[Acts], finder: Finder) -> dict[str, str]:
    """For decided records without a record of their id, the id under which they were decided on
    afterwards: the extractor had found them again as another record, and curators went on there.
    """
    later = {one.record: one for one in every if one.saw and not one.draft and _in_one_piece(one)}
    faces = Faces([face_seen(one, finder) for one in later.values()])
    found = {}
    for acts in missing:
        if not _in_one_piece(acts):
            continue
        likely = [
            (-alike, one.id)
            for alike, one in faces.likely(face_seen(acts, finder), by_hand=bool(acts.draft))
            if later[one.id].when[0] > acts.when[1]
        ]
        if likely:
            found[acts.record] = min(likely)[1]
    return found


def _in_one_piece(acts: Acts) -> bool:
    """Whether nobody made several records of it, or one of several."""
    return acts.of is None and all(one.act is Act.ADD for one in acts.fields.get(WHOLE, ()))


def moved(missing: Sequence[Acts], free: Sequence[Record], finder: Finder) -> dict[str, str]:
    """For decided records without a record of their id, the id of the one that they are now.

    `free` are the records that nobody decided on. One to one; the most alike first.
    """
    faces = Faces([face(record) for record in free])
    pairs = []
    for acts in missing:
        seen = face_seen(acts, finder)
        likely = faces.likely(seen, by_hand=bool(acts.draft))
        pairs += [(-alike, one.label != seen.label, acts.record, one.id) for alike, one in likely]
    found: dict[str, str] = {}
    taken: set[str] = set()
    for *_, old, new in sorted(pairs):
        if old not in found and new not in taken:
            found[old] = new
            taken.add(new)
    return found


class Faces:
    """Faces among which one is looked for."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self._table = Table(faces)
        self._by_words: dict[str | None, list[Face]] = {}
        self._by_label: dict[str, list[Face]] = {}
        for one in faces:
            self._by_words.setdefault(letters(one.words), []).append(one)
            self._by_label.setdefault(one.label, []).append(one)

    def likely(self, seen: Face, by_hand: bool) -> list[tuple[float, Face]]:
        """Those that may be the same record, each with how alike they are, in [0, 1]."""
        least = SAME if by_hand else 0.0
        found = [(alike, one) for one, alike in self._table.alike(seen) if alike >= least]
        found += [(1.0, one) for one in self._by_words.get(letters(seen.words) or None, ())]
        labelled = self._by_label.get(seen.label, []) if len(seen.label) >= _LONG_LABEL else []
        if len(labelled) == 1 and not by_hand:
            found.append((_LABEL, labelled[0]))
        return found


class Table:
    """Where the words of records stand, for asking which of them share words."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self._faces = faces
        self._described = _Spans([one.description for one in faces])
        self._named = _Spans([one.name for one in faces])

    def shared(self, spans: Sequence[Span]) -> dict[str, int]:
        """How many characters of the spans each record's description has; those with any."""
        return {self._faces[at].id: count for at, count in self._described.shared(spans)}

    def alike(self, seen: Face) -> list[tuple[Face, float]]:
        """The records that share most of the words of a face, and how alike they are (Dice).

        Descriptions are compared; names, where none was seen.
        """
        spans, table = seen.description or seen.name, self._named
        if seen.description:
            table = self._described
        return [
            (self._faces[at], 2 * count / (seen.letters + table.letters(at)))
            for at, count in table.shared(spans)
            if count >= SHARED * seen.letters
        ]


class _Spans:
    """Spans by the record that they belong to."""

    def __init__(self, rows: Sequence[Sequence[Span]]) -> None:
        flat = [(at, *span) for at, row in enumerate(rows) for span in row]
        table = np.array(flat, dtype=np.int64).reshape(-1, 3)
        self._owner, self._starts, self._ends = table.T
        self._letters: Ints = np.bincount(
            self._owner, self._ends - self._starts, minlength=len(rows)
        ).astype(np.int64)

    def letters(self, row: int) -> int:
        return int(self._letters[row])

    def shared(self, spans: Sequence[Span]) -> list[tuple[int, int]]:
        """The rows that share characters with the spans, in order, and how many."""
        counts = np.zeros(len(self._letters), dtype=np.int64)
        for start, end in spans:
            common = np.minimum(self._ends, end) - np.maximum(self._starts, start)
            touched = np.flatnonzero(common > 0)
            np.add.at(counts, self._owner[touched], common[touched])
        return [(int(at), int(counts[at])) for at in np.flatnonzero(counts)]


class Shifted(NamedTuple):
    """Words of a decided record (`old`) that are now in another record (`new`)."""

    old: str
    new: str


def absorbed(lost: Sequence[Face], present: Mapping[str, Face], table: Table) -> list[Shifted]:
    """Lost records whose words are now in a record that was decided on without them.

    `present` are the decided records as they were seen, by the id that they have now.
    """
    found = []
    for face in lost:
        spans = face.description or face.name
        for new, count in table.shared(spans).items():
            had = present.get(new)
            if had and count >= SHARED * face.letters and not _common(spans, had.description):
                found.append(Shifted(face.id, new))
    return found


def scattered(present: Mapping[str, Face], now: Mapping[str, Face], table: Table) -> list[Shifted]:
    """Decided records whose words, as seen, are now partly in another record."""
    found = []
    for own, seen in present.items():
        rest = _without(seen.description, now[own].description)
        if sum(end - start for start, end in rest) < _PART * max(1, seen.letters):
            continue
        for other, count in table.shared(rest).items():
            if other != own and count >= SHARED * max(1, now[other].letters):
                found.append(Shifted(own, other))
    return found


def _common(one: Sequence[Span], other: Sequence[Span]) -> bool:
    return any(a.touches(b) for a in one for b in other)


def _without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of spans outside others."""
    left = list(spans)
    for start, end in taken:
        left = [
            part
            for span in left
            for part in (
                Span(span.start, min(span.end, max(span.start, start))),
                Span(max(span.start, min(end, span.end)), span.end),
            )
            if part.start < part.end
        ]
    return left
