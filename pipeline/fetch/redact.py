"""Addresses as they may be shown and kept: without what lets somebody in."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

HIDDEN = "..."
_SECRET = re.compile(
    r"auth|credential|key|passw|pwd|secret|session|sig(nature)?$|token|x-amz-|x-goog-",
    re.IGNORECASE,
)


def redacted(url: str) -> str:
    """The url without user, password, fragment, and the values of queries that open doors."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")[2]
    shown = parts.query
    if any(_SECRET.search(name) for name, _ in query):
        shown = urlencode(
            [(name, HIDDEN if _SECRET.search(name) else value) for name, value in query]
        )
    return urlunsplit((parts.scheme, host, parts.path, shown, ""))
