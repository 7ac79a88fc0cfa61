"""What files say of themselves, as METADATA blocks: one line each, `key: value`.

The keys are title, author, date, description, abstract, doi, url and publisher; a value that
comes several times (authors) has a line for each. Values are the file's own words.
"""

from collections.abc import Iterable, Iterator

from pipeline.model.text import freeze

# The first name of a key is the one that libraries rely on most; it goes first.
KEYS = {
    "title": ("citation_title", "dc.title", "og:title", "twitter:title", "title"),
    "author": (
        "citation_author", "citation_authors", "dc.creator", "parsely-author", "author", "authors",
        "article:author", "byline",
    ),
    "date": (
        "citation_publication_date", "citation_date", "citation_online_date", "citation_year",
        "dc.date.issued", "dc.issued", "dc.date", "article:published_time", "parsely-pub-date",
        "pubdate", "date", "published", "year",
    ),
    "description": (
        "dc.description", "og:description", "twitter:description", "description", "summary",
        "subtitle",
    ),
    "abstract": ("citation_abstract", "dc.description.abstract", "dc.abstract", "abstract"),
    "doi": ("citation_doi", "prism.doi", "doi", "dc.identifier.doi", "dc.identifier"),
    "url": ("citation_public_url", "canonical", "og:url", "url", "permalink"),
    "publisher": ("citation_publisher", "dc.publisher", "og:site_name", "publisher"),
}  # fmt: skip
_KEY_OF = {name: key for key, names in KEYS.items() for name in names}
_ORDER = {name: order for order, name in enumerate(_KEY_OF)}


def is_key(name: str) -> bool:
    """Whether a name that a file uses has a key here."""
    return _folded(name) in _KEY_OF


def metadata_lines(said: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The lines of (name, value) pairs: by key, the most trusted name first, each value once."""
    known = [(_folded(name), " ".join(freeze(value).split())) for name, value in said]
    known = [(name, value) for name, value in known if name in _ORDER and value]
    seen = set()
    for name, value in sorted(known, key=lambda pair: _ORDER[pair[0]]):
        key = _KEY_OF[name]
        if name == "dc.identifier" and "10." not in value:
            continue  # an identifier of another kind
        if name == "article:author" and value.startswith("http"):
            continue  # a profile, not a name
        if (key, value.casefold()) not in seen:
            seen.add((key, value.casefold()))
            yield f"{key}: {value}"


def _folded(name: str) -> str:
    return name.strip().lower().replace("dcterms.", "dc.").replace("dc:", "dc.")
