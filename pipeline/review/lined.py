"""JSON that people edited: read strictly, and every value knows its line."""

import re
from bisect import bisect_right
from json import JSONDecodeError, JSONDecoder
from math import isinf
from typing import Any

DEEPEST = 32  # a file of records is 12 deep
LARGEST = 64 * 1024 * 1024  # characters; the largest file of records has 20 million

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_HALF = re.compile(r"[\ud800-\udfff]")
_STRINGS = JSONDecoder()
_LONGEST = 30  # characters of a number
_WORDS = {"true": True, "false": False, "null": None}
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")

Path = tuple[str | int, ...]


class BadFile(ValueError):
    """A file that cannot be used; each line of the message says where, and what to mend."""


def read_json(text: str) -> tuple[Any, dict[Path, int]]:
    """The value, and the line on which each value in it begins, by its path of keys and indices.

    Refuses what JSON leaves open or readers disagree on: a key twice, NaN, a bottomless nesting.
    Raises BadFile.
    """
    if len(text) > LARGEST:
        raise BadFile(
            f"The file has more than {LARGEST // 2**20} MB. Take the changed records only."
        )
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text.removeprefix("\ufeff")
        self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        self._lines: dict[Path, int] = {}

    def whole(self) -> tuple[Any, dict[Path, int]]:
        value, at = self._value(self._skip(0), ())
        if at != len(self._text):
            raise self._bad(at, "There is something after the last }. Take it away.")
        return value, self._lines

    def _line(self, at: int) -> int:
        return bisect_right(self._starts, at)

    def _bad(self, at: int, message: str) -> BadFile:
        return BadFile(f"line {self._line(at)}: {message}")

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _value(self, at: int, path: Path) -> tuple[Any, int]:
        """The value at a place, and the place of what follows."""
        self._lines[path] = self._line(at)
        if len(path) > DEEPEST:
            raise self._bad(at, f"Values are nested more than {DEEPEST} deep. No record is.")
        text, start = self._text, self._text[at : at + 1]
        if start == "{":
            return self._object(at, path)
        if start == "[":
            return self._array(at, path)
        if start == '"':
            value, end = self._string(at)
            return value, self._skip(end)
        for word, meant in _WORDS.items():
            if text.startswith(word, at):
                return meant, self._skip(at + len(word))
        if text.startswith(_NO_NUMBERS, at):
            raise self._bad(at, "NaN and Infinity are no values. Write a number, or null.")
        number = _NUMBER.match(text, at)
        if number is None:
            raise self._bad(at, _missing(start))
        whole = number[1] is None and number[2] is None
        if len(number[0]) > _LONGEST or isinf(float(number[0])):
            raise self._bad(at, "The number is too large. Put it in quotes if it is text.")
        return int(number[0]) if whole else float(number[0]), self._skip(number.end())

    def _string(self, at: int) -> tuple[str, int]:
        try:
            found, end = _STRINGS.raw_decode(self._text, at)
        except JSONDecodeError as error:
            message = f'{error.msg}. In a text, write \\n for a line break and \\" for a quote.'
            raise self._bad(min(error.pos, len(self._text)), message) from error
        if _HALF.search(found):
            raise self._bad(at, "There is half a character (\\ud800 to \\udfff) in the text.")
        return str(found), int(end)

    def _object(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(at + 1)
        while self._text[at : at + 1] != "}":
            if self._text[at : at + 1] != '"':
                raise self._bad(at, "A name in quotes is missing here, or a comma is too many.")
            key, end = self._string(at)
            if key in found:
                where = f"it is on line {self._lines[(*path, key)]} too"
                raise self._bad(at, f'"{key}" is here a second time ({where}). Keep one.')
            end = self._skip(end)
            if self._text[end : end + 1] != ":":
                raise self._bad(end, f'The colon after "{key}" is missing.')
            found[key], end = self._value(self._skip(end + 1), (*path, key))
            at = self._next(end, "}")
        return found, self._skip(at + 1)

    def _array(self, at: int, path: Path) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._skip(at + 1)
        while self._text[at : at + 1] != "]":
            value, end = self._value(at, (*path, len(found)))
            found.append(value)
            at = self._next(end, "]")
        return found, self._skip(at + 1)

    def _next(self, at: int, close: str) -> int:
        """The place of the next item, or of the end; a comma stands before the one only."""
        if self._text[at : at + 1] == close:
            return at
        if self._text[at : at + 1] != ",":
            raise self._bad(at, f"A comma or a {close} is missing before this.")
        after = self._skip(at + 1)
        if self._text[after : after + 1] == close:
            raise self._bad(at, f"There is a comma before {close}. Take it away.")
        return after


def _missing(start: str) -> str:
    if not start:
        return "The file ends before its last }. Is it cut short?"
    return f"A value is missing here; {start!r} begins none. Texts stand in double quotes."
