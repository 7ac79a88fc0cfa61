"""What several test files stand on."""

import os
from pathlib import Path

import pytest

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
