"""Rules as data: what words say about the text around them, each with its own examples.

A file `rules/*.toml` holds `[[rule]]` tables (see `Rule`). Rules that find the same thing are
compiled into one spaCy matcher on the blank English pipeline: no model is downloaded.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError, model_validator

from pipeline.model import Frozen

FOLDER = Path(__file__).parent / "rules"


class RuleError(ValueError):
    """A rule file that cannot be used; the message names the file, the rule and what to mend."""


class Rule(Frozen):
    """A rule: `phrases` (any letter case) or spaCy token `patterns`, and where they must stand.

    `at`: "anywhere" in the text, at its "start", or as the "whole" text (end punctuation aside).
    `finds` is what a match means. `yes` are texts the rule must match, `no` texts that no rule
    finding the same thing may match. `weight` is what a match adds to the log-odds of the finding
    where several rules are weighed together (see `Rules.each`).
    """

    id: str
    finds: str
    why: str
    at: Literal["anywhere", "start", "whole"] = "anywhere"
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
        self._by_id = {rule.id: rule for rule in rules}

    @cached_property
    def _matchers(self) -> dict[str, tuple[Any, ...]]:
        from spacy.matcher import Matcher, PhraseMatcher

        compiled: dict[str, dict[type, Any]] = defaultdict(dict)
        vocab = self._tokenise.vocab
        for rule in self.rules:
            matchers = compiled[rule.finds]
            if rule.phrases:
                matcher = matchers.setdefault(PhraseMatcher, PhraseMatcher(vocab, attr="LOWER"))
                matcher.add(rule.id, [self._tokenise(phrase) for phrase in rule.phrases])
            if rule.patterns:
                matcher = matchers.setdefault(Matcher, Matcher(vocab))
                matcher.add(rule.id, [list(pattern) for pattern in rule.patterns])
        return {finds: tuple(matchers.values()) for finds, matchers in compiled.items()}

    @cached_property
    def _tokenise(self) -> Any:
        import spacy

        tokenizer: Any = spacy.blank("en").tokenizer
        # English exceptions split plain words ("id" as I'd, "were" as we're): keep the others.
        tokenizer.rules = {form: t for form, t in tokenizer.rules.items() if not form.isalpha()}
        return tokenizer

    def find(self, finds: str, text: str) -> Match | None:
        """The longest match, the first of equals, of the rules that find `finds`; or None."""
        if finds not in self._matchers or not text:
            return None
        matches = self._matches(finds, self._tokenise(text))
        return min(matches, key=_rank, default=None)

    def each(self, text: str, *kinds: str) -> list[Match]:
        """All matches of the rules that find one of `kinds`, by place; the text is read once."""
        if not text:
            return []
        doc = self._tokenise(text)
        found = [match for finds in kinds for match in self._matches(finds, doc)]
        return sorted(found, key=lambda match: (match.start, -match.end, match.rule.id))

    def _matches(self, finds: str, doc: Any) -> Iterator[Match]:
        text = doc.text  # made anew each time it is asked for
        for matcher in self._matchers.get(finds, ()):
            for key, first, last in matcher(doc):
                rule = self._by_id[doc.vocab.strings[key]]
                match = Match(rule, doc[first].idx, _end(doc[last - 1]))
                if _stands(match, text):
                    yield match


def _end(token: Any) -> int:
    return int(token.idx) + len(token)


def _rank(match: Match) -> tuple[int, int, str]:
    return (match.start - match.end, match.start, match.rule.id)


def _stands(match: Match, text: str) -> bool:
    at_start = not any(map(str.isalnum, text[: match.start]))
    at_end = not any(map(str.isalnum, text[match.end :]))
    return match.rule.at == "anywhere" or (at_start and (match.rule.at == "start" or at_end))


def load_rules(folder: Path = FOLDER) -> Rules:
    """All rules of `folder`/*.toml, by file name then order in the file.

    Raises RuleError for a file that is not TOML, a rule that is not a `Rule`, or an id used twice.
    """
    rules: dict[str, Rule] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))["rule"]
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
