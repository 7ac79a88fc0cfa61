"""Runs over a bucket of a real server: the same bytes, no needless request, and plain words."""

import json
import signal
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.request import Request as Post
from urllib.request import urlopen

import pytest
from buckets import (
    Server,
    client,
    command,
    forget_connections,
    new_bucket,
    outputs,
    put_object,
    serving,
    told,
)
from runs import GUIDE, LETTER, extract, files, row, store_with_two

from pipeline.run.manifest import FOLDER
from pipeline.run.refresh import difference_of
from pipeline.run.status import looked_at
from pipeline.run.task import Task
from pipeline.run.through import take_through
from pipeline.store import GONE, Remote, Stage, Store, beside_us, objects, write

GUIDES, RIVER = "guides/release.txt", "letters/river.txt"
MORE = GUIDE.replace("once a week", "every day")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("s3")
    with serving(folder / "log") as found, pytest.MonkeyPatch.context() as patch:
        for name, value in {**found.environment, "GLEANER_CACHE": str(folder)}.items():
            patch.setenv(name, value)
        forget_connections()
        yield found
    forget_connections()


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run over the same two documents on a disk makes."""
    store = store_with_two(tmp_path_factory.mktemp("near"))
    extract(store)
    return files(store)


def store_in(bucket: str) -> Store:
    """The guide and the letter in a new bucket."""
    top = new_bucket(bucket)
    store = Store(top / "raw", top / "extracted")
    put_object(store.documents / GUIDES, GUIDE.encode())
    put_object(store.documents / RIVER, LETTER.encode())
    return store


# --- one machine ----------------------------------------------------------------------------------


def test_it_makes_the_same_bytes_and_asks_for_no_more_than_it_must(
    server: Server, near: dict[str, bytes]
) -> None:
    store = store_in("same")
    with server.counted() as first:
        assert extract(store).totals.read == 2
    assert outputs(store) == near
    besides = 3 + 1  # of a report and its page, and a part of the manifest
    assert (first["RAW"], first["GET"], first["PUT"]) == (2, 2 + 1, 2 * 3 + besides)
    with server.counted() as second:
        assert extract(store).totals.fresh == 2
    assert (second["RAW"], second["GET"], second["PUT"]) == (0, 0, 3)

    put_object(store.documents / GUIDES, MORE.encode())
    client(store.raw).rm_file(str(store.documents / RIVER))
    with server.counted() as third:
        report = extract(store)
    assert (third["RAW"], report.totals.read, report.removed) == (1, 1, [RIVER])
    assert {name.partition("/")[2] for name in outputs(store)} == {f"{GUIDES}.json"}
    changed = difference_of(store).as_dict()
    assert {one["name"]: one["kind"] for one in changed["documents"]} == {
        GUIDES: "changed", RIVER: "gone",
    }  # fmt: skip


def test_what_is_damaged_is_an_issue_and_made_again(server: Server, near: dict[str, bytes]) -> None:
    store = store_in("damaged")
    extract(store)
    file = store.output(Stage.SEGMENT, GUIDES)
    assert isinstance(file, Remote)
    head = client(file).call_s3("head_object", Bucket="damaged", Key=file.key)
    put_object(file, b"{" + file.read_bytes()[1:-9], Metadata=head["Metadata"])
    client(file).rm_file(str(store.output(Stage.ASSEMBLE, RIVER)))
    report = extract(store)
    assert outputs(store) == near
    [issue] = [one for one in row(report, GUIDES).issues if one.code == "edited-by-hand"]
    assert "2-segments" in issue.message
    assert row(report, RIVER).why == ("its file in 3-records is gone",)


def test_originals_on_a_disk_may_have_their_outputs_in_a_bucket(
    server: Server, near: dict[str, bytes], tmp_path: Path
) -> None:
    here = store_with_two(tmp_path)
    store = Store(here.raw, new_bucket("half") / "extracted")
    assert extract(store).totals.read == 2
    assert outputs(store) == near
    with server.counted() as counts:
        assert extract(store).totals.fresh == 2
    assert counts["GET"] == counts["HEAD"] - 1 == 0
    back = Store("s3://half/raw", tmp_path / "back")
    put_object(back.documents / GUIDES, GUIDE.encode())
    put_object(back.documents / RIVER, LETTER.encode())
    assert extract(back).totals.read == 2
    assert files(back) == near


def test_the_commands_that_only_look_list_no_outputs(server: Server, tmp_path: Path) -> None:
    store = store_in("look")
    extract(store)
    with server.counted() as counts:
        found = looked_at(store)
    assert (found.counts()["fresh"], found.records) == (2, 3)
    seen = server.requests()[-sum(counts.values()) + counts["RAW"] :]
    asked = [path for kind, path in seen if kind == "LIST" and "extracted/" in path]
    assert not [path for path in asked if "-documents" in path or "-records" in path]
    out = tmp_path / "records.csv"
    code, said, err = told(store, "export", "csv", "--out", str(out))
    assert (code, err) == (0, ""), said
    assert told(store, "export", "csv")[0] == 0
    assert (store.extracted / "5-exports" / "records.csv").read_bytes() == out.read_bytes()
    code, said, _ = told(store, "explain", f"{store.documents}/{GUIDES}")
    assert (code, "3 records" in said) == (0, True)


# --- several --------------------------------------------------------------------------------------


def test_another_machine_knows_from_the_manifest_what_is_there(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import duckdb

    store = store_in("machines")
    extract(store)
    [part] = (store.extracted / FOLDER).iterdir()
    copy = tmp_path / "part.parquet"
    copy.write_bytes(part.read_bytes())
    sql = f"SELECT name, sha256, records FROM '{copy}' ORDER BY name"
    digest = sha256(GUIDE.encode()).hexdigest()
    assert duckdb.connect().execute(sql).fetchall()[0] == (GUIDES, digest, 3)

    monkeypatch.setenv("GLEANER_CACHE", str(tmp_path / "another"))
    assert looked_at(store).counts()["fresh"] == 2
    with server.counted() as counts:
        assert extract(store).totals.fresh == 2
    assert counts["GET"] == 0
    put_object(store.documents / GUIDES, MORE.encode())
    assert extract(store).totals.read == 1

    monkeypatch.delenv("GLEANER_CACHE")
    monkeypatch.setenv("GLEANER_CACHE", str(beside_us(store.extracted).parent.parent))
    found = difference_of(store)
    assert [one.name for one in found.documents] == [GUIDES]
    assert extract(store).totals.fresh == 2


def test_many_parts_are_made_one(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pipeline.run.manifest.PARTS", 2)
    monkeypatch.setenv("GLEANER_CACHE", str(tmp_path / "one"))
    store = store_in("parts")
    for number in range(3):
        put_object(store.documents / RIVER, f"{LETTER}\nNumber {number}.\n".encode())
        extract(store)
    [part] = (store.extracted / FOLDER).iterdir()
    assert part.stem.endswith("-all")
    monkeypatch.setenv("GLEANER_CACHE", str(tmp_path / "two"))
    assert looked_at(store).counts()["fresh"] == 2


def test_a_late_run_does_not_write_over_a_newer_one(server: Server, tmp_path: Path) -> None:
    store = store_in("late")
    newer = store.output(Stage.INGEST, GUIDES)
    group = next(store.originals([Path(GUIDES)]))
    original = group[0].__class__(
        GUIDES,
        f"documents/{GUIDES}",
        group[0].file,
        stamps=(*store.stamps(group[0])[:2], *[GONE] * 3),
    )
    stamp = write(newer, '{"newer": true}')
    codes = {stage.value: "a code" for stage in Stage}
    task = Task(store, original, tuple(Stage), codes, "", {}, {}, None, (), tmp_path, force=False)
    result = take_through(task)
    assert (result.row.state, result.row.code) == ("set aside", "written-meanwhile")
    assert (newer.read_bytes(), objects.stamp_of(newer)) == (b'{"newer": true}', stamp)  # type: ignore[arg-type]
    assert not store.output(Stage.SEGMENT, GUIDES).is_file()


def test_two_runs_at_once_and_a_killed_one_leave_whole_objects(
    server: Server, near: dict[str, bytes], tmp_path: Path
) -> None:
    store = store_in("both")
    killed = command(store, "extract", "--jobs", "1", GLEANER_CACHE=str(tmp_path / "a"))
    while not any(kind == "PUT" and "/both/extracted/" in path for kind, path in server.requests()):
        assert killed.poll() is None
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    made = outputs(store)
    assert made
    assert all(near[name] == data for name, data in made.items())
    runs = [
        command(store, "extract", "--force", "--jobs", "1", GLEANER_CACHE=str(tmp_path / machine))
        for machine in "ab"
    ]
    for one in runs:
        _, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
    assert outputs(store) == near
    assert extract(store).totals.fresh == 2


# --- refusals -------------------------------------------------------------------------------------


def test_what_is_not_there_is_said_and_ends_soon(server: Server, tmp_path: Path) -> None:
    nowhere = Store("s3://no-such-bucket/raw", tmp_path / "extracted")
    code, _, err = told(nowhere, "extract")
    assert (code, "There is no bucket s3://no-such-bucket" in err) == (1, True), err
    code, _, err = told(nowhere, "status", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert (code, "does not answer" in err) == (1, True), err
    store = store_in("empty-handed")
    code, _, err = told(store, "fetch")
    assert (code, "fetch needs folders of a disk" in err) == (2, True), err
    code, _, err = told(Store("memory://here/raw", tmp_path), "extract")
    assert (code, "gone when the process ends" in err) == (2, True), err


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "arn:aws:s3:::*"}
    ],
}


def test_credentials_that_are_wrong_or_not_enough_are_told_of(tmp_path: Path) -> None:
    import boto3

    with serving(tmp_path / "log") as guarded, pytest.MonkeyPatch.context() as patch:
        for name, value in guarded.environment.items():
            patch.setenv(name, value)
        objects._store.cache_clear()
        forget_connections()
        store = store_in("guarded")
        iam = boto3.client("iam")
        iam.create_user(UserName="reader")
        said = json.dumps(POLICY)
        iam.put_user_policy(UserName="reader", PolicyName="reads", PolicyDocument=said)
        key = iam.create_access_key(UserName="reader")["AccessKey"]
        reader = {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "GLEANER_CACHE": str(tmp_path / "cache"),
        }
        url, plain = f"{guarded.url}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        urlopen(Post(url, data=b"0", headers=plain)).close()  # from now on it asks who one is
        code, _, err = told(store, "extract", **{**reader, "AWS_ACCESS_KEY_ID": "nobody"})
        assert (code, "does not know these credentials" in err) == (1, True), err
        code, _, err = told(store, "extract", "--jobs", "1", **reader)
        assert (code, "may not write s3://guarded/extracted/" in err) == (1, True), err
        assert "[1/2]" not in err
    forget_connections()
