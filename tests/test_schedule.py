"""Timers: what is written for them works, and a refresh that stays away is noticed."""

import configparser
import json
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from runs import gleaner, put

from pipeline.run.every import interval
from pipeline.run.heartbeat import beat, last_beat, overdue
from pipeline.run.schedule import Unusable, schedule
from pipeline.store import Store

ODD = "a folder, 100% ours & it's $HOME"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ODD / "raw", tmp_path / ODD / "extracted")


def section(text: str, name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return dict(parser[name])


WORDS = [sys.executable, "-m", "pipeline", "refresh", "--skip-if-running", "--every"]


@pytest.mark.parametrize(
    ("every", "calendar", "after"),
    [("daily", "daily", None), ("weekly", "weekly", None), ("6 hours", None, "21600s")],
)
def test_a_unit_of_systemd(
    store: Store, every: str, calendar: str | None, after: str | None
) -> None:
    files = schedule("systemd", store, every, "https://example.org/ping")
    service = section(files["gleaner.service"], "Service")
    words = _unit_words(service["ExecStart"])
    folders = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    assert words == [*WORDS, every, *folders, "--ping", "https://example.org/ping"]
    assert service["WorkingDirectory"] == str(store.raw.parent).replace("%", "%%")
    timer = section(files["gleaner.timer"], "Timer")
    assert (timer.get("OnCalendar"), timer.get("OnUnitActiveSec")) == (calendar, after)


def _unit_words(line: str) -> list[str]:
    """The words of a unit file: strings as C writes them, `%` and `$` doubled."""
    decoder, words, at = json.JSONDecoder(), [], 0
    while at < len(line):
        word, at = decoder.raw_decode(line, at)
        words.append(word.replace("%%", "%").replace("$$", "$"))
        at += 1
    return words


def test_systemd_itself_takes_the_units(store: Store, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    store.raw.mkdir(parents=True)
    store.extracted.mkdir()
    for name, text in schedule("systemd", store, "daily").items():
        put(tmp_path / name, text)
    units = [str(tmp_path / "gleaner.service"), str(tmp_path / "gleaner.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert "gleaner" not in done.stderr


@pytest.mark.parametrize(
    ("every", "when"),
    [
        ("hourly", "M * * * *"),
        ("6 hours", "M */6 * * *"),
        ("daily", "M 3 * * *"),
        ("1 day", "M 3 * * *"),
        ("weekly", "M 3 * * 1"),
        ("monthly", "M 3 1 * *"),
    ],
)
def test_a_line_of_a_crontab(store: Store, every: str, when: str) -> None:
    text = schedule("cron", store, every)["gleaner.cron"]
    [line] = [line for line in text.splitlines() if not line.startswith("#")]
    minute, *rest = line.split(" ", 5)
    assert 0 <= int(minute) < 60
    assert ["M", *rest[:4]] == when.split()
    # As cron hands it to the shell: a bare % would end the command.
    command = rest[4].replace(r"\%", "%")
    assert "%" not in rest[4].replace(r"\%", "")
    folders = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    assert shlex.split(command) == ["cd", str(store.raw.parent), "&&", *WORDS, every, *folders]


@pytest.mark.parametrize("every", ["7 hours", "3 days", "2 weeks", "often", "0 days"])
def test_what_a_crontab_cannot_say_is_refused(store: Store, every: str) -> None:
    with pytest.raises(Unusable, match="hourly, daily, weekly, monthly"):
        schedule("cron", store, every)


def test_a_workflow_of_github(store: Store) -> None:
    workflow = yaml.safe_load(schedule("github", store, "daily")["refresh.yml"])
    assert workflow[True]["schedule"] == [{"cron": "17 3 * * *"}]  # `on` is true in YAML 1.1
    assert workflow["concurrency"]["cancel-in-progress"] is False
    steps = workflow["jobs"]["refresh"]["steps"]
    assert 'gleaner refresh --skip-if-running --every "daily"' in [s.get("run") for s in steps]
    assert (
        workflow["jobs"]["refresh"]["steps"][2]["with"]["key"] == "extracted-${{ github.run_id }}"
    )


def test_the_line_for_cron_works(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    put(folder / "raw" / "documents" / "a.txt", "1. Providers should keep a log.\n")
    written = gleaner(folder, "schedule", "--cron", "--out", "timer")
    assert (written.returncode, written.stdout) == (0, f"{Path('timer') / 'gleaner.cron'}\n")
    line = (folder / "timer" / "gleaner.cron").read_text().splitlines()[-1]
    command = line.split(" ", 5)[5].replace(r"\%", "%")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    store = Store(folder / "raw", folder / "extracted")
    told = last_beat(store)
    assert told
    assert (told["every"], told["exit_code"]) == ("daily", 0)
    assert gleaner(folder, "status").returncode == 0
    put(
        store.extracted / "heartbeat.json",
        json.dumps(told | {"ended": "2026-01-01T03:00:00+00:00"}),
    )
    late = gleaner(folder, "status", "--json")
    assert (late.returncode, json.loads(late.stdout)["overdue"]) == (1, late.stderr.strip())
    assert "it should run daily" in late.stderr


@pytest.mark.parametrize(
    ("every", "hours", "late"),
    [
        ("hourly", 1.9, False),
        ("hourly", 2.1, True),
        ("daily", 35, False),
        ("daily", 37, True),
        ("3 days", 107, False),
        ("3 days", 109, True),
        ("", 9999, False),
        ("daily", -50, False),  # the clock was set back
    ],
)
def test_a_refresh_that_stays_away_is_noticed(
    tmp_path: Path, every: str, hours: float, late: bool
) -> None:
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    beat(store, every, datetime.now(UTC), "run", 1)
    assert bool(overdue(store, datetime.now(UTC) + timedelta(hours=hours))) is late


def test_without_a_heartbeat_nothing_is_late(tmp_path: Path) -> None:
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    assert overdue(store, datetime.now(UTC)) == ""
    put(store.extracted / "heartbeat.json", "broken")
    assert overdue(store, datetime.now(UTC)) == ""


@pytest.mark.parametrize("wrong", ["", "day", "1.5 days", "-1 days", "12345 days", "1 day "])
def test_a_time_is_words(wrong: str) -> None:
    assert interval("2 weeks") == timedelta(days=14)
    with pytest.raises(ValueError, match="is not hourly"):
        interval(wrong)
