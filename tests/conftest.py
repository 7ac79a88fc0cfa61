"""What several test files stand on."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from postgres import Server

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of seeds, gold and hostile files beside the checkout.

    Without it the test is skipped, or fails where GLEANER_REQUIRE_SHARED is set, as it is in CI.
    """
    folder = ROOT.parent / "shared"
    if folder.is_dir():
        return folder
    reason = "needs the folder ../shared (seeds, gold, hostile files) beside the checkout"
    if os.environ.get("GLEANER_REQUIRE_SHARED"):
        pytest.fail(f"{reason}, and GLEANER_REQUIRE_SHARED is set", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def two_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two documents, read: three records. To be copied, not changed."""
    from runs import extract, store_with_two  # it starts a process: only for those who run

    folder = tmp_path_factory.mktemp("made")
    extract(store_with_two(folder))
    return folder


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Server]":
    """A PostgreSQL server. Without one the test is skipped, or fails as with `shared`."""
    from postgres import programs, serving

    where = programs()
    if where is None:
        reason = "needs PostgreSQL (Debian: apt-get install postgresql)"
        if os.environ.get("GLEANER_REQUIRE_SHARED"):
            pytest.fail(f"{reason}, and GLEANER_REQUIRE_SHARED is set", pytrace=False)
        pytest.skip(reason)
    with serving(where) as server:
        yield server
