"""What a PDF says of itself beside its pages: hints, believed where the first pages print them.

Most files say the name of a template, of a draft or of a secretary.
"""

import re
from collections.abc import Iterable, Mapping

from lxml import etree

from pipeline.ingest.metadata import metadata_lines
from pipeline.model import Issue, Level
from pipeline.model.text import fold, freeze

_PACKET = re.compile(rb"<x:xmpmeta\b.{0,200000}?</x:xmpmeta>", re.DOTALL)
_DC = "{http://purl.org/dc/elements/1.1/}"
_PRISM = re.compile(r"\{http://prismstandard\.org/namespaces/basic/[\d.]+/\}doi")
# What programs write where nobody said anything; of these nobody wants to hear.
_TEMPLATE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*|untitled.*|document\s*\d*|powerpoint presentation|"
    r"(?:slide|page|layout) ?\d+|anonymous|unspecified|unknown|admin\w*|user|author|title|"
    r".*\.(?:docx?|pdf|indd|tex|pptx?|qxd|dvi|rtf|odt|xlsx?)",
    re.IGNORECASE,
)


_BREAK = re.compile(r"(?<=\w)[-\u2010]\n(?=[a-z])")  # within a word, perhaps


def hinted(data: bytes, info: Mapping[str, str], printed: Iterable[str]) -> tuple[str, list[Issue]]:
    """The metadata lines that the first pages print, and an issue for what they do not.

    `info` is the document information dictionary, `printed` the passages of the first pages.
    """
    shown = " ".join(printed)
    words = f" {fold(shown)} {fold(_BREAK.sub('', shown))} "
    said = [("title", info.get("Title", "")), ("author", info.get("Author", "")), *_packet(data)]
    believed, doubted = [], dict[str, str]()
    for key, value in said:
        value = " ".join(freeze(value).split())
        if not fold(value):
            continue
        if f" {fold(value)} " in words:
            believed.append((key, value))
        elif not _TEMPLATE.fullmatch(value):
            doubted.setdefault(f"{key} {fold(value)}", f"the {key} {value[:300]!r}")
    return "\n".join(metadata_lines(believed)), [_issue(what) for what in doubted.values()]


def _packet(data: bytes) -> list[tuple[str, str]]:
    """Title, authors and DOI of the XMP packet, where the file has one that is not packed."""
    found = _PACKET.search(data)
    if not found:
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree = etree.fromstring(found[0], parser)
    except etree.XMLSyntaxError:
        return []
    said = []
    for element in tree.iter(etree.Element):
        tag = str(element.tag)
        if tag == f"{_DC}title":
            said.append(("title", "".join(map(str, element.itertext()))))
        elif tag == f"{_DC}creator":
            said += [
                ("author", "".join(map(str, item.itertext()))) for item in element.iter("{*}li")
            ]
        elif _PRISM.fullmatch(tag):
            said.append(("doi", element.text or ""))
    return said


def _issue(what: str) -> Issue:
    message = f"The file gives {what}, which its first pages do not print: it is not taken."
    return Issue(code="metadata-not-printed", level=Level.INFO, message=message, stage="ingest")
