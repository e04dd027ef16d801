"""Host, Origin and token, over raw sockets (SRV-01, SRV-02)."""

from __future__ import annotations

import socket

import pytest
from engine_process import EngineUnderTest

from gui.engine.api.security import host_allowed

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
