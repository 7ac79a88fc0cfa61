"""The cards of a record page, and the rows before the first of them."""

from collections.abc import Sequence

from pipeline.segment.record_page.glue import AUTHORS, Words
from pipeline.segment.record_page.page import Card, Page
from pipeline.segment.record_page.rows import Row, is_name, is_text

CERTAIN = 200  # characters of a paragraph that is description even on a cut page
LISTED = 6  # entries of its source that every page lists, less its own and its parts


def lead(
    rows: Sequence[Row],
    page: Page,
    later: Sequence[str],
    words: Words,
    *,
    reasoned: bool,
    known: bool,
    has_label: bool,
) -> Card | None:
    """Read the rows before the first label: description, parent, and the first card's name.

    `later` are the names of the other cards; `reasoned`: the description was read before;
    `known`: what follows the cards has been seen, so that no card is missing. The card has no label
    yet, and is None where there is none, or where only what is missing could tell.
    """
    if not rows:
        return None
    if not has_label:
        if reasoned and known:
            _parent(list(rows), page)
        elif reasoned:
            page.undecided.extend(rows)
        else:
            _description(rows, len(rows), page, later, words, known=known)
        return None
    texts, sure = _texts_of_first(rows, later, reasoned)
    settled = sure or known
    # What may be the name or its text stays undecided; after "Reasoning", the parent with it.
    cut = len(rows) - 1 - texts if settled else 0 if reasoned else len(rows) - 2
    if not settled:
        page.undecided.extend(rows[cut:])
    if reasoned:
        _parent(list(rows[:cut]), page)
    else:
        names = [*(row.text for row in rows[cut:]), *later]
        _description(rows, cut, page, names, words, known=known)
    if not settled:
        return None
    name = rows[cut]
    return Card(name, list(rows[len(rows) - texts :]), None, sure=sure)


def _texts_of_first(rows: Sequence[Row], later: Sequence[str], reasoned: bool) -> tuple[int, bool]:
    """How many rows at the end are the text of the first card, and whether that is certain.

    A bare parent line before a card looks like a card with a text. It is a parent when the next
    line is the first part of a later `X > Y`, or when the line itself is an entry of the list.
    """
    last = rows[-1]
    if len(rows) == 1 or not is_text(last) or " > " in last.text:
        alone = len(rows) == 3 and reasoned and is_name(rows[0]) and not is_text(last)
        return (1 if alone and " > " not in last.text else 0), True
    if reasoned and len(rows) > 2:
        return 1, True
    before = rows[-2]
    if reasoned and is_text(before):
        return 1, True
    is_parent = _listed_under(before.text, later) or any(
        name.startswith(f"{last.text} > ") for name in later
    )
    if is_parent or (not reasoned and is_text(before)):
        return 0, False
    return 1, False


def _listed_under(name: str, names: Sequence[str]) -> bool:
    return any(other == name or other.startswith(f"{name} > ") for other in names)


def _parent(rows: list[Row], page: Page) -> None:
    if rows and not is_text(rows[-1]):
        page.parent = rows.pop()
    page.stray.extend(rows)


def _description(
    lines: Sequence[Row], end: int, page: Page, names: Sequence[str], words: Words, *, known: bool
) -> None:
    """Read the first `end` rows: without a "Reasoning" nothing parts description from parent."""
    rows = list(lines[:end])
    if not known:
        certain = 0
        while certain < end and _is_certain(lines, certain, words):
            certain += 1
        page.description = rows[:certain]
        page.undecided.extend(rows[certain:])
        return
    last = rows[-1] if rows else None
    if last and is_name(last):
        rows.pop()
        if _listed_under(last.text, names) or (rows and is_text(rows[-1])):
            page.parent = last
        else:
            page.doubtful.append((last, "the end of the description, or the parent's name"))
    page.description = rows


def _is_certain(rows: Sequence[Row], i: int, words: Words) -> bool:
    """Whether a row is description, however a cut page goes on.

    It is by its length, or because three more rows follow it without a label or an author: of a
    parent, a name and a text, the label follows at once.
    """
    if len(rows[i].text) >= CERTAIN:
        return True
    after = rows[i + 1 : i + 4]
    return (
        len(after) == 3
        and after[-1].closed
        and not any(AUTHORS.fullmatch(r.text) or words.known(r.text) for r in after)
        and not any(words.unknown(r.text) or words.label_end(r.text, begun=True) for r in after)
    )


def listed(pieces: Sequence[Row], labels: Sequence[int], first: Card | None, page: Page) -> None:
    """Read the cards between labels: a name, perhaps a text, and the label that ends it."""
    hidden = False
    start = labels[0] if labels else 0
    for n, at in enumerate(labels):
        label = pieces[at]
        group = list(pieces[start + 1 : at]) if n else []
        card = first if n == 0 else Card(group[0], group[1:], None) if group else None
        start = at
        if label.label != "known":
            page.unknown.append((label, "mitigation"))
        if hidden or card is None:
            # The name is part of a line that could not be taken apart, or is not settled yet.
            (page.context if n == 0 or hidden else page.stray).extend([*group, label])
        else:
            card.label = None if label.label == "glued" else label
            page.cards.append(card)
        hidden = label.label == "glued"


def roles(page: Page, known: bool) -> None:
    """Tell the page's own parts from the first entries of its source, which come after them.

    Parts have texts. Entries of the list are `X > Y`, or an `X` before such, and all that follow.
    Of bare names before them at most `LISTED` fit into the list; those in excess are parts.
    """
    names = [card.name.text for card in page.cards]
    bare = [not card.text for card in page.cards]
    is_entry = [
        bare[i] and (" > " in name or any(n.startswith(f"{name} > ") for n in names))
        for i, name in enumerate(names)
    ]
    entries = is_entry.index(True) if True in is_entry else len(names)
    parts = max((i + 1 for i in range(entries) if not bare[i]), default=0)
    if known:
        parts = max(parts, min(entries, len(names) - LISTED))
    for i, card in enumerate(page.cards):
        if card.text and not card.sure and sum(not is_bare for is_bare in bare) == 1:
            reading = "the text of a part of this measure, or another measure"
            page.doubtful.append((card.text[-1], reading))
        if i < parts:
            card.role = "child"
        elif i >= entries or known:
            card.role = "other"
        else:
            page.undecided.extend(row for row in (card.name, card.label) if row)
    page.cards = [card for card in page.cards if card.role]
