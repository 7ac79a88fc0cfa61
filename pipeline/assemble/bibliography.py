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

_ORGANISATION = re.compile(
    r"\b(?:of|and|for|the)\b|&|\b(?:institute?|university|department|ministry|agency|office|council|"
    r"commission|committee|corporation|foundation|association|organi[sz]ation|government|inc|ltd)\b",
    re.IGNORECASE,
)
_PARTICLES = re.compile(r"(?<= )(?:(?:de[lnr]?|di|da|dos|du|la|le|van|von|te[nr]) ?)+$")
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
    known = [_named(name, ()) for name in given] if isinstance(given, list) else []
    people = tuple(_author(source, known) for source in authors.provenance) if authors else ()
    if people and known and [_words(a) for a in people] != [_words(a) for a in known]:
        message = (
            f"the document states the authors {_listed(people)}, "
            f"the file beside it {_listed(known)}"
        )
        issues.append(_issue("source-disagrees", Level.WARNING, message))
    fields["authors"] = people or tuple(
        author.model_copy(update={"provenance": _locate(document, _in_order(author))})
        for author in known
    )
    return Source(**fields), issues


def agreed(
    told: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, Any], list[Issue]]:
    """What the files beside a document say together, and an issue wherever two differ.

    `told` holds what each file says, by its name; of two that differ the first counts.
    """
    found: dict[str, Any] = {}
    said_by: dict[str, str] = {}
    issues = []
    for name, fields in told.items():
        for field, value in fields.items():
            if field not in found:
                found[field], said_by[field] = value, name
            elif _compared(found[field]) != _compared(value):
                message = (
                    f"{said_by[field]} gives the {field} {_shown(found[field])}, "
                    f"{name} {_shown(value)}"
                )
                issues.append(_issue("source-disagrees", Level.WARNING, message))
    return found, issues


def _compared(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [_words(_named(name, ())) for name in value]
    return [fold(str(value))]


def _shown(value: Any) -> str:
    return _listed([_named(name, ()) for name in value]) if isinstance(value, list) else repr(value)


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
    return "; ".join(map(_in_order, authors))


def _in_order(author: Author) -> str:
    return f"{author.given} {author.family}".strip()


def _words(author: Author) -> list[str]:
    return sorted(fold(f"{author.family} {author.given}").split())


def _named(name: Any, provenance: tuple[Provenance, ...]) -> Author:
    """An author as a file gives them: in one piece, or with the family's name apart."""
    if not isinstance(name, Mapping):
        return _split_name(str(name), provenance)
    family, given = (normal_form(str(name.get(part, ""))) for part in ("family", "given"))
    return Author(family=family, given=given, provenance=provenance)


def _split_name(printed: str, provenance: tuple[Provenance, ...]) -> Author:
    """Family and given name of "Family, Given" or "Given Family"; one word is a family name, and
    so is that of an organisation."""
    name = normal_form(printed)
    family, comma, given = name.partition(",")
    if _ORGANISATION.search(name):
        family, given = name, ""
    elif not comma:
        given, _, family = name.rpartition(" ")
        if particle := _PARTICLES.search(given):
            given, family = given[: particle.start()], f"{particle[0].strip()} {family}"
    return Author(family=family.strip(), given=given.strip(), provenance=provenance)


def _issue(code: str, level: Level, message: str) -> Issue:
    return Issue(code=code, level=level, message=message, stage="assemble")
