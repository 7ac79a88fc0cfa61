"""Sources as CSL-JSON: for Zotero, pandoc and citeproc."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.export import Corpus, Unreadable, Wanted
from pipeline.export.plain_json import loads
from pipeline.export.works import Person, Work, line, works

FILE = "sources.csl.json"


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the source of each document. Raises ValueError for what cannot be written."""
    out.write_text(dumps(works(corpus)), encoding="utf-8")


def read_works(data: bytes) -> list[Work]:
    """The works of a file. Raises Unreadable."""
    items = loads(data)
    items = items if isinstance(items, list) else [items]
    if not all(isinstance(item, dict) for item in items):
        raise Unreadable("CSL-JSON is a list of objects, one for each work")
    return [_work(item) for item in items]


def dumps(found: Iterable[Work]) -> str:
    """Works as CSL-JSON, in their order."""
    return json.dumps([_item(work) for work in found], indent=2, ensure_ascii=False) + "\n"


def _item(work: Work) -> dict[str, Any]:
    people = [
        {"family": one.family, "given": one.given} if one.given else {"literal": one.family}
        for one in work.authors
    ]
    item = {
        "id": work.key or work.document or work.title,
        "type": "document",
        "title": work.title,
        "author": people,
        "issued": {"date-parts": [[work.year]]} if work.year is not None else None,
        "abstract": work.abstract,
        "DOI": work.doi,
        "URL": work.url,
        "custom": {"document": work.document} if work.document else None,
    }
    return {name: value for name, value in item.items() if value not in ("", None, [])}


def _work(item: dict[str, Any]) -> Work:
    custom = item.get("custom")
    return Work(
        document=_text(custom, "document") if isinstance(custom, dict) else "",
        title=_text(item, "title"),
        authors=tuple(_person(one) for one in _list(item.get("author")) if isinstance(one, dict)),
        year=_year(item.get("issued")),
        abstract=_text(item, "abstract"),
        doi=_text(item, "DOI"),
        url=_text(item, "URL"),
        key=str(item.get("id", "")),
    )


def _person(one: dict[str, Any]) -> Person:
    if literal := _text(one, "literal"):
        return Person(literal)
    particle = _text(one, "non-dropping-particle") or _text(one, "dropping-particle")
    given = " ".join(filter(None, (_text(one, "given"), _text(one, "suffix"))))
    return Person(f"{particle} {_text(one, 'family')}".strip(), given)


def _year(issued: Any) -> int | None:
    """The year of a CSL date: in parts, as text, or missing."""
    if not isinstance(issued, dict):
        return None
    for part in _list(issued.get("date-parts"))[:1]:
        if isinstance(part, list) and part and str(part[0]).lstrip("-").isdecimal():
            return int(part[0])
    year = str(issued.get("raw") or issued.get("literal") or "").strip()[:4]
    return int(year) if len(year) == 4 and year.isdecimal() else None


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return line(str(value)) if isinstance(value, str | int) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
