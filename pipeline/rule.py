"""Rules as data: what words say about the text around them, each with its own examples.

A file `rules/*.toml` holds `[[rule]]` tables (see `Rule`), and `[words]`, lists that its patterns
name: `{ LOWER = { IN = "doing" } }` is any word of the list `doing`. Rules are compiled into spaCy
matchers on the blank English pipeline: no model is downloaded. A text is held against those token
patterns only whose words it has: all of them on all of the text took ten times as long.
"""

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError, model_validator

from pipeline.model import Frozen

FOLDER = Path(__file__).parent / "rules"
_KEPT = 512  # texts, as tokens and as matches: headings are asked about for each passage below them
_WORD_KEYS = ("LOWER", "ORTH", "TEXT")  # what a token pattern may name words by


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
    at: Literal["anywhere", "start", "end", "whole"] = "anywhere"
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
        self._matches = lru_cache(_KEPT)(self._match)

    @cached_property
    def _patterns(self) -> "_Patterns":
        return _Patterns(self.rules, self._tokenise.vocab)

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
        import spacy

        tokenizer: Any = spacy.blank("en").tokenizer
        # English exceptions split plain words ("id" as I'd, "were" as we're): keep the others.
        tokenizer.rules = {form: t for form, t in tokenizer.rules.items() if not form.isalpha()}
        return tokenizer

    @cached_property
    def _by_key(self) -> dict[int, Rule]:
        return {self._tokenise.vocab.strings.add(rule.id): rule for rule in self.rules}

    @cached_property
    def _read(self) -> Any:
        @lru_cache(_KEPT)
        def read(text: str) -> _Read:
            doc = self._tokenise(text)
            return _Read(doc, self._phrases(doc), list(self._patterns.that_may_match(doc)))

        return read

    def find(self, finds: str, text: str) -> Match | None:
        """The longest match, the first of equals, of the rules that find `finds`; or None."""
        return min(self._matches(text, (finds,)), key=_rank, default=None)

    def each(self, text: str, *kinds: str) -> list[Match]:
        """All matches of the rules that find one of `kinds`, by place; the text is read once."""
        found = self._matches(text, kinds)
        return sorted(found, key=lambda match: (match.start, -match.end, match.rule.id))

    def _match(self, text: str, kinds: tuple[str, ...]) -> tuple[Match, ...]:
        if not text:
            return ()
        doc, phrases, patterns = self._read(text)
        places = [place for place in phrases if self._by_key[place[0]].finds in kinds]
        for pattern, end in patterns:
            if pattern.finds in kinds:
                places += pattern.matcher(doc if end is None else doc[:end])
        matches = (
            Match(self._by_key[key], doc[first].idx, _end(doc[last - 1]))
            for key, first, last in places
        )
        return tuple(match for match in matches if _stands(match, text))


class _Pattern(NamedTuple):
    """A token pattern: its matcher, and for each token that must be there the words it may be.

    Where it must open the text, `opens` are the words that its first token may be, and `longest`
    is the most tokens that it matches, if there is such a number.
    """

    finds: str
    matcher: Any
    needs: list[frozenset[int]]
    opens: frozenset[int]
    longest: int | None


class _Read(NamedTuple):
    """A text as tokens, its phrases, and the patterns whose words it has.

    Beside a pattern stands how many tokens it has to be held against: all if None.
    """

    doc: Any
    phrases: list[tuple[int, int, int]]
    patterns: list[tuple[_Pattern, int | None]]


class _Patterns:
    """The token patterns of all rules, each known by the rarest words that it needs."""

    def __init__(self, rules: Sequence[Rule], vocab: Any) -> None:
        from spacy.matcher import Matcher

        self._by_word: dict[int, list[_Pattern]] = defaultdict(list)
        self._wordless: list[_Pattern] = []
        for rule in rules:
            for tokens in rule.patterns:
                matcher = Matcher(vocab)
                matcher.add(rule.id, [list(tokens)])
                named = (_words(token) for token in tokens if _is_needed(token))
                rarest_last = sorted(filter(None, named), key=_rarity)
                needs = [frozenset(map(vocab.strings.add, words)) for words in rarest_last]
                anywhere = rule.at in ("anywhere", "end")
                first = () if anywhere else _opening(tokens)
                opens = frozenset(map(vocab.strings.add, first))
                longest = None if anywhere else _longest(tokens)
                pattern = _Pattern(rule.finds, matcher, needs[:-1], opens, longest)
                for word in needs[-1] if needs else ():
                    self._by_word[word].append(pattern)
                if not needs:
                    self._wordless.append(pattern)

    def that_may_match(self, doc: Any) -> Iterator[tuple[_Pattern, int | None]]:
        """The patterns whose words a text has, each with the tokens that it may match."""
        lowered = doc.to_array("LOWER").tolist()
        words = set(lowered)
        last = next((n for n, token in enumerate(doc) if _has_letters(token.text)), len(doc))
        head = set(lowered[: last + 1])
        known = self._by_word
        met = {id(p): p for word in words if word in known for p in known[word]}
        for pattern in (*self._wordless, *met.values()):
            if any(map(words.isdisjoint, pattern.needs)):
                continue
            if not pattern.opens or not head.isdisjoint(pattern.opens):
                yield pattern, None if pattern.longest is None else last + pattern.longest


def _words(token: Mapping[str, Any]) -> frozenset[str]:
    """The words, in lower case, of which a token is one; empty when it may be any."""
    for key in _WORD_KEYS:
        named = token.get(key)
        words = [named] if isinstance(named, str) else (named or {}).get("IN", ())
        if words:
            return frozenset(word.lower() for word in words)
    return frozenset()


def _is_needed(token: Mapping[str, Any]) -> bool:
    return str(token.get("OP", "+"))[:2] in ("+", "{1")


def _opening(tokens: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The words of which the first token of a match is one; empty when it may be any."""
    opening: frozenset[str] = frozenset()
    for token in tokens:
        words = _words(token)
        if not words:
            return words
        opening |= words
        if _is_needed(token):
            break
    return opening


def _longest(tokens: Sequence[Mapping[str, Any]]) -> int | None:
    """How many tokens a pattern matches at most; None when any number."""
    times = [str(token.get("OP", "1")) for token in tokens]
    most = [one.strip("{}").rpartition(",")[2] if "{" in one else one in "1?!" for one in times]
    return sum(map(int, most)) if all(most) else None


def _rarity(words: Collection[str]) -> float:
    """How rare a text is that has one of these words: long words are rare, short ones are not."""
    return sum(map(len, words)) / float(len(words) ** 1.5)


def _end(token: Any) -> int:
    return int(token.idx) + len(token)


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
