"""A refresh as a timer calls it: fetch, read, merge, say what changed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from deciding import decide, records_of
from runs import FOLDERS, GUIDE, ROOT, extract, gleaner, put, row, store_with_two
from web import Web, page, serving, status

from pipeline.run.sources import added
from pipeline.store import Store


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def store(tmp_path: Path) -> Store:
    put(tmp_path / "raw" / "sources.toml", "[polite]\ndelay = 0.0\n")
    return Store(tmp_path / "raw", tmp_path / "extracted")


def sources(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", "sources", *words, *FOLDERS]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_a_refresh_does_it_all(store: Store, web: Web, tmp_path: Path) -> None:
    web.routes |= {"/a.txt": page(GUIDE, ETag='"1"'), "/b.txt": status(404), "/up": page("ok")}
    for name in ("a.txt", "b.txt"):
        added(store, web.url(f"/{name}"), f"agency/{name}", private=True, every="hourly")
    up = ("--every", "daily", "--ping", web.url("/up?token=hush"))
    first = gleaner(tmp_path, "refresh", *up)
    assert first.returncode == 1  # one source is not there
    assert "agency/a.txt: new (" in first.stderr
    assert "agency/b.txt: gone, not-found" in first.stderr
    assert "3 records added." in first.stdout
    assert web.paths()[-1] == "/up?token=hush"
    record = records_of(store, "agency/a.txt").records[1]
    decide(store, "agency/a.txt", record, ["description"])
    polite, a, _ = (store.raw / "sources.toml").read_text().split("[[source]]")
    put(store.raw / "sources.toml", f"{polite}[[source]]{a}")
    put(store.extracted / "fetching.json", "{}")
    web.routes["/a.txt"] = page(GUIDE.replace("once a week", "once every month"), ETag='"2"')
    second = gleaner(tmp_path, "refresh", "--json", "--ping", "http://127.0.0.1:9/secret/path")
    told = json.loads(second.stdout)
    assert (second.returncode, told["exit_code"]) == (0, 0)
    assert "The ping did not arrive" in second.stderr
    assert "secret" not in second.stderr
    assert told["fetching"]["asked"][0]["outcome"] == "changed"
    assert told["changes"]["causes"].keys() == {"source text", "human"}
    changes = json.loads((store.runs / f"{told['run']['run']}.changes.json").read_text())
    assert changes["documents"] == told["changes"]["documents"]
    assert "once" in (store.runs / "latest-changes.html").read_text()
    third = gleaner(tmp_path, "refresh")
    assert "Nothing changed." in third.stdout
    assert third.stderr.count("\n") == 1  # 0 documents to read


def test_a_refresh_with_nothing_to_do_says_so(tmp_path: Path) -> None:
    done = gleaner(tmp_path, "refresh")
    assert (done.returncode, "put documents there" in done.stderr) == (2, True)
    wrong = gleaner(tmp_path, "refresh", "--every", "often")
    assert (wrong.returncode, "is not hourly" in wrong.stderr) == (2, True)


def test_the_commands_of_sources(store: Store, web: Web, tmp_path: Path) -> None:
    web.routes["/Plan.txt"] = page(GUIDE)
    words = ("add", web.url("/Plan.txt"), "--private", "--every", "2 days")
    assert sources(tmp_path, *words).returncode == 0
    assert sources(tmp_path, *words).returncode == 2
    listed = json.loads(sources(tmp_path, "list", "--json").stdout)
    [source] = listed["sources"]
    assert (source["file"], source["due"]) == ("127-0-0-1/plan.txt", True)
    checked = sources(tmp_path, "check")
    assert (checked.returncode, "no licence is noted" in checked.stderr) == (1, True)
    fetched = gleaner(tmp_path, "fetch")
    assert (fetched.returncode, fetched.stdout) == (0, "1 source asked (1 new), 0 not due\n")
    assert gleaner(tmp_path, "fetch", "other.txt").returncode == 2


def test_what_was_set_aside_is_tried_again_when_asked(tmp_path: Path) -> None:
    store = store_with_two(tmp_path)
    put(store.documents / "noise.txt", "\0\1\2" * 50)
    assert extract(store).exit_code == 1
    assert row(extract(store), "noise.txt").state == "set aside"
    code = row(extract(store), "noise.txt").code
    again = extract(store, retry=(code,))
    assert row(again, "noise.txt").why == (f"--retry {code}",)
    assert again.totals.fresh == 2
    assert extract(store, retry=("other",)).totals.fresh == 2
    assert row(extract(store, retry=("all",)), "noise.txt").why == (f"--retry {code}",)
    asked = gleaner(tmp_path, "extract", "--retry", code, "--json")
    assert json.loads(asked.stdout)["totals"]["fresh"] == 2
