"""Any file system of fsspec, by what all have: conditions are looked at before, not meanwhile."""

from typing import Any

from pipeline.store.entry import GONE, Entry, below, seen, stamped

VERSIONS = ("ETag", "etag", "mtime", "created")


def stamp(store: Any, bucket: str, key: str) -> str | None:
    """The stamp of an object."""
    return _stamp(store.info(f"/{bucket}/{key}"))


def get(store: Any, bucket: str, key: str) -> tuple[bytes, bool]:
    """Its bytes."""
    return store.cat_file(f"/{bucket}/{key}"), True


def put(store: Any, bucket: str, key: str, data: bytes, over: str) -> str:
    """Put it."""
    path = f"/{bucket}/{key}"
    if seen(over) and stamp(store, bucket, key) != over:
        raise FileExistsError(path)
    store.pipe_file(path, data, mode="create" if over == GONE else "overwrite")
    return stamp(store, bucket, key) or ""


def page(store: Any, bucket: str, prefix: str, most: int, after: str) -> tuple[list[Entry], str]:
    """All names."""
    top = f"/{bucket}/"
    try:
        found = store.ls(top + prefix, detail=True)
    except FileNotFoundError:
        return [], ""
    stamps = {one["name"].removeprefix(top): _stamp(one) for one in found}
    folders = [name for name, mark in stamps.items() if mark is None]
    return below(prefix, {name: mark for name, mark in stamps.items() if mark}, folders), ""


def _stamp(info: dict[str, Any]) -> str | None:
    if info["type"] == "directory":
        return None
    version = next((info[name] for name in VERSIONS if info.get(name)), "")
    return stamped(info["size"], version)
