"""A saved web page as something to look at: its words, its tables and its own small pictures.

By list of what is allowed, so that what nobody thought of is left out: no script, handler, form,
frame, style, drawing, link that does anything, and nothing that is loaded from anywhere.
"""

import base64
import hashlib
import re
from email import message_from_bytes
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml.etree import _Element as Element

from pipeline.ingest.decode import decode
from pipeline.ingest.html.parse import parse

KEPT = frozenset(
    {
        "a", "abbr", "address", "article", "aside", "b", "blockquote", "br", "caption", "center",
        "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em",
        "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i",
        "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section",
        "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
        "thead", "time", "tr", "u", "ul", "var",
    }
)  # fmt: skip
# With all that is in them. What is in neither list loses its tag and keeps its words: so does what
# has no end tag, for the parser takes the rest of the page for its content.
DROPPED = frozenset(
    {
        "applet", "audio", "button", "canvas", "datalist", "frameset", "head", "iframe", "map",
        "math", "meter", "noscript", "object", "option", "picture", "portal", "progress", "script",
        "select", "slot", "style", "svg", "template", "textarea", "title", "video",
    }
)  # fmt: skip
VOID = frozenset({"br", "col", "hr", "img"})
NUMBERS = {"colspan", "rowspan", "start", "span", "value"}
TEXTS = {"title", "lang", "abbr", "datetime"}
DIRECTIONS = {"ltr", "rtl", "auto"}
PICTURE = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP", re.DOTALL)
TYPES = ((b"\x89P", "png"), (b"\xff\xd8", "jpeg"), (b"GI", "gif"), (b"RI", "webp"))
LARGEST, ALL = 2 * 1024 * 1024, 12 * 1024 * 1024  # bytes of one picture, and of all in a page
STYLE = (
    "html{color-scheme:light dark}body{max-width:46rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;"
    "font:15px/1.6 Charter,Cambria,Georgia,serif;overflow-wrap:anywhere}"
    "h1,h2,h3,h4{line-height:1.25}img{max-width:100%;height:auto}table{border-collapse:collapse}"
    "td,th{border:1px solid #8886;padding:.3rem .5rem;vertical-align:top;text-align:left}"
    "pre{white-space:pre-wrap}.link{text-decoration:underline;text-decoration-style:dotted}"
    ".picture{color:GrayText;font-style:italic}"
)
# The page may do nothing but wear this style and show its own pictures.
POLICY = (
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
HEAD = (
    f'<!doctype html>\n<meta charset="utf-8">\n<title>Saved page</title>\n<style>{STYLE}</style>\n'
)


def inert(data: bytes, file: Path) -> str:
    """The page in `data`, saved as `file` (beside which its pictures may lie), as inert HTML."""
    root, _ = parse(_markup(data))
    if root is None:
        return HEAD
    out = [HEAD]
    _Writer(out, _Pictures(file)).write(root)
    return "".join(out)


def _markup(data: bytes) -> str:
    if re.match(
        rb"(?is)\s*(from|mime-version|content-type|snapshot-content-location):", data[:500]
    ):
        archive = message_from_bytes(data)
        for part in archive.walk():
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                body = part.get_payload(decode=True)
                charset = part.get_content_charset()
                return decode(
                    body if isinstance(body, bytes) else b"", header=charset, markup=True
                ).text
        return ""
    return decode(data, markup=True).text


class _Pictures:
    """The pictures that lie beside a saved page, in the folder that the browser made for it."""

    def __init__(self, file: Path) -> None:
        self.folder = file.with_name(f"{file.stem}_files")
        self.left = ALL

    def get(self, source: str) -> str | None:
        """A picture as a `data:` URL: one of the page's own, small enough; else None."""
        data = self._inline(source) if source.startswith("data:") else self._beside(source)
        if data is None or len(data) > min(LARGEST, self.left) or not PICTURE.match(data):
            return None
        self.left -= len(data)
        kind = next(kind for magic, kind in TYPES if data.startswith(magic))
        return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"

    def _inline(self, source: str) -> bytes | None:
        head, comma, body = source.partition(",")
        if not comma or not head.endswith(";base64") or len(body) > 2 * LARGEST:
            return None
        try:
            return base64.b64decode(unquote(body))
        except ValueError:
            return None

    def _beside(self, source: str) -> bytes | None:
        parts = urlsplit(source) if len(source) < 1000 else None
        if parts is None or parts.scheme or parts.netloc:
            return None
        folder, _, name = unquote(parts.path).removeprefix("./").rpartition("/")
        picture = self.folder / name
        if folder != self.folder.name or name.startswith(".") or "\0" in name:
            return None
        try:
            if picture.is_symlink() or picture.stat().st_size > LARGEST:
                return None
            return picture.read_bytes()
        except OSError:
            return None


class _Writer:
    """Writes a tree without what is not allowed; a stack of its own, for trees are deep."""

    def __init__(self, out: list[str], pictures: _Pictures) -> None:
        self.out, self.pictures = out, pictures

    def write(self, root: Element) -> None:
        todo: list[Element | str] = [root]
        while todo:
            item = todo.pop()
            if isinstance(item, str):
                self.out.append(item)
                continue
            if item.tail and item is not root:
                todo.append(escape(item.tail))
            name = str(item.tag).lower()
            if name in DROPPED:
                continue
            if name == "img":
                self._picture(item)
                continue
            if name in KEPT:
                self.out.append(f"<{name}{_attributes(name, item)}>")
                if name in VOID:
                    continue
                todo.append(f"</{name}>")
            todo += reversed(item)
            if item.text:
                self.out.append(escape(item.text))

    def _picture(self, item: Element) -> None:
        words = item.get("alt", "")
        if source := self.pictures.get(item.get("src", "").strip()):
            self.out.append(f'<img src="{source}" alt="{escape(words)}">')
        elif words.strip():
            self.out.append(f'<span class="picture">{escape(words)}</span>')


def _attributes(name: str, item: Element) -> str:
    kept = []
    for key, given in item.items():
        low, value = str(key).lower(), str(given)
        if (
            (low in NUMBERS and value.strip().isdecimal() and len(value) < 6)
            or (low in TEXTS and len(value) < 2000)
            or (low == "dir" and value.strip().lower() in DIRECTIONS)
        ):
            kept.append(f' {low}="{escape(value)}"')
    href = item.get("href", "").strip() if name == "a" else ""
    # Where a link leads is told, not followed: the frame that shows this opens nothing.
    if href.lower().startswith(("http:", "https:")) and len(href) < 2000:
        kept.append(f' class="link" title="{escape(href)}"')
    return "".join(kept)
