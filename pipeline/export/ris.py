"""Sources as RIS: for Rayyan, ASReview, EPPI-Reviewer, EndNote and Zotero."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.export import Corpus, Unreadable, Wanted
from pipeline.export.works import Person, Work, line, works

FILE = "sources.ris"

_SEVERAL = re.compile(r";\s*(?=https?://)")  # some write all links of a work on one line


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the source of each document. Raises ValueError for what cannot be written."""
    out.write_text(dumps(works(corpus)), encoding="utf-8")


def dumps(found: Iterable[Work]) -> str:
    """Works as RIS, in their order. A comma in the family name of a person does not come back."""
    import rispy  # type: ignore[import-untyped]

    return str(rispy.dumps([_reference(work) for work in found], delimiter_tags_mapping={}))


def read_works(data: bytes) -> list[Work]:
    """The works of a file. Raises Unreadable."""
    import rispy

    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        found = rispy.loads(text, delimiter_tags_mapping={}, enforce_list_tags=True)
        return [_work(reference) for reference in found]
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: {error}") from error
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Unreadable(f"not RIS: {error}") from error


def _reference(work: Work) -> dict[str, Any]:
    fields = {
        "type_of_reference": "GEN",
        "id": work.key,
        "title": work.title,
        "authors": [_name(one) for one in work.authors],
        "year": str(work.year) if work.year is not None else "",
        "abstract": work.abstract,
        "doi": work.doi,
        "urls": [work.url] if work.url else [],
        "file_attachments1": work.document,
    }
    return {name: value for name, value in fields.items() if value not in ("", [])}


def _name(one: Person) -> str:
    """ "Family, Given"; the comma at the end of an organisation's name says that it is one."""
    return f"{one.family}, {one.given}" if one.given else one.family + "," * ("," in one.family)


def _person(name: str) -> Person:
    whole = line(name)
    if whole.endswith(","):
        return Person(whole[:-1].rstrip())
    family, _, given = whole.partition(",")
    return Person(family.strip(), given.strip())


def _work(reference: dict[str, Any]) -> Work:
    def first(*names: str) -> str:
        for name in names:
            value = reference.get(name)
            value = value[0] if isinstance(value, list) and value else value
            if value:
                return line(str(value))
        return ""

    people = reference.get("authors") or reference.get("first_authors") or []
    year = re.search(r"\d{4}", first("year", "publication_year", "date"))
    return Work(
        document=first("file_attachments1"),
        title=first("title", "primary_title"),
        authors=tuple(_person(name) for name in people),
        year=int(year[0]) if year else None,
        abstract=first("abstract", "notes_abstract"),
        doi=first("doi"),
        url=_SEVERAL.split(first("urls"))[0],
        key=first("id"),
    )
