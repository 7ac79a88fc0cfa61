"""Old decisions under a new Gleaner, whole or untouched; and from one database to another."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from deciding import DOCUMENT, SAW, decided, lines, sight
from postgres import Server
from runs import ROOT

from pipeline.model import Decision
from pipeline.store import UnusableDecisions, database
from pipeline.store.decisions import Decisions, in_folder
from pipeline.store.moving import copy

# What version 1 was, in the words of each database.
OLD = {
    "sqlite": (
        "DROP INDEX decisions_by_document",
        "UPDATE gleaner SET version = 1",
    ),
    "postgresql": (
        "DROP TABLE visits",
        "DROP INDEX decisions_by_document",
        "UPDATE gleaner SET version = 1",
    ),
}
KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.store import migrations
from pipeline.store.decisions import Decisions
whole = migrations.migrate
def migrate(*given):
    whole(*given)
    os.kill(os.getpid(), signal.SIGKILL)
migrations.migrate = migrate
Decisions(sys.argv[1])
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that is not yet made."""
    if request.param == "sqlite":
        return in_folder(tmp_path / "raw").render_as_string()
    server: Server = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def old(url: str) -> str:
    """A database of version 1 with two decisions."""
    with Decisions(url) as decisions:
        decisions.append([decided()], [SAW])
        decisions.append([decided(curator="bob")])
        engine = decisions.engine
        assert engine
        with engine.begin() as connection:
            for statement in OLD[engine.dialect.name]:
                connection.exec_driver_sql(statement)
    return url


def version(url: str) -> int:
    engine = database.engine_of(sql.make_url(url), read_only=True)
    with engine.connect() as connection:
        found = connection.scalar(sql.select(database.EDITION.c.version))
    engine.dispose()
    return found or 0


def test_an_old_database_is_brought_up_when_it_is_opened(old: str, tmp_path: Path) -> None:
    with Decisions(old, read_only=True) as reader:
        before = list(reader.all())
    assert (len(before), version(old)) == (2, 1)  # looking changes nothing
    with Decisions(old) as decisions:
        assert list(decisions.all()) == before
        assert decisions.append([decided()])
        assert decisions.last(DOCUMENT) != before[-1].key
    assert version(old) == database.VERSION
    copies = [file.name for file in tmp_path.glob("raw/*version*")]
    if old.startswith("sqlite"):
        assert copies == ["decisions.version-1.sqlite3"]
        shutil.copytree(tmp_path / "raw", tmp_path / "back")
        (tmp_path / "back" / copies[0]).replace(tmp_path / "back" / "decisions.sqlite3")
        with Decisions.at(tmp_path / "back", read_only=True) as aside:
            assert list(aside.all()) == before


def test_what_is_migrated_is_as_what_is_made(old: str) -> None:
    """Nothing is left to do by what Alembic itself compares."""
    with Decisions(old) as decisions:
        assert decisions.engine
        with decisions.engine.connect() as connection:
            both = [database.DECISIONS.metadata]
            if connection.dialect.name == "postgresql":
                both.append(database.VISITS.metadata)
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            found = compare_metadata(context, both)  # type: ignore[arg-type]
    assert found == []


def test_a_migration_that_is_killed_has_not_been(old: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, old], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == -signal.SIGKILL
    assert version(old) == 1
    with Decisions(old) as decisions:
        assert decisions.count() == 2
    assert version(old) == database.VERSION
    assert not list(tmp_path.glob("raw/*.tmp"))


def test_a_newer_database_is_refused_and_left_alone(old: str) -> None:
    engine = database.engine_of(sql.make_url(old), read_only=False)
    with engine.begin() as connection:
        connection.execute(database.EDITION.update().values(version=99))
    engine.dispose()
    for read_only in (True, False):
        with pytest.raises(UnusableDecisions, match=r"version 99.*knows version 2"):
            Decisions(old, read_only=read_only)
    assert version(old) == 99


def test_alembic_is_not_imported_unless_something_is_to_be_migrated(tmp_path: Path) -> None:
    opens = "import sys; from pathlib import Path; from pipeline.store.decisions import Decisions; "
    says = "Decisions.at(Path(sys.argv[1])).close(); print('alembic' in sys.modules)"

    def said() -> str:
        words = [sys.executable, "-c", opens + says, str(tmp_path / "raw")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert (said(), said()) == ("False", "False")
    with sqlite3.connect(tmp_path / "raw" / "decisions.sqlite3") as old:
        for statement in OLD["sqlite"]:
            old.execute(statement)
    old.close()
    assert said() == "True"


# --- from one to another -------------------------------------------------------------------------


@pytest.fixture
def empty(tmp_path: Path, postgres: Server) -> Callable[[], str]:
    """Gives URLs of databases that are not yet made, of both kinds in turn."""
    made: list[str] = []

    def next_one() -> str:
        folder = tmp_path / f"raw{len(made)}"
        made.append(postgres.database() if len(made) % 2 else in_folder(folder).render_as_string())
        return made[-1]

    return next_one


def test_there_and_back_is_the_same_database(empty: Callable[[], str], tmp_path: Path) -> None:
    first, server, back = empty(), empty(), empty()
    with Decisions(first) as decisions:
        for number in range(12):
            saw = sight(f"Line\n{number} \u2028 \U0001f9e0 \\ %s ? :x")
            given = decided("ünheard ' \" %", saw=saw.digest, curator=("ann", "bob")[number % 2])
            decisions.append([given], [saw])
        decisions.load(other_laptop(tmp_path))  # older ones, added last
        decisions.dump(tmp_path / "first-0")
        known = decisions.id, decisions.documents(), list(decisions.all())
    for dumps, (source, target) in enumerate([(first, server), (server, back)]):
        with Decisions(source, read_only=True) as here, Decisions(target) as there:
            assert copy(here, there) == 13 + dumps
            assert copy(here, there) == 0
        with Decisions(target) as copied:
            assert (copied.id, copied.documents(), list(copied.all())) == known
            copied.dump(tmp_path / f"copy-{dumps}")
            assert lines(tmp_path / f"copy-{dumps}") == lines(tmp_path / f"first-{dumps}")
            assert copied.append([decided()], [SAW])
        with Decisions(target, read_only=True) as here, Decisions(source) as there:
            assert copy(here, there) == 1  # what was decided since comes back
        known = known[0], {DOCUMENT: there_last(source)}, everything(source)
        with Decisions(source) as there:
            there.dump(tmp_path / f"first-{dumps + 1}")


def other_laptop(folder: Path) -> Path:
    with Decisions.at(folder / "laptop") as laptop:
        laptop.append([decided(saw="")])
        laptop.dump(folder / "laptop" / "dump")
    return folder / "laptop" / "dump"


def there_last(url: str) -> str:
    with Decisions(url, read_only=True) as decisions:
        return decisions.last(DOCUMENT)


def everything(url: str) -> list[Decision]:
    with Decisions(url, read_only=True) as decisions:
        return list(decisions.all())


def test_a_target_with_decisions_of_its_own_is_left_alone(empty: Callable[[], str]) -> None:
    one, other = empty(), empty()
    for url in (one, other):
        with Decisions(url) as decisions:
            decisions.append([decided()], [SAW])
    before = everything(other)
    with Decisions(one, read_only=True) as here, Decisions(other) as there:
        refused = pytest.raises(UnusableDecisions, match="the source lacks")
        with refused:
            copy(here, there)
    assert everything(other) == before


def test_the_command_copies_and_says_how_many(empty: Callable[[], str], tmp_path: Path) -> None:
    _, server = empty(), empty()
    with Decisions.at(tmp_path / "raw") as decisions:
        decisions.append([decided()], [SAW])

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline", "decisions", "copy", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )

    assert run("raw", server).stdout == "1 decisions copied.\n"
    assert run(server, "fresh", "--json").stdout == '{\n  "added": 1\n}\n'
    missing = run("nowhere", server)
    assert (missing.returncode, "no decisions in nowhere" in missing.stderr) == (2, True)
    with Decisions.at(tmp_path / "raw") as decisions:
        decisions.append([decided()])
    refused = run("fresh", "raw")
    assert refused.returncode == 2
    assert "that the source lacks" in refused.stderr
