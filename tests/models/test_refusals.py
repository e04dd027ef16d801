"""NET-15: what is not a reply, each as one plain sentence with the address."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest
from faults import answers
from faults.readers import Reader, ask, read, reply_of
from faults.server import HANG, RESET, FaultServer, Script

from gui import errors
from gui.models.client import ModelClient
from gui.models.refusals import error_text
from gui.records import Endpoint, ServerKind

NOT_OLLAMA = "What answers at {name} is not Ollama. Check the address, or use the built-in engine."
CUT = "{name} closed the connection before the reply was done. The text so far is kept. Try again."
TOO_LONG = (
    "This message is longer than the model can read at once. "
    "Shorten it, or raise the context length in the preset."
)
HTML = "<html><script>alert(1)</script>Log in</html>"


def _html(status: str, *headers: str) -> Script:
    return answers.http_body(HTML.encode(), status, *headers, content_type="text/html")


def _json(status: str, error: object, *headers: str) -> Script:
    return answers.http_json({"error": error}, status, *headers)


CASES: dict[str, tuple[Script, type[errors.OndolError], str]] = {
    "301 to a login page": (
        _html("301 Moved Permanently", "Location: https://login.example/"),
        errors.NotOllama,
        NOT_OLLAMA,
    ),
    "200 login page": (_html("200 OK"), errors.NotOllama, NOT_OLLAMA),
    "400 plain text": (
        answers.http_body(b"Client sent an HTTP request to an HTTPS server.", "400 Bad Request"),
        errors.NotOllama,
        NOT_OLLAMA,
    ),
    "400": (
        _json("400 Bad Request", '"m" does not support thinking'),
        errors.RequestRefused,
        '{name} refused the request: "m" does not support thinking',
    ),
    "400 overflow": (
        _json(
            "400 Bad Request",
            json.dumps(
                {
                    "error": {
                        "code": 400,
                        "message": "request (900 tokens) exceeds the available context size (512)",
                        "type": "exceed_context_size_error",
                    }
                }
            ),
        ),
        errors.ContextOverflow,
        TOO_LONG,
    ),
    "401": (
        _json("401 Unauthorized", "unauthorized"),
        errors.AccessDenied,
        "{name} refused access (HTTP 401). Check the token or the headers for this server.",
    ),
    "403 empty": (
        answers.http_body(b"", "403 Forbidden"),
        errors.AccessDenied,
        "{name} refused access (HTTP 403). Check the token or the headers for this server.",
    ),
    "404 model": (
        _json("404 Not Found", "model 'm' not found"),
        errors.ModelNotFound,
        "The server does not have the model m. Choose another model, or pull this one first.",
    ),
    "404 page": (
        answers.http_body(b"404 page not found", "404 Not Found"),
        errors.NotOllama,
        NOT_OLLAMA,
    ),
    "407": (
        _html("407 Proxy Authentication Required"),
        errors.AccessDenied,
        "{name} refused access (HTTP 407). Check the token or the headers for this server.",
    ),
    "413": (
        _html("413 Payload Too Large"),
        errors.RequestRefused,
        "{name} refused the request: 413 Request Entity Too Large",
    ),
    "429": (
        _html("429 Too Many Requests", "Retry-After: 7"),
        errors.ServerBusy,
        "{name} is busy. Try again in 7 seconds.",
    ),
    "500": (
        _json("500 Internal Server Error", "llama runner process has terminated"),
        errors.RequestRefused,
        "{name} refused the request: llama runner process has terminated",
    ),
    "502 html": (
        _html("502 Bad Gateway"),
        errors.RequestRefused,
        "{name} refused the request: 502 Bad Gateway",
    ),
    "503": (
        _json("503 Service Unavailable", "server busy, please try again."),
        errors.ServerBusy,
        "{name} is busy. Try again in a moment.",
    ),
    "599": (
        answers.http_body(b"", "599 Odd"),
        errors.RequestRefused,
        "{name} refused the request: HTTP 599",
    ),
    "closed": ([], errors.StreamCut, CUT),
    "reset": ([RESET], errors.StreamCut, CUT),
    "not HTTP": ([b"HELO what\r\n\r\n"], errors.NotOllama, NOT_OLLAMA),
    "error without its body": (
        [answers.head("500 Internal Server Error", "Content-Length: 99"), RESET],
        errors.RequestRefused,
        "{name} refused the request: 500 Internal Server Error",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_net_15_sentence(reader: Reader, case: str) -> None:
    script, error, sentence = CASES[case]
    with FaultServer({"/api/chat": script}) as server:
        reply = reply_of(server, reader)
        assert type(reply.error) is error
        assert str(reply.error).replace("Content Too Large", "Request Entity Too Large") == (
            sentence.replace("{name}", server.name)
        )
        assert "<" not in str(reply.error)


def test_net_15_refused_connection(reader: Reader) -> None:
    with FaultServer() as server:
        pass
    reply = reply_of(server, reader)
    assert type(reply.error) is errors.ServerUnreachable
    assert str(reply.error) == (
        f"Nothing answers at {server.name}. Start Ollama there, or use the built-in engine."
    )


def test_net_15_ssh_banner(reader: Reader) -> None:
    with FaultServer(greeting=b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n") as server:
        reply = reply_of(server, reader)
    assert type(reply.error) is errors.NotOllama


def test_net_15_https_to_an_http_port() -> None:
    with FaultServer({"": answers.http_body(b"Bad request", "400 Bad Request")}) as server:
        endpoint = Endpoint(ServerKind.OLLAMA, server.url.replace("http:", "https:"))

        async def version() -> None:
            client = ModelClient(endpoint)
            try:
                await client.version()
            finally:
                await client.aclose()

        with pytest.raises(errors.NotOllama, match=server.name):
            asyncio.run(version())


def test_net_15_http_to_an_https_port(reader: Reader) -> None:
    alert = b"\x15\x03\x01\x00\x02\x02\x46"
    with FaultServer({"*": [alert]}) as server:
        assert type(reply_of(server, reader).error) is errors.NotOllama


def test_net_15_endless_error_body(reader: Reader) -> None:
    endless = [answers.head("500 Internal Server Error"), *[b"x" * 2**16] * 4, HANG]
    with FaultServer({"/api/chat": endless}) as server:
        assert type(reply_of(server, reader).error) is errors.RequestRefused
        assert server.last("/api/chat").gone.wait(1)


def test_net_15_address_that_drops_packets(reader: Reader) -> None:
    """A listener whose queue is full answers no more than a dead host does."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)

        async def asked() -> errors.OndolError | None:
            client = ModelClient(Endpoint(ServerKind.OLLAMA, f"http://127.0.0.1:{address[1]}"))
            try:
                return (await read(client, reader)).error
            finally:
                await client.aclose()

        error = asyncio.run(asked())
        for filler in fillers:
            filler.close()
    assert type(error) is errors.ServerUnreachable


@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Internal Server Error"])
def test_lists_are_refused_in_the_same_words(status: str) -> None:
    with (
        FaultServer({"/api/tags": _html(status)}) as server,
        pytest.raises(errors.ServerError, match=server.name),
    ):
        ask(server, ModelClient.list_models)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (None, ""),
        ("", ""),
        ("boom", "boom"),
        ("two\nlines\t\x1b[31m", "two lines [31m"),
        ('{"error":"inner"}', "inner"),
        ('{"error":{"message":"inner"}}', "inner"),
        ({"error": {"error": '{"message":"deep"}'}}, "deep"),
        ("{not json", "{not json"),
        ({}, ""),
        ([1], "[1]"),
        ("x" * 9999, "x" * 499 + "…"),
        ("\ud83d!", "!"),
    ],
)
def test_error_text(error: object, text: str) -> None:
    assert error_text(error) == text
