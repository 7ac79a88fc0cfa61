"""Which addresses are called: in every spelling, through names, and at the moment of the call."""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.x509.oid import NameOID
from web import Web, leads_to, page, serving

from pipeline.fetch import Ask, Fetcher, NotFetched
from pipeline.fetch.address import is_public, resolve


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A server's context with a certificate for `localhost`, and who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    public = folder / "certificate.pem"
    public.write_bytes(certificate.public_bytes(Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, str(public)


def code_of(ask: Ask) -> str:
    with pytest.raises(NotFetched) as error:
        Fetcher("Gleaner/test", sleep=lambda seconds: None).fetch(ask)
    return error.value.code


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::5db8:d70e", True),  # the same through NAT64
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # where clouds tell their secrets
        ("100.64.0.1", False),
        ("192.0.2.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:a9fe:a9fe", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),
        ("2001:0:102:304::80ff:fffe", False),
        ("fe80::1", False),
        ("fe80::1%lo", False),
        ("fc00::1", False),
        ("fd12::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
    ],
)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "169.254.169.254",
    "2852039166",
    "10.0.0.1",
    "100.64.0.1",
    "[fe80::1]",
    "[64:ff9b::7f00:1]",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_private_address_is_refused_in_every_spelling(web: Web, host: str) -> None:
    # Octal with dots is no address to begin with.
    assert code_of(Ask(web.url("/it", host), delay=0)) in {"private-address", "bad-url"}
    assert web.asked == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_redirect_to_a_private_address_is_refused(
    web: Web, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first host passes for a public one, as one on the net would.
    public = {"203.0.114.1": "127.0.0.1"}
    reroute(monkeypatch, {"outside.test": ["203.0.114.1"]}, public)
    web.routes["/it"] = leads_to(f"http://{host}:{web.server_port}/secret")
    web.routes["/secret"] = page("secret")
    asked = Ask(web.url("/it", "outside.test"), delay=0)
    assert code_of(asked) in {"private-address", "bad-url"}
    assert web.paths() == ["/it"]


def reroute(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]], calls: dict[str, str]
) -> list[str]:
    """Play the net outside: what names mean, and where calls to its addresses end up."""
    real_lookup, real_call = socket.getaddrinfo, socket.create_connection
    called: list[str] = []

    def lookup(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host not in names:
            return real_lookup(host, port, *rest, **more)
        answers = names[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def call(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        called.append(address[0])
        return real_call((calls.get(address[0], address[0]), address[1]), *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", call)
    return called


def test_the_address_that_was_checked_is_the_one_called(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name is public when it is checked, and this machine whenever it is asked again.
    names = {"turns.test": ["203.0.114.1", "127.0.0.1"]}
    called = reroute(monkeypatch, names, {"203.0.114.1": "127.0.0.1"})
    web.routes["/robots.txt"] = page("")
    fetcher = Fetcher("Gleaner/test", sleep=lambda seconds: None)
    with pytest.raises(NotFetched, match=r"turns\.test is 127\.0\.0\.1"):
        # robots.txt is fetched at the checked address; the second call is checked afresh.
        fetcher.fetch(Ask(web.url("/it", "turns.test"), delay=0))
    assert called == ["203.0.114.1"]
    assert [path for path, _ in web.asked] == ["/robots.txt"]
    assert web.asked[0][1]["Host"] == f"turns.test:{web.server_port}"


def test_a_name_with_a_public_and_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("203.0.114.1", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **more: both)
    with pytest.raises(NotFetched, match=r"10\.0\.0\.1"):
        resolve("both.test", 80, private=False)
    assert resolve("both.test", 80, private=True) == ["203.0.114.1", "10.0.0.1"]


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(NotFetched) as error:
        resolve("name.invalid", 80, private=False)
    assert (error.value.kind, error.value.code) == ("later", "no-such-host")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "http://", "/etc"])
def test_only_the_web_is_fetched(url: str) -> None:
    assert code_of(Ask(url, delay=0)) == "not-http"


def test_a_proxy_of_the_environment_is_not_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    # Behind a proxy nobody could say which address is called.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    web.routes["/it"] = page("text")
    ask = Ask(web.url("/it"), private=True, delay=0)
    assert Fetcher("Gleaner/test").fetch(ask).data == b"text"


def test_the_certificate_must_be_of_the_name(web: Web, tls: tuple[ssl.SSLContext, str]) -> None:
    server, authority = tls
    web.socket = server.wrap_socket(web.socket, server_side=True)
    web.routes["/it"] = page("text")
    trusting = ssl.create_default_context(cafile=authority)
    fetcher = Fetcher("Gleaner/test", sleep=lambda seconds: None, verify=trusting)
    good = web.url("/it", "localhost").replace("http:", "https:")
    assert fetcher.fetch(Ask(good, private=True, delay=0)).data == b"text"
    assert web.asked[-1][1]["Host"] == f"localhost:{web.server_port}"
    for url, one in ((good.replace("localhost", "127.0.0.1"), fetcher), (good, Fetcher("x"))):
        with pytest.raises(NotFetched) as error:
            one.fetch(Ask(url, private=True, delay=0))
        assert error.value.code == "certificate"
    web.routes["/it"] = leads_to(web.url("/it", "localhost"))
    with pytest.raises(NotFetched, match="from https to http"):
        fetcher.fetch(Ask(good, private=True, delay=0))
