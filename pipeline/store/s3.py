"""S3 and servers like it, by its own calls: conditions (If-Match), checksums, pages.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from fsspec.asyn import sync

from pipeline.store.entry import GONE, Entry, below, seen, stamped


def stamp(store: Any, bucket: str, key: str) -> str | None:
    """The stamp of an object."""
    answer = store.call_s3("head_object", Bucket=bucket, Key=key)
    return stamped(answer["ContentLength"], answer["ETag"])


def get(store: Any, bucket: str, key: str) -> tuple[bytes, bool]:
    """Its bytes, compared with the SHA-256 in its metadata."""
    data, meta = sync(store.loop, _get, store, bucket, key)
    meant = meta.get("sha256")
    return data, not meant or sha256(data).hexdigest() == meant


async def _get(store: Any, bucket: str, key: str) -> tuple[bytes, dict[str, str]]:
    answer = await store._call_s3("get_object", Bucket=bucket, Key=key)
    async with answer["Body"] as body:
        return await body.read(), answer.get("Metadata", {})


def put(store: Any, bucket: str, key: str, data: bytes, over: str) -> str:
    """Put it, with its SHA-256 for the server to check and to keep."""
    said = sha256(data)
    condition = {"IfNoneMatch": "*"} if over == GONE else {}
    if version := seen(over):
        condition = {"IfMatch": f'"{version}"'}
    answer = store.call_s3(
        "put_object",
        Bucket=bucket,
        Key=key,
        Body=data,
        Metadata={"sha256": said.hexdigest()},
        ChecksumSHA256=b64encode(said.digest()).decode(),
        **condition,
    )
    return stamped(len(data), answer["ETag"])


def page(store: Any, bucket: str, prefix: str, most: int, after: str) -> tuple[list[Entry], str]:
    """At most 1,000 names."""
    said = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/", "MaxKeys": most}
    if after:
        said["ContinuationToken"] = after
    answer = store.call_s3("list_objects_v2", **said)
    files = {one["Key"]: stamped(one["Size"], one["ETag"]) for one in answer.get("Contents", ())}
    folders = [one["Prefix"] for one in answer.get("CommonPrefixes", ())]
    more = answer["NextContinuationToken"] if answer.get("IsTruncated") else ""
    return below(prefix, files, folders), more
