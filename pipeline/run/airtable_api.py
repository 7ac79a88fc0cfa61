"""Airtable's API, asked as politely as it wants, and told of in plain words."""

import time
from typing import Any

from pyairtable import Api
from requests.exceptions import ConnectionError, HTTPError, Timeout
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

TOKEN = "AIRTABLE_API_KEY"  # the environment variable that holds it
GAP = 0.21  # seconds between requests: five in a second, and a little
PAUSE = 30.0  # seconds after a 429 that does not say how long
ATTEMPTS = 6
PASSING = {429, 500, 502, 503, 504}


class NoAirtable(Exception):
    """What Airtable refuses, or a request that cannot be made; the message says what to do."""


class Patient(Api):
    """The API, asked no faster than it allows, and again after what may pass."""

    def __init__(self, token: str, url: str, pause: float = PAUSE) -> None:
        super().__init__(token, timeout=(10, 60), retry_strategy=None, endpoint_url=url)
        self._pause, self._next = pause, 0.0

    def request(self, *args: Any, **named: Any) -> Any:
        """One request. Raises NoAirtable."""
        again = Retrying(
            retry=retry_if_exception(_may_pass),
            wait=self._wait,
            stop=stop_after_attempt(ATTEMPTS),
            reraise=True,
        )
        try:
            return again(self._ask, *args, **named)
        except (HTTPError, ConnectionError, Timeout) as error:
            raise NoAirtable(_told(error)) from error

    def _ask(self, *args: Any, **named: Any) -> Any:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + GAP
        return super().request(*args, **named)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        response = getattr(error, "response", None)
        if response is not None and response.status_code == 429:
            said = response.headers.get("Retry-After", "")
            return float(said) if said.isdecimal() else self._pause
        return min(2.0 ** (state.attempt_number - 2), self._pause)


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, HTTPError) and error.response is not None:
        return error.response.status_code in PASSING
    return isinstance(error, ConnectionError | Timeout)


def _told(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is None:
        return f"Airtable cannot be reached: {error}. What it acknowledged is kept; try again."
    try:
        said = response.json().get("error", "")
    except (ValueError, AttributeError):
        said = ""
    if isinstance(said, dict):
        said = said.get("message") or said.get("type")
    denied = response.status_code in (401, 403)
    hint = f" Is the token in {TOKEN} one for this base?" if denied else ""
    return f"Airtable refuses ({response.status_code}): {said or response.reason}.{hint}"
