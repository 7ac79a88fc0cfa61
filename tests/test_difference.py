"""What changed between two runs, field by field, and because of what."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from deciding import decide, records_of
from runs import GUIDE, extract, gleaner, put, store_with_two

from pipeline.model import Act, RecordFile, Words
from pipeline.run.archive import KEPT, Archive, Kept, UnknownRun
from pipeline.run.causes import causes, of_field
from pipeline.run.difference import Difference, DocumentChange, FieldChange
from pipeline.run.difference_show import difference_lines, difference_page, headline, pieces
from pipeline.run.refresh import difference_of
from pipeline.run.state import State
from pipeline.store import Store

NAME = "guides/release.txt"
LIST = "- Developers should test every model.\n- Deployers should keep a log."


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with_two(tmp_path)


def changed(store: Store, name: str = NAME) -> DocumentChange:
    [found] = [one for one in difference_of(store).documents if one.name == name]
    return found


def test_the_first_run_differs_from_none(store: Store) -> None:
    extract(store)
    found = difference_of(store)
    assert (found.before, {one.kind for one in found.documents}) == ("", {"new"})
    assert found.records == {"added": 3}
    assert found.causes == {"source text": 3}


def test_a_run_that_did_nothing_changed_nothing_and_costs_nothing(store: Store) -> None:
    extract(store)
    size = (store.runs / "archive.sqlite3").stat().st_size
    for _ in range(5):
        extract(store)
    assert difference_of(store).documents == ()
    assert headline(difference_of(store)) == "Nothing changed"
    assert (store.runs / "archive.sqlite3").stat().st_size == size


def test_a_change_of_the_text_is_shown_word_by_word(store: Store) -> None:
    extract(store)
    text = GUIDE.replace("once a week", "every day").replace("3. Regulators", "3. All regulators")
    put(store.documents / NAME, text + "4. Auditors should be let in.\n")
    extract(store)
    found = changed(store)
    assert dict(found.why) == {"source text": ("the raw file changed",)}
    assert [record.kind for record in found.records] == ["changed", "changed", "added"]
    shown = [
        (field.field, piece)
        for record in found.records
        for field in record.fields
        for piece in pieces(field)
        if piece[0] in ("out", "in")
    ]
    fields = {field for field, _ in shown if not field.startswith("tags.")}
    assert len(fields) == 1
    words = [piece for field, piece in shown if field in fields]
    assert ("out", "once") in words
    assert ("in", "every") in words
    assert {record.causes for record in found.records} == {("source text",)}
    assert found.unchanged == 1


def test_white_space_hyphens_and_page_moves_are_cosmetic(store: Store) -> None:
    extract(store)
    put(
        store.documents / NAME,
        "\f" + GUIDE.replace("every model", "every  mo-\ndel").replace("read it", "read-it"),
    )
    extract(store)
    kinds = {
        (field.field, field.kind)
        for record in changed(store).records
        for field in record.fields
        if not field.field.startswith("tags.")
    }
    assert {kind for _, kind in kinds} <= {"cosmetic"}
    assert kinds


def test_what_a_curator_decides_is_of_a_human(store: Store) -> None:
    extract(store)
    first, second, _ = records_of(store, NAME).records
    decide(store, NAME, first, ["description"])
    decide(store, NAME, second, ["name"], act=Act.EDIT, value=Words(value="The log of incidents"))
    extract(store)
    found = changed(store)
    assert found.why == {"human": ("decisions were taken",)}
    by_id = {record.id: record for record in found.records}
    assert by_id[second.id].causes == ("human",)
    named = {field.field: field for field in by_id[second.id].fields}["name"]
    assert (named.after, named.causes) == ("The log of incidents", ("human",))
    assert by_id[first.id].fields[0].causes == ("human",)


def test_a_decision_whose_words_changed_waits_again(store: Store) -> None:
    extract(store)
    record = records_of(store, NAME).records[1]
    decide(store, NAME, record, ["description"])
    extract(store)
    put(store.documents / NAME, GUIDE.replace("once a week", "once every single month"))
    extract(store)
    found = difference_of(store)
    fields = [
        field
        for one in found.documents
        for record in one.records
        for field in record.fields
        if field.kind == "footing"
    ]
    assert fields
    assert {field.before for field in fields} == {"stands"}
    assert {cause for field in fields for cause in field.causes} == {"source text"}
    assert found.waiting


def test_a_document_that_went_came_or_broke(store: Store) -> None:
    extract(store)
    (store.documents / NAME).unlink()
    put(store.documents / "letters" / "river.txt", "\0\1\2" * 50)
    put(store.documents / "new.txt", LIST)
    extract(store)
    kinds = {one.name: one.kind for one in difference_of(store).documents}
    assert kinds == {NAME: "gone", "letters/river.txt": "set aside", "new.txt": "new"}
    assert sum(difference_of(store).records.values())


def test_runs_are_named_by_their_beginnings(store: Store) -> None:
    ids = [extract(store).id for _ in range(3)]
    with closing(Archive(store.runs, read_only=True)) as archive:
        assert archive.runs() == ids
        assert archive.named("latest") == ids[-1]
        assert archive.named(ids[0]) == ids[0]
        with pytest.raises(UnknownRun, match="no run 1999"):
            archive.named("1999")
        with pytest.raises(UnknownRun, match="3 runs begin with 2"):
            archive.named("2")
    assert difference_of(store, ids[0]).before == ids[0]
    with pytest.raises(UnknownRun, match="There was none yet"):
        difference_of(Store(store.raw, store.extracted / "elsewhere"))


def test_a_killed_run_is_told_by_the_next(store: Store) -> None:
    extract(store)
    put(store.documents / NAME, GUIDE.replace("week", "month"))
    # As a kill leaves it: the document is done and remembered, and the run told nobody.
    runs = (store.runs / "archive.sqlite3").read_bytes()
    extract(store)
    (store.runs / "archive.sqlite3").write_bytes(runs)
    with closing(State(store.extracted)) as state:
        state.put(next(known for known in state.all() if known.name == NAME))
    assert extract(store).totals.read == 0
    assert [one.name for one in difference_of(store).documents] == [NAME]


def test_old_runs_are_forgotten_but_not_what_the_kept_ones_stand_on(store: Store) -> None:
    extract(store)
    put(store.documents / NAME, GUIDE.replace("week", "month"))
    second = extract(store).id
    with closing(State(store.extracted)) as state, closing(Archive(store.runs)) as archive:
        for number in range(KEPT - 1):
            archive.record(f"run-{number:03}", store, state)
        runs = archive.runs()
        assert (len(runs), runs[0]) == (KEPT, second)
    assert (store.runs / f"{second}.html").is_file()
    assert len([*store.runs.glob("2*.html")]) == 1
    put(store.documents / NAME, GUIDE.replace("week", "year"))
    extract(store)
    [field] = [f for r in changed(store).records for f in r.fields if f.field == "description"]
    assert ("month" in field.before, "year" in field.after) == (True, True)


@pytest.mark.parametrize("whole", [0, 4096])
def test_a_broken_archive_is_begun_anew(store: Store, whole: int) -> None:
    extract(store)
    file = store.runs / "archive.sqlite3"
    file.write_bytes(file.read_bytes()[:whole] + b"no database" * 4096)
    put(store.documents / "letters" / "river.txt", "Another letter.")
    assert extract(store).exit_code == 0
    put(store.documents / NAME, GUIDE.replace("week", "month"))
    extract(store)
    assert changed(store).kind == "changed"


# --- causes ---------------------------------------------------------------------------------------

CODES = ("ingest", "segment", "assemble")
HASHES = {"raw": "1", "sidecar": "", "ingest": "1", "segment": "1", "assemble": "1"}


def because(
    outputs: str, parts: Mapping[str, Mapping[str, str]], **now: str
) -> dict[str, tuple[str, ...]]:
    """The causes when these outputs and hashes are others, and codes changed in these parts."""
    hashes = HASHES | dict.fromkeys(outputs.split(), "2") | now
    known: dict[str, Mapping[str, str]] = {
        **{code: {"taxonomies/lifecycle.toml": "a", "spacy": "1.0"} for code in CODES},
        **{f"{code} now": {"taxonomies/lifecycle.toml": "a", "spacy": "1.0"} for code in CODES},
    }
    for code, changes in parts.items():
        known[f"{code} now"] = {**known[f"{code} now"], **changes}
    was = Kept(HASHES, CODES, "complete", "", "1", "")
    then = Kept(hashes, tuple(f"{code} now" for code in CODES), "complete", "", "2", "")
    return causes(was, then, lambda code: dict(known[code]))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (because("ingest segment assemble", {}, raw="2"), ["source text"]),
        (because("assemble", {}, sidecar="2"), ["source text"]),
        (because("assemble", {"segment": {"rules/leads.toml": "b"}}), []),
        (because("segment assemble", {"segment": {"rules/leads.toml": "b"}}), ["rule"]),
        (because("assemble", {"assemble": {"lexicons/risk.toml": "b"}}), ["rule"]),
        (because("assemble", {"assemble": {"taxonomies/lifecycle.toml": "b"}}), ["taxonomy"]),
        (because("assemble", {"assemble": {"models/weights.npz": "b"}}), ["weights"]),
        (because("segment assemble", {"segment": {"spacy": "2.0"}}), ["library"]),
        (because("ingest", {"ingest": {"ingest/pdf/page.py": "b"}}), ["pipeline"]),
        (because("assemble", {"assemble": {"gleaner": "0.2"}}), ["pipeline"]),
        (because("", {"ingest": {"pdfplumber": "2"}}), []),
        (
            because("ingest segment", {"ingest": {"python": "3.12"}, "segment": {"rule.py": "b"}}, raw="2"),
            ["source text", "library", "pipeline"],
        ),
    ],
)  # fmt: skip
def test_a_cause_is_what_changed_where_an_output_did(
    found: dict[str, tuple[str, ...]], expected: list[str]
) -> None:
    assert list(found) == expected


def test_a_library_is_told_with_its_versions() -> None:
    found = because("segment", {"segment": {"spacy": "2.0"}})
    assert found == {"library": ("spacy was 1.0, is 2.0",)}


def test_a_field_has_only_the_causes_that_reach_it() -> None:
    found = {
        "source text": ("the raw file changed",),
        "taxonomy": ("taxonomies/risk.toml changed",),
    }
    assert of_field("description", found) == ("source text",)
    assert of_field("tags.risk", found) == ("source text", "taxonomy")
    assert of_field("tags.actor", found) == ("source text",)
    assert of_field("description", {"taxonomy": ("taxonomies/risk.toml changed",)}) == ("taxonomy",)
    assert of_field("name", found | {"human": ("decisions were taken",)}) == ("source text",)


# --- showing --------------------------------------------------------------------------------------


def field(before: str, after: str, name: str = "description") -> FieldChange:
    return FieldChange(name, "changed", before, after, ("rule",))


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (field("Keep a log.", "Keep a diary."), "Keep a [-log-]{+diary+}."),
        (field("", "New."), "{+New.+}"),
        (field("Old.", ""), "[-Old.-]"),
        (field("Cats sleep.", "Audit models before any release."), "[-Cats sleep.-]{+Audit models before any release.+}"),
        (field("1.1 A; 2.1 B", "1.1 A; 2.2 C", "tags.risk"), "[-2.1 B-]; 1.1 A; {+2.2 C+}"),
        (field(" ".join("abcdefghijklmnop") + " x", " ".join("abcdefghijklmnop") + " y"), "…i j k l m n o p [-x-]{+y+}"),
    ],
)  # fmt: skip
def test_a_change_is_shown_with_a_few_words_around(change: FieldChange, shown: str) -> None:
    marks = {"same": "{}", "out": "[-{}-]", "in": "{{+{}+}}", "cut": "{}"}
    assert "".join(marks[kind].format(text) for kind, text in pieces(change)) == shown


def test_texts_too_long_to_compare_are_shown_whole() -> None:
    long = "word " * 200_000
    assert pieces(field(long, long + "more")) == [("out", long), ("in", long + "more")]


def test_the_page_shows_fields_as_text_and_loads_nothing(store: Store) -> None:
    extract(store)
    evil = "<img src=x onerror=alert(1)> {{ 7*7 }}"
    put(store.documents / NAME, GUIDE.replace("once a week", evil))
    extract(store)
    page = difference_page(difference_of(store))
    assert "onerror=alert(1)&gt;" in page
    assert "<img" not in page
    assert "{{ 7*7 }}" in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_command_prints_writes_and_refuses(store: Store, tmp_path: Path) -> None:
    extract(store)
    put(store.documents / NAME, GUIDE.replace("once a week", "every day"))
    extract(store)
    done = gleaner(tmp_path, "diff", "--json", "--page", "page.html")
    told = json.loads(done.stdout)
    assert (done.returncode, told["causes"]) == (0, {"source text": 1})
    assert "every" in (tmp_path / "page.html").read_text()
    lines = "\n".join(difference_lines(difference_of(store)))
    assert "[-once-]" in lines
    wrong = gleaner(tmp_path, "diff", "1999")
    assert (wrong.returncode, "There is no run 1999" in wrong.stderr) == (2, True)


def test_records_of_other_ids_are_paired_by_their_words(store: Store) -> None:
    extract(store)
    old = {record.id for record in records_of(store, NAME).records}
    put(store.documents / NAME, GUIDE.replace("1. Developers", "1. All developers"))
    extract(store)
    new: RecordFile = records_of(store, NAME)
    assert {record.id for record in new.records} != old
    [record] = changed(store).records
    assert (record.kind, record.was in old, record.id in old) == ("changed", True, False)


def test_a_headline_says_it_in_one_sentence() -> None:
    assert headline(Difference("a", "b")) == "Nothing changed"
    new = DocumentChange("a.txt", "new", {})
    assert headline(Difference("a", "b", (new,))) == "1 document came or went, no record changed"
