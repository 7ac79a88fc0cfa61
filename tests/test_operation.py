"""Runs as whoever runs them needs them: logs as JSON, figures, and an end on SIGTERM."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
import yaml
from deciding import decided
from prometheus_client.parser import text_string_to_metric_families
from runs import GUIDE, ROOT, extract, gleaner, put, started, store_with_two

from pipeline.store import Store
from pipeline.store.decisions import Decisions

DEPLOY = ROOT / "docs" / "deploy"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with_two(tmp_path)


def entries(stderr: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in stderr.splitlines()]


def test_a_log_in_json_has_the_run_and_its_documents(store: Store) -> None:
    put(store.documents / "broken.pdf", "Dear reader")
    done = gleaner(store.raw.parent, "extract", GLEANER_LOG_FORMAT="json")
    assert done.returncode == 1
    told = entries(done.stderr)
    [run] = {one["run"] for one in told if "run" in one}
    assert (store.runs / f"{run}.json").is_file()
    assert told[0]["message"] == "run begins"
    by_name = {one["document"]: one for one in told if "document" in one}
    assert set(by_name) == {"broken.pdf", "guides/release.txt", "letters/river.txt"}
    assert by_name["guides/release.txt"]["records"] == 3
    assert by_name["broken.pdf"]["level"] == "warning"
    assert by_name["broken.pdf"]["reason"]
    [end] = [one for one in told if one["message"] == "run ends"]
    assert (end["exit_code"], end["documents"]) == (1, 3)
    assert all({"time", "level", "logger", "message"} <= one.keys() for one in told)


def test_what_is_wrong_is_a_line_of_json_too(store: Store) -> None:
    done = gleaner(store.raw.parent, "extract", "nowhere", GLEANER_LOG_FORMAT="json")
    assert done.returncode == 2
    *_, entry = entries(done.stderr)
    assert (entry["level"], "nowhere" in str(entry["message"])) == ("error", True)


def test_people_read_what_they_read_before(store: Store) -> None:
    put(store.documents / "broken.pdf", "Dear reader")
    done = gleaner(store.raw.parent, "extract")
    assert "guides/release.txt: complete" in done.stderr
    assert "run begins" not in done.stderr
    [why] = re.findall(r"^broken\.pdf: set aside, [a-z-]+: (.+)$", done.stderr, re.MULTILINE)
    assert done.stderr.count(why) == 1


def figures(store: Store) -> dict[tuple[str, str], float]:
    done = gleaner(store.raw.parent, "status", "--prometheus")
    assert done.returncode == 0, done.stderr
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(done.stdout)
        for sample in family.samples
    }


def test_figures_tell_of_the_documents_and_the_last_run(store: Store) -> None:
    assert figures(store)["gleaner_documents", "stale"] == 2
    put(store.documents / "broken.pdf", "Dear reader")
    extract(store)
    found = figures(store)
    assert found["gleaner_documents", "not done"] == 1
    assert found["gleaner_records", ""] == found["gleaner_queue", ""] == 3
    assert found["gleaner_run_exit_code", ""] == 1
    assert found["gleaner_run_documents", "set_aside"] == 1
    assert abs(found["gleaner_run_started_timestamp_seconds", ""] - time.time()) < 600
    assert any(name == "gleaner_not_done" and count == 1 for (name, _), count in found.items())


@pytest.mark.parametrize("whole_group", [False, True])
def test_sigterm_ends_a_run_like_ctrl_c(tmp_path: Path, whole_group: bool) -> None:
    """Container engines ask the program alone, service managers its workers too."""
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    for number in range(60):
        put(store.documents / f"{number:02}.txt", f"Guide {number}\n{GUIDE}")
    run = started(tmp_path, "--jobs", "1")
    while run.poll() is None and len([*store.extracted.glob("3-records/*.json")]) < 5:
        time.sleep(0.01)
    if whole_group:
        os.killpg(run.pid, signal.SIGTERM)
    else:
        run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert "set aside" not in said
    assert "Traceback" not in said
    finished = len([*store.extracted.glob("3-records/*.json")])
    assert 5 <= finished < 60
    [report] = store.runs.glob("2*.json")
    assert json.loads(report.read_bytes())["interrupted"] is True
    assert extract(store).totals.fresh >= finished - 1  # one may have been written, not yet noted


def test_the_laptop_loads_nothing_of_a_cluster(store: Store) -> None:
    extract(store)
    with Decisions.at(store.raw) as decisions:
        decisions.append([decided(saw="")])
    says = (
        "import sys; from pipeline.__main__ import main\n"
        "try: main(sys.argv[1:], prog_name='gleaner')\n"
        "except SystemExit: pass\n"
        "names = ('alembic', 'psycopg', 'prometheus_client')\n"
        "print('loaded', [one for one in names if one in sys.modules])"
    )
    for words in (["extract"], ["status"], ["decisions", "dump"]):
        done = subprocess.run(
            [sys.executable, "-c", says, *words],
            cwd=store.raw.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "loaded []"


# --- what is deployed -----------------------------------------------------------------------------


def compose() -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(
        (DEPLOY / "compose.yaml").read_text()
    )
    return found


def test_the_files_of_a_deployment_name_each_other_and_what_is_there() -> None:
    services = compose()["services"]
    upstream = set(re.findall(r"server (\w+):8765", (DEPLOY / "nginx.conf").read_text()))
    assert upstream == {name for name in services if name.startswith("desk")}
    volumes = {"type": "array", "items": {"type": "string", "pattern": ".+:/.+"}}
    service = {"properties": {"volumes": volumes}, "anyOf": [{"required": ["image"]}]}
    service["anyOf"] += [{"required": ["build"]}]  # type: ignore[operator]
    jsonschema.validate(services, {"additionalProperties": service})
    env = (DEPLOY / "env.example").read_text()
    for needed in re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()):
        assert f"{needed}=" in env
    for name in re.findall(r"\]\(([\w.]+)\)", (DEPLOY / "README.md").read_text()):
        assert (DEPLOY / name).is_file()


def test_the_variables_of_a_deployment_are_those_of_the_program() -> None:
    code = "".join(file.read_text() for file in (ROOT / "pipeline").rglob("*.py"))
    named = set(
        re.findall(
            r"GLEANER_[A-Z_]+",
            "".join((DEPLOY / name).read_text() for name in ("README.md", "Containerfile")),
        )
    )
    named |= {str(key) for key in services_environment() if str(key).startswith("GLEANER_")}
    assert named
    assert {name for name in named if f'"{name}"' not in code} == set()


def services_environment() -> dict[str, str]:
    found = compose()["services"]["desk1"]["environment"]
    assert isinstance(found, dict)
    return found
