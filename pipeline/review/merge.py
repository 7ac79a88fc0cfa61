"""Records and decisions to reviewed records."""

import sys
from collections.abc import Mapping, Sequence

from pipeline.model import Decision, Document, Draft, Record, RecordFile, ReviewedFile, Saw
from pipeline.review.acts import Acts, acts_of, coding_of
from pipeline.review.codes import labels_before
from pipeline.review.decide import Decider
from pipeline.review.entry import Entry
from pipeline.review.fields import drafted
from pipeline.review.find import Finder
from pipeline.review.footing import relocated
from pipeline.review.moves import Table, absorbed, face, face_seen, followed, moved, scattered
from pipeline.review.standing import standing
from pipeline.review.tree import aim, children_of, merge_words, settle_parents
from pipeline.taxonomy import Taxonomy


def review(
    records: RecordFile,
    document: Document,
    decisions: Sequence[Decision],
    seen: Mapping[str, Saw],
    taxonomies: Mapping[str, Taxonomy],
) -> ReviewedFile:
    """What the extractor says of a document, with what curators decided.

    `decisions` are all of the document, `seen` the snapshots that they name (by digest). The same
    input gives the same file, in whatever order records and decisions come. No decision is lost:
    it stands, or is kept aside in its field, or its record is among the `lost`.
    """
    stand = standing(decisions)
    finder = Finder(document)
    found = {record.id: record for record in sorted(records.records, key=_place)}
    acts = acts_of(stand, seen)
    missing = [one for own, one in acts.items() if own not in found]
    later = followed(missing, acts.values(), finder)
    if later:
        acts = acts_of([_renamed(decision, later) for decision in stand], seen)
        missing = [one for own, one in acts.items() if own not in found]
    free = [record for own, record in found.items() if own not in acts]
    ids = moved(missing, free, finder)
    ids |= {old: ids.get(_last(later, old), _last(later, old)) for old in later}
    decider = Decider(finder, seen, taxonomies, coding_of(stand), ids, labels_before(stand, seen))
    of_now = {ids.get(own, own): one for own, one in acts.items()}
    entries: dict[str, Entry] = {}
    for own, record in found.items():
        entries[own] = decider.entry(record, of_now.get(own, Acts(own)), record)
    lost: dict[str, Entry] = {}
    for own, one in of_now.items():
        if own in found:
            continue
        entry = decider.entry(_base(one, acts, found, finder), one, None)
        if one.draft:
            entry.origin, entries[own] = "curator", entry
        else:
            lost[own] = entry
            if entry.aside is None:
                entry.doubt("not-found", "the extractor no longer finds it")
    for old, new in ids.items():
        entry = entries.get(new) or lost[new]
        entry.moved_from += (old,)
        entry.doubt("moved", f"it was {old} when it was decided on", waits=False)
    _shifted(found, entries, lost, of_now, finder)
    entries = dict(sorted(entries.items(), key=_in_order))
    lost = dict(sorted(lost.items(), key=_in_order))
    everywhere = entries | lost
    aim(everywhere, ids, lost, records.document.path.removeprefix("documents/"))
    merge_words(everywhere)
    settle_parents(entries, ids)
    children = children_of(entries)
    return ReviewedFile(
        document=records.document,
        source=records.source,
        coding=decider.coding,
        records=tuple(one.reviewed(children.get(own, ())) for own, one in entries.items()),
        lost=tuple(one.reviewed(()) for one in lost.values()),
        issues=records.issues,
    )


def _last(later: Mapping[str, str], own: str) -> str:
    """The last id under which a record was decided on. Each was begun after the one before."""
    while own in later:
        own = later[own]
    return own


def _renamed(decision: Decision, later: Mapping[str, str]) -> Decision:
    if decision.record not in later:
        return decision
    return decision.model_copy(update={"record": _last(later, decision.record)})


def _place(record: Record) -> tuple[int, str]:
    """Sorts records as they stand in the text; those that stand nowhere come last."""
    claims = (record.name, record.description, record.rationale, *record.details.values())
    places = [
        *record.label_provenance,
        *(one for claim in claims if claim for one in claim.provenance),
    ]
    return min((one.span.start for one in places), default=sys.maxsize), record.id


def _in_order(pair: tuple[str, Entry]) -> tuple[int, str]:
    return _place(pair[1].extracted or pair[1].record)


def _base(
    one: Acts, acts: Mapping[str, Acts], found: Mapping[str, Record], finder: Finder
) -> Record:
    """What a record that the extractor does not find says before anybody decides on it.

    A piece of another record has its details and tags; one that is gone is as it was seen last.
    """
    if one.draft is None and one.saw:
        return relocated(one.saw.record, finder)
    record = relocated(drafted(one.draft or Draft(id=one.record), one.record), finder)
    whole = found.get(one.of or "")
    if whole is None and one.of and one.of in acts and (saw := acts[one.of].saw):
        whole = relocated(saw.record, finder)
    if whole is None:
        return record
    return record.model_copy(update={"details": whole.details, "tags": whole.tags})


def _shifted(
    found: Mapping[str, Record],
    entries: Mapping[str, Entry],
    lost: Mapping[str, Entry],
    acts: Mapping[str, Acts],
    finder: Finder,
) -> None:
    """Say of decided records that their words are now in several records, or in another's."""
    now = {own: face(record) for own, record in found.items()}
    table = Table(list(now.values()))
    seen = {own: face_seen(one, finder) for own, one in acts.items() if one.saw or one.draft}
    present = {own: one for own, one in seen.items() if own in found}
    for old, new in absorbed([seen[own] for own in lost if own in seen], present, table):
        if lost[old].aside is None:
            lost[old].doubt("merged-upstream", f"its words are in {new} now")
        if entries[new].aside is None:
            entries[new].doubt("merged-upstream", f"it has the words of {old} now")
    for old, new in scattered(present, now, table):
        if entries[old].aside is None:
            entries[old].doubt("split-upstream", f"a part of its words is in {new} now")
            if entries[new].aside is None:
                entries[new].doubt("split-upstream", f"it has a part of the words of {old} now")
