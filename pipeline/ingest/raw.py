"""The original bytes and what is known of them before they are read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Raw:
    """An original: its bytes, its path relative to `raw/`, and its sha256 in hex."""

    path: str
    data: bytes
    sha256: str
