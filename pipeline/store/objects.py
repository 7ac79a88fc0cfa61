"""Objects in stores that fsspec knows: read with their checksum, written whole, listed by pages.

An object appears when the request that puts it is complete, so there are no drafts and no renames.
S3 is spoken to by its own calls, for conditions (If-Match), checksums and pages; the others by
what all file systems of fsspec have, where the condition `it is new` is kept by the store, and
`it is as it was` is looked at before.
"""

import errno
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PosixPath
from typing import Any, NamedTuple
from urllib.parse import quote

KINDS = ("s3", "gs", "abfs", "abfss", "az", "memory")
_BEGINNINGS = tuple(f"{kind}:" for kind in KINDS)
GONE = "-"  # the stamp of what is not there
PAGE = 1000  # names that S3 gives at a time
TAGS = ("ETag", "etag", "md5Hash", "generation", "LastModified", "mtime", "created")
CONFLICTS = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
NEEDS = {"s3": "s3fs", "gs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs"}
# With the defaults a server that never answers is waited for a quarter of an hour.
PATIENCE = {
    "connect_timeout": 5,
    "read_timeout": 15,
    "retries": {"mode": "standard", "total_max_attempts": 4},
}
BROKEN = {"ClientPayloadError", "IncompleteRead", "IncompleteReadError", "ResponseStreamingError"}
OPTIONS: dict[str, dict[str, Any]] = {"s3": {"config_kwargs": PATIENCE}}


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


class Entry(NamedTuple):
    """What is in a folder: `stamp` is empty for a folder."""

    name: str
    stamp: str

    @property
    def key(self) -> str:
        """What stores sort by: a folder's name ends in a slash."""
        return self.name if self.stamp else f"{self.name}/"


def stamp_of(file: Remote) -> str | None:
    """What changes whenever an object does: its size, and what the store calls this version."""
    try:
        with _asked(file) as (store, path):
            if _is_s3(store):
                answer = store.call_s3("head_object", Bucket=file.parts[1], Key=file.key)
                return _stamp(answer["ContentLength"], answer)
            info = store.info(path)
    except FileNotFoundError:
        return None
    return None if info["type"] == "directory" else _stamp(info["size"], info)


def get(file: Remote, checked: bool = True) -> bytes:
    """The bytes of an object, compared with the digest that it was put with, if with one.

    Raises OSError: EBADMSG when they are not the same, or when not all of them came.
    """
    with _asked(file) as (store, path):
        if not _is_s3(store):
            data: bytes = store.cat_file(path)
            return data
        from fsspec.asyn import sync

        data, meta = sync(store.loop, _get, store, file)
    meant = meta.get("sha256") if checked else None
    if meant and sha256(data).hexdigest() != meant:
        raise OSError(errno.EBADMSG, "It is damaged: its bytes are not those written", str(file))
    return data


async def _get(store: Any, file: Remote) -> tuple[bytes, dict[str, str]]:
    answer = await store._call_s3("get_object", Bucket=file.parts[1], Key=file.key)
    async with answer["Body"] as body:
        return await body.read(), answer.get("Metadata", {})


def put(file: Remote, data: bytes, over: str = "") -> str:
    """Put an object, whole or not at all, and give its stamp. Raises OSError.

    `over` is the stamp that what is there must have, GONE if nothing may be there, empty for
    whatever it is; else Overtaken is raised, and nothing changes.
    """
    with _asked(file, writing=True) as (store, path):
        if _is_s3(store):
            said = sha256(data)
            answer = store.call_s3(
                "put_object",
                Bucket=file.parts[1],
                Key=file.key,
                Body=data,
                Metadata={"sha256": said.hexdigest()},
                ChecksumSHA256=b64encode(said.digest()).decode(),  # which the server checks
                **_condition(over),
            )
            return _stamp(len(data), answer)
        if over not in ("", GONE) and stamp_of(file) != over:
            raise Overtaken(file)
        store.pipe_file(path, data, mode="create" if over == GONE else "overwrite")
        info = store.info(path)
    if info["size"] != len(data):
        raise OSError(errno.EIO, "It was not kept whole", str(file))
    return _stamp(info["size"], info)


def _condition(over: str) -> dict[str, str]:
    if not over:
        return {}
    return {"IfNoneMatch": "*"} if over == GONE else {"IfMatch": f'"{over.partition("@")[2]}"'}


def delete(file: Remote) -> None:
    """Remove an object. Raises OSError."""
    with _asked(file, writing=True) as (store, path):
        store.rm_file(path)


def entries(folder: Remote, page: int = 0) -> Iterator[Entry]:
    """What is in a folder, sorted by key; of S3, only a page of it is in memory. Raises OSError."""
    if not _is_s3(_store(folder.bucket)):
        yield from sorted(_all(folder), key=lambda entry: entry.key)
        return
    prefix = f"{folder.key}/" if folder.key else ""
    said = {"Bucket": folder.parts[1], "Prefix": prefix, "Delimiter": "/", "MaxKeys": page or PAGE}
    while True:
        with _asked(folder) as (store, _):
            answer = store.call_s3("list_objects_v2", **said)
        found = [
            Entry(one["Key"][len(prefix) :], _stamp(one["Size"], one))
            for one in answer.get("Contents", ())
            if not one["Key"].endswith("/")  # what some tools leave for an empty folder
        ]
        inside = answer.get("CommonPrefixes", ())
        found += [Entry(one["Prefix"][len(prefix) : -1], "") for one in inside]
        yield from sorted((one for one in found if one.name), key=lambda entry: entry.key)
        if not answer.get("IsTruncated"):
            return
        said["ContinuationToken"] = answer["NextContinuationToken"]


def _all(folder: Remote) -> Iterator[Entry]:
    try:
        with _asked(folder) as (store, path):
            found = store.ls(path, detail=True)
    except FileNotFoundError:
        return
    for info in found:
        name = info["name"].rstrip("/").rpartition("/")[2]
        yield Entry(name, "" if info["type"] == "directory" else _stamp(info["size"], info))


def check(*places: Remote) -> None:
    """Have it said now if a bucket is not there, or not for us. Raises OSError."""
    for one in dict.fromkeys(places):
        next(entries(one, 1), None)


# --- the library, and what it says ----------------------------------------------------------------


def _is_s3(store: Any) -> bool:
    return "s3" in (store.protocol if isinstance(store.protocol, tuple) else (store.protocol,))


def _stamp(size: int, info: Any) -> str:
    tag = next((info[name] for name in TAGS if info.get(name)), "")
    if isinstance(tag, datetime):  # some give a time in one way here and in another there
        tag = tag.timestamp()
    quoted = quote(str(tag).strip('"'), safe="")
    return f"{size}@{quoted}"


@cache
def _store(bucket: Remote) -> Any:
    """The file system of a bucket; it remembers no listing, for others write there too."""
    kind = bucket.parts[0].rstrip(":")
    try:
        from fsspec.core import url_to_fs

        store = url_to_fs(str(bucket), use_listings_cache=False, **OPTIONS.get(kind, {}))[0]
    except ImportError as error:
        needs = NEEDS.get(kind, "fsspec")
        extra = f"pip install 'gleaner[cluster]'{'' if needs == 's3fs' else f' {needs}'}"
        raise Unreachable(f"{bucket} needs {needs}, which is not installed: {extra}") from error
    store.retries = 1  # botocore tries again, and each of its tries would be repeated five times
    return store


class Unreachable(OSError):
    """A store that cannot be used at all; the message says why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EHOSTUNREACH, message)


@contextmanager
def _asked(file: Remote, writing: bool = False) -> Iterator[tuple[Any, str]]:
    """The file system and its name for an object; what goes wrong is an OSError that names it.

    A missing object is a FileNotFoundError, a missing bucket is not; nor is a store that does not
    let us in, or is not there: no other object would fare better, and what catches it stops.
    """
    store = _store(file.bucket)
    try:
        yield store, store._strip_protocol(str(file))
    except (Overtaken, OnlyOnDisk):
        raise
    except Exception as error:  # each store's library has errors of its own
        raise _said(error, file, writing) from error


def _said(error: Exception, file: Remote, writing: bool) -> OSError:
    answer = getattr(error.__cause__, "response", None) or {}
    code = str(answer.get("Error", {}).get("Code", ""))
    if isinstance(error, FileExistsError) or code in CONFLICTS:
        return Overtaken(file)
    if code == "NoSuchBucket":
        return Unreachable(f"There is no bucket {file.bucket}. Make it, or mend the URL")
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    if isinstance(error, PermissionError):
        reason = str(error).rstrip(".")
        if code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"):
            return Unreachable(f"{file.bucket} does not know these credentials ({reason})")
        if writing:
            message = f"These credentials may not write {file} ({reason})"
            return OSError(errno.EROFS, message)
        message = f"These credentials may not read it ({reason})"
        return PermissionError(errno.EACCES, message, str(file))
    if type(error).__name__ in BROKEN:
        return OSError(errno.EBADMSG, "Not all of it came", str(file))
    if type(error).__name__ == "NoCredentialsError":
        return Unreachable(f"There are no credentials for {file.bucket}: see docs/storage.md")
    reason = f"{type(error).__name__}: {error}".strip()[:300]
    return Unreachable(f"{file.bucket} does not answer as it should ({reason})")
