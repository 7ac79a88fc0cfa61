"""Files: JSON with the same bytes everywhere, whole or absent, and known by stamp and digest."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from errno import EAGAIN, EBADMSG, EIO, ESTALE
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.store.entry import GONE
from pipeline.store.objects import Remote, get, put, stamp_of

if TYPE_CHECKING:  # pydantic takes 0.15 s to import, and `gleaner status` needs no noun
    from pydantic import BaseModel

    Noun = TypeVar("Noun", bound=BaseModel)

DRAFTS = ".*.tmp"
DRAFT = re.compile(r"\.[0-9a-f]{16}\.tmp")  # chance: two machines may have the same process ids
YOUNG = 1_000_000_000  # nanoseconds within which a file may change again under the same stamp
TOKENS = 10_000  # of JSON in a part: 100 KB or so
PASSING = {EIO, ESTALE, EAGAIN, EBADMSG}
OBJECT = "@"  # in the stamp of an object, between its size and what its store calls the version

# A string holds no raw line break, so this meets only what stands between values.
_NUMBERS = re.compile(r"\[\n ++([-\d][-+\d.eE, \n]++)\]")


def canonical(noun: BaseModel) -> str:
    """A noun as JSON that is the same everywhere: two spaces, model order, numbers side by side."""
    parts = _NUMBERS.split(noun.model_dump_json(by_alias=True, indent=2))
    parts[1::2] = [f"[{' '.join(numbers.split())}]" for numbers in parts[1::2]]
    return "".join((*parts, "\n"))


def digest(data: bytes | str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def stamp(file: Path | str) -> str:
    """What changes whenever a file does: size, and times of change in nanoseconds; `-` if gone.

    Raises OSError only for an object of which the store does not tell.
    """
    if isinstance(file, Remote):
        return stamp_of(file) or GONE
    try:
        stat = os.stat(file)  # noqa: PTH116 (see Store.stamps)
    except OSError:
        return GONE
    return f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}"


def stamp_all(files: Iterable[Path | str]) -> str:
    """The stamps of those of the files that are there, as one; `-` if none is."""
    return "+".join(mark for file in files if (mark := stamp(file)) != GONE) or GONE


def settled(mark: str) -> str:
    """A raw file's stamp to be trusted later; empty for one so young that it may hide a change."""
    files = (one for one in mark.split("+") if one != GONE and OBJECT not in one)
    ages = (time.time_ns() - int(one.rpartition(":")[2]) for one in files)
    return mark if all(age > YOUNG for age in ages) else ""


def read_bytes(file: Path) -> bytes:
    """The bytes of a file, asked for again when the disk's error may pass. Raises OSError."""
    try:
        return file.read_bytes()
    except OSError as error:
        if error.errno not in PASSING:
            raise
    # Imported here: it takes 0.05 s, and hardly a disk has such errors.
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

    again = Retrying(
        retry=retry_if_exception(lambda e: isinstance(e, OSError) and e.errno in PASSING),
        wait=wait_exponential(multiplier=0.05, max=1),
        stop=stop_after_attempt(3),
        reraise=True,
    )
    return again(file.read_bytes)


def read_as_it_is(file: Path) -> bytes:
    """The bytes of a file, of an object even when they are not those that were put there."""
    if isinstance(file, Remote):
        return get(file, checked=False)
    return read_bytes(file)


def read_noun(kind: type[Noun], file: Path) -> Noun:
    """A noun from its file. Raises OSError, and ValueError when the file holds no such noun."""
    return kind.model_validate_json(read_bytes(file))


def json_parts(data: Any) -> Iterator[str]:
    """Data as JSON for people, in parts: all of a large report need never be there at once."""
    tokens = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(data)
    while part := "".join(islice(tokens, TOKENS)):
        yield part
    yield "\n"


def write(file: Path, content: str | bytes | Iterable[str], over: str = "") -> str:
    """Put a file in its place, whole or not at all, and on the disk. Raises OSError.

    An object is put only `over` what has that stamp (see `objects.put`); its new stamp is given,
    and for a file of a disk nothing.
    """
    if isinstance(file, Remote):
        return put(file, b"".join(_in_bytes(content)), over)
    _make(file.parent)
    draft = file.with_name(DRAFTS.replace("*", os.urandom(8).hex()))
    try:
        with draft.open("wb") as out:
            for part in _in_bytes(content):
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    sync(file.parent)
    return ""


def _in_bytes(content: str | bytes | Iterable[str]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        return iter([content])
    return (part.encode() for part in ([content] if isinstance(content, str) else content))


def _make(folder: Path) -> None:
    """Make a folder and those above it, each name on the disk before the next is made."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def sync(path: Path) -> None:
    """Have a file or a folder's names on the disk: a rename alone can be lost with the power.

    Raises OSError.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def keep_aside(file: Path, into: Path) -> None:
    """Copy a file that someone changed by hand to where it is safe. Raises OSError."""
    write(into, read_as_it_is(file))


def bibliography(data: bytes | None) -> dict[str, Any] | None:
    """The `[bibliography]` of a sidecar, with the `url` above it; None without a sidecar.

    Raises ValueError when the bytes are not TOML in UTF-8.
    """
    if data is None:
        return None
    import tomllib

    table = tomllib.loads(data.decode("utf-8-sig"))
    found = table.get("bibliography", {})
    if not isinstance(found, dict):
        raise ValueError("[bibliography] is not a table")
    return ({"url": table["url"]} if "url" in table else {}) | found


def password(data: bytes | None) -> str:
    """The `password` of a sidecar, for a locked original; empty without one."""
    import tomllib

    try:
        found = tomllib.loads(data.decode("utf-8-sig")).get("password") if data else None
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""
