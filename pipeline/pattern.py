"""Token patterns, all held against a text at once, so that the Matcher is asked only where it pays.

spaCy's Matcher decides what matches, but to ask it once takes longer than to see, for all patterns
of all rules, where it would find nothing. A pattern is a row of bits, one for each token that it
waits for; a token of a text moves on those bits that may have it (the extended Shift-And of Navarro
and Raffinot). What is passed over the Matcher would not find.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any, Literal, NamedTuple

At = Literal["anywhere", "start", "end", "whole"]
Token = Mapping[str, Any]

# What a pattern can ask of a word; whatever else it asks, any word may be it.
_ASKED = ("LOWER", "ORTH", "SHAPE", "IS_ALPHA", "IS_DIGIT", "IS_PUNCT", "IS_TITLE", "IS_UPPER")
_TIMES = {"?": "{0,1}", "*": "{0,}", "+": "{1,}"}
_LETTERED = 1  # the bit of a word that has a letter or a digit; those of patterns are above
_ENDLESS = sys.maxsize
_KNOWN = 1 << 15  # words whose bits are kept: a flood of strange words must not fill the memory


class Pattern:
    """A token pattern of the rule `key`, which finds `finds`."""

    def __init__(self, key: str, finds: str, at: At, tokens: tuple[Token, ...], vocab: Any) -> None:
        self.finds = finds
        self.opens = at in ("start", "whole")
        self.tokens = tokens
        self._key = key
        self._vocab = vocab

    @cached_property
    def matcher(self) -> Any:
        """The judge of what the pattern matches."""
        from spacy.matcher import Matcher

        matcher = Matcher(self._vocab)
        matcher.add(self._key, [[dict(token) for token in self.tokens]])
        return matcher


class Window(NamedTuple):
    """The tokens from `first` up to `end`: a pattern matches nothing outside of them."""

    pattern: Pattern
    first: int
    end: int

    def matches(self, doc: Any) -> Iterator[tuple[int, int, int]]:
        """What the pattern matches: the key of its rule, the first token and the one behind."""
        for key, first, end in self.pattern.matcher(doc[self.first : self.end]):
            yield key, self.first + first, self.first + end


class Patterns:
    """Patterns as bits, and what each word moves on.

    A bit waits for a token and is moved up one by it; a `loop` also stays; a `free` bit moves up
    without a token; a `last` bit waits for none: all of its pattern is there.
    """

    def __init__(self, patterns: Iterable[Pattern], vocab: Any) -> None:
        self._strings = vocab.strings
        self._answers = {asked: _Answers() for asked in _ASKED}
        self._waiting = self._loop = self._free = self._start = self._opening = 0
        self._last: dict[str, int] = defaultdict(int)
        self._rows: dict[int, _Row] = {}
        self._words: dict[int, int] = {}
        bit = _LETTERED << 1
        for pattern in patterns:
            first, longest = bit, 0
            for token in pattern.tokens:
                least, most = _times(token)
                for number in range(least + 1 if most is None else most):
                    self._wait(token, bit)
                    if number >= least:
                        self._free |= bit
                        self._loop |= bit if most is None else 0
                    bit <<= 1
                longest += _ENDLESS if most is None else most
            self._waiting |= bit - first
            self._last[pattern.finds] |= bit
            self._rows[bit] = _Row(pattern, bit - first, longest)
            self._opening |= first
            self._start |= 0 if pattern.opens else first
            bit <<= 1
        self._ends = reduce(or_, self._rows, 0)
        self._opening, self._start = self._freed(self._opening), self._freed(self._start)

    def _wait(self, token: Token, bit: int) -> None:
        """Note what a bit asks of the token that it waits for."""
        for key, asked in token.items() if token.get("OP") != "!" else ():
            answers = self._answers.get("ORTH" if key == "TEXT" else key)
            if answers:
                answers.add(asked, bit, self._strings)

    def _freed(self, bits: int) -> int:
        """Bits, with those that they move to without a token: a carry runs through what is free."""
        return bits | ((bits & self._free) + self._free) ^ self._free

    def run(self, doc: Any) -> "Course":
        """Let a text move the bits."""
        words = self._moved_by(doc)
        loop, free = self._loop, self._free
        now, start = 0, self._opening
        bits = []
        for word in words:
            moved = (now | start) & word
            now = moved << 1 | moved & loop
            now |= ((now & free) + free) ^ free
            bits.append(now)
            if word & _LETTERED:
                start = self._start
        return Course(bits, reduce(or_, bits, 0))

    def heard(self, course: "Course") -> set[str]:
        """What the patterns find that may match in a text."""
        return {self._rows[bit].pattern.finds for bit in _each(course.ever & self._ends)}

    def windows(self, finds: str, course: "Course") -> Iterator[Window]:
        """Where in a text the patterns may match that find `finds`."""
        for bit in _each(course.ever & self._last.get(finds, 0)):
            pattern, waiting, longest = self._rows[bit]
            ends = [at for at, now in enumerate(course.bits, 1) if now & bit]
            first = ends[0] - 1
            while first > max(0, ends[0] - longest) and course.bits[first - 1] & waiting:
                first -= 1
            yield Window(pattern, first, ends[-1])

    def _moved_by(self, doc: Any) -> list[int]:
        """By token, the bits that it moves on."""
        forms = doc.to_array("ORTH").tolist()
        try:
            return [self._words[form] for form in forms]
        except KeyError:
            if len(self._words) > _KNOWN:
                self._words.clear()
            for form, values in zip(forms, doc.to_array(_ASKED).tolist(), strict=True):
                if form not in self._words:
                    self._words[form] = self._bits_of(form, values)
            return [self._words[form] for form in forms]

    def _bits_of(self, form: int, values: Sequence[int]) -> int:
        """The bits that a word moves on, by what it answers to what is asked."""
        bits = self._waiting
        for answers, value in zip(self._answers.values(), values, strict=True):
            bits &= answers.of(value)
        return bits | (_LETTERED if any(map(str.isalnum, self._strings[form])) else 0)

    def longest(self, finds: str) -> int:
        """The most tokens that a pattern matches of those that find `finds`."""
        rows = self._rows.values()
        return max((row.longest for row in rows if row.pattern.finds == finds), default=0)


class Course(NamedTuple):
    """The bits that stand behind each token of a text, and those that ever stood."""

    bits: list[int]
    ever: int


class _Row(NamedTuple):
    """The bits of a pattern but the last, and the most tokens that it matches."""

    pattern: Pattern
    bits: int
    longest: int


class _Answers:
    """What values of one attribute move on: `only` are bits that wait for one of some values."""

    def __init__(self) -> None:
        self._only = 0
        self._among: dict[int, int] = defaultdict(int)
        self._not: dict[int, int] = defaultdict(int)

    def add(self, asked: Any, bit: int, strings: Any) -> None:
        """Note what a bit asks: a value, or a dictionary with IN or NOT_IN (else anything)."""
        if not isinstance(asked, dict):
            asked = {"IN": [asked]}
        if "IN" in asked:
            self._only |= bit
        for values, masks in (
            (asked.get("IN", ()), self._among),
            (asked.get("NOT_IN", ()), self._not),
        ):
            for value in values:
                masks[strings.add(value) if isinstance(value, str) else int(value)] |= bit

    def of(self, value: int) -> int:
        """The bits that do not ask for anything else."""
        return (~self._only | self._among.get(value, 0)) & ~self._not.get(value, 0)


def _each(bits: int) -> Iterator[int]:
    """The bits one by one."""
    while bits:
        bit = bits & -bits
        yield bit
        bits ^= bit


def _times(token: Token) -> tuple[int, int | None]:
    """How many tokens in a row may be this one, at least and at most; None is any number."""
    times = str(token.get("OP", "1"))
    times = _TIMES.get(times, times)
    if "{" not in times:
        return 1, 1
    least, comma, most = times.strip("{}").partition(",")
    return int(least or 0), int(most) if most else None if comma else int(least)
