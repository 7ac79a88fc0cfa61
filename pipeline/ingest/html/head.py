"""What a page says of itself in its head."""

from collections.abc import Iterator

from lxml.etree import _Element as Element

from pipeline.ingest.metadata import is_key


def said_by(root: Element) -> Iterator[tuple[str, str]]:
    """The (name, value) pairs of title, meta and the canonical link."""
    for meta in root.iter("meta"):
        for attribute in ("name", "property", "itemprop"):
            name = meta.get(attribute, "")
            if is_key(name):
                yield name, meta.get("content", "")
                break
    for title in root.iter("title"):
        parent = title.getparent()
        if parent is None or parent.tag != "svg":
            yield "title", "".join(map(str, title.itertext()))
            break
    for link in root.iter("link"):
        if link.get("rel", "").lower() == "canonical":
            yield "canonical", link.get("href", "")
            break
