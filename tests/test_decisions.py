"""Decisions: none is lost, changed, doubled or half stored, whatever happens meanwhile."""

import errno
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from deciding import DOCUMENT, SAW, decided, sight
from runs import ROOT, gleaner, put

from pipeline.model import Act, Codes, Coding, Words
from pipeline.store import UnusableDecisions
from pipeline.store.decisions import Decisions, Stale

NAME = ("r1", "name")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return tmp_path / "raw"


@pytest.fixture
def decisions(raw: Path) -> Iterator[Decisions]:
    found = Decisions.at(raw)
    yield found
    found.close()


# --- appending -----------------------------------------------------------------------------------


def test_an_action_is_stored_whole_and_in_order(decisions: Decisions) -> None:
    assert list(decisions.all()) == []
    assert decisions.documents() == {}
    before = datetime.now(UTC)
    one, two = decided(), decided(field="description")
    stored = decisions.append([one, two.model_copy(update={"action": one.action})], [SAW])
    assert [d.field for d in stored] == ["name", "description"]
    assert before <= stored[0].when < stored[1].when <= datetime.now(UTC) + timedelta(seconds=1)
    [later] = decisions.append([decided(document="other.html", saw="")])
    assert decisions.of_document(DOCUMENT) == list(stored)
    assert list(decisions.all()) == [*stored, later]
    assert decisions.documents() == {DOCUMENT: stored[1].key, "other.html": later.key}
    assert decisions.append([]) == ()


def test_what_was_seen_is_kept_once(decisions: Decisions) -> None:
    other = sight("Burn the log.")
    decisions.append([decided()], [SAW, other])
    decisions.append([decided()], [SAW])
    assert decisions.saw(SAW.digest) == SAW
    assert decisions.saw(other.digest) == other
    assert decisions.seen(DOCUMENT) == {SAW.digest: SAW}
    assert decisions.seen("nowhere.pdf") == {}
    with pytest.raises(KeyError):
        decisions.saw("0" * 64)


def test_the_same_action_again_is_taken_once(decisions: Decisions) -> None:
    act = decided()
    first = decisions.append([act], [SAW])
    decisions.append([decided()])
    assert decisions.append([act], [SAW], {NAME: "something else"}) == first
    assert len(list(decisions.all())) == 2


@pytest.mark.parametrize("different", [{"curator": "bob"}, {"record": "r2"}, {"document": "b.pdf"}])
def test_an_action_taken_by_another_act_is_refused(
    decisions: Decisions, different: dict[str, str]
) -> None:
    act = decided()
    decisions.append([act], [SAW])
    with pytest.raises(ValueError, match="another action"):
        decisions.append([decided(action=act.action, **different)])
    assert len(list(decisions.all())) == 1


@pytest.mark.parametrize("different", [{"curator": "bob"}, {"document": "b.pdf"}, {"action": "x"}])
def test_an_action_is_of_one_curator_on_one_document(
    decisions: Decisions, different: dict[str, str]
) -> None:
    act = decided(saw="")
    other = act.model_copy(update={"field": "place", **different})
    with pytest.raises(ValueError, match="one curator, on one document"):
        decisions.append([act, other])
    with pytest.raises(ValueError, match="once"):
        decisions.append([act, act])


def test_a_decision_on_a_document_has_no_record(decisions: Decisions) -> None:
    coding = Coding(mode="blind", coders=("ann", "bob"), adjudicator="cem")
    act = decided(record="", field="coding", act=Act.ASSIGN, value=coding, saw="")
    [stored] = decisions.append([act])
    assert decisions.of_document(DOCUMENT)[0].value == stored.value == coding


# --- stale ---------------------------------------------------------------------------------------


def test_a_decision_on_what_someone_decided_meanwhile_is_refused(decisions: Decisions) -> None:
    [first] = decisions.append([decided()], [SAW], {NAME: ""})
    late = decided(curator="bob")
    with pytest.raises(Stale, match="name of r1 by ann") as refused:
        decisions.append([late], base={NAME: "", ("r1", "place"): ""})
    assert refused.value.last == (first,)
    assert refused.value.fields == (NAME,)
    assert list(decisions.all()) == [first]
    [second] = decisions.append([late], base={NAME: first.key})
    with pytest.raises(Stale):
        decisions.append([decided()], base={NAME: first.key})
    assert decisions.append([decided()], base={NAME: second.key})


def test_other_fields_records_and_documents_are_not_in_the_way(decisions: Decisions) -> None:
    decisions.append([decided(field="place")], [SAW])
    decisions.append([decided(record="r2")])
    decisions.append([decided(document="other.html")])
    assert decisions.append([decided(curator="bob")], base={NAME: ""})


def test_coders_know_only_of_their_own_decisions(decisions: Decisions) -> None:
    [own] = decisions.append([decided(role="coder")], [SAW])
    decisions.append([decided(role="coder", curator="bob")], base={NAME: ""})
    with pytest.raises(Stale):
        decisions.append([decided(role="coder")], base={NAME: ""})
    [undone] = decisions.append([decided(act=Act.UNDO, value=None, of=own.action)])
    decisions.append([decided(role="coder")], base={NAME: undone.key})
    with pytest.raises(Stale):  # who settles conflicts has seen what all say
        decisions.append([decided(role="adjudicator", curator="cem")], base={NAME: ""})


# --- time ----------------------------------------------------------------------------------------


def test_time_goes_on_although_a_clock_was_wrong(decisions: Decisions, tmp_path: Path) -> None:
    ahead = decided(when=datetime(2199, 1, 1, tzinfo=UTC), saw="")
    put(tmp_path / "dump" / "ann.jsonl", ahead.model_dump_json() + "\n")
    assert decisions.load(tmp_path / "dump") == 1
    [later] = decisions.append([decided()], [SAW])
    assert later.when == ahead.when + timedelta(microseconds=1)
    assert list(decisions.all()) == [ahead, later]


def test_every_time_zone_is_the_same_time(decisions: Decisions, tmp_path: Path) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    east = decided(when=noon.astimezone(timezone(timedelta(hours=9))), saw="")
    west = decided(when=noon - timedelta(hours=1), saw="")
    put(tmp_path / "ann.jsonl", f"{east.model_dump_json()}\n{west.model_dump_json()}\n")
    decisions.load(tmp_path)
    assert [d.when for d in decisions.all()] == [west.when, noon]
    naive = decided(when=datetime(2026, 5, 1, 12), saw="")  # noqa: DTZ001
    put(tmp_path / "ann.jsonl", naive.model_dump_json())
    with pytest.raises(UnusableDecisions, match="time zone"):
        decisions.load(tmp_path)


# --- whole or not at all -------------------------------------------------------------------------


def test_nothing_of_a_refused_action_is_stored(decisions: Decisions) -> None:
    good = decided()
    bad = decided(action=good.action, field="place", saw="0" * 64)
    with pytest.raises(ValueError, match="nobody has"):
        decisions.append([good, bad], [SAW])
    with pytest.raises(KeyError):
        decisions.saw(SAW.digest)
    assert list(decisions.all()) == []


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("note", {"note": "before\0after"}),
        ("value", {"value": Words(value="a\0b")}),
        ("value", {"value": Codes(other=("1.1", "\0"))}),
        ("document", {"document": "a\0.pdf"}),
        ("record", {"record": "\0"}),
    ],
)
def test_a_nul_is_refused_by_the_name_of_its_field(
    decisions: Decisions, field: str, given: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=rf"The {field} of .* NUL"):
        decisions.append([decided(**given)], [SAW])
    assert list(decisions.all()) == []
    assert decisions.append([decided(note=r"\0 and \u0000 in letters")], [SAW])


@pytest.mark.parametrize("table", ["decisions", "saw"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET body = '{{}}'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_forget(
    decisions: Decisions, raw: Path, table: str, statement: str
) -> None:
    decisions.append([decided()], [SAW])
    database = sqlite3.connect(raw / "decisions.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        database.execute(statement.format(table))
    database.close()


APPENDS = """
import resource, signal, sys
from pathlib import Path
from typing import Any
sys.path.insert(0, sys.argv[3])
from deciding import SAW, decided
from pipeline.store.decisions import Decisions
if int(sys.argv[2]):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
decisions = Decisions.at(Path(sys.argv[1]))
while True:
    act = decided("word " * 100)
    fields = "name", "description", "place"
    acts = [act.model_copy(update={"field": field}) for field in fields]
    try:
        decisions.append(acts, [SAW])
    except OSError as error:
        print(f"refused {error.errno}", flush=True)
        break
    print(act.action, flush=True)
"""


def appender(raw: Path, room: int = 0) -> subprocess.Popen[str]:
    """A process that appends actions, and says each when it is acknowledged."""
    return subprocess.Popen(
        [sys.executable, "-c", APPENDS, str(raw), str(room), str(ROOT / "tests")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_was_acknowledged_is_there_once_after_a_kill(raw: Path) -> None:
    acknowledged: list[str] = []
    for at_least in (3, 20):
        process = appender(raw)
        assert process.stdout
        acknowledged += [line.strip() for line in itertools.islice(process.stdout, at_least)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
        process.wait()
    decisions = Decisions.at(raw)
    stored = [decision.action for decision in decisions.all()]
    assert decisions.append([decided()], [SAW])
    decisions.close()
    assert set(acknowledged) <= set(stored)
    assert all(stored.count(action) == 3 for action in set(stored))
    assert len(set(stored)) <= len(acknowledged) + 2  # of each killed process at most one more
    assert [path.name for path in raw.iterdir()] == ["decisions.sqlite3"]


def test_a_full_disk_loses_nothing_and_is_said(raw: Path) -> None:
    process = appender(raw, room=150_000)
    told, _ = process.communicate()
    *acknowledged, last = told.split("\n")[:-1]
    assert process.returncode == 0
    assert last in (f"refused {errno.ENOSPC}", f"refused {errno.EIO}")
    assert acknowledged
    decisions = Decisions.at(raw)
    assert [d.action for d in decisions.all()] == [a for a in acknowledged for _ in range(3)]
    assert decisions.append([decided()], [SAW])
    decisions.close()


# --- several at once -----------------------------------------------------------------------------


def test_threads_and_programs_write_at_once(raw: Path, decisions: Decisions) -> None:
    other = Decisions.at(raw)

    def write(to: Decisions) -> None:
        for _ in range(8):
            to.append([decided()], [SAW])

    threads = [threading.Thread(target=write, args=[to]) for to in (decisions, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list(decisions.all())
    assert len({d.action for d in found}) == 32
    assert all(a.when < b.when for a, b in itertools.pairwise(found))
    other.close()


def test_a_reader_is_in_nobodys_way(raw: Path, decisions: Decisions) -> None:
    decisions.append([decided()], [SAW])
    reader = sqlite3.connect(raw / "decisions.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    count = "SELECT count(*) FROM decisions"
    assert reader.execute(count).fetchone() == (1,)
    decisions.append([decided()])
    assert reader.execute(count).fetchone() == (1,)
    reader.close()
    assert len(list(decisions.all())) == 2


# --- opening -------------------------------------------------------------------------------------


def test_looking_at_nothing_makes_nothing(raw: Path) -> None:
    decisions = Decisions.at(raw, read_only=True)
    assert list(decisions.all()) == decisions.of_document(DOCUMENT) == []
    assert decisions.documents() == {}
    assert decisions.seen(DOCUMENT) == {}
    assert decisions.dump(raw / "decisions") == []
    with pytest.raises(OSError, match="only looked at"):
        decisions.append([decided()])
    assert not raw.exists()


def test_looking_changes_nothing(raw: Path, decisions: Decisions) -> None:
    [stored] = decisions.append([decided()], [SAW])
    decisions.close()
    before = (raw / "decisions.sqlite3").read_bytes()
    reader = Decisions.at(raw, read_only=True)
    assert list(reader.all()) == [stored]
    with pytest.raises(OSError, match="may not be written") as refused:
        reader.append([decided()])
    assert refused.value.errno == errno.EROFS
    reader.close()
    assert (raw / "decisions.sqlite3").read_bytes() == before
    assert [path.name for path in raw.iterdir()] == ["decisions.sqlite3"]


def test_decisions_of_a_newer_version_are_refused(raw: Path, decisions: Decisions) -> None:
    decisions.append([decided()], [SAW])
    decisions.close()
    database = sqlite3.connect(raw / "decisions.sqlite3")
    database.execute("UPDATE gleaner SET version = 99")
    database.commit()
    database.close()
    for read_only in (True, False):
        with pytest.raises(UnusableDecisions, match=r"version 99.*knows version 2"):
            Decisions.at(raw, read_only=read_only)
    done = gleaner(raw.parent, "status")
    assert done.returncode == 2
    assert "version 99" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("read_only", [True, False])
def test_what_is_no_database_is_refused_and_left_alone(raw: Path, read_only: bool) -> None:
    file = put(raw / "decisions.sqlite3", "Dear reader,\n" * 100)
    with pytest.raises(UnusableDecisions, match=r"decisions\.sqlite3 is no database"):
        Decisions.at(raw, read_only=read_only)
    assert file.read_text() == "Dear reader,\n" * 100


def test_another_programs_database_is_refused_and_left_alone(raw: Path) -> None:
    raw.mkdir()
    database = sqlite3.connect(raw / "decisions.sqlite3")
    database.execute("CREATE TABLE shopping (item TEXT)")
    database.close()
    before = (raw / "decisions.sqlite3").read_bytes()
    for read_only in (True, False):
        with pytest.raises(UnusableDecisions, match="something else"):
            Decisions.at(raw, read_only=read_only)
    assert (raw / "decisions.sqlite3").read_bytes() == before


def test_an_empty_file_is_a_database_not_yet_made(raw: Path) -> None:
    put(raw / "decisions.sqlite3", "")
    assert list(Decisions.at(raw, read_only=True).all()) == []
    decisions = Decisions.at(raw)
    assert decisions.append([decided()], [SAW])
    decisions.close()


def test_a_place_that_cannot_be_is_an_error_of_the_disk(tmp_path: Path) -> None:
    file = put(tmp_path / "file", "")
    with pytest.raises(OSError, match="file"):
        Decisions.at(file / "raw")
    (tmp_path / "raw" / "decisions.sqlite3").mkdir(parents=True)
    with pytest.raises(OSError, match="cannot be opened"):
        Decisions.at(tmp_path / "raw")


def test_the_environment_may_name_another_database(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLEANER_DECISIONS", f"sqlite:///{tmp_path}/a # b%20?.sqlite3")
    one = Decisions.at(raw)
    one.append([decided()], [SAW])
    one.close()
    monkeypatch.undo()
    assert not raw.exists()
    assert list(tmp_path.glob("a # b*"))
