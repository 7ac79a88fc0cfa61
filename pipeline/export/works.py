"""Bibliographic works: what the three formats of sources share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.export import Corpus, Unreadable
from pipeline.model import Claim, Source
from pipeline.model.text import normal_form, slug

CONTROLS = {chr(code): None for code in (*range(32), 127)}


@dataclass(frozen=True)
class Person:
    """An author; an organisation has a family name only."""

    family: str
    given: str = ""


@dataclass(frozen=True)
class Work:
    """A source as others cite it. `document` is the path of the document that it is, if known."""

    document: str = ""
    title: str = ""
    authors: tuple[Person, ...] = ()
    year: int | None = None
    abstract: str = ""
    doi: str = ""
    url: str = ""
    key: str = field(default="", compare=False)

    def beside(self) -> dict[str, Any]:
        """The work as a file beside a document states it: what is empty is left out."""
        people = [{"family": one.family, "given": one.given} for one in self.authors]
        fields = {"title": self.title, "authors": people, "year": self.year}
        fields |= {"abstract": self.abstract, "doi": self.doi, "url": self.url}
        return {name: value for name, value in fields.items() if value not in ("", None, [])}


def works(corpus: Corpus) -> Iterator[Work]:
    """The works of the corpus, one for each document, with keys that differ."""
    taken: set[str] = set()
    for file in corpus.files():
        yield work_of(file.source, file.document.path, taken)


def work_of(source: Source, document: str, taken: set[str]) -> Work:
    """The work that a source describes. `taken` are the keys given so far; its own is added."""
    people = tuple(Person(line(one.family), line(one.given)) for one in source.authors)
    year = _text(source.year)
    title = _text(source.title)
    stem = slug(f"{people[0].family if people else ''} {year} {title}", 32) or "source"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    taken.add(key)
    return Work(
        document=document,
        title=title,
        authors=people,
        year=int(year) if year.isdecimal() else None,
        abstract=_text(source.abstract),
        doi=_text(source.doi),
        url=_text(source.url),
        key=key,
    )


def _text(claim: Claim | None) -> str:
    return line(str(claim.value)) if claim else ""


def line(text: str) -> str:
    """A value on one line, as values of documents are. Raises ValueError for control characters."""
    folded = normal_form(text)
    if found := next((letter for letter in folded if letter in CONTROLS), None):
        raise ValueError(
            f"{folded[:40]!r} holds the control character U+{ord(found):04X}, which no format of "
            f"sources can carry; take it out"
        )
    return folded


def single(works: Iterable[Work], file: str) -> Work:
    """The one work that a file beside a document holds. Raises Unreadable for none or several."""
    found = list(works)
    if len(found) != 1:
        many = f"{len(found)} works" if found else "no work"
        raise Unreadable(f"{file} holds {many}; a file beside a document holds just its own")
    return found[0]
