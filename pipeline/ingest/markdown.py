"""Markdown: read as the page that it makes, so that blocks are what its readers see."""

import re
from collections.abc import Iterator

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

from pipeline.ingest.decode import decode
from pipeline.ingest.html import read_markup
from pipeline.ingest.metadata import is_key, metadata_lines
from pipeline.ingest.raw import Raw
from pipeline.ingest.text import blocks_of
from pipeline.ingest.unpaged import unpaged
from pipeline.model import Document, Issue, Level
from pipeline.version import version

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^[\w'\"-]+[ \t]*:", re.MULTILINE)
_LONGEST_FRONT = 65_536  # characters: the YAML parser takes a second for ten times as many
_DEEPEST = 40  # the Markdown parser calls itself, and drops what stands deeper
# Within one paragraph the Markdown parser may take the square of its length.
_LONGEST_PARAGRAPH = 100_000
_NOTE = re.compile(r"\[\^([^\]\s]{1,80})\]:[ \t]+(?=\S)")
_NOTE_REFERENCE = re.compile(r"\[\^[^\]\s]{1,80}\]")
_DIRECTIVE = re.compile(r"^[ \t]*(?:\{%[^\n]*%\}|\{:[^}\n]*\})[ \t]*$", re.MULTILINE)
_GAP = re.compile(r"\n[ \t]*\n")


def read(raw: Raw) -> Document:
    """The document of a Markdown file, its front matter as METADATA."""
    decoded = decode(raw.data)
    front, body = _parted(decoded.text)
    lines, issues = _metadata(front)
    issues = [*decoded.issues, *issues]
    made_by = {
        **decoded.made_by,
        "PyYAML": version("PyYAML"),
        "markdown-it-py": version("markdown-it-py"),
    }
    page = _page(body)
    if page is None:
        issues.append(
            _issue(
                "not-markdown",
                Level.WARNING,
                "The file is nested too deep for Markdown, or has a paragraph that is too long; "
                "it was read as plain text.",
            )
        )
        return unpaged(
            raw,
            "text/markdown",
            decoded.text,
            blocks_of(decoded.text),
            issues=issues,
            made_by=made_by,
        )
    return read_markup(raw, page, "text/markdown", metadata=lines, issues=issues, made_by=made_by)


# --- the page ------------------------------------------------------------------------------------


def _page(body: str) -> str | None:
    """The page that a text in Markdown makes; None where the parser would lose some of it."""
    if max(map(len, _GAP.split(body))) > _LONGEST_PARAGRAPH:
        return None
    reader = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    # Prose in HTML is indented more often than code in documents of this field.
    reader.disable("code")
    reader.block.ruler.before("reference", "note", _note, {"alt": ["paragraph", "reference"]})
    reader.inline.ruler.before("link", "note_reference", _note_reference)
    reader.core.ruler.after("block", "directives", _without_directives)
    try:
        tokens = reader.parse(body)
    except RecursionError:
        return None
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        return None
    return str(reader.renderer.render(tokens, reader.options, {}))


def _note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A footnote: `[^name]: text`, and the lines that follow up to a blank one or the next note."""

    def begins(line: int) -> bool:
        at = state.bMarks[line] + state.tShift[line]
        return _NOTE.match(state.src, at, state.eMarks[line]) is not None

    if state.is_code_block(start) or not begins(start):
        return False
    if silent:
        return True
    after = start + 1
    while after < end and not state.isEmpty(after) and not begins(after):
        after += 1
    state.push("note_open", "div", 1).attrs = {"role": "doc-footnote"}
    inline = state.push("inline", "", 0)
    inline.content = state.getLines(start, after, state.blkIndent, False).strip()
    inline.map = [start, after]
    inline.children = []
    state.push("note_close", "div", -1)
    state.line = after
    return True


def _note_reference(state: StateInline, silent: bool) -> bool:
    match = _NOTE_REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("note_open", "sup", 1).attrs = {"role": "doc-noteref"}
        state.push("text", "", 0).content = match[0]
        state.push("note_close", "sup", -1)
    state.pos = match.end()
    return True


def _without_directives(state: StateCore) -> None:
    """Leave out what site generators put in for themselves, which no reader sees."""
    for token in state.tokens:
        if token.type == "inline" and "{" in token.content:
            token.content = _DIRECTIVE.sub("", token.content).strip()


# --- its front matter ----------------------------------------------------------------------------


class _Loader(yaml.BaseLoader):
    """Reads YAML to strings, lists and mappings; refuses aliases, which can grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def _parted(text: str) -> tuple[str, str]:
    """The front matter, without its fences, and the text after it."""
    match = _FRONT.match(text)
    if match is None or not _FIELD.search(match[1]):
        return "", text  # text between two rules
    return match[1], text[match.end() :]


def _metadata(front: str) -> tuple[list[str], list[Issue]]:
    """The lines of metadata in front matter; all of it in one piece where it is no clean YAML."""
    if not front:
        return [], []
    try:
        said = yaml.load(front, _Loader) if len(front) <= _LONGEST_FRONT else None
    except (yaml.YAMLError, RecursionError, ValueError):
        said = None
    if not isinstance(said, dict):
        message = "The front matter cannot be read as YAML: it was kept as it stands."
        return [front.strip()], [_issue("front-matter", Level.WARNING, message)]
    issues = []
    if others := [name for name in said if not is_key(str(name))]:
        message = f"Fields of the front matter that were left out: {', '.join(map(str, others))}."
        issues.append(_issue("front-matter", Level.INFO, message))
    pairs = [(str(name), words) for name, value in said.items() for words in _words(value)]
    return list(metadata_lines(pairs)), issues


def _words(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict) and isinstance(item.get("name"), str):
            yield item["name"]


def _issue(code: str, level: Level, message: str) -> Issue:
    return Issue(code=code, level=level, message=message, stage="ingest")
