"""Taxonomies as SKOS in JSON-LD, with its context inside."""

from pathlib import Path

from pipeline.export import Corpus, Wanted
from pipeline.export.skos import as_json_ld, read_taxonomies
from pipeline.export.taxonomies import chosen

FILE = "taxonomies.jsonld"

__all__ = ["FILE", "read_taxonomies", "write"]


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the taxonomies as one graph. Raises ValueError for what RDF cannot carry."""
    out.write_text(as_json_ld(chosen(corpus, wanted)), encoding="utf-8")
