"""Curators by name and password: `raw/curators.toml`, which holds argon2 hashes and no password."""

import re
import threading
import tomllib
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipeline.store import stamp, write

FILE = "curators.toml"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SHORTEST = 10
HEAD = (
    "# Who may decide at the desk. Add one with: gleaner review curators add NAME\n"
    "# Only hashes (argon2id) are kept here: a lost password is replaced, not looked up.\n"
)


class BadCurator(ValueError):
    """A name or password that cannot be taken; the message says what to do."""


class Curators:
    """The curators of a `raw/`, read again whenever their file changes."""

    def __init__(self, raw: Path) -> None:
        self.file = raw / FILE
        self._hasher = PasswordHasher()
        self._stamp = ""
        self._hashes: dict[str, str] = {}
        # One hash takes 64 MB: a flood of logins must not take them all at once.
        self._one_at_a_time = threading.Lock()

    def names(self) -> list[str]:
        """The curators, sorted. Raises BadCurator when their file cannot be read."""
        return sorted(self._read())

    def knows(self, name: str, password: str) -> bool:
        """Whether the password is this curator's. An unknown name takes as long."""
        found = self._read().get(name)
        with self._one_at_a_time:
            try:
                if found is None:
                    self._hasher.hash(password)
                    return False
                return self._hasher.verify(found, password)
            except (VerificationError, InvalidHashError):
                return False

    def add(self, name: str, password: str) -> bool:
        """Add a curator, or give one a new password (then True). Raises BadCurator, OSError."""
        if not NAME.fullmatch(name):
            raise BadCurator(f"{name!r} cannot be a name: use a-z, 0-9, dot, hyphen, up to 64.")
        if len(password) < SHORTEST:
            raise BadCurator(f"The password is too short: use {SHORTEST} characters or more.")
        hashes = dict(self._read())
        known = name in hashes
        hashes[name] = self._hasher.hash(password)
        tables = "".join(
            f'\n[curators."{name}"]\npassword = "{hashes[name]}"\n' for name in sorted(hashes)
        )
        write(self.file, HEAD + tables)
        self.file.chmod(0o600)
        return known

    def _read(self) -> dict[str, str]:
        now = stamp(self.file)
        if now != self._stamp:
            self._hashes = _hashes(self.file) if self.file.exists() else {}
            self._stamp = now
        return self._hashes


def _hashes(file: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))["curators"]
        hashes = {name: entry["password"] for name, entry in table.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        raise BadCurator(f"{file} is damaged: mend it, or remove it and add them again.") from None
    if not all(NAME.fullmatch(name) and isinstance(hashes[name], str) for name in hashes):
        raise BadCurator(f"{file} has a curator with a bad name or no hash: mend it.")
    return hashes
