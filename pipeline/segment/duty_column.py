"""Tables that no head marks, told by their cells: one column reads like measures, the best does."""

from collections.abc import Sequence

from pipeline.model import Block, Document
from pipeline.model.text import normal_form
from pipeline.rule import Rules
from pipeline.segment.cell_list import is_list
from pipeline.segment.passage import flat
from pipeline.segment.reading import Reading

_HEAD = 8  # words of a cell of the head
_FEWEST = 2  # rows
_MOST = 0.75  # share of the cells that must lay down a duty or instruct
_LIKELY = 0.55  # chance that a cell states a measure, on average
_FEWEST_LIKELY = 3  # rows of which such an average tells something
_OTHER = ("section.other", "section.heard")
Cells = Sequence[Block | None]


def duties(
    document: Document,
    head: Cells,
    rows: Sequence[Cells],
    trail: Sequence[Block],
    rules: Rules,
    reading: Reading,
) -> dict[str, int] | None:
    """The columns by role of a table whose cells tell that it states measures; else None.

    It is the column whose cells are likeliest to state measures, or of which the most lay down a
    duty or open with an instruction; a column of topics beside it names them. Cells that hold
    lists are none: their items are read as lists.
    """
    texts = [flat(document, cell.span) if cell else "" for cell in head]
    below = [row for row in rows if len(row) == len(head)]
    titles = [flat(document, block.span) for block in trail[-1:]]
    if (
        len(below) < _FEWEST
        or any(len(text.split()) > _HEAD or _lays_down(text, rules) for text in texts)
        or any(rules.find(kind, title) for title in titles for kind in _OTHER)
    ):
        return None
    shares = {
        column: _share(document, [row[column] for row in below], rules, reading)
        for column, text in enumerate(texts)
        if text and not rules.find("column.aside", text)
    }
    best = max(shares, key=lambda column: shares[column], default=None)
    if best is None or shares[best] < 1:
        return None
    heads = (normal_form(text) for text in texts)
    topics = [c for c, text in enumerate(heads) if c != best and rules.find("column.topic", text)]
    labels = [c for c, text in enumerate(texts) if c != best and rules.find("column.label", text)]
    if labels and not topics:
        beside = range(labels[0] + 1, best)
        topics = [c for c in beside if _tells_apart(document, [row[c] for row in below])]
    roles = {"label": labels[:1], "name": topics[:1], "measure": [best]}
    return {role: columns[0] for role, columns in roles.items() if columns}


def _lays_down(head: str, rules: Rules) -> bool:
    """Whether a cell is no head but a measure; "What boards should do" is one."""
    return rules.find("measure", head) is not None and not rules.find("section.measures", head)


def _tells_apart(document: Document, cells: Cells) -> bool:
    """Whether the cells of a column between number and measure are names: short, none twice."""
    texts = [flat(document, cell.span) for cell in cells if cell]
    few = all(0 < len(text.split()) <= _HEAD for text in texts)
    return few and len(texts) == len(cells) == len(set(texts))


def _share(document: Document, cells: Cells, rules: Rules, reading: Reading) -> float:
    """How far the filled cells state measures, 1 being enough; 0 where they are few or lists."""
    full = [cell for cell in cells if cell and document.quote(cell.span).strip()]
    if len(full) < _FEWEST or any(is_list(document, cell) for cell in full):
        return 0.0
    stated = sum(rules.find("measure", flat(document, cell.span)) is not None for cell in full)
    chances = [run.chance() for cell in full if (run := reading.at(cell.span))]
    likely = sum(chances) / len(full) if len(full) >= _FEWEST_LIKELY else 0.0
    return max(stated / len(full) / _MOST, likely / _LIKELY)
