"""A real PostgreSQL for the tests: Debian's server in a folder of its own, on a unix socket."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

WHERE = "/usr/lib/postgresql"  # Debian: a folder for each version
UNWISE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # nobody pulls the plug


@dataclass(frozen=True)
class Server:
    """A server that runs; its socket is in `folder`."""

    folder: Path
    programs: Path
    durable: bool = False

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def database(self) -> str:
        """A new database; its URL."""
        name = f"test_{uuid4().hex}"
        self.run("postgres", f'CREATE DATABASE "{name}"')
        return self.url(name)

    def run(self, database: str, statement: str) -> str:
        """Have psql run a statement; what it prints."""
        words = [f"{self.programs}/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", f"{self.folder}"]
        words += ["-U", "postgres", "-d", database, "-c", statement]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = ["listen_addresses=", f"unix_socket_directories={self.folder}"]
        settings += [] if self.durable else UNWISE
        options = " ".join(f"-c {setting}" for setting in settings)
        self._control("start", "-l", f"{self.folder}/log", "-o", options)

    def stop(self, how: str) -> None:
        """Stop it: `fast`, or `immediate` as if it crashed."""
        self._control("stop", "-m", how)

    def _control(self, *words: str) -> None:
        command = [f"{self.programs}/pg_ctl", "-D", f"{self.folder}/data", "-s", "-w", *words]
        subprocess.run([*_nobody(), *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


def programs() -> Path | None:
    """Where the newest server's programs are; None where there is none."""
    found = sorted(Path(WHERE).glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    beside = shutil.which("initdb")
    return found[-1].parent if found else Path(beside).parent if beside else None


@contextmanager
def serving(where: Path, durable: bool = False) -> Iterator[Server]:
    """A server of its own, and nobody's afterwards. `durable`: as one that people trust."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, _user(), None)
    server = Server(folder, where, durable)
    make = [f"{where}/initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust"]
    try:
        subprocess.run(
            [*_nobody(), *make, "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str:
    """An unprivileged user of this machine."""
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _nobody() -> list[str]:
    return ["runuser", "-u", _user(), "--"] if os.geteuid() == 0 else []
