"""Pages for readers: one for each document, record and concept, alike in HTML and Markdown.

Links are relative, so a folder of pages works wherever it is put, without a server.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from pipeline.export import Corpus
from pipeline.export.lasting import text_of, title_of
from pipeline.export.rows import DECIDED, WORDS, authors, plain, year
from pipeline.model import Provenance, ReviewedFile, ReviewedRecord, Tag
from pipeline.model.decision import DETAILS, TAGS
from pipeline.model.text import slug
from pipeline.taxonomy import Taxonomy

BUFFERED = 5_000  # lines of concept pages that are kept before they are written
STATUSES = {
    "undecided": "not reviewed yet",
    "in part": "reviewed in part",
    "reviewed": "reviewed",
    "rejected": "rejected by a curator",
    "duplicate": "a duplicate of another",
    "merged": "merged into another",
}
_HERE = Markup("\0")  # in the page of a concept, where its records go
_PLAIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,79}")


class Pages:
    """Writes pages of one kind (`html`, `md`) into a folder."""

    def __init__(self, folder: Path, kind: str, taxonomies: Mapping[str, Taxonomy]) -> None:
        self._folder, self._kind, self._taxonomies = folder, kind, taxonomies
        self._feet: dict[Path, str] = {}
        self._lines: list[tuple[Path, str]] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def write(self, corpus: Corpus) -> None:
        """Write all pages, a document at a time. Raises ValueError for text that no page holds."""
        for taxonomy in self._taxonomies.values():
            for concept in taxonomy.concepts:
                self._begin(taxonomy.id, concept.code, concept.label)
        documents = [self._document(file) for file in corpus.files()]
        self._flush()
        for path, foot in self._feet.items():
            with path.open("a", encoding="utf-8") as out:
                out.write(foot)
        known = {
            taxonomy: [
                (concept, len(taxonomy.ancestors(concept.code)), self._counts[id_, concept.code])
                for concept in taxonomy.concepts
            ]
            for id_, taxonomy in self._taxonomies.items()
        }
        self._page("index", "index", documents=documents, taxonomies=known)

    def _document(self, file: ReviewedFile) -> dict[str, Any]:
        name = folder_name(file.document.path)
        document = {
            "path": file.document.path,
            "name": name,
            "title": plain(file.source.title) or file.document.path,
            "authors": authors(file.source),
            "year": year(file.source),
            "abstract": plain(file.source.abstract),
            "link": link(file),
            "records": len(file.records),
        }
        known = {record.id: record for record in file.records}
        for record in file.records:
            decided = {one.field for one in record.review.fields if one.status in DECIDED}
            self._page(
                f"records/{name}/{file_name(record.id)}", "record", document=document,
                record=record, known=known, decided=decided, quotes=list(quotes(file, record)),
            )  # fmt: skip
            for tag in record.tags:
                self._list(tag, record, document, TAGS + tag.taxonomy in decided)
        self._page(f"documents/{name}", "document", document=document, records=file.records)
        return document

    # The page of a concept grows while documents go by: head, a line for each record, foot.

    def _begin(self, taxonomy: str, code: str, label: str) -> Path:
        name = f"concepts/{file_name(taxonomy)}/{file_name(code)}"
        path = self._folder / f"{name}.{self._kind}"
        if path not in self._feet:
            known = self._taxonomies.get(taxonomy)
            concepts = {one.code: one for one in known.concepts} if known else {}
            above = known.ancestors(code)[::-1] if known and code in concepts else ()
            below = known.children(code) if known and code in concepts else ()
            page = self._page(
                name, "concept", taxonomy=known.title if known else taxonomy, code=code,
                label=label, concept=concepts.get(code), above=above, below=below, here=_HERE,
            )  # fmt: skip
            head, _, self._feet[path] = page.partition(_HERE)
            path.write_text(head, encoding="utf-8")
        return path

    def _list(
        self, tag: Tag, record: ReviewedRecord, document: dict[str, Any], decided: bool
    ) -> None:
        path = self._begin(tag.taxonomy, tag.code, tag.label)
        self._counts[tag.taxonomy, tag.code] += 1
        line = self._made(
            "item", "../../", tag=tag, record=record, document=document, decided=decided
        )
        self._lines.append((path, line))
        if len(self._lines) >= BUFFERED:
            self._flush()

    def _flush(self) -> None:
        for path, line in sorted(self._lines, key=lambda pair: pair[0]):
            with path.open("a", encoding="utf-8") as out:
                out.write(line)
        self._lines.clear()

    def _page(self, name: str, template: str, **values: Any) -> str:
        page = self._made(template, "../" * name.count("/"), **values)
        if "\0" in page.replace(_HERE, "", 1 if template == "concept" else 0):
            raise ValueError(f"{name} would hold a NUL character, which no page can carry")
        path = self._folder / f"{name}.{self._kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
        return page

    def _made(self, template: str, up: str, **values: Any) -> str:
        text: str = self._templates.get_template(f"{template}.{self._kind}").render(up=up, **values)
        return text

    @cached_property
    def _templates(self) -> Any:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        html = self._kind == "html"
        made = Environment(
            loader=PackageLoader("pipeline.export"),
            autoescape=html,
            finalize=None if html else in_markdown,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters |= {"file": file_name, "title": title_of, "said": text_of, "address": address}
        made.globals["STATUSES"] = STATUSES
        return made


# --- links ----------------------------------------------------------------------------------------


def quotes(
    file: ReviewedFile, record: ReviewedRecord
) -> Iterator[tuple[str, Provenance, str | None]]:
    """The quotes behind a record: the field, the words and where they are, and a link to there."""
    claims = [(name, getattr(record, name)) for name in WORDS]
    claims += [(DETAILS + name, claim) for name, claim in record.details.items()]
    for name, claim in claims:
        for place in claim.provenance if claim else ():
            yield name.removeprefix(DETAILS).replace("_", " "), place, link(file, place)


def link(file: ReviewedFile, place: Provenance | None = None) -> str | None:
    """Where the source is on the web: at its page, or at the very words; None if nobody knows."""
    url, doi = plain(file.source.url), plain(file.source.doi)
    if url and urlsplit(url).scheme in ("http", "https"):
        address = url.partition("#")[0]
        media = file.document.media_type
        if place and media == "application/pdf" and place.pages:
            return f"{address}#page={place.pages[0]}"
        if place and media == "text/html" and place.quote.strip():
            return f"{address}#:~:text={_fragment(place.quote)}"
        return url
    return f"https://doi.org/{quote(doi)}" if doi else None


def address(url: str) -> Markup:
    """A link in angle brackets, with what could end it in its place."""
    return Markup(quote(url, safe="!#$%&'()*+,/:;=?@[]~"))


def _fragment(words: str) -> str:
    """The words as a text fragment: their first and last ones where there are many."""
    said = words.split()
    if len(said) > 12:
        return f"{_coded(said[:5])},{_coded(said[-5:])}"
    return _coded(said)


def _coded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")


def file_name(name: str) -> str:
    """A name for a file: the same where it is plain, else readable and told apart by a digest."""
    return name if _PLAIN.fullmatch(name) else f"{slug(name, 60)}-{_short(name)}"


def folder_name(path: str) -> str:
    """A name for the pages of a document."""
    return f"{slug(path.removeprefix('documents/'), 60)}-{_short(path)}"


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


# --- Markdown -------------------------------------------------------------------------------------

_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&:@=^\"'])")


def in_markdown(value: Any) -> Any:
    """A value as Markdown shows it letter by letter, on one line."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _MARKS.sub(r"\\\1", " ".join(value.split()))
    return value
