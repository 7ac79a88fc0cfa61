"""Texts that people coded with a taxonomy, read from the files in which they are published.

Three shapes are known: the mitigation database (CSV: `Action Name`, `Action Definition`,
`Action Source`, `MitigationCode`), the risk repository (JSON: `category`, `subcategory`,
`description`, `additional`, `paper`, `subdomain`), and a plain list (JSON: `name`, `description`
or `definition`, `heading`, `source`, `code`).
"""

import csv
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.model import Frozen
from pipeline.taxonomy import Taxonomy

_FIELDS = {
    "name": ("Action Name", "name", "category"),
    "description": ("Action Definition", "description", "definition", "action"),
    "heading": ("heading",),
    "rationale": ("additional", "rationale"),
    "source": ("Action Source", "source", "paper", "document"),
    "code": ("MitigationCode", "subdomain", "code"),
}


class Coded(Frozen):
    """A text, the source it is from, and the code that a person gave it."""

    name: str
    description: str
    heading: str
    rationale: str
    source: str
    code: str


def read_coded(file: Path, taxonomy: Taxonomy) -> list[Coded]:
    """The coded texts of a file, in its order, without those coded as no leaf of `taxonomy`.

    Raises ValueError, in the user's words, when the file holds no coded texts.
    """
    leaves = _leaves(taxonomy)
    coded = [one for row in _rows(file) if (one := _coded(row)).code in leaves]
    if not coded:
        raise ValueError(f"{file}: holds no text with a code of the taxonomy {taxonomy.id!r}")
    return coded


def read_references(file: Path, folder: Path, taxonomy: Taxonomy, apart: bool) -> list[Coded]:
    """The texts of `folder` that a file of references codes, without those coded as no leaf.

    Such a file (JSON) holds `measures`, each with the `source` file of its text, the `sha256` of
    name, newline and description, a code by taxonomy, and whether it was set `apart`. Raises
    ValueError for a text that is not there.
    """
    texts: dict[tuple[str, str], Coded] = {}
    coded = []
    for reference in _rows(file):
        source = reference["source"]
        if not any(known == source for known, _ in texts):
            for row in _rows(folder / source):
                one = _coded(row)
                for name in (one.name, ""):  # some lists have names that the document has not
                    text = one.model_copy(update={"name": name})
                    texts.setdefault((source, _fingerprint(text)), text)
        if (source, reference["sha256"]) not in texts:
            raise ValueError(f"{file}: {folder / source} has no text {reference['key']!r}")
        if reference["apart"] is apart and reference[taxonomy.id] in _leaves(taxonomy):
            text = texts[source, reference["sha256"]]
            coded.append(
                text.model_copy(
                    update={"code": reference[taxonomy.id], "source": text.source or source}
                )
            )
    return coded


def _rows(file: Path) -> list[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines)) if file.suffix == ".csv" else json.load(lines)
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: cannot be read: {error}") from error
    if isinstance(rows, dict):
        rows = max((value for value in rows.values() if isinstance(value, list)), key=len)
    return [row for row in rows if isinstance(row, dict)]


def _leaves(taxonomy: Taxonomy) -> set[str]:
    parents = {concept.parent for concept in taxonomy.concepts}
    return {concept.code for concept in taxonomy.concepts} - parents


def _fingerprint(text: Coded) -> str:
    return hashlib.sha256(f"{text.name}\n{text.description}".encode()).hexdigest()


def _coded(row: Mapping[str, object]) -> Coded:
    values = {
        field: next((str(row[key]) for key in keys if row.get(key)), "")
        for field, keys in _FIELDS.items()
    }
    if row.get("subcategory"):
        values["name"] = f"{values['name']} {row['subcategory']}"
    # The database prints a label behind its code.
    values["code"] = values["code"].split(" ")[0]
    return Coded(**values)
