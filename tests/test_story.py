"""docs/story.md, played: every command in it prints what the page says."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from runs import ROOT, put

STORY = ROOT / "docs" / "story.md"
SURVEY = """\
Response ID,What measure do you use?,Grounds,Lifecycle stage
R-01,Deployers keep a log of incidents and read it once a week.,Nobody learns from what nobody wrote down.,Operate and Monitor
R-02,Providers delete the weights of a model that nobody maintains.,Old models are found by those who attack.,Retire
R-03,Developers test every model against known attacks.,What is not tested is guessed.,Verify and Validate
"""
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Files(SimpleHTTPRequestHandler):
    """The files of a folder."""

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder as a checkout is, with the page of an agency beside it."""
    shutil.copytree(
        ROOT / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__")
    )
    put(tmp_path / "site" / "survey.csv", SURVEY)
    put(tmp_path / "raw" / "sources.toml", "[polite]\ndelay = 0.0\n")
    program = put(
        tmp_path / "bin" / "gleaner", f'#!/bin/sh\nexec {sys.executable} -m pipeline "$@"\n'
    )
    program.chmod(0o755)
    return tmp_path


@pytest.fixture
def port(home: Path) -> Iterator[int]:
    files = partial(Files, directory=str(home / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()


def steps(story: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of the page, with the lines that it prints."""
    for block in BLOCK.findall(story):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = step.splitlines()
            more = [line[2:] for line in lines[1:] if line.startswith("> ")]
            yield "\n".join([lines[0], *more]), [x for x in lines[1:] if not x.startswith("> ")]


def pattern(lines: list[str]) -> str:
    """What the lines match: `...` alone is any lines, within a line anything."""
    parts = [
        r"(?:.*\n)*?" if line == "..." else r".*?".join(map(re.escape, line.split("..."))) + r"\n"
        for line in lines
    ]
    return "".join(parts)


def test_the_story_is_true(home: Path, port: int) -> None:
    environment = {
        **os.environ,
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(home),
    }
    told = [*steps(STORY.read_text(encoding="utf-8"))]
    assert len(told) > 10
    for command, lines in told:
        done = subprocess.run(
            ["bash", "-c", command.replace("localhost:8000", f"127.0.0.1:{port}")],
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = done.stdout.replace(f"127.0.0.1:{port}", "localhost:8000")
        assert done.returncode == 0, f"$ {command}\n{said}"
        assert re.fullmatch(pattern(lines), said), f"$ {command}\n{said}"
