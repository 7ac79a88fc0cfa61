"""Sources out and in: CSL-JSON, RIS, BibTeX, and a file of them beside a document."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from exchanges import copied, corpus, gleaner, lines, store_with_guide
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import extract, put, row

from pipeline.assemble.bibliography import agreed
from pipeline.export import Unreadable, bibtex, csl, ris
from pipeline.export.works import Person, Work, line, single, work_of, works
from pipeline.model import Claim, RecordFile, Source
from pipeline.store import Stage, Store, read_noun

FORMATS = (csl, ris, bibtex)
# As the values of documents are: without what cannot be seen.
seen = lines.map(line).filter(bool)
families = seen.map(lambda name: name.replace(",", " ")).map(line).filter(bool)
people = st.one_of(
    st.builds(Person, seen.filter(lambda name: not name.endswith(","))),
    st.builds(Person, families, seen.filter(lambda name: name.strip(", ") == name)),
)
texts = st.one_of(st.just(""), seen)
any_work = st.builds(
    Work,
    document=texts,
    title=texts,
    authors=st.lists(people, max_size=3).map(tuple),
    year=st.none() | st.integers(1000, 2100),
    abstract=texts,
    doi=texts,
    url=texts.filter(lambda url: "http" not in url),
)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=60, deadline=None)
@given(found=st.lists(any_work, max_size=3))
def test_works_come_back_as_they_left(format: ModuleType, found: list[Work]) -> None:
    keyed = [replace(work, key=f"k{number}") for number, work in enumerate(found)]
    assert format.read_works(format.dumps(keyed).encode()) == keyed


def test_a_nul_is_refused_by_name() -> None:
    title = Claim(value="Guide\0lines", provenance=())
    with pytest.raises(ValueError, match=r"Guide.*U\+0000"):
        work_of(Source(title=title), "documents/a.pdf", set())


def test_what_others_write_is_understood() -> None:
    [work] = bibtex.read_works(
        rb"""@article{x, title = "The {AI} act \& its \'Etudes", year = 2024,
        author = {M{\"u}ller, J{\"o}rg and {Office of Safety} and Ada von Rossi}}"""
    )
    assert work.title == "The AI act & its Études"
    expected = (
        Person("Müller", "Jörg"),
        Person("Office of Safety"),
        Person("von Rossi", "Ada"),
    )
    assert work.authors == expected
    [work] = ris.read_works(
        b"TY  - RPRT\r\nA1  - Rossi, Ada\r\nT1  - A guide\r\nY1  - 2024/05/01\r\n"
        b"UR  - https://a.example/x;https://b.example\r\nER  - \r\n"
    )
    assert (work.title, work.year, work.url) == ("A guide", 2024, "https://a.example/x")
    [work] = csl.read_works(
        b'[{"id": 1, "title": "A guide", "issued": {"raw": "2024-05"},'
        b' "author": [{"family": "Berg", "given": "Jan", "non-dropping-particle": "van"}]}]'
    )
    assert (work.year, work.authors) == (2024, (Person("van Berg", "Jan"),))


@pytest.mark.parametrize(
    ("format", "data", "why"),
    [
        (csl, b'[{"title": NaN}]', "NaN"),
        (csl, b'[{"title": "a", "title": "b"}]', "twice"),
        (csl, b"[" * 100_000, "nested"),
        (csl, b'["a"]', "objects"),
        (bibtex, b"@article{x, title = {open", "line 1"),
        (bibtex, b"\xff", "UTF-8"),
        (ris, b"\xff", "UTF-8"),
    ],
)
def test_what_is_no_such_file_is_refused(format: ModuleType, data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        format.read_works(data)


def test_a_file_beside_a_document_holds_one_work() -> None:
    with pytest.raises(Unreadable, match=r"x\.ris holds 2 works"):
        single([Work(title="a"), Work(title="b")], "x.ris")


def test_files_that_disagree_are_named_both() -> None:
    found, issues = agreed(
        {
            "g.toml": {"title": "A Guide", "authors": ["Rossi, Ada"], "year": 2024},
            "g.ris": {"title": "a guide", "authors": [{"family": "Rossi", "given": "Ada"}]},
            "g.bib": {"title": "Another guide", "year": 2024, "doi": "10.1/x"},
        }
    )
    assert found["title"] == "A Guide"
    assert found["doi"] == "10.1/x"
    [issue] = issues
    assert "g.toml" in issue.message
    assert "g.bib" in issue.message


# --- beside a document ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_with_guide(tmp_path_factory.mktemp("sources"))


def source(store: Store) -> Any:
    return read_noun(RecordFile, store.output(Stage.ASSEMBLE, "guides/release.md"))


def test_a_source_file_beside_a_document_fills_its_bibliography(guide: Store) -> None:
    with copied(guide) as store:
        place = store.documents / "guides" / "release.md.bib"
        put(place, '@book{g, doi = {10.1000/guide}, title = "Another title", year = 2024}')
        report = extract(store)
        found = source(store)
        assert found.source.doi.value == "10.1000/guide"
        assert "release.md.bib" not in {one.name.rpartition("/")[2] for one in report.rows}
        [said] = [one for one in found.issues if "release.md.bib" in one.message]
        assert said.code == "source-disagrees"
        assert "release.md.toml" in said.message

        assert row(extract(store), "guides/release.md").state == "fresh"
        put(place, "@book{g, doi = {10.1000/other}}")
        extract(store)
        assert source(store).source.doi.value == "10.1000/other"
        place.unlink()
        extract(store)
        assert source(store).source.doi is None


def test_a_library_is_put_beside_its_documents(guide: Store) -> None:
    with copied(guide) as store:
        [work] = works(corpus(store))
        theirs = [replace(work, document="", doi="10.1000/guide"), Work(title="Not here")]
        library = put(store.raw / "library.ris", ris.dumps(theirs))
        done = gleaner(store, "import", "ris", str(library))
        assert done.exit_code == 1
        assert "Not here" in done.stderr
        extract(store)
        assert source(store).source.doi.value == "10.1000/guide"
        authors = [(one.family, one.given) for one in source(store).source.authors]
        assert authors == [("Rossi", "Ada")]
