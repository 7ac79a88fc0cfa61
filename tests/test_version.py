"""Versions are what `importlib.metadata` says, of whatever is installed."""

from importlib import metadata
from pathlib import Path

import pytest

from pipeline.version import version


def test_every_library_has_the_version_that_it_states() -> None:
    names = {found.metadata["Name"] for found in metadata.distributions()}
    assert {name: version(name) for name in names} == {
        name: metadata.version(name) for name in names
    }


def test_names_are_one_however_they_are_written() -> None:
    assert (
        version("markdown_it.py") == version("Markdown-It-Py") == metadata.version("markdown-it-py")
    )


def test_what_is_not_installed_has_no_version() -> None:
    assert version("no-such-library") == ""


def test_the_first_on_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, folder in enumerate(
        ("one/odd_name-1.dist-info/METADATA", "two/odd.name.egg-info/PKG-INFO")
    ):
        about = tmp_path / folder
        about.parent.mkdir(parents=True)
        about.write_text(f"Metadata-Version: 2.4\nName: odd-name\nVersion: {number}.5\n")
    monkeypatch.syspath_prepend(tmp_path / "one")
    monkeypatch.syspath_prepend(tmp_path / "two")
    monkeypatch.syspath_prepend(tmp_path / "nowhere")
    version.cache_clear()
    assert version("odd-name") == "1.5"
    version.cache_clear()
