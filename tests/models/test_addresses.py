"""NET-19: addresses as people type them and as OLLAMA_HOST has them."""

from __future__ import annotations

import base64

import pytest

from gui.errors import SettingsError
from gui.models.addresses import endpoint_name, parse_address
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
        "fe80::1%eth0",
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


def test_name_in_a_sentence() -> None:
    assert endpoint_name(parse_address("https://host/x/")) == "host:443/x"
    assert endpoint_name(Endpoint(ServerKind.BUILT_IN, "http://127.0.0.1:5")) == (
        "The built-in engine"
    )
