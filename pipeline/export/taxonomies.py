"""Taxonomies as TOML files, one each; TOML and CSV come back."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from pipeline.export import Corpus, Unreadable, Wanted
from pipeline.export.cells import unguard
from pipeline.taxonomy import Taxonomy, TaxonomyError, make_taxonomy, read_taxonomy

FILE = "taxonomies"

# What others call the columns.
_COLUMNS = {
    "code": ("code", "id", "number", "notation"),
    "label": ("label", "name", "title", "preflabel"),
    "definition": ("definition", "description"),
    "parent": ("parent", "broader", "parent code"),
    "also": ("also", "aliases", "synonyms", "altlabel"),
    "scope": ("scope", "scope note", "scopenote"),
    "examples": ("examples", "example"),
}
_LISTS = {"also", "examples"}


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write each taxonomy into the folder."""
    out.mkdir(exist_ok=True)
    for taxonomy in chosen(corpus, wanted):
        (out / f"{taxonomy.id}.toml").write_text(as_toml(taxonomy), encoding="utf-8")


def chosen(corpus: Corpus, wanted: Wanted) -> list[Taxonomy]:
    """The taxonomies that were asked for; all, if none was."""
    every = corpus.taxonomies
    return [every[one] for one in wanted.taxonomies or every if one in every]


def read_taxonomies(data: bytes, name: str) -> list[Taxonomy]:
    """The taxonomy of a TOML or CSV file of that name. Raises Unreadable."""
    try:
        if name.endswith(".csv"):
            return [_of_csv(data, name)]
        return [read_taxonomy(data, name)]
    except TaxonomyError as error:
        raise Unreadable(str(error)) from error


def as_toml(taxonomy: Taxonomy) -> str:
    """The file of a taxonomy, as `pipeline/taxonomies` holds them."""
    fields = taxonomy.model_dump(by_alias=True)
    concepts = fields.pop("concept")
    parts = [_table(fields), *("[[concept]]\n" + _table(concept) for concept in concepts)]
    return "\n".join(parts)


def _table(fields: dict[str, Any]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in fields.items() if value)


def _value(value: Any) -> str:
    if value is True:
        return "true"
    if isinstance(value, tuple):
        return "[" + "".join(f"\n  {_value(item)}," for item in value) + "\n]"
    # A string of JSON is one of TOML, but for DEL, which JSON leaves bare.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _of_csv(data: bytes, name: str) -> Taxonomy:
    """A table of concepts: at least a code and a label; without a column of parents, by number."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name}: not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        heads = {head: _meant(head) for head in rows.fieldnames or ()}
        if missing := sorted({"code", "label"} - set(heads.values())):
            raise Unreadable(f"{name}: no column {' and no column '.join(missing)}.")
        found = [_concept(row, heads, f"{name}: row {rows.line_num}") for row in rows]
    except csv.Error as error:
        raise Unreadable(f"{name}: not CSV at line {rows.line_num}: {error}.") from error
    codes = {concept["code"] for concept in found}
    for concept in found:
        above = concept["code"].rpartition(".")[0]
        if "parent" not in heads.values() and above in codes:
            concept["parent"] = above
    identifier = Path(name).stem
    head = {"id": identifier, "title": identifier, "version": "1", "source": Path(name).name}
    head |= {"licence": "not stated", "primary": "one"}
    return make_taxonomy({**head, "concept": found}, name)


def _meant(head: str) -> str:
    words = unguard(head).strip().casefold().replace("_", " ")
    return next((field for field, names in _COLUMNS.items() if words in names), "")


def _concept(row: dict[str, Any], heads: dict[str, str], where: str) -> dict[str, Any]:
    if None in row:
        raise Unreadable(f"{where}: more cells than the table has columns.")
    concept: dict[str, Any] = {}
    for head, field in heads.items():
        cell = unguard(row[head] or "")
        if field in _LISTS:
            items = [" ".join(item.split()) for item in cell.replace("\n", ";").split(";")]
            concept[field] = [item for item in items if item]
        elif field and cell.strip():
            concept[field] = " ".join(cell.split())
    if "code" not in concept:
        raise Unreadable(f"{where}: it has no code.")
    concept.setdefault("definition", concept.get("label", ""))
    return concept
