"""The tagger by itself, for texts that are in no document."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.run.concepts import Unusable, known_taxonomies
from pipeline.tag.suggest import load_suggester
from pipeline.tag.texts import TextTagger


def tag_one(text: str, ids: tuple[str, ...]) -> dict[str, Any]:
    """The tags of one text and what is doubtful, as JSON has them. Raises Unusable."""
    if not text.strip():
        raise Unusable("There is no text to tag.")
    return _answer(_tagger(ids), text)


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
            if not f"{name}{text}".strip():
                raise ValueError("it has no text")
        except (ValueError, AttributeError, RecursionError) as error:
            failed = 1
            say(f'line {number} is not {{"id", "name", "text"}}: {error}', err=True)
            continue
        answer = {"id": asked.get("id"), **_answer(tagger, text, name)}
        say(json.dumps(answer, ensure_ascii=False))
    return failed


def _tagger(ids: tuple[str, ...]) -> TextTagger:
    return TextTagger(known_taxonomies(ids), load_suggester(known_taxonomies(())))


def _answer(tagger: TextTagger, text: str, name: str = "") -> dict[str, Any]:
    found = tagger.tag(text, name)
    return {
        "tags": [tag.model_dump(mode="json") for tag in found.tags],
        "issues": [issue.model_dump(mode="json") for issue in found.issues],
    }


def tag_text_lines(answer: dict[str, Any]) -> Iterator[str]:
    """Tags and doubts for people."""
    for tag in answer["tags"]:
        sure = f"{tag['role']}, {tag['basis']}, {tag['confidence']:.2f}"
        yield f"{tag['taxonomy']} {tag['code']} {tag['label']} ({sure}): {tag['why']}"
    yield from (issue["message"] for issue in answer["issues"])
