"""Full, broken and read-only disks, and processes killed at every step: nothing is ever half."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from deciding import decide, records_of
from runs import FOLDERS, GUIDE, ROOT, extract, files, gleaner, put, store_with_two

from pipeline.run.lock import Locked, only_run
from pipeline.store import Store
from pipeline.store.decisions import Decisions

FAULTS = f"{ROOT / 'tests' / 'faults'}:{ROOT}"
KILLS = int(os.environ.get("GLEANER_KILLS", "8"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with_two(tmp_path)


def faulty(store: Store, fault: str, *words: str) -> subprocess.CompletedProcess[str]:
    return gleaner(
        store.raw.parent,
        "extract",
        "--jobs",
        "1",
        *words,
        PYTHONPATH=FAULTS,
        GLEANER_FAULT=fault,
        GLEANER_FAULT_BELOW=str(store.extracted),
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    store = store_with_two(tmp_path_factory.mktemp("undisturbed"))
    extract(store)
    return files(store)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("write 1- ENOSPC", "No space left on device"),
        ("fsync 3 EIO", "Input/output error"),
        ("fsync 4 EIO", "Input/output error"),  # of the folder, after the rename
        ("rename 2 EROFS", "Read-only file system"),
    ],
)
def test_a_disk_that_refuses_ends_the_run_with_one_message(
    store: Store, undisturbed: dict[str, bytes], fault: str, said: str
) -> None:
    done = faulty(store, fault)
    assert done.returncode == 1
    [message] = [line for line in done.stderr.splitlines() if said in line]
    assert message.startswith("The disk refuses")
    assert "set aside" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert files(store).items() <= undisturbed.items()
    assert extract(store).exit_code == 0
    assert files(store) == undisturbed
    assert not [*store.extracted.rglob("*.tmp")]


@pytest.mark.parametrize("fault", ["rename 2 KILL", "write 2 KILL"])
def test_a_process_killed_while_it_writes_leaves_nothing_half(
    store: Store, undisturbed: dict[str, bytes], fault: str
) -> None:
    assert faulty(store, fault).returncode not in (0, 2)
    assert files(store).items() <= undisturbed.items()
    assert extract(store).exit_code == 0
    assert files(store) == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 kB, where the system lets us have one."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", place], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"needs to mount a small disk: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_is_said_once_and_the_next_run_repairs(
    small_disk: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "raw", small_disk / "extracted")
    for number in range(60):
        put(store.documents / "guides" / f"{number:02}.txt", f"Guide {number}\n{GUIDE}")
    full = [sys.executable, "-m", "pipeline", "extract", "--raw", str(store.raw)]
    full += ["--extracted", str(store.extracted), "--jobs", "2"]
    done = subprocess.run(
        full,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    refusals = [line for line in done.stderr.splitlines() if "full" in line or "No space" in line]
    assert len(refusals) == 1, done.stderr
    assert "set aside" not in done.stderr
    for file in files(store).values():
        json.loads(file)
    subprocess.run(["mount", "-o", "remount,size=60m", small_disk], check=True)
    assert extract(store, jobs=2).exit_code == 0
    elsewhere = Store(store.raw, tmp_path / "elsewhere")
    extract(elsewhere, jobs=2)
    assert files(store) == files(elsewhere)


def test_killed_again_and_again_it_comes_to_the_same(tmp_path: Path) -> None:
    """GLEANER_KILLS says how often (8); 200 were played by hand."""
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    for number in range(60):
        put(store.documents / f"{number % 7}" / f"{number:02}.txt", f"Guide {number}\n{GUIDE}")
    plain = Store(store.raw, tmp_path / "undisturbed")
    extract(plain, jobs=2)
    wanted = files(plain)
    chance = random.Random(7)
    words = [sys.executable, "-m", "pipeline", "extract", *FOLDERS, "--jobs", "2", "--force"]
    finished = 0
    for kill in range(KILLS):
        # Every other time from the start, else over what the last one left.
        run = subprocess.Popen(
            words if kill % 2 else words[:-1],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        after = len(list(store.extracted.rglob("*.json"))) if not kill % 2 else 0
        enough = min(180, after + chance.randrange(60))
        deadline = time.monotonic() + chance.uniform(0.8, 3)
        while run.poll() is None and time.monotonic() < deadline:
            if len(list(store.extracted.rglob("*.json"))) > enough:
                break
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        finished += run.wait() == 0
        for name, data in files(store).items():
            assert data == wanted[name], f"{name} is half after kill {kill + 1}"
    assert finished < KILLS
    report = extract(store, jobs=2)
    assert (report.exit_code, report.totals.documents) == (0, 60)
    assert files(store) == wanted
    assert not [*store.extracted.rglob("*.tmp")]
    assert extract(store).totals.fresh == 60


# --- the lock -------------------------------------------------------------------------------------


def test_a_second_run_waits_for_its_turn(store: Store) -> None:
    extract(store)
    words = [sys.executable, "-m", "pipeline", "extract", *FOLDERS]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with only_run(store.extracted):
        assert gleaner(store.raw.parent, "extract").returncode == 3
        assert gleaner(store.raw.parent, "extract", "--wait", "0.3").returncode == 3
        skipped = gleaner(store.raw.parent, "refresh", "--skip-if-running")
        assert (skipped.returncode, "Another run is at work" in skipped.stderr) == (0, True)
        waiting = subprocess.Popen(
            [*words, "--wait", "60"],
            cwd=store.raw.parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        time.sleep(0.5)
        assert waiting.poll() is None
    said, _ = waiting.communicate()
    assert waiting.returncode == 0, said


def test_a_lock_is_free_when_its_holder_died(store: Store) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from pipeline.run.lock import only_run\n"
        "with only_run(Path('extracted')): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold],
        cwd=store.raw.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(Locked, match=str(holder.pid)), only_run(store.extracted):
        pass
    holder.kill()
    holder.wait()
    with only_run(store.extracted, wait=5) as last_died:
        assert last_died
    holder.stdout.close()


def test_a_curator_saves_during_a_run(store: Store) -> None:
    extract(store)
    name = "guides/release.txt"
    record = records_of(store, name).records[0]
    run = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "extract", *FOLDERS, "--force"],
        cwd=store.raw.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    saved = 0
    while run.poll() is None or not saved:
        saved += len(decide(store, name, record, ["description"]))
        time.sleep(0.3)
    assert run.returncode == 0
    with closing(Decisions.at(store.raw)) as decisions:
        assert len(decisions.of_document(name)) == saved
    report = extract(store)
    [status] = [
        field["status"]
        for one in json.loads(store.reviewed(name).read_bytes())["records"]
        if one["id"] == record.id
        for field in one["review"]["fields"]
        if field["field"] == "description"
    ]
    assert (report.exit_code, status) == (0, "accepted")


# --- the net --------------------------------------------------------------------------------------


def test_nothing_but_fetch_opens_a_socket(store: Store, tmp_path: Path) -> None:
    extract(store)
    name = "guides/release.txt"
    decide(store, name, records_of(store, name).records[0], ["description"])
    noted = tmp_path / "net"
    environment = {"PYTHONPATH": FAULTS, "GLEANER_NO_NETWORK": str(noted)}
    for words in (
        ["extract", "--jobs", "2", "--force"],  # with what was decided merged
        ["diff"],
        ["status"],
        ["export", "csv", "--out", str(tmp_path / "records.csv")],
    ):
        done = gleaner(tmp_path, words[0], *words[1:], **environment)
        assert not noted.exists(), noted.read_text()
        assert done.returncode == 0, done.stderr
    assert store.reviewed(name).is_file()
    tagged = subprocess.run(
        [sys.executable, "-m", "pipeline", "tag", "Audit models before release."],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    assert (tagged.returncode, noted.exists()) == (0, False)


def test_the_watch_on_sockets_sees(tmp_path: Path) -> None:
    noted = tmp_path / "net"
    done = subprocess.run(
        [sys.executable, "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9')"],
        env={**os.environ, "PYTHONPATH": FAULTS, "GLEANER_NO_NETWORK": str(noted)},
    )
    assert done.returncode == 99
    assert "socket" in noted.read_text()
