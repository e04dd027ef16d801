"""CPU a token of our chain and session beside barer readers of the same replayed stream.

    python tests/benchmarks/chain.py [tokens] [tokens a second, 0 for as fast as they come]

The server is another process; only this process's CPU is counted. All readers run in one
go, in turns, and the lowest of the rounds counts, so that a busy machine hurts all alike.
"""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import httpx
from ollama import AsyncClient

from gui.chat import ChatSession, ReplyFinished
from gui.chat.chain import ReplyChain
from gui.chat.parts import Call
from gui.models.client import ModelClient
from gui.records import Endpoint, ModelInfo, Options, Preset, ServerKind
from gui.storage import ConversationStore, Database

ROUNDS = 5
CALL = Call("m", "Hello", Options(num_ctx=8192))
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
)
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "stream": True}

Reader = Callable[[], Awaitable[int]]


def chunk(content: str, **more: object) -> bytes:
    message = {"role": "assistant", "content": content}
    value = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, **more}
    data = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


def replay(listener: socket.socket, tokens: int, rate: float) -> None:
    """Answer every request with the same reply, one chunk of HTTP for each token."""
    token = chunk("token ", done=False)
    counts = {"prompt_eval_count": 9, "eval_count": tokens, "eval_duration": 1}
    last = chunk("", done=True, done_reason="stop", **counts) + b"0\r\n\r\n"
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb") as request:
                head = iter(request.readline, b"\r\n")
                [size] = [line for line in head if line.lower().startswith(b"content-length")]
                request.read(int(size.partition(b":")[2]))
            connection.sendall(HEAD)
            start = time.perf_counter()
            for number in range(tokens if rate else 0):
                time.sleep(max(0.0, start + number / rate - time.perf_counter()))
                connection.sendall(token)
            connection.sendall(last if rate else token * tokens + last)


def readers(url: str, store: ConversationStore, conversation_id: int) -> dict[str, Reader]:
    client = ModelClient(Endpoint(ServerKind.OLLAMA, url))
    chain, session = ReplyChain(client), ChatSession(store, client)
    bare = httpx.AsyncClient(trust_env=False, verify=False)
    stock = AsyncClient(url, trust_env=False, verify=False)

    async def raw() -> int:
        count = 0
        async with bare.stream("POST", f"{url}/api/chat", json=BODY) as response:
            async for data in response.aiter_raw():
                count += data.count(b"\n")
        return count

    async def ollama() -> int:
        count = 0
        async for _ in await stock.chat("m", BODY["messages"], stream=True):  # type: ignore[call-overload]
            count += 1
        return count

    async def ours() -> int:
        async with aclosing(chain.stream(CALL)) as parts:
            return sum([1 async for _ in parts])

    async def plain() -> int:
        async with aclosing(chain.stream_text(CALL)) as parts:
            return sum([1 async for _ in parts])

    async def whole_turn() -> int:
        turn = session.send(conversation_id, "Hello", ModelInfo("m"), Preset("p", "P"))
        async with aclosing(turn) as events:
            ended = [event async for event in events][-1]
        assert isinstance(ended, ReplyFinished), ended
        assert ended.message.statistics
        return ended.message.statistics.eval_count

    return {
        "httpx aiter_raw": raw,
        "ollama.AsyncClient": ollama,
        "our chain, parts": ours,
        "our chain, text": plain,
        "our session, saved": whole_turn,
    }


async def measure(url: str, tokens: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "c.db")
        store = ConversationStore(database)
        conversation = await store.create()
        entries = readers(url, store, conversation.id)
        times: dict[str, list[float]] = {name: [] for name in entries}
        for _ in range(ROUNDS):
            for name, read in entries.items():
                gc.collect()
                before = time.process_time()
                await read()
                times[name].append((time.process_time() - before) / tokens * 1e6)
        await database.close()
    base = min(times["httpx aiter_raw"])
    print(f"{'reader':<20} {'us/token':>9} {'median':>8} {'ratio':>7}")
    for name, values in times.items():
        best, middle = min(values), statistics.median(values)
        print(f"{name:<20} {best:>9.1f} {middle:>8.1f} {best / base:>7.1f}")


def main() -> None:
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    listener = socket.create_server(("127.0.0.1", 0))
    context = multiprocessing.get_context("fork")
    server = context.Process(target=replay, args=(listener, tokens, rate), daemon=True)
    server.start()
    try:
        asyncio.run(measure("http://{}:{}".format(*listener.getsockname()), tokens))
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
