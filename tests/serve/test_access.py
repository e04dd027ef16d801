"""Who may ask a served chain: Host, Origin and key, for every path (SRV-01 to SRV-06)."""

from __future__ import annotations

import base64
import socket

import pytest
from served_chains import KEY, InThread

from gui.serve.access import access

OWN = "Authorization: Bearer " + KEY


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        (("Host: 127.0.0.1:{port}",), 200),
        (("Host: localhost:{port}",), 200),
        (("Host: LOCALHOST:{port}",), 200),
        (("Host: evil.com",), 403),
        (("Host: 127.0.0.1.nip.io:{port}",), 403),
        (("Host: localhost.evil:{port}",), 403),
        (("Host: 127.0.0.1",), 403),
        (("Host: 127.0.0.1:1",), 403),
        (("Host: [::1]:{port}",), 403),
        (("Host: user@127.0.0.1:{port}",), 403),
        (("Host:",), 403),
        ((), 400),
        (("Host: 127.0.0.1:{port}", "Host: evil.com"), 400),
        (("Host: 127.0.0.1:{port}", "Origin: https://evil"), 403),
        (("Host: 127.0.0.1:{port}", "Origin: null"), 403),
        (("Host: 127.0.0.1:{port}", "Origin: file://"), 403),
        (("Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:{port}"), 200),
        (("Host: 127.0.0.1:{port}", "Origin: https://127.0.0.1:{port}"), 403),
        (("Host: 127.0.0.1:{port}", "Sec-Fetch-Site: cross-site"), 403),
        (("Host: 127.0.0.1:{port}", "Sec-Fetch-Site: same-site"), 403),
        (("Host: 127.0.0.1:{port}", "Sec-Fetch-Site: same-origin"), 200),
        (("Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: upgrade"), 400),
    ],
)
def test_srv_01_only_our_own_address_and_pages(
    echoing: InThread, host: tuple[str, ...], wanted: int
) -> None:
    lines = [line.format(port=echoing.port) for line in host]
    answer = echoing.send("GET /chain/input_schema HTTP/1.1", *lines, OWN, "Connection: close")
    assert status(answer) == wanted
    assert b"access-control" not in answer.lower()


def test_srv_01_a_host_is_wanted_by_http_1_0_too(echoing: InThread) -> None:
    assert status(echoing.send("GET /chain/input_schema HTTP/1.0", OWN)) == 403


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"me:{password}".encode()).decode()


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Authorization: Bearer wrong",),
        ("Authorization: Bearer",),
        (f"Authorization: {KEY}",),
        (f"Authorization: Token {KEY}",),
        (f"Authorization: Bearer {KEY}x",),
        (f"Authorization: {_basic('wrong')}",),
        ("Authorization: Basic !!!",),
        (f"x-api-key: {KEY}",),
        (f"Cookie: key={KEY}; Authorization=Bearer {KEY}",),
        (OWN, "Authorization: Bearer wrong"),
        (OWN, OWN),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD", "PUT"])
def test_srv_02_srv_05_one_check_of_the_key(
    echoing: InThread, lines: tuple[str, ...], method: str
) -> None:
    host = f"Host: 127.0.0.1:{echoing.port}"
    path = f"/chain/input_schema?key={KEY}&token={KEY}"
    answer = echoing.send(f"{method} {path} HTTP/1.1", host, *lines, "Connection: close")
    assert status(answer) == 401
    asked = [line for line in answer.split(b"\r\n") if line.startswith(b"www-authenticate: ")]
    # A header each: Chromium reads only the first way in one, and asks for no password then.
    assert [line.split()[1] for line in asked] == [b"Basic", b"Bearer"]
    assert not any(b"," in line.removesuffix(b', charset="UTF-8"') for line in asked)


@pytest.mark.parametrize("key", [f"Bearer {KEY}", f"bearer {KEY}", _basic(KEY)])
def test_the_key_lets_in_also_as_a_password(echoing: InThread, key: str) -> None:
    with echoing.client() as http:
        answer = http.get("/chain/playground/", headers={"Authorization": key})
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_srv_02_every_path_there_is_asks_for_the_key(echoing: InThread) -> None:
    app = echoing.runs.snapshot.app
    paths = [route.path for route in app.routes]  # type: ignore[attr-defined]
    assert {"/chain/invoke", "/chain/stream", "/chain/batch", "/openapi.json"} <= set(paths)
    # CVE-2025-68664's routes, configuration in the address, feedback and CDN pages: not there.
    assert not [path for path in paths if "/c/" in path or "feedback" in path]
    assert not {"/chain/stream_events", "/docs", "/redoc"} & set(paths)
    asked = [path.replace("{file_path:path}", "index.html") for path in paths]
    with echoing.client("wrong") as http:
        for path in (*asked, "/", "/docs", "/redoc", "/nowhere", "/chain/../secret", "//"):
            for method in ("GET", "POST", "OPTIONS", "DELETE"):
                answer = http.request(method, path)
                assert answer.status_code == 401, (method, path)
    with echoing.client() as http:
        assert http.get("/docs").status_code == 404
        assert http.options("/chain/invoke").status_code == 405
        assert http.get("/openapi.json").status_code == 200


@pytest.mark.parametrize("origin", ["https://evil", "null", "file://", "chrome-extension://x"])
def test_srv_04_no_page_of_another_origin_gets_a_preflight(echoing: InThread, origin: str) -> None:
    with echoing.client() as http:
        answer = http.options(
            "/chain/invoke", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [
        "/chain/playground/../../../server.py",
        "/chain/playground/%2e%2e%2f%2e%2e%2f%2e%2e%2fserver.py",
        "/chain/playground/..%5c..%5cserver.py",
        "/chain/playground/%252e%252e%252fserver.py",
        "/chain/playground//etc/passwd",
        "/chain/playground/%2fetc%2fpasswd",
        "/chain/playground/%00",
        "/chain/playground/assets",
        "/chain/playground/" + "a" * 5000,
        "//etc/passwd",
    ],
)
def test_srv_06_no_file_outside_the_playground(echoing: InThread, path: str) -> None:
    host = f"Host: 127.0.0.1:{echoing.port}"
    answer = echoing.send(f"GET {path} HTTP/1.1", host, OWN, "Connection: close")
    assert status(answer) in (400, 403, 404)
    assert b"root:" not in answer
    assert b"def add_routes" not in answer


def test_srv_03_for_everyone_an_address_may_be_any_but_a_name_only_ours() -> None:
    from gui.serve.access import Guard

    guard = Guard(_never, access(KEY, "0.0.0.0", 8000))
    assert guard._is_us("192.168.1.7:8000")
    assert guard._is_us("[fe80::1]:8000")
    assert guard._is_us(f"{socket.gethostname().lower()}:8000")
    assert not guard._is_us("192.168.1.7:81")
    assert not guard._is_us("evil.com:8000")
    assert not guard._is_us("192.168.1.7.nip.io:8000")
    assert not guard._is_us("x@192.168.1.7:8000")


async def _never(*_: object) -> None:
    raise AssertionError
