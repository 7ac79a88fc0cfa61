"""The tagger by itself, for texts that are in no document."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.run.concepts import known_taxonomies
from pipeline.tag.suggest import load_suggester
from pipeline.tag.texts import TextTagger


def tag_one(text: str, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """The tags of one text, as JSON has them. Raises Unusable."""
    return _tags(_tagger(ids), text)


def tag_lines(lines: Iterable[bytes], ids: tuple[str, ...], say: Callable[..., object]) -> int:
    """Answer each line of JSON with one; a line that is none is named on stderr. The exit code.

    Evidence has its place in the name, a line break and the text, or in the text alone.
    """
    tagger = _tagger(ids)
    failed = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            name, text = asked.get("name") or "", asked.get("text") or ""
            if not isinstance(name, str) or not isinstance(text, str):
                raise ValueError("name and text must be strings")
        except (ValueError, AttributeError, RecursionError) as error:
            failed = 1
            say(f'line {number} is not {{"id", "name", "text"}}: {error}', err=True)
            continue
        tags = _tags(tagger, text, name)
        say(json.dumps({"id": asked.get("id"), "tags": tags}, ensure_ascii=False))
    return failed


def _tagger(ids: tuple[str, ...]) -> TextTagger:
    return TextTagger(known_taxonomies(ids), load_suggester(known_taxonomies(())))


def _tags(tagger: TextTagger, text: str, name: str = "") -> list[dict[str, Any]]:
    return [found.model_dump(mode="json") for found in tagger.tag(text, name)]


def tag_text_lines(tags: list[dict[str, Any]]) -> Iterator[str]:
    """Tags for people."""
    for tag in tags:
        sure = f"{tag['basis']}, {tag['confidence']:.2f}"
        yield f"{tag['taxonomy']} {tag['code']} {tag['label']} ({sure}): {tag['why']}"
    if not tags:
        yield "No concept fits."
