"""Numbers of lists: as markup gives them, and as browsers print them."""

from dataclasses import dataclass

from lxml.etree import _Element as Element


def numeral(number: int, style: str) -> str:
    """A list number as printed: `1`, `a`, `A`, `i` or `I`; decimal where the style has no such."""
    if style in ("a", "A") and number > 0:
        letters = ""
        while number > 0:
            number, place = divmod(number - 1, 26)
            letters = chr(ord("a") + place) + letters
        return letters if style == "a" else letters.upper()
    if style in ("i", "I") and 0 < number < 4_000:
        values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
        signs = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
        roman = ""
        for value, sign in zip(values, signs, strict=True):
            count, number = divmod(number, value)
            roman += sign * count
        return roman if style == "i" else roman.upper()
    return str(number)


def whole(said: str | None) -> int | None:
    """The whole number that an attribute holds, None for anything else."""
    digits = (said or "").strip()
    sign = digits.startswith("-")
    return int(digits) if digits[sign:].isdecimal() and len(digits) <= 9 else None


@dataclass
class Listed:
    """A list that is walked through: how its items are marked, and the number of the next."""

    ordered: bool = False
    style: str = ""
    next: int = 1
    step: int = 1

    @classmethod
    def of(cls, element: Element) -> "Listed":
        """The list that an element is."""
        ordered = element.tag == "ol"
        items = sum(1 for _ in element.iterchildren("li")) if ordered else 0
        backwards = ordered and element.get("reversed") is not None
        start = whole(element.get("start"))
        first = start if start is not None else items if backwards else 1
        return cls(ordered, element.get("type", "1"), first, -1 if backwards else 1)

    def marker(self, item: Element) -> str:
        """What a browser prints in front of the next item."""
        if not self.ordered:
            return "• "
        said = whole(item.get("value"))
        number = self.next if said is None else said
        self.next = number + self.step
        return numeral(number, item.get("type") or self.style) + ". "
