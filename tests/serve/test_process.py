"""A chain served by a real process over a real engine: LangServe's client, curl, life and death."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest
from engine_process import STARTER, EngineUnderTest
from langserve import RemoteRunnable
from served_chains import PRESET, Served, endpoint_of

from gui.errors import AddressUnusable, BadServeKey, ModelNotFound, ServeError
from gui.records import (
    LOOPBACK,
    Chain,
    Endpoint,
    Options,
    ServedChain,
    ServedRequest,
    ServerKind,
    Serving,
    Step,
)
from gui.serve import examples
from gui.serve.process import ServeProcess

ASK = {"input": "Say hello", "topic": "cats"}
CANARY = secrets.token_hex(16)


def remote(served: Served) -> RemoteRunnable[dict[str, str], str]:
    return RemoteRunnable(
        served.chain.chain_url, headers=served.headers, client_kwargs={"trust_env": False}
    )


def test_remote_runnable_works_in_all_its_ways(served: Served) -> None:
    chain = remote(served)
    once = chain.invoke(ASK)
    assert once
    assert chain.batch([ASK, ASK]) == [once, once]
    assert "".join(chain.stream(ASK)) == once

    async def work() -> None:
        other = remote(served)
        assert await other.ainvoke(ASK) == once
        assert await other.abatch([ASK]) == [once]
        pieces = [piece async for piece in other.astream(ASK)]
        assert "".join(pieces) == once
        assert len(pieces) > 2
        log = [patch async for patch in other.astream_log(ASK)]
        assert log[-1].ops[0]["value"] == once
        await other.async_client.aclose()

    asyncio.run(work())
    assert {request.status for request in served.requests} == {200}
    assert any(request.tokens == 12 for request in served.requests)


def test_tpl_05_an_lc_text_is_asked_and_answered_as_text(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONDOL_CANARY", CANARY)
    secret = {"lc": 1, "type": "secret", "id": ["ONDOL_CANARY"]}
    with served.client() as http:
        for body in (
            {"input": {"input": json.dumps(secret), "topic": "x"}},
            {"input": {"input": secret, "topic": "x"}},
            {"input": secret},
            {"input": ASK, "config": {"metadata": secret}},
            {"input": ASK, "config": secret},
        ):
            for route in ("invoke", "stream", "stream_log"):
                answer = http.post(f"/chain/{route}", json=body)
                assert answer.status_code in (200, 422)
                assert CANARY not in answer.text


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_the_command_to_copy_works(served: Served) -> None:
    command = examples.curl(served.chain, with_key=True)
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=True
    )
    assert "event: data" in done.stdout
    assert done.stdout.strip().endswith("event: end")


def test_the_python_to_copy_works(served: Served) -> None:
    program = examples.python(served.chain, with_key=True)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip()


def test_no_secret_is_in_arguments_environment_or_log(
    served: Served, engine: EngineUnderTest, home: Path
) -> None:
    process = psutil.Process(served.process.pid)
    seen = " ".join((*process.cmdline(), *(f"{k}={v}" for k, v in process.environ().items())))
    assert served.chain.key not in seen
    assert engine.token not in seen
    assert "LANGSMITH" not in seen
    logs = [path.read_text("utf-8") for path in Path(home).parent.rglob("serve.log")]
    assert logs
    assert not [text for text in logs if served.chain.key in text or "Say hello" in text]
    listening = [one for one in process.net_connections() if one.status == psutil.CONN_LISTEN]
    assert [one.laddr.ip for one in listening] == [LOOPBACK]  # SRV-03


def test_the_chat_goes_first_and_who_waits_keeps_the_place(served: Served) -> None:
    asked = threading.Event()
    answers: list[float] = []

    def ask() -> None:
        with served.client() as http:
            asked.set()
            assert http.post("/chain/invoke", json={"input": ASK}).status_code == 200
            answers.append(time.monotonic())

    served.loop.loop.call_soon_threadsafe(served.process.busy)
    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(5)
    time.sleep(0.7)
    assert answers == []
    freed = time.monotonic()
    served.loop.loop.call_soon_threadsafe(served.process.free)
    thread.join(20)
    assert answers[0] > freed


def test_srv_13_a_changed_preset_is_served_at_the_same_address(served: Served) -> None:
    before = served.chain
    two = Chain(
        stages=(
            (Step("english", "Translate: {input}", options=Options(num_predict=4)),),
            (Step("reply", "{english}! {mood}"),),
        )
    )
    changed = replace(PRESET, name="Changed", chain=two)
    after = served.loop.run(served.process.reload(changed, STARTER))
    assert (after.url, after.key, after.preset) == (before.url, before.key, "Changed")
    assert set(after.fields) == {"input", "topic", "mood"}
    with served.client() as http:
        assert http.post("/chain/invoke", json={"input": ASK}).status_code == 422
        answer = http.post("/chain/invoke", json={"input": {**ASK, "mood": "gay"}})
        assert answer.status_code == 200
        with pytest.raises(ServeError):
            served.loop.run(served.process.reload(changed, "no-such-model"))
        assert http.post("/chain/invoke", json={"input": {**ASK, "mood": "gay"}}).is_success
    served.loop.run(served.process.reload(PRESET, STARTER))


def alone(engine: EngineUnderTest, serving: Serving) -> ServedChain:
    """Started and stopped again; raises what start raises."""

    async def work() -> ServedChain:
        process = ServeProcess()
        try:
            return await process.start(serving, endpoint_of(engine))
        finally:
            await process.stop()
            assert process.pid is None

    return asyncio.run(work())


def test_srv_03_what_cannot_be_served_is_said_and_nothing_runs(engine: EngineUnderTest) -> None:
    with pytest.raises(BadServeKey):
        alone(engine, Serving(PRESET, STARTER, key="short"))
    with pytest.raises(ServeError, match="reached from other machines"):
        alone(engine, Serving(PRESET, STARTER, host="0.0.0.0"))
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        with pytest.raises(ServeError, match="Nothing can be served") as caught:
            alone(engine, Serving(PRESET, STARTER, port=taken.getsockname()[1]))
        assert str(caught.value) == str(AddressUnusable(LOOPBACK, taken.getsockname()[1]))
    with pytest.raises(ServeError) as missing:
        alone(engine, Serving(PRESET, "no-such-model"))
    assert missing.value.what == ModelNotFound("no-such-model").what


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0"])
def test_srv_03_the_address_shown_is_the_one_that_answers(
    engine: EngineUnderTest, host: str
) -> None:
    async def work() -> None:
        process = ServeProcess()
        serving = Serving(PRESET, STARTER, host=host, everyone=host == "0.0.0.0")
        try:
            chain = await process.start(serving, endpoint_of(engine))
            headers = {"Authorization": f"Bearer {chain.key}"}
            async with httpx.AsyncClient(headers=headers, trust_env=False) as http:
                assert "0.0.0.0" not in chain.url
                assert (await http.get(f"{chain.chain_url}/input_schema")).status_code == 200
                evil = {"Host": f"evil.com:{chain.url.rpartition(':')[2]}"}
                answer = await http.get(f"{chain.chain_url}/input_schema", headers=evil)
                assert answer.status_code == 403
        finally:
            await process.stop()

    asyncio.run(work())


class Held:
    """A process with a long reply running."""

    def __init__(self, engine: EngineUnderTest) -> None:
        self.engine = engine
        self.process = ServeProcess()
        self.ended: list[ServeError] = []
        self.leave: Callable[[], None] = lambda: None
        self.process.on_end(self.ended.append)

    @contextlib.asynccontextmanager
    async def replying(self) -> AsyncGenerator[asyncio.StreamReader]:
        """The stream of a reply that would take minutes, after its first event."""
        endless = Options(num_predict=4000, temperature=0.0, repeat_penalty=1.0)
        long = replace(PRESET, system="", options=endless)
        chain = await self.process.start(Serving(long, STARTER), endpoint_of(self.engine))
        host, port = chain.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        body = json.dumps({"input": "Write a poem with 100 lines."}).encode()
        writer.write(
            f"POST /chain/stream HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Authorization: Bearer {chain.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        self.leave = writer.close
        await reader.readuntil(b"event: data")
        try:
            yield reader
        finally:
            writer.close()
            await self.process.stop()


def test_srv_13_stop_drains_and_ends_within_three_seconds(engine: EngineUnderTest) -> None:
    async def work() -> None:
        held = Held(engine)
        async with held.replying() as reader:
            process = psutil.Process(held.process.pid)
            began = time.monotonic()
            stopping = asyncio.create_task(held.process.stop())
            rest = await reader.read()
            await stopping
            assert time.monotonic() - began < 3.5
            assert not process.is_running()
            assert b'"message": "the server ends"' in rest
            assert held.ended == []

    before = left(engine)
    asyncio.run(work())
    assert wait_until(lambda: left(engine) > before, 1.0)


def test_srv_07_the_engine_stops_when_the_client_leaves(engine: EngineUnderTest) -> None:
    async def work() -> None:
        held = Held(engine)
        told: list[ServedRequest] = []
        held.process.on_request(told.append)
        async with held.replying() as reader:
            before = left(engine)
            held.leave()
            assert await asyncio.to_thread(wait_until, lambda: left(engine) > before, 1.0)
            await reader.read()
            while not told:
                await asyncio.sleep(0.01)
            assert told[0].error == "the client left"

    asyncio.run(work())


def left(engine: EngineUnderTest) -> int:
    """How many of its replies nobody waited for to the end."""
    return engine.log_text().count(", cut off")


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.05)
    return is_so()


def test_a_process_that_dies_is_told(engine: EngineUnderTest) -> None:
    async def work() -> None:
        held = Held(engine)
        async with held.replying():
            assert held.process.pid is not None
            os.kill(held.process.pid, signal.SIGKILL)
            async with asyncio.timeout(5):
                while not held.ended:
                    await asyncio.sleep(0.01)
            assert held.process.chain is None
            assert held.process.pid is None

    asyncio.run(work())


PARENT = """
import asyncio, json, sys
from gui.records import Endpoint, Preset, ServerKind, Serving
from gui.serve.process import ServeProcess
url, token = json.loads(sys.stdin.readline())
endpoint = Endpoint(ServerKind.REMOTE, url, (("Authorization", "Bearer " + token),))
async def main():
    process = ServeProcess()
    await process.start(Serving(Preset("x", "X"), "smollm2:135m"), endpoint)
    print(process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_nothing_is_left_when_the_parent_is_killed(engine: EngineUnderTest) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(json.dumps([engine.url, engine.token]) + "\n")
        parent.stdin.flush()
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
    assert wait_until(lambda: not child.is_running(), 3.0)


def test_the_model_server_is_found_again_where_it_moved_to(engine: EngineUnderTest) -> None:
    asked: list[str] = []

    async def locate() -> Endpoint:
        asked.append("where?")
        return endpoint_of(engine)

    async def work() -> None:
        process = ServeProcess()
        nowhere = Endpoint(ServerKind.BUILT_IN, "http://127.0.0.1:9", ())
        try:
            chain = await process.start(Serving(PRESET, STARTER), nowhere, locate)
            remote = RemoteRunnable[dict[str, str], str](
                chain.chain_url,
                headers={"Authorization": f"Bearer {chain.key}"},
                client_kwargs={"trust_env": False},
            )
            assert await remote.ainvoke(ASK)
            await remote.async_client.aclose()
        finally:
            await process.stop()

    asyncio.run(work())
    assert len(asked) >= 2
