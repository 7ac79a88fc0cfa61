"""The difference of two runs for people: a page, and lines for a terminal."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from pipeline.run.difference import BETWEEN, COSMETIC, Difference, FieldChange, RecordChange
from pipeline.run.page import page
from pipeline.run.show import counted, printable
from pipeline.store import write

SHOWN = 300  # documents with their records on a page: more helps nobody
MOST_WORDS = 3000  # of two texts together that are compared word by word
AROUND = 8  # words that are shown on either side of a change
_PIECES = re.compile(r"\s+|[\w'’-]+|.", re.DOTALL)

Piece = tuple[str, str]  # same, out, in or cut; and the text


def pieces(change: FieldChange) -> list[Piece]:
    """What was taken out and put in: tag by tag, or word by word with a few words around."""
    before, after = change.before, change.after
    if change.field.startswith("tags."):
        return _tags(before.split(BETWEEN), after.split(BETWEEN))
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if not before or not after or len(old) + len(new) > MOST_WORDS:
        return [piece for piece in (("out", before), ("in", after)) if piece[1]]
    found: list[Piece] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.4:  # nothing to follow from word to word
        return [("out", before), ("in", after)]
    steps = matcher.get_opcodes()
    for at, (step, a, b, c, d) in enumerate(steps):
        if step == "equal":
            found += _around(old[a:b], at == 0, at == len(steps) - 1)
            continue
        found += [("out", "".join(old[a:b]))] if a < b else []
        found += [("in", "".join(new[c:d]))] if c < d else []
    return found


def _tags(old: list[str], new: list[str]) -> list[Piece]:
    marked = [("same" if tag in old else "in", tag) for tag in new]
    marked = [("out", tag) for tag in old if tag not in new] + marked
    told = [piece for piece in marked if piece[1]]
    return [piece for one in told for piece in (("same", BETWEEN), one)][1:]


def _around(same: list[str], first: bool, last: bool) -> list[Piece]:
    near = 2 * AROUND  # every other piece is a space
    head = "" if first else "".join(same[:near])
    tail = "" if last else "".join(same[-near:])
    if len(same) <= (1 if first or last else 2) * near + 4:
        return [("same", "".join(same))]
    return [piece for piece in (("same", head), ("cut", "…"), ("same", tail)) if piece[1]]


def field_in_words(name: str) -> str:
    """A field as people say it."""
    if name.startswith("tags."):
        return f"{name.removeprefix('tags.')} tags"
    return name.removeprefix("details.").replace("_", " ")


def change_in_words(change: FieldChange | RecordChange) -> str:
    """How it changed, as people say it."""
    return {"footing": "the words it rests on", "proposal": "the extractor now proposes"}.get(
        change.kind, change.kind
    )


def headline(found: Difference) -> str:
    """The difference in one sentence."""
    records = found.records
    parts = [
        counted(records[kind], f"record {kind}").replace(f"record {kind}s", f"records {kind}")
        for kind in ("added", "changed", "removed", "lost")
        if records[kind]
    ]
    others = [one for one in found.documents if one.kind in ("new", "gone", "set aside", "read")]
    if not parts and not others:
        only = counted(records[COSMETIC], "record") if records[COSMETIC] else ""
        return f"Nothing but the looks of {only} changed" if only else "Nothing changed"
    if not parts:
        return f"{counted(len(others), 'document')} came or went, no record changed"
    return ", ".join(parts)


def difference_page(found: Difference) -> str:
    """The page: what changed and why on top, then each document with its records."""
    content = [one for one in found.documents if one.kind != COSMETIC]
    cosmetic = [one for one in found.documents if one.kind == COSMETIC]
    return page(
        "difference.html",
        found=found,
        headline=headline(found),
        documents=content[:SHOWN],
        cosmetic=cosmetic[:SHOWN],
        not_shown=max(0, len(content) - SHOWN) + max(0, len(cosmetic) - SHOWN),
        pieces=pieces,
        field_in_words=field_in_words,
        change_in_words=change_in_words,
        COSMETIC=COSMETIC,
    )


def write_difference(found: Difference, file: Path) -> None:
    """Write the page. Raises OSError."""
    write(file, difference_page(found))


def difference_lines(found: Difference) -> Iterator[str]:
    """What changed, in lines."""
    yield f"{headline(found)}."
    for cause, count in found.causes.items():
        yield f"  {count:,} because of {cause}"
    if found.waiting:
        yield f"  for a curator again: {counted(found.waiting, 'record')}"
    for one in found.documents:
        why = "; ".join(f"{cause}: {', '.join(parts)}" for cause, parts in one.why.items())
        said = f" {one.trouble}" if one.trouble else ""
        yield printable(f"{one.name}: {one.kind}{said}{f' ({why})' if why else ''}")
        for change in one.fields:
            yield from _field_lines(change, "  ")
        if one.kind == "new":
            yield f"  {counted(len(one.records), 'record')}"
            continue
        for record in one.records:
            because = f" [{', '.join(record.causes)}]" if record.causes else ""
            yield printable(f"  {record.kind} {record.title}{because}")
            for change in record.fields:
                yield from _field_lines(change, "    ")
            if record.waits:
                yield printable(f"    waits again: {', '.join(record.waits)}")


def _field_lines(change: FieldChange, indent: str) -> Iterator[str]:
    marks = {"same": "{}", "out": "[-{}-]", "in": "{{+{}+}}", "cut": " {} "}
    shown = "".join(marks[kind].format(text) for kind, text in pieces(change))
    how = f" ({change_in_words(change)})" if change.kind not in ("changed", "added") else ""
    yield printable(f"{indent}{field_in_words(change.field)}{how}: {' '.join(shown.split())}")
