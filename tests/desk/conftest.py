"""A desk that runs: real HTTP on loopback, over a copy of the samples' records."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from pipeline.desk.app import close_app, create_app
from pipeline.desk.security import COOKIE
from pipeline.desk.serve import server_of
from pipeline.desk.settings import Settings
from pipeline.store import Store

ROOT = Path(__file__).resolve().parent.parent.parent
CSRF = re.compile(r'name="csrf(?:-token)?" (?:value|content)="([0-9a-f]{64})"')


@dataclass
class Desk:
    """A desk that runs in a thread of this process."""

    url: str
    store: Store
    app: Starlette

    def cookie(self, curator: str) -> str:
        """The session cookie of a curator who came in, without the form."""
        token: str = self.app.state.door.sessions.begin(curator)
        return token

    def csrf(self, token: str) -> str:
        """What pages of that session send back."""
        made: str = self.app.state.door.sessions.csrf(token)
        return made

    @contextmanager
    def client(self, curator: str | None = "ada") -> Iterator[httpx.Client]:
        """A client of that curator (None: of nobody), with the headers that our pages send."""
        headers = {"origin": self.url, "accept": "text/html"}
        cookies = {}
        if curator:
            cookies = {COOKIE: self.cookie(curator)}
            headers["x-csrf-token"] = self.csrf(cookies[COOKIE])
        with httpx.Client(
            base_url=self.url, headers=headers, cookies=cookies, trust_env=False, timeout=30
        ) as client:
            yield client


@pytest.fixture(scope="session")
def extracted_samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `raw/` and `extracted/` of the sample documents; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("samples")
    shutil.copytree(ROOT / "raw" / "documents" / "samples", folder / "raw/documents/samples")
    command = [sys.executable, "-m", "pipeline", "extract"]
    done = subprocess.run(
        [*command, "--raw", "raw", "--extracted", "extracted"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def store(extracted_samples: Path, tmp_path: Path) -> Store:
    """The samples with their records, to do with as one likes."""
    return _copied(extracted_samples, tmp_path)


def _copied(samples: Path, folder: Path) -> Store:
    for part in ("raw", "extracted"):
        shutil.copytree(samples / part, folder / part)
    return Store(folder / "raw", folder / "extracted")


@contextmanager
def running(store: Store, **settings: object) -> Iterator[Desk]:
    """A desk that runs over a store, with these `Settings`."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    given = {"curator": "ada", "port": port, **settings}
    made = Settings(store=store, **given)
    app = create_app(made)
    server = server_of(app, made)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the desk did not start"
        time.sleep(0.01)
    try:
        yield Desk(f"http://127.0.0.1:{port}", store, app)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        close_app(app)


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Desk]]:
    """Opens desks over stores (`Settings` by keyword), and closes them after the test."""
    with ExitStack() as desks:
        yield lambda store, **settings: desks.enter_context(running(store, **settings))


@pytest.fixture
def desk(store: Store, open_desk: Callable[..., Desk]) -> Desk:
    """A desk over the samples."""
    return open_desk(store)


@pytest.fixture(scope="session")
def still_desk(extracted_samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk over the samples for many tests: to look at, not to decide at."""
    with running(_copied(extracted_samples, tmp_path_factory.mktemp("still"))) as desk:
        yield desk


@dataclass
class Program:
    """A desk that runs as a program of its own, to be killed."""

    url: str
    code: str
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def run_desk() -> Iterator[Callable[..., Program]]:
    """Starts `gleaner review` over a store, with these further words; ends it after the test."""
    programs: list[Program] = []

    def started(store: Store, *words: str, port: int = 0, curator: str = "ada") -> Program:
        port = port or free_port()
        command = [sys.executable, "-m", "pipeline", "review", "--no-browser"]
        places = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
        process = subprocess.Popen(
            [*command, *places, "--port", str(port), "--curator", curator, *words],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        said, code = "", None
        while code is None:
            line = process.stdout.readline()
            assert line, f"the desk did not start:\n{said}"
            said += line
            code = re.search(r"code: (\S+)", line)
        threading.Thread(target=process.stdout.read, daemon=True).start()
        program = Program(f"http://127.0.0.1:{port}", code[1], process)
        _wait_for(program.url)
        programs.append(program)
        return program

    yield started
    for program in programs:
        with suppress(ProcessLookupError):
            program.kill()


def enter(client: httpx.Client, **fields: str) -> httpx.Response:
    """Come in by the form, as a browser does; the client keeps the cookie."""
    found = CSRF.search(client.get("/enter", headers={"accept": "text/html"}).text)
    assert found, "the form has no token"
    origin = {"origin": str(client.base_url).rstrip("/")}
    return client.post("/enter", data={"csrf": found[1], **fields}, headers=origin)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(url: str) -> None:
    for _ in range(500):
        with suppress(httpx.TransportError):
            httpx.get(f"{url}/enter", trust_env=False)
            return
        time.sleep(0.02)
    raise AssertionError("the desk does not answer")
