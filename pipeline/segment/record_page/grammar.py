"""The grammar of a record page, read from the top, and what is certain of it when it is cut.

A field is stated only when no way in which the page may go on would read it otherwise. One
exception is made: a long paragraph right after the definition (`cards.CERTAIN` characters) is taken
for the description before "Reasoning" has been seen, for cut pages mostly end there.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pipeline.segment.record_page.cards import lead, listed, roles
from pipeline.segment.record_page.family import is_banner
from pipeline.segment.record_page.glue import ALSO_IN, AUTHORS, REASONING, STATED, Words
from pipeline.segment.record_page.page import Page
from pipeline.segment.record_page.rows import Row

_LONGEST_STAGE = 60
_OPENING = 8
_FAMILY_GIVEN = re.compile(r"(?:[^\W\d_a-z][^\s,;]*|v[ao]n|de[rnl]?|d[aiou]s?|la|le|al|bin|zu|y)\b")
_FUNCTION_WORDS = re.compile(
    r"an?|and|are|as|at|be|by|for|from|in|into|is|its?|of|on|or|that|the|their|to|via|which|with"
)


def parse(rows: Sequence[Row], words: Words) -> Page:
    """Read the rows of a record page; `rows` without furniture and section titles of markup."""
    page = Page()
    body = _opening(list(rows), page)
    if body is None:
        return page
    reasoning = next(
        (i for i, r in enumerate(body) if r.closed and REASONING.fullmatch(r.text)), None
    )
    reasoned = reasoning is not None
    if reasoning is not None:
        page.description = body[:reasoning]
        page.context.append(body[reasoning])
        page.ends_in = "the reasoning"
        if reasoning + 1 < len(body):
            page.rationale = body[reasoning + 1]
        body = body[reasoning + 2 :]
    elif body:
        page.ends_in = "the description"
    pieces = _taken_apart(body, words, begun=reasoned)
    tags = _tags_at(pieces, words)
    labels = [i for i, piece in enumerate(pieces[: tags[0] if tags else None]) if piece.label]
    tail_from = labels[-1] + 1 if labels else 0
    authors = _authors_at(pieces, tail_from, tags, bool(labels), reasoned)
    if tags is None and authors is not None:
        tags = _stage_after(pieces, authors, words)
    known = tags is not None or authors is not None
    if labels:
        page.ends_in = "the list of other measures"
    before = pieces[: labels[0]] if labels else pieces[: _lead_end(pieces, authors, tags)]
    later = [pieces[i + 1].text for i in labels[:-1] if not pieces[i + 1].label]
    card = lead(before, page, later, words, reasoned=reasoned, known=known, has_label=bool(labels))
    listed(pieces, labels, card, page)
    roles(page, known)
    if authors is not None:
        _source(pieces, tail_from, authors, tags, page, after_cards=bool(labels))
    elif labels:
        rest = pieces[tail_from : tags[0]] if tags else pieces[tail_from:]
        (page.stray if known else page.undecided).extend(rest)
    if tags is not None:
        _tags(pieces, *tags, page, words)
    return page


def _opening(rows: list[Row], page: Page) -> list[Row] | None:
    """Read down to "Also in"; the rows after it, or None when the page is cut before they begin."""
    page.name = next((row for row in rows if row.heading == 1), None)
    rows = [row for row in rows if row is not page.name]
    head = rows[:_OPENING]
    also = next((i for i, row in enumerate(head) if i and says_also_in(row)), None)
    start = max((i + 1 for i, row in enumerate(head) if is_banner(row)), default=0)
    if also is not None and also > start:
        start = also - 1
    page.banners = rows[:start]
    rest = rows[start:]
    if len(rest) < 2:
        page.undecided = rest
        return None
    page.definition, following = rest[0], rest[1]
    if not says_also_in(following):
        if not following.closed and ALSO_IN.startswith(following.text):
            page.definition, page.undecided = None, rest
            return None
        return rest[1:]
    if following.text == ALSO_IN and len(rest) > 2:  # markup may set the label apart
        page.context.append(following)
        label, body = rest[2], rest[3:]
    else:
        label, body = following.part(len(ALSO_IN)), rest[2:]
    if not label.text or not label.closed:
        page.definition, page.undecided = None, rest
        return None
    page.also_in = label
    return body


def says_also_in(row: Row) -> bool:
    """Whether a row is "Also in", with or without the category."""
    return row.text == ALSO_IN or row.text.startswith(f"{ALSO_IN} ")


def _taken_apart(rows: Sequence[Row], words: Words, begun: bool) -> list[Row]:
    """Rows with each known label parted from the name that is glued to it."""
    pieces: list[Row] = []
    for i, row in enumerate(rows):
        end = words.label_end(row.text, begun or _begins(rows[i + 1 : i + 3], words))
        kind: Literal["known", "unknown", "glued"] = "known"
        named = bool(pieces) and not pieces[-1].label
        if end is None and begun and named and row.closed and words.unknown(row.text):
            end = words.before_stage(row.text)
            kind = "glued" if end is None else "unknown"
            end = len(row.text) if end is None else end
        if end is None or (end == len(row.text) and not row.closed):
            pieces.append(row)
            continue
        begun = True
        pieces.append(replace(row.part(0, end), label=kind, closed=True))
        if end < len(row.text):
            pieces.append(row.part(end))
    return pieces


def _begins(after: Sequence[Row], words: Words) -> bool:
    """Whether cards or the source go on right away: then a name in lower case may be glued here."""
    return any(
        words.label_end(row.text, begun=True) is not None or AUTHORS.fullmatch(row.text)
        for row in after
    )


def _tags_at(pieces: Sequence[Row], words: Words) -> tuple[int, int] | None:
    """Where the stage is and how far apart the values are: two with glosses between, else one."""
    best: tuple[int, int, int] | None = None
    for step in (2, 1):
        for start in range(len(pieces)):
            block = pieces[start : start + 2 * step + 1]
            if any(piece.label for piece in block):
                continue
            values = block[::step]
            found = sum(
                value.closed and value.text in labels
                for value, labels in zip(values, words.stated, strict=False)
            )
            if found >= 2 and (best is None or found > best[0]):
                best = (found, start, step)
    return best[1:] if best else None


def _stage_after(pieces: Sequence[Row], authors: int, words: Words) -> tuple[int, int] | None:
    """After a source only its abstract and the stage can come: a stage alone is one there."""
    for i in range(authors + 1, len(pieces)):
        if pieces[i].closed and pieces[i].text in words.stated[0]:
            return i, 2
    return None


def _authors_at(
    pieces: Sequence[Row],
    start: int,
    tags: tuple[int, int] | None,
    after_cards: bool,
    reasoned: bool,
) -> int | None:
    """The row of authors and year, once it cannot be anything else."""
    end = tags[0] if tags else len(pieces)
    title = 0 if start and pieces[start - 1].label == "glued" else 1
    found = [
        i
        for i in range(start + title, end)
        if (pieces[i].closed or tags) and AUTHORS.fullmatch(pieces[i].text)
    ]
    strict = next((i for i in found if names_people(pieces[i].text)), None)
    if after_cards:
        i = start + title
        certain = i in found and (strict == i or tags or i + 1 < end)
        return i if certain else (strict if strict is not None else None)
    if strict is not None:
        return strict
    # A title may end in a year itself, and the authors come right after it: until the row behind is
    # whole, neither is certain.
    settled = found and found[0] + 1 < end and pieces[found[0] + 1].closed
    if not found or not (tags or (reasoned and settled)):
        return None
    return found[1] if len(found) > 1 and found[1] == found[0] + 1 else found[0]


def names_people(text: str) -> bool:
    """Whether a row before a year lists people as `Family, Given; Family, Given`."""
    found = AUTHORS.fullmatch(text)
    people = (found["authors"] or "").split(";") if found else []
    return (
        any("," in person for person in people)
        and all(len(person.replace(",", " ").split()) <= 7 for person in people)
        and all(
            _FAMILY_GIVEN.match(word)
            for person in people
            if "," in person
            for word in person.replace(",", " ").split()
        )
    )


def _lead_end(pieces: Sequence[Row], authors: int | None, tags: tuple[int, int] | None) -> int:
    if authors is not None:
        return authors - 1
    return tags[0] if tags else len(pieces)


def _source(
    pieces: Sequence[Row],
    start: int,
    authors: int,
    tags: tuple[int, int] | None,
    page: Page,
    after_cards: bool,
) -> None:
    page.authors = [pieces[authors]]
    if not pieces[authors - 1].label:
        page.title = pieces[authors - 1]
    page.ends_in = "the source"
    if after_cards:
        page.stray.extend(pieces[start : max(start, authors - 1)])
    abstract = list(pieces[authors + 1 : tags[0] if tags else len(pieces)])
    certain = 0
    while certain < len(abstract) and len(abstract[certain].text) > _LONGEST_STAGE:
        certain += 1
    page.abstract = abstract if tags else abstract[:certain]
    page.undecided.extend([] if tags else abstract[certain:])
    if abstract:
        page.ends_in = "the abstract"


def _tags(pieces: Sequence[Row], start: int, step: int, page: Page, words: Words) -> None:
    page.ends_in = "the tags"
    for i, (taxonomy, labels) in enumerate(zip(STATED, words.stated, strict=True)):
        block = pieces[start + i * step : start + (i + 1) * step]
        if not block:
            continue
        value, glosses = block[0], block[1:]
        page.context.extend(glosses)
        if value.text in labels and value.closed:
            page.tags[taxonomy] = value
        elif value.closed or glosses:
            page.unknown.append((value, taxonomy))
        else:
            page.undecided.append(value)
    after = pieces[start + len(STATED) * step :]
    whole = len(pieces) >= start + len(STATED) * step
    if not after:
        page.complete = whole and (step == 1 or _looks_whole(pieces[-1], words))
        return
    page.complete = True
    risks(after, page, words)


def _looks_whole(gloss: Row, words: Words) -> bool:
    """Whether a gloss at the very end of the text may be all of it.

    Most pages end so, without a newline. A function word or comma at its end shows a cut, and so
    does a last word that is only the beginning of a known one.
    """
    if gloss.closed:
        return True
    last = gloss.text.lower().split()[-1]
    if len(gloss.text.split()) < 4 or not last.isalnum() or _FUNCTION_WORDS.fullmatch(last):
        return last.endswith(".")
    known = last in words.vocabulary
    return known or not any(word.startswith(last) for word in words.vocabulary)


def risks(rows: Sequence[Row], page: Page, words: Words, role: str = "") -> None:
    """Read `Primary`, a risk, `Other`, more risks, with or without line ends between them.

    `role`: what a heading said of them already.
    """
    for row in rows:
        at, before = 0, len(page.risks)
        while at < len(row.text):
            rest = row.text[at:]
            head = next((word for word in ("Primary", "Other") if rest.startswith(word)), None)
            if risk := words.risk.match(rest) if role else None:
                page.risks.append((row.part(at, at + risk.end()).span, role))
                at += risk.end()
            elif head and (role or rest == head):
                role, at = head.lower(), at + len(head)
                page.ends_in = "the risks"
            elif not row.closed and (role or any(w.startswith(rest) for w in ("Primary", "Other"))):
                page.undecided.append(row.part(at))
                page.complete = False
                return
            else:
                (page.unknown.append((row.part(at), "risk")) if role else page.stray.append(row))
                break
            at += len(row.text[at:]) - len(row.text[at:].lstrip())
        if at and len(page.risks) == before and role:
            page.context.append(row)
    if role == "primary":
        page.complete = False
