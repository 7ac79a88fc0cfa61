"""A record page with headings, read section by section: what they tell needs no guessing.

The same page as a text dump states the same fields. Sections may come in any order.
"""

import re
from collections.abc import Sequence

from pipeline.segment.record_page.cards import roles
from pipeline.segment.record_page.family import is_banner, is_notice
from pipeline.segment.record_page.glue import ALSO_IN, AUTHORS, STATED, YEAR, Words
from pipeline.segment.record_page.grammar import names_people, risks, says_also_in
from pipeline.segment.record_page.page import Card, Page
from pipeline.segment.record_page.rows import Row, is_name, is_text
from pipeline.segment.record_page.sections import Section

_CARDS = ("child", "other")
_PROSE = ("definition", "description", "rationale")
_PRIMARY = re.compile(r"\b(?:primary|main)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:other|secondary|also|further|additional)\b", re.IGNORECASE)
_GLOSS = re.compile(r"\s*[^\sa-z]|$")  # after a value: not "Users of ..." after "User"


def parse(sections: Sequence[Section], words: Words) -> Page:
    """Read the sections of a record page in saved markup."""
    reader = _Reader(sections, words)
    for section in sections:
        reader.read(section)
    return reader.finish()


def _stands_alone(rows: Sequence[Row], i: int) -> bool:
    """Whether a category is more than the end of a text that mentions it."""
    return i == 0 or rows[i - 1].heading == 1 or rows[i].span.start - rows[i - 1].span.end > 1


def _year(row: Row) -> Row | None:
    """The digits of a row that is a year, perhaps in brackets."""
    found = YEAR.fullmatch(row.text)
    return row.part(*found.span("year")) if found else None


class _Reader:
    """Each step takes the rows that are its own, and leaves the others to the next."""

    def __init__(self, sections: Sequence[Section], words: Words) -> None:
        self.page = Page(ends_in="its sections")
        self.words = words
        self.told = {section.says for section in sections}
        self.described: Section | None = None  # the last section that was description
        self.last: Section | None = None

    def read(self, section: Section) -> None:
        """Read one section."""
        if section.title:
            self.page.context.append(section.title)
        rows = list(section.rows)
        for step in (self._field, self._cards, self._source, self._tags, self._risks):
            rows = step(rows, section)
        self._text(rows, section)
        self.last = section

    def finish(self) -> Page:
        """The page, its parts before the other cards as in a dump."""
        page = self.page
        told = [card for card in page.cards if card.role]
        page.cards = [card for card in page.cards if not card.role]
        roles(page, known=True)
        page.cards = sorted([*told, *page.cards], key=lambda card: _CARDS.index(card.role))
        page.complete = not page.tags.keys().isdisjoint(STATED)
        return page

    def _field(self, rows: list[Row], section: Section) -> list[Row]:
        """Take the row that a title stands for, the first time; the rows that are left."""
        page, title = self.page, section.title
        if not rows:
            # A work's name may be a heading itself, between "Source" and "Authors".
            if title and "source" in section.told[1:] and not section.says and not page.title:
                page.context.remove(title)
                page.title = title
            return []
        first, rest = rows[0], rows[1:]
        match section.says:
            case "parent" if page.parent is None and is_name(first):
                last = first.text.rpartition(" > ")[2]
                page.parent = first.part(len(first.text) - len(last))
                if rest and rest[0].label:  # the parent's own category
                    page.context.append(rest.pop(0))
            case "category" if first.label and "mitigation" not in page.tags:
                page.tags["mitigation"] = first
            case "also_in" if page.also_in is None:
                page.also_in = first
            case "authors" if not page.authors:
                page.authors, rest = rows, []
            case "year" if page.year is None and (year := _year(first)):
                page.year = year
            case "title" if page.title is None:
                page.title = first
            case "abstract" if not page.abstract:
                page.abstract, rest = rows, []
            case _:
                return rows
        return rest

    def _cards(self, rows: list[Row], section: Section) -> list[Row]:
        """A name, perhaps a text, and the category that ends it; what comes before is no card."""
        told = section.kind if section.kind in _CARDS and "risk" not in section.told else ""
        labels = [i for i, row in enumerate(rows) if row.label]
        if not section.title:  # the page's own category, near its name
            own = [row for i, row in enumerate(rows) if row.label and _stands_alone(rows, i)]
            if own:
                self.page.tags["mitigation"] = own[0]
            return [row for row in rows if row not in own[:1]]
        if section.says in _PROSE:
            return rows
        if labels or told:
            labels += [i for i in range(1, len(rows)) if self._is_unknown_label(rows, i)]
        if not labels and told and rows and all(row.linked for row in rows):
            self.page.cards.extend(Card(row, [], None, told) for row in rows)
            return []
        left, start = [], 0
        for at in sorted(labels):
            left += self._card(rows[start:at], rows[at], told)
            start = at + 1
        return left + rows[start:]

    def _is_unknown_label(self, rows: Sequence[Row], i: int) -> bool:
        """Whether a row after a name is a category that the taxonomy does not have."""
        alone = not rows[i - 1].label and (i + 1 == len(rows) or not rows[i + 1].label)
        if rows[i].label or not alone or self.words.unknown_label_at_end(rows[i].text) != 0:
            return False
        self.page.unknown.append((rows[i], "mitigation"))
        return True

    def _card(self, group: Sequence[Row], label: Row, told: str) -> list[Row]:
        """Add a card; the rows before its name."""
        marked = (i for i, row in enumerate(group) if row.linked or row.heading)
        name = next(marked, 0)
        if group:
            self.page.cards.append(Card(group[name], list(group[name + 1 :]), label, told))
        else:
            self.page.stray.append(label)
        return list(group[:name])

    def _source(self, rows: list[Row], section: Section) -> list[Row]:
        """A title, authors and year, in one line or two, and an abstract."""
        page, expected = self.page, "source" in section.told
        if not section.title or section.says in _PROSE or page.authors or not rows:
            return rows
        found = [i for i, row in enumerate(rows) if AUTHORS.fullmatch(row.text)]
        years = [(i, year) for i, row in enumerate(rows) if i and (year := _year(row))]
        if found:
            # A title may end in a year itself, and the authors come right after it.
            at = end = found[1] if found[1:2] == [found[0] + 1] else found[0]
            if not (expected or names_people(rows[at].text) or (at and not is_text(rows[at]))):
                return rows
            if page.year:  # one that stood with no authors: theirs is printed with them
                page.context.append(page.year)
                page.year = None
        elif expected and years and not page.year:
            at, (end, page.year) = 1, years[0]
        elif section.says == "source" and not (page.title or self._value(rows[0], section)):
            at, end = 1, 0
        else:
            return rows
        left = rows[: max(0, at - 1)] if page.title is None else rows[:at]
        page.title = rows[at - 1] if at and page.title is None else page.title
        page.authors = rows[at : end + 1] if found else rows[at:end]
        after = rows[max(at, end + 1) :]
        stop = next((i for i, row in enumerate(after) if self._is_other(row, section)), len(after))
        for row in after[:stop]:  # a link that is a name leads to the work
            (left if row.linked and is_name(row) else page.abstract).append(row)
        return left + after[stop:]

    def _is_other(self, row: Row, section: Section) -> bool:
        """Whether a row below a source is a value or a risk, and ends the abstract."""
        return bool(self._value(row, section) or self.words.risk.match(row.text))

    def _value(self, row: Row, section: Section) -> tuple[str, int] | None:
        """The taxonomy of which a row is a value, and the value's length."""
        if section.kind in _CARDS:  # "Measure" may head a column of them
            return None
        for taxonomy, labels in zip(STATED, self.words.stated, strict=True):
            if row.text in labels:
                return taxonomy, len(row.text)
            if section.says == taxonomy:
                begun = [label for label in labels if row.text.startswith(label)]
                longest = max(map(len, begun), default=0)
                if longest and _GLOSS.match(row.text, longest):
                    return taxonomy, longest
        return None

    def _tags(self, rows: list[Row], section: Section) -> list[Row]:
        """Values of the three taxonomies, and the line after each that explains it."""
        page, left, explains = self.page, [], False
        for row in rows:
            value = self._value(row, section)
            if value and value[0] in page.tags and page.tags[value[0]].text == row.text:
                page.context.append(row)
            elif value and value[0] not in page.tags:
                taxonomy, end = value
                page.tags[taxonomy] = row.part(0, end)
                if end < len(row.text):
                    page.context.append(row.part(end))
                explains = True
            elif not value and explains and not self._is_else(row, section):
                page.context.append(row)
                explains = section.says in STATED
            else:
                left.append(row)
        if left and section.says in STATED and section.says not in page.tags:
            page.unknown.append((left[0], section.says))
            page.context.extend(left[1:])
            return []
        return left

    def _is_else(self, row: Row, section: Section) -> bool:
        """Whether a row after a value cannot explain it: near the page's name, texts do not."""
        return bool(self.words.risk.match(row.text)) or (not section.title and is_text(row))

    def _risks(self, rows: list[Row], section: Section) -> list[Row]:
        left = []
        title = section.title.text if section.title else ""
        for row in rows:
            expected = "risk" in section.told and row.text.startswith(("Primary", "Other"))
            if expected or self.words.risk.match(row.text):
                role = "other" if self.page.risks else "primary"
                if _OTHER.search(title) or _PRIMARY.search(title):
                    role = "primary" if _PRIMARY.search(title) else "other"
                risks([row], self.page, self.words, role)
            elif "risk" in section.told and self.words.unknown_label_at_end(row.text) == 0:
                self.page.unknown.append((row, "risk"))
            else:
                left.append(row)
        return left

    def _text(self, rows: list[Row], section: Section) -> None:
        """What is left: the opening, the reasoning, the description."""
        page = self.page
        if not section.title:
            rows = self._opening(rows)
        elif section.says == "definition":
            rows = self._defined(rows)
        elif section.says == "rationale" and rows and page.rationale is None:
            page.rationale, rows = rows[0], rows[1:]
            if rows and "parent" not in self.told and is_name(rows[-1]):
                page.parent = rows.pop()
            page.stray.extend(rows)
            return
        elif section.kind not in ("", "description"):
            page.stray.extend(rows)
            return
        self._description(rows, section)

    def _opening(self, rows: list[Row]) -> list[Row]:
        """Take the name, the banners and the definition; the rows of description."""
        page = self.page
        name = next((i for i, row in enumerate(rows) if row.heading == 1), 0)
        if rows and rows[name].heading == 1:
            page.name = rows[name]
        rows = [row for row in rows if row is not page.name]
        while rows and is_banner(rows[0]):
            page.banners.append(rows.pop(0))
        if "definition" in self.told or not rows:
            return rows
        return self._defined(rows)

    def _defined(self, rows: list[Row]) -> list[Row]:
        """Take the definition and "Also in" after it; the rows that follow."""
        page = self.page
        also = next((i for i, row in enumerate(rows) if says_also_in(row)), None)
        if also is None or page.also_in:
            first = next((i for i, row in enumerate(rows) if is_text(row)), -1)
            if page.definition or first < 0:
                return rows
            page.definition = rows[first]
            page.stray.extend(rows[:first])
            return rows[first + 1 :]
        end = also + 1
        if rows[also].text == ALSO_IN and end < len(rows):  # markup may set the label apart
            page.context.append(rows[also])
            page.also_in, end = rows[end], end + 1
        else:
            page.also_in = rows[also].part(len(ALSO_IN))
        before = rows[:also]
        if before and page.definition is None:
            page.definition = before.pop()
        page.stray.extend(before)
        return rows[end:]

    def _description(self, rows: list[Row], section: Section) -> None:
        """Texts; a link alone that is a name leads to the parent."""
        page = self.page
        page.banners += [row for row in rows if is_notice(row)]
        rows = [row for row in rows if not is_notice(row)]
        links = [row for row in rows if row.linked and is_name(row)]
        if len(links) == 1 and "parent" not in self.told and page.parent is None:
            page.parent = links.pop()
        page.stray.extend(links)
        rows = [r for r in rows if r is not page.parent and not (r.linked and is_name(r))]
        if not rows:
            return
        begun = bool(page.description)
        late = bool(page.cards or page.tags or page.authors or page.risks)
        if begun and self.described is not self.last:
            page.stray.extend(rows)
        elif late and section.title and not begun and not section.says:
            page.doubtful += [(row, "the description, or what the site adds") for row in rows]
        else:
            page.description += rows
            self.described = section
