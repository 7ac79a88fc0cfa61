"""Numbers of lists: as markup gives them, and as browsers print them."""


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
