"""Taxonomies as SKOS in Turtle; Turtle and JSON-LD come back."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from pipeline.export import Corpus, Unreadable, Wanted
from pipeline.export.plain_json import loads
from pipeline.export.taxonomies import chosen
from pipeline.model.text import slug
from pipeline.taxonomy import Taxonomy, TaxonomyError, make_taxonomy

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

FILE = "taxonomies.ttl"
OURS = "urn:gleaner:"

# SKOS keeps no order: what is ordered in a taxonomy stands in lists of our own beside it.
CONTEXT: Mapping[str, Any] = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "schema": "https://schema.org/",
    "gleaner": OURS,
    "inScheme": {"@id": "skos:inScheme", "@type": "@id"},
    "broader": {"@id": "skos:broader", "@type": "@id"},
    "hasTopConcept": {"@id": "skos:hasTopConcept", "@type": "@id", "@container": "@set"},
    "concepts": {"@id": "gleaner:concepts", "@type": "@id", "@container": "@list"},
    "also": {"@id": "gleaner:also", "@container": "@list"},
    "examples": {"@id": "gleaner:examples", "@container": "@list"},
}
_SCHEME = {
    "id": "dct:identifier",
    "title": "dct:title",
    "version": "owl:versionInfo",
    "source": "dct:source",
    "url": "schema:url",
    "licence": "dct:rights",
    "primary": "gleaner:primary",
}
_CONCEPT = {
    "code": "skos:notation",
    "label": "skos:prefLabel",
    "definition": "skos:definition",
    "scope": "skos:scopeNote",
}
_UNPRINTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write the taxonomies as one graph. Raises ValueError for what RDF cannot carry."""
    out.write_text(as_turtle(chosen(corpus, wanted)), encoding="utf-8")


def as_turtle(taxonomies: Iterable[Taxonomy]) -> str:
    """Taxonomies as Turtle."""
    from rdflib import Graph

    graph = Graph().parse(data=as_json_ld(taxonomies), format="json-ld")
    return graph.serialize(format="turtle").strip() + "\n"


def as_json_ld(taxonomies: Iterable[Taxonomy]) -> str:
    """Taxonomies as JSON-LD that needs nothing from elsewhere to be understood."""
    graph = [node for taxonomy in taxonomies for node in _nodes(taxonomy)]
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=2, ensure_ascii=False)
    return text + "\n"


def uri(taxonomy: str, code: str = "") -> str:
    """The name of a taxonomy, or of a concept, among all things."""
    end = f":{quote(code, safe='')}" if code else ""
    return f"{OURS}taxonomy:{quote(taxonomy, safe='')}{end}"


def of_uri(name: str) -> tuple[str, str] | None:
    """The taxonomy and the code that such a name means, if it is one of ours."""
    parts = name.removeprefix(f"{OURS}taxonomy:").split(":")
    if not name.startswith(f"{OURS}taxonomy:") or len(parts) != 2:
        return None
    return unquote(parts[0]), unquote(parts[1])


def _nodes(taxonomy: Taxonomy) -> Iterator[dict[str, Any]]:
    scheme = uri(taxonomy.id)
    every = [uri(taxonomy.id, concept.code) for concept in taxonomy.concepts]
    top = [uri(taxonomy.id, concept.code) for concept in taxonomy.children(None)]
    yield {
        "@id": scheme,
        "@type": "skos:ConceptScheme",
        **_literals(taxonomy, _SCHEME),
        "hasTopConcept": top,
        "concepts": every,
    }
    for concept in taxonomy.concepts:
        node: dict[str, Any] = {
            "@id": uri(taxonomy.id, concept.code),
            "@type": "skos:Concept",
            **_literals(concept, _CONCEPT),
            "inScheme": scheme,
        }
        for field, property_ in (("also", "skos:altLabel"), ("examples", "skos:example")):
            if texts := [_carried(text) for text in getattr(concept, field)]:
                node |= {property_: sorted(set(texts)), field: texts}
        if concept.parent:
            node["broader"] = uri(taxonomy.id, concept.parent)
        else:
            node["skos:topConceptOf"] = {"@id": scheme}
        if concept.label_is_ours:
            node["gleaner:labelIsOurs"] = True
        yield node


def _literals(noun: Any, names: Mapping[str, str]) -> dict[str, str]:
    found = {property_: getattr(noun, field) for field, property_ in names.items()}
    return {property_: _carried(text) for property_, text in found.items() if text is not None}


def _carried(text: str) -> str:
    if found := _UNPRINTED.search(text):
        letter = f"U+{ord(found[0]):04X}"
        raise ValueError(f"{text[:40]!r} holds {letter}, which RDF cannot carry; take it out")
    return text


# --- and back -------------------------------------------------------------------------------------


def read_taxonomies(data: bytes, name: str) -> list[Taxonomy]:
    """Each concept scheme of a file in Turtle or JSON-LD. Raises Unreadable.

    What SKOS leaves open is filled: a code from the concept's address, the definition from its
    label. A concept with two parents is refused, since a taxonomy here is a tree.
    """
    from rdflib import RDF, SKOS, Graph

    graph = Graph()
    try:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            said = loads(data)
            _refuse_remote(said, name)
            graph.parse(data=json.dumps(said), format="json-ld")
        else:
            graph.parse(data=data.decode("utf-8-sig"), format="turtle")
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"{name}: not SKOS in Turtle or JSON-LD: {error}") from error
    schemes = sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=str)
    if not schemes:
        raise Unreadable(f"{name}: it holds no skos:ConceptScheme.")
    try:
        return [_taxonomy(graph, scheme, name) for scheme in schemes]
    except TaxonomyError as error:
        raise Unreadable(str(error)) from error


def _refuse_remote(said: Any, name: str) -> None:
    """JSON-LD may ask to fetch what its words mean; nothing is fetched here."""
    if isinstance(said, dict):
        contexts = said.get("@context", [])
        for one in contexts if isinstance(contexts, list) else [contexts]:
            if isinstance(one, str) or (isinstance(one, dict) and "@import" in one):
                raise Unreadable(
                    f"{name}: its @context is elsewhere ({one}); put it into the file."
                )
    if isinstance(said, dict | list):
        for inner in said.values() if isinstance(said, dict) else said:
            _refuse_remote(inner, name)


def _taxonomy(graph: "Graph", scheme: "Node", name: str) -> Taxonomy:
    from rdflib import DCTERMS, SKOS

    fields = {field: _one(graph, scheme, term) for field, term in _SCHEME.items()}
    title = fields["title"] or _one(graph, scheme, "skos:prefLabel") or Path(name).stem
    nodes = {*graph.subjects(SKOS.inScheme, scheme), *graph.subjects(SKOS.topConceptOf, scheme)}
    nodes |= {*graph.objects(scheme, SKOS.hasTopConcept)}
    by_code = sorted(nodes, key=lambda node: _natural(_code(graph, node)))
    licence = fields["licence"] or str(graph.value(scheme, DCTERMS.license) or "not stated")
    raw = {
        "id": fields["id"] or slug(title),
        "title": title,
        "version": fields["version"] or "unversioned",
        "source": fields["source"] or _one(graph, scheme, "dct:creator") or str(scheme),
        "url": fields["url"],
        "licence": _line(licence),
        "primary": "one",
        "concept": [
            _concept(graph, node, name) for node in _list(graph, scheme, "concepts") or by_code
        ],
    }
    return make_taxonomy(raw, name)


def _concept(graph: "Graph", node: "Node", name: str) -> dict[str, Any]:
    from rdflib import SKOS

    label = _one(graph, node, "skos:prefLabel") or _code(graph, node)
    above = sorted({_code(graph, parent) for parent in graph.objects(node, SKOS.broader)})
    if len(above) > 1:
        parents = " and ".join(above)
        raise Unreadable(f"{name}: {_code(graph, node)} is below both {parents}; keep one.")
    return {
        "code": _code(graph, node),
        "label": label,
        "definition": _one(graph, node, "skos:definition") or label,
        "scope": _one(graph, node, "skos:scopeNote"),
        "parent": above[0] if above else None,
        "also": _texts(graph, node, "also", "skos:altLabel"),
        "examples": _texts(graph, node, "examples", "skos:example"),
        "label_is_ours": _one(graph, node, "gleaner:labelIsOurs") == "true",
    }


def _term(short: str) -> Any:
    from rdflib import URIRef

    prefix, _, local = short.partition(":")
    return URIRef(f"{CONTEXT[prefix]}{local}")


def _one(graph: "Graph", node: "Node", short: str) -> str | None:
    """The text of a property: the English one, else one without a language, else the first."""

    def rank(value: Any) -> tuple[bool, bool, str]:
        language = getattr(value, "language", None) or ""
        return not language.startswith("en"), bool(language), str(value)

    found = sorted(graph.objects(node, _term(short)), key=rank)
    return _line(str(found[0])) or None if found else None


def _texts(graph: "Graph", node: "Node", ours: str, short: str) -> list[str]:
    found = _list(graph, node, ours) or sorted(graph.objects(node, _term(short)), key=str)
    return [text for item in found if (text := _line(str(item)))]


def _list(graph: "Graph", node: "Node", ours: str) -> list["Node"]:
    head = graph.value(node, _term(f"gleaner:{ours}"))
    return list(graph.items(head)) if head is not None else []


def _code(graph: "Graph", node: "Node") -> str:
    return _one(graph, node, "skos:notation") or unquote(re.split(r"[/#:]", str(node))[-1])


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _natural(code: str) -> list[tuple[int, str]]:
    """Codes as people order them: 1.2 before 1.10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", code)]
