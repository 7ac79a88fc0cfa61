"""JSON from elsewhere: no NaN, no key twice, no abyss."""

import json
from typing import Any, NoReturn

from pipeline.export import Unreadable


def loads(data: bytes | str) -> Any:
    """The value. Raises Unreadable for all that two readers of JSON may take for two things."""
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError as error:
        raise Unreadable("the JSON is nested deeper than any file of this kind") from error
    except ValueError as error:
        raise Unreadable(f"not JSON in UTF-8: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")
