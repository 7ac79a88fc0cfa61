"""What a record page glues together, and the known words by which it is taken apart."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import takewhile

from pipeline.taxonomy import Taxonomy, fold

STATED = ("lifecycle", "actor", "rmf")  # the order in which a page states them
ALSO_IN = "Also in"
REASONING = re.compile(r"Reasoning:?")
AUTHORS = re.compile(
    r"(?P<authors>\S.*?)?\s*\((?:(?P<year>1[5-9]\d\d|20\d\d)[a-z]?|n\. ?d\.|no date)\)"
)

YEAR = re.compile(r"\(?(?P<year>1[5-9]\d\d|20\d\d)\)?")

_CODED = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}\s+(?=[A-Z])")
_LIKE_LABEL = re.compile(r"(?<![\d.])\d{1,2}(?:\.\d{1,2}){1,2}\s*[A-Z][^.;:!?\d]{2,80}\Z")
_GLUE = re.compile(r"(?<=[a-z)])(?=[A-Z0-9“\"])")
# What cannot begin a name: "1.1 Model evaluations" and "1.1 Model-based ..." are names.
_STUCK = frozenset("-‐,.;:/)’'?!%&>")
_LABEL = 80  # characters; the longest known is 33
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Words:
    """The printed words of the taxonomies. `card` and `risk` match a code and its label."""

    card: re.Pattern[str]
    risk: re.Pattern[str]
    stated: tuple[frozenset[str], ...]
    parents: frozenset[str]
    unseen: frozenset[str]
    vocabulary: frozenset[str]
    learnt: frozenset[str] = frozenset()

    def known(self, text: str) -> bool:
        """Whether a line is a lifecycle stage, an actor or a function, and nothing else."""
        return any(text in labels for labels in self.stated)

    def label_end(self, text: str, begun: bool) -> int | None:
        """Where the code and label at the start of a line end; None when it has none there.

        `begun`: cards were seen before, so that a rest in lower case may be a name too.
        """
        found = self.card.match(text)
        rest = text[found.end() :] if found else ""
        if not found or rest[:1].isspace() or rest[:1] in _STUCK:
            return None
        return None if rest[:1].islower() and not begun else found.end()

    def unknown(self, text: str) -> bool:
        """Whether a line looks like an unknown code and label, with a name glued to it."""
        return (
            len(text) < 200
            and not text.endswith(".")
            and _CODED.match(text) is not None
            and self.card.match(text) is None
            and self.risk.match(text) is None
            and _glued(text)
        )

    def label_at_end(self, text: str) -> int | None:
        """Where the code and label that end a line begin: 0 when they are all of it, else None.

        A label is known, or the code is one of those whose published label was never seen.
        """
        found = self._at_end.search(text)
        return found.start() if found else None

    def is_label(self, text: str) -> bool:
        """Whether a line is a code and label of the taxonomy of measures, and nothing else."""
        return self._at_end.match(text) is not None

    def unknown_label_at_end(self, text: str) -> int | None:
        """The same, of what looks like a label that is not known."""
        found = _LIKE_LABEL.search(text)
        return found.start() if found else None

    @cached_property
    def _at_end(self) -> re.Pattern[str]:
        unseen = "|".join(map(re.escape, sorted(self.unseen))) or _NEVER.pattern
        # In a name such as "GPT-4" the digit before a code belongs to it as likely as not.
        return re.compile(
            rf"(?<![\d.])(?:{self.card.pattern}|(?:{unseen})\s*[A-Z][^.;:!?\d]{{2,{_LABEL}}})\Z"
        )

    def before_stage(self, text: str) -> int | None:
        """Where a lifecycle stage begins that is glued to the end of a line."""
        ends = [len(text) - len(stage) for stage in self.stated[0] if text.endswith(stage)]
        at = min(ends, default=0)
        return at if at > 0 and not text[at - 1].isspace() else None


@lru_cache(maxsize=2)  # compiling took half the time of reading a page
def words_of(taxonomies: tuple[Taxonomy, ...]) -> Words:
    """The words of the taxonomies that a record page uses; those that are missing match nothing."""
    concepts = {taxonomy.id: taxonomy.concepts for taxonomy in taxonomies}
    cards = concepts.get("mitigation", ())
    texts = (f"{c.label} {c.definition}" for found in concepts.values() for c in found)
    return Words(
        card=_pairs((c.code, c.label) for c in cards),
        risk=_pairs((c.code, c.label) for c in concepts.get("risk", ())),
        stated=tuple(frozenset(c.label for c in concepts.get(name, ())) for name in STATED),
        parents=frozenset(fold(c.label) for c in cards),
        unseen=frozenset(c.code for c in cards if c.label_is_ours),
        vocabulary=frozenset(word for text in texts for word in re.findall(r"\w+", text.lower())),
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    printed = _longest_first(f"{code} {label}" for code, label in pairs)
    # Markup may glue a code to its label.
    ways = (
        r"\s+".join(map(re.escape, text.split())).replace(r"\s+", r"\s*", 1) for text in printed
    )
    return re.compile("|".join(ways)) if printed else _NEVER


def learn(lines: Sequence[str], words: Words) -> Words:
    """`words`, with the unknown labels that the page itself teaches.

    The same code and words at the start of several lines, each time with another name glued to
    them, are a label; so is a whole line that is repeated, and, on a page whose labels stand alone
    in their lines, one whose code has no published label yet.
    """
    coded: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        if words.label_end(line, begun=True) is not None or words.risk.match(line):
            continue
        if (code := _CODED.match(line)) and not line.endswith("."):
            coded[code[0].split()[0]].append(line)
    shared = (_shared_label(same) for same in coded.values())
    learnt = {label for label in shared if label and len(label) < _LABEL}
    if any(words.card.fullmatch(line) for line in lines):
        for unseen in words.unseen & coded.keys():
            learnt.update(line for line in coded[unseen] if len(line) < _LABEL and not _glued(line))
    if not learnt:
        return words
    ways = (r"\s+".join(map(re.escape, label.split())) for label in _longest_first(learnt))
    card = re.compile("|".join([*ways, words.card.pattern]))
    return replace(words, card=card, learnt=frozenset(learnt))


def _shared_label(lines: Sequence[str]) -> str | None:
    columns = takewhile(lambda letters: len(set(letters)) == 1, zip(*lines, strict=False))
    shared = "".join(letters[0] for letters in columns)
    code = _CODED.match(shared)
    if len(lines) < 2 or code is None:
        return None
    if len(set(lines)) == 1 and not _glued(shared):
        return shared
    # The first change of case within what is shared: a label has none, "OpenAI" in a name has.
    inner = next((g.start() for g in _GLUE.finditer(shared) if g.start() > code.end()), None)
    if inner is not None:
        return shared[:inner]
    rests = [line[len(shared) :] for line in lines]
    whole = len(shared) - code.end() >= 3 and not shared[-1].isspace()
    glued = all(rest[:1] not in {"", " "} for rest in rests)
    return shared if whole and glued and any(rest[0].isupper() for rest in rests) else None


def _glued(line: str) -> bool:
    return _GLUE.search(line) is not None


def _longest_first(labels: Iterable[str]) -> list[str]:
    return sorted(labels, key=lambda label: (-len(label), label))
