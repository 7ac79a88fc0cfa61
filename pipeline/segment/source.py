"""The work that a document is: title, authors, year, DOI and abstract, as its front prints them."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model import (
    Block,
    BlockKind,
    Document,
    Part,
    Provenance,
    Segment,
    SegmentKind,
    Span,
)
from pipeline.model.text import fold
from pipeline.rule import Rules
from pipeline.segment.items import split
from pipeline.segment.passage import body, cite_blocks

WAY = "source"
_LINE = re.compile(r"^(?P<key>[\w.:-]+):[ \t]*(?P<value>\S.*)$", re.MULTILINE)
# What each field is called in front matter and in the heads of saved pages, the surest first.
_KEYS = {
    "title": ("citation_title", "dc.title", "dcterms.title", "title", "og:title"),
    "authors": ("citation_author", "dc.creator", "author", "authors", "article:author"),
    "year": (
        "citation_publication_date",
        "citation_date",
        "dc.date",
        "date",
        "year",
        "article:published_time",
    ),
    "doi": ("citation_doi", "doi"),
    "abstract": ("citation_abstract", "abstract"),
    "url": ("url", "og:url", "canonical"),
}
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]*[^\s\"<>.,;:)\]]")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
# A year on a title page is the work's own when it stands in a date or beside a copyright sign.
_DATED = re.compile(
    r"(?:\bpublished|\bversion|\brevised|\bdate[d:]?|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)[\s,\d–-]{0,12}?"
    r"(?P<year>(?:19|20)\d{2})\b|(?:©|\bcopyright)\D{0,40}?(?P<owned>(?:19|20)\d{2})\b|"
    r"\b(?P<iso>(?:19|20)\d{2})-\d\d\b|^\s*(?P<alone>(?:19|20)\d{2})\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_DATE = re.compile(r"(?:\d{1,2}\s+)?(?:[A-Z][a-z]+\s+)?(?:\d{1,2},?\s+)?\d{4}")
_CODE = re.compile(r"(?=.*\d)[A-Z][A-Z\d\s./:-]*")  # a number of a series is no title
_SUBJECT = re.compile(r"(?:SUBJECT|Subject|RE|Re):\s+(?=\S)")
_SENDER = re.compile(r"(?:FROM|From):\s+(?=\S)")
_PARTICLE = r"(?:d[aei]|de[lnr]|dos|du|la|le|van|von|bin|al|el|te[nr])"
_NAME = re.compile(
    rf"(?:[^\W\d_a-z][\w.'’-]*\s+)(?:(?:[^\W\d_a-z][\w.'’-]*|{_PARTICLE})\s+){{0,3}}"
    r"[^\W\d_a-z][\w'’-]*[a-z][\w'’-]*"
)
_MARKS = "*∗†‡§¶#$+^0123456789 \t\n"
_BETWEEN = re.compile(r"[,;&\n]|\band\b|(?<=\s)by\b|^by\b", re.IGNORECASE)
_INSTITUTION = re.compile(
    r"\b(?:universit|institut|department|ministry|agency|office|cent(?:er|re)\b|school|college|"
    r"corporation|company|foundation|committee|council|commission|laborator|research|report|"
    r"paper|press|street|inc\b|ltd\b|government|version|draft)",
    re.IGNORECASE,
)
_NEAR = 4  # blocks after the title in which its authors stand
_FRONT = 3  # pages at the front that may speak of the work itself


def source(document: Document, rules: Rules) -> Segment | None:
    """The SOURCE segment of a document, or None when it says nothing of its own bibliography."""
    parts = tuple(_parts(document, rules))
    if not parts:
        return None
    return Segment(kind=SegmentKind.SOURCE, way=WAY, parts=parts)


def _parts(document: Document, rules: Rules) -> Iterator[Part]:
    stated = _metadata(document)
    front = [block for block in document.blocks if _on_front(document, block)]
    memo = _memo(document, front)
    printed = memo.get("title") or _title(document, front, rules)
    if title := stated.get("title") or printed:
        yield Part(field="title", provenance=title[:1])
    if authors := stated.get("authors"):
        people = [person for line in authors for person in _people(document, line.span)]
        cited = tuple(document.cite(person, "reader:metadata") for person in people)
        yield Part(field="authors", provenance=cited, items=True)
    elif authors := memo.get("authors") or (
        _byline(document, front, printed[0]) if printed else None
    ):
        yield Part(field="authors", provenance=authors, items=True)
    year = _year_in(document, stated["year"][0].span) if "year" in stated else None
    if year := year or _dated(document, front):
        yield Part(field="year", provenance=(year,))
    if abstract := stated.get("abstract") or _abstract(document, front):
        yield Part(field="abstract", provenance=abstract)
    if doi := stated.get("doi") or _doi(document, front):
        yield Part(field="doi", provenance=doi[:1])
    if url := stated.get("url"):
        yield Part(field="url", provenance=url[:1])


def _metadata(document: Document) -> dict[str, tuple[Provenance, ...]]:
    """The fields stated in metadata lines; of several keys for one field the surest counts."""
    lines: dict[str, list[Provenance]] = {}
    for block in document.blocks:
        if block.kind is not BlockKind.METADATA:
            continue
        for line in _LINE.finditer(document.quote(block.span)):
            start, end = line.span("value")
            cited = document.cite(
                Span(block.span.start + start, block.span.start + end), "reader:metadata"
            )
            lines.setdefault(line["key"].lower(), []).append(cited)
    found = {}
    for field, keys in _KEYS.items():
        stated = next((lines[key] for key in keys if key in lines), None)
        if stated:
            found[field] = tuple(stated)
    return found


def _people(document: Document, line: Span) -> list[Span]:
    """The names in a line: parted by semicolons, or by commas that part whole names."""
    people = split(document, line, ";")
    parted = split(document, line, ",")
    if len(people) == 1 and len(parted) > 1:
        whole = all(len(document.quote(name).split()) > 1 for name in parted)
        people = parted if whole else people
    return people


def _on_front(document: Document, block: Block) -> bool:
    last = document.pages[min(_FRONT, len(document.pages)) - 1].span.end if document.pages else 0
    return block.span.start < last and block.kind is not BlockKind.METADATA


def _title(
    document: Document, front: Iterable[Block], rules: Rules
) -> tuple[Provenance, ...] | None:
    """The first of the highest headings of the front that is not that of a section."""
    headings = [
        block
        for block in front
        if block.kind is BlockKind.HEADING
        and not rules.find("section.other", document.quote(body(document, block)))
        and not _DATE.fullmatch(document.quote(block.span).strip())
        and not _CODE.fullmatch(document.quote(block.span).strip())
    ]
    if not headings:
        return None
    first_page = [h for h in headings if h.span.start < document.pages[0].span.end] or headings
    highest = min(first_page, key=lambda block: (block.level, block.span.start))
    return (document.cite(highest.span, "reader:title"),)


def _memo(document: Document, front: Iterable[Block]) -> dict[str, tuple[Provenance, ...]]:
    """Title and author of a letter or memorandum whose first page states subject and sender."""
    found: dict[str, tuple[Provenance, ...]] = {}
    for block in front:
        if block.span.start >= document.pages[0].span.end:
            break
        for field, key in (("title", _SUBJECT), ("authors", _SENDER)):
            if field not in found and (said := key.match(document.quote(block.span))):
                span = Span(block.span.start + said.end(), block.span.end)
                found[field] = (document.cite(span, "reader:memo"),)
    return found if len(found) > 1 else {}


def _byline(
    document: Document, front: Sequence[Block], title: Provenance
) -> tuple[Provenance, ...] | None:
    """The names in the blocks after the title that hold nothing else, two of them at least."""
    names: list[Span] = []
    after = [block for block in front if block.span.start >= title.span.end]
    for block in after[:_NEAR]:
        found = _names(document, block.span)
        if names and not found:
            break
        names += found
    if len(names) < 2:
        return None
    return tuple(document.cite(name, "reader:byline") for name in names)


def _names(document: Document, span: Span) -> list[Span]:
    """The names of persons that a block is a list of; none when it has anything else."""
    text, start, names = document.quote(span), 0, list[Span]()
    for end in [*(match.span() for match in _BETWEEN.finditer(text)), (len(text), len(text))]:
        piece = text[start : end[0]]
        kept = piece.strip(_MARKS)
        if kept:
            if not _NAME.fullmatch(kept) or _INSTITUTION.search(kept):
                return []
            at = span.start + start + piece.index(kept)
            names.append(Span(at, at + len(kept)))
        start = end[1]
    return names


def _year_in(document: Document, span: Span) -> Provenance | None:
    found = _YEAR.search(document.quote(span))
    if not found:
        return None
    return document.cite(
        Span(span.start + found.start(), span.start + found.end()), "reader:metadata"
    )


def _dated(document: Document, front: Iterable[Block]) -> Provenance | None:
    """The first dated year of the first pages; that of a paragraph of prose does not count."""
    for block in front:
        if block.kind is BlockKind.FOOTNOTE or len(fold(document.quote(block.span)).split()) > 30:
            continue
        if found := _DATED.search(document.quote(block.span)):
            start, end = found.span(found.lastgroup or 0)
            return document.cite(
                Span(block.span.start + start, block.span.start + end), "reader:date"
            )
    return None


def _abstract(document: Document, front: Iterable[Block]) -> tuple[Provenance, ...] | None:
    below: list[Block] | None = None
    for block in front:
        if block.kind is BlockKind.HEADING:
            if below:
                break
            title = document.quote(body(document, block))
            below = [] if fold(title) in ("abstract", "summary") else None
        elif below is not None and block.kind is BlockKind.PARAGRAPH:
            below.append(block)
    return cite_blocks(document, below, "reader:abstract") if below else None


def _doi(document: Document, front: Iterable[Block]) -> tuple[Provenance, ...] | None:
    """A DOI on the first page: further in, it may be another work's."""
    for block in front:
        if document.pages and block.span.start >= document.pages[0].span.end:
            break
        if found := _DOI.search(document.quote(block.span)):
            start, end = found.span()
            span = Span(block.span.start + start, block.span.start + end)
            return (document.cite(span, "reader:doi"),)
    return None
