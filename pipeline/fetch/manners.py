"""What a host may be asked, and how often."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipeline.fetch.nouns import NotFetched

LONGEST_WAIT = 7 * 24 * 3600.0  # seconds: what a host may ask for at most
FAILURES = 3  # urls in a row that a host could not give before it is left in peace


@dataclass
class Host:
    """What one host was asked in this run."""

    name: str
    last: float = float("-inf")
    requests: int = 0
    failures: int = 0
    crawl_delay: float = 0.0
    closed_until: float = float("-inf")

    def turn(self, delay: float, budget: int, sleep: Callable[[float], None]) -> None:
        """Wait until the host may be asked. Raises NotFetched when it may not in this run."""
        now = time.monotonic()
        if self.closed_until > now:
            wait = self.closed_until - now
            message = f"{self.name} asked to be left alone for {wait:.0f} seconds."
            raise NotFetched("later", "asked-to-wait", message, wait=wait)
        if self.requests >= budget:
            message = f"{self.name} was asked {self.requests} times in this run, which is enough."
            raise NotFetched("later", "budget", message)
        ready = self.last + max(delay, self.crawl_delay)
        if ready > now:
            sleep(ready - now)
        self.last = time.monotonic()
        self.requests += 1

    def check(self) -> None:
        """Raise NotFetched when the host has failed too often to be asked for more."""
        if self.failures >= FAILURES:
            message = f"{self.name} failed {self.failures} times in a row: it is left in peace."
            raise NotFetched("later", "host-failing", message)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that a host asks to wait, 0 where it does not say; a date counts by its own clock."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), LONGEST_WAIT)
    when, now = _date(said), _date(headers.get("date", "")) or datetime.now(UTC)
    return min(max(0.0, (when - now).total_seconds()), LONGEST_WAIT) if when else 0.0


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
