"""Saved record pages, read by the real reader, state what their text dumps state, and the name."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from record_pages import TAXONOMIES, Truth, cards_of, document_of, fields_of, pages
from samples.record_pages import INCIDENT_SHARING, STAGED_RELEASE, RecordPage, as_dump, as_html
from saved_pages import LAYOUTS, banners, opening, paragraphs, sections, site, titled

from pipeline.ingest import html, mhtml
from pipeline.ingest.raw import Raw
from pipeline.model import BlockKind, Segments, Verdict
from pipeline.segment.record_page import segment
from pipeline.segment.record_page.glue import STATED
from pipeline.tag.stated import concept_named
from pipeline.taxonomy import Concept

NAME = "Rehearsed shutdowns"


def read(markup: str) -> Segments:
    document = html.read(Raw("documents/page.html", markup.encode(), "0" * 64))
    found = segment(document, TAXONOMIES)
    assert found is not None
    return found


def cards(found: list[tuple[str, str, str, str]]) -> list[tuple[str, ...]]:
    """White space is the layout's, and so is a bullet at the start of a list item."""
    return [tuple(" ".join(w.removeprefix("• ").split()) for w in card) for card in found]


def unread(found: Segments) -> list[str]:
    return [issue.message for issue in found.issues]


def joined(fields: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
    return {
        name: "\n".join(value.split("\n\n")) if isinstance(value, str) else value
        for name, value in fields.items()
    }


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(page=pages())
def test_a_saved_page_states_what_it_was_made_from(
    layout: Callable[[Truth, str], str], page: Truth
) -> None:
    found = read(layout(page, NAME))
    assert joined(fields_of(found)) == {**page.fields, "name": NAME}
    assert cards(cards_of(found)) == cards(page.cards)
    assert found.verdict is Verdict.COMPLETE
    assert unread(found) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(page=pages(), order=st.permutations(range(7)))
def test_sections_may_stand_in_any_order(page: Truth, order: list[int]) -> None:
    parts = [sections(page)[i] for i in order]
    described = titled("Description", "".join(paragraphs(page)))
    head = (banners(), f"<h1>{NAME}</h1>", opening(page))
    found = read(site(NAME, *head, *parts[:4], described, *parts[4:]))
    assert joined(fields_of(found)) == {**page.fields, "name": NAME}
    assert cards(cards_of(found)) == cards(page.cards)
    assert unread(found) == []


@pytest.mark.parametrize("page", [INCIDENT_SHARING, STAGED_RELEASE])
def test_the_samples_state_the_same_saved_archived_and_dumped(page: RecordPage) -> None:
    dumped = segment(document_of(as_dump(page)), TAXONOMIES)
    assert dumped is not None
    saved = read(as_html(page))
    archived = segment(mhtml.read(archive(as_html(page))), TAXONOMIES)
    assert archived is not None
    for found in (saved, archived):
        assert joined(fields_of(found)) == {**joined(fields_of(dumped)), "name": page.name}
        assert cards_of(found) == cards_of(dumped)
        assert unread(found) == []


def archive(markup: str) -> Raw:
    head = (
        "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://example.org/m/1\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x; type=text/html\r\n\r\n"
        "--x\r\nContent-Type: text/html\r\nContent-Location: https://example.org/m/1\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return Raw("documents/page.mhtml", f"{head}{markup}\r\n--x--\r\n".encode(), "0" * 64)


# --- hazards -------------------------------------------------------------------------------------

HEAD = (
    f"{banners()}<h1>{NAME}</h1><p>What firms do when a service breaks.</p>"
    "<p>Also in <a href='/c/1'>Operations &amp; Security</a></p><p>Compare it with 1.1 Model</p>"
    "<h2><a href='#why'>Reasoning</a></h2><p>It prepares.</p>"
)
TAIL = (
    "<h2>Source</h2><a href='/s/1'>A Title</a><p>Ito, Hana</p><p>2023</p><h2>Tags</h2>"
    "<table><tr><th>Lifecycle</th><th>Actor</th><th>NIST function</th></tr>"
    "<tr><td>Deploy</td><td>User</td><td>Manage</td></tr></table>"
)
ALPHA, BETA = ("Alpha", "", "1.1 Model", "other"), ("Beta", "", "99.9 Other", "other")


def link(*words: str) -> str:
    return (
        f"<a href='/m/{len(words[0])}{words[0]}'>{''.join(f'<span>{w}</span>' for w in words)}</a>"
    )


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f"<h2>More</h2><div>{link('Alpha', '1.1 Model')}{link('Beta', '99.9 Other')}</div>", [ALPHA, BETA]),
        ("<h2>See also</h2><h3>Alpha</h3><p>1.1 Model</p><h3>Beta</h3><p>99.9</p><p>Other</p>", [ALPHA, BETA]),
        ("<h2>Related</h2><p>Alpha</p><p>1.1 Model</p>", [ALPHA]),
        (f"<h2>More</h2><p>{link('Alpha')}<br>1.1 Model</p><p>{link('Beta')}<br>99.9 Other</p>", [ALPHA, BETA]),
        ("<h2>More from this source</h2><table><tr><th>Name</th><th>Category</th></tr><tr><td>Alpha</td><td>1.1 Model</td></tr></table>", [ALPHA]),
        (f"<h2>More from this source</h2><p>{link('Alpha')}</p>", [("Alpha", "", "", "other")]),
        ("<h2>Linked</h2><p>Panel</p><p>A panel meets.</p><p>1.1 Model</p><p>Alpha</p><p>1.1 Model</p>", [("Panel", "A panel meets.", "1.1 Model", "child"), ALPHA]),
        ("<h2>Linked</h2><p>Alpha</p><p>1.1 Model</p><h2>Includes</h2><p>Panel</p><p>1.1 Model</p>", [("Panel", "", "1.1 Model", "child"), ALPHA]),
        (f"<h2>More</h2><p>{link('Alpha ', '2.4.3 Secure Practice')}</p><p>{link('Beta', '99.9 Other')}</p>", [("Alpha", "", "2.4.3 Secure Practice", "other"), BETA]),
        (f"<h2>More</h2><p>{link('Alpha ', '1.3 New Things')}</p><p>{link('Beta', '99.9 Other')}</p>", [("Alpha", "", "1.3 New Things", "other"), BETA]),
        ("<h2>More</h2><h3>Beta</h3><p>99.9 Other</p><h3>Alpha</h3><p>1.3 New Things</p>", [BETA, ("Alpha", "", "1.3 New Things", "other")]),
        ("<h2>More</h2><h3>2.2 Exploratory Methods</h3><p>1.1 Model</p>", [("2.2 Exploratory Methods", "", "1.1 Model", "other")]),
    ],
)  # fmt: skip
def test_cards_are_told_from_titles(markup: str, expected: list[tuple[str, ...]]) -> None:
    found = read(site(NAME, HEAD, markup, TAIL))
    assert cards(cards_of(found)) == expected
    stated = fields_of(found)
    assert stated["description"] == "Compare it with 1.1 Model"
    assert (stated["title"], stated["authors"], stated["year"]) == (
        "A Title",
        ["Ito, Hana"],
        "2023",
    )
    assert [stated[f"tag.{name}"] for name in STATED] == ["Deploy", "User", "Manage"]
    assert {"parent", "tag.mitigation"}.isdisjoint(stated)
    assert {issue.code for issue in found.issues} <= {"unknown-label", "learnt-label"}


@pytest.mark.parametrize(
    ("markup", "field", "expected"),
    [
        (f"<h2>Part of</h2>{link('Up ', '2.3 Operations &amp; Security')}", "parent", "Up"),
        ("<h2>Parent</h2><p>Top &gt; Middle &gt; Up</p>", "parent", "Up"),
        (f"<h2>In the tree</h2>{link('Up')}", "parent", "Up"),
        ("<h2>Its category</h2><p>2.3 Operations &amp; Security</p>", "tag.mitigation", "2.3 Operations & Security"),
        ("<h2>Risks</h2><p><span>Other</span> <span>6.5 Governance failure</span></p>", "tag.risk", ["6.5 Governance failure"]),
        ("<h2>Risks</h2><h3>Primary</h3><p>7.9 Novel harm</p>", "tag.risk", None),
        ("<h2>Cite this page</h2><p>A register of measures, seen today.</p>", "name", NAME),
        ("<h2>Part of the trouble</h2><p>Nobody rehearses.</p>", "parent", None),
    ],
)  # fmt: skip
def test_a_section_is_its_field(markup: str, field: str, expected: object) -> None:
    found = read(site(NAME, HEAD, TAIL, markup))
    assert fields_of(found).get(field) == expected
    assert fields_of(found)["description"] == "Compare it with 1.1 Model"
    assert cards_of(found) == []


def test_what_a_site_adds_is_reported_and_not_swallowed() -> None:
    found = read(site(NAME, HEAD, TAIL, "<h2>Cite this page</h2><p>A register, seen today.</p>"))
    assert ["A register, seen today." in message for message in unread(found)] == [True]


def test_few_headings_are_read_like_a_dump() -> None:
    body = (
        "<p>The Parent</p><p>Panel</p><p>A panel meets.</p><p>1.1 Model</p><p>B &gt; C</p>"
        "<p>99.9 Other</p><p>A Title</p><p>Ito, Hana (2023)</p><p>Deploy</p><p>When</p>"
        "<p>User</p><p>Who</p><p>Manage</p><p>Which of the functions the thing serves</p>"
    )
    found = read(site(NAME, HEAD, body))
    assert fields_of(found)["parent"] == "The Parent"
    assert [card[0] for card in cards_of(found)] == ["Panel", "B > C"]
    assert fields_of(found)["title"] == "A Title"


def test_a_page_without_its_tags_is_cut_short() -> None:
    found = read(site(NAME, HEAD, "<h2>Related</h2><p>Alpha</p><p>1.1 Model</p>"))
    assert found.verdict is Verdict.CUT_SHORT


def test_a_web_page_of_another_kind_is_no_record_page() -> None:
    body = "<h2>Reasoning</h2><p>Models reason.</p><h2>Source</h2><p>A book (2020)</p>"
    markup = site("On models", "<h1>On models</h1><p>This page is a draft.</p>", body)
    document = html.read(Raw("documents/page.html", markup.encode(), "0" * 64))
    assert segment(document, TAXONOMIES) is None


@pytest.mark.parametrize(
    "concept", [c for c in TAXONOMIES["mitigation"].concepts if c.label_is_ours]
)
def test_a_label_that_was_never_seen_names_its_code(concept: Concept) -> None:
    printed = f"{concept.code} Words of the Site"
    found = read(site(NAME, HEAD, f"<h2>More</h2><p>{link('Alpha ', printed)}</p>", TAIL))
    assert cards_of(found) == [("Alpha", "", printed, "other")]
    assert concept_named(printed, TAXONOMIES["mitigation"]) == concept


LINES = ("Reasoning", "Part of", "Alpha", "1.1 Model", "1.3 New Things", "Deploy", "User", "Manage",
         "A text of a line, with an end.", "Source", "Ito, Hana (2023)", "(2023)", "2023", "Other",
         "Primary", "6.5 Governance failure", "7.9 Harm", "Also in Model", "Abstract: it says so.")  # fmt: skip


YEAR_TWICE = [("h1", "Source"), ("h1", "Reasoning"), ("h1", "1.1 Model"), ("h1", "Deploy"), ("p", "2023"), ("h1", "Part of"), ("a", "Reasoning"), ("p", "Ito, Hana (2023)")]  # fmt: skip


@settings(max_examples=150, deadline=None)
@example(YEAR_TWICE)
@example([*YEAR_TWICE[:5], ("h2", "Part of"), ("a", "Alpha"), ("p", "2023")])
@example([("h1", "Part of"), ("h1", "Primary"), ("h1", "6.5 Governance failure"), ("a", "Other")])
@given(st.lists(st.tuples(st.sampled_from(["h1", "h2", "h3", "p", "a", "dt", "dd", "li", "td", "th"]), st.sampled_from(LINES)), max_size=25))  # fmt: skip
def test_every_line_of_any_page_is_in_one_place(parts: list[tuple[str, str]]) -> None:
    body = "".join(f"<{tag} href='/x'>{words}</{tag}>" for tag, words in parts)
    document = html.read(Raw("documents/page.html", site(NAME, HEAD, body).encode(), "0" * 64))
    found = segment(document, TAXONOMIES)
    if found is None:
        return
    spans = [*(span for one in found.segments for span in one.spans()), *found.context]
    assert all(not a.touches(b) for i, a in enumerate(spans) for b in spans[:i])
    said = [*spans, *found.boilerplate, *(issue.span for issue in found.issues if issue.span)]
    for block in document.blocks:
        if block.kind is not BlockKind.METADATA:
            assert any(block.span.touches(span) for span in said), document.quote(block.span)
