"""The chain: typed parts of every kind, one request, and nothing sent anywhere else."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import aclosing

import pytest

from chat.scripted import Answer, Script, Scripted, says, serving
from gui.chat.chain import ReplyChain
from gui.chat.parts import Call, Final, Logprobs, Part, Text, Thinking, TokenLogprob, merged
from gui.models.client import ModelClient
from gui.records import Endpoint, Options, ServerKind, Statistics

CALL = Call("m:1b", "Hello {name}", Options(num_ctx=2048))


def run(script: Script, call: Call, *, plain: bool = False) -> tuple[list[object], Scripted]:
    async def main() -> tuple[list[object], Scripted]:
        async with serving(script) as server:
            client = ModelClient(Endpoint(ServerKind.OLLAMA, server.url))
            chain = ReplyChain(client)
            stream = chain.stream_text(call) if plain else chain.stream(call)
            async with aclosing(stream):
                parts: list[object] = [part async for part in stream]
            await client.aclose()
            return parts, server

    return asyncio.run(main())


def test_every_kind_of_part() -> None:
    entry = {"token": "a", "logprob": -0.1, "top_logprobs": [{"token": "b", "logprob": -2.0}]}

    async def script(answer: Answer) -> None:
        await answer.token(thinking="hm")
        await answer.token("a", logprobs=[entry])
        await answer.token("")
        await answer.done(prompt_eval_count=7, eval_count=2)

    call = Call("m:1b", "x", Options(num_ctx=2048), think=True, top_logprobs=1)
    parts, server = run(script, call)
    assert parts == [
        Thinking("hm"),
        Text("a"),
        Logprobs((TokenLogprob("a", -0.1, (TokenLogprob("b", -2.0),)),)),
        Final(
            Statistics(
                prompt_eval_count=7,
                eval_count=2,
                total_duration=9,
                load_duration=1,
                prompt_eval_duration=3,
                eval_duration=4,
                done_reason="stop",
            )
        ),
    ]
    assert server.requests[0]["logprobs"] is True
    assert server.requests[0]["top_logprobs"] == 1


def test_the_plain_chain_gives_text() -> None:
    parts, server = run(says("Hel", "lo"), CALL, plain=True)
    assert "".join(map(str, parts)) == "Hello"
    assert server.requests[0]["messages"] == [{"role": "user", "content": "Hello {name}"}]


def test_a_chain_is_used_for_call_after_call() -> None:
    async def main() -> None:
        async with serving(says("a")) as server:
            client = ModelClient(Endpoint(ServerKind.OLLAMA, server.url))
            chain = ReplyChain(client)
            for model in ("one", "two"):
                async with aclosing(chain.stream(Call(model, "x", Options(num_ctx=9)))) as parts:
                    first, _ = [part async for part in parts]
                    assert first == Text("a")
            assert [request["model"] for request in server.requests] == ["one", "two"]
            assert server.connections == 1
            await client.aclose()

    asyncio.run(main())


@pytest.mark.parametrize(
    "variables",
    [
        {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true"},
        {"LANGCHAIN_TRACING": "true", "LANGCHAIN_HANDLER": "x"},
    ],
)
def test_no_variable_sends_a_conversation_elsewhere(variables: dict[str, str]) -> None:
    """The key is there, and an address that listens: it must hear nothing."""
    code = """
import asyncio, os, sys
sys.path[:0] = ["tests", "."]
from contextlib import aclosing
from chat.scripted import says, serving
from gui.chat.chain import ReplyChain
from gui.chat.parts import Call, Text
from gui.models.client import ModelClient
from gui.records import Endpoint, Options, ServerKind

async def main():
    heard = []
    async def listen(reader, writer):
        heard.append(await reader.read(1))
        writer.close()
    spy = await asyncio.start_server(listen, "127.0.0.1", 0)
    os.environ["LANGSMITH_ENDPOINT"] = "http://127.0.0.1:%d" % spy.sockets[0].getsockname()[1]
    os.environ["LANGSMITH_API_KEY"] = "key"
    async with serving(says("a")) as server:
        client = ModelClient(Endpoint(ServerKind.OLLAMA, server.url))
        async with aclosing(ReplyChain(client).stream(Call("m", "x", Options(num_ctx=9)))) as parts:
            assert [part async for part in parts][0] == Text("a")
        await client.aclose()
    await asyncio.sleep(1.0)
    spy.close()
    sys.exit(len(heard))

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_neighbours_are_merged_in_order() -> None:
    final = Final()
    parts: list[Part] = [
        Thinking("a"),
        Thinking("b"),
        Text("c"),
        Text("d"),
        Logprobs(()),
        Text("e"),
    ]
    assert list(merged([*parts, final])) == [
        Thinking("ab"),
        Text("cd"),
        Logprobs(()),
        Text("e"),
        final,
    ]
    assert list(merged([])) == []


def test_the_room_is_entered_without_langchain() -> None:
    code = (
        "import sys, gui.chat; assert not {'langchain_core', 'ollama', 'httpx', 'pydantic'} & "
        "set(sys.modules); gui.chat.warm_up(); assert 'langchain_ollama' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
