"""Pages that stand before a document: a login, a cookie banner, a test for robots."""

import re

FEW = 250  # words of a page that says nothing but "let me see who you are"
_LOOKED_AT = 1_000_000  # bytes
_UNSEEN = re.compile(
    rb"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(rb"<[^<>]*+>?")
_PASSWORD = re.compile(rb"<input\b[^<>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_ASKS = re.compile(rb"<(button|form|input|iframe)\b", re.IGNORECASE)
_SIGNS = (
    ("a login page", re.compile(rb"\b(log|sign) ?in (to|with)\b|\bsingle sign.?on\b")),
    (
        "a cookie wall",
        re.compile(
            rb"\bcookies?\b.*\b(accept|agree|consent)|\b(accept|agree|consent).*\bcookies?\b"
        ),
    ),
    (
        "a test for robots",
        re.compile(
            rb"captcha|verify (that )?you are (a )?human|are you a robot|checking your browser"
            rb"|unusual traffic"
        ),
    ),
)


def wall(page: bytes) -> str:
    """What stands before the document on this HTML page, in words; empty when nothing does.

    A long page with a login box in its corner is a page; a short one that asks is a wall.
    """
    looked_at = page[:_LOOKED_AT]
    seen = _UNSEEN.sub(b" ", looked_at)
    text = b" ".join(_TAG.sub(b" ", seen).lower().split())
    if text.count(b" ") >= FEW:
        return ""
    if _PASSWORD.search(looked_at):
        return "a login page"
    robot_test = _SIGNS[-1]
    if robot_test[1].search(text):
        return robot_test[0]
    if _ASKS.search(looked_at):
        return next((name for name, sign in _SIGNS if sign.search(text)), "")
    return ""
