"""A folder of HTML pages for readers, linked to each other; no server is needed."""

from pathlib import Path

from pipeline.export import Corpus, Wanted
from pipeline.export.pages import Pages

FILE = "website"


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write index.html, and a page for each document, record and concept."""
    style = Path(__file__).with_name("templates") / "site.css"
    (out / style.name).write_bytes(style.read_bytes())
    Pages(out, "html", corpus.taxonomies).write(corpus)
