"""Records as W3C Web Annotations: quote, position and page box of each field; they come back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.lasting import name_of, write_array
from pipeline.export.passages import (
    FIELDS,
    Head,
    Quoted,
    codes,
    head_of,
    labels,
    passage_of,
    said,
)
from pipeline.export.plain_json import loads
from pipeline.model import Box, Document, Provenance, ReviewedFile, ReviewedRecord, Span

FILE = "annotations.jsonld"
CONTEXT = "http://www.w3.org/ns/anno.jsonld"
PDF = "http://tools.ietf.org/rfc/rfc3778"  # what a fragment says of a page of a PDF


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write an annotation page: for each record one annotation, with a target for each quote."""
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"@context": "{CONTEXT}", "type": "AnnotationPage",\n "items": ')
        write_array(file, _annotations(corpus))
        file.write("}\n")


def _annotations(corpus: Corpus) -> Iterator[dict[str, Any]]:
    for file in corpus.files():
        document = corpus.document(file.document.path) if file.records else None
        for record in file.records if document else ():
            if document and (passage := passage_of(record, file, document)):
                yield _annotation(record, file, document, passage.head, passage.answer)


def _annotation(
    record: ReviewedRecord, file: ReviewedFile, document: Document, head: Head, answer: str
) -> dict[str, Any]:
    bodies = [
        {"type": "TextualBody", "purpose": "tagging", "value": label}
        for label in labels(head.codes)
    ]
    if answer:
        bodies.append({"type": "TextualBody", "purpose": "assessing", "value": answer})
    targets = [
        _target(document, field, place)
        for field in FIELDS
        if (claim := getattr(record, field)) and field in head.words
        for place in claim.provenance
    ]
    return {
        "id": f"urn:uuid:{name_of('annotation', file.document.path, record.id)}",
        "type": "Annotation",
        "motivation": "identifying",
        "body": bodies,
        "target": targets,
        "gleaner": head.model_dump(mode="json"),
    }


def _target(document: Document, field: str, place: Provenance) -> dict[str, Any]:
    quote = {"exact": place.quote, "prefix": place.prefix, "suffix": place.suffix}
    position = {"start": place.span.start, "end": place.span.end}
    return {
        "source": document.path,
        "purpose": field,
        "selector": [
            {"type": "TextQuoteSelector", **quote},
            {"type": "TextPositionSelector", **position},
            *(_fragment(box) for box in place.boxes),
        ],
    }


def _fragment(box: Box) -> dict[str, str]:
    """The box of a line, in points from the top left: its left, right, top and bottom edges."""
    edges = ",".join(f"{edge:g}" for edge in (box.x0, box.x1, box.top, box.bottom))
    value = f"page={box.page}&highlight={edges}"
    return {"type": "FragmentSelector", "conformsTo": PDF, "value": value}


# --- and back -------------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Said]:
    """What the annotations say that carry a record of ours; those of others are passed over."""
    page = loads(path.read_bytes())
    items = page.get("items") if isinstance(page, dict) else page
    if not isinstance(items, list):
        raise Unreadable("not a page of annotations: it has no items.")
    for number, item in enumerate(items, start=1):
        where = f"annotation {number}"
        if not isinstance(item, dict) or "gleaner" not in item:
            continue
        try:
            yield _said(item, head_of(item["gleaner"], where), where)
        except (KeyError, TypeError, AttributeError, StopIteration) as error:
            raise Unreadable(f"{where}: not a Web Annotation ({error!r}).") from error


def _said(item: dict[str, Any], head: Head, where: str) -> Said:
    marked = []
    for target in item["target"]:
        selectors = {one["type"]: one for one in target["selector"]}
        place, words = selectors["TextPositionSelector"], selectors["TextQuoteSelector"]["exact"]
        span = Span(int(place["start"]), int(place["end"]))
        if len(words) != span.end - span.start:
            raise Unreadable(f"{where}: its quote is not as long as its place ({tuple(span)}).")
        marked.append(Quoted(target["purpose"], span, words))
    bodies = [(one.get("purpose"), one["value"]) for one in item.get("body", ())]
    chosen = codes((value for purpose, value in bodies if purpose == "tagging"), where)
    answer = next((value for purpose, value in bodies if purpose == "assessing"), "")
    return said(where, head, marked, chosen, answer)
