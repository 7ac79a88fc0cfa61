"""The bibliography that the first pages of a PDF state: papers, reports, memos, and bad metadata."""

import pytest
from printing import lines, pdf, read_pdf, text

from pipeline.assemble.bibliography import bibliography_of
from pipeline.model import Document, Source
from pipeline.model.text import normal_form
from pipeline.rule import load_rules
from pipeline.segment.source import source

RULES = load_rules()
BODY = lines(
    72, 300, "Every team keeps a ledger of the runs that it has made, and reads it once", "a year."
)
TITLE = "Ledgers of Training Runs"
PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Ledgers of Training Runs</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Ada Quist</rdf:li><rdf:li>A Secretary</rdf:li></rdf:Seq></dc:creator>
<prism:doi>10.5555/ledger.7</prism:doi></rdf:Description></rdf:RDF></x:xmpmeta>"""  # fmt: skip


def titled(*below: str, head: str = TITLE) -> str:
    return text(72, 720, head, size=20, font="B") + lines(72, 690, *below) + BODY


def read(page: str, info: str = "", packet: str = "") -> tuple[Source, Document]:
    document = read_pdf(pdf(page, info=info).replace(b"xref\n", packet.encode() + b"\nxref\n", 1))
    found, _ = bibliography_of(document, source(document, RULES), {})
    return found, document


def check_quotes(found: Source, document: Document) -> None:
    """Every field has its words, and they are those of the text."""
    claims = [found.title, found.year, found.abstract, found.doi]
    places = [place for claim in claims if claim for place in claim.provenance]
    places += [place for author in found.authors for place in author.provenance]
    assert all(place.quote == document.quote(place.span) for place in places)
    for author in found.authors:
        printed = normal_form(author.provenance[0].quote)
        assert printed in (f"{author.given} {author.family}", author.family)


def people(found: Source) -> list[tuple[str, str]]:
    return [(author.given, author.family) for author in found.authors]


def test_a_paper_states_its_title_authors_year_and_doi() -> None:
    page = titled(
        "Ada Quist*, Rob van der Maas+ and Mary-Jo O'Neill",
        "ACM, 3-5 June, 2021",
        "doi:10.5555/ledger.7",
    )
    found, document = read(page.replace("(Ada", "(Ada"))
    check_quotes(found, document)
    assert found.title
    assert found.title.value == TITLE
    assert found.doi
    assert found.doi.value == "10.5555/ledger.7"


@pytest.mark.parametrize(
    ("below", "names"),
    [
        ("Ada Quist*, Rob van der Maas+ and Mary-Jo O'Neill", [("Ada", "Quist"), ("Rob", "van der Maas"), ("Mary-Jo", "O'Neill")]),
        ("By Ada B. Quist & Per Lind", [("Ada B.", "Quist"), ("Per", "Lind")]),
        ("Ledger Research Institute, Harbour University", []),
        ("A Working Paper", []),
        ("Keep them. Read them. Sign them, and then go on.", []),
    ],
)  # fmt: skip
def test_names_below_the_title_are_its_authors(below: str, names: list[tuple[str, str]]) -> None:
    found, document = read(titled(below))
    check_quotes(found, document)
    assert people(found) == names


def test_a_memo_is_about_its_subject_and_by_its_sender() -> None:
    page = lines(72, 720, "March 3, 2022", "", "MEMORANDUM FOR ALL TEAMS") + text(
        72, 650, "FROM: Ada B. Quist"
    )
    page += text(72, 620, "SUBJECT: Keeping ledgers of runs")
    page += text(72, 560, "1. Overview", size=16, font="B") + BODY
    found, document = read(page)
    check_quotes(found, document)
    assert found.title
    assert found.title.value == "Keeping ledgers of runs"
    assert people(found) == [("Ada B.", "Quist")]
    assert found.year
    assert found.year.value == 2022


def test_numbers_of_a_series_and_dates_are_no_titles_and_a_copyright_has_a_year() -> None:
    page = text(72, 760, "CP 815", size=24, font="B") + text(72, 730, "M-24-10", size=24, font="B")
    found, _ = read(page + titled("© Harbour Institute for Ledgers 2019"))
    assert found.title
    assert found.title.value == TITLE
    assert found.year
    assert found.year.value == 2019


@pytest.mark.parametrize(
    ("info", "issues"),
    [
        ("/Title (Microsoft Word - draft3.doc) /Author (user)", []),
        ("/Title (untitled) /Author (anonymous)", []),
        ("/Title (final_v2.indd)", []),
        ("/Title (ledgers of training runs)", []),
        ("/Title (Template of the Office of Reports) /Author (Sue Clerk)", ["metadata-not-printed"] * 2),
    ],
)  # fmt: skip
def test_what_the_file_says_is_a_hint_and_never_the_last_word(info: str, issues: list[str]) -> None:
    found, document = read(titled("Ada Quist, Per Lind"), info)
    assert found.title
    assert str(found.title.value).lower() == TITLE.lower()
    assert people(found) == [("Ada", "Quist"), ("Per", "Lind")]
    assert [issue.code for issue in document.issues] == issues


def test_a_packet_of_metadata_is_a_hint_too() -> None:
    found, document = read(titled("Ada Quist", "https://doi.org/10.5555/ledger.7"), packet=PACKET)
    check_quotes(found, document)
    assert people(found) == [("Ada", "Quist")]
    assert found.doi
    assert found.doi.value == "10.5555/ledger.7"
    (doubt,) = document.issues
    assert "the author 'A Secretary', which its first pages do not print" in doubt.message


def test_a_packet_opens_nothing() -> None:
    lure = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    found, document = read(
        titled("Ada Quist"), packet=PACKET.replace("Ledgers of Training Runs", "&e;")
    )
    assert found.title
    assert found.title.value == TITLE
    assert lure not in document.text
    assert document.issues == ()


def test_an_organisation_has_one_name() -> None:
    found, _ = read(
        titled("Harbour Institute for Ledgers"), "/Author (Harbour Institute for Ledgers)"
    )
    assert people(found) == [("", "Harbour Institute for Ledgers")]
