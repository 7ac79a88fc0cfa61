"""Which records a list shows and in what order, as its URL says it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self
from urllib.parse import urlencode

from pipeline.desk.rows import CERTAIN, CONFLICT, DONE, LOST

LONGEST_NAME = 4096
LONGEST = 200  # characters of a filter
# The document of that name, else all that have this in their names.
_NAMED = (
    "SELECT name FROM documents WHERE name = ? UNION ALL SELECT name FROM documents "
    "WHERE instr(name, ?) AND NOT EXISTS (SELECT 1 FROM documents WHERE name = ?)"
)
# What a list can be restricted to, as (SQL on records, words for people).
STATUSES = {
    "waiting": (f"urgency < {DONE}", "Waiting"),
    "all": ("1", "All"),
    "undecided": ("status = 'undecided'", "Untouched"),
    "in-part": ("status = 'in part'", "Begun"),
    "conflict": (f"urgency >= {CONFLICT} AND urgency < {CONFLICT + 1}", "In conflict"),
    "moved": (f"urgency >= {LOST} AND urgency < {CONFLICT}", "Source changed or lost"),
    "reviewed": ("status = 'reviewed'", "Reviewed"),
    "rejected": ("status = 'rejected'", "Rejected"),
    "same": ("status IN ('duplicate', 'merged')", "Duplicate or merged"),
}
# The column that a list is sorted by, before document and place in it.
SORTS = {
    "useful": ("urgency", "Most useful first"),
    "place": ("", "As in the documents"),
    "name": ("name", "By name"),
    "confidence": ("confidence", "Least certain first"),
}


@dataclass(frozen=True)
class Filters:
    """What is asked for; every field is a string of the URL, empty for no restriction.

    `document` is a name or a part of names; `least` and `most` bound the confidence of a tag (of
    `taxonomy` and `code` where given); `code` takes its whole branch; `changed` is "yes" for what
    changed since the curator decided.
    """

    q: str = ""
    document: str = ""
    status: str = "waiting"
    taxonomy: str = ""
    code: str = ""
    least: str = ""
    most: str = ""
    issue: str = ""
    assigned: str = ""
    changed: str = ""
    sort: str = "useful"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The filters of a query string; what makes no sense is left out."""
        given = {f.name: query.get(f.name, "").strip()[:LONGEST] for f in fields(cls)}
        given["document"] = query.get("document", "")[:LONGEST_NAME]
        for name, known, default in (
            ("status", STATUSES, "waiting"),
            ("sort", SORTS, "useful"),
            ("changed", ("yes",), ""),
        ):
            if given[name] not in known:
                given[name] = default
        for name in ("least", "most"):
            if _share(given[name]) is None:
                given[name] = ""
        return cls(**{name: value.replace("\0", "") for name, value in given.items()})

    @property
    def query(self) -> str:
        """The same as a query string, without what is the default: to be kept and shared."""
        return urlencode(
            {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != f.default}
        )

    @property
    def order(self) -> str:
        """The column that comes first in the order, if any."""
        return SORTS[self.sort][0]

    def where(self, curator: str, common: bool = False) -> tuple[str, list[Any]]:
        """The condition in SQL on rows of `records`, and its values.

        `common` says that very many records have such tags: then they are asked one by one, in the
        order of the list, for a page of it needs a few of them only.
        """
        terms, values = [STATUSES[self.status][0]], list[Any]()

        def term(sql: str, *given: Any) -> None:
            terms.append(sql)
            values.extend(given)

        if self.document:
            term(f"document IN ({_NAMED})", self.document, self.document, self.document)
        if self.assigned:
            term("document IN (SELECT document FROM assigned WHERE curator = ?)", self.assigned)
        if self.issue:
            term("id IN (SELECT record FROM issues WHERE code = ?)", self.issue)
        if self.changed:
            term("id IN (SELECT record FROM mine WHERE curator = ? AND changed)", curator)
        if found := self.tags():
            tags, given = found
            term(
                f"EXISTS (SELECT 1 FROM tags WHERE record = id AND {tags})"
                if common
                else f"id IN (SELECT record FROM tags WHERE {tags})",
                *given,
            )
        elif self.least or self.most:
            low, high = self._bounds()
            term(f"confidence BETWEEN ? AND ? AND confidence < {CERTAIN}", low, high)
        if match := matching(self.q):
            term("id IN (SELECT rowid FROM words WHERE words MATCH ?)", match)
        return " AND ".join(terms), values

    @property
    def costly(self) -> bool:
        """Whether counting all that it lets through would take long where there are very many."""
        return bool(self.q or self.issue or self.taxonomy or self.code)

    def tags(self) -> tuple[str, list[Any]] | None:
        """The condition on rows of `tags`, and its values; None where there is none."""
        if not (self.taxonomy or self.code):
            return None
        terms, values = [], list[Any]()
        if self.taxonomy:
            terms.append("taxonomy = ?")
            values.append(self.taxonomy)
        if self.code:
            # 3.4 takes 3.4.1 too: "/" is the character after "."
            terms.append("(code = ? OR (code >= ? AND code < ?))")
            values += [self.code, f"{self.code}.", f"{self.code}/"]
        terms.append("confidence BETWEEN ? AND ?")
        return " AND ".join(terms), [*values, *self._bounds()]

    def _bounds(self) -> tuple[float, float]:
        low, high = _share(self.least), _share(self.most)
        return low if low is not None else 0.0, high if high is not None else 1.0


def matching(text: str) -> str:
    """Free text as FTS5 takes it: each word by its beginning, all of them, and no operators."""
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return " ".join(f'"{word}"*' for word in words[:20])


def _share(text: str) -> float | None:
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
