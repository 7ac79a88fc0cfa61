"""Objects in place of files: whole, conditional, checked, and listed as a disk would be."""

import errno
import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from buckets import Server, client, forget_connections, new_bucket, put_object, serving
from runs import ROOT, put

from pipeline.store import (
    GONE,
    BadPlace,
    OnlyOnDisk,
    Overtaken,
    Remote,
    Store,
    far,
    objects,
    place,
    read_bytes,
    stamp,
    write,
)
from pipeline.store.layout import Stage, shard, sharded

NAMES = (
    "a", "a.txt", "a.txt.toml", "a-1.txt", "a.txt-old", "index.html", "index1.html", "indexZ.html",
    "index_files/style.css", "lone_files/kept.txt", "folder/b.pdf", "folder/b.pdf.csl.json",
    "folder/b.pdf.toml", "folder/.hidden", "folder-x/c.txt", "ünïcode/ß and space.txt",
    "q+%41&=?.txt", ".dot/never.txt",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with (
        serving(tmp_path_factory.mktemp("s3") / "log") as found,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in found.environment.items():
            patch.setenv(name, value)
        forget_connections()
        yield found
    forget_connections()


@pytest.fixture(params=["s3", "memory"])
def bucket(request: pytest.FixtureRequest, server: Server) -> Remote:
    name = f"b{abs(hash(request.node.name)) % 10**9}"
    if request.param == "s3":
        return new_bucket(name)
    found = place(f"memory://{name}")
    assert isinstance(found, Remote)
    return found


# --- places ---------------------------------------------------------------------------------------


def test_a_url_is_a_path_that_knows_its_place() -> None:
    found = place("s3://bucket/raw/a b.txt")
    assert str(found) == "s3://bucket/raw/a b.txt"
    assert str(found.parent / "c") == "s3://bucket/raw/c"
    assert found.relative_to(place("s3://bucket")).as_posix() == "raw/a b.txt"
    assert place("file:///tmp/raw") == Path("/tmp/raw")
    assert Store("s3://bucket/raw", "made").extracted.is_absolute()


@pytest.mark.parametrize("said", ["ftp://host/x", "s3://", "s3://bucket/../x", "https://host/a"])
def test_what_nothing_can_be_kept_at_is_refused(said: str) -> None:
    with pytest.raises(BadPlace):
        place(said)


def test_nothing_of_it_is_looked_for_on_the_disk(tmp_path: Path) -> None:
    found = place("s3://bucket/raw")
    for ask in (open, Path.stat, Path.touch, Path.resolve, Path.lstat):
        with pytest.raises(OnlyOnDisk):
            ask(found)


def test_a_local_store_imports_no_library_of_object_stores(tmp_path: Path) -> None:
    put(tmp_path / "raw" / "documents" / "a.txt", "Developers should test models.\n")
    code = (
        "import sys; from pipeline.__main__ import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(sorted({'fsspec', 's3fs', 'aiohttp', 'botocore', 'pyarrow'} & sys.modules.keys()))"
    )
    for words in (["extract", "--jobs", "1"], ["status"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )
        assert done.stdout.splitlines()[-1] == "[]", done.stderr


# --- objects --------------------------------------------------------------------------------------


def test_what_is_written_is_read_and_has_the_stamp_that_was_given(bucket: Remote) -> None:
    file = bucket / "made" / "a.json"
    assert (stamp(file), file.exists(), bucket.is_dir()) == (GONE, False, False)
    given = write(file, "first")
    assert (read_bytes(file), stamp(file)) == (b"first", given)
    assert file.is_file()
    assert (bucket / "made").is_dir()
    assert not (bucket / "made").is_file()
    assert write(file, "second") != given
    [entry] = objects.entries(bucket / "made")
    assert (entry.name, entry.stamp) == ("a.json", stamp(file))
    file.unlink()
    assert [*objects.entries(bucket)] == []
    with pytest.raises(FileNotFoundError):
        file.unlink()
    with pytest.raises(FileNotFoundError):
        read_bytes(file)


def test_nobody_writes_over_what_he_did_not_see(bucket: Remote) -> None:
    file = bucket / "a.json"
    seen = write(file, "first", over=GONE)
    with pytest.raises(Overtaken):
        write(file, "another beginner", over=GONE)
    newer = write(file, "the newer", over=seen)
    with pytest.raises(Overtaken):
        write(file, "the late one", over=seen)
    assert (read_bytes(file), stamp(file)) == (b"the newer", newer)


def test_damage_is_told_from_content(server: Server) -> None:
    file = new_bucket("damage") / "a.json"
    write(file, "first")
    meta = client(file).call_s3("head_object", Bucket="damage", Key="a.json")["Metadata"]
    put_object(file, b"fIrst", Metadata=meta)
    with pytest.raises(OSError, match="damaged") as caught:
        read_bytes(file)
    assert caught.value.errno == errno.EBADMSG
    assert objects.get(file, checked=False) == b"fIrst"


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        impatient = {"config_kwargs": {**objects.PATIENCE, "read_timeout": 0.1}}
        monkeypatch.setitem(objects.OPTIONS, "s3", impatient)
        objects._store.cache_clear()
        file = place("s3://silent/a")
        with pytest.raises(objects.Unreachable, match="does not answer"):
            file.is_file()
    objects._store.cache_clear()


# --- listings -------------------------------------------------------------------------------------


def test_the_documents_are_those_of_the_same_tree_on_a_disk(bucket: Remote, tmp_path: Path) -> None:
    near, there = Store(tmp_path / "raw", tmp_path / "made"), Store(bucket / "raw", bucket / "made")
    for number, name in enumerate(NAMES):
        put(near.documents / name, f"{number}")
        put_object(there.documents / name, f"{number}".encode())
    stated = Store(bucket / "raw", tmp_path / "made")
    for store in (there, stated, Store(tmp_path / "raw", bucket / "made")):
        assert names(store) == names(near)
        looked = [look.name for look in far.looks(store)]
        assert looked == ["", "folder", "folder-x", "lone_files", "ünïcode"]
    sidecars = {one.name: one.stamps[1] for group in there.originals() for one in group}
    assert {name for name, mark in sidecars.items() if mark != GONE} == {"a.txt", "folder/b.pdf"}
    assert sidecars["folder/b.pdf"].count("+") == 1


def names(store: Store) -> set[str]:
    return {one.name for group in store.originals() for one in group}


def test_stamps_are_read_off_the_listings(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "PAGE", 7)
    monkeypatch.setattr(far, "BATCH", 5)
    bucket = new_bucket("stamps")
    store = Store(bucket / "raw", bucket / "made")
    every = [f"n{number:02}.txt" for number in range(30)]
    for name in every:
        put_object(store.documents / name, name.encode())
        if name[2] != "3":
            write(store.output(Stage.ASSEMBLE, name), name)
    with server.counted() as counts:
        batches = far.inside(store, "")
        first = next(batches)
        rest = [one for group in batches for one in group]
    found = [*first, *rest]
    assert [one.name for one in found] == every
    assert counts["LIST"] == 5 + 1 + 1 + 4
    assert counts["HEAD"] == counts["GET"] == 0
    for one in found:
        outs = [store.output(stage, one.name) for stage in Stage]
        assert one.stamps == (stamp(one.file), GONE, *map(stamp, outs))
    with server.counted() as counts:
        next(far.inside(store, ""))
    assert counts["LIST"] <= 2 + 1 + 1 + 1


def test_a_listing_of_20_000_takes_the_memory_of_a_few_pages(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store("s3://listed/raw", "s3://listed/made")
    width = 20_000

    class Paged:
        """Answers as S3 does, from a count instead of from objects."""

        protocol = ("s3",)

        def _strip_protocol(self, path: str) -> str:
            return path

        def call_s3(self, _: str, **said: object) -> dict[str, object]:
            ending = ".txt" if str(said["Prefix"]).startswith("raw") else ".txt.json"
            start = int(str(said.get("ContinuationToken", 0)))
            numbers = range(start, min(start + 1000, width))
            return {
                "Contents": [
                    {"Key": f"{said['Prefix']}{n:08}{ending}", "Size": n, "ETag": f'"{n:032x}"'}
                    for n in numbers
                ],
                "IsTruncated": numbers.stop < width,
                "NextContinuationToken": str(numbers.stop),
            }

    monkeypatch.setattr(objects, "_store", lambda bucket: Paged())
    store.sharded = frozenset()
    next(far.inside(store, ""))  # imports what it needs
    # In a process with much in it, garbage in circles is looked for seldom, and would count.
    gc.collect()
    gc.freeze()
    gc.collect()
    tracemalloc.start()
    count = sum(1 for group in far.inside(store, "") for one in group if GONE not in one.stamps[2:])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    assert count == width
    assert most < 16_000_000  # all of them would be 25 MB


# --- shards ---------------------------------------------------------------------------------------


def test_a_folder_with_very_many_is_sharded_and_its_names_come_back(
    bucket: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far, "MANY", 10)
    store = Store(bucket / "raw", bucket / "made")
    every = {*(f"crawl/{number}.txt" for number in range(12)), "few/a.txt", "crawl/.5x", "top.txt"}
    for name in every:
        put_object(store.documents / name, name.encode())
    for look in far.looks(store):
        far.begin_shards(store, look)
    assert store.sharded == {"crawl"} == sharded(bucket / "made")
    every.remove("crawl/.5x")
    for name in every:
        write(store.output(Stage.INGEST, name), name)
    again = Store(bucket / "raw", bucket / "made")
    output = again.output(Stage.INGEST, "crawl/3.txt")
    assert output.parent.name == shard("crawl/3.txt")
    assert output.parent.parent.name == "crawl"
    assert again.output(Stage.INGEST, "few/a.txt") == bucket / "made/1-documents/few/a.txt.json"
    assert {one.name for group in again.made(Stage.INGEST) for one in group} == every
    assert all(one.stamps[2] != GONE for group in again.originals() for one in group)
    [[named]] = again.originals([output])
    assert named.name == "crawl/3.txt"
    looked = {look.name: look for look in far.looks(again)}
    assert looked["crawl"].made
    assert not looked["crawl"].folders
    before = looked["crawl"].mark
    write(output, "another")
    assert next(look for look in far.looks(again) if look.name == "crawl").mark != before


def test_a_folder_that_was_read_already_stays_as_it_is(
    bucket: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far, "MANY", 1)
    store = Store(bucket / "raw", bucket / "made")
    for name in ("a.txt", "b.txt"):
        put_object(store.documents / name, b"")
    write(store.output(Stage.INGEST, "a.txt"), "{}")
    [look] = far.looks(store)
    far.begin_shards(store, look)
    assert (look.count, look.made, store.sharded) == (2, True, frozenset())
