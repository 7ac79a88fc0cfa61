"""Sources as BibTeX: for LaTeX, JabRef and Zotero."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.export import Corpus, Unreadable, Wanted
from pipeline.export.works import Person, Work, line, works

if TYPE_CHECKING:
    from bibtexparser.model import Entry

FILE = "sources.bib"

_ESCAPED = {letter: f"\\{letter}" for letter in "{}&%$#_"}
_ESCAPED |= {"\\": "{\\textbackslash}", "~": "{\\textasciitilde}", "^": "{\\textasciicircum}"}
_TO_TEX = str.maketrans(_ESCAPED)
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327",
    "k": "\u0328", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "i", "j": "j", "textbackslash": "\\", "textasciitilde": "~",
    "textasciicircum": "^", "textendash": "–", "textemdash": "—", "textquoteright": "’",
}  # fmt: skip
_TEX = re.compile(
    r"""\\(?P<accent>[`'^~="uHvckdbr.])\s*(?:\{\\?(?P<braced>[a-zA-Z])\}|(?<![uHvckdbr])\\?(?P<bare>[a-zA-Z])|(?<=\s)(?P<after>[a-zA-Z]))"""
    r"""|\\(?P<letter>[a-zA-Z]+)(?:\{\}|[ ]|(?![a-zA-Z]))|\\(?P<itself>[^a-zA-Z])|(?P<brace>[{}])"""
)
_AND = re.compile(r"\band\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\\.|(?P<brace>[{}])|(?P<and>\s+and\s+)", re.IGNORECASE | re.DOTALL)


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the source of each document. Raises ValueError for what cannot be written."""
    out.write_text(dumps(works(corpus)), encoding="utf-8")


def dumps(found: Iterable[Work]) -> str:
    """Works as BibTeX, in their order."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry, Field

    entries: list[Block] = []
    for number, work in enumerate(found, 1):
        people = " and ".join(_name(one) for one in work.authors)
        fields = {
            "title": _tex(work.title),
            "author": people,
            "year": "" if work.year is None else str(work.year),
            "abstract": _tex(work.abstract),
            "doi": _tex(work.doi),
            "url": _tex(work.url),
            "file": _tex(work.document),
        }
        filled = [Field(name, value) for name, value in fields.items() if value]
        entries.append(Entry("misc", work.key or f"source-{number}", filled))
    return str(write_string(Library(entries)))


def read_works(data: bytes) -> list[Work]:
    """The works of a file. Raises Unreadable, naming the first entry that is broken."""
    from bibtexparser.entrypoint import parse_string

    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: {error}") from error
    library = parse_string(text)
    for failed in library.failed_blocks:
        where = f"line {(failed.start_line or 0) + 1}"
        raise Unreadable(f"not BibTeX at {where}: {failed.error}")
    return [_work(entry) for entry in library.entries]


def _tex(text: str) -> str:
    return text.translate(_TO_TEX)


def _plain(tex: str) -> str:
    """What TeX prints, for the accents and signs that stand in bibliographies."""

    def printed(found: re.Match[str]) -> str:
        if accent := found["accent"]:
            letter = found["braced"] or found["bare"] or found["after"]
            return unicodedata.normalize("NFC", letter + _ACCENTS[accent])
        if found["letter"]:
            return _LETTERS.get(found["letter"], "")
        return found["itself"] or ""

    return line(_TEX.sub(printed, tex))


def _name(one: Person) -> str:
    return f"{_part(one.family)}, {_part(one.given)}" if one.given else f"{{{_tex(one.family)}}}"


def _part(text: str) -> str:
    """A part of a name, in braces where BibTeX would cut it."""
    tex = _tex(text)
    return f"{{{tex}}}" if "," in tex or _AND.search(tex) else tex


def _work(entry: "Entry") -> Work:
    fields = {field.key.lower(): str(field.value) for field in entry.fields}
    date = fields.get("year") or fields.get("date") or ""
    year = re.search(r"\d{4}", date) or re.fullmatch(r"\s*(\d+)\s*", date)
    return Work(
        document=_plain(fields.get("file", "")),
        title=_plain(fields.get("title", "")),
        authors=tuple(_people(fields.get("author", ""))),
        year=int(year[0]) if year else None,
        abstract=_plain(fields.get("abstract", "")),
        doi=_plain(fields.get("doi", "")),
        url=_plain(fields.get("url", "")),
        key=entry.key,
    )


def _people(names: str) -> Iterable[Person]:
    from bibtexparser.middlewares.names import (
        InvalidNameError,
        parse_single_name_into_parts,
    )

    for name in _split(names):
        if name.startswith("{") and _closes(name) == len(name) - 1:
            yield Person(_plain(name))
            continue
        try:
            parts = parse_single_name_into_parts(name, strict=False)
        except InvalidNameError as error:
            raise Unreadable(f"the author {name!r} cannot be read: {error}") from error
        family = " ".join((*parts.von, *parts.last))
        yield Person(_plain(family), _plain(" ".join((*parts.first, *parts.jr))))


def _split(names: str) -> Iterator[str]:
    """The names between each "and" outside braces (the library's own loses what `\\` begins)."""
    depth = start = 0
    for found in _BETWEEN.finditer(names):
        if found["brace"]:
            depth += 1 if found["brace"] == "{" else -1
        elif found["and"] and depth == 0:
            yield names[start : found.start()].strip()
            start = found.end()
    if names[start:].strip():
        yield names[start:].strip()


def _closes(text: str) -> int:
    """Where the brace that opens a text is closed again; -1 if nowhere."""
    depth = 0
    for found in re.finditer(r"(?<!\\)[{}]", text):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return -1
