"""How often: `daily`, or `3 days`."""

import re
from datetime import timedelta

NAMES = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
}
_NUMBERED = re.compile(r"([1-9][0-9]{0,3}) (hour|day|week)s?")


def interval(every: str) -> timedelta:
    """The time that the words mean. Raises ValueError, which says what they may be."""
    if every in NAMES:
        return NAMES[every]
    if match := _NUMBERED.fullmatch(every):
        return int(match[1]) * timedelta(**{f"{match[2]}s": 1})
    raise ValueError(f'"{every}" is not hourly, daily, weekly, monthly, or "N hours/days/weeks"')
