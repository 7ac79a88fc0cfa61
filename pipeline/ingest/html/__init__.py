"""Saved web pages: their structure as a browser shows it, their furniture apart."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.ingest.build import TextBuilder
from pipeline.ingest.decode import decode
from pipeline.ingest.html.head import said_by
from pipeline.ingest.html.parse import parse, versions
from pipeline.ingest.html.walk import Walker
from pipeline.ingest.metadata import metadata_lines
from pipeline.ingest.raw import Raw
from pipeline.ingest.unpaged import unpaged
from pipeline.model import BlockKind, Document, Issue, Level


def read(raw: Raw) -> Document:
    """The document of an HTML file."""
    decoded = decode(raw.data, markup=True)
    return read_markup(
        raw, decoded.text, "text/html", issues=decoded.issues, made_by=decoded.made_by
    )


def read_markup(
    raw: Raw,
    markup: str,
    media_type: str,
    *,
    said: Sequence[tuple[str, str]] = (),
    metadata: Sequence[str] | None = None,
    issues: Sequence[Issue] = (),
    made_by: Mapping[str, str],
) -> Document:
    """The document of frozen markup.

    `said` are (name, value) pairs that came with the page; `metadata` are lines to stand in place
    of those that the page's head would give.
    """
    root, changed = parse(markup)
    builder = TextBuilder()
    if metadata is None:
        metadata = list(metadata_lines([*said, *(said_by(root) if root is not None else ())]))
    for line in metadata:
        builder.add(BlockKind.METADATA, line)
    hidden = 0
    left_out = []
    if root is not None:
        walker = Walker(root, builder)
        walker.walk()
        hidden = walker.hidden
        left_out = list(_left_out(walker))
    return unpaged(
        raw,
        media_type,
        builder.text,
        builder.blocks,
        issues=(*issues, *changed, *left_out),
        hidden=hidden,
        made_by={**made_by, **versions()},
    )


def _left_out(walker: Walker) -> Iterator[Issue]:
    said = (
        ("hidden-text", walker.hidden, "Characters that the page hides from its readers"),
        ("picture-text", walker.pictured, "Characters inside drawings"),
        ("frames", walker.frames, "Frames, whose content is another page,"),
    )
    for code, count, what in said:
        if count:
            message = f"{what} were left out: {count}."
            yield Issue(code=code, level=Level.INFO, message=message, stage="ingest")
