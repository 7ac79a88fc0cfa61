"""The text of one block as it grows: white space as a browser prints it, inlines in place."""

import re

from pipeline.model import Inline, Span
from pipeline.model.text import freeze

_SPACES = re.compile(r"[ \t\n\r\f]+")


class Flow:
    """Gathers the text of a block, then gives it away whole.

    At most one inline of each kind is open at a time, so that a page of unclosed tags stays linear
    to read. One that is open when the block ends goes on in the next.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._space = False
        self._open: dict[str, tuple[int, str]] = {}
        self._inlines: list[tuple[str, int, int, str]] = []

    @property
    def empty(self) -> bool:
        """Whether nothing that prints was written."""
        return not self._length

    @property
    def at_line_start(self) -> bool:
        """Whether the next character begins a line."""
        return not self._length or self._pieces[-1] == "\n"

    def write(self, text: str) -> None:
        """Add text, its white space folded."""
        # Asking first is five times faster: most pieces of a page have single blanks only.
        spaced = "  " in text or "\n" in text or "\t" in text or "\r" in text or "\f" in text
        folded = _SPACES.sub(" ", text) if spaced else text
        self._space = self._space or folded[:1] == " "
        if words := folded.strip(" "):
            if self._space and not self.at_line_start:
                self._append(" ")
            self._append(words)
            self._space = folded[-1] == " "

    def write_as_is(self, text: str) -> None:
        """Add text with its white space, as in `pre`."""
        text = text.replace("\r\n", "\n")
        if self.empty:
            text = text.lstrip("\n")
        if text:
            if self._space and not self.at_line_start:
                self._append(" ")
            self._space = False
            self._append(text)

    def write_marker(self, marker: str) -> None:
        """Add a list marker; inlines that were opened just before begin after it."""
        here = self._next
        self._append(marker)
        self._space = False
        for kind, (start, href) in self._open.items():
            if start == here:
                self._open[kind] = (self._length, href)

    def break_line(self) -> None:
        """End the line; nothing at the start of a block."""
        self._space = False
        if not self.empty:
            self._append("\n")

    def open(self, kind: str, href: str = "") -> bool:
        """Begin an inline; False when one of its kind is open already."""
        if kind in self._open:
            return False
        self._open[kind] = (self._next, href)
        return True

    def close(self, kind: str) -> None:
        """End the inline of that kind."""
        start, href = self._open.pop(kind)
        self._note(kind, start, href)

    def take(self) -> tuple[str, list[Inline]]:
        """The block's frozen text and inlines; the flow is empty afterwards."""
        for kind, (start, href) in self._open.items():
            self._note(kind, start, href)
            self._open[kind] = (0, href)
        text = "".join(self._pieces).rstrip(" \n")
        # Printable ASCII is frozen as it is; to ask costs a tenth of freezing.
        plain = text.isascii() and text.replace("\n", "").isprintable()
        frozen = text if plain else freeze(text)
        inlines = []
        # Freezing changes the length where an entity spells an accent apart from its letter. A
        # place that is no longer sure is not given.
        if len(frozen) == len(text):
            for kind, start, end, href in sorted(self._inlines):
                words = frozen[start:end]
                start += len(words) - len(words.lstrip(" \n"))
                span = Span(start, start + len(words.strip(" \n")))
                if span.start < span.end:
                    inlines.append(Inline(kind=kind, span=span, href=href or None))
        self._pieces, self._length, self._space, self._inlines = [], 0, False, []
        return frozen, sorted(inlines, key=lambda inline: inline.span)

    @property
    def _next(self) -> int:
        return self._length + (self._space and not self.at_line_start)

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _note(self, kind: str, start: int, href: str) -> None:
        if start < self._length:
            self._inlines.append((kind, start, self._length, href))
