"""Two versions of a taxonomy against the records: what a change touches, and what follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.export import Unreadable, skos, sssom, taxonomies
from pipeline.model import ReviewedRecord
from pipeline.run.concepts import Unusable, known_taxonomies
from pipeline.run.show import counted, printable
from pipeline.run.standing import Standing
from pipeline.store import Store, read_bytes
from pipeline.taxonomy import Change, Taxonomy, difference

SHOWN = 5  # records that are named for one change

# What follows for a record that has the code.
_THEN = {
    "added": "may fit it better: look again",
    "removed": "need another code",
    "moved": "keep the code, below another parent",
    "relabelled": "keep the code, and take the new label",
    "redefined": "keep the code: see whether it still fits",
    "renumbered": "take the new code",
    "reused": "would say something else",
}


@dataclass(frozen=True)
class Touched:
    """A record that has a code, and whether a curator decided so."""

    document: str
    record: str
    decided: bool


@dataclass
class Plan:
    """What a new version changes, each with the records that it touches."""

    old: Taxonomy
    new: Taxonomy
    steps: list[tuple[Change, list[Touched]]] = field(default_factory=list)

    def reused(self, allowed: tuple[str, ...] = ()) -> list[str]:
        """The codes that would stand for something else, and that nobody allowed."""
        return [
            change.code
            for change, _ in self.steps
            if change.kind == "reused" and change.code not in allowed
        ]

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "taxonomy": self.new.id,
            "from": self.old.version,
            "to": self.new.version,
            "changes": [
                {
                    **change.model_dump(mode="json"),
                    "records": [vars(one) for one in touched],
                }
                for change, touched in self.steps
            ],
            "records": len({(one.document, one.record) for _, t in self.steps for one in t}),
        }

    def lines(self) -> Iterator[str]:
        """The same for people."""
        if not self.steps:
            yield f"{self.new.id}: the same concepts."
            return
        for change, touched in self.steps:
            yield printable(_said(change))
            if touched:
                decided = sum(one.decided for one in touched)
                many = counted(len(touched), "record")
                yield f"  {many} ({decided:,} decided) {_THEN[change.kind]}:"
                yield from (printable(f"    {t.document}: {t.record}") for t in touched[:SHOWN])
                if len(touched) > SHOWN:
                    yield f"    ... and {len(touched) - SHOWN:,} more (--json lists them)"
        records = {(one.document, one.record) for _, t in self.steps for one in t}
        yield f"{counted(len(self.steps), 'change')} touch {counted(len(records), 'record')}."


def taxonomy_at(place: str) -> Taxonomy:
    """The taxonomy of a file (TOML, CSV, SKOS), or one that is in use, by its id.

    Raises Unusable, and OSError.
    """
    file = Path(place)
    if not file.is_file():
        return known_taxonomies((place,))[place]
    found = read_taxonomies(file)
    if len(found) != 1:
        names = ", ".join(one.id for one in found)
        raise Unusable(f"{place} holds several taxonomies ({names}); write each to its own file.")
    return found[0]


def read_taxonomies(file: Path) -> list[Taxonomy]:
    """The taxonomies of a file in TOML, CSV, Turtle or JSON-LD. Raises Unusable and OSError."""
    table = file.suffix in (".toml", ".csv")
    read = taxonomies.read_taxonomies if table else skos.read_taxonomies
    try:
        return read(read_bytes(file), file.name)
    except Unreadable as error:
        raise Unusable(str(error)) from error


def plan(store: Store, old: Taxonomy, new: Taxonomy) -> Plan:
    """What the new version means for the records that there are. Raises NotStanding and OSError."""
    changes = difference(old, new)
    having: dict[str, list[Touched]] = {}
    for document, record in _records(store):
        decided = {one.field for one in record.review.fields if one.status != "undecided"}
        for tag in record.tags:
            if tag.taxonomy == old.id:
                touched = Touched(document, record.id, f"tags.{old.id}" in decided)
                having.setdefault(tag.code, []).append(touched)
    return Plan(old, new, [(change, having.get(_having(change), [])) for change in changes])


def _having(change: Change) -> str:
    """The code whose records a change touches: of a new concept, those of the one above it."""
    if change.kind == "added" and change.after:
        return change.after.parent or ""
    return change.code


def _records(store: Store) -> Iterator[tuple[str, ReviewedRecord]]:
    stands = Standing(store)
    for name in stands.names:
        for record in stands.file(name).records:
            yield name, record


def _said(change: Change) -> str:
    before, after = change.before, change.after
    head = f"{change.code} {change.kind}: "
    match change.kind:
        case "added":
            return f"{head}{after.label if after else ''}"
        case "removed":
            return f"{head}{before.label if before else ''}"
        case "moved":
            above = [one.parent if one else None for one in (before, after)]
            return f"{head}from below {above[0] or 'the top'} to below {above[1] or 'the top'}"
        case "renumbered":
            return f"{head}{before.label if before else ''} is {after.code if after else ''} now"
        case "redefined":
            return f"{head}{after.definition if after else ''}"
        case _:
            return f"{head}{before.label if before else ''} -> {after.label if after else ''}"


# --- crosswalks -----------------------------------------------------------------------------------


def crosswalk_lines(
    crosswalks: Mapping[str, sssom.Crosswalk], store: Store
) -> Iterator[dict[str, Any]]:
    """Where tags and crosswalks contradict each other, record by record; and codes unknown here.

    Raises NotStanding, Unusable and OSError.
    """
    known = known_taxonomies(())
    for name, crosswalk in crosswalks.items():
        for line in sssom.unknown_codes(crosswalk, known):
            yield {"crosswalk": name, "message": line}
        for document, record in _records(store):
            for one in sssom.contradictions([record], crosswalk.matches, known):
                message = (
                    f"{document}: {one.record} is {one.taxonomy} {one.code}, so "
                    f"{one.other} should be {' or '.join(one.expected)}, and is {one.has}"
                )
                yield {"crosswalk": name, "document": document, **one.model_dump()} | {
                    "message": message
                }


def crosswalks_at(file: Path | None) -> dict[str, sssom.Crosswalk]:
    """The crosswalk of a file, or all that are in use. Raises Unusable and OSError."""
    try:
        if file is None:
            return sssom.load_crosswalks()
        return {file.name: sssom.read_crosswalk(read_bytes(file), file.name)}
    except Unreadable as error:
        raise Unusable(str(error)) from error
