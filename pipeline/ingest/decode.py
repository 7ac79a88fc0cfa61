"""Bytes to text: what the bytes themselves show goes before what is said of them."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model import Issue, Level
from pipeline.model.text import freeze
from pipeline.version import version

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(
    rb"""<meta\b[^<>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})"""
    rb"""|<\?xml\b[^<>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096  # browsers look at 1,024 bytes; saved pages often put a comment before
_SAMPLE = 65_536
# What documents of this field are found in; each has a text that the tests tell apart.
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
    "cp1253", "cp1254", "cp1255", "cp1256",
]  # fmt: skip
_WESTERN = "cp1252"
# As browsers do: these labels mean the larger set that their bytes are really from.
_MEANT = {
    "ascii": _WESTERN, "iso8859-1": _WESTERN, "latin-1": _WESTERN, "iso8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932",
    "iso8859-11": "cp874", "tis-620": "cp874",
}  # fmt: skip
# Not encodings of text, or ones that hide markup from those who check it.
_REFUSED = frozenset({"utf-7", "punycode", "idna", "undefined", "unicode_escape", "mbcs", "oem"})


@dataclass(frozen=True)
class Decoded:
    """Frozen text, the encoding it was read in, and what was doubtful about that."""

    text: str
    encoding: str
    issues: tuple[Issue, ...] = ()
    made_by: Mapping[str, str] = field(default_factory=dict)


def decode(data: bytes, *, header: str | None = None, markup: bool = False) -> Decoded:
    """The frozen text of bytes, in time that grows with their number.

    `header` is the charset that came with the bytes; with `markup`, one declared inside them
    counts too. The order of trust: a byte order mark, the pattern of UTF-16 and UTF-32, valid
    UTF-8, the declaration, detection. Bytes that cannot be decoded become U+FFFD and are counted.
    """
    said = header or (_declared_in(data) if markup else None)
    declared = _codec(said)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding, said, declared)
    if wide := wide_encoding(data):
        return _decoded(data, wide, said, declared)
    if data.isascii():
        # Only these write other letters with ASCII bytes.
        escaped = declared if declared in ("iso2022_jp", "iso2022_kr", "hz") else None
        return _decoded(data, escaped or "utf-8", None, None)
    if _is_utf8(data):
        return _decoded(data, "utf-8", said, declared)
    if declared not in (None, "utf-8") and _decodes(data, declared):
        return _decoded(data, declared, said, declared)
    return _detected(data, said, declared)


def wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without its mark, known by where the zero bytes of Latin letters stand."""
    sample = data[:4096]
    zeros = [sample[place::4].count(0) / (len(sample[place::4]) or 1) for place in range(4)]
    patterns = {
        "utf-32-le": (False, True, True, True),
        "utf-32-be": (True, True, True, False),
        "utf-16-le": (False, True, False, True),
        "utf-16-be": (True, False, True, False),
    }
    for encoding, pattern in patterns.items():
        if len(sample) >= 8 and all(
            share > 0.5 if zero else share < 0.1 for share, zero in zip(zeros, pattern, strict=True)
        ):
            return encoding
    return None


def _declared_in(data: bytes) -> str | None:
    match = _DECLARATION.search(data[:_DECLARED_WITHIN])
    return (match[1] or match[2]).decode("ascii", "replace") if match else None


def _codec(label: str | None) -> str | None:
    try:
        name = codecs.lookup(label or "").name
    except (LookupError, ValueError):
        return None
    if not getattr(codecs.lookup(name), "_is_text_encoding", True) or name in _REFUSED:
        return None
    # A declaration that could be read as ASCII does not stand in UTF-16 or UTF-32.
    return "utf-8" if name.startswith(("utf", "utf_")) else _MEANT.get(name, name)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, perhaps damaged: most of what is not ASCII is well formed."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return True
        lenient = data.decode(errors="replace")
        bad = lenient.count("\ufffd")
        return sum(len(run) for run in re.findall(r"[^\x00-\x7f]+", lenient)) > 2 * bad
    return True


def _detected(data: bytes, said: str | None, declared: str | None) -> Decoded:
    from charset_normalizer import from_bytes

    # From the first byte that is not ASCII, between white space, so that no character is cut.
    match = re.search(rb"[^\x00-\x7f]", data)
    first = match.start() if match else 0
    start = max(data.rfind(b" ", 0, first), data.rfind(b"\n", 0, first), first - 200, 0)
    sample = data[start : start + _SAMPLE]
    if len(sample) == _SAMPLE:
        sample = sample[: max(sample.rfind(b" "), sample.rfind(b"\n"), _SAMPLE // 2)]
    matches = list(from_bytes(sample, cp_isolation=_CANDIDATES, enable_fallback=False))
    best = matches[0].encoding if matches else _WESTERN
    # Central European reads Western bytes as well as Western does: the commoner of equals wins.
    if any(m.encoding == _WESTERN and m.chaos <= matches[0].chaos for m in matches):
        best = _WESTERN
    best = _MEANT.get(best, best)
    if said is None:
        issue = _warning(
            "charset-guessed", f"The file does not say its encoding; it was read as {best}."
        )
        decoded = _decoded(data, best, None, None)
    else:
        issue = _warning(
            "charset-lies", f"The file says its encoding is {said}, but was read as {best}."
        )
        decoded = _decoded(data, best, None, declared)
    return Decoded(
        decoded.text,
        best,
        (issue, *decoded.issues),
        {"charset-normalizer": version("charset-normalizer")},
    )


def _decoded(data: bytes, encoding: str, said: str | None, declared: str | None) -> Decoded:
    issues = []
    unicode = encoding.startswith("utf")
    if said and encoding != declared and not (unicode and declared == "utf-8"):
        issues.append(
            _warning("charset-lies", f"The file says its encoding is {said}, but it is {encoding}.")
        )
    try:
        text = data.decode(encoding)
    except UnicodeError:
        text = data.decode(encoding, errors="replace")
        genuine = data.count("\ufffd".encode(encoding)) if unicode else 0
        bad = max(1, text.count("\ufffd") - genuine)
        issues.append(
            _warning(
                "undecodable",
                f"Pieces of the file that are not {encoding}, each read as \ufffd: {bad}.",
            )
        )
    return Decoded(freeze(text), encoding, tuple(issues))


def _warning(code: str, message: str) -> Issue:
    return Issue(code=code, level=Level.WARNING, message=message, stage="ingest")
