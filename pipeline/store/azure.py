"""Azure's blobs, by the client that adlfs holds: conditions (If-Match), MD5, pages.

https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
"""

from hashlib import md5
from typing import Any

from azure.core import MatchConditions
from fsspec.asyn import sync

from pipeline.store.entry import GONE, Entry, below, seen, stamped

FOLDER = "hdi_isfolder"  # how accounts with folders of their own mark one


def stamp(store: Any, bucket: str, key: str) -> str | None:
    """The stamp of an object."""
    return _stamp(sync(store.loop, _properties, store, bucket, key))


async def _properties(store: Any, bucket: str, key: str) -> Any:
    async with store.service_client.get_blob_client(bucket, key) as blob:
        return await blob.get_blob_properties()


def get(store: Any, bucket: str, key: str) -> tuple[bytes, bool]:
    """Its bytes, compared with the MD5 that is kept with them."""
    data, meant = sync(store.loop, _get, store, bucket, key)
    return data, not meant or md5(data, usedforsecurity=False).digest() == bytes(meant)


async def _get(store: Any, bucket: str, key: str) -> tuple[bytes, Any]:
    async with store.service_client.get_blob_client(bucket, key) as blob:
        stream = await blob.download_blob()
        return await stream.readall(), stream.properties.content_settings.content_md5


def put(store: Any, bucket: str, key: str, data: bytes, over: str) -> str:
    """Put it, with its MD5 for the server to check and to keep."""
    answer = sync(store.loop, _put, store, bucket, key, data, over)
    return stamped(len(data), answer["etag"])


async def _put(store: Any, bucket: str, key: str, data: bytes, over: str) -> Any:
    from azure.storage.blob import ContentSettings

    said: dict[str, Any] = {}
    if version := seen(over):
        said = {"etag": f'"{version}"', "match_condition": MatchConditions.IfNotModified}
    digest = bytearray(md5(data, usedforsecurity=False).digest())
    async with store.service_client.get_blob_client(bucket, key) as blob:
        return await blob.upload_blob(
            data,
            overwrite=over != GONE,
            validate_content=True,
            content_settings=ContentSettings(content_md5=digest),
            **said,
        )


def page(store: Any, bucket: str, prefix: str, most: int, after: str) -> tuple[list[Entry], str]:
    """At most 1,000 names."""
    found, more = sync(store.loop, _page, store, bucket, prefix, most, after)
    folders = [one.name for one in found if "prefix" in one]
    files = {one.name: _stamp(one) or "" for one in found if "prefix" not in one and _stamp(one)}
    return below(prefix, files, folders), more or ""


async def _page(store: Any, bucket: str, prefix: str, most: int, after: str) -> Any:
    async with store.service_client.get_container_client(bucket) as container:
        walk = container.walk_blobs(prefix, delimiter="/", results_per_page=most)
        pages = walk.by_page(after or None)
        async for names in pages:
            return [one async for one in names], pages.continuation_token
    return [], ""


def _stamp(blob: Any) -> str | None:
    is_folder = (blob.metadata or {}).get(FOLDER) == "true"
    return None if is_folder else stamped(blob.size, blob.etag)
