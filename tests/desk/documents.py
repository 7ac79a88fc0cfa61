"""Documents for a desk to show: as the samples are, or made for a test."""

import io

from reportlab.pdfgen.canvas import Canvas

from pipeline.ingest import Raw, ingest
from pipeline.model import Document, RecordFile
from pipeline.store import Stage, Store, canonical, digest, read_noun, write

PDF = "samples/harbour-frontier-controls.pdf"
GUIDE = "samples/guideline-safe-procurement.md"
SURVEY = "samples/survey-safety-practices.csv"
PAGE = "samples/record-page-staged-release.html"


def document(store: Store, name: str) -> Document:
    return read_noun(Document, store.output(Stage.INGEST, name))


def put(store: Store, name: str, data: bytes) -> None:
    """A document with these bytes, read as far as the desk needs it."""
    file = store.documents / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    made = ingest(Raw(f"documents/{name}", data, digest(data)))
    write(store.output(Stage.INGEST, name), canonical(made))
    pattern = read_noun(RecordFile, store.output(Stage.ASSEMBLE, PDF))
    header = pattern.document.model_copy(
        update={
            "id": made.id,
            "path": made.path,
            "sha256": made.sha256,
            "media_type": made.media_type,
            "pages": len(made.pages),
        }
    )
    records = pattern.model_copy(update={"document": header, "records": ()})
    write(store.output(Stage.ASSEMBLE, name), canonical(records))


def pdf(pages: int, size: tuple[float, float] = (612, 792)) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True)
    for number in range(1, pages + 1):
        canvas.drawString(50, size[1] - 80, f"This is page {number} of {pages}.")
        canvas.showPage()
    canvas.save()
    return out.getvalue()
