"""NET-19: addresses as people type them and as OLLAMA_HOST has them."""

from __future__ import annotations

import base64

import pytest

from gui.errors import SettingsError
from gui.models.addresses import endpoint_name, host_of, may_be_public, parse_address, port_of
from gui.records import Endpoint, ServerKind

TABLE = [
    ("", "http://127.0.0.1:11434"),
    ("   ", "http://127.0.0.1:11434"),
    ("0.0.0.0", "http://127.0.0.1:11434"),
    ("0.0.0.0:11434", "http://127.0.0.1:11434"),
    ("http://0.0.0.0:8080", "http://127.0.0.1:8080"),
    (":8080", "http://127.0.0.1:8080"),
    ("::", "http://[::1]:11434"),
    ("[::]:8080", "http://[::1]:8080"),
    ("::1", "http://[::1]:11434"),
    ("::1:11434", "http://[::1]:11434"),
    ("[::1]", "http://[::1]:11434"),
    ("[::1]:1234", "http://[::1]:1234"),
    ("[0:0:0:0:0:0:0:1]:1234", "http://[::1]:1234"),
    ("2001:DB8::7", "http://[2001:db8::7]:11434"),
    ("host", "http://host:11434"),
    ("host:", "http://host:11434"),
    ("host:1234", "http://host:1234"),
    (" http://host/ ", "http://host:80"),
    ("https://host", "https://host:443"),
    ("HTTP://HOST:11434/api", "http://host:11434"),
    ("http://host:11434/api/", "http://host:11434"),
    ("https://host/ollama/", "https://host:443/ollama"),
    ("https://host/a/b/api", "https://host:443/a/b"),
    ("host/ollama", "http://host:11434/ollama"),
    ("'1.2.3.4'", "http://1.2.3.4:11434"),
    ('"1.2.3.4:5"', "http://1.2.3.4:5"),
    ("host:65536", "http://host:11434"),
    ("host:0", "http://host:11434"),
    ("host:-1", "http://host:11434"),
    ("host:port", "http://host:11434"),
    ("https://host:99999999999", "https://host:443"),
    ("ollama.com", "https://ollama.com:443"),
    ("my_box.local.", "http://my_box.local.:11434"),
    ("fe80::1%eth0", "http://[fe80::1%eth0]:11434"),
    ("[FE80::1%25en0]:1234", "http://[fe80::1%en0]:1234"),
    ("온돌.local", "http://온돌.local:11434"),
    ("http://host:1/?x=1#y", "http://host:1"),
    ("https://user:pw@host", "https://host:443"),
]


@pytest.mark.parametrize(("typed", "url"), TABLE)
def test_net_19_table(typed: str, url: str) -> None:
    endpoint = parse_address(typed)
    assert (endpoint.kind, endpoint.url) == (ServerKind.OLLAMA, url)


@pytest.mark.parametrize(
    "typed",
    [
        "ftp://host",
        "file:///etc/passwd",
        "http://a b",
        "http:\\\\host",
        "host\nX: y",
        "2001:db8::1%eth0",
        "[fe80::1%e th]",
        "a..b",
        ".host",
        "http://" + "a" * 64,
        "http://" + "a." * 130 + "b",
        "http://온..돌",
        "ht\u2025tp.local",
        "http://host/<script>",
        "http://[::1",
        "-host",
        "user:secret@ho st",
    ],
)
def test_net_19_no_addresses(typed: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_address(typed)
    assert "secret" not in f"{raised.value} {raised.value.detail}"


@pytest.mark.parametrize(
    ("typed", "pair"),
    [
        ("https://user:pw@host", "user:pw"),
        ("https://us%40er:p%3Aw@host:1/x", "us@er:p:w"),
        ("user@host", "user:"),
        ("http://a:b@c@host", "a:b@c"),
    ],
)
def test_net_19_password_becomes_a_header_and_is_not_shown(typed: str, pair: str) -> None:
    endpoint = parse_address(typed)
    value = "Basic " + base64.b64encode(pair.encode()).decode()
    assert endpoint.headers == (("Authorization", value),)
    shown = f"{endpoint!r} {endpoint.url} {endpoint_name(endpoint)}"
    assert value not in shown
    assert "pw" not in shown
    assert "user" not in shown


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://host:5/x", "host", 5),
        ("https://[::1]:443", "::1", 443),
        ("http://[fe80::1%eth0]:1", "fe80::1%eth0", 1),
    ],
)
def test_host_and_port_of_an_exact_url(url: str, host: str, port: int) -> None:
    assert (host_of(url), port_of(url)) == (host, port)


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("127.0.0.1", False),
        ("::1", False),
        ("10.1.2.3", False),
        ("169.254.1.1", False),
        ("fe80::1%eth0", False),
        ("1.1.1.1", True),
        ("2606:4700::1111", True),
        ("localhost", False),
        ("box", False),
        ("box.lan", False),
        ("box.home.arpa", False),
        ("notlocal.example", True),
        ("ollama.example.com.", True),
    ],
)
def test_net_20_which_hosts_may_be_on_the_internet(host: str, public: bool) -> None:
    assert may_be_public(host) is public


def test_name_in_a_sentence() -> None:
    assert endpoint_name(parse_address("https://host/x/")) == "host:443/x"
    assert endpoint_name(Endpoint(ServerKind.BUILT_IN, "http://127.0.0.1:5")) == (
        "The built-in engine"
    )
