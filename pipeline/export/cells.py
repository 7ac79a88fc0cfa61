"""Cells of a spreadsheet: texts that stay the texts they are, and come back as they left."""

import re
from collections.abc import Iterable, Sequence

GUARD = "'"  # what spreadsheets take for "this is text", and show in a file of plain text

# A program that opens a file may run these; also behind what it strips: spaces, quotes, marks.
_FORMULA = re.compile(
    r"""[\s"'`\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@\t\r＝＋－＠]"""
)
_LEADING_CONTROL = re.compile(r"""[\s"'`]*[\t\r\n\x0b\x0c]""")

# What spreadsheets read as a number, a date, a truth or an error where a text was meant.
_TRUTH = {"TRUE", "FALSE"}
_ERROR = re.compile(r"#[A-Z/0!?]+")
_MONTH = re.compile(
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|fév|avr|aoû|déc"
    "|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|mrt|mei|out"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_OF_NUMBERS = {"e", "am", "pm", "st", "nd", "rd", "th"}
_LONGEST_NUMBER = 40


def guard_formula(text: str) -> str:
    """The text, behind an apostrophe where a program might run it. `unguard` takes it away."""
    risky = text.startswith(GUARD) or _FORMULA.match(text) or _LEADING_CONTROL.match(text)
    return GUARD + text if risky else text


def guard(text: str) -> str:
    """The same, and where a program might read a number or a date: `1.10`, `0012`, `MARCH1`."""
    return GUARD + text if _like_a_number(text) else guard_formula(text)


def unguard(text: str) -> str:
    """The text that was guarded."""
    return text.removeprefix(GUARD)


def _like_a_number(text: str) -> bool:
    word = text.strip()
    if len(word) > _LONGEST_NUMBER:
        return False
    if word.upper() in _TRUTH or _ERROR.fullmatch(word):
        return True
    if not any(map(str.isdigit, word)):
        return False
    return all(
        letters in _OF_NUMBERS or _MONTH.match(letters)
        for letters in _LETTERS.findall(word.lower())
    )


# --- several texts in one cell --------------------------------------------------------------------


def join(items: Iterable[str], between: str) -> str:
    """Several texts in one, with the mark `between` them escaped within; an empty one is `\\0`."""
    mark = between.strip() or between
    return between.join(
        item.replace("\\", "\\\\").replace(mark, _escaped(mark)) or "\\0" for item in items
    )


def split(text: str, between: str) -> tuple[str, ...]:
    """The texts that `join` joined. The spaces around the mark may be missing."""
    mark = between.strip() or between
    before, _, after = between.partition(mark)
    parts = [""]
    for piece in re.split(rf"(\\.|{re.escape(mark)})", text, flags=re.DOTALL):
        if piece == mark:
            parts.append("")
        else:
            parts[-1] += piece
    last = len(parts) - 1
    bare = (
        part.removesuffix(before if at < last else "").removeprefix(after if at else "")
        for at, part in enumerate(parts)
    )
    return tuple(_unescaped(part, mark) for part in bare if part)


def _escaped(mark: str) -> str:
    return "\\n" if mark == "\n" else "\\" + mark


def _unescaped(part: str, mark: str) -> str:
    def plain(match: re.Match[str]) -> str:
        return {"\\n": "\n" if mark == "\n" else "n", "\\0": ""}.get(match[0], match[0][1:])

    return re.sub(r"\\.", plain, part, flags=re.DOTALL)


def lines(items: Sequence[str]) -> str:
    """Several texts in one cell, a line each."""
    return join(items, "\n")
