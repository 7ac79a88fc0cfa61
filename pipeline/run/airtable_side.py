"""A table of Airtable: as it is there, and as it was when it and we last agreed."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyairtable.api.table import Table

from pipeline.export import Unreadable
from pipeline.export.airtable import LINKS, Row
from pipeline.export.plain_json import loads
from pipeline.model.text import slug
from pipeline.run.airtable_api import NoAirtable

PAGE = 100  # rows of one reading
Value = str | list[str] | None


def fate(here: Value, there: Value, last: Row | None, column: str) -> str:
    """Where a cell changed: "" (they agree), "here", "there", or "both".

    Without a time when they agreed, an empty cell there is one that is still to be filled.
    """
    if plain(here) == plain(there):
        return ""
    if last is None or column not in last:
        return "both" if plain(there) else "here"
    if plain(there) == plain(last[column]):
        return "here"
    return "there" if plain(here) == plain(last[column]) else "both"


def plain(value: Value) -> tuple[str, ...]:
    """A cell for comparing: neither order of choices, nor ends of lines, nor what is empty tell."""
    items = [value] if isinstance(value, str) else value or []
    said = (item.replace("\r\n", "\n").strip() for item in items)
    return tuple(sorted(filter(None, said)))


def text(value: Value) -> str:
    """A cell as people read it."""
    return value if isinstance(value, str) else "; ".join(value or ())


class Side:
    """One table. `there` and `last` have its rows by our ids, with our ids for links."""

    def __init__(self, table: Table, key: str, folder: Path) -> None:
        self.key = key
        self.there: dict[str, Row] = {}
        self.last: dict[str, Row] = {}
        self._table = table
        self._ids: dict[str, str] = {}  # of Airtable, by ours
        self._ours: dict[str, str] = {}  # and back
        self._file = folder / f"{slug(table.base.id)}.{slug(table.name)}.jsonl"

    def load(self, linked: Mapping[str, str]) -> None:
        """Read the table; `linked` are rows of others that it links to. Raises NoAirtable."""
        found: list[tuple[str, Mapping[str, Any]]] = []
        for page in self._table.iterate(page_size=PAGE):
            for row in page:
                if key := str(row["fields"].get(self.key, "")):
                    if key in self._ids:
                        raise NoAirtable(f"Two rows have the {self.key} {key}. Delete one of them.")
                    self._know(key, row["id"])
                    found.append((key, row["fields"]))
        self.link(linked)
        self.there = {key: self._row(fields) for key, fields in found}
        self.last = self._agreed()

    def link(self, rows: Mapping[str, str]) -> None:
        """Know rows that this table links to: ids of Airtable, by ours."""
        for key, airtable in rows.items():
            self._know(key, airtable)

    def ids(self) -> dict[str, str]:
        """The ids of Airtable, by ours."""
        return dict(self._ids)

    def reachable(self, row: Row) -> Row:
        """The row without links to rows that are not there."""
        return {name: self._linked(name, value) for name, value in row.items()}

    def _linked(self, name: str, value: str | list[str]) -> str | list[str]:
        if name in LINKS and isinstance(value, list):
            return [one for one in value if one in self._ids]
        return value

    def send(self, rows: Sequence[Row]) -> None:
        """Write at most ten rows, and keep what Airtable acknowledges. Raises NoAirtable."""
        sent = {str(row[self.key]): row for row in rows}
        fields = [self._out(row) for row in rows]
        done = self._table.batch_upsert(
            [{"fields": one} for one in fields], key_fields=[self.key], typecast=True
        )
        for record in done["records"]:
            key = str(record["fields"].get(self.key, ""))
            self._know(key, record["id"])
            row = self.there[key] = self._row(record["fields"])
            agreed = {name: row.get(name, "") for name in sent.get(key, {})}
            self.agree(key, self.last.get(key, {}) | agreed)

    def agree(self, key: str, row: Row) -> None:
        """Keep that both have this row now, on the disk too."""
        self.last[key] = row
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab") as file:
            file.write(json.dumps({"id": key, "row": row}, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _agreed(self) -> dict[str, Row]:
        if not self._file.exists():
            return {}
        *lines, torn = self._file.read_bytes().split(b"\n")
        if torn:  # killed while it was written: cut off, or the next line would be glued to it
            os.truncate(self._file, sum(len(line) + 1 for line in lines))
        try:
            return {line["id"]: line["row"] for line in map(loads, lines)}
        except (Unreadable, KeyError, TypeError) as error:
            raise NoAirtable(f"{self._file} is broken ({error}). Take it from a backup.") from error

    def _row(self, fields: Mapping[str, Any]) -> Row:
        return {
            name: _value(value, self._ours if name in LINKS else {})
            for name, value in fields.items()
        }

    def _know(self, key: str, airtable: str) -> None:
        self._ids[key], self._ours[airtable] = airtable, key

    def _out(self, row: Row) -> dict[str, Any]:
        return {
            name: [self._ids[one] for one in value]
            if name in LINKS and isinstance(value, list)
            else value or None
            for name, value in self.reachable(row).items()
        }


def _value(value: Any, ours: Mapping[str, str]) -> str | list[str]:
    if isinstance(value, list):
        return [ours.get(str(one), str(one)) for one in value]
    return str(value)
