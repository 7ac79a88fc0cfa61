"""Where things are: a folder of a disk, or a tree in an object store by its URL.

Nothing here imports a library of a store: that is paid for by the first look into one.
"""

import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PosixPath
from typing import Any

KINDS = ("s3", "gs", "abfs", "abfss", "az", "memory")
CACHE = "GLEANER_CACHE"  # the environment variable that names another folder
_BEGINNINGS = tuple(f"{kind}:" for kind in KINDS)


class BadPlace(ValueError):
    """A URL that nothing can be kept at; the message says what can be."""


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
        from pipeline.store.objects import stamp_of

        return stamp_of(self) is not None

    def is_dir(self, *_: Any, **__: Any) -> bool:
        """Whether there are objects below."""
        from pipeline.store.objects import entries

        return next(entries(self, 1), None) is not None

    def exists(self, *_: Any, **__: Any) -> bool:
        """Whether there is anything of that name."""
        return self.is_file() or self.is_dir()

    def is_symlink(self) -> bool:
        """An object is no link."""
        return False

    def iterdir(self) -> Iterator["Remote"]:  # type: ignore[override]  # a generator since 3.13
        """What is in the folder, sorted."""
        from pipeline.store.objects import entries

        yield from (self / entry.name for entry in entries(self))

    def mkdir(self, *_: Any, **__: Any) -> None:
        """Nothing: folders are there as soon as something is in them."""

    def rmdir(self) -> None:
        """Nothing: folders are gone as soon as nothing is in them."""

    def read_bytes(self) -> bytes:
        """The bytes, checked against the digest that they were written with."""
        from pipeline.store.objects import get

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
        from pipeline.store.objects import delete

        if self.is_file():
            delete(self)
        elif not missing_ok:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self))


def place(said: str | Path) -> Path:
    """The path that a user means: of a disk, or of an object store for a URL. Raises BadPlace."""
    if isinstance(said, Path):
        return said
    kind, means_url, rest = said.partition("://")
    if not means_url:
        return Path(said)
    if kind in ("file", "local"):
        return Path(rest)
    kind = {"gcs": "gs", "s3a": "s3"}.get(kind, kind)
    if kind not in KINDS or not rest.strip("/"):
        raise BadPlace(
            f"{said}: things are kept in folders of a disk, or at s3://BUCKET/..., "
            "gs://BUCKET/... or abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/..."
        )
    if {"..", "."} & set(rest.split("/")):
        raise BadPlace(f"{said}: a URL has no . or .. in it.")
    return Remote(f"{kind}:", *rest.split("/"))


def speaks_of_objects(message: str) -> bool:
    """Whether a message names an object, by its URL."""
    return any(f"{kind}://" in message for kind in KINDS)


def absolute(path: Path) -> Path:
    """The same path from the root, but through no symbolic link: names are those users see."""
    return path if isinstance(path, Remote) else Path(os.path.abspath(path))  # noqa: PTH100


def beside_us(extracted: Path) -> Path:
    """Where the databases and the lock of an `extracted/` are: in it, or for a URL on this disk.

    No database lives in an object store. That folder may be lost: the manifest brings it back.
    """
    if not isinstance(extracted, Remote):
        return extracted
    cache = os.environ.get(CACHE) or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    words = "-".join(part.strip(":") for part in extracted.parts)[-80:]
    return Path(cache) / "gleaner" / f"{words}-{sha256(str(extracted).encode()).hexdigest()[:12]}"
