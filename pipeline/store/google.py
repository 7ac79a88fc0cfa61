"""Google's storage, by its JSON calls: conditions (ifGenerationMatch), MD5, pages.

https://cloud.google.com/storage/docs/request-preconditions
"""

import json
import os
from base64 import b64encode
from hashlib import md5
from typing import Any

from pipeline.store.entry import GONE, Entry, NoBucket, below, seen, stamped


def stamp(store: Any, bucket: str, key: str) -> str | None:
    """The stamp of an object: its version is its generation."""
    return _stamp(store.call("GET", "b/{}/o/{}", bucket, key, json_out=True))


def get(store: Any, bucket: str, key: str) -> tuple[bytes, bool]:
    """Its bytes, compared with the MD5 that comes with them."""
    headers, data = store.call("GET", store.url(f"{bucket}/{key}"))
    hashes = [one.strip() for one in ",".join(headers.getall("x-goog-hash", ())).split(",")]
    meant = [one for one in hashes if one.startswith("md5=")]  # what was composed has none
    return data, not meant or f"md5={_md5(data)}" in meant


def put(store: Any, bucket: str, key: str, data: bytes, over: str) -> str:
    """Put it, in one request, with its MD5 for the server to check."""
    condition = {"ifGenerationMatch": "0" if over == GONE else seen(over)} if over else {}
    meta = json.dumps({"name": key, "md5Hash": _md5(data)}).encode()
    cut = os.urandom(16).hex()
    parts = (b"application/json; charset=UTF-8", meta), (b"application/octet-stream", data)
    body = b"".join(
        b"--%b\r\nContent-Type: %b\r\n\r\n%b\r\n" % (cut.encode(), kind, part)
        for kind, part in parts
    )
    try:
        answer = store.call(
            "POST",
            f"{store._location}/upload/storage/v1/b/{{}}/o",
            bucket,
            uploadType="multipart",
            headers={"Content-Type": f"multipart/related; boundary={cut}"},
            data=body + b"--%b--\r\n" % cut.encode(),
            json_out=True,
            **condition,
        )
    except FileNotFoundError as error:
        raise NoBucket from error
    return _stamp(answer)


def page(store: Any, bucket: str, prefix: str, most: int, after: str) -> tuple[list[Entry], str]:
    """At most 1,000 names."""
    said = {"prefix": prefix, "delimiter": "/", "maxResults": most, "pageToken": after}
    said = {name: value for name, value in said.items() if value}
    try:
        answer = store.call("GET", "b/{}/o", bucket, json_out=True, **said)
    except FileNotFoundError as error:
        raise NoBucket from error
    files = {one["name"]: _stamp(one) for one in answer.get("items", ())}
    return below(prefix, files, answer.get("prefixes", [])), answer.get("nextPageToken", "")


def _stamp(answer: dict[str, Any]) -> str:
    return stamped(int(answer["size"]), answer["generation"])


def _md5(data: bytes) -> str:
    return b64encode(md5(data, usedforsecurity=False).digest()).decode()
