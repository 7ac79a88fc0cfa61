"""The tree of a page to blocks, in one pass without recursion."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.ingest.build import TextBuilder
from pipeline.ingest.html.boilerplate import CODE, CONTENT, Boilerplate, hidden_length, is_hidden
from pipeline.ingest.html.flow import Flow
from pipeline.ingest.html.grid import cells_of
from pipeline.ingest.html.numeral import Listed, whole
from pipeline.model import BlockKind, Cell

# A block of these ends the one before; any other unknown tag is taken for words in a line.
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "body", "center", "details", "dialog", "div", "fieldset",
        "figure", "footer", "form", "frameset", "header", "hgroup", "hr", "html", "legend", "main",
        "nav", "noframes", "optgroup", "option", "p", "search", "section", "select", "tbody",
        "template", "textarea", "tfoot", "thead", "tr", "td", "th",
    }
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_INLINES = {
    "b": "strong", "strong": "strong", "summary": "strong", "i": "emphasis", "em": "emphasis",
    "dfn": "emphasis", "cite": "emphasis", "code": "code", "kbd": "code", "samp": "code",
    "tt": "code", "d-footnote": "note",
}  # fmt: skip
_KINDS = {
    "blockquote": BlockKind.QUOTATION,
    "figcaption": BlockKind.CAPTION,
    "caption": BlockKind.CAPTION,
}
_AS_IS = frozenset({"pre", "textarea", "listing", "xmp", "plaintext"})
_CAPTIONS = frozenset({"caption", "figcaption", "figure-caption", "wp-caption-text"})
_NOTES = frozenset({"footnotes", "footnote", "endnotes", "endnote"})
_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote", "doc-endnotes"})
_PERMALINKS = frozenset({"#", "¶", "§", "🔗"})
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_INERT = re.compile(r"(?:javascript|data|vbscript):", re.IGNORECASE)
_HAS_MARKER = re.compile(r"\s*(?:[•·▪‣◦–-]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,4})[.)])\s")
_SKIP = re.compile(r"\s*skip (?:to|over)\b", re.IGNORECASE)
_BLANK = " \t\n\r\f"


@dataclass
class _Kind:
    """What the next block is; only the first block of a list item or heading has its kind."""

    kind: BlockKind
    level: int = 0
    marker: str = ""
    once: bool = False
    heading: bool = False


_Ending = Callable[[], None]


class Walker:
    """Writes the blocks of one tree into a builder."""

    def __init__(self, root: Element, builder: TextBuilder) -> None:
        self.hidden = 0
        self.pictured = 0
        self.frames = 0
        self._root = root
        self._builder = builder
        self._boilerplate = Boilerplate(root)
        self._flow = Flow()
        self._kinds = [_Kind(BlockKind.PARAGRAPH)]
        self._begun: _Kind = self._kinds[0]
        self._lists: list[Listed] = []
        self._cells: dict[Element, Cell] = {}
        self._cell: Cell | None = None
        self._tables = 0
        self._furniture = 0
        self._content = 0
        self._as_is = 0
        self._term = False

    def walk(self) -> None:
        """Go through the tree, and write the last block."""
        endings: list[tuple[_Ending, ...]] = []
        skipped: Element | None = None
        steps = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in steps:
            if event == "start":
                if self._is_skipped(element):
                    skipped = element
                    steps.skip_subtree()
                    continue
                endings.append(self._start(element))
                if element.text:
                    self._write(element.text)
            else:
                if element is skipped:
                    skipped = None
                else:
                    for end in endings.pop():
                        end()
                if element.tail:
                    self._write(element.tail)
        self._end_block()

    # --- elements ---------------------------------------------------------------------------------

    def _is_skipped(self, element: Element) -> bool:
        if element.tag in CODE:
            return True
        if is_hidden(element):
            self._count(element)
            return True
        return self._is_permalink(element)

    def _start(self, element: Element) -> tuple[_Ending, ...]:
        """Begin an element; what its end must undo, in order."""
        tag = element.tag
        if tag == "br":
            self._break()
            return ()
        if tag == "input":
            self._write_box(element)
            return ()
        if tag == "a":
            return self._start_link(element)
        if tag in _INLINES and tag != "summary":
            return () if self._as_is else self._start_inline(_INLINES[tag])
        if tag in ("span", "font", "sup", "label", "u", "small", "sub", "img", "wbr"):
            return self._start_span(element)
        if tag in _HEADINGS or element.get("role") == "heading":
            return self._start_heading(element)
        if tag == "button" and not self._in_heading:
            return self._start_button(element)
        return self._start_block(element) if self._is_block(tag) else ()

    def _is_block(self, tag: str) -> bool:
        return (
            tag in _BLOCKS
            or tag in _LISTS
            or tag in _KINDS
            or tag in _AS_IS
            or tag in ("li", "dl", "dt", "dd", "table", "summary")
        )

    def _start_block(self, element: Element) -> tuple[_Ending, ...]:
        tag = element.tag
        endings: list[_Ending] = []
        if tag in ("ul", "ol", "menu", "dir", "dl", "table", "dt", "tr"):
            self._term = False
        self._boundary(soft=tag == "div" and self._in_heading)
        if tag in CONTENT:
            endings.append(self._counted("_content"))
        if (
            not self._furniture
            and self._cell is None
            and self._boilerplate.is_furniture(
                element, content=self._content > 0, listed=bool(self._lists)
            )
        ):
            endings.append(self._counted("_furniture"))
        if tag in _AS_IS:
            endings.append(self._counted("_as_is"))
            endings.append(self._pushed(_Kind(BlockKind.CODE)))
        elif tag in _LISTS or tag == "dl":
            endings.append(self._pushed_list(element))
            if self._kind_of(element) is BlockKind.FOOTNOTE:
                endings.append(self._pushed(_Kind(BlockKind.FOOTNOTE)))
        elif tag == "li":
            endings.append(self._pushed(self._item(element)))
        elif tag == "dt":
            return (*endings, *self._start_term(), self._boundary)
        elif tag == "dd":
            endings.append(self._pushed(self._described()))
        elif tag == "table":
            self._start_table(element)
        elif tag in ("td", "th"):
            endings.extend(self._start_cell(element))
        elif tag == "summary":
            endings.extend(self._start_inline("strong"))
        elif kind := self._kind_of(element):
            endings.append(self._pushed(_Kind(kind)))
        # The block ends before what it stood in does.
        return (self._boundary, *endings)

    def _kind_of(self, element: Element) -> BlockKind | None:
        if element.tag in _KINDS:
            return _KINDS[element.tag]
        if element.get("role") in _NOTE_ROLES:
            return BlockKind.FOOTNOTE
        if names := element.get("class"):
            classes = names.lower().split()
            if not _NOTES.isdisjoint(classes):
                return BlockKind.FOOTNOTE
            if not _CAPTIONS.isdisjoint(classes):
                return BlockKind.CAPTION
        return None

    def _start_heading(self, element: Element) -> tuple[_Ending, ...]:
        self._term = False
        self._boundary()
        said = element.get("aria-level", "2")
        self._use(self._kinds[-1])  # the title of a card in a list has no marker
        level = _HEADINGS.get(element.tag) or max(1, min(whole(said) or 2, 6))
        return (
            self._boundary,
            self._pushed(_Kind(BlockKind.HEADING, level, once=True, heading=True)),
        )

    def _start_term(self) -> tuple[_Ending, ...]:
        """A term and its first definition are one item: the term is strong, on its own line."""
        strong = self._start_inline("strong")
        pushed = self._pushed(self._described())

        def hold() -> None:
            self._term = not self._flow.empty

        return (*strong, pushed, hold)

    def _described(self) -> _Kind:
        return _Kind(BlockKind.LIST_ITEM, max(1, len(self._lists)), once=True)

    def _start_table(self, element: Element) -> None:
        if self._cell is None and (cells := cells_of(element, self._tables)):
            self._cells.update(cells)
            self._tables += 1

    def _start_cell(self, element: Element) -> list[_Ending]:
        cell = self._cells.pop(element, None)
        if cell is None or self._furniture:
            return []
        self._cell = cell
        return [self._end_cell, self._pushed(_Kind(BlockKind.CELL))]

    def _end_cell(self) -> None:
        self._end_block()
        self._cell = None

    def _start_button(self, element: Element) -> tuple[_Ending, ...]:
        if element.get("aria-expanded") or element.get("aria-controls"):
            self._boundary()  # it opens a part of the page, and is its title
            return (self._boundary,)
        if not self._flow.empty and self._cell is not None:
            return ()
        self._boundary()
        return (self._boundary, self._counted("_furniture"))

    def _start_link(self, element: Element) -> tuple[_Ending, ...]:
        href = " ".join(element.get("href", "").split())
        if href.startswith("#") and _SKIP.match(element.text or "") and not self._furniture:
            self._boundary()
            return (self._boundary, self._counted("_furniture"))
        noted = element.get("role") == "doc-noteref" or "footnote-ref" in element.get("class", "")
        if noted:
            return self._start_inline("note")
        if not href or _INERT.match(href):
            return ()
        return self._start_inline("link", href)

    def _start_span(self, element: Element) -> tuple[_Ending, ...]:
        if element.tag == "sup":
            link = next(element.iterchildren("a"), None)
            noted = element.get("role") == "doc-noteref" or (
                link is not None and link.get("href", "").startswith("#")
            )
            return self._start_inline("note") if noted else ()
        style = element.get("style")
        return self._start_inline("strong") if style and _BOLD.search(style) else ()

    def _write_box(self, element: Element) -> None:
        """A box to be ticked, where it stands in front of an item of a list or in a table."""
        listed = self._kinds[-1].kind in (BlockKind.LIST_ITEM, BlockKind.CELL)
        if listed and element.get("type") == "checkbox" and not self._furniture:
            self._write("☐ " if element.get("checked") is None else "☒ ")

    def _start_inline(self, kind: str, href: str = "") -> tuple[_Ending, ...]:
        return (lambda: self._flow.close(kind),) if self._flow.open(kind, href) else ()

    # --- what the walk stands in ------------------------------------------------------------------

    @property
    def _in_heading(self) -> bool:
        return self._kinds[-1].heading

    def _pushed(self, kind: _Kind) -> _Ending:
        self._kinds.append(kind)
        return lambda: self._drop(self._kinds)

    def _drop(self, stack: list[_Kind] | list[Listed]) -> None:
        stack.pop()

    def _counted(self, name: str) -> _Ending:
        setattr(self, name, getattr(self, name) + 1)
        return lambda: setattr(self, name, getattr(self, name) - 1)

    def _pushed_list(self, element: Element) -> _Ending:
        self._lists.append(Listed.of(element))
        return lambda: self._drop(self._lists)

    def _item(self, element: Element) -> _Kind:
        here = self._lists[-1] if self._lists else Listed()
        marker = here.marker(element)
        if self._kinds[-1].kind is BlockKind.FOOTNOTE:
            return _Kind(BlockKind.FOOTNOTE, 0, marker if here.ordered else "")
        return _Kind(BlockKind.LIST_ITEM, max(1, len(self._lists)), marker, once=True)

    # --- text -------------------------------------------------------------------------------------

    def _write(self, text: str) -> None:
        if text.strip(_BLANK):
            if self._flow.at_line_start:
                self._begin(text)
            self._term = False
        elif self._flow.empty:
            return
        if self._as_is:
            self._flow.write_as_is(text)
        else:
            self._flow.write(text)

    def _begin(self, text: str) -> None:
        """The first words of a block say what it is; those of a list item follow its marker."""
        now = self._kinds[-1]
        if self._flow.empty:
            kind = BlockKind.CELL if self._cell is not None else now.kind
            self._begun = _Kind(kind, now.level)
        marker, now.marker = now.marker, ""
        if marker and not self._furniture and not (marker == "• " and _HAS_MARKER.match(text)):
            self._flow.write_marker(marker)
        if self._flow.empty or marker or self._term or self._in_heading:
            self._use(now)

    def _use(self, kind: _Kind) -> None:
        """What follows the first block of a list item or a heading is a paragraph."""
        if kind.once:
            kind.once, kind.kind, kind.level, kind.marker = False, BlockKind.PARAGRAPH, 0, ""

    def _break(self) -> None:
        paragraph = self._begun.kind is BlockKind.PARAGRAPH and self._cell is None
        if paragraph and not self._flow.empty and self._flow.at_line_start:
            self._end_block()  # two breaks part paragraphs
        else:
            self._flow.break_line()

    def _boundary(self, *, soft: bool = False) -> None:
        if self._cell is not None or self._term or soft:
            if not self._flow.at_line_start:
                self._flow.break_line()
        else:
            self._end_block()

    def _end_block(self) -> None:
        if self._flow.empty:
            return
        text, inlines = self._flow.take()
        kind = BlockKind.FURNITURE if self._furniture else self._begun.kind
        self._builder.add(
            kind,
            text,
            level=0 if self._furniture else self._begun.level,
            cell=self._cell if kind is BlockKind.CELL else None,
            inlines=inlines,
        )

    # --- what is left out -------------------------------------------------------------------------

    def _count(self, element: Element) -> None:
        if element.tag in ("iframe", "frame"):
            self.frames += 1
        elif element.tag in ("svg", "canvas"):
            self.pictured += sum(len(text.strip()) for text in element.itertext("text", "tspan"))
        else:
            self.hidden += hidden_length(element)

    def _is_permalink(self, element: Element) -> bool:
        return (
            element.tag == "a"
            and self._in_heading
            and element.get("href", "").partition("#")[1] == "#"
            and "".join(map(str, element.itertext())).strip() in _PERMALINKS
        )
