"""Lexicons as data: the words that speak for or against a concept, each with its own examples.

A file `lexicons/<taxonomy>.toml` holds `[[cue]]` tables (see `Cue`). A phrase is matched on stems,
whole words in order; ` ~ ` between words allows up to three words there; `|` gives alternatives
for one word: `audit|assess ~ third-party`.

All phrases of all lexicons stand in one tree of stems: 2,000 or 50,000 phrases cost the same, and
a text of 60 words some 30 us, where spaCy's tokenizer alone takes 230 us.
"""

import tomllib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from pipeline.model import Frozen
from pipeline.model.stem import Word, words
from pipeline.taxonomy import Taxonomy

FOLDER = Path(__file__).parent / "lexicons"
GAP = 3  # words that a `~` may stand for
LEAD = 12  # words of a description that are its lead

Where = Literal["name", "lead", "body", "heading", "rationale"]
Key = TypeVar("Key", bound=Hashable)


# A phrase found: its key, the number of its first word, its first character and the one behind it.
Found = tuple[Key, int, int, int]


class LexiconError(ValueError):
    """A lexicon that cannot be used; the message names the file, the cue and what to mend."""


class Cue(Frozen):
    """Phrases that share one reason, and the log-odds that they add to a concept.

    `where` they count: in the name, the lead (the first words of the description), the body (all
    of the description), the heading trail, the rationale. `yes` are texts that the cue must match,
    `no` texts that it must not.
    """

    concept: str
    why: str = Field(min_length=1)
    phrases: tuple[str, ...] = Field(min_length=1)
    weight: float = Field(ge=-5, le=5)
    where: tuple[Where, ...] = ("name", "lead", "body", "heading", "rationale")
    yes: tuple[str, ...] = Field(min_length=1)
    no: tuple[str, ...] = Field(min_length=1)

    @field_validator("phrases")
    @classmethod
    def _has_words(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        for phrase in phrases:
            stems_of(phrase)
        return phrases

    @model_validator(mode="after")
    def _keeps_its_examples(self) -> "Cue":
        own = Phrases((phrase, phrase) for phrase in self.phrases)
        for text in self.yes:
            if not own.in_text(text):
                raise ValueError(f"no phrase matches its yes example {text!r}")
        for text in self.no:
            if found := own.in_text(text):
                _, _, start, end = found[0]
                quote = text[start:end]
                raise ValueError(f"its no example {text!r} is matched at {quote!r}")
        return self


class Lexicon(Frozen):
    """The cues of one taxonomy.

    `read` names the sources of coded texts that the cues were mended by: how far the cues can be
    trusted is measured on other sources only.
    """

    taxonomy: str
    read: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = Field(alias="cue", min_length=1)


class _Node(Generic[Key]):
    """A place in the tree of phrases: what may follow, and the keys of phrases that end here."""

    __slots__ = ("gap", "keys", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node[Key]] = {}
        self.gap: _Node[Key] | None = None
        self.keys: list[Key] = []

    def then(self, stem: str) -> "_Node[Key]":
        after = self.next.get(stem) if stem else self.gap
        if after is None:
            after = _Node()
            if stem:
                self.next[stem] = after
            else:
                self.gap = after
        return after


class Phrases(Generic[Key]):
    """Phrases, each with a key, compiled to be found together."""

    def __init__(self, phrases: Iterable[tuple[str, Key]]) -> None:
        self._root: _Node[Key] = _Node()
        for phrase, key in phrases:
            for stems in stems_of(phrase):
                node = self._root
                for stem in stems:
                    node = node.then(stem)
                if key not in node.keys:
                    node.keys.append(key)

    def find(self, text: Sequence[Word]) -> list[Found[Key]]:
        """Every key at every place of `text` where a phrase of it begins, with the longest."""
        found: list[Found[Key]] = []
        begins = self._root.next
        stems = [word[0] for word in text]
        stems.append("")
        for first in range(len(text)):
            node = begins.get(stems[first])
            if node is None:
                continue
            if node.gap or stems[first + 1] in node.next:
                ends: dict[Key, int] = {}
                _follow(node, stems, first + 1, ends)
                start = text[first][1]
                found += [(key, first, start, text[last - 1][2]) for key, last in ends.items()]
            elif node.keys:  # most words that begin a phrase are not followed by its second word
                _, start, end = text[first]
                found += [(key, first, start, end) for key in node.keys]
        return found

    def in_text(self, text: str) -> list[Found[Key]]:
        """As `find`, of a text not yet split into words."""
        return self.find(words(text))


def _follow(node: _Node[Key], stems: Sequence[str], at: int, ends: dict[Key, int]) -> None:
    """Put into `ends` the keys of the phrases that go on from `node`, and where each ends."""
    for key in node.keys:
        ends[key] = max(at, ends.get(key, 0))
    after = node.next.get(stems[at])
    if after:
        _follow(after, stems, at + 1, ends)
    if node.gap:
        onward = node.gap.next
        for later in range(at, min(at + GAP + 1, len(stems) - 1)):
            after = onward.get(stems[later])
            if after:
                _follow(after, stems, later + 1, ends)
                if after.keys:
                    break  # the nearest is meant


@lru_cache(1 << 14)
def stems_of(phrase: str) -> tuple[tuple[str, ...], ...]:
    """The rows of stems that a phrase stands for; an empty stem is a gap.

    Raises ValueError for a phrase without words, or with a gap at one of its ends.
    """
    slots: list[list[tuple[str, ...]]] = []
    for slot in phrase.split():
        if slot == "~":
            slots.append([("",)])
        else:
            slots.append([tuple(word.stem for word in words(part)) for part in slot.split("|")])
    if not slots or any(not part for slot in slots for part in slot):
        raise ValueError(
            f"phrase {phrase!r} has a place without a word; "
            "single letters and numbers below 100 are read as list marks, not as words"
        )
    rows = tuple(tuple(stem for part in choice for stem in part) for choice in product(*slots))
    if any(not row[0] or not row[-1] for row in rows):
        raise ValueError(f"phrase {phrase!r} begins or ends with ~; take it away")
    return rows


def load_lexicons(
    taxonomies: Mapping[str, Taxonomy], folder: Path | None = None
) -> dict[str, Lexicon]:
    """Read every *.toml of `folder` (ours, if None); return them by taxonomy, in order of name.

    Raises LexiconError for the first file that cannot be used: it is no TOML, belongs to no
    taxonomy, or has a cue that is malformed, names an unknown concept, or misses its own examples.
    """
    folder = FOLDER if folder is None else folder
    lexicons = {}
    for file in sorted(folder.glob("*.toml"), key=lambda file: file.name):
        lexicon = read_lexicon(file)
        if lexicon.taxonomy != file.stem or lexicon.taxonomy not in taxonomies:
            raise LexiconError(
                f"{file.name}: its taxonomy is {lexicon.taxonomy!r}; a lexicon is named after the "
                f"taxonomy that it serves (we have {', '.join(sorted(taxonomies))})"
            )
        known = {concept.code for concept in taxonomies[lexicon.taxonomy].concepts}
        for number, cue in enumerate(lexicon.cues, 1):
            if cue.concept not in known:
                raise LexiconError(
                    f"{_cue_name(file, number, cue.model_dump())}: the taxonomy "
                    f"{lexicon.taxonomy!r} has no such concept; mend the code"
                )
        lexicons[lexicon.taxonomy] = lexicon
    return lexicons


def read_lexicon(file: Path) -> Lexicon:
    """Read one lexicon. Raises LexiconError naming each cue that cannot be used, and why."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(f"{file.name}: not TOML in UTF-8 ({error}); mend that place") from error
    try:
        return Lexicon.model_validate(raw)
    except ValidationError as error:
        complaints = []
        for found in error.errors():
            where, loc = file.name, found["loc"]
            if len(loc) > 1 and isinstance(loc[1], int):
                where = _cue_name(file, loc[1] + 1, raw["cue"][loc[1]])
                loc = loc[2:]
            field = ".".join(map(str, loc))
            complaints.append(f"{where}: {field}{': ' if field else ''}{found['msg']}")
        raise LexiconError("\n".join(complaints)) from error


def _cue_name(file: Path, number: int, cue: Mapping[str, Any]) -> str:
    first = next(iter(cue.get("phrases") or ()), "?")
    return f"{file.name}, cue {number} (of {cue.get('concept', '?')!r}, {first!r})"
