"""Crosswalks between taxonomies as SSSOM in TSV; they come back, and are held against tags."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from pydantic import Field

from pipeline.export import Corpus, Unreadable, Wanted
from pipeline.export.skos import of_uri, uri
from pipeline.model import Frozen, Record
from pipeline.taxonomy import Taxonomy

FILE = "crosswalks.sssom.tsv"
FOLDER = Path(__file__).parent.parent / "crosswalks"
ENDING: Final = ".sssom.tsv"

# A match says that the object is the same, broader than the subject, or narrower. What is close or
# related decides nothing about a record.
EXACT, BROAD, NARROW = "skos:exactMatch", "skos:broadMatch", "skos:narrowMatch"
MATCHES = {EXACT, BROAD, NARROW, "skos:closeMatch", "skos:relatedMatch"}

_PREFIXES = {
    "gleaner": "urn:gleaner:",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
_COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label",
    "mapping_justification", "confidence", "comment",
)  # fmt: skip
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


class Match(Frozen):
    """One line: how a concept (its taxonomy and code) stands to one of another taxonomy.

    `justification` is a term of semapv. `more` holds the other columns of a file that came in.
    """

    subject: tuple[str, str]
    predicate: str
    object: tuple[str, str]
    subject_label: str = ""
    object_label: str = ""
    justification: str = "semapv:ManualMappingCuration"
    confidence: float | None = Field(default=None, ge=0, le=1)
    comment: str = ""
    more: dict[str, str] = Field(default_factory=dict)


class Crosswalk(Frozen):
    """Matches published together. `prefixes` are those of taxonomies that are not ours."""

    id: str
    licence: str
    prefixes: dict[str, str] = Field(default_factory=dict)
    matches: tuple[Match, ...]


class Contradiction(Frozen):
    """A record whose primary codes in two taxonomies cannot both be right, by these matches."""

    record: str
    taxonomy: str
    code: str
    other: str
    has: str
    expected: tuple[str, ...]


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write all crosswalks as one file."""
    every = [*load_crosswalks().values()]
    if not every:
        raise ValueError(f"there is no crosswalk in {FOLDER}")
    joined = Crosswalk(
        id=every[0].id if len(every) == 1 else "urn:gleaner:crosswalk:all",
        licence=every[0].licence,
        prefixes={name: place for one in every for name, place in one.prefixes.items()},
        matches=tuple(match for one in every for match in one.matches),
    )
    out.write_text(as_tsv(joined), encoding="utf-8", newline="")


def load_crosswalks(folder: Path | None = None) -> dict[str, Crosswalk]:
    """Every crosswalk of the folder (ours, if None) by the name of its file. Raises Unreadable."""
    files = sorted((folder or FOLDER).glob(f"*{ENDING}"))
    return {
        file.name.removesuffix(ENDING): read_crosswalk(file.read_bytes(), file.name)
        for file in files
    }


def as_tsv(crosswalk: Crosswalk) -> str:
    """A crosswalk as SSSOM."""
    matches = crosswalk.matches
    named = {taxonomy for match in matches for taxonomy, _ in (match.subject, match.object)}
    ours = {one: f"{uri(one)}:" for one in sorted(named) if _PREFIX.fullmatch(one)}
    prefixes = _PREFIXES | ours | crosswalk.prefixes
    out = io.StringIO(newline="")
    out.write("#curie_map:\n")
    for name, place in sorted(prefixes.items()):
        out.write(f"#  {_yaml(name)}: {_yaml(place)}\n")
    out.write(f"#license: {_yaml(crosswalk.licence)}\n#mapping_set_id: {_yaml(crosswalk.id)}\n")
    more = sorted({name for match in matches for name in match.more})
    table = csv.writer(out, delimiter="\t", lineterminator="\n")
    table.writerow((*_COLUMNS, *more))
    for match in matches:
        row = (
            _curie(match.subject, prefixes), match.subject_label, match.predicate,
            _curie(match.object, prefixes), match.object_label, match.justification,
            "" if match.confidence is None else repr(match.confidence), match.comment,
            *(match.more.get(name, "") for name in more),
        )  # fmt: skip
        if any("\0" in cell for cell in row):
            raise ValueError(f"the match of {row[0]} with {row[3]} holds a NUL; take it out")
        table.writerow(row)
    return out.getvalue()


def _yaml(text: str) -> str:
    import yaml

    return yaml.safe_dump(text, default_style='"', width=1 << 30).rstrip("\n")


def _curie(concept: tuple[str, str], prefixes: Mapping[str, str]) -> str:
    taxonomy, code = concept
    if taxonomy in prefixes and taxonomy not in _PREFIXES:
        return f"{taxonomy}:{quote(code, safe='')}"
    return f"gleaner:{uri(taxonomy, code).removeprefix(_PREFIXES['gleaner'])}"


def read_crosswalk(data: bytes, name: str) -> Crosswalk:
    """The crosswalk of a file. Raises Unreadable, naming the line."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name}: not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    head, table = _parted(text)
    fields = _metadata(head, name)
    prefixes = _PREFIXES | _texts(fields.get("curie_map"))
    rows = csv.DictReader(io.StringIO(table, newline=""), delimiter="\t", strict=True)
    before = head.count("\n")
    try:
        if missing := [one for one in _REQUIRED if one not in (rows.fieldnames or ())]:
            raise Unreadable(f"{name}: no column {missing[0]}.")
        matches = [_match(row, prefixes, f"{name}: line {before + rows.line_num}") for row in rows]
    except csv.Error as error:
        raise Unreadable(f"{name}: line {before + rows.line_num}: {error}.") from error
    others = {one: place for one, place in prefixes.items() if one not in _PREFIXES}
    return Crosswalk(
        id=str(fields.get("mapping_set_id") or name),
        licence=str(fields.get("license") or "not stated"),
        prefixes={one: place for one, place in others.items() if not place.startswith(uri(""))},
        matches=tuple(matches),
    )


def _parted(text: str) -> tuple[str, str]:
    """The lines of metadata at the top, and the table."""
    end = 0
    while text.startswith("#", end):
        end = text.find("\n", end) + 1 or len(text)
    return text[:end], text[end:]


def _metadata(head: str, name: str) -> dict[str, Any]:
    import yaml

    plain = "".join(line[1:] for line in head.splitlines(keepends=True))
    try:
        fields = yaml.safe_load(plain) or {}
    except yaml.YAMLError as error:
        raise Unreadable(f"{name}: its metadata is not YAML: {error}") from error
    if not isinstance(fields, dict):
        raise Unreadable(f"{name}: its metadata is not a table.")
    return fields


def _texts(table: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in table.items()} if isinstance(table, dict) else {}


def _match(row: dict[str, Any], prefixes: Mapping[str, str], where: str) -> Match:
    if None in row or None in row.values():
        raise Unreadable(f"{where}: its cells are not those of the table's columns.")
    if row["predicate_id"] not in MATCHES:
        known = ", ".join(sorted(MATCHES))
        raise Unreadable(f"{where}: {row['predicate_id']!r} is none of {known}.")
    said = row.get("confidence") or None
    try:
        return Match(
            subject=_concept(row["subject_id"], prefixes, where),
            predicate=row["predicate_id"],
            object=_concept(row["object_id"], prefixes, where),
            subject_label=row.get("subject_label", ""),
            object_label=row.get("object_label", ""),
            justification=row["mapping_justification"],
            confidence=float(said) if said else None,
            comment=row.get("comment", ""),
            more={one: text for one, text in row.items() if one not in _COLUMNS and text},
        )
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(f"{where}: the confidence {said!r} is no number from 0 to 1.") from error


def _concept(curie: str, prefixes: Mapping[str, str], where: str) -> tuple[str, str]:
    prefix, colon, local = curie.partition(":")
    if not colon or not local:
        raise Unreadable(f"{where}: {curie!r} is not a prefix, a colon and a code.")
    return of_uri(prefixes.get(prefix, f"{prefix}:") + local) or (prefix, unquote(local))


# --- held against tags ----------------------------------------------------------------------------


def unknown_codes(crosswalk: Crosswalk, taxonomies: Mapping[str, Taxonomy]) -> Iterator[str]:
    """The concepts that a crosswalk names and our taxonomies do not have, a line each."""
    named = (one for match in crosswalk.matches for one in (match.subject, match.object))
    for taxonomy, code in dict.fromkeys(named):
        known = taxonomies.get(taxonomy)
        if known and code not in {concept.code for concept in known.concepts}:
            yield f"{taxonomy} has no code {code}"


def contradictions(
    records: Iterable[Record], matches: Sequence[Match], taxonomies: Mapping[str, Taxonomy]
) -> Iterator[Contradiction]:
    """The records whose primary codes deny an exact, broad or narrow match.

    A code less or more specific than the expected one denies nothing; of several matches one must
    hold. What has no code in the other taxonomy is not spoken of.
    """
    expected: dict[tuple[str, str], dict[str, list[str]]] = {}
    for subject, predicate, object_ in _both_ways(matches):
        if predicate in (EXACT, BROAD) and subject[0] in taxonomies and object_[0] in taxonomies:
            expected.setdefault(subject, {}).setdefault(object_[0], []).append(object_[1])
    for record in records:
        primary = {tag.taxonomy: tag.code for tag in record.tags if tag.role == "primary"}
        for taxonomy, code in primary.items():
            for step in _upwards(taxonomies.get(taxonomy), code):
                for other, codes in expected.get((taxonomy, step), {}).items():
                    has = primary.get(other)
                    if has and not any(_akin(taxonomies[other], has, one) for one in codes):
                        yield Contradiction(
                            record=record.id,
                            taxonomy=taxonomy,
                            code=code,
                            other=other,
                            has=has,
                            expected=tuple(codes),
                        )


def _both_ways(
    matches: Iterable[Match],
) -> Iterator[tuple[tuple[str, str], str, tuple[str, str]]]:
    turned = {EXACT: EXACT, NARROW: BROAD, BROAD: NARROW}
    for match in matches:
        yield match.subject, match.predicate, match.object
        if match.predicate in turned:
            yield match.object, turned[match.predicate], match.subject


def _akin(taxonomy: Taxonomy, one: str, other: str) -> bool:
    return one in _upwards(taxonomy, other) or other in _upwards(taxonomy, one)


def _upwards(taxonomy: Taxonomy | None, code: str) -> tuple[str, ...]:
    """A code and those above it; a code that the taxonomy does not have stands alone."""
    try:
        above = taxonomy.ancestors(code) if taxonomy else ()
    except KeyError:
        above = ()
    return (code, *(concept.code for concept in above))
