"""Who is above whom, who repeats or was merged into whom: once every record is decided."""

import sys
from collections.abc import Iterable, Mapping, Sequence

from pipeline.model import Claim, FieldReview, FieldStatus, Rationale, RecordStatus
from pipeline.review.entry import Entry
from pipeline.review.fields import grade, text_of

Entries = Mapping[str, Entry]
_GONE_FROM_TREE = (RecordStatus.REJECTED, RecordStatus.MERGED)


def aim(entries: Entries, ids: Mapping[str, str], lost: Iterable[str], document: str) -> None:
    """Say of what each merged record or duplicate is one, as far as that record is there."""
    lost = set(lost)
    for own, entry in entries.items():
        if entry.target is None:
            continue
        target = ids.get(entry.target.record, entry.target.record)
        entry.of = target
        if entry.target.document not in (None, document):
            entry.target = None  # of another document: none of these, whatever its id
        elif target == own or target not in entries or target in lost:
            entry.doubt("target-gone", f"the record {target} that it belongs to is not there")
        elif entry.aside is RecordStatus.MERGED and own in _way(target, entries):
            entry.doubt("target-gone", f"it and {target} are merged into each other")
            entry.of = entry.target = entry.aside = None


def _way(start: str, entries: Entries) -> list[str]:
    """The records that one was merged into, one after the other, itself first."""
    way = [start]
    while (above := _merged_into(way[-1], entries)) and above not in way:
        way.append(above)
    return way


def _merged_into(own: str, entries: Entries) -> str | None:
    """The record of this document that one was merged into."""
    entry = entries.get(own)
    if entry is None or entry.aside is not RecordStatus.MERGED or entry.target is None:
        return None
    return entry.of if entry.of in entries else None


def merge_words(entries: Entries) -> None:
    """Give each record the words of those that were merged into it, in the order of the text."""
    into: dict[str, list[Entry]] = {}
    for own in sorted(entries):
        if _merged_into(own, entries):
            into.setdefault(_way(own, entries)[-1], []).append(entries[own])
    for target, merged in into.items():
        if not _merged_into(target, entries):
            _take(entries[target], merged)


def _take(entry: Entry, merged: Sequence[Entry]) -> None:
    for name in ("description", "rationale"):
        decided = entry.fields.get(name)
        since = [
            one
            for one in merged
            if one.whole
            and not (decided and decided.when and one.whole.when and one.whole.when < decided.when)
        ]
        own: Claim | Rationale | None = getattr(entry.record, name)
        more = [claim for one in since if (claim := getattr(one.record, name))]
        more = [claim for claim in more if not _within(claim, own)]
        last = max((one.whole for one in since if one.whole), key=_when, default=None)
        if not more or last is None:
            continue
        claims = sorted([*([own] if own else []), *more], key=_at)
        value = " ".join(map(text_of, claims))
        places = tuple(
            place.model_copy(update={"made_by": f"curator:{last.curator}"})
            for one in claims
            for place in one.provenance
        )
        joined = claims[0].model_copy(update={"value": value, "provenance": places})
        entry.record = entry.record.model_copy(update={name: joined})
        entry.fields[name] = last.model_copy(
            update={
                "field": name,
                "status": FieldStatus.EDITED,
                "grounding": grade(value, places),
                "proposal": decided.proposal if decided else None,
            }
        )


def _within(claim: Claim | Rationale, other: Claim | Rationale | None) -> bool:
    """Whether the other already has these words."""
    places = other.provenance if other else ()
    return bool(claim.provenance) and all(
        any(place.span.covers(one.span) for place in places) for one in claim.provenance
    )


def _when(field: FieldReview) -> tuple[bool, object, str]:
    return field.when is not None, field.when, field.curator or ""


def _at(claim: Claim | Rationale) -> tuple[int, str]:
    """Where a claim stands; words that stand nowhere come last."""
    first = min((place.span.start for place in claim.provenance), default=sys.maxsize)
    return first, str(claim.value)


def settle_parents(entries: Entries, ids: Mapping[str, str]) -> None:
    """Give each record the parent that it has in the end.

    Decided places come first, by time. One that would close a circle, or whose parent is not
    there, is refused with an issue; the record stays where the extractor has it, if it can.
    """
    parents: dict[str, str | None] = {}

    def put(own: str, parent: str | None) -> str:
        """Put a record below another, or say why not."""
        if parent is not None and parent not in entries:
            return "parent-gone"
        if parent is not None and own in _line(parent, parents):
            return "parent-cycle"
        parents[own] = parent
        return ""

    def resolved(parent: str | None) -> str | None:
        return _way(ids.get(parent, parent), entries)[-1] if parent else None

    placed = {own: entry for own, entry in entries.items() if entry.place}
    for own, entry in sorted(placed.items(), key=lambda pair: _placed_when(*pair)):
        wanted = resolved(entry.record.parent)
        if refused := put(own, wanted):
            entry.doubt(refused, _REFUSED[refused].format(wanted))
    for own, entry in entries.items():
        if own in parents:
            continue
        wanted = resolved(entry.extracted.parent if entry.extracted else None)
        if entry.place is None and entry.extracted is None:
            wanted = resolved(entry.record.parent)
        if refused := put(own, wanted):
            parents[own] = None
            if refused == "parent-cycle":
                entry.doubt(refused, _REFUSED[refused].format(wanted))
    for own, entry in entries.items():
        above = parents[own]
        entry.record = entry.record.model_copy(update={"parent": above})
        if above and entries[above].aside is RecordStatus.REJECTED and entry.aside is None:
            entry.doubt("parent-rejected", f"the record above it, {above}, is rejected")


_REFUSED = {
    "parent-gone": "the record {} that it belongs below is not there",
    "parent-cycle": "below {} it would be above itself, so it is not put there",
}


def _placed_when(own: str, entry: Entry) -> tuple[object, str]:
    place = entry.place
    return (place.when if place else None), own


def _line(start: str, parents: Mapping[str, str | None]) -> set[str]:
    """A record and all above it."""
    line: set[str] = set()
    at: str | None = start
    while at is not None and at not in line:
        line.add(at)
        at = parents.get(at)
    return line


def children_of(entries: Entries) -> dict[str, tuple[str, ...]]:
    """The records below each record that has some, in order; rejected ones do not count."""
    found: dict[str, list[str]] = {}
    for own, entry in entries.items():
        if entry.record.parent and entry.aside not in _GONE_FROM_TREE:
            found.setdefault(entry.record.parent, []).append(own)
    return {parent: tuple(children) for parent, children in found.items()}
