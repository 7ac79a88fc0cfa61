"""State and lock in PostgreSQL: runs of several machines on one `extracted/`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sql
from postgres import Server
from runs import FOLDERS, GUIDE, ROOT, extract, files, gleaner, put, row, store_with_two

from pipeline.run.lock import Locked, only_run
from pipeline.run.shared import UnusableState
from pipeline.run.state import FILE, State
from pipeline.store import Store

HOLD = (
    "import time; from pathlib import Path; from pipeline.run.lock import only_run\n"
    "with only_run(Path('extracted')): print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def url(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that GLEANER_STATE names."""
    made = postgres.database()
    monkeypatch.setenv("GLEANER_STATE", made)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with_two(tmp_path)


@pytest.fixture
def holder(url: str, store: Store) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock of a store."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=store.raw.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_run_finds_fresh_what_it_read_and_leaves_no_file(url: str, store: Store) -> None:
    assert extract(store).exit_code == 0
    second = extract(store)
    assert (second.totals.documents, second.totals.fresh) == (2, 2)
    assert not (store.extracted / FILE).exists()
    put(store.documents / "guides" / "release.txt", GUIDE + "\n4. Auditors should sign it.\n")
    (store.documents / "letters" / "river.txt").unlink()
    third = extract(store)
    assert row(third, "guides/release.txt").state == "read"
    assert third.removed == ["letters/river.txt"]
    with closing(State(store.extracted, read_only=True)) as state:
        assert [known.name for known in state.all()] == ["guides/release.txt"]
    status = gleaner(store.raw.parent, "status", "--json")
    assert '"fresh": 1' in status.stdout, status.stderr


def test_the_same_bytes_wherever_the_state_lies(
    url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract(store)
    monkeypatch.delenv("GLEANER_STATE")
    local = Store(store.raw, tmp_path / "local")
    extract(local)
    assert files(local) == files(store)


def test_each_extracted_has_its_own_state(url: str, store: Store, tmp_path: Path) -> None:
    extract(store)
    other = Store(store.raw, tmp_path / "other")
    assert extract(other).totals.fresh == 0
    assert extract(store).totals.fresh == 2


def test_the_state_may_be_deleted_or_of_another_version(
    url: str, store: Store, postgres: Server
) -> None:
    extract(store)
    name = str(sql.make_url(url).database)
    schema = postgres.run(name, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^state_'")
    postgres.run(name, f"UPDATE {schema}.version SET number = 99")
    with closing(State(store.extracted, read_only=True)) as state:
        assert list(state.all()) == []
    assert extract(store).totals.fresh == 0
    assert extract(store).totals.fresh == 2
    postgres.run(name, f"DROP SCHEMA {schema} CASCADE")
    assert extract(store).totals.fresh == 0


def test_looking_at_no_state_makes_none(url: str, store: Store, postgres: Server) -> None:
    with closing(State(store.extracted, read_only=True)) as state:
        assert list(state.all()) == []
    assert postgres.run(str(sql.make_url(url).database), r"\dn state*") == ""


@pytest.mark.parametrize("url", ["sqlite:///state.sqlite3", "nonsense", "nosuch://host/x"])
def test_a_state_elsewhere_is_in_postgresql(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLEANER_STATE", url)
    with pytest.raises(UnusableState, match="GLEANER_STATE"):
        State(store.extracted)
    done = gleaner(store.raw.parent, "extract")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_a_database_that_does_not_answer_is_told_as_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLEANER_STATE", "postgresql://nobody@127.0.0.1:9/none")
    done = gleaner(store.raw.parent, "extract")
    assert done.returncode == 1
    assert "The database refuses postgresql://nobody@127.0.0.1:9/none: " in done.stderr
    assert "Traceback" not in done.stderr


# --- the lock ------------------------------------------------------------------------------------


def test_a_second_run_is_told_who_works(
    store: Store, holder: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    with pytest.raises(Locked, match=f"process {holder.pid} on "), only_run(store.extracted):
        pass
    with pytest.raises(Locked), only_run(store.extracted, wait=0.3):
        pass
    done = gleaner(store.raw.parent, "extract")
    assert done.returncode == 3
    assert str(holder.pid) in done.stderr
    with only_run(tmp_path / "other") as died:  # another folder is another matter
        assert not died


def test_a_second_run_waits_for_its_turn(store: Store, holder: subprocess.Popen[bytes]) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "extract", *FOLDERS, "--wait", "60"],
        cwd=store.raw.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1)
    assert waiting.poll() is None
    holder.kill()  # the lock of a dead process is nobody's
    _, said = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, said


def test_who_comes_after_a_run_that_died_is_told(
    store: Store, holder: subprocess.Popen[bytes]
) -> None:
    holder.kill()
    holder.wait()
    with only_run(store.extracted, wait=5) as died:
        assert died
    with only_run(store.extracted) as died:
        assert not died


def test_a_run_that_is_killed_is_gone_on_with(url: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    for number in range(30):
        put(store.documents / f"{number:02}.txt", f"Guide {number}\n{GUIDE}")
    run = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "extract", *FOLDERS, "--jobs", "1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    while run.poll() is None and len([*store.extracted.glob("3-records/*.json")]) < 5:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    report = extract(store)
    assert (report.exit_code, report.totals.documents) == (0, 30)
    assert extract(store).totals.fresh == 30
