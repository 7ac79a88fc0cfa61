"""Files and names: the same bytes, whole or absent; every document under one name."""

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import (
    Block,
    BlockKind,
    Box,
    Document,
    Frozen,
    Line,
    Page,
    Span,
    Verdict,
)
from pipeline.store import (
    Stage,
    Store,
    UnknownPath,
    bibliography,
    canonical,
    digest,
    read_bytes,
    read_noun,
    settled,
    stamp,
    write,
)

# --- JSON ----------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LIKE_JSON = st.text(st.sampled_from('[]{},:"\\\n 0123456789-e.\t\r')) | TEXTS
NUMBERS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)


class Sample(Frozen):
    words: tuple[str, ...]
    numbers: tuple[int | float, ...]
    nested: tuple[tuple[int | float, ...], ...]
    table: dict[str, tuple[int | float, ...]]


SAMPLES = st.builds(
    Sample,
    words=st.lists(LIKE_JSON).map(tuple),
    numbers=st.lists(NUMBERS).map(tuple),
    nested=st.lists(st.lists(NUMBERS).map(tuple)).map(tuple),
    table=st.dictionaries(LIKE_JSON, st.lists(NUMBERS).map(tuple), max_size=3),
)


@given(SAMPLES)
def test_canonical_json_says_what_plain_json_says(sample: Sample) -> None:
    assert json.loads(canonical(sample)) == json.loads(sample.model_dump_json())
    assert Sample.model_validate_json(canonical(sample)) == sample


@given(SAMPLES)
def test_arrays_of_numbers_stand_on_one_line(sample: Sample) -> None:
    text = canonical(sample)
    assert not re.search(r"^ *-?\d", text, re.MULTILINE)
    assert not re.search(r"\d\n *\]", text)
    assert text.endswith("\n}\n")


def document(text: str = "One measure.") -> Document:
    line = Line(Span(0, len(text)), Box(1, 72, 80.5, 300, 92.25), (72.0, 90.5, 95.0, 300.0))
    block = Block(kind=BlockKind.PARAGRAPH, span=Span(0, len(text)), lines=(line,))
    return Document(
        path="documents/a.txt",
        sha256="0" * 64,
        media_type="text/plain",
        verdict=Verdict.COMPLETE,
        made_by={"reader": "1"},
        text=text,
        pages=(Page(number=1, span=Span(0, len(text)), width=612, height=792),),
        blocks=(block,),
    )


def test_a_document_reads_as_people_would_lay_it_out(tmp_path: Path) -> None:
    text = canonical(document("Zwölf “Regeln”"))
    assert '\n  "text": "Zwölf “Regeln”",\n' in text
    assert "\n          [1, 72.0, 80.5, 300.0, 92.25],\n" in text
    write(tmp_path / "a.json", text)
    assert read_noun(Document, tmp_path / "a.json") == document("Zwölf “Regeln”")


# --- writing and reading -------------------------------------------------------------------------


def test_a_failing_disk_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "deep" / "a.json"
    write(file, "old\n")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(file, "new\n")
    assert file.read_text() == "old\n"
    assert [entry.name for entry in file.parent.iterdir()] == ["a.json"]


def test_writing_syncs_the_file_before_its_name_and_the_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    synced: list[tuple[bool, bool]] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        synced.append((Path(f"/proc/self/fd/{handle}").is_dir(), file.exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write(file, "new\n")
    assert synced == [(False, False), (True, True)]


@pytest.mark.parametrize("passing", [errno.EIO, errno.ESTALE, errno.EAGAIN])
def test_what_may_pass_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passing: int
) -> None:
    (tmp_path / "a").write_bytes(b"words")
    failures = [OSError(passing, "later"), OSError(passing, "later")]
    read = Path.read_bytes

    def moody(self: Path) -> bytes:
        if failures:
            raise failures.pop()
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", moody)
    assert read_bytes(tmp_path / "a") == b"words"


def test_what_does_not_pass_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def refused(self: Path) -> bytes:
        asked.append(self)
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(OSError, match="Permission denied"):
        read_bytes(tmp_path / "a")
    assert len(asked) == 1


def test_a_change_that_hides_its_time_and_size_has_another_stamp(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    before, then = stamp(file), file.stat()
    file.write_text("two")
    os.utime(file, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert file.stat().st_mtime_ns == then.st_mtime_ns
    assert stamp(file) != before
    assert stamp(tmp_path / "none") == "-"


def test_a_stamp_is_trusted_only_when_it_cannot_hide_a_change(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    assert settled(stamp(file)) == ""
    long_ago = "3:1000000000:1000000000"
    assert settled(long_ago) == long_ago
    assert settled("-") == "-"


@pytest.mark.parametrize(
    ("toml", "found"),
    [
        (None, None),
        ('url = "https://example.org/a"\n', {"url": "https://example.org/a"}),
        ('url = "u"\n[bibliography]\ntitle = "T"\n', {"url": "u", "title": "T"}),
        ("\ufeff[bibliography]\nyear = 2024\n", {"year": 2024}),
    ],
)
def test_a_sidecar_gives_its_bibliography(toml: str | None, found: dict[str, Any] | None) -> None:
    assert bibliography(toml.encode() if toml else None) == found


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"title =", "Invalid value"),
        (b"\xff\xfe", "invalid start byte"),
        (b'bibliography = "none"', "not a table"),
    ],
)
def test_a_broken_sidecar_is_an_error(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        bibliography(data)


# --- names ---------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "raw", tmp_path / "extracted")


def put(file: Path, text: str = "words") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def names(store: Store, *paths: Path) -> list[str]:
    return [original.name for group in store.originals(paths) for original in group]


def troubles(store: Store, *paths: Path) -> dict[str, str]:
    found = [original for group in store.originals(paths) for original in group]
    return {o.name: o.trouble.code for o in found if o.trouble}


def test_an_output_is_named_after_its_original(store: Store) -> None:
    put(store.documents / "nist" / "a.pdf")
    [[original]] = store.originals()
    assert (original.name, original.path) == ("nist/a.pdf", "documents/nist/a.pdf")
    output = store.output(Stage.ASSEMBLE, original.name)
    assert output == store.extracted / "3-records" / "nist" / "a.pdf.json"


def test_documents_come_sorted_and_without_what_belongs_to_others(store: Store) -> None:
    for name in (
        "b/z.txt", "b/a.txt", "a.txt", "a.txt.toml", ".hidden", "b/.git/config", "lone.toml",
        "page.html", "page_files/style.css", "notes_files/kept.txt",
    ):  # fmt: skip
        put(store.documents / name)
    assert names(store) == [
        "a.txt", "lone.toml", "page.html", "b/a.txt", "b/z.txt", "notes_files/kept.txt",
    ]  # fmt: skip


def test_a_path_is_a_document_a_folder_a_sidecar_or_an_output(store: Store) -> None:
    file = put(store.documents / "nist" / "a.pdf")
    put(store.documents / "nist" / "b.pdf")
    sidecar = put(store.documents / "nist" / "a.pdf.toml")
    output = put(store.output(Stage.INGEST, "nist/a.pdf"))
    assert names(store, file) == names(store, sidecar) == names(store, output) == ["nist/a.pdf"]
    assert names(store, output.parent) == ["nist/a.pdf"]
    assert names(store, store.raw) == names(store, file.parent) == ["nist/a.pdf", "nist/b.pdf"]
    assert names(store, file, file.parent, file) == ["nist/a.pdf", "nist/b.pdf"]


def test_a_document_outside_is_named_after_its_last_folder(store: Store, tmp_path: Path) -> None:
    one = put(tmp_path / "else" / "downloads" / "a.pdf")
    put(tmp_path / "else" / "downloads" / "deep" / "b.pdf")
    assert names(store, one) == ["downloads/a.pdf"]
    assert names(store, one.parent) == ["downloads/a.pdf", "downloads/deep/b.pdf"]
    [[original]] = store.originals([one])
    assert (original.path, original.origin) == ("downloads/a.pdf", str(one))


def test_two_files_with_one_name_are_not_mixed_up(store: Store, tmp_path: Path) -> None:
    one, two = put(tmp_path / "x" / "nist" / "a.txt"), put(tmp_path / "y" / "nist" / "a.txt")
    assert troubles(store, one, two) == {"nist/a.txt": "name-taken"}
    assert names(store, one, one) == ["nist/a.txt"]
    put(store.documents / "nist" / "a.txt")
    [[refused]] = store.originals([one])
    assert refused.trouble
    assert str(store.documents / "nist" / "a.txt") in refused.trouble.message


def test_a_path_that_is_not_there_is_named_with_what_is_near(store: Store) -> None:
    put(store.documents / "nist" / "profile.pdf")
    with pytest.raises(UnknownPath, match=r"profil\.pdf\. Did you mean .*nist/profile\.pdf\?"):
        names(store, store.documents / "nist" / "profil.pdf")
    with pytest.raises(UnknownPath, match=r"Did you mean .*documents/nist\?"):
        names(store, store.documents / "nits" / "profile.pdf")
    for other in ("test", "rst"):
        with pytest.raises(UnknownPath, match=r"There is no \S+\.$"):
            names(store, store.documents / other)


def test_what_cannot_be_opened_says_why(store: Store) -> None:
    put(store.documents / "fine.txt")
    (store.documents / "broken.pdf").symlink_to("nowhere.pdf")
    os.mkfifo(store.documents / "pipe.txt")
    put(store.documents / ("n" * 251))
    assert troubles(store) == {
        "broken.pdf": "broken-link",
        "pipe.txt": "not-a-file",
        "n" * 251: "name-too-long",
    }


def test_a_name_that_is_not_unicode_is_refused_in_words_that_are(store: Store) -> None:
    store.documents.mkdir(parents=True)
    try:
        (store.documents / os.fsdecode(b"caf\xe9.txt")).write_text("words")
    except OSError:
        pytest.skip("this file system has no such names")
    assert troubles(store) == {"caf\\xe9.txt": "bad-name"}


def test_removing_outputs_leaves_no_empty_folder(store: Store) -> None:
    for stage in Stage:
        put(store.output(stage, "a/b/c.txt"))
    put(store.output(Stage.INGEST, "a/d.txt"))
    assert store.remove("a/b/c.txt")
    assert not store.remove("a/b/c.txt")
    left = sorted(p.relative_to(store.extracted).as_posix() for p in store.extracted.rglob("*"))
    assert left == ["1-documents", "1-documents/a", "1-documents/a/d.txt.json", "2-segments", "3-records"]  # fmt: skip


def test_digests_are_sha256() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest(b"") == digest("") == empty
