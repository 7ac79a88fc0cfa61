"""The deployment of docs/deploy, without its containers: two desks, PostgreSQL, nginx, by TLS.

Commands, environment and proxy are those of its files; only hosts, ports and places are replaced.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import yaml
from postgres import Server

from desk.conftest import CSRF, ROOT, free_port
from desk.deciding import PDF
from pipeline.desk.curators import Curators
from pipeline.model import RecordFile
from pipeline.store import Stage, Store, read_noun
from pipeline.store.decisions import Decisions

DEPLOY = ROOT / "docs" / "deploy"
ADDRESS = "https://desk.example.org"
PASSWORD, TOKEN = "a long enough password", "for-prometheus"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx (apt-get install nginx-light)")


@dataclass
class Team:
    """Desks by their ports, the proxy, and what they decided."""

    desks: dict[int, subprocess.Popen[bytes]]
    proxy: str
    decisions: str


@contextmanager
def program(log: Path, *words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, env={**os.environ, **environment}, stdout=out, stderr=out, cwd=ROOT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        assert process.poll() is None, log.read_text()
        with suppress(httpx.TransportError):
            if httpx.get(url, trust_env=False, verify=False).status_code < 500:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def proxy_of(folder: Path, port: int, desks: list[int]) -> Path:
    """The proxy's file, with places and ports of this machine."""
    key, certificate = folder / "desk.key", folder / "desk.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=desk.example.org"]
    subprocess.run(made, check=True, capture_output=True)
    text = (DEPLOY / "nginx.conf").read_text()
    text = text.replace("/etc/nginx/certificates", str(folder))
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
    for number, desk in enumerate(desks, 1):
        text = text.replace(f"desk{number}:8765", f"127.0.0.1:{desk}")
    places = [f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY]
    text = text.replace("http {", "\n".join(["http {", "access_log off;", *places]))
    file = folder / "nginx.conf"
    file.write_text(f"daemon off; pid {folder}/pid; error_log stderr;\n{text}")
    folder.chmod(0o755)
    return file


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@pytest.fixture
def team(store: Store, postgres: Server, tmp_path: Path) -> Iterator[Team]:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["desk1"]
    database = postgres.database()
    said = {"GLEANER_METRICS_TOKEN": TOKEN}
    Curators(store.raw).add("ada", PASSWORD)
    places = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    desks: dict[int, subprocess.Popen[bytes]] = {}
    with ExitStack() as programs:
        for number in (1, 2):
            port, log = free_port(), tmp_path / f"desk{number}.log"
            for name in service["environment"]:
                if name in ("GLEANER_DECISIONS", "GLEANER_STATE"):
                    said[name] = database
            said["GLEANER_INDEX"] = str(tmp_path / f"index{number}.sqlite3")
            assert said.keys() == service["environment"].keys()
            values = {"${GLEANER_ADDRESS:?}": ADDRESS, "0.0.0.0": "127.0.0.1"}
            words = [values.get(word, word) for word in service["command"]]
            gleaner = [sys.executable, "-m", "pipeline", *words, *places, "--port", str(port)]
            process = programs.enter_context(program(log, *gleaner, **said))
            asked = service["healthcheck"]["test"][-1].replace("8765", str(port))
            ready(f"http://127.0.0.1:{port}/readyz", process, log)
            subprocess.run([sys.executable, "-c", asked], check=True)
            desks[port] = process
        port, log = free_port(), tmp_path / "nginx.log"
        (tmp_path / "proxy").mkdir()
        file = proxy_of(tmp_path / "proxy", port, [*desks])
        process = programs.enter_context(program(log, str(NGINX), "-c", str(file)))
        ready(f"https://127.0.0.1:{port}/enter", process, log)
        yield Team(desks, f"https://127.0.0.1:{port}", database)


def test_a_team_goes_on_when_a_desk_dies(team: Team, store: Store) -> None:
    records = read_noun(RecordFile, store.output(Stage.ASSEMBLE, PDF)).records
    headers = {"host": "desk.example.org", "origin": ADDRESS}
    with httpx.Client(
        base_url=team.proxy, headers=headers, verify=False, trust_env=False, timeout=30
    ) as browser:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert browser.get(path).status_code == 404
        token = CSRF.search(browser.get("/enter", headers={"accept": "text/html"}).text)
        assert token
        said = {"csrf": token[1], "name": "ada", "password": PASSWORD}
        assert browser.post("/enter", data=said).status_code == 303
        page = browser.get("/", headers={"accept": "text/html"})
        found = CSRF.search(page.text)
        assert page.status_code == 200
        assert found
        browser.headers.update({"x-csrf-token": found[1], "accept": "application/json"})

        def decide(record: str) -> str:
            body = {"action": str(uuid4()), "act": "note", "record": record, "note": "seen"}
            for _ in range(3):  # the page, too, sends an act again under its name
                answer = browser.post(f"/act/{PDF}", json=body)
                if answer.status_code == 200:
                    return body["action"]
            raise AssertionError(answer.text)

        done = [decide(one.id) for one in records[:4]]
        first, *others = team.desks
        team.desks[first].kill()
        team.desks[first].wait()
        done += [decide(one.id) for one in records[4:8]]
        assert browser.get("/documents").status_code == 200
    with Decisions(team.decisions) as decisions:
        kept = [one.action for one in decisions.all()]
    assert sorted(kept) == sorted(done)
    for port in others:
        url = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        who = {"authorization": f"Bearer {TOKEN}", "host": "desk.example.org"}
        figures = httpx.get(f"{url}/metrics", headers=who, trust_env=False)
        assert re.search(r"^gleaner_decisions\S* 4|^gleaner_decisions\S* 8", figures.text, re.M)
        refused = httpx.get(f"{url}/metrics", headers={"host": "desk.example.org"}, trust_env=False)
        assert refused.status_code in (401, 403, 404)
