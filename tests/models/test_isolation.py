"""NET-17, NET-18: nothing of the environment diverts or opens a request."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from faults import answers
from faults.readers import Reader, ask, reply_of
from faults.server import FaultServer

from gui.models.client import ModelClient

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


HOSTS = ["127.0.0.1", "localhost", "127.0.0.2", *(["::1"] if _has_ipv6() else [])]


@pytest.mark.parametrize("host", HOSTS)
def test_net_17_no_request_reaches_a_proxy(
    reader: Reader, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer({"*": answers.chat("from the proxy")}) as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.delenv("no_proxy", raising=False)
        with FaultServer({"/api/chat": answers.chat("direct")}, host=host) as server:
            assert reply_of(server, reader).text == "direct"
            assert ask(server, ModelClient.version) == "0.33.0"
            assert len(ask(server, ModelClient.list_models)) == 1
        assert proxy.connections == 0


@pytest.mark.parametrize("proxy", ["socks5h://x", "garbage://", "http://", "://", "\x7f"])
def test_net_18_odd_proxies_do_not_matter(
    reader: Reader, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")
    with FaultServer({"/api/chat": answers.chat("x")}) as server:
        assert reply_of(server, reader).text == "x"


def test_net_18_netrc_is_not_read(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine localhost login me password secret\ndefault login me password s\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with FaultServer({"/api/chat": answers.chat("x")}, host="localhost") as server:
        assert reply_of(server, reader).text == "x"
        ask(server, ModelClient.version)
        assert all("authorization" not in request.headers for request in server.requests)


def test_sync_side_of_the_chat_model_refuses() -> None:
    from langchain_ollama import ChatOllama

    with FaultServer({"/api/chat": answers.chat("x")}) as server:

        async def invoke(client: ModelClient) -> None:
            ChatOllama(model="m", **client.chat_model_arguments).invoke("hi")

        with pytest.raises(RuntimeError, match="astream"):
            ask(server, invoke)
        assert server.requests == []


def test_redirects_are_not_followed_and_cookies_not_kept(reader: Reader) -> None:
    with FaultServer({"*": answers.chat("stolen")}) as other:
        moved = [answers.head("307 Temporary Redirect", f"Location: {other.url}/api/chat")]
        with FaultServer({"/api/chat": moved}) as server:
            assert reply_of(server, reader).error is not None
        assert other.connections == 0

    cookie = answers.http_json({"version": "1"}, "200 OK", "Set-Cookie: a=b")
    with FaultServer({"/api/version": cookie}) as server:

        async def twice(client: ModelClient) -> None:
            await client.version()
            await client.version()

        ask(server, twice)
        assert all("cookie" not in request.headers for request in server.requests)


def test_front_of_the_room_is_light() -> None:
    """The window starts before httpx, ollama and LangChain are imported."""
    code = (
        "import sys, gui.models, gui.models.server, gui.models.engine_process;"
        "print(sorted({'httpx', 'ollama', 'langchain_core', 'PySide6'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
