"""Rules as data: what words say about the text around them, each with its own examples.

A file `rules/*.toml` holds `[[rule]]` tables (see `Rule`), and `[words]`, lists that its patterns
name: `{ LOWER = { IN = "doing" } }` is any word of the list `doing`. Rules are compiled into spaCy
matchers on the blank English pipeline: no model is downloaded.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError, model_validator

from pipeline.model import Frozen
from pipeline.pattern import At, Course, Pattern, Patterns

FOLDER = Path(__file__).parent / "rules"
_KEPT = 512  # texts with their matches: headings are asked about for each passage below them

_FEW = 100  # tokens: what a rule may match that need not read on
_PART = 4  # times as long a text is of which only the beginning is read: others would be read twice


class RuleError(ValueError):
    """A rule file that cannot be used; the message names the file, the rule and what to mend."""


class Rule(Frozen):
    """A rule: `phrases` (any letter case) or spaCy token `patterns`, and where they must stand.

    `at`: "anywhere" in the text, at its "start" or "end", or as the "whole" text (punctuation
    around it aside).
    `finds` is what a match means. `yes` are texts the rule must match, `no` texts that no rule
    finding the same thing may match. `weight` is what a match adds to the log-odds of the finding
    where several rules are weighed together (see `Rules.each`).
    """

    id: str
    finds: str
    why: str
    at: At = "anywhere"
    weight: float = 0.0
    phrases: tuple[str, ...] = ()
    patterns: tuple[tuple[dict[str, Any], ...], ...] = ()
    yes: tuple[str, ...]
    no: tuple[str, ...]

    @model_validator(mode="after")
    def _can_match_and_is_shown(self) -> "Rule":
        if not self.phrases and not self.patterns:
            raise ValueError("a rule needs phrases or patterns")
        if not self.yes or not self.no:
            raise ValueError("a rule needs at least one yes and one no example")
        return self


class Match(NamedTuple):
    """A rule that matched: the characters `start` to `end` of the text given to `find`."""

    rule: Rule
    start: int
    end: int


class Rules:
    """Compiled rules, asked by what they find."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._kept = lru_cache(_KEPT)(self._read)

    @cached_property
    def _phrases(self) -> Any:
        from spacy.matcher import PhraseMatcher

        matcher = PhraseMatcher(self._tokenise.vocab, attr="LOWER")
        for rule in self.rules:
            if rule.phrases:
                matcher.add(rule.id, [self._tokenise(phrase) for phrase in rule.phrases])
        return matcher

    @cached_property
    def _tokenise(self) -> Any:
        from pipeline.english import tokeniser

        return tokeniser()

    @cached_property
    def _patterns(self) -> Patterns:
        vocab = self._tokenise.vocab
        patterns = (
            Pattern(rule.id, rule.finds, rule.at, tokens, vocab)
            for rule in self.rules
            for tokens in rule.patterns
        )
        return Patterns(patterns, vocab)

    @cached_property
    def _by_key(self) -> dict[int, Rule]:
        return {self._tokenise.vocab.strings.add(rule.id): rule for rule in self.rules}

    def find(self, finds: str, text: str) -> Match | None:
        """The longest match, the first of equals, of the rules that find `finds`; or None."""
        if not text:
            return None
        return min(
            self._found(self._kept(self._needed(text, finds)), finds), key=_rank, default=None
        )

    def each(self, text: str, *kinds: str) -> list[Match]:
        """All matches of the rules that find one of `kinds`, by place; the text is read once."""
        if not text:
            return []
        read = self._kept(text)
        found = [match for finds in kinds for match in self._found(read, finds)]
        return sorted(found, key=lambda match: (match.start, -match.end, match.rule.id))

    def _found(self, read: "_Read", finds: str) -> tuple[Match, ...]:
        if finds not in read.heard:
            return ()
        if finds not in read.found:
            places = [place for place in read.phrases if self._by_key[place[0]].finds == finds]
            for window in self._patterns.windows(finds, read.course):
                places += window.matches(read.doc)
            matches = (
                Match(
                    self._by_key[key],
                    read.doc[first].idx,
                    read.doc[end - 1].idx + len(read.doc[end - 1]),
                )
                for key, first, end in places
            )
            read.found[finds] = tuple(match for match in matches if _stands(match, read.text))
        return read.found[finds]

    def _needed(self, text: str, finds: str) -> str:
        """A text as far as a match of `finds` can reach, if that is but a small part of it."""
        opening = self._openings.get(finds)
        head = opening.match(text) if opening else None
        return head[0] if head and len(head[0]) * _PART < len(text) else text

    @cached_property
    def _openings(self) -> dict[str, re.Pattern[str]]:
        """For what only the beginnings of texts tell, as many words as tokens may match there."""
        ats: dict[str, set[str]] = {}
        most: dict[str, int] = {}
        for rule in self.rules:
            ats.setdefault(rule.finds, set()).add(rule.at)
            longest = max((len(self._tokenise(one)) for one in rule.phrases), default=0)
            most[rule.finds] = max(
                most.get(rule.finds, self._patterns.longest(rule.finds)), longest
            )
        return {
            finds: re.compile(rf"[\W_]*(?:\S+\s+){{{most[finds]}}}")
            for finds, at in ats.items()
            if at == {"start"} and most[finds] < _FEW
        }

    def _read(self, text: str) -> "_Read":
        doc = self._tokenise(text)
        phrases, course = self._phrases(doc), self._patterns.run(doc)
        heard = {self._by_key[key].finds for key, _, _ in phrases} | self._patterns.heard(course)
        return _Read(text, doc, phrases, course, heard, {})


class _Read(NamedTuple):
    """A text, as tokens, its phrases, how patterns ran over it, and the matches asked for.

    `heard` is what a match may mean: most of what is asked of most texts is not among it.
    """

    text: str
    doc: Any
    phrases: list[tuple[int, int, int]]
    course: Course
    heard: set[str]
    found: dict[str, tuple[Match, ...]]


def _rank(match: Match) -> tuple[int, int, str]:
    return (match.start - match.end, match.start, match.rule.id)


def _stands(match: Match, text: str) -> bool:
    if match.rule.at == "anywhere":
        return True
    at_start = not _has_letters(text[: match.start])
    at_end = not _has_letters(text[match.end :])
    return {"start": at_start, "end": at_end}.get(match.rule.at, at_start and at_end)


def _has_letters(text: str) -> bool:
    """Whether there is a letter or a digit in a text."""
    return any(map(str.isalnum, text))


def load_rules(folder: Path = FOLDER) -> Rules:
    """All rules of `folder`/*.toml, by file name then order in the file.

    Raises RuleError for a file that is not TOML, a rule that is not a `Rule`, or an id used twice.
    """
    rules: dict[str, Rule] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            read = tomllib.loads(file.read_text(encoding="utf-8"))
            tables = _spelled(read["rule"], read.get("words", {}))
        except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError) as error:
            raise RuleError(f"{file.name}: not a file of [[rule]] tables: {error}") from error
        for table in tables:
            try:
                rule = Rule.model_validate(table)
            except ValidationError as error:
                raise RuleError(f"{file.name}, rule {table.get('id', '?')!r}: {error}") from error
            if rule.id in rules:
                raise RuleError(f"{file.name}: the rule id {rule.id!r} is used twice")
            rules[rule.id] = rule
    return Rules(tuple(rules.values()))


def _spelled(found: Any, words: Mapping[str, Sequence[str]]) -> Any:
    """What was read, with the words of a list wherever a pattern names the list."""
    if isinstance(found, list):
        return [_spelled(one, words) for one in found]
    if not isinstance(found, dict):
        return found
    return {
        key: words[value]
        if key in ("IN", "NOT_IN") and isinstance(value, str)
        else _spelled(value, words)
        for key, value in found.items()
    }
