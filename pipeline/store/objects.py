"""Objects in stores that fsspec knows: read with their checksum, written whole, listed by pages.

An object appears when the request that puts it is complete, so there are no drafts and no renames.
Each kind of store is spoken to by its own calls, for conditions, checksums and pages: `s3`,
`google`, `azure`.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path, PosixPath
from typing import Any

from pipeline.store.entry import Entry, Kind, NoBucket

KINDS = ("s3", "gs", "abfs", "abfss", "az", "memory")
_BEGINNINGS = tuple(f"{kind}:" for kind in KINDS)
PAGE = 1000  # names that stores give at a time
NEEDS = {"s3": "s3fs", "gs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs"}
EXTRAS = {"gcsfs": "google", "adlfs": "azure"}
# With the defaults a server that never answers is waited for a quarter of an hour.
PATIENCE = {
    "connect_timeout": 5,
    "read_timeout": 15,
    "retries": {"mode": "standard", "total_max_attempts": 4},
}
OPTIONS: dict[str, dict[str, Any]] = {"s3": {"config_kwargs": PATIENCE}}

# What stores call what may go wrong: S3 and Azure by words, Google's by numbers of HTTP.
CONFLICTS = {
    "PreconditionFailed", "ConditionalRequestConflict", "412", "409",
    "ConditionNotMet", "BlobAlreadyExists",
}  # fmt: skip
NO_BUCKET = {"NoSuchBucket", "ContainerNotFound"}
NO_OBJECT = {"BlobNotFound", "ResourceNotFound"}
STRANGERS = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken",
    "AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation", "401",
}  # fmt: skip
NO_CREDENTIALS = {"NoCredentialsError", "DefaultCredentialsError"}
BROKEN = {
    "ClientPayloadError", "IncompleteRead", "IncompleteReadError", "ResponseStreamingError",
}  # fmt: skip


class Overtaken(OSError):
    """A file that others wrote since it was looked at: it was left as they did."""

    def __init__(self, file: Path) -> None:
        super().__init__(errno.EAGAIN, "Another run wrote it meanwhile: it was left", str(file))


class OnlyOnDisk(Exception):
    """Something that works only on a disk was asked of an object store; the message says so."""

    def __init__(self, url: object) -> None:
        super().__init__(f"This works only with folders of a disk, and {url} is none.")


class Remote(PosixPath):
    """An object or a folder of objects, by URL, in place of a path.

    What is defined here works as with a path, but an object is there whole or not at all, and a
    folder is no more than a beginning of names. Everything else of a path raises OnlyOnDisk, for
    it would look on the disk; and nothing that goes wrong on the way is taken for "not there".
    All methods raise OSError.
    """

    __slots__ = ()

    def __str__(self) -> str:
        path = super().__str__()
        kind, slash, rest = path.partition("/")
        return f"{kind}//{rest}" if slash and kind in _BEGINNINGS else path

    def __fspath__(self) -> str:
        raise OnlyOnDisk(self)

    @property
    def bucket(self) -> "Remote":
        """The bucket or container that it is in."""
        return type(self)(*self.parts[:2])

    @property
    def key(self) -> str:
        """Its name in the bucket."""
        return "/".join(self.parts[2:])

    def is_file(self, *_: Any, **__: Any) -> bool:
        """Whether there is such an object."""
        return stamp_of(self) is not None

    def is_dir(self, *_: Any, **__: Any) -> bool:
        """Whether there are objects below."""
        return next(entries(self, 1), None) is not None

    def exists(self, *_: Any, **__: Any) -> bool:
        """Whether there is anything of that name."""
        return self.is_file() or self.is_dir()

    def is_symlink(self) -> bool:
        """An object is no link."""
        return False

    def iterdir(self) -> Iterator["Remote"]:  # type: ignore[override]  # a generator since 3.13
        """What is in the folder, sorted."""
        yield from (self / entry.name for entry in entries(self))

    def mkdir(self, *_: Any, **__: Any) -> None:
        """Nothing: folders are there as soon as something is in them."""

    def rmdir(self) -> None:
        """Nothing: folders are gone as soon as nothing is in them."""

    def read_bytes(self) -> bytes:
        """The bytes, checked against the digest that they were written with."""
        return get(self)

    def read_text(self, encoding: str | None = None, *_: Any, **__: Any) -> str:
        """The same as text."""
        return self.read_bytes().decode(encoding or "utf-8")

    def open(self, mode: str = "r", *_: Any, **__: Any) -> Any:
        """The bytes as a file to read."""
        if mode != "rb":
            raise OnlyOnDisk(self)
        return BytesIO(self.read_bytes())

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the object."""
        if self.is_file():
            delete(self)
        elif not missing_ok:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self))


def stamp_of(file: Remote) -> str | None:
    """What changes whenever an object does: its size, and what the store calls this version."""
    try:
        with _asked(file) as (kind, store, bucket):
            return kind.stamp(store, bucket, file.key) if file.key else None
    except FileNotFoundError:
        return None


def get(file: Remote, checked: bool = True) -> bytes:
    """The bytes of an object, compared with the digest that it was put with, if with one.

    Raises OSError: EBADMSG when they are not the same, or when not all of them came.
    """
    with _asked(file) as (kind, store, bucket):
        data, intact = kind.get(store, bucket, file.key)
    if checked and not intact:
        raise OSError(errno.EBADMSG, "It is damaged: its bytes are not those written", str(file))
    return data


def put(file: Remote, data: bytes, over: str = "") -> str:
    """Put an object, whole or not at all, and give its stamp. Raises OSError.

    `over` is the stamp that what is there must have, GONE if nothing may be there, empty for
    whatever it is; else Overtaken is raised, and nothing changes.
    """
    with _asked(file, writing=True) as (kind, store, bucket):
        return kind.put(store, bucket, file.key, data, over)


def delete(file: Remote) -> None:
    """Remove an object. Raises OSError."""
    with _asked(file, writing=True) as (_, store, bucket):
        store.rm_file(f"{bucket}/{file.key}")


def entries(folder: Remote, page: int = 0) -> Iterator[Entry]:
    """What is in a folder, sorted by key; only a page of it is in memory. Raises OSError."""
    prefix, after = f"{folder.key}/" if folder.key else "", ""
    while True:
        with _asked(folder) as (kind, store, bucket):
            found, after = kind.page(store, bucket, prefix, page or PAGE, after)
        yield from sorted(found, key=lambda entry: entry.key)
        if not after:
            return


def check(*places: Remote) -> None:
    """Have it said now if a bucket is not there, or not for us. Raises OSError."""
    for one in dict.fromkeys(places):
        next(entries(one, 1), None)


# --- the library, and what it says ----------------------------------------------------------------


def _kind(name: str) -> Kind:
    found: Kind
    match NEEDS.get(name):
        case "s3fs":
            from pipeline.store import s3 as found
        case "gcsfs":
            from pipeline.store import google as found
        case "adlfs":
            from pipeline.store import azure as found
        case _:
            from pipeline.store import plain as found
    return found


@cache
def _store(bucket: Remote) -> Any:
    """The file system of a bucket; it remembers no listing, for others write there too."""
    kind = bucket.parts[0].rstrip(":")
    import logging  # here, for hardly a command speaks to a store

    try:
        from fsspec.core import url_to_fs

        store = url_to_fs(str(bucket), use_listings_cache=False, **OPTIONS.get(kind, {}))[0]
    except ImportError as error:
        needs = NEEDS.get(kind, "fsspec")
        extra = f"pip install 'gleaner[{EXTRAS.get(needs, 'cluster')}]'"
        raise Unreachable(f"{bucket} needs {needs}, which is not installed: {extra}") from error
    logging.getLogger("gcsfs").setLevel(logging.CRITICAL)  # it shouts what we say
    store.retries = 1  # botocore tries again, and each of its tries would be repeated five times
    return store


class Unreachable(OSError):
    """A store that cannot be used at all; the message says why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EHOSTUNREACH, message)


@contextmanager
def _asked(file: Remote, writing: bool = False) -> Iterator[tuple[Kind, Any, str]]:
    """How to ask, the file system, and its bucket; what goes wrong is an OSError that names it.

    A missing object is a FileNotFoundError, a missing bucket is not; nor is a store that does not
    let us in, or is not there: no other object would fare better, and what catches it stops.
    """
    try:
        store = _store(file.bucket)
        bucket = store._strip_protocol(str(file.bucket)).strip("/")
        yield _kind(file.parts[0].rstrip(":")), store, bucket
    except (Overtaken, OnlyOnDisk, Unreachable):
        raise
    except Exception as error:  # each store's library has errors of its own
        raise _said(error, file, writing) from error


def _said(error: Exception, file: Remote, writing: bool) -> OSError:
    code, name = _code(error), type(error).__name__
    if isinstance(error, FileExistsError) or code in CONFLICTS:
        return Overtaken(file)
    if isinstance(error, NoBucket) or code in NO_BUCKET:
        return Unreachable(f"There is no bucket {file.bucket}. Make it, or mend the URL")
    if isinstance(error, FileNotFoundError) or code in NO_OBJECT:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    reason = str(error).partition("\n")[0].rstrip(".")
    if code in STRANGERS:
        return Unreachable(f"{file.bucket} does not know these credentials ({reason})")
    if name in NO_CREDENTIALS:
        return Unreachable(f"There are no credentials for {file.bucket}: see docs/storage.md")
    if (
        isinstance(error, PermissionError)
        or getattr(error, "status_code", 0) == 403  # Azure's
        or (isinstance(error, OSError) and reason.startswith("Forbidden"))  # Google's
    ):
        if writing:
            message = f"These credentials may not write {file} ({reason})"
            return OSError(errno.EROFS, message)
        message = f"These credentials may not read it ({reason})"
        return PermissionError(errno.EACCES, message, str(file))
    if name in BROKEN:
        return OSError(errno.EBADMSG, "Not all of it came", str(file))
    reason = str(error).strip()[:300] or name
    return Unreachable(f"{file.bucket} does not answer as it should ({reason})")


def _code(error: Exception) -> str:
    """What the store itself called it; empty where it said nothing."""
    for one in (error, error.__cause__):
        answer = getattr(one, "response", None)
        if isinstance(answer, dict):
            return str(answer.get("Error", {}).get("Code", ""))
        code = getattr(one, "error_code", None) or getattr(one, "code", None)
        if code:
            return str(getattr(code, "value", code))
    return ""
