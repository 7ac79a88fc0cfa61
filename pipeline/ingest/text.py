"""Plain text and text dumps: the frozen text is the file's own, and blocks are spans of it.

Two kinds of files look alike. In one, lines were wrapped to a width, and blank lines part the
paragraphs; in the other, what a program dumped from a page, each line is a paragraph. Chunks of
lines between blank lines are judged one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.ingest.decode import decode
from pipeline.ingest.raw import Raw
from pipeline.ingest.unpaged import unpaged
from pipeline.model import Block, BlockKind, Document, Span

WIDEST_WRAP = 160  # characters; nobody wraps wider by hand or by program
_NARROWEST_WRAP = 40  # below it, lines of like length are names or codes under each other
_LONGEST_HEADING = 80
_FULL_LINES = 0.7  # share of lines that the next line's first word would not have fitted on
_SPARSE = 1 / 7  # chunks per line below which blank lines do not part paragraphs

_BULLETS = "-*+•·▪▫◦‣●○■□–➢✓"
_MARKER = re.compile(
    rf"(?:[{_BULLETS}]|\d{{1,3}}[.)]|\((?:\d{{1,3}}|[A-Za-z]|[ivxIVX]{{1,6}})\)"
    r"|[A-Za-z]\)|[a-z]\.|[ivx]{1,6}[.)])[ \t]+(?=\S)"
)
_UNDERLINE = re.compile(r"(=+|-+|~+|\*+)")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?[ \t]+(?=[^\W\d_])")


@dataclass(frozen=True)
class _Line:
    """A line without the white space at its ends; `indent` is the column it starts in."""

    span: Span
    words: str
    indent: int

    @property
    def marker(self) -> bool:
        return bool(_MARKER.match(self.words))


_Chunk = list[_Line]


def read(raw: Raw) -> Document:
    """The document of a plain text file."""
    decoded = decode(raw.data)
    return unpaged(
        raw,
        "text/plain",
        decoded.text,
        blocks_of(decoded.text),
        issues=decoded.issues,
        made_by=decoded.made_by,
    )


def blocks_of(text: str) -> list[Block]:
    """The blocks of a frozen text in order: all of it but white space and underlines."""
    chunks = list(_chunks(text))
    lines = sum(map(len, chunks))
    spaced = len(chunks) > 1 and len(chunks) >= lines * _SPARSE
    blocks: list[Block] = []
    for before, chunk, after in zip([[], *chunks], chunks, [*chunks[1:], []], strict=False):
        blocks.extend(_blocks_of_chunk(before, chunk, after, spaced))
    return blocks


def _chunks(text: str) -> Iterator[_Chunk]:
    chunk: _Chunk = []
    start = 0
    for line in text.split("\n"):
        if words := line.strip():
            before = line[: len(line) - len(line.lstrip())]
            at = start + len(before)
            indent = len(before.expandtabs(4))
            chunk.append(_Line(Span(at, at + len(words)), words, indent))
        elif chunk:
            yield chunk
            chunk = []
        start += len(line) + 1
    if chunk:
        yield chunk


def _blocks_of_chunk(before: _Chunk, chunk: _Chunk, after: _Chunk, spaced: bool) -> Iterator[Block]:
    while len(chunk) > 1 and _underlines(chunk[1], chunk[0]):
        yield _block(BlockKind.HEADING, chunk[:1], 1 if chunk[1].words[0] in "=*" else 2)
        chunk = chunk[2:]
    if level := _heading_level(before, chunk, after):
        yield _block(BlockKind.HEADING, chunk, level)
        return
    indents: list[int] = []  # of the markers that the line stands under
    joined = _joined(chunk, spaced)
    for group in _groups(chunk, joined):
        first = group[0]
        if first.marker:
            while indents and indents[-1] >= first.indent:
                indents.pop()
            indents.append(first.indent)
            yield _block(BlockKind.LIST_ITEM, group, len(indents))
        else:
            yield _block(BlockKind.PARAGRAPH, group)


def _groups(chunk: _Chunk, joined: bool) -> Iterator[_Chunk]:
    """Lines that make one block: from a list marker to the next, or one, or all of them."""
    group: _Chunk = []
    for line in chunk:
        hangs = bool(group) and group[0].marker and line.indent > group[0].indent
        if group and (line.marker or not (joined or hangs)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _joined(chunk: _Chunk, spaced: bool) -> bool:
    """Whether the line ends within a chunk mean nothing."""
    widths = [line.indent + len(line.words) for line in chunk]
    width = max(widths, default=0)
    if len(chunk) < 2 or width > WIDEST_WRAP:
        return False
    if spaced:
        return True
    pairs = list(pairwise(chunk))
    full = sum(
        line.indent + len(line.words) + 1 + len(after.words.split(None, 1)[0]) > width
        for line, after in pairs
    )
    # The widest line is always full, so two lines show nothing.
    return len(chunk) > 2 and width >= _NARROWEST_WRAP and full >= _FULL_LINES * len(pairs)


def _underlines(line: _Line, above: _Line) -> bool:
    """Whether a line is a rule drawn under the words above it."""
    return (
        _UNDERLINE.fullmatch(line.words) is not None
        and abs(len(line.words) - len(above.words)) <= 3
        and len(line.words) >= 3
        and _UNDERLINE.fullmatch(above.words) is None
    )


def _heading_level(before: _Chunk, chunk: _Chunk, after: _Chunk) -> int:
    """The level of a chunk that is a heading; 0 for all that does not convince."""
    if len(chunk) != 1 or not after:
        return 0
    words = chunk[0].words
    if len(words) > _LONGEST_HEADING or words.endswith((".", ",", ";")):
        return 0
    if chunk[0].marker and (after[0].marker or (before and before[0].marker)):
        return 0  # an item of a list with blank lines in it
    if numbered := _NUMBERED.match(words):
        return 1 + numbered[1].count(".")
    letters = sum(character.isalpha() for character in words)
    return 1 if words.isupper() and letters >= 4 and not chunk[0].marker else 0


def _block(kind: BlockKind, lines: _Chunk, level: int = 0) -> Block:
    return Block(kind=kind, span=Span(lines[0].span.start, lines[-1].span.end), level=level)
