"""Measures as rows of a table: an id column, a measure column, other columns as details.

A full-width row above rows names what they belong to; one below them holds for all of them. A
table without heads goes on the one before it, over page breaks, when it has as many columns.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from pipeline.model import (
    Block,
    BlockKind,
    Document,
    Issue,
    Level,
    Part,
    Segment,
    SegmentKind,
    Span,
    Table,
)
from pipeline.model.text import fold, normal_form, snake_case
from pipeline.rule import Rules
from pipeline.segment import field_table
from pipeline.segment.duty_column import duties
from pipeline.segment.items import is_list_column, items, known_items, split
from pipeline.segment.passage import flat, labelled, trail_of
from pipeline.segment.reading import Reading

WAY = "control_table"
_NAMED = 5  # words at most, in the middle, of a column of names
_TOLD = 7  # ... and at least of one of sentences
_ROLES = ("label", "measure", "name", "description", "rationale")
Cells = tuple[Block | None, ...]


@dataclass
class Group:
    """The rows under one head and one band. `roles` maps a role to its column.

    `cued` says that only what the cells say tells which column holds the measures.
    """

    trail: tuple[Block, ...]
    head: Cells
    roles: dict[str, int]
    cued: bool = False
    rows: list[Cells] = field(default_factory=list)
    trailers: list[Block] = field(default_factory=list)

    @property
    def explicit(self) -> bool:
        """Whether the table catalogues measures: it numbers them, or names and describes them.

        A lone column of measures may as well be the last one of a table of risks.
        """
        if self.cued:
            return False
        return "label" in self.roles or {"name", "description"} & self.roles.keys() != set()


def segment(document: Document, rules: Rules, reading: Reading | None = None) -> Iterator[Segment]:
    """Yield one segment for each row, or block of rows, that states a measure."""
    yield from field_table.segment(document, rules, WAY)
    groups = list(_groups(document, rules, reading or Reading(document, rules)))
    titles = _titles(groups, document)
    cells_under: dict[str, list[Span]] = {}
    for group in groups:
        for column, title in enumerate(titles[group.head]):
            cells = [row[column] for row in group.rows]
            cells_under.setdefault(title, []).extend(cell.span for cell in cells if cell)
    known = {
        title: known_items(document, cells)
        for title, cells in cells_under.items()
        if is_list_column(document, cells)
    }
    trailer_titles = Counter(
        _title(document, found[0].label)
        for group in groups
        for trailer in group.trailers
        if (found := labelled(document, trailer))
    )
    for group in groups:
        shared = tuple(_trailer(document, block, trailer_titles) for block in group.trailers)
        heading = trail_of(document, group.trail, f"reader:{WAY}")
        for row in group.rows:
            parts, issues = _parts(document, group, row, titles[group.head], known, rules)
            if parts and not _says_nothing(parts, rules):
                yield Segment(
                    kind=SegmentKind.MEASURE,
                    way=WAY,
                    explicit=group.explicit,
                    heading=heading,
                    parts=(*parts, *(part for part in shared if part)),
                    issues=issues,
                )


def _groups(document: Document, rules: Rules, reading: Reading) -> Iterator[Group]:
    """The row groups of all tables that state measures."""
    group: Group | None = None
    for table, trail in _tables(document):
        band: Block | None = None
        rows = _rows(document, table, rules)
        continues = (
            group is not None
            and _width(rows) in (1, len(group.head))
            and trail == tuple(block for block in group.trail if block.kind is BlockKind.HEADING)
        )
        group = group if continues else None
        for position, row in enumerate(rows):
            whole = _full_width(row)
            if whole and group and group.rows and not _opens(rows[position + 1 :]):
                group.trailers.append(whole)
            elif whole:
                band = whole
            elif (
                roles := _roles(document, row, rules, _about(document, trail, rules))
            ) is not None:
                if (
                    group
                    and band is None
                    and not group.trailers
                    and _same_head(document, group.head, row)
                ):
                    continue  # a head repeated on the next page
                group = Group((*trail, band) if band else trail, row, roles)
                band = None
                yield group
            elif (
                position == 0
                and group is None
                and (roles := duties(document, row, rows[1:], trail, rules, reading))
            ):
                group = Group(trail, row, roles, cued=True)
                yield group
            elif group and (moved := _moved(document, group, row)):
                group = Group(group.trail, row, moved, group.cued)
                yield group
            elif group and len(row) == len(group.head):
                if band or group.trailers:
                    above = (*trail, band) if band else group.trail
                    group = Group(above, group.head, group.roles, group.cued)
                    band = None
                    yield group
                group.rows.append(row)


def _rows(document: Document, table: Table, rules: Rules) -> list[Cells]:
    """The rows of a table; a head of two rows is one: the lower names, if they tell roles."""
    rows = [row for row in table.rows if any(row)]
    heads = [row for row in rows if all(cell.cell and cell.cell.head for cell in row if cell)]
    if len(heads) != 2:
        return rows
    lowest = tuple((over or (None,))[-1] for over in table.heads)
    told = _roles(document, lowest, rules, about=False) is not None
    place = rows.index(heads[0])
    return [*rows[:place], lowest if told else heads[0], *rows[rows.index(heads[1]) + 1 :]]


def _tables(document: Document) -> Iterator[tuple[Table, tuple[Block, ...]]]:
    """Each table with the headings above its first cell."""
    tables = {table.number: table for table in document.tables}
    trail: tuple[Block, ...] = ()
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            trail = (*(above for above in trail if above.level < block.level), block)
        elif block.cell and block.cell.table in tables:
            yield tables.pop(block.cell.table), trail


def _width(rows: list[Cells]) -> int:
    return max((len(row) for row in rows), default=0)


def _full_width(row: Cells) -> Block | None:
    """The one cell of a row that is merged over several columns, or is all there is; or None.

    Readers may disagree by a column about the width of a table, so merged is enough.
    """
    present = [cell for cell in row if cell]
    if len(present) != 1 or present[0].cell is None:
        return None
    return present[0] if present[0].cell.columns > 1 or len(row) == 1 else None


def _opens(below: list[Cells]) -> bool:
    """Whether the rows below a full-width row belong to it: a head or a row comes next."""
    return bool(below) and _full_width(below[0]) is None


def _about(document: Document, trail: tuple[Block, ...], rules: Rules) -> bool:
    """Whether the heading right above a table announces measures."""
    return (
        bool(trail) and rules.find("section.measures", flat(document, trail[-1].span)) is not None
    )


def _roles(document: Document, row: Cells, rules: Rules, about: bool) -> dict[str, int] | None:
    """The columns by role when `row` is the head of a table of measures; else None.

    "Techniques" are measures only in a section `about` measures.
    """
    roles: dict[str, int] = {}
    for column, cell in enumerate(row):
        if cell is None:
            continue
        head = normal_form(document.quote(cell.span))
        for role in _ROLES:
            if role not in roles and rules.find(f"column.{role}", head):
                roles[role] = column
                break
            if (
                role == "measure"
                and role not in roles
                and about
                and rules.find("column.kind", head)
            ):
                roles[role] = column
                break
    if about and "measure" not in roles and {"name", "description"} <= roles.keys():
        roles["measure"] = roles.pop("name")  # "ID | Name | Description" below "Mitigations"
    return roles if "measure" in roles and len(row) > 1 else None


def _same_head(document: Document, head: Cells, row: Cells) -> bool:
    return [cell and fold(document.quote(cell.span)) for cell in head] == [
        cell and fold(document.quote(cell.span)) for cell in row
    ]


def _moved(document: Document, group: Group, row: Cells) -> dict[str, int] | None:
    """The roles by column where a row says the head again, its columns parted otherwise."""
    said = {fold(document.quote(cell.span)): column for column, cell in enumerate(row) if cell}
    heads = [fold(document.quote(cell.span)) if cell else "" for cell in group.head]
    if len(said) < 2 or not said.keys() <= set(heads):
        return None
    roles = {r: said[heads[c]] for r, c in group.roles.items() if heads[c] in said}
    return roles if "measure" in roles else None


def _title(document: Document, span: Span) -> str:
    return normal_form(document.quote(span)).rstrip(":")


def _titles(groups: list[Group], document: Document) -> dict[Cells, tuple[str, ...]]:
    """The titles of each head's columns; a rare printing gives way to the usual one it is part of.

    Tables of one series have one set of heads: where a head differs from the usual head of its
    column and all its words are among the usual one's, it is a slip of the pen.
    """
    printed = {
        group.head: tuple(_title(document, cell.span) if cell else "" for cell in group.head)
        for group in groups
    }
    usual: dict[tuple[int, int], Counter[str]] = {}
    for group in groups:
        for column, title in enumerate(printed[group.head]):
            usual.setdefault((len(group.head), column), Counter())[title] += len(group.rows)
    return {
        head: tuple(_usual(title, usual[len(head), column]) for column, title in enumerate(titles))
        for head, titles in printed.items()
    }


def _usual(title: str, titles: Counter[str]) -> str:
    """The commonest title that says all that `title` says, if it is commoner; else `title`."""
    words = _stems(title)
    fuller = [
        (count, other)
        for other, count in titles.items()
        if count > titles[title] and words and words < _stems(other)
    ]
    return max(fuller)[1] if fuller else title


def _stems(title: str) -> set[str]:
    return {word.removesuffix("s") for word in fold(title).split()}


def _parts(
    document: Document,
    group: Group,
    row: Cells,
    titles: tuple[str, ...],
    known: dict[str, frozenset[str]],
    rules: Rules,
) -> tuple[tuple[Part, ...], tuple[Issue, ...]]:
    """The fields of one row; nothing when its measure cell is empty."""
    fields = _fields(_described(document, group, titles, rules), titles)
    parts: list[Part] = []
    issues: list[Issue] = []
    for column, cell in enumerate(row):
        if cell is None:
            continue
        title, made_by = titles[column], f"reader:{WAY}"
        spans, many = [cell.span], False
        if column not in group.roles.values() and title in known:
            spans, mended = items(document, cell.span, known[title])
            many = True
            if mended:
                issues.append(
                    Issue(
                        code="separator-mended",
                        level=Level.INFO,
                        message=f"a comma stands for a semicolon in the list under {title!r}",
                        span=cell.span,
                        stage="segment",
                    )
                )
        cited = tuple(
            document.cite(span, made_by) for span in spans if document.quote(span).strip()
        )
        if cited:
            parts.append(Part(field=fields[column], title=title, provenance=cited, items=many))
    if any(part.field == "description" for part in parts):
        return tuple(parts), tuple(issues)
    return (), ()


def _says_nothing(parts: tuple[Part, ...], rules: Rules) -> bool:
    """Whether a survey's answer is that there is no measure."""
    (said,) = (part for part in parts if part.field == "description")
    return rules.find("answer.nothing", normal_form(said.provenance[0].quote)) is not None


def _fields(roles: dict[str, int], titles: tuple[str, ...]) -> list[str]:
    """The record field of each column. A measure column beside descriptions holds names."""
    column_of = dict(roles)
    if "description" in column_of and "name" not in column_of:
        column_of["name"] = column_of.pop("measure")
    elif "description" not in column_of:
        column_of["description"] = column_of.pop("measure")
    named = {column: role for role, column in column_of.items() if role != "measure"}
    return [
        named.get(column, f"details.{snake_case(title) or f'column_{column + 1}'}")
        for column, title in enumerate(titles)
    ]


def _described(
    document: Document, group: Group, titles: tuple[str, ...], rules: Rules
) -> dict[str, int]:
    """The roles of the columns, and the one that says what the measures are if they are only named.

    It is the first of sentences behind a column of names, whatever stands over it, but for one
    of risks, limits, examples or evidence.
    """
    roles = group.roles
    if "description" in roles or _length(document, group, roles["measure"]) > _NAMED:
        return roles
    for column in range(roles["measure"] + 1, len(titles)):
        aside = rules.find("column.aside", titles[column])
        if column in roles.values() or aside or not titles[column]:
            continue
        if _length(document, group, column) >= _TOLD:
            return {**roles, "description": column}
    return roles


def _length(document: Document, group: Group, column: int) -> float:
    """The median number of words in the cells of a column."""
    cells = [row[column] for row in group.rows]
    return median([len(document.quote(cell.span).split()) for cell in cells if cell] or [0])


def _trailer(document: Document, block: Block, titles: Counter[str]) -> Part | None:
    """What a full-width row below the rows says of all of them: a labelled list or a note."""
    made_by = f"reader:{WAY}"
    found = labelled(document, block)
    if not found:
        return Part(field="details.note", provenance=(document.cite(block.span, made_by),))
    label, text = found[0]
    if text.end == text.start:
        return None
    title = _usual(_title(document, label), titles)
    separator = ";" if ";" in document.quote(text) else ","
    cited = tuple(document.cite(span, made_by) for span in split(document, text, separator))
    return Part(field=f"details.{snake_case(title)}", title=title, provenance=cited, items=True)
