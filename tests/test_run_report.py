"""What a run says of itself: figures that add up, and a page that shows names, never runs them."""

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import (
    Block,
    BlockKind,
    Document,
    Issue,
    Level,
    Page,
    Part,
    Segment,
    SegmentKind,
    Segments,
    Span,
    Verdict,
)
from pipeline.run.outcome import KINDS, STRIP, Noted, Row, coverage, not_done, noted
from pipeline.run.page import seconds_in_words
from pipeline.run.report import FRESH_SHOWN, Report, write_report
from pipeline.run.show import complaints, printable, summary

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def document_of(kinds: list[tuple[BlockKind, int]]) -> Document:
    """Blocks of so many letters each, a blank line apart."""
    blocks, start = [], 0
    for kind, length in kinds:
        blocks.append(Block(kind=kind, span=Span(start, start + length)))
        start += length + 2
    text = "\n\n".join("x" * length for _, length in kinds)
    return Document(
        path="documents/a.txt",
        sha256="0",
        media_type="text/plain",
        verdict=Verdict.COMPLETE,
        made_by={},
        text=text,
        pages=(Page(number=1, span=Span(0, len(text))),),
        blocks=tuple(blocks),
    )


def segments_of(
    document: Document, measures: list[Span], context: list[Span], boilerplate: list[Span]
) -> Segments:
    def measure(span: Span) -> Segment:
        part = Part(field="description", provenance=(document.cite(span, "rule:test"),))
        return Segment(kind=SegmentKind.MEASURE, way="listing", parts=(part,))

    return Segments(
        path=document.path,
        verdict=document.verdict,
        segments=tuple(map(measure, measures)),
        context=tuple(context),
        boilerplate=tuple(boilerplate),
    )


# --- coverage ------------------------------------------------------------------------------------


def test_every_character_of_a_block_is_of_one_kind_and_a_record_hides_the_others() -> None:
    document = document_of(
        [
            (BlockKind.FURNITURE, 10),
            (BlockKind.PARAGRAPH, 30),
            (BlockKind.PARAGRAPH, 20),
            (BlockKind.PARAGRAPH, 40),
        ]
    )
    first, second = (block.span for block in document.blocks[1:3])
    segments = segments_of(document, [Span(first.start, first.start + 12)], [first, second], [])
    counts, strip = coverage(document, segments)
    assert counts == {"record": 12, "context": 38, "boilerplate": 10, "not looked at": 40}
    assert strip == ((1, 10), (3, 12), (2, 38), (0, 40))
    assert len(document.text) == sum(counts.values()) + 3 * 2  # blank lines are nobody's


@given(st.lists(st.integers(1, 900), min_size=1, max_size=12), st.data())
def test_a_strip_is_as_long_as_it_may_be_and_shows_only_what_there_is(
    lengths: list[int], data: st.DataObject
) -> None:
    document = document_of([(BlockKind.PARAGRAPH, length) for length in lengths])
    spans = [block.span for block in document.blocks]
    kinds = data.draw(st.lists(st.sampled_from("mcbn"), min_size=len(spans), max_size=len(spans)))
    picked = {k: [s for s, kind in zip(spans, kinds, strict=True) if kind == k] for k in "mcb"}
    counts, strip = coverage(document, segments_of(document, picked["m"], picked["c"], picked["b"]))
    assert sum(counts.values()) == sum(lengths)
    assert sum(cells for _, cells in strip) == min(STRIP, sum(lengths))
    assert all(counts[KINDS[kind]] for kind, _ in strip)
    assert all(one[0] != two[0] for one, two in pairwise(strip))


def test_a_document_without_words_has_no_strip() -> None:
    document = document_of([])
    assert coverage(document, segments_of(document, [], [], [])) == (dict.fromkeys(KINDS, 0), ())


# --- issues and verdicts -------------------------------------------------------------------------


def issue(code: str, level: Level, message: str = "m", span: Span | None = None) -> Issue:
    return Issue(code=code, level=level, message=message, span=span, stage="segment")


def test_issues_are_counted_by_reason_the_loudest_first() -> None:
    issues = [
        issue("often", Level.INFO, "one", Span(0, 1)),
        issue("often", Level.INFO, "two", Span(1, 2)),
        issue("often", Level.INFO, "two", Span(1, 2)),
        issue("rare", Level.INFO),
        issue("loud", Level.ERROR),
        issue("odd", Level.WARNING),
    ]
    assert noted(issues) == (
        Noted("loud", "error", 1, "m"),
        Noted("odd", "warning", 1, "m"),
        Noted("often", "info", 3, "one"),
        Noted("rare", "info", 1, "m"),
    )


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_is_not_read_to_the_end_is_not_done(verdict: Verdict) -> None:
    code, message = not_done(verdict, ())
    assert bool(code) == bool(message) == (verdict not in {Verdict.COMPLETE, Verdict.CUT_SHORT})
    assert re.fullmatch(r"[a-z-]*", code)


def test_an_error_makes_a_complete_document_not_done() -> None:
    assert not_done("complete", [Noted("x", "error", 1, "why")]) == ("x", "why")
    assert not_done("complete", [Noted("x", "warning", 1, "why")]) == ("", "")


# --- the report ----------------------------------------------------------------------------------


def row(name: str, state: str = "read", **figures: object) -> Row:
    return Row.from_dict(
        Row(name, f"documents/{name}", state, verdict="complete", pages=2, records=3).as_dict()
        | figures
    )


def refused(name: str, message: str = "It is locked.") -> Row:
    return Row(name, f"documents/{name}", "set aside", code="encrypted", message=message)


def report_of(folder: Path, *rows: Row) -> Report:
    report = Report.begin(folder, NOW)
    for one in rows:
        report.add(one)
    return report


def test_rows_survive_json() -> None:
    one = row("a", strip=((1, 2), (0, 3)), issues=[{"code": "c", "level": "info", "count": 1, "message": "m"}])  # fmt: skip
    assert Row.from_dict(json.loads(json.dumps(one.as_dict()))) == one
    assert one.issues == (Noted("c", "info", 1, "m"),)


def test_totals_add_up(tmp_path: Path) -> None:
    partial = row("d", verdict="partial", code="partial", message="Page 2 is damaged.")
    report = report_of(tmp_path, row("b"), row("a", "fresh"), refused("c"), partial)
    totals = report.totals
    assert (totals.documents, totals.read, totals.fresh) == (4, 2, 1)
    assert (totals.set_aside, totals.incomplete) == (1, 1)
    assert (totals.pages, totals.records) == (6, 9)
    assert [one.name for one in report.not_done] == ["c", "d"]
    assert [one.name for one in report.documents] == ["a", "b", "c", "d"]
    assert report.exit_code == 1
    assert report_of(tmp_path, row("b")).exit_code == 0
    report.interrupted = True
    assert report.exit_code == 130


def test_two_runs_in_one_second_have_two_reports(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        report = Report.begin(tmp_path, NOW)
        write_report(report)
        ids.append(report.id)
    assert ids == ["20260304T050607Z-1", "20260304T050607Z-2"]
    assert (tmp_path / "latest.html").read_text() == report.page.read_text()


def test_names_and_messages_are_shown_and_not_run(tmp_path: Path) -> None:
    attack = "<img src=x onerror=alert(1)>{{7*7}}</script>.pdf"
    report = report_of(tmp_path, row(attack), refused(f"z{attack}", f"It says {attack}"))
    report.removed.append(attack)
    write_report(report)
    page = report.page.read_text()
    assert "<img" not in page
    body = page[page.index("<body>") :]
    assert "49" not in re.sub(r"#[0-9a-f]+", "", body)
    assert page.count("&lt;img src=x onerror=alert(1)&gt;{{7*7}}&lt;/script&gt;.pdf") == 5


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    strip = ((3, 100), (0, 60))
    coverage = {"record": 1000, "context": 0, "boilerplate": 0, "not looked at": 600}
    report = report_of(tmp_path, row("a.pdf", strip=strip, coverage=coverage), refused("b.pdf"))
    write_report(report)
    page = report.page.read_text()
    assert not re.search(r"<script|\bsrc=|\bhref=|@import|url\(|https?:", page)
    assert page.index("b.pdf") < page.index("a.pdf")  # what is not done stands above all
    assert "It is locked." in page
    assert '<rect class="kind-3" x="0" y="0" width="100" height="10"/>' in page
    assert '<rect class="kind-0" x="100" y="0" width="60" height="10"/>' in page
    assert "62.5 %" in page


def test_notes_are_not_called_issues(tmp_path: Path) -> None:
    def page(*levels: str) -> str:
        found = [{"code": one, "level": one, "count": 2, "message": "m"} for one in levels]
        report = report_of(tmp_path, row("a", issues=found))
        write_report(report)
        return report.page.read_text()

    notes = page("info")
    assert "<h2>Notes by reason</h2>" in notes
    assert '<summary class="info">2 notes</summary>' in notes
    assert "issue" not in notes[notes.index("<body>") :].lower()
    both = page("warning", "info")
    assert "<h2>Issues by reason</h2>" in both
    assert '<summary class="warning">2 warnings, 2 notes</summary>' in both


def test_documents_with_one_reason_are_told_of_together(tmp_path: Path) -> None:
    rows = [refused("c.pdf"), refused("a.pdf"), refused("b.pdf", "It is empty.")]
    report = report_of(tmp_path, *rows)
    write_report(report)
    assert [[one.name for one in alike] for alike in report.not_done_alike] == [
        ["a.pdf", "c.pdf"],
        ["b.pdf"],
    ]
    assert report.page.read_text().count("It is locked.") == 1


def test_the_table_of_documents_has_those_that_could_not_be_read(tmp_path: Path) -> None:
    report = report_of(tmp_path, row("b.pdf"), refused("c.pdf"), refused("a.pdf"))
    write_report(report)
    _, _, table = report.page.read_text().partition("<h2>Documents</h2>")
    rows = [" ".join(re.sub("<[^>]+>", " ", part).split()) for part in table.split("<tr>")[2:]]
    assert rows == [
        "a.pdf set aside encrypted 0",
        "b.pdf complete 2 3",
        "c.pdf set aside encrypted 0",
    ]


def test_a_report_of_very_many_fresh_documents_stays_small(tmp_path: Path) -> None:
    report = Report.begin(tmp_path, NOW)
    for number in range(FRESH_SHOWN + 100):
        report.add(row(f"{number:05}.txt", "fresh"))
    report.add(refused("z.pdf"))
    assert report.totals.documents == FRESH_SHOWN + 101
    assert len(report.rows) == FRESH_SHOWN + 1
    write_report(report)
    assert "And 100 more that are fresh." in report.page.read_text()


# --- the terminal --------------------------------------------------------------------------------


def test_the_summary_names_documents_by_what_came_of_them(tmp_path: Path) -> None:
    thin = row("a", issues=[{"code": "no-measures-found", "level": "warning", "count": 1, "message": "m"}])  # fmt: skip
    report = report_of(tmp_path, thin, row("b", "fresh"), refused("c"))
    lines = list(summary(report))
    assert "documents  3 (1 read, 1 fresh, 1 set aside)" in lines
    assert "records    6" in lines
    assert "warnings   1 no-measures-found: a" in lines
    assert lines[-1] == f"report     {report.page}"
    assert list(complaints(report)) == [
        "c: set aside, encrypted: It is locked.",
        f"1 document not done. See {report.page}",
    ]


def test_a_name_cannot_move_the_cursor() -> None:
    assert printable("a\x1b[2Jb\nc\u202ed") == "a\\x1b[2Jb\\nc\\u202ed"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.004, "4 ms"), (0.31, "0.3 s"), (89, "89.0 s"), (754, "12 min 34 s")]
)
def test_seconds_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert seconds_in_words(seconds) == words
