"""Saved record pages, read by the real reader, state what their text dumps state, and the name."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_pages import TAXONOMIES, Truth, cards_of, document_of, fields_of, pages
from samples.record_pages import INCIDENT_SHARING, STAGED_RELEASE, RecordPage, as_dump, as_html
from saved_pages import LAYOUTS, banners, opening, paragraphs, sections, site, titled

from pipeline.ingest import html, mhtml
from pipeline.ingest.raw import Raw
from pipeline.model import Segments, Verdict
from pipeline.segment.record_page import segment

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
