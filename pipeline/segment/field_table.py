"""Measures as blocks of rows: "Principle | Fairness", "Definition | ...", "Rationale | ...".

The first column names the field, the next holds its words; the row that names a measure begins the
next one. A cell cut by the end of a page goes on in the first row of the next table.
"""

from collections.abc import Iterator

from pipeline.model import Block, BlockKind, Document, Part, Segment, SegmentKind, Span
from pipeline.model.text import normal_form, snake_case
from pipeline.rule import Rules
from pipeline.segment.passage import flat, trail_of
from pipeline.segment.sentences import sentences

_ROLES = ("description", "rationale", "label", "name", "measure")
_FEWEST = 2  # measures that make such a table: one alone may be a form
_COLUMNS = 2
Row = tuple[str, Block, Block]


def segment(document: Document, rules: Rules, way: str) -> Iterator[Segment]:
    """Yield one segment for each block of rows that names and describes a measure."""
    for trail, rows in _series(document, rules):
        measures = [group for group in _groups(rows) if {"name", "description"} <= group.keys()]
        if len(measures) < _FEWEST:
            continue
        for group in measures:
            parts = tuple(_parts(document, group, rules, way))
            yield Segment(
                kind=SegmentKind.MEASURE,
                way=way,
                explicit=rules.find("column.measure", _head(document, group["name"][0]))
                is not None,
                heading=trail_of(document, trail, f"reader:{way}"),
                parts=parts,
            )


def _series(document: Document, rules: Rules) -> Iterator[tuple[tuple[Block, ...], list[Row]]]:
    """The rows of fields of neighbouring tables, with the headings above the first."""
    tables = {table.number: table for table in document.tables}
    trail: tuple[Block, ...] = ()
    rows: list[Row] = []
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            if rows:
                yield trail, rows
            rows = []
            trail = (*(above for above in trail if above.level < block.level), block)
        elif block.cell and block.cell.table in tables:
            for row in tables.pop(block.cell.table).rows:
                if len(row) != _COLUMNS or row[0] is None or row[1] is None:
                    continue
                head = _head(document, row[0])
                role = next((r for r in _ROLES if rules.find(f"column.{r}", head)), "")
                rows.append(("name" if role == "measure" else role, row[0], row[1]))
    if rows:
        yield trail, rows


def _groups(rows: list[Row]) -> Iterator[dict[str, tuple[Block, Block]]]:
    """The fields of each measure by role; a row without one is a detail under its own head."""
    group: dict[str, tuple[Block, Block]] = {}
    for role, head, cell in rows:
        if role in group or role == "name":
            if "name" in group:
                yield group
            group = {}
        group.setdefault(role or f"details.{head.span.start}", (head, cell))
    if "name" in group:
        yield group


def _parts(
    document: Document, group: dict[str, tuple[Block, Block]], rules: Rules, way: str
) -> Iterator[Part]:
    for role, (head, cell) in group.items():
        title = normal_form(document.quote(head.span))
        field = f"details.{snake_case(title) or 'field'}" if role.startswith("details.") else role
        said = _first_measure(document, cell, rules) if role in ("description", "rationale") else (
            cell.span)  # fmt: skip
        yield Part(field=field, title=title, provenance=(document.cite(said, f"reader:{way}"),))


def _first_measure(document: Document, cell: Block, rules: Rules) -> Span:
    """The words of a cell up to the next sentence that states a duty: that is another measure."""
    found = sentences(document, cell.span)
    end = found[0].end
    for sentence in found[1:]:
        if rules.find("measure", flat(document, sentence)):
            break
        end = sentence.end
    return Span(found[0].start, end)


def _head(document: Document, block: Block) -> str:
    return normal_form(document.quote(block.span)).rstrip(":")
