"""Numbers as documents print them: "1.2", "(a)", "iv.", "A-1", "Recommendation 7:", "§ 3", "#NAME".

A lone letter may be a letter or a Roman numeral ("i", "v", "C"): `readings` gives both, and the
number before it decides. Depth counts components: "1.2.3" has three.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_WORDS = (
    "recommendation|principle|measure|mitigation|control|safeguard|action|proposal|practice"
    "|intervention|countermeasure|requirement|commitment|objective|guideline|provision|suggestion"
    "|step|phase|stage|layer|level|pillar|goal|article|section|part|chapter|clause|annex|appendix"
    "|govern|map|manage|box|figure|table|rule|item|question|option|theme|priority"
)
_VALUE = (
    r"(?:\d{1,3}(?:[.-]\d{1,3})*|[a-zA-Z][.-]?\d{1,3}(?:[.-]\d{1,3})*|[ivxlcIVXLC]{1,7}|[a-zA-Z])"
)
_FORMS = (
    # "Recommendation 7:", "Article 5", "§ 3", "GOVERN 1.1", "Annex B"
    re.compile(rf"(?P<word>(?i:{_WORDS})|§§?)\s*(?:#|[Nn]o\.|[Nn]r\.)?\s?(?P<value>{_VALUE})"
               r"(?P<after>[.:)]?)(?=\s|$|[–—-]\s)"),
    re.compile(r"#(?P<value>[A-Z][A-Z0-9_-]{2,})(?P<after>)$"),
    # "1.", "(a)", "iv)", "A-1."
    re.compile(rf"(?P<before>\(?)(?P<value>{_VALUE})(?P<after>[.)](?=\s|$))"),
    # A number of several parts or a code needs no full stop: "1.2 Scope", "A-1 Red teaming".
    re.compile(r"(?P<value>\d{1,3}(?:\.\d{1,3})+|[A-Z]{1,5}(?:[.-][A-Z]{1,3})?[.-]?\d{1,4}(?:[.-]\d{1,3})*)(?P<after>)"
               r"(?=[\s:])"),
    # One bare number before a title: "3 Methods".
    re.compile(r"(?P<value>\d{1,2})(?P<after>)(?=\s+[A-Z])"),
)  # fmt: skip
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN_FORM = re.compile(r"(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")


class Number(NamedTuple):
    """A printed number. `kind` is decimal, letter, roman (capitals upper-case), code or name.

    `style` is what numbers of one series share (word, kind and punctuation), `value` its
    components as integers, `label` and `end` the characters of the label and of all up to the text.
    """

    kind: str
    style: str
    value: tuple[int, ...]
    label: str
    end: int

    @property
    def depth(self) -> int:
        """How many components it has."""
        return len(self.value)

    def follows(self, other: "Number") -> bool:
        """Whether it is the next of the same series: 3 after 2, 1.3 after 1.2, v after iv."""
        return (
            self.style == other.style
            and self.value[:-1] == other.value[:-1]
            and self.value[-1] == other.value[-1] + 1
        )

    def is_first(self) -> bool:
        """Whether a series begins with it."""
        return self.value[-1] == 1


def readings(text: str) -> tuple[Number, ...]:
    """What the number at the start of `text` may be, the likeliest first; () for none."""
    lead = len(text) - len(text.lstrip())
    for form in _FORMS:
        if found := form.match(text, lead):
            groups = found.groupdict()
            word = (groups.get("word") or "").lower()
            printed = groups["value"]
            label = text[lead : found.end()].rstrip(".:)").lstrip("(")
            around = f"{groups.get('before') or ''}{groups['after'].replace(':', '')}"
            if label.startswith("#"):
                return (Number("name", "#", (0,), label, found.end()),)
            end = found.end() + _white(text, found.end())
            return tuple(
                Number(kind, f"{word}{kind}{around}", value, label, end)
                for kind, value in _values(printed)
            )
    return ()


def first_reading(text: str) -> Number | None:
    """The likeliest reading, or None."""
    return next(iter(readings(text)), None)


def _white(text: str, start: int) -> int:
    rest = text[start:]
    return len(rest) - len(rest.lstrip())


def _values(printed: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    if printed[0].isdigit():
        yield "decimal", tuple(int(part) for part in re.split(r"[.-]", printed))
        return
    if any(map(str.isdigit, printed)):
        letters = "".join(filter(str.isalpha, printed))
        yield f"code-{letters}", tuple(int(part) for part in re.findall(r"\d+", printed))
        return
    low, case = printed.lower(), "upper" if printed.isupper() else "lower"
    roman = _roman(low)
    if roman and (len(low) > 1 or low == "i"):
        yield f"roman-{case}", (roman,)
    if len(printed) == 1:
        yield f"letter-{case}", (ord(low) - ord("a") + 1,)
        if roman and low != "i":
            yield f"roman-{case}", (roman,)


def _roman(low: str) -> int:
    if not low or not _ROMAN_FORM.fullmatch(low):
        return 0
    values = [_ROMAN[letter] for letter in low]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def chains(numbers: Sequence[tuple[Number, ...]]) -> list[list[int]]:
    """The series among numbers in reading order, as positions: each goes on by one at a time."""
    found: list[list[int]] = []
    awaited: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for position, options in enumerate(numbers):
        known = next((n for n in options if (n.style, n.value) in awaited), None)
        number = known or next(iter(options), None)
        if number is None:
            continue
        if known:
            chain = awaited.pop((known.style, known.value))
        else:
            found.append(chain := [])
        chain.append(position)
        # Of two that wait for the same number the later one gets it: it is nearer.
        awaited[number.style, (*number.value[:-1], number.value[-1] + 1)] = chain
    return found
