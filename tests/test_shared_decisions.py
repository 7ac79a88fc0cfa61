"""Decisions in PostgreSQL: the same laws as in a file, and those of a server."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sql
from deciding import DOCUMENT, SAW, decided, lines
from postgres import Server
from runs import ROOT, extract, gleaner, store_with_two

# The same tests, collected again: the fixture below puts them on PostgreSQL.
from test_decisions import (  # noqa: F401
    APPENDS,
    NAME,
    test_a_decision_on_a_document_has_no_record,
    test_a_decision_on_what_someone_decided_meanwhile_is_refused,
    test_a_nul_is_refused_by_the_name_of_its_field,
    test_an_action_is_of_one_curator_on_one_document,
    test_an_action_is_stored_whole_and_in_order,
    test_an_action_taken_by_another_act_is_refused,
    test_coders_know_only_of_their_own_decisions,
    test_every_time_zone_is_the_same_time,
    test_nothing_of_a_refused_action_is_stored,
    test_other_fields_records_and_documents_are_not_in_the_way,
    test_the_same_action_again_is_taken_once,
    test_time_goes_on_although_a_clock_was_wrong,
    test_what_was_seen_is_kept_once,
)
from test_decisions_dump import (  # noqa: F401
    test_a_broken_dump_is_refused_whole,
    test_a_dump_has_a_file_for_each_curator,
    test_a_dump_overwrites_nothing_that_it_lacks,
    test_a_dump_that_contradicts_the_database_is_refused,
)

from pipeline.store import UnusableDecisions
from pipeline.store.decisions import Decisions, Stale


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.database()


@pytest.fixture
def decisions(url: str) -> Iterator[Decisions]:
    with Decisions(url) as found:
        yield found


def test_the_last_on_a_document_is_the_one_added_last(decisions: Decisions) -> None:
    assert decisions.last(DOCUMENT) == ""
    decisions.append([decided()], [SAW])
    [second] = decisions.append([decided()])
    decisions.append([decided(document="other.html")])
    assert decisions.last(DOCUMENT) == decisions.documents()[DOCUMENT] == second.key
    assert decisions.count() == 3


@pytest.mark.parametrize("table", ["decisions", "saw"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET body = '{{}}'", "DELETE FROM {}"])
def test_the_server_itself_refuses_to_forget(
    postgres: Server, url: str, decisions: Decisions, table: str, statement: str
) -> None:
    decisions.append([decided()], [SAW])
    database = str(sql.make_url(url).database)
    for forget in (statement.format(table), f"TRUNCATE {table} CASCADE"):
        with pytest.raises(subprocess.CalledProcessError) as refused:
            postgres.run(database, forget)
        assert "never changed" in refused.value.stderr
    assert decisions.count() == 1


def test_of_two_at_once_on_one_field_one_is_told(url: str, decisions: Decisions) -> None:
    """Each saw the field undecided. Whoever is late is refused, however close they are."""
    decisions.append([decided(field="place")], [SAW])
    told: list[Stale] = []
    stored: list[str] = []
    start = threading.Barrier(6)

    def act(number: int) -> None:
        with Decisions(url) as own:
            start.wait()
            try:
                stored.append(own.append([decided(curator=f"c{number}")], base={NAME: ""})[0].key)
            except Stale as stale:
                told.append(stale)

    _at_once([threading.Thread(target=act, args=[n]) for n in range(6)])
    assert (len(stored), len(told)) == (1, 5)
    assert {stale.last[0].key for stale in told} == set(stored)


def test_the_same_act_sent_at_once_is_taken_once(url: str, decisions: Decisions) -> None:
    decisions.append([decided()], [SAW])
    act = decided(field="place")
    found: list[object] = []
    start = threading.Barrier(6)

    def send() -> None:
        with Decisions(url) as own:
            start.wait()
            found.extend(own.append([act], base={("r1", "place"): ""}))

    _at_once([threading.Thread(target=send) for _ in range(6)])
    assert len(found) == 6
    assert all(one == found[0] for one in found)
    assert decisions.count() == 2


def test_threads_of_one_desk_write_at_once(url: str, decisions: Decisions) -> None:
    decisions.append([decided()], [SAW])

    def write() -> None:
        for _ in range(4):
            decisions.append([decided()], [SAW])

    _at_once([threading.Thread(target=write) for _ in range(40)])  # more than it has connections
    found = list(decisions.all())
    assert len({one.action for one in found}) == 161
    assert [one.when for one in found] == sorted({one.when for one in found})


def _at_once(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_was_acknowledged_is_there_once_after_a_kill(url: str, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", APPENDS, str(tmp_path / "raw"), "0", str(ROOT / "tests")],
            env={**os.environ, "PYTHONPATH": str(ROOT), "GLEANER_DECISIONS": url},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        acknowledged += [line.strip() for line in islice(process.stdout, 5)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
        process.wait()
    with Decisions(url) as decisions:
        stored = [decision.action for decision in decisions.all()]
    assert set(acknowledged) <= set(stored)
    assert all(stored.count(action) == 3 for action in set(stored))
    assert not (tmp_path / "raw").exists()


def test_a_server_that_was_started_again_costs_no_act(
    postgres: Server, url: str, decisions: Decisions
) -> None:
    decisions.append([decided()], [SAW])
    postgres.stop("fast")
    postgres.start()
    assert decisions.append([decided()])
    assert decisions.count() == 2


def test_looking_makes_and_changes_nothing(url: str, postgres: Server) -> None:
    with Decisions(url, read_only=True) as reader:
        assert list(reader.all()) == []
        assert reader.last(DOCUMENT) == ""
        with pytest.raises(OSError, match="only looked at"):
            reader.append([decided()])
    assert postgres.run(str(sql.make_url(url).database), r"\dt") == ""
    with Decisions(url) as decisions:
        decisions.append([decided()], [SAW])
    with Decisions(url, read_only=True) as reader:
        assert reader.count() == 1
        with pytest.raises(OSError, match="read-only") as refused:
            reader.append([decided()])
        assert refused.value.errno == errno.EROFS


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    store = store_with_two(tmp_path)
    lost = "postgresql://ann:secret@127.0.0.1:9/decisions"
    done = gleaner(store.raw.parent, "extract", GLEANER_DECISIONS=lost)
    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr
    assert "secret" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_tables_of_others_are_left_alone(postgres: Server, url: str) -> None:
    name = str(sql.make_url(url).database)
    postgres.run(name, "CREATE TABLE shopping (item text)")
    Decisions(url).close()  # a server is of many
    other = postgres.database()
    postgres.run(str(sql.make_url(other).database), "CREATE TABLE decisions (item text)")
    with pytest.raises(UnusableDecisions, match="something else"):
        Decisions(other)


def test_runs_and_commands_work_on_what_the_server_holds(url: str, tmp_path: Path) -> None:
    store = store_with_two(tmp_path)
    extract(store)
    name = "guides/release.txt"
    with Decisions(url) as decisions:
        decisions.append([decided(document=name, record="gone")], [SAW])
    done = gleaner(store.raw.parent, "extract", GLEANER_DECISIONS=url)
    assert done.returncode in (0, 1), done.stderr
    assert store.reviewed(name).is_file()
    dumped = gleaner_decisions(store.raw.parent, "dump", "--to", "out", url=url)
    assert dumped.returncode == 0, dumped.stderr
    assert set(lines(tmp_path / "out")) == {"_saw.jsonl", "ann.jsonl"}


def gleaner_decisions(folder: Path, *words: str, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", "decisions", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GLEANER_DECISIONS": url},
        capture_output=True,
        text=True,
    )
