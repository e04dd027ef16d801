"""Host, Origin and token (SRV-01, SRV-02, SRV-04, SRV-05)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from engine_process import EngineUnderTest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from gui.engine.api.security import Access, Guard, host_allowed, matches

PATHS = ["/", "/api/version", "/api/tags", "/api/ps", "/api/show", "/api/chat", "/docs", "/openapi"]


def _status(engine: EngineUnderTest, request: str) -> int:
    with socket.create_connection(engine.address, timeout=10) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        answer = connection.makefile("rb").readline()
    return int(answer.split()[1])


def _request(engine: EngineUnderTest, *headers: str, path: str = "/api/version") -> str:
    lines = [f"GET {path} HTTP/1.1", "Connection: close", *headers]
    return "\n".join(lines) + "\n\n"


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        *[(host, True) for host in ("localhost", "127.0.0.1", "127.0.0.1:11434", "[::1]:80")],
        *[(host, True) for host in ("box.local", "a.localhost", "x.internal", "192.168.1.2", "")],
        *[(host, False) for host in ("evil.com", "127.0.0.1.nip.io", "localhost.evil", "8.8.8.8")],
        *[(host, False) for host in ("[", "evil.com@", "a b", "local", "127.0.0.1@evil.com")],
    ],
)
def test_host_table(host: str, allowed: bool) -> None:
    assert host_allowed(host) is allowed


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Host: localhost"], 200),
        (["Host: evil.com"], 403),
        (["Host: 127.0.0.1.nip.io"], 403),
        (["Host: localhost.evil"], 403),
        ([], 400),
        (["Host: localhost", "Host: evil.com"], 400),
        (["Host: localhost", "Origin: https://evil"], 403),
        (["Host: localhost", "Origin: null"], 403),
        (["Host: localhost", "Origin: http://localhost"], 200),
        (["Host: localhost", "Sec-Fetch-Site: cross-site"], 403),
        (["Host: localhost", "Upgrade: websocket", "Connection: Upgrade"], 400),
    ],
)
def test_hosts_and_origins(engine: EngineUnderTest, headers: list[str], status: int) -> None:
    token = f"Authorization: Bearer {engine.token}"
    assert _status(engine, _request(engine, *headers, token)) == status


@pytest.mark.parametrize("path", PATHS)
def test_no_path_without_token(engine: EngineUnderTest, path: str) -> None:
    wrong = ["", "Authorization: Bearer wrong", f"Authorization: Basic {engine.token}"]
    wrong += [f"Cookie: token={engine.token}", f"X-Api-Key: {engine.token}"]
    wrong += [f"Authorization: Bearer {engine.token}x"]
    for header in wrong:
        headers = ["Host: localhost", header] if header else ["Host: localhost"]
        assert _status(engine, _request(engine, *headers, path=path)) == 401
    query = f"{path}?token={engine.token}"
    assert _status(engine, _request(engine, "Host: localhost", path=query)) == 401


def test_the_token_is_not_in_what_others_can_read(engine: EngineUnderTest) -> None:
    """ENG-15: nothing secret on the command line, in the environment or in the log."""
    for name in ("cmdline", "environ"):
        with open(f"/proc/{engine.pid}/{name}", "rb") as file:  # noqa: PTH123
            assert engine.token.encode() not in file.read()
    assert engine.token not in engine.log_text()


def test_the_app_s_engine_answers_no_preflight_of_others(engine: EngineUnderTest) -> None:
    """SRV-04: not even of the origins that Ollama lets in."""
    for origin in ("http://localhost:3000", "app://x", "null", "chrome-extension://a"):
        asked = f"Origin: {origin}", "Access-Control-Request-Method: POST"
        request = _request(engine, "Host: localhost", *asked).replace("GET", "OPTIONS", 1)
        assert _status(engine, request) == 403


def test_options_needs_the_token_as_well(engine: EngineUnderTest) -> None:
    request = _request(engine, "Host: localhost").replace("GET", "OPTIONS", 1)
    assert _status(engine, request) == 401
    asked = "Origin: http://localhost", "Access-Control-Request-Method: POST"
    request = _request(engine, "Host: localhost", *asked).replace("GET", "OPTIONS", 1)
    assert _status(engine, request) == 401


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Headers
    body: bytes
    reached: bool


def _ask(
    method: str = "GET",
    *headers: tuple[str, str],
    token: str = "",
    origins: Sequence[str] | None = (),
) -> _Answer:
    """What a Guard with these rules answers; the app behind it says "inside"."""
    reached: list[Scope] = []
    messages: list[Message] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)
        start = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        await send({"type": "http.response.body", "body": b"in", "more_body": True})
        await send({"type": "http.response.body", "body": b"side", "more_body": False})

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    given = [("host", "localhost:11434"), *headers]
    raw = [(name.encode(), value.encode("latin-1")) for name, value in given]
    scope = {"type": "http", "method": method, "path": "/api/tags", "headers": raw}
    guard = Guard(inside, Access(token, origins=origins))
    asyncio.run(guard(scope, receive, send))
    start, *pieces = messages
    body = b"".join(piece["body"] for piece in pieces)
    return _Answer(start["status"], Headers(raw=start["headers"]), body, bool(reached))


WELCOME = [
    *("http://localhost", "http://localhost:3000", "https://127.0.0.1", "https://127.0.0.1:8443"),
    *("http://0.0.0.0:1", "app://obsidian.md", "file://", "tauri://localhost"),
    *("vscode-webview://1a2b", "vscode-file://vscode-app", "chrome-extension://abc"),
    *("moz-extension://abc", "safari-extension://abc", "ms-browser-extension://abc"),
]
UNWELCOME = [
    *("https://evil.com", "null", "http://localhost.evil.com", "http://127.0.0.1.nip.io"),
    *("ftp://localhost", "http://localhos", "https://192.168.0.2", "http://192.168.0.2:11434"),
]


@pytest.mark.parametrize("origin", WELCOME)
def test_srv_04_pages_that_ollama_lets_in(origin: str) -> None:
    answer = _ask("POST", ("origin", origin))
    assert (answer.status, answer.body) == (200, b"inside")
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["content-type"] == "text/plain"


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", UNWELCOME)
def test_srv_04_pages_that_are_not_let_in(origin: str, method: str) -> None:
    asked = ("access-control-request-method", "POST")
    answer = _ask(method, ("origin", origin), asked)
    assert (answer.status, answer.body, answer.reached) == (403, b"", False)
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["http://localhost:11434", "https://localhost:11434", ""])
def test_our_own_page_and_no_page_need_no_word(origin: str) -> None:
    answer = _ask("POST", ("origin", origin), origins=("*",))
    assert answer.body == b"inside"
    assert "access-control-allow-origin" not in answer.headers


def test_a_program_needs_no_origin() -> None:
    assert _ask("GET", ("sec-fetch-site", "cross-site")).body == b"inside"
    assert _ask("GET", ("sec-fetch-site", "cross-site"), origins=None).status == 403


def test_origins_that_were_added() -> None:
    origins = ("https://*.a.example", "https://b.example")
    for origin in ("https://x.a.example", "https://b.example", "app://x"):
        answer = _ask("GET", ("origin", origin), origins=origins)
        assert answer.headers["access-control-allow-origin"] == origin
    for origin in ("https://a.example", "https://b.example.com", "http://b.example"):
        assert _ask("GET", ("origin", origin), origins=origins).status == 403
    answer = _ask("GET", ("origin", "https://evil.com"), origins=("*",))
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.body == b"inside"


def test_a_preflight_is_answered_without_the_token_and_without_the_app() -> None:
    asked = ("access-control-request-method", "POST")
    answer = _ask("OPTIONS", ("origin", "app://x"), asked, token="secret")
    assert (answer.status, answer.body, answer.reached) == (204, b"", False)
    assert answer.headers["access-control-allow-origin"] == "app://x"
    assert "DELETE" in answer.headers["access-control-allow-methods"].split(",")
    allowed = answer.headers["access-control-allow-headers"].split(",")
    assert {"authorization", "content-type", "x-stainless-os"} <= set(allowed)
    assert answer.headers["access-control-max-age"] == "43200"
    assert "access-control-allow-credentials" not in answer.headers


def test_only_a_preflight_goes_without_the_token() -> None:
    asked = ("access-control-request-method", "POST")
    for method, headers in (
        ("POST", [("origin", "app://x"), asked]),
        ("OPTIONS", [("origin", "app://x")]),
        ("OPTIONS", [asked]),
    ):
        answer = _ask(method, *headers, token="secret")
        assert (answer.status, answer.reached) == (401, False)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("authorization", "Bearer secret")], 200),
        ([("authorization", "bearer  secret ")], 200),
        ([("authorization", "Bearer secre")], 401),
        ([("authorization", "Bearer")], 401),
        ([("authorization", "secret")], 401),
        ([("authorization", "Basic secret")], 401),
        ([("authorization", "Bearer secret"), ("authorization", "Bearer secret")], 401),
        ([("x-api-key", "secret")], 401),
        ([("api-key", "secret")], 401),
        ([("proxy-authorization", "Bearer secret")], 401),
        ([("cookie", "authorization=Bearer secret")], 401),
        ([("authorization", "Bearer s\u00e9cret")], 401),
    ],
)
def test_srv_05_one_way_to_give_the_token(headers: list[tuple[str, str]], status: int) -> None:
    assert _ask("GET", *headers, token="secret").status == status
    assert _ask("GET", *headers, token="secret", origins=None).status == status


def test_srv_08_two_lengths_are_refused() -> None:
    answer = _ask("POST", ("content-length", "5"), ("transfer-encoding", "chunked"))
    assert (answer.status, answer.reached) == (400, False)
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("origin", "pattern", "expected"),
    [
        ("https://a", "https://a", True),
        ("https://a", "https://A", False),
        ("https://a:1", "https://a:*", True),
        ("https://a", "https://a:*", False),
        ("https://x.a", "*.a", True),
        ("aba", "ab*ba", False),
        ("anything", "*", True),
    ],
)
def test_one_asterisk(origin: str, pattern: str, expected: bool) -> None:
    assert matches(origin, pattern) is expected
