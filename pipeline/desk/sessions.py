"""Who is in: sessions in memory (or shared: see `visits`), codes, and a brake on guessing."""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass

LASTS = 12 * 3600.0  # seconds without a request
MOST_SESSIONS = 10_000
TRIES, WINDOW = 5, 60.0  # wrong guesses for a name or from an address, in so many seconds
MOST_TRIES = 60  # ... and from everybody together
MOST_KEYS = 10_000


@dataclass(slots=True)
class _Session:
    curator: str
    used: float


class Sessions:
    """Sessions by the digest of their token: what lies in memory opens nothing."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, curator: str) -> str:
        """A new session; gives its token, for a cookie and for nothing else."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[digest(token)] = _Session(curator, time.monotonic())
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return token

    def nonce(self) -> str:
        """The token of a visitor who is not in yet: it opens nothing."""
        return secrets.token_urlsafe(32)

    def curator(self, token: str) -> str | None:
        """Whose session it is; None for one that never was or is over."""
        now, key = time.monotonic(), digest(token)
        with self._lock:
            session = self._sessions.get(key)
            if session is None or now - session.used > LASTS:
                self._sessions.pop(key, None)
                return None
            session.used = now
            self._sessions.move_to_end(key)
            return session.curator

    def end(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(digest(token), None)

    def csrf(self, token: str) -> str:
        """What a page must send back with each change, to show that it is ours.

        The token is the key: who does not have the cookie cannot make it, and any desk can.
        """
        return hmac.new(token.encode(), b"gleaner csrf", hashlib.sha256).hexdigest()


class OneTimeCode:
    """A code that lets one browser in, once; the next one is made at that moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._code = self._made()

    @property
    def now(self) -> str:
        """The code that works now."""
        return self._code

    def take(self, code: str) -> bool:
        """Whether it is the code; it is dead from now on."""
        with self._lock:
            right = hmac.compare_digest(plain(code).encode(), plain(self._code).encode())
            if right:
                self._code = self._made()
            return right

    def close(self) -> None:
        """Nobody waits at this door any more."""

    @staticmethod
    def _made() -> str:
        letters = "23456789abcdefghjkmnpqrstuvwxyz"  # none that look alike
        return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


class Brake:
    """Counts wrong guesses by key (a name, an address), and says when there were too many."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> float:
        """Seconds until another guess is heard; 0 when it is heard now."""
        now = time.monotonic()
        with self._lock:
            return max(
                self._wait("", MOST_TRIES, now), *(self._wait(key, TRIES, now) for key in keys)
            )

    def failed(self, *keys: str) -> None:
        """Count a wrong guess."""
        now = time.monotonic()
        with self._lock:
            for key in ("", *keys):
                self._failures.setdefault(key, deque(maxlen=MOST_TRIES)).append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def _wait(self, key: str, most: int, now: float) -> float:
        recent = [at for at in self._failures.get(key, ()) if now - at < WINDOW]
        return WINDOW - (now - recent[-most]) if len(recent) >= most else 0.0


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def plain(code: str) -> str:
    """A code, however it was typed."""
    return code.replace("-", "").replace(" ", "").lower()
