"""Attacks on a desk that runs."""

import http.client
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner
from lxml import html

from desk.conftest import Desk, Program, enter
from pipeline.__main__ import main
from pipeline.desk.curators import Curators
from pipeline.desk.security import COOKIE
from pipeline.desk.serve import Refused, check
from pipeline.desk.settings import Settings, Trust
from pipeline.store import Store

PDF = "samples/harbour-frontier-controls.pdf"
ROOMS = ("/", "/documents", f"/review/{PDF}", f"/coverage/{PDF}", f"/text/{PDF}", "/next")
PASSWORD = "a long enough one"


def raw(desk: Desk, method: str, target: str, **headers: str) -> tuple[int, bytes]:
    """A request exactly as written: no client tidies its path or its headers."""
    place = urlsplit(desk.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port or 0, timeout=30)
    connection.putrequest(method, target, skip_host=True)
    for name, value in {"Host": place.netloc, **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


# --- from outside ---------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "127.0.0.1.evil.example", ""])
def test_a_name_that_was_bound_to_our_address_reads_nothing(still_desk: Desk, host: str) -> None:
    token = still_desk.cookie("ada")
    status, body = raw(still_desk, "GET", "/", Host=host, Cookie=f"{COOKIE}={token}")
    assert status == 421
    assert b"harbour" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "http://localhost:1"},
    ],
)
def test_a_foreign_page_changes_nothing(still_desk: Desk, headers: dict[str, str]) -> None:
    with still_desk.client("ada") as client:
        assert client.post("/leave", headers=headers).status_code == 403
        assert client.get("/").status_code == 200


def test_what_says_no_origin_changes_nothing(still_desk: Desk) -> None:
    token = still_desk.cookie("ada")
    sent = {"Cookie": f"{COOKIE}={token}", "X_CSRF_Token": still_desk.csrf(token)}
    assert raw(still_desk, "POST", "/leave", Content_Length="0", **sent)[0] == 403


def test_a_page_of_ours_that_hides_its_origin_is_believed(still_desk: Desk) -> None:
    with still_desk.client("ada") as client:
        headers = {"origin": "null", "sec-fetch-site": "same-origin"}
        assert client.post("/leave", headers=headers).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 64, "another's"])
def test_a_change_needs_the_token_of_its_own_session(still_desk: Desk, token: str) -> None:
    given = still_desk.csrf(still_desk.cookie("ada")) if token == "another's" else token
    with still_desk.client("ada") as client:
        assert client.post("/leave", headers={"x-csrf-token": given}).status_code == 403
        assert (
            client.post("/leave", data={"csrf": given}, headers={"x-csrf-token": ""}).status_code
            == 403
        )
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_served(still_desk: Desk, method: str) -> None:
    with still_desk.client("ada") as client:
        assert client.request(method, "/").status_code == 405


def test_too_much_is_not_taken(still_desk: Desk) -> None:
    with still_desk.client("ada") as client:
        assert client.post("/leave", content=b"x" * 5_000_000).status_code == 413
        pieces = (b"x" * 500_000 for _ in range(12))
        assert client.post("/leave", content=pieces).status_code == 413
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("room", ROOMS)
def test_nobody_reads_without_a_session(still_desk: Desk, room: str) -> None:
    with still_desk.client(None) as client:
        shown = client.get(room)
        assert shown.status_code == 303
        assert shown.headers["location"].startswith("/enter?then=%2F")
        assert client.get(room, headers={"accept": "application/json"}).status_code == 401
        assert client.get(f"/page/{PDF}/1.png", headers={"accept": "image/*"}).status_code == 401
        client.cookies.set(COOKIE, "x" * 43)
        assert client.get(room).status_code == 303


# --- coming in ------------------------------------------------------------------------------------


def test_the_code_works_once_and_never_in_an_address(desk: Desk) -> None:
    code = desk.app.state.door.code.now
    with desk.client(None) as client:
        client.get("/enter", params={"code": code})
        assert client.get("/").status_code == 303, "a code in an address let someone in"
        before = client.cookies[COOKIE]
        came = enter(client, code=code, then="/documents")
        assert (came.status_code, came.headers["location"]) == (303, "/documents")
        set_cookie = came.headers["set-cookie"]
        assert "HttpOnly" in set_cookie
        assert "SameSite=Strict" in set_cookie
        assert client.cookies[COOKIE] != before, "the session was there before the login"
        assert code not in str(came.headers)
        assert client.get("/").status_code == 200
    with desk.client(None) as client:
        assert enter(client, code=code).status_code == 403
        assert client.get("/").status_code == 303
        assert desk.app.state.door.code.now != code


def test_leaving_ends_the_session(desk: Desk) -> None:
    with desk.client("ada") as client:
        token = client.cookies[COOKIE]
        assert client.post("/leave").status_code == 303
    with desk.client(None) as client:
        client.cookies.set(COOKIE, token)
        assert client.get("/").status_code == 303


def test_guessing_is_braked(desk: Desk) -> None:
    with desk.client(None) as client:
        answers = [enter(client, code="guess").status_code for _ in range(6)]
        assert answers == [403] * 5 + [429]
        late = enter(client, code=desk.app.state.door.code.now)
        assert late.status_code == 429
        assert int(late.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "then", ["//evil.example", "https://evil.example", "/\\evil.example", "/\nx", "javascript:1"]
)
def test_after_the_login_one_stays_here(desk: Desk, then: str) -> None:
    with desk.client(None) as client:
        came = enter(client, code=desk.app.state.door.code.now, then=then)
        assert came.headers["location"] == "/"


def test_passwords_let_in_who_has_them(store: Store, open_desk: Callable[..., Desk]) -> None:
    curators = Curators(store.raw)
    assert not curators.add("ada", PASSWORD)
    curators.add("ben", "something quite else")
    assert PASSWORD not in curators.file.read_text()
    assert curators.file.stat().st_mode & 0o077 == 0
    desk = open_desk(store, curator=None)
    with desk.client(None) as client:
        assert enter(client, name="ada", password="something quite else").status_code == 403
        assert enter(client, name="nobody", password=PASSWORD).status_code == 403
        assert enter(client, name="ada", code=desk.app.state.door.code.now).status_code == 403
        assert client.get("/").status_code == 303
        assert enter(client, name="ada", password=PASSWORD).status_code == 303
        assert ">ada<" in client.get("/").text
    assert curators.add("ada", "a new one, and long"), "the name was known"
    with desk.client(None) as client:
        assert enter(client, name="ada", password=PASSWORD).status_code == 403
        assert enter(client, name="ada", password="a new one, and long").status_code == 303


def test_a_proxy_is_believed_from_its_own_address_alone(
    store: Store, open_desk: Callable[..., Desk]
) -> None:
    said = {"x-remote-user": "ben", "accept": "text/html"}
    near = open_desk(store, curator=None, trust=Trust("x-remote-user", ("127.0.0.1",)))
    with near.client(None) as client:
        assert client.get("/").status_code == 403
        assert ">ben<" in client.get("/", headers=said).text
        twice = [*said.items(), ("x-remote-user", "ada")]
        assert client.get("/", headers=twice).status_code == 403
        other = client.get("/", headers={**said, "x-remote-user": "ada"})
        assert ">ada<" in other.text, "the session of one was taken for another's"
    far = open_desk(store, curator=None, trust=Trust("x-remote-user", ("10.0.0.0/8",)))
    with far.client(None) as client:
        forged = {**said, "x-forwarded-for": "10.0.0.1"}
        assert client.get("/", headers=forged).status_code == 403


def test_a_desk_for_the_network_needs_a_guard(tmp_path: Path) -> None:
    store = Store(tmp_path / "raw", tmp_path / "extracted")
    near = Settings(store, curator="ada", host="192.0.2.7")
    with pytest.raises(Refused, match="passwords"):
        check(near, has_curators=False)
    check(near, has_curators=True)
    check(Settings(store, host="192.0.2.7", trust=Trust("x-user", ("192.0.2.1",))), False)
    check(Settings(store, curator="ada"), False)
    with pytest.raises(Refused, match="--address"):
        check(Settings(store, host="0.0.0.0"), True)
    check(Settings(store, host="0.0.0.0", address="https://desk.example"), True)


def test_the_commands_for_curators_take_passwords_and_show_none(tmp_path: Path) -> None:
    places = ["--raw", str(tmp_path / "raw")]
    add = ["review", "curators", "add", "ada", *places]
    short = CliRunner().invoke(main, add, input="short\nshort\n")
    assert (short.exit_code, "too short" in short.output) == (2, True)
    added = CliRunner().invoke(main, add, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    assert PASSWORD not in added.output
    listed = CliRunner().invoke(main, ["review", "curators", "list", "--json", *places])
    assert json.loads(listed.stdout) == {"curators": ["ada"]}
    wrong = [*add[:3], "../ada", *places]
    assert CliRunner().invoke(main, wrong, input=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--host", "0.0.0.0"],
        ["--curator", "../ada"],
        ["--trust-header", "x-user", "--trust-from", "nowhere"],
        ["--trust-header", "x-user", "--curator", "ada"],
    ],
)
def test_a_desk_that_should_not_be_opened_is_not(tmp_path: Path, words: list[str]) -> None:
    places = ["--raw", str(tmp_path / "raw"), "--extracted", str(tmp_path / "extracted")]
    done = CliRunner().invoke(main, ["review", *places, "--no-browser", *words])
    assert done.exit_code == 2, done.output
    assert not (tmp_path / "raw").exists()


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    places = ["--raw", str(tmp_path / "raw"), "--extracted", str(tmp_path / "extracted")]
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = CliRunner().invoke(main, ["review", *places, "--port", str(port)])
    assert done.exit_code == 2
    assert done.stderr.startswith(
        f"Port {port} is in use, perhaps by another desk. Give another --port"
    )
    done = CliRunner().invoke(main, ["review", *places, "--host", "192.0.2.7"])
    assert (done.exit_code, "The desk cannot be at 192.0.2.7" in done.stderr) == (2, True)


def test_behind_a_proxy_the_desk_has_the_address_of_the_proxy(
    store: Store, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk(store, address="https://desk.example")
    with desk.client("ada") as client:
        outside = {"host": "desk.example", "origin": "https://desk.example"}
        assert client.get("/", headers=outside).status_code == 200
        assert client.post("/leave", headers={**outside, "origin": "http://desk.example"}).is_error
        left = client.post("/leave", headers=outside)
        assert left.status_code == 303
        assert "Secure" in left.headers["set-cookie"]


def test_the_program_gives_a_code_that_lets_in_and_writes_none_to_its_log(
    store: Store, run_desk: Callable[..., Program]
) -> None:
    program = run_desk(store)
    with httpx.Client(base_url=program.url, trust_env=False) as client:
        assert enter(client, code=program.code).status_code == 303
        assert ">ada<" in client.get("/", headers={"accept": "text/html"}).text
    program.kill()


# --- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [*ROOMS, "/enter", "/nowhere", "/static/desk.css"])
def test_every_answer_wears_the_strict_headers(still_desk: Desk, room: str) -> None:
    with still_desk.client("ada") as client:
        headers = client.get(room).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize(
    "room", ["/", "/documents", f"/review/{PDF}", f"/coverage/{PDF}", "/enter"]
)
def test_no_page_has_script_or_style_in_it_or_loads_from_elsewhere(
    still_desk: Desk, room: str
) -> None:
    with still_desk.client("ada") as client:
        root: Any = html.fromstring(client.get(room).content)
    assert root.xpath("//style | //script[not(@src)] | //*[@style]") == []
    assert [n for e in root.iter() for n in e.attrib if str(n).startswith(("on", "hx-on"))] == []
    loaded = root.xpath("//script/@src | //link/@href | //img/@src | //iframe/@src")
    assert loaded
    assert [at for at in loaded if not at.startswith("/") or at.startswith("//")] == []


SECRET = "the key to everything"
WAYS = [
    "/page/../../secret.txt/1.png",
    "/page/%2e%2e/%2e%2e/secret.txt/1.png",
    "/page/samples/..%2f..%2f..%2fsecret.txt/1.png",
    "/text/../secret.txt",
    "/text/%2e%2e%2fsecret.txt",
    "/text//etc/passwd",
    "/text/samples/%00",
    "/text/" + "a" * 5000,
    "/saved/..%2f..%2fsecret.txt",
    "/coverage/..%5c..%5csecret.txt",
    "/review/..%2f..%2f..%2fsecret",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static//etc/passwd",
]


@pytest.mark.parametrize("way", WAYS)
def test_no_path_leads_out(still_desk: Desk, way: str) -> None:
    for folder in (still_desk.store.raw, still_desk.store.extracted):
        (folder / "secret.txt").write_text(SECRET)
        (folder.parent / "secret.json").write_text(f'"{SECRET}"')
        (folder.parent / "secret.txt.json").write_text(f'"{SECRET}"')
    token = still_desk.cookie("ada")
    status, body = raw(still_desk, "GET", way, Cookie=f"{COOKIE}={token}", Accept="text/html")
    assert status == 404
    for found in (SECRET.encode(), b"root:", b"create_app"):
        assert found not in body


PIECES = (
    "'; DROP TABLE records; --",
    '" OR 1=1 --',
    "%' UNION SELECT * FROM documents --",
    "NEAR(",
)
FILTERS = ("q", "document", "status", "taxonomy", "code", "issue", "assigned", "sort", "after")


@pytest.mark.parametrize("name", [*FILTERS, "least", "most", "at", "changed"])
def test_pieces_of_sql_are_words(still_desk: Desk, name: str) -> None:
    with still_desk.client("ada") as client:
        for piece in (*PIECES, "\0", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
            assert client.get("/", params={name: piece}).status_code == 200
            assert client.get("/next", params={name: piece}).status_code == 303
        told = client.get("/", params={"status": "all", "format": "json"}).json()
        assert told["total"] == 38


def test_the_address_of_a_page_holds_no_secret(still_desk: Desk) -> None:
    with still_desk.client("ada") as client:
        token = client.cookies[COOKIE]
        for room in ROOMS:
            shown = client.get(room).text
            assert token not in shown
            assert not re.search(r"""(href|src|action)="[^"]*[0-9a-f]{64}""", shown)
