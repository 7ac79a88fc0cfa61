"""Sources to raw/: what is kept, what is refused, and when a source is asked again."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from printing import pdf
from printing import text as printed
from runs import GUIDE, extract, put
from web import Web, bomb, breaks_off, leads_to, page, serving, status

from pipeline.run.fetching import Asked, Fetching, fetch_sources, is_due, source_lines
from pipeline.run.sources import BadSources, Upstream, added, doubts, load_sources
from pipeline.store import Store, digest
from pipeline.store.versions import BadSidecar, Version, keep, version, versions

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
LOGIN = '<html><form>Members only <input type="password"><button>Log in</button></form></html>'
PAGE = f"<html><body><h1>Guide</h1><p>{GUIDE}</p></body></html>"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def store(tmp_path: Path) -> Store:
    put(tmp_path / "raw" / "sources.toml", "[polite]\ndelay = 0.0\n")
    return Store(tmp_path / "raw", tmp_path / "extracted")


def fetch(store: Store, now: datetime = NOW, **more: Any) -> Fetching:
    return fetch_sources(store, now=lambda: now, sleep=lambda seconds: None, **more)


def one(store: Store, now: datetime = NOW, **more: Any) -> Asked:
    [asked] = fetch(store, now, **more).asked
    return asked


def listed(store: Store, web: Web, name: str = "it.txt", **more: object) -> Upstream:
    return added(store, web.url(f"/{name}"), f"agency/{name}", private=True, **more)


def kept(store: Store) -> dict[str, bytes]:
    return {
        file.relative_to(store.raw).as_posix(): file.read_bytes()
        for file in sorted(store.raw.rglob("*"))
        if file.is_file() and file.name != "sources.toml"
    }


def test_a_new_document_is_kept_with_where_it_came_from(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE, ETag='"1"')
    listed(store, web, licence="CC BY 4.0")
    assert one(store).outcome == "new"
    assert kept(store)["documents/agency/it.txt"] == GUIDE.encode()
    told = tomllib.loads((store.documents / "agency" / "it.txt.toml").read_text())
    assert told == {
        "url": web.url("/it.txt"),
        "retrieved": "2026-11-02",
        "licence": "CC BY 4.0",
        "version": [
            {
                "retrieved": "2026-11-02T03:00:00+00:00",
                "url": web.url("/it.txt"),
                "sha256": digest(GUIDE),
                "etag": '"1"',
            }
        ],
    }
    assert extract(store).totals.records == 3


def test_same_url_new_bytes_keeps_both_for_ever(store: Store, web: Web) -> None:
    texts = [GUIDE, GUIDE + "4. Providers should explain.\n", GUIDE + "4. Providers explain.\n"]
    listed(store, web)
    for number, text in enumerate(texts):
        web.routes["/it.txt"] = page(text)
        asked = one(store, NOW + number * timedelta(days=8))
        assert asked.outcome == ("changed" if number else "new")
    name = "agency/it.txt"
    assert [told.sha256 for told in versions(store, name)] == [*map(digest, texts)]
    for text in texts:
        file = version(store, name, digest(text))
        assert file
        assert file.read_text() == text
    assert version(store, name, digest("other")) is None
    old = f"it.2026-11-02-{digest(GUIDE)[:8]}.txt"
    assert (store.raw / "versions" / "agency" / old).is_file()
    report = extract(store)
    assert [row.name for row in report.rows] == [name]


def test_what_did_not_change_is_not_sent_and_nothing_is_written(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE, ETag='"1"')
    listed(store, web)
    one(store)
    before = kept(store)
    assert one(store, force=True).outcome == "unchanged"
    assert web.asked[-1][1]["If-None-Match"] == '"1"'
    web.routes["/it.txt"] = page(GUIDE, ETag='"2"')  # sent, and the same
    assert one(store, force=True).outcome == "unchanged"
    assert kept(store) == before


def test_a_file_changed_by_hand_is_asked_for_whole(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE, ETag='"1"')
    listed(store, web)
    one(store)
    put(store.documents / "agency" / "it.txt", "By hand.")
    assert one(store, force=True).outcome == "changed"
    by_hand = version(store, "agency/it.txt", digest("By hand."))
    assert by_hand
    assert "versions" in by_hand.parts


@pytest.mark.parametrize("route", [status(404), status(410), status(403), status(500), breaks_off])
def test_what_is_here_stays_when_nothing_comes(store: Store, web: Web, route: Any) -> None:
    web.routes["/it.txt"] = page(GUIDE)
    listed(store, web)
    one(store)
    before = kept(store)
    web.routes["/it.txt"] = route
    done = fetch(store, NOW + timedelta(days=8))
    assert (done.exit_code, done.asked[0].failed) == (1, True)
    assert kept(store) == before


@pytest.mark.parametrize(
    ("name", "kind", "body", "media_type", "code"),
    [
        ("a.pdf", "", PAGE, "application/pdf", "not-what-was-expected"),
        ("a.pdf", "", LOGIN, "text/html", "wall"),
        ("a.pdf", "", "Not found, says the host, with a 200.", "", "not-what-was-expected"),
        ("a.html", "", LOGIN, "text/html", "wall"),
        ("a.html", "", PAGE, "text/html", ""),
        ("a.html", "", GUIDE, "text/html", "not-what-was-expected"),
        ("a.txt", "", PAGE, "text/plain", "not-what-was-expected"),
        ("a.md", "", GUIDE, "application/octet-stream", ""),
        ("a.csv", "", "a,b\n1,2\n", "text/csv", ""),
        ("a.pdf", "html", PAGE, "text/html", ""),
        ("a.bin", "", b"\x89PNG\r\n" + bytes(100), "image/png", "unknown-format"),
        ("a.txt", "", "", "text/plain", "empty-file"),
    ],
)
def test_the_bytes_must_be_what_was_expected(
    store: Store, web: Web, name: str, kind: str, body: str | bytes, media_type: str, code: str
) -> None:
    web.routes[f"/{name}"] = page(body, Content_Type=media_type)
    listed(store, web, name, kind=kind)
    asked = one(store)
    assert (asked.code, (f"documents/agency/{name}" in kept(store))) == (code, not code)


def test_a_pdf_is_a_pdf_whatever_its_host_calls_it(store: Store, web: Web) -> None:
    web.routes["/a.pdf"] = page(
        pdf(printed(72, 72, "A plan")), Content_Type="text/html; charset=utf-8"
    )
    listed(store, web, "a.pdf")
    assert one(store).outcome == "new"


def test_one_bad_source_stops_no_other(store: Store, web: Web) -> None:
    web.routes |= {"/a.txt": bomb, "/b.txt": page(GUIDE), "/c.txt": leads_to("file:///etc/passwd")}
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        added(store, web.url(f"/{name}"), name, private=True)
    text = (store.raw / "sources.toml").read_text()
    put(store.raw / "sources.toml", text.replace('file = "a.txt"', 'file = "a.txt"\nmegabytes = 1'))
    codes = {asked.file: asked.code for asked in fetch(store).asked}
    assert codes == {
        "a.txt": "too-large",
        "b.txt": "",
        "c.txt": "not-http",
        "d.txt": "not-found",
    }


def test_new_url_same_bytes_is_told(store: Store, web: Web) -> None:
    web.routes |= {
        "/a.txt": page(GUIDE),
        "/b.txt": page(GUIDE),
        "/old.txt": leads_to("/c.txt", 301),
    }
    web.routes["/c.txt"] = page("1. Other measures should be taken.")
    for name in ("a.txt", "b.txt", "old.txt"):
        listed(store, web, name)
    notes = {asked.file: asked.note for asked in fetch(store).asked}
    assert notes == {
        "agency/a.txt": "",
        "agency/b.txt": "It has the very bytes of agency/a.txt.",
        "agency/old.txt": f"It moved for good to {web.url('/c.txt')}.",
    }


def test_a_sidecar_of_people_is_added_to_and_never_rewritten(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE)
    listed(store, web)
    theirs = '# by hand\nurl = "https://example.org"\n[bibliography]\ntitle = "A guide"\n'
    sidecar = put(store.documents / "agency" / "it.txt.toml", theirs)
    one(store)
    assert sidecar.read_text().startswith(theirs)
    assert len(versions(store, "agency/it.txt")) == 1
    sidecar.write_text("not = [toml")
    web.routes["/it.txt"] = page(GUIDE + "More.\n")
    asked = one(store, force=True)
    assert (asked.code, sidecar.read_text()) == ("bad-sidecar", "not = [toml")
    assert (store.documents / "agency" / "it.txt").read_text() == GUIDE


def test_a_fetch_killed_between_two_writings_is_completed(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE)
    listed(store, web)
    one(store)
    # As a kill leaves it after the new bytes and before their entry in the sidecar.
    new = GUIDE + "4. Providers should explain.\n"
    sidecar = store.documents / "agency" / "it.txt.toml"
    before = sidecar.read_text()
    keep(
        store, "agency/it.txt", new.encode(), Version("2026-11-10T03:00:00+00:00", "x", digest(new))
    )
    sidecar.write_text(before)
    put(store.documents / "agency" / ".0123456789abcdef.tmp", "half a fi")
    web.routes["/it.txt"] = page(new)
    assert one(store, force=True).outcome == "unchanged"
    assert [told.sha256 for told in versions(store, "agency/it.txt")] == [
        digest(GUIDE),
        digest(new),
    ]
    assert not [*store.raw.rglob("*.tmp")]


def test_versions_that_nobody_can_read_are_said(store: Store) -> None:
    put(store.documents / "a.txt", GUIDE)
    for text in ("[[version]]\nwhen = 1\n", "version = 3\n"):
        put(store.documents / "a.txt.toml", text)
        with pytest.raises(BadSidecar):
            versions(store, "a.txt")


# --- when -----------------------------------------------------------------------------------------

SOURCE = Upstream(url="https://example.org/a.txt", file="a.txt", every="daily")
LAST = Asked("a.txt", SOURCE.url, NOW.isoformat(), "unchanged")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "after", "due"),
    [
        (None, 0 * HOUR, True),
        (LAST, 2 * HOUR, False),
        (LAST, 23 * HOUR, True),  # the timer may ring a little early
        (LAST, 22 * HOUR, False),
        (LAST, DAY, True),
        (LAST, -30 * DAY, True),  # asked in the future: a clock jumped
        (replace(LAST, url="https://example.org/old"), HOUR, True),
        (replace(LAST, outcome="later", code="host-fails"), timedelta(0), True),
        (replace(LAST, outcome="later", not_before=(NOW + 5 * HOUR).isoformat()), 4 * HOUR, False),
        (replace(LAST, outcome="later", not_before=(NOW + 5 * HOUR).isoformat()), 5 * HOUR, True),
        (replace(LAST, outcome="later", not_before=(NOW + 900 * DAY).isoformat()), HOUR, True),
        (replace(LAST, outcome="refused", code="forbidden"), 2 * HOUR, False),
        (replace(LAST, outcome="refused", code="forbidden"), DAY, True),
        (replace(LAST, outcome="gone", code="not-found"), DAY, True),
        (replace(LAST, outcome="gone", code="gone"), 900 * DAY, False),
    ],
)
def test_a_source_is_due_or_not(last: Asked | None, after: timedelta, due: bool) -> None:
    assert is_due(SOURCE, last, NOW + after, here=True) is due


def test_a_source_whose_file_is_missing_is_due() -> None:
    assert is_due(SOURCE, LAST, NOW + HOUR, here=False)
    assert not is_due(SOURCE, replace(LAST, outcome="refused", code="wall"), NOW + HOUR, here=False)


def test_what_is_not_due_is_not_asked_unless_named(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE)
    listed(store, web)
    fetch(store)
    assert fetch(store, NOW + HOUR).not_due == 1
    assert web.paths() == ["/it.txt"]
    assert one(store, NOW + HOUR, files=["agency/it.txt"]).outcome == "unchanged"
    with pytest.raises(BadSources, match=r"no source other\.txt"):
        fetch(store, files=["other.txt"])


def test_a_lost_memory_asks_once_more_and_loses_nothing(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE, ETag='"1"')
    listed(store, web)
    fetch(store)
    put(store.extracted / "fetching.json", "{ broken")
    assert one(store, NOW + HOUR).outcome == "unchanged"
    assert web.asked[-1][1]["If-None-Match"] == '"1"'


# --- the list -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]]\nurl = 'ftp://x.org/a'\nfile = 'a.txt'", "no http or https address"),
        ("[[source]]\nurl = 'https://x.org/a'\nfile = '../a.txt'", "no relative name"),
        ("[[source]]\nurl = 'https://x.org/a'\nfile = '/a.txt'", "no relative name"),
        ("[[source]]\nurl = 'https://x.org/a'\nfile = '.a.txt'", "no relative name"),
        ("[[source]]\nurl = 'https://x.org/a'\nfile = 'a.pdf.toml'", "no name for a document"),
        ("[[source]]\nurl = 'https://x.org/a'\nfile = 'a'\nevery = 'often'", "not hourly"),
        ("[[source]]\nurl = 'https://x.org/a'\nfile = 'a'\nkind = 'doc'", "kind"),
        ("[[source]]\nurl = 'https://x.org/a'\nfile = 'a'\nevry = 'daily'", "evry"),
        ("[[source]]\nurl = 'https://x.org/a'", "number 1 file"),
        (2 * "[[source]]\nurl = 'https://x.org/a'\nfile = 'a'\n", "two sources would become a"),
        ("[[source]", "sources.toml"),
    ],
)
def test_a_wrong_list_says_what_to_mend(store: Store, text: str, said: str) -> None:
    put(store.raw / "sources.toml", text)
    with pytest.raises(BadSources, match=said):
        load_sources(store)


@pytest.mark.parametrize(
    ("url", "kind", "file"),
    [
        ("https://www.example.org/reports/A%20Plan.PDF?x=1", "", "example-org/a-plan.pdf"),
        ("https://example.org/", "", "example-org/index.html"),
        ("https://example.org/plan", "pdf", "example-org/plan.pdf"),
        ("https://example.org/../../etc/passwd", "text", "example-org/passwd.txt"),
        ("https://example.org/%2e%2e%2fx.csv", "", "example-org/x.csv"),
    ],
)
def test_a_url_gives_a_name(store: Store, url: str, kind: str, file: str) -> None:
    assert added(store, url, kind=kind).file == file
    with pytest.raises(BadSources, match="two sources"):
        added(store, url, kind=kind)
    assert len(load_sources(store).source) == 1


@pytest.mark.parametrize("url", ["notaurl", "http://[::1", "ftp://x.org/a.pdf", "x.org/a.pdf"])
@pytest.mark.parametrize("file", ["", "a.pdf"])
def test_what_is_no_address_is_not_added(store: Store, url: str, file: str) -> None:
    before = load_sources(store)
    with pytest.raises(BadSources) as refused:
        added(store, url, file)
    said = "is no http or https address: give it whole, as https://example.org/plan.pdf."
    assert str(refused.value) == f"{url} {said}"
    with pytest.raises(BadSources, match=r"^file: is no relative name"):
        added(store, "https://x.org/a", "../a")
    assert load_sources(store) == before


def test_a_list_is_added_to_and_doubted(store: Store, tmp_path: Path) -> None:
    put(store.raw / "sources.toml", "# ours\n")
    added(store, "http://me:secret@example.org/a.bin", "a.bin")
    added(store, "http://me:secret@example.org/a.bin", "b.bin")
    assert (store.raw / "sources.toml").read_text().startswith("# ours\n")
    found = " ".join(doubts(load_sources(store)))
    for doubt in ("another source", "password", "ending", "no https", "licence", "contact"):
        assert doubt in found
    lines = "\n".join(source_lines(store))
    assert "never asked, due" in lines
    assert "secret" not in lines


def test_secrets_stay_in_the_list(store: Store, web: Web) -> None:
    web.routes["/it.txt"] = page(GUIDE)
    secret = web.url("/it.txt?token=opensesame").replace("//", "//me:hunter2@")
    added(store, secret, "it.txt", private=True)
    assert one(store).outcome == "new"
    assert web.asked[-1][1]["Authorization"].startswith("Basic ")
    written = [*kept(store).values(), (store.extracted / "fetching.json").read_bytes()]
    assert not any(b"hunter2" in data or b"opensesame" in data for data in written)
