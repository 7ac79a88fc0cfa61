"""A folder of Markdown pages for readers, linked to each other; for wikis and repositories."""

from pathlib import Path

from pipeline.export import Corpus, Wanted
from pipeline.export.pages import Pages

FILE = "markdown"


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write index.md, and a page for each document, record and concept."""
    Pages(out, "md", corpus.taxonomies).write(corpus)
