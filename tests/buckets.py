"""An S3-compatible server of its own on loopback, its log of requests, and buckets on it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.store import Remote, Store, place

_REQUEST = re.compile(r'"([A-Z]+) (/[^" ]*) HTTP/1\.1" (\d+)')


class Server:
    """The server; `log` is what it wrote."""

    def __init__(self, url: str, log: Path) -> None:
        self.url, self._log = url, log

    def requests(self) -> list[tuple[str, str]]:
        """Kind and path of each request so far: LIST, or the method of HTTP."""
        found = _REQUEST.findall(self._log.read_text(encoding="utf-8"))
        return [("LIST" if "list-type=2" in path else kind, path) for kind, path, _ in found]

    @contextmanager
    def counted(self) -> Iterator[Counter[str]]:
        """The requests of a block, by kind, once it ended; GETs of originals are `RAW`, too."""
        before, counts = len(self.requests()), Counter[str]()
        yield counts
        for kind, path in self.requests()[before:]:
            counts[kind] += 1
            counts["RAW"] += kind == "GET" and "/raw/documents/" in path


@contextmanager
def serving(log: Path) -> Iterator[Server]:
    """A server in a process of its own, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out, env={**os.environ})
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        process.kill()
        process.wait()


def client(bucket: Remote) -> Any:
    """The file system of a bucket, to do behind Gleaner's back what others do."""
    from pipeline.store import objects

    return objects._store(bucket.bucket)


def new_bucket(name: str) -> Remote:
    found = place(f"s3://{name}")
    assert isinstance(found, Remote)
    client(found).call_s3("create_bucket", Bucket=name)
    return found


def put_object(file: Path, data: bytes, **said: Any) -> None:
    assert isinstance(file, Remote)
    client(file).call_s3("put_object", Bucket=file.parts[1], Key=file.key, Body=data, **said)


def outputs(store: Store) -> dict[str, bytes]:
    """Every output under the name of its stage and document."""
    from pipeline.store import Stage

    return {
        f"{stage.folder}/{one.name}.json": store.output(stage, one.name).read_bytes()
        for stage in Stage
        for group in store.made(stage)
        for one in group
    }
