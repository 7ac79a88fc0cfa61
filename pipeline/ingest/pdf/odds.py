"""Headings that a file tells of and its pages do not show: bookmarks, contents and tags at odds."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.ingest.pdf.headings import Bookmark
from pipeline.ingest.pdf.lines import Printed
from pipeline.ingest.pdf.passage import Passage
from pipeline.model import BlockKind, Issue, Level
from pipeline.model.text import fold

_FEWEST = 3  # entries; fewer tell of no headings
_MOST = 0.2  # share of them that may be missing: titles are shortened, and broken into lines
_SHOWN = 3  # examples
_PAGE = re.compile(r"[\s.…·_]+(?:\d{1,4}|[ivxlc]{1,6})$")
_LABELLED = re.compile(r"(?:Figure|Fig\.|Table|Box|Chart)\s", re.IGNORECASE)
# In folded text: `chapter 2`, `a 3 1`, `iv`.
_NUMBER = re.compile(
    r"(?:(?:section|chapter|part|annex|appendix) )?(?:\d{1,3}|[ivxlc]{1,5}|[a-z])(?: \d{1,3})* "
)


def tagged_headings(lines: Iterable[Printed]) -> list[str]:
    """The words of each heading that a tagged file tells of, believed or not."""
    found: dict[tuple[int, int], list[str]] = {}
    for line in lines:
        if line.tag and line.tag.role == "H":
            found.setdefault((line.page, line.tag.element), []).append(line.text)
    return [" ".join(texts) for texts in found.values()]


def odds_of(
    passages: Sequence[Passage], outline: Sequence[Bookmark], tagged: Sequence[str]
) -> list[Issue]:
    """An issue where much of what one of them names is no heading of the document."""
    told = {
        "bookmarks": [bookmark.title for bookmark in outline],
        "table of contents": list(_listed(passages)),
        "tags": list(tagged),
    }
    if not any(len(titles) >= _FEWEST for titles in told.values()):
        return []
    shown = {_plain(passage.text) for passage in passages if passage.kind is BlockKind.HEADING}
    found = []
    for name, titles in told.items():
        worded = [title for title in titles if re.search(r"[^\W\d_]{2}", title)]
        missing = [title for title in worded if _plain(title) not in shown]
        if len(worded) >= _FEWEST and len(missing) > _MOST * len(worded):
            examples = ", ".join(repr(" ".join(title.split())[:80]) for title in missing[:_SHOWN])
            found.append(f"{len(missing)} of the {len(worded)} in its {name} (such as {examples})")
    if not found:
        return []
    message = (
        f"The file names headings that are not printed as such: {'; '.join(found)}. Those of the "
        "document are as its pages show them: where records stand under a wrong one, look here."
    )
    return [Issue(code="headings-at-odds", level=Level.INFO, message=message, stage="ingest")]


def _listed(passages: Iterable[Passage]) -> Iterator[str]:
    """The titles that lead to a page number in a table of contents."""
    begun = ""
    for passage in passages:
        if passage.kind is not BlockKind.FURNITURE:
            begun = ""
            continue
        begun = f"{begun} {passage.text}".strip()
        if _PAGE.search(begun):
            title = _PAGE.sub("", begun)
            if not _LABELLED.match(title):
                yield title
            begun = ""


def _plain(title: str) -> str:
    """A title without its number, nor the spaces that line breaks within words leave."""
    folded = fold(title)
    number = _NUMBER.match(folded)
    return folded[number.end() if number else 0 :].replace(" ", "")
