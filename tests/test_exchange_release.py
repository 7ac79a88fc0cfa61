"""A release: records, decisions and a manifest that whoever has it can check."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from exchanges import copied, corpus, gleaner, store_with_guide
from runs import put

from pipeline.export import release
from pipeline.store import Store


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store in which a curator accepted all."""
    store = store_with_guide(tmp_path_factory.mktemp("release"))
    table = store.raw.parent / "records.csv"
    gleaner(store, "export", "csv", "--out", str(table))
    put(table, table.read_text().replace(",undecided,", ",reviewed,"))
    assert gleaner(store, "import", "csv", str(table), "--curator", "ada").exit_code == 0
    table.unlink()
    return store


@pytest.fixture(scope="module")
def released(guide: Store) -> Path:
    out = guide.raw.parent / "release"
    done = gleaner(guide, "export", "release", "--out", str(out), "--licence", "https://l.example")
    assert done.exit_code == 0, done.stderr
    return out


def graph(folder: Path) -> dict[str, dict[str, Any]]:
    nodes = json.loads((folder / release.MANIFEST).read_text())["@graph"]
    assert len({node["@id"] for node in nodes}) == len(nodes)
    return {node["@id"]: node for node in nodes}


def test_nothing_leaves_while_reviews_are_open(guide: Store, tmp_path: Path) -> None:
    with copied(guide) as store:
        (store.raw / "decisions.sqlite3").unlink()
        shutil.rmtree(store.extracted / "4-reviewed", ignore_errors=True)
        out = tmp_path / "release"
        done = gleaner(store, "export", "release", "--out", str(out))
        assert done.exit_code == 1
        assert "guides/release.md" in done.stderr
        assert not out.exists()


def test_every_file_is_in_the_manifest_with_its_hash(released: Path) -> None:
    nodes = graph(released)
    files = {node["@id"]: node for node in nodes.values() if node["@type"] == "File"}
    assert {"records.jsonl", "decisions.jsonl", "saw.jsonl", "taxonomies/rmf.toml"} <= files.keys()
    for name, node in files.items():
        data = (released / name).read_bytes()
        assert node["sha256"] == hashlib.sha256(data).hexdigest()
        assert node["contentSize"] == str(len(data))
    assert {one["@id"] for one in nodes["./"]["hasPart"]} == files.keys()


def test_the_manifest_names_what_it_was_made_from_and_by_whom(released: Path) -> None:
    nodes = graph(released)
    assert nodes["./"]["license"] == {"@id": "https://l.example"}
    [document] = [nodes[one["@id"]] for one in nodes["./"]["isBasedOn"]]
    assert document["name"] == "A guide to careful releases"
    assert document["license"] == "CC BY 4.0"
    made = nodes["#review"]
    assert [nodes[one["@id"]]["name"] for one in made["agent"]] == ["ada"]
    tools = {nodes[one["@id"]]["name"]: nodes[one["@id"]]["version"] for one in made["instrument"]}
    assert {"gleaner", "spacy"} <= tools.keys()
    for node in nodes.values():
        for value in node.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and not one["@id"].startswith("http"):
                    assert one["@id"] in nodes


def test_exactly_the_decisions_behind_the_records_are_in_it(guide: Store, released: Path) -> None:
    decisions = [json.loads(line) for line in (released / "decisions.jsonl").open()]
    records = [json.loads(line) for line in (released / "records.jsonl").open()]
    assert {one["record"] for one in decisions} == {one["id"] for one in records}
    assert {one["act"] for one in decisions} == {"accept"}
    saw = [line.rstrip("\n") for line in (released / "saw.jsonl").open()]
    assert {hashlib.sha256(line.encode()).hexdigest() for line in saw} == {
        one["saw"] for one in decisions
    }
    assert (
        f"{len(records)} reviewed records, {len(decisions)} decisions."
        in (graph(released)["./"]["description"])
    )
    assert len(list(next(corpus(guide).files()).records)) == len(records)


def test_the_same_records_make_the_same_release(guide: Store, released: Path) -> None:
    again = guide.raw.parent / "again"
    gleaner(guide, "export", "release", "--out", str(again), "--licence", "https://l.example")
    for file in (path for path in released.rglob("*") if path.is_file()):
        assert file.read_bytes() == (again / file.relative_to(released)).read_bytes(), file


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "decisions.jsonl").write_text(""), "decisions.jsonl was changed"),
        (lambda folder: (folder / "saw.jsonl").unlink(), "saw.jsonl is missing"),
        (lambda folder: (folder / "more.txt").write_text(""), "more.txt is not in the manifest"),
    ],
)
def test_a_release_that_was_changed_says_so(
    change: Any, said: str, released: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "release"
    shutil.copytree(released, copy)
    assert list(release.check(copy)) == []
    change(copy)
    assert list(release.check(copy)) == [said]
