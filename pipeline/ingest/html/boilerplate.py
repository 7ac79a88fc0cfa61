"""What of a page is not the document: furniture around it, and what no reader sees."""

import re

from lxml.etree import _Element as Element

# Never text of the page, whatever they hold.
CODE = frozenset(
    {"script", "style", "meta", "link", "base", "title", "annotation", "annotation-xml", "rp"}
)
# Shown as pictures, players or frames, or only where something fails.
NOT_SHOWN = frozenset(
    {
        "template", "noscript", "svg", "canvas", "iframe", "frame", "object", "embed", "applet",
        "audio", "video", "datalist", "noembed",
    }
)  # fmt: skip
CONTENT = frozenset({"main", "article"})

_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE
)
# Text for screen readers, and the second copy that KaTeX prints of each formula.
_HIDDEN_CLASSES = frozenset(
    {"sr-only", "visually-hidden", "screen-reader-text", "visuallyhidden", "katex-html"}
)
_FURNITURE_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menubar"})
_FURNITURE_CONTROLS = frozenset({"select", "textarea"})
# Whole class names and ids, so that `nav` says something and `navigate-risk` does not.
_HINT = re.compile(
    r"(?:(?:site|page|main|global|top|bottom|primary|secondary|mobile|left|right|js)[-_]+)*"
    r"(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|pager|sidebar|footer"
    r"|skip-?(?:link|nav|to-content)|toc|table-of-contents"
    r"|social(?:-?(?:share|sharing|media|links|icons))?|share-?(?:buttons|links|bar|icons)"
    r"|newsletter(?:-?sign-?up)?|subscribe"
    r"|cookies?-?(?:banner|consent|notice|bar|popup|message|policy-notice)|consent-?(?:banner|bar)"
    r"|gdpr|related-?(?:posts|articles|stories)|advert(?:isement)?s?|ads?)"
    r"(?:[-_]+(?:container|wrapper|bar|list|links|section|widgets?|area|inner|block|box))*"
)
_HINTED = frozenset(
    {"div", "section", "ul", "ol", "aside", "header", "footer", "form", "p", "table", "details"}
)
_LONGEST_HINT = 60
_LINKS = 4
_SHORT_LINK = 30  # characters
_LINK_SHARE = 0.9


def is_hidden(element: Element) -> bool:
    """Whether a browser shows nothing of an element and what is in it."""
    if element.tag in NOT_SHOWN:
        # Declarative shadow roots are templates that show.
        return not (element.get("shadowrootmode") or element.get("shadowmode"))
    if not element.attrib:
        return element.tag == "dialog"
    style = element.get("style")
    return (
        element.get("hidden", "until-found") != "until-found"
        or (style is not None and _HIDDEN_STYLE.search(style) is not None)
        or not _HIDDEN_CLASSES.isdisjoint(element.get("class", "").split())
        or (element.tag == "dialog" and element.get("open") is None)
    )


def hidden_length(element: Element) -> int:
    """The number of characters of text in an element that is hidden."""
    return sum(
        len((part.text or "").strip()) * (part.tag not in ("script", "style"))
        + len((part.tail or "").strip()) * (part is not element)
        for part in element.iter()
    )


class Boilerplate:
    """Judges the elements of one page, each in time that does not grow with its depth."""

    def __init__(self, root: Element) -> None:
        self._parted = next(root.iter(*CONTENT), None) is not None
        self._around_content: set[Element] = set()
        for element in root.iter("main", "article", "h1"):
            for outer in element.iterancestors():
                if outer in self._around_content:
                    break
                self._around_content.add(outer)

    def is_furniture(self, element: Element, *, content: bool, listed: bool) -> bool:
        """Whether an element is furniture.

        `content`: it is inside the page's main part or an article; `listed`: inside a list.
        """
        tag = element.tag
        if tag == "nav" or tag in _FURNITURE_CONTROLS:
            return True
        if tag in ("html", "body", *CONTENT) or element in self._around_content:
            return False
        role = element.get("role", "")
        if role.startswith("doc-"):
            return False  # a part of the document, such as its footnotes
        if role in _FURNITURE_ROLES or (role == "complementary" and not content):
            return True
        if tag in ("header", "footer", "aside"):
            return not content
        if tag in _HINTED and (element.get("class") or element.get("id")):
            hints = f"{element.get('class', '')} {element.get('id', '')}".lower().split()
            if any(len(hint) <= _LONGEST_HINT and _HINT.fullmatch(hint) for hint in hints):
                return True
        return (
            tag in ("ul", "ol")
            and self._parted
            and not content
            and not listed
            and _is_menu(element)
        )


def _is_menu(element: Element) -> bool:
    """Whether a list holds short links and hardly anything else."""
    links = [link for link in element.iter("a") if link.get("href")]
    if len(links) < _LINKS:
        return False
    linked = sum(_length(link) for link in links)
    return linked <= _SHORT_LINK * len(links) and linked >= _LINK_SHARE * _length(element)


def _length(element: Element) -> int:
    return sum(len(text.strip()) for text in element.itertext())
