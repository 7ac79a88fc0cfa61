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
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from runs import ROOT

from pipeline.__main__ import main
from pipeline.run.extract import HEAVY, STAGES_CODE
from pipeline.store import Remote, Stage, Store, objects, place

_REQUEST = re.compile(r'"(?:\x1b\[\d+m)*([A-Z]+) (/[^" ]*) HTTP/1\.1')
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "reader",
    "AWS_SECRET_ACCESS_KEY": "of-tests",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Server:
    """The server; `log` is what it wrote."""

    def __init__(self, url: str, log: Path) -> None:
        self.url, self._log = url, log
        self.environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": url}

    def requests(self) -> list[tuple[str, str]]:
        """Kind and path of each request so far: LIST, or the method of HTTP."""
        found = _REQUEST.findall(self._log.read_text(encoding="utf-8"))
        return [("LIST" if "list-type=2" in path else kind, path) for kind, path in found]

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
        process = subprocess.Popen(words, stdout=out, stderr=out)
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        process.kill()
        process.wait()


def forget_connections() -> None:
    """Have this process, and workers from now on, look at the environment again."""
    from fsspec import get_filesystem_class

    objects._store.cache_clear()
    for kind in ("s3", "gs", "abfs"):
        get_filesystem_class(kind).clear_instance_cache()
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    forkserver.set_forkserver_preload([*STAGES_CODE, *HEAVY])  # as `runs` does, and why
    forkserver.ensure_running()


def client(file: Path) -> Any:
    """The file system of a bucket, to do behind Gleaner's back what others do."""
    assert isinstance(file, Remote)
    return objects._store(file.bucket)


def new_bucket(name: str) -> Remote:
    found = place(f"s3://{name}")
    assert isinstance(found, Remote)
    client(found).call_s3("create_bucket", Bucket=name)
    return found


def put_object(file: Path, data: bytes, **said: Any) -> None:
    assert isinstance(file, Remote)
    if file.parts[0] == "memory:":
        client(file).pipe_file(str(file), data)
        return
    client(file).call_s3("put_object", Bucket=file.parts[1], Key=file.key, Body=data, **said)


def outputs(store: Store) -> dict[str, bytes]:
    """Every output under the name of its stage and document."""
    return {
        f"{stage.folder}/{one.name}.json": store.output(stage, one.name).read_bytes()
        for stage in Stage
        for group in store.made(stage)
        for one in group
    }


def command(store: Store, *words: str, **environment: str) -> subprocess.Popen[str]:
    """A command on a store, begun in a process of its own."""
    places = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", *words, *places],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(store: Store, *words: str, **environment: str) -> tuple[int, str, str]:
    """How a command ends in this process: its exit code, and what it said on stdout and stderr."""
    places = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        if environment:
            forget_connections()
        done = CliRunner().invoke(main, [*words, *places])
    if environment:
        forget_connections()
    return done.exit_code, done.stdout, done.stderr
