"""The bibliographic source: what the document states, beside what the file next to it says."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.model import (
    Author,
    Claim,
    Document,
    Issue,
    Level,
    Part,
    Provenance,
    Segment,
    Source,
    Span,
)
from pipeline.model.text import fold, normal_form

_FIELDS = ("title", "abstract", "doi", "url")


def bibliography_of(
    document: Document, work: Segment | None, beside: Mapping[str, Any]
) -> tuple[Source, list[Issue]]:
    """The source of a document and what is doubtful about it.

    The document's own words win. What only the file beside it says (`beside`: title, authors, year,
    abstract, doi, url) is taken with the words where the document has them, else without any and
    with an issue; where the two disagree an issue shows both.
    """
    issues: list[Issue] = []
    fields: dict[str, Any] = {}
    for field in _FIELDS:
        stated = _claim(document, work.part(field) if work else None)
        fields[field] = _settle(document, field, stated, beside.get(field), issues)
    stated_year = _claim(document, work.part("year") if work else None)
    if stated_year:
        stated_year = Claim(value=int(str(stated_year.value)), provenance=stated_year.provenance)
    fields["year"] = _settle(document, "year", stated_year, beside.get("year"), issues)
    authors = work.part("authors") if work else None
    given = beside.get("authors")
    known = [_split_name(str(name), ()) for name in given] if isinstance(given, list) else []
    people = tuple(_author(source, known) for source in authors.provenance) if authors else ()
    if people and known and [_words(a) for a in people] != [_words(a) for a in known]:
        message = (
            f"the document states the authors {_listed(people)}, "
            f"the file beside it {_listed(known)}"
        )
        issues.append(_issue("source-disagrees", Level.WARNING, message))
    fields["authors"] = people or tuple(
        _split_name(str(name), _locate(document, str(name))) for name in given or ()
    )
    return Source(**fields), issues


def _claim(document: Document, part: Part | None) -> Claim | None:
    if part is None:
        return None
    return Claim(value=document.value(part.provenance), provenance=part.provenance)


def _settle(
    document: Document, field: str, stated: Claim | None, beside: Any, issues: list[Issue]
) -> Claim | None:
    if beside is None or isinstance(beside, dict | list):
        return stated
    value = beside if isinstance(beside, int) else normal_form(str(beside))
    if stated is None:
        found = _locate(document, str(value))
        if not found:
            message = f"the {field} {value!r} is given beside the document, which does not state it"
            issues.append(_issue("source-not-stated", Level.INFO, message))
        return Claim(value=value, provenance=found)
    if fold(str(stated.value)) != fold(str(value)):
        message = f"the document states the {field} {stated.value!r}, the file beside it {value!r}"
        issues.append(_issue("source-disagrees", Level.WARNING, message))
    return stated


def _locate(document: Document, value: str) -> tuple[Provenance, ...]:
    """Where the document has these very words, whatever the white space between them."""
    words = [re.escape(word) for word in value.split()]
    found = re.search(r"\s+".join(words), document.text) if words else None
    return (document.cite(Span(*found.span()), "sidecar:bibliography"),) if found else ()


def _author(source: Provenance, known: Sequence[Author]) -> Author:
    """The author whom `source` prints; `known` tells which of their names is the family's."""
    author = _split_name(source.quote, (source,))
    same = next((other for other in known if _words(other) == _words(author)), author)
    return author.model_copy(update={"family": same.family, "given": same.given})


def _listed(authors: Sequence[Author]) -> str:
    return "; ".join(f"{author.given} {author.family}".strip() for author in authors)


def _words(author: Author) -> list[str]:
    return sorted(fold(f"{author.family} {author.given}").split())


def _split_name(printed: str, provenance: tuple[Provenance, ...]) -> Author:
    """Family and given name of "Family, Given" or "Given Family"; one word is a family name."""
    name = normal_form(printed)
    family, comma, given = name.partition(",")
    if not comma:
        given, _, family = name.rpartition(" ")
    return Author(family=family.strip(), given=given.strip(), provenance=provenance)


def _issue(code: str, level: Level, message: str) -> Issue:
    return Issue(code=code, level=level, message=message, stage="assemble")
