"""Why a record says what it says, and why a document was or was not redone."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline.model import Claim, Document, Provenance, Record, RecordFile
from pipeline.run.decided import decided_on, history
from pipeline.run.fresh import Judged, Wanted, judge
from pipeline.run.outcome import SET_ASIDE, Row
from pipeline.run.show import counted, printable
from pipeline.run.state import State, as_read, lies_at
from pipeline.store import Original, Stage, Store, UnknownPath, place, read_noun

LONGEST = 300  # characters of a quote that are shown


class Unknown(Exception):
    """Neither a record nor a document; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The explanation: `lines` for people, `data` for machines."""

    lines: list[str]
    data: dict[str, Any]


def explain(store: Store, what: str) -> Explained:
    """Explain a record by its id (or the start of one) or label, or a document by its path or name.

    Raises Unknown.
    """
    path = place(what)
    if path.is_symlink() or path.exists():
        return _documents(store, path)
    name = what.removeprefix("documents/")  # a record file says where in raw/ its document is
    if store.output(Stage.INGEST, name).is_file() or store.original(name).file.is_file():
        return _documents(store, lies_at(store, name))
    found = list(_records(store, what)) or list(_decided(store, what))
    if not found:
        raise Unknown(_unknown(store, what))
    return Explained(
        [line for one in found for line in one.lines],
        found[0].data if len(found) == 1 else {"records": [one.data for one in found]},
    )


def _explained(store: Store, name: str, file: RecordFile, record: Record) -> Explained:
    told = history(store, name, record.id)
    said = record.model_dump(mode="json", by_alias=True)
    data = {"document": file.document.path, "record": said, **told.data}
    return Explained([*_record_lines(store, file, record), *told.lines], data)


def _decided(store: Store, what: str) -> Iterator[Explained]:
    """What is known of records that the extractor does not find, from the decisions on them."""
    for name, identifier in decided_on(store, what.casefold()):
        told = history(store, name, identifier)
        found = f"measure {identifier} of {name}, which the extractor does not find there now"
        yield Explained([printable(found), *told.lines], {"document": name, **told.data})


def _unknown(store: Store, what: str) -> str:
    try:
        list(store.originals([place(what)]))
    except UnknownPath as error:
        message = f"There is no record {what} in {store.extracted}, and no such file. {error.hint}"
        return message.rstrip()
    return f"There is no record {what} in {store.extracted}."


def _records(store: Store, identifier: str) -> Iterator[Explained]:
    wanted = identifier.casefold()
    needles = (f'"id": "{wanted}'.encode(), f'"label": "{wanted}"'.encode())
    for group in store.made(Stage.ASSEMBLE):
        for original in group:
            output = store.output(Stage.ASSEMBLE, original.name)
            data = output.read_bytes().lower()
            if any(needle in data for needle in needles):
                file = read_noun(RecordFile, output)
                for record in file.records:
                    if record.id.startswith(wanted) or (record.label or "").casefold() == wanted:
                        yield _explained(store, original.name, file, record)


# --- a record ------------------------------------------------------------------------------------


def _record_lines(store: Store, file: RecordFile, record: Record) -> Iterator[str]:
    document = _document(store, file)
    yield f"{record.kind} {record.id}, read as {record.way} from {file.document.path}"
    if file.source.title:
        people = ", ".join(f"{who.given} {who.family}".strip() for who in file.source.authors)
        year = f" ({file.source.year.value})" if file.source.year else ""
        yield f"source: {printable(f'{file.source.title.value}{year}')}" + (
            f", by {printable(people)}" if people else ""
        )
    if record.label:
        yield from _field("label", record.label, record.label_provenance, document)
    yield from _claim("name", record.name, document)
    if record.path:
        yield from _field("path", " > ".join(record.path), record.path_provenance, document)
    for name, others in (("parent", [record.parent]), ("children", record.children)):
        if any(others):
            yield f"{name}: {', '.join(filter(None, others))}"
    yield from _claim("description", record.description, document)
    if record.rationale:
        name = f"rationale ({record.rationale.basis})"
        yield from _field(name, record.rationale.value, record.rationale.provenance, document)
    for name, claim in record.details.items():
        yield from _claim(name, claim, document)
    for tag in record.tags:
        sure = f"{tag.role}, {tag.basis}, {tag.confidence:.2f}"
        yield f"{tag.taxonomy}: {tag.code} {tag.label} ({sure})"
        yield f"    because {tag.why} [{tag.made_by}]"
        yield from _quotes(tag.evidence, document)
    for other in record.related:
        codes = ", ".join(f"{tag.taxonomy} {tag.code}" for tag in other.tags)
        yield f"related ({other.relation}): {other.name}{f' ({codes})' if codes else ''}"
    yield from (f"{issue.level} {issue.code}: {issue.message}" for issue in record.issues)


def _document(store: Store, file: RecordFile) -> Document | None:
    """The text that the records of a file quote, if it is still that text."""
    for name in (file.document.path.removeprefix("documents/"), file.document.path):
        output = store.output(Stage.INGEST, name)
        if output.is_file():
            document = read_noun(Document, output)
            if document.id == file.document.id:
                return document
    return None


def _claim(name: str, claim: Claim | None, document: Document | None) -> Iterator[str]:
    if claim is None:
        yield f"{name}: not found"
        return
    value = "; ".join(claim.value) if isinstance(claim.value, tuple) else str(claim.value)
    yield from _field(name, value, claim.provenance, document)


def _field(
    name: str, value: str, sources: Iterable[Provenance], document: Document | None
) -> Iterator[str]:
    yield f"{name}: {printable(value)}"
    yield from _quotes(sources, document)


def _quotes(sources: Iterable[Provenance], document: Document | None) -> Iterator[str]:
    for source in sources:
        quote = " ".join(source.quote.split())
        shown = quote if len(quote) <= LONGEST else f"{quote[: LONGEST - 1]}…"
        yield f"    “{printable(shown)}” ({_place(source, document)}) [{source.made_by}]"


def _place(source: Provenance, document: Document | None) -> str:
    pages = "–".join(map(str, dict.fromkeys((source.pages[0], source.pages[-1]))))
    if document is None:
        return f"page {pages}, characters {source.span.start}–{source.span.end}"
    start = next(page.span.start for page in document.pages if page.number == source.pages[0])
    line = document.text.count("\n", start, source.span.start) + 1
    return f"page {pages}, line {line} of its text"


# --- a document ----------------------------------------------------------------------------------


def _documents(store: Store, path: Path) -> Explained:
    with closing(State(store.extracted, read_only=True)) as state:
        originals = [*chain.from_iterable(store.originals([path]))]
        found = [judge(store, state, one, Wanted()) for one in as_read(store, state, originals)]
    if not found:
        raise Unknown(f"There is nothing to read in {path}.")
    every = [_document_data(store, item) for item in found]
    lines = [line for data in every for line in _document_lines(data)]
    return Explained(lines, every[0] if len(every) == 1 else {"documents": every})


def _document_data(store: Store, item: Judged) -> dict[str, Any]:
    original, row = item.original, item.known.row if item.known else None
    return {
        "name": original.name,
        "trouble": original.trouble.message if original.trouble else None,
        "fresh": not item.why,
        "why": list(item.why),
        "row": row.as_dict() if row else None,
        "outputs": [
            str(store.output(stage, original.name))
            for stage in Stage
            if store.output(stage, original.name).is_file()
        ],
        "records": _listed(store, original),
    }


def _listed(store: Store, original: Original) -> list[dict[str, Any]]:
    output = store.output(Stage.ASSEMBLE, original.name)
    if not output.is_file():
        return []
    try:
        records = read_noun(RecordFile, output).records
    except ValueError:
        return []
    return [{"id": record.id, "label": record.label, "said": _said(record)} for record in records]


def _said(record: Record) -> str:
    claim = record.name or record.description
    words = str(claim.value).split() if claim else []
    return " ".join(words[:12]) + (" …" if len(words) > 12 else "")


def _document_lines(data: dict[str, Any]) -> Iterator[str]:
    yield printable(data["name"])
    if data["trouble"]:
        yield f"  cannot be opened: {printable(data['trouble'])}"
    elif data["fresh"]:
        yield "  fresh: nothing that it depends on changed since it was last tried"
    else:
        yield f"  a run would read it: {printable('; '.join(data['why']))}"
    if data["row"]:
        yield from _row_lines(Row.from_dict(data["row"]))
    yield from (f"  {output}" for output in data["outputs"])
    if data["records"]:
        yield "  records (explain one by its id):"
    for record in data["records"]:
        label = f"{record['label']} " if record["label"] else ""
        yield f"    {record['id']}  {printable(label + record['said'])}"


def _row_lines(row: Row) -> Iterator[str]:
    if row.code:
        yield f"  {row.standing}: {row.code}: {printable(row.message)}"
    if row.verdict and row.standing != SET_ASIDE:
        pages, records = counted(row.pages, "page"), counted(row.records, "record")
        yield f"  {row.verdict}: {pages}, {row.words:,} words, {records}"
    for noted in row.issues:
        if noted.message != row.message:
            count = f" ({noted.count} times)" if noted.count > 1 else ""
            yield f"  {noted.level} {noted.code}{count}: {printable(noted.message)}"
