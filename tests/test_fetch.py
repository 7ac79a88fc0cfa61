"""Fetching, case by case, from a real server on loopback."""

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from web import (
    Asked,
    Route,
    Web,
    bomb,
    breaks_off,
    drips,
    drips_headers,
    endless,
    in_turn,
    leads_to,
    page,
    serving,
    status,
)

from pipeline.fetch import Answer, Ask, Fetcher, NotFetched, fetcher, redacted, wall

TEXT = b"Providers should test a model before they release it."


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as web:
        yield web


class Sleeps(list[float]):
    """Notes how long it was asked to sleep, and does not."""

    def __call__(self, seconds: float) -> None:
        self.append(round(seconds, 2))


def fetch(
    web: Web, path: str, fetcher: Fetcher | None = None, etag: str = "", seconds: float = 5.0
) -> Answer:
    asks = Ask(web.url(path), private=True, delay=0, seconds=seconds, megabytes=1, etag=etag)
    return (fetcher or Fetcher("Gleaner/test", sleep=Sleeps())).fetch(asks)


LATER = [429, 500, 502, 503, 504, 599, 408, 425]


@pytest.mark.parametrize(
    ("route", "kind", "code", "requests"),
    [
        *[pytest.param(status(code), "later", None, 4, id=str(code)) for code in LATER],
        pytest.param(status(401), "refused", "login-wanted", 1, id="401"),
        pytest.param(status(403), "refused", "forbidden", 1, id="403"),
        pytest.param(status(404), "gone", "not-found", 1, id="404"),
        pytest.param(status(410), "gone", "gone", 1, id="410"),
        pytest.param(status(451), "refused", "odd-answer", 1, id="451"),
        pytest.param(status(204), "refused", "odd-answer", 1, id="204"),
        pytest.param(status(206, b"piece"), "refused", "odd-answer", 1, id="206"),
        pytest.param(status(304), "refused", "odd-answer", 1, id="304 unasked"),
        pytest.param(drips, "later", "too-slow", 1, id="slow trickle"),
        pytest.param(drips_headers, "later", "too-slow", 1, id="slow headers"),
        pytest.param(endless, "refused", "too-large", 1, id="endless body"),
        pytest.param(bomb, "refused", "too-large", 1, id="compressed bomb"),
        pytest.param(breaks_off, "later", "connection", 4, id="breaks off"),
        pytest.param(
            status(200, b"junk", Content_Encoding="gzip"), "later", "connection", 4, id="bad gzip"
        ),
        pytest.param(
            status(200, gzip.compress(TEXT)[:-9], Content_Encoding="gzip"),
            "later", "connection", 4, id="cut gzip",
        ),
        pytest.param(
            status(200, TEXT, Content_Encoding="br"), "refused", "odd-answer", 1, id="unasked packing"
        ),
        pytest.param(leads_to("/it"), "refused", "redirect-loop", 1, id="to itself"),
        pytest.param(leads_to("/gone"), "gone", "not-found", 2, id="to nowhere"),
        pytest.param(leads_to("file:///etc/passwd"), "refused", "not-http", 1, id="to a file"),
        pytest.param(leads_to("ftp://127.0.0.1/x"), "refused", "not-http", 1, id="to ftp"),
        pytest.param(leads_to("javascript:alert(1)"), "refused", "bad-url", 1, id="to script"),
        pytest.param(leads_to("http://host:none/"), "refused", "bad-url", 1, id="to no address"),
    ],
)  # fmt: skip
def test_what_does_not_come_says_why(
    web: Web, route: Route, kind: str, code: str | None, requests: int
) -> None:
    web.routes["/it"] = route
    with pytest.raises(NotFetched) as error:
        fetch(web, "/it", seconds=0.4 if route in (drips, drips_headers) else 5.0)
    assert error.value.kind == kind
    assert code is None or error.value.code == code
    assert len(web.paths()) == requests
    assert error.value.message.endswith((".", ")", "]"))


def test_a_host_that_says_nothing_is_told_of_in_words(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "READ", 0.05)
    web.routes["/it"] = lambda asked: time.sleep(0.3)
    with pytest.raises(NotFetched) as error:
        fetch(web, "/it")
    assert (error.value.code, error.value.message) == ("silent", "The host is silent.")


@pytest.mark.parametrize(
    "route",
    [
        page(TEXT),
        status(200, gzip.compress(TEXT), Content_Encoding="gzip"),
        in_turn(status(503), breaks_off, page(TEXT)),
        in_turn(status(429, Retry_After="1"), page(TEXT)),
    ],
    ids=["plain", "packed", "after two failures", "after a wait"],
)
def test_what_comes_is_the_bytes(web: Web, route: Route) -> None:
    web.routes["/it"] = route
    assert fetch(web, "/it").data == TEXT


def test_a_version_that_is_here_is_not_sent_again(web: Web) -> None:
    web.routes["/it"] = page(TEXT, ETag='"1"', Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT")
    first = fetch(web, "/it")
    assert (first.etag, first.modified) == ('"1"', "Mon, 02 Nov 2026 10:00:00 GMT")
    assert fetch(web, "/it", etag=first.etag).data is None
    web.routes["/it"] = page(TEXT + b" More.", ETag='"2"')
    assert fetch(web, "/it", etag=first.etag).data == TEXT + b" More."


def test_redirects_are_followed_and_a_move_for_good_is_told(web: Web) -> None:
    web.routes |= {
        "/old": leads_to("/new", 301),
        "/new": page(TEXT),
        "/now": leads_to("/old", 302),
        "/far": leads_to("/1"),
        **{f"/{n}": leads_to(f"/{n + 1}") for n in range(1, 9)},
    }
    assert fetch(web, "/old").moved == web.url("/new")
    answer = fetch(web, "/now")
    assert (answer.url, answer.moved, answer.data) == (web.url("/new"), "", TEXT)
    with pytest.raises(NotFetched, match="in circles, or on and on"):
        fetch(web, "/far")


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("30", 30),
        (format_datetime(datetime(2026, 11, 2, 10, 0, 30, tzinfo=UTC), usegmt=True), 30),
        ("soon", 0),
        ("-5", 0),
    ],
)
def test_a_host_that_asks_to_wait_is_given_the_time(web: Web, said: str, wait: int) -> None:
    # The date counts by the host's own clock, whatever ours says.
    def busy(asked: Asked) -> None:
        asked.send_response_only(429)
        asked.send_header("Date", "Mon, 02 Nov 2026 10:00:00 GMT")
        asked.send_header("Retry-After", said)
        asked.send_header("Content-Length", "0")
        asked.end_headers()

    sleeps = Sleeps()
    web.routes["/it"] = in_turn(busy, page(TEXT))
    assert fetch(web, "/it", Fetcher("Gleaner/test", sleep=sleeps)).data == TEXT
    assert sleeps == [wait or 2.0]


def test_a_long_wait_is_for_another_run_and_for_the_whole_host(web: Web) -> None:
    web.routes |= {"/it": status(503, Retry_After="3600"), "/other": page(TEXT)}
    sleeps = Sleeps()
    fetcher = Fetcher("Gleaner/test", sleep=sleeps)
    with pytest.raises(NotFetched) as first:
        fetch(web, "/it", fetcher)
    with pytest.raises(NotFetched) as second:
        fetch(web, "/other", fetcher)
    assert (first.value.wait, second.value.code) == (3600, "asked-to-wait")
    assert 3500 < second.value.wait <= 3600
    assert (web.paths(), sleeps) == (["/it"], [])


def test_a_host_in_a_storm_is_left_in_peace(web: Web) -> None:
    web.routes |= {f"/{number}": status(500) for number in range(9)}
    fetcher = Fetcher("Gleaner/test", sleep=Sleeps())
    codes = []
    for number in range(6):
        with pytest.raises(NotFetched) as error:
            fetch(web, f"/{number}", fetcher)
        codes.append(error.value.code)
    assert codes == ["host-fails"] * 3 + ["host-failing"] * 3
    assert len(web.paths()) == 12


def test_a_host_gets_a_pause_and_a_budget(web: Web) -> None:
    web.routes["/it"] = page(TEXT)
    sleeps = Sleeps()
    fetcher = Fetcher("Gleaner/test", budget=3, sleep=sleeps)
    ask = Ask(web.url("/it"), private=True, delay=30)
    fetcher.fetch(ask)  # with robots.txt these are two
    fetcher.fetch(ask)
    with pytest.raises(NotFetched, match="which is enough"):
        fetcher.fetch(ask)
    assert [round(pause, -1) for pause in sleeps] == [30, 30]


ROBOTS = (
    b"User-agent: *\nDisallow: /private/\nCrawl-delay: 7\n\nUser-agent: gleaner\nDisallow: /us/\n"
)


@pytest.mark.parametrize(
    ("robots", "path", "code"),
    [
        (status(404), "/it", ""),
        (status(403), "/it", ""),
        (page(""), "/it", ""),
        (page("<html>not found</html>"), "/it", ""),
        (page("User-agent: *\nDisallow: /it"), "/it", "robots-forbid"),
        (page(ROBOTS), "/us/it", "robots-forbid"),
        (page(ROBOTS), "/private/it", ""),  # the rules for us stand alone
        (status(500), "/it", "robots-not-now"),
        (status(429, Retry_After="3600"), "/it", "robots-not-now"),
        (drips, "/it", "robots-not-now"),
        (leads_to("/other"), "/it", "robots-forbid"),
        (leads_to("/robots.txt"), "/it", ""),
    ],
)
def test_robots_are_asked_first(web: Web, robots: Route, path: str, code: str) -> None:
    web.routes |= {
        "/robots.txt": robots,
        path: page(TEXT),
        "/other": page("User-agent: *\nDisallow: /"),
    }
    if not code:
        assert fetch(web, path).data == TEXT
        return
    with pytest.raises(NotFetched) as error:
        fetch(web, path, seconds=0.4)
    assert error.value.code == code
    assert path not in web.paths()


def test_robots_are_read_once_and_their_pause_is_kept(web: Web) -> None:
    web.routes |= {"/robots.txt": page("User-agent: *\nCrawl-delay: 7"), "/it": page(TEXT)}
    sleeps = Sleeps()
    fetcher = Fetcher("Gleaner/test", sleep=sleeps)
    fetch(web, "/it", fetcher)
    fetch(web, "/it", fetcher)
    assert [path for path, _ in web.asked].count("/robots.txt") == 1
    assert [round(pause) for pause in sleeps] == [7, 7]
    assert web.asked[0][1]["User-Agent"] == "Gleaner/test"


def test_a_retry_after_date_is_not_in_the_past_or_too_far(web: Web) -> None:
    far = format_datetime(datetime.now(UTC) + timedelta(days=4000), usegmt=True)
    web.routes["/it"] = status(503, Retry_After=far)
    with pytest.raises(NotFetched) as error:
        fetch(web, "/it")
    assert error.value.wait == timedelta(days=7).total_seconds()


def test_nobody_listens(web: Web) -> None:
    url = web.url("/it")
    web.server_close()
    with pytest.raises(NotFetched) as error:
        Fetcher("Gleaner/test", sleep=Sleeps()).fetch(Ask(url, private=True, delay=0, seconds=2))
    assert (error.value.kind, error.value.code) == ("later", "robots-not-now")


def test_time_is_over_when_it_is_over(web: Web) -> None:
    web.routes["/it"] = drips
    started = time.monotonic()
    with pytest.raises(NotFetched):
        fetch(web, "/it", seconds=0.3)
    assert time.monotonic() - started < 15  # drips would go on for 20 s


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:secret@example.org/a?x=1", "https://example.org/a?x=1"),
        (
            "https://example.org/a?x=1&access_token=abc&y=2",
            "https://example.org/a?x=1&access_token=...&y=2",
        ),
        ("https://example.org/a?X-Amz-Signature=abc", "https://example.org/a?X-Amz-Signature=..."),
        ("https://example.org/a?api_key=abc#top", "https://example.org/a?api_key=..."),
        ("https://example.org/a?page=2#top", "https://example.org/a?page=2"),
        ("http://[bad", "..."),
    ],
)
def test_what_is_shown_of_a_url_opens_no_door(url: str, shown: str) -> None:
    assert redacted(url) == shown


ARTICLE = "<p>" + "Measures for the careful use of models. " * 60 + "</p>"
LOGIN = '<form><input name=user><input type="password" name=p><button>Log in</button></form>'


@pytest.mark.parametrize(
    ("html", "what"),
    [
        (f"<html><body>{LOGIN}</body></html>", "a login page"),
        (
            "<html><form>Please sign in to continue <button>Go</button></form></html>",
            "a login page",
        ),
        ("<html>We use cookies.<button>Accept all</button></html>", "a cookie wall"),
        ("<html>Do you agree to our cookies?<form></form></html>", "a cookie wall"),
        ("<html>Checking your browser before you go on</html>", "a test for robots"),
        ("<html>Please solve the CAPTCHA</html>", "a test for robots"),
        (f"<html>{ARTICLE}{LOGIN}</html>", ""),
        (f"<html>{ARTICLE}<div>We use cookies <button>Accept</button></div></html>", ""),
        ("<html><p>Participants consent before their data is used.</p></html>", ""),
        ("<html><script>var password = 'captcha'</script><p>Short and true.</p></html>", ""),
        ("<html><script>never closed, " + "captcha " * 9, ""),
    ],
)
def test_a_wall_is_known(html: str, what: str) -> None:
    assert wall(html.encode()) == what
