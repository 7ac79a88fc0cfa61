"""Decisions as lines of JSON: what goes out comes in again, from one laptop or from several."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from deciding import DOCUMENT, SAW, decided, lines, sight
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import ROOT, put

from pipeline.model import Codes, Decision, Saw, Words
from pipeline.store import UnusableDecisions
from pipeline.store.decisions import Decisions


@pytest.fixture
def decisions(tmp_path: Path) -> Iterator[Decisions]:
    found = Decisions.at(tmp_path / "raw")
    yield found
    found.close()


def test_a_dump_has_a_file_for_each_curator(decisions: Decisions, tmp_path: Path) -> None:
    decisions.append(
        [
            decided(),
        ],
        [SAW],
    )
    decisions.append([decided(curator="saw")], [sight("Burn it.")])
    files = decisions.dump(tmp_path / "dump")
    assert [file.name for file in files] == ["_saw.jsonl", "ann.jsonl", "saw.jsonl"]
    before = lines(tmp_path / "dump")
    assert [data.count(b"\n") for data in before.values()] == [2, 1, 1]
    stamps = [file.stat().st_mtime_ns for file in files]
    decisions.dump(tmp_path / "dump")
    assert lines(tmp_path / "dump") == before
    assert [file.stat().st_mtime_ns for file in files] == stamps


def test_laptops_merge_alike_whoever_loads_first(tmp_path: Path) -> None:
    for curator in ("ann", "bob"):
        laptop = Decisions.at(tmp_path / curator)
        for record in ("r1", "r2"):
            laptop.append([decided(curator=curator, record=record)], [SAW, sight(curator)])
        laptop.dump(tmp_path / f"dump-{curator}")
        laptop.close()
    merged = []
    for first, second in (("ann", "bob"), ("bob", "ann")):
        laptop = Decisions.at(tmp_path / f"merged-{first}")
        keys = set()
        for curator in (first, second):
            assert laptop.load(tmp_path / f"dump-{curator}") == 2
            keys.add(laptop.documents()[DOCUMENT])
        assert len(keys) == 2  # a loaded decision is news, even an old one
        assert laptop.load(tmp_path / f"dump-{first}") == 0
        laptop.dump(tmp_path / f"both-{first}")
        merged.append((list(laptop.all()), lines(tmp_path / f"both-{first}")))
        laptop.close()
    assert merged[0] == merged[1]
    assert [d.curator for d in merged[0][0]] == ["ann", "ann", "bob", "bob"]


def test_a_dump_overwrites_nothing_that_it_lacks(decisions: Decisions, tmp_path: Path) -> None:
    decisions.append([decided()], [SAW])
    decisions.dump(tmp_path / "dump")
    before = lines(tmp_path / "dump")
    fresh = Decisions.at(tmp_path / "fresh")
    for unaware in (fresh, Decisions.at(tmp_path / "none", read_only=True)):
        with pytest.raises(UnusableDecisions, match="gleaner decisions load"):
            unaware.dump(tmp_path / "dump")
    assert lines(tmp_path / "dump") == before
    assert fresh.load(tmp_path / "dump") == 1
    fresh.dump(tmp_path / "dump")
    assert lines(tmp_path / "dump") == before
    fresh.close()


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("<<<<<<< HEAD", r"ann\.jsonl, line 3: this is no decision"),
        ('{"action": "x"}', r"ann\.jsonl, line 3: this is no decision"),
        ("otherwise", r"ann\.jsonl, line 3: another line decides .*/r1/name otherwise"),
        ("unseen", "A decision saw 0000"),
    ],
)
def test_a_broken_dump_is_refused_whole(
    decisions: Decisions, tmp_path: Path, broken: str, why: str
) -> None:
    good = decided(saw="")
    said = {
        "otherwise": good.model_copy(update={"note": "no"}).model_dump_json(),
        "unseen": decided(saw="0" * 64).model_dump_json(),
    }
    more = decided(saw="").model_dump_json()
    text = "\n".join([good.model_dump_json(), more, said.get(broken, broken)])
    put(tmp_path / "dump" / "ann.jsonl", text)
    with pytest.raises(UnusableDecisions, match=why):
        decisions.load(tmp_path / "dump")
    assert list(decisions.all()) == []


def test_a_dump_that_contradicts_the_database_is_refused(
    decisions: Decisions, tmp_path: Path
) -> None:
    [stored] = decisions.append([decided()], [SAW])
    changed = stored.model_copy(update={"value": Words(value="Forged")})
    put(tmp_path / "dump" / "ann.jsonl", changed.model_dump_json())
    with pytest.raises(UnusableDecisions, match="differ in the decision"):
        decisions.load(tmp_path / "dump")
    assert list(decisions.all()) == [stored]


HOSTILE = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("\n\r\t\"'\\{}\u2028\u2029\u0085\u202e\u200f\ufeff\U0001f9e0=+-@%;")
)
VALUES = st.builds(Words, value=HOSTILE | st.integers() | st.lists(HOSTILE).map(tuple)) | st.builds(
    Codes, primary=st.none() | HOSTILE, other=st.lists(HOSTILE).map(tuple)
)
DECIDED = st.builds(
    decided,
    action=st.uuids().map(str),
    document=HOSTILE,
    record=HOSTILE,
    field=HOSTILE,
    value=st.none() | VALUES,
    note=HOSTILE,
    curator=st.sampled_from(["ann", "bob.b-b_b", "saw"]),
    role=st.sampled_from(["curator", "coder", "adjudicator"]),
)
SIGHTS = st.builds(sight, HOSTILE)


@settings(max_examples=25, deadline=None)
@given(acts=st.lists(st.tuples(DECIDED, SIGHTS), max_size=4, unique_by=lambda act: act[0].action))
def test_dump_and_load_is_the_same_state(acts: list[tuple[Decision, Saw]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        before = Decisions.at(folder / "before")
        for act, saw in acts:
            seen = act.model_copy(update={"saw": saw.digest})
            [stored] = before.append([seen], [saw])
            assert stored == seen.model_copy(update={"when": stored.when})
        files = before.dump(folder / "one")
        assert bool(files) == bool(acts)
        (folder / "one").mkdir(exist_ok=True)
        after = Decisions.at(folder / "after")
        assert after.load(folder / "one") == len(acts)
        (folder / "two").mkdir()
        after.dump(folder / "two")
        assert lines(folder / "one") == lines(folder / "two")
        assert list(after.all()) == list(before.all())
        assert after.documents() == before.documents()
        for document in before.documents():
            assert after.of_document(document) == before.of_document(document)
            assert after.seen(document) == before.seen(document)
        before.close()
        after.close()


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/decisions"])
def test_an_url_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(UnusableDecisions, match="The database of decisions"):
        Decisions(url)


def test_the_commands_take_decisions_out_and_in_again(tmp_path: Path, decisions: Decisions) -> None:
    [stored] = decisions.append([decided()], [SAW])
    decisions.close()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline", "decisions", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )

    dumped = run("dump")
    assert dumped.returncode == 0
    assert dumped.stdout == "raw/decisions/_saw.jsonl\nraw/decisions/ann.jsonl\n"
    (tmp_path / "raw" / "decisions.sqlite3").unlink()
    refused = run("dump")
    assert refused.returncode == 2
    assert "gleaner decisions load" in refused.stderr
    loaded = run("load", "--json")
    assert loaded.returncode == 0
    assert loaded.stdout == '{\n  "added": 1\n}\n'
    again = Decisions.at(tmp_path / "raw", read_only=True)
    assert list(again.all()) == [stored]
    again.close()
    missing = run("load", "elsewhere")
    assert missing.returncode == 2
    assert "no folder elsewhere" in missing.stderr
