"""A team's earlier table: its rows are found in the documents, and become records of a curator."""

import csv
import io
import json
from contextlib import closing
from pathlib import Path

import pytest
from building import Writer
from exchanges import copied, corpus, gleaner, hostile, store_with_guide
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import extract, put

from pipeline.export import Profile, Unreadable, Wanted, csv_, earlier
from pipeline.export.cells import guard
from pipeline.export.earlier import Row, column_map, read_rows
from pipeline.model import Act, Author, Claim, Codes, Decision, Draft, Grounding, Source, Words
from pipeline.run.earlier import Work, locate, tie
from pipeline.store import Store
from pipeline.store.decisions import Decisions

HEAD = ("Action ID", "Action Name", "Action Definition", "Action Source", "MitigationCode")
LOG = "Deployers keep a log of incidents,\nand read it aloud once a week."
TABLE = (
    ("A1", "Incident log", LOG, "Rossi2024", "3.5 Post-deployment Monitoring"),
    ("A2", "Attack first", "Two people attack the model before each launch, and write down what "
     "gave way.", "Rossi2024", "3.1"),
    ("A3", "Insurance", "Operators buy insurance against what may go wrong.", "Rossi2024", "1.2"),
    ("A4", "Elsewhere", "Something that another document says at length.", "Weber2020", "1.1"),
)  # fmt: skip


def table(rows: tuple[tuple[str, ...], ...] = TABLE, head: tuple[str, ...] = HEAD) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue()


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_with_guide(tmp_path_factory.mktemp("earlier"))


def decided(store: Store) -> list[Decision]:
    with closing(Decisions.at(store.raw, read_only=True)) as decisions:
        return list(decisions.all())


def import_table(store: Store, *words: str, text: str = "") -> dict[str, object]:
    file = put(store.raw / "earlier.csv", text or table())
    done = gleaner(store, "import", "earlier", str(file), "--curator", "team", "--json", *words)
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_rows_are_located_and_become_records(guide: Store) -> None:
    with copied(guide) as store:
        dry = import_table(store, "--dry-run")
        assert decided(store) == []
        done = import_table(store)
        assert done["located"] == dry["located"]
        assert done["located"] == {
            "Rossi2024": {"normalised": 1, "partial": 1, "absent": 1, "known": 2}
        }
        assert done["without_document"] == {"Weber2020": 1}
        by_record = {record.id: record for file in corpus(store).files() for record in file.records}
        [added] = [one for one in decided(store) if one.act is Act.ADD]
        assert isinstance(added.value, Draft)
        assert added.value.name == Words(value="Insurance", grounding=Grounding.ABSENT)
        assert len(by_record) == 4
        log = next(record for record in by_record.values() if "log" in record.id)
        assert log.name is not None
        assert log.name.value == "Incident log"
        codes = [tag.code for tag in log.tags if tag.taxonomy == "mitigation-2025"]
        assert codes == ["3.5"]
        description = next(
            one for one in decided(store) if (one.record, one.field) == (log.id, "description")
        )
        assert description.act is Act.ACCEPT


def test_the_same_table_again_decides_nothing_more(guide: Store) -> None:
    with copied(guide) as store:
        import_table(store)
        once = decided(store)
        import_table(store)
        assert decided(store) == once


def test_a_record_that_is_found_later_is_the_one_of_the_table(guide: Store) -> None:
    """What the extractor missed and a team had coded is one record when it is found at last."""
    with copied(guide) as store:
        missed = "Operators buy insurance against what may go wrong."
        import_table(store)
        put(
            store.documents / "guides" / "release.md",
            (store.documents / "guides" / "release.md").read_text()
            + f"\n### Insurance\n\n{missed}\n",
        )
        extract(store)
        [file] = corpus(store).files()
        found = [
            record for record in file.records
            if record.description and record.description.value == missed
        ]  # fmt: skip
        assert len(found) == 1
        codes = [tag.code for tag in found[0].tags if tag.taxonomy == "mitigation-2025"]
        assert codes == ["1.2"]


def test_other_columns_and_sources_are_named(guide: Store) -> None:
    with copied(guide) as store:
        rows = (("Log", LOG, "our guide"),)
        done = import_table(
            store,
            "--columns", "name=Heading,description=Text,source=From",
            "--source", "our guide=guides/release.md",
            text=table(rows, ("Heading", "Text", "From")),
        )  # fmt: skip
        assert done["located"] == {"our guide": {"normalised": 1, "known": 1}}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--columns", "nme=Heading"), "nme=Heading"),
        (("--columns", "name=Heading"), "'Heading'"),
        (("--source", "Rossi2024"), "SOURCE=DOCUMENT"),
        (("--source", "Rossi2024=nowhere.pdf"), "nowhere.pdf"),
        (("--coded", "nothing"), "nothing"),
    ],
)
def test_a_wrong_request_is_named(words: tuple[str, ...], said: str, guide: Store) -> None:
    file = put(guide.raw / "wrong.csv", table())
    done = gleaner(guide, "import", "earlier", str(file), "--curator", "team", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_code_that_there_is_not_is_refused_by_its_line(guide: Store) -> None:
    with copied(guide) as store:
        rows = (("A1", "Log", LOG, "Rossi2024", "9.9 Gardening"),)
        file = put(store.raw / "earlier.csv", table(rows))
        done = gleaner(store, "import", "earlier", str(file), "--curator", "team")
        assert done.exit_code == 1
        assert "9.9 Gardening" in done.stderr
        assert decided(store) == []


# --- which document, and which record -------------------------------------------------------------


def work(name: str, title: str, family: str, year: int, text: str) -> Work:
    source = Source(
        title=Claim(value=title, provenance=()),
        authors=(Author(family=family, given="Ada", provenance=()),),
        year=Claim(value=year, provenance=()),
    )
    return Work(name, source, Writer().paragraph(text).document(), ())


WORDS = "Every release is watched by two people who can stop it at any hour of the day or night."
WORKS = (
    work("a.pdf", "A guide to careful releases", "Rossi", 2024, WORDS),
    work("b.pdf", "On gardens", "Weber", 2020, "Roses need water. " * 9),
    work("c.pdf", "On gardens", "Braun", 2021, "Roses need earth. " * 9),
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A Guide to Careful Releases", ("a.pdf", "title")),
        ("Rossi (2024): A guide to careful releases.", ("a.pdf", "title")),
        ("Rossi2024", ("a.pdf", "authors and year")),
        ("Rossi et al., 2024a", ("a.pdf", "authors and year")),
        ("Rossi2023", None),
        ("On gardens", None),  # two are called so
        ("Nobody1999", None),
        ("", None),
    ],
)
def test_a_source_is_tied_to_its_document(source: str, expected: tuple[str, str] | None) -> None:
    found = tie([Row("line 2", source=source, description="short")], WORKS, {})
    tied = found.get(source)
    assert (tied and (tied.name, tied.how)) == expected


def test_a_source_is_known_by_the_words_of_its_rows() -> None:
    rows = [
        Row("2", source="x", description=WORDS[:50]),
        Row("3", source="x", description=WORDS[30:]),
    ]
    assert tie(rows, WORKS, {})["x"].name == "a.pdf"
    assert tie(rows[:1], WORKS, {}) == {}  # one row alone is no proof


def test_no_record_is_two_rows(guide: Store) -> None:
    [file] = corpus(guide).files()
    document = corpus(guide).document(file.document.path)
    record = next(one for one in file.records if "log" in one.id)
    rows = [Row("2", description=LOG), Row("3", description=LOG)]
    found = locate(rows, Work("x", file.source, document, file.records), "curator:team")
    assert [one.record for one in found] == [record.id, ""]
    assert [one.grounding for one in found] == [Grounding.NORMALISED] * 2


# --- the file -------------------------------------------------------------------------------------

cells = st.one_of(hostile, st.just("two\nlines")).filter(lambda text: "\0" not in text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells.filter(str.strip), cells, cells, cells), max_size=4))
def test_cells_come_back_as_the_texts_that_they_are(
    rows: list[tuple[str, str, str, str, str]],
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEAD, *(map(guard, row) for row in rows)])
    found = read_rows(out.getvalue().encode())
    assert [(r.id, r.name, r.description, r.source, r.code) for r in found] == [
        tuple(cell.strip() for cell in row) for row in rows
    ]


def test_records_leave_in_the_shape_of_the_table(guide: Store, tmp_path: Path) -> None:
    out = tmp_path / earlier.FILE
    earlier.write(corpus(guide), out, Wanted(taxonomies=("mitigation-2025",)))
    rows = read_rows(out.read_bytes())
    [file] = corpus(guide).files()
    assert [row.id for row in rows] == [record.id for record in file.records]
    assert {row.source for row in rows} == {"A guide to careful releases"}
    primary = [
        next((t.code for t in r.tags if t.taxonomy == "mitigation-2025"), "") for r in file.records
    ]
    assert [row.code.partition(" ")[0] for row in rows] == primary
    with copied(guide) as store:
        done = import_table(store, text=out.read_text())
        imported = done["imported"]
        assert isinstance(imported, dict)
        assert imported["added"] == []
        assert {one.act for one in decided(store)} == {Act.ACCEPT}
        assert all(isinstance(one.value, Words | Codes) for one in decided(store))


@pytest.mark.parametrize("profile", ["flat", "tags"])
def test_our_own_records_are_known_and_the_command_for_them_is_named(
    guide: Store, tmp_path: Path, profile: Profile
) -> None:
    out = tmp_path / "records.csv"
    csv_.write(corpus(guide), out, Wanted(profile=profile))
    done = gleaner(guide, "import", "earlier", str(out), "--curator", "team", "--dry-run")
    assert done.exit_code == 2
    assert "records that Gleaner exported" in done.stderr
    assert "gleaner import csv" in done.stderr


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"a,b\n1,2\n", "no column is a name"),
        (b"Name\nx,y\n", "line 2"),
        (b'Name\n"open', "not CSV"),
        (b"Name\na\0b\n", "NUL"),
        (b"", "no column"),
    ],
)
def test_what_is_no_such_table_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_rows(data)


def test_a_column_map_names_our_fields() -> None:
    assert column_map("name=Title, description=The text") == {
        "name": "Title",
        "description": "The text",
    }


def test_the_real_table_is_found_in_the_lines_of_its_document(shared: Path) -> None:
    """203 rows of 591 are of the one of their sources that is here; only the actors that people
    wrote behind the actions are from another place of it.
    """
    gold = json.loads((shared / "gold" / "nist600-1.records.json").read_text())
    writer = Writer()
    for action in gold["actions"]:
        writer.paragraph("\n".join(action["action_lines"]))
    source = Source(year=Claim(value=2024, provenance=()))
    of_nist = Work("NIST.AI.600-1.pdf", source, writer.document(), ())
    rows = read_rows((shared / "gold" / "mitigations-2025.dev.csv").read_bytes())
    assert tie(rows, [of_nist], {}).keys() == {"NIST2024"}
    own = [row for row in rows if row.source == "NIST2024"]
    graded = [one.grounding for one in locate(own, of_nist, "curator:team")]
    assert len(graded) == 203
    assert graded.count(Grounding.ABSENT) <= 1
    assert graded.count(Grounding.PARTIAL) <= 17
