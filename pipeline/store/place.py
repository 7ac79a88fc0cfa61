"""Where things are: a folder of a disk, or a tree in an object store by its URL."""

import os
from hashlib import sha256
from pathlib import Path

from pipeline.store.objects import KINDS, Remote

CACHE = "GLEANER_CACHE"  # the environment variable that names another folder


class BadPlace(ValueError):
    """A URL that nothing can be kept at; the message says what can be."""


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
