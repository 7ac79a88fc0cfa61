"""Markup to a tree, whatever the markup: no network, no entities but HTML's, no depth too deep."""

import re

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.model import Issue, Level

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*)([^<>]*)>")
_LONG_TAG = re.compile(r"(<[A-Za-z][^\s/<>]*)[^<>]{8000,}")
_MOST_ATTRIBUTES = 1_000  # the parser's time grows with their square: 200,000 took eight minutes
_DEEPEST = 1_000  # the parser gives up at 2,048, and all that follows is lost
_VOID = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr",
    }
)  # fmt: skip
_UNBROKEN = frozenset(
    {"a", "b", "i", "em", "strong", "span", "font", "u", "code", "small", "sub", "sup"}
)


def versions() -> dict[str, str]:
    """The libraries that shape a page's text."""
    return {
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "lxml": ".".join(map(str, etree.LXML_VERSION[:3])),
    }


def parse(markup: str) -> tuple[Element | None, tuple[Issue, ...]]:
    """The root of the tree, None when there is nothing in it, and what had to be changed."""
    markup = _LONG_TAG.sub(_without_flood, markup)
    root, complete = _tree(markup)
    if complete:
        return root, ()
    root, _ = _tree(_flattened(markup))
    issue = Issue(
        code="too-deep",
        level=Level.WARNING,
        message=f"Tags nested deeper than {_DEEPEST} were read without their structure.",
        stage="ingest",
    )
    return root, (issue,)


def _tree(markup: str) -> tuple[Element | None, bool]:
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(markup.encode(), parser)
    except etree.XMLSyntaxError:
        return None, True  # nothing but comments, or nothing at all
    return root, not any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)


def _without_flood(match: re.Match[str]) -> str:
    return match[1] if len(match[0].split()) > _MOST_ATTRIBUTES else match[0]


def _flattened(markup: str) -> str:
    """The markup without the tags that stand deeper than the parser goes."""
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name = match[1], match[2].lower()
        if name in _VOID or match[3].endswith("/"):
            return match[0]
        before = depth
        depth = max(0, depth - 1) if closing else depth + 1
        if max(before, depth) <= _DEEPEST:
            return match[0]
        return "" if name in _UNBROKEN else "<br>"

    return _TAG.sub(keep, markup)
