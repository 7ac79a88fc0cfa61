"""Segments to records: hierarchy, mended values, duplicates, the bibliographic source."""

from typing import Any

from building import Writer

from pipeline.assemble import assemble
from pipeline.model import Document, RecordFile, Segments, Tagged
from pipeline.rule import load_rules
from pipeline.segment import control_table, listing, outline
from pipeline.segment.source import source

RULES = load_rules()
HEAD = ("Control ID", "Proposed Control", "Risks Addressed")


def records(document: Document, beside: dict[str, Any] | None = None) -> RecordFile:
    found = [s for way in (control_table, outline, listing) for s in way.segment(document, RULES)]
    work = source(document, RULES)
    segments = (work, *found) if work else tuple(found)
    stated = Segments(path=document.path, verdict=document.verdict, segments=segments)
    return assemble(document, stated, [Tagged()] * len(segments), beside, {"gleaner": "0"})


def test_a_measure_inside_a_measure_has_it_as_parent() -> None:
    file = records(
        Writer()
        .heading("Recommendations")
        .heading("Recommendation 1: Watch the system", 2)
        .paragraph("Someone is on call.")
        .heading("Recommendation 1.1: Keep logs", 3)
        .paragraph("Every request is written down.")
        .document()
    )
    watch, keep = file.records
    assert keep.parent == watch.id
    assert watch.children == (keep.id,)
    assert keep.path == ("Recommendations", "Recommendation 1: Watch the system")


def test_misprints_are_mended_in_the_value_and_kept_in_the_quote() -> None:
    rows = [[f"HC-1.1-00{n}", f"Do thing {n}.", "Model Theft; Bias"] for n in range(1, 8)]
    rows.append(["HC1.1--008", "Do another thing.", "Model-Theft; Bias"])
    file = records(Writer().table(HEAD, *rows).document())
    last = file.records[-1]
    assert last.label == "HC-1.1-008"
    assert last.label_provenance[0].quote == "HC1.1--008"
    assert last.details["risks_addressed"].value == ("Model Theft", "Bias")
    assert last.details["risks_addressed"].provenance[0].quote == "Model-Theft"
    assert {issue.code for issue in last.issues} >= {"label-mended", "variant-mended"}
    assert last.id.startswith("hc-1-1-008-")


def test_the_same_words_twice_are_shown_as_duplicates_and_both_kept() -> None:
    file = records(
        Writer().table(HEAD, ["C-01", "Test it.", None], ["C-02", "Test it.", None]).document()
    )
    first, second = file.records
    assert first.id != second.id
    (issue,) = (issue for issue in second.issues if issue.code == "duplicate")
    assert first.id in issue.message


def test_metadata_lines_give_the_source_with_its_words() -> None:
    file = records(
        Writer()
        .metadata("title: A guide to logs")
        .metadata("author: Ada Quill")
        .metadata("author: Reed, Tom")
        .metadata("author: Wei Ling Tan; Per Lind")
        .metadata("author: Eva Moe, Ib Ro")
        .metadata("date: 2025-03-01")
        .heading("Abstract")
        .paragraph("We kept logs.")
        .document()
    )
    assert file.source.title is not None
    assert file.source.title.value == "A guide to logs"
    assert [f"{author.given} {author.family}" for author in file.source.authors] == [
        "Ada Quill",
        "Tom Reed",
        "Wei Ling Tan",
        "Per Lind",
        "Eva Moe",
        "Ib Ro",
    ]
    assert file.source.year is not None
    assert file.source.year.value == 2025
    assert file.source.year.provenance[0].quote == "2025"
    assert file.source.abstract is not None
    assert file.source.abstract.value == "We kept logs."


def test_without_metadata_the_first_page_speaks() -> None:
    file = records(
        Writer()
        .heading("Keeping logs")
        .paragraph("Harbour Institute, March 2024")
        .paragraph("doi:10.1234/hi.2024.5.")
        .document()
    )
    assert file.source.title is not None
    assert file.source.title.value == "Keeping logs"
    assert file.source.year is not None
    assert file.source.year.value == 2024
    assert file.source.doi is not None
    assert file.source.doi.value == "10.1234/hi.2024.5"


def test_what_lies_beside_the_document_fills_gaps_and_never_corrects() -> None:
    document = Writer().heading("Keeping logs").paragraph("By Ada Quill, for the fleet").document()
    file = records(document, {"title": "Keeping books", "year": 2023, "authors": ["Quill, Ada"]})
    assert file.source.title is not None
    assert file.source.title.value == "Keeping logs"
    assert file.source.year is not None
    assert (file.source.year.value, file.source.year.provenance) == (2023, ())
    assert [issue.code for issue in file.issues] == ["source-disagrees", "source-not-stated"]


def test_records_do_not_depend_on_what_is_known_beside_the_text() -> None:
    document = Writer().table(HEAD, ["C-01", "Test it.", "Harm"]).document()
    moved = document.model_copy(update={"path": "documents/elsewhere.txt", "sha256": "f" * 64})
    assert records(document).records == records(moved, {"title": "Another"}).records
